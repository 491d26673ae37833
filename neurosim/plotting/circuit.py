"""Figure of a circuit: populations as nodes, blocks of weights as arrows between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.currents import Currents
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.network_parts import weights_of_block
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["circuit"]

EXCITATORY, INHIBITORY = COLORS[1], COLORS[0]
LARGEST, SMALLEST = 0.3, 0.18
"""Radii of nodes."""
WIDEST, NARROWEST = 5.0, 0.6
"""Widths of arrows in points."""
BEND = 0.16
"""Distance of the middle of an arrow from the line between its nodes."""
GAP = 0.03
"""Space between an arrow and its nodes."""
LOOP_ANGLE = np.deg2rad(32.0)
"""Half of the angle between both ends of a self-loop, seen from the middle of its node."""


@check_results
def circuit(network: Network, ax: Axes | None = None, *, currents: Currents | None = None) -> Axes:
    r"""Draw the circuit of a network: populations as nodes, and an arrow for each pair with connections.

    The area of a node grows with its number of units, down to a smallest one that can be read. Nodes and arrows are
    colored by sign: red for excitatory, blue for inhibitory, gray where both signs occur or none is declared. Arrows of
    inhibition end in a bar. Delays are written on their arrows.

    Parameters
    ----------
    network : Network
        With `neurosim.Populations`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    currents : Currents, optional
        Result of `neurosim.analysis.currents` of a run of the network: then the width of an arrow is the modulus of the
        mean current, its color the sign of that. Default: the width is
        :math:`\sqrt{\sum_{ij} W_{ij}^2 / N}` of the block, with its N target units, the standard deviation of the
        current from independent rates of variance one.

    Returns
    -------
    matplotlib.axes.Axes
        What the widths are, and the largest, is written below. Currents from outside are not drawn.

    Examples
    --------
    >>> import neurosim as ns
    >>> cells = ns.Populations(
    ...     E=ns.Population(ns.LeakyRate("relu"), size=80), I=ns.Population(ns.LeakyRate("relu"), size=20)
    ... )
    >>> ax = ns.plotting.circuit(ns.Network(cells, ns.Gaussian(1.2), rng=0))
    """
    places = require_network(network).populations
    if not places:
        raise ParameterError(
            f"network must have populations to be drawn as a circuit (got {network!r}); declare ns.Populations(...) "
            f"as its neuron, or draw ns.plotting.weight_graph."
        )
    ax = axes(ax, figsize=(4.6, 4.4))
    sizes = np.array([units.stop - units.start for units in places.values()])
    radii = np.maximum(LARGEST * np.sqrt(sizes / sizes.max()), SMALLEST)
    centers = _positions(len(sizes))
    strengths, signs, what = _strengths(network) if currents is None else _currents(network, currents)
    delays = _delays(network)
    widest = max(np.abs(strengths).max(), np.finfo(float).tiny)
    for a, b in zip(*np.nonzero(strengths), strict=True):
        width = max(WIDEST * strengths[a, b] / widest, NARROWEST)
        path = _loop(centers[a], radii[a]) if a == b else _bent(centers[b], centers[a], radii[b], radii[a])
        _draw_arrow(ax, path, width, signs[a, b], delays[a][b])
    for name, center, radius, sign, size in zip(places, centers, radii, _signs(network), sizes, strict=True):
        _draw_node(ax, f"{name}\n{size}", center, radius, sign)
    reach = np.abs(centers).max(axis=0) + radii.max() + 0.55
    ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), aspect="equal")
    ax.set_axis_off()
    if strengths.any():
        ax.set_title(f"width: {what}, at most {widest:.3g}", fontsize=8, y=-0.06)
    return ax


def _positions(count: int) -> np.ndarray:
    """Middles of the nodes: one, two side by side, more on a circle from the top on, clockwise."""
    if count <= 2:
        return np.array([[0.0, 0.0]]) if count == 1 else np.array([[-0.8, 0.0], [0.8, 0.0]])
    turns = np.pi / 2.0 - 2.0 * np.pi * np.arange(count) / count
    # neighbors on the circle stay as far from each other as two alone are
    return max(0.95, 0.62 / np.sin(np.pi / count)) * np.stack([np.cos(turns), np.sin(turns)], axis=1)


def _strengths(network: Network) -> tuple[np.ndarray, np.ndarray, str]:
    """Strength (targets, sources) and sign of each block, and what it is."""
    units = list(network.populations.values())
    blocks = [[weights_of_block(network.recurrent, a, b) for b in units] for a in units]
    strengths = [[np.sqrt(np.sum(block**2) / len(block)) for block in row] for row in blocks]
    signs = [[_sign(block) for block in row] for row in blocks]
    return np.array(strengths), np.array(signs), "root of summed squared weights onto a unit"


def _sign(weights: np.ndarray) -> int:
    return int((weights >= 0.0).all()) - int((weights <= 0.0).all())


def _currents(network: Network, currents: Currents) -> tuple[np.ndarray, np.ndarray, str]:
    names = tuple(network.populations)
    if not isinstance(currents, Currents) or currents.targets != names:
        raise ParameterError(
            f"currents must be ns.analysis.currents(run) of a run of this network, whose populations are "
            f"{', '.join(names)} (got {getattr(currents, 'targets', currents)!r})."
        )
    means = currents.means[:, : len(names)]
    return np.abs(means), np.sign(means).astype(int), "mean current"


def _delays(network: Network) -> list[list[str]]:
    """Delays of each block in words, such as ``12`` or ``2 – 8``; empty without."""
    units = list(network.populations.values())
    return [
        [_in_words([d for d, weights in network.delays if np.any(weights[a, b])]) for b in units]
        for a in units
    ]


def _in_words(delays: list[float]) -> str:
    if not delays:
        return ""
    return f"{delays[0]:.3g}" if len(delays) == 1 else f"{delays[0]:.3g} – {delays[-1]:.3g}"


def _signs(network: Network) -> list[int]:
    return [int(network.signs[units.start]) for units in network.populations.values()]


def _color(sign: int) -> str:
    return {1: EXCITATORY, -1: INHIBITORY}.get(sign, GREY)


def _bent(start: np.ndarray, end: np.ndarray, from_radius: float, to_radius: float) -> np.ndarray:
    """Quadratic curve from the edge of one node to that of another, to the left of the line between them."""
    line = end - start
    middle = 0.5 * (start + end) + 2.0 * BEND * np.array([-line[1], line[0]]) / np.linalg.norm(line)
    first, last = (middle - start), (middle - end)
    return np.array(
        [
            start + (from_radius + GAP) * first / np.linalg.norm(first),
            middle,
            end + (to_radius + GAP) * last / np.linalg.norm(last),
        ]
    )


def _loop(center: np.ndarray, radius: float) -> np.ndarray:
    """Cubic curve from a node to itself, on the side that faces away from the middle of the figure."""
    angle = np.arctan2(center[1], center[0]) if center.any() else np.pi / 2.0
    ends = angle + LOOP_ANGLE * np.array([1.0, -1.0])
    near, far = (
        center + reach * np.stack([np.cos(turned), np.sin(turned)], axis=1)
        for reach, turned in ((radius + GAP, ends), (radius + 0.62, angle + 1.2 * (ends - angle)))
    )
    return np.array([near[0], far[0], far[1], near[1]])


def _draw_arrow(ax: Axes, curve: np.ndarray, width: float, sign: int, delay: str) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    code = Path.CURVE3 if len(curve) == 3 else Path.CURVE4
    head = 4.5 + 0.8 * width
    style: Any = (
        f"|-|,widthA=0,widthB={0.5 * head}"
        if sign < 0
        else f"-|>,head_length={head},head_width={0.45 * head}"
    )
    ax.add_patch(
        FancyArrowPatch(
            path=Path(curve, [Path.MOVETO, *[code] * (len(curve) - 1)]),
            arrowstyle=style,
            mutation_scale=1.0,
            linewidth=width,
            color=_color(sign),
            fill=sign >= 0,
            joinstyle="miter",
            capstyle="butt",
        )
    )
    if delay:
        weights = np.array([0.25, 0.5, 0.25] if len(curve) == 3 else [0.125, 0.375, 0.375, 0.125])
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
        x, y = weights @ curve
        ax.text(x, y, delay, ha="center", va="center", fontsize=9, bbox=box, zorder=4)


def _draw_node(ax: Axes, label: str, center: np.ndarray, radius: float, sign: int) -> None:
    from matplotlib.patches import Circle

    ax.add_patch(
        Circle(
            (center[0], center[1]), radius, facecolor="white", edgecolor=_color(sign), linewidth=2.0, zorder=3
        )
    )
    # long names get smaller letters, so that they fit into small nodes
    points = min(9.0, 200.0 * radius / max(5, len(label.splitlines()[0])))
    ax.text(center[0], center[1], label, ha="center", va="center", fontsize=points, zorder=5)

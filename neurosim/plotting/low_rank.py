"""Figures of low-rank networks: effective rank, populations, resampled networks, and flow of effective circuits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.weights.effective_rank import EffectiveRank
from neurosim.analysis.weights.populations import Populations
from neurosim.analysis.weights.resampling import ResamplingAccuracy
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.plotting.arguments import check_results
from neurosim.plotting.plane import stability_color
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.theory.effective_circuit import EffectiveCircuit
from neurosim.validation import finite, positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["effective_rank", "flow_field", "populations", "resampling_accuracy"]

ARROWS = 25
"""Places along each axis at which the flow is computed."""
MARGIN = 0.15
"""Room about what is drawn, in parts of its width."""


@check_results
def effective_rank(result: EffectiveRank, ax: Axes | None = None) -> Axes:
    """Accuracy of a network with truncated weights, and with a truncated change of them, by rank.

    Parameters
    ----------
    result : EffectiveRank
        Result of `neurosim.analysis.effective_rank`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ax.axhline(result.original, color=GREY, linestyle="--", label="all weights")
    ax.plot(result.ranks, result.accuracies, "o-", color=COLORS[0], label="truncated W")
    if result.change_accuracies is not None:
        label = "W before training + truncated change"
        ax.plot(result.ranks, result.change_accuracies, "s-", color=COLORS[1], label=label)
    ax.set(xlabel="rank", ylabel="accuracy", ylim=(0.0, 1.05), xticks=result.ranks)
    ax.legend(loc="lower right", fontsize=9)
    return ax


@check_results
def populations(result: Populations, loadings: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Loadings of the units in a plane, colored by population, with an ellipse for each population.

    Parameters
    ----------
    result : Populations
        Result of `neurosim.analysis.populations`.
    loadings : pair of str, optional
        Names of the loadings on both axes. Default: m and n of the first pair.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Ellipses are two standard deviations about the mean.
    """
    names = ("m_0", "n_0") if loadings is None else tuple(loadings)
    if len(names) != 2:
        raise ParameterError(f"loadings must be two names (got {len(names)}); try ('m_0', 'n_0').")
    for name in names:
        if name not in result.names:
            raise UnknownNameError(f"loading {name!r} is unknown. {did_you_mean(name, result.names)}")
    places = [result.names.index(name) for name in names]
    ax = axes(ax, figsize=(4.6, 4.0))
    circle = np.exp(1j * np.linspace(0.0, 2.0 * np.pi, 100))
    outline = 2.0 * np.stack([circle.real, circle.imag])
    for p in range(result.count):
        color = COLORS[p % len(COLORS)]
        own = result.loadings[result.members(p)][:, places]
        share = 100.0 * result.mixture.weights[p]
        ax.plot(*own.T, ".", color=color, markersize=3, alpha=0.6, label=f"population {p}, {share:.0f} %")
        values, vectors = np.linalg.eigh(result.mixture.covariances[p][np.ix_(places, places)])
        ellipse = (vectors * np.sqrt(np.maximum(values, 0.0))) @ outline
        ax.plot(*(ellipse + result.mixture.means[p][places, None]), color=color)
    ax.set(xlabel=names[0], ylabel=names[1])
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=9, markerscale=3)
    return ax


@check_results
def resampling_accuracy(result: ResamplingAccuracy, ax: Axes | None = None) -> Axes:
    """Accuracy of networks drawn from fitted populations, a dot for each network, by number of populations.

    A vertical line is the number of populations by evidence, which need not be the number that the task needs.

    Parameters
    ----------
    result : ResamplingAccuracy
        Result of `neurosim.analysis.resampling_accuracy`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ax.axhline(result.original, color=GREY, linestyle="--", label="the network itself")
    each = np.repeat(result.counts, result.accuracies.shape[1])
    ax.plot(each, result.accuracies.reshape(-1), "o", color=COLORS[0], alpha=0.5, label="drawn networks")
    ax.plot(result.counts, result.medians, "_-", color="black", markersize=14, label="median")
    ax.axvline(result.by_evidence, color=COLORS[1], linestyle=":", label="number by evidence (BIC)")
    ax.set(xlabel="populations", ylabel="accuracy", ylim=(0.0, 1.05), xticks=result.counts)
    ax.legend(loc="lower right", fontsize=9)
    return ax


@check_results
def flow_field(
    result: EffectiveCircuit,
    states: Any = None,
    ax: Axes | None = None,
    *,
    inputs: Any = None,
    points: FixedPoints | None = None,
    limit: float | None = None,
) -> Axes:
    """Flow of the collective variables κ under a constant input, with fixed points and the full network's trajectories.

    Of rank one, the speed of κ as a function of κ, with trajectories of κ below as times of increasing height; of rank
    two, streamlines in the plane.

    Parameters
    ----------
    result : EffectiveCircuit
        Result of `neurosim.theory.effective_circuit`, of rank one or two.
    states : ndarray, shape (trials, samples, units), optional
        States of the network, such as ``run.states``, which are projected and drawn in gray.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: zero.
    points : FixedPoints, optional
        ``analysis.fixed_points(circuit.system(inputs), starts=...)``: filled where stable, open where not.
    limit : float, optional
        Largest modulus of κ that is drawn. Default: that of the trajectories and fixed points, with some room.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if result.rank > 2:
        raise ParameterError(
            f"result must be a circuit of rank one or two to be drawn (got rank {result.rank}); try "
            f"circuit.simulate() and the figure of its kappa."
        )
    kappa = np.zeros((0, 1, result.rank)) if states is None else result.project(finite("states", states))
    if kappa.ndim != 3:
        raise ShapeError(f"states must have shape (trials, samples, units) (got {np.shape(states)}).")
    found = np.zeros((0, result.rank)) if points is None else points.states
    if limit is None:
        largest = max(np.abs(kappa).max(initial=0.0), np.abs(found).max(initial=0.0))
        limit = (1.0 + MARGIN) * largest if largest > 0.0 else 1.0
    limit = positive("limit", limit)
    ax = axes(ax, figsize=(4.6, 4.0))
    draw = _draw_line if result.rank == 1 else _draw_plane
    draw(result, ax, inputs, limit, kappa)
    if points is not None:
        _draw_points(ax, points)
    return ax


def _draw_line(result: EffectiveCircuit, ax: Axes, inputs: Any, limit: float, kappa: np.ndarray) -> None:
    places = np.linspace(-limit, limit, 10 * ARROWS + 1)
    speeds = result.speed(places[:, None], inputs)[:, 0]
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    ax.plot(places, speeds, color="black", label="circuit")
    height = np.abs(speeds).max()
    for trial in kappa[..., 0]:
        ax.plot(trial, -height * np.linspace(0.0, 1.0, len(trial)), color=COLORS[0], linewidth=0.8, alpha=0.6)
    if len(kappa):
        ax.plot([], [], color=COLORS[0], linewidth=0.8, label="network, time downward")
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=9)
    ax.set(xlabel="κ", ylabel="dκ/dt", xlim=(-limit, limit))


def _draw_plane(result: EffectiveCircuit, ax: Axes, inputs: Any, limit: float, kappa: np.ndarray) -> None:
    places = np.linspace(-limit, limit, ARROWS)
    grid = np.stack(np.meshgrid(places, places), axis=-1)
    speeds = result.speed(grid, inputs)
    size = np.linalg.norm(speeds, axis=-1)
    ax.streamplot(
        places,
        places,
        speeds[..., 0],
        speeds[..., 1],
        color=GREY,
        linewidth=0.3 + 1.2 * size / max(size.max(), 1e-300),
        arrowsize=0.7,
        density=1.1,
    )
    for trial in kappa:
        ax.plot(*trial.T, color=COLORS[0], linewidth=0.9, alpha=0.8)
    ax.set(xlabel="κ₁", ylabel="κ₂", xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")


def _draw_points(ax: Axes, points: FixedPoints) -> None:
    for state, growing, stable in zip(points.states, points.unstable_dimensions, points.stable, strict=True):
        place = (state[0], 0.0 if len(state) == 1 else state[1])
        color = stability_color(int(growing))
        face = color if stable else "white"
        ax.plot(*place, "o", color=color, markerfacecolor=face, markersize=7, zorder=5)

"""All weights of a network as one image, and its strong recurrent connections as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.network import Network
from neurosim.plotting.activity import color_scale
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes
from neurosim.validation import array_of_shape, positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["connectivity", "weight_graph"]


@check_results
def connectivity(network: Network, ax: Axes | None = None) -> Axes:
    """Recurrent, input and readout weights as one image; rows receive from columns.

    Parameters
    ----------
    network : Network
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar beside it. The corner from inputs to outputs is empty.
    """
    inputs, outputs = network.input_weights, network.readout_weights
    empty = np.full((len(outputs), inputs.shape[1]), np.nan)
    recurrent = network.recurrent.dense()
    ax = axes(ax, figsize=(6.0, 5.0))
    scale = color_scale(np.concatenate([part.ravel() for part in (recurrent, inputs, outputs)]))
    image = ax.imshow(np.block([[recurrent, inputs], [outputs, empty]]), interpolation="nearest", **scale)
    ax.figure.colorbar(image, ax=ax, label="weight", pad=0.02)
    size = network.size
    for line in (ax.axhline, ax.axvline):
        line(size - 0.5, color="black", linewidth=0.8)
    ax.set_xticks(
        [size / 2, size + inputs.shape[1] / 2], [_count(size, "unit"), _count(inputs.shape[1], "input")]
    )
    ax.set_yticks([size / 2, size + len(outputs) / 2], [_count(size, "unit"), _count(len(outputs), "output")])
    ax.tick_params(length=0.0)
    ax.set(xlabel="from", ylabel="to")
    return ax


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@check_results
def weight_graph(network: Network, values: np.ndarray, threshold: float, ax: Axes | None = None) -> Axes:
    """Graph of the strong recurrent connections: units on a circle in the order of their indices.

    Parameters
    ----------
    network : Network
    values : ndarray, shape (units,)
        Values for the colors of the units, such as their mean rates in one epoch.
    threshold : float
        Smallest modulus of a weight that is drawn; excitatory weights are blue, inhibitory ones vermilion.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar of the values beside it.
    """
    from matplotlib.collections import LineCollection

    colors = array_of_shape("values", values, (network.size,), "One number for each unit.")
    weights = network.recurrent.dense() * ~np.eye(network.size, dtype=bool)
    turns = 2.0 * np.pi * np.arange(network.size) / network.size
    places = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    to, source = np.nonzero(np.abs(weights) >= positive("threshold", threshold))
    signs = [COLORS[0] if weight > 0.0 else COLORS[1] for weight in weights[to, source]]
    ax = axes(ax, figsize=(4.2, 4.0))
    lines = np.stack([places[source], places[to]], axis=1)
    ax.add_collection(LineCollection(list(lines), colors=signs, linewidths=0.5, alpha=0.6))
    units = ax.scatter(places[:, 0], places[:, 1], c=colors, cmap="viridis", s=16.0, zorder=2)
    ax.figure.colorbar(units, ax=ax, shrink=0.7, pad=0.02)
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax

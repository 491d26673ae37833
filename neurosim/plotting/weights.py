"""Recurrent weights: the matrix, and its eigenvalues in the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.spectrum import Spectrum
from neurosim.analysis.spectrum import spectrum as spectrum_of
from neurosim.connectivity.operator import Operator
from neurosim.plotting.activity import colour_scale, whole_ticks
from neurosim.plotting.style import COLOURS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.network import Network

__all__ = ["spectrum", "weights"]

# Above this many points a vector figure is slow to open, so that they are drawn as an image.
RASTER = 2000


def weights(network: Network | Operator, ax: Axes | None = None) -> Axes:
    """Matrix of the recurrent weights as an image; row i receives from column j.

    Parameters
    ----------
    network : Network or Operator
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a colour bar beside it.
    """
    matrix = (network if isinstance(network, Operator) else network.recurrent).dense()
    ax = axes(ax, figsize=(4.6, 3.8))
    image = ax.imshow(matrix, aspect="equal", **colour_scale(matrix))
    ax.figure.colorbar(image, ax=ax, label="weight", pad=0.02)
    ax.set(xlabel="from unit j", ylabel="to unit i")
    whole_ticks(ax)
    return ax


def spectrum(network: Network | Spectrum, ax: Axes | None = None) -> Axes:
    """Eigenvalues of the recurrent weights, with the circle that random-matrix theory predicts.

    The vertical line is at real part 1, where a leaky network of slope 1 leaves silence.

    Parameters
    ----------
    network : Network or Spectrum
        A network, whose spectrum is computed, or the result of `neurosim.analysis.spectrum`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    result = network if isinstance(network, Spectrum) else spectrum_of(network)
    values, radius = result.eigenvalues, result.predicted_radius
    ax = axes(ax, figsize=(4.2, 4.0))
    ax.axvline(1.0, color=GREY, linewidth=1.0, linestyle=":", zorder=1)
    ax.plot(
        values.real,
        values.imag,
        linestyle="none",
        marker="o",
        markersize=float(np.clip(70.0 / np.sqrt(len(values)), 2.0, 5.0)),
        markeredgewidth=0.0,
        alpha=0.7,
        color=COLOURS[0],
        rasterized=len(values) > RASTER,
        label="eigenvalues",
    )
    angle = np.linspace(0.0, 2.0 * np.pi, 400)
    ax.plot(
        radius * np.cos(angle),
        radius * np.sin(angle),
        color="black",
        linestyle="--",
        label=f"predicted radius {radius:.3g}",
    )
    extent = 1.12 * max(result.radius, radius, 1e-3)
    ax.set(xlim=(-extent, max(extent, 1.12)), ylim=(-extent, extent), aspect="equal")
    ax.set(xlabel="real part", ylabel="imaginary part")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9, frameon=False)
    return ax

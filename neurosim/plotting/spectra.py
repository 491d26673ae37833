"""Eigenvalues in the complex plane, modes by growth rate and frequency, and non-normality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.weights.modes import Modes
from neurosim.analysis.weights.non_normality import NonNormality
from neurosim.analysis.weights.spectrum import Spectrum
from neurosim.analysis.weights.spectrum import spectrum as spectrum_of
from neurosim.network import Network
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["modes", "non_normality", "spectrum"]

# Number of points above which they are drawn as an image, since large vector figures open slowly.
RASTER = 2000
# Largest decay rate in a figure of modes, in multiples of the median.
SLOWEST = 3.0


@check_results
def spectrum(result: Network | Spectrum, ax: Axes | None = None) -> Axes:
    """Eigenvalues of weights or of a Jacobian, with the ring that random-matrix theory predicts.

    Eigenvalues outside the edge of the bulk have another color; crosses are the outliers predicted from the low-rank
    part and the means of the columns. The vertical line is at the real part above which a flow grows.

    Parameters
    ----------
    result : Network or Spectrum
        A network, whose spectrum is computed, or the result of `neurosim.analysis.weights.spectrum` or
        `neurosim.analysis.jacobian_spectrum`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    result = result if isinstance(result, Spectrum) else spectrum_of(result)
    ax = axes(ax, figsize=(4.2, 4.0))
    ax.axvline(result.stability_limit, color=GREY, linewidth=1.0, linestyle=":", zorder=1)
    size = float(np.clip(70.0 / np.sqrt(len(result.eigenvalues)), 2.0, 5.0))
    _points(ax, result.eigenvalues, color=COLORS[0], label="eigenvalues", markersize=size, alpha=0.7)
    if len(result.outliers):
        _points(ax, result.outliers, color=COLORS[1], label="outliers", markersize=size + 0.5)
    if len(result.predicted_outliers):
        crosses = result.predicted_outliers
        ax.plot(crosses.real, crosses.imag, "x", color="black", markersize=9, label="predicted outliers")
    _circles(ax, result)
    _frame(ax, result)
    ax.set(xlabel="real part", ylabel="imaginary part")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9, frameon=False)
    return ax


def _points(ax: Axes, values: np.ndarray, **look: Any) -> None:
    points = {"linestyle": "none", "marker": "o", "markeredgewidth": 0.0, **look}
    ax.plot(values.real, values.imag, rasterized=len(values) > RASTER, **points)


def _circles(ax: Axes, result: Spectrum) -> None:
    """Draw the outline of the bulk, and an inner circle if it is larger than that of a Gaussian matrix."""
    if result.bulk is None:
        return
    outline = result.bulk.outline - result.bulk.center
    if np.abs(outline).max() > 0.0:
        # the outline is that of these weights, the radius that of networks of any size
        outline *= result.predicted_radius / np.abs(outline).max()
    curves = [(outline, f"predicted radius {result.predicted_radius:.3g}")]
    hole = result.bulk.inner_radius
    if hole > 3.0 * result.bulk.outer_radius / np.sqrt(len(result.eigenvalues)):
        turn = np.exp(2j * np.pi * np.linspace(0.0, 1.0, 400))
        curves.append((hole * turn, f"inner radius {hole:.3g}"))
    for (curve, label), color in zip(curves, ("black", GREY), strict=False):
        curve = curve + result.bulk.center
        ax.plot(curve.real, curve.imag, color=color, linestyle="--", label=label)


def _frame(ax: Axes, result: Spectrum) -> None:
    shown = np.concatenate([result.eigenvalues, result.predicted_outliers])
    center, radius = 0.0, 1e-3
    if result.bulk is not None:
        center, radius = result.bulk.center, max(result.predicted_radius, radius)
    else:
        center = 0.5 * float(shown.real.max() + shown.real.min())
    extent = 1.12 * max(float(np.abs(shown - center).max()), radius)
    limit = max(center + extent, result.stability_limit + 0.1 * extent, 1.12 * result.stability_limit)
    ax.set(xlim=(center - extent, limit), ylim=(-extent, extent), aspect="equal")


@check_results
def modes(result: Modes, ax: Axes | None = None, *, output: int | None = None) -> Axes:
    """Growth rate and frequency of modes, in a color for each of decaying, marginal and growing modes.

    Modes that decay much faster than the median are omitted.

    Parameters
    ----------
    result : Modes
        Result of `neurosim.analysis.weights.modes`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    output : int, optional
        Output whose visibility of a mode determines the size of its point. Default: the first, if any.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    sizes = np.full(len(result.growth), 22.0)
    if len(result.visibility):
        seen = result.visibility[output or 0]
        sizes = 6.0 + 120.0 * seen / max(float(seen.max()), 1e-300)
    signs = np.sign(result.growth)
    for sign, color, label in ((-1, COLORS[0], "decays"), (0, GREY, "marginal"), (1, COLORS[1], "grows")):
        chosen = signs == sign
        if chosen.any():
            ax.scatter(
                result.frequencies[chosen],
                result.growth[chosen],
                sizes[chosen],
                color=color,
                alpha=0.6,
                linewidth=0.0,
                label=label,
            )
    ax.axhline(0.0, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    finite = result.growth[np.isfinite(result.growth)]
    if finite.size and np.median(finite) < 0.0:
        ax.set_ylim(bottom=max(float(finite.min()), SLOWEST * float(np.median(finite))) * 1.08)
    form = "flow" if result.dt is None else f"Euler map, dt = {result.dt:g}"
    ax.set(xlabel="frequency (cycles / time)", ylabel="growth rate (1 / time)", title=form)
    ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def non_normality(result: NonNormality, ax: Axes | None = None) -> Axes:
    """Real parts of the eigenvalues and eigenvalues of the symmetric part, both descending.

    They agree for a normal matrix. If the symmetric part has larger ones, displacements may grow before they decay.

    Parameters
    ----------
    result : NonNormality
        Result of `neurosim.analysis.weights.non_normality`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ranks = np.arange(1, len(result.real_parts) + 1)
    ax.plot(ranks, result.symmetric_eigenvalues, color=COLORS[1], label="initial growth: (W + Wᵀ)/2")
    ax.plot(ranks, result.real_parts, color=COLORS[0], label="asymptotic growth: Re λ")
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlabel="rank", ylabel="rate", title=f"departure from normality {result.henrici:.3g}")
    ax.legend(frameon=False, fontsize=9)
    return ax

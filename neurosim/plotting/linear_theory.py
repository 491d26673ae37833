"""Covariances of pairs of units, responses to weak inputs and numbers of fixed points, measured and in theory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.covariance import MeasuredCovariance
from neurosim.analysis.activity.transfer import MeasuredTransfer
from neurosim.analysis.fixed_points.counts import FixedPointCounts
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes, plain_numbers
from neurosim.theory.complexity import FixedPointComplexity
from neurosim.theory.covariance import Covariance
from neurosim.theory.transfer import TransferFunction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["covariance", "covariance_spectrum", "fixed_point_counts", "transfer_function"]

BINS = 80
"""Bins of each axis of a density of pairs."""
FEW_PAIRS = 3000
"""Number of pairs up to which they are drawn as points."""


@check_results
def covariance(result: MeasuredCovariance, predicted: np.ndarray, ax: Axes | None = None) -> Axes:
    """Measured covariance of each pair of units against the predicted one, with the line of equality.

    Variances are orange points; covariances of pairs are points, or a density of many of them.

    Parameters
    ----------
    result : MeasuredCovariance
        Result of `neurosim.analysis.covariance`.
    predicted : ndarray, shape (units, units)
        `rates` or `states` of `neurosim.theory.covariance`, whichever was measured.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    predicted = np.asarray(predicted)
    if predicted.shape != result.values.shape:
        raise ShapeError(
            f"predicted must have the shape {result.values.shape} of the measured covariance (got {predicted.shape}); "
            f"give .rates or .states of neurosim.theory.covariance."
        )
    ax = axes(ax, figsize=(4.4, 4.0))
    pairs = np.triu_indices(len(predicted), 1)
    across, along = predicted[pairs], result.values[pairs]
    if len(across) <= FEW_PAIRS:
        ax.plot(across, along, ".", color=COLORS[0], markersize=3, label="pairs")
    else:
        ax.hist2d(across, along, BINS, cmap="Blues", cmin=1, norm="log", rasterized=True)
        ax.plot([], [], "s", color=COLORS[0], label="density of pairs")
    ax.plot(
        np.diag(predicted), np.diag(result.values), ".", color=COLORS[1], markersize=4, label="single units"
    )
    ends = [min(across.min(), along.min()), max(np.diag(predicted).max(), np.diag(result.values).max())]
    ax.plot(ends, ends, "k--", linewidth=1.0, label="equal")
    coefficient = np.corrcoef(across, along)[0, 1]
    ax.set(
        xlabel="covariance, theory",
        ylabel="covariance, simulation",
        title=f"correlation of pairs {coefficient:.2f}",
    )
    ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def covariance_spectrum(
    result: MeasuredCovariance, predicted: Covariance | None = None, ax: Axes | None = None
) -> Axes:
    """Variances along the principal components of rates, on logarithmic axes, with theory as a dashed line.

    Parameters
    ----------
    result : MeasuredCovariance
        Result of `neurosim.analysis.covariance` of rates.
    predicted : Covariance, optional
        Result of `neurosim.theory.covariance`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    values = np.linalg.eigvalsh(result.values)[::-1]
    places = np.arange(1, values.size + 1)
    kept = values > 0.0
    ax.plot(places[kept], values[kept], ".", color=COLORS[0], markersize=5, label="simulation")
    if predicted is not None:
        ax.plot(places, predicted.eigenvalues, "k--", label="theory of these weights")
        ax.legend(frameon=False, fontsize=9)
    ax.set(xscale="log", yscale="log", xlabel="principal component", ylabel="variance")
    plain_numbers(ax, "x")
    plain_numbers(ax, "y")
    return ax


@check_results
def transfer_function(
    result: MeasuredTransfer, predicted: TransferFunction | None = None, ax: Axes | None = None
) -> Axes:
    """Modulus of the response of the rates to each input channel, as the root mean square over units.

    Parameters
    ----------
    result : MeasuredTransfer
        Result of `neurosim.analysis.transfer_function`. Its mean square is corrected for the error of each unit.
    predicted : TransferFunction, optional
        Result of `neurosim.theory.transfer_function`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    squares = np.mean(np.abs(result.values) ** 2 - 2.0 * result.standard_errors**2, axis=1)
    for channel in range(squares.shape[1]):
        color = COLORS[channel % len(COLORS)]
        name = "simulation" if squares.shape[1] == 1 else f"channel {channel}"
        size = np.sqrt(np.maximum(squares[:, channel], 0.0))
        ax.plot(result.frequencies, size, "o", color=color, label=name)
        if predicted is not None:
            expected = np.sqrt(np.mean(predicted.gains[:, :, channel] ** 2, axis=1))
            label = None if channel else "theory"
            ax.plot(predicted.frequencies, expected, "k--", label=label)
    ax.legend(frameon=False, fontsize=9)
    ax.set(xscale="log", ylim=0.0, xlabel="frequency (cycles / time)", ylabel="response of rates / input")
    plain_numbers(ax, "x")
    return ax


@check_results
def fixed_point_counts(
    result: Sequence[FixedPointCounts],
    predicted: tuple[Sequence[float], Sequence[FixedPointComplexity]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Logarithm of the mean number of fixed points per unit against the largest exponent, for several gains.

    Parameters
    ----------
    result : sequence of FixedPointCounts
        One for each gain, of `neurosim.analysis.fixed_point_counts`.
    predicted : pair of sequences, optional
        Exponents and complexities for infinitely many units at more gains: `neurosim.theory.lyapunov_exponent` and
        `neurosim.theory.fixed_point_complexity`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if not len(result):
        raise ParameterError("result must have the counts of one gain or more (got none).")
    ax = axes(ax)
    exponents = [each.exponents.mean() for each in result]
    errors = [each.exponents.std(ddof=1) / np.sqrt(each.exponents.size) for each in result]
    values, spread = [each.complexity for each in result], [each.standard_error for each in result]
    name = f"simulation, N = {', '.join(str(size) for size in sorted({each.size for each in result}))}"
    ax.errorbar(exponents, values, spread, errors, fmt="o", color=COLORS[0], capsize=2.5, label=name)
    if predicted is not None:
        growth, complexities = predicted
        ax.plot(list(map(float, growth)), list(map(float, complexities)), "k--", label="theory, N → ∞")
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.axvline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.legend(frameon=False, fontsize=9)
    ax.set(xlabel="largest exponent λ₁ (1/unit of τ)", ylabel="ln(mean number of fixed points) / N")
    return ax

"""Autocorrelation and coherence: measurements with the theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.autocorrelation import HasLags, require_lags
from neurosim.errors import ShapeError
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["autocorrelation", "coherence"]

# Strengths that span more than this are drawn on a logarithmic axis.
DECADES = 30.0


def autocorrelation(result: HasLags, predicted: HasLags | None = None, ax: Axes | None = None) -> Axes:
    """Autocorrelation of the activity, and the mean-field prediction as a dashed line.

    The band is the range over trials.

    Parameters
    ----------
    result : MeasuredAutocorrelation
        Or anything with `lags` and `values`.
    predicted : neurosim.theory.Autocorrelation, optional
        Or anything with `lags` and `values`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    require_lags("result", result)
    if predicted is not None:
        require_lags("predicted", predicted)
    ax = axes(ax)
    trials = np.asarray(getattr(result, "by_trial", [result.values]))
    if len(trials) > 1:
        ax.fill_between(
            result.lags, trials.min(axis=0), trials.max(axis=0), color=COLORS[0], alpha=0.2, linewidth=0.0
        )
    ax.plot(result.lags, result.values, color=COLORS[0], linewidth=2.5, label="simulation")
    if predicted is not None:
        ax.plot(predicted.lags, predicted.values, color="black", linestyle="--", label="theory")
        ax.legend(frameon=False, fontsize=9)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlim=(0.0, result.lags[-1]), xlabel="lag s", ylabel="autocorrelation ⟨x(t) x(t+s)⟩")
    return ax


def coherence(
    strengths: np.ndarray, measured: np.ndarray, predicted: np.ndarray | None = None, ax: Axes | None = None
) -> Axes:
    """Coherence as a function of the strength of the structured mode, with the theory as a dashed line.

    Parameters
    ----------
    strengths : ndarray, shape (strengths,)
    measured : ndarray, shape (strengths,) or (networks, strengths)
        For several networks, the root mean square is drawn with the standard deviation over networks.
    predicted : ndarray, shape (strengths,), optional
        For instance ``neurosim.theory.coherence(strengths, gain)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a logarithmic axis if all strengths are positive and span more than a factor of 30.
    """
    strengths = finite("strengths", strengths, np.float64)
    networks = np.atleast_2d(finite("measured", measured, np.float64))
    _require_fit("measured", networks, strengths)
    ax = axes(ax)
    spread = networks.std(axis=0, ddof=1) if len(networks) > 1 else None
    mean = np.sqrt(np.mean(networks**2, axis=0))
    points: dict[str, Any] = {"color": COLORS[0], "marker": "o", "markersize": 5, "linestyle": "none"}
    ax.errorbar(strengths, mean, spread, capsize=2.5, label="simulation", **points)
    if predicted is not None:
        _require_fit("predicted", np.atleast_2d(predicted), strengths)
        ax.plot(strengths, predicted, color="black", linestyle="--", label="theory")
        ax.legend(frameon=False, fontsize=9)
    if strengths.min() > 0.0 and strengths.max() > DECADES * strengths.min():
        ax.set_xscale("log")
    ax.set(ylim=(0.0, 1.05), xlabel="strength of the mode J₁", ylabel="coherence χ")
    return ax


def _require_fit(name: str, values: np.ndarray, strengths: np.ndarray) -> None:
    if strengths.ndim != 1 or strengths.size == 0 or values.ndim != 2 or values.shape[1] != strengths.size:
        raise ShapeError(
            f"{name} must have one value for each strength, networks along the first axis (got {values.shape[-1]} for "
            f"strengths of shape {strengths.shape})."
        )

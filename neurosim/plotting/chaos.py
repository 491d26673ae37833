"""Figures of Lyapunov exponents and of the overlaps of structured networks, with theory drawn over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from neurosim.analysis.lyapunov.result import LyapunovSpectrum
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.theory.lyapunov_limit import LyapunovLimit
from neurosim.theory.rank_one import RankOneBranch
from neurosim.validation import entries, finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["exponents", "lyapunov_spectrum", "overlaps"]

NOT_CHAOS = {"growing": "still growing at its end", "unbounded": "grows without bound"}
"""What is said of a state that is not bounded, whose exponents are not those of chaos."""


@check_results
def lyapunov_spectrum(
    result: LyapunovSpectrum, predicted: float | LyapunovLimit | None = None, ax: Axes | None = None
) -> Axes:
    """Lyapunov spectrum: exponents against their index as a fraction of all, with their 95 % intervals.

    Spectra of other starts are gray; a state that does not stay bounded is named in the legend.

    Parameters
    ----------
    result : LyapunovSpectrum
    predicted : float or LyapunovLimit, optional
        A dashed line: the largest exponent in theory, ``float(neurosim.theory.lyapunov_exponent(network))``, or the
        whole spectrum where it is known, ``neurosim.theory.lyapunov_spectrum(network, dt=dt)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    place = (np.arange(result.values.size) + 0.5) / result.dimensions
    low, high = result.confidence
    if np.isfinite(low).all():
        ax.fill_between(place, low, high, color=COLORS[0], alpha=0.25, linewidth=0.0)
    for k, other in enumerate(result.others):
        ax.plot(place, other.values, color=GREY, linewidth=0.8, label=None if k else "other starts")
    name = "simulation" if result.status == "bounded" else f"simulation, {NOT_CHAOS[result.status]}"
    ax.plot(place, result.values, color=COLORS[0], marker=".", markersize=4, label=name)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    if isinstance(predicted, LyapunovLimit):
        shown = predicted.shares <= place[-1] + place[0]
        ax.plot(predicted.shares[shown], predicted.values[shown], "k--", label="theory")
    elif predicted is not None:
        ax.axhline(float(predicted), color="black", linestyle="--", label="theory, largest")
    if predicted is not None or result.others or result.status != "bounded":
        ax.legend(frameon=False, fontsize=9)
    ax.set(xlabel="index i / dimensions", ylabel="exponent λᵢ (1/unit of τ)")
    return ax


@check_results
def exponents(
    gains: np.ndarray,
    measured: Sequence[LyapunovSpectrum] | np.ndarray,
    predicted: tuple[np.ndarray, np.ndarray] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Largest Lyapunov exponent against the gain, with the theory as a dashed line.

    Parameters
    ----------
    gains : ndarray, shape (gains,)
    measured : sequence of LyapunovSpectrum, or ndarray of shape (gains,)
        One for each gain. Spectra are drawn with the 95 % interval of their largest exponent.
    predicted : pair of ndarray, optional
        Gains, as many as a smooth line needs, and the exponents that theory predicts there.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    gains = finite("gains", gains, np.float64)
    measured = entries("measured", measured, "give one exponent for each gain")
    if gains.ndim != 1 or len(measured) != gains.size:
        raise ShapeError(
            f"measured must have one entry for each gain (got {len(measured)} for gains of shape {gains.shape})."
        )
    ax = axes(ax)
    values, errors = _largest(measured)
    points: dict[str, Any] = {"color": COLORS[0], "marker": "o", "markersize": 5, "linestyle": "none"}
    ax.errorbar(gains, values, errors, capsize=2.5, label="simulation", **points)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    if predicted is not None:
        ax.plot(*predicted, color="black", linestyle="--", label="theory")
        ax.legend(frameon=False, fontsize=9)
    ax.set(xlabel="gain g", ylabel="largest exponent λ₁ (1/unit of τ)")
    return ax


def _largest(measured: Sequence[LyapunovSpectrum | float]) -> tuple[np.ndarray, np.ndarray | None]:
    """Values, and how far their intervals reach below and above, shape (2, gains)."""
    if not all(isinstance(each, LyapunovSpectrum) for each in measured):
        return finite("measured", measured, np.float64), None
    spectra = cast("Sequence[LyapunovSpectrum]", measured)
    values = np.array([spectrum.values[0] for spectrum in spectra])
    ends = np.array([spectrum.confidence[:, 0] for spectrum in spectra]).T
    reach = np.abs(np.nan_to_num(ends - values))
    return values, reach


@check_results
def overlaps(
    gains: np.ndarray,
    states: Sequence[Sequence[RankOneBranch]],
    measured: np.ndarray | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Overlap of the states of a network with structure of rank one against the gain of its random weights.

    Fixed points in black, chaotic states in color; filled where they are stable, open where they are not.

    Parameters
    ----------
    gains : ndarray, shape (gains,)
    states : sequence of tuple of RankOneBranch
        One tuple for each gain, of ``neurosim.theory.branches(network, gain=g)``.
    measured : ndarray, shape (gains,), optional
        Overlaps of simulations, drawn as crosses.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    gains = finite("gains", gains, np.float64)
    if gains.ndim != 1 or len(states) != gains.size:
        raise ShapeError(
            f"states must have one entry for each gain (got {len(states)} for gains of shape {gains.shape})."
        )
    flat = [(gain, branch) for gain, branches in zip(gains, states, strict=True) for branch in branches]
    if not flat:
        raise ParameterError(
            "states must hold a branch at some gain (got none); try theory.branches(network, gain=g)."
        )
    ax = axes(ax)
    for chaotic, color, name in ((False, "black", "fixed point"), (True, COLORS[1], "chaos")):
        for stable, filling in ((True, color), (False, "white")):
            chosen = [(g, b.overlap) for g, b in flat if b.chaotic is chaotic and b.stable is stable]
            if chosen:
                label = name if stable else f"{name}, unstable"
                ax.plot(
                    *np.transpose(chosen),
                    "o",
                    color=color,
                    markerfacecolor=filling,
                    markersize=4,
                    label=label,
                )
    if measured is not None:
        ax.plot(gains, finite("measured", measured), "x", color=COLORS[0], markersize=6, label="simulation")
    ax.legend(frameon=False, fontsize=9)
    ax.set(xlabel="gain g of the random weights", ylabel="overlap κ")
    return ax

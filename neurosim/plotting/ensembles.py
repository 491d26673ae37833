"""Ensembles of trained networks: success rates, eigenvalues of all networks, and mean degradation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ensemble_degradation", "ensemble_spectra", "success_rates"]


def success_rates(result: Any, ax: Axes | None = None) -> Axes:
    """Share of networks that learned the task, for each start, with its interval.

    Parameters
    ----------
    result : neurosim.ensembles.SuccessRates
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    places = np.arange(len(result.labels))
    shares = result.shares
    errors = np.abs(np.array([shares - result.low, result.high - shares]))
    ax.errorbar(places, shares, errors, fmt="o", color=COLORS[0], capsize=3)
    for place, success, count in zip(places, result.successes, result.counts, strict=True):
        ax.annotate(f"{success} of {count}", (place, 1.04), ha="center", fontsize=9)
    ax.set_xticks(places, result.labels)
    ax.set(xlim=(-0.6, len(places) - 0.4), ylim=(-0.02, 1.12))
    ax.set_ylabel(f"share that learned ({result.level:.0%} interval)")
    return ax


def ensemble_spectra(result: Any, ax: Axes | None = None) -> Axes:
    """Eigenvalues of all networks after training, over the circle that theory predicts before it.

    Parameters
    ----------
    result : neurosim.ensembles.EnsembleSpectra
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax, figsize=(4.2, 4.2))
    angle = np.linspace(0.0, 2.0 * np.pi, 200)
    for k, name in enumerate(dict.fromkeys(result.labels.tolist())):
        values = result.after[result.labels == name].ravel()
        outliers = result.outliers[result.labels == name].mean()
        label = f"{name}: {outliers:.2g} outside"
        ax.plot(
            values.real,
            values.imag,
            ".",
            markersize=2.5,
            alpha=0.5,
            color=COLORS[k % len(COLORS)],
            label=label,
        )
        radius = result.radius[result.labels == name].mean()
        ax.plot(radius * np.cos(angle), radius * np.sin(angle), color=GREY, linewidth=1.0)
    ax.set(xlabel="real part", ylabel="imaginary part", aspect="equal")
    ax.legend(frameon=False, fontsize=9, markerscale=3.0, loc="lower left", bbox_to_anchor=(0.0, 1.0))
    return ax


def ensemble_degradation(result: Any, ax: Axes | None = None, *, quantity: str = "accuracy") -> Axes:
    """How networks get worse as weights are removed: mean over networks, with two standard errors.

    Parameters
    ----------
    result : neurosim.ensembles.EnsembleDegradation
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    quantity : {"accuracy", "distance"}, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    accuracy = one_of("quantity", quantity, ("accuracy", "distance")) == "accuracy"
    means = result.accuracies if accuracy else result.distances
    errors = result.accuracy_errors if accuracy else result.distance_errors
    ax = axes(ax)
    for k, (name, mean, error) in enumerate(zip(result.labels, means, errors, strict=True)):
        color, wide, percent = COLORS[k % len(COLORS)], 2.0 * np.nan_to_num(error), 100.0 * result.shares
        ax.plot(percent, mean, color=color, marker="o", markersize=3, label=f"{name}, n = {result.counts[k]}")
        ax.fill_between(percent, mean - wide, mean + wide, color=color, alpha=0.2, linewidth=0.0)
    label = "accuracy" if accuracy else "distance of outputs from targets"
    ax.set(xlabel="weights removed (% of all)", ylabel=f"{label}, mean ± 2 s.e.m.")
    ax.set_ylim(*((-0.02, 1.02) if accuracy else (0.0, None)))
    ax.legend(frameon=False, fontsize=9)
    return ax

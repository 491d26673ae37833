"""Figures of exponents: of driven networks, along trials, and of covariant vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.lyapunov.covariant_vectors import CovariantVectors
from neurosim.analysis.lyapunov.echo_states import EchoStates
from neurosim.analysis.lyapunov.finite_time import FiniteTimeExponents
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["echo_states", "finite_time_exponents", "splitting_angles"]

SMALLEST = 1e-17
"""Distance that is drawn for trajectories that are equal."""


@check_results
def echo_states(result: EchoStates, ax: Axes | None = None) -> Axes:
    """Distances of trajectories from different starts under one input, and the slope of the exponent.

    Parameters
    ----------
    result : EchoStates
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    for k, distance in enumerate(result.distances):
        ax.semilogy(
            result.times,
            np.maximum(distance, SMALLEST),
            color=COLORS[0],
            linewidth=0.9,
            label=None if k else "starts",
        )
    slope = np.clip(np.exp(np.clip(result.exponent * result.times, -80.0, 80.0)), SMALLEST, 10.0)
    ax.semilogy(result.times, slope, "--", color="black", label=f"exponent {result.exponent:.3g}")
    ax.set(xlabel="time", ylabel="distance / distance of starts", title=result.verdict)
    ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def finite_time_exponents(result: FiniteTimeExponents, ax: Axes | None = None) -> Axes:
    """Growth rate of displacements in the course of a trial, with 95 % intervals over trials.

    Parameters
    ----------
    result : FiniteTimeExponents
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    low, high = result.course_confidence
    for k in range(result.values.size):
        color = COLORS[k % len(COLORS)]
        if np.isfinite(low[:, k]).all():
            ax.fill_between(result.times, low[:, k], high[:, k], color=color, alpha=0.25, linewidth=0.0)
        ax.plot(result.times, result.course[:, k], color=color, label=f"λ{k + 1}")
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xlabel="time in the trial", ylabel="growth rate (1/unit of τ)")
    if result.values.size > 1:
        ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def splitting_angles(result: CovariantVectors, expanding: int, ax: Axes | None = None) -> Axes:
    """Distribution of the smallest angle between expanding and contracting covariant vectors.

    Parameters
    ----------
    result : CovariantVectors
    expanding : int
        Number of vectors that count as expanding.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    angles = result.splitting_angles(expanding)
    ax.hist(angles, bins=45, range=(0.0, 90.0), density=True, color=COLORS[0])
    ax.set(xlabel="angle (degrees)", ylabel="density", xlim=(0.0, 90.0))
    return ax

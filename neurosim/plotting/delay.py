"""Activity in delay periods: ramps, oscillations and sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.delay import DelayActivity
from neurosim.analysis.activity.recording import recording
from neurosim.analysis.activity.sequences import Sequentiality
from neurosim.errors import ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes, time_label
from neurosim.results.numerals import numeral

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = ["delay_component", "delay_power", "sequence"]


@check_results
def delay_component(result: DelayActivity, ax: Axes | None = None) -> Axes:
    """First principal component of the activity in a delay over time, with its regression line.

    Parameters
    ----------
    result : DelayActivity
        Result of `neurosim.analysis.delay_activity`, or the `activity` of a `neurosim.analysis.Regime`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ax.plot(result.times, result.component, color=COLORS[0])
    slope, height = np.polyfit(result.times, result.component, 1)
    line = f"ramp index {result.ramp_index:.2f}"
    ax.plot(result.times, slope * result.times + height, color="black", linestyle="--", label=line)
    ax.set(
        xlabel="time", ylabel=f"component 1 ({100 * result.share:.0f} % of the variance)", title=result.label
    )
    ax.set_xlim(result.times[0], result.times[-1])
    ax.set_ylim(top=ax.get_ylim()[1] + 0.2 * float(np.ptp(result.component)))
    ax.legend(loc="upper right", frameon=False, fontsize=9)
    return ax


@check_results
def delay_power(result: DelayActivity, ax: Axes | None = None) -> Axes:
    """Power spectrum of the first principal component in a delay, with its highest peak.

    Parameters
    ----------
    result : DelayActivity
        Result of `neurosim.analysis.delay_activity`, or the `activity` of a `neurosim.analysis.Regime`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a logarithmic axis for the power, unless it is zero.
    """
    ax = axes(ax)
    ax.plot(result.frequencies, result.power, color=COLORS[0], marker="o", markersize=3)
    label = f"peak / background {numeral(result.peak_to_background, 0.02 * result.peak_to_background)}"
    ax.axvline(result.peak_frequency, color=COLORS[1], linestyle="--", label=label)
    if result.power.max() > 0.0:
        ax.set_yscale("log")
        ax.set_ylim(bottom=max(float(result.power.min()), 1e-8 * float(result.power.max())))
    ax.axvspan(0.0, 2.0 / _duration(result), color=GREY, alpha=0.2, linewidth=0.0, label="not counted")
    ax.set(xlabel="frequency (cycles / time)", ylabel="power", xlim=(0.0, result.frequencies[-1]))
    ax.set_title(result.label)
    ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def sequence(
    result: Sequentiality, activity: Activity, ax: Axes | None = None, *, dt: float | None = None
) -> Axes:
    """Rates averaged over trials as an image, units in the order of their peaks, each relative to its own peak.

    Parameters
    ----------
    result : Sequentiality
        Result of `neurosim.analysis.sequentiality`.
    activity : Trajectory or ndarray, shape (trials, samples, units)
        The activity that the result was computed from.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar beside it.
    """
    values, interval = recording(activity, dt=dt)
    if values.shape[2] != len(result.peak_times):
        raise ShapeError(
            f"activity must have {len(result.peak_times)} units, as the result (got {values.shape[2]})."
        )
    mean = values.mean(axis=0)[:, result.order]
    peak = mean.max(axis=0)
    ax = axes(ax)
    half, units = 0.5 * interval, mean.shape[1]
    image = ax.imshow(
        (mean / np.where(peak > 0.0, peak, 1.0)).T,
        aspect="auto",
        extent=(-half, (len(mean) - 0.5) * interval, units - 0.5, -0.5),
        vmin=0.0,
        vmax=1.0,
        cmap="viridis",
    )
    ax.figure.colorbar(image, ax=ax, label="rate / peak rate", pad=0.02)
    ax.set(xlabel=time_label(activity), ylabel="unit, by time of peak", title=f"index {result.index:.2f}")
    return ax


def _duration(result: DelayActivity) -> float:
    return float(len(result.times) * (result.times[1] - result.times[0]))

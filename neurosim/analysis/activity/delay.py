"""Activity in a delay: whether it oscillates or ramps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity, leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["MIXED", "OSCILLATORY", "RAMPING", "DelayActivity", "delay_activity"]

OSCILLATORY, RAMPING, MIXED = "Oscillatory", "Ramping", "Mixed"

# Limits of the labels.
PEAKED = 5.0
STRAIGHT = 0.8
# Samples of the shortest window.
FEWEST = 8
# A straight line leaves this share of its variance as rounding.
ROUNDING = 1e-20


@dataclass(frozen=True, eq=False)
class DelayActivity(Result, peak_frequency="cycles/time", times="time", frequencies="cycles/time"):
    """Largest principal component of the activity in a window, as a ramp and as an oscillation.

    Attributes
    ----------
    label : str
        "Oscillatory" where `peak_to_background` is at least 5, else "Ramping" where `ramp_index` is at least 0.8, else
        "Mixed".
    peak_to_background : float
        Highest over median power of the detrended component, above two cycles in the window; 0 where nothing is left
        of it, infinite where the median is 0. White noise gives about 2 to 4.
    peak_frequency : float
        Where the power is highest, in cycles/time; known to `resolution`.
    ramp_index : float
        Modulus of the correlation of the component with time, 0 to 1.
    times, component : ndarray, shape (samples,)
        The component, in units of the activity.
    frequencies, power : ndarray, shape (frequencies,)
        Spectral density of the detrended component by Welch's method, in squared units of the activity · time.
    share : float
        Share of the variance that the component carries: the smaller, the less the label says.
    """

    label: str
    peak_to_background: float
    peak_frequency: float
    ramp_index: float
    times: np.ndarray
    component: np.ndarray
    frequencies: np.ndarray
    power: np.ndarray
    share: float

    @property
    def resolution(self) -> float:
        """Distance of two frequencies, in cycles/time."""
        return float(self.frequencies[1] - self.frequencies[0])


def delay_activity(
    activity: Activity,
    *,
    window: tuple[float, float] = (0.35, 0.85),
    segment: int = 64,
    dt: float | None = None,
) -> DelayActivity:
    """Whether activity in a delay oscillates or ramps.

    The trials are averaged; their first principal component in the window is correlated with time, then detrended, and
    its power spectrum searched for a peak.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``. The delay of all trials is at the
        same time.
    window : pair of float, optional
        Start and end of the delay as fractions of the recording.
    segment : int, optional
        Samples in each segment of Welch's method, at most half of the window; it sets the resolution.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    DelayActivity

    Raises
    ------
    ParameterError
        When the window is empty or too short, or the activity never changes in it: a fixed point is neither an
        oscillation nor a ramp.

    Notes
    -----
    Costs samples · units². A curved ramp, such as an exponential decay, leaves power at low frequencies when it is
    detrended and may count as an oscillation; look at the figure.

    References
    ----------
    The indices and their limits are those of C. Jarne, bioRxiv 2025.09.15.676356 (2025), and its code.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> wave = np.sin(2 * np.pi * np.arange(400) / 16)[:, None]
    >>> found = ns.analysis.delay_activity(wave)
    >>> found.label, found.peak_frequency
    ('Oscillatory', 0.0625)
    """
    values, interval = recording(activity, dt=dt)
    start, stop = _window(window, values.shape[1])
    samples, _ = center_activity(values.mean(axis=0, dtype=np.float64)[start:stop])
    directions, variances = leading_directions(samples, 1)
    component, times = samples @ directions[:, 0], interval * np.arange(start, stop)
    frequencies, power, counted = _power(component, interval, whole_number("segment", segment, minimum=4))
    band = power[counted]
    highest, median = float(band.max()), float(np.median(band))
    ratio = 0.0 if highest == 0.0 else highest / median if median > 0.0 else float("inf")
    ramp = float(abs(np.corrcoef(times, component)[0, 1]))
    return DelayActivity(
        label=OSCILLATORY if ratio >= PEAKED else RAMPING if ramp >= STRAIGHT else MIXED,
        peak_to_background=ratio,
        peak_frequency=float(frequencies[counted][np.argmax(band)]),
        ramp_index=ramp,
        times=times,
        component=component,
        frequencies=frequencies,
        power=power,
        share=float(variances[0] * (len(samples) - 1) / np.sum(samples**2)),
    )


def _window(window: tuple[float, float], samples: int) -> tuple[int, int]:
    if len(window) != 2 or not 0.0 <= window[0] < window[1] <= 1.0:
        raise ParameterError(
            f"window = {window!r} is no part of a recording; give two fractions such as (0.35, 0.85)."
        )
    start, stop = int(window[0] * samples), int(window[1] * samples)
    if stop - start < FEWEST:
        raise ParameterError(
            f"window = {window!r} holds {stop - start} of {samples} samples, and {FEWEST} are needed; simulate for "
            f"longer or widen the window."
        )
    return start, stop


def _power(component: np.ndarray, interval: float, segment: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequencies, power of the detrended component, and which of them count."""
    from scipy.signal import detrend, welch

    length = min(segment, len(component) // 2)
    straightened = detrend(component, type="linear")
    if np.sum(straightened**2) <= ROUNDING * np.sum(component**2):
        straightened = np.zeros_like(component)
    frequencies, power = welch(straightened, fs=1.0 / interval, nperseg=length, window="hann")
    return frequencies, power, frequencies > 2.0 / (len(component) * interval)

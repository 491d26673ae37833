"""Activity in a delay period: whether it oscillates or ramps, beside what noise would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity, leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import finite, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["OSCILLATORY", "RAMPING", "UNCLASSIFIED", "DelayActivity", "delay_activity"]

OSCILLATORY, RAMPING, UNCLASSIFIED = "Oscillatory", "Ramping", "Unclassified"

# Limits of the labels: the source's for the peak; for the ramp, which the source puts at 0.8, the correlation with time
# that one of a hundred random walks exceeds (a third of them exceed 0.8).
PEAKED = 5.0
STRAIGHT = 0.97
SIGNIFICANT = 0.01
# Fewest trials whose signs can tell a ramp from a drift: of 2**7 choices one has a probability below 0.01.
FEWEST_TRIALS = 8
# Choices of signs that are all tried up to this many trials, and as many random ones beyond.
ALL_SIGNS = 12
# Samples of the shortest window.
FEWEST = 8
# Share of the variance below which the residual of a straight line is rounding.
ROUNDING = 1e-20


@dataclass(frozen=True, eq=False)
class DelayActivity(Result, peak_frequency="cycles/time", times="time", frequencies="cycles/time"):
    """Largest principal component of the activity in a window, as a ramp and as an oscillation.

    Attributes
    ----------
    label : str
        "Oscillatory" where `peak_to_background` is at least 5 and `peak_p_value` at most 0.01, else "Ramping" where
        `ramp_index` is at least 0.97 and `ramp_p_value` is not above 0.01, else "Unclassified".
    peak_to_background : float
        Highest over median power of the detrended component, above two cycles in the window; 0 where the component is
        a straight line, infinite where the median is 0. White noise gives about 2 to 4, a random walk 10 to 1000.
    peak_p_value : float
        Probability of a peak as high as this above a spectrum that falls with frequency, as those of white noise, a
        random walk and a smooth relaxation do.
    peak_frequency : float
        Of the highest peak with such a p-value of at most 0.01, else of the highest power, in cycles/time.
    ramp_index : float
        Modulus of the correlation of the component with time, 0 to 1. One of a hundred random walks exceeds 0.97.
    ramp_p_value : float
        Probability of a mean slope over trials as large as this if each trial drifts by itself, up as often as down:
        a slow fluctuation, however smooth. NaN for fewer than 8 trials, which cannot tell.
    times, component : ndarray, shape (samples,)
        The component, in units of the activity.
    frequencies, power : ndarray, shape (frequencies,)
        Spectral density of the detrended component by Welch's method, in squared units of the activity · time.
    share : float
        Share of the variance that the component explains; the label describes this share of the activity.
    """

    label: str
    peak_to_background: float
    peak_p_value: float
    peak_frequency: float
    ramp_index: float
    ramp_p_value: float
    times: np.ndarray
    component: np.ndarray
    frequencies: np.ndarray
    power: np.ndarray
    share: float

    @property
    def resolution(self) -> float:
        """Distance between two of the `frequencies`, in cycles/time."""
        return float(self.frequencies[1] - self.frequencies[0])


def delay_activity(
    activity: Activity,
    *,
    window: tuple[float, float] = (0.35, 0.85),
    segment: int = 64,
    dt: float | None = None,
) -> DelayActivity:
    """Label of the activity in a delay period: oscillatory, ramping, or neither.

    The trials are averaged; their first principal component in the window is correlated with time, then detrended, and
    its power spectrum searched for a peak above the spectrum that falls with frequency and fits best. A ramp has to be
    common to the trials, where there are enough of them to tell.

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
        When the window is empty or too short, or the activity is constant in it.

    Notes
    -----
    Costs samples · units². The p-value is that of the largest of as many independent chi-squared variables as there
    are frequencies, with the degrees of freedom of Welch's method, for segments of the given length, its double, and so
    on up to the window: about 1 % of white noises are below 0.01, of random walks and exponential decays fewer. An
    oscillation needs about three cycles in the window to rise above lower frequencies.

    A slow and smooth fluctuation, unlike a random walk, is a straight line in the window, and one recording of it is a
    ramp: of noise that is filtered twice with a time constant of 0.1, 0.25, 0.5, 1 and 4 windows, 0, 3, 15, 30 and 57 %
    exceed 0.97. Only trials tell it from a ramp that comes every time. From 8 trials on, the squared norm of the mean
    slope of all units is compared with those after the signs of the slopes of trials are changed at random, which is
    exact for trials that are independent and symmetric: at most 1 % of such fluctuations are labeled "Ramping". Trials
    that begin at one state and drift away from it in one direction do ramp.

    References
    ----------
    The indices are those of C. Jarne, bioRxiv 2025.09.15.676356 (2025), and its code, whose labels have no test against
    chance. Falling spectra as alternative: M. R. Allen, L. A. Smith, J. Climate 9, 3373 (1996). Degrees of freedom: P.
    D. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967). Random walks against time: S. N. Durlauf, P. C. B.
    Phillips, Econometrica 56, 1333 (1988). Random signs: R. A. Fisher, The Design of Experiments (1935), chapter 3.

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
    length = min(whole_number("segment", segment, minimum=4), len(component) // 2)
    straight = _detrend(component)
    frequencies, power = _power(straight, interval, length)
    band = power[_has_two_cycles(frequencies, straight, interval)]
    ratio = _ratio(float(band.max()), float(np.median(band)))
    peak, p_value = _peak(straight, interval, length)
    ramp = float(abs(np.corrcoef(times, component)[0, 1]))
    ramp_p_value = _common_slope(values[:, start:stop])
    # not a number for few trials
    ramps = ramp >= STRAIGHT and not ramp_p_value > SIGNIFICANT
    oscillates = ratio >= PEAKED and p_value <= SIGNIFICANT
    return DelayActivity(
        label=OSCILLATORY if oscillates else RAMPING if ramps else UNCLASSIFIED,
        peak_to_background=ratio,
        peak_p_value=p_value,
        peak_frequency=peak,
        ramp_index=ramp,
        ramp_p_value=ramp_p_value,
        times=times,
        component=component,
        frequencies=frequencies,
        power=power,
        share=float(variances[0] * (len(samples) - 1) / np.sum(samples**2)),
    )


def _ratio(highest: float, median: float) -> float:
    if highest == 0.0:
        return 0.0
    return highest / median if median > 0.0 else float("inf")


def _window(window: tuple[float, float], samples: int) -> tuple[int, int]:
    ends = finite("window", window)
    if ends.shape != (2,) or not 0.0 <= ends[0] < ends[1] <= 1.0:
        raise ParameterError(
            f"window must be an increasing pair of fractions from 0 to 1 (got {window!r}); try (0.35, 0.85)."
        )
    start, stop = int(window[0] * samples), int(window[1] * samples)
    if stop - start < FEWEST:
        raise ParameterError(
            f"window must hold {FEWEST} samples or more (got {stop - start} of {samples} in {window!r}); try a longer "
            f"simulation or a wider window."
        )
    return start, stop


def _common_slope(values: np.ndarray) -> float:
    """Probability of so large a mean slope of trials (trials, samples, units) when their signs are random."""
    trials = len(values)
    if trials < FEWEST_TRIALS:
        return float("nan")
    times = np.arange(values.shape[1]) - 0.5 * (values.shape[1] - 1)
    slopes = np.tensordot(values.astype(np.float64), times, axes=(1, 0))
    products = slopes @ slopes.T
    if trials <= ALL_SIGNS:
        # a common sign makes no difference
        bits = np.arange(2 ** (trials - 1))[:, None] >> np.arange(trials) & 1
    else:
        drawn = np.random.default_rng(0).integers(0, 2, (2**ALL_SIGNS - 1, trials))
        bits = np.concatenate([np.zeros((1, trials), int), drawn])
    signs = 1.0 - 2.0 * bits
    norms = np.einsum("si,ij,sj->s", signs, products, signs)
    # the true signs are the first; equal norms differ by rounding
    return float(np.mean(norms >= norms[0] * (1.0 - 1e-9)))


def _detrend(component: np.ndarray) -> np.ndarray:
    """Component without the line that fits it best; zero where only rounding remains."""
    from scipy.signal import detrend

    straight = detrend(component, type="linear")
    negligible = np.sum(straight**2) <= ROUNDING * np.sum(component**2)
    return np.zeros_like(component) if negligible else straight


def _power(straight: np.ndarray, interval: float, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and power by Welch's method with segments of this length."""
    from scipy.signal import welch

    return welch(straight, fs=1.0 / interval, nperseg=length, window="hann")


def _has_two_cycles(frequencies: np.ndarray, straight: np.ndarray, interval: float) -> np.ndarray:
    """Which frequencies have more than two cycles in the window."""
    return frequencies > 2.0 / (len(straight) * interval)


def _peak(straight: np.ndarray, interval: float, length: int) -> tuple[float, float]:
    """Frequency and p-value of a peak above a falling spectrum, with segments of this length and all its doubles.

    Longer segments resolve slow oscillations, shorter ones are less noisy; the p-value is multiplied by their number.
    """
    lengths = [length]
    while 2 * lengths[-1] <= len(straight):
        lengths.append(2 * lengths[-1])
    smallest, best, highest = 1.0, float("nan"), -1.0
    for each in lengths:
        frequencies, power = _power(straight, interval, each)
        counted = _has_two_cycles(frequencies, straight, interval)
        p_values = (
            len(lengths) * counted.sum() * _above_falling(power, _degrees_of_freedom(len(straight), each))
        )
        p_values[~counted] = 1.0
        smallest = min(smallest, float(p_values.min()))
        # the highest of the significant peaks, of which others may be harmonics; else the highest at all
        eligible = counted & (p_values <= SIGNIFICANT) if (p_values <= SIGNIFICANT).any() else counted
        place = np.flatnonzero(eligible)[np.argmax(power[eligible])]
        rank = power[place] if p_values[place] <= SIGNIFICANT else 0.0
        if rank > highest:
            best, highest = float(frequencies[place]), float(rank)
    return best, smallest


def _degrees_of_freedom(samples: int, length: int) -> float:
    """Of Welch's estimate with Hann windows that overlap by half: neighbors have a squared correlation of 1/36."""
    segments = max(1, (samples - length // 2) // (length - length // 2))
    return 2.0 * segments / (1.0 + (2.0 / 36.0) * (1.0 - 1.0 / segments))


def _above_falling(power: np.ndarray, freedom: float) -> np.ndarray:
    """Probability of as much power at each frequency by chance, given the best spectrum that falls with frequency."""
    from scipy.optimize import isotonic_regression
    from scipy.special import chdtrc, digamma

    # without the mean, and with a floor for the frequencies without power
    logarithms = np.log(np.maximum(power[1:], 1e-30 * max(float(power.max()), 1e-250)))
    excess = logarithms - isotonic_regression(logarithms, increasing=False).x
    # the geometric mean of chi-squared variables is below their mean
    bias = np.exp(digamma(0.5 * freedom) - np.log(0.5 * freedom))
    return np.append(1.0, chdtrc(freedom, freedom * bias * np.exp(np.minimum(excess, 500.0))))

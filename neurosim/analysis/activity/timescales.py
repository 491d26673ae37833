"""Timescales of an autocorrelation: half width, decay time and integral."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.autocorrelation import crossing_lag, require_lags
from neurosim.results.result import Result
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.analysis.activity.autocorrelation import HasLags

__all__ = ["Timescales", "timescales"]


@dataclass(frozen=True)
class Timescales(Result, half_width="time", decay="time", integral="time", standard_errors="time"):
    """Timescales of one autocorrelation, in the unit of its lags.

    Attributes
    ----------
    half_width : float
        Lag at which it has fallen to half of its value at 0.
    decay : float
        Lag at which it has fallen to 1/e: the time constant of an exponential.
    integral : float
        Integral of the normalized autocorrelation up to its first negative value, or to the last lag.
    standard_errors : dict of str to float
        Of these three by name, by the jackknife over trials; empty for one trial or a prediction.
    """

    half_width: float
    decay: float
    integral: float
    standard_errors: dict[str, float]


def timescales(correlation: HasLags, *, baseline: float = 0.0) -> Timescales:
    """Timescales of an autocorrelation: half width, decay time and integral.

    Parameters
    ----------
    correlation : MeasuredAutocorrelation or neurosim.theory.Autocorrelation
        Or anything with `lags`, which start at 0, and `values`.
    baseline : float, optional
        Value at infinite lag: 0, or the frozen variance where averages in time differ between units.

    Returns
    -------
    Timescales
        Interpolated linearly between the lags.

    Raises
    ------
    ParameterError
        When it does not fall to 1/e within its lags.

    Notes
    -----
    A recording of duration T has about T / (2 integral) independent samples.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import neurosim as ns
    >>> lags = np.linspace(0.0, 100.0, 10_001)
    >>> exponential = SimpleNamespace(lags=lags, values=2.0 * np.exp(-lags / 5.0))
    >>> scales = ns.analysis.timescales(exponential)
    >>> round(scales.decay, 3), round(scales.integral, 3), round(scales.half_width, 3)
    (5.0, 5.0, 3.466)
    """
    require_lags("correlation", correlation)
    finite("baseline", baseline)
    lags = finite("correlation.lags", correlation.lags, np.float64)
    whole = _scales(lags, finite("correlation.values", correlation.values, np.float64) - baseline)
    trials = np.asarray(getattr(correlation, "by_trial", []))
    errors: dict[str, float] = {}
    if len(trials) > 1:
        # jackknife: a single trial may be too noisy for its autocorrelation to fall
        rest = [np.delete(trials, k, axis=0).mean(axis=0) - baseline for k in range(len(trials))]
        scatter = np.std([_scales(lags, values) for values in rest], axis=0) * np.sqrt(len(trials) - 1)
        errors = dict(zip(("half_width", "decay", "integral"), scatter.tolist(), strict=True))
    return Timescales(*whole, standard_errors=errors)


def _scales(lags: np.ndarray, values: np.ndarray) -> tuple[float, float, float]:
    from scipy.integrate import trapezoid

    negative = np.flatnonzero(values < 0.0)
    until = negative[0] + 1 if negative.size else len(values)
    halfway, decayed = (crossing_lag(lags, values, level) for level in (0.5, float(np.exp(-1.0))))
    area = trapezoid(np.maximum(values[:until], 0.0), lags[:until])
    return halfway, decayed, float(area / values[0])

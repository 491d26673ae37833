"""Psychometric, threshold and chronometric curves: choices and reaction times as functions of the evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError, clause
from neurosim.results.result import Result
from neurosim.validation import finite

__all__ = ["FittedCurve", "chronometric_curve", "psychometric_curve", "threshold_curve"]

FLAT = 0.05
"""p-value above which a curve counts as flat."""
CHI_SQUARED = 3.841
"""Its 95 % quantile for one degree of freedom."""
RUNAWAY = 10.0
"""Ranges of the evidence beyond which the best point of a flat curve is at infinity."""


@dataclass(frozen=True, eq=False)
class FittedCurve(Result):
    """Psychometric, threshold or chronometric curve: measured points and the function fitted to them.

    Attributes
    ----------
    evidence : ndarray, shape (levels,)
        Distinct strengths of the evidence, ascending.
    values : ndarray, shape (levels,)
        Share of choices, or mean reaction time, at each.
    counts : ndarray of int, shape (levels,)
        Trials at each.
    parameters : dict of str to float
        In the units of the evidence and of the times; see the function that made the curve. NaN for a flat curve
        without a best point at finite values.
    standard_errors : dict of str to float
        From the curvature of the likelihood, or of the sum of squares, at its best point; infinite or NaN where the
        data do not determine the parameter.
    form : {"psychometric", "threshold", "chronometric"}
        Which function was fitted.
    p_value : float
        Of no dependence on the evidence: likelihood ratio against a constant share, or F-test against a constant time.
    slope_bound : float
        Largest modulus of the slope that the data allow (95 % confidence), in shares or times per unit of evidence:
        that of a cumulative Gaussian where it is steepest, or of a straight line through times.
    """

    evidence: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    form: str
    p_value: float
    slope_bound: float

    @property
    def flat(self) -> bool:
        """Whether no dependence on the evidence was found: `p_value` above 0.05. Then `slope_bound` is the result."""
        return self.p_value > FLAT

    def __call__(self, evidence: Any) -> np.ndarray:
        """Fitted curve at other strengths of the evidence; the mean where the curve is flat without parameters."""
        strengths = np.asarray(evidence, np.float64)
        if np.isnan(list(self.parameters.values())).any():
            return np.full(strengths.shape, self.values @ self.counts / self.counts.sum())
        return FORMS[self.form](strengths, *self.parameters.values())

    def __repr__(self) -> str:
        if self.flat:
            return (
                f"FittedCurve(flat, {self.form}, {self.counts.sum()} trials: no dependence on the evidence (p = "
                f"{self.p_value:.2g}), |slope| < {self.slope_bound:.2g})"
            )
        return super().__repr__()


def psychometric_curve(evidence: np.ndarray, choices: np.ndarray) -> FittedCurve:
    r"""Fit of choices between two options by a cumulative Gaussian, of maximal likelihood.

    .. math:: P(1) = \Phi\big((c - \mu) / \sigma\big)

    Parameters
    ----------
    evidence : ndarray, shape (trials,)
        Signed evidence c for option 1.
    choices : ndarray, shape (trials,)
        1 or True for option 1, else 0.

    Returns
    -------
    FittedCurve
        With the bias ``"mu"`` and the threshold ``"sigma"``, in units of the evidence; sigma is negative where option 1
        becomes rarer with the evidence for it.

    Raises
    ------
    ParameterError
        When one option was never chosen, or there are fewer than three strengths.

    References
    ----------
    F. A. Wichmann, N. J. Hill, Percept. Psychophys. 63, 1293 (2001).
    """
    levels, shares, counts = _levels(evidence, choices)
    if not 0.0 < float(shares @ counts) < counts.sum():
        raise ParameterError("choices must hold both options (got one only).")
    chosen, scale = shares * counts, float(np.ptp(levels))

    def loss(p: np.ndarray) -> float:
        return _negative_log_likelihood(_gaussian(levels, p[0], p[2] * np.exp(p[1])), chosen, counts)

    starts = [(m, np.log(scale * s)) for m in np.quantile(levels, (0.3, 0.5, 0.7)) for s in (0.03, 0.2, 1.0)]
    best, sign = _minimize(lambda p: loss(np.append(p, 1.0)), starts), 1.0
    if _p_value_of_dependence(loss(np.append(best, sign)), chosen, counts) > FLAT:
        falling = _minimize(lambda p: loss(np.append(p, -1.0)), starts)
        if loss(np.append(falling, -1.0)) < loss(np.append(best, 1.0)):
            best, sign = falling, -1.0
    sigma = sign * float(np.exp(best[1]))
    errors = _standard_errors(lambda p: loss(np.append(p, sign)), best) * (1.0, abs(sigma))
    p_value = _p_value_of_dependence(loss(np.append(best, sign)), chosen, counts)
    values = np.array([float(best[0]), sigma])
    if p_value > FLAT and max(abs(best[0] - levels.mean()), abs(sigma)) > RUNAWAY * scale:
        values, errors = np.full(2, np.nan), np.full(2, np.nan)
    names, bound = ("mu", "sigma"), _slope_bound(levels, chosen, counts)
    return FittedCurve(
        levels,
        shares,
        counts,
        _by_name(names, values),
        _by_name(names, errors),
        "psychometric",
        p_value,
        bound,
    )


def threshold_curve(evidence: np.ndarray, correct: np.ndarray) -> FittedCurve:
    r"""Fit of the share of correct answers by a Weibull function, of maximal likelihood.

    .. math:: P = 1 - \tfrac12 e^{-(c/a)^b}

    Parameters
    ----------
    evidence : ndarray, shape (trials,)
        Strength c of the evidence, not negative.
    correct : ndarray, shape (trials,)
        1 or True where the answer was right, else 0.

    Returns
    -------
    FittedCurve
        With the threshold ``"a"``, where 82 % are right, and the slope ``"b"``. Of perfect integration, a falls with
        the square root of the time to look.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019), methods.
    """
    levels, shares, counts = _levels(evidence, correct)
    if levels[0] < 0.0:
        raise ParameterError(f"evidence must be at least 0 (got {levels[0]:g}); try np.abs(evidence).")
    right = shares * counts

    def loss(p: np.ndarray) -> float:
        return _negative_log_likelihood(_weibull(levels, *np.exp(p)), right, counts)

    middle = float(np.median(levels[levels > 0.0]))
    best = _minimize(
        loss, [(np.log(middle * a), np.log(b)) for a in (0.3, 1.0, 3.0) for b in (0.7, 1.3, 2.5)]
    )
    names, values, errors = ("a", "b"), np.exp(best), _standard_errors(loss, best) * np.exp(best)
    p_value = _p_value_of_dependence(loss(best), right, counts, at_least=0.5)
    if p_value > FLAT and not 1.0 / RUNAWAY <= values[0] / levels[-1] <= RUNAWAY:
        values, errors = np.full(2, np.nan), np.full(2, np.nan)
    bound = _slope_bound(levels, right, counts)
    return FittedCurve(
        levels, shares, counts, _by_name(names, values), _by_name(names, errors), "threshold", p_value, bound
    )


def chronometric_curve(evidence: np.ndarray, times: np.ndarray) -> FittedCurve:
    r"""Fit of reaction times by those of drift to a bound.

    .. math:: T = \frac{A}{k c} \tanh(A k c) + t_0, \qquad T(0) = A^2 + t_0

    Parameters
    ----------
    evidence : ndarray, shape (trials,)
        Signed or unsigned evidence c; its modulus counts.
    times : ndarray, shape (trials,)
        Reaction times, of correct trials.

    Returns
    -------
    FittedCurve
        With the bound ``"A"`` (in units of the noise that is integrated in one unit of time), the sensitivity ``"k"``
        and the non-decision time ``"t0"``; all NaN where the curve is flat.

    References
    ----------
    J. Palmer, A. C. Huk, M. N. Shadlen, J. Vision 5, 376 (2005), eq. 2.
    """
    strengths, moments = np.abs(finite("evidence", evidence, np.float64)), finite("times", times, np.float64)
    levels, means, counts = _levels(strengths, moments, shares=False)
    if len(levels) < 4:
        raise ParameterError(
            f"evidence must have four strengths or more for three parameters (got {len(levels)})."
        )
    names, bound = ("A", "k", "t0"), _time_slope_bound(strengths, moments)
    best, errors = _fit_times(levels, means, counts)
    explained = counts @ (means - moments.mean()) ** 2 - counts @ (_drift_time(levels, *best) - means) ** 2
    within = float(np.sum((moments - means[np.searchsorted(levels, strengths)]) ** 2))
    p_value = _p_value_of_times(explained, within, len(moments) - len(levels))
    if p_value > FLAT:
        best, errors = np.full(3, np.nan), np.full(3, np.nan)
    return FittedCurve(
        levels, means, counts, _by_name(names, best), _by_name(names, errors), "chronometric", p_value, bound
    )


def _fit_times(levels: np.ndarray, means: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of drift to a bound, and their standard errors, by weighted least squares."""
    from scipy.optimize import curve_fit

    spread = max(float(np.ptp(means)), 1e-12)
    start = (
        np.sqrt(spread),
        1.0 / (np.sqrt(spread) * max(float(np.median(levels)), 1e-12)),
        max(float(means.min()) * 0.8, 1e-12),
    )
    weights, bounds = 1.0 / np.sqrt(counts), (0.0, np.inf)
    try:
        best, covariance = curve_fit(
            _drift_time, levels, means, start, sigma=weights, bounds=bounds, max_nfev=20_000
        )
    except RuntimeError as error:
        raise ParameterError(
            f"times must have a best fit by drift to a bound (got none: {clause(error)}); try more strengths or trials."
        ) from error
    return best, np.sqrt(np.diag(covariance))


def _p_value_of_times(explained: float, within: float, freedom: int) -> float:
    """F-test of the two parameters beyond a constant time against the scatter of times at equal evidence."""
    from scipy.special import fdtrc

    if freedom < 1 or within <= 1e-24 * max(explained, 0.0):
        return 0.0 if explained > 0.0 else 1.0
    return float(fdtrc(2.0, freedom, max(explained, 0.0) / 2.0 / (within / freedom))) if within else 1.0


def _time_slope_bound(strengths: np.ndarray, times: np.ndarray) -> float:
    """Largest modulus in the 95 % interval of the slope of a straight line."""
    from scipy.stats import linregress

    line = linregress(strengths, times)
    return float(abs(line.slope) + 1.96 * line.stderr)


def _by_name(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(names, np.asarray(values).tolist(), strict=True))


def _p_value_of_dependence(
    loss: float, chosen: np.ndarray, counts: np.ndarray, at_least: float = 0.0
) -> float:
    """Likelihood-ratio test of a fit against a constant share, which has one parameter less."""
    from scipy.special import chdtrc

    share = max(float(chosen.sum() / counts.sum()), at_least)
    constant = _negative_log_likelihood(np.full(len(counts), share), chosen, counts)
    return float(chdtrc(1.0, max(2.0 * (constant - loss), 0.0)))


def _slope_bound(levels: np.ndarray, chosen: np.ndarray, counts: np.ndarray) -> float:
    r"""Steepest slope of a cumulative Gaussian :math:`\Phi(a + b c)` that the data allow, by the profile likelihood."""
    from scipy.optimize import brentq, minimize_scalar

    middle, scale = levels.mean(), float(np.ptp(levels))

    def profile(b: float) -> float:
        """Smallest loss with this slope parameter."""
        reach = 8.0 + abs(b) * scale
        found = minimize_scalar(
            lambda a: _negative_log_likelihood(_gaussian(levels - middle, -a, 1.0, b), chosen, counts),
            bounds=(-reach, reach),
            method="bounded",
            options={"xatol": 1e-8},
        )
        return float(found.fun)

    best = minimize_scalar(profile, bracket=(-1.0 / scale, 1.0 / scale))
    ends = []
    for sign in (1.0, -1.0):
        step = sign / scale
        while profile(best.x + step) - best.fun < 0.5 * CHI_SQUARED:
            step *= 2.0
            if abs(step) > 1e6 / scale:
                return float("inf")
        ends.append(
            brentq(
                lambda b: profile(b) - best.fun - 0.5 * CHI_SQUARED, best.x, best.x + step, xtol=1e-9 / scale
            )
        )
    return float(np.abs(ends).max() / np.sqrt(2.0 * np.pi))


def _levels(evidence: Any, answers: Any, *, shares: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    strengths = finite("evidence", evidence, np.float64)
    values = finite("choices" if shares else "times", answers, np.float64)
    if strengths.ndim != 1 or strengths.shape != values.shape:
        raise ShapeError(
            f"evidence and answers must have one shape, (trials,) (got {strengths.shape} and {values.shape})."
        )
    if shares and not np.isin(values, (0.0, 1.0)).all():
        raise ParameterError(
            "choices must be 1 for option 1, or a correct answer, and 0 otherwise (got other values)."
        )
    levels, which, counts = np.unique(strengths, return_inverse=True, return_counts=True)
    if len(levels) < 3:
        raise ParameterError(f"evidence must have three distinct strengths or more (got {len(levels)}).")
    return levels, np.bincount(which, values) / counts, counts


def _gaussian(evidence: np.ndarray, mu: float, sigma: float, slope: float = 1.0) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr((slope * evidence - mu) / sigma)


def _weibull(evidence: np.ndarray, a: float, b: float) -> np.ndarray:
    return 1.0 - 0.5 * np.exp(-((evidence / a) ** b))


def _drift_time(evidence: np.ndarray, bound: float, sensitivity: float, rest: float) -> np.ndarray:
    drift = sensitivity * np.abs(evidence)
    # tanh(x) / x is 1 at 0
    product = np.maximum(bound * drift, 1e-9)
    return bound**2 * np.tanh(product) / product + rest


FORMS: dict[str, Callable[..., np.ndarray]] = {
    "psychometric": _gaussian,
    "threshold": _weibull,
    "chronometric": _drift_time,
}
"""Fitted functions of the evidence and the parameters."""


def _negative_log_likelihood(odds: np.ndarray, chosen: np.ndarray, counts: np.ndarray) -> float:
    """Minus the logarithm of the likelihood."""
    odds = np.clip(odds, 1e-12, 1.0 - 1e-12)
    return -float(chosen @ np.log(odds) + (counts - chosen) @ np.log(1.0 - odds))


def _minimize(loss: Callable[[np.ndarray], float], starts: list[Any]) -> np.ndarray:
    from scipy.optimize import minimize

    options = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000}
    runs = [minimize(loss, start, method="Nelder-Mead", options=options) for start in starts]
    return min(runs, key=lambda run: run.fun).x


def _standard_errors(loss: Callable[[np.ndarray], float], best: np.ndarray) -> np.ndarray:
    """Standard errors from the inverse of the second derivatives; NaN where the loss is flat."""
    step, size = 1e-3, len(best)
    moves = step * np.eye(size)
    hessian = np.array(
        [
            [loss(best + a + b) - loss(best + a - b) - loss(best - a + b) + loss(best - a - b) for b in moves]
            for a in moves
        ]
    ) / (4.0 * step**2)
    if not np.isfinite(hessian).all() or np.linalg.eigvalsh(hessian)[0] <= 0.0:
        return np.full(size, np.nan)
    return np.sqrt(np.diag(np.linalg.inv(hessian)))

"""Psychometric and chronometric curves, and their fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError, clause
from neurosim.results.result import Result
from neurosim.validation import finite

__all__ = ["FittedCurve", "chronometric_curve", "psychometric_curve", "threshold_curve"]


@dataclass(frozen=True, eq=False)
class FittedCurve(Result):
    """Measured points and the curve that fits them.

    Attributes
    ----------
    evidence : ndarray, shape (levels,)
        Distinct strengths of the evidence, ascending.
    values : ndarray, shape (levels,)
        Share of choices, or mean reaction time, at each.
    counts : ndarray of int, shape (levels,)
        Trials at each.
    parameters : dict of str to float
        In the units of the evidence and of the times; see the function that made the curve.
    standard_errors : dict of str to float
        From the curvature of the likelihood, or of the sum of squares, at its best point; infinite or NaN where the
        data do not decide.
    form : {"psychometric", "threshold", "chronometric"}
        Which function was fitted.
    """

    evidence: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    form: str

    def __call__(self, evidence: Any) -> np.ndarray:
        """Fitted curve at other strengths of the evidence."""
        return FORMS[self.form](np.asarray(evidence, np.float64), *self.parameters.values())


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
        With the bias ``"mu"`` and the threshold ``"sigma"``, in units of the evidence.

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
        raise ParameterError("choices are all the same; a curve needs trials with either choice.")
    chosen = shares * counts

    def loss(p: np.ndarray) -> float:
        return _negative_log_likelihood(_gaussian(levels, p[0], np.exp(p[1])), chosen, counts)

    scale = float(np.ptp(levels))
    best = _minimize(
        loss, [(m, np.log(scale * s)) for m in np.quantile(levels, (0.3, 0.5, 0.7)) for s in (0.03, 0.2, 1.0)]
    )
    sigma = float(np.exp(best[1]))
    errors = _standard_errors(loss, best) * (1.0, sigma)
    names = ("mu", "sigma")
    return FittedCurve(
        levels,
        shares,
        counts,
        dict(zip(names, (float(best[0]), sigma), strict=True)),
        dict(zip(names, errors.tolist(), strict=True)),
        "psychometric",
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
        raise ParameterError(
            f"evidence has the value {levels[0]:g}; give strengths of at least 0, np.abs(evidence)."
        )
    right = shares * counts

    def loss(p: np.ndarray) -> float:
        return _negative_log_likelihood(_weibull(levels, *np.exp(p)), right, counts)

    middle = float(np.median(levels[levels > 0.0]))
    best = _minimize(
        loss, [(np.log(middle * a), np.log(b)) for a in (0.3, 1.0, 3.0) for b in (0.7, 1.3, 2.5)]
    )
    values = np.exp(best)
    names = ("a", "b")
    return FittedCurve(
        levels,
        shares,
        counts,
        dict(zip(names, values.tolist(), strict=True)),
        dict(zip(names, (_standard_errors(loss, best) * values).tolist(), strict=True)),
        "threshold",
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
        With the bound ``"A"`` (in units of the noise that is gathered in one unit of time), the sensitivity ``"k"`` and
        the time ``"t0"`` that is no decision.

    References
    ----------
    J. Palmer, A. C. Huk, M. N. Shadlen, J. Vision 5, 376 (2005), eq. 2.
    """
    from scipy.optimize import curve_fit

    strengths, moments = np.abs(finite("evidence", evidence, np.float64)), finite("times", times, np.float64)
    levels, means, counts = _levels(strengths, moments, shares=False)
    if len(levels) < 4:
        raise ParameterError(f"evidence has {len(levels)} strengths; three parameters need four or more.")
    spread = max(float(np.ptp(means)), 1e-12)
    start = (
        np.sqrt(spread),
        1.0 / (np.sqrt(spread) * max(float(np.median(levels)), 1e-12)),
        max(float(means.min()) * 0.8, 1e-12),
    )
    try:
        best, covariance = curve_fit(
            _drift_time,
            levels,
            means,
            start,
            sigma=1.0 / np.sqrt(counts),
            bounds=(0.0, np.inf),
            max_nfev=20_000,
        )
    except RuntimeError as error:
        raise ParameterError(
            f"the fit of times did not converge ({clause(error)}); give more strengths or trials."
        ) from error
    names = ("A", "k", "t0")
    return FittedCurve(
        levels,
        means,
        counts,
        dict(zip(names, best.tolist(), strict=True)),
        dict(zip(names, np.sqrt(np.diag(covariance)).tolist(), strict=True)),
        "chronometric",
    )


def _levels(evidence: Any, answers: Any, *, shares: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    strengths = finite("evidence", evidence, np.float64)
    values = finite("choices" if shares else "times", np.asarray(answers, np.float64))
    if strengths.ndim != 1 or strengths.shape != values.shape:
        raise ShapeError(
            f"evidence has shape {strengths.shape}, answers {values.shape}; give one of each for each trial."
        )
    if shares and not np.isin(values, (0.0, 1.0)).all():
        raise ParameterError(
            "choices hold other values than 0 and 1; give 1 for option 1, or a correct answer, else 0."
        )
    levels, which, counts = np.unique(strengths, return_inverse=True, return_counts=True)
    if len(levels) < 3:
        raise ParameterError(f"evidence has {len(levels)} distinct strengths; a curve needs three or more.")
    return levels, np.bincount(which, values) / counts, counts


def _gaussian(evidence: np.ndarray, mu: float, sigma: float) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr((evidence - mu) / sigma)


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

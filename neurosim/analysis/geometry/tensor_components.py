"""Tensor component analysis: factors of trials, time and units (canonical polyadic decomposition)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.randomness import seed_sequence
from neurosim.results.result import Result
from neurosim.validation import positive, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity
    from neurosim.randomness import Seed

__all__ = ["TensorComponents", "tensor_components"]

PATTERNS = ("ktu,tr,ur->kr", "ktu,kr,ur->tr", "ktu,kr,tr->ur")
"""Products of the tensor with the factors of the two other modes."""


@dataclass(frozen=True, eq=False)
class TensorComponents(Result, times="time"):
    """Tensor components of activity, by descending weight.

    Attributes
    ----------
    weights : ndarray, shape (components,)
        Norm of each component, the root of the sum of its squared entries.
    trials : ndarray, shape (trials, components)
        Factors of norm 1; columns of `courses` and of `units` have positive sums.
    courses : ndarray, shape (samples, components)
    units : ndarray, shape (units, components)
    times : ndarray, shape (samples,)
    error : float
        Norm of what is left, relative to that of the activity.
    errors : ndarray, shape (starts,)
        The same for each start, ascending.
    similarities : ndarray, shape (starts,)
        Of the components from each start to the best ones, between -1 and 1: near 1 where they are well determined.
    converged : bool
        Whether the best start converged.
    """

    weights: np.ndarray
    trials: np.ndarray
    courses: np.ndarray
    units: np.ndarray
    times: np.ndarray
    error: float
    errors: np.ndarray
    similarities: np.ndarray
    converged: bool

    def reconstruct(self) -> np.ndarray:
        """Activity that the components give together, shape (trials, samples, units)."""
        return np.einsum(
            "r,kr,tr,ur->ktu", self.weights, self.trials, self.courses, self.units, optimize=True
        )


def tensor_components(
    activity: Activity,
    count: int,
    *,
    starts: int = 10,
    iterations: int = 1000,
    tolerance: float = 1e-9,
    discard: float = 0.0,
    dt: float | None = None,
    rng: Seed = None,
) -> TensorComponents:
    r"""Tensor components of activity by alternating least squares (CP decomposition, tensor component analysis).

    .. math:: x_{ktu} \approx \sum_r \lambda_r\, a_{kr}\, b_{tr}\, c_{ur}

    Each component is a group of units with one time course whose amplitude changes from trial to trial. Unlike
    principal components they need not be orthogonal, and are unique under mild conditions.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``, with trials aligned in time. No mean is
        subtracted.
    count : int
        Number of components.
    starts : int, optional
        Random starts, of which the one with the smallest error is returned.
    iterations : int, optional
        Largest number of passes over the three factors for each start.
    tolerance : float, optional
        A start has converged when the relative error decreases by less than this in a pass.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.
    rng : int, SeedSequence, Generator or None, optional
        Draws the starts.

    Returns
    -------
    TensorComponents

    Raises
    ------
    ParameterError
        When `count` exceeds the rank that the shape allows, or the activity is zero.

    Notes
    -----
    Components are unique up to their order if the ranks of the three factors (Kruskal) add up to 2 · count + 2 at
    least; with one trial they are not, and only their sum has a meaning. The error never increases during a start; the
    best of several starts is a local minimum. A best approximation need not exist: weights far above the norm of the
    activity, of components that nearly cancel each other, are a sign of that; take fewer components. Costs
    6 count · trials · samples · units operations a pass.

    References
    ----------
    T. G. Kolda, B. W. Bader, SIAM Rev. 51, 455 (2009), section 3.4. A. H. Williams, T. H. Kim, F. Wang, S. Vyas,
    S. I. Ryu, K. V. Shenoy, M. Schnitzer, T. G. Kolda, S. Ganguli, Neuron 98, 1099 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> gains, course, group = np.array([1.0, 2.0]), np.array([0.28, 0.96]), np.array([0.8, 0.6])
    >>> activity = gains[:, None, None] * course[:, None] * group
    >>> found = ns.analysis.tensor_components(activity, 1, rng=0)
    >>> found.courses[:, 0].round(9), (found.weights * found.trials[:, 0]).round(9)
    (array([0.28, 0.96]), array([1., 2.]))
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    tensor = values.astype(np.float64)
    _require_rank(tensor, count)
    whole_number("iterations", iterations)
    positive("tolerance", tolerance)
    draw = np.random.default_rng(seed_sequence(rng))
    found = [
        _alternate(
            tensor, [draw.standard_normal((size, count)) for size in tensor.shape], iterations, tolerance
        )
        for _ in range(whole_number("starts", starts))
    ]
    found.sort(key=lambda each: each[1])
    (weights, (trials, courses, units)), error, converged = found[0]
    start = interval * np.ceil(discard / interval - 1e-9)
    return TensorComponents(
        weights=weights,
        trials=trials,
        courses=courses,
        units=units,
        times=start + interval * np.arange(tensor.shape[1]),
        error=error,
        errors=np.array([each[1] for each in found]),
        similarities=np.array([_similarity(found[0][0], each[0]) for each in found]),
        converged=converged,
    )


def _require_rank(tensor: np.ndarray, count: int) -> None:
    """Raise where a tensor is zero, or has fewer components than are asked for, whatever its entries."""
    sizes = sorted(tensor.shape)
    if whole_number("count", count) > sizes[0] * sizes[1]:
        raise ParameterError(
            f"count must be at most {sizes[0] * sizes[1]}, the largest rank of activity of the shape {tensor.shape} "
            f"(got {count})."
        )
    if not tensor.any():
        raise ParameterError("activity must not be zero everywhere.")


def _alternate(
    tensor: np.ndarray, factors: list[np.ndarray], iterations: int, tolerance: float
) -> tuple[tuple[np.ndarray, list[np.ndarray]], float, bool]:
    """Weights and factors, relative error, and convergence of alternating least squares from a start."""
    size = float(np.linalg.norm(tensor))
    error, converged = np.inf, False
    for _ in range(iterations):
        for mode, pattern in enumerate(PATTERNS):
            first, second = (factors[k] for k in range(3) if k != mode)
            product = np.einsum(pattern, tensor, first, second, optimize=True)
            gram = (first.T @ first) * (second.T @ second)
            factors[mode] = np.linalg.lstsq(gram, product.T, rcond=None)[0].T
            if mode < 2:
                factors[mode] = factors[mode] / np.maximum(np.linalg.norm(factors[mode], axis=0), 1e-300)
        previous, error = error, _error(tensor, factors) / size
        if previous - error < tolerance:
            converged = True
            break
    return _normalize(factors), error, converged


def _error(tensor: np.ndarray, factors: list[np.ndarray]) -> float:
    return float(np.linalg.norm(tensor - np.einsum("kr,tr,ur->ktu", *factors, optimize=True)))


def _normalize(factors: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Weights, descending, and factors of norm 1, of which courses and units have positive sums."""
    norms = [np.linalg.norm(each, axis=0) for each in factors]
    weights = norms[0] * norms[1] * norms[2]
    order = np.argsort(-weights, kind="stable")
    trials, courses, units = (
        (each / np.maximum(norm, 1e-300))[:, order] for each, norm in zip(factors, norms, strict=True)
    )
    signs = [np.where(each.sum(axis=0) < 0.0, -1.0, 1.0) for each in (courses, units)]
    return weights[order], [trials * signs[0] * signs[1], courses * signs[0], units * signs[1]]


def _similarity(
    first: tuple[np.ndarray, list[np.ndarray]], second: tuple[np.ndarray, list[np.ndarray]]
) -> float:
    """Mean product of cosines and of the ratio of weights, over the best pairs of components (Williams et al. 2018)."""
    from scipy.optimize import linear_sum_assignment

    sizes = np.maximum(np.maximum(first[0][:, None], second[0]), 1e-300)
    scores = 1.0 - np.abs(first[0][:, None] - second[0]) / sizes
    for one, other in zip(first[1], second[1], strict=True):
        scores = scores * (one.T @ other)
    return float(scores[linear_sum_assignment(-scores)].mean())

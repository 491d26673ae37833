"""Targeted dimensionality reduction: axes of activity for variables of a task (Mante et al. 2013)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.principal_components import leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite, named_entries, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["TargetedAxes", "targeted_axes"]

COMPONENTS = 12
"""Principal components that regression vectors are projected on (Mante et al. 2013)."""
RESOLVED = 1e-13
"""Variance of a direction, relative to the largest, below which it is rounding."""


@dataclass(frozen=True, eq=False)
class TargetedAxes(Result, times="time", peaks="time"):
    """Axes of activity for variables of a task, by regression.

    Attributes
    ----------
    names : tuple of str
        Variables.
    axes : ndarray, shape (units, variables)
        Orthonormal columns: the regression vectors at their peaks, made orthogonal in the order of the variables.
    vectors : ndarray, shape (units, variables)
        The same before, each of norm 1.
    coefficients : ndarray, shape (variables, samples, units)
        Regression coefficients, projected on the principal components: change of activity for a unit of the variable.
    peaks : ndarray, shape (variables,)
        Time at which the norm of the coefficients is largest.
    times : ndarray, shape (samples,)
    r_squared : float
        Share of the variance between trials, at each time, that the regression explains.
    mean : ndarray, shape (units,)
        Mean over trials and time.
    """

    names: tuple[str, ...]
    axes: np.ndarray
    vectors: np.ndarray
    coefficients: np.ndarray
    peaks: np.ndarray
    times: np.ndarray
    r_squared: float
    mean: np.ndarray

    @property
    def angles(self) -> np.ndarray:
        """Angles between regression vectors in radians, between 0 and π, shape (variables, variables)."""
        return np.arccos(np.clip(self.vectors.T @ self.vectors, -1.0, 1.0))

    def project(self, activity: Activity) -> np.ndarray:
        """Activity along the orthogonal axes, shape (trials, samples, variables)."""
        values = recording(activity).values
        if values.shape[2] != len(self.mean):
            raise ShapeError(
                f"activity must have {len(self.mean)} units, as the axes (got {values.shape[2]})."
            )
        return (values - self.mean) @ self.axes


def targeted_axes(
    activity: Activity,
    variables: Mapping[str, Any],
    count: int | None = None,
    *,
    discard: float = 0.0,
    dt: float | None = None,
) -> TargetedAxes:
    r"""Axes of activity for variables of a task: targeted dimensionality reduction.

    1. Regression of each unit at each time over trials k,
       :math:`r_{it}(k) = \sum_v \beta_{v,it} x_v(k) + \beta_{0,it}`.
    2. Projection of the vectors :math:`\beta_{v,t}` on the leading principal components of condition averages.
    3. For each variable, the vector at the time of its largest norm.
    4. Orthogonal axes from these by QR decomposition, in the order of the variables.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``, with trials aligned in time. Mante et
        al. z-score each unit first.
    variables : mapping of str to array_like, shape (trials,)
        Value of each variable in each trial, such as the choice (-1 or 1) and the coherence. Products of variables are
        interactions. The first keeps its direction, the others lose what they share with those before.
    count : int, optional
        Principal components of the condition averages, averages over the trials with equal variables. Default: 12, or
        as many as the averages have.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    TargetedAxes

    Raises
    ------
    ShapeError, ParameterError
        When variables do not fit the trials, are constant or linearly dependent, or `count` exceeds the dimension or
        is smaller than the number of variables.

    Notes
    -----
    Costs trials · samples · units · variables and one PCA.

    References
    ----------
    V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome, Nature 503, 78 (2013), supplementary information 6.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> choice, color = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([-1.0, 1.0, -1.0, 1.0])
    >>> ramp = np.linspace(0.0, 1.0, 10)[:, None]
    >>> rates = np.stack([c * ramp * [3.0, 4.0, 0.0] + m * ramp * [0.0, 0.0, 1.0] for c, m in zip(choice, color)])
    >>> np.abs(ns.analysis.targeted_axes(rates, {"choice": choice, "color": color}).axes.T).round(9)
    array([[0.6, 0.8, 0. ],
           [0. , 0. , 1. ]])
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    values = values.astype(np.float64)
    trials, samples, units = values.shape
    names = tuple(named_entries("variables", variables, "give {'choice': values of the trials}"))
    design = _design(variables, trials)
    beta, r_squared = _regress(values, design)
    basis = _components(values, design, count)
    coefficients = beta.reshape(len(names), samples, units) @ basis @ basis.T
    norms = np.linalg.norm(coefficients, axis=2)
    places = norms.argmax(axis=1)
    if not norms.max(axis=1).all():
        raise ParameterError(
            f"activity must depend on each variable (got none of {names[int(norms.max(axis=1).argmin())]!r})."
        )
    vectors = coefficients[np.arange(len(names)), places].T
    vectors = vectors / np.linalg.norm(vectors, axis=0)
    start = interval * np.ceil(discard / interval - 1e-9)
    times = start + interval * np.arange(samples)
    mean = values.reshape(-1, units).mean(axis=0)
    return TargetedAxes(
        names, _orthogonal(vectors), vectors, coefficients, times[places], times, r_squared, mean
    )


def _design(variables: Mapping[str, Any], trials: int) -> np.ndarray:
    """Variables as columns, and a constant, shape (trials, variables + 1)."""
    if not variables:
        raise ParameterError("variables must name at least one variable (got none).")
    columns = []
    for name, value in variables.items():
        column = finite(f"variables[{name!r}]", value, np.float64)
        if column.shape != (trials,):
            raise ShapeError(
                f"variables[{name!r}] must have the shape ({trials},), one for each trial (got {column.shape})."
            )
        columns.append(column)
    design = np.stack([*columns, np.ones(trials)], axis=1)
    scaled = design / np.maximum(np.linalg.norm(design, axis=0), np.finfo(np.float64).tiny)
    rank = int(np.linalg.matrix_rank(scaled))
    if rank < design.shape[1]:
        raise ParameterError(
            f"variables must be linearly independent of each other and of a constant (got {', '.join(variables)} of "
            f"rank {rank - 1} in {trials} trials); leave one out, or simulate more conditions."
        )
    return design


def _regress(values: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, float]:
    """Regression coefficients of the variables, shape (variables, samples · units), and the explained share."""
    flat = values.reshape(len(values), -1)
    weights = np.linalg.lstsq(design, flat, rcond=None)[0]
    between = np.sum((flat - flat.mean(axis=0)) ** 2)
    if between <= RESOLVED**2 * np.sum(flat**2):
        raise ParameterError("activity must differ between trials (got equal trials).")
    return weights[:-1], float(1.0 - np.sum((flat - design @ weights) ** 2) / between)


def _components(values: np.ndarray, design: np.ndarray, count: int | None) -> np.ndarray:
    """Leading principal components of averages over trials with equal variables."""
    conditions, cell = np.unique(design, axis=0, return_inverse=True)
    averages = np.zeros((len(conditions), *values.shape[1:]))
    np.add.at(averages, cell.reshape(-1), values)
    averages /= np.bincount(cell.reshape(-1))[:, None, None]
    samples = averages.reshape(-1, values.shape[2])
    samples = samples - samples.mean(axis=0)
    vectors, variances = leading_directions(samples, min(samples.shape))
    dimension = int(np.sum(variances > RESOLVED * variances[0]))
    chosen = min(COMPONENTS, dimension) if count is None else whole_number("count", count)
    if not design.shape[1] - 1 <= chosen <= dimension:
        raise ParameterError(
            f"count must be at least {design.shape[1] - 1}, the number of variables, and at most {dimension}, the "
            f"dimension of the condition averages (got {chosen})."
        )
    return vectors[:, :chosen]


def _orthogonal(vectors: np.ndarray) -> np.ndarray:
    """Orthonormal axes by QR decomposition; each points along its vector."""
    axes, triangle = np.linalg.qr(vectors)
    return axes * np.where(np.diag(triangle) < 0.0, -1.0, 1.0)

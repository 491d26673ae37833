"""Alignment of simultaneous or matched activity of two networks: canonical correlations and Procrustes rotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.analysis.similarity.samples import center_pair
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["CanonicalAlignment", "ProcrustesAlignment", "canonical_alignment", "procrustes_alignment"]

RESOLVED = 1e-7
"""Size of a singular value, relative to the largest, below which a direction is rounding."""


@dataclass(frozen=True, eq=False)
class CanonicalAlignment(Result):
    """Canonical variables of two recordings: directions along which they are most correlated.

    Attributes
    ----------
    correlations : ndarray, shape (components,)
        Canonical correlations, descending, between 0 and 1.
    first_axes : ndarray, shape (first units, components)
        Columns that give the canonical variables, of variance 1 and uncorrelated; each with a positive sum.
    second_axes : ndarray, shape (second units, components)
    first_mean : ndarray, shape (first units,)
    second_mean : ndarray, shape (second units,)
    """

    correlations: np.ndarray
    first_axes: np.ndarray
    second_axes: np.ndarray
    first_mean: np.ndarray
    second_mean: np.ndarray

    def project_first(self, activity: Activity) -> np.ndarray:
        """Canonical variables of activity of the first units, shape (trials, samples, components)."""
        return _values("activity", activity, len(self.first_mean), self.first_mean) @ self.first_axes

    def project_second(self, activity: Activity) -> np.ndarray:
        """Canonical variables of activity of the second units, shape (trials, samples, components)."""
        return _values("activity", activity, len(self.second_mean), self.second_mean) @ self.second_axes


@dataclass(frozen=True, eq=False)
class ProcrustesAlignment(Result):
    """Rotation (or reflection), scale and shift that bring a second recording closest to a first.

    Attributes
    ----------
    rotation : ndarray, shape (second units, first units)
        Orthonormal columns or rows, whichever are fewer.
    scale : float
    first_mean : ndarray, shape (first units,)
    second_mean : ndarray, shape (second units,)
    r_squared : float
        Share of the variance of the first that the aligned second explains; the same in both directions.
    """

    rotation: np.ndarray
    scale: float
    first_mean: np.ndarray
    second_mean: np.ndarray
    r_squared: float

    @property
    def angle(self) -> float:
        """Angle between the two after alignment, in radians, between 0 and π/2: a metric on shapes (Williams 2021)."""
        return float(np.arccos(min(1.0, np.sqrt(self.r_squared))))

    def transform(self, second: Activity) -> np.ndarray:
        """Activity of the second units in the space of the first, shape (trials, samples, first units)."""
        values = _values("second", second, len(self.second_mean), self.second_mean)
        return self.scale * values @ self.rotation + self.first_mean


def canonical_alignment(
    first: Activity, second: Activity, count: int = 10, *, discard: float = 0.0, dt: float | None = None
) -> CanonicalAlignment:
    r"""Canonical correlation analysis (CCA) of the leading principal components of two recordings.

    With the components over time as orthonormal columns, :math:`U_x^T U_y = P\, \mathrm{diag}(\rho)\, R^T`.

    Parameters
    ----------
    first, second : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        Runs, of which the states are taken, or arrays such as ``run.rates``: the same times of the same trials;
        numbers of units may differ.
    count : int, optional
        Principal components of each that are aligned. With as many as there are samples, correlations are 1, whatever
        the activity.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of arrays. Default: 1.

    Returns
    -------
    CanonicalAlignment

    Raises
    ------
    ShapeError, ParameterError
        When samples differ, an activity never changes, or `count` exceeds a dimension.

    Notes
    -----
    Correlations of unrelated recordings are large too where independent samples are few: compare with trials in another
    order. For distances between many networks see ``neurosim.analysis.similarity``. Costs
    6 samples · units² operations.

    References
    ----------
    H. Hotelling, Biometrika 28, 321 (1936). J. A. Gallego, M. G. Perich, R. H. Chowdhury, S. A. Solla, L. E. Miller,
    Nat. Neurosci. 23, 260 (2020).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> activity = np.random.default_rng(0).standard_normal((50, 3))
    >>> mixed = activity @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [0.0, 5.0, 1.0]])
    >>> ns.analysis.canonical_alignment(activity, mixed, count=3).correlations.round(9)
    array([1., 1., 1.])
    """
    x, y, means = _pair(first, second, discard, dt)
    whole_number("count", count)
    (whitened_x, axes_x), (whitened_y, axes_y) = _whiten("first", x, count), _whiten("second", y, count)
    left, correlations, right = np.linalg.svd(whitened_x.T @ whitened_y)
    first_axes, second_axes = axes_x @ left, axes_y @ right.T
    signs = np.where(first_axes.sum(axis=0) < 0.0, -1.0, 1.0)
    return CanonicalAlignment(np.minimum(correlations, 1.0), first_axes * signs, second_axes * signs, *means)


def procrustes_alignment(
    first: Activity, second: Activity, *, discard: float = 0.0, dt: float | None = None
) -> ProcrustesAlignment:
    r"""Orthogonal Procrustes alignment: rotation, scale and shift of one recording onto another.

    .. math:: \min_{s,\, Q^T Q = 1} \lVert X - s Y Q \rVert_F^2, \qquad Y^T X = U \Sigma V^T, \quad Q = U V^T, \quad
        s = \frac{\operatorname{tr} \Sigma}{\lVert Y \rVert_F^2}

    for activity without the mean of each unit.

    Parameters
    ----------
    first, second : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        Runs, of which the states are taken, or arrays such as ``run.rates``: the same times of the same trials;
        numbers of units may differ.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of arrays. Default: 1.

    Returns
    -------
    ProcrustesAlignment

    Raises
    ------
    ShapeError, ParameterError
        When samples differ, or an activity never changes.

    Notes
    -----
    Reflections are allowed. Unrelated recordings align well too where independent samples are few: compare with trials
    in another order. For distances between many networks see ``neurosim.analysis.similarity``. Costs
    2 samples · units² + 20 units³ operations.

    References
    ----------
    P. H. Schönemann, Psychometrika 31, 1 (1966). A. H. Williams, E. Kunz, S. Kornblith, S. W. Linderman, NeurIPS 34,
    4738 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> activity = np.random.default_rng(0).standard_normal((50, 2))
    >>> turned = 3.0 * activity @ np.array([[0.6, 0.8], [-0.8, 0.6]]) + 1.0
    >>> found = ns.analysis.procrustes_alignment(activity, turned)
    >>> round(found.r_squared, 9), round(found.scale, 9)
    (1.0, 0.333333333)
    """
    x, y, means = _pair(first, second, discard, dt)
    left, values, right = np.linalg.svd(y.T @ x, full_matrices=False)
    squares = float(np.sum(x**2)), float(np.sum(y**2))
    explained = float(min(1.0, values.sum() ** 2 / (squares[0] * squares[1])))
    return ProcrustesAlignment(left @ right, float(values.sum()) / squares[1], *means, r_squared=explained)


def _pair(
    first: Activity, second: Activity, discard: float, dt: float | None
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Centered samples of both recordings, each of shape (samples, units), and their means."""
    a, b = (recording(each, discard=discard, dt=dt).values.astype(np.float64) for each in (first, second))
    if a.shape[:2] != b.shape[:2]:
        raise ShapeError(
            f"second must have the trials and samples of first, {a.shape[:2]} (got {b.shape[:2]}); record both at the "
            f"same times of the same trials."
        )
    x, y = center_pair(a, b)
    return x, y, (a.mean(axis=(0, 1)), b.mean(axis=(0, 1)))


def _whiten(name: str, samples: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Leading components over time as orthonormal columns, and axes that give them with variance 1."""
    columns, sizes, rows = np.linalg.svd(samples, full_matrices=False)
    dimension = int(np.sum(sizes > RESOLVED * sizes[0]))
    if count > dimension:
        raise ParameterError(f"count must be at most {dimension}, the dimension of {name} (got {count}).")
    return columns[:, :count], np.sqrt(len(samples)) * rows[:count].T / sizes[:count]


def _values(name: str, activity: Activity, units: int, mean: np.ndarray) -> np.ndarray:
    values = recording(activity).values
    if values.shape[2] != units:
        raise ShapeError(f"{name} must have {units} units, as in the alignment (got {values.shape[2]}).")
    return values - mean

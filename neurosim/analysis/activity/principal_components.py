"""Principal component analysis (PCA) of activity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["PrincipalComponents", "center_activity", "leading_directions", "principal_components"]

# Changes of this size, relative to the activity, are rounding.
ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class PrincipalComponents(Result):
    """Principal components of activity: orthogonal directions, by descending variance.

    Attributes
    ----------
    vectors : ndarray, shape (units, components)
        Orthonormal columns, each with a positive sum, which fixes its sign.
    variances : ndarray, shape (components,)
        In squared units of the activity, over samples and trials (divisor: samples - 1).
    mean : ndarray, shape (units,)
        Mean of each unit over time and trials.
    total_variance : float
        Of all directions together, those that were not computed included.
    samples : int
        Time points of all trials together. Variances of independent samples have a relative standard error of
        sqrt(2 / samples); consecutive samples are not independent.
    """

    vectors: np.ndarray
    variances: np.ndarray
    mean: np.ndarray
    total_variance: float
    samples: int

    @property
    def shares(self) -> np.ndarray:
        """Share of the variance along each component, shape (components,)."""
        return self.variances / self.total_variance

    def dimension(self, share: float = 0.9) -> int:
        """Smallest number of components that explain this share of the variance."""
        reached = np.flatnonzero(np.cumsum(self.shares) >= share - 1e-12)
        if not reached.size:
            raise ParameterError(
                f"share must be at most {self.shares.sum():.3g}, which the {len(self.variances)} components explain "
                f"together (got {share!r}); try more components or a smaller share."
            )
        return int(reached[0]) + 1

    def project(self, activity: Activity) -> np.ndarray:
        """Activity along the components, shape (trials, samples, components)."""
        values = recording(activity).values
        if values.shape[2] != len(self.mean):
            raise ShapeError(
                f"activity must have {len(self.mean)} units, as the components (got {values.shape[2]})."
            )
        return (values - self.mean) @ self.vectors


def principal_components(
    activity: Activity, count: int | None = None, *, discard: float = 0.0, dt: float | None = None
) -> PrincipalComponents:
    r"""Principal components of the activity of all trials together.

    Eigenvectors of the covariance :math:`C_{ij} = \langle (x_i - \bar x_i)(x_j - \bar x_j) \rangle` over time and
    trials.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``.
    count : int, optional
        How many components. Default: as many as there are units, or samples where those are fewer.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    PrincipalComponents

    Raises
    ------
    ParameterError
        When the activity is constant, or `count` exceeds the number of components.

    Notes
    -----
    Costs samples · units² + 10 units³, or 10 samples² · units where there are more units than samples. Variances are
    right to about 1e-15 times the largest of them.

    References
    ----------
    I. T. Jolliffe, Principal Component Analysis, 2nd ed. (2002).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> wave = np.sin(np.arange(100.0))
    >>> components = ns.analysis.principal_components(np.stack([3 * wave, 4 * wave], axis=-1))
    >>> components.vectors[:, 0].round(9), components.shares.round(9)
    (array([0.6, 0.8]), array([1., 0.]))
    """
    samples, mean = center_activity(activity, discard=discard, dt=dt)
    most = min(samples.shape)
    count = most if count is None else whole_number("count", count)
    if count > most:
        raise ParameterError(
            f"count must be at most {most}, the components of {samples.shape[1]} units at {len(samples)} samples "
            f"(got {count})."
        )
    vectors, variances = leading_directions(samples, count)
    total = float(np.sum(samples**2)) / (len(samples) - 1)
    return PrincipalComponents(vectors, variances, mean, total, len(samples))


def center_activity(
    activity: Activity, *, discard: float = 0.0, dt: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Subtract the mean of each unit: samples of all trials, shape (samples, units), and the means.

    Raises
    ------
    ParameterError
        When the activity is constant up to rounding.
    """
    values = recording(activity, discard=discard, dt=dt).values
    samples = values.reshape(-1, values.shape[2]).astype(np.float64)
    mean = samples.mean(axis=0)
    largest = float(np.abs(samples).max())
    samples -= mean
    if float(np.abs(samples).max()) <= ROUNDING * largest:
        raise ParameterError(
            "activity must change in time or between trials (got a constant, which has no principal components); "
            "try a recording of the transient, or a network with input."
        )
    return samples, mean


def leading_directions(samples: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Leading directions of centered samples as columns, and the variances along them."""
    divisor = max(len(samples) - 1, 1)
    if len(samples) < samples.shape[1]:
        _, values, rows = np.linalg.svd(samples, full_matrices=False)
        vectors, variances = rows[:count].T, values[:count] ** 2 / divisor
    else:
        values, columns = np.linalg.eigh(samples.T @ samples / divisor)
        vectors, variances = columns[:, ::-1][:, :count], np.maximum(values[::-1][:count], 0.0)
    # fix the sign of each direction by a positive sum
    return vectors * np.where(vectors.sum(axis=0) < 0.0, -1.0, 1.0), variances

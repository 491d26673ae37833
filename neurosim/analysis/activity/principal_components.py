"""Principal components of activity."""

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
    """Orthogonal directions of the activity, by descending variance.

    Attributes
    ----------
    vectors : ndarray, shape (units, components)
        Orthonormal columns, each with a positive sum, so that they can be compared.
    variances : ndarray, shape (components,)
        In squared units of the activity, over samples and trials (divisor: samples - 1).
    mean : ndarray, shape (units,)
        Mean of each unit over time and trials, which was subtracted.
    total_variance : float
        Of all directions together, also those that are not here.
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
        """Fewest components that carry this share of the variance."""
        reached = np.flatnonzero(np.cumsum(self.shares) >= share - 1e-12)
        if not reached.size:
            raise ParameterError(
                f"share = {share!r} exceeds the {self.shares.sum():.3g} that the {len(self.variances)} components "
                f"carry; ask for more components or a smaller share."
            )
        return int(reached[0]) + 1

    def project(self, activity: Activity) -> np.ndarray:
        """Activity along the components, shape (trials, samples, components)."""
        values = recording(activity).values
        if values.shape[2] != len(self.mean):
            raise ShapeError(
                f"activity has {values.shape[2]} units, the components have {len(self.mean)}; make them equal."
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
        Time that is left out at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    PrincipalComponents

    Raises
    ------
    ParameterError
        When the activity never changes, or more components are asked for than there are.

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
            f"count = {count} exceeds the {most} components of {samples.shape[1]} units at {len(samples)} samples; "
            f"ask for at most {most}."
        )
    vectors, variances = leading_directions(samples, count)
    total = float(np.sum(samples**2)) / (len(samples) - 1)
    return PrincipalComponents(vectors, variances, mean, total, len(samples))


def center_activity(
    activity: Activity, *, discard: float = 0.0, dt: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Samples of all trials without the mean of each unit, shape (samples, units), and these means.

    Raises
    ------
    ParameterError
        When nothing but rounding is left.
    """
    values = recording(activity, discard=discard, dt=dt).values
    samples = values.reshape(-1, values.shape[2]).astype(np.float64)
    mean = samples.mean(axis=0)
    largest = float(np.abs(samples).max())
    samples -= mean
    if float(np.abs(samples).max()) <= ROUNDING * largest:
        raise ParameterError(
            "activity never changes, so it has no variance and no principal components; record a transient, "
            "or give the network an input."
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
    # a direction has no sign: let the larger part of it be positive
    return vectors * np.where(vectors.sum(axis=0) < 0.0, -1.0, 1.0), variances

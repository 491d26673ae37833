"""jPCA: planes in which activity rotates, from an antisymmetric linear fit of its dynamics (Churchland et al. 2012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.analysis.geometry.derivatives import differentiate
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["RotationalPlanes", "jpca"]

STILL = 1e-12
"""Frequency, relative to the largest, below which a plane does not rotate."""
RESOLVED = 1e-13
"""Variance along a component, relative to the largest, below which it is rounding."""


@dataclass(frozen=True, eq=False)
class RotationalPlanes(Result, frequencies="1/time"):
    """Planes of rotation of activity (jPCA), by descending frequency.

    Attributes
    ----------
    vectors : ndarray, shape (units, 2 · planes)
        Orthonormal columns, two for each plane; activity turns from the first to the second. The first of each two has
        the largest variance of initial states.
    frequencies : ndarray, shape (planes,)
        Turns per time.
    shares : ndarray, shape (planes,)
        Share of the variance of the activity, after subtraction of its mean over trials, in each plane.
    r_squared : float
        Share of the squared derivatives, within the principal components, that the antisymmetric fit explains.
    r_squared_linear : float
        The same for the best linear fit without constraint.
    mean : ndarray, shape (samples, units)
        Mean over trials that was subtracted; of a single trial, its mean over time.
    """

    vectors: np.ndarray
    frequencies: np.ndarray
    shares: np.ndarray
    r_squared: float
    r_squared_linear: float
    mean: np.ndarray

    @property
    def rotational_share(self) -> float:
        """Explained derivatives relative to those of the best linear fit; 1 for pure rotations."""
        return self.r_squared / self.r_squared_linear

    def project(self, activity: Activity) -> np.ndarray:
        """Activity of the same samples in the planes, shape (trials, samples, 2 · planes)."""
        values = recording(activity).values
        if values.shape[1:] != self.mean.shape:
            raise ShapeError(
                f"activity must have (samples, units) = {self.mean.shape}, as the planes (got {values.shape[1:]}); "
                f"leave out what was discarded."
            )
        return (values - self.mean) @ self.vectors


def jpca(
    activity: Activity, count: int = 6, *, discard: float = 0.0, dt: float | None = None
) -> RotationalPlanes:
    r"""Planes of rotation by jPCA: the antisymmetric matrix that best predicts derivatives from states.

    .. math:: M = \arg\min_{M^T = -M} \sum_{k} \lVert \dot x_k - M x_k \rVert^2, \qquad
        M G + G M = D - D^T

    with :math:`G = \sum x x^T` and :math:`D = \sum \dot x x^T`, in the space of the leading principal components. The
    mean over trials at each time is subtracted first, so that what remains differs between conditions.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``; one trial for each condition.
    count : int, optional
        Number of principal components, even.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    RotationalPlanes

    Raises
    ------
    ParameterError
        When `count` is odd, or exceeds the dimension of the activity after subtraction of the mean.

    Notes
    -----
    The fit has a closed form (a Sylvester equation), no iteration. States and derivatives are taken midway between
    samples: :math:`\mu = (2 / \Delta t) \tan(\omega \Delta t / 2)` is the eigenvalue of M for a rotation of angular
    frequency ω, and the frequencies given are those of ω, exact for any time between samples below half a turn.
    Recordings of neurons are usually divided by their range plus 5 spikes/s first (soft normalization). A high R² is
    not by itself evidence of rotational dynamics; compare with surrogate data (Elsayed & Cunningham 2017). Costs one
    PCA and 2 · samples · count² operations.

    References
    ----------
    M. M. Churchland, J. P. Cunningham, M. T. Kaufman, J. D. Foster, P. Nuyujukian, S. I. Ryu, K. V. Shenoy, Nature
    487, 51 (2012). G. F. Elsayed, J. P. Cunningham, Nat. Neurosci. 20, 1310 (2017).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> times, phases = 0.1 * np.arange(40), np.array([0.0, 1.0, 2.0])[:, None]
    >>> turns = 2.0 * np.pi * 0.5 * times + phases
    >>> found = ns.analysis.jpca(np.stack([np.cos(turns), np.sin(turns)], axis=-1), count=2, dt=0.1)
    >>> found.frequencies.round(9), round(found.r_squared, 9)
    (array([0.5]), 1.0)
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    values = values.astype(np.float64)
    deviations, mean = _subtract_mean(values)
    basis = _principal_basis(deviations, count)
    places = deviations @ basis
    states, derivatives = (part.reshape(-1, count) for part in differentiate(places, interval))
    if not np.any(np.abs(derivatives) * interval > RESOLVED * np.abs(places).max()):
        raise ParameterError("activity must change in time (got constant trials, which have no derivatives).")
    matrix = _fit_antisymmetric(states, derivatives)
    unconstrained = np.linalg.lstsq(states, derivatives, rcond=None)[0].T
    axes, rates = _planes(matrix)
    axes = _orient(axes, places[:, 0])
    return RotationalPlanes(
        vectors=basis @ axes,
        frequencies=2.0 / interval * np.arctan(0.5 * interval * rates) / (2.0 * np.pi),
        shares=np.sum((places @ axes) ** 2, axis=(0, 1)).reshape(-1, 2).sum(axis=1) / np.sum(deviations**2),
        r_squared=_r_squared(states, derivatives, matrix),
        r_squared_linear=_r_squared(states, derivatives, unconstrained),
        mean=mean,
    )


def _subtract_mean(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Deviations from the mean over trials, or for a single trial from its mean over time, and that mean."""
    if len(values) > 1:
        mean = values.mean(axis=0)
    else:
        mean = np.broadcast_to(values.mean(axis=(0, 1)), values.shape[1:]).copy()
    return values - mean, mean


def _principal_basis(deviations: np.ndarray, count: int) -> np.ndarray:
    """Leading principal directions, of which `count` must exist."""
    if whole_number("count", count, minimum=2) % 2:
        raise ParameterError(f"count must be even, two components for each plane (got {count}).")
    samples = deviations.reshape(-1, deviations.shape[2])
    vectors, variances = leading_directions(samples, min(samples.shape))
    dimension = int(np.sum(variances > RESOLVED * variances[0]))
    if count > dimension:
        raise ParameterError(
            f"count must be at most {dimension}, the dimension of the activity after subtraction of its mean over "
            f"trials (got {count})."
        )
    return vectors[:, :count]


def _fit_antisymmetric(states: np.ndarray, derivatives: np.ndarray) -> np.ndarray:
    """Antisymmetric matrix M that minimizes the squared error of derivatives = M states."""
    from scipy.linalg import solve_sylvester

    covariance, drift = states.T @ states, derivatives.T @ states
    matrix = solve_sylvester(covariance, covariance, drift - drift.T)
    return 0.5 * (matrix - matrix.T)


def _r_squared(states: np.ndarray, derivatives: np.ndarray, matrix: np.ndarray) -> float:
    return float(1.0 - np.sum((derivatives - states @ matrix.T) ** 2) / np.sum(derivatives**2))


def _planes(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal axes of the invariant planes of an antisymmetric matrix, and angular velocities, descending."""
    from scipy.linalg import null_space

    rates, vectors = np.linalg.eigh(-1j * matrix)
    turning = rates > STILL * np.abs(rates).max()
    rates, vectors = rates[turning][::-1], vectors[:, turning][:, ::-1]
    # M (a + ib) = iω (a + ib) gives M b = ω a and M a = -ω b, so that activity turns from b to a
    axes = np.sqrt(2.0) * np.stack([vectors.imag, vectors.real], axis=-1).reshape(len(matrix), -1)
    rest = null_space(axes.T) if axes.size else np.eye(len(matrix))
    still = np.zeros(rest.shape[1] // 2)
    return np.hstack([axes, rest]), np.concatenate([rates, still])


def _orient(axes: np.ndarray, initial: np.ndarray) -> np.ndarray:
    """Turn the axes within each plane, so that initial states vary most along the first."""
    turned = []
    for first, second in zip(axes.T[::2], axes.T[1::2], strict=True):
        plane = np.stack([first, second], axis=1)
        places = initial @ plane
        cosine, sine = np.linalg.eigh(places.T @ places)[1][:, -1]
        rotation = np.array([[cosine, -sine], [sine, cosine]])
        turned.append(plane @ rotation)
    return np.hstack(turned)

"""Principal angles between the subspaces of activity in different epochs, conditions or networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity, leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.tasks import Trials
from neurosim.validation import instance_of, named_entries, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["PrincipalAngles", "during", "principal_angles"]


@dataclass(frozen=True, eq=False)
class PrincipalAngles(Result):
    """Principal angles between the leading subspaces of several recordings of the same units.

    Attributes
    ----------
    names : tuple of str
    angles : ndarray, shape (names, names, count)
        In radians, between 0 and π/2, ascending.
    own : ndarray, shape (names, count)
        Angles between the subspaces of two halves of each recording, even and odd trials, or first and second half of
        the time for a single trial: smaller angles are noise.
    shares : ndarray, shape (names,)
        Share of the variance of each recording that lies in its own subspace.
    captured : ndarray, shape (names, names)
        Variance of recording j in the subspace of recording i, divided by that in its own subspace.
    units : int
    """

    names: tuple[str, ...]
    angles: np.ndarray
    own: np.ndarray
    shares: np.ndarray
    captured: np.ndarray
    units: int

    @property
    def overlap(self) -> np.ndarray:
        """Mean squared cosine of the angles, between 0 and 1, shape (names, names)."""
        return np.mean(np.cos(self.angles) ** 2, axis=-1)

    @property
    def chance(self) -> float:
        """Mean overlap of random subspaces, their dimension divided by the number of units."""
        return self.angles.shape[-1] / self.units


def principal_angles(
    activities: Mapping[str, Activity], count: int = 3, *, discard: float = 0.0, dt: float | None = None
) -> PrincipalAngles:
    r"""Principal angles between the subspaces of the leading principal components.

    With orthonormal bases A and B, the cosines of the angles are the singular values of :math:`A^T B`.

    Parameters
    ----------
    activities : mapping of str to Trajectory or ndarray
        Two or more recordings of the same units: epochs (see `during`), conditions (some of the trials), or networks
        before and after training.
    count : int, optional
        Dimension of the subspaces.
    discard, dt
        As in `principal_components`.

    Returns
    -------
    PrincipalAngles

    Raises
    ------
    ShapeError
        When recordings have different units.
    ParameterError
        When there are fewer than two recordings, or one is constant or has fewer dimensions than `count`.

    Notes
    -----
    Costs one `principal_components` for each recording. Small angles are right to about 1e-15 (Björck & Golub 1973).

    References
    ----------
    Å. Björck, G. H. Golub, Math. Comput. 27, 579 (1973). Angles: J. A. Gallego, M. G. Perich, L. E. Miller, S. A.
    Solla, Neuron 94, 978 (2017). Captured variance: G. F. Elsayed et al., Nat. Commun. 7, 13239 (2016).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> turns = np.linspace(0.0, 20.0, 400)[:, None]
    >>> flat = np.hstack([np.cos(turns), np.sin(turns), 0 * turns])
    >>> tilted = flat @ np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8], [0.0, -0.8, 0.6]])
    >>> angles = ns.analysis.principal_angles({"before": flat, "after": tilted}, count=2).angles[0, 1]
    >>> np.cos(angles).round(9)
    array([1. , 0.6])
    """
    activities = named_entries(
        "activities", activities, "give recordings by name, {'before': first, 'after': second}"
    )
    names = tuple(activities)
    if len(names) < 2:
        raise ParameterError(f"activities must hold two or more recordings by name (got {len(names)}).")
    whole_number("count", count)
    samples = {name: center_activity(activities[name], discard=discard, dt=dt)[0] for name in names}
    _require_comparable(samples, count)
    frames = {name: leading_directions(samples[name], count) for name in names}
    for name, (_, variances) in frames.items():
        if variances[-1] <= 1e-15 * variances[0]:
            raise ParameterError(
                f"count must be at most the dimension of each activity (got count = {count}; activity {name!r} has "
                f"fewer)."
            )
    bases = [frames[name][0] for name in names]
    angles = np.zeros((len(names), len(names), count))
    captured = np.ones((len(names), len(names)))
    for i, first in enumerate(bases):
        for j, second in enumerate(bases):
            if i != j:
                angles[i, j] = _angles(first, second)
                captured[i, j] = _variance_within(samples[names[j]], first) / _variance_within(
                    samples[names[j]], second
                )
    own = [_angles(*_half_frames(activities[name], count, discard, dt)) for name in names]
    shares = [_variance_within(samples[name], frames[name][0]) / np.sum(samples[name] ** 2) for name in names]
    return PrincipalAngles(
        names, angles, np.array(own), np.array(shares), captured, samples[names[0]].shape[1]
    )


def during(activity: Activity, trials: Trials, epoch: str) -> np.ndarray:
    """Activity in one epoch of a task, from a simulation of its trials.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, steps + 1, units) or (trials, steps, units)
        A run of these trials that recorded every step, of which the states are taken, or an array such as
        ``run.rates``; the first sample of steps + 1, the initial state, is dropped.
    trials : Trials
    epoch : str
        One of ``trials.epochs``.

    Returns
    -------
    ndarray, shape (trials, samples, units)
        For epochs of different lengths: (1, samples, units), one trial after the other.

    Raises
    ------
    ShapeError, ParameterError, UnknownNameError
        When the activity is not that of these trials, or the epoch is empty or does not exist.
    """
    values = recording(activity).values
    instance_of("trials", trials, Trials, "try task.trials(...)")
    inside = trials.during(epoch)[..., 0]
    if values.shape[0] != len(trials) or values.shape[1] not in (trials.steps, trials.steps + 1):
        raise ShapeError(
            f"activity must have (trials, samples) = ({len(trials)}, {trials.steps + 1}), as these trials (got "
            f"{values.shape[:2]}); try simulate(network, **trials.simulation)."
        )
    values, lengths = values[:, -trials.steps :], inside.sum(axis=1)
    if not lengths.any():
        raise ParameterError(
            f"epoch must have steps in these trials (got {epoch!r}, which is empty); try another epoch."
        )
    chosen = values[inside]
    alike = (lengths == lengths[0]).all()
    return chosen.reshape(len(trials) if alike else 1, -1, values.shape[2])


def _angles(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Principal angles between two orthonormal bases, ascending."""
    across = first.T @ second
    cosines = np.linalg.svd(across, compute_uv=False)
    sines = np.linalg.svd(second - first @ across, compute_uv=False)[::-1]
    # the cosine does not resolve small angles, the sine not those near a right angle
    return np.where(cosines**2 >= 0.5, np.arcsin(np.minimum(sines, 1.0)), np.arccos(np.minimum(cosines, 1.0)))


def _require_comparable(samples: Mapping[str, np.ndarray], count: int) -> None:
    sizes = {name: values.shape[1] for name, values in samples.items()}
    if len(set(sizes.values())) > 1:
        raise ShapeError(f"activities must be recordings of the same units (got {sizes}).")
    for name, values in samples.items():
        if count > min(values.shape):
            raise ParameterError(
                f"count must be at most {min(values.shape)}, the dimension of activity {name!r} with {values.shape[1]} "
                f"units at {len(values)} samples (got {count})."
            )


def _half_frames(
    activity: Activity, count: int, discard: float, dt: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Leading directions of two halves of a recording: even and odd trials, or first and second half of the time."""
    values = recording(activity, discard=discard, dt=dt).values.astype(np.float64)
    half = values.shape[1] // 2
    halves = (values[::2], values[1::2]) if len(values) > 1 else (values[:, :half], values[:, half:])
    rows = [part.reshape(-1, values.shape[2]) for part in halves]
    first, second = (leading_directions(part - part.mean(axis=0), count)[0] for part in rows)
    return first, second


def _variance_within(samples: np.ndarray, basis: np.ndarray) -> float:
    return float(np.sum((samples @ basis) ** 2))

"""Covariant Lyapunov vectors: directions that the dynamics maps to each other, with the growth of the exponents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.lyapunov.result import resample_means
from neurosim.analysis.lyapunov.schedule import Schedule, schedule_of
from neurosim.analysis.lyapunov.spectrum import log_growth, random_frame
from neurosim.analysis.lyapunov.trajectories import NoiseArgument
from neurosim.analysis.lyapunov.trajectory_choice import trajectories_of
from neurosim.analysis.system import System
from neurosim.errors import ParameterError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import check_keywords, require_memory, whole_number

__all__ = ["CovariantVectors", "covariant_vectors"]

LEVEL = (2.5, 97.5)
BACKWARD = 0.25
"""Share of the intervals at the end, in which the vectors turn into their directions backward in time."""


@dataclass(frozen=True, eq=False)
class CovariantVectors(Result, times="time", growth="1/time", interval="time"):
    """Covariant Lyapunov vectors along one trajectory.

    Attributes
    ----------
    times : ndarray, shape (samples,)
        From the start of the simulation.
    states : ndarray, shape (samples, units) or (samples, units, variables)
    vectors : ndarray, shape (samples, dimensions, count)
        Unit vectors as columns, ordered by variable, then unit; their signs are arbitrary.
    growth : ndarray, shape (samples - 1, count)
        Growth rate of each vector from one sample to the next, in 1/time; its mean is the exponent.
    interval : float
        Time between two samples.
    """

    times: np.ndarray
    states: np.ndarray
    vectors: np.ndarray
    growth: np.ndarray
    interval: float

    @property
    def exponents(self) -> np.ndarray:
        """Lyapunov exponents, mean growth rates of the vectors, shape (count,), in 1/time."""
        return self.growth.mean(axis=0)

    @property
    def confidence(self) -> np.ndarray:
        """Lower and upper ends of their 95 % intervals by a block bootstrap over time, shape (2, count)."""
        return np.percentile(resample_means(self.growth), LEVEL, axis=0)

    def angles(self, first: int, second: int) -> np.ndarray:
        """Angle between two vectors at each sample, in degrees from 0 to 90."""
        for name, index in (("first", first), ("second", second)):
            if not 0 <= index < self.vectors.shape[2]:
                raise ParameterError(
                    f"{name} must be from 0 to {self.vectors.shape[2] - 1}, an index of a vector (got {index})."
                )
        cosines = np.abs(np.sum(self.vectors[:, :, first] * self.vectors[:, :, second], axis=1))
        return np.degrees(np.arccos(np.minimum(cosines, 1.0)))

    def splitting_angles(self, expanding: int) -> np.ndarray:
        """Smallest angle between the span of the first vectors and that of the others, at each sample, in degrees.

        Where it comes close to 0, expanding and contracting directions meet, and the dynamics is not hyperbolic.

        Parameters
        ----------
        expanding : int
            Number of vectors that count as expanding, such as those of positive exponents.
        """
        count = self.vectors.shape[2]
        if not 0 < expanding < count:
            raise ParameterError(
                f"expanding must be from 1 to {count - 1}, so that vectors are on both sides (got {expanding})."
            )
        found = np.empty(len(self.vectors))
        for k, vectors in enumerate(self.vectors):
            one, other = np.linalg.qr(vectors[:, :expanding])[0], np.linalg.qr(vectors[:, expanding:])[0]
            found[k] = np.linalg.svd(one.T @ other, compute_uv=False)[0]
        return np.degrees(np.arccos(np.minimum(found, 1.0)))


@check_keywords
def covariant_vectors(
    network: Network | System,
    count: int | None = None,
    duration: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    *,
    inputs: Any = None,
    noise: NoiseArgument = "network",
    discard: float | None = None,
    interval: float | None = None,
    initial_state: np.ndarray | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> CovariantVectors:
    r"""Covariant Lyapunov vectors of a network along one trajectory.

    The vectors that `lyapunov_spectrum` keeps orthonormal depend on the past alone, and only the first is mapped to
    itself by the dynamics. Covariant vectors v depend on past and future,

    .. math:: M(t)\,v_k(t) \parallel v_k(t + 1),

    with the tangent map M of an interval, and grow at the k-th exponent in both directions of time. With the frames and
    triangular factors of a forward run, :math:`M Q_n = Q_{n+1} R_{n+1}`, their coordinates :math:`V_n = Q_n C_n` follow
    backward, :math:`C_n \propto R_{n+1}^{-1} C_{n+1}`, from any upper triangular matrix at the end. The last quarter of
    the duration is for that to turn into its directions, and is not returned. The forward frames turn into theirs in a
    tenth of the duration, within `discard`: where neighboring exponents are close, take a longer duration.

    Parameters
    ----------
    network : Network or System
    count : int, optional
        How many vectors, those of the largest exponents. Default: all.
    duration, dt, scheme, inputs, noise, discard, interval, initial_state, threads, progress, rng : optional
        As in `lyapunov_spectrum`.

    Returns
    -------
    CovariantVectors

    Raises
    ------
    ParameterError
        As `lyapunov_spectrum`, and for a duration of fewer than 8 intervals.
    MemoryLimitError
        Before the start, if the frames would not fit in memory.

    Notes
    -----
    Vectors of equal exponents are not determined one by one, only their span. Memory: dimensions × count numbers for
    each interval. Cost: that of the exponents, and a triangular solution for each interval.

    References
    ----------
    F. Ginelli, P. Poggi, A. Turchi, H. Chaté, R. Livi, A. Politi, Phys. Rev. Lett. 99, 130601 (2007).

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), size=20, rng=0)
    >>> found = ns.analysis.covariant_vectors(network, count=3, duration=100.0, rng=1)
    >>> found.vectors.shape[1:], found.growth.shape[1]
    ((20, 3), 3)
    """
    seed = seed_sequence(rng)
    if isinstance(network, Network):
        require_undelayed(network, "analysis.covariant_vectors")
    trajectories = trajectories_of(network, inputs, noise, seed)
    most = trajectories.dimensions
    count = most if count is None else whole_number("count", count)
    if count > most:
        raise ParameterError(
            f"count must be at most {most}, the dimensions of the network (got {count}); take fewer vectors."
        )
    constants = trajectories.time_constants(initial_state)
    schedule = schedule_of(trajectories.stepping, count, constants, duration, dt, scheme, discard, interval)
    if schedule.intervals < 8:
        raise ParameterError(
            f"duration must be at least 8 intervals of {schedule.interval:g} (got {schedule.intervals}); take a longer "
            f"one or a shorter interval."
        )
    samples = schedule.intervals - round(BACKWARD * schedule.intervals)
    require_memory(
        8.0 * schedule.intervals * count * (most + count),
        f"the frames of {schedule.intervals} intervals",
        "Take fewer vectors, a shorter duration or a longer interval.",
    )
    tangent = trajectories.on_attractor(count, schedule, initial_state, threads_available(threads))
    tangent.vectors = random_frame(most, count, np.random.default_rng(child(seed, "tangent vectors")))
    with progress_bar(
        schedule.alignment + schedule.intervals, "covariant vectors", "interval", progress
    ) as bar:
        times, states, frames, factors = _forward(tangent, schedule, bar.update)
    vectors, growth = _backward(frames, factors, samples, schedule.interval)
    return CovariantVectors(
        times=times[:samples],
        states=states[:samples],
        vectors=vectors,
        growth=growth,
        interval=schedule.interval,
    )


def _forward(
    tangent: Any, schedule: Schedule, advance: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Times, states, frames and triangular factors; factors k map frame k - 1 to frame k."""
    for _ in range(schedule.alignment):
        tangent.advance(schedule.every)
        log_growth(tangent, schedule.interval)
        advance(1)
    times, states, frames = [tangent.step], [tangent.state], [tangent.vectors]
    factors = [np.eye(frames[0].shape[1])]
    for _ in range(schedule.intervals - 1):
        tangent.advance(schedule.every)
        mapped = tangent.vectors
        log_growth(tangent, schedule.interval)
        frames.append(tangent.vectors)
        factors.append(np.triu(frames[-1].T @ mapped))
        times.append(tangent.step)
        states.append(tangent.state)
        advance(1)
    found = np.array(states)
    found = found[..., 0] if found.shape[-1] == 1 else found
    return np.array(times) * schedule.dt, found, np.array(frames, np.float64), np.array(factors, np.float64)


def _backward(
    frames: np.ndarray, factors: np.ndarray, samples: int, interval: float
) -> tuple[np.ndarray, np.ndarray]:
    """Covariant vectors at the first samples, and their growth rates between them."""
    from scipy.linalg import solve_triangular

    count = frames.shape[2]
    coordinates = np.triu(np.ones((count, count)))
    coordinates /= np.linalg.norm(coordinates, axis=0)
    vectors, growth = np.empty((samples, *frames.shape[1:])), np.empty((samples - 1, count))
    for k in range(len(frames) - 1, -1, -1):
        if k < samples:
            vectors[k] = frames[k] @ coordinates
        if k == 0:
            break
        coordinates = solve_triangular(factors[k], coordinates)
        lengths = np.linalg.norm(coordinates, axis=0)
        coordinates /= lengths
        if k < samples:
            # backward in time a vector shrinks by the factor by which it grows
            growth[k - 1] = -np.log(lengths) / interval
    return vectors, growth

"""Finite-time Lyapunov exponents along the trials of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.lyapunov.spectrum import log_growth, random_frame
from neurosim.engine.inputs import Inputs
from neurosim.engine.tangent import Drive, Tangent
from neurosim.errors import ParameterError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.network_parts import as_state
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.schemes import find_scheme
from neurosim.tasks import Trials
from neurosim.time_constants import noise_or, time_constants
from neurosim.validation import check_keywords, instance_of, positive, whole_number

__all__ = ["FiniteTimeExponents", "finite_time_exponents"]

LEVEL, RESAMPLES = (2.5, 97.5), 2000


@dataclass(frozen=True, eq=False)
class FiniteTimeExponents(Result, times="time", growth="1/time", values="1/time", interval="time"):
    """Growth rates of displacements along the trials of a task.

    Attributes
    ----------
    times : ndarray, shape (windows,)
        Ends of the windows, from the start of the trial.
    growth : ndarray, shape (trials, windows, count)
        Growth rate of each vector in each window, in 1/time.
    values : ndarray, shape (count,)
        Exponents of whole trials, averaged over the trials.
    interval : float
        Length of a window.
    """

    times: np.ndarray
    growth: np.ndarray
    values: np.ndarray
    interval: float

    @property
    def by_trial(self) -> np.ndarray:
        """Exponents of each whole trial, shape (trials, count)."""
        return self.growth.mean(axis=1)

    @property
    def confidence(self) -> np.ndarray:
        """Lower and upper ends of the 95 % intervals of `values`, by resampling trials, shape (2, count)."""
        return _interval_of_mean(self.by_trial)

    @property
    def course(self) -> np.ndarray:
        """Growth rates in each window, averaged over the trials, shape (windows, count)."""
        return self.growth.mean(axis=0)

    @property
    def course_confidence(self) -> np.ndarray:
        """Lower and upper ends of the 95 % intervals of `course`, shape (2, windows, count)."""
        return _interval_of_mean(self.growth)


def _interval_of_mean(values: np.ndarray) -> np.ndarray:
    """95 % interval of the mean over the first axis; NaN for a single value."""
    if len(values) < 2:
        return np.full((2, *values.shape[1:]), np.nan)
    chosen = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    weights = np.apply_along_axis(np.bincount, 1, chosen, minlength=len(values)) / len(values)
    return np.percentile(np.tensordot(weights, values, axes=1), LEVEL, axis=0)


@check_keywords
def finite_time_exponents(
    network: Network,
    trials: Trials,
    count: int = 1,
    *,
    interval: float | None = None,
    scheme: str | None = None,
    noise: Any = "network",
    initial_state: np.ndarray | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> FiniteTimeExponents:
    """Lyapunov exponents over the finite time of trials: when a task makes a network sensitive, and when it forgets.

    Each trial starts where trials start and runs with its inputs; tangent vectors start from one random orthonormal
    frame and are made orthonormal again after each window.

    Parameters
    ----------
    network : Network
    trials : Trials
        With the time step of the network's training, ``task.trials(count, network.stepping.dt, rng)``.
    count : int, optional
        How many exponents, largest first.
    interval : float, optional
        Length of a window, rounded to whole steps. Default: the fastest time constant of the units.
    scheme : {"euler", "heun", "rk4"}, optional
        Default: that of `Network.stepping`, or else Euler.
    noise : Noise, optional
        Of each trial, frozen. Default: that of `Network.stepping`.
    initial_state : ndarray, shape (units,) or (units, variables), optional
        Default: `Network.starting_state`.
    threads, progress : optional
    rng : int, SeedSequence, Generator or None, optional
        Seed of the frame and of the noise.

    Returns
    -------
    FiniteTimeExponents

    Raises
    ------
    ParameterError
        For more exponents than dimensions, or a trial that is shorter than the interval.

    Notes
    -----
    In the first windows the vectors have not turned into their directions yet. For a trial that is long they give the
    exponents of `lyapunov_spectrum`. Cost: a product of the weights with count + 1 vectors for each step and trial.

    References
    ----------
    R. Engelken, F. Wolf, L. F. Abbott, Phys. Rev. Research 5, 043044 (2023), Section II.

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> network = ns.Network(ns.LeakyRate("tanh", tau=5.0), ns.Gaussian(0.5), 20, inputs=task.inputs,
    ...                      outputs=task.outputs, rng=0)
    >>> found = ns.analysis.finite_time_exponents(network, task.trials(4, dt=0.5, rng=1), rng=2)
    >>> bool(found.confidence[1, 0] < 0.0)
    True
    """
    require_undelayed(network, "analysis.finite_time_exponents")
    instance_of("trials", trials, Trials, "try task.trials(10, dt, rng)")
    count, most = whole_number("count", count), network.dimensions
    if count > most:
        raise ParameterError(
            f"count must be at most {most}, the dimensions of the network (got {count}); take fewer exponents."
        )
    window = time_constants(network).fastest if interval is None else positive("interval", interval)
    every = max(1, round(window / trials.dt))
    windows = trials.steps // every
    if not windows:
        raise ParameterError(
            f"interval must be at most the length of a trial, {trials.steps * trials.dt:g} (got {window:g})."
        )
    stepping, seed = network.stepping, seed_sequence(rng)
    name = scheme if scheme is not None else "euler" if stepping is None else stepping.scheme
    frame = random_frame(most, count, np.random.default_rng(child(seed, "tangent vectors")))
    state = (
        network.starting_state()
        if initial_state is None
        else as_state(initial_state, network.neuron, network.size)
    )
    growth = np.empty((len(trials), windows, count))
    with progress_bar(len(trials), "finite-time exponents", "trial", progress) as bar:
        for k in range(len(trials)):
            inputs = Inputs(trials.inputs[k], network, 1, trials.dt, trials.steps)
            drive = Drive(inputs, noise_or(stepping, noise), child(seed, f"trial {k}"))
            tangent = Tangent(
                network, count, trials.dt, find_scheme(name), threads_available(threads), drive=drive
            )
            tangent.state = state.reshape(network.size, -1)
            tangent.vectors = frame
            for w in range(windows):
                tangent.advance(every)
                growth[k, w] = log_growth(tangent, every * trials.dt) / (every * trials.dt)
            bar.update(1)
    return FiniteTimeExponents(
        times=np.arange(1, windows + 1) * every * trials.dt,
        growth=growth,
        values=growth.mean(axis=(0, 1)),
        interval=every * trials.dt,
    )

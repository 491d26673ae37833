"""Lyapunov exponents: growth rates of small displacements along a trajectory."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from neurosim.analysis.attractors.boundedness import boundedness
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.lyapunov.kinks import warn_of_kink
from neurosim.analysis.lyapunov.result import SHORT, LyapunovSpectrum
from neurosim.analysis.lyapunov.schedule import DURATION, Schedule, schedule_of
from neurosim.analysis.lyapunov.trajectories import AnyTangent
from neurosim.analysis.lyapunov.trajectory_choice import trajectories_of
from neurosim.analysis.system import System
from neurosim.errors import ParameterError, ShortRunWarning, StabilityError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.time_constants import TimeConstants
from neurosim.validation import check_keywords, whole_number

__all__ = ["LyapunovSpectrum", "log_growth", "lyapunov_spectrum", "random_frame"]

LOST = 1e3
"""Roundings of the largest vector below which the direction of another is no more than rounding."""


@check_keywords
def lyapunov_spectrum(
    network: Network | System,
    count: int | None = None,
    duration: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    *,
    inputs: Any = None,
    noise: Noise | Literal["network"] | None = "network",
    discard: float | None = None,
    interval: float | None = None,
    initial_state: np.ndarray | None = None,
    starts: int | np.ndarray = 1,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> LyapunovSpectrum:
    r"""Lyapunov spectrum of a network along one trajectory: autonomous, driven by inputs, or under frozen noise.

    A network that is stepped with noise (`Network.stepping`) is measured under that noise.

    Evolves `count` tangent vectors with the exact derivative of each discrete step and makes them orthonormal
    again every `interval`; the mean logarithm of the i-th diagonal entry of R, per time, is the i-th exponent
    (Benettin et al. 1980; Engelken, Wolf & Abbott 2023). Inputs and noise are the same for all displaced
    trajectories: the largest exponent says whether they forget where they started.

    Parameters
    ----------
    network : Network or System
        Or functions; they take no inputs and no noise. A network with delays takes no noise.
    count : int, optional
        How many exponents, largest first; default: one for each variable of each unit, which are all without delays.
        For the largest alone take 1: that costs once to twice what the trajectory does.
    duration : float, optional
        Time averaged over, in the unit of the neuron's time constants. Default: 200 of the slowest time constant of a
        unit by itself, which give about two digits, at most 50 000 steps.
    dt, scheme : optional
        Default: as the network is stepped (`Network.stepping`), or else RK4 with a tenth of the fastest time constant.
        The exponents are those of the discrete step: Euler at a tenth of the time constant has a largest exponent that
        is a few per cent below that of the flow, RK4 one that is indistinguishable. With ``scheme="euler"`` and dt
        equal to the time constant they are those of a vanilla recurrent network; `per_step` of the result counts
        steps.
    inputs : ndarray or callable, optional
        As in `simulate`, for one trial: an array holds one sample for each step of `discard` and `duration`.
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        Frozen: the numbers that ``simulate(..., noise=noise, rng=rng)`` draws, the same for all displaced trajectories.
        None: without noise. Default: that of `Network.stepping`, if any; `LyapunovSpectrum.noise` says which it was.
    discard : float, optional
        Time before it, from the initial state to the attractor. Its end, a tenth of `duration` at most, lets the
        vectors turn into their directions. Default: half of the default of `duration`.
    interval : float, optional
        Time between two orthonormalizations, rounded to whole steps. Anything up to about two time constants
        gives the same. Default: the fastest time constant of the units, ten of them where `count` is 1.
    initial_state : ndarray, shape (units,) or (units, variables), optional
        Default: as in `simulate`. A `System` needs one, of shape (size,).
    starts : int or ndarray, shape (starts, units) or (starts, units, variables), optional
        Initial states, each of which gives a spectrum under the same inputs and the same noise: how many are drawn, or
        the states. A network may have several attractors with different exponents, which no error bar of one trajectory
        shows; `LyapunovSpectrum.attractors` says how many were found. The spectrum that is returned is that of the
        first start, with the `others` beside it.
    threads, progress
        As in `simulate`.
    rng : int, SeedSequence, Generator or None
        Seed of the initial state and of the noise, as in `simulate`, and of the first tangent vectors.

    Returns
    -------
    LyapunovSpectrum

    Raises
    ------
    ParameterError
        For more exponents than dimensions, a duration below `interval`, or tangent vectors that overflow or that a
        singular step annihilates.
    StabilityError
        When the trajectory becomes non-finite.

    Warns
    -----
    ShortRunWarning
        For a duration below 20 of the slowest time constants: `LyapunovSpectrum.short`.
    KinkWarning
        Where a network without varying input or noise ends at a kink, such as a rectified unit at its threshold.

    Notes
    -----
    Cost per step and stage: a product of the weights with `count` + 1 vectors, and a Gram–Schmidt of 2 units count²
    operations per interval. Several starts cost as much as so many calls.

    With delays, a step is a map of the state and of the rates that are on their way; a tangent vector is a displacement
    of both. The exponents are those of that map, some of them for each step within the delay, of which the
    largest approach those of the flow (Farmer 1982). This is NumPy: 0.4 to 0.5 ms for each stage of a step with up to
    300 units, so that 200 time constants by RK4 with a tenth of one take some four seconds.

    References
    ----------
    R. Engelken, F. Wolf, L. F. Abbott, Phys. Rev. Research 5, 043044 (2023). With delays: J. D. Farmer, Physica D
    4, 366 (1982).

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=20, rng=0)
    >>> spectrum = ns.analysis.lyapunov_spectrum(network, count=3, duration=50.0, rng=1)
    >>> bool(spectrum.values[0] < 0)
    True
    """
    seed = seed_sequence(rng)
    trajectories = trajectories_of(network, inputs, noise, seed)
    count = trajectories.dimensions if count is None else whole_number("count", count)
    states = trajectories.starts(initial_state, starts)
    constants = trajectories.time_constants(states[0])
    stepping = trajectories.stepping
    schedule = schedule_of(stepping, count, constants, duration, dt, scheme, discard, interval)
    most = trajectories.tangent_size(schedule)
    if count > most:
        raise ParameterError(
            f"count must be at most {most}, the dimensions of the network (got {count}); take fewer exponents."
        )
    field = trajectories.field(schedule)
    frame = random_frame(most, count, np.random.default_rng(child(seed, "tangent vectors")))
    spectra = []
    total = len(states) * (schedule.alignment + schedule.intervals)
    with progress_bar(total, "Lyapunov exponents", "interval", progress) as bar:
        for state in states:
            tangent = trajectories.on_attractor(count, schedule, state, threads_available(threads))
            tangent.vectors = frame
            growth, sizes = _measure(tangent, schedule, bar.update)
            found = _result(field, growth, sizes, tangent, schedule, constants)
            spectra.append(replace(found, noise=trajectories.noise, dimensions=most))
            if trajectories.is_steady(schedule):
                warn_of_kink(field, _last_state(field, tangent))
    first = replace(spectra[0], others=tuple(spectra[1:]))
    if first.short:
        warnings.warn(
            f"duration = {first.duration:g} is less than {SHORT:g} of the slowest time constant of a unit, "
            f"{constants.slowest:g}: the exponents are uncertain; take duration >= {DURATION * constants.slowest:g}.",
            ShortRunWarning,
            stacklevel=3,
        )
    return first


def _measure(tangent: AnyTangent, schedule: Schedule, advance: Any) -> tuple[np.ndarray, np.ndarray]:
    """Growth rates (intervals, count), and norms of the state after each interval."""
    growth = np.empty((schedule.intervals, tangent.vectors.shape[1]))
    sizes = np.empty(schedule.intervals)
    for k in range(-schedule.alignment, schedule.intervals):
        tangent.advance(schedule.every)
        logarithms = log_growth(tangent, schedule.interval)
        if k >= 0:
            growth[k] = logarithms / schedule.interval
            sizes[k] = np.linalg.norm(tangent.state)
        advance(1)
    return growth[:, np.argsort(-growth.mean(axis=0), kind="stable")], sizes


def _result(
    field: VectorField,
    growth: np.ndarray,
    sizes: np.ndarray,
    tangent: AnyTangent,
    schedule: Schedule,
    constants: TimeConstants,
) -> LyapunovSpectrum:
    values, duration = growth.mean(axis=0), schedule.intervals * schedule.interval
    status = boundedness(
        field,
        sizes,
        _last_state(field, tangent),
        exponent=float(values[0]),
        duration=duration,
        dt=schedule.dt,
        scheme=schedule.scheme,
    )
    return LyapunovSpectrum(
        values=values,
        growth=growth,
        interval=schedule.interval,
        duration=duration,
        discard=schedule.before * schedule.dt,
        dt=schedule.dt,
        scheme=schedule.scheme.name,
        dimensions=field.size,
        time_constant=constants.slowest,
        status=status,
    )


def _last_state(field: VectorField, tangent: AnyTangent) -> np.ndarray:
    """Present state in the layout of the field."""
    last = tangent.state[None]
    return field.inside(last if last.shape[-1] > 1 else last[..., 0])


def random_frame(rows: int, columns: int, draw: np.random.Generator) -> np.ndarray:
    """Random orthonormal columns, shape (rows, columns)."""
    frame, _ = np.linalg.qr(draw.standard_normal((rows, columns)))
    return frame


def log_growth(tangent: AnyTangent, interval: float) -> np.ndarray:
    """Logarithms of the growth since the last call; the vectors are orthonormal afterward."""
    stretch = tangent.orthonormalize()
    if not np.isfinite(tangent.state).all():
        raise StabilityError(
            f"the trajectory became non-finite before step {tangent.step}; take a smaller dt, weaker "
            f"weights, or an activation that saturates.",
            step=tangent.step,
        )
    least = max(np.finfo(stretch.dtype).tiny, LOST * np.finfo(stretch.dtype).eps * stretch.max())
    lost = np.flatnonzero(~(stretch > least) | ~np.isfinite(stretch))
    if lost.size:
        raise ParameterError(
            f"tangent vector {lost[0]} is lost to rounding within interval = {interval:g}; take a smaller dt or "
            f"interval, or count <= {max(lost[0], 1)} where the step is singular and the exponents that follow are "
            f"minus infinity."
        )
    return np.log(stretch)

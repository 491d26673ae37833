"""Lyapunov exponents: how fast small displacements grow along a trajectory."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.lyapunov.result import LyapunovSpectrum
from neurosim.analysis.lyapunov.system_tangent import SystemTangent
from neurosim.analysis.system import System
from neurosim.engine.inputs import Inputs
from neurosim.engine.simulate import simulate
from neurosim.engine.tangent import Drive, Tangent
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError, StabilityError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network, require_network
from neurosim.noise import Noise
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.schemes import find_scheme
from neurosim.time_constants import TimeConstants, time_constants
from neurosim.validation import check_keywords, non_negative, positive, whole_number

__all__ = ["LyapunovSpectrum", "lyapunov_spectrum"]

ALIGNMENT = 0.1
"""Part of the duration, within `discard`, that the vectors are given to turn into their directions."""

ALONE = 10.0
"""Time constants between two normalizations of a single vector, which has no frame to lose."""

LOST = 1e3
"""Roundings of the largest vector below which the direction of another is no more than rounding."""


@check_keywords
def lyapunov_spectrum(
    network: Network | System,
    count: int | None = None,
    duration: float = 200.0,
    dt: float = 0.1,
    scheme: str = "rk4",
    *,
    inputs: Any = None,
    noise: Noise | None = None,
    discard: float = 100.0,
    interval: float | None = None,
    initial_state: np.ndarray | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> LyapunovSpectrum:
    r"""Lyapunov spectrum of a network along one trajectory: autonomous, driven by inputs, or under frozen noise.

    Evolves `count` tangent vectors with the exact derivative of each discrete step and makes them orthonormal
    again every `interval`; the mean logarithm of the i-th diagonal entry of R, per time, is the i-th exponent
    (Benettin et al. 1980; Engelken, Wolf & Abbott 2023). Inputs and noise are the same for all displaced
    trajectories: the largest exponent says whether they forget where they started.

    Parameters
    ----------
    network : Network or System
        Or functions; they take no inputs and no noise.
    count : int, optional
        How many exponents, largest first; default: all, one for each variable of each unit. For the largest alone
        take 1: that costs once to twice what the trajectory does.
    duration : float
        Time averaged over, in the unit of the neuron's time constants; 200 time constants give about two digits.
    dt, scheme
        The exponents are those of the discrete step: Euler at dt = 0.1 has a largest exponent that is a few per
        cent below that of the flow, RK4 one that is indistinguishable. With ``scheme="euler"`` and dt equal to the
        time constant they are those of a vanilla recurrent network; `per_step` of the result counts steps.
    inputs : ndarray or callable, optional
        As in `simulate`, for one trial: an array holds one sample for each step of `discard` and `duration`.
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        Frozen: the numbers that ``simulate(..., noise=noise, rng=rng)`` draws.
    discard : float
        Time before it, from the initial state to the attractor. Its end, a tenth of `duration` at most, lets the
        vectors turn into their directions.
    interval : float, optional
        Time between two orthonormalizations, rounded to whole steps. Anything up to about two time constants
        gives the same. Default: the shortest time constant of the units, ten of them where `count` is 1.
    initial_state : ndarray, shape (units,) or (units, variables), optional
        Default: as in `simulate`. A `System` needs one, of shape (size,).
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
        When the trajectory leaves the finite numbers.

    Notes
    -----
    Cost per step and stage: a product of the weights with `count` + 1 vectors, and a Gram–Schmidt of 2 units count²
    operations per interval.

    References
    ----------
    R. Engelken, F. Wolf, L. F. Abbott, Phys. Rev. Research 5, 043044 (2023).

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=20, rng=0)
    >>> spectrum = ns.analysis.lyapunov_spectrum(network, count=3, duration=50.0, rng=1)
    >>> bool(spectrum.values[0] < 0)
    True
    """
    most = _dimensions(network)
    count = most if count is None else whole_number("count", count)
    if count > most:
        raise ParameterError(
            f"count = {count} exceeds the {most} dimensions of the network; take at most {most}."
        )
    dt, duration, discard = (
        positive("dt", dt),
        positive("duration", duration),
        non_negative("discard", discard),
    )
    if interval is None:
        interval = _time_constants(network, initial_state).fastest * (ALONE if count == 1 else 1.0)
        # enough of them to say how far to trust the mean
        interval = min(interval, duration / 40.0)
    every, intervals = _intervals(duration, dt, interval)
    before = max(1, round(discard / dt))
    alignment = min(max(1, round(ALIGNMENT * intervals)), (before - 1) // every)
    seed = seed_sequence(rng)
    clock = (before - alignment * every, dt, scheme)
    tangent: Tangent | SystemTangent
    if isinstance(network, System):
        if inputs is not None or noise is not None:
            raise ParameterError(
                "inputs or noise were given; a System takes none: put them into its functions."
            )
        tangent = _system_on_attractor(network, count, clock, initial_state)
    else:
        drive = Drive(Inputs(inputs, network, 1, dt, before + round(duration / dt)), noise, seed)
        run = _transient(network, drive, clock, initial_state)
        tangent = Tangent(network, count, dt, find_scheme(scheme), threads_available(threads), drive=drive)
        tangent.state, tangent.step = run.final_state[0], run.step
        if run.final_noise is not None:
            tangent.colored_noise = run.final_noise[0]
    tangent.vectors = _random_frame(most, count, np.random.default_rng(child(seed, "tangent vectors")))
    growth = np.empty((intervals, count))
    with progress_bar(alignment + intervals, "Lyapunov exponents", "interval", progress) as bar:
        for k in range(-alignment, intervals):
            tangent.advance(every)
            logarithms = _growth(tangent, every * dt)
            if k >= 0:
                growth[k] = logarithms / (every * dt)
            bar.update(1)
    order = np.argsort(-growth.mean(axis=0), kind="stable")
    growth = growth[:, order]
    return LyapunovSpectrum(
        values=growth.mean(axis=0),
        growth=growth,
        interval=every * dt,
        duration=intervals * every * dt,
        discard=before * dt,
        dt=dt,
        scheme=find_scheme(scheme).name,
        dimensions=most,
    )


def _dimensions(network: Network | System) -> int:
    if isinstance(network, System):
        return network.size
    return require_network(network).size * len(network.neuron.variables())


def _intervals(duration: float, dt: float, interval: float) -> tuple[int, int]:
    """Steps in an interval between two orthonormalizations, and how many of them there are."""
    if duration < positive("interval", interval):
        raise ParameterError(
            f"duration = {duration:g} is shorter than interval = {interval:g}; give a longer duration."
        )
    every = max(1, round(interval / dt))
    return every, max(1, round(duration / dt) // every)


def _time_constants(network: Network | System, start: np.ndarray | None) -> TimeConstants:
    """Those of the units by themselves; of a system, of its Jacobian where it starts."""
    if isinstance(network, Network):
        return time_constants(network)
    return TimeConstants.of_eigenvalues(
        np.linalg.eigvals(network.jacobian_at(network.checked_state("initial_state", start)))
    )


def _system_on_attractor(
    system: System, count: int, clock: tuple[int, float, str], start: np.ndarray | None
) -> SystemTangent:
    """System after its transient, up to the alignment of the tangent vectors."""
    steps, dt, scheme = clock
    tangent = SystemTangent(system, count, dt, find_scheme(scheme))
    tangent.state = system.checked_state("initial_state", start)[:, None]
    tangent.advance(steps)
    return tangent


def _transient(
    network: Network, drive: Drive, clock: tuple[int, float, str], start: np.ndarray | None
) -> Trajectory:
    """Trajectory up to the alignment of the tangent vectors."""
    inputs, (steps, dt, scheme) = drive.inputs, clock
    given: Any = inputs.function
    if inputs.array is not None:
        given = inputs.array[0, : 1 if inputs.constant is not None else steps]
    return simulate(
        network,
        steps * dt,
        dt,
        scheme,
        given,
        initial_state=start,
        noise=drive.noise,
        record=(),
        rng=drive.seed,
        progress=False,
    )


def _random_frame(rows: int, columns: int, draw: np.random.Generator) -> np.ndarray:
    frame, _ = np.linalg.qr(draw.standard_normal((rows, columns)))
    return frame


def _growth(tangent: Tangent | SystemTangent, interval: float) -> np.ndarray:
    """Logarithms of the growth since the last call; the vectors are orthonormal afterward."""
    stretch = tangent.orthonormalize()
    if not np.isfinite(tangent.state).all():
        raise StabilityError(
            f"the trajectory left the finite numbers before step {tangent.step}; take a smaller dt, weaker "
            f"weights, or an activation that saturates."
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

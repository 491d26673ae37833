"""Simulation of a network: `simulate` starts one, `resume` continues it."""

from __future__ import annotations

import dataclasses
import math
import time
import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from neurosim.engine.history import past_rates
from neurosim.engine.inputs import Inputs, count_trials
from neurosim.engine.integrator import Integrator
from neurosim.engine.noise_arrays import stationary_noise
from neurosim.engine.pace import Pace
from neurosim.engine.stability import check_finite, warn_of_long_steps
from neurosim.engine.trajectory import RECORDABLE, Recording, Settings, State, Trajectory
from neurosim.errors import InterruptionWarning, ParameterError, ShapeError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.noise import Noise, OrnsteinUhlenbeck, WhiteNoise, require_noise_of_size
from neurosim.progress import Progress, progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.schemes import EULER, find_scheme
from neurosim.time_constants import noise_or, step_or, time_constants
from neurosim.validation import (
    as_array,
    check_keywords,
    finite,
    instance_of,
    one_of,
    positive,
    require_memory,
    whole_number,
)

__all__ = ["resume", "simulate"]


@check_keywords
def simulate(
    network: Network,
    duration: float,
    dt: float | None = None,
    scheme: str | None = None,
    inputs: Any = None,
    trials: int | None = None,
    initial_state: np.ndarray | None = None,
    noise: Noise | Literal["network"] | None = "network",
    record: str | Sequence[str] = ("states", "rates", "outputs"),
    every: int = 1,
    rng: Seed = None,
    *,
    units: Sequence[int] | None = None,
    history: Any = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Trajectory:
    r"""Simulate a network from its initial state, for one trial or many.

    Parameters
    ----------
    network : Network
    duration : float
        Time to simulate, in the unit of the neuron's time constants; a whole number of steps.
    dt : float, optional
        Time step. Default: that of `Network.stepping`, or else a tenth of the fastest time constant of a unit,
        shortened so that the duration is a whole number of steps; `Settings.dt_source` of the result says which.
        dt = tau with Euler is the map of a vanilla RNN for a `LeakyRate` network.
    scheme : {"euler", "heun", "rk4"}, optional
        Integration scheme; its global error falls as dt, dt², dt⁴. Default: that of `Network.stepping`, or else Euler.
    inputs : ndarray or callable, optional
        A number for a network with one channel; shape (channels,), (steps, channels) or
        (trials, steps, channels), where sample k is held during step k; or a function of time that
        returns (channels,) or (trials, channels).
    trials : int, optional
        Independent copies that differ in initial state and noise (and in inputs that have a trial axis). Default: as
        many as `inputs` or `initial_state` have, or else 1.
    initial_state : ndarray, optional
        Shape (units,), (trials, units), or with a last axis for the variables of a unit that has several.
        Default: that of the network; without one, the first variable is drawn from N(0, 1) for
        each trial and the others start at rest.
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        None: without noise. Default: that of `Network.stepping`, if any.
    record : sequence of {"states", "rates", "outputs"}, optional
        What to record. States take trials × samples × units × variables numbers; rates are computed from them on
        first use.
    every : int, optional
        Record each `every`-th step.
    rng : int, SeedSequence, Generator or None, optional
        Seed of initial state and noise. The same seed gives the same numbers for any number of threads, and
        after an interruption.
    units : sequence of int, optional
        Record the states of these units only.
    history : ndarray or callable, optional
        Rates before time 0 of a network with delays. Shape (units,): constant; (steps, units) or (trials, steps,
        units): at the steps before time 0, the last one at -dt; or a function of time that returns (units,) or
        (trials, units). Default: the rates of the initial state.
    threads : int, optional
        Threads to use at most; default: all that numba has (NUMBA_NUM_THREADS). The result does not depend on it.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook, for runs of more than two seconds.

    Returns
    -------
    Trajectory
        With steps // every + 1 samples; sample 0 is the initial state. After Ctrl-C the partial result is returned,
        and `resume` continues it.

    Raises
    ------
    ParameterError, ShapeError
        For arguments that do not fit, by name.
    StabilityError
        If the state becomes non-finite: with step, trial and unit.
    MemoryLimitError
        Before the start, if the recording would not fit into memory.

    Notes
    -----
    Cost of a step: per stage, one product with the weights and one evaluation of `rate` and `drift` per unit.

    Delays (see `neurosim.connectivity.Delayed`) must be at least one step. A whole number of steps is exact: each stage
    reads the rates at the same stage of the step so long ago, and the order of the scheme is kept. Any other delay is
    interpolated between whole steps, linearly for Euler and by cubic polynomials for the other schemes. Then the
    orders are 1, 2 and 4 where the solution is smooth; a kink of the solution, as the history leaves at time 0 and at
    each sum of delays after it, lies within a step and limits the order to 2. The rates of the longest delay are kept:
    steps × stages × trials × units numbers.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=50, rng=0)
    >>> run = ns.simulate(network, duration=20.0, dt=0.1, scheme="rk4", trials=3, rng=1)
    >>> run.rates.shape
    (3, 201, 50)
    """
    require_network(network)
    duration = positive("duration", duration)
    dt, source = _time_step(network, duration, dt)
    settings = Settings(
        duration=duration,
        dt=dt,
        scheme=_scheme(network, scheme),
        trials=_count_trials(network, trials, inputs, initial_state),
        record=_recordings(record),
        units=_check_units(units, network.size),
        every=whole_number("every", every),
        noise=_check_noise(noise_or(network.stepping, noise), network.size),
        seed=seed_sequence(rng),
        dt_source=source,
    )
    start = _initial_states(network, settings, initial_state)
    warn_of_long_steps(network, settings.dt)
    colored = stationary_noise(settings.noise, settings.seed, settings.trials, network.size)
    recording = Recording.empty(network, settings)
    state = State(0, start, colored, past_rates(network, settings, start, history))
    return _run(network, settings, inputs, recording, state, threads, progress)


def resume(
    run: Trajectory,
    duration: float | None = None,
    *,
    inputs: Any = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Trajectory:
    """Continue a simulation; the result is the same, bit for bit, as that of one without interruption.

    Parameters
    ----------
    run : Trajectory
        Stopped by Ctrl-C, or complete; from memory or from a file.
    duration : float, optional
        New total duration, counted from time 0. Default: that of `run`.
    inputs : ndarray or callable, optional
        Inputs from time 0, if the former ones are too short, or were a function and the run was loaded from a file.
    threads, progress : optional
        As in `simulate`.

    Returns
    -------
    Trajectory
        The whole trajectory, from time 0.
    """
    settings = instance_of("run", run, Trajectory, "give what ns.simulate(...) returned").settings
    if duration is not None:
        settings = dataclasses.replace(settings, duration=positive("duration", duration))
    if settings.steps < run.step:
        raise ParameterError(
            f"duration must be at least that of the run, {run.times[-1]:g} (got {duration!r}); give the new total."
        )
    drive = run.drive if inputs is None else inputs
    if isinstance(drive, str):
        raise ParameterError(f"the inputs of this run were the function {drive}; give it again as inputs=.")
    recording, done = Recording.empty(run.network, settings), run.step // settings.every + 1
    if recording.states is not None and run.recorded is not None:
        recording.states[:, :, :done] = run.recorded
    if recording.outputs is not None and run.recorded_outputs is not None:
        recording.outputs[:, :done] = run.recorded_outputs
    state = State(run.step, run.final_state, run.final_noise, run.final_line)
    return _run(run.network, settings, drive, recording, state, threads, progress)


def _time_step(network: Network, duration: float, dt: float | None) -> tuple[float, str]:
    """Time step, and where it comes from."""
    if dt is not None:
        return positive("dt", dt), "given"
    if network.stepping is not None:
        return network.stepping.dt, "Network.stepping"
    longest = step_or(None, time_constants(network))
    # a part of 1e-9 of a step is rounding
    return duration / max(1, math.ceil(duration / longest - 1e-9)), "a tenth of the fastest time constant"


def _scheme(network: Network, scheme: str | None) -> str:
    if scheme is None:
        return EULER.name if network.stepping is None else network.stepping.scheme
    return find_scheme(scheme).name


def _count_trials(network: Network, trials: int | None, inputs: Any, initial_state: Any) -> int:
    """Number of trials: as given, or that of the inputs, of the initial state, or one."""
    if trials is not None:
        return whole_number("trials", trials)
    from_inputs = count_trials(inputs)
    if from_inputs is not None:
        return from_inputs
    several = len(network.neuron.variables()) > 1
    if initial_state is not None and np.ndim(as_array("initial_state", initial_state)) == 2 + several:
        return len(initial_state)
    return 1


def _recordings(record: str | Sequence[str]) -> tuple[str, ...]:
    names = (record,) if isinstance(record, str) else tuple(record)
    return tuple(one_of("record", name, RECORDABLE) for name in names)


def _check_noise(noise: Noise | None, size: int) -> Noise | None:
    if noise is not None and not isinstance(noise, (WhiteNoise, OrnsteinUhlenbeck)):
        raise ParameterError(
            f"noise must be a WhiteNoise or an OrnsteinUhlenbeck (got {noise!r}); try ns.WhiteNoise(density=0.1)."
        )
    require_noise_of_size("noise", noise, size)
    return noise


def _check_units(units: Sequence[int] | None, size: int) -> np.ndarray | None:
    if units is None:
        return None
    chosen = np.atleast_1d(as_array("units", units))
    if chosen.dtype.kind not in "iu" or chosen.ndim != 1 or not chosen.size:
        raise ParameterError(f"units must be indices of units (got {units!r}); try [0, 1, 2].")
    if chosen.min() < 0 or chosen.max() >= size:
        raise ParameterError(
            f"units must be indices from 0 to {size - 1} (got {units!r}), since the network has {size} units."
        )
    return chosen.astype(np.int64)


def _initial_states(network: Network, settings: Settings, given: Any) -> np.ndarray:
    """States at time 0, shape (trials, units, variables)."""
    variables = network.neuron.variables()
    full = (settings.trials, network.size, len(variables))
    start = given if given is not None else network.initial_state
    if start is not None:
        return _check_initial_state(start, full)
    require_memory(8.0 * math.prod(full), f"the states of {full[0]} trials", "Take fewer trials.")
    states = np.empty(full)
    states[:] = network.resting_state().reshape(full[1:])
    draw = np.random.default_rng(child(settings.seed, "initial state"))
    states[..., 0] += draw.standard_normal(full[:2])
    return states


def _check_initial_state(start: Any, full: tuple[int, int, int]) -> np.ndarray:
    state = finite("initial_state", start, np.float64)
    trials, size, count = full
    with_variables = state[..., None] if count == 1 and state.shape[-1:] == (size,) else state
    if with_variables.shape not in ((size, count), full):
        axis = "" if count == 1 else f", {count}"
        raise ShapeError(
            f"initial_state must have shape ({size}{axis or ','}) or ({trials}, {size}{axis}) (got {state.shape})."
        )
    return np.array(np.broadcast_to(with_variables, full))


def _run(
    network: Network,
    settings: Settings,
    drive: Any,
    recording: Recording,
    state: State,
    threads: int | None,
    progress: bool | None,
) -> Trajectory:
    """Simulate to the end, or until Ctrl-C."""
    inputs = Inputs(drive, network, settings.trials, settings.dt, settings.steps)
    integrator = Integrator(network, settings, inputs, recording, state, threads_available(threads))
    try:
        with progress_bar(settings.steps, "simulate", "step", progress) as bar:
            bar.update(state.step)
            _run_chunks(integrator, settings.steps, bar)
    except KeyboardInterrupt:
        warnings.warn(
            f"stopped by Ctrl-C at step {integrator.step} of {settings.steps}; ns.resume(run) continues from there.",
            InterruptionWarning,
            stacklevel=4,
        )
    integrator.record_last()
    step, states, colored, line = integrator.state
    recorded = recording.first(step // settings.every + 1)
    return Trajectory(
        network, settings, recorded.states, recorded.outputs, drive, states, colored, step, line
    )


def _run_chunks(integrator: Integrator, steps: int, bar: Progress) -> None:
    """Call the time loop in chunks, which are short enough for Ctrl-C and the progress bar."""
    pace = Pace(integrator.seconds_per_step, may_divide=integrator.may_divide)
    while integrator.step < steps:
        start = integrator.state
        chunk, integrator.divided = pace.choose(steps - start.step)
        begin = time.perf_counter()
        integrator.advance(chunk)
        pace.record(time.perf_counter() - begin, chunk, divided=integrator.divided)
        check_finite(integrator, start)
        bar.update(chunk)

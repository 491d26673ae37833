"""Run a network: one compiled time loop, called in chunks short enough for Ctrl-C and a progress bar."""

from __future__ import annotations

import dataclasses
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim.declaration import parameter_names
from neurosim.engine.inputs import Inputs
from neurosim.engine.integrator import Integrator
from neurosim.engine.noise_arrays import stationary_noise
from neurosim.engine.pace import Pace
from neurosim.engine.stability import check_finite, warn_of_long_steps
from neurosim.engine.trajectory import RECORDABLE, Settings, Trajectory
from neurosim.errors import InterruptionWarning, ParameterError, ShapeError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network, require_network
from neurosim.noise import Noise, OrnsteinUhlenbeck, WhiteNoise
from neurosim.progress import Progress, progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.schemes import find_scheme
from neurosim.validation import (
    check_keywords,
    finite,
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
    dt: float,
    scheme: str = "euler",
    inputs: Any = None,
    trials: int = 1,
    initial_state: np.ndarray | None = None,
    noise: Noise | None = None,
    record: str | Sequence[str] = ("states", "rates", "outputs"),
    every: int = 1,
    rng: Seed = None,
    *,
    units: Sequence[int] | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Trajectory:
    r"""Simulate a network from its initial state, for one trial or many.

    Parameters
    ----------
    network : Network
    duration : float
        Time to simulate, in the unit of the neuron's time constants; a whole number of steps.
    dt : float
        Step of the scheme. A leaky unit wants dt well below tau; dt = tau with Euler is the vanilla RNN map
        of a `LeakyRate` network.
    scheme : {"euler", "heun", "rk4"}
        Global error falls as dt, dt², dt⁴.
    inputs : ndarray or callable, optional
        A number for a network with one channel; shape (channels,), (steps, channels) or
        (trials, steps, channels), where sample k is held during step k; or a function of time that
        returns (channels,) or (trials, channels).
    trials : int, optional
        Independent copies that differ in initial state and noise (and in inputs that have a trial axis).
    initial_state : ndarray, optional
        Shape (units,), (trials, units), or with a last axis for the variables of a unit that has several.
        Default: that of the network; without one, the first variable is drawn from N(0, 1) for
        each trial and the others start at rest.
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
    record : sequence of {"states", "rates", "outputs"}, optional
        What to keep. States take trials × samples × units × variables numbers; rates are computed from them on
        first use.
    every : int, optional
        Keep each `every`-th step.
    rng : int, SeedSequence, Generator or None, optional
        Seed of initial state and noise. The same seed gives the same numbers, whatever the chunks, the threads
        or an interruption.
    units : sequence of int, optional
        Record the states of these units only.
    threads : int, optional
        Threads to use at most; default: all that numba has (NUMBA_NUM_THREADS). The result does not depend on it.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook, for runs of more than two seconds.

    Returns
    -------
    Trajectory
        With steps // every + 1 samples; sample 0 is the initial state. After Ctrl-C it holds what was done, and
        `resume` goes on.

    Raises
    ------
    ParameterError, ShapeError
        For arguments that do not fit, by name.
    StabilityError
        When the state leaves the finite numbers: with step, trial and unit.
    MemoryLimitError
        Before the start, when the recording would not fit.

    Notes
    -----
    Cost of a step: per stage, one product with the weights and one evaluation of `rate` and `drift` per unit.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=50, rng=0)
    >>> run = ns.simulate(network, duration=20.0, dt=0.1, scheme="rk4", trials=3, rng=1)
    >>> run.rates.shape
    (3, 201, 50)
    """
    require_network(network)
    settings = Settings(
        duration=positive("duration", duration),
        dt=positive("dt", dt),
        scheme=find_scheme(scheme).name,
        trials=whole_number("trials", trials),
        record=_recordings(record),
        units=_check_units(units, network.size),
        every=whole_number("every", every),
        noise=_check_noise(noise, network.size),
        seed=seed_sequence(rng),
    )
    start = _initial_states(network, settings, initial_state)
    warn_of_long_steps(network, settings.dt)
    held = stationary_noise(settings.noise, settings.seed, settings.trials, network.size)
    blank = Trajectory(network, settings, *_empty_recording(network, settings), inputs, start, held, 0)
    return _run(blank, threads, progress)


@check_keywords
def resume(
    run: Trajectory,
    duration: float | None = None,
    *,
    inputs: Any = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Trajectory:
    """Go on with a trajectory, bit for bit as if it had never stopped.

    Parameters
    ----------
    run : Trajectory
        Stopped by Ctrl-C, or complete; from memory or from a file.
    duration : float, optional
        New total duration, counted from the start of `run`. Default: what was asked for at first.
    inputs : ndarray or callable, optional
        Inputs from the start on, where the old ones do not reach far enough, or were a function and the run was
        loaded from a file.
    threads, progress : optional
        As in `simulate`.

    Returns
    -------
    Trajectory
        The whole trajectory, from time 0.
    """
    settings = run.settings
    if duration is not None:
        settings = dataclasses.replace(settings, duration=positive("duration", duration))
    if settings.steps < run.step:
        raise ParameterError(
            f"duration = {duration!r} is already passed: the run stands at t = {run.times[-1]:g}."
        )
    drive = run.drive if inputs is None else inputs
    if isinstance(drive, str):
        raise ParameterError(f"the inputs of this run were the function {drive}; give it again as inputs=.")
    recorded, outputs = _empty_recording(run.network, settings)
    done = run.step // settings.every + 1
    if recorded is not None and run.recorded is not None:
        recorded[:, :, :done] = run.recorded
    if outputs is not None and run.recorded_outputs is not None:
        outputs[:, :done] = run.recorded_outputs
    longer = dataclasses.replace(
        run, settings=settings, recorded=recorded, recorded_outputs=outputs, drive=drive
    )
    return _run(longer, threads, progress)


def _recordings(record: str | Sequence[str]) -> tuple[str, ...]:
    names = (record,) if isinstance(record, str) else tuple(record)
    return tuple(one_of("record", name, RECORDABLE) for name in names)


def _check_noise(noise: Noise | None, size: int) -> Noise | None:
    if noise is not None and not isinstance(noise, (WhiteNoise, OrnsteinUhlenbeck)):
        raise ParameterError(
            f"noise = {noise!r} is no noise; give ns.WhiteNoise(density=...) or ns.OrnsteinUhlenbeck(std=...)."
        )
    for name in parameter_names(type(noise)) if noise is not None else ():
        shape = np.shape(getattr(noise, name))
        if shape not in ((), (size,)):
            raise ShapeError(
                f"noise.{name} has shape {shape}; give one number, or one per unit with shape ({size},)."
            )
    return noise


def _check_units(units: Sequence[int] | None, size: int) -> np.ndarray | None:
    if units is None:
        return None
    chosen = np.atleast_1d(np.asarray(units))
    if chosen.dtype.kind not in "iu" or chosen.ndim != 1 or not chosen.size:
        raise ParameterError(f"units = {units!r} must be indices of units, such as [0, 1, 2].")
    if chosen.min() < 0 or chosen.max() >= size:
        raise ParameterError(
            f"units = {units!r} reach outside the network; indices run from 0 to {size - 1}."
        )
    return chosen.astype(np.int64)


def _initial_states(network: Network, settings: Settings, given: Any) -> np.ndarray:
    """States at time 0, shape (trials, units, variables)."""
    variables = network.neuron.variables()
    full = (settings.trials, network.size, len(variables))
    start = given if given is not None else network.initial_state
    if start is not None:
        return _check_initial_state(start, full)
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
            f"initial_state has shape {state.shape}; give ({size}{axis or ','}) or ({trials}, {size}{axis})."
        )
    return np.array(np.broadcast_to(with_variables, full))


def _empty_recording(network: Network, settings: Settings) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Arrays for states and outputs, once it is known that they fit into memory."""
    samples = settings.steps // settings.every + 1
    variables = len(network.neuron.variables())
    count = network.size if settings.units is None else len(settings.units)
    states = {"states", "rates"} & set(settings.record)
    shape = (variables, settings.trials, samples, count)
    shape_outputs = (settings.trials, samples, len(network.output_names))
    wanted = [shape] * bool(states) + [shape_outputs] * ("outputs" in settings.record)
    nbytes = sum(float(np.prod(s, dtype=float)) for s in wanted) * network.dtype.itemsize
    require_memory(
        nbytes, f"recording {samples} samples", "Record fewer: every=, units=, record=('outputs',)."
    )
    return (
        np.empty(shape, network.dtype) if states else None,
        np.empty(shape_outputs, network.dtype) if "outputs" in settings.record else None,
    )


def _run(run: Trajectory, threads: int | None, progress: bool | None) -> Trajectory:
    """Run to the end, or until Ctrl-C, and return what there is."""
    settings, network = run.settings, run.network
    inputs = Inputs(run.drive, network, settings.trials, settings.dt, settings.steps)
    integrator = Integrator(run, inputs, threads_available(threads))
    try:
        with progress_bar(settings.steps, "simulate", "step", progress) as bar:
            bar.update(run.step)
            _run_chunks(integrator, settings.steps, bar)
    except KeyboardInterrupt:
        warnings.warn(
            f"stopped by Ctrl-C at step {integrator.step} of {settings.steps}; ns.resume(run) goes on from there.",
            InterruptionWarning,
            stacklevel=4,
        )
    integrator.record_last()
    done = integrator.step // settings.every + 1
    return dataclasses.replace(
        run,
        recorded=None if run.recorded is None else run.recorded[:, :, :done],
        recorded_outputs=None if run.recorded_outputs is None else run.recorded_outputs[:, :done],
        final_state=integrator.states,
        final_noise=integrator.colored_noise,
        step=integrator.step,
    )


def _run_chunks(integrator: Integrator, steps: int, bar: Progress) -> None:
    pace = Pace(integrator.seconds_per_step, may_divide=integrator.may_divide)
    while integrator.step < steps:
        before, state, held = integrator.step, integrator.states, integrator.colored_noise
        chunk, integrator.divided = pace.choose(steps - before)
        begin = time.perf_counter()
        integrator.advance(chunk)
        pace.record(time.perf_counter() - begin, chunk, divided=integrator.divided)
        check_finite(integrator, before, state, held)
        bar.update(chunk)

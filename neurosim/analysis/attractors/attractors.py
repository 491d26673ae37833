"""Attractors of a network under a constant input: fixed points, limit cycles, or neither, from simulations."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurosim.analysis.activity.periods import GOOD, oscillation
from neurosim.analysis.attractors.boundedness import boundedness
from neurosim.analysis.fixed_points.fixed_points import search_settings
from neurosim.analysis.fixed_points.mixed_field import network_field
from neurosim.analysis.fixed_points.search import newton
from neurosim.analysis.fixed_points.starts import start_states
from neurosim.analysis.fixed_points.vector_field import NetworkField
from neurosim.analysis.stability import growth_signs
from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ShortRunWarning, StabilityError
from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.results.result import Result
from neurosim.schemes import find_scheme
from neurosim.time_constants import TimeConstants, stepping_or, time_constants
from neurosim.validation import check_keywords, non_negative, positive, whole_number

__all__ = ["Attractor", "Attractors", "attractors"]

STILL = 1e-6
"""Root mean square change over the window, in units of the state, below which a state stands still."""
NEAR = 1e-4
"""Distance of any unit below which two states that stand still are one."""
SAME = 1e-2
"""Share by which period and amplitude of one cycle may differ between two starts."""
BESIDE = 0.2
"""Distance from a cycle, in its amplitudes, below which a state is on it; samples are at most that far apart."""
FEWEST = 20
"""Least number of steps in a window."""
SETTLING = 500.0
"""Slowest time constants of a unit before the window, unless that takes more than the steps below."""
MOST_STEPS = 50_000
SHORT = 20.0
"""Slowest time constants below which a run is too short for its end to be an attractor."""
WINDOW = 2000
"""Steps of the window, by default."""


@dataclass(frozen=True, eq=False)
class Attractor(Result, period="time"):
    """One attractor of a network, as far as the window shows.

    Attributes
    ----------
    kind : {"fixed point", "unstable fixed point", "limit cycle", "unsettled", "unbounded"}
        Unstable: the start was on it, and nothing pushed the state off. Unsettled: chaos, a torus, or a transient that
        is longer than the run. Unbounded: the state grows without bound, and there is no attractor; see
        `neurosim.analysis.attractors.boundedness`.
    count : int
        How many starts ended here.
    period : float
        Period of a limit cycle, otherwise NaN. In a map it need not be a whole number of steps.
    amplitude : float
        Root mean square deviation from the mean state.
    mean : ndarray, shape (units,) or (units, variables)
    orbit : ndarray, shape (samples, units) or (samples, units, variables)
        The last period; where the activity is unsettled, the whole window.
    unexplained : float
        Share of the variance that is not explained by harmonics of the period; 0 for fixed points.
    outputs : ndarray, shape (samples, outputs)
        Of the readout, along the orbit.
    """

    kind: str
    count: int
    period: float
    amplitude: float
    mean: np.ndarray
    orbit: np.ndarray
    unexplained: float
    outputs: np.ndarray

    def __repr__(self) -> str:
        period = f", period {self.period:.6g}" if self.kind == "limit cycle" else ""
        return f"Attractor({self.kind}{period}, amplitude {self.amplitude:.3g}, {self.count} starts)"


@dataclass(frozen=True, eq=False)
class Attractors(Result, duration="time", window="time", dt="time", time_constant="time"):
    """Attractors of a network under one input, those that most starts reached first.

    Attributes
    ----------
    network : Network
    inputs : ndarray, shape (channels,)
    found : tuple of Attractor
    labels : ndarray of int, shape (starts,)
        Which of them each start reached.
    duration, window, dt : float
        Time before the window, time in it, and step.
    scheme : str
    time_constant : float
        Slowest time constant of a unit by itself.
    complete : bool
        Whether the run had its full duration and window, rather than being stopped by Ctrl-C: in a shorter run more is
        unsettled, and what looks like an attractor may be a transient.
    """

    network: Network
    inputs: np.ndarray
    found: tuple[Attractor, ...]
    labels: np.ndarray
    duration: float
    window: float
    dt: float
    scheme: str
    time_constant: float
    complete: bool = True

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, k: int) -> Attractor:
        return self.found[k]

    @property
    def short(self) -> bool:
        """Whether the run, with its window, was shorter than 20 of the slowest time constants."""
        return self.duration + self.window < SHORT * self.time_constant

    @property
    def settled(self) -> float:
        """Share of the starts that ended at a fixed point or limit cycle."""
        return float(np.mean([self.found[k].kind not in ("unsettled", "unbounded") for k in self.labels]))


@check_keywords
def attractors(
    network: Network,
    inputs: np.ndarray | None = None,
    starts: Any = 50,
    *,
    duration: float | None = None,
    window: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    displacement: float = 0.0,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> Attractors:
    """Attractors that a network reaches from many states, without noise and under a constant input.

    The memory of a trained network is often an oscillation that the readout does not see; a search for fixed points
    misses it. A long simulation under a constant input decides: the state approaches an attractor, and if it keeps
    moving there is no stable fixed point in that basin.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (channels,), optional
        Default: zero.
    starts : int, Trajectory or ndarray, optional
        As in `fixed_points`.
    duration : float, optional
        Time before the window. Default: 500 of the slowest time constants of a unit, at most 50 000 steps.
    window : float, optional
        Time that is examined; it should hold five periods. Default: 2000 steps.
    dt : float, optional
        Default: as the network is stepped (`Network.stepping`), or else a tenth of the fastest time constant of a unit.
        For the map of a `LeakyRate` network: tau.
    scheme : {"rk4", "heun", "euler"}, optional
        Default: as the network is stepped, or else "rk4". "euler" for a network that was trained as a map.
    displacement, threads, progress, rng
        As in `fixed_points`. Ctrl-C ends the time before the window, or the window, with an `InterruptionWarning`.
        The states at that time are described, and marked: `Attractors.complete` is False.

    Returns
    -------
    Attractors

    Warns
    -----
    ShortRunWarning
        For a run below 20 of the slowest time constants: `Attractors.short`.

    Notes
    -----
    Costs (duration + window) / dt steps of the network for each start. `limit_cycle` gives the multipliers of a cycle.
    Where the state of a start becomes non-finite, it is unbounded, and the others are simulated again without it.

    References
    ----------
    C. Jarne, Cognitive Neurodynamics 17, 257 (2023), on oscillations as memories of trained networks.

    Examples
    --------
    Three units that inhibit each other in a ring take turns.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> ring = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
    >>> found = ns.analysis.attractors(ring, starts=10, rng=1)
    >>> [attractor.kind for attractor in found]
    ['limit cycle']
    """
    field = network_field(network, inputs)
    constants = time_constants(field.network)
    dt, tableau = stepping_or(field.network.stepping, dt, scheme, constants)
    if duration is None:
        duration = min(SETTLING * constants.slowest, MOST_STEPS * dt)
    steps = round(non_negative("duration", duration) / dt)
    samples = (
        WINDOW
        if window is None
        else whole_number("window / dt", round(positive("window", window) / dt), FEWEST)
    )
    begin = start_states(field, starts, displacement, rng)
    settings: dict[str, Any] = {
        "noise": None,
        "dt": dt,
        "scheme": tableau.name,
        "inputs": field.inputs if field.inputs.size else None,
        "threads": threads,
        "progress": progress,
        "rng": 0,
    }
    alive, settled, run, complete = _run(field, begin, steps, samples, settings)
    if run is not None and run.step < FEWEST:
        raise KeyboardInterrupt
    found, labels = _classify_all(field, begin, alive, run, constants)
    result = Attractors(
        network=network,
        inputs=field.inputs,
        found=found,
        labels=labels,
        duration=settled * dt,
        window=(0 if run is None else run.step) * dt,
        dt=dt,
        scheme=tableau.name,
        time_constant=constants.slowest,
        complete=complete,
    )
    if result.short and complete and run is not None:
        warnings.warn(
            f"duration + window = {result.duration + result.window:g} is less than {SHORT:g} of the slowest time "
            f"constant of a unit, {constants.slowest:g}: states may not have settled; take a longer duration.",
            ShortRunWarning,
            stacklevel=3,
        )
    return result


def _classify_all(
    field: NetworkField,
    begin: np.ndarray,
    alive: np.ndarray,
    run: Trajectory | None,
    constants: TimeConstants,
) -> tuple[tuple[Attractor, ...], np.ndarray]:
    """Attractors without repetition, and which of them each start reached."""
    count = begin.shape[1]
    each = [_unbounded_attractor(field, begin, k) for k in range(count)]
    if run is None:
        return _merge(each, np.zeros((count, 1, *field.outside(begin).shape[1:])))
    windows = np.zeros((count, *run.states.shape[1:]))
    for k, start in enumerate(alive):
        each[start], windows[start] = _classify(field, run, k, constants), run.states[k]
    return _merge(each, windows)


def _run(
    field: NetworkField, begin: np.ndarray, steps: int, samples: int, settings: dict[str, Any]
) -> tuple[np.ndarray, int, Trajectory | None, bool]:
    """Starts that stay finite, steps before the window, the window, and whether both are as long as they should be."""
    alive, settled, complete = np.arange(begin.shape[1]), 0, True
    state = field.outside(begin)
    if steps:
        alive, before = _simulate_finite(field, state, alive, steps, {**settings, "record": ()})
        if before is None:
            return alive, 0, None, True
        settled, complete = before.step, before.complete
        state = before.final_state if before.final_state.shape[-1] > 1 else before.final_state[..., 0]
    alive, run = _simulate_finite(field, state, alive, samples, settings)
    return alive, settled, run, complete and (run is None or run.complete)


def _simulate_finite(
    field: NetworkField, state: np.ndarray, alive: np.ndarray, steps: int, settings: dict[str, Any]
) -> tuple[np.ndarray, Trajectory | None]:
    """Simulation of those starts whose state stays finite, and which they are."""
    while alive.size:
        try:
            run = simulate(
                field.network,
                steps * settings["dt"],
                initial_state=state,
                trials=alive.size,
                **settings,
            )
        except StabilityError as error:
            finite = np.arange(alive.size) != error.trial
            state, alive = state[finite], alive[finite]
        else:
            return alive, run
    return alive, None


def _unbounded_attractor(field: NetworkField, begin: np.ndarray, start: int) -> Attractor:
    """What is said of a start whose state became non-finite."""
    state = field.outside(begin[:, start : start + 1])
    outputs = np.full((1, field.network.outputs), np.nan)
    return Attractor("unbounded", 1, np.nan, np.inf, np.full(state.shape[1:], np.nan), state, np.nan, outputs)


def _classify(field: NetworkField, run: Trajectory, trial: int, constants: TimeConstants) -> Attractor:
    """Attractor on which the samples of one trial are."""
    states, outputs = run.states[trial], run.outputs[trial]
    # a window without edges: the mean hardly depends on the phase at which an oscillation is cut off
    weights = np.hanning(len(states) + 2)[1:-1]
    mean = np.average(states, axis=0, weights=weights)
    amplitude = float(np.sqrt(np.average((states - mean) ** 2, axis=0, weights=weights).mean()))
    if np.ptp(states, axis=0).max() < STILL:
        return _fixed_point(field, run, trial, constants)
    if _grows(field, run, trial):
        return Attractor("unbounded", 1, np.nan, amplitude, mean, states.copy(), np.nan, outputs.copy())
    turning = oscillation(states.reshape(len(states), -1))
    if turning.unexplained > GOOD:
        lost = turning.unexplained
        return Attractor("unsettled", 1, np.nan, amplitude, mean, states.copy(), lost, outputs.copy())
    turn = min(len(states), int(np.ceil(1.0 / turning.frequency)) + 1)
    orbit, seen = states[-turn:].copy(), outputs[-turn:].copy()
    period = run.dt / turning.frequency
    return Attractor("limit cycle", 1, period, amplitude, mean, orbit, turning.unexplained, seen)


def _grows(field: NetworkField, run: Trajectory, trial: int) -> bool:
    """Whether the state grows without bound."""
    states = run.states[trial]
    status = boundedness(
        field,
        np.linalg.norm(states.reshape(len(states), -1), axis=1),
        field.inside(states[-1:]),
        duration=run.step * run.dt,
        dt=run.dt,
        scheme=find_scheme(run.settings.scheme),
    )
    return status == "unbounded"


def _fixed_point(field: NetworkField, run: Trajectory, trial: int, constants: TimeConstants) -> Attractor:
    """Fixed point near the end of a trial that hardly moves, if there is one."""
    last, outputs = run.states[trial, -1:], run.outputs[trial, -1:]
    nearby = newton(field, field.inside(last), search_settings(constants, iterations=10))
    point = field.outside(nearby.states)
    if not nearby.found[0] or np.abs(point - last).max() > NEAR:
        return Attractor("unsettled", 1, np.nan, 0.0, last[0], last, np.nan, outputs)
    eigenvalues = np.linalg.eigvals(field.jacobians(nearby.states)[0])
    signs = growth_signs(eigenvalues, run.dt if run.settings.scheme == "euler" else None)
    kind = "unstable fixed point" if (signs > 0).any() else "fixed point"
    return Attractor(kind, 1, np.nan, 0.0, point[0], point, 0.0, outputs)


def _merge(each: list[Attractor], windows: np.ndarray) -> tuple[tuple[Attractor, ...], np.ndarray]:
    """Attractors without repetition, and which of them each start reached."""
    groups: list[list[int]] = []
    for k, one in enumerate(each):
        home = next((g for g in groups if _same(each[g[0]], one, windows[g[0]])), None)
        if home is None:
            groups.append([k])
        else:
            home.append(k)
    groups.sort(key=lambda group: -len(group))
    labels = np.empty(len(each), dtype=np.intp)
    for number, group in enumerate(groups):
        labels[group] = number
    found = tuple(replace(each[group[0]], count=len(group)) for group in groups)
    return found, labels


def _same(a: Attractor, b: Attractor, window: np.ndarray) -> bool:
    """Whether two attractors are one; `window` holds the samples on the first."""
    if a.kind != b.kind or a.kind in ("unsettled", "unbounded"):
        return a.kind == b.kind
    if a.kind != "limit cycle":
        return bool(np.abs(a.mean - b.mean).max() < NEAR)
    if abs(a.period - b.period) > SAME * a.period or abs(a.amplitude - b.amplitude) > SAME * a.amplitude:
        return False
    gaps = np.sqrt(np.mean((window - b.orbit[-1]) ** 2, axis=tuple(range(1, window.ndim))))
    return bool(gaps.min() < BESIDE * a.amplitude)

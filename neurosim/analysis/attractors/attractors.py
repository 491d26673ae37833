"""What a network settles into under an input that is held: fixed points, limit cycles, or neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurosim.analysis.activity.periods import GOOD, oscillation
from neurosim.analysis.fixed_points.network_field import NetworkField
from neurosim.analysis.fixed_points.search import newton
from neurosim.analysis.fixed_points.starts import start_states
from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.results.result import Result
from neurosim.schemes import find_scheme
from neurosim.time_constants import step_or, time_constants
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
"""Steps of a window from which anything can be told."""
SETTLING = 500.0
"""Slowest time constants of a unit before the window, unless that takes more than the steps below."""
MOST_STEPS = 50_000


@dataclass(frozen=True, eq=False)
class Attractor:
    """One way in which the activity goes on for ever, as far as the window shows.

    Attributes
    ----------
    kind : {"fixed point", "unstable fixed point", "limit cycle", "unsettled"}
        Unstable: the start was on it, and nothing pushed the state off. Unsettled: chaos, a torus, or a transient that
        is longer than the run.
    count : int
        How many starts ended here.
    period : float
        Time of one turn; NaN unless a limit cycle. In a map it need not be a whole number of steps.
    amplitude : float
        Root mean square deviation from the mean state.
    mean : ndarray, shape (units,) or (units, variables)
    orbit : ndarray, shape (samples, units) or (samples, units, variables)
        The last turn; of what is unsettled, the whole window.
    unexplained : float
        Share of the variance that harmonics of the period leave; 0 for fixed points.
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
class Attractors(Result, duration="time", window="time", dt="time"):
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
    complete : bool
        Whether both times are what was asked for. Ctrl-C leaves less: what is unsettled may only have had no time to
        settle, and what looks like an attractor may be a transient.
    """

    network: Network
    inputs: np.ndarray
    found: tuple[Attractor, ...]
    labels: np.ndarray
    duration: float
    window: float
    dt: float
    scheme: str
    complete: bool = True

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, k: int) -> Attractor:
        return self.found[k]

    @property
    def settled(self) -> float:
        """Share of the starts that ended at a fixed point or limit cycle."""
        return float(np.mean([self.found[k].kind != "unsettled" for k in self.labels]))


@check_keywords
def attractors(
    network: Network,
    inputs: np.ndarray | None = None,
    starts: Any = 50,
    *,
    duration: float | None = None,
    window: float | None = None,
    dt: float | None = None,
    scheme: str = "rk4",
    displacement: float = 0.0,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> Attractors:
    """Run a network from many states, without noise and under an input that is held, and say where it ends.

    The memory of a trained network is often an oscillation that the readout does not see; a search for fixed points
    misses it. Holding the input for long is the decisive experiment: what the state goes to is an attractor, and if
    it keeps moving there is no stable fixed point in that basin.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (channels,), optional
        Default: zero.
    starts : int, Trajectory or ndarray, optional
        As in `fixed_points`.
    duration : float, optional
        Time before the window. Default: 500 of the slowest time constant of a unit, at most 50 000 steps.
    window : float, optional
        Time that is looked at; it should hold five periods. Default: 2000 steps.
    dt : float, optional
        Default: a tenth of the fastest time constant of a unit. For the map of a `LeakyRate` network: tau.
    scheme : {"rk4", "heun", "euler"}, optional
        "euler" for a network that was trained as a map.
    displacement, threads, progress, rng
        As in `fixed_points`. Ctrl-C ends the time before the window, or the window, with an `InterruptionWarning`.
        What the states have come to by then is described, and marked: `Attractors.complete` is False.

    Returns
    -------
    Attractors

    Raises
    ------
    StabilityError
        When the state leaves the finite numbers.

    Notes
    -----
    Costs (duration + window) / dt steps of the network for each start. `limit_cycle` gives the multipliers of a cycle.

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
    field = NetworkField(network, inputs)
    constants = time_constants(field.network)
    dt = step_or(dt, constants)
    if duration is None:
        duration = min(SETTLING * constants.slowest, MOST_STEPS * dt)
    steps = round(non_negative("duration", duration) / dt)
    samples = (
        2000
        if window is None
        else whole_number("window / dt", round(positive("window", window) / dt), FEWEST)
    )
    begin = start_states(field, starts, displacement, rng)
    settings: dict[str, Any] = {
        "dt": dt,
        "scheme": find_scheme(scheme).name,
        "inputs": field.inputs if field.inputs.size else None,
        "trials": begin.shape[1],
        "threads": threads,
        "progress": progress,
        "rng": 0,
    }
    state, settled, complete = field.outside(begin), 0, True
    if steps:
        held = simulate(field.network, steps * dt, initial_state=state, record=(), **settings)
        settled, complete = held.step, held.complete
        state = held.final_state if field.variables > 1 else held.final_state[..., 0]
    run = simulate(field.network, samples * dt, initial_state=state, **settings)
    if run.step < FEWEST:
        raise KeyboardInterrupt
    each = [_described(field, run, k) for k in range(begin.shape[1])]
    found, labels = _merged(each, run.states)
    return Attractors(
        network=network,
        inputs=field.inputs,
        found=found,
        labels=labels,
        duration=settled * dt,
        window=run.step * dt,
        dt=dt,
        scheme=run.settings.scheme,
        complete=complete and run.complete,
    )


def _described(field: NetworkField, run: Trajectory, trial: int) -> Attractor:
    """Attractor on which the samples of one trial are."""
    states, outputs = run.states[trial], run.outputs[trial]
    # a window without edges: the mean hardly depends on the phase at which an oscillation is cut off
    weights = np.hanning(len(states) + 2)[1:-1]
    mean = np.average(states, axis=0, weights=weights)
    amplitude = float(np.sqrt(np.average((states - mean) ** 2, axis=0, weights=weights).mean()))
    if np.ptp(states, axis=0).max() < STILL:
        return _standing(field, run, trial)
    turning = oscillation(states.reshape(len(states), -1))
    if turning.unexplained > GOOD:
        lost = turning.unexplained
        return Attractor("unsettled", 1, np.nan, amplitude, mean, states.copy(), lost, outputs.copy())
    turn = min(len(states), int(np.ceil(1.0 / turning.frequency)) + 1)
    orbit, seen = states[-turn:].copy(), outputs[-turn:].copy()
    period = run.dt / turning.frequency
    return Attractor("limit cycle", 1, period, amplitude, mean, orbit, turning.unexplained, seen)


def _standing(field: NetworkField, run: Trajectory, trial: int) -> Attractor:
    """Fixed point near the end of a trial that hardly moves, if there is one."""
    last, outputs = run.states[trial, -1:], run.outputs[trial, -1:]
    nearby = newton(field, field.inside(last), tolerance=1e-12, iterations=10)
    point = field.outside(nearby.states)
    if not nearby.found[0] or np.abs(point - last).max() > NEAR:
        return Attractor("unsettled", 1, np.nan, 0.0, last[0], last, np.nan, outputs)
    eigenvalues = np.linalg.eigvals(field.jacobians(nearby.states)[0])
    euler = run.settings.scheme == "euler"
    grows = np.abs(1.0 + run.dt * eigenvalues).max() > 1.0 if euler else eigenvalues.real.max() > 0.0
    kind = "unstable fixed point" if grows else "fixed point"
    return Attractor(kind, 1, np.nan, 0.0, point[0], point, 0.0, outputs)


def _merged(each: list[Attractor], windows: np.ndarray) -> tuple[tuple[Attractor, ...], np.ndarray]:
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
    if a.kind != b.kind or a.kind == "unsettled":
        return a.kind == b.kind
    if a.kind != "limit cycle":
        return bool(np.abs(a.mean - b.mean).max() < NEAR)
    if abs(a.period - b.period) > SAME * a.period or abs(a.amplitude - b.amplitude) > SAME * a.amplitude:
        return False
    gaps = np.sqrt(np.mean((window - b.orbit[-1]) ** 2, axis=tuple(range(1, window.ndim))))
    return bool(gaps.min() < BESIDE * a.amplitude)

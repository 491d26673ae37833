"""Activity of networks under the same conditions, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.progress import Progress
from neurosim.randomness import child
from neurosim.tasks import Task
from neurosim.time_constants import TimeConstants, duration_or, stepping_or, time_constants
from neurosim.training import Training
from neurosim.validation import whole_number

__all__ = ["Conditions", "activity_of", "network_of", "require_equal_intervals"]

TIME = 50.0
"""Duration without a task, in the longest time constant of a unit."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """How networks are run: the arguments of `similarity`, None where not given."""

    task: Task | None
    trials: int | None
    inputs: Any
    duration: float | None
    dt: float | None
    scheme: str | None
    seed: np.random.SeedSequence

    @property
    def given(self) -> list[str]:
        """Names of those that were given."""
        names = ("task", "trials", "inputs", "duration", "dt", "scheme")
        return [name for name in names if getattr(self, name) is not None]

    def simulation(self, networks: Sequence[Network]) -> dict[str, Any]:
        """Arguments of `simulate`, the same for all networks."""
        if self.task is not None and not isinstance(self.task, Task):
            raise ParameterError(f"task must be a Task (got {self.task!r}); give one such as ns.tasks.Xor().")
        constants = [time_constants(network) for network in networks]
        dt, scheme = self._stepping(networks, constants)
        trials = 10 if self.trials is None else whole_number("trials", self.trials)
        common = {"scheme": scheme, "rng": child(self.seed, "simulation"), "progress": False}
        if self.task is not None:
            clash = [name for name in ("inputs", "duration") if getattr(self, name) is not None]
            if clash:
                raise ParameterError(
                    f"task has its own {' and '.join(clash)}; leave {' and '.join(clash)} out."
                )
            return {**self.task.trials(trials, dt, child(self.seed, "trials")).simulation, **common}
        duration = max(duration_or("duration", self.duration, TIME, each) for each in constants)
        return {
            "duration": max(round(duration / dt), 1) * dt,
            "dt": dt,
            "inputs": self.inputs,
            "trials": trials,
            **common,
        }

    def _stepping(self, networks: Sequence[Network], constants: Sequence[TimeConstants]) -> tuple[float, str]:
        """Step and scheme for all networks: those given, those that all are stepped with, or the finest default."""
        pairs = zip(networks, constants, strict=True)
        found = [stepping_or(network.stepping, self.dt, self.scheme, each) for network, each in pairs]
        ways = sorted({(dt, scheme.name) for dt, scheme in found})
        if len(ways) > 1 and any(network.stepping is not None for network in networks):
            raise ParameterError(
                f"networks must be stepped alike to be compared (got dt and scheme {ways}); give dt= and scheme=."
            )
        return ways[0]


def network_of(thing: Any) -> Network | None:
    """Network that a thing is, was trained to, or that made it; None for an array."""
    if isinstance(thing, Network):
        return thing
    return thing.network if isinstance(thing, (Training, Trajectory)) else None


def activity_of(
    things: Sequence[Any], conditions: Conditions, discard: float, bar: Progress
) -> list[np.ndarray]:
    """Activity of each thing, shape (trials, samples, units): recorded, or simulated where it is a network."""
    run = [thing for thing in things if isinstance(thing, (Network, Training))]
    if run and len(run) < len(things):
        raise ParameterError(
            "things must be all networks, or all activity (got both); simulate the networks under the conditions in "
            "which the activity was recorded."
        )
    if not run:
        require_equal_intervals(things)
        if conditions.given:
            raise ParameterError(
                f"{', '.join(conditions.given)} must not be given with activity, which is not simulated again; leave "
                f"out, or give networks."
            )
        return [np.asarray(recording(thing, discard=discard).values, np.float64) for thing in things]
    networks = [network for network in map(network_of, run) if network is not None]
    settings = conditions.simulation(networks)
    found = []
    for network in networks:
        states = simulate(network, record="states", **settings)
        if not states.complete:
            raise KeyboardInterrupt
        found.append(np.asarray(recording(states, discard=discard).values, np.float64))
        bar.update(1)
    return found


def require_equal_intervals(things: Sequence[Any]) -> None:
    """Raise where trajectories have different times between samples, whose dynamics a sample are not comparable."""
    intervals = sorted({float(f"{thing.dt:.9g}") for thing in things if isinstance(thing, Trajectory)})
    if len(intervals) > 1:
        raise ParameterError(
            f"trajectories must have the same time between samples (got {intervals}); simulate with one dt and every."
        )

"""What is analyzed: a network, the clock that it runs by, and the tasks that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import child, seed_sequence
from neurosim.schemes import find_scheme
from neurosim.tasks import Task
from neurosim.time_constants import STEPS_PER_FASTEST, time_constants
from neurosim.training import Training
from neurosim.validation import positive

__all__ = ["Clock", "Subject", "clock_of"]

TRIALS = 4
DISCARD, DURATION = 100.0, 400.0
"""Times of the autonomous run, in the slowest time constant of a unit."""
STILL = 1e-6
"""Standard deviation in time, in units of the state, below which the activity stands still."""
LARGE = 400
"""Dimensions from which on a report looks at fewer starts and exponents, so that it ends within minutes."""


@dataclass(frozen=True)
class Clock:
    """Steps by which a network runs.

    Attributes
    ----------
    dt : float
    scheme : str
    map : float or None
        The step where the discrete map is what is described, None where the flow is.
    """

    dt: float
    scheme: str
    map: float | None = None

    def __str__(self) -> str:
        kind = "flow" if self.map is None else "Euler map"
        return f"{kind}, {self.scheme}, dt = {self.dt:g}"


def clock_of(thing: Network | Training, dt: float | None = None) -> Clock:
    """Clock of a network: that of its training, an Euler map with the step that was given, or else the flow.

    Parameters
    ----------
    thing : Network or Training
    dt : float, optional
        Step of the Euler map that the network is.
    """
    if dt is not None:
        return Clock(positive("dt", dt), "euler", float(dt))
    step = getattr(thing.trainer, "dt", None) if isinstance(thing, Training) else None
    if isinstance(thing, Training) and step is not None:
        scheme = find_scheme(getattr(thing.trainer, "scheme", "euler")).name
        return Clock(float(step), scheme, float(step) if scheme == "euler" else None)
    network = thing.best if isinstance(thing, Training) else thing
    return Clock(time_constants(network).fastest / STEPS_PER_FASTEST, "rk4")


@dataclass(frozen=True)
class Subject:
    """One network under analysis.

    Attributes
    ----------
    label : str
    network : Network
    clock : Clock
    tasks : dict of str to Task
    seed : int
    """

    label: str
    network: Network
    clock: Clock
    tasks: dict[str, Task]
    seed: int = 0

    @cached_property
    def slowest(self) -> float:
        """Slowest time constant of a unit by itself."""
        return time_constants(self.network).slowest

    def steps(self, duration: float) -> float:
        """Duration in slowest time constants as a time, a whole number of steps."""
        return max(1, round(duration * self.slowest / self.clock.dt)) * self.clock.dt

    def affordable(self, count: int, power: int, least: int = 4) -> int:
        """How many of `count` starts or exponents to take, where the cost of each grows with a power of the size."""
        share = min(1.0, LARGE / (self.network.size * len(self.network.neuron.variables())))
        return max(min(count, least), int(count * share**power))

    def require_few_dimensions(self, most: int, search: str) -> None:
        """Refuse a search of fixed points, by a function of analysis, that takes many minutes."""
        dimensions = self.network.size * len(self.network.neuron.variables())
        if dimensions > most:
            raise ParameterError(
                f"a search in {dimensions} dimensions takes many minutes, and a report leaves it out above {most}; "
                f"call neurosim.analysis.{search}."
            )

    @property
    def settings(self) -> str:
        """How the autonomous run was made."""
        return (
            f"No input, no noise, {TRIALS} random starts; {self.clock}; "
            f"{self.steps(DURATION):g} of time after {self.steps(DISCARD):g} left out; seed {self.seed}."
        )

    @cached_property
    def run(self) -> Trajectory:
        """The network by itself, from random states, transient included."""
        run = simulate(
            self.network.replace(initial_state=None),
            self.steps(DISCARD) + self.steps(DURATION),
            self.clock.dt,
            self.clock.scheme,
            trials=TRIALS,
            every=max(1, int(0.1 * self.slowest / self.clock.dt)),
            rng=child(seed_sequence(self.seed), "autonomous"),
            progress=False,
        )
        if not run.complete:
            raise KeyboardInterrupt
        return run

    @cached_property
    def discard(self) -> float:
        """Transient of `run`."""
        return self.steps(DISCARD)

    def require_motion(self) -> None:
        """Raise where the autonomous run stands still, and its fluctuations are rounding or the end of a decay."""
        first = int(np.ceil(self.discard / self.run.dt))
        late = self.run.states[:, first:]
        if float(late.std(axis=1).max()) < STILL * max(float(np.abs(late).max()), 1.0):
            raise ParameterError(
                f"the activity stands still after t = {self.discard:g} from each of {TRIALS} random starts, so that it "
                f"has no fluctuations to describe; see the fixed points."
            )

"""Network under analysis in a report: how it is stepped, its tasks, and its autonomous run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import child, seed_sequence
from neurosim.stepping import Stepping
from neurosim.tasks import Task
from neurosim.time_constants import step_or, time_constants
from neurosim.training import Training
from neurosim.validation import positive

__all__ = ["Subject", "declared_stepping"]

TRIALS = 4
DISCARD, DURATION = 100.0, 400.0
"""Transient and duration of the autonomous run, in the slowest time constant of a unit."""
STILL = 1e-6
"""Standard deviation over time, relative to the largest state, below which activity counts as constant."""
SCHEME_NAMES = {"euler": "Euler steps", "heun": "Heun's method", "rk4": "RK4"}
LARGE = 400
"""Dimensions above which a report uses fewer starts and exponents, so that it takes minutes at most."""


def declared_stepping(thing: Network | Training, dt: float | None = None) -> Stepping | None:
    """Stepping that a network was trained with or imported with, None for one that approximates a flow.

    Parameters
    ----------
    thing : Network or Training
        A network has its own `stepping`; a training without one is stepped as its trainer does.
    dt : float, optional
        Step of Euler's scheme, in place of the declared one.
    """
    network = thing.best if isinstance(thing, Training) else thing
    stepping = network.stepping
    if stepping is None and isinstance(thing, Training):
        stepping = thing.trainer.stepping(network)
    if dt is None:
        return stepping
    return Stepping(positive("dt", dt), "euler", None if stepping is None else stepping.noise)


@dataclass(frozen=True)
class Subject:
    """Network under analysis.

    Attributes
    ----------
    label : str
    network : Network
        Without stepping of its own, so that none but the declared one has an effect.
    declared : Stepping or None
        How it was trained or imported; see `declared_stepping`.
    tasks : dict of str to Task
    seed : int
    """

    label: str
    network: Network
    declared: Stepping | None
    tasks: dict[str, Task]
    seed: int = 0

    @cached_property
    def stepping(self) -> Stepping:
        """The declared stepping, else RK4 with a tenth of the fastest time constant."""
        return self.declared or Stepping(step_or(None, time_constants(self.network)), "rk4")

    @property
    def map_step(self) -> float | None:
        """Step of the Euler map that the network is, None if it is described as a flow."""
        return self.declared.dt if self.declared is not None and self.declared.scheme == "euler" else None

    @property
    def convention(self) -> str:
        """Dynamical system that is described, and how it is integrated."""
        if self.map_step is not None:
            return f"Euler map with dt = {self.map_step:g}"
        return f"flow, integrated by {SCHEME_NAMES[self.stepping.scheme]} with dt = {self.stepping.dt:g}"

    @cached_property
    def autonomous(self) -> Network:
        """The network, started from random states."""
        return self.network.replace(initial_state=None)

    @cached_property
    def stepped(self) -> Network:
        """The network, stepped as declared."""
        return self.network.replace(stepping=self.declared)

    @cached_property
    def slowest(self) -> float:
        """Slowest time constant of a single unit."""
        return time_constants(self.network).slowest

    def span(self, multiple: float) -> float:
        """Multiple of the slowest time constant as a time, rounded to a whole number of steps."""
        return max(1, round(multiple * self.slowest / self.stepping.dt)) * self.stepping.dt

    def in_words(self, duration: float) -> str:
        """A time, and the same in slowest time constants if these are not the unit of time."""
        words = f"a time of {duration:g}"
        return words if self.slowest == 1.0 else f"{words} ({duration / self.slowest:.3g} time constants)"

    def affordable(self, count: int, power: int, least: int = 4) -> int:
        """Number of starts or exponents to use, at most `count`, if each costs a power of the number of dimensions."""
        share = min(1.0, LARGE / (self.network.dimensions))
        return max(min(count, least), int(count * share**power))

    def require_few_dimensions(self, most: int, search: str) -> None:
        """Raise if a search for fixed points, by this function of analysis, would take many minutes."""
        dimensions = self.network.dimensions
        if dimensions > most:
            raise ParameterError(
                f"a search in {dimensions} dimensions takes many minutes, and a report omits it above {most}; "
                f"call neurosim.analysis.{search}."
            )

    @property
    def settings(self) -> str:
        """Settings of the autonomous run, in words."""
        return (
            f"Autonomous: no input, no noise. {TRIALS} random initial states; {self.convention}; "
            f"{self.in_words(self.span(DURATION))} after a transient of {self.span(DISCARD):g}; seed {self.seed}."
        )

    @cached_property
    def run(self) -> Trajectory:
        """Autonomous run from random states, transient included."""
        run = simulate(
            self.autonomous,
            self.span(DISCARD) + self.span(DURATION),
            self.stepping.dt,
            self.stepping.scheme,
            trials=TRIALS,
            every=max(1, int(0.1 * self.slowest / self.stepping.dt)),
            rng=child(seed_sequence(self.seed), "autonomous"),
            progress=False,
        )
        if not run.complete:
            raise KeyboardInterrupt
        return run

    @cached_property
    def discard(self) -> float:
        """Transient of `run`."""
        return self.span(DISCARD)

    def require_fluctuations(self) -> None:
        """Raise if the autonomous run ends at rest, so that its fluctuations are rounding or the end of a decay."""
        first = int(np.ceil(self.discard / self.run.dt))
        late = self.run.states[:, first:]
        if float(late.std(axis=1).max()) < STILL * max(float(np.abs(late).max()), 1.0):
            raise ParameterError(
                f"the activity is constant after t = {self.discard:g} from each of {TRIALS} random initial states, so "
                f"it has no fluctuations; see the fixed points."
            )

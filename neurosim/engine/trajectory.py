"""What a simulation leaves: arrays with names, and everything that is needed to go on."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.conveniences import convenience
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.readouts import outputs_of

if TYPE_CHECKING:
    from os import PathLike

    from numpy.random import SeedSequence

__all__ = ["Settings", "Trajectory"]

RECORDABLE = ("states", "rates", "outputs")


@dataclass(frozen=True, eq=False)
class Settings:
    """How a trajectory was made: the arguments of `simulate`, checked and complete."""

    duration: float
    dt: float
    scheme: str
    trials: int
    record: tuple[str, ...]
    units: np.ndarray | None
    every: int
    noise: Noise | None
    seed: SeedSequence

    def __post_init__(self) -> None:
        if self.steps < 1 or abs(self.duration / self.dt - self.steps) > 1e-6 * self.steps:
            raise ParameterError(
                f"duration = {self.duration!r} is not a whole number of steps of dt = {self.dt!r}; "
                f"for instance, take duration={max(self.steps, 1) * self.dt:g}."
            )

    @property
    def steps(self) -> int:
        """Number of steps that were asked for."""
        return round(self.duration / self.dt)


@dataclass(frozen=True, eq=False)
class Trajectory:
    r"""Result of `simulate`: what was recorded, what made it, and where it stands.

    Attributes
    ----------
    network : Network
    settings : Settings
        Duration, dt, scheme, trials, noise and seed of the simulation.
    recorded : ndarray or None, shape (variables, trials, samples, recorded units)
        States by variable; `states` is the same memory with the variable last.
    recorded_outputs : ndarray or None, shape (trials, samples, outputs)
        Weighted rates, before the readout function.
    drive : None, ndarray or callable
        Inputs as they were given.
    final_state : ndarray, shape (trials, units, variables)
    final_noise : ndarray or None, shape (trials, units)
        Colored noise at the last step.
    step : int
        Steps that were done; fewer than `settings.steps` after Ctrl-C.
    """

    network: Network
    settings: Settings
    recorded: np.ndarray | None
    recorded_outputs: np.ndarray | None
    drive: Any
    final_state: np.ndarray
    final_noise: np.ndarray | None
    step: int

    @property
    def complete(self) -> bool:
        """Whether the simulation reached the duration that was asked for."""
        return self.step == self.settings.steps

    @property
    def dt(self) -> float:
        """Time between two samples: the integration step times `every`."""
        return self.settings.dt * self.settings.every

    @functools.cached_property
    def times(self) -> np.ndarray:
        """Times of the samples, shape (samples,); sample 0 is the initial state."""
        return np.arange(self.step // self.settings.every + 1) * self.dt

    @property
    def units(self) -> np.ndarray:
        """Indices of the recorded units."""
        chosen = self.settings.units
        return np.arange(self.network.size) if chosen is None else chosen

    @property
    def states(self) -> np.ndarray:
        """States, shape (trials, samples, units), with a last axis for the variable where a unit has several."""
        if self.recorded is None or "states" not in self.settings.record:
            raise _recording_error("states", self.settings)
        return self.recorded[0] if len(self.recorded) == 1 else np.moveaxis(self.recorded, 0, -1)

    @functools.cached_property
    def rates(self) -> np.ndarray:
        """Rates, shape (trials, samples, units); computed from the states on first use."""
        if self.recorded is None:
            raise _recording_error("rates", self.settings)
        from neurosim.engine.rates import rates_of

        return rates_of(self.network, self.recorded, self.settings.units)

    @functools.cached_property
    def outputs(self) -> np.ndarray:
        """Outputs of the readout, shape (trials, samples, outputs)."""
        if self.recorded_outputs is None:
            raise _recording_error("outputs", self.settings)
        return outputs_of(self.network.readout, self.recorded_outputs)

    @functools.cached_property
    def inputs(self) -> np.ndarray:
        """Inputs at the times of the samples, shape (trials, samples, channels)."""
        from neurosim.engine.inputs import Inputs

        if isinstance(self.drive, str):
            raise ParameterError(
                f"the inputs were the function {self.drive}, which a file cannot hold; call it with run.times."
            )
        sampled = Inputs(
            self.drive, self.network, self.settings.trials, self.settings.dt, self.settings.steps
        )
        return sampled.at_steps(np.arange(len(self.times)) * self.settings.every)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the trajectory to an ``.npz`` file that `neurosim.load` reads; see `neurosim.storage.save`."""
        convenience("Trajectory.save")(self, path)

    def to_xarray(self) -> Any:
        """Everything that was recorded as an ``xarray.Dataset`` with named dimensions and coordinates.

        Needs the extra ``xarray``.
        """
        return convenience("Trajectory.to_xarray")(self)

    def __repr__(self) -> str:
        state = "" if self.complete else f", stopped at step {self.step} of {self.settings.steps}"
        return (
            f"Trajectory({self.settings.trials} trials, {len(self.times)} samples to t = {self.times[-1]:g}, "
            f"{len(self.units)} units{state}, {self.network!r})"
        )


def _recording_error(name: str, settings: Settings) -> ParameterError:
    return ParameterError(
        f"{name} were not recorded (record = {settings.record!r}); simulate with record=({name!r},) among them."
    )

"""Trajectories with tangent vectors, of a network under inputs and noise or of a `System`, for Lyapunov exponents."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
from numpy.random import SeedSequence

from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.lyapunov.delayed_tangent import DelayedTangent
from neurosim.analysis.lyapunov.schedule import Schedule
from neurosim.analysis.lyapunov.system_tangent import SystemTangent
from neurosim.analysis.system import System
from neurosim.engine.inputs import Inputs
from neurosim.engine.simulate import simulate
from neurosim.engine.tangent import Drive, Tangent
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.noise import Noise
from neurosim.randomness import child
from neurosim.stepping import Stepping
from neurosim.time_constants import TimeConstants, noise_or, time_constants
from neurosim.validation import finite, whole_number

__all__ = ["AnyTangent", "NetworkTrajectories", "NoiseArgument", "SystemTrajectories", "Trajectories"]

AnyTangent = Tangent | SystemTangent | DelayedTangent
"""Trajectory with tangent vectors."""

NoiseArgument = Noise | Literal["network"] | None
"""Noise, that of `Network.stepping`, or none."""


class Trajectories(ABC):
    """Trajectories of one network or system, from several initial states.

    Attributes
    ----------
    units : int
        Length of the first axis of a state.
    dimensions : int
    stepping : Stepping or None
        Default of the time step and the scheme.
    noise : Noise or None
        Along the trajectories.
    """

    units: int
    dimensions: int
    stepping: Stepping | None
    noise: Noise | None

    @abstractmethod
    def time_constants(self, start: Any) -> TimeConstants:
        """Time constants of the units; of a system those of its Jacobian at the start."""

    @abstractmethod
    def drawn(self, count: int) -> list[np.ndarray | None]:
        """Initial states that are drawn; None for the one that `simulate` draws."""

    def tangent_size(self, schedule: Schedule) -> int:
        """Length of a tangent vector."""
        del schedule
        return self.dimensions

    @abstractmethod
    def on_attractor(self, count: int, schedule: Schedule, start: Any, threads: int) -> AnyTangent:
        """Trajectory with `count` tangent vectors after its transient, up to the alignment of the vectors."""

    @abstractmethod
    def field(self, schedule: Schedule) -> VectorField:
        """Vector field under the constant input, if there is one; far away another does not matter."""

    @abstractmethod
    def is_steady(self, schedule: Schedule) -> bool:
        """Whether `field` is the whole of the dynamics: neither a varying input nor noise."""

    def starts(self, initial_state: Any, starts: Any) -> list[np.ndarray | None]:
        """Initial states from the arguments of `lyapunov_spectrum`; None for the one that `simulate` draws."""
        if isinstance(starts, (int, np.integer)):
            count = whole_number("starts", starts)
            if count == 1:
                return [initial_state]
            if initial_state is not None:
                raise _states_needed(starts)
            return self.drawn(count)
        if initial_state is not None:
            raise ParameterError("initial_state must be None where starts are states; leave one of them out.")
        states = finite("starts", starts)
        if states.ndim not in (2, 3) or states.shape[1] != self.units or not len(states):
            raise ShapeError(
                f"starts must be a number or states (starts, {self.units}) (got shape {states.shape})."
            )
        return list(states)


class NetworkTrajectories(Trajectories):
    """Trajectories of a network under inputs and noise, the same for all.

    Parameters
    ----------
    network : Network
    inputs, noise
        As in `lyapunov_spectrum`.
    seed : SeedSequence
        Of initial states and noise.
    """

    def __init__(self, network: Network, inputs: Any, noise: NoiseArgument, seed: SeedSequence) -> None:
        self.network, self.inputs, self.seed = require_network(network), inputs, seed
        self.units, self.stepping = network.size, network.stepping
        self.noise = noise_or(network.stepping, noise)
        self.dimensions = network.dimensions

    def time_constants(self, start: Any) -> TimeConstants:
        """Time constants of the units by themselves, wherever the trajectory starts."""
        del start
        return time_constants(self.network)

    def drawn(self, count: int) -> list[np.ndarray | None]:
        """The state that `simulate` draws, and states drawn likewise around `Network.starting_state`."""
        center, states = self.network.starting_state(), []
        for k in range(1, count):
            draw = np.random.default_rng(child(child(self.seed, "starts"), str(k)))
            state = center.astype(np.float64)
            state.reshape(self.units, -1)[:, 0] += draw.standard_normal(self.units)
            states.append(state)
        return [None, *states]

    def on_attractor(
        self, count: int, schedule: Schedule, start: Any, threads: int
    ) -> Tangent | DelayedTangent:
        """Trajectory with `count` tangent vectors after its transient, simulated without them."""
        drive = self._drive(schedule)
        run = self._transient(drive, schedule, start)
        tangent = Tangent(self.network, count, schedule.dt, schedule.scheme, threads, drive=drive)
        tangent.state, tangent.step = run.final_state[0], run.step
        if run.final_noise is not None:
            tangent.colored_noise = run.final_noise[0]
        return tangent

    def field(self, schedule: Schedule) -> VectorField:
        """Vector field of the network under the constant input, if there is one."""
        return as_field(self.network, self._drive(schedule).inputs.constant)

    def is_steady(self, schedule: Schedule) -> bool:
        """Whether there is neither a varying input nor noise."""
        inputs = self._drive(schedule).inputs
        return self.noise is None and (inputs.constant is not None or not inputs.varying)

    def _drive(self, schedule: Schedule) -> Drive:
        inputs = Inputs(self.inputs, self.network, 1, schedule.dt, schedule.steps)
        return Drive(inputs, self.noise, self.seed)

    def _transient(self, drive: Drive, schedule: Schedule, start: Any) -> Trajectory:
        inputs, steps = drive.inputs, schedule.transient
        given: Any = inputs.function
        if inputs.array is not None:
            given = inputs.array[0, : 1 if inputs.constant is not None else steps]
        return simulate(
            self.network,
            steps * schedule.dt,
            schedule.dt,
            schedule.scheme.name,
            given,
            initial_state=start,
            noise=drive.noise,
            record=(),
            rng=drive.seed,
            progress=False,
        )


class SystemTrajectories(Trajectories):
    """Trajectories of a `System`, which has neither inputs nor noise.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system, self.units, self.dimensions = system, system.size, system.size
        self.stepping, self.noise = None if system.step is None else Stepping(system.step), None

    def time_constants(self, start: Any) -> TimeConstants:
        """Time constants of the Jacobian at the start, where it is checked."""
        state = self.system.checked_state("initial_state", start)
        self.system.require_jacobian(state)
        return self.system.time_constants(state)

    def drawn(self, count: int) -> list[np.ndarray | None]:
        """Raise: a system has no state to draw around."""
        raise _states_needed(count)

    def on_attractor(self, count: int, schedule: Schedule, start: Any, threads: int) -> SystemTangent:
        """Trajectory with `count` tangent vectors after its transient."""
        del threads
        tangent = SystemTangent(self.system, count, schedule.dt, schedule.scheme)
        tangent.state = self.system.checked_state("initial_state", start)[:, None]
        tangent.advance(schedule.transient)
        return tangent

    def is_steady(self, schedule: Schedule) -> bool:
        """Return True: a system has neither inputs nor noise."""
        del schedule
        return True

    def field(self, schedule: Schedule) -> VectorField:
        """Vector field of the system."""
        del schedule
        return as_field(self.system)


def _states_needed(count: Any) -> ParameterError:
    return ParameterError(
        f"starts must be states (starts, size) for a System or beside an initial_state (got {count})."
    )

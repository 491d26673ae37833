"""Trajectories of networks with delays and their tangent vectors, for Lyapunov exponents."""

from __future__ import annotations

from typing import Any

from neurosim.analysis.delays.linearization import without_delays
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.lyapunov.delayed_tangent import DelayedTangent
from neurosim.analysis.lyapunov.schedule import Schedule
from neurosim.analysis.lyapunov.trajectories import NetworkTrajectories
from neurosim.errors import ParameterError

__all__ = ["DelayedTrajectories"]


class DelayedTrajectories(NetworkTrajectories):
    """Trajectories of a network with delays under inputs, without noise.

    Parameters
    ----------
    network : Network
    inputs, noise, seed
        As in `NetworkTrajectories`; noise None.
    """

    def __init__(self, network: Any, inputs: Any, noise: Any, seed: Any) -> None:
        super().__init__(network, inputs, noise, seed)
        if self.noise is not None:
            raise ParameterError(
                f"noise must be None for exponents of a network with delays (got {self.noise!r}); pass noise=None."
            )
        if network.neuron.channels():
            raise ParameterError(
                "network must have no parameters that follow an input channel for exponents with delays (got "
                f"{', '.join(network.neuron.channels())}); hold them with neuron.held_at(...)."
            )

    def tangent_size(self, schedule: Schedule) -> int:
        """Number of variables and of rates on the way."""
        return self._tangent(0, schedule).size

    def on_attractor(self, count: int, schedule: Schedule, start: Any, threads: int) -> DelayedTangent:
        """Trajectory with `count` tangent vectors after its transient, simulated without them."""
        del threads
        run = self._transient(self._drive(schedule), schedule, start)
        tangent = self._tangent(count, schedule)
        tangent.step, tangent.state = run.step, run.final_state[0]
        assert run.final_line is not None
        tangent.past_rates = run.final_line[:, :, 0]
        return tangent

    def field(self, schedule: Schedule) -> VectorField:
        """Vector field of the network without its delays, far away as good as with them."""
        return as_field(without_delays(self.network), self._drive(schedule).inputs.constant)

    def is_steady(self, schedule: Schedule) -> bool:
        """Return False: the state alone does not tell what happens next."""
        del schedule
        return False

    def _tangent(self, count: int, schedule: Schedule) -> DelayedTangent:
        inputs = self._drive(schedule).inputs
        return DelayedTangent(self.network, count, schedule.dt, schedule.scheme, inputs)

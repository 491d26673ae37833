"""Stability checks: a warning of too long steps before a run, an error for non-finite states during it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import StabilityError, StabilityWarning
from neurosim.network import Network
from neurosim.time_constants import STEPS_PER_FASTEST, time_constants

if TYPE_CHECKING:
    from neurosim.engine.integrator import Integrator
    from neurosim.engine.trajectory import State

__all__ = ["check_finite", "warn_of_long_steps"]


def warn_of_long_steps(network: Network, dt: float) -> None:
    """Warn when a step exceeds the fastest time constant of a single unit; see `neurosim.time_constants`.

    Beyond it an Euler step overshoots rest and alternates in sign; beyond twice it, it diverges.
    """
    fastest = time_constants(network).fastest
    if dt > (1.0 + 1e-9) * fastest:
        warnings.warn(
            f"dt = {dt:g} is longer than the fastest time constant of {type(network.neuron).__name__}, "
            f"{fastest:g}: a step overshoots rest, and beyond twice that Euler diverges; "
            f"take dt <= {fastest / STEPS_PER_FASTEST:g}.",
            StabilityWarning,
            stacklevel=4,
        )


def check_finite(integrator: Integrator, start: State) -> None:
    """Raise StabilityError with the first step, trial and unit whose state became non-finite since `start`.

    NaN stays NaN, so one check per chunk is enough; the step is then found by bisection from the start of the chunk.
    """
    if np.isfinite(integrator.state.states).all():
        return
    integrator.divided = False
    last = integrator.step
    while last - start.step > 1:
        middle = (start.step + last) // 2
        integrator.restart(start)
        integrator.advance(middle - start.step)
        if np.isfinite(integrator.state.states).all():
            start = integrator.state
        else:
            last = middle
    integrator.restart(start)
    integrator.advance(1)
    lost = ~np.isfinite(integrator.state.states)
    trial = np.argwhere(lost)[0][0]
    # an infinite rate makes all its targets infinite: report the unit that was largest before
    unit = np.where(lost, np.abs(start.states), -1.0)[trial].max(axis=1).argmax()
    raise StabilityError(
        f"the state became non-finite at step {last} (t = {last * integrator.dt:g}), trial {trial}, unit {unit}; "
        f"take a smaller dt than {integrator.dt:g}, weaker weights, or an activation that saturates.",
        step=int(last),
        trial=int(trial),
        unit=int(unit),
    )

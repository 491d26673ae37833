"""Steps that are too long, before the run; states that are no numbers any more, during it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import StabilityError, StabilityWarning
from neurosim.network import Network
from neurosim.time_constants import STEPS_PER_FASTEST, time_constants

if TYPE_CHECKING:
    from neurosim.engine.integrator import Integrator

__all__ = ["check_finite", "warn_of_long_steps"]


def warn_of_long_steps(network: Network, dt: float) -> None:
    """Warn when a step exceeds the fastest time constant of a unit by itself; see `neurosim.time_constants`.

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


def check_finite(integrator: Integrator, before: int, state: np.ndarray, held: np.ndarray | None) -> None:
    """Raise StabilityError with the first step, trial and unit that left the finite numbers.

    Since NaN stays, looking once a chunk is enough; the chunk is then repeated by halves from where it began.
    """
    if np.isfinite(integrator.states).all():
        return
    integrator.divided = False
    last = integrator.step
    while last - before > 1:
        middle = (before + last) // 2
        integrator.restart(before, state, held)
        integrator.advance(middle - before)
        if np.isfinite(integrator.states).all():
            before, state, held = middle, integrator.states, integrator.colored_noise
        else:
            last = middle
    integrator.restart(before, state, held)
    integrator.advance(1)
    lost = ~np.isfinite(integrator.states)
    trial = np.argwhere(lost)[0][0]
    # an infinite rate takes every unit that it reaches along: the culprit is the one that was largest before
    unit = np.where(lost, np.abs(state), -1.0)[trial].max(axis=1).argmax()
    raise StabilityError(
        f"the state became non-finite at step {last} (t = {last * integrator.dt:g}), trial {trial}, unit {unit}; "
        f"take a smaller dt than {integrator.dt:g}, weaker weights, or an activation that saturates.",
        step=int(last),
        trial=int(trial),
        unit=int(unit),
    )

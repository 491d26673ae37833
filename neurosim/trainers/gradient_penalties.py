"""Penalties on the gradient itself, of which only the immediate derivative is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.rollout import RolloutOutputs
from neurosim.errors import ParameterError
from neurosim.tasks import Trials
from neurosim.trainers.penalties import VanishingGradient

__all__ = ["immediate_gradients", "pulled_back"]

Arrays = dict[str, np.ndarray]


def immediate_gradients(
    penalties: Iterable[VanishingGradient], loss: Callable[..., Any], run: RolloutOutputs, trials: Trials
) -> tuple[float, Arrays]:
    """Value of the penalties, and their immediate derivatives with respect to the recurrent parameters.

    Parameters
    ----------
    penalties : iterable of VanishingGradient
    loss : callable
        Main loss, whose gradient they judge.
    run : Run
        The run that was differentiated.
    trials : Trials
    """
    adjoints = run.adjoints(_cotangents(loss, run, trials))
    parameters = {name: getval(value) for name, value in run.parameters.items()}
    states = getval(run.states)
    states = states[..., None] if states.ndim == 3 else states
    first = np.broadcast_to(parameters["initial_state"].reshape(states.shape[2:]), states[:, :1].shape)
    total = 0.0
    gradients: Arrays = {}
    for penalty in penalties:
        value, cotangents = penalty.gradient(
            parameters,
            np.concatenate([first, states], axis=1),
            trials.inputs,
            adjoints,
            network=run.network,
            dt=run.dt,
        )
        total += value
        gradients = {name: gradients.get(name, 0.0) + cotangent for name, cotangent in cotangents.items()}
    return total, gradients


def pulled_back(cotangents: Arrays, effective: Callable[[Any], Any], free: Arrays) -> Arrays:
    """Gradients with respect to free variables for some with respect to parameters, by the chain rule."""
    trained = [name for name in cotangents if name in free]
    if not trained:
        raise ParameterError(
            f"VanishingGradient changes recurrent weights, and only {', '.join(free)} are trained; leave it out."
        )

    def total(boxes: Any) -> Any:
        parameters = effective(boxes)
        return sum(anp.sum(cotangents[name] * parameters[name]) for name in trained)

    return value_and_gradient(total, free)[1]


def _cotangents(loss: Callable[..., Any], run: RolloutOutputs, trials: Trials) -> Cotangents:
    """Derivatives of the loss with respect to what the run shows, each as if the others stayed."""
    shown = {name: getval(getattr(run, name)) for name in ("linear_outputs", "rates", "states")}
    parameters = {name: getval(value) for name, value in run.parameters.items()}

    def seen(boxes: Any) -> Any:
        return loss(RolloutOutputs(run.network, run.dt, run.inputs, parameters, given=boxes), trials)

    _, found = value_and_gradient(seen, shown)
    states = found["states"]
    states = states[..., None] if states.ndim == 3 else states
    parts = {"outputs": found["linear_outputs"], "rates": found["rates"], "states": states}
    return Cotangents(**{name: cotangent for name, cotangent in parts.items() if cotangent.any()})

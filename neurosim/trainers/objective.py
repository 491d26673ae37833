"""Objective function of gradient descent: loss plus penalties of a batch, and its gradient."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval
from numpy.random import SeedSequence

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.rollout import Rollout, RolloutOutputs
from neurosim.errors import ConstraintWarning, ParameterError
from neurosim.parameters import NEURON, parameters_of, with_parameters
from neurosim.randomness import child
from neurosim.tasks import Trials
from neurosim.trainers.block_entries import TrainedEntries
from neurosim.trainers.clipping import global_norm
from neurosim.trainers.parameter_names import require_names

__all__ = ["WEIGHTS", "Arrays", "Evaluation", "Objective"]

Arrays = dict[str, np.ndarray]

WEIGHTS = ("recurrent", "left", "right", "input_weights", "bias", "readout_weights", "readout_bias")
"""Parameters that are trained by default: all weights and biases."""


@dataclass(frozen=True)
class Evaluation:
    """Objective of one batch, its parts and its gradients.

    Attributes
    ----------
    value : float
        Loss plus penalties, which training lowers.
    loss, penalty : float
        Its parts.
    accuracy : float
        Fraction of correct trials; NaN where an output is not finite, which a loss that does not read it may miss.
    gradients : dict of str to ndarray
        Of `value`, with respect to the free variables.
    """

    value: float
    loss: float
    penalty: float
    accuracy: float
    gradients: Arrays

    @functools.cached_property
    def gradient_norm(self) -> float:
        """Norm of all gradients as one vector."""
        return global_norm(self.gradients)


class Objective:
    """Loss and penalties of a network as a function of the free variables that an optimizer changes.

    Constraints are functions from *free* variables to the parameters of the network; without constraints the two are
    the same.

    Parameters
    ----------
    rollout : Rollout
        Differentiable simulation of the network.
    loss : callable
    penalties, constraints, projections : sequence, optional
        As in `BPTT`.
    train : sequence of str, optional
        Names of the parameters that are trained, or of blocks of recurrent weights such as ``"E->I"``. Default: those
        of `WEIGHTS` that the network has.
    """

    def __init__(
        self,
        rollout: Rollout,
        loss: Callable[..., Any],
        *,
        penalties: Sequence[Any] = (),
        constraints: Sequence[Any] = (),
        projections: Sequence[Any] = (),
        train: Sequence[str] | None = None,
    ) -> None:
        self._rollout, self._loss = rollout, loss
        self._network = rollout.network
        self._penalties = [part for part in penalties if not has_own_gradient(part)]
        self._gradient_penalties = [part for part in penalties if has_own_gradient(part)]
        self._constraints, self._projections = constraints, projections
        self.penalized = bool(penalties)
        parameters = parameters_of(self._network)
        self._entries = TrainedEntries.of(self._network, train)
        self._trained = {name: parameters[name] for name in _trained_names(self._entries.names, parameters)}

    def start(self) -> Arrays:
        """Free variables of the network that was given; where it breaks constraints, of the nearest that does not.

        Warns
        -----
        ConstraintWarning
            If the start was changed: says which parameters.
        """
        allowed = self._trained
        for constraint in self._constraints:
            if hasattr(constraint, "nearest"):
                allowed = constraint.nearest(allowed)
        for projection in self._projections:
            allowed = projection.project(allowed, allowed)
        changed = {
            name: int(np.count_nonzero(allowed[name] != value)) for name, value in self._trained.items()
        }
        if any(changed.values()):
            counts = ", ".join(
                f"{count} of {self._trained[name].size} in {name}" for name, count in changed.items() if count
            )
            warnings.warn(
                f"the network breaks {_enumerate([*self._constraints, *self._projections])} at the start; training "
                f"starts from the nearest parameters that do not, which differ in {counts}.",
                ConstraintWarning,
                stacklevel=6,
            )
        return self._free(allowed)

    def parameters(self, free: Any) -> Any:
        """Parameters of the network for some free variables; weights of connections that do not exist are 0."""
        for constraint in self._constraints:
            free = constraint.effective(free)
        pattern = self._network.recurrent.pattern
        if pattern is not None and "recurrent" in free:
            free = {**free, "recurrent": anp.where(pattern, free["recurrent"], 0.0)}
        for name, entries in self._entries.masks.items():
            if name in free:
                free = {**free, name: anp.where(entries, free[name], self._trained[name])}
        return free

    def require_possible(self, free: Arrays) -> None:
        """Raise if the neuron cannot have the parameters that training has arrived at.

        Raises
        ------
        ParameterError
            By the neuron's own rules, such as that a time constant is above 0.
        """
        own = {name: value for name, value in self.parameters(free).items() if name.startswith(NEURON)}
        if own:
            with_parameters(self._network, own)

    def project(self, free: Arrays, before: Arrays) -> Arrays:
        """Free variables after the projections that follow every update."""
        if not self._projections:
            return free
        parameters, former = self.parameters(free), self.parameters(before)
        for projection in self._projections:
            parameters = projection.project(parameters, former)
        return self._free(parameters)

    def differentiate(self, free: Arrays, trials: Trials, noise: SeedSequence | None) -> Evaluation:
        """Loss and penalties of one batch, and their gradients with respect to the free variables."""
        seen: dict[str, Any] = {}

        def total(boxes: Any) -> Any:
            run = self._rollout(trials.inputs, self.parameters(boxes), noise)
            # penalties first: one that reads states has them kept by the first forward pass
            penalties = [penalty(run, trials) for penalty in self._penalties]
            value = self._loss(run, trials)
            seen["loss"], seen["run"] = getval(value), run
            for penalty in penalties:
                value = value + penalty
            seen["outputs"] = getval(run.outputs)
            return value

        value, gradients = value_and_gradient(total, free)
        if self._gradient_penalties:
            extra, own = penalize_gradient(self._gradient_penalties, self._loss, seen["run"], trials)
            added = apply_chain_rule(own, self.parameters, free)
            value, gradients = value + extra, {name: part + added[name] for name, part in gradients.items()}
        loss = float(seen["loss"])
        return Evaluation(value, loss, value - loss, _accuracy(trials, seen["outputs"]), gradients)

    def exact_gradients(self, free: Arrays, trials: Trials, noise: SeedSequence | None) -> Arrays:
        """Gradients of loss and penalties of one batch, by name."""
        return self.differentiate(free, trials, noise).gradients

    def measure(self, free: Arrays, batches: Iterable[Trials], seed: SeedSequence) -> tuple[float, float]:
        """Loss without penalties, and accuracy, over several batches."""
        parameters, found, counts = self.parameters(free), [], []
        for number, trials in enumerate(batches):
            run = self._rollout(trials.inputs, parameters, self.noise(seed, number))
            found.append((float(self._loss(run, trials)), _accuracy(trials, run.outputs)))
            counts.append(len(trials))
        loss, accuracy = np.average(found, axis=0, weights=counts)
        return float(loss), float(accuracy)

    def noise(self, seed: SeedSequence, number: int) -> SeedSequence | None:
        """Seed of the noise of one batch; None for a network without noise."""
        return None if self._rollout.noise is None else child(seed, f"noise {number}")

    def _free(self, parameters: Arrays) -> Arrays:
        for constraint in reversed(self._constraints):
            parameters = constraint.free(parameters)
        return parameters


def has_own_gradient(penalty: Any) -> bool:
    """Whether a penalty brings its own gradient, instead of a value that autograd differentiates."""
    return getattr(penalty, "gradient", None) is not None


def penalize_gradient(
    penalties: Iterable[Any], loss: Callable[..., Any], run: RolloutOutputs, trials: Trials
) -> tuple[float, Arrays]:
    """Value of penalties on the gradient of the loss, and their own derivatives with respect to parameters.

    Parameters
    ----------
    penalties : iterable of Penalty
        With a method ``gradient``; see `Penalty`.
    loss : callable
        Whose gradient they read.
    run : RolloutOutputs
        Run that was differentiated.
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
        value, own = penalty.gradient(
            parameters,
            np.concatenate([first, states], axis=1),
            trials.inputs,
            adjoints,
            network=run.network,
            dt=run.dt,
        )
        total += value
        for name, part in own.items():
            gradients[name] = gradients[name] + part if name in gradients else part
    return total, gradients


def apply_chain_rule(cotangents: Arrays, effective: Callable[[Any], Any], free: Arrays) -> Arrays:
    """Gradients with respect to free variables, from those with respect to parameters."""
    trained = [name for name in cotangents if name in free]
    if not trained:
        raise ParameterError(
            f"a penalty on the gradient changes {', '.join(cotangents)} only, and train names "
            f"{', '.join(free)} only; leave the penalty out, or train the recurrent weights."
        )
    allowed = effective(free)
    if all(allowed[name] is free[name] for name in trained):
        return {name: cotangents.get(name, np.zeros_like(value)) for name, value in free.items()}

    def total(boxes: Any) -> Any:
        parameters = effective(boxes)
        return sum(anp.sum(cotangents[name] * parameters[name]) for name in trained)

    return value_and_gradient(total, free)[1]


def _cotangents(loss: Callable[..., Any], run: RolloutOutputs, trials: Trials) -> Cotangents:
    """Partial derivatives of the loss with respect to outputs, rates and states, the others held constant."""
    observed = {name: getval(getattr(run, name)) for name in ("linear_outputs", "rates", "states")}
    parameters = {name: getval(value) for name, value in run.parameters.items()}

    def value(boxes: Any) -> Any:
        return loss(RolloutOutputs(run.network, run.dt, run.inputs, parameters, given=boxes), trials)

    _, found = value_and_gradient(value, observed)
    states = found["states"]
    states = states[..., None] if states.ndim == 3 else states
    parts = {"outputs": found["linear_outputs"], "rates": found["rates"], "states": states}
    return Cotangents(**{name: cotangent for name, cotangent in parts.items() if cotangent.any()})


def _enumerate(parts: Sequence[Any]) -> str:
    return " or ".join(repr(part) for part in parts)


def _accuracy(trials: Trials, outputs: np.ndarray) -> float:
    if not np.isfinite(outputs).all():
        return float("nan")
    return float(np.mean(trials.task.accuracy(trials, outputs)))


def _trained_names(wanted: Sequence[str] | None, parameters: Arrays) -> list[str]:
    if wanted is None:
        return [name for name in WEIGHTS if name in parameters and parameters[name].size]
    require_names(wanted, parameters, "BPTT.train")
    return list(wanted)

"""What a gradient descent lowers: loss and penalties of a batch, as a function of the free variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from autograd.tracer import getval
from numpy.random import SeedSequence

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.rollout import Rollout
from neurosim.errors import UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.parameters import NEURON, parameters_of, with_parameters
from neurosim.randomness import child
from neurosim.tasks import Trials
from neurosim.trainers.gradient_penalties import immediate_gradients, pulled_back
from neurosim.trainers.penalties import VanishingGradient

if TYPE_CHECKING:
    from neurosim.trainers.bptt import BPTT

__all__ = ["WEIGHTS", "Arrays", "Evaluation", "Objective"]

Arrays = dict[str, np.ndarray]

WEIGHTS = ("recurrent", "left", "right", "input_weights", "bias", "readout_weights", "readout_bias")
"""What is trained where nothing else is said: all weights and biases."""


@dataclass(frozen=True)
class Evaluation:
    """A batch: the number to be lowered, its parts, the share that is right, and the gradients.

    The share is NaN where outputs left the finite numbers, which a loss that does not look at them need not notice.
    """

    value: float
    loss: float
    penalty: float
    accuracy: float
    gradients: Arrays


class Objective:
    """Loss of a network under the settings of a trainer.

    Constraints that are reparametrizations are functions from *free* variables, which the optimizer changes, to the
    parameters of the network; without any, the two are the same.
    """

    def __init__(self, trainer: BPTT, network: Network) -> None:
        self._trainer, self._network = trainer, network
        self._rollout = Rollout(
            network,
            trainer.dt,
            trainer.scheme,
            noise=trainer.noise,
            memory=trainer.memory,
            truncate=trainer.truncate,
            threads=trainer.threads,
        )
        penalties = trainer.penalties
        self._penalties = [part for part in penalties if not isinstance(part, VanishingGradient)]
        self._immediate = [part for part in penalties if isinstance(part, VanishingGradient)]
        parameters = parameters_of(network)
        self._trained = {name: parameters[name] for name in _trained_names(trainer.train, parameters)}

    def start(self) -> Arrays:
        """Free variables of the network as it was given."""
        return self._freed(self._trained)

    def parameters(self, free: Any) -> Any:
        """Parameters of the network for some free variables."""
        for constraint in self._trainer.constraints:
            free = constraint.effective(free)
        return free

    def require_possible(self, free: Arrays) -> None:
        """Raise if the neuron cannot have the parameters that training has come to.

        Raises
        ------
        ParameterError
            By the neuron's own rules, such as that a time constant is above 0.
        """
        own = {name: value for name, value in self.parameters(free).items() if name.startswith(NEURON)}
        if own:
            with_parameters(self._network, own)

    def projected(self, free: Arrays, before: Arrays) -> Arrays:
        """Free variables after the projections that follow every update."""
        if not self._trainer.projections:
            return free
        parameters, former = self.parameters(free), self.parameters(before)
        for projection in self._trainer.projections:
            parameters = projection.project(parameters, former)
        return self._freed(parameters)

    def differentiate(self, free: Arrays, trials: Trials, noise: SeedSequence | None) -> Evaluation:
        """Loss and penalties of one batch, and their gradients with respect to the free variables."""
        seen: dict[str, Any] = {}

        def total(boxes: Any) -> Any:
            run = self._rollout(trials.inputs, self.parameters(boxes), noise)
            value = self._trainer.loss(run, trials)
            seen["loss"], seen["run"] = getval(value), run
            for penalty in self._penalties:
                value = value + penalty(run, trials)
            seen["outputs"] = getval(run.outputs)
            return value

        value, gradients = value_and_gradient(total, free)
        if self._immediate:
            judged, slopes = immediate_gradients(self._immediate, self._trainer.loss, seen["run"], trials)
            extra = pulled_back(slopes, self.parameters, free)
            value, gradients = value + judged, {name: part + extra[name] for name, part in gradients.items()}
        loss = float(seen["loss"])
        return Evaluation(value, loss, value - loss, _share_right(trials, seen["outputs"]), gradients)

    def measure(self, free: Arrays, batches: Iterable[Trials], seed: SeedSequence) -> tuple[float, float]:
        """Loss without penalties, and accuracy, over several batches."""
        parameters, found, counts = self.parameters(free), [], []
        for number, trials in enumerate(batches):
            run = self._rollout(trials.inputs, parameters, self.noise(seed, number))
            found.append((float(self._trainer.loss(run, trials)), _share_right(trials, run.outputs)))
            counts.append(len(trials))
        loss, accuracy = np.average(found, axis=0, weights=counts)
        return float(loss), float(accuracy)

    def noise(self, seed: SeedSequence, number: int) -> SeedSequence | None:
        """Seed of the noise of one batch, where there is noise."""
        return None if self._trainer.noise is None else child(seed, f"noise {number}")

    def _freed(self, parameters: Arrays) -> Arrays:
        for constraint in reversed(self._trainer.constraints):
            parameters = constraint.free(parameters)
        return parameters


def _share_right(trials: Trials, outputs: np.ndarray) -> float:
    if not np.isfinite(outputs).all():
        return float("nan")
    return float(np.mean(trials.task.accuracy(trials, outputs)))


def _trained_names(wanted: tuple[str, ...] | None, parameters: Arrays) -> list[str]:
    if wanted is None:
        return [name for name in WEIGHTS if name in parameters and parameters[name].size]
    for name in wanted:
        if name not in parameters:
            raise UnknownNameError(
                f"train names {name!r}, which this network does not have. {did_you_mean(name, parameters)}"
            )
    return list(wanted)

"""Objective whose gradient is estimated by a learning rule, beside the exact one that it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.differentiable.rollout import Rollout
from neurosim.network import Network
from neurosim.randomness import child
from neurosim.readouts import outputs_of
from neurosim.tasks import Trials
from neurosim.trainers.losses import StepwiseLoss
from neurosim.trainers.objective import Arrays, Evaluation, Objective, apply_chain_rule
from neurosim.trainers.stepwise import StepwiseTerms

__all__ = ["Estimate", "EstimatedObjective", "Estimator"]


@dataclass(frozen=True)
class Estimate:
    """What a learning rule found for one batch.

    Attributes
    ----------
    loss, penalty : float
        Loss, and penalties that it computed with it.
    outputs : ndarray, shape (trials, steps, outputs)
        Before the function of the readout.
    gradients : dict of str to ndarray
        Estimated gradients of loss and penalties with respect to the parameters.
    """

    loss: float
    penalty: float
    outputs: np.ndarray
    gradients: Arrays


class Estimator(Protocol):
    """Learning rule as an estimator of gradients.

    Attributes
    ----------
    own : dict of str to ndarray
        Variables of the rule itself that are trained along with the parameters, such as feedback weights.
    draws : bool
        Whether it needs random numbers of its own.
    """

    own: Arrays
    draws: bool

    def estimate(
        self, parameters: Arrays, own: Arrays, terms: StepwiseTerms, seed: SeedSequence | None
    ) -> Estimate:
        """Estimate the gradients of one batch; those of its own variables under their names."""


class EstimatedObjective:
    """Objective with the interface of `Objective`, and the gradients of a learning rule.

    Parameters
    ----------
    exact : Objective
        Loss, penalties, constraints and projections.
    rollout : Rollout
        That of `exact`.
    estimator : Estimator
    loss : StepwiseLoss
    penalties : sequence of Penalty
    """

    def __init__(
        self,
        exact: Objective,
        rollout: Rollout,
        estimator: Estimator,
        loss: StepwiseLoss,
        penalties: Sequence[Any],
    ) -> None:
        self._exact, self._estimator, self._loss, self._penalties = exact, estimator, loss, penalties
        self._network: Network = rollout.network
        self._dt = rollout.dt
        self.penalized = exact.penalized

    def start(self) -> Arrays:
        """Free variables at the start, those of the rule itself last."""
        return {**self._exact.start(), **self._estimator.own}

    def parameters(self, free: Arrays) -> Any:
        """Parameters of the network for some free variables."""
        return self._exact.parameters(self._shared(free))

    def require_possible(self, free: Arrays) -> None:
        """Raise if the neuron cannot have the parameters that training has arrived at."""
        self._exact.require_possible(self._shared(free))

    def project(self, free: Arrays, before: Arrays) -> Arrays:
        """Free variables after the projections that follow every update."""
        return {**self._exact.project(self._shared(free), self._shared(before)), **self._own(free)}

    def differentiate(self, free: Arrays, trials: Trials, noise: SeedSequence | None) -> Evaluation:
        """Loss and penalties of one batch, and the gradients that the rule estimates."""
        terms = StepwiseTerms(self._network, self._dt, self._loss, self._penalties, trials)
        shared, own = self._shared(free), self._own(free)
        parameters = self._exact.parameters(shared)
        found = self._estimator.estimate(parameters, own, terms, noise)
        penalty, slopes = terms.of_weights(parameters)
        by_parameter = {name: found.gradients[name] for name in parameters}
        for name, slope in slopes.items():
            by_parameter[name] = by_parameter[name] + slope
        gradients = apply_chain_rule(by_parameter, self._exact.parameters, shared)
        gradients = {name: np.asarray(gradients[name], value.dtype) for name, value in shared.items()}
        gradients |= {name: np.asarray(found.gradients[name], value.dtype) for name, value in own.items()}
        penalty += found.penalty
        accuracy = self._accuracy(trials, found.outputs)
        return Evaluation(found.loss + penalty, found.loss, penalty, accuracy, gradients)

    def exact_gradients(self, free: Arrays, trials: Trials, noise: SeedSequence | None) -> Arrays:
        """True gradients of loss and penalties of one batch, by backpropagation through time."""
        return self._exact.exact_gradients(self._shared(free), trials, noise)

    def measure(self, free: Arrays, batches: Iterable[Trials], seed: SeedSequence) -> tuple[float, float]:
        """Loss without penalties, and accuracy, over several batches."""
        return self._exact.measure(self._shared(free), batches, seed)

    def noise(self, seed: SeedSequence, number: int) -> SeedSequence | None:
        """Seed of the noise of one batch; None for a rule and a network without random numbers."""
        return child(seed, f"noise {number}") if self._estimator.draws else self._exact.noise(seed, number)

    def _accuracy(self, trials: Trials, linear: np.ndarray) -> float:
        outputs = outputs_of(self._network.readout, linear)
        if not np.isfinite(outputs).all():
            return float("nan")
        return float(np.mean(trials.task.accuracy(trials, outputs)))

    def _shared(self, free: Arrays) -> Arrays:
        return {name: value for name, value in free.items() if name not in self._estimator.own}

    def _own(self, free: Arrays) -> Arrays:
        return {name: free[name] for name in self._estimator.own}

"""Loss and penalties of single blocks of steps, as rules that go forward in time need them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.rollout import RolloutOutputs
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.tasks import Trials
from neurosim.trainers.losses import StepwiseLoss
from neurosim.trainers.penalties import Penalty

__all__ = ["Recorder", "StepwiseTerms", "require_stepwise"]

Arrays = dict[str, np.ndarray]


def require_stepwise(rule: str, loss: Any, penalties: Sequence[Any]) -> None:
    """Raise unless loss and penalties are known step by step, or from the weights alone.

    Raises
    ------
    ParameterError
        Names the rule and what it cannot compute.
    """
    if not isinstance(loss, StepwiseLoss):
        raise ParameterError(
            f"{rule}.loss must be a sum over steps, since {rule} learns while a trial runs (got {loss!r}); try "
            f"MeanSquaredError(), or BPTT, which takes any loss."
        )
    for k, penalty in enumerate(penalties):
        if not isinstance(penalty, Penalty) or penalty.reads == "run":
            name = type(penalty).__name__ if isinstance(penalty, Penalty) else repr(penalty)
            raise ParameterError(
                f"{rule}.penalties[{k}] must depend on weights alone or on the rates of single steps (got {name}, "
                f"which {rule} cannot compute while a trial runs); try L2() or RateL2(), or BPTT, which takes any "
                f"penalty."
            )


@dataclass(frozen=True)
class StepwiseTerms:
    """Loss and penalties of one batch of trials, block by block.

    Attributes
    ----------
    network : Network
    dt : float
    loss : StepwiseLoss
    penalties : sequence of Penalty
    trials : Trials
    """

    network: Network
    dt: float
    loss: StepwiseLoss
    penalties: Sequence[Any]
    trials: Trials

    def of_weights(self, parameters: Arrays) -> tuple[float, Arrays]:
        """Penalties that depend on weights alone, and their gradients with respect to the parameters."""
        own = [penalty for penalty in self.penalties if penalty.reads == "parameters"]
        if not own:
            return 0.0, {}

        def total(boxes: Any) -> Any:
            run = RolloutOutputs(self.network, self.dt, self.trials.inputs, boxes, given={})
            return sum(penalty(run, self.trials) for penalty in own)

        return value_and_gradient(total, parameters)

    def of_steps(
        self, trials: range, steps: range, outputs: np.ndarray, rates: Callable[[], np.ndarray]
    ) -> tuple[float, float, Cotangents]:
        """Loss and penalties on rates of some trials and steps, and their derivatives.

        Parameters
        ----------
        trials, steps : range
        outputs : ndarray, shape (trials, steps, outputs)
            Before the function of the readout.
        rates : callable
            Returns the rates, shape (trials, steps, units).
        """
        part = self.trials[trials.start : trials.stop].between(steps.start, steps.stop)
        divisor, loss = self.loss.divisor(self.trials), 0.0

        def loss_of(boxes: Any) -> Any:
            return self.loss.part(self._run(part, boxes), part, divisor)

        loss, found = value_and_gradient(loss_of, {"linear_outputs": outputs})
        own = [penalty for penalty in self.penalties if penalty.reads == "rates"]
        if not own:
            return loss, 0.0, Cotangents(outputs=found["linear_outputs"])
        share = len(trials) * len(steps) / (len(self.trials) * self.trials.steps)

        def penalty_of(boxes: Any) -> Any:
            return sum(penalty.part(self._run(part, boxes), share) for penalty in own)

        penalty, slopes = value_and_gradient(penalty_of, {"rates": rates()})
        return loss, penalty, Cotangents(outputs=found["linear_outputs"], rates=slopes["rates"])

    def recorder(self) -> Recorder:
        """Function that evaluates these terms block by block, and keeps their sums and the outputs."""
        return Recorder(self)

    def _run(self, part: Trials, boxes: Any) -> RolloutOutputs:
        return RolloutOutputs(self.network, self.dt, part.inputs, {}, given=boxes)


class Recorder:
    """Sums of loss and penalties over the blocks for which it was called, and the outputs of all steps.

    Parameters
    ----------
    terms : StepwiseTerms

    Attributes
    ----------
    loss, penalty : float
    outputs : ndarray, shape (trials, steps, outputs)
        Before the function of the readout.
    """

    def __init__(self, terms: StepwiseTerms) -> None:
        self._terms, self.loss, self.penalty = terms, 0.0, 0.0
        self.outputs = np.empty(terms.trials.targets.shape, terms.network.dtype)

    def __call__(
        self, trials: range, steps: range, outputs: np.ndarray, rates: Callable[[], np.ndarray]
    ) -> Cotangents:
        """Derivatives of the terms of one block; see `StepwiseTerms.of_steps`."""
        loss, penalty, cotangents = self._terms.of_steps(trials, steps, outputs, rates)
        self.outputs[trials.start : trials.stop, steps.start : steps.stop] = outputs
        self.loss += loss
        self.penalty += penalty
        return cotangents

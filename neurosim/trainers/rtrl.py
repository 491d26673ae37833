"""Real-time recurrent learning (RTRL): the exact gradient, carried forward in time, for small networks."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import SeedSequence

from neurosim.engine.differentiable.influence_gradient import InfluenceGradient
from neurosim.network import Network
from neurosim.trainers.estimated_objective import Estimate
from neurosim.trainers.objective import Arrays
from neurosim.trainers.online_trainer import OnlineTrainer
from neurosim.trainers.stepwise import StepwiseTerms
from neurosim.validation import positive

__all__ = ["RTRL"]


@dataclass(frozen=True)
class RTRL(OnlineTrainer):
    r"""Real-time recurrent learning (RTRL): the exact gradient of the discrete steps, without going back in time.

    The derivative of every state variable by every weight, the influence matrix P, is carried forward,

    .. math:: P \leftarrow (1 + dt\,(A + B W C))\,P + dt\,B\,\frac{\partial u}{\partial \theta}, \qquad
              \frac{dL}{d\theta} = \sum_t \frac{\partial L}{\partial r}\,C\,P,

    with the local derivatives A, B of the drift and C of the rate. The gradient is that of `BPTT`, and so is the
    training, to rounding. `RFLO` and `EProp` leave the term with W out.

    Parameters
    ----------
    epochs, trials_per_epoch, batch_size, dt, optimizer, projections, clipping, fresh, validation, stopping : optional
    curriculum, checkpoint, threads : optional
        As in `BPTT`.
    loss, penalties, constraints, train, noise : optional
        As in `OnlineTrainer`.
    memory : float, optional
        MB for the influence matrices of the trials that are computed together; at least one is.

    Raises
    ------
    MemoryLimitError
        In `fit`, if the influence matrix of one trial does not fit in memory.

    Notes
    -----
    Cost: units⁴ operations for each step and trial, which is why the rule is for small networks: on one thread of an
    AMD EPYC processor of the third generation, a step of one trial takes 0.3 ms with 16 units, 0.7 ms with 32, 7 ms
    with 64 and 19 ms with 100. Memory: units³ numbers, whatever the length of trials.

    References
    ----------
    R. J. Williams, D. Zipser, A learning algorithm for continually running fully recurrent neural networks, Neural
    Comput. 1, 270 (1989).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=4.0), ns.Orthogonal(), size=8, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> settings = dict(epochs=1, trials_per_epoch=8, batch_size=4, dt=2.0)
    >>> forward = ns.trainers.RTRL(**settings).fit(start, task, rng=1)
    >>> back = ns.BPTT(**settings).fit(start, task, rng=1)
    >>> bool(abs(forward.history["gradient_norm"] / back.history["gradient_norm"] - 1.0) < 1e-10)
    True
    """

    memory: float = 50.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("RTRL.memory", self.memory)

    def _estimator(self, network: Network, seed: SeedSequence) -> _Estimator:
        del seed
        dt = self.stepping(network).dt
        return _Estimator(
            InfluenceGradient(network, dt, noise=self.noise, memory=self.memory, threads=self.threads)
        )


class _Estimator:
    def __init__(self, gradient: InfluenceGradient) -> None:
        self._gradient, self.draws = gradient, False
        self.own: Arrays = {}

    def estimate(
        self, parameters: Arrays, own: Arrays, terms: StepwiseTerms, seed: SeedSequence | None
    ) -> Estimate:
        del own
        recorder = terms.recorder()
        gradients = self._gradient(terms.trials.inputs, parameters, recorder, seed)
        return Estimate(recorder.loss, recorder.penalty, recorder.outputs, gradients)

"""Random feedback local online learning (RFLO): eligibility traces of single connections and fixed feedback weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.random import SeedSequence

from neurosim.engine.differentiable.local_gradient import LocalGradient
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import stream
from neurosim.trainers.feedback import check_feedback, feedback_weights
from neurosim.trainers.local_estimator import LocalEstimator
from neurosim.trainers.online_trainer import OnlineTrainer
from neurosim.validation import positive

__all__ = ["RFLO"]


@dataclass(frozen=True)
class RFLO(OnlineTrainer):
    r"""Random feedback local online learning (RFLO): a rule that is local in space and in time.

    Each connection keeps one eligibility trace, a low-pass filtered product of its two sides, and each unit receives
    the errors of the outputs through feedback weights B. For `LeakyRate` with the step dt

    .. math:: p_{ij} \leftarrow \Big(1 - \frac{dt}{\tau}\Big)\,p_{ij} + \frac{dt}{\tau}\,\phi'(u_i)\,r_j, \qquad
              \frac{\partial L}{\partial W_{ij}} \approx \sum_t \Big[B\,\frac{\partial L}{\partial z}\Big]_i p_{ij},

    and the same with the inputs and with 1 in place of r for input weights and biases; readout weights and biases have
    their exact gradients, which are local. For a loss with the squared error ε = z - f, :math:`\partial L/\partial z`
    is proportional to ε. This is the exact gradient with two terms left out: the paths through other units (W in the
    recursion of `RTRL`), and the readout weights by which errors reach the units. In the course of training the readout
    weights align with B.

    Everything else is as in `BPTT`, with which results can be compared setting by setting; see `OnlineTrainer` for what
    losses and penalties are possible.

    Parameters
    ----------
    epochs, trials_per_epoch, batch_size, dt, optimizer, projections, clipping, fresh, validation, stopping : optional
    curriculum, checkpoint, threads : optional
        As in `BPTT`. The paper changes weights by ``SGD(0.1)``, in steps of single trials.
    loss, penalties, constraints, train, noise : optional
        As in `OnlineTrainer`.
    feedback : {"random", "symmetric"} or ndarray, shape (units, outputs), optional
        B: drawn once from N(0, 1 / outputs), as in the paper's code; the transposed readout weights; or the weights
        themselves.
    memory : float, optional
        MB for the rates and slopes of a batch. What needs more is computed trial by trial in blocks of steps, with the
        traces carried from one to the next.

    Raises
    ------
    ParameterError
        In `fit`, for units of several variables, whose traces have several parts: `EProp` has them.

    Notes
    -----
    Cost: 1.1 forward passes of a batch with 100 units to 1.6 with 400. Memory: units² numbers for the traces and
    `memory`, whatever the length of trials; the factors of low-rank weights have no local traces, so that their batches
    have to fit into `memory`.

    References
    ----------
    J. M. Murray, Local online learning in recurrent networks with random feedback, eLife 8, e43299 (2019), Equations 1
    to 3.

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=2.0), ns.Gaussian(), size=40, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> training = ns.trainers.RFLO(epochs=3, trials_per_epoch=200, batch_size=20, dt=1.0).fit(start, task, rng=1)
    >>> bool(training.history["loss"][-1] < training.history["loss"][0])
    True
    """

    feedback: Any = "random"
    memory: float = 50.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_feedback("RFLO.feedback", self.feedback, ("random", "symmetric"))
        positive("RFLO.memory", self.memory)

    def _estimator(self, network: Network, seed: SeedSequence) -> LocalEstimator:
        variables = network.neuron.variables()
        if len(variables) > 1:
            raise ParameterError(
                f"RFLO must have units of one variable, since each connection has one trace (got "
                f"{type(network.neuron).__name__}, with {', '.join(variables)}); try EProp."
            )
        feedback = feedback_weights("RFLO.feedback", self.feedback, network, stream(seed, "feedback"))
        gradient = LocalGradient(
            network,
            self.stepping(network).dt,
            noise=self.noise,
            memory=self.memory,
            threads=self.threads,
        )
        return LocalEstimator(gradient, feedback)

"""E-prop: eligibility propagation, with traces of all variables of a unit and learning signals from the outputs."""

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
from neurosim.validation import non_negative, positive

__all__ = ["EProp"]


@dataclass(frozen=True)
class EProp(OnlineTrainer):
    r"""Eligibility propagation (e-prop) for rate units: traces of the whole state of a unit, and learning signals.

    For every connection the derivative of the *state* of its unit, with all its variables, is followed through the
    dynamics of that unit alone,

    .. math:: p_{ij} \leftarrow (1 + dt\,A_i)\,p_{ij} + dt\,B_i\,r_j, \qquad e_{ij} = C_i\,p_{ij}, \qquad
              \frac{\partial L}{\partial W_{ij}} \approx \sum_t L_i\,e_{ij}, \qquad
              L = F\,\frac{\partial L}{\partial z},

    with the local derivatives A, B of the drift and C of the rate, and the learning signal L of each unit, which the
    feedback weights F bring from the outputs (or, with a penalty on rates, also its derivative). A slow variable, such
    as the threshold of `Adaptive` units, gives traces that are as slow as it is. For leaky units of one variable the
    traces are those of `RFLO`, and the two rules differ by their feedback weights alone.

    Everything else is as in `BPTT`, with which results can be compared setting by setting; see `OnlineTrainer` for what
    losses and penalties are possible. `RateL2` among the penalties is the regularization of rates of the paper.

    Parameters
    ----------
    epochs, trials_per_epoch, batch_size, dt, optimizer, projections, clipping, fresh, validation, stopping : optional
    curriculum, checkpoint, threads : optional
        As in `BPTT`; the paper uses Adam.
    loss, penalties, constraints, train, noise : optional
        As in `OnlineTrainer`.
    feedback : {"symmetric", "random", "adaptive"} or ndarray, shape (units, outputs), optional
        F: the transposed readout weights; drawn once from N(0, 1 / outputs); drawn in the same way, and then changed as
        the readout weights are, so that the two align; or the weights themselves.
    decay : float, optional
        Factor of the weight decay of readout and feedback weights with ``feedback="adaptive"``: what is added to the
        gradient of a weight for each unit of the weight.
    memory : float, optional
        As in `RFLO`.

    Raises
    ------
    ParameterError
        For adaptive feedback weights without training of the readout weights.

    Notes
    -----
    Readouts have no memory here; the filtered traces of the paper's leaky readouts are not needed. Self-connections
    count as paths through the network and are left out of the traces, as other connections are.

    Cost and memory: as for `RFLO`, with a trace for each variable.

    References
    ----------
    G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein, W. Maass, A solution to the learning dilemma
    for recurrent networks of spiking neurons, Nat. Commun. 11, 3625 (2020), Equations 1 to 4 and 13.

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> neuron = ns.Adaptive("tanh", tau=2.0, tau_adaptation=20.0, strength=0.5)
    >>> start = ns.Network(neuron, ns.Gaussian(), size=40, inputs=task.inputs, outputs=task.outputs, rng=0)
    >>> training = ns.trainers.EProp(epochs=3, trials_per_epoch=200, batch_size=20, dt=1.0).fit(start, task, rng=1)
    >>> bool(training.history["loss"][-1] < training.history["loss"][0])
    True
    """

    feedback: Any = "symmetric"
    decay: float = 1e-3
    memory: float = 50.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_feedback("EProp.feedback", self.feedback, ("symmetric", "random", "adaptive"))
        non_negative("EProp.decay", self.decay)
        positive("EProp.memory", self.memory)
        if self._adaptive and self.train is not None and "readout_weights" not in self.train:
            raise ParameterError(
                f"EProp.train must include 'readout_weights' with adaptive feedback, which changes as they do (got "
                f"{self.train!r}); try feedback='random'."
            )

    @property
    def _adaptive(self) -> bool:
        return isinstance(self.feedback, str) and self.feedback == "adaptive"

    def _estimator(self, network: Network, seed: SeedSequence) -> LocalEstimator:
        feedback = feedback_weights("EProp.feedback", self.feedback, network, stream(seed, "feedback"))
        gradient = LocalGradient(
            network,
            self.stepping(network).dt,
            noise=self.noise,
            memory=self.memory,
            threads=self.threads,
        )
        return LocalEstimator(gradient, feedback, self.decay if self._adaptive else None)

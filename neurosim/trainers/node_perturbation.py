"""Node perturbation: the gradient from random perturbations of all currents and their effect on the loss."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence

from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.parameters import gradients_of_parts, parameters_of
from neurosim.randomness import child, stream
from neurosim.trainers.estimated_objective import Estimate
from neurosim.trainers.objective import Arrays
from neurosim.trainers.online_trainer import OnlineTrainer
from neurosim.trainers.stepwise import StepwiseTerms
from neurosim.validation import positive, whole_number

__all__ = ["NodePerturbation"]

BLOCK = 256
"""Steps of a block, after which sums are updated and activity is forgotten."""


@dataclass(frozen=True)
class NodePerturbation(OnlineTrainer):
    r"""Node perturbation: each trial runs twice, once with a random current ξ in every unit and step.

    With the losses L of a trial without and :math:`L_\xi` with perturbations of standard deviation σ,

    .. math:: \frac{\partial L}{\partial W_{ij}} \approx
              \frac{L_\xi - L}{\sigma^2} \sum_t \xi_i(t)\, r_j(t),

    and the same with the inputs and with 1 in place of r for input weights and biases; readout weights and biases have
    their exact gradients, which are local. No unit needs to know the errors, only the one number :math:`L_\xi - L`. For
    small σ the mean over perturbations is the gradient of `BPTT`; a single estimate is nearly orthogonal to it, with a
    variance that grows with the number of units and steps, so that many trials are needed.

    Everything else is as in `BPTT`; see `OnlineTrainer` for what losses and penalties are possible.

    Parameters
    ----------
    epochs, trials_per_epoch, batch_size, dt, optimizer, projections, clipping, fresh, validation, stopping : optional
    curriculum, checkpoint, threads : optional
        As in `BPTT`.
    loss, penalties, constraints, train : optional
        As in `OnlineTrainer`.
    noise : None
        Both runs have to be the same but for the perturbations.
    size : float, optional
        σ, in units of the input current.
    samples : int, optional
        Perturbed runs of each trial, whose estimates are averaged.

    Notes
    -----
    Cost: one forward pass and ``samples`` more of each trial, and as many outer products. Memory: units² numbers.

    References
    ----------
    B. Flower, M. Jabri, Summed weight neuron perturbation, Adv. Neural Inf. Process. Syst. 5, 212 (1993). P.
    Züge, C. Klos, R.-M. Memmesheimer, Weight versus node perturbation learning in temporally extended tasks, Phys. Rev.
    X 13, 021006 (2023).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(), size=10, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> trainer = ns.trainers.NodePerturbation(epochs=2, trials_per_epoch=100, batch_size=20, dt=2.0)
    >>> training = trainer.fit(start, task, rng=1)
    >>> bool(training.history["loss"][1] < training.history["loss"][0])
    True
    """

    size: float = 0.01
    samples: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("NodePerturbation.size", self.size)
        whole_number("NodePerturbation.samples", self.samples)
        if self.noise is not None:
            raise ParameterError(
                f"NodePerturbation.noise must be None (got {self.noise!r}): the two runs of a trial differ by their "
                f"perturbations alone."
            )

    def _estimator(self, network: Network, seed: SeedSequence) -> _Estimator:
        del seed
        return _Estimator(self, network, self.stepping(network).dt)


class _Estimator:
    def __init__(self, trainer: NodePerturbation, network: Network, dt: float) -> None:
        self._size, self._samples, self._network = trainer.size, trainer.samples, network
        self._steppers = [Stepper(network, dt) for _ in range(1 + trainer.samples)]
        self.own: Arrays = {}
        self.draws = True

    def estimate(
        self, parameters: Arrays, own: Arrays, terms: StepwiseTerms, seed: SeedSequence | None
    ) -> Estimate:
        del own
        assert seed is not None, "draws is True"
        values = {**parameters_of(self._network), **parameters}
        for stepper in self._steppers:
            _set_weights(stepper, parameters)
        trials = terms.trials
        outputs = np.empty(trials.targets.shape)
        loss, sums = np.zeros(2), _Sums(self._network)
        for trial in range(len(trials)):
            rng = stream(child(seed, f"trial {trial}"), "perturbations")
            loss += self._learn(trial, terms, values, rng, outputs, sums)
        gradients = {**sums.of_readout, **sums.of_sources(self._network, values)}
        return Estimate(
            float(loss[0]), float(loss[1]), outputs, {name: gradients[name] for name in parameters}
        )

    def _learn(
        self,
        trial: int,
        terms: StepwiseTerms,
        values: Arrays,
        rng: Generator,
        outputs: np.ndarray,
        sums: _Sums,
    ) -> np.ndarray:
        """Add the estimates of one trial to the sums, and return its loss and its penalties on rates."""
        for stepper in self._steppers:
            stepper.start(self._network.starting_state())
        found = np.zeros((1 + self._samples, 2))
        products = np.zeros((self._samples, self._network.size, sums.by_source.shape[1]))
        for start in range(0, terms.trials.steps, BLOCK):
            inputs = terms.trials.inputs[trial, start : start + BLOCK].astype(np.float64)
            steps = range(start, start + len(inputs))
            drive = inputs @ values["input_weights"].T.astype(np.float64) + values["bias"]
            sources = np.ones((len(inputs), products.shape[2]))
            sources[0, : self._network.size] = self._steppers[0].rates
            for k, stepper in enumerate(self._steppers):
                noise = self._size * rng.standard_normal(drive.shape) if k else np.zeros_like(drive)
                rates = np.empty_like(drive)
                stepper.advance(drive + noise, rates)
                read = rates @ values["readout_weights"].T + values["readout_bias"]
                present = functools.partial(np.asarray, rates[None])
                loss, penalty, slopes = terms.of_steps(range(trial, trial + 1), steps, read[None], present)
                found[k] += loss, penalty
                if k:
                    products[k - 1] += noise.T @ sources
                    continue
                assert slopes.outputs is not None
                outputs[trial, start : steps.stop] = read
                sources[1:, : self._network.size] = rates[:-1]
                sources[:, self._network.size : -1] = inputs
                sums.add_readout(slopes.outputs[0], rates)
        effects = found[1:].sum(axis=1) - found[0].sum()
        sums.by_source += np.tensordot(effects, products, axes=1) / (self._samples * self._size**2)
        return found[0]


class _Sums:
    """Sums of estimates over trials: by source (rates, inputs and 1), and of the readout.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        outputs = len(network.output_names)
        self.by_source = np.zeros((network.size, network.size + len(network.input_names) + 1))
        self.of_readout = {
            "readout_weights": np.zeros((outputs, network.size)),
            "readout_bias": np.zeros(outputs),
        }

    def add_readout(self, slopes: np.ndarray, rates: np.ndarray) -> None:
        """Add the exact gradients of the readout in a block, from derivatives with respect to outputs, and rates."""
        self.of_readout["readout_weights"] += slopes.T @ rates
        self.of_readout["readout_bias"] += slopes.sum(axis=0)

    def of_sources(self, network: Network, values: Arrays) -> Arrays:
        """Gradients of recurrent and input weights and biases, by name."""
        recurrent, rest = self.by_source[:, : network.size], self.by_source[:, network.size :]
        return {
            "input_weights": rest[:, :-1],
            "bias": rest[:, -1],
            **gradients_of_parts(network.recurrent, values, recurrent),
        }


def _set_weights(stepper: Stepper, parameters: Arrays) -> None:
    """Let a stepper use these recurrent weights."""
    if "recurrent" in parameters:
        stepper.base[...] = parameters["recurrent"]
    for name, rows in (("left", stepper.left), ("right", stepper.right)):
        if name in parameters:
            rows[...] = parameters[name].T

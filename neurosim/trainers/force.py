"""FORCE learning: recursive least squares of a readout whose output is fed back into the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.declaration import Parameter
from neurosim.engine.stepper import Stepper
from neurosim.errors import ShapeError
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import draw_state, external_currents, fit_trials, require_linear, scores
from neurosim.training import Training
from neurosim.validation import positive, whole_number

__all__ = ["Force"]


@dataclass(frozen=True)
class Force(Trainer):
    r"""FORCE (first-order reduced and controlled error): a readout with feedback, trained by recursive least squares.

    .. math:: u = W r + w_{fb}\, z + W_{in} y + b, \qquad z = W_{out} r.

    Every few steps, with the error :math:`e = z - f` and :math:`P = (\alpha I + \sum r r^T)^{-1}`,

    .. math:: W_{out} \leftarrow W_{out} - e\,\frac{(P r)^T}{1 + r^T P r},

    so that errors are small from the first corrections on, and corrections become smaller over time. The feedback loop
    is returned as a low-rank part of the recurrent weights, :math:`W + w_{fb} W_{out}^T`: **the trained network is
    autonomous**, in `neurosim.simulate` as in every analysis. Only `readout_weights` and this part differ from the
    start; W itself does not change. Its `initial_state` is the state at the end of training, where the next trial would
    begin.

    Trials follow each other without a pause: the state is never reset. The history has, for each trial, "loss", the
    mean absolute error before each correction, "accuracy" of those outputs, and "change", the norm of the change of the
    readout weights.

    Parameters
    ----------
    trials : int, optional
        With `neurosim.tasks.PeriodicPattern`, 12 trials are the 1440 time constants of the paper's code.
    dt : float, optional
        Time step of the Euler scheme. Default: that of `Network.stepping`; without one, a tenth of the fastest time
        constant.
    every : int, optional
        Steps from one correction to the next.
    regularization : float, optional
        α, beside the sum of squared errors: P starts as I / α. From 1 to 100; learning is slower and smoother with
        larger values.
    feedback : float or ndarray, shape (units,) or (units, outputs), optional
        A number a: the weights are drawn from U(-a, a). An array: the weights themselves. An array of ones gives the
        "internal" variant of the paper for one output, in which every row of W changes as the readout does.

    Notes
    -----
    The output after the correction is fed back, as in the network that is returned. Corrections are made where the mask
    of the task is above 0, whatever its value.

    Cost: 4 units² operations a correction, and the product with W each step; 1440 time constants of the paper's
    network (1000 units, 10 % of the weights) take 3 s. Memory: 4 units² bytes.

    References
    ----------
    D. Sussillo, L. F. Abbott, Neuron 63, 544 (2009), Equations 3 to 5 and Figure 2.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import Force
    >>> task = ns.tasks.PeriodicPattern(period=20.0, duration=20.0, amplitudes=[1.0, 0.5])
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 150, outputs=task.outputs, rng=0)
    >>> training = Force(trials=20).fit(chaotic, task, rng=1)
    >>> trials = task.trials(1, dt=0.1)
    >>> run = ns.simulate(training.network, **trials.simulation)
    >>> bool(trials.accuracy(run)[0] > 0.9)
    True
    """

    trials: int = 12
    dt: float | None = None
    every: int = 2
    regularization: float = 1.0
    feedback: Parameter = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("Force.trials", self.trials)
        whole_number("Force.every", self.every)
        if self.dt is not None:
            positive("Force.dt", self.dt)
        positive("Force.regularization", self.regularization)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train the readout of a copy of the network, and close the loop; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        return fit_trials(self, task, network, learner, trials=self.trials, seed=seed, progress=progress)


class _Learner:
    def __init__(self, trainer: Force, network: Network, task: Task, seed: np.random.SeedSequence) -> None:
        self.trainer, self.start, self.task, self.seed = trainer, network, task, seed
        self.stepping = trainer.stepping(network)
        left = _feedback(trainer.feedback, network, stream(seed, "feedback"))
        loop = Operator(left=left, right=np.zeros_like(left))
        self.stepper = Stepper(
            network.replace(recurrent=network.recurrent.astype(np.float64) + loop), self.stepping.dt
        )
        # a view: correcting the readout corrects the loop
        self.readout = self.stepper.right[-left.shape[1] :]
        self.squares = LeastSquares([np.arange(network.size)], trainer.regularization)
        self.stepper.start(draw_state(network, stream(seed, "initial state")))

    def trial(self, number: int) -> dict[str, float]:
        trials = self.task.trials(1, self.stepping.dt, child(self.seed, f"trial {number}"))
        drive, targets, counts = (
            external_currents(self.start, trials),
            trials.targets[0],
            trials.mask[0] > 0.0,
        )
        rates, outputs, before = np.empty_like(drive), np.empty_like(targets), self.readout.copy()
        for first in range(0, trials.steps, self.trainer.every):
            block = slice(first, first + self.trainer.every)
            self.stepper.advance(drive[block], rates[block])
            outputs[block] = rates[block] @ self.readout.T
            if counts[block][-1].any():
                self.squares.take(self.stepper.rates)
                self.squares.correct(self.readout, ((outputs - targets)[block][-1:] * counts[block][-1:]))
        return {**scores(trials, outputs), "change": float(np.linalg.norm(self.readout - before))}

    def network(self) -> Network:
        return self.start.replace(
            recurrent=self.stepper.operator().astype(self.start.dtype),
            readout_weights=self.readout,
            readout_bias=np.zeros(len(self.readout)),
            initial_state=self.stepper.state,
            stepping=self.stepping,
        )


def _feedback(given: Parameter, network: Network, rng: np.random.Generator) -> np.ndarray:
    """Feedback weights, shape (units, outputs)."""
    shape = (network.size, network.outputs)
    if np.ndim(given) == 0:
        return rng.uniform(-1.0, 1.0, shape) * given
    weights = np.asarray(given)
    if weights.shape not in (shape, shape[:1]) or weights.size != shape[0] * shape[1]:
        raise ShapeError(
            f"Force.feedback must be one number or have shape {shape} (got shape {weights.shape})."
        )
    return weights.reshape(shape)

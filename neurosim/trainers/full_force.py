"""Full-FORCE: recurrent weights that reproduce the currents of a network driven by the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError, ShapeError
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import (
    Connections,
    draw_state,
    external_currents,
    fit_trials,
    require_linear,
    scores,
)
from neurosim.training import Training
from neurosim.validation import finite, positive, require_square, whole_number

__all__ = ["FullForce"]


@dataclass(frozen=True)
class FullForce(Trainer):
    r"""Full-FORCE: all recurrent weights learn to reproduce the currents of a second network driven by the target.

    The network that is given is the second, target-generating one: its weights :math:`W_D` do not change, and it
    receives besides its inputs the targets f and optional hints h through random weights. The network that learns has
    the same units, connections, input weights and biases, and starts with :math:`W = 0`, :math:`W_{out} = 0`. Recursive
    least squares (see `Force`), with one P for all units that have the same presynaptic units, correct two errors,

    .. math:: e_W = W r - (W_D r_D + w_f f + w_h h), \qquad e_{out} = W_{out} r - f.

    The trained network needs no target. It has the connections of the network that was given (all of them where that is
    dense or has a low-rank part), and its `initial_state` is the state at the end of training. Trials follow each other
    without a pause.

    The history has, for each trial, "loss", the mean absolute error of the output before each correction, "accuracy"
    of those outputs, "deviation", the root mean square of :math:`e_W`, and "change", the norm of the change of W.

    Parameters
    ----------
    trials : int, optional
        The authors' demonstrations use 200 for an oscillation and 1000 for other tasks.
    dt : float, optional
        Time step of the Euler scheme. Default: that of `Network.stepping`; without one, a tenth of the fastest time
        constant.
    probability : float, optional
        Probability of a correction at each step.
    regularization : float, optional
        α, beside the sum of squared errors: P starts as I / α.
    target_scale : float, optional
        The weights of the targets, and of hints, are drawn from U(-target_scale, target_scale).
    hint : callable, optional
        ``hint(trials)`` returns additional signals, shape (trials, steps, hints), for the second network only; for
        instance a ramp during an interval.

    Notes
    -----
    The target that drives the second network during a step is that for the end of the step. The network that is given
    should be chaotic by itself (a gain of 1.5, as in the paper): with g = 1 slow patterns are not learned.

    Cost, for a dense network: a step takes 8 units² operations, and a correction as many; memory: 36 units² bytes. With
    300 units 100 trials of 1000 steps take about 10 s. For a sparse network a correction takes 4 operations for each
    number of all P, which are the squares of the number of presynaptic units, summed over units.

    References
    ----------
    B. DePasquale, C. J. Cueva, K. Rajan, G. S. Escola, L. F. Abbott, PLoS ONE 13, e0191527 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import FullForce
    >>> task = ns.tasks.PeriodicPattern(period=20.0, duration=20.0, amplitudes=[1.0, 0.5])
    >>> driven = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 150, outputs=task.outputs, rng=0)
    >>> training = FullForce(trials=15).fit(driven, task, rng=1)
    >>> trials = task.trials(1, dt=0.1)
    >>> bool(trials.accuracy(ns.simulate(training.network, **trials.simulation))[0] > 0.9)
    True
    """

    trials: int = 200
    dt: float | None = None
    probability: float = 0.5
    regularization: float = 1.0
    target_scale: float = 1.0
    hint: Callable[[Trials], np.ndarray] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("FullForce.trials", self.trials)
        for name in ("dt", "probability", "regularization", "target_scale"):
            if getattr(self, name) is not None:
                positive(f"FullForce.{name}", getattr(self, name))
        if self.probability > 1.0:
            raise ParameterError(f"FullForce.probability must be at most 1 (got {self.probability:g}).")
        if not (self.hint is None or callable(self.hint)):
            raise ParameterError(
                f"FullForce.hint must be a function of trials that returns (trials, steps, hints) (got {self.hint!r})."
            )

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train the recurrent weights and the readout of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        return fit_trials(self, task, network, learner, trials=self.trials, seed=seed, progress=progress)


class _Learner:
    def __init__(
        self, trainer: FullForce, network: Network, task: Task, seed: np.random.SeedSequence
    ) -> None:
        self.trainer, self.start, self.task, self.seed = trainer, network, task, seed
        outputs, size = network.readout_weights.shape
        self.stepping = trainer.stepping(network)
        self.driven = Stepper(network, self.stepping.dt)
        self.learning = Stepper(
            network.replace(recurrent=_without_weights(network.recurrent)), self.stepping.dt
        )
        self.readout, self.error = np.zeros((outputs, size)), np.zeros((outputs, 1))
        self.connections = Connections(self.learning, size)
        # one problem for each unit, then one for each output
        problems = [*self.connections.sources, *[np.arange(size)] * outputs]
        self.squares = LeastSquares(problems, trainer.regularization)
        state = draw_state(network, stream(seed, "initial state"))
        for stepper in (self.driven, self.learning):
            stepper.start(state)

    def trial(self, number: int) -> dict[str, float]:
        trials = self.task.trials(1, self.stepping.dt, child(self.seed, f"trial {number}"))
        drive, targets, counts = (
            external_currents(self.start, trials),
            trials.targets[0],
            trials.mask[0] > 0.0,
        )
        driving = drive + self._target_currents(trials)
        chosen = stream(self.seed, f"chosen {number}").random(trials.steps) < self.trainer.probability
        outputs, before, deviation = np.empty_like(targets), self.learning.base.copy(), np.empty(trials.steps)
        for k in range(trials.steps):
            deviation[k] = self._step(drive[k : k + 1], driving[k : k + 1], correct=chosen[k])
            outputs[k] = self.readout @ self.learning.rates
            self.error = ((outputs[k] - targets[k]) * counts[k])[:, None]
        return {
            **scores(trials, outputs),
            "deviation": float(np.sqrt(deviation.mean())),
            "change": float(np.linalg.norm(self.learning.base - before)),
        }

    def _step(self, drive: np.ndarray, driving: np.ndarray, *, correct: bool) -> float:
        """One step of both networks; mean squared difference of their currents."""
        sample = self.learning.rates.copy()
        self.driven.advance(driving, np.empty_like(driving))
        self.learning.advance(drive, np.empty_like(drive))
        difference = self.learning.currents - self.driven.currents
        if correct:
            self.squares.take(sample)
            self.squares.correct(self.connections.weights, difference[:, None])
            self.connections.apply()
            # the error of the output at the same rates
            self.squares.correct(self.readout.reshape(1, -1), self.error, first=self.start.size)
        return float(np.mean(difference**2))

    def _target_currents(self, trials: Trials) -> np.ndarray:
        """Currents of the targets and of the hints, shape (steps, units)."""
        signals = {"target weights": trials.targets[0]}
        if self.trainer.hint is not None:
            signals["hint weights"] = _hints(self.trainer.hint, trials)
        currents = np.zeros((trials.steps, self.start.size))
        for name, signal in signals.items():
            # the same weights in each trial: drawn from the same stream
            weights = stream(self.seed, name).uniform(-1.0, 1.0, (signal.shape[1], self.start.size))
            currents += self.trainer.target_scale * signal @ weights
        return currents

    def network(self) -> Network:
        return self.start.replace(
            recurrent=self.learning.operator().astype(self.start.dtype),
            readout_weights=self.readout,
            readout_bias=np.zeros(len(self.readout)),
            initial_state=self.learning.state,
            stepping=self.stepping,
        )


def _without_weights(operator: Operator) -> Operator:
    """Operator with the connections of another one, and all weights 0."""
    if operator.base is None or operator.left is not None:
        require_square(operator.size, matrices=3, remedy="Use fewer units.")
        return Operator(np.zeros(operator.shape))
    base = operator.base if isinstance(operator.base, np.ndarray) else operator.base.data
    return operator.with_weights(np.zeros_like(base))


def _hints(hint: Callable[[Trials], np.ndarray], trials: Trials) -> np.ndarray:
    """Hints of the only trial, shape (steps, hints)."""
    hints = finite("hint(trials)", hint(trials), np.float64)
    if hints.ndim != 3 or hints.shape[:2] != (1, trials.steps):
        raise ShapeError(f"hint(trials) must have shape (1, {trials.steps}, hints) (got {hints.shape}).")
    return hints[0]

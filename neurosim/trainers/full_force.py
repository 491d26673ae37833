"""Full-FORCE: recurrent weights that replace what a network would do if it were driven by its own target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.operator import Operator, require_square
from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError, ShapeError
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import draw_state, external_currents, fit_trials, require_linear, scores
from neurosim.training import Training
from neurosim.validation import finite, positive, whole_number

__all__ = ["FullForce"]


@dataclass(frozen=True)
class FullForce(Trainer):
    r"""All recurrent weights learn the currents of a second network, which is driven by the target.

    The network that is given is the second one: its weights :math:`W_D` stay as they are, and it receives besides its
    inputs the targets f and, if there are any, hints h through random weights. The network that learns has the same
    units, input weights and biases, and starts with :math:`W = 0`, :math:`W_{out} = 0`. Recursive least squares with
    one P for all rows (see `Force`) correct two errors,

    .. math:: e_W = W r - (W_D r_D + w_f f + w_h h), \qquad e_{out} = W_{out} r - f.

    Afterward the target is no longer needed: `recurrent` is a full matrix, and the `initial_state` of the network
    that is returned is where training left it. Trials follow each other without a pause.

    The history has, for each trial, "loss", the mean absolute error of the output before each correction, "accuracy"
    of those outputs, "deviation", the root mean square of :math:`e_W`, and "change", the length of the change of W.

    Parameters
    ----------
    trials : int, optional
        The authors' demonstrations do 200 of an oscillation and 1000 of other tasks.
    dt : float, optional
        Time step of the Euler scheme, in the unit of the neuron's time constant (theirs: 0.1 of it).
    probability : float, optional
        Odds of a correction at each step.
    regularization : float, optional
        Regularization; P starts as I / regularization.
    target_scale : float, optional
        The weights of the targets, and of hints, are drawn from U(-target_scale, target_scale).
    hint : callable, optional
        ``hint(trials)`` returns further signals that help, shape (trials, steps, hints), which only the second
        network sees; a ramp where an interval has to be kept, for instance.

    Notes
    -----
    The target that drives the second network during a step is that for the end of the step. The network that is given
    should be chaotic by itself (a gain of 1.5, as in the paper): with g = 1 slow patterns are not kept.

    Cost: a step takes 8 units² operations, and a correction as many. Memory: 36 units² bytes. With 300 units 100
    trials of 1000 steps take about 10 s.

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
    dt: float = 0.1
    probability: float = 0.5
    regularization: float = 1.0
    target_scale: float = 1.0
    hint: Callable[[Trials], np.ndarray] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("FullForce.trials", self.trials)
        for name in ("dt", "probability", "regularization", "target_scale"):
            positive(f"FullForce.{name}", getattr(self, name))
        if self.probability > 1.0:
            raise ParameterError(f"FullForce.probability = {self.probability:g} is above 1; give at most 1.")
        if not (self.hint is None or callable(self.hint)):
            raise ParameterError(
                f"FullForce.hint = {self.hint!r} is no function; give one from trials to (trials, steps, hints)."
            )

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train the recurrent weights and the readout of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        require_square(network.size, matrices=3, remedy="Take fewer units.")
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        return fit_trials(self, task, network, learner, trials=self.trials, seed=seed, progress=progress)


class _Learner:
    def __init__(
        self, trainer: FullForce, network: Network, task: Task, seed: np.random.SeedSequence
    ) -> None:
        self.trainer, self.start, self.task, self.seed = trainer, network, task, seed
        outputs, size = network.readout_weights.shape
        self.driven = Stepper(network, trainer.dt)
        self.learning = Stepper(network.replace(recurrent=Operator(np.zeros((size, size)))), trainer.dt)
        self.readout, self.error = np.zeros((outputs, size)), np.zeros((1, outputs))
        self.squares = LeastSquares([np.arange(size)], trainer.regularization)
        state = draw_state(network, stream(seed, "initial state"))
        for stepper in (self.driven, self.learning):
            stepper.start(state)

    def trial(self, number: int) -> dict[str, float]:
        trials = self.task.trials(1, self.trainer.dt, child(self.seed, f"trial {number}"))
        drive, targets, counts = (
            external_currents(self.start, trials),
            trials.targets[0],
            trials.mask[0] > 0.0,
        )
        helped = drive + self._help(trials)
        chosen = stream(self.seed, f"chosen {number}").random(trials.steps) < self.trainer.probability
        outputs, before, deviation = np.empty_like(targets), self.learning.base.copy(), np.empty(trials.steps)
        for k in range(trials.steps):
            deviation[k] = self._step(drive[k : k + 1], helped[k : k + 1], correct=chosen[k])
            outputs[k] = self.readout @ self.learning.rates
            self.error = ((outputs[k] - targets[k]) * counts[k])[None]
        return {
            **scores(trials, outputs),
            "deviation": float(np.sqrt(deviation.mean())),
            "change": float(np.linalg.norm(self.learning.base - before)),
        }

    def _step(self, drive: np.ndarray, helped: np.ndarray, *, correct: bool) -> float:
        """One step of both networks, and the mean square of what their currents differ by."""
        sample = self.learning.rates.copy()
        self.driven.advance(helped, np.empty_like(helped))
        self.learning.advance(drive, np.empty_like(drive))
        difference = self.learning.currents - self.driven.currents
        if correct:
            self.squares.take(sample)
            self.squares.correct(self.learning.base, difference[None])
            # what the output was off by when the rates were these
            self.squares.correct(self.readout, self.error)
        return float(np.mean(difference**2))

    def _help(self, trials: Trials) -> np.ndarray:
        """Currents of the targets and of the hints, shape (steps, units)."""
        signals = {"target weights": trials.targets[0]}
        if self.trainer.hint is not None:
            signals["hint weights"] = _hints(self.trainer.hint, trials)
        currents = np.zeros((trials.steps, self.start.size))
        for name, signal in signals.items():
            # drawn again for each trial, from the same stream
            weights = stream(self.seed, name).uniform(-1.0, 1.0, (signal.shape[1], self.start.size))
            currents += self.trainer.target_scale * signal @ weights
        return currents

    def network(self) -> Network:
        return self.start.replace(
            recurrent=self.learning.operator().astype(self.start.dtype),
            readout_weights=self.readout,
            readout_bias=np.zeros(len(self.readout)),
            initial_state=self.learning.state,
        )


def _hints(hint: Callable[[Trials], np.ndarray], trials: Trials) -> np.ndarray:
    """Hints of the only trial, shape (steps, hints)."""
    hints = finite("hint(trials)", hint(trials), np.float64)
    if hints.ndim != 3 or hints.shape[:2] != (1, trials.steps):
        raise ShapeError(f"hint(trials) has shape {hints.shape}; return (1, {trials.steps}, hints).")
    return hints[0]

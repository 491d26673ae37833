"""Optimizers that make one update for each batch: Adam, stochastic gradient descent and RMSprop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.tasks import Trials
from neurosim.trainers.objective import Evaluation
from neurosim.trainers.schedules import Schedule, as_rate, rate_at
from neurosim.validation import non_negative, one_of, positive

__all__ = ["SGD", "Adam", "Optimization", "Optimizer", "RMSprop", "StochasticOptimizer"]

Arrays = Mapping[str, np.ndarray]


class Optimization(Protocol):
    """Minimization of an objective, as an optimizer sees it.

    Attributes
    ----------
    free : dict of str to ndarray
        Free variables, which the optimizer changes.
    accumulators : dict of str to ndarray
        State of the optimizer.
    updates : int
        Number of updates so far.
    """

    free: dict[str, np.ndarray]
    accumulators: dict[str, np.ndarray]
    updates: int

    def batches(self) -> Iterator[Trials]:
        """Batches of the present epoch."""

    def evaluate(self, trials: Trials) -> Evaluation:
        """Objective of one batch at the present free variables, with the noise of this update.

        Raises StabilityError where the value or a gradient is not finite.
        """

    def evaluate_together(self, free: Arrays, batches: Sequence[Trials]) -> Evaluation:
        """Mean objective of several batches, with the same noise whenever it is called in one epoch."""

    def clip(self, gradients: Arrays) -> Arrays:
        """Gradients within the limit of the trainer."""

    def accept(self, free: Arrays, accumulators: Arrays, *, updates: int = 1) -> None:
        """Take new free variables, after the projections of the trainer, and the optimizer's state."""

    def record(self, found: Evaluation, trials: int, *, batches: int = 1) -> None:
        """Add the evaluation of some trials to the history of the epoch, and advance the progress bar."""


class Optimizer(Declaration, ABC):
    """Rule that lowers an objective by changing its free variables.

    `StochasticOptimizer` is the base of those that make one update for each batch; `LBFGS` searches over all trials of
    an epoch.
    """

    kind: ClassVar[str] = "optimizer"

    stepwise: ClassVar[bool] = True
    """Whether each batch gives one update, between which clipping, projections and penalties can act."""

    def start(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """State of the optimizer before the first update."""
        del parameters
        return {}

    @abstractmethod
    def fit_epoch(self, training: Optimization) -> dict[str, float]:
        """Lower the objective on the trials of one epoch.

        Parameters
        ----------
        training : Optimization
            Its free variables change.

        Returns
        -------
        dict of str to float
            Further columns of the history.
        """


class StochasticOptimizer(Optimizer):
    r"""Optimizer that makes one update for the gradient of each batch; it is immutable, `update` returns the state.

    Rules for a subclass

    1. It is a frozen dataclass. A field `learning_rate`, a number above 0 or a `Schedule`, is checked here.
    2. ``accumulators`` names the arrays that it keeps for each parameter, such as ``("velocity",)``; all start at 0.
    3. ``change(gradient, accumulators, rate, update)`` returns what is *added* to the parameter, and the new
       accumulators. Neither the gradient nor the accumulators may be changed in place.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from neurosim.trainers.optimizers import StochasticOptimizer
    >>> @dataclass(frozen=True)
    ... class Signs(StochasticOptimizer):
    ...     "Steps of one length, against the sign of the gradient."
    ...     learning_rate: float = 0.1
    ...     accumulators = ()
    ...     def change(self, gradient, accumulators, rate, update): return -rate * np.sign(gradient), ()
    >>> weights = {"bias": np.array([1.0, 2.0])}
    >>> moved, _ = Signs().update(weights, {"bias": np.array([3.0, -4.0])}, Signs().start(weights), 0)
    >>> moved["bias"]
    array([0.9, 2.1])
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        super().__post_init__()
        name = f"{type(self).__name__}.learning_rate"
        object.__setattr__(self, "learning_rate", as_rate(name, self.learning_rate))

    @property
    @abstractmethod
    def accumulators(self) -> tuple[str, ...]:
        """Names of the arrays that are kept for each parameter."""

    @abstractmethod
    def change(
        self, gradient: np.ndarray, accumulators: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        """Change of one parameter, and its accumulators after this update.

        Parameters
        ----------
        gradient : ndarray
        accumulators : sequence of ndarray
            In the order of `accumulators`.
        rate : float
            Learning rate of this update.
        update : int
            Number of updates before this one.
        """

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0."""
        return rate_at(self.learning_rate, update)

    def fit_epoch(self, training: Optimization) -> dict[str, float]:
        """Make one update for each batch of an epoch; see `Optimizer.fit_epoch`."""
        for trials in training.batches():
            found = training.evaluate(trials)
            gradients = training.clip(found.gradients)
            training.accept(*self.update(training.free, gradients, training.accumulators, training.updates))
            training.record(found, len(trials))
        return {"learning_rate": self.rate(training.updates - 1)}

    def start(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """State before the first update: zeros, under names such as ``"mean.recurrent"``."""
        return {
            f"{accumulator}.{name}": np.zeros_like(value)
            for accumulator in self.accumulators
            for name, value in parameters.items()
        }

    def update(
        self, parameters: Arrays, gradients: Arrays, state: Arrays, update: int
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Parameters and state after one update.

        Parameters
        ----------
        parameters : mapping of str to ndarray
        gradients : mapping of str to ndarray
            One of the same shape for each parameter.
        state : mapping of str to ndarray
            From `start` or the update before.
        update : int
            Number of updates before this one.

        Returns
        -------
        parameters, state : dict of str to ndarray
            New arrays of the same dtypes; the arguments are not changed.

        Raises
        ------
        UnknownNameError, ShapeError
            If gradients or state do not match the parameters.
        ParameterError
            If a schedule gives a rate that is not above 0.
        """
        rate = self.rate(update)
        moved, kept = {}, {}
        for name, value in parameters.items():
            gradient = _matching_array("gradients", gradients, name, value)
            before = [_matching_array("state", state, f"{key}.{name}", value) for key in self.accumulators]
            change, after = self.change(gradient, before, rate, update)
            moved[name] = np.asarray(value + change, value.dtype)
            for key, array in zip(self.accumulators, after, strict=True):
                kept[f"{key}.{name}"] = np.asarray(array, value.dtype)
        return moved, kept


def _matching_array(label: str, arrays: Arrays, name: str, value: np.ndarray) -> np.ndarray:
    if name not in arrays:
        raise UnknownNameError(f"{label} must have {name!r}. {did_you_mean(name, arrays)}")
    array = arrays[name]
    if array.shape != value.shape:
        raise ShapeError(
            f"{label}[{name!r}] must have the shape of the parameter, {value.shape} (got {array.shape}); "
            f"try start(parameters)."
        )
    return array


@dataclass(frozen=True)
class Adam(StochasticOptimizer):
    r"""Adam: gradient descent with momentum, each entry divided by the recent size of its gradient.

    .. math::

        m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
        \theta \leftarrow \theta - \eta_k \frac{m / (1-\beta_1^{k+1})}{\sqrt{v / (1-\beta_2^{k+1})} + \epsilon},

    k = 0 for the first update, with the learning rate :math:`\eta_k`. The first change is :math:`-\eta_0` times the
    sign of the gradient.

    Parameters
    ----------
    learning_rate : float or Schedule
        Above 0. Keras's argument `decay` is the schedule `InverseDecay`; weight decay is the penalty `L2`.
    beta1, beta2 : float
        Decay factors of the running mean and mean square of the gradient, at least 0 and below 1.
    epsilon : float
        Above 0.
    epsilon_form : {"paper", "keras"}
        Where ε stands. ``"paper"`` (Algorithm 1; also PyTorch, JAX): with the corrected mean square, as above.
        ``"keras"`` (Keras, TensorFlow; the paper's remark before Section 2.1): with the uncorrected one,
        :math:`\sqrt v + \epsilon`, which is the same as :math:`\epsilon / \sqrt{1-\beta_2^{k+1}}` above: 32 ε at the
        first update, ε after some thousands. It matters only for gradients as small as ε.

    Notes
    -----
    Defaults are the paper's. Jarne & Laje (2023) trained with InverseDecay(1e-4, decay=1e-4) in Keras; Yang et al.
    (2019) with the defaults.

    References
    ----------
    Kingma & Ba (2015), Adam: a method for stochastic optimization, ICLR, Algorithm 1.

    Examples
    --------
    >>> from neurosim.trainers import Adam, InverseDecay
    >>> Adam(InverseDecay(1e-4, decay=1e-4)).rate(10_000)
    5e-05
    """

    learning_rate: Schedule | float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    epsilon_form: str = "paper"

    accumulators = ("mean", "square")

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_decay_factor("Adam.beta1", self.beta1)
        _require_decay_factor("Adam.beta2", self.beta2)
        positive("Adam.epsilon", self.epsilon)
        one_of("Adam.epsilon_form", self.epsilon_form, ("paper", "keras"))

    def change(
        self, gradient: np.ndarray, accumulators: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        """Change by the mean of past gradients over the root of their mean square, and both means."""
        mean = self.beta1 * accumulators[0]
        mean += (1.0 - self.beta1) * gradient
        square = gradient * gradient
        square *= 1.0 - self.beta2
        square += self.beta2 * accumulators[1]
        # both corrections as one number each: fewer passes over the arrays
        root = (1.0 - self.beta2 ** (update + 1)) ** 0.5
        change = np.sqrt(square)
        change += self.epsilon * (root if self.epsilon_form == "paper" else 1.0)
        change = np.divide(mean, change)
        change *= -rate * root / (1.0 - self.beta1 ** (update + 1))
        return change, (mean, square)


@dataclass(frozen=True)
class SGD(StochasticOptimizer):
    r"""Stochastic gradient descent, with or without momentum.

    .. math:: v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + v,

    or, with Nesterov's momentum, :math:`\theta \leftarrow \theta + \mu v - \eta g` with the new v.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above 0. It is inside the velocity, as in the paper and in Keras (in PyTorch it is outside, which differs
        only while η changes).
    momentum : float
        μ, at least 0 and below 1.
    nesterov : bool

    References
    ----------
    Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum in deep learning, ICML,
    eqs. 1-4; Nesterov's in the variables of Keras, where θ is the point at which the gradient is taken.
    """

    learning_rate: Schedule | float = 1e-2
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_decay_factor("SGD.momentum", self.momentum)
        if self.nesterov and not self.momentum:
            raise ParameterError("SGD.nesterov = True needs momentum; give, for instance, momentum=0.9.")

    @property
    def accumulators(self) -> tuple[str, ...]:
        """``("velocity",)``, or nothing without momentum."""
        return ("velocity",) if self.momentum else ()

    def change(
        self, gradient: np.ndarray, accumulators: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        """Change against the gradient, with momentum if there is any, and the velocity."""
        del update
        change = -rate * gradient
        if not accumulators:
            return change, ()
        velocity = self.momentum * accumulators[0] + change
        return (self.momentum * velocity + change if self.nesterov else velocity), (velocity,)


@dataclass(frozen=True)
class RMSprop(StochasticOptimizer):
    r"""RMSprop: gradient descent, each entry divided by the recent size of its gradient.

    .. math:: a \leftarrow \rho a + (1 - \rho) g^2, \qquad \theta \leftarrow \theta - \eta g / (\sqrt a + \epsilon)

    The start at a = 0 is not corrected for: the first change has the size :math:`\eta / \sqrt{1-\rho}`.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above 0.
    rho : float
        At least 0 and below 1.
    epsilon : float
        Above 0, outside the root, as in Keras and PyTorch.

    References
    ----------
    Tieleman & Hinton (2012), Lecture 6.5, Neural networks for machine learning, Coursera.
    """

    learning_rate: Schedule | float = 1e-3
    rho: float = 0.9
    epsilon: float = 1e-8

    accumulators = ("square",)

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_decay_factor("RMSprop.rho", self.rho)
        positive("RMSprop.epsilon", self.epsilon)

    def change(
        self, gradient: np.ndarray, accumulators: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        """Change by the gradient over the root of the mean square of past ones, and that mean."""
        del update
        square = gradient * gradient
        square *= 1.0 - self.rho
        square += self.rho * accumulators[0]
        change = np.sqrt(square)
        change += self.epsilon
        change = np.divide(gradient, change)
        change *= -rate
        return change, (square,)


def _require_decay_factor(name: str, value: float) -> None:
    if non_negative(name, value) >= 1.0:
        raise ParameterError(f"{name} must be below 1, to forget old gradients (got {value!r}); try 0.9.")

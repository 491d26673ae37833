"""What an update does with a gradient: Adam, SGD with momentum, RMSprop, and the settings of L-BFGS."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.trainers.schedules import Schedule, checked_rate, rate_at
from neurosim.validation import non_negative, one_of, positive, whole_number

__all__ = ["LBFGS", "SGD", "Adam", "Optimizer", "RMSprop", "StochasticOptimizer"]

Arrays = Mapping[str, np.ndarray]


class Optimizer(Declaration):
    """What every optimizer is: a declaration. Those for batches are `StochasticOptimizer`; `LBFGS` is not."""

    kind: ClassVar[str] = "optimizer"


class StochasticOptimizer(Optimizer, ABC):
    r"""Optimizer that makes one update for the gradient of each batch.

    It remembers nothing itself: `start` returns the state, `update` takes it and returns the next one.

    Rules for a subclass

    1. It is a frozen dataclass. A field `learning_rate`, a number above 0 or a `Schedule`, is checked here.
    2. ``memories`` names the arrays that it keeps for each parameter, such as ``("velocity",)``; all start at 0.
    3. ``change(gradient, memory, rate, update)`` returns what is *added* to the parameter, and the new memories.
       Neither the gradient nor the memories may be changed in place.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from neurosim.trainers.optimizers import StochasticOptimizer
    >>> @dataclass(frozen=True)
    ... class Signs(StochasticOptimizer):
    ...     "Steps of one length, against the sign of the gradient."
    ...     learning_rate: float = 0.1
    ...     memories = ()
    ...     def change(self, gradient, memory, rate, update): return -rate * np.sign(gradient), ()
    >>> weights = {"bias": np.array([1.0, 2.0])}
    >>> moved, _ = Signs().update(weights, {"bias": np.array([3.0, -4.0])}, Signs().start(weights), 0)
    >>> moved["bias"]
    array([0.9, 2.1])
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        super().__post_init__()
        name = f"{type(self).__name__}.learning_rate"
        object.__setattr__(self, "learning_rate", checked_rate(name, self.learning_rate))

    @property
    @abstractmethod
    def memories(self) -> tuple[str, ...]:
        """Names of the arrays that are kept for each parameter."""

    @abstractmethod
    def change(
        self, gradient: np.ndarray, memory: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        """Change of one parameter, and its memories after this update.

        Parameters
        ----------
        gradient : ndarray
        memory : sequence of ndarray
            In the order of `memories`.
        rate : float
            Learning rate of this update.
        update : int
            Number of updates before this one.
        """

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0."""
        return rate_at(self.learning_rate, update)

    def start(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """State before the first update: zeros, under names such as ``"mean.recurrent"``."""
        return {
            f"{memory}.{name}": np.zeros_like(value)
            for memory in self.memories
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
            New arrays of the same dtypes; what was given stays as it is.

        Raises
        ------
        UnknownNameError, ShapeError
            If gradients or state do not belong to the parameters.
        ParameterError
            If a schedule gives a rate that is not above 0.
        """
        rate = self.rate(update)
        moved, kept = {}, {}
        for name, value in parameters.items():
            gradient = _belonging("gradients", gradients, name, value)
            memory = [_belonging("state", state, f"{m}.{name}", value) for m in self.memories]
            change, remembered = self.change(gradient, memory, rate, update)
            moved[name] = np.asarray(value + change, value.dtype)
            for key, array in zip(self.memories, remembered, strict=True):
                kept[f"{key}.{name}"] = np.asarray(array, value.dtype)
        return moved, kept


def _belonging(label: str, arrays: Arrays, name: str, value: np.ndarray) -> np.ndarray:
    if name not in arrays:
        raise UnknownNameError(f"{label} have no {name!r}. {did_you_mean(name, arrays)}")
    array = arrays[name]
    if array.shape != value.shape:
        raise ShapeError(
            f"{label}[{name!r}] has shape {array.shape}, the parameter {value.shape}; begin with start(parameters)."
        )
    return array


@dataclass(frozen=True)
class Adam(StochasticOptimizer):
    r"""Adam: momentum, divided by the recent size of each gradient.

    .. math::

        m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
        \theta \leftarrow \theta - \eta_k \frac{m / (1-\beta_1^{k+1})}{\sqrt{v / (1-\beta_2^{k+1})} + \epsilon},
        \quad \eta_k = \frac{learning\_rate(k)}{1 + decay \cdot k},

    k = 0 for the first update. The first change is :math:`-\eta_0` times the sign of the gradient.

    Parameters
    ----------
    learning_rate : float or Schedule
        Above 0.
    beta1, beta2 : float
        Memory of mean and mean square, at least 0 and below 1.
    epsilon : float
        Above 0.
    decay : float
        Keras's `decay`, per update, at least 0; the same as `InverseDecay`.
    epsilon_form : {"paper", "keras"}
        Where ε stands. ``"paper"`` (Algorithm 1; also PyTorch, JAX): with the corrected mean square, as above.
        ``"keras"`` (Keras, TensorFlow; the paper's remark before Section 2.1): with the uncorrected one,
        :math:`\sqrt v + \epsilon`, which is the same as :math:`\epsilon / \sqrt{1-\beta_2^{k+1}}` above: 32 ε at the
        first update, ε after some thousands. It matters only for gradients as small as ε.

    Notes
    -----
    Defaults are the paper's. Jarne & Laje (2023) trained with learning_rate=1e-4, decay=1e-4 (Keras); Yang et al.
    (2019) with the defaults.

    References
    ----------
    Kingma & Ba (2015), Adam: a method for stochastic optimization, ICLR, Algorithm 1.

    Examples
    --------
    >>> from neurosim.trainers.optimizers import Adam
    >>> Adam(1e-4, decay=1e-4).rate(10_000)
    5e-05
    """

    learning_rate: Schedule | float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    decay: float = 0.0
    epsilon_form: str = "paper"

    memories = ("mean", "square")

    def __post_init__(self) -> None:
        super().__post_init__()
        _memory("Adam.beta1", self.beta1)
        _memory("Adam.beta2", self.beta2)
        positive("Adam.epsilon", self.epsilon)
        non_negative("Adam.decay", self.decay)
        one_of("Adam.epsilon_form", self.epsilon_form, ("paper", "keras"))

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0, with the decay."""
        return rate_at(self.learning_rate, update) / (1.0 + self.decay * update)

    def change(  # noqa: D102
        self, gradient: np.ndarray, memory: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        mean = self.beta1 * memory[0]
        mean += (1.0 - self.beta1) * gradient
        square = gradient * gradient
        square *= 1.0 - self.beta2
        square += self.beta2 * memory[1]
        # both corrections as one number each: fewer passes over the arrays
        root = (1.0 - self.beta2 ** (update + 1)) ** 0.5
        change = np.sqrt(square)
        change += self.epsilon * (root if self.epsilon_form == "paper" else 1.0)
        change = np.divide(mean, change)
        change *= -rate * root / (1.0 - self.beta1 ** (update + 1))
        return change, (mean, square)


@dataclass(frozen=True)
class SGD(StochasticOptimizer):
    r"""Gradient descent, with or without momentum.

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
        _memory("SGD.momentum", self.momentum)
        if self.nesterov and not self.momentum:
            raise ParameterError("SGD.nesterov = True needs momentum; give, for instance, momentum=0.9.")

    @property
    def memories(self) -> tuple[str, ...]:
        """``("velocity",)``, or nothing without momentum."""
        return ("velocity",) if self.momentum else ()

    def change(  # noqa: D102
        self, gradient: np.ndarray, memory: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        del update
        change = -rate * gradient
        if not memory:
            return change, ()
        velocity = self.momentum * memory[0] + change
        return (self.momentum * velocity + change if self.nesterov else velocity), (velocity,)


@dataclass(frozen=True)
class RMSprop(StochasticOptimizer):
    r"""Gradient descent, divided by the recent size of each gradient.

    .. math:: a \leftarrow \rho a + (1 - \rho) g^2, \qquad \theta \leftarrow \theta - \eta g / (\sqrt a + \epsilon)

    Nothing corrects for the start at a = 0: the first change is :math:`\eta / \sqrt{1-\rho}` in size.

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

    memories = ("square",)

    def __post_init__(self) -> None:
        super().__post_init__()
        _memory("RMSprop.rho", self.rho)
        positive("RMSprop.epsilon", self.epsilon)

    def change(  # noqa: D102
        self, gradient: np.ndarray, memory: Sequence[np.ndarray], rate: float, update: int
    ) -> tuple[np.ndarray, Sequence[np.ndarray]]:
        del update
        square = gradient * gradient
        square *= 1.0 - self.rho
        square += self.rho * memory[0]
        change = np.sqrt(square)
        change += self.epsilon
        change = np.divide(gradient, change)
        change *= -rate
        return change, (square,)


@dataclass(frozen=True)
class LBFGS(Optimizer):
    """Settings of the limited-memory quasi-Newton method, for one fixed batch; `minimize` runs it.

    It needs the exact loss: the same trials and the same noise at every evaluation.

    Parameters
    ----------
    iterations : int
        At most so many; each takes one or a few evaluations of the loss and its gradient.
    memory : int
        Pairs of changes that approximate the Hessian.
    loss_tolerance : float
        Stops when an iteration lowers the loss, relative to itself or 1, by less; at least 0.
    gradient_tolerance : float
        Stops when no entry of the gradient is larger; at least 0.

    References
    ----------
    Byrd, Lu, Nocedal & Zhu (1995), SIAM Journal on Scientific Computing 16, 1190: L-BFGS-B, here without bounds.
    """

    iterations: int = 500
    memory: int = 10
    loss_tolerance: float = 1e-12
    gradient_tolerance: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("LBFGS.iterations", self.iterations)
        whole_number("LBFGS.memory", self.memory)
        non_negative("LBFGS.loss_tolerance", self.loss_tolerance)
        non_negative("LBFGS.gradient_tolerance", self.gradient_tolerance)


def _memory(name: str, value: float) -> None:
    if non_negative(name, value) >= 1.0:
        raise ParameterError(
            f"{name} = {value!r} must be below 1, or nothing is ever forgotten; give 0.9 or so."
        )

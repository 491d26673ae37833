"""Loss functions: distances between outputs and targets, which training lowers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive
from autograd.tracer import getval

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError
from neurosim.tasks import Trials
from neurosim.validation import one_of

__all__ = [
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Loss",
    "MeanSquaredError",
    "SquaredMaskedError",
    "StepwiseLoss",
]


class Loss(Declaration, ABC):
    """Base class of loss functions. A plain function ``loss(run, trials)`` in `autograd.numpy` can be used as well.

    Examples
    --------
    >>> import autograd.numpy as np
    >>> def absolute(run, trials):
    ...     return np.mean(trials.mask * np.abs(run.outputs - trials.targets))
    """

    kind: ClassVar[str] = "loss"

    @abstractmethod
    def __call__(self, run: Any, trials: Trials) -> Any:
        """Loss of a run, one number.

        Parameters
        ----------
        run : object
            Differentiable simulation of the trials (see `neurosim.engine.RolloutOutputs`): ``outputs`` of shape
            (trials, steps, outputs), ``linear_outputs`` before the nonlinearity of the readout, ``network``, ...
        trials : Trials
        """


class StepwiseLoss(Loss):
    """Base class of losses that are sums over steps, divided by one number.

    What a step contributes depends on the outputs after it alone, so that its derivative is known as soon as the step
    is done. Online learning rules need such a loss; `BPTT` takes any.

    Rules for a subclass

    1. ``part(run, trials, divisor)`` is the sum over the steps of a run, divided by the number that it is given.
    2. ``divisor(trials)`` is that number for whole trials.
    """

    def __call__(self, run: Any, trials: Trials) -> Any:  # noqa: D102
        return self.part(run, trials, self.divisor(trials))

    @abstractmethod
    def part(self, run: Any, trials: Trials, divisor: float) -> Any:
        """Contribution of some consecutive steps to the loss of the trials that they are part of.

        Parameters
        ----------
        run : object
            As in `Loss`, of these steps.
        trials : Trials
            These steps of the trials.
        divisor : float
            That of the whole trials.
        """

    @abstractmethod
    def divisor(self, trials: Trials) -> float:
        """Number by which the sum over all steps is divided."""


@dataclass(frozen=True)
class MeanSquaredError(StepwiseLoss):
    r"""Mean squared error with weights, :math:`\langle m \, (z - \hat z)^2 \rangle` with the mask m.

    Parameters
    ----------
    average : {"entries", "mask"}
        Divisor of the sum: the number of entries (trials × steps × outputs), as `mse` with sample weights in tf.keras;
        or the sum of the mask, so that the loss does not depend on how much of a trial counts.

    Notes
    -----
    One primitive of autograd with its own derivative, so that no intermediate arrays are stored.

    References
    ----------
    Jarne & Laje (2023), Journal of Computational Neuroscience 51, 407: mask 1 everywhere.
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: mask 0 or 1.
    """

    average: str = "entries"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_average(self)

    def divisor(self, trials: Trials) -> float:  # noqa: D102
        return _total(self.average, trials.mask)

    def part(self, run: Any, trials: Trials, divisor: float) -> Any:  # noqa: D102
        return _squared_error(_outputs(run, trials), trials.targets, trials.mask, 1.0 / divisor)


@dataclass(frozen=True)
class SquaredMaskedError(StepwiseLoss):
    r"""Mean squared error with squared weights, :math:`\langle (m \, (z - \hat z))^2 \rangle` with the mask m.

    Parameters
    ----------
    average : {"entries", "mask"}
        Divisor of the sum: the number of entries, or the sum of the *squared* mask.

    Notes
    -----
    The code of Yang et al. (2019) computes this, so that a mask of 5 (10 for the fixation output) has the weight 25
    (100). The equation of their Methods has the mask outside the square, which is `MeanSquaredError`.

    References
    ----------
    Yang, Joglekar, Song, Newsome & Wang (2019), Nature Neuroscience 22, 297.
    """

    average: str = "entries"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_average(self)

    def divisor(self, trials: Trials) -> float:  # noqa: D102
        return _total(self.average, trials.mask * trials.mask)

    def part(self, run: Any, trials: Trials, divisor: float) -> Any:  # noqa: D102
        weights = trials.mask * trials.mask
        return _squared_error(_outputs(run, trials), trials.targets, weights, 1.0 / divisor)


@dataclass(frozen=True)
class CrossEntropy(StepwiseLoss):
    r"""Categorical cross-entropy of target probabilities and a softmax readout.

    .. math:: -\big\langle \textstyle\sum_k m_k \, p_k \log z_k \big\rangle,

    averaged over trials and steps. At its minimum, z = p, it is the entropy of the targets.

    Parameters
    ----------
    average : {"entries", "mask"}
        Divisor of the sum over trials and steps: their number, or the sum of the mask (averaged over outputs).

    Raises
    ------
    ParameterError
        If the readout is not softmax, or targets that count are not probabilities.

    Notes
    -----
    The logarithm is taken of the softmax of :math:`W_{out} r + b_{out}` as a whole, so that a class whose
    probability is 0 in floating point keeps a finite loss and the exact gradient z - p.

    References
    ----------
    Goodfellow, Bengio & Courville (2016), Deep learning, MIT Press, Section 6.2.2.3.
    """

    average: str = "entries"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_average(self)

    def divisor(self, trials: Trials) -> float:  # noqa: D102
        return _total(self.average, trials.mask) / trials.targets.shape[-1]

    def part(self, run: Any, trials: Trials, divisor: float) -> Any:  # noqa: D102
        logits = _logits(run, trials, "softmax", type(self).__name__)
        _require_probabilities(trials)
        top = np.max(getval(logits), axis=-1, keepdims=True)
        shifted = logits - top
        logarithms = shifted - anp.log(anp.sum(anp.exp(shifted), axis=-1, keepdims=True))
        return -anp.sum(trials.mask * trials.targets * logarithms) / divisor


@dataclass(frozen=True)
class BinaryCrossEntropy(StepwiseLoss):
    r"""Binary cross-entropy of each target and its logistic readout.

    .. math:: -\big\langle m \, (p \log z + (1 - p) \log(1 - z)) \big\rangle

    Parameters
    ----------
    average : {"entries", "mask"}
        Divisor of the sum: the number of entries (trials × steps × outputs), or the sum of the mask.

    Raises
    ------
    ParameterError
        If the readout is not logistic, or a target that counts is not from 0 to 1.

    Notes
    -----
    Computed from :math:`W_{out} r + b_{out}` before the logistic function, so that it does not overflow and its
    gradient is exactly z - p.

    References
    ----------
    Goodfellow, Bengio & Courville (2016), Deep learning, MIT Press, Section 6.2.2.2.
    """

    average: str = "entries"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_average(self)

    def divisor(self, trials: Trials) -> float:  # noqa: D102
        return _total(self.average, trials.mask)

    def part(self, run: Any, trials: Trials, divisor: float) -> Any:  # noqa: D102
        logits = _logits(run, trials, "logistic", type(self).__name__)
        outside = ((trials.targets < 0.0) | (trials.targets > 1.0)) & (trials.mask > 0.0)
        if outside.any():
            raise ParameterError(
                f"targets must be from 0 to 1 where they count, for BinaryCrossEntropy (got "
                f"{trials.targets[outside][0]:g}); set the mask to 0 there, or use MeanSquaredError."
            )
        losses = anp.logaddexp(0.0, logits) - trials.targets * logits
        return anp.sum(trials.mask * losses) / divisor


def _squared_error_value(outputs: Any, targets: Any, mask: Any, scale: float) -> float:
    error = outputs - targets
    error *= error
    error *= mask
    return float(scale * np.sum(error, dtype=np.float64))


def _squared_error_vjp(_: Any, outputs: Any, targets: Any, mask: Any, scale: float) -> Any:
    def vjp(g: Any) -> Any:
        error = mask * (outputs - targets)
        return (error * (2.0 * scale * g)).astype(outputs.dtype)

    return vjp


_squared_error = primitive(_squared_error_value)
defvjp(_squared_error, _squared_error_vjp, argnums=[0])


def _check_average(loss: Any) -> None:
    one_of(f"{type(loss).__name__}.average", loss.average, ("entries", "mask"))


def _total(average: str, mask: np.ndarray) -> float:
    return float(mask.size if average == "entries" else np.sum(mask, dtype=np.float64))


def _outputs(run: Any, trials: Trials) -> Any:
    return _matching_outputs(run.outputs, trials)


def _logits(run: Any, trials: Trials, readout: str, name: str) -> Any:
    """Outputs before the nonlinearity of the readout, which must be that of the loss."""
    if run.network.readout != readout:
        raise ParameterError(
            f"readout must be {readout!r} for {name} (got {run.network.readout!r}); make the network with "
            f"readout={readout!r}, or use MeanSquaredError."
        )
    return _matching_outputs(run.linear_outputs, trials)


def _matching_outputs(outputs: Any, trials: Trials) -> Any:
    """Outputs, which must have the shape of the targets: broadcasting would hide a mistake."""
    if outputs.shape != trials.targets.shape:
        raise ShapeError(
            f"outputs of the run must have the shape of the targets, {trials.targets.shape} (got {outputs.shape}): one "
            f"output after each step of these trials."
        )
    return outputs


def _require_probabilities(trials: Trials) -> None:
    targets = trials.targets
    wrong = (targets.min(axis=-1) < 0.0) | (np.abs(targets.sum(axis=-1) - 1.0) > 1e-6)
    wrong &= trials.mask.max(axis=-1) > 0.0
    if wrong.any():
        trial, step = (int(k) for k in np.argwhere(wrong)[0])
        raise ParameterError(
            f"targets[{trial}, {step}] must be probabilities for CrossEntropy, at least 0 with a sum of 1, wherever "
            f"the mask is above 0 (got {targets[trial, step].tolist()})."
        )

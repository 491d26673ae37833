"""Activation functions (transfer functions, f-I curves): named functions, and the threshold power law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.declaration import Declaration, Parameter
from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.validation import non_negative, positive

__all__ = [
    "Activation",
    "ThresholdPowerLaw",
    "activation_function",
    "activation_names",
    "check_activation",
    "linear",
    "logistic",
    "rectified_tanh",
    "relu",
    "softplus",
    "tanh",
]

Activation = str | Callable[[Any], Any]
"""Name of an activation, a function of NumPy from currents to rates, or a `ThresholdPowerLaw`."""


def tanh(x: Any) -> Any:
    """Hyperbolic tangent, rates in (-1, 1); odd, slope 1 at 0."""
    return np.tanh(x)


def relu(x: Any) -> Any:
    """Rectifier ``max(x, 0)``; its derivative at 0 is 0."""
    return np.maximum(x, 0.0)


def softplus(x: Any) -> Any:
    """Smooth rectifier ``log(1 + exp(x))``, rates above 0; no overflow for large currents."""
    return np.logaddexp(0.0, x)


def logistic(x: Any) -> Any:
    """Logistic function ``1 / (1 + exp(-x))``, rates in (0, 1); no overflow for large currents."""
    from scipy.special import expit

    return expit(x)


def rectified_tanh(x: Any) -> Any:
    """Rectified hyperbolic tangent ``max(tanh(x), 0)``, rates in [0, 1)."""
    return np.maximum(np.tanh(x), 0.0)


def linear(x: Any) -> Any:
    """Identity: the rate is the current, and the network is linear."""
    return +x


@dataclass(frozen=True)
class ThresholdPowerLaw(Declaration):
    r"""Threshold power law, :math:`\phi(x) = gain \, \max(x - threshold, 0)^{exponent}`.

    With exponent 2 it is the supralinear rate function of visual cortex, with exponent 1 a rectifier.

    Parameters
    ----------
    gain : float or ndarray, shape (units,)
        Rate at a current of 1 above threshold, not negative.
    exponent : float or ndarray, shape (units,)
        Power, above 0. Below 1 the slope is infinite just above the threshold.
    threshold : float or ndarray, shape (units,)
        Current at which the unit begins to fire.

    Notes
    -----
    Exactly solvable: for Gaussian currents of mean `threshold` and variance 1 and exponent 2, the mean rate
    is gain / 2.

    References
    ----------
    Priebe & Ferster (2008), Neuron 57, 482; Ahmadian, Rubin & Miller (2013), Neural Computation 25, 1994.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.neurons import ThresholdPowerLaw
    >>> ThresholdPowerLaw(gain=0.5, threshold=1.0)(np.array([0.0, 1.0, 3.0]))
    array([0., 0., 2.])
    """

    kind: ClassVar[str] = "activation"
    floats_per_unit: ClassVar[bool] = True

    gain: Parameter = 1.0
    exponent: Parameter = 2.0
    threshold: Parameter = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("ThresholdPowerLaw.gain", np.min(self.gain))
        positive("ThresholdPowerLaw.exponent", np.min(self.exponent))

    def __call__(self, x: Any) -> Any:
        """Rate at the current ``x``."""
        return self.gain * np.maximum(x - self.threshold, 0.0) ** self.exponent


_NAMED: dict[str, Callable[[Any], Any]] = {
    "tanh": tanh,
    "relu": relu,
    "softplus": softplus,
    "logistic": logistic,
    "rectified_tanh": rectified_tanh,
    "linear": linear,
    "threshold_power_law": ThresholdPowerLaw(),
}


def activation_names() -> list[str]:
    """Names that a neuron takes for its activation, sorted.

    Examples
    --------
    >>> from neurosim.neurons import activation_names
    >>> activation_names()
    ['linear', 'logistic', 'rectified_tanh', 'relu', 'softplus', 'tanh', 'threshold_power_law']
    """
    return sorted(_NAMED)


def activation_function(activation: Activation) -> Callable[[Any], Any]:
    """Function from current to rate of an activation.

    Parameters
    ----------
    activation : str or callable
        A name (see `activation_names`), a function of NumPy, or an object such as `ThresholdPowerLaw`.

    Raises
    ------
    UnknownNameError
        If no activation has that name.
    ParameterError
        If it is not a name or a function.
    """
    if isinstance(activation, str):
        if activation not in _NAMED:
            raise UnknownNameError(
                f"activation = {activation!r} is unknown. {did_you_mean(activation, _NAMED)}"
            )
        return _NAMED[activation]
    if not callable(activation) or isinstance(activation, type):
        raise ParameterError(
            f"activation must be a name, a function of NumPy, or an object such as ThresholdPowerLaw(gain=0.04) "
            f"(got {activation!r}); names: {', '.join(activation_names())}."
        )
    return activation


def check_activation(activation: Activation) -> Activation:
    """Check an activation; a name that stands for an object with parameters is replaced by the object."""
    function = activation_function(activation)
    return function if isinstance(function, Declaration) else activation

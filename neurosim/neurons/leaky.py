"""Leaky units (leaky integrators) in current form and in rate form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.declaration import Parameter
from neurosim.neurons.activations import Activation, activation_function, check_activation
from neurosim.neurons.base import Neuron

__all__ = ["LeakyCurrent", "LeakyRate"]


@dataclass(frozen=True)
class LeakyCurrent(Neuron):
    r"""Leaky unit in current form.

    .. math:: \tau \, dx/dt = -x + u, \qquad r = \phi(x)

    The state x is the filtered input current; the rate follows it at once.

    Parameters
    ----------
    activation : str, callable or ThresholdPowerLaw
        φ: a name (``"tanh"``, ``"relu"``, ``"softplus"``, ``"logistic"``, ``"rectified_tanh"``,
        ``"linear"``, ``"threshold_power_law"``), a function of NumPy, or an object with parameters.
    tau : float or ndarray, shape (units,)
        Time constant, above 0. Its unit is the unit of all times in the network.

    Notes
    -----
    Exactly solvable: with ``activation="linear"`` and weights W the state obeys a linear equation, and the
    Jacobian (-1 + W) / tau gives all exponents. With ``"tanh"`` and independent Gaussian weights of gain g
    the network becomes chaotic at g = 1 when the number of units is large.

    Fixed points agree with those of `LeakyRate` through r = φ(x); transients and the effect of noise do not.

    References
    ----------
    Sompolinsky, Crisanti & Sommers (1988), Physical Review Letters 61, 259, eq. 1.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.LeakyCurrent("relu", tau=2.0)
    >>> unit.drift(np.array([1.0, 3.0]), 2.0)
    array([ 0.5, -0.5])
    >>> unit.rate(np.array([-1.0, 3.0]))
    array([0., 3.])
    """

    activation: Activation = "tanh"
    tau: Parameter = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "activation", check_activation(self.activation))

    def drift(self, x: Any, u: Any) -> Any:
        """Return dx/dt of the current x for the input current u."""
        return (-x + u) / self.tau

    def rate(self, x: Any) -> Any:
        """Return φ(x)."""
        return activation_function(self.activation)(x)


@dataclass(frozen=True)
class LeakyRate(Neuron):
    r"""Leaky unit in rate form.

    .. math:: \tau \, dr/dt = -r + \phi(u)

    The state is the rate itself, which relaxes to φ of the present input current.

    Parameters
    ----------
    activation : str, callable or ThresholdPowerLaw
        φ, as for `LeakyCurrent`.
    tau : float or ndarray, shape (units,)
        Time constant, above 0. Its unit is the unit of all times in the network.

    Notes
    -----
    Exactly solvable: with the Euler scheme and a time step equal to tau, one step is the map
    ``r = φ(W r + W_in y + b)``, the vanilla recurrent network of machine learning, to rounding.

    References
    ----------
    Yang, Joglekar, Song, Newsome & Wang (2019), Nature Neuroscience 22, 297, Methods, eq. 1 (softplus).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.LeakyRate("relu", tau=2.0)
    >>> unit.drift(np.array([1.0, 1.0]), np.array([-5.0, 4.0]))
    array([-0.5,  1.5])
    """

    activation: Activation = "tanh"
    tau: Parameter = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "activation", check_activation(self.activation))

    def drift(self, r: Any, u: Any) -> Any:
        """Return dr/dt of the rate r for the input current u."""
        return (-r + activation_function(self.activation)(u)) / self.tau

    def rate(self, r: Any) -> Any:
        """Return the state, which is the rate."""
        return r

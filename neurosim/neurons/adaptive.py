"""Leaky unit with rate adaptation (spike-frequency adaptation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.declaration import Parameter
from neurosim.neurons.activations import Activation, activation_function, check_activation
from neurosim.neurons.base import Neuron

__all__ = ["Adaptive"]


@dataclass(frozen=True)
class Adaptive(Neuron):
    r"""Leaky unit in current form with rate adaptation.

    .. math::

        \tau \, dx/dt = -x + u - strength \, a, \qquad
        \tau_{adaptation} \, da/dt = -a + \phi(x), \qquad r = \phi(x)

    The adaptation a is the low-pass filtered rate of the unit, and is subtracted from its input.

    Parameters
    ----------
    activation : str, callable or ThresholdPowerLaw
        φ, as for `LeakyCurrent`.
    tau : float or ndarray, shape (units,)
        Time constant of the current, above 0; its unit is the unit of all times.
    tau_adaptation : float or ndarray, shape (units,)
        Time constant of the adaptation, above 0, in the same unit; usually much longer than `tau`.
    strength : float or ndarray, shape (units,)
        Current per unit of adapted rate. Negative values facilitate.

    Notes
    -----
    Exactly solvable: with ``activation="linear"`` the unit obeys two linear equations. At a constant input u
    it settles at x = a = u / (1 + strength); an onset of u first drives it toward u, then adapts.

    References
    ----------
    Benda & Herz (2003), Neural Computation 15, 2523: the firing rate as a function of input minus an
    adaptation current that relaxes to a function of the rate.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.Adaptive("linear", strength=1.0)
    >>> rested = unit.drift(1.5, 1.5, 3.0)
    >>> [float(value) for value in rested]
    [0.0, 0.0]
    """

    activation: Activation = "tanh"
    tau: Parameter = 1.0
    tau_adaptation: Parameter = 10.0
    strength: Parameter = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "activation", check_activation(self.activation))

    def drift(self, x: Any, a: Any, u: Any) -> Any:
        """Return dx/dt and da/dt of the current x and the adaptation a for the input current u."""
        current = (-x + u - self.strength * a) / self.tau
        adaptation = (-a + activation_function(self.activation)(x)) / self.tau_adaptation
        return current, adaptation

    def rate(self, x: Any, a: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return φ(x)."""
        return activation_function(self.activation)(x)

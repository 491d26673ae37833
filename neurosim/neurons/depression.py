"""Leaky unit with short-term synaptic depression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.neurons.activations import Activation, activation_function, check_activation
from neurosim.neurons.base import Neuron
from neurosim.validation import finite, non_negative

__all__ = ["SynapticDepression"]

# currents at which an activation must not give a negative rate
_PROBES = np.linspace(-5.0, 5.0, 41)[:, np.newaxis]


@dataclass(frozen=True)
class SynapticDepression(Neuron):
    r"""Leaky unit in current form with short-term depression of its outgoing synapses.

    .. math::

        \tau \, dx/dt = -x + u, \qquad
        dd/dt = (1 - d) / \tau_{recovery} - release \; d \, \phi(x), \qquad r = d \, \phi(x)

    d is the fraction of transmitter that is available, 1 at rest; every spike releases the fraction `release`
    of it. The transmitted rate is the rate times the available fraction.

    Parameters
    ----------
    activation : str, callable or ThresholdPowerLaw
        φ, as for `LeakyCurrent`, in spikes per unit of time; must not be negative.
    tau : float or ndarray, shape (units,)
        Time constant of the current, above 0; its unit is the unit of all times.
    tau_recovery : float or ndarray, shape (units,)
        Time constant of recovery, above 0, in the same unit.
    release : float or ndarray, shape (units,)
        Fraction of the available transmitter that one spike releases, not negative.

    Raises
    ------
    ParameterError
        If the activation gives a negative rate: the transmitter would exceed its maximum.

    Notes
    -----
    Exactly solvable: at a constant rate φ the transmitter settles at
    :math:`d = 1 / (1 + release \; \tau_{recovery} \, \phi)`, so that the transmitted rate saturates at
    :math:`1 / (release \; \tau_{recovery})`.

    References
    ----------
    Tsodyks, Pawelzik & Markram (1998), Neural Computation 10, 821: the mean-field equation of the recovered
    resources (there x, with U_SE for `release` and tau_rec for `tau_recovery`).

    Examples
    --------
    >>> import neurosim as ns
    >>> unit = ns.SynapticDepression("relu", tau_recovery=20.0, release=0.5)
    >>> unit.resting_state()
    {'d': 1.0}
    >>> float(unit.drift(0.1, 0.5, 0.1)[1])
    0.0
    """

    activation: Activation = "logistic"
    tau: Parameter = 1.0
    tau_recovery: Parameter = 20.0
    release: Parameter = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "activation", check_activation(self.activation))
        non_negative("SynapticDepression.release", np.min(self.release))
        rates = finite("SynapticDepression.activation(x)", activation_function(self.activation)(_PROBES))
        if np.any(rates < 0.0):
            raise ParameterError(
                f"SynapticDepression.activation = {self.activation!r} gives negative rates; use one that "
                f"does not, such as 'logistic', 'relu', 'softplus' or 'rectified_tanh'."
            )

    def drift(self, x: Any, d: Any, u: Any) -> Any:
        """Return dx/dt and dd/dt of the current x and the transmitter d for the input current u."""
        spikes = activation_function(self.activation)(x)
        return (-x + u) / self.tau, (1.0 - d) / self.tau_recovery - self.release * d * spikes

    def rate(self, x: Any, d: Any) -> Any:
        """Return the transmitted rate d φ(x)."""
        return d * activation_function(self.activation)(x)

    def resting_state(self) -> dict[str, Any]:
        """All transmitter is available at the start."""
        return {"d": 1.0}

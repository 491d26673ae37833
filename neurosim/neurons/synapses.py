"""Synapses with short-term plasticity, as units of their own that stand between two populations."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.neurons.base import Neuron
from neurosim.validation import one_of

__all__ = ["DepressingSynapse", "DynamicSynapse", "Synapse"]


@dataclass(frozen=True)
class Synapse(Neuron, ABC):
    """Synapses of one presynaptic unit onto a population: a unit whose input is the presynaptic rate.

    See `neurosim.synapses.insert_synapses`, which puts them between populations. They receive nothing but the
    presynaptic rate: no input, no bias, no noise of their own is meant to act on them.

    Parameters
    ----------
    sign : {"excitatory", "inhibitory"}
        That of the presynaptic population. An inhibitory one acts on its synapses with weight -1, as on everything.
    """

    sign: str = "excitatory"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(f"{type(self).__name__}.sign", self.sign, ("excitatory", "inhibitory"))

    def presynaptic_rate(self, u: Any) -> Any:
        """Presynaptic rate of an input current; a negative one, as a start may be, releases nothing."""
        return np.maximum(u if self.sign == "excitatory" else -u, 0.0)

    def _require_fractions(self, name: str) -> None:
        values = np.asarray(getattr(self, name))
        if (values <= 0.0).any() or (values > 1.0).any():
            raise ParameterError(
                f"{type(self).__name__}.{name} must be above 0 and at most 1, a fraction (got "
                f"{values if values.ndim else values.item()}); try 0.2."
            )


@dataclass(frozen=True)
class DepressingSynapse(Synapse):
    r"""Synapses with short-term depression.

    .. math::

        \tau \, ds/dt = -s + release \; x \, \nu, \qquad
        dx/dt = (1 - x) / \tau_{depression} - release \; x \, \nu, \qquad r = s

    ν is the presynaptic rate, x the fraction of transmitter that is available, 1 at rest, of which a spike releases the
    fraction `release`. The rate s that is transmitted follows release · x · ν with the time constant of the
    postsynaptic current.

    Parameters
    ----------
    sign : {"excitatory", "inhibitory"}
        See `Synapse`.
    tau : float or ndarray, shape (units,)
        Time constant of the postsynaptic current, above 0, in the unit of all times.
    tau_depression : float or ndarray, shape (units,)
        Time constant in which the transmitter recovers, above 0.
    release : float or ndarray, shape (units,)
        Fraction of the available transmitter that a spike releases, above 0 and at most 1.

    Notes
    -----
    At a constant rate ν, :math:`x = 1 / (1 + release \; \tau_{depression} \, \nu)` and s = release · x · ν.

    References
    ----------
    M. Tsodyks, K. Pawelzik, H. Markram, Neural Comput. 10, 821 (1998), Eqs. 2.2, for short active states.

    Examples
    --------
    >>> import neurosim as ns
    >>> synapse = ns.neurons.DepressingSynapse(tau_depression=200.0, release=0.5)
    >>> [float(value) for value in synapse.drift(0.005, 0.5, 0.01)]
    [-0.0005, 0.0]
    """

    tau: Parameter = 5.0
    tau_depression: Parameter = 200.0
    release: Parameter = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_fractions("release")

    def drift(self, s: Any, x: Any, u: Any) -> Any:
        """Return ds/dt and dx/dt of the transmitted rate s and the transmitter x."""
        released = self.release * x * self.presynaptic_rate(u)
        return (-s + released) / self.tau, (1.0 - x) / self.tau_depression - released

    def rate(self, s: Any, x: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return the transmitted rate s."""
        return s

    def resting_state(self) -> dict[str, Any]:
        """All transmitter is available at the start."""
        return {"x": 1.0}


@dataclass(frozen=True)
class DynamicSynapse(Synapse):
    r"""Synapses with short-term facilitation and depression.

    .. math::

        \tau \, ds/dt = -s + p \, x \, \nu, \qquad
        dx/dt = (1 - x) / \tau_{depression} - p \, x \, \nu, \qquad
        dp/dt = (release - p) / \tau_{facilitation} + release \, (1 - p) \, \nu, \qquad r = s

    ν is the presynaptic rate, x the fraction of transmitter that is available, 1 at rest, and p the fraction of it that
    a spike releases, which grows with every spike from its value at rest. The rate s that is transmitted follows p x ν
    with the time constant of the postsynaptic current.

    Parameters
    ----------
    sign : {"excitatory", "inhibitory"}
        See `Synapse`.
    tau : float or ndarray, shape (units,)
        Time constant of the postsynaptic current, above 0, in the unit of all times.
    tau_depression, tau_facilitation : float or ndarray, shape (units,)
        Time constants in which x and p return to rest, above 0.
    release : float or ndarray, shape (units,)
        p at rest, U of the literature, above 0 and at most 1.

    Notes
    -----
    At a constant rate ν, :math:`p = release\,(1 + \tau_{facilitation} \nu) / (1 + release\;\tau_{facilitation} \nu)`,
    :math:`x = 1 / (1 + p\,\tau_{depression} \nu)` and s = p x ν: it facilitates at low rates where
    :math:`\tau_{facilitation} (1 - release) > \tau_{depression}\, release`, and depresses at high ones.

    References
    ----------
    M. Tsodyks, K. Pawelzik, H. Markram, Neural Comput. 10, 821 (1998). G. Mongillo, O. Barak, M. Tsodyks, Science 319,
    1543 (2008), whose defaults in ms these are, but for the current.

    Examples
    --------
    >>> import neurosim as ns
    >>> synapse = ns.neurons.DynamicSynapse()
    >>> [float(value) for value in synapse.drift(0.0, 1.0, 0.2, 0.0)]  # at rest
    [0.0, 0.0, 0.0]
    """

    tau: Parameter = 5.0
    tau_depression: Parameter = 200.0
    tau_facilitation: Parameter = 1500.0
    release: Parameter = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_fractions("release")

    def drift(self, s: Any, x: Any, p: Any, u: Any) -> Any:
        """Return ds/dt, dx/dt and dp/dt of the transmitted rate, the transmitter and the fraction released."""
        spikes = self.presynaptic_rate(u)
        released = p * x * spikes
        return (
            (-s + released) / self.tau,
            (1.0 - x) / self.tau_depression - released,
            (self.release - p) / self.tau_facilitation + self.release * (1.0 - p) * spikes,
        )

    def rate(self, s: Any, x: Any, p: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return the transmitted rate s."""
        return s

    def resting_state(self) -> dict[str, Any]:
        """All transmitter is available at the start, and its release has its value at rest."""
        return {"x": 1.0, "p": self.release}

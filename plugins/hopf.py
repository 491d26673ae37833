"""Hopf (Stuart-Landau) unit: the simplest oscillator, near the onset of a limit cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.declaration import Parameter
from neurosim.neurons import Neuron

__all__ = ["Hopf"]


@dataclass(frozen=True)
class Hopf(Neuron):
    r"""Normal form of the Hopf bifurcation, z = x + i y.

    .. math:: \tau \, dz/dt = (\mu + i \omega - |z|^2) \, z + u, \qquad r = x

    Parameters
    ----------
    tau : float or ndarray, shape (units,)
        Time constant, above 0; the unit of all times.
    mu : float or ndarray, shape (units,)
        Distance to the bifurcation: damped below 0, a limit cycle above 0.
    omega : float or ndarray, shape (units,)
        Angular frequency, in radians per `tau`.

    Notes
    -----
    Exactly solvable without input: the phase advances at omega / tau, and the squared amplitude obeys a
    logistic equation with the limit mu, so that the cycle is a circle of radius :math:`\sqrt{\mu}`.

    References
    ----------
    Stuart (1960), Journal of Fluid Mechanics 9, 353; as a model of brain areas: Deco, Kringelbach, Jirsa &
    Ritter (2017), Scientific Reports 7, 3095.

    Examples
    --------
    >>> from neurosim_plugins.hopf import Hopf
    >>> Hopf(mu=0.25, omega=1.0).drift(0.5, 0.0, 0.0)
    (0.0, 0.5)
    """

    tau: Parameter = 1.0
    mu: Parameter = 1.0
    omega: Parameter = 1.0

    def drift(self, x: Any, y: Any, u: Any) -> Any:
        """Return dx/dt and dy/dt for the input current u, which enters the real part."""
        growth = self.mu - x**2 - y**2
        return (growth * x - self.omega * y + u) / self.tau, (growth * y + self.omega * x) / self.tau

    def rate(self, x: Any, y: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return the real part."""
        return x

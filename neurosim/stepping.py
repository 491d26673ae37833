"""How a network is meant to be stepped through time: the step, the integration scheme and the noise."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.noise import Noise
from neurosim.schemes import SCHEMES
from neurosim.validation import one_of, positive

__all__ = ["Stepping"]


@dataclass(frozen=True)
class Stepping(Declaration):
    r"""Time step, scheme and noise with which a network was trained, or is run by the tool that it comes from.

    It belongs to the network (`Network.stepping`): a network that was trained with Euler steps of 20 ms and noise
    inside is another dynamical system with RK4 steps of 1 ms or without noise. Everything that runs a
    network takes dt, scheme and noise from here unless it is given others.

    Parameters
    ----------
    dt : float
        Time step, in the unit of the neuron's time constants. ``Stepping(dt=tau)`` with Euler is the map of a vanilla
        RNN.
    scheme : {"euler", "heun", "rk4"}, optional
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        Noise inside the network; default: none.

    Examples
    --------
    >>> import neurosim as ns
    >>> vanilla = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=100, stepping=ns.Stepping(dt=1.0), rng=0)
    >>> vanilla.stepping
    Stepping(dt=1.0)
    """

    dt: float
    scheme: str = "euler"
    noise: Noise | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("Stepping.dt", self.dt)
        one_of("Stepping.scheme", self.scheme, SCHEMES)
        if self.noise is not None and not isinstance(self.noise, Noise):
            raise ParameterError(
                f"Stepping.noise must be a Noise or None (got {self.noise!r}); try ns.WhiteNoise(density=0.1)."
            )

"""Modulated units: the input current of another neuron, times a gain that follows an input channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.neurons.base import Neuron

__all__ = ["Modulated"]

OWN_DERIVATIVES = ("drift_by_state", "drift_by_input", "rate_by_state")


@dataclass(frozen=True)
class Modulated(Neuron):
    r"""Unit of another neuron whose gain changes during a run, as by neuromodulation.

    .. math:: ds/dt = drift\big(s,\, (gain + strength \cdot m(t))\, u\big), \qquad u = W r + W_{in} y + b

    where m is the value of one input channel of the network, by name. Like any input, m is an array or a function of
    time, may differ between trials, and comes from tasks. In `Populations`, each population may follow a channel of its
    own, or none.

    Parameters
    ----------
    neuron : Neuron
        The unit itself, of one kind.
    channel : str
        Name of the input channel.
    gain, strength : float or ndarray, shape (units,), optional
        Gain where the channel is 0, and how much the channel changes it. Both can be trained.
    held : float, optional
        Value of m where no inputs are given, in simulations and in analyses; one number where there are inputs.

    Notes
    -----
    With m constant, a network has the same steps as one with weights and biases times ``gain + strength * m``: units in
    current form with Gaussian weights of gain g become chaotic where :math:`g\,(gain + strength \cdot m)` exceeds 1.

    The channel has no input weights unless they are given as an array; then it also adds to the current. Noise with
    ``target="input"`` is part of u. Analyses under a held input take that of the channel with it.

    Rules that learn step by step (`FORCE` and its kin) do not take it; the other trainers do.

    Weights of the *inputs* that change in time need no unit of their own: a channel y with the weight a(t) w is the
    channel a(t) y(t) with the weight w, and :math:`W_{in}(t) = \sum_k a_k(t) W_k` is the input weights
    :math:`(W_1, W_2, \dots)` with the channels :math:`a_1 y, a_2 y, \dots`.

    References
    ----------
    Gain as neuromodulation: D. Servan-Schreiber, H. Printz, J. D. Cohen, Science 249, 892 (1990); J. P. Stroud,
    M. A. Porter, G. Hennequin, T. P. Vogels, Nat. Neurosci. 21, 1774 (2018), one gain for each unit.

    Examples
    --------
    Chaos that is switched on for the second half of a run.

    >>> import neurosim as ns
    >>> unit = ns.neurons.Modulated(ns.LeakyCurrent("tanh"), channel="arousal")
    >>> network = ns.Network(unit, ns.Gaussian(gain=0.8), size=200, inputs=["arousal"], rng=0)
    >>> run = ns.simulate(network, 100.0, 0.1, inputs=lambda t: [1.0 if t >= 50.0 else 0.0], rng=1)
    >>> bool(run.rates[0, 500].std() < 1e-3 < run.rates[0, -1].std())
    True
    """

    neuron: Neuron
    channel: str
    gain: Parameter = 1.0
    strength: Parameter = 1.0
    held: Parameter = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.neuron, Neuron) or len(self.neuron.sections()) > 1 or self.neuron.channels():
            raise ParameterError(
                f"Modulated.neuron must be the Neuron of one kind of unit that follows no channel (got "
                f"{self.neuron!r}); modulate the neuron of each population by itself."
            )
        own = [name for name in OWN_DERIVATIVES if callable(getattr(self.neuron, name, None))]
        if own:
            raise ParameterError(
                f"Modulated.neuron must have its exact derivatives (got {type(self.neuron).__name__} with its own "
                f"{own[0]}); write a neuron with a gain and that derivative."
            )
        if not isinstance(self.channel, str):
            raise ParameterError(
                f"Modulated.channel must be the name of an input channel (got {self.channel!r})."
            )

    def variables(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the state variables of the unit."""
        return self.neuron.variables()

    def drift(self, *state_and_input: Any) -> Any:
        """Time derivative of the state for a current that is multiplied by the gain."""
        *state, current = state_and_input
        return self.neuron.drift(*state, (self.gain + self.strength * self.held) * current)

    def rate(self, *state: Any) -> Any:
        """Rate of the unit."""
        return self.neuron.rate(*state)

    def resting_state(self) -> dict[str, Any]:
        """Rest of the unit."""
        return self.neuron.resting_state()

    def channels(self) -> dict[str, str]:
        """The channel, which `held` follows."""
        return {"held": self.channel}

"""Transfer function of a network to weak inputs: linear response of its mean activity, chaotic or at a fixed point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.equations.local import local_derivatives
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.network_parts import require_no_channels
from neurosim.results.result import Result
from neurosim.theory.covariance import consistent_gain
from neurosim.theory.independence import require_random_weights
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.resolvents import resolvents
from neurosim.theory.spectral_density import mean_slope, response
from neurosim.theory.unit import mean_field_unit
from neurosim.validation import array_of_shape, finite, non_negative

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["TransferFunction", "transfer_function"]


@dataclass(frozen=True, eq=False)
class TransferFunction(Result, frequencies="cycles/time", values="rate/input"):
    r"""Linear response to weak inputs.

    Attributes
    ----------
    frequencies : ndarray, shape (frequencies,)
        In cycles per time.
    values : ndarray of complex, shape (frequencies, units, channels)
        Mean rate of each unit in response to :math:`\epsilon\, e^{2\pi i f t}` in each input channel, divided by ε.
    """

    frequencies: np.ndarray
    values: np.ndarray

    @property
    def gains(self) -> np.ndarray:
        """Moduli of the values."""
        return np.abs(self.values)


def transfer_function(
    network: Network,
    frequencies: np.ndarray,
    *,
    state: np.ndarray | None = None,
    gain: float | None = None,
    dt: float | None = None,
) -> TransferFunction:
    r"""Transfer function of a network from its input channels to the mean rates of its units, for weak inputs.

    .. math:: H(\omega) = \left(I - S W\right)^{-1} S\, W_{in}, \qquad
              S = \frac{\langle\phi'\rangle}{1 + i\omega\tau} \;\text{(chaos)}, \qquad
              S_i = C_i (i\omega - A_i)^{-1} B_i \;\text{(fixed point)}

    In a chaotic network the mean is that over initial states: what remains of the response when activity that the input
    did not cause is averaged away. A weak input changes the mean rate of a unit by the mean slope of its nonlinearity
    times the change of its state, and inputs from other units change alike. At a fixed point S is the response of
    each unit by itself, with the derivatives A of its drift by its state, B of its drift by its input and C of its
    rate by its state, which is exact for weak inputs.

    Parameters
    ----------
    network : Network
        With input channels. For chaos as in `neurosim.theory.covariance`; with `state` any network.
    frequencies : ndarray, shape (frequencies,)
        In cycles per time.
    state : ndarray, shape (units,) or (units, variables), optional
        Fixed point without input. Default: chaotic activity.
    gain, dt : float, optional
        As in `neurosim.theory.covariance`; not for a fixed point, where the response is that of the flow.

    Returns
    -------
    TransferFunction

    Raises
    ------
    ParameterError
        When the network has no inputs, or the theory does not describe it.

    Notes
    -----
    One LU factorization for each frequency, 0.1 s for 1000 units.

    References
    ----------
    K. Rajan, L. F. Abbott, H. Sompolinsky, Phys. Rev. E 82, 011903 (2010), on driven chaos; the response by Stein's
    lemma is that of the derivation at `neurosim.theory.covariance`.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), size=100, inputs=1, rng=0)
    >>> ns.theory.transfer_function(chaotic, np.array([0.0, 0.1])).values.shape
    (2, 100, 1)
    """
    inputs = require_undelayed(network, "theory.transfer_function").input_weights
    require_no_channels(network.neuron, "linear responses to inputs")
    if not inputs.shape[1]:
        raise ParameterError("network must have input channels (got none); try Network(..., inputs=1).")
    frequencies = finite("frequencies", frequencies, np.float64)
    if frequencies.ndim != 1 or not frequencies.size:
        raise ShapeError(
            f"frequencies must have one axis (got the shape {frequencies.shape}); try np.linspace."
        )
    circular = 2.0 * np.pi * frequencies
    if state is None:
        return _closed_loop(network, frequencies, _mean_responses(network, circular, gain, dt))
    return _closed_loop(network, frequencies, _responses_at(network, circular, state))


def _closed_loop(network: Network, frequencies: np.ndarray, units: np.ndarray) -> TransferFunction:
    """Responses of units that are connected, from those of each by itself."""
    weights, inputs = network.recurrent.dense(), network.input_weights.astype(complex)
    identity = np.eye(network.size)
    values = [np.linalg.solve(identity - each[:, None] * weights, each[:, None] * inputs) for each in units]
    return TransferFunction(frequencies, np.array(values))


def _mean_responses(
    network: Network, circular: np.ndarray, gain: float | None, dt: float | None
) -> np.ndarray:
    """Responses S of the rates of chaotic units to their input currents, shape (frequencies, units)."""
    unit = mean_field_unit(network)
    require_random_weights(network)
    if gain is None:
        gain = consistent_gain(network, resolvents(network.recurrent.dense().astype(np.float64)), dt)
    slope = mean_slope(network, autocorrelation(network, gain=non_negative("gain", gain), dt=dt))
    filters = slope * response(circular * unit.tau, None if dt is None else dt / unit.tau)
    return np.repeat(filters[:, None], network.size, axis=1)


def _responses_at(network: Network, circular: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Responses C (iω - A)⁻¹ B of the rates of units to their input currents, shape (frequencies, units)."""
    variables = len(network.neuron.variables())
    shape = (network.size,) if variables == 1 else (network.size, variables)
    columns = array_of_shape("state", state, shape).reshape(network.size, variables).T
    current = network.recurrent @ network.neuron.values(*columns) + network.bias
    local = local_derivatives(network.neuron, columns, current)
    by_state = local.drift_by_state.transpose(2, 0, 1)
    matrices = 1j * circular[:, None, None, None] * np.eye(variables) - by_state
    answers = np.linalg.solve(
        matrices, np.broadcast_to(local.drift_by_input.T[..., None], (*matrices.shape[:3], 1))
    )
    return np.einsum("fuv,vu->fu", answers[..., 0], local.rate_by_state)

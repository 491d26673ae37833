"""Modes of a linearized network: growth rates and frequencies, of the flow or of the Euler map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.stability import growth_in_flow, growth_in_map
from neurosim.equations.local import local_derivatives
from neurosim.network import require_network
from neurosim.results.result import Result
from neurosim.state_layout import state_columns
from neurosim.validation import positive

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Modes", "growth_and_frequency", "modes"]


@dataclass(frozen=True, eq=False)
class Modes(Result, eigenvalues="1/time", growth="1/time", frequencies="cycles/time", dt="time"):
    """Modes of small displacements from one state, fastest growing first.

    Attributes
    ----------
    eigenvalues : ndarray of complex, shape (modes,)
        Of the Jacobian of the flow, in 1/time.
    growth : ndarray, shape (modes,)
        Exponential growth rate, in 1/time; negative where the mode decays, -inf where it is zero after one step, and
        exactly 0 for marginal modes, within rounding of the boundary (see `neurosim.analysis.stability`).
    frequencies : ndarray, shape (modes,)
        In cycles/time, with the sign of the imaginary part; times 1000 where the time is counted in ms, hertz.
    vectors : ndarray of complex, shape (units * variables, modes)
        Right eigenvectors as columns of norm 1, ordered by variable, then by unit.
    visibility : ndarray, shape (outputs, modes)
        Modulus of the change of each output, before the readout function, by a displacement of size 1 along the mode.
    dt : float or None
        Step of the Euler map; None for the flow.
    """

    eigenvalues: np.ndarray
    growth: np.ndarray
    frequencies: np.ndarray
    vectors: np.ndarray
    visibility: np.ndarray
    dt: float | None

    @property
    def time_constants(self) -> np.ndarray:
        """Times in which the modes grow or decay by a factor of e: infinite for marginal modes."""
        with np.errstate(divide="ignore"):
            return 1.0 / np.abs(self.growth)

    @property
    def stable(self) -> bool:
        """Whether every mode decays; not if one is marginal."""
        return bool((self.growth < 0.0).all())


def growth_and_frequency(eigenvalues: np.ndarray, dt: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    r"""Growth rate and frequency of modes from the eigenvalues μ of a Jacobian.

    Flow: growth :math:`\mathrm{Re}\,\mu`, frequency :math:`\mathrm{Im}\,\mu / 2\pi`. Euler map with the
    multiplier :math:`m = 1 + \mu\,dt`: growth :math:`\ln|m| / dt`, frequency :math:`\arg m / (2\pi\,dt)`.

    Parameters
    ----------
    eigenvalues : ndarray of complex
        In 1/time. For leaky units at rest with weights W, :math:`\mu = (\lambda_W - 1)/\tau`.
    dt : float, optional
        Step of the Euler map. Default: the flow.

    Returns
    -------
    growth, frequency : ndarray
        In 1/time and cycles/time.

    Notes
    -----
    The vanilla RNN, :math:`r \leftarrow \phi(W r)`, is the Euler map of rate units with dt = τ: then m is the
    eigenvalue of W itself. The ratio Im λ / (2π Re λ) of the literature is the frequency of that map for small angles
    only.

    Examples
    --------
    >>> from neurosim.analysis.weights.modes import growth_and_frequency
    >>> quarter_turn = 1j  # an eigenvalue of the weights of a map
    >>> growth, frequency = growth_and_frequency(quarter_turn - 1.0, dt=1.0)
    >>> float(growth), float(frequency)
    (0.0, 0.25)
    """
    values = np.asarray(eigenvalues, complex)
    if dt is None:
        return values.real.copy(), values.imag / (2.0 * np.pi)
    multiplier = 1.0 + positive("dt", dt) * values
    with np.errstate(divide="ignore"):
        growth = np.log(np.abs(multiplier)) / dt
    return growth, np.angle(multiplier) / (2.0 * np.pi * dt)


def modes(
    network: Network,
    state: np.ndarray | None = None,
    inputs: np.ndarray | None = None,
    *,
    dt: float | None = None,
) -> Modes:
    """Modes of a network linearized at one state, usually a fixed point.

    Parameters
    ----------
    network : Network
    state : ndarray, shape (units,) or (units, variables), optional
        Default: the initial state of the network, or rest.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: none.
    dt : float, optional
        Step of the Euler map, for networks that were trained as a map: the step of training, 1 for those from Keras.
        Default: the flow.

    Returns
    -------
    Modes

    Notes
    -----
    Costs about 40 (units · variables)³. Eigenvectors of nearly defective Jacobians are inaccurate; see
    `neurosim.analysis.weights.non_normality`.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> turn = ns.Explicit(np.array([[1.0, 0.5], [-0.5, 1.0]]))
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), turn, size=2, rng=0)
    >>> (ns.analysis.modes(network).frequencies * 2 * np.pi).round(12)
    array([ 0.5, -0.5])
    """
    require_network(network)
    state = network.starting_state() if state is None else state
    values, vectors = np.linalg.eig(network.jacobian(state, inputs))
    growth, frequencies = growth_and_frequency(values, dt)
    signs = growth_in_flow(values) if dt is None else growth_in_map(1.0 + dt * values)
    growth[signs == 0] = 0.0
    order = np.lexsort((-values.imag, -growth))
    vectors = vectors[:, order].astype(complex)
    return Modes(
        values[order].astype(complex),
        growth[order],
        frequencies[order],
        vectors,
        np.abs(network.readout_weights @ _rate_changes(network, np.asarray(state), vectors)),
        None if dt is None else float(dt),
    )


def _rate_changes(network: Network, state: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Changes of the rates by displacements along the modes, shape (units, modes)."""
    columns = state_columns(state, network.size)
    # the rate does not depend on the input current
    slopes = local_derivatives(network.neuron, columns, np.zeros(network.size)).rate_by_state
    return (slopes[:, :, None] * vectors.reshape(*slopes.shape, -1)).sum(axis=0)

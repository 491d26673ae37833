"""Modes of a linearized network: growth rates and frequencies, of the flow or of the Euler map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.stability import growth_and_frequency, growth_signs
from neurosim.equations.local import local_derivatives
from neurosim.network_arguments import require_network
from neurosim.results.result import Result
from neurosim.state_layout import state_columns
from neurosim.time_constants import map_step_or

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Modes", "modes"]


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
    vectors : ndarray of complex, shape (dimensions, modes)
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
        Step of the Euler map. Default: as the network is stepped, that of `Network.stepping` where its scheme is
        Euler's, as after training and for networks from other tools; else the flow. `Modes.dt` says which it was.

    Returns
    -------
    Modes

    Notes
    -----
    The modes are those of the dynamics without noise; ``network.replace(stepping=None)`` has those of its flow.

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
    dt = map_step_or(require_network(network).stepping, dt)
    state = network.starting_state() if state is None else state
    values, vectors = np.linalg.eig(network.jacobian(state, inputs))
    growth, frequencies = growth_and_frequency(values, dt)
    growth[growth_signs(values, dt) == 0] = 0.0
    order = np.lexsort((-values.imag, -growth))
    vectors = vectors[:, order].astype(complex)
    return Modes(
        values[order].astype(complex),
        growth[order],
        frequencies[order],
        vectors,
        np.abs(network.readout_weights @ _rate_changes(network, np.asarray(state), vectors)),
        dt,
    )


def _rate_changes(network: Network, state: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Changes of the rates by displacements along the modes, shape (units, modes)."""
    columns = state_columns(state, network.size)
    # the rate does not depend on the input current
    slopes = local_derivatives(network.neuron, columns, np.zeros(network.size)).rate_by_state
    changes = np.zeros((*slopes.shape, vectors.shape[1]), complex)
    changes[network.has_variable.T] = vectors
    return (slopes[:, :, None] * changes).sum(axis=0)

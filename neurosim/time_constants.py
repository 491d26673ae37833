"""Time constants of single units, and the durations and steps that are counted in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np

from neurosim.equations.local import LocalDerivatives, local_derivatives
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.noise import Noise
from neurosim.schemes import EULER, Tableau, find_scheme
from neurosim.state_layout import state_columns
from neurosim.stepping import Stepping
from neurosim.validation import non_negative, positive

__all__ = [
    "STEPS_PER_FASTEST",
    "TimeConstants",
    "duration_or",
    "map_step_or",
    "noise_or",
    "step_or",
    "stepping_or",
    "time_constants",
]

STEPS_PER_FASTEST = 10
"""Steps in the fastest time constant where no dt is given."""
NEUTRAL = 1e-6
"""Share of the largest rate below which a mode neither decays nor grows, and has no time constant."""


@dataclass(frozen=True)
class TimeConstants:
    r"""Fastest and slowest time constant, in the time unit of the neuron's parameters.

    Attributes
    ----------
    fastest : float
        :math:`1 / \max |\lambda|`. An Euler step longer than this overshoots.
    slowest : float
        :math:`1 / \min |\mathrm{Re}\, \lambda|`, over modes that decay or grow.
    """

    fastest: float
    slowest: float

    @classmethod
    def of_eigenvalues(cls, eigenvalues: np.ndarray, otherwise: float = 1.0) -> TimeConstants:
        """Time constants of linear modes.

        Parameters
        ----------
        eigenvalues : ndarray of complex
            λ of each mode, in 1/time.
        otherwise : float, optional
            Both time constants where all eigenvalues are zero.
        """
        largest = float(np.abs(eigenvalues).max(initial=0.0))
        if not largest:
            return cls(otherwise, otherwise)
        rates = np.abs(np.real(eigenvalues))
        return cls(1.0 / largest, 1.0 / float(rates[rates > NEUTRAL * largest].min(initial=largest)))


_found: WeakKeyDictionary[Network, TimeConstants] = WeakKeyDictionary()
"""Results by network, which is immutable: `simulate` asks in every call, and tracing takes most of a short one."""


def time_constants(network: Network) -> TimeConstants:
    r"""Time constants of the units of a network, each by itself.

    A unit by itself, without recurrent and external input, at its resting state
    (`neurosim.Neuron.resting_state`) and with its bias as input current, has the local derivative
    :math:`A = \partial\, drift / \partial s`. Its time constants are those of the eigenvalues of A: tau of a
    `LeakyCurrent` or `LeakyRate`; of a unit with two variables those of its two modes, which are not the entries of the
    diagonal where the variables act on each other. Of integrators, whose A is zero, 1 over the largest derivative of
    drift by the input current.

    Parameters
    ----------
    network : Network
        Its recurrent weights do not matter.

    Returns
    -------
    TimeConstants
        The fastest and the slowest over all units.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.time_constants import time_constants
    >>> neuron = ns.Adaptive("tanh", tau=1.0, tau_adaptation=100.0, strength=0.0)
    >>> time_constants(ns.Network(neuron, ns.Gaussian(gain=1.5), size=10, rng=0))
    TimeConstants(fastest=1.0, slowest=100.0)
    """
    found = _found.get(require_network(network))
    if found is None:
        found = _found[network] = _constants(_at_rest(network))
    return found


def _constants(local: LocalDerivatives) -> TimeConstants:
    blocks = local.drift_by_state.transpose(2, 0, 1)
    blocks = blocks[np.isfinite(blocks).all(axis=(1, 2))]
    reach = np.abs(local.drift_by_input)
    reach = float(reach[np.isfinite(reach)].max(initial=0.0))
    return TimeConstants.of_eigenvalues(_eigenvalues(blocks), 1.0 / reach if reach else 1.0)


def _eigenvalues(blocks: np.ndarray) -> np.ndarray:
    """Eigenvalues of the blocks of all units, at little cost for many units that are alike."""
    if blocks.shape[-1] == 1:
        return blocks[:, 0]
    if len(blocks) and (blocks == blocks[0]).all():
        blocks = blocks[:1]
    return np.linalg.eigvals(blocks)


def _at_rest(network: Network) -> LocalDerivatives:
    state = np.ascontiguousarray(state_columns(network.resting_state(), network.size), np.float64)
    return local_derivatives(network.neuron, state, network.bias.astype(np.float64))


def step_or(dt: Any, constants: TimeConstants) -> float:
    """Return dt, checked, or a tenth of the fastest time constant where it is None."""
    return constants.fastest / STEPS_PER_FASTEST if dt is None else positive("dt", dt)


def stepping_or(
    stepping: Stepping | None, dt: Any, scheme: Any, constants: TimeConstants, default: str = "rk4"
) -> tuple[float, Tableau]:
    """Step and scheme, checked; those that are None are how the network is meant to be stepped.

    Parameters
    ----------
    stepping : Stepping or None
        That of the network. None: a tenth of the fastest time constant, and the default scheme.
    dt, scheme
        As given by the user.
    constants : TimeConstants
    default : str, optional
    """
    if dt is None and stepping is not None:
        dt = stepping.dt
    if scheme is None:
        scheme = default if stepping is None else stepping.scheme
    return step_or(dt, constants), find_scheme(scheme)


def map_step_or(stepping: Stepping | None, dt: Any) -> float | None:
    """Step of the Euler map, checked; where it is None, that of a network that is stepped with Euler's scheme.

    None where the network is described as a flow: it has no stepping, or a scheme that approximates its flow.
    """
    if dt is not None:
        return positive("dt", dt)
    return stepping.dt if stepping is not None and stepping.scheme == EULER.name else None


def noise_or(stepping: Stepping | None, noise: Noise | Literal["network"] | None) -> Noise | None:
    """Return noise as given, or that with which the network is meant to be stepped where it is "network"."""
    if isinstance(noise, str) and noise == "network":
        return None if stepping is None else stepping.noise
    return noise


def duration_or(name: str, duration: Any, multiple: float, constants: TimeConstants) -> float:
    """Return a duration, checked, or a multiple of the slowest time constant where it is None.

    Parameters
    ----------
    name : str
        What errors call it.
    duration : float or None
        At least 0.
    multiple : float
    constants : TimeConstants
    """
    return multiple * constants.slowest if duration is None else non_negative(name, duration)

"""Regime of a network in a delay period, oscillatory or ramping, by its weights and by its activity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.delay import OSCILLATORY, RAMPING, UNCLASSIFIED, DelayActivity, delay_activity
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.results.result import Result

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity
    from neurosim.network import Network

__all__ = ["MIXED", "Regime", "oscillation_index", "regime"]

MIXED = "Mixed"

# Limits of the oscillation index.
TURNING, HARDLY_TURNING = 0.15, 0.05


@dataclass(frozen=True, eq=False)
class Regime(Result):
    """Regime of a network in a delay period: by its weights, by its activity, and by both.

    Attributes
    ----------
    label : str
        "Oscillatory" or "Ramping" where weights and activity agree, "Unclassified" where the activity is neither beyond
        chance, else "Mixed".
    weights_label : str
        "Oscillatory" where `oscillation_index` is at least 0.15, "Mixed" where it is at least 0.05, else "Ramping".
    oscillation_index : float
        See `oscillation_index`.
    activity : DelayActivity
    """

    label: str
    weights_label: str
    oscillation_index: float
    activity: DelayActivity


def oscillation_index(network: Network) -> float:
    r"""Oscillation index of the recurrent weights, :math:`|\mathrm{Im}\,\lambda| / |\lambda|`.

    λ is the eigenvalue of W with the largest modulus, the fastest growing mode of the map r ← φ(W r).

    Parameters
    ----------
    network : Network

    Returns
    -------
    float
        Between 0, a real eigenvalue, and 1; 0 for no weights.

    Notes
    -----
    Costs about 25 units³. A real negative eigenvalue, whose mode alternates at every step, has the index 0.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> turn = ns.Explicit(np.array([[0.8, 0.6], [-0.6, 0.8]]))
    >>> round(ns.analysis.oscillation_index(ns.Network(ns.LeakyRate("tanh"), turn, size=2, rng=0)), 12)
    0.6
    """
    values = require_undelayed(network, "the regime that eigenvalues predict").recurrent.eigenvalues()
    dominant = values[np.argmax(np.abs(values))]
    return float(abs(dominant.imag) / abs(dominant)) if dominant != 0.0 else 0.0


def regime(
    network: Network,
    activity: Activity,
    *,
    window: tuple[float, float] = (0.35, 0.85),
    segment: int = 64,
    dt: float | None = None,
) -> Regime:
    """Regime of a network in a delay period, from its weights and its activity.

    Parameters
    ----------
    network : Network
    activity, window, segment, dt
        As in `delay_activity`.

    Returns
    -------
    Regime

    Notes
    -----
    The limits of the labels are conventions; report the indices beside them.

    References
    ----------
    C. Jarne, bioRxiv 2025.09.15.676356 (2025), and its code.
    """
    index = oscillation_index(network)
    weights_label = OSCILLATORY if index >= TURNING else MIXED if index >= HARDLY_TURNING else RAMPING
    found = delay_activity(activity, window=window, segment=segment, dt=dt)
    agrees = found.label in (weights_label, UNCLASSIFIED)
    return Regime(found.label if agrees else MIXED, weights_label, index, found)

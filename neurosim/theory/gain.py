"""Gain of the random part of the weights, and the means of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.network_arguments import require_network
from neurosim.theory.variance_profile import sampling_limit

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["beyond_chance", "column_means", "gain_of"]

# Relative deviation of a gain, times the number of units, within sampling error; its standard deviation is 0.7 for
# dense weights and 2 at a density of 0.1.
SAMPLING = 8.0


def gain_of(network: Network) -> float:
    r"""Gain g of the random weights: their standard deviation about the mean of their column, times √N.

    Parameters
    ----------
    network : Network

    Returns
    -------
    float
        The gain that the connectivity declares, also inside a sum or a multiple, if the weights agree with it: the
        `gain` of Gaussian, Orthogonal, Sparse, PartiallySymmetric and RandomModes, the `radius` of excitatory and
        inhibitory populations and of heavy-tailed weights with α = 2. Otherwise that of the weights themselves without
        their low-rank part.

    Notes
    -----
    The declared gain is that of networks of any size; that of one dense network differs by about 0.7 / size. Where
    variances differ between units, it is their root mean square, which determines neither the radius of the
    eigenvalues (see `neurosim.theory.bulk_radius`) nor the activity.
    """
    measured = _measured_gain(require_network(network))
    declared = _declared_gain(network.connectivity)
    if len(declared) == 1 and abs(declared[0] - measured) <= SAMPLING / network.size * declared[0]:
        return declared[0]
    return measured


def column_means(network: Network) -> np.ndarray:
    """Means of the columns of the weights without their low-rank part, shape (units,).

    Zeros if they agree with zero within sampling, as for Gaussian weights of zero mean.
    """
    base, size = network.recurrent.base, network.size
    if base is None:
        return np.zeros(size)
    sums = np.ones(size) @ base
    return sums / size if beyond_chance(sums, gain_of(network)) else np.zeros(size)


def beyond_chance(sums: np.ndarray, gain: float) -> bool:
    """Whether sums over columns are too large for weights of zero mean."""
    return bool(np.mean(sums**2) > gain**2 * sampling_limit(len(sums)))


def _measured_gain(network: Network) -> float:
    from neurosim.connectivity.operator import Operator

    base, size = network.recurrent.base, network.size
    if base is None:
        return 0.0
    square = Operator(base).frobenius() ** 2 - np.sum((np.ones(size) @ base) ** 2) / size
    return float(np.sqrt(max(square, 0.0) / max(size - 1, 1)))


def _declared_gain(connectivity: Any, factor: float = 1.0) -> list[float]:
    """Gains or radii declared by a connectivity, also inside sums and multiples."""
    if hasattr(connectivity, "terms"):
        return [gain for term in connectivity.terms for gain in _declared_gain(term, factor)]
    if hasattr(connectivity, "factor"):
        return _declared_gain(connectivity.connectivity, factor * connectivity.factor)
    radius = getattr(connectivity, "radius", None)
    gain = getattr(connectivity, "gain", None) if radius is None else radius
    return [abs(factor * gain)] if isinstance(gain, float) else []

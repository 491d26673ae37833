"""Gain of the random part of the weights, and the radius of the disc that its eigenvalues fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.network import require_network
from neurosim.theory.variance_profile import (
    perron,
    row_squares,
    rows_differ,
    sampling_limit,
    squared_deviations,
    unequal_variances,
)

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["bulk_radius", "column_means", "gain_of", "random_gain"]

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
        `gain` of Gaussian, Orthogonal and Sparse, the `radius` of excitatory and inhibitory populations. Otherwise
        that of the weights themselves without their low-rank part.

    Notes
    -----
    The declared gain is that of networks of any size; that of one dense network differs by about 0.7 / size. Where
    variances differ between units, it is their root mean square, which determines neither the radius of the
    eigenvalues (see `bulk_radius`) nor the activity.
    """
    measured = _measured_gain(require_network(network))
    declared = _declared_gain(network.connectivity)
    if len(declared) == 1 and abs(declared[0] - measured) <= SAMPLING / network.size * declared[0]:
        return declared[0]
    return measured


def bulk_radius(network: Network) -> float:
    r"""Radius of the disc that the eigenvalues of the recurrent weights fill as the network grows.

    The circular law gives the gain g for independent weights of variance :math:`g^2/N`; orthogonal ones lie
    on the circle. Columns may differ: with excitatory and inhibitory standard deviations it is
    :math:`R^2 = f\sigma_E^2 + (1-f)\sigma_I^2`. Where variances differ between rows and between columns, as between
    blocks of units, :math:`R^2` is the largest eigenvalue of the matrix of variances. Means of columns and low-rank
    parts add outliers and leave the disc as it is.

    Parameters
    ----------
    network : Network

    Returns
    -------
    float
        0 for purely low-rank weights.

    Notes
    -----
    Costs units² for each of about ten iterations where variances differ, else units².

    References
    ----------
    K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006). Blocks: J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev.
    Lett. 114, 088101 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> blocks = np.kron([[3.0, 0.0], [0.0, 0.1]], np.ones((200, 200)))
    >>> weights = blocks * np.random.default_rng(0).standard_normal((400, 400)) / 20.0
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=400, rng=0)
    >>> expected = float(np.sqrt(0.5 * 3.0**2))
    >>> round(ns.theory.bulk_radius(network) / expected, 1), round(ns.theory.gain_of(network) / expected, 1)
    (1.0, 0.7)
    """
    base = require_network(network).recurrent.base
    if base is None or not rows_differ(base, column_means(network)):
        return gain_of(network)
    variances = unequal_variances(squared_deviations(base, column_means(network)))
    return gain_of(network) if variances is None else perron(variances).radius


def random_gain(network: Network) -> float:
    """Gain of a network whose weights are independent with zero mean and equal rows, as mean-field theory needs it.

    Raises
    ------
    ParameterError
        When the weights have a low-rank part, columns with a mean, or rows of different mean squares.
    """
    remedy = "try gain= for a prediction of the random part alone."
    if network.recurrent.rank:
        raise ParameterError(
            f"network.recurrent must have no low-rank part in this theory (got rank {network.recurrent.rank}); {remedy}"
        )
    gain = gain_of(network)
    if _beyond_chance(np.ones(network.size) @ network.recurrent, gain):
        raise ParameterError(
            f"network.recurrent must have columns of zero mean in this theory (got other means); {remedy}"
        )
    base, means = network.recurrent.base, column_means(network)
    if base is not None and rows_differ(base, means):
        sizes = np.sqrt(row_squares(base, means))
        raise ParameterError(
            f"network.recurrent must have rows of equal variance in this theory, so that all units receive the same "
            f"input statistics (got rows of different variance, with root sums of squares from {sizes.min():.3g} to "
            f"{sizes.max():.3g}); try a simulation, or a network for each population that is independent of others."
        )
    return gain


def column_means(network: Network) -> np.ndarray:
    """Means of the columns of the weights without their low-rank part, shape (units,).

    Zeros if they agree with zero within sampling, as for Gaussian weights of zero mean.
    """
    base, size = network.recurrent.base, network.size
    if base is None:
        return np.zeros(size)
    sums = np.ones(size) @ base
    return sums / size if _beyond_chance(sums, gain_of(network)) else np.zeros(size)


def _beyond_chance(sums: np.ndarray, gain: float) -> bool:
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
    gain = getattr(connectivity, "gain", getattr(connectivity, "radius", None))
    return [abs(factor * gain)] if isinstance(gain, float) else []

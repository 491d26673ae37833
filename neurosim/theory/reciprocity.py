"""Correlation of reciprocal weights, which makes the disc of eigenvalues an ellipse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.partially_symmetric import PartiallySymmetric
from neurosim.network_arguments import require_network
from neurosim.theory.ensemble import random_term
from neurosim.theory.gain import column_means

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["reciprocity"]

# Standard deviations of a correlation within sampling error; one network in 500 million is beyond by chance.
SAMPLING = 6.0


def reciprocity(network: Network) -> float:
    r"""Correlation η of reciprocal random weights, :math:`\sum W_{ij} W_{ji} / \sum W_{ij}^2` over pairs of units.

    Parameters
    ----------
    network : Network
        Its low-rank part and the means of the columns are left out.

    Returns
    -------
    float
        From -1 to 1; exactly 0 where it agrees with 0 within sampling, and the declared `symmetry` of
        `PartiallySymmetric` weights where it agrees with that. The standard deviation is √2/N for independent weights.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.theory.reciprocity import reciprocity
    >>> symmetric = ns.connectivity.PartiallySymmetric(symmetry=1.0)
    >>> reciprocity(ns.Network(ns.LeakyCurrent("tanh"), symmetric, size=100, rng=0))
    1.0
    """
    base, size = require_network(network).recurrent.base, network.size
    if base is None or size == 1:
        return 0.0
    means = column_means(network)
    if isinstance(base, np.ndarray):
        rest = base - means
        np.fill_diagonal(rest, 0.0)
        products, squares = float(np.vdot(rest, rest.T)), float(np.vdot(rest, rest))
    else:
        diagonal = base.diagonal()
        products = float(base.multiply(base.T).sum() - diagonal @ diagonal)
        squares = float(base.multiply(base).sum() - diagonal @ diagonal)
    if squares == 0.0:
        return 0.0
    measured, chance = products / squares, SAMPLING * np.sqrt(2.0) / size
    term = random_term(network, PartiallySymmetric)
    if term is not None and abs(measured - term[0].symmetry) <= chance:
        return term[0].symmetry
    return 0.0 if abs(measured) <= chance else measured

"""Stability of the fixed points of a network with delays, which are those of the network without."""

from __future__ import annotations

import dataclasses

import numpy as np

from neurosim.analysis.delays.characteristic_roots import characteristic_roots
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.stability import growth_in_flow
from neurosim.network import Network

__all__ = ["with_roots"]

ROOTS = 10
"""Roots of each point, where there are so many and no more of them grow."""


def with_roots(found: FixedPoints, network: Network) -> FixedPoints:
    """Fixed points with the rightmost characteristic roots as eigenvalues, in the order of their number that grow.

    Parameters
    ----------
    found : FixedPoints
        Of the network without its delays.
    network : Network
        With delays.
    """
    count = min(network.dimensions, ROOTS)
    inputs = found.inputs if found.inputs.size else None
    while True:
        each = [characteristic_roots(network, state, inputs, count=count).values for state in found.states]
        fewest = min(map(len, each), default=0)
        roots = np.array([values[:fewest] for values in each], complex).reshape(len(found), fewest)
        growing = growth_in_flow(roots) > 0
        # all that grow are known once a root does not
        if fewest < count or not growing[:, -1:].any():
            break
        count *= 2
    order = np.lexsort((-found.counts, growing.sum(axis=1)))
    return dataclasses.replace(
        found,
        network=network,
        dt=None,
        states=found.states[order],
        speeds=found.speeds[order],
        eigenvalues=roots[order],
        radii=found.radii[order],
        reasons=tuple(found.reasons[k] for k in order),
        counts=found.counts[order],
        distances=found.distances[order],
    )

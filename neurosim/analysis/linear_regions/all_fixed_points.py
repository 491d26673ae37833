"""All fixed points of a network with piecewise-linear activations, by solving in every linear region."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.linear_regions.enumeration import (
    Enumeration,
    candidates,
    enumerate_fixed_points,
    seconds_to_enumerate,
)
from neurosim.analysis.linear_regions.piecewise_network import (
    Factors,
    PiecewiseNetwork,
    piecewise_network,
    unmet_assumption,
)
from neurosim.analysis.linear_regions.results import RegionFixedPoints
from neurosim.analysis.stability import growth_signs
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.progress import duration_text
from neurosim.time_constants import map_step_or
from neurosim.validation import check_keywords, whole_number

__all__ = ["affordable_fixed_points", "all_fixed_points", "region_fixed_points"]

LIMIT = 10_000_000
DENSE = 500
"""Units from which the singular values of a dense matrix take too long for `fixed_points`."""
AFFORDABLE = 2e8
"""Multiplications that `fixed_points` spends on a proof: a second or so."""


@check_keywords
@one_blas_thread()
def all_fixed_points(
    network: Network, inputs: np.ndarray | None = None, *, limit: int | None = None
) -> RegionFixedPoints:
    r"""All fixed points of a network with piecewise-linear activations, under a constant input.

    With weights of rank R, :math:`W = L R^T`, fixed points of both forms of leaky units are those of the map

    .. math:: z \to R^T \phi(L z + c), \qquad c = W_{in} y + b,

    of R overlaps. Each knot of an activation is a hyperplane, a wall, :math:`L_i \cdot z + c_i = knot`, and in each
    region between the walls the map is linear. All regions are visited, along the lines in which R - 1 walls meet, and
    in each of them a linear equation of R unknowns is solved; the solution is kept where it is in the region.

    Parameters
    ----------
    network : Network
        Of `LeakyCurrent` or `LeakyRate` units, with activations that are continuous and piecewise linear: ``"relu"``,
        ``"linear"``, `ThresholdPowerLaw` of exponent 1, or functions of ``np.maximum``, ``np.clip`` and the like.
        Weights of low rank, as of `LowRank`; or few units.
    inputs : ndarray, shape (channels,), optional
        Default: zero.
    limit : int, optional
        Most regions to visit. Default: ten million.

    Returns
    -------
    RegionFixedPoints
        Its `status` is "complete" unless fixed points fill a line, or, of rank three or more, a wall contains a line in
        which others meet. Complete is meant up to rounding: two walls that nearly coincide are one.

    Raises
    ------
    ParameterError
        If the units are others, and where there are more regions than `limit`: it says how long they would take.

    Notes
    -----
    There are about R 2^(R - 1) C(walls, R) regions with repetitions, and at most 2^walls; each costs R³ + walls R²
    multiplications. Rank 2 and 128 units take 0.2 s; rank 1 and 4000 units 0.6 s.

    References
    ----------
    M. Pals, A. E. Sağtekin, F. Pei, M. Gloeckler, J. H. Macke, arXiv 2406.16749 (2024).

    Examples
    --------
    Two units that excite themselves and inhibit each other: one of them wins, or both balance, in a saddle.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> weights = np.array([[0.5, -1.0], [-1.0, 0.5]])
    >>> pair = ns.Network(ns.LeakyRate("relu"), ns.Explicit(weights), size=2, rng=0)
    >>> pair = pair.replace(bias=np.ones(2))
    >>> ns.analysis.all_fixed_points(pair)
    RegionFixedPoints(exactly 3: 2 stable node, 1 saddle of index 1; 4 regions)
    """
    pieces = piecewise_network(network, inputs)
    factors = pieces.factors()
    hinges = pieces.overlap_map(factors)
    number, most = candidates(hinges), LIMIT if limit is None else whole_number("limit", limit)
    if number > most:
        needed = duration_text(seconds_to_enumerate(hinges))
        raise ParameterError(
            f"the network must have at most {most:,} linear regions (got {number:.3g}, of {hinges.walls} knots and "
            f"weights of rank {hinges.dimension}, which would take about {needed}); "
            f"give limit={number:.0f}, or search with analysis.search_linear_regions."
        )
    return _described(network, pieces, factors, enumerate_fixed_points(hinges), number)


def affordable_fixed_points(network: Any, inputs: np.ndarray | None = None) -> RegionFixedPoints | None:
    """Result of `all_fixed_points` where it applies and takes a second or so, if points are isolated; or None."""
    if not isinstance(network, Network) or unmet_assumption(network):
        return None
    pieces = piecewise_network(network, inputs)
    if network.recurrent.base is not None and network.size > DENSE:
        return None
    factors = pieces.factors()
    hinges = pieces.overlap_map(factors)
    work = candidates(hinges) * hinges.dimension**2 * (hinges.dimension + hinges.walls)
    if work > AFFORDABLE:
        return None
    found = enumerate_fixed_points(hinges)
    return None if found.continua else _described(network, pieces, factors, found, candidates(hinges))


def _described(
    network: Network, pieces: PiecewiseNetwork, factors: Factors, found: Enumeration, number: int
) -> RegionFixedPoints:
    reason = ""
    if found.continua:
        reason = f"fixed points fill a line or more in {found.continua} regions, one of each is listed"
    elif found.degenerate:
        reason = "walls are not in general position: a line in which some meet lies in another"
    return region_fixed_points(network, pieces, factors, found.points, reason, number)


def region_fixed_points(
    network: Network,
    pieces: PiecewiseNetwork,
    factors: Factors,
    points: np.ndarray,
    reason: str,
    regions: int,
) -> RegionFixedPoints:
    """Result of fixed points that are given by their overlaps, complete unless there is a reason why not."""
    currents = points @ factors.left.T + pieces.constant
    eigenvalues, dt = pieces.eigenvalues(currents, factors), map_step_or(network.stepping, None)
    order = np.argsort((growth_signs(eigenvalues, dt) > 0).sum(axis=1), kind="stable")
    return RegionFixedPoints(
        network=network,
        inputs=pieces.inputs,
        states=pieces.states(currents)[order],
        slopes=pieces.slopes(currents)[order],
        eigenvalues=eigenvalues[order],
        at_kink=pieces.at_kink(currents)[order],
        status="found" if reason else "complete",
        reason=reason,
        regions=regions,
        dt=dt,
    )

"""Search for fixed points and cycles of piecewise-linear networks, from region to region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.analysis.linear_regions.all_fixed_points import region_fixed_points
from neurosim.analysis.linear_regions.enumeration import distinct_points, solve_pieces
from neurosim.analysis.linear_regions.hinge_map import HingeMap
from neurosim.analysis.linear_regions.piecewise_network import piecewise_network
from neurosim.analysis.linear_regions.results import MapCycles, RegionFixedPoints
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import Seed, stream
from neurosim.time_constants import map_step_or
from neurosim.validation import check_keywords, whole_number

__all__ = ["map_cycles", "search_linear_regions"]

NUMBERS = 4_000_000
"""Most numbers in the matrices of a block of starts."""
SAME = 1e-7
"""Distance of two states of a cycle, relative to the largest, below which they are one."""


class Orbits(NamedTuple):
    """Cycles at which starts ended, and how many linear equations were solved.

    Attributes
    ----------
    points : ndarray, shape (orbits, period, dimension)
    solutions : int
    """

    points: np.ndarray
    solutions: int


@check_keywords
@one_blas_thread()
def search_linear_regions(
    network: Network,
    inputs: np.ndarray | None = None,
    starts: int = 1000,
    *,
    iterations: int = 50,
    rng: Seed = None,
) -> RegionFixedPoints:
    """Fixed points of a network with piecewise-linear activations, by a search of its linear regions.

    From a region at random: solve the linear equation of the region; go on in the region in which the solution is; stop
    where that is the same. Unlike `all_fixed_points` it takes any rank and any number of units, and does not
    prove that there are no others.

    Parameters
    ----------
    network : Network
        As for `all_fixed_points`.
    inputs : ndarray, shape (channels,), optional
        Default: zero.
    starts : int, optional
        Regions to begin from. In each, units are above their knots with a probability that differs from start to start.
    iterations : int, optional
        Most regions for each start.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    RegionFixedPoints
        With the status "found".

    Notes
    -----
    An iteration costs rank³ / 3 + knots rank² multiplications.

    References
    ----------
    L. Eisenmann, Z. Monfared, N. Göring, D. Durstewitz, NeurIPS 36 (2023), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> weights = np.array([[0.5, -1.0], [-1.0, 0.5]])
    >>> pair = ns.Network(ns.LeakyRate("relu"), ns.Explicit(weights), size=2, rng=0)
    >>> pair = pair.replace(bias=np.ones(2))
    >>> found = ns.analysis.search_linear_regions(pair, starts=20, rng=0)
    >>> found.status, found.kinds
    ('found', ('stable node', 'stable node', 'saddle of index 1'))
    """
    pieces = piecewise_network(network, inputs)
    factors = pieces.factors()
    found = _search(pieces.overlap_map(factors), 1, *_checked(starts, iterations), rng)
    points = distinct_points(found.points[:, 0])
    reason = "a search does not prove that there are no others"
    return region_fixed_points(network, pieces, factors, points, reason, found.solutions)


@check_keywords
@one_blas_thread()
def map_cycles(
    network: Network,
    period: int,
    inputs: np.ndarray | None = None,
    starts: int = 1000,
    *,
    dt: float | None = None,
    iterations: int = 50,
    rng: Seed = None,
) -> MapCycles:
    r"""Cycles of a piecewise-linear network that is stepped as an Euler map, stable or not.

    A cycle of period k is a fixed point of a product of k linear maps, those of the regions through which it passes:

    .. math:: s_{j+1} = A_{j} s_j + v_j, \qquad s_{k} = s_0.

    The search begins from k regions at random, solves for the cycle, goes on with the regions in which its states are,
    and stops where they are the same.

    Parameters
    ----------
    network : Network
        As for `all_fixed_points`, with units that are all in the same form.
    period : int
        Number of steps. Cycles of a shorter period are left out.
    inputs : ndarray, shape (channels,), optional
        Default: zero.
    starts, iterations, rng
        As for `search_linear_regions`.
    dt : float, optional
        Step of the Euler map. Default: that of `Network.stepping`. With tau, rate units are the vanilla recurrent
        network, :math:`r \leftarrow \phi(W r + c)`.

    Returns
    -------
    MapCycles

    Raises
    ------
    ParameterError
        For other units, and without a step.

    Notes
    -----
    An iteration costs period · units³ multiplications.

    References
    ----------
    L. Eisenmann, Z. Monfared, N. Göring, D. Durstewitz, NeurIPS 36 (2023), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> flip = ns.Network(ns.LeakyRate("relu"), ns.Explicit([[-2.0]]), size=1, rng=0)
    >>> flip = flip.replace(bias=np.ones(1))
    >>> ns.analysis.map_cycles(flip, 2, dt=1.0, starts=20, rng=0).states[0, :, 0]
    array([0., 1.])
    """
    pieces = piecewise_network(network, inputs)
    period, step = whole_number("period", period), map_step_or(network.stepping, dt)
    if step is None:
        raise ParameterError(
            "dt must be given where the network is not stepped as an Euler map (got None); try dt=tau."
        )
    if len(set(pieces.rate_form.tolist())) > 1:
        raise ParameterError(
            "network must have units that are all LeakyCurrent or all LeakyRate (got both); declare them alike."
        )
    hinges = pieces.euler_map(step)
    found = _search(hinges, period, *_checked(starts, iterations), rng)
    states, counts = _distinct_cycles(found.points)
    return MapCycles(
        network=network,
        inputs=pieces.inputs,
        period=period,
        states=states,
        multipliers=_multipliers(hinges, states),
        counts=counts,
        status="found",
        dt=step,
    )


def _checked(starts: int, iterations: int) -> tuple[int, int]:
    return whole_number("starts", starts), whole_number("iterations", iterations)


def _search(hinges: HingeMap, period: int, starts: int, iterations: int, rng: Seed) -> Orbits:
    """Orbits at which starts in random regions end, those of a shorter period left out."""
    draw = stream(rng, "regions")
    above = draw.random((starts, period, hinges.walls)) < draw.random((starts, 1, 1))
    block = max(1, NUMBERS // (period * max(1, hinges.dimension**2)))
    parts = [_follow(hinges, above[k : k + block], iterations) for k in range(0, starts, block)]
    points = np.concatenate([part.points for part in parts])
    return Orbits(points[_has_no_shorter_period(points)], sum(part.solutions for part in parts))


def _follow(hinges: HingeMap, above: np.ndarray, iterations: int) -> Orbits:
    """Orbits at which the starts of one block end."""
    ended, solutions = [np.zeros((0, above.shape[1], hinges.dimension))], 0
    for _ in range(iterations):
        if not len(above):
            break
        points, solved = _solve(hinges, above)
        solutions += len(points)
        # a point on a wall has two regions: what counts is whether it is a solution
        images = hinges(points.reshape(-1, hinges.dimension)).reshape(points.shape)
        gaps = np.linalg.norm(images - np.roll(points, -1, axis=1), axis=2)
        allowed = 1e3 * hinges.rounding(points.reshape(-1, hinges.dimension)).reshape(gaps.shape)
        reached = solved & (gaps <= allowed).all(axis=1)
        ended.append(points[reached])
        there = hinges.heights(points.reshape(-1, hinges.dimension)).reshape(above.shape) > 0.0
        moves = solved & ~reached & (there != above).any(axis=(1, 2))
        above = there[moves]
    return Orbits(np.concatenate(ended), solutions)


def _solve(hinges: HingeMap, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cycles of the linear maps of regions, shape (starts, period, dimension), and which starts have exactly one."""
    starts, period, walls = above.shape
    linear, constant = hinges.pieces(above.reshape(-1, walls))
    linear = linear.reshape(starts, period, *linear.shape[1:])
    constant = constant.reshape(starts, period, -1)
    product, total = linear[:, 0], constant[:, 0]
    for k in range(1, period):
        product, total = linear[:, k] @ product, _apply(linear[:, k], total) + constant[:, k]
    first, solved = solve_pieces(product, total)
    orbit = [first]
    for k in range(period - 1):
        orbit.append(_apply(linear[:, k], orbit[-1]) + constant[:, k])
    return np.stack(orbit, axis=1), solved


def _apply(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (matrices @ vectors[..., None])[..., 0]


def _has_no_shorter_period(points: np.ndarray) -> np.ndarray:
    """Which orbits do not return before their end, shape (orbits,)."""
    reach = SAME * (1.0 + np.abs(points).max(axis=(1, 2), initial=0.0))
    longer = np.ones(len(points), bool)
    for lag in range(1, points.shape[1]):
        longer &= np.abs(np.roll(points, lag, axis=1) - points).max(axis=(1, 2), initial=0.0) > reach
    return longer


def _distinct_cycles(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cycles without repetition, each from its first state in lexicographic order, and how often each was found."""
    decimals = np.round(points, 6) + 0.0
    first = np.array([np.lexsort(one.T[::-1])[0] for one in decimals], np.intp)
    turned = np.array([np.roll(one, -k, axis=0) for one, k in zip(points, first, strict=True)])
    kept: list[np.ndarray] = []
    counts: list[int] = []
    for one in turned.reshape(points.shape):
        reach = SAME * (1.0 + np.abs(one).max())
        same = [k for k, other in enumerate(kept) if _same_cycle(one, other, reach)]
        if same:
            counts[same[0]] += 1
        else:
            kept.append(one)
            counts.append(1)
    return np.array(kept).reshape(-1, *points.shape[1:]), np.array(counts, np.intp)


def _same_cycle(one: np.ndarray, other: np.ndarray, reach: float) -> bool:
    """Whether two cycles have the same states, from whichever they begin."""
    return any(np.abs(np.roll(other, k, axis=0) - one).max() <= reach for k in range(len(one)))


def _multipliers(hinges: HingeMap, states: np.ndarray) -> np.ndarray:
    """Eigenvalues of the product of the Jacobians along each cycle, by descending modulus."""
    values = np.zeros((len(states), hinges.dimension), np.complex128)
    for number, cycle in enumerate(states):
        product = np.eye(hinges.dimension)
        for matrix in hinges.pieces(hinges.heights(cycle) > 0.0)[0]:
            product = matrix @ product
        found = np.linalg.eigvals(product)
        values[number] = found[np.argsort(-np.abs(found), kind="stable")]
    return values

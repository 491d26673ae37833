"""Blocks of weights between populations: one connectivity for each pair of a source and a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.composition import Scaled, Sum
from neurosim.connectivity.operator import Operator, require_square
from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

__all__ = ["Blocks", "arrow"]

DENSE_ABOVE = 0.15
"""Share of connections in the blocks that exist above which a dense matrix multiplies faster; see `Sparse`."""


def arrow(source: str, target: str) -> str:
    """Name of the block from one population to another, such as ``"E->I"``."""
    return f"{source}->{target}"


@dataclass(frozen=True)
class Blocks(Connectivity):
    r"""Weights between populations: a connectivity for each pair of a target and a source.

    .. math:: u_i = \sum_b \sum_{j \in b} W^{ab}_{ij} r_j, \qquad i \in a

    Any connectivity can be in a block. Its N is the number of units of the *source*, as many as a target unit has
    inputs from: ``Gaussian(gain=g)`` has entries of variance :math:`g^2 / N_b`, so that each block adds g² times
    the mean square rate of its sources to the variance of an input, and ``LowRank`` is divided by :math:`N_b`. A block
    with more targets than sources is made of independent draws, one below the other. ``self_connections=False`` leaves
    out connections of a unit with itself, and none between populations.

    Parameters
    ----------
    blocks : mapping from (target, source), or ``"source->target"``, to Connectivity
        Pairs that are left out have no connections, and cost nothing in a simulation.

    Notes
    -----
    The names are those of `neurosim.Populations`; a network with `Blocks` needs them. Blocks are drawn from one
    generator in their order. Weights from a population that declares a sign must have it.

    The base of the operator is sparse where at most 15 % of the entries of all blocks are connections, and dense with a
    `pattern` otherwise; low-rank blocks are kept as factors. Training changes existing connections only;
    ``BPTT(train="E->I")`` trains one block.

    See Also
    --------
    GaussianGroups : Gaussian weights of groups of units, without names.

    References
    ----------
    Spectral radius of random blocks: J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev. Lett. 114, 088101 (2015).

    Examples
    --------
    >>> import neurosim as ns
    >>> cells = ns.Populations(
    ...     E=ns.Population(ns.LeakyRate("tanh"), size=4), I=ns.Population(ns.LeakyRate("tanh"), size=2)
    ... )
    >>> weights = ns.Blocks({("E", "E"): ns.Gaussian(), ("I", "E"): ns.Gaussian(), ("E", "I"): -1 * ns.Gaussian()})
    >>> network = ns.Network(cells, weights, rng=0)
    >>> network.recurrent
    Operator(size=6, base=dense with 32 weights, dtype=float64)
    """

    blocks: Mapping[Any, Connectivity]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.blocks, Mapping) or not self.blocks:
            raise ParameterError(
                f"Blocks.blocks must be a mapping with at least one block (got {self.blocks!r}); try "
                f'{{("E", "E"): ns.Gaussian()}}.'
            )
        named: dict[str, Connectivity] = {}
        for key, connectivity in self.blocks.items():
            name = arrow(*reversed(_ends(key)))
            if name in named:
                raise ParameterError(
                    f"Blocks.blocks must have one block {name} (got two); add them up: a + b."
                )
            if not isinstance(connectivity, Connectivity):
                raise ParameterError(
                    f"the block {name} must be a Connectivity (got {connectivity!r}); wrap a matrix as ns.Explicit."
                )
            named[name] = connectivity
        object.__setattr__(self, "blocks", named)

    def pairs(self) -> dict[tuple[str, str], Connectivity]:
        """Connectivity of each block by (target, source)."""
        return {_ends(name): connectivity for name, connectivity in self.blocks.items()}

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Raise: blocks are between populations, which a number of units does not tell."""
        del rng
        raise ParameterError(
            f"Blocks must be given a network with populations (got size = {size} alone); declare "
            f"ns.Network(ns.Populations(...), ns.Blocks(...))."
        )

    def build_for(self, populations: Mapping[str, slice], size: int, rng: np.random.Generator) -> Operator:
        """Operator of all blocks."""
        if not populations:
            return self.build(size, rng)
        built: dict[tuple[str, str], BlockWeights] = {}
        for (target, source), connectivity in self.pairs().items():
            for name in (target, source):
                if name not in populations:
                    raise UnknownNameError(
                        f"the block {arrow(source, target)} names no population {name!r}. "
                        f"{did_you_mean(name, populations)}"
                    )
            own = connectivity if target == source else _with_diagonal(connectivity)
            built[target, source] = own.build_block(
                _count(populations[target]), _count(populations[source]), rng
            )
        return _assemble(built, populations, size)


def _ends(key: Any) -> tuple[str, str]:
    """Target and source of a block."""
    if isinstance(key, str) and key.count("->") == 1:
        source, target = (part.strip() for part in key.split("->"))
        return target, source
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(name, str) for name in key):
        return key
    raise ParameterError(
        f"Blocks.blocks must have keys (target, source) or 'source->target' (got {key!r}); try ('I', 'E')."
    )


def _count(units: slice) -> int:
    return int(units.stop - units.start)


def _with_diagonal(connectivity: Connectivity) -> Connectivity:
    """The same weights between different populations, where no connection is one of a unit with itself."""
    if isinstance(connectivity, Sum):
        return Sum(tuple(_with_diagonal(term) for term in connectivity.terms))
    if isinstance(connectivity, Scaled):
        return Scaled(connectivity.factor, _with_diagonal(connectivity.connectivity))
    if getattr(connectivity, "self_connections", True):
        return connectivity
    return connectivity.replace(self_connections=True)


def _assemble(
    built: Mapping[tuple[str, str], BlockWeights], populations: Mapping[str, slice], size: int
) -> Operator:
    """Operator of a network from its blocks."""
    places = {pair: (populations[pair[0]], populations[pair[1]]) for pair in built}
    full = [pair for pair, block in built.items() if block.base is not None]
    factors = [
        _factors(block, *places[pair], size) for pair, block in built.items() if block.left is not None
    ]
    left, right = (np.hstack(part) for part in zip(*factors, strict=True)) if factors else (None, None)
    if not full:
        return Operator(left=left, right=right)
    connections = sum(built[pair].connections for pair in full)
    area = sum(np.prod(built[pair].shape) for pair in full)
    if connections <= DENSE_ABOVE * area:
        return Operator(_sparse_base(built, places, full, size), left, right)
    require_square(size, matrices=2)
    base, pattern = np.zeros((size, size)), np.zeros((size, size), bool)
    for pair in full:
        base[places[pair]], pattern[places[pair]] = built[pair].dense(), built[pair].exists()
    return Operator(base, left, right, pattern)


def _factors(block: BlockWeights, targets: slice, sources: slice, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Factors of one block as those of the network, 0 outside of it."""
    assert block.left is not None
    assert block.right is not None
    left, right = (np.zeros((size, block.left.shape[1])) for _ in range(2))
    left[targets], right[sources] = block.left, block.right
    return left, right


def _sparse_base(built: Any, places: Any, full: list[tuple[str, str]], size: int) -> Any:
    from scipy.sparse import coo_array

    rows, columns, weights = [], [], []
    for pair in full:
        row, column = np.nonzero(built[pair].exists())
        targets, sources = places[pair]
        weights.append(built[pair].dense()[row, column])
        rows.append(row + targets.start)
        columns.append(column + sources.start)
    parts = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(weights), parts), shape=(size, size)).tocsr()

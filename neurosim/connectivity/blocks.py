"""Blocks of weights between populations: one connectivity for each pair of a source and a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.composition import Scaled, Sum
from neurosim.connectivity.delayed import Delayed
from neurosim.connectivity.delays import require_delays
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.validation import require_square

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
        Pairs that are left out have no connections, and cost nothing in simulations, gradients and exponents.
    delay : float, tuple of float, or mapping from a key of `blocks` to those, optional
        Conduction delay of the connections of all blocks or of single ones, in the unit of the network's time
        constants; of several, each connection has one, drawn with equal probabilities. See `Delayed`, which a block
        may be too.

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
    delay: Any = None

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
        object.__setattr__(self, "delay", self._delay())

    def _delay(self) -> Any:
        """Delay of all blocks, or a mapping from names of blocks to delays, checked."""
        if not isinstance(self.delay, Mapping):
            return None if self.delay is None else _times("Blocks.delay", self.delay)
        found: dict[str, Any] = {}
        for key, value in self.delay.items():
            name = arrow(*reversed(_ends(key, "delay")))
            if name not in self.blocks:
                raise UnknownNameError(
                    f"Blocks.delay names a block {name} that does not exist. {did_you_mean(name, self.blocks)}"
                )
            found[name] = _times(f"Blocks.delay of {name}", value)
        return found

    def _delayed(self, pair: tuple[str, str], connectivity: Connectivity) -> Connectivity:
        """Connectivity of a block with its delay."""
        target, source = pair
        delay = self.delay.get(arrow(source, target), None) if isinstance(self.delay, Mapping) else self.delay
        return connectivity if delay is None else Delayed(connectivity, delay)

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
            built[target, source] = self._delayed((target, source), own).build_block(
                _count(populations[target]), _count(populations[source]), rng
            )
        return _assemble(built, populations, size)


def _times(name: str, value: Any) -> Any:
    """One delay, or a tuple of several."""
    times = require_delays(name, value)
    if times.ndim > 1 or times.size == 0:
        raise ShapeError(f"{name} must be one number, or several in a tuple (got {value!r}).")
    return tuple(times.tolist()) if times.ndim else float(times)


def _ends(key: Any, field: str = "blocks") -> tuple[str, str]:
    """Target and source of a block."""
    if isinstance(key, str) and key.count("->") == 1:
        source, target = (part.strip() for part in key.split("->"))
        return target, source
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(name, str) for name in key):
        return key
    raise ParameterError(
        f"Blocks.{field} must have keys (target, source) or 'source->target' (got {key!r}); try ('I', 'E')."
    )


def _count(units: slice) -> int:
    return int(units.stop - units.start)


def _with_diagonal(connectivity: Connectivity) -> Connectivity:
    """The same weights between different populations, where no connection is one of a unit with itself."""
    if isinstance(connectivity, Sum):
        return Sum(tuple(_with_diagonal(term) for term in connectivity.terms))
    if isinstance(connectivity, Scaled):
        return Scaled(connectivity.factor, _with_diagonal(connectivity.connectivity))
    if isinstance(connectivity, Delayed):
        return connectivity.replace(connectivity=_with_diagonal(connectivity.connectivity))
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
    of_factors = [block.delays_of_factors() for block in built.values() if block.left is not None]
    factor_delays: Any = np.concatenate(of_factors) if of_factors else 0.0
    if not full:
        return Operator(left=left, right=right).with_delays(factors=factor_delays)
    connections = sum(built[pair].connections for pair in full)
    area = sum(np.prod(built[pair].shape) for pair in full)
    if connections <= DENSE_ABOVE * area:
        base, delays = _sparse_base(built, places, full, size)
        return Operator(base, left, right).with_delays(delays, factor_delays)
    require_square(size, matrices=2)
    base, pattern = np.zeros((size, size)), np.zeros((size, size), bool)
    for pair in full:
        base[places[pair]], pattern[places[pair]] = built[pair].dense(), built[pair].exists()
    operator = Operator(base, left, right, pattern)
    if not any(built[pair].delays is not None for pair in full) and not np.any(factor_delays):
        return operator
    delays = np.zeros((size, size))
    for pair in full:
        delays[places[pair]] = built[pair].delays_of_base()
    return operator.with_delays(delays, factor_delays)


def _factors(block: BlockWeights, targets: slice, sources: slice, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Factors of one block as those of the network, 0 outside of it."""
    assert block.left is not None
    assert block.right is not None
    left, right = (np.zeros((size, block.left.shape[1])) for _ in range(2))
    left[targets], right[sources] = block.left, block.right
    return left, right


def _sparse_base(built: Any, places: Any, full: list[tuple[str, str]], size: int) -> tuple[Any, np.ndarray]:
    """Base of a network from the bases of its blocks, and the delays of its connections."""
    from scipy.sparse import coo_array

    rows, columns, weights, delays = [], [], [], []
    for pair in full:
        row, column = np.nonzero(built[pair].exists())
        targets, sources = places[pair]
        weights.append(built[pair].dense()[row, column])
        delays.append(built[pair].delays_of_base()[row, column])
        rows.append(row + targets.start)
        columns.append(column + sources.start)
    parts = (np.concatenate(rows), np.concatenate(columns))
    base = coo_array((np.concatenate(weights), parts), shape=(size, size)).tocsr()
    # connections in the order of the rows, as the base has them
    return base, np.concatenate(delays)[np.lexsort((parts[1], parts[0]))]

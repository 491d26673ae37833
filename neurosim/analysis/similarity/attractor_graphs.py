"""Graphs of attractors: which kinds a network has, which pulse of input leads from one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.attractors.attractors import Attractors, attractors
from neurosim.engine.simulate import simulate
from neurosim.errors import ShapeError
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import array_of_shape, positive, whole_number

__all__ = ["AttractorGraph", "attractor_graph", "graph_distance"]

SEARCHES = 4
"""Rounds of pulses after which attractors that are new are left without arrows."""
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class AttractorGraph(Result):
    """Attractors of a network without input, and where pulses of input lead from each of them.

    Attributes
    ----------
    kinds : tuple of str
        Kind of each attractor: "fixed point", "limit cycle", "unsettled".
    targets : ndarray of int, shape (pulses, attractors)
        Attractor that is reached from each after each pulse; -1 where that is not known.
    """

    kinds: tuple[str, ...]
    targets: np.ndarray

    def __post_init__(self) -> None:
        targets = np.asarray(self.targets)
        if targets.ndim != 2 or targets.shape[1] != len(self.kinds) or not self.kinds:
            raise ShapeError(
                f"targets must be (pulses, {len(self.kinds)}), one column for each of kinds, at least one (got shape "
                f"{targets.shape})."
            )
        if targets.size and not (targets.min() >= UNKNOWN and targets.max() < len(self.kinds)):
            raise ShapeError(
                f"targets must be between -1 and {len(self.kinds) - 1} (got {targets.tolist()})."
            )

    def labels(self, rounds: int = 2) -> Counter[Hashable]:
        """Multiset of labels that describe every attractor by what follows it.

        The label of round 0 is the kind; that of round k is the label of round k - 1 with those of the attractors that
        the pulses lead to, in the order of the pulses (N. Shervashidze et al., J. Mach. Learn. Res. 12, 2539, 2011,
        for directed arrows). All rounds are counted together. Names of attractors do not matter.
        """
        present: list[Hashable] = list(self.kinds)
        counted: Counter[Hashable] = Counter((0, label) for label in present)
        for k in range(1, rounds + 1 if len(self.targets) else 1):
            present = [(present[i], self._successors(present, i)) for i in range(len(present))]
            counted.update((k, label) for label in present)
        return counted

    def _successors(self, labels: list[Hashable], attractor: int) -> tuple[Hashable, ...]:
        return tuple(labels[t] if t != UNKNOWN else "unknown" for t in self.targets[:, attractor])


def graph_distance(first: AttractorGraph, second: AttractorGraph, rounds: int = 2) -> float:
    r"""Share of the labels that two graphs of attractors do not have in common.

    .. math:: d = 1 - \frac{\sum_l \min(a_l, b_l)}{\sum_l \max(a_l, b_l)}

    where a and b count the labels of `AttractorGraph.labels`: the Jaccard distance of two multisets, a metric on them.

    Parameters
    ----------
    first, second : AttractorGraph
        With the same pulses.
    rounds : int, optional
        Number of pulses in a row that labels look ahead. Without pulses, kinds and numbers are compared, nothing else.

    Returns
    -------
    float
        Between 0 and 1. Equal graphs have 0; graphs with 0 are not always equal, but answer alike to any `rounds`
        pulses in a row.

    Raises
    ------
    ShapeError
        When the numbers of pulses differ.

    Examples
    --------
    One bistable and one monostable network share one of two fixed points.

    >>> import numpy as np
    >>> from neurosim.analysis.similarity.attractor_graphs import AttractorGraph, graph_distance
    >>> none = np.zeros((0, 2), dtype=int)
    >>> two = AttractorGraph(("fixed point", "fixed point"), none)
    >>> one = AttractorGraph(("fixed point",), none[:, :1])
    >>> graph_distance(one, two)
    0.5
    """
    if len(first.targets) != len(second.targets):
        raise ShapeError(
            f"second must have the pulses of first (got {len(second.targets)} and {len(first.targets)})."
        )
    whole_number("rounds", rounds, 0)
    a, b = first.labels(rounds), second.labels(rounds)
    return 1.0 - (a & b).total() / (a | b).total()


def attractor_graph(
    network: Network,
    pulses: np.ndarray | None = None,
    *,
    length: float | None = None,
    starts: int = 50,
    rng: Seed = None,
    **settings: Any,
) -> AttractorGraph:
    """Graph of the attractors of a network, and of the pulses of input that lead from one to another.

    Parameters
    ----------
    network : Network
    pulses : ndarray, shape (pulses, channels), optional
        Inputs that are held for `length`, one after the other from each attractor. Default: none.
    length : float, optional
        Of a pulse, in the network's unit of time. Default: 100 steps of the search for attractors, which are 10 time
        constants of the fastest unit.
    starts, rng
        As in `neurosim.analysis.attractors`; each unknown attractor that a pulse leads to is added.
    **settings
        Further ones of `neurosim.analysis.attractors`, such as duration, window, dt and scheme.

    Returns
    -------
    AttractorGraph

    Raises
    ------
    ShapeError
        When pulses do not fit the channels of the network.

    Notes
    -----
    A cycle is left at the last recorded sample; pulses at other phases may lead elsewhere. Everything that does not
    settle counts as one attractor.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> from neurosim.analysis.similarity.attractor_graphs import attractor_graph
    >>> switch = ns.Network(ns.LeakyRate("tanh"), ns.Explicit([[2.0]]), 1, inputs=1, input_weights=[[1.0]], rng=0)
    >>> graph = attractor_graph(switch, np.array([[3.0], [-3.0]]), starts=10, rng=1)
    >>> graph.kinds, bool(np.all(graph.targets[:, 0] == graph.targets[:, 1]))
    (('fixed point', 'fixed point'), True)
    """
    seed = seed_sequence(rng)
    held = _check_pulses(network, pulses)
    found = attractors(network, starts=starts, rng=child(seed, "starts"), **settings)
    length = 100.0 * found.dt if length is None else positive("length", length)
    for _ in range(SEARCHES):
        ends = np.array([each.orbit[-1] for each in found.found])
        reached = [_after_pulse(found, ends, pulse, length) for pulse in held]
        again = attractors(network, starts=np.concatenate([ends, *reached]), **settings)
        if len(again) <= len(found):
            break
        found = again
    return _graph(again, len(ends), len(held))


def _check_pulses(network: Network, pulses: np.ndarray | None) -> np.ndarray:
    channels = network.input_weights.shape[1]
    if pulses is None:
        return np.zeros((0, channels))
    rows = np.atleast_2d(np.asarray(pulses))
    return array_of_shape("pulses", rows, (len(rows), channels), "Give one row for each pulse.")


def _after_pulse(found: Attractors, ends: np.ndarray, pulse: np.ndarray, length: float) -> np.ndarray:
    """States after a pulse from each attractor, shape of `ends`."""
    steps = max(1, round(length / found.dt))
    run = simulate(
        found.network,
        steps * found.dt,
        found.dt,
        found.scheme,
        inputs=pulse,
        trials=len(ends),
        initial_state=ends,
        noise=None,
        record=(),
        rng=0,
        progress=False,
    )
    return run.final_state if ends.ndim == 3 else run.final_state[..., 0]


def _graph(found: Attractors, count: int, pulses: int) -> AttractorGraph:
    """Graph from a search whose first `count` starts were the attractors, and whose others were states after pulses."""
    home = found.labels[:count]
    targets = np.full((pulses, len(found)), UNKNOWN)
    for k in range(pulses):
        targets[k, home] = found.labels[count * (k + 1) : count * (k + 2)]
    return AttractorGraph(tuple(each.kind for each in found.found), targets)

"""How the recurrent weights of a twin are made, one function for each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.operator import Operator

if TYPE_CHECKING:
    from numpy.random import Generator

    from neurosim.analysis.weights.twins import Twins
    from neurosim.connectivity.base import Connectivity
    from neurosim.network import Network

__all__ = ["KINDS"]


def _drawn_again(material: Twins, draw: Generator) -> tuple[Operator, Connectivity]:
    connectivity = material.initial.connectivity
    assert connectivity is not None  # checked when the twins were declared
    return connectivity.build(material.network.size, draw), connectivity


def _initial(material: Twins, draw: Generator) -> Network:
    operator, connectivity = _drawn_again(material, draw)
    return material.initial.replace(
        recurrent=operator.astype(material.initial.dtype), connectivity=connectivity
    )


def _low_rank_only(material: Twins, draw: Generator) -> Network:
    operator, _ = _drawn_again(material, draw)
    whole = operator if material.low_rank is None else operator + material.low_rank
    if material.network.recurrent.rank == 0 and material.network.recurrent.kind_of_base == "dense":
        # in the form of the trained weights, so that an analysis treats both alike
        whole = Operator(whole.dense())
    return material.network.replace(recurrent=whole.astype(material.network.dtype))


def _shuffled(material: Twins, draw: Generator) -> Network:
    operator = material.network.recurrent
    if operator.kind_of_base == "sparse" and operator.rank == 0:
        base: Any = operator.base
        shuffled = type(base)((draw.permutation(base.data), base.indices, base.indptr), shape=base.shape)
        return material.network.replace(recurrent=Operator(shuffled))
    weights = operator.dense()
    own = np.eye(operator.size, dtype=bool)
    for places in (own, ~own):
        weights[places] = draw.permutation(weights[places])
    return material.network.replace(recurrent=Operator(weights))


def _same_spectrum(material: Twins, draw: Generator) -> Network:
    size = material.network.size
    rotation, triangle = np.linalg.qr(draw.standard_normal((size, size)))
    # with these signs, rotations are uniformly distributed (Mezzadri 2007)
    rotation *= np.where(np.diag(triangle) < 0.0, -1.0, 1.0)
    weights = rotation @ material.network.recurrent.dense() @ rotation.T
    return material.network.replace(recurrent=Operator(weights.astype(material.network.dtype)))


KINDS: dict[str, Callable[[Twins, Generator], Network]] = {
    "initial": _initial,
    "shuffled": _shuffled,
    "same_spectrum": _same_spectrum,
    "low_rank_only": _low_rank_only,
}
"""What twins may match, by name."""

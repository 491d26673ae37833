"""Entries of the recurrent weights that are trained: those of some blocks, and of existing factors only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.synapses import synaptic_units

__all__ = ["TrainedEntries"]

FACTORS = ("left", "right")


@dataclass(frozen=True, eq=False)
class TrainedEntries:
    """Names of the parameters that are trained, and which of their entries are.

    Attributes
    ----------
    names : tuple of str or None
        Without blocks; None: the default.
    masks : dict of str to ndarray of bool
        Entries that are trained, for parameters of which some are not.
    """

    names: tuple[str, ...] | None
    masks: dict[str, np.ndarray]

    @classmethod
    def of(cls, network: Network, train: Sequence[str] | None) -> TrainedEntries:
        """Entries of a network that are trained.

        Parameters
        ----------
        network : Network
        train : sequence of str, optional
            Parameters, and blocks such as ``"E->I"``.

        Raises
        ------
        UnknownNameError, ParameterError
            For a population that the network does not have, a block without connections, or blocks beside the whole
            recurrent weights.
        """
        masks = {**_existing_factors(network), **_fixed_of_synapses(network)}
        blocks = [name for name in train or () if "->" in name]
        if train is None or not blocks:
            return cls(None if train is None else tuple(train), masks)
        others = [name for name in train if name not in blocks]
        whole = [name for name in others if name in ("recurrent", *FACTORS)]
        if whole:
            raise ParameterError(
                f"BPTT.train must name either blocks or {whole[0]!r} (got {', '.join(train)}); leave one of them out."
            )
        found = _block_masks(network, blocks)
        for name, mask in found.items():
            masks[name] = mask & masks.get(name, True)
        return cls((*found, *others), masks)


def _block_masks(network: Network, blocks: list[str]) -> dict[str, np.ndarray]:
    """Entries of the parts of the recurrent weights that belong to some blocks, where there are any."""
    inside = np.zeros((network.size, network.size), bool)
    ranks = np.zeros(network.recurrent.rank, bool)
    left, right = network.recurrent.left, network.recurrent.right
    for name in blocks:
        source, _, target = (part.strip() for part in name.partition("->"))
        targets, sources = network.units(target), network.units(source)
        inside[targets, sources] = True
        if left is not None and right is not None:
            # a factor of this block has no vector outside of it
            own = left[targets].any(axis=0) & right[sources].any(axis=0)
            others = np.delete(left, np.r_[targets], axis=0).any(axis=0)
            others |= np.delete(right, np.r_[sources], axis=0).any(axis=0)
            ranks |= own & ~others
    found: dict[str, np.ndarray] = {}
    entries = _base_entries(network, inside)
    if entries is not None and entries.any():
        found["recurrent"] = entries
    if ranks.any():
        found |= dict.fromkeys(FACTORS, np.broadcast_to(ranks, (network.size, len(ranks))))
    if not found:
        raise ParameterError(f"BPTT.train must name blocks with connections (got {', '.join(blocks)}).")
    return found


def _base_entries(network: Network, inside: np.ndarray) -> np.ndarray | None:
    """Entries of the parameter ``recurrent`` inside of a mask over all pairs of units."""
    base: Any = network.recurrent.base
    if base is None:
        return None
    if isinstance(base, np.ndarray):
        pattern = network.recurrent.pattern
        return inside if pattern is None else inside & pattern
    targets = np.repeat(np.arange(network.size), np.diff(base.indptr))
    return inside[targets, base.indices]


def _existing_factors(network: Network) -> dict[str, np.ndarray]:
    """Masks of low-rank factors that are absent, 0 throughout, in some of the populations."""
    masks: dict[str, np.ndarray] = {}
    for name in FACTORS:
        factor = getattr(network.recurrent, name)
        if factor is None or not network.populations:
            continue
        exists = np.ones(factor.shape, bool)
        for units in network.populations.values():
            exists[units] = factor[units].any(axis=0)
        if not exists.all():
            masks[name] = exists
    return masks


def _fixed_of_synapses(network: Network) -> dict[str, np.ndarray]:
    """Masks of what synapses do not have: an input, a bias, and another source than the unit that they belong to."""
    synapses = synaptic_units(network.neuron)
    if not synapses.size:
        return {}
    units = np.ones(network.size, bool)
    units[synapses] = False
    masks = {"bias": units, "input_weights": np.broadcast_to(units[:, None], network.input_weights.shape)}
    entries = _base_entries(network, np.broadcast_to(units[:, None], 2 * (network.size,)))
    return masks if entries is None else {**masks, "recurrent": entries}

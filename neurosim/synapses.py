"""Short-term plasticity between populations: synapses that are inserted into blocks as populations of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.blocks import Blocks, arrow
from neurosim.connectivity.one_to_one import FromPartners, OneToOne
from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.neurons.base import Neuron
from neurosim.neurons.populations import Population, Populations
from neurosim.neurons.synapses import Synapse

__all__ = ["insert_synapses", "synaptic_units"]

SIGN_OF_LINK = {"excitatory": 1.0, "inhibitory": -1.0}


def insert_synapses(
    populations: Populations, blocks: Blocks, synapses: Mapping[Any, Synapse]
) -> tuple[Populations, Blocks]:
    r"""Populations and blocks with short-term plasticity in some of the blocks.

    The synapses of a population S onto a population T become a population ``S_to_T`` with one unit for each unit of S,
    which receives its rate alone. The block from S to T becomes one from ``S_to_T`` to T with the same weights:

    .. math:: u_i = \sum_{j \in S} W_{ij}\, r_j \quad \text{becomes} \quad u_i = \sum_{j \in S} W_{ij}\, s_j,

    where :math:`s_j` follows :math:`p_j x_j r_j` with the time constant of the postsynaptic current. Synapses of the
    same unit onto different populations thus have variables of their own, and may be of different kinds. They depend
    on the source and the block alone, so that there is one for each source and not one for each connection.

    Parameters
    ----------
    populations : Populations
    blocks : Blocks
    synapses : mapping from (target, source), or ``"source->target"``, to Synapse
        `neurons.DynamicSynapse` or `neurons.DepressingSynapse`; their sign is set to that of the source.

    Returns
    -------
    populations : Populations
        The given ones, then the synapses, whose variables are in a run by their name: ``run["E_to_I"].states``.
    blocks : Blocks
        Of other pairs as before; random weights are those that are drawn without synapses. A delay of a block is that
        of the same connections, from its synapses on.

    Raises
    ------
    UnknownNameError
        For a block or a population that there is not.
    ParameterError
        For anything but a Synapse, or a population that already has the name of the synapses.

    Notes
    -----
    In a `Network`, synapses have no input weights and no readout weights unless these are given as arrays, and
    gradient trainers change neither their input, their bias nor the weight from a unit to its synapse. Noise acts on
    all units: give its density or std per unit, 0 for the synapses (`synaptic_units`), to leave them out.

    Negative rates of the source release nothing. There is one more unit for each synapse, and the connections to them:
    a step of a circuit of 400 and 100 units takes 1.7 times as long with synapses in one block of the 400.

    Examples
    --------
    >>> import neurosim as ns
    >>> unit = ns.LeakyRate("softplus", tau=20.0)
    >>> cells = ns.Populations(E=ns.Population(unit, size=40), I=ns.Population(unit, size=10))
    >>> weights = ns.Blocks({"E->I": ns.Gaussian(), "I->E": ns.Gaussian()})
    >>> cells, weights = ns.synapses.insert_synapses(cells, weights, {"E->I": ns.neurons.DynamicSynapse()})
    >>> list(cells.populations), list(weights.blocks)
    (['E', 'I', 'E_to_I'], ['E_to_I->I', 'I->E', 'E->E_to_I'])
    """
    if not isinstance(populations, Populations) or not isinstance(blocks, Blocks):
        raise ParameterError(
            f"populations and blocks must be Populations and Blocks (got {populations!r} and {blocks!r}); try "
            f"ns.Populations(...) and ns.Blocks(...)."
        )
    if not isinstance(synapses, Mapping) or not synapses:
        raise ParameterError(
            f"synapses must be a mapping from blocks to a Synapse (got {synapses!r}); try "
            f'{{("I", "E"): ns.neurons.DynamicSynapse()}}.'
        )
    names = {_name(key): synapse for key, synapse in synapses.items()}
    members = dict(populations.populations)
    pairs: dict[tuple[str, str], Connectivity] = {}
    links: dict[tuple[str, str], Connectivity] = {}
    for (target, source), connectivity in blocks.pairs().items():
        synapse = names.pop(arrow(source, target), None)
        if synapse is None:
            pairs[target, source] = connectivity
            continue
        between = f"{source}_to_{target}"
        own = _synapse(synapse, source, between, populations)
        members[between] = _population(populations, source, own)
        pairs[target, between] = FromPartners(connectivity) if source == target else connectivity
        links[between, source] = OneToOne(SIGN_OF_LINK[own.sign])
    if names:
        missing = next(iter(names))
        raise UnknownNameError(f"synapses names no block {missing!r}. {did_you_mean(missing, blocks.blocks)}")
    return Populations(members), Blocks({**pairs, **links}, delay=_delays(blocks, set(pairs)))


def synaptic_units(neuron: Neuron) -> np.ndarray:
    """Units of a network that are synapses, of shape (synapses,); empty where there are none."""
    units = [section.units for section in neuron.sections() if isinstance(section.neuron, Synapse)]
    return np.concatenate([np.zeros(0, int), *(np.arange(own.start, own.stop) for own in units)])


def _delays(blocks: Blocks, pairs: set[tuple[str, str]]) -> Any:
    """Delays of the blocks, from the synapses on where there are some; the rates reach their synapses at once."""
    if blocks.delay is None:
        return None
    found = {}
    for target, source in blocks.pairs():
        name = arrow(source, target)
        delay = blocks.delay.get(name) if isinstance(blocks.delay, Mapping) else blocks.delay
        if delay is not None:
            direct = (target, source) in pairs
            found[target, source if direct else f"{source}_to_{target}"] = delay
    return found


def _name(key: Any) -> str:
    """Name of a block, from (target, source) or the name itself."""
    if isinstance(key, tuple) and len(key) == 2:
        return arrow(str(key[1]), str(key[0]))
    return str(key)


def _synapse(synapse: Any, source: str, between: str, populations: Populations) -> Synapse:
    """Synapse of a population, with its sign."""
    if not isinstance(synapse, Synapse):
        raise ParameterError(
            f"the synapses {between} must be a Synapse (got {synapse!r}); try ns.neurons.DynamicSynapse()."
        )
    if source not in populations.populations:
        raise UnknownNameError(
            f"{source!r} is no population. {did_you_mean(source, populations.populations)}"
        )
    if between in populations.populations:
        raise ParameterError(
            f"populations must not have {between!r}, the name of the synapses (got one); rename it."
        )
    return synapse.replace(sign=populations.populations[source].sign or "excitatory")


def _population(populations: Populations, source: str, synapse: Synapse) -> Population:
    member = populations.populations[source]
    return Population(synapse, member.size, member.sign)

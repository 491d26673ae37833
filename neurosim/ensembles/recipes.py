"""Recipes: everything that determines a random network, except the seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.neurons.base import Neuron
from neurosim.randomness import Seed
from neurosim.stepping import Stepping

__all__ = ["Recipe", "recipe_of"]

DISTRIBUTIONS = ("normal", "standard_normal", "glorot")


@dataclass(frozen=True)
class Recipe:
    """Declaration of a network whose weights are still to be drawn.

    Parameters
    ----------
    neuron : Neuron
    connectivity : Connectivity
    size : int
    inputs, outputs : tuple of str, optional
        Names of the channels.
    readout : {"linear", "logistic", "softmax"}, optional
    input_weights, readout_weights : {"normal", "standard_normal", "glorot"}, optional
        Distributions that they are drawn from; see `neurosim.Network`.
    dtype : {"float64", "float32"}, optional
    stepping : Stepping, optional

    See Also
    --------
    recipe_of : the recipe by which a network was drawn
    """

    neuron: Neuron
    connectivity: Connectivity
    size: int
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    readout: str = "linear"
    input_weights: str = "normal"
    readout_weights: str = "normal"
    dtype: str = "float64"
    stepping: Stepping | None = None

    def build(self, rng: Seed = None) -> Network:
        """Network with weights drawn from a seed."""
        network = Network(
            self.neuron,
            self.connectivity,
            self.size,
            inputs=self.inputs,
            outputs=self.outputs,
            readout=self.readout,
            input_weights=self.input_weights,
            readout_weights=self.readout_weights,
            dtype=self.dtype,
            rng=rng,
        )
        return network if self.stepping is None else network.replace(stepping=self.stepping)


def recipe_of(network: Network, name: str = "network") -> Recipe:
    """Recipe by which a network was drawn, so that others like it can be drawn from other seeds.

    Parameters
    ----------
    network : Network
        As `neurosim.Network` returned it: from a Connectivity, with input and readout weights from one of the
        distributions that it offers.
    name : str, optional
        What errors call it.

    Raises
    ------
    ParameterError
        For a network whose weights, biases or initial state were given or changed.

    Notes
    -----
    The distributions are found by drawing the weights again from the seed that the network holds.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.ensembles import recipe_of
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=20, inputs=2, input_weights="glorot", rng=3)
    >>> recipe_of(network).input_weights
    'glorot'
    >>> recipe_of(network).build(rng=3).equals(network)
    True
    """
    require_network(network, name)
    if network.connectivity is None:
        raise ParameterError(
            f"{name} must be drawn from a Connectivity, so that others like it can be drawn (got weights that were "
            f"given or changed); give a Recipe."
        )
    candidates = [_recipe(network, distribution) for distribution in DISTRIBUTIONS]
    drawn = [recipe.build(network.seed) for recipe in candidates]
    found: dict[str, Any] = {}
    for weights in ("input_weights", "readout_weights"):
        for distribution, other in zip(DISTRIBUTIONS, drawn, strict=True):
            if np.array_equal(getattr(network, weights), getattr(other, weights)):
                found.setdefault(weights, distribution)
    recipe = _recipe(network, **found)
    if len(found) < 2 or not recipe.build(network.seed).equals(network):
        raise ParameterError(
            f"{name} must be as it was drawn, so that others like it can be drawn (its weights, biases or initial "
            f"state were given or changed); give a Recipe."
        )
    return recipe


def _recipe(network: Network, input_weights: str = "normal", readout_weights: str | None = None) -> Recipe:
    assert network.connectivity is not None
    return Recipe(
        network.neuron,
        network.connectivity,
        network.size,
        network.input_names,
        network.output_names,
        network.readout,
        input_weights,
        readout_weights or input_weights,
        network.dtype.name,
        network.stepping,
    )

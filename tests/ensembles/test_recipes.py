"""Recipes of networks: what determines them except the seed, found from a network as it was drawn."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.ensembles import Recipe, recipe_of
from neurosim.errors import ParameterError


@pytest.mark.parametrize("input_weights", ["normal", "standard_normal", "glorot"])
@pytest.mark.parametrize("readout_weights", ["normal", "standard_normal", "glorot"])
def test_the_recipe_of_a_network_draws_it_again_from_its_seed(input_weights, readout_weights):
    network = ns.Network(
        ns.LeakyRate("softplus", tau=5.0),
        ns.Gaussian(gain=1.3) + ns.Coherent(strength=0.2),
        size=12,
        inputs=["left", "right"],
        outputs=3,
        readout="softmax",
        input_weights=input_weights,
        readout_weights=readout_weights,
        dtype="float32",
        rng=5,
    )
    recipe = recipe_of(network)
    assert (recipe.input_weights, recipe.readout_weights) == (input_weights, readout_weights)
    assert recipe.build(rng=5).equals(network)
    other = recipe.build(rng=6)
    assert other.input_names == ("left", "right")
    assert not np.array_equal(other.recurrent.dense(), network.recurrent.dense())


def test_a_recipe_equals_another_with_the_same_entries():
    first, second = (Recipe(ns.LeakyRate("tanh"), ns.Orthogonal(), 10, ("in",)) for _ in range(2))
    assert first == second
    assert_array_equal(first.build(1).recurrent.dense(), second.build(1).recurrent.dense())


def _changed():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=6, inputs=2, outputs=1, rng=0)
    yield network.replace(bias=np.ones(6)), "must be as it was drawn"
    yield network.replace(input_weights=2.0 * network.input_weights), "must be as it was drawn"
    yield network.replace(initial_state=np.zeros(6)), "must be as it was drawn"
    yield network.replace(recurrent=network.recurrent), "must be drawn from a Connectivity"


@pytest.mark.parametrize(
    ("network", "message"), list(_changed()), ids=["bias", "input", "initial state", "recurrent"]
)
def test_a_network_that_was_changed_has_no_recipe(network, message):
    with pytest.raises(ParameterError, match=rf"networks\['x'\] {message}.*give a Recipe"):
        recipe_of(network, "networks['x']")

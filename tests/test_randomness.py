"""Seeds and their named children."""

import json

import numpy as np
import pytest
from numpy.random import SeedSequence

from neurosim.errors import ParameterError
from neurosim.randomness import child, seed_from_dict, seed_sequence, seed_to_dict, stream


def state(sequence):
    return sequence.generate_state(4).tolist()


def test_int_and_sequence_are_the_same_seed():
    assert state(seed_sequence(5)) == state(seed_sequence(SeedSequence(5)))


def test_a_generator_advances_so_that_two_calls_differ():
    first, second = np.random.default_rng(0), np.random.default_rng(0)
    assert state(seed_sequence(first)) == state(seed_sequence(second))
    assert state(seed_sequence(first)) != state(seed_sequence(np.random.default_rng(0)))


def test_no_seed_is_fresh_entropy():
    assert state(seed_sequence(None)) != state(seed_sequence(None))


def test_children_depend_on_their_name_and_their_parent_only():
    parent = seed_sequence(3)
    assert state(child(parent, "noise")) == state(child(seed_sequence(3), "noise"))
    assert state(child(parent, "noise")) != state(child(parent, "weights"))
    assert state(child(parent, "noise")) != state(child(seed_sequence(4), "noise"))
    assert stream(3, "noise").random() == np.random.default_rng(child(parent, "noise")).random()


@pytest.mark.parametrize("seed", [7, np.random.default_rng(1), None, 2**200])
def test_description_survives_json(seed):
    sequence = child(seed_sequence(seed), "noise")
    assert state(seed_from_dict(json.loads(json.dumps(seed_to_dict(sequence))))) == state(sequence)


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True])
def test_invalid_seeds_are_refused(seed):
    with pytest.raises(
        ParameterError, match=r"rng must be an int of at least 0, a SeedSequence, a Generator or None"
    ):
        seed_sequence(seed)

"""Products over those blocks that have connections are the products with the whole matrix, bit for bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.engine.block_arrays import block_arrays
from neurosim.kernels.linalg.layout import tiles_of

TANH = ns.LeakyCurrent("tanh")
PAIRS = [("A", "B"), ("B", "C"), ("C", "A"), ("A", "A")]


def network(sizes, dtype="float64", pairs=PAIRS):
    cells = ns.Populations({name: ns.Population(TANH, size=n) for name, n in zip("ABC", sizes, strict=True)})
    return ns.Network(cells, ns.Blocks(dict.fromkeys(pairs, ns.Gaussian(1.5))), dtype=dtype, rng=0)


@pytest.mark.parametrize(
    ("trials", "threads", "sizes", "dtype"),
    [
        (1, 1, (333, 300, 367), "float64"),
        (3, 2, (333, 300, 367), "float64"),
        (3, 1, (5, 9, 3), "float64"),
        pytest.param(1, 2, (333, 300, 367), "float64", marks=pytest.mark.slow),
        pytest.param(3, 1, (333, 300, 367), "float32", marks=pytest.mark.slow),
    ],
)
def test_runs_are_those_of_the_whole_matrix(trials, threads, sizes, dtype):
    blocks = network(sizes, dtype)
    whole = blocks.replace(recurrent=ns.Operator(blocks.recurrent.dense()))
    runs = [ns.simulate(each, 3.0, 0.1, trials=trials, rng=1, threads=threads) for each in (blocks, whole)]
    assert_array_equal(runs[0].states, runs[1].states)


def test_only_blocks_with_connections_are_stored():
    given = network((64, 64, 64))
    tiles = tiles_of(given.size, given.dtype, long=False)
    arrays = block_arrays(given, tiles, 4)
    assert arrays["blocks"][:, 3].tolist() == [128, 64, 64]
    assert arrays["block_weights"].size == 4 * 64 * 64


def test_networks_of_which_little_is_missing_are_multiplied_as_a_whole():
    every = [(a, b) for a in "ABC" for b in "ABC"]
    given = network((64, 64, 2), pairs=[pair for pair in every if pair != ("C", "C")])
    assert not block_arrays(given, tiles_of(given.size, given.dtype, long=False), 4)
    plain = ns.Network(TANH, ns.Gaussian(), 10, rng=0)
    assert not block_arrays(plain, tiles_of(10, plain.dtype, long=False), 4)


def test_populations_without_any_input_from_the_network():
    given = network((40, 30, 20), pairs=[("A", "A")])
    whole = given.replace(recurrent=ns.Operator(given.recurrent.dense()))
    runs = [ns.simulate(each, 2.0, 0.1, rng=1).states for each in (given, whole)]
    assert_array_equal(*runs)
    # they decay by themselves: an Euler step multiplies by 1 - dt
    np.testing.assert_allclose(runs[0][0, -1, 40:], runs[0][0, 0, 40:] * 0.9**20, rtol=1e-12)

"""Products over those blocks that have connections are the products with the whole matrix, bit for bit."""

import autograd.numpy as anp
import numpy as np
import pytest
from delayed import areas
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.engine import Rollout, value_and_gradient
from neurosim.engine.block_arrays import BlockLayout
from neurosim.engine.source_row import SourceRow
from neurosim.kernels.linalg.layout import Tiles, tiles_of
from neurosim.kernels.linalg.panels import VECTOR
from neurosim.parameters import parameters_of

TANH = ns.LeakyCurrent("tanh")
PAIRS = [("A", "B"), ("B", "C"), ("C", "A"), ("A", "A")]
LANES = VECTOR // 8


def network(sizes, dtype="float64", pairs=PAIRS, **options):
    cells = ns.Populations({name: ns.Population(TANH, size=n) for name, n in zip("ABC", sizes, strict=True)})
    return ns.Network(cells, ns.Blocks(dict.fromkeys(pairs, ns.Gaussian(1.5))), dtype=dtype, rng=0, **options)


def whole(network):
    """The same weights with zeros, all of which are multiplied."""
    return network.replace(recurrent=ns.Operator(network.recurrent.dense()))


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
    runs = [
        ns.simulate(each, 3.0, 0.1, trials=trials, rng=1, threads=threads) for each in (blocks, whole(blocks))
    ]
    assert_array_equal(runs[0].states, runs[1].states)


@pytest.mark.parametrize(
    ("sizes", "dtype", "scheme"),
    [
        ((33, 30, 36), "float64", "euler"),
        pytest.param((5, 9, 3), "float64", "rk4", marks=pytest.mark.slow),
        pytest.param((33, 30, 36), "float32", "heun", marks=pytest.mark.slow),
    ],
)
def test_gradients_are_those_of_the_whole_matrix_and_zero_where_nothing_is_connected(sizes, dtype, scheme):
    blocks = network(sizes, dtype, inputs=1, outputs=2)
    inputs, found = np.random.default_rng(0).standard_normal((19, 30, 1)), []
    for each in (blocks, whole(blocks)):
        rollout = Rollout(each, 0.1, scheme)

        def loss(p, run=rollout):
            shown = run(inputs, p)
            return anp.sum(anp.sin(shown.outputs)) + anp.sum(shown.rates**2)

        found.append(value_and_gradient(loss, parameters_of(each)))
    assert found[0][0] == found[1][0]
    for name, gradient in found[1][1].items():
        there = blocks.recurrent.pattern if name == "recurrent" else np.ones(gradient.shape, bool)
        assert_array_equal(found[0][1][name][there], gradient[there], err_msg=name)
        assert not found[0][1][name][~there].any()


@pytest.mark.parametrize("kind", ["pairs", "within a pair"])
def test_weights_of_connections_that_do_not_exist_are_zero_whatever_is_given(kind):
    cells = ns.Populations(A=ns.Population(TANH, size=9), B=ns.Population(TANH, size=7))
    pairs = {
        "pairs": {("A", "B"): ns.Gaussian()},
        "within a pair": dict.fromkeys([(a, b) for a in "AB" for b in "AB"], ns.Gaussian()),
    }
    given = ns.Network(cells, ns.Blocks(pairs[kind]), inputs=1, rng=0)
    exists = given.recurrent.pattern
    if kind == "within a pair":
        exists = np.random.default_rng(0).random((16, 16)) < 0.6
    weights = np.where(exists, given.recurrent.dense(), 0.0)
    given = given.replace(recurrent=ns.Operator(weights, pattern=exists))
    rollout, drive = Rollout(given, 0.1), np.ones((2, 10, 1))

    def loss(p):
        return anp.sum(rollout(drive, p).states ** 2)

    found = [
        value_and_gradient(loss, {"recurrent": each}) for each in (weights, np.where(exists, weights, 5.0))
    ]
    assert found[0][0] == found[1][0]
    assert_array_equal(found[0][1]["recurrent"], found[1][1]["recurrent"])
    assert not found[0][1]["recurrent"][~exists].any()


def test_gradients_through_delays_multiply_what_is_connected_only():
    given = areas(V1=60, PFC=50)
    rollout = Rollout(given, 0.1)
    program = rollout._program((), frozenset({"recurrent"}))
    # of the 340 places in the row, V1 reads 110 and PFC 170: two delays in one block, one or none in the others
    assert program.row.exists.shape == (110, 340)
    assert 60 * 110 + 50 * 170 <= program.blocks.weights < 0.5 * 110 * 340


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_exponents_are_those_of_the_whole_matrix(dtype):
    blocks = network((30, 20, 25), dtype)
    settings = {"duration": 20.0, "dt": 0.1, "discard": 5.0, "rng": 1, "threads": 1}
    found = [ns.analysis.lyapunov_spectrum(each, 3, **settings).values for each in (blocks, whole(blocks))]
    assert_array_equal(*found)


def test_only_blocks_with_connections_are_stored():
    given = network((64, 64, 64))
    found = SourceRow(given).layout(tiles_of(given.size, given.dtype, long=False))
    assert sorted(found.table[:, 3].tolist()) == [64, 64, 128]
    assert found.weights == 4 * 64 * 64


def test_no_connection_is_in_two_blocks_and_none_is_left_out():
    # populations that end inside of a vector, and tiles that divide them
    given = network((33, 5, 42))
    exists, units = given.recurrent.pattern, list(given.populations.values())
    tiles = Tiles(80, 2, 5 * LANES if 10 * LANES >= 80 else 40)
    found = BlockLayout.of(exists, units, units, tiles, given.dtype)
    covered = np.zeros((tiles.padded, 80), int)
    for tile in range(tiles.count):
        for target, wide, source, count, _ in found.table[found.ends[tile] : found.ends[tile + 1]]:
            assert target % LANES == wide % LANES == 0
            low = tile * tiles.width + target
            covered[low : low + wide, source : source + count] += 1
    assert covered.max() == 1
    assert covered[:80][exists].all()
    # vectors of two populations have the sources of both: two boundaries, a vector each, and all sources
    assert covered.sum() <= exists.sum() + 2 * LANES * 80


def test_networks_of_which_little_is_missing_are_multiplied_as_a_whole():
    every = [(a, b) for a in "ABC" for b in "ABC"]
    given = network((64, 64, 2), pairs=[pair for pair in every if pair != ("C", "C")])
    assert SourceRow(given).layout(tiles_of(given.size, given.dtype, long=False)) is None
    plain = ns.Network(TANH, ns.Gaussian(), 10, rng=0)
    assert SourceRow(plain).layout(tiles_of(10, plain.dtype, long=False)) is None


def test_populations_without_any_input_from_the_network():
    given = network((40, 30, 20), pairs=[("A", "A")])
    runs = [ns.simulate(each, 2.0, 0.1, rng=1).states for each in (given, whole(given))]
    assert_array_equal(*runs)
    # they decay by themselves: an Euler step multiplies by 1 - dt
    np.testing.assert_allclose(runs[0][0, -1, 40:], runs[0][0, 0, 40:] * 0.9**20, rtol=1e-12)

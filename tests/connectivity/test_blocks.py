"""Blocks: any connectivity between named populations, with the N of its sources; missing pairs have no connections."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import neurosim as ns
from neurosim.connectivity import FixedInDegree
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.serialization import from_dict, to_dict

RATE = ns.LeakyRate("tanh")
PLACES = {"E": slice(0, 6), "I": slice(6, 10)}


def cells(e=6, i=4, **signs):
    return ns.Populations(
        E=ns.Population(RATE, size=e, sign=signs.get("E")), I=ns.Population(RATE, size=i, sign=signs.get("I"))
    )


def weights(blocks, populations=None, rng=0):
    return ns.Network(cells() if populations is None else populations, ns.Blocks(blocks), rng=rng).recurrent


def test_blocks_are_where_their_names_say():
    given = np.arange(24.0).reshape(4, 6) + 1.0
    found = weights({("I", "E"): ns.Explicit(given)})
    assert_array_equal(found.dense()[6:, :6], given)
    assert found.connections == 24
    assert not found.dense()[:6].any()
    assert not found.dense()[:, 6:].any()
    assert ns.Blocks({"E->I": ns.Explicit(given)}) == ns.Blocks({("I", "E"): ns.Explicit(given)})


def test_the_first_block_is_what_its_connectivity_builds_by_itself():
    found = ns.Blocks({("E", "E"): ns.Gaussian(1.5), ("I", "I"): ns.Gaussian(0.5)}).build_for(
        PLACES, 10, np.random.default_rng(3)
    )
    alone = ns.Gaussian(1.5).build(6, np.random.default_rng(3))
    assert_array_equal(found.dense()[:6, :6], alone.dense())


@pytest.mark.parametrize(("targets", "sources"), [(300, 100), (100, 300), (250, 100)])
@pytest.mark.parametrize("connectivity", [ns.Gaussian(1.5), ns.Sparse(density=0.1, gain=1.5)], ids=repr)
def test_variance_follows_the_number_of_sources(connectivity, targets, sources):
    populations = cells(sources, targets)
    block = weights({("I", "E"): connectivity}, populations).dense()[sources:, :sources]
    # of n independent weights with the kurtosis k the variance has a relative error of sqrt((k - 1) / n)
    kurtosis = 3.0 if isinstance(connectivity, ns.Gaussian) else 30.0
    assert block.var() * sources == pytest.approx(1.5**2, rel=5.0 * np.sqrt((kurtosis - 1.0) / block.size))


def test_rows_beyond_the_sources_are_drawn_anew():
    block = weights({("I", "E"): ns.Gaussian()}, cells(50, 100)).dense()[50:, :50]
    # 2500 products of independent weights of variance 1 / 50: standard error 1 / 50
    assert abs(np.corrcoef(block[:50].ravel(), block[50:].ravel())[0, 1]) < 0.1


def test_low_rank_blocks_stay_factors():
    m, n = np.arange(1.0, 5.0), np.arange(1.0, 7.0)
    found = weights({("I", "E"): ns.LowRank(m, n) * 0.3, ("E", "E"): ns.Coherent(0.5)})
    assert found.base is None
    assert found.rank == 2
    assert_allclose(found.dense()[6:, :6], 0.3 * np.outer(m, n) / 6.0, rtol=1e-15)


def test_sums_in_a_block_and_of_blocks():
    structured = ns.LowRank(np.ones(4), np.ones(6))
    inside = weights({("I", "E"): ns.Gaussian() + structured})
    outside = ns.Network(
        cells(), ns.Blocks({("I", "E"): ns.Gaussian()}) + ns.Blocks({("I", "E"): structured}), rng=0
    ).recurrent
    assert_array_equal(inside.dense(), outside.dense())
    assert inside.rank == 1
    twice = (2.0 * ns.Blocks({("I", "E"): structured})).build_for(PLACES, 10, np.random.default_rng(0))
    assert_array_equal(twice.dense(), 2.0 * weights({("I", "E"): structured}).dense())


def test_few_connections_are_stored_sparsely_with_their_pattern():
    found = weights({("E", "E"): ns.Sparse(density=0.05), ("I", "E"): FixedInDegree(2)}, cells(60, 40))
    assert found.kind_of_base == "sparse"
    mixed = weights({("E", "E"): ns.Sparse(density=0.05), ("I", "E"): ns.Gaussian()}, cells(60, 40))
    assert mixed.kind_of_base == "dense"
    assert_array_equal(mixed.pattern[:60, :60], mixed.dense()[:60, :60] != 0.0)
    assert mixed.pattern[60:, :60].all()
    assert not mixed.pattern[:, 60:].any()


def test_self_connections_are_within_a_population_only():
    recipe = ns.Sparse(density=0.9, self_connections=False)
    found = weights(
        {("A", "A"): recipe, ("B", "A"): 0.5 * recipe},
        ns.Populations(A=ns.Population(RATE, size=30), B=ns.Population(RATE, size=30)),
    )
    assert not found.pattern[:30, :30].diagonal().any()
    # 30 connections of probability 0.9
    assert found.pattern[30:, :30].diagonal().sum() > 20


def test_fixed_in_degree():
    found = FixedInDegree(inputs=25, strength=-2.0).build_block(40, 100, np.random.default_rng(0)).dense()
    assert set(np.count_nonzero(found, axis=1)) == {25}
    assert_allclose(found[found != 0.0], -2.0 / 5.0)
    with pytest.raises(ParameterError, match="at most the number of sources, 10"):
        FixedInDegree(inputs=25).build(10, np.random.default_rng(0))


def test_plain_data_and_files(tmp_path):
    recipe = ns.Blocks({("E", "E"): ns.Gaussian() + ns.Coherent(), ("I", "E"): 0.5 * ns.Gaussian()})
    assert from_dict("connectivity", to_dict(recipe)) == recipe
    network = ns.Network(cells(), recipe, rng=0)
    network.save(tmp_path / "blocks.npz")
    loaded = ns.load(tmp_path / "blocks.npz")
    assert loaded.equals(network)
    assert loaded.connectivity == recipe


def test_signs_that_populations_declare():
    good = {("E", "E"): FixedInDegree(2, 1.0), ("E", "I"): FixedInDegree(2, -1.0)}
    assert weights(good, cells(E="excitatory", I="inhibitory")).connections == 24
    with pytest.raises(
        ParameterError, match="block E->I must not have negative weights, since E is excitatory"
    ):
        weights({**good, ("I", "E"): ns.Gaussian()}, cells(E="excitatory"))
    with pytest.raises(ParameterError, match="block I->E must not have positive weights"):
        weights({("E", "I"): FixedInDegree(2, 1.0)}, cells(I="inhibitory"))
    with pytest.raises(ParameterError, match="block I->E must not have positive weights"):
        weights({("E", "I"): ns.LowRank(np.ones(6), np.ones(4))}, cells(I="inhibitory"))


@pytest.mark.parametrize(
    ("blocks", "error", "message"),
    [
        ({("E", "X"): ns.Gaussian()}, UnknownNameError, "block X->E names no population 'X'"),
        ({("E",): ns.Gaussian()}, ParameterError, r"keys \(target, source\)"),
        ({"E": ns.Gaussian()}, ParameterError, r"keys \(target, source\)"),
        ({("E", "I"): 1.0}, ParameterError, "block I->E must be a Connectivity"),
        ({}, ParameterError, "at least one block"),
        ({("E", "I"): ns.Gaussian(), "I->E": ns.Gaussian()}, ParameterError, "one block I->E"),
        ({("I", "E"): ns.Explicit(np.ones((6, 4)))}, ShapeError, r"shape of the block, \(4, 6\)"),
        ({("I", "E"): ns.LowRank(np.ones(6), np.ones(6))}, ShapeError, "4 targets and 6 sources"),
        ({("E", "I"): ns.Coherent()}, ParameterError, "at least as many sources as targets"),
    ],
)
def test_bad_blocks(blocks, error, message):
    with pytest.raises(error, match=message):
        weights(blocks)


def test_blocks_need_populations():
    with pytest.raises(ParameterError, match="must be given a network with populations"):
        ns.Network(RATE, ns.Blocks({("E", "E"): ns.Gaussian()}), 10)
    with pytest.raises(ShapeError, match="must be square"):
        ns.Network(RATE, ns.Explicit(np.ones((2, 3))), 2)
    with pytest.raises(ShapeError, match="vectors of one length"):
        ns.Network(RATE, ns.LowRank(np.ones(3), np.ones(2)), 3)


def test_sparse_matrices_of_a_block():
    given = sparse.random_array((4, 4), density=0.5, rng=0)
    found = weights({("I", "I"): ns.Explicit(given)})
    assert_array_equal(found.dense()[6:, 6:], given.toarray())

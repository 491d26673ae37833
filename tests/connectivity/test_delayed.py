"""Delays of connections: declared, kept by what changes weights, saved, refused where they have no meaning."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import neurosim as ns
from neurosim.connectivity import Delayed, Delays, Operator, RowBalanced
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.experiments.reading import tomllib
from neurosim.parameters import parameters_of, with_parameters
from neurosim.serialization import from_dict, to_dict

SIZE = 12
DRAW = np.random.default_rng(0)
WEIGHTS = DRAW.standard_normal((SIZE, SIZE))
EXISTS = DRAW.random((SIZE, SIZE)) < 0.4
TIMES = DRAW.choice([0.0, 1.5, 0.1], (SIZE, SIZE))


def areas(**options):
    """Two populations."""
    unit = ns.LeakyRate("tanh")
    cells = ns.Populations(V1=ns.Population(unit, size=7), PFC=ns.Population(unit, size=5))
    blocks = {
        ("V1", "V1"): ns.Gaussian(),
        ("PFC", "V1"): ns.Sparse(density=0.5),
        ("V1", "PFC"): ns.LowRank(np.ones(7), np.ones(5)),
    }
    return ns.Network(cells, ns.Blocks(blocks, **options), rng=0)


def dense():
    return Operator(WEIGHTS * EXISTS, pattern=EXISTS).with_delays(TIMES)


def stored():
    rows, columns = np.nonzero(EXISTS)
    base = sparse.csr_array((WEIGHTS[EXISTS], (rows, columns)), shape=EXISTS.shape)
    return Operator(base).with_delays(TIMES[EXISTS])


def parts(operator):
    """Weights by delay."""
    network = ns.Network(ns.LeakyRate("tanh"), operator)
    return {0.0: network.undelayed, **dict(network.delays)}


operators = pytest.mark.parametrize("operator", [dense(), stored()], ids=["dense", "sparse"])


@operators
def test_a_network_has_the_weights_of_each_delay(operator):
    found = parts(operator)
    assert list(found) == [0.0, 0.1, 1.5]
    for delay, weights in found.items():
        assert_array_equal(weights, WEIGHTS * EXISTS * (delay == TIMES))
    assert_array_equal(sum(found.values()), operator.dense())


def test_without_delays_all_weights_are_undelayed():
    network = ns.Network(ns.LeakyRate("tanh"), Operator(WEIGHTS))
    assert network.delays == ()
    assert network.recurrent.delays is None
    assert_array_equal(network.undelayed, WEIGHTS)
    assert Operator(WEIGHTS).with_delays(0.0).delays is None


def test_low_rank_columns_have_delays_of_their_own():
    left, right = DRAW.standard_normal((2, SIZE, 2))
    found = parts(Operator(WEIGHTS, left, right).with_delays(factors=[3.0, 0.5]))
    assert_array_equal(found[0.0], WEIGHTS)
    assert_allclose(found[0.5], np.outer(left[:, 1], right[:, 1]), rtol=1e-15)
    assert_allclose(found[3.0], np.outer(left[:, 0], right[:, 0]), rtol=1e-15)


@operators
def test_delays_are_kept_by_what_changes_weights(operator):
    whole = parts(operator)
    for changed, factor in ((operator * 2.0, 2.0), (operator.astype("float32"), 1.0)):
        for delay, weights in parts(changed).items():
            assert_allclose(weights, factor * whole[delay], rtol=1e-6)
    for delay, weights in parts(operator.T).items():
        assert_array_equal(weights, whole[delay].T)
    network = ns.Network(ns.LeakyRate("tanh"), operator)
    trained = with_parameters(network, {"recurrent": 3.0 * parameters_of(network)["recurrent"]})
    assert trained.recurrent.delays is operator.delays
    lesioned = ns.analysis.lesion(network, [0])
    assert_array_equal(lesioned.delays[0][1][:, 1:], network.delays[0][1][:, 1:])


@pytest.mark.parametrize("second", ["dense", "sparse"])
@operators
def test_sums_join_delays_of_connections_of_different_pairs(operator, second):
    others = ~EXISTS & (WEIGHTS > 0.3)
    base = sparse.csr_array(WEIGHTS * others) if second == "sparse" else WEIGHTS * others
    other = Operator(base, pattern=others if second == "dense" else None).with_delays(7.0)
    found = parts(operator + other)
    assert list(found) == [0.0, 0.1, 1.5, 7.0]
    assert_array_equal(found[7.0], WEIGHTS * others)
    assert_array_equal(found[1.5], parts(operator)[1.5])
    assert (other + operator).delays.equals((operator + other).delays)


@operators
def test_a_connection_has_one_delay(operator):
    with pytest.raises(ParameterError, match="a connection must have one delay"):
        operator + operator.with_delays(9.0)
    # the same one is fine
    assert_array_equal(parts(operator + operator)[1.5], 2.0 * parts(operator)[1.5])


def test_blocks_have_the_weights_that_they_have_without_delays():
    plain, delayed = areas(), areas(delay={("PFC", "V1"): 12.0, "V1->V1": (3.0, 4.5)})
    assert_array_equal(plain.recurrent.dense(), areas(delay=2.0).recurrent.dense())
    found = dict(delayed.delays)
    assert list(found) == [3.0, 4.5, 12.0]
    v1, pfc = delayed.units("V1"), delayed.units("PFC")
    whole = delayed.recurrent.dense()
    assert_array_equal(found[12.0][pfc, v1], whole[pfc, v1])
    assert_array_equal(found[3.0][v1, v1] + found[4.5][v1, v1], whole[v1, v1])
    assert_array_equal(delayed.undelayed[v1, pfc], whole[v1, pfc])
    assert not found[12.0][v1].any()


def test_a_block_of_low_rank_keeps_its_factors():
    network = areas(delay={"PFC->V1": 3.0})
    assert network.recurrent.rank == 1
    assert_array_equal(network.recurrent.delays.of_factors, [3.0])


def test_shares_of_drawn_delays():
    recipe = Delayed(ns.Gaussian(), delay=(1.0, 2.0, 5.0), probabilities=(0.5, 0.3, 0.2))
    network = ns.Network(ns.LeakyRate("tanh"), recipe, size=200, rng=0)
    shares = [np.count_nonzero(weights) / 200**2 for _, weights in network.delays]
    # 40 000 draws: standard errors below 0.0025
    assert_allclose(shares, [0.5, 0.3, 0.2], atol=0.01)
    assert_array_equal(
        network.recurrent.dense(),
        ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 200, rng=0).recurrent.dense(),
    )
    assert network.equals(ns.Network(ns.LeakyRate("tanh"), recipe, size=200, rng=0))


RECIPES = [
    Delayed(ns.Gaussian(1.5), delay=4.0),
    Delayed(ns.Gaussian(), delay=(1.0, 2.0), probabilities=(0.3, 0.7)),
    Delayed(ns.Sparse(density=0.2), delay=0.25) + ns.Coherent(0.5),
    ns.Blocks({("I", "E"): ns.Gaussian(), ("E", "E"): ns.Gaussian()}, delay={"E->I": (1.0, 2.0)}),
    ns.Blocks({("I", "E"): Delayed(ns.Gaussian(), 3.0)}),
]


TOML = """
type = "Blocks"
[blocks]
"V1->PFC" = {type = "Gaussian", gain = 0.5}
"V1->V1" = {type = "Delayed", connectivity = {type = "Gaussian"}, delay = [1.0, 2.0], probabilities = [0.25, 0.75]}
[delay]
"V1->PFC" = 12.0
"""


def test_delays_in_a_file_of_an_experiment():
    found = from_dict("connectivity", tomllib.loads(TOML))
    inside = Delayed(ns.Gaussian(), (1.0, 2.0), probabilities=(0.25, 0.75))
    assert found == ns.Blocks({"V1->PFC": ns.Gaussian(0.5), "V1->V1": inside}, delay={("PFC", "V1"): 12.0})


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_declarations_are_written_as_text_and_read(recipe):
    assert from_dict("connectivity", to_dict(recipe)) == recipe


@pytest.mark.parametrize(
    "network", [areas(delay={"V1->PFC": (0.1, 2.0), "PFC->V1": 3.0}), stored()], ids=["areas", "sparse"]
)
def test_networks_come_back_from_files(network, tmp_path):
    if isinstance(network, Operator):
        network = ns.Network(ns.LeakyRate("tanh"), network)
    network.save(tmp_path / "network.npz")
    back = ns.load(tmp_path / "network.npz")
    assert back.equals(network)
    assert back.recurrent.delays.equals(network.recurrent.delays)
    assert back.connectivity == network.connectivity
    assert not back.equals(network.replace(recurrent=network.recurrent.with_delays()))


def test_delays_are_said():
    assert "delays=0, 12" in repr(areas(delay={"V1->PFC": 12.0}).recurrent)
    assert "delay={'V1->PFC': 12.0}" in repr(areas(delay={"V1->PFC": 12.0}))


@pytest.mark.parametrize("value", [-1.0, (1.0, -2.0), {"V1->PFC": -0.1}])
def test_delays_must_not_be_negative(value):
    with pytest.raises(ParameterError, match=r"must not be negative \(got -.*give 0"):
        areas(delay=value)


@pytest.mark.parametrize("value", [np.nan, np.inf, (1.0, np.nan)])
def test_delays_must_be_finite(value):
    with pytest.raises(ParameterError, match="must be finite"):
        areas(delay=value)
    with pytest.raises(ParameterError, match=r"Delayed.delay.* must be finite"):
        Delayed(ns.Gaussian(), value)


def test_delays_of_blocks_that_do_not_exist():
    with pytest.raises(UnknownNameError, match=r"block PFC->PFC that does not exist\. .*->"):
        areas(delay={("PFC", "PFC"): 1.0})
    with pytest.raises(ParameterError, match=r"Blocks.delay must have keys \(target, source\)"):
        areas(delay={"PFC": 1.0})


def test_what_cannot_be_delayed():
    with pytest.raises(ParameterError, match="must have no delays of its own"):
        ns.Network(ns.LeakyRate("tanh"), Delayed(Delayed(ns.Gaussian(), 1.0), 2.0), 5)
    both = ns.Blocks({("PFC", "V1"): Delayed(ns.Gaussian(), 1.0)}, delay=2.0)
    with pytest.raises(ParameterError, match="must have no delays of its own"):
        ns.Network(areas().neuron, both, rng=0)
    with pytest.raises(ParameterError, match="one number for a part of low rank"):
        ns.Network(ns.LeakyRate("tanh"), Delayed(ns.Coherent(), (1.0, 2.0)), 6)
    with pytest.raises(ParameterError, match=r"must have no delays .*Delayed\(RowBalanced\(a\), delay\)"):
        RowBalanced(Delayed(ns.Gaussian(), 1.0)).build(5, np.random.default_rng(0))
    with pytest.raises(ParameterError, match="must be a Connectivity"):
        Delayed(WEIGHTS, 1.0)


def test_shapes_and_probabilities():
    with pytest.raises(ShapeError, match=r"one number, or shape \(classes,\)"):
        Delayed(ns.Gaussian(), TIMES)
    with pytest.raises(ShapeError, match="one entry for each of several delays"):
        Delayed(ns.Gaussian(), (1.0, 2.0), probabilities=(0.2, 0.3, 0.5))
    with pytest.raises(ParameterError, match="add up to 1"):
        Delayed(ns.Gaussian(), (1.0, 2.0), probabilities=(0.2, 0.3))
    with pytest.raises(ShapeError, match=r"delays of base must have shape \(12, 12\)"):
        Operator(WEIGHTS).with_delays(np.ones(12))
    with pytest.raises(ShapeError, match="delays of base must have shape"):
        Operator(WEIGHTS, delays=Delays(np.array([0.0, 1.0]), np.zeros((3, 3), np.uint8)))

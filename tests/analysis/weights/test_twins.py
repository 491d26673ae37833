"""Twins match the network in their respect and in nothing else; of untrained networks p-values are uniform."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

KINDS = ["initial", "shuffled", "same_spectrum", "low_rank_only"]


@pytest.fixture
def initial():
    return ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=0.8), 40, inputs=2, outputs=1, rng=0)


@pytest.fixture
def trained(initial, rng):
    left, right = np.linalg.qr(rng.standard_normal((40, 2)))[0].T
    change = 1.5 * np.outer(left, right) + 0.001 * rng.standard_normal((40, 40)) / np.sqrt(40)
    return initial.replace(
        recurrent=ns.Operator(initial.recurrent.dense() + change),
        readout_weights=rng.standard_normal((1, 40)),
    )


def test_initial_twins_are_drawn_as_the_initial_network(initial, trained):
    twins = list(ns.analysis.twins(trained, ["initial"], count=3, rng=1, initial=initial).networks("initial"))
    for twin in twins:
        assert twin.connectivity == ns.Gaussian(gain=0.8)
        assert twin.recurrent.frobenius() / np.sqrt(40) == pytest.approx(0.8, rel=0.1)
        assert_array_equal(twin.input_weights, initial.input_weights)
        assert_array_equal(twin.readout_weights, initial.readout_weights)
    assert not np.allclose(twins[0].recurrent.dense(), twins[1].recurrent.dense())


def test_shuffled_twins_have_the_same_weights_in_another_order(trained):
    (twin,) = ns.analysis.twins(trained, ["shuffled"], count=1, rng=1).networks("shuffled")
    weights, shuffled = trained.recurrent.dense(), twin.recurrent.dense()
    assert_array_equal(np.sort(np.diag(shuffled)), np.sort(np.diag(weights)))
    assert_array_equal(np.sort(shuffled.ravel()), np.sort(weights.ravel()))
    assert np.mean(weights == shuffled) < 0.1
    assert_array_equal(twin.readout_weights, trained.readout_weights)


def test_shuffled_twins_of_sparse_weights_keep_their_places(rng):
    matrix = sparse.random_array((30, 30), density=0.2, rng=rng, data_sampler=rng.standard_normal)
    network = ns.Network(ns.LeakyRate("tanh"), ns.Operator(matrix), 30, rng=0)
    (twin,) = ns.analysis.twins(network, ["shuffled"], count=1, rng=1).networks("shuffled")
    assert twin.recurrent.kind_of_base == "sparse"
    assert_array_equal(twin.recurrent.dense() != 0.0, network.recurrent.dense() != 0.0)
    assert_array_equal(np.sort(twin.recurrent.base.data), np.sort(network.recurrent.base.data))


def test_twins_of_the_same_spectrum_share_what_rotations_leave(trained):
    (twin,) = ns.analysis.twins(trained, ["same_spectrum"], count=1, rng=1).networks("same_spectrum")
    pairs = [ns.analysis.spectrum(each).eigenvalues for each in (trained, twin)]
    # a match of each eigenvalue, whatever the order of nearly equal ones
    assert np.abs(pairs[0][:, None] - pairs[1]).min(axis=1).max() < 1e-10
    singular = [np.linalg.svd(each.recurrent.dense(), compute_uv=False) for each in (trained, twin)]
    assert_allclose(*singular, atol=1e-12)
    henrici = [ns.analysis.non_normality(each).henrici for each in (trained, twin)]
    assert henrici[0] == pytest.approx(henrici[1], rel=1e-10)
    assert np.abs(twin.recurrent.dense() - trained.recurrent.dense()).max() > 0.1


def test_low_rank_twins_share_the_leading_change_on_a_new_random_part(initial, trained):
    twins = ns.analysis.twins(trained, ["low_rank_only"], count=2, rng=1, initial=initial, rank=1)
    change = trained.recurrent.dense() - initial.recurrent.dense()
    left, values, right = np.linalg.svd(change)
    shared = values[0] * np.outer(left[:, 0], right[0])
    rest = [twin.recurrent.dense() - shared for twin in twins.networks("low_rank_only")]
    for random in rest:
        # without the shared part, it is one more draw of the initial weights, whose largest singular value is near 2 g
        assert np.linalg.norm(random) / np.sqrt(40) == pytest.approx(0.8, rel=0.1)
        assert np.linalg.norm(random, 2) < 1.15 * 2 * 0.8
    # 1600 independent numbers: the standard error of a correlation is 0.025
    for other in (initial.recurrent.dense(), rest[1]):
        assert abs(np.corrcoef(rest[0].ravel(), other.ravel())[0, 1]) < 0.1
    for twin in twins.networks("low_rank_only"):
        assert_array_equal(twin.readout_weights, trained.readout_weights)
    # one singular value of 1.5 above a floor of 0.002
    by_itself = ns.analysis.twins(trained, ["low_rank_only"], count=1, rng=1, initial=initial)
    assert by_itself.low_rank.rank == 2


def test_the_same_seed_gives_the_same_twins(trained):
    first, second, other = (
        [
            each.recurrent.dense()
            for kind in ("shuffled", "same_spectrum")
            for each in ns.analysis.twins(trained, count=count, rng=seed).networks(kind)
        ]
        for seed, count in ((3, 2), (3, 2), (4, 2))
    )
    assert_array_equal(first, second)
    assert not np.array_equal(first, other)
    # more twins do not change the first ones
    more = list(ns.analysis.twins(trained, count=5, rng=3).networks("shuffled"))
    assert_array_equal(more[1].recurrent.dense(), first[1])


def test_a_training_keeps_its_start(initial, trained):
    training = ns.trainers.Training(
        ns.trainers.Adam(),
        ns.tasks.Xor(),
        initial,
        trained,
        trained,
    )
    twins = ns.analysis.twins(training, KINDS, count=2, rng=0)
    assert twins.network is trained
    assert twins.initial is initial
    assert twins.low_rank is not None


def readout_drive(network):
    """How strongly the readout drives its own input, one number that no kind of twin shares."""
    return float(network.readout_weights[0] @ (network.recurrent @ network.readout_weights[0]))


def test_networks_that_were_never_trained_have_uniform_p_values():
    # 9 twins: p is one of 0.2, 0.4, ..., 1, each equally likely if the network could be one of its twins
    counts = {kind: np.zeros(5) for kind in KINDS}
    networks = 150
    for seed in range(networks):
        network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 12, outputs=1, rng=seed)
        report = ns.analysis.twins(network, KINDS, count=9, rng=1000 + seed).compare(readout_drive)
        for kind, p in report.p_values.items():
            counts[kind][round(p[0] * 5) - 1] += 1
    for kind, found in counts.items():
        assert found.sum() == networks
        # four tests: each fails by chance once in a thousand
        assert stats.chisquare(found).pvalue > 1e-3, (kind, found)


def test_an_effect_is_found_and_not_where_it_is_shared(initial, trained):
    # the change has norm 1.5 beside one of 0.8 sqrt(40): the largest singular value stands out
    def largest(network):
        return np.linalg.norm(network.recurrent.dense(), 2)

    report = ns.analysis.twins(trained, KINDS, count=39, rng=0, initial=initial).compare(largest)
    assert report.p_values["initial"][0] == pytest.approx(2 / 40)
    assert report.p_values["shuffled"][0] == pytest.approx(2 / 40)
    # twins that share it differ by rounding only
    assert report.p_values["same_spectrum"][0] == 1.0
    assert report.effects["same_spectrum"][0] == 0.0
    assert report.p_values["low_rank_only"][0] > 2 / 40
    assert report.effects["initial"][0] > 3.0
    low, high = report.intervals["initial"][:, 0]
    assert low < high < report.measured[0]
    assert "initial: value = " in str(report)


def test_reports_of_known_numbers():
    report = ns.analysis.TwinComparison(
        ("a", "b", "c"),
        np.array([3.0, 2.0, 0.5]),
        {"kind": np.array([[1.0, 2.0, 1.0], [2.0, 2.0, 2.0], [3.0, 2.0, 3.0], [4.0, 2.0, 4.0]])},
        {"kind": ()},
        0.5,
    )
    # a: 3 of 4 at most as large, 2 at least as large, so 2 (1 + 2) / 5, at most 1; b: all equal; c: below all
    assert_allclose(report.p_values["kind"], [1.0, 1.0, 2 / 5])
    assert_allclose(report.effects["kind"], [0.5 / np.sqrt(1.25), 0.0, -2.0 / np.sqrt(1.25)])
    assert_allclose(report.intervals["kind"], [[1.75, 2.0, 1.75], [3.25, 2.0, 3.25]])


def test_numbers_by_name_and_analyses_that_fail_for_some_twins(initial):
    def sometimes(network):
        numbers = {"first": network.recurrent.dense()[0, 1], "second": 1.0}
        if network is not initial and numbers["first"] < 0.0:
            raise ParameterError("negative")
        return numbers

    report = ns.analysis.twins(initial, ["shuffled"], count=20, rng=0).compare(sometimes)
    assert report.names == ("first", "second")
    assert len(report.values["shuffled"]) + len(report.failures["shuffled"]) == 20
    assert 0 < len(report.failures["shuffled"]) < 20
    assert report.failures["shuffled"][0] == "negative"

    def never(network):
        if network is not initial:
            raise ParameterError("cannot")
        return 1.0

    with pytest.raises(ParameterError, match="fails for every twin of kind 'shuffled': cannot"):
        ns.analysis.twins(initial, ["shuffled"], count=3, rng=0).compare(never)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (np.nan, r"result must be finite \(got nan\)"),
        (
            np.ones((2, 2)),
            r"analysis must return a number, a sequence of numbers, or a dict of numbers by name \(got",
        ),
        ("large", "result must be an array of numbers"),
    ],
)
def test_results_that_are_not_numbers(initial, result, message):
    with pytest.raises(ParameterError, match=message):
        ns.analysis.twins(initial, ["shuffled"], count=2, rng=0).compare(lambda _: result)


def test_results_that_differ_in_length(initial):
    with pytest.raises(
        ParameterError,
        match="analysis fails for every twin of kind 'shuffled': analysis must return the same numbers",
    ):
        ns.analysis.twins(initial, ["shuffled"], count=2, rng=0).compare(
            lambda network: [1.0] if network is initial else [1.0, 2.0]
        )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kinds": ["shufled"]}, UnknownNameError, "kinds = 'shufled' is unknown. Did you mean 'shuffled'"),
        (
            {"kinds": []},
            ParameterError,
            r"kinds must not be empty; try some of initial, shuffled, same_spectrum, low_rank_only\.",
        ),
        ({"count": 0}, ParameterError, r"count must be at least 1 \(got 0\)"),
        (
            {"kinds": ["initial"]},
            ParameterError,
            r"initial must declare its connectivity for kinds = \['initial'\], which redraw its weights",
        ),
        (
            {"kinds": ["low_rank_only"]},
            ParameterError,
            r"initial must declare its connectivity for kinds = \['low_rank_only'\], which redraw its",
        ),
    ],
)
def test_bad_arguments(trained, arguments, error, message):
    with pytest.raises(error, match=message):
        ns.analysis.twins(trained, **{"kinds": ["shuffled"], "rng": 0, **arguments})


def test_bad_networks(initial, trained):
    other = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 41, rng=0)
    with pytest.raises(ShapeError, match=r"initial must have 40 units, as trained \(got 41\)"):
        ns.analysis.twins(trained, ["initial"], initial=other)
    with pytest.raises(ParameterError, match=r"rank must be at most 40, the rank of the change \(got 41\)"):
        ns.analysis.twins(trained, ["low_rank_only"], initial=initial, rank=41)
    with pytest.raises(ParameterError, match=r"trained must be a Network \(got an int\); make one"):
        ns.analysis.twins(3)
    with pytest.raises(
        ParameterError, match=r"level must be a share of the twins between 0 and 1 \(got 1\.5\)"
    ):
        ns.analysis.twins(initial, ["shuffled"], count=2, rng=0).compare(readout_drive, level=1.5)
    with pytest.raises(UnknownNameError, match="kind = 'initial' is unknown"):
        next(ns.analysis.twins(trained, ["shuffled"], count=2, rng=0).networks("initial"))


def test_low_rank_twins_of_sparse_weights_keep_their_form(rng):
    weights = ns.Operator(sparse.random_array((30, 30), density=0.2, rng=rng))
    initial = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(weights), 30, rng=0)
    change = ns.Operator(left=rng.standard_normal((30, 1)), right=rng.standard_normal((30, 1)))
    trained = initial.replace(recurrent=initial.recurrent + change)
    (twin,) = ns.analysis.twins(trained, ["low_rank_only"], count=1, rng=0, initial=initial).networks(
        "low_rank_only"
    )
    assert twin.recurrent.kind_of_base == "sparse"
    assert_allclose(twin.recurrent.left @ twin.recurrent.right.T, change.dense(), atol=1e-12)

"""Decoding: closed form for Gaussians of known distance, chance for shuffled labels, and the formula in full."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import multivariate_normal, norm

import neurosim as ns
from neurosim.analysis.activity.decoding import confusion_information
from neurosim.analysis.activity.discriminant import Discriminant
from neurosim.errors import ParameterError, ShapeError

TRIALS = 3000


def gaussians(distance, trials=TRIALS, units=4, rng=0):
    """Two classes at a distance d' in correlated noise: 0 in the first sample, `distance` in the second."""
    draw = np.random.default_rng(rng)
    labels = np.arange(trials) % 2
    mixing = draw.standard_normal((units, units))
    activity = draw.standard_normal((trials, 2, units))
    activity[:, 1, 0] += distance * labels
    return activity @ mixing, labels


def binary_information(accuracy):
    """Of a symmetric binary channel, in bits."""
    return 1.0 + accuracy * np.log2(accuracy) + (1.0 - accuracy) * np.log2(1.0 - accuracy)


@pytest.mark.parametrize("distance", [0.8, 2.0])
def test_accuracy_and_information_are_those_of_two_gaussians(distance):
    activity, labels = gaussians(distance)
    found = ns.analysis.decoding(activity, labels, ridge=0.0, shuffles=10, rng=1)
    exact = norm.cdf(distance / 2.0)
    # three standard errors of a share of 3000 trials; four of 3000 parameters cost less than that
    error = 3.0 * np.sqrt(exact * (1.0 - exact) / TRIALS)
    assert abs(found.accuracy[0, 1] - exact) < error
    slope = np.log2(exact / (1.0 - exact))
    assert abs(found.information[0, 1] - binary_information(exact)) < slope * error + 1e-3
    assert found.accuracy_interval[0, 1, 0] < exact < found.accuracy_interval[0, 1, 1]
    assert found.entropy == pytest.approx(1.0)
    assert found.p_values[0, 1] == pytest.approx(1.0 / 11.0)


def test_nothing_is_decoded_from_noise_or_with_shuffled_labels():
    activity, labels = gaussians(2.0, trials=400)
    found = ns.analysis.decoding(activity, labels, shuffles=40, rng=1)
    # 40 shuffles and 2 times of 400 trials
    assert abs(found.null_accuracy.mean() - 0.5) < 4.0 * 0.5 / np.sqrt(40 * 2 * 400)
    assert abs(found.accuracy[0, 0] - 0.5) < 3.5 * 0.5 / np.sqrt(400)


def test_the_information_of_independent_predictions_is_zero_on_average():
    draw = np.random.default_rng(0)
    sets = draw.integers(0, 4, (2, 3000, 200))
    values = np.array([confusion_information(*pair, 4) for pair in sets.swapaxes(0, 1)])
    # without the correction the mean is 9 / (2 · 200 ln 2) = 0.032
    assert abs(values.mean()) < 4.0 * values.std() / np.sqrt(len(values)) + 9.0 / 200.0**2
    assert values.mean() < 0.005


def test_the_discriminant_is_the_formula_with_the_covariance_within_classes():
    draw = np.random.default_rng(1)
    labels = draw.integers(0, 3, 90)
    samples = draw.standard_normal((90, 5)) @ draw.standard_normal((5, 5)) + labels[:, None] * [
        1.0,
        0,
        -1.0,
        0,
        0.5,
    ]
    test, ridge = 2.0 * draw.standard_normal((50, 5)), 0.3
    means = np.array([samples[labels == k].mean(axis=0) for k in range(3)])
    within = np.cov(samples - means[labels], rowvar=False, bias=True)
    within += ridge * samples.var(axis=0).mean() * np.eye(5)
    scores = [
        np.log(np.mean(labels == k)) + multivariate_normal.logpdf(test, means[k], within) for k in range(3)
    ]
    decoder = Discriminant(samples, ridge)
    assert_array_equal(decoder.predict(decoder.whiten(test), labels, 3), np.argmax(scores, axis=0))


def test_areas_of_a_run_are_decoded_by_name_and_only_where_the_condition_is():
    unit = ns.LeakyRate("tanh")
    cells = ns.Populations(A=ns.Population(unit, size=12), B=ns.Population(unit, size=10))
    blocks = ns.Blocks({("A", "A"): ns.Gaussian(0.5), ("B", "B"): ns.Gaussian(0.5)})
    network = ns.Network(cells, blocks, inputs=1, rng=0)
    network = network.replace(input_weights=np.where(np.arange(22) < 12, 1.0, 0.0)[:, None])
    labels = np.arange(120) % 2
    inputs = np.zeros((120, 60, 1))
    inputs[:, 30:, 0] = 0.5 * labels[:, None]
    run = ns.simulate(network, 6.0, 0.1, inputs=inputs, noise=ns.WhiteNoise(0.3), rng=1)
    found = ns.analysis.decoding(run, labels, every=10, discard=1.0, rng=2, shuffles=5)
    assert found.names == ("A", "B")
    assert_allclose(found.times, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert found.accuracy[0, -1] > 0.9
    # 120 trials at chance have the standard deviation 0.046
    assert np.abs(found.accuracy[0, :3] - 0.5).max() < 0.2
    assert np.abs(found.accuracy[1] - 0.5).max() < 0.2
    whole = ns.analysis.decoding(run, labels, populations={"both": slice(None)}, every=60, rng=2, shuffles=0)
    assert whole.accuracy.shape == (1, 2)
    assert whole.null_accuracy.shape == (0, 1, 2)


def test_the_same_seed_gives_the_same_result_and_shuffles_keep_the_classes_of_a_fold():
    activity, labels = gaussians(1.0, trials=60)
    first, second = (ns.analysis.decoding(activity, labels, rng=5) for _ in range(2))
    assert_array_equal(first.null_accuracy, second.null_accuracy)
    names = np.where(labels == 1, "left", "right")
    assert_array_equal(ns.analysis.decoding(activity, names, rng=5).classes, ["left", "right"])


def test_what_is_refused():
    activity, labels = gaussians(1.0, trials=20)
    with pytest.raises(ShapeError, match=r"labels must have the shape \(20,\)"):
        ns.analysis.decoding(activity, labels[:5])
    with pytest.raises(ParameterError, match="at least two classes of 5 trials"):
        ns.analysis.decoding(activity, np.zeros(20))
    with pytest.raises(ParameterError, match="and 1 trials of"):
        ns.analysis.decoding(activity, np.r_[np.zeros(19), 1.0])
    with pytest.raises(ParameterError, match=r"populations\['A'\] must be units from 0 to 3"):
        ns.analysis.decoding(activity, labels, populations={"A": [9]})
    with pytest.raises(ParameterError, match="populations must be a mapping"):
        ns.analysis.decoding(activity, labels, populations=["A"])

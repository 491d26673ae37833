"""Demixed components against planted structure, the loss that they minimize, and two-way analysis of variance."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis
from neurosim.analysis.geometry.condition_averages import average_by_condition, marginalize
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

STIMULI, CHOICES, SAMPLES, UNITS = 4, 2, 15, 9
NAMES = ("time", "stimulus", "choice", "stimulus × choice")


def all_combinations(repeats=1):
    pairs = np.array(list(itertools.product(range(STIMULI), range(CHOICES))) * repeats)
    return {"stimulus": pairs[:, 0], "choice": pairs[:, 1]}


def planted(rng, conditions):
    """Activity along four directions that are not orthogonal: time, stimulus, choice and their product."""
    times = np.linspace(0.0, 1.0, SAMPLES)
    stimulus, choice = conditions["stimulus"] - 1.5, 2.0 * conditions["choice"] - 1.0
    trials = np.ones(len(choice))
    strengths = np.stack([trials, stimulus, choice, stimulus * choice], axis=1)
    courses = np.stack([times, np.sin(3.0 * times), times**2, np.cos(times)])
    directions = rng.standard_normal((4, UNITS)) + 0.7
    return np.einsum("kf,ft,fu->ktu", strengths, courses, directions), directions


def test_planted_directions_are_demixed_exactly(rng):
    conditions = all_combinations()
    activity, directions = planted(rng, conditions)
    found = analysis.demixed_components(activity, conditions, count=1, dt=0.1)
    assert found.names == NAMES
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert_allclose(np.abs(np.sum(found.encoders[..., 0] * units, axis=1)), 1.0, rtol=1e-9)
    # each decoder gives its own direction and none of the others
    gains = found.decoders[..., 0] @ directions.T
    assert_allclose(np.abs(gains), np.diag(np.linalg.norm(directions, axis=1)), atol=1e-7)
    assert_allclose(found.composition[:, 0], np.eye(4), atol=1e-12)
    assert_allclose(found.marginal_shares.sum(), 1.0)
    # principal components mix what is not orthogonal
    components = analysis.principal_components(activity, count=4).vectors
    assert np.abs(units @ components).max(axis=0).min() < 0.95


def test_courses_and_projections_are_those_of_the_conditions(rng):
    conditions = all_combinations()
    activity, _ = planted(rng, conditions)
    found = analysis.demixed_components(activity, conditions, count=2, dt=0.1)
    assert found.conditions[3] == "stimulus 1, choice 1"
    halves = analysis.demixed_components(activity, {"choice": 0.5 * conditions["choice"]}, count=1)
    assert halves.conditions == ("choice 0", "choice 0.5")
    assert_allclose(found.times, 0.1 * np.arange(SAMPLES))
    for k, name in enumerate(NAMES):
        assert_allclose(found.project(activity, name).transpose(2, 0, 1), found.courses[k], atol=1e-9)


def test_components_minimize_the_loss(rng):
    """Alternating regressions from a random start reach the same product of encoder and decoder."""
    conditions = all_combinations(repeats=3)
    # one trial less, so that conditions have different numbers of trials
    conditions = {name: labels[1:] for name, labels in conditions.items()}
    activity = rng.standard_normal((len(conditions["choice"]), SAMPLES, UNITS)).cumsum(axis=1)
    ridge, count = 0.02, 2
    found = analysis.demixed_components(activity, conditions, count, ridge=ridge)

    averages = average_by_condition(activity, conditions)
    mean = averages.values.mean(axis=(0, 1, 2))
    cell = conditions["stimulus"] * CHOICES + conditions["choice"]
    weights = np.sqrt(1.0 / np.bincount(cell)[cell] / (STIMULI * CHOICES * SAMPLES))[:, None, None]
    trials = (weights * (activity - mean)).reshape(-1, UNITS)
    whole = np.broadcast_to(marginalize(averages.values, averages.factors)["stimulus"], averages.values.shape)
    target = (weights * whole.reshape(-1, SAMPLES, UNITS)[cell]).reshape(-1, UNITS)
    penalty = np.sqrt(ridge * np.sum(trials**2)) * np.eye(UNITS)
    trials, target = np.vstack([trials, penalty]), np.vstack([target, np.zeros((UNITS, UNITS))])
    encoder = rng.standard_normal((UNITS, count))
    for _ in range(3000):
        encoder = np.linalg.qr(encoder)[0]
        decoder = np.linalg.lstsq(trials, target @ encoder, rcond=None)[0]
        encoder = np.linalg.lstsq(trials @ decoder, target, rcond=None)[0].T
    assert_allclose(found.encoders[1] @ found.decoders[1].T, encoder @ decoder.T, atol=1e-6)


def test_shares_are_those_of_reconstructions(rng):
    conditions = all_combinations(repeats=2)
    activity = rng.standard_normal((2 * STIMULI * CHOICES, SAMPLES, UNITS)).cumsum(axis=1)
    found = analysis.demixed_components(activity, conditions, count=2)
    averages = average_by_condition(activity, conditions).values.reshape(-1, UNITS)
    averages = averages - averages.mean(axis=0)
    for m, k in itertools.product(range(4), range(2)):
        rebuilt = np.outer(averages @ found.decoders[m, :, k], found.encoders[m, :, k])
        expected = 1.0 - np.sum((averages - rebuilt) ** 2) / np.sum(averages**2)
        assert_allclose(found.shares[m, k], expected, rtol=1e-9)
    assert_allclose(found.composition.sum(axis=-1), 1.0)


def test_marginalizations_are_an_analysis_of_variance(rng):
    values = rng.standard_normal((STIMULI, CHOICES, SAMPLES, UNITS))
    parts = marginalize(values, ["stimulus", "choice"])
    assert tuple(parts) == NAMES
    centered = values - values.mean(axis=(0, 1, 2))
    assert_allclose(sum(parts.values()), centered, atol=1e-12)
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    grand = values.mean(axis=(0, 1), keepdims=True)
    assert_allclose(parts["stimulus"], rows - grand, atol=1e-12)
    assert_allclose(parts["stimulus × choice"], values - rows - columns + grand, atol=1e-12)
    whole = [np.broadcast_to(part, values.shape).reshape(-1, UNITS) for part in parts.values()]
    for first, second in itertools.combinations(whole, 2):
        assert_allclose(first.T @ second, 0.0, atol=1e-10)


def test_bad_input(rng):
    conditions = all_combinations()
    activity = rng.standard_normal((8, SAMPLES, UNITS))
    with pytest.raises(ParameterError, match=r"got none for 1 of 8, such as \{'stimulus': 0, 'choice': 0\}"):
        analysis.demixed_components(activity[1:], {name: labels[1:] for name, labels in conditions.items()})
    with pytest.raises(
        ParameterError, match=r"conditions\['context'\] must have two levels or more \(got \[1\.0\]"
    ):
        analysis.demixed_components(activity, {"context": np.ones(8)})
    with pytest.raises(ShapeError, match=r"conditions\['stimulus'\] must have the shape \(8,\).*got \(7,\)"):
        analysis.demixed_components(activity, {"stimulus": np.arange(7)})
    with pytest.raises(ParameterError, match="conditions must name at least one factor"):
        analysis.demixed_components(activity, {})
    with pytest.raises(ParameterError, match=r"count must be at most 9.*got 10"):
        analysis.demixed_components(activity, conditions, count=10)
    with pytest.raises(ParameterError, match=r"got a constant"):
        analysis.demixed_components(np.ones((8, SAMPLES, UNITS)), conditions)
    found = analysis.demixed_components(activity, conditions)
    with pytest.raises(UnknownNameError, match="name = 'stimulis' is unknown"):
        found.project(activity, "stimulis")
    with pytest.raises(ShapeError, match=r"activity must have 9 units.*got 8"):
        found.project(activity[..., 1:], "time")

"""Principal components against numpy's singular value decomposition and activity of known directions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError


@pytest.mark.parametrize("shape", [(4, 200, 12), (1, 9, 30), (2, 6, 12)], ids=["long", "short", "square"])
def test_components_are_those_of_the_singular_value_decomposition(shape, rng):
    activity = rng.standard_normal(shape) @ rng.standard_normal((shape[2], shape[2]))
    found = ns.analysis.principal_components(activity)
    samples = activity.reshape(-1, shape[2])
    deviations = samples - samples.mean(axis=0)
    _, values, rows = np.linalg.svd(deviations, full_matrices=False)
    count = min(len(samples) - 1, shape[2])
    assert_allclose(found.variances[:count], values[:count] ** 2 / (len(samples) - 1), rtol=1e-9)
    assert_allclose(np.abs((found.vectors[:, :count] * rows[:count].T).sum(axis=0)), 1.0, rtol=1e-8)
    assert found.total_variance == pytest.approx(np.trace(np.cov(samples, rowvar=False)))
    assert found.shares.sum() == pytest.approx(1.0)
    assert (found.vectors.sum(axis=0) >= 0.0).all()


def test_projections_are_uncorrelated_with_the_variances_of_the_components(rng):
    activity = rng.standard_normal((3, 50, 6)) * np.arange(1, 7) + 4.0
    found = ns.analysis.principal_components(activity, 3)
    along = found.project(activity)
    assert along.shape == (3, 50, 3)
    flat = along.reshape(-1, 3)
    assert_allclose(np.cov(flat, rowvar=False), np.diag(found.variances), atol=1e-10)
    assert_allclose(flat.mean(axis=0), 0.0, atol=1e-12)


def test_dimension_counts_the_components_of_a_share():
    # variances 4, 3, 2, 1 along the axes, exactly: each unit alone at +-1
    pulses = np.vstack([np.eye(4) * np.sqrt([4, 3, 2, 1]), -np.eye(4) * np.sqrt([4, 3, 2, 1])])
    found = ns.analysis.principal_components(pulses)
    assert_allclose(found.shares, [0.4, 0.3, 0.2, 0.1])
    assert [found.dimension(share) for share in (0.3, 0.4, 0.7, 0.71, 0.9, 1.0)] == [1, 1, 2, 3, 3, 4]
    with pytest.raises(
        ParameterError,
        match=r"share must be at most 0\.7, which the 2 components explain together \(got 0\.9\)",
    ):
        ns.analysis.principal_components(pulses, 2).dimension()


def test_a_run_is_analyzed_by_its_states_after_the_transient():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 20, rng=0)
    run = ns.simulate(network, 20.0, 0.1, trials=2, rng=1)
    found = ns.analysis.principal_components(run, discard=5.0)
    again = ns.analysis.principal_components(run.states[:, 50:])
    assert found.samples == 2 * 151
    assert_allclose(found.variances, again.variances)


@pytest.mark.parametrize("level", [0.0, 0.3, 1e6])
def test_activity_that_never_changes_has_no_components(level):
    with pytest.raises(
        ParameterError,
        match=r"activity must change in time or between trials \(got a constant, which has no principal",
    ):
        ns.analysis.principal_components(np.full((2, 30, 5), level))


def test_rounding_does_not_count_as_change(rng):
    constant = np.full((2, 30, 5), 0.7) + 1e-16 * rng.standard_normal((2, 30, 5))
    with pytest.raises(
        ParameterError,
        match=r"activity must change in time or between trials \(got a constant, which has no principal",
    ):
        ns.analysis.principal_components(constant)


def test_a_single_unit_has_one_component():
    found = ns.analysis.principal_components(np.array([[1.0], [3.0]]))
    assert_allclose([found.variances[0], found.vectors[0, 0], found.mean[0]], [2.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 6}, r"count must be at most 5, the components of 5 units at 40 samples \(got 6\)"),
        ({"count": 0}, r"count must be at least 1 \(got 0\)"),
        (
            {"discard": 50.0},
            r"discard must leave two samples or more \(got discard = 50\.0, which leaves 0 of 40",
        ),
    ],
)
def test_bad_arguments(arguments, message, rng):
    with pytest.raises(ParameterError, match=message):
        ns.analysis.principal_components(rng.standard_normal((1, 40, 5)), **arguments)


def test_other_units_cannot_be_projected(rng):
    found = ns.analysis.principal_components(rng.standard_normal((1, 40, 5)))
    with pytest.raises(ShapeError, match=r"activity must have 5 units, as the components \(got 6\)"):
        found.project(rng.standard_normal((1, 40, 6)))

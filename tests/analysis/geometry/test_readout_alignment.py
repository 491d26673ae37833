"""Alignment of readouts against the norms that define it, regressions on components, and random readouts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError

UNITS = 7


@pytest.fixture
def activity(rng):
    return rng.standard_normal((3, 40, UNITS)) @ np.diag(np.arange(1.0, 1.0 + UNITS)) + 2.0


def test_correlation_is_that_of_the_norms(activity, rng):
    weights = rng.standard_normal((2, UNITS))
    found = analysis.readout_alignment(activity, weights)
    samples = activity.reshape(-1, UNITS) - activity.mean(axis=(0, 1))
    norm = np.linalg.norm
    assert_allclose(
        found.correlation, norm(samples @ weights.T) / (norm(samples) * norm(weights)), rtol=1e-12
    )
    for k, row in enumerate(weights):
        assert_allclose(found.by_output[k], norm(samples @ row) / (norm(samples) * norm(row)), rtol=1e-12)
    assert_allclose(found.norms, norm(weights, axis=1))
    assert_allclose(found.correlation**2, found.weight_shares @ found.activity_shares, rtol=1e-12)
    # the size of the weights does not matter for the angle
    assert_allclose(analysis.readout_alignment(activity, 9.0 * weights).correlation, found.correlation)


def test_output_shares_are_those_of_regressions_on_leading_components(activity, rng):
    weights = rng.standard_normal((2, UNITS))
    found = analysis.readout_alignment(activity, weights)
    samples = activity.reshape(-1, UNITS) - activity.mean(axis=(0, 1))
    outputs = samples @ weights.T
    scores = samples @ analysis.principal_components(activity).vectors
    for k in range(1, UNITS + 1):
        fit = scores[:, :k] @ np.linalg.lstsq(scores[:, :k], outputs, rcond=None)[0]
        assert_allclose(
            found.output_shares[:k].sum(), 1.0 - np.sum((outputs - fit) ** 2) / np.sum(outputs**2)
        )


def test_aligned_and_oblique_readouts(activity):
    components = analysis.principal_components(activity)
    aligned = analysis.readout_alignment(activity, components.vectors[:, 0])
    oblique = analysis.readout_alignment(activity, components.vectors[:, -1])
    assert_allclose([aligned.correlation**2, oblique.correlation**2], components.shares[[0, -1]])
    assert [aligned.output_dimension(), oblique.output_dimension()] == [1, UNITS]
    assert aligned.activity_dimension(0.9) == oblique.activity_dimension(0.9) == components.dimension(0.9)


def test_random_readouts_are_at_chance(activity, rng):
    """The mean of ρ² is 1 / units for any activity, since the direction of random weights has no preference."""
    squares = [
        analysis.readout_alignment(activity, w).correlation ** 2 for w in rng.standard_normal((2000, UNITS))
    ]
    chance = analysis.readout_alignment(activity, np.ones(UNITS)).chance
    error = np.std(squares) / np.sqrt(len(squares))
    assert abs(np.mean(squares) - chance**2) < 4.0 * error
    assert error < 0.02 * chance**2


def test_bad_input(activity):
    with pytest.raises(ShapeError, match=r"readout_weights must have the shape \(outputs, 7\).*got \(3, 6\)"):
        analysis.readout_alignment(activity, np.ones((3, 6)))
    with pytest.raises(ParameterError, match="readout_weights of output 1 are all zero"):
        analysis.readout_alignment(activity, [np.ones(UNITS), np.zeros(UNITS)])
    with pytest.raises(ParameterError, match="the output is constant"):
        analysis.readout_alignment(activity * [0.0, *np.ones(UNITS - 1)], np.eye(UNITS)[0])
    with pytest.raises(ParameterError, match=r"share must be above 0 and at most 1 \(got 1\.5\)"):
        analysis.readout_alignment(activity, np.ones(UNITS)).output_dimension(1.5)


@pytest.mark.parametrize("norm", [0.125, 8.0], ids=["small", "large"])
def test_size_of_the_readout_decides_whether_training_aligns_the_activity(norm):
    """Schuessler et al. (2024): small readout weights lead to aligned dynamics, large ones to oblique dynamics.

    With seeds 0 and 10, ρ is 0.78 and 0.82 for the small, 0.036 and 0.047 for the large weights; by chance 0.125.
    """
    task = ns.tasks.FlipFlop(bits=1)
    weights = np.random.default_rng(1).standard_normal((1, 64))
    weights *= norm / np.linalg.norm(weights)
    start = ns.Network(
        ns.LeakyRate("tanh", tau=10.0),
        ns.Gaussian(gain=0.8),
        64,
        inputs=task.inputs,
        outputs=task.outputs,
        readout_weights=weights,
        rng=0,
    )
    training = ns.BPTT(epochs=4, train=("recurrent",)).fit(start, task, rng=1)
    assert training.history["accuracy"][-1] > 0.95
    run = ns.simulate(training.network, **task.trials(20, dt=1.0, rng=3).simulation, rng=4)
    found = analysis.readout_alignment(run.rates, training.network.readout_weights)
    assert_allclose(found.norms, norm)
    if norm < 1.0:
        assert found.correlation > 0.6
        assert found.output_dimension() == 1
    else:
        assert found.correlation < 0.5 * found.chance
        assert found.output_dimension() > 1

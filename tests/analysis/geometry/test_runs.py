"""Geometry of simulated runs: states of a run, times, and what is discarded at the beginning."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import expm

import neurosim as ns
from neurosim import analysis

CONDITIONS = {"choice": [0, 0, 1, 1], "cue": [0, 1, 0, 1]}


@pytest.fixture(scope="module")
def run():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 20, outputs=1, rng=0)
    return ns.simulate(network, duration=6.0, dt=0.1, trials=4, rng=1)


@pytest.mark.parametrize(
    ("measure", "field"),
    [
        (analysis.tangling, "values"),
        (analysis.jpca, "frequencies"),
        (lambda *a, **k: analysis.demixed_components(a[0], CONDITIONS, **k), "courses"),
        (lambda *a, **k: analysis.targeted_axes(a[0], CONDITIONS, **k), "coefficients"),
        (lambda *a, **k: analysis.communication_subspace(a[0], a[0], 3, folds=2, **k), "scores"),
        (lambda *a, **k: analysis.readout_alignment(a[0], np.ones(20), **k), "output_shares"),
        (lambda *a, **k: analysis.tensor_components(a[0], 2, starts=2, rng=0, **k), "courses"),
        (lambda *a, **k: analysis.canonical_alignment(a[0], a[0], 3, **k), "correlations"),
        (lambda *a, **k: analysis.procrustes_alignment(a[0], a[0], **k), "rotation"),
    ],
)
def test_a_run_gives_what_its_states_give(run, measure, field):
    whole = measure(run, discard=2.0)
    part = measure(run.states[:, 20:], dt=0.1)
    assert_allclose(getattr(whole, field), getattr(part, field), rtol=1e-12, atol=1e-12)
    if hasattr(whole, "times"):
        assert_allclose(whole.times, part.times + 2.0)
        assert whole.times[0] >= 2.0


def test_frequency_of_a_linear_network_is_that_of_its_eigenvalue():
    """dx/dt = -x + W x with eigenvalues ±iω of W - 1: jPCA finds ω / 2π, up to the error of RK4."""
    omega = 1.3
    weights = np.array([[1.0, -omega], [omega, 1.0]])
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(weights), 2, rng=0)
    start = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5]])
    run = ns.simulate(network, duration=5.0, dt=0.02, scheme="rk4", trials=3, initial_state=start, rng=0)
    assert_allclose(run.states[:, -1], start @ expm(5.0 * (weights - np.eye(2))).T, rtol=1e-6)
    found = analysis.jpca(run, count=2)
    assert_allclose(found.frequencies, omega / (2.0 * np.pi), rtol=1e-6)
    assert_allclose(found.r_squared, 1.0, rtol=1e-9)

"""Theory of coherent chaos: its formulas at their limits, and published numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from reference.landau2018 import PASSIVE_COHERENCE, SELF_TUNED_AMPLITUDE

import neurosim as ns
from neurosim import theory
from neurosim.errors import ParameterError, ShapeError


def test_the_weak_formula_at_known_strengths():
    strengths, expected = np.array(list(PASSIVE_COHERENCE.items())).T
    assert_allclose(theory.coherence(strengths, gain=2.0, size=800), expected, atol=1e-3)


@given(gain=some.floats(0.1, 10.0), size=some.integers(1, 10**6))
def test_without_structure_only_the_baseline_is_left(gain, size):
    assert theory.coherence(0.0, gain, size) == pytest.approx(1.0 / np.sqrt(size))
    assert theory.coherence(0.0, gain) == 0.0


@given(strength=some.floats(0.0, 100.0), more=some.floats(0.01, 10.0), gain=some.floats(0.1, 10.0))
def test_coherence_grows_with_strength_and_stays_below_one(strength, more, gain):
    weak, strong = theory.coherence(np.array([strength, strength + more]), gain)
    assert 0.0 <= weak <= strong <= 1.0


@given(strength=some.floats(0.0, 100.0), gain=some.floats(0.1, 10.0), size=some.integers(1, 10**6))
def test_one_mode_of_several_is_one_mode(strength, gain, size):
    (alone,) = theory.mode_coherences([strength], gain, size)
    assert alone == pytest.approx(theory.coherence(strength, gain, size))
    assert theory.mode_coherences([strength, 0.0], gain, size)[0] == pytest.approx(alone)


def _measured(connectivity, modes, seed):
    network = ns.Network(ns.LeakyCurrent("tanh"), connectivity, modes.shape[0], dtype="float32", rng=seed)
    run = ns.simulate(network, 250.0, 0.1, "heun", every=5, rng=seed)
    return [ns.analysis.coherence(run, mode, discard=50.0) ** 2 for mode in modes.T]


@pytest.mark.slow
def test_simulated_modes_share_the_variance():
    """Three modes at g = 2: a coherence scatters by 20 % over networks of 600 units, by 18 % over 200 time constants.

    Three standard errors of 16 networks.
    """
    rng, strengths, size = np.random.default_rng(3), np.array([0.2, 0.3, 0.4]), 600
    vectors = np.linalg.qr(rng.standard_normal((size, 6)))[0] * np.sqrt(size)
    structure = ns.Coherent(strengths, inputs=vectors[:, :3], outputs=vectors[:, 3:])
    connectivity = ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0)) + structure
    squares = np.mean([_measured(connectivity, vectors[:, :3], seed) for seed in range(16)], axis=0)
    assert_allclose(np.sqrt(squares), theory.mode_coherences(strengths, 2.0, size), rtol=0.2)


@pytest.mark.parametrize(("eigenvalue", "expected"), SELF_TUNED_AMPLITUDE.items())
def test_a_real_eigenvalue_breaks_the_symmetry(eigenvalue, expected):
    state = theory.self_tuned_state(eigenvalue)
    assert state.amplitude == pytest.approx(expected, abs=6e-4)
    assert state.period == np.inf
    assert np.cosh(state.amplitude) ** -2 == pytest.approx(1.0 / eigenvalue)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_complex_eigenvalue_oscillates(sign):
    state = theory.self_tuned_state(complex(2.0, 0.25 * sign))
    assert state.period == pytest.approx(16.0 * np.pi)
    assert state.amplitude is None


def test_bad_arguments():
    with pytest.raises(ParameterError, match=r"strength must be at least 0 \(got -0\.5\)"):
        theory.coherence(-0.5, gain=2.0)
    with pytest.raises(ParameterError, match=r"gain must be positive \(got 0\)"):
        theory.coherence(0.5, gain=0)
    with pytest.raises(ParameterError, match=r"size must be a whole number \(got 2\.5\)"):
        theory.coherence(0.5, gain=1.0, size=2.5)
    with pytest.raises(ParameterError, match=r"strengths must be at least 0 \(got \[0\.1, -0\.5\]\)"):
        theory.mode_coherences([0.1, -0.5], gain=2.0)
    with pytest.raises(ShapeError, match=r"strengths must have the shape \(modes,\) \(got \(\)\)"):
        theory.mode_coherences(0.1, gain=2.0)
    for silent in (0.9, 1.0, 0.5 + 3.0j, complex(np.nan)):
        with pytest.raises(
            ParameterError,
            match="leading_eigenvalue must have a real part above 1, below which the network falls silent",
        ):
            theory.self_tuned_state(silent)

"""Overlap with rank-one structure against published mean-field values."""

from __future__ import annotations

import numpy as np
import pytest
from reference.mastrogiuseppe2018 import END_OF_BISTABILITY, ONSET_OF_CHAOS, OVERLAP
from scipy.stats import norm

import neurosim as ns
from neurosim.connectivity import GaussianLowRank, LowRank
from neurosim.errors import ParameterError
from neurosim.theory import branches, fixed_point_branches, transition_gains
from neurosim.theory.rank_one import overlap


def network(gain, size=2000):
    """Left vector with the quantiles of a normal distribution, so that its moments are exact."""
    structure = LowRank(1.1 + quantiles(size), np.full(size, 2.0))
    connectivity = structure if gain == 0.0 else structure + ns.Gaussian(gain=gain)
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size=size, rng=0)


@pytest.mark.parametrize("gain", OVERLAP)
def test_published_values(gain):
    # the gain of one drawn matrix differs from the declared one by 1 / (sqrt(2) size)
    assert overlap(network(gain)) == pytest.approx(OVERLAP[gain], rel=1e-3)


def quantiles(size=2000):
    normal = norm.ppf((np.arange(size) + 0.5) / size)
    return normal / normal.std()


# gain: overlap, variance, radius of the disc, outlier (stationary states, solved apart)
STATIONARY = {
    0.0: (1.2686, 1.6093, 0.0, 0.233),
    0.5: (1.2245, 1.6619, 0.2444, 0.231),
    1.0: (1.0879, 1.8085, 0.5102, 0.235),
    1.5: (0.8343, 2.0237, 0.8083, 0.465),
}
# gain: overlap, variance, frozen variance of the chaotic states with an overlap
CHAOTIC = {1.9: (0.4672, 2.2243, 1.8688), 2.1: (0.1527, 2.3037, 0.5531)}


@pytest.mark.parametrize("gain", [0.0, 0.5, 1.0, 1.5])
def test_stationary_branch(gain):
    overlap, variance, radius, outlier = STATIONARY[gain]
    outer, central = branches(network(0.0), gain=gain)
    assert outer.overlap == pytest.approx(overlap, abs=1e-4)
    assert outer.variance == pytest.approx(variance, abs=1e-4)
    assert outer.radius == pytest.approx(radius, abs=1e-4)
    assert outer.outlier == pytest.approx(outlier, abs=1e-3)
    assert outer.stable
    assert not outer.chaotic
    assert central.overlap == 0.0
    assert not central.stable


@pytest.mark.parametrize("gain", CHAOTIC)
def test_chaotic_branch(gain):
    outer, central = branches(network(0.0), gain=gain)
    np.testing.assert_allclose(
        (outer.overlap, outer.variance, outer.frozen_variance), CHAOTIC[gain], atol=1e-4
    )
    assert outer.chaotic
    assert outer.stable
    assert np.isnan(outer.outlier)
    assert not central.stable
    # the central branch is the random network alone
    alone = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.0), size=20, rng=0)
    assert central.variance == pytest.approx(ns.theory.variance(alone, gain=gain), rel=1e-9)


# gain: overlap, variance, radius, outlier of the fixed point at and beyond the onset of chaos (solved apart)
BEYOND = {1.796: (0.5865, 2.1724, 1.0000, 0.733), 2.0: (0.2823, 2.2809, 1.138, 0.937)}


@pytest.mark.parametrize("gain", BEYOND)
def test_the_fixed_point_goes_on_beyond_chaos(gain):
    outer, central = fixed_point_branches(network(0.0), gain=gain)
    found = (outer.overlap, outer.variance, outer.radius, outer.outlier)
    np.testing.assert_allclose(found, BEYOND[gain], atol=5e-4)
    assert not outer.stable
    assert not outer.chaotic
    assert central.overlap == 0.0
    assert not central.stable


def test_where_fixed_points_are_stable_they_are_the_branches():
    outer, _ = branches(network(0.0), gain=1.0)
    assert fixed_point_branches(network(0.0), gain=1.0)[0] == outer


def test_the_euler_map_of_one_time_constant():
    """States are then drawn anew but for what is frozen, with the variance g² <φ²> + var(m) κ² of a fixed point."""
    chaos, _ = branches(network(0.0), gain=1.9, dt=1.0)
    rest, _ = fixed_point_branches(network(0.0), gain=1.9)
    assert chaos.chaotic
    assert chaos.stable
    np.testing.assert_allclose((chaos.overlap, chaos.variance), (rest.overlap, rest.variance), rtol=1e-6)


def test_above_the_bistable_range_chaos_is_unstructured():
    (only,) = branches(network(0.0), gain=2.2)
    assert only.overlap == 0.0
    assert only.stable


def test_transition_gains():
    found = transition_gains(network(0.0))
    assert found.chaos == pytest.approx(ONSET_OF_CHAOS, abs=2e-5)
    assert found.bistability == pytest.approx(END_OF_BISTABILITY, abs=2e-5)


def test_overlap_along_a_random_direction():
    r"""Zero means: κ ≠ 0 needs cov <φ'> = 1, at any gain and in chaos too, so that D(0) does not change."""
    left = quantiles()
    along = ns.Network(ns.LeakyCurrent("tanh"), LowRank(left, 2.2 * left), size=2000, rng=0)
    variances = [branches(along, gain=gain)[0].variance for gain in (0.5, 1.9)]
    np.testing.assert_allclose(variances, variances[0], rtol=1e-7)
    # above it ends where the means would, since only m.n / N counts there; chaos begins earlier
    found = transition_gains(along)
    assert found.bistability == pytest.approx(END_OF_BISTABILITY, abs=2e-5)
    below, above = (branches(along, gain=found.chaos + change)[0] for change in (-0.02, 0.02))
    assert below.radius < 1.0 < above.radius
    assert above.chaotic


@pytest.mark.parametrize("means", [(1.1, 2.0, 0.0), (0.0, 0.0, 2.2), (0.8, 0.9, 0.7)])
def test_the_outlier_is_the_eigenvalue_of_structure_alone(means):
    """Without random weights the Jacobian has one eigenvalue beside -1: n.(φ' m) / N at the fixed point."""
    mean_left, mean_right, covariance = means
    left = mean_left + quantiles()
    right = mean_right + covariance * (left - mean_left)
    alone = ns.Network(ns.LeakyCurrent("tanh"), LowRank(left, right), size=2000, rng=0)
    outer = branches(alone)[0]
    expected = np.mean(right * left * np.cosh(outer.overlap * left) ** -2.0)
    assert outer.outlier == pytest.approx(expected, abs=2e-3)


def test_a_rate_that_is_not_odd_keeps_its_sign():
    logistic = ns.Network(
        ns.LeakyCurrent("logistic"), LowRank(1.0 + quantiles(), np.ones(2000)), size=2000, rng=0
    )
    (only,) = branches(logistic, gain=3.0)
    assert 0.5 < only.overlap < 1.0
    assert only.stable


@pytest.mark.slow
def test_simulated_overlap_in_chaos():
    """g = 1.9, κ = 0.467: a finite network scatters by a tenth, and one in four leaves for the other sign."""
    overlaps = []
    for seed in range(8):
        chaotic = ns.Network(
            ns.LeakyCurrent("tanh"), network(1.9).connectivity, size=2000, dtype="float32", rng=seed
        )
        left, right = chaotic.recurrent.left[:, 0], chaotic.recurrent.right[:, 0]
        run = ns.simulate(chaotic, 100.0, 0.1, "heun", initial_state=left, every=10, rng=seed)
        overlaps.append(np.mean(run.rates[0, 30:] @ right))
    assert np.median(np.abs(overlaps)) == pytest.approx(0.467, abs=0.1)


def test_covariance_takes_the_place_of_means():
    r"""With zero means and without noise, :math:`\kappa\ne0` needs cov(m, n) <φ'> = 1."""
    rng = np.random.default_rng(1)
    left = rng.standard_normal(4000)
    left = (left - left.mean()) / left.std()
    structured = ns.Network(ns.LeakyCurrent("tanh"), LowRank(left, 2.5 * left), size=4000, rng=0)
    kappa = overlap(structured)
    nodes = np.linspace(-8, 8, 4001)
    weights = np.exp(-(nodes**2) / 2)
    slope = np.sum(weights / np.cosh(kappa * nodes) ** 2) / weights.sum()
    assert 2.5 * slope == pytest.approx(1.0, abs=1e-6)


def test_weak_structure_is_silent():
    weak = ns.Network(
        ns.LeakyCurrent("tanh"), GaussianLowRank(mean_left=0.5, mean_right=0.5), size=500, rng=0
    )
    assert overlap(weak) == pytest.approx(0.0, abs=1e-6)


def test_onset_of_chaos_is_refused():
    """The fixed point loses stability at the gain 1.796."""
    overlap(network(1.785))
    with pytest.raises(
        ParameterError,
        match=r"network must have a stable fixed point, with gain² ⟨φ'²⟩ below 1 \(got 1\.02 at the",
    ):
        overlap(network(1.81))


def test_other_structure_is_refused():
    with pytest.raises(
        ParameterError, match=r"network\.recurrent must have a low-rank part of rank one \(got rank 0\)"
    ):
        overlap(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=50, rng=0))


def test_structure_that_cannot_be_described_is_refused():
    left = quantiles(100)
    weak = ns.Network(ns.LeakyCurrent("tanh"), LowRank(left, 0.5 * left), size=100, rng=0)
    with pytest.raises(
        ParameterError,
        match=r"network\.recurrent must have structure with m\.n / N above 1, for an overlap at some gain",
    ):
        transition_gains(weak)
    with pytest.raises(ParameterError, match=r"neuron must have an odd rate, .* try branches\(\)"):
        transition_gains(weak.replace(neuron=ns.LeakyCurrent("logistic")))
    with pytest.raises(ParameterError, match="neuron must have a rate that saturates"):
        branches(weak.replace(neuron=ns.LeakyCurrent("relu")))
    with pytest.raises(ParameterError, match=r"gain must not be negative \(got -1\.0\)"):
        branches(weak, gain=-1.0)
    with pytest.raises(ParameterError, match=r"dt must be at most the time constant 1, .* \(got 1\.5\)"):
        branches(weak, dt=1.5)
    with pytest.raises(ParameterError, match=r"gain must not be negative \(got -1\.0\)"):
        fixed_point_branches(weak, gain=-1.0)

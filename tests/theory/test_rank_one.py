"""Overlap with rank-one structure against published mean-field values."""

from __future__ import annotations

import numpy as np
import pytest

import neurosim as ns
from neurosim.connectivity import GaussianLowRank, LowRank
from neurosim.errors import ParameterError
from neurosim.theory.rank_one import overlap

# Mastrogiuseppe & Ostojic, Neuron 99, 609 (2018), Fig. 1: mean of m 1.1, of n 2, spread of m 1; their equations
# solved independently
PUBLISHED = [(0.0, 1.2686), (0.5, 1.2245), (1.0, 1.0879), (1.5, 0.8343)]


def network(gain, size=2000):
    """Left vector with the quantiles of a normal distribution, so that its moments are exact."""
    from scipy.stats import norm

    normal = norm.ppf((np.arange(size) + 0.5) / size)
    structure = LowRank(1.1 + normal / normal.std(), np.full(size, 2.0))
    connectivity = structure if gain == 0.0 else structure + ns.Gaussian(gain=gain)
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size=size, rng=0)


@pytest.mark.parametrize(("gain", "kappa"), PUBLISHED)
def test_published_values(gain, kappa):
    # the gain of one drawn matrix differs from the declared one by 1 / (sqrt(2) size)
    assert overlap(network(gain)) == pytest.approx(kappa, rel=1e-3)


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
    with pytest.raises(ParameterError, match=r"fixed point is unstable; lower the gain"):
        overlap(network(1.81))


def test_other_structure_is_refused():
    with pytest.raises(ParameterError, match="part of rank 0; give it rank one"):
        overlap(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=50, rng=0))

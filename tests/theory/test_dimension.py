"""Participation ratio of chaos against the published cavity theory."""

from __future__ import annotations

import numpy as np
import pytest
from reference.clark2023 import DIMENSION

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.theory.dimension import dimension


def network(gain, tau=1.0):
    return ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Gaussian(gain=gain), size=20, rng=0)


@pytest.mark.parametrize("gain", DIMENSION)
def test_published_values(gain):
    found, (states, rates) = dimension(network(gain)), DIMENSION[gain]
    # the published values have four digits
    assert found.states == pytest.approx(states, rel=1e-3)
    assert found.rates == pytest.approx(rates, rel=1e-3)


def test_time_unit_does_not_matter():
    slow, fast = dimension(network(2.0, tau=7.0)), dimension(network(2.0))
    assert slow.rates == pytest.approx(fast.rates, rel=1e-9)
    assert slow.states == pytest.approx(fast.states, rel=1e-9)


@pytest.mark.slow
def test_spread_of_one_direction():
    """Variance along random directions has the relative variance 2 / (N dimension).

    800 units leave the dimension a tenth above its limit, and 1000 samples add as much the other way.
    """
    chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=5.0), size=800, dtype="float32", rng=4)
    states = ns.simulate(chaotic, 2050.0, 0.2, "rk4", every=10, rng=5).states[0, 25:]
    directions = np.random.default_rng(6).standard_normal((800, 2000))
    directions /= np.linalg.norm(directions, axis=0)
    variances = np.mean((states @ directions) ** 2, axis=0)
    measured = np.var(variances) / np.mean(variances) ** 2
    assert measured == pytest.approx(2.0 / (800 * dimension(chaotic).states), rel=0.15)


def test_silence_has_no_dimension():
    with pytest.raises(
        ParameterError,
        match="network must be chaotic with an odd nonlinearity, so that correlations decay to zero",
    ):
        dimension(network(0.9))


@pytest.mark.parametrize("gain", [1.5, 2.0, 5.0])
def test_a_step_of_one_time_constant_is_a_closed_form(gain):
    """Clark 2026: with r = (g <φ'>)⁴ rates have 1 - r, states (1 - r) / (2 - r); <φ'> = 1 - <φ²> for tanh."""
    theory = ns.theory.autocorrelation(network(gain), dt=1.0)
    power = (gain * (1.0 - theory.rate_variance)) ** 4
    found = dimension(network(gain), dt=1.0)
    assert found.rates == pytest.approx(1.0 - power, rel=1e-5)
    assert found.states == pytest.approx((1.0 - power) / (2.0 - power), rel=1e-5)


def test_short_steps_are_the_flow():
    flow = dimension(network(2.0))
    coarse, fine = (dimension(network(2.0), dt=dt).rates - flow.rates for dt in (0.2, 0.1))
    assert coarse / fine == pytest.approx(2.0, rel=0.1)


def test_orthogonal_weights_fill_more_dimensions():
    """Rows that do not overlap: κ = -1. At a step of one time constant all directions are alike."""
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Orthogonal(gain=3.0), size=240, rng=0)
    assert dimension(given, dt=1.0).rates == pytest.approx(1.0, rel=1e-6)
    assert dimension(given, dt=1.0).states == pytest.approx(1.0, rel=1e-6)
    run = ns.simulate(given, 2500.0, 0.5, "euler", every=2, rng=1)
    measured = [
        ns.analysis.participation_ratio(values, dt=1.0, discard=100.0).fraction
        for values in (run.rates, run.states)
    ]
    expected = dimension(given, dt=0.5)
    # one network of 400 units had 0.285 ± 0.002 against 0.289
    assert measured == pytest.approx([expected.rates, expected.states], rel=0.08)
    assert dimension(given, gain=3.0) == dimension(network(3.0))


def test_columns_of_two_variances_fill_fewer_dimensions():
    """Rows then overlap by <v²> / <v>² times as much, which is measured, v the variances: 1.78 for 1 and 16."""
    columns = ns.connectivity.GaussianExcitatoryInhibitory(
        excitatory=0.5, mean_excitatory=0.0, mean_inhibitory=0.0, std_inhibitory=4.0
    )
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.connectivity.RowBalanced(columns), size=400, rng=0)
    gain = ns.theory.gain_of(given)
    power = (gain * (1.0 - ns.theory.autocorrelation(given, dt=1.0).rate_variance)) ** 4
    excess = (1.0 + 256.0) / 2.0 / 8.5**2 - 1.0
    # the overlap of 400 rows is that of infinitely many up to a few per cent
    assert dimension(given, dt=1.0).rates == pytest.approx((1.0 - power) / (1.0 + excess * power), rel=0.05)


@pytest.mark.parametrize("density", [0.05, 0.2])
def test_sparse_weights_are_independent(density):
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Sparse(density=density, gain=3.0), size=400, rng=0)
    assert dimension(given) == dimension(network(3.0))

"""Synapses with short-term plasticity settle where their closed forms say, and conform to the rules of neurons."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from neurosim.errors import ParameterError, UnknownNameError
from neurosim.neurons import DepressingSynapse, DynamicSynapse

RATES = np.array([1e-4, 0.005, 0.02, 0.1])


def settled(synapse, rate):
    """State after 20 of the longest time constants, by SciPy."""
    rest = synapse.resting_state()
    start = [rest.get(name, 0.0) for name in synapse.variables()]
    solution = solve_ivp(
        lambda _, state: synapse.drift(*state, rate), (0.0, 3e4), start, "LSODA", rtol=1e-10, atol=1e-12
    )
    return solution.y[:, -1]


def test_facilitation_and_depression_at_a_constant_rate():
    synapse = DynamicSynapse(tau=3.0, tau_depression=130.0, tau_facilitation=530.0, release=0.07)
    found = np.array([settled(synapse, rate) for rate in RATES]).T
    p = 0.07 * (1 + 530.0 * RATES) / (1 + 0.07 * 530.0 * RATES)
    x = 1 / (1 + p * 130.0 * RATES)
    assert_allclose(found, [p * x * RATES, x, p], rtol=1e-8)
    # 530 (1 - 0.07) > 130 0.07: transmission per spike grows first, and falls at high rates
    assert np.sign(np.diff(p * x)).tolist() == [1.0, 1.0, -1.0]


def test_depression_at_a_constant_rate():
    synapse = DepressingSynapse(tau=3.0, tau_depression=800.0, release=0.5)
    found = np.array([settled(synapse, rate) for rate in RATES]).T
    x = 1 / (1 + 0.5 * 800.0 * RATES)
    assert_allclose(found, [0.5 * x * RATES, x], rtol=1e-8)


@pytest.mark.parametrize("kind", [DepressingSynapse, DynamicSynapse])
def test_an_inhibitory_rate_arrives_with_its_sign_turned(kind):
    state = (0.1, 0.5, 0.3)[: len(kind.variables())]
    assert kind(sign="inhibitory").drift(*state, -0.2) == kind().drift(*state, 0.2)


@pytest.mark.parametrize("kind", [DepressingSynapse, DynamicSynapse])
def test_a_negative_rate_releases_nothing(kind):
    state = (0.1, 0.5, 0.3)[: len(kind.variables())]
    assert kind().drift(*state, -0.2) == kind().drift(*state, 0.0)


@pytest.mark.parametrize("kind", [DepressingSynapse, DynamicSynapse])
def test_bad_parameters(kind):
    for release in (0.0, 1.5, np.array([0.2, -0.1])):
        with pytest.raises(ParameterError, match="release must be above 0 and at most 1"):
            kind(release=release)
    with pytest.raises(ParameterError, match="tau_depression must be positive"):
        kind(tau_depression=0.0)
    with pytest.raises(UnknownNameError, match="sign = 'negative' is unknown"):
        kind(sign="negative")

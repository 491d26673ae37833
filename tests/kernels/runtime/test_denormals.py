"""Denormal numbers: zero while a kernel runs, and as ever outside of it."""

import numpy as np
import pytest
from autograd import grad

import neurosim as ns
from neurosim.engine import Rollout, pace
from neurosim.kernels.runtime import denormals

TINY = {np.float32: np.float32(1e-40), np.float64: np.float64(1e-310)}
intel = pytest.mark.skipif(
    not denormals.SLOW, reason="other processors handle denormal numbers at full speed"
)


def _decay(size, kind, start, **settings):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(0.5), size, dtype=kind, rng=0)
    return ns.simulate(network, 1.0, 0.5, initial_state=np.full(size, start), **settings).states


@intel
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_activity_that_is_denormal_becomes_zero(kind, scheme):
    states = _decay(20, kind, float(TINY[kind]), scheme=scheme)
    np.testing.assert_array_equal(states[:, 1:], 0.0)


@intel
def test_all_threads_of_one_trial_take_denormal_numbers_for_zero(monkeypatch):
    monkeypatch.setattr(pace.Pace, "choose", lambda _pace, remaining: (remaining, True))
    states = _decay(500, np.float32, 1e-40, threads=2)
    np.testing.assert_array_equal(states[:, 1:], 0.0)


@intel
def test_a_gradient_does_not_become_denormal():
    """One unit with dx/dt = -x: its slope falls by half in every step, to the least normal number after 126."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit([[0.0]]), 1, dtype="float32", rng=0)
    rollout = Rollout(network, 0.5)

    def end(start, steps):
        return rollout(np.zeros((1, steps, 0)), {"initial_state": start}).states[0, -1, 0]

    for steps in (100, 126, 140):
        slope = grad(end)(np.ones(1, np.float32), steps)[0]
        assert slope == pytest.approx(max(0.5**steps, np.finfo(np.float32).tiny), rel=1e-3)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_user_keeps_his_arithmetic(kind):
    _decay(20, kind, 1.0)
    assert TINY[kind] * kind(0.5) > 0.0
    half = np.full(64, TINY[kind]) * kind(0.5)
    assert np.all(half > 0.0)

"""Limit cycles and Floquet multipliers against the normal form of the Hopf bifurcation and Liouville's formula."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import neurosim as ns
from neurosim.analysis import limit_cycle, limit_cycles
from neurosim.errors import NeurosimError
from plugins.fitzhugh_nagumo import FitzHughNagumo
from plugins.hopf import Hopf

RING = -4.0 * np.eye(3)[[2, 0, 1]]


@dataclass(frozen=True)
class Repelling(Hopf):
    """Hopf unit whose circle repels: dz/dt = (-μ + iω + |z|²) z."""

    def drift(self, x, y, u):
        growth = x**2 + y**2 - self.mu
        return growth * x - self.omega * y + u, growth * y + self.omega * x


def uncoupled(neuron):
    return ns.Network(neuron, ns.Explicit(np.zeros((1, 1))), size=1, inputs=1, rng=0)


def ring():
    """Three units that inhibit each other in a ring."""
    return ns.Network(ns.LeakyRate("tanh"), ns.Explicit(RING), size=3, rng=0)


@pytest.mark.parametrize("tau", [0.5, 2.0])
def test_the_normal_form_has_its_exact_period_radius_and_multipliers(tau):
    """Period 2π τ / ω, radius √μ, and a displacement of the radius shrinks by exp(-2 μ T / τ) in one turn."""
    cycle = limit_cycle(uncoupled(Hopf(tau=tau, mu=0.3, omega=2.0)), np.array([[0.5, 0.1]]), period=2.8 * tau)
    period = 2.0 * np.pi * tau / 2.0
    assert cycle.converged, cycle.reason
    assert cycle.stable
    assert abs(cycle.period - period) < 2.0 * cycle.period_error < 1e-8 * period
    assert_allclose(np.linalg.norm(cycle.orbit[:, 0], axis=1), np.sqrt(0.3), rtol=1e-8)
    assert_allclose(cycle.multipliers, [1.0, np.exp(-0.6 * period / tau)], rtol=1e-6)
    assert_allclose(cycle.exponents, [0.0, -0.6 / tau], atol=1e-6)
    assert cycle.amplitude == pytest.approx(np.sqrt(0.15), rel=1e-4)


def test_the_error_of_the_period_falls_with_the_fourth_power_of_the_step():
    exact = np.pi
    network, start = uncoupled(Hopf(mu=0.3, omega=2.0)), np.array([[0.55, 0.0]])
    errors = [abs(limit_cycle(network, start, 3.0, steps=k).period - exact) for k in (20, 40, 80)]
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    assert_allclose(ratios, 16.0, rtol=0.1)


def test_an_unstable_cycle_is_found_too():
    cycle = limit_cycle(uncoupled(Repelling(mu=0.3, omega=2.0)), np.array([[0.54, 0.0]]), period=3.0)
    assert cycle.converged
    assert not cycle.stable
    assert_allclose(np.sort(cycle.multipliers.real), [1.0, np.exp(0.6 * np.pi)], rtol=1e-6)


def test_multipliers_obey_liouville():
    """Their product is the exponential of the trace of J along the orbit: -3 for a ring without self-connections."""
    cycle = limit_cycle(ring(), np.array([0.5, 0.0, -0.5]), period=3.4)
    assert np.prod(cycle.multipliers).real == pytest.approx(np.exp(-3.0 * cycle.period), rel=1e-6)
    assert abs(cycle.multipliers[cycle.trivial] - 1.0) < 1e-6


def test_the_cycle_closes_for_another_integrator():
    cycle = limit_cycle(ring(), np.array([0.5, 0.0, -0.5]), period=3.4)
    run = solve_ivp(
        lambda _, r: -r + np.tanh(RING @ r), (0.0, cycle.period), cycle.orbit[0], rtol=1e-11, atol=1e-13
    )
    # the RK4 orbit is exact to about 1e-9
    assert_allclose(run.y[:, -1], cycle.orbit[0], atol=1e-8)


def test_a_relaxation_oscillation_under_an_input():
    """Period of the FitzHugh–Nagumo unit at u = 0.5 by crossings in an adaptive integrator."""
    neuron = FitzHughNagumo()

    def rises(_, s):
        return s[0]

    rises.direction = 1.0
    run = solve_ivp(
        lambda _, s: neuron.drift(*s, 0.5), (0.0, 300.0), [0.0, 0.0], events=rises, rtol=1e-10, atol=1e-12
    )
    expected = np.diff(run.t_events[0])[-3:].mean()
    unit = uncoupled(neuron).replace(input_weights=np.ones((1, 1)))
    found = limit_cycles(unit, [0.5], starts=3, duration=200.0, rng=0)
    assert len(found) == 1
    assert found[0].stable
    assert found[0].period == pytest.approx(expected, rel=1e-6)


def test_the_exponents_of_a_cycle_are_its_lyapunov_exponents():
    cycle = limit_cycle(ring(), np.array([0.5, 0.0, -0.5]), period=3.4)
    spectrum = ns.analysis.lyapunov_spectrum(ring(), duration=400.0, dt=0.02, rng=1)
    assert_allclose(spectrum.values, cycle.exponents, atol=0.02)


def test_no_cycle_is_found_where_rest_is_the_only_attractor():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(0.2 * RING), size=3, rng=0)
    cycle = limit_cycle(network, np.array([0.5, 0.0, -0.5]), period=3.4)
    assert not cycle.converged
    assert not cycle.stable
    assert cycle.reason
    assert limit_cycles(network, starts=3, rng=0) == ()


def test_an_orbit_that_diverges_is_marked():
    cycle = limit_cycle(uncoupled(Repelling(mu=0.3, omega=2.0)), np.array([[0.9, 0.0]]), period=3.0)
    assert not cycle.converged
    assert "start nearer to the cycle" in cycle.reason


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"period": -1.0}, r"period must be positive \(got -1\.0\)"),
        ({"steps": 4}, r"steps must be at least 8 \(got 4\)"),
        ({"state": np.zeros((2, 3))}, r"state must be one state \(got shape \(2, 3\)\)"),
        ({"inputs": [1.0]}, "inputs must be None, the network has no input channel"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(NeurosimError, match=message):
        limit_cycle(ring(), **{"state": np.array([0.5, 0.0, -0.5]), "period": 3.4, **arguments})


def test_limit_cycles_of_an_euler_map_raise():
    with pytest.raises(NeurosimError, match="scheme must be that of a flow"):
        limit_cycles(ring(), scheme="euler")

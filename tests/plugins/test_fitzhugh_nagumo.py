"""FitzHugh-Nagumo: rest in closed form, and the published onset of spiking."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from neurosim.equations import evaluate, parameter_values, trace
from neurosim.errors import ParameterError
from plugins.fitzhugh_nagumo import FitzHughNagumo

# where the trace of the Jacobian vanishes: 1 - v**2 = b tau / tau_w, and u from the two nullclines
V_ONSET = -np.sqrt(1.0 - 0.8 / 12.5)
W_ONSET = (V_ONSET + 0.7) / 0.8
U_ONSET = W_ONSET - V_ONSET + V_ONSET**3 / 3.0


@pytest.mark.parametrize(
    "fields", [{}, {"a": 0.0}, {"a": -0.5, "b": 0.3}, {"b": 0.99, "a": np.linspace(0, 2, 5)}]
)
def test_rest_is_a_fixed_point(fields):
    neuron = FitzHughNagumo(**fields)
    rest = neuron.resting_state()
    assert_allclose(np.array(neuron.drift(rest["v"], rest["w"], 0.0)), 0.0, atol=1e-14)


def test_rest_of_the_published_parameters():
    """FitzHugh (1961): rest at v = -1.1994, w = -0.6243 (with the sign of v reversed)."""
    rest = FitzHughNagumo().resting_state()
    assert [rest["v"], rest["w"]] == pytest.approx([-1.1994, -0.6243], abs=5e-5)


def test_the_onset_is_a_hopf_bifurcation():
    neuron = FitzHughNagumo()
    assert pytest.approx(0.3313, abs=5e-5) == U_ONSET
    assert_allclose(neuron.drift(V_ONSET, W_ONSET, U_ONSET), 0.0, atol=1e-15)
    values = {"v": V_ONSET, "w": W_ONSET, "u": U_ONSET, **parameter_values(neuron)}
    jacobian = [[float(evaluate(e, values)) for e in row] for row in trace(neuron).drift_by_state]
    eigenvalues = np.linalg.eigvals(np.array(jacobian))
    assert_allclose(eigenvalues.real, 0.0, atol=1e-15)
    assert np.abs(eigenvalues.imag).min() > 0.1


@pytest.mark.parametrize(("current", "spikes"), [(0.25, False), (0.5, True)])
def test_it_spikes_above_the_onset_only(current, spikes):
    neuron = FitzHughNagumo()
    start = list(neuron.resting_state().values())
    run = solve_ivp(lambda _, s: neuron.drift(*s, current), (0.0, 600.0), start, rtol=1e-7, atol=1e-9)
    late = run.y[0][run.t > 400.0]
    assert (np.ptp(late) > 2.0) == spikes
    assert (np.ptp(late) < 0.1) != spikes


def test_the_rate_is_a_step_of_the_voltage():
    assert_allclose(
        FitzHughNagumo(slope=2.0).rate(np.array([-9.0, 0.0, 0.5]), 0.0), 1 / (1 + np.exp([18, 0, -1]))
    )


@pytest.mark.parametrize("b", [0.0, 1.0, np.array([0.5, 1.2])])
def test_more_than_one_rest_is_refused(b):
    with pytest.raises(ParameterError, match=r"FitzHughNagumo\.b must be above 0 and below 1 \(got .*\)"):
        FitzHughNagumo(b=b)

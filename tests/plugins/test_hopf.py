"""The Hopf unit has a closed solution."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from neurosim.equations import evaluate, parameter_values, trace
from plugins.hopf import Hopf


@pytest.mark.parametrize("mu", [-0.4, 0.3, 2.0])
@pytest.mark.parametrize("start", [0.1, 1.7])
def test_amplitude_and_phase_are_those_of_the_exact_solution(mu, start):
    neuron, times = Hopf(tau=0.5, mu=mu, omega=3.0), np.linspace(0.0, 4.0, 9)
    run = solve_ivp(
        lambda _, s: neuron.drift(*s, 0.0), (0.0, 4.0), [start, 0.0], t_eval=times, rtol=1e-10, atol=1e-12
    )
    square = mu / (1.0 + (mu / start**2 - 1.0) * np.exp(-2.0 * mu * times / 0.5))
    exact = np.sqrt(square) * np.exp(1j * 3.0 * times / 0.5)
    assert_allclose(run.y[0] + 1j * run.y[1], exact, atol=1e-7)


def test_the_limit_cycle_is_a_circle_of_radius_root_mu():
    neuron, angle = Hopf(mu=0.49, omega=2.0), np.linspace(0.0, 6.0, 13)
    x, y = 0.7 * np.cos(angle), 0.7 * np.sin(angle)
    dx, dy = neuron.drift(x, y, 0.0)
    assert_allclose([dx, dy], [-2.0 * y, 2.0 * x], atol=1e-15)


def test_the_state_of_rest_has_eigenvalues_mu_plus_minus_i_omega():
    neuron = Hopf(tau=2.0, mu=0.3, omega=1.5)
    equations = trace(neuron)
    values = {"x": 0.0, "y": 0.0, "u": 0.0, **parameter_values(neuron)}
    jacobian = [[float(evaluate(entry, values)) for entry in row] for row in equations.drift_by_state]
    found = np.sort_complex(np.linalg.eigvals(np.array(jacobian)))
    assert_allclose(found, [0.15 - 0.75j, 0.15 + 0.75j], atol=1e-15)


def test_the_input_drives_the_real_part():
    assert Hopf(tau=0.5).drift(0.0, 0.0, 1.0) == (2.0, 0.0)
    assert Hopf().rate(0.3, -0.8) == 0.3

"""Activations: closed forms, Gaussian identities with the traced slope, and names."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.sompolinsky1988 import MEAN_FIELD

from neurosim.equations import evaluate, parameter_values, trace
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.neurons import LeakyCurrent, LeakyRate, ThresholdPowerLaw, activation_function, activation_names

# exponentially convergent for smooth functions; a corner lies midway between two points and costs step**2
GRID = 1e-3 * (np.arange(-10000, 10000) + 0.5)
WEIGHTS = np.exp(-0.5 * GRID**2) / np.exp(-0.5 * GRID**2).sum()

FORMULAS = {
    "linear": lambda x: x,
    "logistic": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "rectified_tanh": lambda x: np.where(x > 0, np.sinh(x) / np.cosh(x), 0.0),
    "relu": lambda x: x * (x > 0),
    "softplus": lambda x: np.log(1.0 + np.exp(x)),
    "tanh": lambda x: np.sinh(x) / np.cosh(x),
    "threshold_power_law": lambda x: (x * (x > 0)) ** 2,
}


CORNERED = ("rectified_tanh", "relu", "threshold_power_law")


def slope(activation, x):
    """Derivative of an activation from its trace."""
    neuron = LeakyCurrent(activation)
    return evaluate(trace(neuron).rate_by_state[0], {"x": x, **parameter_values(neuron)})


def mean(values):
    return float(np.sum(WEIGHTS * values))


def test_every_name_is_tested_here():
    assert list(FORMULAS) == activation_names()


@pytest.mark.parametrize("name", FORMULAS)
def test_values(name):
    x = np.linspace(-6.0, 6.0, 49)
    assert_allclose(activation_function(name)(x), FORMULAS[name](x), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["logistic", "softplus", "tanh", "relu"])
def test_large_currents_do_not_overflow(name):
    found = activation_function(name)(np.array([-1e4, 1e4]))
    assert found[0] == {"tanh": -1.0}.get(name, 0.0)
    assert found[1] == {"softplus": 1e4, "relu": 1e4}.get(name, 1.0)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("deviation", [0.3, 1.0, 2.0])
def test_gaussian_integration_by_parts(name, deviation):
    """E[x φ(x)] = σ² E[φ'(x)] for a Gaussian current x (Stein's lemma)."""
    x = deviation * GRID
    left = mean(x * activation_function(name)(x))
    right = deviation**2 * mean(slope(name, x))
    assert left == pytest.approx(right, rel=1e-6 if name in CORNERED else 1e-10)


@pytest.mark.parametrize("gain", [1.5, 2.0])
def test_mean_square_of_tanh_is_one_minus_its_mean_slope(gain):
    """Sompolinsky, Crisanti & Sommers (1988): variance and mean square at gain 1.5 and 2."""
    x = np.sqrt(MEAN_FIELD[gain].variance) * GRID
    mean_square = mean(np.tanh(x) ** 2)
    assert mean_square == pytest.approx(1.0 - mean(slope("tanh", x)), abs=1e-14)
    assert mean_square == pytest.approx(MEAN_FIELD[gain].rate_variance, abs=1e-5)


def test_mean_rate_of_a_quadratic_threshold_unit():
    """Half of the second moment of a Gaussian, times the gain."""
    power_law = ThresholdPowerLaw(gain=0.3, exponent=2.0, threshold=0.7)
    assert mean(power_law(0.7 + GRID)) == pytest.approx(0.15, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"gain": -1.0}, r"ThresholdPowerLaw\.gain must not be negative \(got .*-1\.0.*\)"),
        ({"exponent": 0.0}, r"ThresholdPowerLaw\.exponent must be positive \(got .*0\.0.*\)"),
        ({"exponent": np.array([2.0, -1.0])}, r"ThresholdPowerLaw\.exponent"),
        ({"threshold": np.nan}, r"ThresholdPowerLaw\.threshold.* must be finite"),
    ],
)
def test_meaningless_parameters_are_errors(fields, message):
    with pytest.raises(ParameterError, match=message):
        ThresholdPowerLaw(**fields)


@pytest.mark.parametrize("form", [LeakyCurrent, LeakyRate])
def test_an_unknown_name_suggests_the_nearest(form):
    with pytest.raises(UnknownNameError, match=r"'tahn' is unknown\. Did you mean 'tanh'\? Known: linear"):
        form("tahn")


@pytest.mark.parametrize("activation", [3.0, None, ThresholdPowerLaw])
def test_invalid_activations(activation):
    with pytest.raises(
        ParameterError, match=r"activation must be a name, a function of\s+NumPy, .*names: linear, "
    ):
        LeakyCurrent(activation)


def test_the_name_of_a_family_is_its_default_object():
    assert LeakyCurrent("threshold_power_law") == LeakyCurrent(ThresholdPowerLaw())


def test_a_function_of_the_user_is_an_activation():
    def softsign(x):
        return x / (1.0 + np.abs(x))

    neuron = LeakyCurrent(softsign)
    x = np.array([-3.0, 0.5])
    assert_allclose(neuron.rate(x), softsign(x))
    assert_allclose(slope(softsign, x), 1.0 / (1.0 + np.abs(x)) ** 2, rtol=1e-15)
    assert repr(neuron) == "LeakyCurrent(activation=softsign)"

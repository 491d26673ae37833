"""Mean-field theory of random networks against published numbers, expansions and independent integrals."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.clark2023 import VARIANCE_AT_20
from reference.sompolinsky1988 import MEAN_FIELD
from scipy.integrate import dblquad, quad
from scipy.interpolate import CubicSpline

import neurosim as ns
from neurosim.analysis import half_width
from neurosim.errors import ParameterError


def network(activation="tanh", connectivity=None, size=20, tau=1.0):
    neuron = activation if isinstance(activation, ns.Neuron) else ns.LeakyCurrent(activation, tau=tau)
    return ns.Network(neuron, connectivity or ns.Gaussian(gain=2.0), size, rng=0)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


@pytest.mark.parametrize("gain", MEAN_FIELD)
def test_published_variances_and_times(gain):
    variance, rate_variance, half, time, area, decay = MEAN_FIELD[gain]
    theory = ns.theory.autocorrelation(network(), gain=gain)
    assert_allclose(theory.variance, variance, rtol=1e-4)
    assert_allclose(theory.rate_variance, rate_variance, rtol=1e-4)
    assert_allclose(half_width(theory), half, rtol=4e-4)
    spline = CubicSpline(theory.lags, theory.values / theory.variance)
    assert_allclose(spline.solve(np.exp(-1.0), extrapolate=False), [time], rtol=3e-4)
    tail = theory.values[-1] / theory.variance * decay
    assert_allclose(spline.integrate(0.0, theory.lags[-1]) + tail, area, rtol=3e-4)


def test_a_very_strong_network():
    # sign-like rates have 2 (1 - 2/pi) g²
    variance = ns.theory.variance(network(), gain=20.0)
    assert_allclose(variance, VARIANCE_AT_20, rtol=1e-5)
    assert_allclose(ns.theory.variance(network(), gain=60.0) / 3600.0, 2.0 - 4.0 / np.pi, rtol=3e-3)


@pytest.mark.parametrize("gain", [1.2, 2.0, 5.0])
def test_the_tail_decays_at_the_rate_that_the_mean_slope_sets(gain):
    # kappa² = 1 - g² <phi'>², and for tanh <phi'> = 1 - C(0)
    theory = ns.theory.autocorrelation(network(), gain=gain)
    rate = np.sqrt(1.0 - gain**2 * (1.0 - theory.rate_variance) ** 2)
    lags = theory.lags[-1] + np.array([0.0, 5.0])
    first, last = ns.theory.autocorrelation(network(), gain=gain, lags=lags).values
    assert_allclose(np.log(first / last) / 5.0, rate, rtol=1e-4)


@pytest.mark.parametrize("excess", [0.003, 0.01, 0.03])
def test_expansion_near_the_onset(excess):
    theory = ns.theory.autocorrelation(network(), gain=1.0 + excess)
    assert abs(theory.variance - excess - 7.0 / 6.0 * excess**2) < 2.0 * excess**3
    leading = 1.0 / np.cosh(theory.variance * theory.lags / np.sqrt(3.0)) * theory.variance
    assert np.abs(theory.values - leading).max() < 2.0 * excess * theory.variance


def test_ten_parts_in_a_million_above_the_onset():
    """Half width of sech(eps s / sqrt 3), at a variance of which rounding hides the hundred thousandth part."""
    theory = ns.theory.autocorrelation(network(), gain=1.0 + 1e-5)
    assert_allclose(theory.variance, 1e-5, rtol=1e-4)
    assert_allclose(half_width(theory), np.sqrt(3.0) * np.arccosh(2.0) / 1e-5, rtol=1e-3)


@pytest.mark.parametrize("excess", [0.001, 0.01])
def test_a_corner_hides_what_little_fluctuates_near_the_onset(excess):
    """Rectified tanh: g² <φ²> = D with <φ²> = D/2 - D² + 17/6 D³, so that g² = 2 / (1 - 2 D + 17/3 D²)."""
    theory = ns.theory.autocorrelation(network("rectified_tanh"), gain=(1.0 + excess) * np.sqrt(2.0))
    variance = theory.variance
    assert theory.frozen_variance == variance
    gain_square = 2.0 / (1.0 - 2.0 * variance + 17.0 / 3.0 * variance**2)
    assert_allclose(gain_square, 2.0 * (1.0 + excess) ** 2, rtol=60.0 * excess**3)


def pair_average(rate, variance, covariance):
    """E rate(x) rate(y) by adaptive integration, nothing shared with the package."""
    rho = covariance / variance
    spread = np.sqrt(variance)

    def weighted(a, b):
        y = rho * a + np.sqrt(1.0 - rho**2) * b
        return rate(spread * a) * rate(spread * y) * np.exp(-0.5 * (a * a + b * b)) / (2.0 * np.pi)

    return dblquad(weighted, -8.0, 8.0, -8.0, 8.0, epsabs=1e-8)[0]


@pytest.mark.parametrize(
    ("activation", "rate", "gain"),
    [("tanh", np.tanh, 2.0), ("logistic", logistic, 15.0)],
    ids=["tanh", "logistic"],
)
def test_the_autocorrelation_solves_its_equation(activation, rate, gain):
    step = 0.02
    start = np.array([0.0, 1.0, 3.0, 8.0])
    lags = start[:, None] + step * np.arange(-2, 3)
    theory = ns.theory.autocorrelation(network(activation), gain=gain, lags=lags.ravel())
    values = theory.values.reshape(lags.shape)
    curvature = values @ [-1.0, 16.0, -30.0, 16.0, -1.0] / (12.0 * step**2)
    for place, center in enumerate(values[:, 2]):
        expected = pair_average(rate, theory.variance, min(center, theory.variance * (1.0 - 1e-12)))
        assert_allclose(theory.rate_values.reshape(lags.shape)[place, 2], expected, atol=2e-7)
        assert_allclose(curvature[place], center - gain**2 * expected, atol=2e-5 * theory.variance)


def test_a_rate_that_is_not_odd_leaves_frozen_variance():
    # Mastrogiuseppe & Ostojic 2018 without structure: D(inf) = g² C(D(inf))
    theory = ns.theory.autocorrelation(network("logistic"), gain=15.0)
    assert 0.0 < theory.frozen_variance < theory.variance
    average = pair_average(logistic, theory.variance, theory.frozen_variance)
    assert_allclose(theory.frozen_variance, 225.0 * average, rtol=1e-6)
    fluctuating = theory.variance - theory.frozen_variance
    assert theory.values[-1] - theory.frozen_variance < 2e-4 * fluctuating


def test_below_the_onset_the_states_are_constant():
    silent = ns.theory.autocorrelation(network(), gain=0.9)
    assert silent.variance == silent.frozen_variance == 0.0
    assert not silent.values.any()
    frozen = ns.theory.autocorrelation(network("logistic"), gain=4.0)
    assert frozen.variance == frozen.frozen_variance
    assert_allclose(frozen.values, frozen.variance, rtol=1e-12)
    spread = np.sqrt(frozen.variance)
    square = quad(lambda z: logistic(spread * z) ** 2 * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi), -10, 10)[
        0
    ]
    assert_allclose(frozen.variance, 16.0 * square, rtol=1e-9)


def test_time_is_measured_in_the_unit_of_tau():
    fast = ns.theory.autocorrelation(network())
    slow = ns.theory.autocorrelation(network(tau=10.0))
    assert_allclose(slow.lags, 10.0 * fast.lags, rtol=1e-12)
    assert_allclose(slow.values, fast.values, rtol=1e-12)
    assert_allclose(
        ns.theory.autocorrelation(network(tau=10.0), lags=fast.lags[::-1] * -10.0).values, fast.values[::-1]
    )


def test_any_neuron_of_current_form_has_a_theory():
    @dataclass(frozen=True)
    class Doubled(ns.Neuron):
        """Tanh of half the slope and twice the size, the same theory in other units."""

        tau: float = 1.0

        def drift(self, x, u):
            return (u - x) / self.tau

        def rate(self, x):
            return 2.0 * np.tanh(x / 2.0)

    assert_allclose(ns.theory.variance(network(Doubled())), 4.0 * ns.theory.variance(network()), rtol=1e-10)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("tanh", 1.0),
        (lambda x: np.tanh(2.0 * x), 0.5),
        ("rectified_tanh", np.sqrt(2.0)),
        (lambda x: 3.0 * x, 1.0 / 3.0),
    ],
    ids=["tanh", "steep", "rectified", "linear"],
)
def test_critical_gain_of_silence(activation, expected):
    assert_allclose(ns.theory.critical_gain(network(activation)), expected, rtol=1e-9)


def test_critical_gain_of_an_active_fixed_point():
    gain = ns.theory.critical_gain(network("logistic"))
    variance = ns.theory.variance(network("logistic"), gain=gain * 0.9999)

    def weighted(z):
        rate = logistic(np.sqrt(variance) * z)
        return (rate * (1.0 - rate)) ** 2 * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)

    assert_allclose(gain**2 * quad(weighted, -10.0, 10.0)[0], 1.0, rtol=3e-4)
    above = ns.theory.autocorrelation(network("logistic"), gain=1.02 * gain)
    assert above.frozen_variance < above.variance


def test_a_dead_zone_leaves_silence_alone_until_it_is_overcome():
    def dead(x):
        return x**3 / (1.0 + np.abs(x) ** 3)

    assert ns.theory.variance(network(dead), gain=1.5) == 0.0
    with pytest.raises(
        ParameterError,
        match="neuron must have a rate for which a decaying autocorrelation solves the mean-field",
    ):
        ns.theory.variance(network(dead), gain=2.2)
    # far above, the rate is nearly a sign
    assert_allclose(ns.theory.variance(network(dead), gain=200.0) / 200.0**2, 2.0 - 4.0 / np.pi, rtol=0.02)


@dataclass(frozen=True)
class Overshooting(ns.Neuron):
    """A rate unit whose rate is not its state."""

    tau: float = 1.0

    def drift(self, r, u):
        return (np.tanh(u) - r) / self.tau

    def rate(self, r):
        return 2.0 * r


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            network(Overshooting()),
            r"neuron must be of the form tau dx/dt = -x \+ u or tau dr/dt = -r \+ phi\(u\) in mean-field",
        ),
        (
            network(ns.Adaptive()),
            r"neuron must have one variable in mean-field theory \(got Adaptive with x, a\)",
        ),
        (
            network(ns.LeakyCurrent("tanh", tau=np.linspace(1.0, 2.0, 20))),
            r"neuron must have identical units in mean-field theory \(got LeakyCurrent\(tau=array\(20,\)\)\)",
        ),
        (
            network().replace(bias=np.ones(20)),
            r"network\.bias must be zero in mean-field theory \(got other values\)",
        ),
        (
            network(connectivity=ns.Gaussian() + ns.Coherent()),
            r"network\.recurrent must have no low-rank part in this theory \(got rank 1\)",
        ),
        (
            network(connectivity=ns.ExcitatoryInhibitory(), size=200),
            r"network\.recurrent must have columns of zero mean in this theory \(got other means\)",
        ),
    ],
    ids=["another form", "two variables", "heterogeneous", "bias", "structure", "Dale"],
)
def test_networks_that_the_theory_does_not_describe(given, message):
    with pytest.raises(ParameterError, match=message):
        ns.theory.autocorrelation(given)


@pytest.mark.parametrize(
    ("function", "keywords", "message"),
    [
        (ns.theory.variance, {"gain": -1.0}, r"gain must not be negative \(got -1.0\)"),
        (
            ns.theory.autocorrelation,
            {"lags": np.zeros((2, 2))},
            r"lags must have one axis \(got the shape \(2, 2\)\)",
        ),
        (ns.theory.autocorrelation, {"lags": np.array([np.nan])}, r"lags\[0\] must be finite \(got nan\)"),
        (
            ns.theory.autocorrelation,
            {"gain": 1.0 + 1e-7},
            r"gain must be further from the onset of chaos \(got 1\.0000001, where rounding hides the",
        ),
    ],
)
def test_bad_arguments(function, keywords, message):
    with pytest.raises(ParameterError, match=message):
        function(network(), **keywords)


def test_activity_without_bound_is_an_error():
    assert ns.theory.variance(network("relu"), gain=1.4) == 0.0
    with pytest.raises(ParameterError, match="grows without bound"):
        ns.theory.variance(network("relu"), gain=1.5)


@pytest.mark.parametrize(
    "activation", ["softplus", lambda x: np.maximum(x, 0.0) ** 2], ids=["softplus", "square"]
)
def test_no_critical_gain(activation):
    with pytest.raises(
        ParameterError,
        match=r"neuron must have a (fixed point that loses stability|rate that is linear near zero)",
    ):
        ns.theory.critical_gain(network(activation))

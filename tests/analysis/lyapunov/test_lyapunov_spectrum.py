"""Lyapunov exponents against exact results and published numbers."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq

import neurosim as ns
from neurosim.analysis import lyapunov_spectrum


def test_exponents_of_a_stable_network_are_the_real_parts_of_its_eigenvalues():
    """Below the transition the state decays to zero, where the flow is linear."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.7), 40, rng=0)
    result = lyapunov_spectrum(network, duration=2000.0, discard=200.0, rng=1, threads=1)
    expected = np.sort(network.recurrent.eigenvalues().real)[::-1] - 1.0
    # rotating pairs exchange growth within a period: a mean over T is off by about log(non-normality) / T
    np.testing.assert_allclose(result.values, expected, atol=5e-3)


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_euler_exponents_are_those_of_its_map(dt):
    network = ns.Network(ns.LeakyCurrent("linear", tau=2.0), ns.Gaussian(gain=0.7), 20, rng=0)
    result = lyapunov_spectrum(network, duration=4000.0, dt=dt, scheme="euler", discard=1.0, rng=1, threads=1)
    multipliers = 1 + dt / 2.0 * (network.recurrent.eigenvalues() - 1)
    expected = np.sort(np.log(np.abs(multipliers)))[::-1] / dt
    np.testing.assert_allclose(result.values, expected, atol=3e-3)


@pytest.mark.parametrize(
    ("scheme", "dt", "mean"), [("rk4", 0.1, -1.0), ("euler", 0.1, np.log(0.9) / 0.1)], ids=["flow", "euler"]
)
def test_mean_exponent_without_self_connections_is_the_leak(scheme, dt, mean):
    """Exact for the flow at any gain: the trace of the Jacobian is -N. Euler: log |1 - dt| / dt up to order dt."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0, self_connections=False), 60, rng=2)
    result = lyapunov_spectrum(network, duration=100.0, dt=dt, scheme=scheme, rng=1, threads=1)
    assert result.values.mean() == pytest.approx(mean, abs=1e-4 if scheme == "rk4" else 1e-2)


def test_spectrum_is_symmetric_about_minus_one():
    """Point symmetry of driven random networks (Engelken, Wolf & Abbott 2023): pairs sum to -2."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0, self_connections=False), 100, rng=4)
    values = lyapunov_spectrum(network, duration=600.0, rng=1).values
    assert np.abs(values + values[::-1] + 2.0).max() < 0.25


def test_interval_between_orthonormalizations_does_not_matter():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 60, rng=0)
    often, seldom = (
        lyapunov_spectrum(network, 10, duration=100.0, interval=interval, rng=1, threads=1)
        for interval in (0.1, 2.0)
    )
    # the alignment phases differ by a rounding of their length, not more
    np.testing.assert_allclose(often.values, seldom.values, atol=0.03)


def test_same_seed_same_exponents_whatever_the_threads():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 60, rng=0)
    runs = [lyapunov_spectrum(network, 12, duration=20.0, rng=1, threads=k) for k in (1, 2)]
    np.testing.assert_array_equal(runs[0].growth, runs[1].growth)


def test_leading_exponents_are_those_of_the_whole_spectrum():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.8), 30, rng=0)
    whole = lyapunov_spectrum(network, duration=1000.0, rng=1, threads=1)
    few = lyapunov_spectrum(network, 3, duration=1000.0, rng=2, threads=1)
    np.testing.assert_allclose(few.values, whole.values[:3], atol=0.01)


def result(values, growth=None, dimensions=4):
    values = np.array(values)
    growth = np.tile(values, (40, 1)) if growth is None else growth
    return ns.analysis.LyapunovSpectrum(
        values=values,
        growth=growth,
        interval=1.0,
        duration=float(len(growth)),
        discard=0.0,
        dt=0.1,
        scheme="rk4",
        dimensions=dimensions,
        time_constant=1.0,
    )


def test_derived_quantities_by_hand():
    found = result([0.3, 0.1, -0.2, -0.5])
    assert found.entropy_rate == pytest.approx(0.4)
    assert found.dimension == pytest.approx(3 + 0.2 / 0.5)
    np.testing.assert_allclose(found.per_step, [0.03, 0.01, -0.02, -0.05])
    np.testing.assert_allclose(found.dimension_confidence, found.dimension)
    assert found.converged
    assert result([-0.3, -1.0]).dimension == 0.0
    assert result([0.3, 0.2], dimensions=2).dimension == 2.0
    # more exponents may be positive, and the sum has not come down to zero
    assert np.isnan(result([0.3, 0.2]).dimension)
    assert np.isnan(result([0.3, 0.2]).entropy_rate)


def correlated(count, rng, drift=0.0):
    """AR(1) with the correlation time of 5 samples, mean 0.1 and standard deviation 1."""
    decay, series = np.exp(-0.2), np.empty(count)
    series[0] = rng.standard_normal()
    for k in range(1, count):
        series[k] = decay * series[k - 1] + np.sqrt(1.0 - decay**2) * rng.standard_normal()
    return 0.1 + series + drift * np.linspace(-1.0, 1.0, count)


def test_confidence_holds_the_true_mean():
    rng = np.random.default_rng(0)
    runs = [
        result([growth.mean()], growth[:, None]) for growth in (correlated(1000, rng) for _ in range(200))
    ]
    held = np.mean([run.confidence[0, 0] < 0.1 < run.confidence[1, 0] for run in runs])
    # 200 runs scatter by 2 %; twenty blocks are known to undercover by a few per cent
    assert 0.87 < held < 0.99
    # exact for AR(1): variance of the mean is (1 + decay) / (1 - decay) / count
    decay = np.exp(-0.2)
    exact = np.sqrt((1.0 + decay) / (1.0 - decay) / 1000)
    assert np.mean([run.standard_errors[0] for run in runs]) == pytest.approx(exact, rel=0.1)
    assert np.mean([run.converged for run in runs]) > 0.97


def test_a_drift_has_not_converged():
    growth = correlated(1000, np.random.default_rng(0), drift=2.0)[:, None]
    assert not result([growth.mean()], growth).converged


def test_too_few_intervals_have_no_confidence():
    few = result([0.1], np.full((10, 1), 0.1))
    assert np.isnan(few.confidence).all()
    assert not few.converged


@dataclass(frozen=True)
class Lorenz(ns.Neuron):
    """Lorenz 1963 with its own parameters."""

    sigma: float = 10.0
    rho: float = 28.0
    beta: float = 8.0 / 3.0

    def drift(self, x, y, z, u):
        return self.sigma * (y - x) + u, x * (self.rho - z) - y, x * y - self.beta * z

    def rate(self, x, y, z):
        return x + 0.0 * y * z


def test_lorenz():
    """Sprott 2003: 0.9056, 0, -14.5723, dimension 2.062; their sum is the divergence of the flow."""
    unit = ns.Network(Lorenz(), ns.connectivity.Operator(np.zeros((1, 1))), 1)
    start = np.array([[1.0, 1.0, 20.0]])
    found = lyapunov_spectrum(
        unit, duration=400.0, dt=0.01, discard=50.0, interval=0.5, initial_state=start, threads=1, rng=0
    )
    np.testing.assert_allclose(found.values, [0.9056, 0.0, -14.5723], atol=0.03)
    assert found.values.sum() == pytest.approx(-(10.0 + 1.0 + 8.0 / 3.0), abs=1e-3)
    assert found.dimension == pytest.approx(2.062, abs=0.003)
    low, high = found.confidence[:, 0]
    assert low - 0.01 < 0.9056 < high + 0.01
    assert found.converged


@dataclass(frozen=True)
class StuartLandau(ns.Neuron):
    """Oscillator with the limit cycle x² + y² = 1."""

    rate_of_return: float = 0.7

    def drift(self, x, y, u):
        pull = self.rate_of_return * (1.0 - x * x - y * y)
        return pull * x - 2.0 * y + u, pull * y + 2.0 * x

    def rate(self, x, y):
        return x + 0.0 * y


def test_a_limit_cycle_has_one_zero_exponent():
    unit = ns.Network(StuartLandau(), ns.connectivity.Operator(np.zeros((1, 1))), 1)
    found = lyapunov_spectrum(
        unit, duration=200.0, dt=0.02, initial_state=np.array([[0.3, 0.0]]), threads=1, rng=0
    )
    np.testing.assert_allclose(found.values, [0.0, -1.4], atol=1e-3)


def test_exponents_of_a_map_per_step():
    """Rate form with dt = tau is r' = W r: log |eigenvalues| per step, under any input."""
    network = ns.Network(ns.LeakyRate("linear", tau=20.0), ns.Gaussian(gain=0.9), 12, inputs=1, rng=3)
    expected = np.sort(np.log(np.abs(network.recurrent.eigenvalues())))[::-1]
    drive = {"inputs": lambda time: [np.sin(time)], "noise": ns.OrnsteinUhlenbeck(0.3, tau_noise=30.0)}
    for more in ({}, drive):
        found = lyapunov_spectrum(
            network, duration=40_000.0, dt=20.0, scheme="euler", discard=10_000.0, threads=1, rng=1, **more
        )
        np.testing.assert_allclose(found.per_step, expected, atol=6e-3)


def driven_network():
    """A contracting network, whose trajectories can be repeated since rounding errors decay."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.2), 8, inputs=1, rng=5)
    samples = np.random.default_rng(0).normal(size=(400, 1))
    return network, {"inputs": samples, "noise": ns.WhiteNoise(0.5)}


def test_sum_of_exponents_is_the_mean_logarithm_of_the_determinant():
    """Exact for the Euler map along the trajectory that `simulate` gives for the same seed."""
    network, drive = driven_network()
    found = lyapunov_spectrum(
        network, duration=30.0, dt=0.1, scheme="euler", discard=10.0, interval=0.5, threads=1, rng=7, **drive
    )
    run = ns.simulate(network, 40.0, 0.1, "euler", rng=7, **drive)
    step = [np.eye(8) + 0.1 * network.jacobian(state) for state in run.states[0, 100:400]]
    expected = np.mean([np.linalg.slogdet(matrix)[1] for matrix in step]) / 0.1
    assert found.values.sum() == pytest.approx(expected, abs=1e-9)


def test_sum_of_exponents_is_the_mean_trace_of_the_jacobian():
    """Exact for the flow; RK4 at dt = 0.05 and the sum over samples leave 1e-4."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 10, rng=5)
    found = lyapunov_spectrum(network, duration=50.0, dt=0.05, discard=20.0, threads=1, rng=7)
    run = ns.simulate(network, 70.0, 0.05, "rk4", rng=7)
    traces = [np.trace(network.jacobian(state)) for state in run.states[0, 400:]]
    expected = np.convolve(traces, [0.5, 0.5], mode="valid").mean()
    assert found.values.sum() == pytest.approx(expected, abs=1e-3)


def test_under_frozen_noise_the_exponent_is_the_decay_of_distances():
    network, drive = driven_network()
    keywords = {"count": 1, "duration": 30.0, "discard": 10.0, "threads": 1, "interval": 1.0}
    first, again, other = (lyapunov_spectrum(network, rng=seed, **keywords, **drive) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.growth, again.growth)
    assert np.abs(first.growth - other.growth).max() > 1e-3
    starts = np.random.default_rng(1).normal(size=(2, 8)) * [[1.0], [1.001]]
    starts[1] = starts[0] + 1e-4 * starts[1]
    ends = [ns.simulate(network, 40.0, 0.1, "rk4", initial_state=s, rng=7, **drive).states[0] for s in starts]
    distance = np.linalg.norm(ends[0] - ends[1], axis=1)
    assert first.values[0] < 0.0
    # the distance is a tangent vector once it has turned; directions differ by a factor of a few
    assert np.log(distance[400] / distance[100]) / 30.0 == pytest.approx(first.values[0], abs=0.05)


def test_strong_input_suppresses_chaos():
    """Rajan, Abbott & Sompolinsky 2010: strong input suppresses chaos."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 100, inputs=1, rng=0)
    free, driven = (
        lyapunov_spectrum(network, 1, duration=200.0, inputs=inputs, threads=1, rng=1).values[0]
        for inputs in (0.0, lambda time: [4.0 * np.sin(time)])
    )
    assert driven < -0.1 < free


def test_theory_and_simulation_of_the_map_agree():
    """dt = tau, g = 3: 0.3102 per step; 500 units stay below and scatter by 0.015."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), 500, rng=0)
    found = lyapunov_spectrum(network, 1, duration=1000.0, dt=1.0, scheme="euler", rng=1, threads=1)
    assert found.values[0] == pytest.approx(ns.theory.lyapunov_exponent(network, dt=1.0).value, abs=0.03)
    assert found.converged


@pytest.mark.slow
def test_largest_exponent_at_gain_two_and_three():
    """Simulations of 500 units without self-connections, RK4, T = 300: .091 +- .015 and .207 +- .012."""
    for gain, expected, spread in ((2.0, 0.091, 0.015), (3.0, 0.207, 0.012)):
        exponents = [
            lyapunov_spectrum(
                ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain, self_connections=False), 500, rng=k),
                1,
                duration=300.0,
                rng=k,
            ).values[0]
            for k in range(4)
        ]
        assert np.mean(exponents) == pytest.approx(expected, abs=2 * spread / np.sqrt(4) + 0.01)


def linear_unit(weight, bias=0.0):
    unit = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(np.array([[weight]])), 1, rng=0)
    return unit.replace(bias=np.array([bias]))


class TestBoundedness:
    """A positive exponent is chaos only where the state stays bounded."""

    @pytest.mark.parametrize("weight", [1.001, 1.02, 1.1, 2.0])
    def test_a_linear_unit_grows_without_bound_at_whatever_speed(self, weight):
        found = lyapunov_spectrum(linear_unit(weight), rng=0)
        assert found.values[0] == pytest.approx(weight - 1.0, rel=1e-4)
        assert found.status == "unbounded"
        assert not found.chaotic

    def test_unstable_linear_networks_grow_without_bound(self):
        pair = np.array([[1.01, -0.7], [0.7, 1.01]])
        for weights in (pair, 1.3 * np.random.default_rng(0).standard_normal((20, 20)) / np.sqrt(20)):
            network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(weights), len(weights), rng=0)
            found = lyapunov_spectrum(network, 2, rng=0)
            assert found.values[0] > 0.0
            assert found.status == "unbounded"

    def test_an_integrator_of_a_constant_grows_without_an_exponent(self):
        found = lyapunov_spectrum(linear_unit(1.0, bias=1.0), rng=0)
        assert found.values[0] == pytest.approx(0.0, abs=1e-9)
        assert found.status == "unbounded"

    @pytest.mark.parametrize("weight", [0.5, 0.999, 1.0])
    def test_linear_units_that_do_not_grow_are_bounded(self, weight):
        assert lyapunov_spectrum(linear_unit(weight), rng=0).status == "bounded"

    def test_chaos_is_bounded(self):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), 100, rng=0)
        found = lyapunov_spectrum(network, 1, rng=0)
        assert found.status == "bounded"
        assert found.chaotic

    def test_a_growing_transient_has_its_own_status(self):
        """From 1e-40 a tanh unit with weight 1.5 needs 180 time constants to saturate."""
        unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[1.5]])), 1, rng=0)
        found = lyapunov_spectrum(unit, duration=60.0, discard=50.0, initial_state=np.array([1e-40]), rng=0)
        assert found.values[0] == pytest.approx(0.5, rel=1e-6)
        assert found.status == "growing"
        assert not found.chaotic

    def test_the_scheme_decides_whether_the_state_is_bounded(self):
        """Rotation by 1.1: the Euler map with dt = tau grows, the flow decays."""
        turn = 1.1 * np.array([[0.0, -1.0], [1.0, 0.0]])
        network = ns.Network(ns.LeakyRate("linear"), ns.Explicit(turn), 2, rng=0)
        mapped = lyapunov_spectrum(network, dt=1.0, scheme="euler", rng=0)
        assert mapped.per_step[0] == pytest.approx(np.log(1.1), rel=1e-6)
        assert mapped.status == "unbounded"
        assert lyapunov_spectrum(network, rng=0).status == "bounded"


class TestSeveralStarts:
    def two_basins(self):
        """A group that is held down where a switch is up, and chaotic where it is down and cancels the bias."""
        size = 80
        up = np.tanh(brentq(lambda x: 2.0 * np.tanh(x) - x, 0.1, 3.0))
        signs = np.sign(np.random.default_rng(2).standard_normal(size))
        weights = np.zeros((size + 1, size + 1))
        weights[:size, :size] = ns.Gaussian(gain=4.0).build(size, np.random.default_rng(5)).dense()
        weights[size, size], weights[:size, size] = 2.0, 6.0 * signs
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size + 1, rng=0)
        return network.replace(bias=np.append(6.0 * up * signs, 0.0))

    def test_a_second_attractor_shows_where_error_bars_do_not(self):
        states = np.random.default_rng(0).standard_normal((4, 81))
        states[:, -1] = [2.0, -2.0, 1.5, -1.5]
        found = lyapunov_spectrum(self.two_basins(), 1, starts=states, rng=0)
        values = np.array([one.values[0] for one in (found, *found.others)])
        assert (values[[0, 2]] < -0.1).all()
        assert (values[[1, 3]] > 0.02).all()
        assert found.attractors == 2
        # the error bar of one start holds none of the others
        assert abs(values[0] - values[1]) > 10.0 * found.standard_errors[0]

    def test_attractors_of_a_strongly_coupled_random_network(self):
        """N = 100, g = 5: over 48 starts its exponents range from -.26 to .29, each with an error of .02 to .04."""
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=5.0), 100, rng=11)
        found = lyapunov_spectrum(network, 1, starts=12, rng=0, threads=1)
        values = [one.values[0] for one in (found, *found.others)]
        assert found.converged
        assert max(values) - min(values) > 8.0 * found.standard_errors[0]
        assert found.attractors >= 2

    def test_the_first_start_is_that_of_a_single_run(self):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 20, rng=0)
        one, several = (lyapunov_spectrum(network, 3, starts=k, rng=5, threads=1) for k in (1, 3))
        np.testing.assert_array_equal(one.growth, several.growth)
        assert len(several.others) == 2
        assert not np.array_equal(several.growth, several.others[0].growth)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"starts": 0}, r"starts must be at least 1 \(got 0\)"),
            (
                {"starts": 2, "initial_state": np.zeros(30)},
                r"starts must be states .*beside an initial_state",
            ),
            ({"starts": np.zeros((2, 30)), "initial_state": np.zeros(30)}, "initial_state must be None"),
            ({"starts": np.zeros((2, 5))}, r"starts must be a number or states \(starts, 30\)"),
        ],
    )
    def test_bad_starts_are_named(self, arguments, message):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.8), 30, rng=0)
        with pytest.raises(ns.errors.NeurosimError, match=message):
            lyapunov_spectrum(network, 1, **arguments)


class TestTimes:
    def test_defaults_are_counted_in_time_constants(self):
        network = ns.Network(ns.LeakyCurrent("tanh", tau=100.0), ns.Gaussian(gain=0.8), 10, rng=0)
        found = lyapunov_spectrum(network, 2, rng=0)
        times = [found.duration, found.discard, found.interval, found.dt, found.time_constant]
        np.testing.assert_allclose(times, [20_000.0, 10_000.0, 100.0, 10.0, 100.0])
        assert not found.short

    def test_a_run_of_few_time_constants_warns_and_is_marked(self):
        network = ns.Network(ns.LeakyCurrent("tanh", tau=100.0), ns.Gaussian(gain=0.8), 10, rng=0)
        with pytest.warns(ns.errors.ShortRunWarning, match="duration = 200 is less than 20 of the slowest"):
            found = lyapunov_spectrum(network, 2, duration=200.0, dt=10.0, rng=0)
        assert found.short

    def test_a_network_that_is_a_map_has_the_exponents_of_its_map(self):
        """Rate form with dt = tau is r' = W r: log |eigenvalue| per step, without naming dt or the scheme."""
        stepping = ns.stepping.Stepping(dt=20.0)
        network = ns.Network(
            ns.LeakyRate("linear", tau=20.0), ns.Gaussian(gain=0.9), 6, stepping=stepping, rng=3
        )
        found = lyapunov_spectrum(network, duration=40_000.0, threads=1, rng=1)
        expected = np.sort(np.log(np.abs(network.recurrent.eigenvalues())))[::-1]
        np.testing.assert_allclose(found.per_step, expected, atol=6e-3)
        assert (found.dt, found.scheme) == (20.0, "euler")
        assert found.noise is None

    def test_a_network_that_is_stepped_with_noise_is_measured_under_it(self):
        """One unit: the exponent is the mean of ln(1 + dt (-1 + w (1 - tanh² x))) along the noisy trajectory, exactly.

        Without noise it sits at a fixed point, with another exponent.
        """
        noise = ns.WhiteNoise(density=0.8)
        weight, dt, steps = 1.5, 0.1, 3000
        unit = ns.Network(
            ns.LeakyCurrent("tanh"),
            ns.Explicit(np.array([[weight]])),
            1,
            stepping=ns.Stepping(dt, noise=noise),
            rng=0,
        )
        settings = {
            "discard": 30.0,
            "initial_state": np.array([0.5]),
            "interval": 1.0,
            "threads": 1,
            "rng": 4,
        }
        found = lyapunov_spectrum(unit, duration=steps * dt, **settings)
        run = ns.simulate(unit, 30.0 + steps * dt, initial_state=np.array([0.5]), rng=4)
        states = run.states[0, 300:-1, 0]
        expected = np.log(np.abs(1.0 + dt * (-1.0 + weight * (1.0 - np.tanh(states) ** 2)))).mean() / dt
        assert found.values[0] == pytest.approx(expected, rel=1e-9)
        assert found.noise == noise
        given = lyapunov_spectrum(unit, duration=steps * dt, noise=noise, **settings)
        np.testing.assert_array_equal(given.growth, found.growth)
        without = lyapunov_spectrum(unit, duration=steps * dt, noise=None, **settings)
        assert without.noise is None
        fixed = brentq(lambda x: weight * np.tanh(x) - x, 0.5, 3.0, xtol=1e-14)
        still = np.log(1.0 + dt * (-1.0 + weight * (1.0 - np.tanh(fixed) ** 2))) / dt
        assert without.values[0] == pytest.approx(still, rel=1e-6)
        assert abs(found.values[0] - still) > 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 31}, r"count must be at most 30, the dimensions of the network \(got 31\)"),
        ({"count": 0}, r"count must be at least 1 \(got 0\)"),
        ({"duration": -1.0}, r"duration must be positive \(got -1\.0\)"),
        ({"interval": 0.0}, r"interval must be positive \(got 0\.0\)"),
        ({"discard": -1.0}, r"discard must not be negative \(got -1\.0\)"),
        ({"scheme": "rk5"}, r"scheme = 'rk5' is unknown"),
        ({"duration": 0.5, "interval": 1.0}, r"duration must be at least interval = 1 \(got 0\.5\)"),
        ({"inputs": 1.0}, r"the network has no input channel"),
        ({"noise": 0.1}, "noise must be a WhiteNoise"),
        ({"cout": 5}, r"takes no keyword 'cout'\. Did you mean 'count'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.8), 30, rng=0)
    with pytest.raises(ns.errors.NeurosimError, match=message):
        lyapunov_spectrum(network, **arguments)


def test_a_singular_step_is_named():
    vectors = np.random.default_rng(0).normal(size=(30, 2))
    network = ns.Network(ns.LeakyRate("linear"), ns.LowRank(vectors, vectors), 30, rng=0)
    with pytest.raises(
        ns.errors.ParameterError, match=r"tangent vector 2 is lost .* count <= 2 where the step is singular"
    ):
        lyapunov_spectrum(network, 4, duration=20.0, dt=1.0, scheme="euler", discard=5.0, threads=1, rng=0)


@pytest.mark.slow
def test_dimension_and_entropy_of_a_strongly_chaotic_network():
    """g = 3, one network of 4096 units (data of Clark 2026): D = .0609 N, h = .00314 N.

    The largest exponent of 500 units is an eighth below that limit, and so is the entropy; both scatter by 8 %.
    """
    found = [
        lyapunov_spectrum(
            ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(3.0, self_connections=False), 500, rng=seed),
            60,
            duration=300.0,
            rng=1,
        )
        for seed in range(2)
    ]
    assert np.mean([run.dimension for run in found]) / 500 == pytest.approx(0.0609, rel=0.12)
    assert np.mean([run.entropy_rate for run in found]) / 500 == pytest.approx(0.00314, rel=0.25)
    low, high = found[0].dimension_confidence
    # the interval of one run of 300 time constants: about 5 %
    assert 0.02 < (high - low) / found[0].dimension < 0.2
    assert all(run.converged for run in found)

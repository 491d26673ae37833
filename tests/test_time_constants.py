"""Time constants of single units against closed forms, for one and two variables."""

from dataclasses import dataclass

import numpy as np
import pytest

import neurosim as ns
from neurosim.time_constants import TimeConstants, duration_or, step_or, time_constants


def _network(neuron, size=4, gain=3.0):
    return ns.Network(neuron, ns.Gaussian(gain=gain), size=size, rng=0)


@dataclass(frozen=True)
class Integrator(ns.Neuron):
    """A perfect integrator: its drift does not depend on its state."""

    tau: float = 5.0

    def drift(self, x, u):  # noqa: ARG002  (the arguments are the state variables)
        return u / self.tau

    def rate(self, x):
        return x


class TestOneVariable:
    @pytest.mark.parametrize("neuron", [ns.LeakyCurrent("tanh", tau=20.0), ns.LeakyRate("tanh", tau=20.0)])
    def test_leaky_units_have_the_constant_tau_whatever_their_weights(self, neuron):
        assert time_constants(_network(neuron, gain=5.0)) == TimeConstants(20.0, 20.0)

    def test_different_units_give_the_extremes(self):
        found = time_constants(_network(ns.LeakyRate("tanh", tau=np.array([2.0, 5.0, 40.0, 8.0]))))
        assert (found.fastest, found.slowest) == (2.0, 40.0)

    def test_an_integrator_has_the_time_in_which_its_input_moves_it_by_one(self):
        assert time_constants(_network(Integrator())) == TimeConstants(5.0, 5.0)


class TestTwoVariables:
    def test_adaptation_mixes_both_constants_into_those_of_the_modes(self):
        # lambda^2 + (1 + 1/10) lambda + (1 + 1) / 10 = 0, not the diagonal entries 1 and 1/10
        rates = np.roots([1.0, 1.1, 0.2])
        found = time_constants(_network(ns.Adaptive("linear", tau=1.0, tau_adaptation=10.0, strength=1.0)))
        np.testing.assert_allclose([found.fastest, found.slowest], np.sort(1.0 / np.abs(rates)), rtol=1e-12)

    def test_a_rotating_unit_is_as_fast_as_its_modulus_and_decays_with_its_real_part(self):
        # lambda^2 + 1.1 lambda + 6 / 10 = 0: a complex pair of modulus sqrt(0.6) and real part -0.55
        found = time_constants(_network(ns.Adaptive("linear", tau=1.0, tau_adaptation=10.0, strength=5.0)))
        np.testing.assert_allclose([found.fastest, found.slowest], [1 / np.sqrt(0.6), 1 / 0.55], rtol=1e-12)

    def test_uncoupled_variables_keep_their_own(self):
        found = time_constants(_network(ns.Adaptive("tanh", tau=2.0, tau_adaptation=50.0, strength=0.0)))
        np.testing.assert_allclose([found.fastest, found.slowest], [2.0, 50.0], rtol=1e-12)

    def test_rest_is_that_of_the_neuron(self):
        # at x = 0 and d = 1 the rate is 1/2: A is triangular with -1 and -(1/30 + release / 2)
        found = time_constants(_network(ns.SynapticDepression("logistic", tau_recovery=30.0, release=0.5)))
        np.testing.assert_allclose([found.fastest, found.slowest], [1.0, 1 / (1 / 30 + 0.25)], rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-3, 1e3])
@pytest.mark.parametrize(
    "neuron",
    [
        lambda unit: ns.LeakyRate("tanh", tau=unit),
        lambda unit: ns.Adaptive("linear", tau=unit, tau_adaptation=10.0 * unit),
        lambda unit: Integrator(tau=unit),
    ],
    ids=["LeakyRate", "Adaptive", "Integrator"],
)
def test_time_constants_follow_the_unit_of_time(neuron, factor):
    before, after = (time_constants(_network(neuron(unit))) for unit in (1.0, factor))
    np.testing.assert_allclose(
        [after.fastest, after.slowest], np.multiply([before.fastest, before.slowest], factor), rtol=1e-12
    )


class TestResolution:
    constants = TimeConstants(fastest=2.0, slowest=30.0)

    def test_none_is_counted_in_time_constants(self):
        assert step_or(None, self.constants) == 0.2
        assert duration_or("duration", None, 200.0, self.constants) == 6000.0

    def test_numbers_stay(self):
        assert step_or(0.5, self.constants) == 0.5
        assert duration_or("discard", 0.0, 100.0, self.constants) == 0.0

    def test_numbers_are_checked_by_name(self):
        with pytest.raises(ns.errors.ParameterError, match=r"dt must be positive \(got 0\)"):
            step_or(0, self.constants)
        with pytest.raises(ns.errors.ParameterError, match=r"discard must not be negative \(got -1\)"):
            duration_or("discard", -1, 100.0, self.constants)


class TestOneHome:
    def test_the_warning_of_long_steps_counts_the_modes_of_two_variables(self):
        # modulus sqrt(0.6): a step of 1.2 is shorter than the time constant 1.29, but longer than tau = 1
        network = _network(ns.Adaptive("linear", tau=1.0, tau_adaptation=10.0, strength=5.0), gain=0.1)
        ns.simulate(network, 2.4, 1.2, rng=0)
        with pytest.warns(
            ns.errors.StabilityWarning, match="dt = 1.3 is longer than the fastest time constant"
        ):
            ns.simulate(network, 2.6, 1.3, rng=0)

    def test_exponents_are_normalized_at_the_fastest(self):
        network = _network(ns.Adaptive("linear", tau=1.0, tau_adaptation=10.0, strength=5.0), gain=0.1)
        found = ns.analysis.lyapunov_spectrum(network, duration=200.0, dt=0.01, rng=0)
        assert found.interval == pytest.approx(1 / np.sqrt(0.6), abs=0.005)

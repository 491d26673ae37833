"""Networks of different neurons obey the equations of each, whatever the scheme, the noise and the number of trials."""

import numpy as np
import pytest
from circuits import circuit, equations_of, start_of, three_populations
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

import neurosim as ns
from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError, UnknownNameError


def exact(network, start, duration, drive):
    """Solution of the equations by SciPy, shape (units, variables)."""
    (drift, rate), weights = equations_of(network), network.recurrent.dense()

    def flow(t, flat):
        state = flat.reshape(start.shape)
        current = weights @ rate(state) + network.bias + network.input_weights @ drive(t)
        return drift(state, current).reshape(-1)

    solution = solve_ivp(flow, (0.0, duration), start.reshape(-1), rtol=1e-11, atol=1e-13)
    return solution.y[:, -1].reshape(start.shape)


@pytest.mark.parametrize(("scheme", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_mixed_circuits_converge_to_solve_ivp_with_the_order_of_the_scheme(scheme, order):
    network = circuit()
    network = network.replace(bias=np.linspace(-0.2, 0.3, network.size))
    start, drive = start_of(network), lambda t: np.array([np.sin(t)])
    truth = exact(network, start, 4.0, drive)
    errors = []
    for dt in (0.1, 0.05):
        run = ns.simulate(network, 4.0, dt, scheme, inputs=drive, initial_state=start)
        errors.append(np.abs(run.states[0, -1] - truth).max())
    # the leading error falls as dt**order; the next order makes up to 15 % of the ratio at these steps
    assert errors[0] / errors[1] == pytest.approx(2.0**order, rel=0.2)
    assert errors[1] < {1: 2e-2, 2: 3e-4, 4: 1e-7}[order]


def test_variables_that_a_population_lacks_stay_zero():
    network = circuit()
    run = ns.simulate(network, 2.0, 0.1, noise=ns.OrnsteinUhlenbeck(0.3, tau_noise=1.0), trials=3, rng=1)
    assert not run.states[..., ~network.has_variable].any()
    assert run.states[..., network.has_variable].all(axis=(0, 1)).sum() >= network.dimensions - 3


@pytest.mark.parametrize(
    ("dtype", "target"), [("float64", "state"), pytest.param("float32", "input", marks=pytest.mark.slow)]
)
def test_two_populations_of_one_neuron_are_one_network(dtype, target):
    """Noise, inputs and weights are those of the units, whatever populations these are in."""
    taus = np.repeat([2.0, 1.0], [6, 4])
    plain = ns.Network(
        ns.LeakyCurrent("tanh", tau=taus), ns.Gaussian(1.5), size=10, inputs=1, dtype=dtype, rng=0
    )
    halves = ns.Populations(
        A=ns.Population(ns.LeakyCurrent("tanh", tau=2.0), size=6),
        B=ns.Population(ns.LeakyCurrent("tanh", tau=1.0), size=4),
    )
    noise = ns.OrnsteinUhlenbeck(0.2, tau_noise=1.0, target=target)
    settings = {"dt": 0.1, "inputs": 0.3, "trials": 2, "noise": noise, "rng": 4}
    one, two = (ns.simulate(each, 5.0, **settings) for each in (plain, plain.replace(neuron=halves)))
    # a division by a single tau may be compiled as a product with its inverse
    assert_allclose(two.rates, one.rates, rtol=0.0, atol={"float64": 1e-13, "float32": 1e-5}[dtype])


@pytest.mark.parametrize("trials", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_one_population_is_the_network_of_its_neuron_bit_for_bit(trials):
    neuron = ns.Adaptive("tanh", tau=np.linspace(1.0, 2.0, 9))
    plain = ns.Network(neuron, ns.Gaussian(1.8), size=9, rng=0)
    alone = plain.replace(neuron=ns.Populations(E=ns.Population(neuron, size=9)))
    one, other = (ns.simulate(each, 10.0, 0.1, "rk4", trials=trials, rng=2) for each in (plain, alone))
    assert_array_equal(one.states, other.states)
    assert_array_equal(one.rates, other.rates)


def test_populations_over_several_tiles_and_threads():
    """2 x 512 units in tiles; limits of populations lie inside of tiles."""
    cells = three_populations(E=700, P=333, I=91)
    network = ns.Network(cells, ns.Gaussian(0.9), rng=0)
    start = start_of(network)
    run = ns.simulate(network, 1.0, 0.05, "rk4", initial_state=start, threads=2)
    truth = exact(network, start, 1.0, lambda _: np.zeros(0))
    # RK4 at dt = 0.05 of a time constant of 0.8: (dt / tau)**5 / 120 per step, 20 steps
    assert_allclose(run.states[0, -1], truth, atol=2e-7)
    assert_array_equal(
        ns.simulate(network, 1.0, 0.05, "rk4", initial_state=start, threads=1).states, run.states
    )


def test_named_views_of_a_run():
    network = circuit()
    run = ns.simulate(network, 2.0, 0.1, rng=0)
    assert run["I"].states.shape == (1, 21, 3, 2)
    assert run["I"].variables == ("x", "a")
    assert np.shares_memory(run["E"].states, run.states)
    assert_array_equal(run["E"].states, run.states[:, :, :5, 0])
    assert_array_equal(run["P"].rates, run.rates[..., 5:9])
    assert_array_equal(np.concatenate([run[name].rates for name in "EPI"], axis=-1), run.rates)


def test_views_of_chosen_units_in_any_order():
    network = circuit()
    whole = ns.simulate(network, 2.0, 0.1, rng=0)
    some = ns.simulate(network, 2.0, 0.1, rng=0, units=[11, 0, 6, 3])
    assert_array_equal(some.rates, whole.rates[..., [11, 0, 6, 3]])
    assert_array_equal(some["E"].rates, whole.rates[..., [0, 3]])
    assert_array_equal(some["I"].states[..., 0], whole.states[:, :, [11], 0])
    with pytest.raises(ParameterError, match="no unit of P was recorded"):
        ns.simulate(network, 2.0, 0.1, rng=0, units=[0])["P"]
    with pytest.raises(UnknownNameError, match="'e' is no population of the network"):
        whole["e"]


def test_resuming_a_circuit_is_bit_exact():
    network = circuit()
    noise = ns.OrnsteinUhlenbeck(0.2, tau_noise=1.0)
    whole = ns.simulate(network, 4.0, 0.1, noise=noise, trials=3, rng=3)
    half = ns.simulate(network, 2.0, 0.1, noise=noise, trials=3, rng=3)
    assert_array_equal(ns.resume(half, 4.0).states, whole.states)


def test_rest_and_initial_states_of_populations():
    cells = ns.Populations(
        A=ns.Population(ns.LeakyRate("tanh"), size=2),
        D=ns.Population(ns.SynapticDepression("logistic"), size=3),
    )
    network = ns.Network(cells, ns.Gaussian(), rng=0)
    rest = ns.SynapticDepression("logistic").resting_state()["d"]
    assert_array_equal(network.resting_state(), [[0.0, 0.0]] * 2 + [[0.0, rest]] * 3)


def test_single_steps_of_a_circuit_are_those_of_a_simulation():
    """The steps that online learning rules make, with sums in another order."""
    network = circuit()
    start, rates = start_of(network), np.zeros((20, network.size))
    stepper = Stepper(network, 0.1)
    stepper.start(start)
    stepper.advance(np.zeros(rates.shape), rates)
    run = ns.simulate(network, 2.0, 0.1, initial_state=start)
    assert_allclose(rates, run.rates[0, 1:], atol=1e-13)
    assert_allclose(stepper.state, run.states[0, -1], atol=1e-13)

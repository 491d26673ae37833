"""Effective circuits: exact for units that are populations, one population is rank_one, and errors fall as 1/sqrt N."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.connectivity import GaussianLowRank, GaussianMixtureLowRank
from neurosim.errors import ParameterError, ShapeError
from neurosim.theory import effective_circuit
from neurosim.theory.averages import Averages
from neurosim.theory.gaussian import mean_derivatives
from neurosim.theory.loadings import loadings_of, network_of

UNITS = 40


def given_network(neuron, *, bias, rank=2):
    rng = np.random.default_rng(5)
    left, right = rng.standard_normal((2, UNITS, rank))
    network = ns.Network(
        neuron, ns.LowRank(left, right + 1.5 * left), UNITS, inputs=3, outputs=2, readout="logistic", rng=1
    )
    shift = rng.standard_normal(UNITS) if bias else np.zeros(UNITS)
    return network.replace(bias=shift, readout_bias=np.array([0.3, -0.2]), initial_state=np.zeros(UNITS))


def each_unit_a_population(network):
    values = loadings_of(network)
    count = values.shape[1]
    shares = np.full(len(values), 1.0 / len(values))
    return GaussianMixtureLowRank(
        shares, values, np.zeros((len(values), count, count)), network.recurrent.rank
    )


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("neuron", [ns.LeakyCurrent("tanh", tau=2.0), ns.LeakyRate("tanh", tau=2.0)])
def test_with_each_unit_a_population_the_circuit_is_the_network(neuron, bias, scheme):
    network = given_network(neuron, bias=bias)
    circuit = effective_circuit(network, each_unit_a_population(network))
    inputs = np.random.default_rng(2).standard_normal((4, 50, 3))
    settings = {"duration": 10.0, "dt": 0.2, "scheme": scheme, "inputs": inputs}
    full, few = ns.simulate(network, **settings), circuit.simulate(**settings)
    # rounding, and the width 1e-6 of a population of equal units, whose square enters
    assert_allclose(few.outputs, full.outputs, atol=1e-9)
    assert_allclose(few.kappa, circuit.project(full.states), atol=1e-8)
    assert_allclose(few.times, full.times, atol=1e-12)


@pytest.mark.parametrize("seed", [0, 1])
def test_one_population_has_the_fixed_points_of_rank_one_theory(seed):
    structure = GaussianLowRank(mean_left=0.4, mean_right=1.5, std_left=1.2, overlap=0.9)
    network = ns.Network(ns.LeakyCurrent("tanh"), structure, size=500, rng=seed)
    circuit = effective_circuit(network)
    predicted = [branch.overlap for branch in ns.theory.fixed_point_branches(network, gain=0.0)]
    starts = np.array([[4.0], [0.1], [0.0], [-4.0]])
    found = ns.analysis.fixed_points(circuit.system(), starts=starts)
    states = sorted(state for state in found.states[:, 0] if state > -1e-9)
    assert_allclose(states, sorted(predicted), atol=1e-8)


def test_a_mixture_of_one_population_gives_the_circuit_of_gaussian_low_rank():
    plain = ns.Network(ns.LeakyCurrent("tanh"), GaussianLowRank(overlap=0.5, mean_right=1.0), 300, rng=4)
    mixture = GaussianMixtureLowRank([1.0], [[0.0, 1.0]], [[[1.0, 0.5], [0.5, 1.0]]])
    drawn = ns.Network(ns.LeakyCurrent("tanh"), mixture, 300, rng=4)
    moments = effective_circuit(plain).mixture
    first, second = (effective_circuit(network, moments) for network in (plain, drawn))
    kappa = np.linspace(-3.0, 3.0, 7)[:, None]
    assert_allclose(first.speed(kappa), second.speed(kappa), atol=1e-8)
    assert_allclose(loadings_of(plain), loadings_of(drawn), atol=1e-8)


def two_populations():
    """Two populations in which κ integrates input 0 while input 1 sets the gain of one of them, and a readout."""
    means = np.zeros((2, 5))
    spread = np.array([1.0, 2.0, 1.0, 1.0, 2.0])
    covariances = np.stack([np.diag(spread**2), np.diag(spread**2)])
    for p, (gain, drive) in enumerate([(1.2, 1.0), (0.4, -0.5)]):
        for a, b, value in ((0, 1, gain), (1, 2, drive), (0, 4, 0.7)):
            covariances[p, a, b] = covariances[p, b, a] = value
    covariances[1, 3, 3] = 9.0
    means[1, 3] = 1.0
    return GaussianMixtureLowRank([0.6, 0.4], means, covariances)


def drawn_network(mixture, size, rng):
    template = ns.Network(ns.LeakyCurrent("tanh", tau=1.0), mixture, 8, inputs=2, outputs=1, rng=0).replace(
        initial_state=np.zeros(8)
    )
    return network_of(template, mixture.loadings(size, np.random.default_rng(rng)))


def test_networks_of_n_units_differ_from_the_circuit_by_one_over_the_root_of_n():
    mixture = two_populations()
    sizes, draws = (250, 1000, 4000), 12
    steps = np.arange(60)
    inputs = np.stack([3.0 * np.sin(0.3 * steps), 0.5 * (steps > 30)], axis=1)
    settings = {"duration": 12.0, "dt": 0.2, "scheme": "rk4", "inputs": inputs}
    circuit = effective_circuit(drawn_network(mixture, 4000, 0), mixture)
    predicted = circuit.simulate(**settings)
    errors = []
    for size in sizes:
        runs = (ns.simulate(drawn_network(mixture, size, rng), **settings) for rng in range(draws))
        errors.append(np.sqrt(np.mean([(run.outputs - predicted.outputs) ** 2 for run in runs])))
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    # an error measured from 12 networks is uncertain by 1/sqrt(24) = 20 %, the slope by 0.2 sqrt(2) / ln 16 = 0.1
    assert_allclose(slope, -0.5, atol=0.25)
    # the mean of N readout weights of standard deviation 2 times rates below 1
    assert errors[-1] < 2.0 / np.sqrt(sizes[-1]) < 0.2 * np.abs(predicted.outputs).max()


def test_a_constant_input_is_held_in_every_step():
    circuit = effective_circuit(given_network(ns.LeakyCurrent("tanh"), bias=False))
    constant = np.array([1.0, -0.5, 0.2])
    settings = {"duration": 3.0, "dt": 0.1, "scheme": "heun"}
    held = circuit.simulate(**settings, inputs=constant)
    stepwise = circuit.simulate(**settings, inputs=np.tile(constant, (30, 1)))
    assert held.kappa.shape == (1, 31, 2)
    assert_allclose(held.kappa, stepwise.kappa, rtol=1e-12)
    # and it stays where the speed vanishes
    rest = circuit.simulate(60.0, inputs=constant, scheme="rk4")
    assert_allclose(circuit.speed(rest.kappa[0, -1], constant), 0.0, atol=1e-6)


def test_seconds_and_milliseconds_give_the_same_circuit():
    networks = [given_network(ns.LeakyCurrent("tanh", tau=tau), bias=False) for tau in (0.016, 16.0)]
    runs = [
        effective_circuit(network).simulate(duration=20.0 * network.neuron.tau, start=[1.0, -0.5])
        for network in networks
    ]
    assert_allclose(runs[0].kappa, runs[1].kappa, atol=1e-12)
    assert_allclose(runs[0].times * 1000.0, runs[1].times, rtol=1e-12)


def test_the_jacobian_is_the_derivative_of_the_speed():
    circuit = effective_circuit(given_network(ns.LeakyCurrent("tanh", tau=2.0), bias=True))
    place, inputs = np.array([0.4, -1.1]), np.array([0.2, 0.0, -0.3])
    jacobian = circuit.jacobian(place, inputs)
    # five points: the error of the differences is of order h^4, rounding 1e-16 / h
    h = 1e-3
    for k, direction in enumerate(np.eye(2)):
        points = place + h * np.array([-2.0, -1.0, 1.0, 2.0])[:, None] * direction
        derivative = np.array([1.0, -8.0, 8.0, -1.0]) @ circuit.speed(points, inputs) / (12.0 * h)
        assert_allclose(jacobian[:, k], derivative, atol=1e-7)


@pytest.mark.parametrize("gain", [0.2, 1.0, 8.0])
@pytest.mark.parametrize("spread", [0.1, 1.0, 3.9])
def test_averages_for_many_inputs_are_those_of_one(gain, spread):
    means, spreads = np.array([0.0, 0.7, -2.0]), spread * np.array([0.2, 1.0, 0.5])
    mean, slope = Averages(lambda x: np.tanh(gain * x))(means, spreads)
    for k in range(3):
        exact = mean_derivatives(lambda x, k=k: np.tanh(gain * (x + means[k])), spreads[k] ** 2, 2)
        assert_allclose([mean[k], slope[k]], exact, rtol=1e-8, atol=2e-9)


def test_a_threshold_linear_circuit_has_its_closed_form():
    # <n max(h, 0)> with h = m kappa and cov(n, m) = 2: kappa cov <Theta> = 2 kappa / 2
    structure = GaussianMixtureLowRank([1.0], np.zeros((1, 2)), [[[1.0, 2.0], [2.0, 4.1]]])
    network = ns.Network(ns.LeakyCurrent("relu"), structure, 50, rng=0)
    speed = effective_circuit(network).speed(np.array([[0.3], [2.0]]))
    # the corner lies at the middle between two of the points
    assert_allclose(speed, 0.0, atol=1e-4)


def test_the_default_mixture_is_the_one_that_the_network_was_drawn_from():
    mixture = GaussianMixtureLowRank([0.5, 0.5], np.zeros((2, 2)), [np.eye(2), 2.0 * np.eye(2)])
    network = ns.Network(ns.LeakyCurrent("tanh"), mixture, 50, rng=0)
    assert effective_circuit(network).mixture is mixture
    # with inputs there are loadings that the mixture does not have
    with_input = ns.Network(ns.LeakyCurrent("tanh"), mixture, 50, inputs=1, rng=0)
    assert effective_circuit(with_input).populations == 1


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 10, rng=0), "must be of low rank"),
        (
            ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian() + GaussianLowRank(), 10, rng=0),
            "factors without a base",
        ),
        (ns.Network(ns.Adaptive("tanh"), GaussianLowRank(), 10, rng=0), "must have one variable"),
        (
            ns.Network(ns.LeakyCurrent("tanh", tau=np.arange(1.0, 11.0)), GaussianLowRank(), 10, rng=0),
            "must have identical units",
        ),
    ],
)
def test_a_network_that_the_theory_does_not_cover_is_an_error(network, message):
    with pytest.raises(ParameterError, match=message):
        effective_circuit(network)


def test_bad_arguments_are_errors():
    network = given_network(ns.LeakyCurrent("tanh"), bias=False)
    circuit = effective_circuit(network)
    with pytest.raises(ParameterError, match="mixture must be a GaussianMixtureLowRank"):
        effective_circuit(network, "two")
    with pytest.raises(ShapeError, match="rank 2 and 9 loadings"):
        effective_circuit(network, GaussianMixtureLowRank([1.0], np.zeros((1, 2)), [np.eye(2)]))
    with pytest.raises(ShapeError, match=r"kappa must have shape \(..., 2\)"):
        circuit.speed([1.0])
    with pytest.raises(ShapeError, match=r"inputs must have shape .*\(got \(2,\)\)"):
        circuit.speed([1.0, 1.0], inputs=[1.0, 1.0])
    with pytest.raises(ShapeError, match=r"inputs must have shape \(3,\), \(10, 3\) or"):
        circuit.simulate(duration=10.0, dt=1.0, inputs=np.zeros((7, 3)))
    with pytest.raises(ShapeError, match=r"start must have shape \(2,\)"):
        circuit.simulate(duration=10.0, start=[1.0])
    with pytest.raises(ShapeError, match="inputs and start must have 1 or 3 trials"):
        circuit.simulate(duration=10.0, dt=1.0, inputs=np.zeros((2, 10, 3)), trials=3)
    with pytest.raises(ShapeError, match="states must have 40 units"):
        circuit.project(np.zeros(3))
    with pytest.raises(ParameterError, match=r"duration must be positive \(got 0\.0\)"):
        circuit.simulate(duration=0.0)


def test_a_network_of_given_loadings_keeps_what_the_template_has():
    template = given_network(ns.LeakyCurrent("tanh"), bias=True)
    again = network_of(template, loadings_of(template))
    assert_allclose(again.recurrent.dense(), template.recurrent.dense(), atol=1e-15)
    for name in ("input_weights", "bias", "readout_weights", "readout_bias", "initial_state"):
        assert_allclose(getattr(again, name), getattr(template, name), atol=1e-15)
    assert again.output_names == template.output_names
    more = network_of(template, np.tile(loadings_of(template), (3, 1)))
    assert more.initial_state.shape == (3 * UNITS,)
    uneven = template.replace(initial_state=np.arange(float(UNITS)))
    with pytest.raises(ParameterError, match="initial_state must be the same for all units"):
        network_of(uneven, np.tile(loadings_of(template), (3, 1)))
    with pytest.raises(ShapeError, match=r"loadings must have shape \(units, 10\)"):
        network_of(template, np.zeros((5, 2)))

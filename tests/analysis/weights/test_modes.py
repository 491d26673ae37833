"""Growth and frequency of modes: against simulations, closed forms, and the formulas that are wrong."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.analysis.stability import growth_and_frequency
from neurosim.errors import ParameterError


def turning(real, imaginary):
    return ns.Explicit(np.array([[real, imaginary], [-imaginary, real]]))


def test_flow_of_a_linear_network_grows_and_turns_as_its_modes():
    # tau dx/dt = (W - 1) x: x(t) = exp(growth t) (cos, sin)(2 pi f t), exactly
    tau, real, imaginary = 0.5, 1.05, 0.8
    network = ns.Network(ns.LeakyCurrent("linear", tau=tau), turning(real, imaginary), 2, rng=0)
    modes = ns.analysis.modes(network)
    assert_allclose(modes.growth, (real - 1.0) / tau)
    assert_allclose(modes.frequencies, [imaginary / (2 * np.pi * tau), -imaginary / (2 * np.pi * tau)])
    run = ns.simulate(network, 4.0, 0.005, "rk4", initial_state=np.array([1.0, 0.0]))
    along = run.states[0, :, 0] - 1j * run.states[0, :, 1]
    logarithm = np.log(np.abs(along))[-1] + 1j * np.unwrap(np.angle(along))[-1]
    # the error of RK4 is (dt / tau)^4
    assert logarithm.real / 4.0 == pytest.approx(modes.growth[0], abs=1e-7)
    assert abs(logarithm.imag) / 4.0 / (2 * np.pi) == pytest.approx(modes.frequencies[0], abs=1e-7)


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_euler_map_grows_and_turns_as_its_modes_exactly(dt):
    network = ns.Network(ns.LeakyRate("linear", tau=0.5), turning(-0.6, 1.4), 2, rng=0)
    modes = ns.analysis.modes(network, dt=dt)
    run = ns.simulate(network, 20 * dt, dt, "euler", initial_state=np.array([1.0, 0.0]))
    along = run.states[0, :, 0] - 1j * run.states[0, :, 1]
    assert_allclose(np.log(np.abs(along[1:] / along[:-1])) / dt, modes.growth[0], rtol=1e-10)
    turns = np.abs(np.angle(along[1:] / along[:-1])) / (2 * np.pi * dt)
    assert_allclose(turns, np.abs(modes.frequencies[0]), rtol=1e-10)


def test_a_map_has_the_eigenvalues_of_its_weights_as_multipliers():
    # r <- tanh(W r) at rest: frequency arg(lambda) / 2 pi in cycles per step, growth ln |lambda|
    network = ns.Network(ns.LeakyRate("tanh"), turning(-0.73, 0.82), 2, rng=0)
    modes = ns.analysis.modes(network, dt=1.0)
    multiplier = -0.73 + 0.82j
    assert modes.growth[0] == pytest.approx(np.log(abs(multiplier)))
    assert modes.frequencies[0] == pytest.approx(np.angle(multiplier) / (2 * np.pi))
    # the ratio Im / (2 pi Re), a small-angle formula, is another number here
    assert abs(0.82 / (2 * np.pi * -0.73)) < 0.5 * modes.frequencies[0]
    assert not modes.stable


def test_modes_are_those_of_the_network_as_it_is_stepped():
    network = ns.Network(ns.LeakyRate("tanh", tau=2.0), turning(-0.73, 0.82), 2, rng=0)
    vanilla = network.replace(stepping=ns.Stepping(dt=2.0, noise=ns.WhiteNoise(density=0.1)))
    modes = ns.analysis.modes(vanilla)
    # r <- tanh(W r): the multiplier is the eigenvalue of W; times of 2 a step
    assert modes.growth[0] == pytest.approx(np.log(abs(-0.73 + 0.82j)) / 2.0)
    assert (modes.dt, modes.stable) == (2.0, False)
    flow = ns.analysis.modes(network)
    assert (flow.dt, flow.stable) == (None, True)
    rk4 = network.replace(stepping=ns.Stepping(dt=2.0, scheme="rk4"))
    assert_array_equal(ns.analysis.modes(rk4).growth, flow.growth)


def test_small_steps_approach_the_flow():
    eigenvalue = np.array([-0.3 + 2.0j])
    flow = growth_and_frequency(eigenvalue)
    errors = [np.abs(np.subtract(growth_and_frequency(eigenvalue, dt), flow)).max() for dt in (1e-3, 5e-4)]
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.01)


def test_a_mode_that_one_step_ends_decays_infinitely_fast():
    growth, frequency = growth_and_frequency(np.array([-1.0]), dt=1.0)
    assert growth[0] == -np.inf
    assert frequency[0] == 0.0


def test_vectors_are_eigenvectors_and_visibility_is_what_the_readout_weighs(rng):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 12, outputs=2, rng=0)
    state = rng.standard_normal(12)
    modes = ns.analysis.modes(network, state)
    assert_allclose(network.jacobian(state) @ modes.vectors, modes.vectors * modes.eigenvalues, atol=1e-12)
    assert (np.diff(modes.growth) <= 1e-12).all()
    # rate tanh(x): the change of the rates is that of the state times 1 / cosh^2
    changes = modes.vectors / np.cosh(state)[:, None] ** 2
    assert_allclose(modes.visibility, np.abs(network.readout_weights @ changes), atol=1e-12)
    assert_allclose(modes.time_constants, 1.0 / np.abs(modes.growth))


def test_units_of_two_variables(rng):
    network = ns.Network(ns.Adaptive(), ns.Gaussian(), 6, outputs=1, rng=0)
    state = rng.standard_normal((6, 2))
    modes = ns.analysis.modes(network, state)
    assert modes.vectors.shape == (12, 12)
    step = 1e-6
    columns = modes.vectors[:, 0].real.reshape(2, 6)
    rates = [network.neuron.values(*(state.T + sign * step * columns)) for sign in (1, -1)]
    change = network.readout_weights @ ((rates[0] - rates[1]) / (2 * step))
    columns = modes.vectors[:, 0].imag.reshape(2, 6)
    rates = [network.neuron.values(*(state.T + sign * step * columns)) for sign in (1, -1)]
    change = change + 1j * (network.readout_weights @ ((rates[0] - rates[1]) / (2 * step)))
    assert abs(change[0]) == pytest.approx(modes.visibility[0, 0], abs=1e-8)


def test_without_a_readout_nothing_is_visible():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 1, rng=0)
    modes = ns.analysis.modes(network)
    assert modes.visibility.shape == (0, 1)
    assert modes.frequencies[0] == 0.0


def test_the_step_must_be_positive():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 3, rng=0)
    with pytest.raises(ParameterError, match=r"dt must be positive \(got -1\.0\)"):
        ns.analysis.modes(network, dt=-1.0)


def test_modes_within_rounding_of_the_boundary_are_marginal():
    """An orthogonal map neither grows nor decays: its moduli differ from 1 by rounding only."""
    rotation = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), 60, rng=0)
    found = ns.analysis.modes(rotation, np.zeros(60), dt=1.0)
    assert_array_equal(found.growth, 0.0)
    assert np.isinf(found.time_constants).all()
    assert not found.stable
    # the same modes decay in the flow, but for an eigenvalue at 1
    integrator = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.diag([1.0, 0.5])), 2, rng=0)
    flow = ns.analysis.modes(integrator, np.zeros(2))
    assert_allclose(flow.growth, [0.0, -0.5], atol=1e-15)
    assert not flow.stable

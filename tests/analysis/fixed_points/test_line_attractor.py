"""Line attractors: exact lines and rings, weak drift, ends, orientation, and bad input."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import System, line_attractor
from neurosim.errors import ParameterError, ShapeError


def integrator(slope=1.0, units=24, outputs=1, neuron=None):
    """Rank one with n·m/N = slope: at 1 a line of nearly fixed points through silence, along m."""
    m = np.random.default_rng(0).standard_normal((units, 1))
    n = slope * m * units / float((m**2).sum())
    network = ns.Network(neuron or ns.LeakyCurrent("tanh"), ns.LowRank(m, n), units, outputs=outputs, rng=1)
    return network.replace(readout_weights=np.tile(m.T, (outputs, 1)) / units), m[:, 0]


def test_an_exact_line_of_a_threshold_linear_network():
    pair = ns.Network(ns.LeakyCurrent("relu"), ns.Explicit([[0.0, -1.0], [-1.0, 0.0]]), size=2, rng=0)
    line = line_attractor(pair.replace(bias=np.ones(2)), state=np.array([0.5, 0.5]), step=0.02)
    assert_allclose(line.states.sum(axis=1), 1.0, atol=1e-12)
    assert_allclose(line.drift, 0.0, atol=1e-12)
    assert_allclose(np.abs(line.tangents), np.sqrt(0.5), rtol=1e-9)
    # from (0, 1) to (1, 0), where one of the units falls silent
    assert_allclose(line.length, 1.0, atol=0.05)


def test_a_ring_of_fixed_points_is_followed_all_along():
    # polar coordinates: the radius relaxes to 1, the angle stands still
    def speed(s):
        return s * (1.0 - s @ s)

    def jacobian(s):
        return (1.0 - s @ s) * np.eye(2) - 2.0 * np.outer(s, s)

    ring = System(speed, jacobian, size=2)
    line = line_attractor(ring, state=np.array([0.9, 0.1]), step=0.02, points=61)
    assert line.status == ("most points", "most points")
    assert_allclose(np.linalg.norm(line.states, axis=1), 1.0, atol=1e-9)
    # chords of steps of 0.02 root mean squares, sqrt(2) times that in length
    angles = np.unwrap(np.arctan2(*line.states.T[::-1]))
    assert_allclose(np.ptp(angles) / np.sqrt(2.0), line.length, rtol=1e-3)


def test_drift_along_a_rank_one_network_is_the_flow_of_its_overlap():
    network, m = integrator(0.98)
    line = line_attractor(network, state=np.zeros(24), step=0.02)
    # states lie on m kappa, with kappa' = -kappa + n·tanh(m kappa)/N
    kappa = line.states @ m / (m @ m)
    assert_allclose(line.states, np.outer(kappa, m), atol=1e-9)
    n = network.recurrent.right[:, 0]
    flow = np.tanh(line.states) @ n - kappa
    sign = np.sign(kappa[-1] - kappa[0])
    assert_allclose(line.drift, sign * flow * np.linalg.norm(m) / np.sqrt(24), atol=1e-9)
    assert_allclose(line.fixed, [0.0], atol=1e-9)
    eigenvalue = (1.0 - np.tanh(line.states) ** 2) @ (n * m) - 1.0
    assert_allclose(line.eigenvalues[:, 0].real, eigenvalue, atol=1e-9)
    assert_allclose(line.time_constants, -1.0 / eigenvalue, rtol=1e-6)
    # it ends where the mode is as fast as half of the others
    assert line.status == ("no longer slow", "no longer slow")
    assert -0.5 < eigenvalue[0] < -0.4


def test_outputs_increase_along_the_line():
    network, _ = integrator()
    for sign in (1.0, -1.0):
        turned = network.replace(readout_weights=sign * network.readout_weights)
        line = line_attractor(turned, state=np.zeros(24))
        outputs = np.tanh(line.states) @ turned.readout_weights[0]
        assert (np.diff(outputs) > 0.0).all()
        assert (np.diff(line.positions) > 0.0).all()
        assert (np.einsum("pu,pu->p", line.tangents[:-1], np.diff(line.states, axis=0)) > 0.0).all()


def test_trajectories_that_start_on_the_line_stay_on_it():
    network, _ = integrator(0.98, neuron=ns.LeakyRate("tanh", tau=5.0))
    line = line_attractor(network, state=np.zeros(24), step=0.01, points=201)
    run = ns.simulate(network, 20.0, 0.1, "rk4", initial_state=line.states[-1])
    passed = run.states[0, ::20]
    distances = np.array([np.linalg.norm(line.states - state, axis=1).min() for state in passed])
    # points are 0.01 sqrt(24) = 0.05 apart, and the curve is invariant to the first order of that
    assert distances.max() < 0.05
    assert np.linalg.norm(passed[-1] - passed[0]) > 1.0
    # and they move at the speed of the drift
    speed = np.linalg.norm(np.diff(run.states[0, :2], axis=0)) / 0.1 / np.sqrt(24)
    assert_allclose(speed, np.abs(line.drift[-1]), rtol=0.03)


def test_units_of_two_variables_have_a_line_attractor_too():
    adaptive = ns.Adaptive("tanh", tau=1.0, tau_adaptation=0.2, strength=0.0)
    network, m = integrator(0.98, neuron=adaptive)
    line = line_attractor(network, state=np.zeros((24, 2)))
    assert line.states.shape[1:] == (24, 2)
    assert line.tangents.shape == (len(line), 48)
    kappa = line.states[..., 0] @ m / (m @ m)
    assert_allclose(line.states[..., 0], np.outer(kappa, m), atol=1e-8)


def test_a_search_finds_the_line_without_a_state():
    network, m = integrator(0.999)
    line = line_attractor(network, rng=0)
    kappa = line.states @ m / (m @ m)
    assert_allclose(line.states, np.outer(kappa, m), atol=1e-8)
    assert kappa.min() < 0.0 < kappa.max()


def test_states_at_places_of_the_line():
    network, _ = integrator()
    line = line_attractor(network, state=np.zeros(24))
    assert_allclose(line.at([-1.0, 0.0, 1.0]), [line.states[0], np.zeros(24), line.states[-1]], atol=1e-12)
    middle = line.at([0.5])[0]
    assert_allclose(
        middle / np.linalg.norm(middle), line.states[-1] / np.linalg.norm(line.states[-1]), atol=1e-9
    )


@pytest.mark.parametrize("tau", [0.016, 16.0])
def test_units_of_time_do_not_matter(tau):
    network, _ = integrator(0.98, neuron=ns.LeakyCurrent("tanh", tau=tau))
    line = line_attractor(network, state=np.zeros(24))
    reference = line_attractor(integrator(0.98)[0], state=np.zeros(24))
    assert_allclose(line.states, reference.states, atol=1e-8)
    assert_allclose(line.drift * tau, reference.drift, atol=1e-8)


def test_bad_input_is_an_error():
    network, _ = integrator()
    fast, _ = integrator(0.2)
    with pytest.raises(ParameterError, match=r"separation must be below 1.25 for a line attractor here"):
        line_attractor(fast, state=np.zeros(24))
    turn = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit([[0.9, 2.0], [-2.0, 0.9]]), size=2, rng=0)
    with pytest.raises(ParameterError, match="leading mode that does not rotate"):
        line_attractor(turn, state=np.zeros(2))
    with pytest.raises(ShapeError, match="state must be one state"):
        line_attractor(network, state=np.zeros((2, 24)))
    with pytest.raises(ParameterError, match=r"points must be at least 3 \(got 2\)"):
        line_attractor(network, state=np.zeros(24), points=2)
    with pytest.raises(ParameterError, match="step must be positive"):
        line_attractor(network, state=np.zeros(24), step=0)
    with pytest.raises(ShapeError, match="no input channel"):
        line_attractor(network, inputs=[1.0], state=np.zeros(24))

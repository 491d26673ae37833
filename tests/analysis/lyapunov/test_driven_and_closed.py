"""Exponents of driven and of closed-loop networks, along trials, and at kinks."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import closed_loop, echo_states, finite_time_exponents, lyapunov_spectrum
from neurosim.errors import KinkWarning, ParameterError

SINE = np.sin(0.5 * np.arange(6000) * 0.1)[:, None]


def driven(gain, strength, size=60, rng=0):
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain), size=size, inputs=1, rng=rng)
    weights = np.random.default_rng(rng).standard_normal((size, 1))
    return network.replace(input_weights=strength * weights)


@pytest.mark.parametrize(
    ("gain", "strength"),
    [(0.8, 0.0), (0.8, 1.0), (4.0, 0.5), (1.8, 2.0), (1.8, 8.0), (3.0, 0.5), (3.0, 10.0)],
)
def test_the_exponent_is_negative_exactly_where_two_starts_meet(gain, strength):
    """Networks of one response or of chaos; a switch, below, has several."""
    found = echo_states(driven(gain, strength), 400.0, 0.1, inputs=SINE, discard=200.0, rng=1)
    low, high = found.confidence
    assert low <= found.exponent <= high
    assert found.verdict in ("echo states", "sensitive")
    assert (high < 0.0) == found.meet.all() == found.present
    assert found.present == ((gain, strength) not in [(3.0, 0.5), (4.0, 0.5)])


def test_distances_fall_at_the_rate_of_the_exponent():
    found = echo_states(driven(0.5, 1.0), 200.0, 0.1, inputs=SINE[:3000], discard=100.0, rng=1)
    first, last = np.searchsorted(found.times, [10.0, 40.0])
    slopes = np.log(found.distances[:, last] / found.distances[:, first]) / (
        found.times[last] - found.times[first]
    )
    # the exponent is a mean over the run, the slope over five periods of the input
    assert_allclose(slopes, found.exponent, rtol=0.15)


def test_a_switch_has_several_responses():
    """Bistable, so that starts on both sides stay apart, though displacements shrink."""
    switch = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(2.0 * np.eye(3)), 3, inputs=1, rng=0)
    found = echo_states(switch, 200.0, 0.1, inputs=[0.01], starts=6, rng=2)
    assert found.verdict == "several responses"
    assert found.exponent < 0.0


def test_a_closed_loop_runs_as_the_network_with_its_output_as_input():
    network = ns.Network(
        ns.LeakyRate("tanh"), ns.Gaussian(0.9), 20, inputs=("a", "b"), outputs=("x", "y"), rng=0
    )
    network = network.replace(readout_bias=np.array([0.3, -0.2]))
    state, dt = np.random.default_rng(0).standard_normal(20), 0.1
    outputs = [network.readout_weights @ state + network.readout_bias]
    for _ in range(30):
        run = ns.simulate(network, dt, dt, inputs=outputs[-1], initial_state=state, progress=False)
        state = run.states[0, -1]
        outputs.append(run.outputs[0, -1])
    start = np.random.default_rng(0).standard_normal(20)
    closed = closed_loop(network)
    assert (closed.inputs, closed.outputs) == (0, 2)
    run = ns.simulate(closed, 30 * dt, dt, initial_state=start, progress=False)
    assert_allclose(run.outputs[0], outputs, rtol=1e-10)
    partly = closed_loop(network, inputs="b", outputs="x")
    assert partly.input_names == ("a",)
    assert partly.recurrent.rank == 1


def test_exponents_of_a_closed_loop_are_those_of_its_jacobian():
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Gaussian(0.3), 8, inputs=1, outputs=1, rng=2)
    closed = closed_loop(network.replace(readout_weights=0.3 * network.readout_weights))
    growth = np.sort(np.linalg.eigvals(closed.recurrent.dense()).real)[::-1] - 1.0
    found = lyapunov_spectrum(closed, duration=400.0, discard=100.0, rng=0)
    # frames of complex pairs turn: the mean over a run of 400
    assert_allclose(found.values, growth, atol=0.01)


def test_exponents_over_long_trials_are_those_of_the_spectrum():
    task = ns.tasks.And(noise=0.0)
    network = ns.Network(
        ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(0.7), 16, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    trials = task.trials(3, 0.4, rng=1)
    found = finite_time_exponents(network, trials, 2, rng=2)
    assert found.growth.shape == (3, len(found.times), 2)
    assert_allclose(found.times[0], found.interval)
    whole = lyapunov_spectrum(
        network,
        2,
        duration=trials.steps * 0.4 - 4.0,
        dt=0.4,
        scheme="euler",
        inputs=trials.inputs[0],
        discard=4.0,
        interval=4.0,
        initial_state=network.starting_state(),
        rng=2,
    )
    # the spectrum leaves out the first time constant, of some hundred
    assert_allclose(found.by_trial[0], whole.values, atol=0.02)
    low, high = found.confidence
    assert (low <= found.values).all()
    assert (found.values <= high).all()
    assert found.course_confidence.shape == (2, len(found.times), 2)
    assert np.isnan(finite_time_exponents(network, trials[:1], rng=2).confidence).all()


def test_a_rectified_network_that_rests_at_its_threshold_is_warned_of():
    network = ns.Network(ns.LeakyCurrent("relu"), ns.Gaussian(0.5), 10, rng=0)
    at_rest = {"initial_state": np.zeros(10), "duration": 50.0, "rng": 0}
    with pytest.warns(KinkWarning, match="the trajectory ends at a kink .* chosen by convention.*softplus"):
        lyapunov_spectrum(network, 2, **at_rest)
    biased = network.replace(bias=np.full(10, 0.1))
    smooth = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(0.5), 10, rng=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", KinkWarning)
        lyapunov_spectrum(biased, 2, **at_rest)
        lyapunov_spectrum(smooth, 2, **at_rest)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: echo_states(driven(0.5, 1.0), starts=1), r"starts must be at least 2, .*\(got 1\)"),
        (
            lambda: closed_loop(
                ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 4, inputs=2, outputs=1, rng=0)
            ),
            r"inputs and outputs must be as many, .*\(got 2 inputs and 1 outputs\)",
        ),
        (
            lambda: closed_loop(
                ns.Network(
                    ns.LeakyRate("tanh"), ns.Gaussian(), 4, inputs=1, outputs=1, readout="logistic", rng=0
                )
            ),
            "readout must be 'linear' to be fed back",
        ),
        (
            lambda: closed_loop(driven(0.5, 1.0), inputs="nobody"),
            r"inputs must be names among .*\(got 'nobody'\)",
        ),
        (
            lambda: finite_time_exponents(driven(0.5, 1.0), SINE),
            r"trials must be a Trials \(got an ndarray\); try task.trials",
        ),
    ],
)
def test_bad_arguments_are_named(call, complaint):
    with pytest.raises(ParameterError, match=complaint):
        call()

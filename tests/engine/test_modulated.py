"""Gains that follow an input channel: against an ODE solver, scaled weights, and by population."""

from dataclasses import dataclass

import numpy as np
import pytest
from circuits import equations_of, start_of, three_populations
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

import neurosim as ns
from neurosim.connectivity import Delayed
from neurosim.engine import Rollout, value_and_gradient
from neurosim.errors import EquationError, ParameterError, UnknownNameError


def modulated(neuron=None, size=12, gain=1.4, **options):
    unit = ns.neurons.Modulated(ns.LeakyCurrent("tanh") if neuron is None else neuron, "arousal", **options)
    network = ns.Network(unit, ns.Gaussian(gain), size, inputs=["stimulus", "arousal"], outputs=2, rng=0)
    return network.replace(bias=np.linspace(-0.3, 0.4, size))


def mixed(**options):
    """Circuit in which E and I follow different channels, and P none."""
    cells = three_populations()
    parts = {name: cells.populations[name] for name in "EPI"}
    for name, channel in (("E", "first"), ("I", "second")):
        unit = ns.neurons.Modulated(parts[name].neuron, channel, strength=0.7)
        parts[name] = parts[name].replace(neuron=unit)
    return ns.Network(
        ns.Populations(parts), ns.Gaussian(0.9), inputs=["x", "first", "second"], outputs=2, rng=0, **options
    )


def course(t):
    """Inputs of `mixed` or, of its first two channels, of `modulated`."""
    return np.array([np.sin(t), 0.6 * np.cos(0.7 * t), 0.4 * np.sin(1.3 * t)])


def scaled(network, gain):
    """Network with all currents times a gain, one per unit or one number."""
    each = np.broadcast_to(gain, network.size)
    return network.replace(
        recurrent=ns.Operator(each[:, None] * network.recurrent.dense()),
        input_weights=each[:, None] * network.input_weights,
        bias=each * network.bias,
    )


def test_the_drawn_input_weights_of_the_channel_are_zero_and_the_others_unchanged():
    with_gain = modulated()
    without = ns.Network(
        ns.LeakyCurrent("tanh"), ns.Gaussian(1.4), 12, inputs=["stimulus", "arousal"], outputs=2, rng=0
    )
    assert not with_gain.input_weights[:, 1].any()
    assert_array_equal(with_gain.input_weights[:, 0], without.input_weights[:, 0])


@pytest.mark.parametrize(
    ("scheme", "dt", "tolerance"),
    [pytest.param("euler", 5e-4, 2e-3, marks=pytest.mark.slow), ("rk4", 0.02, 1e-7)],
)
def test_a_gain_that_changes_in_time_follows_the_differential_equation(scheme, dt, tolerance):
    network = modulated(strength=np.linspace(0.5, 1.0, 12))
    start = 0.4 * np.random.default_rng(1).standard_normal(12)

    def flow(t, x):
        y = course(t)[:2]
        gain = 1.0 + network.neuron.strength * y[1]
        return -x + gain * (network.recurrent @ np.tanh(x) + network.input_weights @ y + network.bias)

    exact = solve_ivp(flow, (0.0, 4.0), start, rtol=1e-10, atol=1e-12).y[:, -1]
    run = ns.simulate(network, 4.0, dt, scheme, lambda t: course(t)[:2], initial_state=start, every=10)
    # errors of the schemes: proportional to dt, and to dt⁴
    assert_allclose(run.final_state[0, :, 0], exact, atol=tolerance)


def test_populations_follow_channels_of_their_own():
    network = mixed()
    start, (drift, rate) = start_of(network), equations_of(network)
    units = network.populations

    def flow(t, flat):
        state, y = flat.reshape(start.shape), course(t)
        current = network.recurrent @ rate(state) + network.input_weights @ y + network.bias
        current[units["E"]] *= 1.0 + 0.7 * y[1]
        current[units["I"]] *= 1.0 + 0.7 * y[2]
        return drift(state, current).ravel()

    exact = solve_ivp(flow, (0.0, 3.0), start.ravel(), rtol=1e-10, atol=1e-12).y[:, -1].reshape(start.shape)
    run = ns.simulate(network, 3.0, 0.02, "rk4", course, initial_state=start)
    assert_allclose(run.final_state[0], exact, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["euler", "rk4"])
@pytest.mark.parametrize("trials", [1, 3])
def test_a_held_channel_is_a_network_with_scaled_weights(scheme, trials):
    network = modulated()
    plain = scaled(network, 1.0 + 0.6).replace(neuron=ns.LeakyCurrent("tanh"))
    held = {"inputs": [0.3, 0.6], "trials": trials, "rng": 3, "noise": ns.WhiteNoise(0.05)}
    runs = [ns.simulate(each, 5.0, 0.1, scheme, **held) for each in (network, plain)]
    # the product is taken after the sum instead of before it
    assert_allclose(runs[0].states, runs[1].states, atol=1e-11)


@pytest.mark.slow
def test_a_gain_multiplies_delayed_currents_too():
    network = ns.Network(
        ns.neurons.Modulated(ns.LeakyCurrent("tanh"), "a"),
        Delayed(ns.Gaussian(1.4), 0.7),
        12,
        inputs=["a"],
        rng=0,
    )
    weights = network.recurrent.with_weights(base=1.6 * network.recurrent.base)
    plain = network.replace(neuron=ns.LeakyCurrent("tanh"), recurrent=weights)
    runs = [ns.simulate(each, 5.0, 0.1, "rk4", inputs=[0.6], rng=1).states for each in (network, plain)]
    assert_allclose(*runs, atol=1e-12)


def test_without_inputs_the_channel_has_its_held_value():
    network = modulated(held=0.6)
    plain = scaled(network, 1.6).replace(neuron=ns.LeakyCurrent("tanh"))
    runs = [ns.simulate(each, 5.0, 0.1, "rk4", rng=3).states for each in (network, plain)]
    assert_allclose(*runs, atol=1e-11)
    state = runs[0][0, -1]
    assert_allclose(network.jacobian(state), plain.jacobian(state), atol=1e-12)


def test_trials_differ_in_their_gains_as_each_does_alone():
    network, draw = modulated(), np.random.default_rng(2)
    inputs, start = draw.standard_normal((4, 30, 2)), draw.standard_normal((4, 12))
    together = ns.simulate(network, 3.0, 0.1, "euler", inputs, initial_state=start)
    for k in range(4):
        alone = ns.simulate(network, 3.0, 0.1, "euler", inputs[k : k + 1], initial_state=start[k])
        assert_allclose(together.states[k], alone.states[0], atol=1e-13)


@pytest.mark.slow
def test_one_trial_in_threads_is_the_same():
    network = modulated(size=600, gain=1.2)
    runs = [
        ns.simulate(network, 2.0, 0.1, inputs=lambda t: course(t)[:2], rng=1, threads=threads).states
        for threads in (1, 2)
    ]
    assert_array_equal(*runs)


def test_analyses_under_a_held_input_take_the_gain_of_the_channel():
    network = modulated()
    plain = scaled(network, 1.6).replace(neuron=ns.LeakyCurrent("tanh"))
    state, held = 0.3 * np.random.default_rng(0).standard_normal(12), np.array([0.2, 0.6])
    assert_allclose(network.jacobian(state, held), plain.jacobian(state, held), atol=1e-12)
    starts = np.random.default_rng(1).standard_normal((20, 12))
    found = [ns.analysis.fixed_points(each, inputs=held, starts=starts, rng=0) for each in (network, plain)]
    assert len(found[0].states) == len(found[1].states) > 0
    assert_allclose(found[0].states, found[1].states, atol=1e-8)
    assert_allclose(found[0].eigenvalues, found[1].eigenvalues, atol=1e-7)


@pytest.mark.slow
def test_exponents_of_a_driven_gain_are_those_of_scaled_weights_and_of_the_steps():
    network = modulated()
    plain = scaled(network, 1.6).replace(neuron=ns.LeakyCurrent("tanh"))
    settings = {"duration": 20.0, "dt": 0.1, "discard": 5.0, "rng": 1, "threads": 1, "inputs": [0.2, 0.6]}
    values = [ns.analysis.lyapunov_spectrum(each, 3, **settings).values for each in (network, plain)]
    assert_allclose(*values, atol=1e-8)


def test_chaos_is_switched_by_the_gain():
    # without a gain the rest is stable: g = 0.7; with it, g (1 + m) = 2.1 is well above the onset at 1, where the
    # largest exponent of Sompolinsky et al. (1988) is about 0.1 to 0.2 in 1/tau
    unit = ns.neurons.Modulated(ns.LeakyCurrent("tanh"), "arousal", strength=2.0)
    network = ns.Network(unit, ns.Gaussian(0.7), 300, inputs=["arousal"], rng=0)
    start = np.random.default_rng(1).standard_normal((1, 300))
    pair = np.concatenate([start, start + 1e-9 * np.random.default_rng(2).standard_normal((1, 300))])
    switch = lambda t: [1.0 if 0.0 <= t < 60.0 else 0.0]  # noqa: E731
    run = ns.simulate(network, 120.0, 0.1, inputs=switch, initial_state=pair)
    distance = np.linalg.norm(run.states[0] - run.states[1], axis=1)
    assert distance[600] > 100.0 * distance[0]
    assert np.linalg.norm(run.states[:, -1], axis=1).max() < 1e-2 * np.linalg.norm(run.states[0, 600])


def test_the_forward_pass_of_a_gradient_is_the_simulation():
    network = mixed()
    inputs = np.random.default_rng(5).standard_normal((3, 8, network.inputs))
    run = ns.simulate(network, 0.8, 0.1, "rk4", inputs, initial_state=network.starting_state())
    assert_allclose(Rollout(network, 0.1, "rk4")(inputs).outputs, run.outputs[:, 1:], atol=1e-12)


def test_a_gain_for_each_trial_can_be_trained_and_saved(tmp_path):
    task = ns.tasks.NoiseIntegration(streams=2)
    unit = ns.neurons.Modulated(ns.LeakyRate("tanh", tau=0.1), "context_1", strength=0.5)
    start = ns.Network(unit, ns.Gaussian(0.8), 20, inputs=task.inputs, outputs=task.outputs, rng=0)
    trainer = ns.BPTT(
        epochs=1, trials_per_epoch=32, batch_size=16, dt=0.04, train=("recurrent", "neuron.strength")
    )
    trained = trainer.fit(start, task, rng=1).network
    assert trained.neuron.strength != 0.5
    trained.save(tmp_path / "network.npz")
    assert ns.load(tmp_path / "network.npz").equals(trained)


def test_external_weights_that_change_in_time_are_products_of_the_inputs():
    # W_in(t) = sin(t) W_1 + cos(t) W_2, by two channels for each input
    draw = np.random.default_rng(3)
    first, second = draw.standard_normal((2, 12, 1))
    network = modulated().replace(neuron=ns.LeakyCurrent("tanh"))
    network = network.replace(input_weights=np.hstack([first, second]))
    start = draw.standard_normal(12)

    def flow(t, x):
        weights = np.sin(t) * first + np.cos(t) * second
        return -x + network.recurrent @ np.tanh(x) + weights @ [0.7 * t] + network.bias

    exact = solve_ivp(flow, (0.0, 3.0), start, rtol=1e-10, atol=1e-12).y[:, -1]
    run = ns.simulate(
        network, 3.0, 0.02, "rk4", lambda t: 0.7 * t * np.array([np.sin(t), np.cos(t)]), initial_state=start
    )
    assert_allclose(run.final_state[0, :, 0], exact, atol=1e-7)


@dataclass(frozen=True)
class GainOfRate(ns.Neuron):
    """A rate that depends on a channel, which it must not."""

    level: float = 1.0

    def drift(self, x, u):
        return -x + u

    def rate(self, x):
        return self.level * x

    def channels(self):
        return {"level": "a"}


def test_what_is_refused():
    unit = ns.LeakyCurrent("tanh")
    with pytest.raises(UnknownNameError, match=r"follows the input channel 'arousal', .* Declare inputs="):
        ns.Network(ns.neurons.Modulated(unit, "arousal"), ns.Gaussian(), 5)
    with pytest.raises(UnknownNameError, match="'arousal'"):
        modulated().replace(input_names=("stimulus", "other"))
    with pytest.raises(ParameterError, match="follows no channel"):
        ns.neurons.Modulated(ns.neurons.Modulated(unit, "a"), "b")
    with pytest.raises(ParameterError, match="one kind of unit"):
        ns.neurons.Modulated(three_populations(), "a")
    with pytest.raises(ParameterError, match="name of an input channel"):
        ns.neurons.Modulated(unit, 1)
    with pytest.raises(ParameterError, match="held must be one number where inputs"):
        ns.simulate(modulated(size=2, held=[0.0, 1.0]), 1.0, 0.1, inputs=np.ones(2))
    with pytest.raises(
        EquationError, match="'level' follows the input channel 'a', so it must enter drift only"
    ):
        ns.simulate(ns.Network(GainOfRate(), ns.Gaussian(), 5, inputs=["a"]), 1.0, 0.1)
    network = modulated()
    with pytest.raises(ParameterError, match="no input channel in linear responses"):
        ns.theory.transfer_function(network, np.array([0.1]))
    rollout = Rollout(network, 0.1)
    with pytest.raises(ParameterError, match=r"neuron\.held.* cannot be trained"):
        value_and_gradient(
            lambda p: rollout(np.ones((1, 3, 2)), p).outputs.sum(), {"neuron.held": np.array(0.0)}
        )

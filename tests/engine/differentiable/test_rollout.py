"""Gradients of a run are those of its discrete steps: against autograd's plain tape, differences, and themselves."""

import gc
import itertools
import logging
from dataclasses import dataclass

import autograd.numpy as np
import numpy as onp
import pytest
import scipy.sparse
from tape import rolled

import neurosim as ns
from neurosim.engine import Cotangents, Rollout, value_and_gradient
from neurosim.errors import MemoryLimitError, ParameterError, ShapeError, UnknownNameError
from neurosim.parameters import parameters_of, with_parameters

UNITS = 11


@dataclass(frozen=True)
class Saturating(ns.Neuron):
    """A plugin with two variables, nonlinear in all, whose rate has a parameter of its own."""

    tau: float = 1.0
    tau_slow: float = 3.0
    gain: float = 0.7

    def drift(self, x, w, u):
        return (-x + np.tanh(u - w * x)) / self.tau, (x**2 - w) / self.tau_slow

    def rate(self, x, w):
        return self.gain * np.exp(-w) * np.sin(x)


def _operator(kind):
    rng = onp.random.default_rng(5)
    sparse = scipy.sparse.random_array((UNITS, UNITS), density=0.3, random_state=rng, format="csr")
    left, right = rng.standard_normal((2, UNITS, 2)) / 3.0
    return {
        "dense": lambda: ns.Operator(rng.standard_normal((UNITS, UNITS)) / 3.0),
        "masked": lambda: ns.Operator(sparse.toarray()),
        "sparse": lambda: ns.Operator(sparse),
        "low rank": lambda: ns.Operator(left=left, right=right),
        "sparse and low rank": lambda: ns.Operator(sparse, left, right),
        "dense and low rank": lambda: ns.Operator(rng.standard_normal((UNITS, UNITS)) / 3.0, left, right),
    }[kind]()


NEURONS = {
    "current form": ns.LeakyCurrent("tanh", tau=1.3),
    "rate form": ns.LeakyRate("softplus", tau=1.3),
    "constants per unit": ns.LeakyRate("tanh", tau=onp.linspace(1.0, 2.0, UNITS)),
    "adaptation": ns.Adaptive(),
    "depression": ns.SynapticDepression(),
    "excitation and inhibition": ns.WilsonCowan(),
    "plugin": Saturating(),
}


def _network(neuron, operator, **changes):
    network = ns.Network(neuron, operator, UNITS, inputs=2, outputs=3, rng=3)
    rng = onp.random.default_rng(8)
    return network.replace(bias=0.1 * rng.standard_normal(UNITS), **changes)


def _loss(rng, trials, steps):
    """Functions of everything that a run shows, with random weights: no accident of symmetry hides an error."""
    weights = rng.standard_normal((3, trials, steps, 1))

    def loss(outputs, rates, states):
        terms = (outputs**2, np.sin(rates), np.cos(states[..., -1]))
        return sum(np.sum(w * term) for w, term in zip(weights, terms, strict=True))

    return loss


def _gradients(network, scheme, trials=5, steps=9, dt=0.1, **settings):
    """Of the rollout and of the tape, with respect to all parameters and to the inputs."""
    rng = onp.random.default_rng(0)
    rollout = Rollout(network, dt, scheme, **settings)
    values = {**parameters_of(network), "inputs": rng.standard_normal((trials, steps, 2))}
    values["initial_state"] = values["initial_state"] + 0.3 * rng.standard_normal(
        values["initial_state"].shape
    )
    loss = _loss(rng, trials, steps)

    def compiled(free):
        given = {name: free[name] for name in free if name != "inputs"}
        run = rollout(free["inputs"], given)
        states = run.states if run.states.ndim == 4 else run.states[..., None]
        return loss(run.outputs, run.rates, states)

    def tape(free):
        return loss(*rolled(network, dt, scheme, free["inputs"], free))

    return value_and_gradient(compiled, values), value_and_gradient(tape, values)


def _assert_equal(ours, theirs):
    assert ours[0] == pytest.approx(theirs[0], rel=1e-12)
    assert set(ours[1]) == set(theirs[1])
    for name, gradient in theirs[1].items():
        scale = onp.abs(gradient).max(initial=0.0)
        assert ours[1][name].shape == gradient.shape
        onp.testing.assert_allclose(ours[1][name], gradient, rtol=0.0, atol=1e-10 * scale, err_msg=name)


@pytest.mark.parametrize("scheme", ["euler", "heun", "rk4"])
@pytest.mark.parametrize("neuron", NEURONS)
def test_gradient_is_that_of_the_plain_tape_for_every_neuron_and_scheme(neuron, scheme):
    _assert_equal(*_gradients(_network(NEURONS[neuron], _operator("dense")), scheme))


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
@pytest.mark.parametrize(
    "kind", ["masked", "sparse", "low rank", "sparse and low rank", "dense and low rank"]
)
def test_gradient_is_that_of_the_plain_tape_for_every_operator(kind, scheme):
    _assert_equal(*_gradients(_network(ns.LeakyCurrent("tanh"), _operator(kind)), scheme))


@pytest.mark.parametrize("scheme", ["euler", "heun", "rk4"])
@pytest.mark.parametrize("trials", [1, 5])
def test_gradient_is_that_of_the_plain_tape_for_one_unit(scheme, trials):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit([[0.7]]), 1, inputs=2, outputs=3, rng=3)
    _assert_equal(*_gradients(network.replace(bias=[0.2]), scheme, trials=trials))


def test_gradient_is_that_of_the_plain_tape_with_several_groups_of_trials_and_checkpoints():
    network = _network(Saturating(), _operator("sparse and low rank"))
    ours, theirs = _gradients(network, "heun", trials=37, steps=60, memory=0.8)
    _assert_equal(ours, theirs)


@pytest.mark.parametrize("readout", ["linear", "logistic", "softmax"])
def test_gradient_agrees_with_differences_through_every_readout(readout):
    network = _network(ns.LeakyRate("tanh"), _operator("dense"), readout=readout)
    rng = onp.random.default_rng(1)
    drive, weights = rng.standard_normal((4, 20, 2)), rng.standard_normal((4, 20, 3))
    rollout = Rollout(network, 0.3)

    def loss(free):
        return np.sum(weights * rollout(drive, free).outputs)

    values = rollout.values
    _, gradient = value_and_gradient(loss, values)
    for name in ("recurrent", "input_weights", "bias", "readout_weights", "readout_bias", "neuron.tau"):
        direction = rng.standard_normal(values[name].shape)
        ahead, behind = (loss({**values, name: values[name] + h * direction}) for h in (1e-6, -1e-6))
        assert onp.sum(gradient[name] * direction) == pytest.approx((ahead - behind) / 2e-6, rel=2e-7)


def test_run_is_that_of_simulate():
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"), initial_state=onp.linspace(-1, 1, UNITS))
    drive = onp.random.default_rng(2).standard_normal((6, 40, 2))
    run = Rollout(network, 0.1, "rk4")(drive)
    simulated = ns.simulate(network, 4.0, 0.1, "rk4", inputs=drive, trials=6)
    onp.testing.assert_allclose(run.outputs, simulated.outputs[:, 1:], rtol=1e-12, atol=1e-14)
    onp.testing.assert_array_equal(run.rates, simulated.rates[:, 1:])
    onp.testing.assert_array_equal(run.states, simulated.states[:, 1:])


@pytest.mark.parametrize(
    "noise", [ns.WhiteNoise(0.2), ns.OrnsteinUhlenbeck(0.2, 2.0), ns.WhiteNoise(0.1, "input")]
)
def test_noise_is_that_of_simulate(noise):
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"), initial_state=onp.zeros(UNITS))
    drive = onp.zeros((19, 30, 2))
    run = Rollout(network, 0.1, noise=noise)(drive, rng=7)
    simulated = ns.simulate(network, 3.0, 0.1, inputs=drive, trials=19, noise=noise, rng=7)
    onp.testing.assert_array_equal(run.rates, simulated.rates[:, 1:])


@pytest.mark.parametrize("noise", [None, ns.WhiteNoise(0.2), ns.OrnsteinUhlenbeck(0.2, 2.0)])
@pytest.mark.parametrize("truncate", [None, 7])
def test_bits_depend_neither_on_memory_nor_on_threads(noise, truncate):
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    drive = onp.random.default_rng(2).standard_normal((37, 60, 2))

    def gradients(**settings):
        rollout = Rollout(network, 0.2, "heun", noise=noise, truncate=truncate, **settings)
        return value_and_gradient(lambda p: np.sum(rollout(drive, p, rng=5).outputs ** 2), rollout.values)

    value, whole = gradients()
    for settings in ({"memory": 0.4}, {"threads": 1}, {"memory": 0.4, "threads": 1}):
        other, parts = gradients(**settings)
        assert other == value
        for name, gradient in whole.items():
            onp.testing.assert_array_equal(parts[name], gradient, err_msg=f"{name} {settings}")


def test_truncated_gradient_is_the_sum_over_windows_whose_start_is_held():
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    drive = onp.random.default_rng(2).standard_normal((4, 12, 2))
    target = onp.random.default_rng(3).standard_normal((4, 12, 3))
    rollout = Rollout(network, 0.2, truncate=5)
    values = {name: array for name, array in rollout.values.items() if name != "initial_state"}
    _, truncated = value_and_gradient(
        lambda p: np.sum(target * rollout(drive, p).outputs), {"recurrent": values["recurrent"]}
    )
    total, start = 0.0, onp.zeros((4, UNITS))
    for low, high in ((0, 5), (5, 10), (10, 12)):
        states = onp.empty((4, UNITS))
        for trial in range(4):  # the tape starts all trials from one state

            def loss(p, trial=trial, low=low, high=high, start=start):
                given = {**values, **p, "initial_state": start[trial]}
                outputs, _, state = rolled(network, 0.2, "euler", drive[trial : trial + 1, low:high], given)
                loss.last = state[0, -1, :, 0]
                return np.sum(target[trial : trial + 1, low:high] * outputs)

            total = total + value_and_gradient(loss, {"recurrent": values["recurrent"]})[1]["recurrent"]
            states[trial] = loss.last._value
        start = states
    onp.testing.assert_allclose(truncated["recurrent"], total, rtol=1e-10)


def test_adjoints_are_gradients_with_respect_to_states_along_the_way():
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    drive = onp.random.default_rng(2).standard_normal((3, 10, 2))
    slopes = onp.random.default_rng(3).standard_normal((3, 10, 3))
    run = Rollout(network, 0.2)(drive)
    adjoints = run.adjoints(Cotangents(outputs=slopes))
    assert adjoints.shape == (3, 11, UNITS, 1)
    for k in (0, 4, 9):
        start = run.states[:, k - 1] if k else onp.zeros((3, UNITS))
        for trial in range(3):

            def rest(p, trial=trial, k=k):
                given = {**parameters_of(network), **p}
                outputs = rolled(network, 0.2, "euler", drive[trial : trial + 1, k:], given)[0]
                return np.sum(slopes[trial : trial + 1, k:] * outputs)

            value = value_and_gradient(rest, {"initial_state": start[trial]})[1]["initial_state"]
            if k:  # the output that belongs to this very state counts as well
                rate = onp.tanh(start[trial])
                value = value + (1.0 - rate**2) * (slopes[trial, k - 1] @ network.readout_weights)
            onp.testing.assert_allclose(adjoints[trial, k, :, 0], value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("memory", [500.0, 0.4])
@pytest.mark.parametrize("noise", [None, ns.WhiteNoise(0.2)])
def test_results_do_not_depend_on_which_is_asked_for_first(noise, memory):
    """States make the first pass keep them, or take a second one; with checkpoints, too."""
    network = ns.Network(ns.LeakyCurrent(), ns.Gaussian(1.2), UNITS, inputs=2, outputs=3, rng=0)
    rollout = Rollout(network, 0.1, noise=noise, memory=memory)
    inputs, weights = onp.random.default_rng(1).standard_normal((37, 60, 2)), network.recurrent.dense()
    names = ("states", "rates", "outputs")

    def results(order):
        seen = {}

        def loss(boxes):
            run = rollout(inputs, boxes, rng=3)
            found = {name: getattr(run, name) for name in order}
            seen.update({name: found[name]._value for name in names})
            return sum(np.sum(np.cos(found[name])) for name in names)

        _, gradients = value_and_gradient(loss, {"recurrent": weights})
        return [*(seen[name] for name in names), gradients["recurrent"]]

    first, *others = (results(order) for order in itertools.permutations(names))
    for other in others:
        for one, two in zip(first, other, strict=True):
            onp.testing.assert_array_equal(one, two)


def test_arrays_may_be_changed_after_a_run():
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    rollout, drive = Rollout(network, 0.1), onp.random.default_rng(2).standard_normal((3, 20, 2))
    expected = rollout(drive.copy()).outputs
    run = rollout(drive)
    drive[:] = 0.0
    onp.testing.assert_array_equal(run.outputs, expected)


def test_two_runs_in_one_loss_do_not_disturb_each_other():
    network = _network(ns.LeakyRate("tanh"), _operator("dense"))
    rollout, rng = Rollout(network, 0.2), onp.random.default_rng(4)
    first, second = rng.standard_normal((2, 4, 15, 2))

    def both(p):
        return np.sum(rollout(first, p).outputs ** 2) + np.sum(rollout(second, p).rates ** 3)

    def alone(drive, power, what):
        return value_and_gradient(
            lambda p: np.sum(getattr(rollout(drive, p), what) ** power),
            {"recurrent": rollout.values["recurrent"]},
        )[1]["recurrent"]

    together = value_and_gradient(both, {"recurrent": rollout.values["recurrent"]})[1]["recurrent"]
    gc.collect()
    separate = alone(first, 2, "outputs") + alone(second, 3, "rates")
    onp.testing.assert_allclose(together, separate, rtol=1e-12)


def test_single_precision_is_double_precision_rounded():
    double = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    drive = onp.random.default_rng(2).standard_normal((8, 50, 2))
    gradients = []
    for network in (double, double.astype("float32")):
        rollout = Rollout(network, 0.1)
        gradients.append(
            value_and_gradient(lambda p, r=rollout: np.mean(r(drive, p).outputs ** 2), rollout.values)[1]
        )
    for name, exact in gradients[0].items():
        assert gradients[1][name].dtype == onp.float32
        assert onp.abs(gradients[1][name] - exact).max(initial=0) <= 1e-5 * onp.abs(exact).max(initial=0)


def test_memory_is_checkpointed_where_it_has_to_be_and_said_in_the_log(caplog):
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    drive = onp.zeros((8, 400, 2))
    with caplog.at_level(logging.INFO, logger="neurosim"):
        Rollout(network, 0.1)(drive)
        Rollout(network, 0.1, memory=0.2)(drive)
    assert [record.getMessage() for record in caplog.records] == [
        "gradient of 8 trials: all 400 steps saved",
        "gradient of 8 trials: checkpoints every 16 of 400 steps, which are computed twice",
    ]
    with pytest.raises(
        MemoryLimitError, match=r"through 400 steps takes at least .* MB, memory = 0\.05 MB .* larger"
    ):
        Rollout(network, 0.1, memory=0.05)(drive)


def test_parameters_become_a_network_again():
    network = _network(Saturating(), _operator("sparse and low rank"))
    values = {name: 2.0 * array for name, array in parameters_of(network).items()}
    changed = with_parameters(network, values)
    for name, array in parameters_of(changed).items():
        onp.testing.assert_array_equal(array, values[name])
    assert changed.neuron == Saturating(2.0, 6.0, 1.4)
    with pytest.raises(UnknownNameError, match=r"no parameter 'recurent'\. Did you mean 'recurrent'"):
        with_parameters(network, {"recurent": values["recurrent"]})
    with pytest.raises(ShapeError, match=r"bias must have shape \(11,\) \(got \(3,\)\)"):
        with_parameters(network, {"bias": onp.zeros(3)})


def test_wrong_arguments_are_named():
    network = _network(ns.LeakyCurrent("tanh"), _operator("dense"))
    rollout = Rollout(network, 0.1)
    with pytest.raises(ShapeError, match=r"inputs must have shape \(trials, steps, 2\) \(got \(4, 5\)\)"):
        rollout(onp.zeros((4, 5)))
    with pytest.raises(UnknownNameError, match=r"'weight' is not a parameter"):
        rollout(onp.zeros((4, 5, 2)), {"weight": onp.zeros(3)})
    with pytest.raises(ShapeError, match=r"bias must have shape \(11,\) \(got \(3,\)\)"):
        rollout(onp.zeros((4, 5, 2)), {"bias": onp.zeros(3)})
    with pytest.raises(ParameterError, match=r"memory must be positive \(got -1\)"):
        Rollout(network, 0.1, memory=-1)
    with pytest.raises(ParameterError, match=r"truncate must be at least 1 \(got 0\)"):
        Rollout(network, 0.1, truncate=0)
    with pytest.raises(ParameterError, match=r"network must be a Network \(got an int\)"):
        Rollout(3, 0.1)


def test_loss_that_gives_no_gradient_says_why():
    values = {"a": onp.arange(3.0)}
    with pytest.raises(ParameterError, match=r"depend on at least one of a"):
        value_and_gradient(lambda p: 3.0, values)  # noqa: ARG005
    with pytest.raises(ShapeError, match=r"the value must be one number \(got shape \(3,\)\)"):
        value_and_gradient(lambda p: p["a"] ** 2, values)

    def assigning(p):
        p["a"][0] = 1.0
        return np.sum(p["a"])

    with pytest.raises(ParameterError, match=r"must not assign into an array .* np\.where"):
        value_and_gradient(assigning, values)


def test_gradient_of_what_is_not_used_is_zero():
    value, gradients = value_and_gradient(
        lambda p: np.sum(p["a"] ** 2), {"a": onp.arange(3.0), "b": onp.ones((2, 2))}
    )
    assert value == 5.0
    onp.testing.assert_array_equal(gradients["a"], [0.0, 2.0, 4.0])
    onp.testing.assert_array_equal(gradients["b"], onp.zeros((2, 2)))

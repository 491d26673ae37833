"""Penalties against sums written out, `Network.jacobian`, and nested tapes of small networks."""

from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.test_util import check_grads
from numpy.testing import assert_allclose
from scipy.sparse import csr_array

import neurosim as ns
from neurosim.connectivity import LowRank, Orthogonal
from neurosim.equations.local import local_derivatives
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.parameters import parameters_of, with_parameters
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers.penalties import L1, L2, JacobianPenalty, RateL1, RateL2, VanishingGradient

UNITS, TRIALS, STEPS, DT = 5, 2, 4, 0.2

EVERY = [
    L1(),
    L1(0.1, "bias"),
    L2(0.2, ["recurrent", "input_weights"]),
    RateL1(0.3),
    RateL2(0.4),
    JacobianPenalty(0.5),
    VanishingGradient(),
]

NEURONS = [
    ns.LeakyCurrent("tanh", tau=2.0),
    ns.LeakyCurrent("linear"),
    ns.LeakyRate("softplus", tau=np.linspace(0.5, 2.0, UNITS)),
    ns.Adaptive("rectified_tanh", strength=0.7),
    ns.SynapticDepression("logistic"),
    ns.WilsonCowan(),
]
DENSE = np.random.default_rng(2).standard_normal((UNITS, UNITS))
SPARSE = ns.Operator(csr_array(np.where(np.random.default_rng(3).random((UNITS, UNITS)) < 0.4, DENSE, 0.0)))
CONNECTIVITIES = [
    ns.Operator(DENSE),
    SPARSE,
    LowRank(np.ones(UNITS), np.arange(UNITS)),
    ns.Operator(DENSE) + ns.Operator(left=np.ones((UNITS, 1)), right=DENSE[:, :1]),
    SPARSE + ns.Operator(left=DENSE[:, :2], right=DENSE[:, 2:4]),
]
SHAPES = ["dense", "sparse", "low rank", "dense and low rank", "sparse and low rank"]


def network_of(neuron, connectivity=CONNECTIVITIES[0]):
    return ns.Network(neuron, connectivity, size=UNITS, inputs=2, outputs=1, rng=4)


def run_of(network, rng, parameters=None):
    """Any states: a penalty does not ask where they came from."""
    variables = len(network.neuron.variables())
    shape = (TRIALS, STEPS, UNITS) if variables == 1 else (TRIALS, STEPS, UNITS, variables)
    states = rng.uniform(0.1, 0.9, shape)
    columns = [states] if variables == 1 else np.moveaxis(states, -1, 0)
    run = SimpleNamespace(
        network=network,
        states=states,
        rates=network.neuron.values(*columns),
        parameters={**parameters_of(network), **(parameters or {})},
        dt=DT,
    )
    return run, SimpleNamespace(inputs=rng.standard_normal((TRIALS, STEPS, 2)))


@pytest.mark.parametrize("penalty", EVERY, ids=repr)
def test_penalties_are_saved_as_files_and_as_text(penalty, tmp_path):
    assert from_dict("penalties", to_dict(penalty)) == penalty
    ns.save(penalty, tmp_path / "penalty.npz")
    assert ns.load(tmp_path / "penalty.npz") == penalty


def test_weights_count_by_their_mean(rng):
    run, trials = run_of(network_of(NEURONS[0]), rng)
    weights, inputs = run.parameters["recurrent"], run.parameters["input_weights"]
    names = ["recurrent", "input_weights"]
    absolute = sum(abs(w) for w in weights.ravel()) / 25 + sum(abs(w) for w in inputs.ravel()) / 10
    assert_allclose(L1(0.1, names)(run, trials), 0.1 * absolute, rtol=1e-13)
    square = sum(w**2 for w in weights.ravel()) / 25 + sum(w**2 for w in inputs.ravel()) / 10
    assert_allclose(L2(0.1, names)(run, trials), 0.1 * square, rtol=1e-13)
    # half the sum of squares, TensorFlow's l2_loss
    half = sum(w**2 for w in [*weights.ravel(), *inputs.ravel()]) / 2
    assert_allclose(L2(1e-3, names, form="half_sum")(run, trials), 1e-3 * half, rtol=1e-13)


def test_of_sparse_weights_those_that_exist_count(rng):
    run, trials = run_of(network_of(NEURONS[0], SPARSE), rng)
    weights = run.network.recurrent.dense()
    assert_allclose(L2(1.0, "recurrent")(run, trials), np.mean(weights[weights != 0.0] ** 2), rtol=1e-13)


def test_rates_count_by_their_mean_over_trials_steps_and_units(rng):
    run, trials = run_of(network_of(NEURONS[0]), rng)
    run.rates = -run.rates
    assert_allclose(RateL1(0.1)(run, trials), -0.1 * run.rates.sum() / (TRIALS * STEPS * UNITS), rtol=1e-13)
    assert_allclose(
        RateL2(0.1)(run, trials), 0.1 * (run.rates**2).sum() / (TRIALS * STEPS * UNITS), rtol=1e-13
    )
    assert_allclose(
        RateL2(0.1, "half_sum")(run, trials), 0.05 * sum(r**2 for r in run.rates.ravel()), rtol=1e-13
    )


WEIGHT_PENALTIES = [L1(), L2(), L2(form="half_sum"), JacobianPenalty()]


@pytest.mark.parametrize("penalty", WEIGHT_PENALTIES, ids=repr)
@pytest.mark.parametrize("connectivity", CONNECTIVITIES, ids=SHAPES)
def test_slopes_of_weights_agree_with_differences(penalty, connectivity, rng):
    network = network_of(ns.LeakyRate("softplus", tau=2.0), connectivity)
    run, trials = run_of(network, rng)
    names = {"recurrent", "left", "right"} & set(run.parameters)
    if isinstance(penalty, (L1, L2)):
        names &= {"recurrent"}
    for name in names:

        def value(array, name=name):
            return penalty(
                SimpleNamespace(**{**vars(run), "parameters": {**run.parameters, name: array}}), trials
            )

        check_grads(value, modes=["rev"], order=1)(run.parameters[name])


def test_slopes_of_rates_agree_with_differences(rng):
    for penalty in (RateL1(), RateL2(), RateL2(form="half_sum")):
        check_grads(lambda r, p=penalty: p(SimpleNamespace(rates=r), None), modes=["rev"])(
            rng.standard_normal((2, 3, 4))
        )


def test_the_jacobian_of_leaky_currents_is_weights_times_slopes(rng):
    tau = 2.0
    run, trials = run_of(network_of(ns.LeakyCurrent("tanh", tau=tau)), rng)
    weights, total = run.parameters["recurrent"], 0.0
    for state in run.states.reshape(-1, UNITS):
        for i in range(UNITS):
            for j in range(UNITS):
                total += (weights[i, j] * (1.0 - np.tanh(state[j]) ** 2)) ** 2
    exact = total / (TRIALS * STEPS) / tau**2
    assert_allclose(JacobianPenalty(0.3)(run, trials), 0.3 * exact, rtol=1e-12)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("connectivity", CONNECTIVITIES, ids=SHAPES)
def test_the_jacobian_penalty_is_the_norm_of_the_jacobian_without_its_leak(neuron, connectivity, rng):
    network = network_of(neuron, connectivity)
    run, trials = run_of(network, rng)
    variables, norms = len(neuron.variables()), []
    for k in range(TRIALS):
        for t in range(STEPS):
            state = run.states[k, t]
            columns = state.reshape(UNITS, -1).T
            drive = network.input_weights @ trials.inputs[k, t] + network.bias
            current = network.recurrent @ neuron.values(*columns) + drive
            leak = local_derivatives(neuron, columns, current).drift_by_state
            blocks = [[np.diag(leak[i][j]) for j in range(variables)] for i in range(variables)]
            norms.append(np.sum((network.jacobian(state, trials.inputs[k, t]) - np.block(blocks)) ** 2))
    assert_allclose(JacobianPenalty(1.0)(run, trials), np.mean(norms), rtol=1e-10)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: type(n).__name__)
def test_the_jacobian_penalty_has_slopes_in_states_and_parameters_of_the_neuron(neuron, rng):
    run, trials = run_of(network_of(neuron), rng)
    penalty = JacobianPenalty()

    def of_states(states):
        return penalty(SimpleNamespace(**{**vars(run), "states": states}), trials) + 0.0 * anp.sum(states)

    check_grads(of_states, modes=["rev"], order=1)(run.states)
    for name in (name for name in run.parameters if name.startswith("neuron.") or "input" in name):

        def of_parameter(array, name=name):
            changed = {**run.parameters, name: array}
            return penalty(SimpleNamespace(**{**vars(run), "parameters": changed}), trials) + 0.0 * anp.sum(
                array
            )

        check_grads(of_parameter, modes=["rev"], order=1)(run.parameters[name])


def test_the_neurons_of_a_run_are_those_of_its_parameters(rng):
    network = network_of(ns.LeakyRate("softplus", tau=1.0))
    changed = {"neuron.tau": np.array(3.0), "bias": np.arange(UNITS) / 5.0}
    run, trials = run_of(network, rng, changed)
    other = SimpleNamespace(**{**vars(run), "network": with_parameters(network, changed)})
    other.parameters = parameters_of(other.network)
    assert_allclose(JacobianPenalty()(run, trials), JacobianPenalty()(other, trials), rtol=1e-14)


# the vanishing-gradient term: Euler steps written by hand, on autograd's tape


def leaky_current(x, y, p):
    u = anp.dot(anp.tanh(x), p["W"].T) + anp.dot(y, p["input_weights"].T) + p["bias"]
    return x + DT * (-x + u) / p["neuron.tau"]


def leaky_rate(r, y, p):
    u = anp.dot(r, p["W"].T) + anp.dot(y, p["input_weights"].T) + p["bias"]
    return r + DT * (-r + anp.logaddexp(0.0, u)) / p["neuron.tau"]


def adaptive(s, y, p):
    x, a = s[..., 0], s[..., 1]
    u = anp.dot(anp.tanh(x), p["W"].T) + anp.dot(y, p["input_weights"].T) + p["bias"]
    change_x = (-x + u - p["neuron.strength"] * a) / p["neuron.tau"]
    change_a = (-a + anp.tanh(x)) / p["neuron.tau_adaptation"]
    return s + DT * anp.stack([change_x, change_a], axis=-1)


BY_HAND = [
    (ns.LeakyCurrent("tanh", tau=0.7), leaky_current),
    (ns.LeakyRate("softplus", tau=0.5), leaky_rate),
    (ns.Adaptive("tanh", tau=0.5, tau_adaptation=3.0, strength=0.8), adaptive),
]


def dense(parameters, network):
    """W of named parameters, by hand, on the tape."""
    total = 0.0
    if "recurrent" in parameters:
        base = parameters["recurrent"]
        if base.ndim == 1:
            pattern = network.recurrent.base.tocoo()
            base = sum(
                base[k] * _unit(i, j) for k, (i, j) in enumerate(zip(pattern.row, pattern.col, strict=True))
            )
        total = total + base
    if "left" in parameters:
        total = total + anp.dot(parameters["left"], parameters["right"].T)
    return total


def _unit(i, j):
    matrix = np.zeros((UNITS, UNITS))
    matrix[i, j] = 1.0
    return matrix


def trajectory_and_adjoints(step, network, rng):
    """States of Euler steps, and the derivative of a loss of all of them by each, from the tape."""
    parameters = {**parameters_of(network), "W": network.recurrent.dense()}
    variables = len(network.neuron.variables())
    shape = (TRIALS, UNITS) if variables == 1 else (TRIALS, UNITS, variables)
    inputs, targets = rng.standard_normal((TRIALS, STEPS, 2)), rng.standard_normal((STEPS + 1, *shape))
    states = [rng.standard_normal(shape)]
    for k in range(STEPS):
        states.append(step(states[-1], inputs[:, k], parameters))

    def loss_from(k):
        def loss(state):
            total = anp.sum((state - targets[k]) ** 2)
            for later in range(k, STEPS):
                state = step(state, inputs[:, later], parameters)
                total = total + anp.sum((state - targets[later + 1]) ** 2)
            return total

        return loss

    adjoints = [grad(loss_from(k))(states[k]) for k in range(STEPS + 1)]
    return parameters, np.stack(states, 1), inputs, np.stack(adjoints, 1)


def omega(weights, step, parameters, states, inputs, adjoints, judged):
    """Mean of (ratio of squared lengths - 1)², with states and adjoints as constants."""
    total, changed = 0.0, {**parameters, "W": weights}
    for b in range(TRIALS):
        for k in range(STEPS):
            after = adjoints[b, k + 1]
            if not judged[b, k]:
                continue

            def along(state, b=b, k=k, after=after):
                return anp.sum(step(state[None], inputs[b : b + 1, k], changed)[0] * after)

            before = grad(along)(states[b, k])
            total = total + (anp.sum(before**2) / np.sum(after**2) - 1.0) ** 2
    return total / np.sum(judged)


@pytest.mark.parametrize(("neuron", "step"), BY_HAND, ids=lambda value: getattr(type(value), "__name__", ""))
@pytest.mark.parametrize("connectivity", CONNECTIVITIES, ids=SHAPES)
def test_the_vanishing_gradient_term_is_that_of_a_nested_tape(neuron, step, connectivity, rng):
    network = network_of(neuron, connectivity)
    parameters, states, inputs, adjoints = trajectory_and_adjoints(step, network, rng)
    names = [name for name in ("recurrent", "left", "right") if name in parameters]
    judged = np.ones((TRIALS, STEPS), bool)

    def exact(part, name):
        return omega(
            dense({**parameters, name: part}, network), step, parameters, states, inputs, adjoints, judged
        )

    penalty, own = VanishingGradient(0.5), parameters_of(network)
    value, slopes = penalty.gradient(own, states, inputs, adjoints, network=network, dt=DT)
    assert list(slopes) == names
    assert_allclose(value, 0.5 * exact(parameters[names[0]], names[0]), rtol=1e-10)
    for name in names:
        assert_allclose(slopes[name], 0.5 * grad(exact)(parameters[name], name), rtol=1e-9, atol=1e-13)


def test_zero_gradients_are_left_out(rng):
    network = network_of(*BY_HAND[0][:1])
    step = BY_HAND[0][1]
    parameters, states, inputs, adjoints = trajectory_and_adjoints(step, network, rng)
    adjoints[0, 2] = 0.0
    adjoints[1, 4] = 1e-11
    judged = np.ones((TRIALS, STEPS), bool)
    judged[0, 1] = judged[1, 3] = False
    value, slopes = VanishingGradient(1.0).gradient(
        parameters_of(network), states, inputs, adjoints, network=network, dt=DT
    )
    exact = omega(parameters["W"], step, parameters, states, inputs, adjoints, judged)
    assert_allclose(value, exact, rtol=1e-10)
    assert np.isfinite(slopes["recurrent"]).all()
    nothing, slopes = VanishingGradient().gradient(
        parameters_of(network), states, inputs, 0.0 * adjoints, network=network, dt=DT
    )
    assert nothing == 0.0
    assert (slopes["recurrent"] == 0.0).all()


def test_it_is_the_expression_of_song_and_others_with_squared_lengths(rng):
    network = network_of(ns.LeakyCurrent("relu", tau=1.0))
    parameters, states, inputs, adjoints = trajectory_and_adjoints(leaky_current, network, rng)
    weights, alpha = parameters["W"], DT
    ratios = []
    for b in range(TRIALS):
        for t in range(STEPS):
            g = adjoints[b, t + 1]
            back = (1.0 - alpha) * g + (states[b, t] > 0.0) * (alpha * weights.T @ g)
            ratios.append(np.sum(back**2) / np.sum(g**2))
    value, _ = VanishingGradient(1.0).gradient(
        parameters_of(network), states, inputs, adjoints, network=network, dt=DT
    )
    assert_allclose(value, np.mean((np.array(ratios) - 1.0) ** 2), rtol=1e-11)


def test_nothing_vanishes_in_an_orthogonal_linear_map(rng):
    network = ns.Network(ns.LeakyRate("linear"), Orthogonal(), size=UNITS, inputs=2, rng=1)
    states = rng.standard_normal((TRIALS, STEPS + 1, UNITS))
    value, slopes = VanishingGradient().gradient(
        parameters_of(network),
        states,
        rng.standard_normal((TRIALS, STEPS, 2)),
        rng.standard_normal(states.shape),
        network=network,
        dt=1.0,
    )
    assert value < 1e-28
    assert_allclose(slopes["recurrent"], 0.0, atol=1e-14)


def test_a_step_against_its_gradient_lowers_the_term(rng):
    network = network_of(BY_HAND[1][0])
    _, states, inputs, adjoints = trajectory_and_adjoints(leaky_rate, network, rng)
    own = parameters_of(network)
    settings = {"network": network, "dt": DT}
    value, slopes = VanishingGradient().gradient(own, states, inputs, adjoints, **settings)
    own["recurrent"] -= 1e-2 * slopes["recurrent"] / np.linalg.norm(slopes["recurrent"])
    assert VanishingGradient().gradient(own, states, inputs, adjoints, **settings)[0] < value


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: L1(strength=0.0), ParameterError, r"L1.strength must be positive \(got 0.0\)"),
        (lambda: RateL2(-1.0), ParameterError, r"RateL2.strength must be positive \(got -1.0\)"),
        (lambda: RateL2(form="sum"), UnknownNameError, r"RateL2\.form = 'sum'"),
        (lambda: L2(form="half-sum"), UnknownNameError, r"L2\.form.*Did you mean 'half_sum'"),
        (
            lambda: JacobianPenalty(np.nan),
            ParameterError,
            r"JacobianPenalty.strength must be finite \(got nan\)",
        ),
        (
            lambda: VanishingGradient(0.0),
            ParameterError,
            r"VanishingGradient.strength must be positive \(got 0.0\)",
        ),
        (lambda: L2(names=[]), ParameterError, r"L2.names must have at least one name"),
        (
            lambda: L1("bias"),
            ParameterError,
            r"L1.strength must be a number \(got 'bias'\).*try L1\(names='bias'\)",
        ),
    ],
)
def test_invalid_settings(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_parameter_that_the_network_does_not_have(rng):
    run, trials = run_of(network_of(NEURONS[0]), rng)
    with pytest.raises(UnknownNameError, match=r"no parameter 'recurent'\. Did you mean 'recurrent'"):
        L1(names="recurent")(run, trials)


def test_adjoints_of_another_run():
    network = network_of(NEURONS[0])
    states, inputs = np.zeros((TRIALS, STEPS + 1, UNITS)), np.zeros((TRIALS, STEPS, 2))
    for wrong in ((states[:, 1:], inputs, states[:, 1:]), (states, inputs, states[:, 1:])):
        with pytest.raises(ShapeError, match=r"states and adjoints must have one sample more than inputs"):
            VanishingGradient().gradient(parameters_of(network), *wrong, network=network, dt=DT)

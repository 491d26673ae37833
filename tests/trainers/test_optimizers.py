"""Optimizers against closed forms on quadratics, and against the recurrences of their papers, written plainly."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import LBFGS, SGD, Adam, InverseDecay, RMSprop, minimize

CURVATURES = np.array([0.1, 1.0, 7.0])
START = np.array([1.0, -2.0, 0.5])

EVERY = [
    Adam(InverseDecay(0.01, decay=0.1)),
    Adam(0.01, epsilon_form="keras", epsilon=0.1),
    SGD(0.02),
    SGD(0.02, momentum=0.9),
    SGD(InverseDecay(0.02, decay=0.1), momentum=0.9, nesterov=True),
    RMSprop(0.01),
]


def trajectory(optimizer, gradient, start, updates):
    """Parameter after each update, the start first."""
    parameters = {"x": np.array(start)}
    state = optimizer.start(parameters)
    found = [parameters["x"]]
    for k in range(updates):
        parameters, state = optimizer.update(parameters, {"x": gradient(k, parameters["x"])}, state, k)
        found.append(parameters["x"])
    return np.array(found)


def parabola(_, x):
    return CURVATURES * x


def noise(updates, size=3):
    return np.random.default_rng(0).standard_normal((updates, size)) * 10.0 ** np.arange(-2, size - 2)


def test_gradient_descent_shrinks_each_coordinate_by_its_own_factor():
    found = trajectory(SGD(0.1), parabola, START, 60)
    assert_allclose(found, (1.0 - 0.1 * CURVATURES) ** np.arange(61)[:, None] * START, rtol=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_a_linear_map_of_position_and_velocity(nesterov):
    rate, memory = 0.05, 0.8
    found = trajectory(SGD(rate, momentum=memory, nesterov=nesterov), parabola, START, 80)
    for k, curvature in enumerate(CURVATURES):
        pull = rate * curvature
        row = [1.0 - pull - memory * pull, memory**2] if nesterov else [1.0 - pull, memory]
        step = np.array([row, [-pull, memory]])
        exact = [np.linalg.matrix_power(step, t)[0, 0] * START[k] for t in range(81)]
        assert_allclose(found[:, k], exact, rtol=1e-9, atol=1e-14)


def test_nesterovs_momentum_is_that_of_sutskever_seen_from_the_point_ahead():
    rate, memory = 0.05, 0.8
    position, velocity = START.copy(), np.zeros(3)
    ahead = [position]
    for _ in range(50):
        velocity = memory * velocity - rate * CURVATURES * (position + memory * velocity)
        position = position + velocity
        ahead.append(position + memory * velocity)
    assert_allclose(trajectory(SGD(rate, 0.8, True), parabola, START, 50), ahead, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("form", ["paper", "keras"])
def test_adam_makes_steps_of_one_size_along_a_constant_gradient(form):
    gradient, epsilon = np.array([3.0, -0.2, 1e-3]), 1e-4
    optimizer = Adam(InverseDecay(0.01, decay=0.25), epsilon=epsilon, epsilon_form=form)
    found = np.diff(trajectory(optimizer, lambda *_: gradient, START, 40), axis=0)
    updates = np.arange(40)[:, None]
    # mean and mean square, corrected for the start, are those of the gradient itself
    floor = epsilon / np.sqrt(1.0 - 0.999 ** (updates + 1)) if form == "keras" else epsilon
    exact = -0.01 / (1.0 + 0.25 * updates) * gradient / (np.abs(gradient) + floor)
    assert_allclose(found, exact, rtol=1e-9, atol=1e-15)


def test_the_first_change_of_adam_is_the_rate_times_the_sign():
    for scale in (1e-3, 1.0, 1e8):
        change = np.diff(trajectory(Adam(0.1), lambda _, x, s=scale: s * x, START, 1), axis=0)[0]
        assert_allclose(change, -0.1 * np.sign(START), rtol=3e-5)


def test_adam_is_algorithm_1_of_kingma_and_ba():
    gradients = noise(2000)
    theta, m, v = START, np.zeros(3), np.zeros(3)
    for t in range(1, 2001):
        g = gradients[t - 1] + CURVATURES * theta
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        theta = theta - 0.03 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-3)
    optimizer = Adam(0.03, beta2=0.99, epsilon=1e-3)
    found = trajectory(optimizer, lambda k, x: gradients[k] + CURVATURES * x, START, 2000)
    assert_allclose(found[-1], theta, rtol=1e-9)


def test_adam_of_keras_decays_its_rate_and_adds_epsilon_to_the_uncorrected_root():
    gradients = noise(2000)
    p, m, v = START, np.zeros(3), np.zeros(3)
    for iterations in range(2000):
        g = gradients[iterations] + CURVATURES * p
        lr = 0.03 * (1.0 / (1.0 + 1e-3 * iterations))
        t = iterations + 1
        lr_t = lr * (np.sqrt(1.0 - 0.99**t) / (1.0 - 0.9**t))
        m = 0.9 * m + (1.0 - 0.9) * g
        v = 0.99 * v + (1.0 - 0.99) * np.square(g)
        p = p - lr_t * m / (np.sqrt(v) + 1e-3)
    optimizer = Adam(InverseDecay(0.03, decay=1e-3), beta2=0.99, epsilon=1e-3, epsilon_form="keras")
    found = trajectory(optimizer, lambda k, x: gradients[k] + CURVATURES * x, START, 2000)
    assert_allclose(found[-1], p, rtol=1e-9)


def test_the_two_places_of_epsilon_differ_by_the_correction_of_the_square():
    gradient = np.array([1e-3])
    for k in (0, 9, 999):
        paper = np.diff(
            trajectory(Adam(epsilon=1e-4 / np.sqrt(1 - 0.999 ** (k + 1))), lambda *_: gradient, [0.0], k + 1),
            axis=0,
        )
        keras = np.diff(
            trajectory(Adam(epsilon=1e-4, epsilon_form="keras"), lambda *_: gradient, [0.0], k + 1), axis=0
        )
        assert_allclose(paper[k], keras[k], rtol=1e-9)


def test_decay_is_the_inverse_schedule():
    """Adam with rate 0.1 / (1 + 0.3 k) at update k, against one optimizer for each update with that constant rate."""
    moved, state = {"x": np.array(START)}, Adam().start({"x": np.array(START)})
    for k in range(20):
        gradients = {"x": parabola(k, moved["x"])}
        moved, state = Adam(0.1 / (1.0 + 0.3 * k)).update(moved, gradients, state, k)
    decaying = trajectory(Adam(InverseDecay(0.1, decay=0.3)), parabola, START, 20)
    assert_allclose(decaying[-1], moved["x"], rtol=1e-13)


def test_rmsprop_along_a_constant_gradient():
    gradient, rho, epsilon = np.array([2.0, -0.1, 1e-3]), 0.8, 1e-3
    found = np.diff(
        trajectory(RMSprop(0.1, rho=rho, epsilon=epsilon), lambda *_: gradient, START, 30), axis=0
    )
    size = np.abs(gradient) * np.sqrt(1.0 - rho ** np.arange(1, 31)[:, None])
    assert_allclose(found, -0.1 * gradient / (size + epsilon), rtol=1e-9)


def test_rmsprop_is_the_recurrence_of_its_lecture():
    gradients = noise(2000)
    x, a = START, np.zeros(3)
    for k in range(2000):
        g = gradients[k] + CURVATURES * x
        a = 0.9 * a + 0.1 * g**2
        x = x - 0.02 * g / (np.sqrt(a) + 1e-8)
    found = trajectory(RMSprop(0.02), lambda k, x: gradients[k] + CURVATURES * x, START, 2000)
    assert_allclose(found[-1], x, rtol=1e-9)


IN_TORCH = [
    (Adam(0.01), "Adam", {"lr": 0.01, "eps": 1e-8}),
    (Adam(0.003, beta1=0.7, beta2=0.95), "Adam", {"lr": 0.003, "betas": (0.7, 0.95), "eps": 1e-8}),
    (SGD(0.02), "SGD", {"lr": 0.02}),
    (SGD(0.02, momentum=0.9), "SGD", {"lr": 0.02, "momentum": 0.9}),
    (SGD(0.02, momentum=0.9, nesterov=True), "SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    (RMSprop(0.01), "RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-8}),
]


@pytest.mark.parametrize(("optimizer", "name", "settings"), IN_TORCH, ids=lambda case: str(case)[:40])
def test_optimizers_are_those_of_torch_over_400_updates(optimizer, name, settings):
    torch = pytest.importorskip("torch")
    pushes = noise(400)
    found = trajectory(optimizer, lambda k, x: pushes[k] + CURVATURES * x, START, 400)
    x = torch.tensor(START, requires_grad=True)
    theirs = getattr(torch.optim, name)([x], **settings)
    expected = [START]
    for k in range(400):
        x.grad = torch.tensor(pushes[k] + CURVATURES * x.detach().numpy())
        theirs.step()
        expected.append(x.detach().numpy().copy())
    # 400 updates of a contracting map, each rounded in another order
    assert_allclose(found, np.array(expected), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("optimizer", EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arguments_and_precision_are_unchanged(optimizer, dtype):
    parameters = {"recurrent": np.ones((2, 3), dtype), "neuron.tau": np.asarray(2.0, dtype)}
    gradients = {name: 0.5 * np.ones_like(value) for name, value in parameters.items()}
    state = optimizer.start(parameters)
    for k in range(3):
        given = [{n: a.copy() for n, a in arrays.items()} for arrays in (parameters, gradients, state)]
        for array in [*parameters.values(), *gradients.values(), *state.values()]:
            array.setflags(write=False)
        moved, later = optimizer.update(parameters, gradients, state, k)
        for before, after in zip(given, (parameters, gradients, state), strict=True):
            assert all((before[name] == after[name]).all() for name in before)
        for name, value in parameters.items():
            assert moved[name].dtype == dtype
            assert moved[name].shape == value.shape
            assert (moved[name] < value).all()
        assert {array.dtype for array in later.values()} <= {np.dtype(dtype)}
        assert set(later) == set(state)
        parameters, state = moved, later


@pytest.mark.parametrize("optimizer", EVERY, ids=repr)
def test_a_state_goes_on_bit_for_bit_after_a_file(optimizer, tmp_path):
    whole = trajectory(optimizer, parabola, START, 20)
    parameters, state = {"x": START.copy()}, optimizer.start({"x": START})
    for k in range(20):
        if k == 7:
            np.savez(tmp_path / "state.npz", **state)
            state = dict(np.load(tmp_path / "state.npz"))
            optimizer = from_dict("optimizer", to_dict(optimizer))
        parameters, state = optimizer.update(parameters, {"x": CURVATURES * parameters["x"]}, state, k)
    assert_array_equal(parameters["x"], whole[-1])


@pytest.mark.parametrize("optimizer", [*EVERY, LBFGS(history_size=5)], ids=repr)
def test_optimizers_are_saved_as_files_and_as_text(optimizer, tmp_path):
    assert from_dict("optimizers", to_dict(optimizer)) == optimizer
    ns.save(optimizer, tmp_path / "optimizer.npz")
    assert ns.load(tmp_path / "optimizer.npz") == optimizer


def bowl():
    """Quadratic form of three arrays with one exact minimum."""
    rng = np.random.default_rng(3)
    shapes = {"matrix": (3, 4), "vector": (5,), "scalar": ()}
    size = 18
    root = rng.standard_normal((size, size))
    form, lowest = root @ root.T + np.eye(size), rng.standard_normal(size)

    def flat(p):
        return np.concatenate([np.ravel(p[name]) for name in shapes])

    def named(vector):
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])[:-1]
        return {n: part.reshape(shapes[n]) for n, part in zip(shapes, np.split(vector, ends), strict=True)}

    def value_and_gradient(p):
        away = flat(p) - lowest
        return 0.5 * away @ form @ away - 2.0, named(form @ away)

    return value_and_gradient, named(lowest), {n: np.zeros(shape) for n, shape in shapes.items()}


def test_l_bfgs_finds_the_exact_minimum_of_a_quadratic():
    function, exact, start = bowl()
    seen = []
    found = minimize(function, start, LBFGS(history_size=20), watch=lambda *arguments: seen.append(arguments))
    assert found.complete
    assert_allclose(found.value, -2.0, rtol=1e-12)
    for name, array in exact.items():
        assert found.parameters[name].shape == array.shape
        assert_allclose(found.parameters[name], array, rtol=1e-5, atol=1e-6)
        assert (start[name] == 0.0).all()
    assert [iteration for iteration, *_ in seen] == list(range(1, found.iterations + 1))
    values = [value for _, value, _ in seen]
    assert values == sorted(values, reverse=True)
    for _, value, parameters in seen:
        assert_allclose(value, function(parameters)[0], rtol=1e-12)


def test_l_bfgs_stops_after_its_iterations():
    function, _, start = bowl()
    assert minimize(function, start, LBFGS(iterations=3)).iterations == 3


def rosenbrock(p):
    a, b = p["a"], p["b"]
    slopes = {"a": -2.0 * (1.0 - a) - 400.0 * a * (b - a**2), "b": 200.0 * (b - a**2)}
    return float((1.0 - a) ** 2 + 100.0 * (b - a**2) ** 2), slopes


VALLEY = {"a": np.array(-1.2), "b": np.array(1.0)}


def test_l_bfgs_on_rosenbrocks_valley():
    found = minimize(rosenbrock, VALLEY)
    assert_allclose([found.parameters["a"], found.parameters["b"]], 1.0, rtol=1e-5)


def test_l_bfgs_keeps_single_precision():
    def parabola_32(p):
        assert p["x"].dtype == np.float32
        return float(np.sum((p["x"] - 3.0) ** 2)), {"x": 2.0 * (p["x"] - 3.0)}

    found = minimize(parabola_32, {"x": np.zeros(3, np.float32)})
    assert found.parameters["x"].dtype == np.float32
    assert_allclose(found.parameters["x"], 3.0, rtol=1e-6)


def test_ctrl_c_returns_the_lowest_point_so_far():
    uphill = 0
    for at in range(20):
        values = []

        def interrupted(p, at=at, values=values):
            if len(values) == at:
                raise KeyboardInterrupt
            values.append(rosenbrock(p)[0])
            return rosenbrock(p)

        found = minimize(interrupted, VALLEY)
        assert (found.status, found.complete) == ("interrupted", False)
        assert found.value == min(values, default=np.inf)
        expected = rosenbrock(VALLEY)[0] if at == 0 else found.value
        assert rosenbrock(found.parameters)[0] == expected
        uphill += bool(values) and values[-1] > found.value
    # some searches were stopped at a point that is higher than an earlier one
    assert uphill > 2


def test_a_value_that_is_not_finite_ends_the_search_at_the_lowest_point():
    def cliff(p):
        x = float(p["x"])
        return (np.nan if x > 2.0 else (x - 5.0) ** 2), {"x": np.array(2.0 * (x - 5.0))}

    found = minimize(cliff, {"x": np.array(0.0)})
    assert (found.status, found.complete) == ("diverged", False)
    assert "the value is nan in iteration" in found.reason
    assert 0.0 <= found.parameters["x"] <= 2.0
    with pytest.raises(ParameterError, match="the value is nan in iteration 1; start from smaller weights"):
        minimize(cliff, {"x": np.array(3.0)})
    with pytest.raises(ParameterError, match="the gradient is not finite in iteration 1; start from"):
        minimize(lambda p: (1.0, {"x": np.array(np.inf) + p["x"]}), {"x": np.array(3.0)})


@pytest.mark.parametrize("optimizer", [Adam, SGD, RMSprop])
@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (0.0, r"learning_rate must be positive \(got 0.0\)"),
        (-1e-3, r"learning_rate must be positive \(got -0.001\)"),
        (np.nan, r"learning_rate must be finite \(got nan\)"),
        ("fast", r"learning_rate must be a real number \(got 'fast'\)"),
        (lambda _: 0.1, r"learning_rate must be a number or a Schedule \(got <function .*; try a subclass"),
    ],
)
def test_invalid_rates(optimizer, rate, message):
    with pytest.raises(ParameterError, match=f"{optimizer.__name__}.{message}"):
        optimizer(rate)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Adam(beta1=1.0), ParameterError, r"Adam.beta1 must be below 1, .*\(got 1.0\)"),
        (lambda: Adam(beta2=-0.1), ParameterError, r"Adam.beta2 must not be negative \(got -0.1\)"),
        (lambda: Adam(epsilon=0.0), ParameterError, r"Adam.epsilon must be positive \(got 0.0\)"),
        (lambda: Adam(epsilon_form="tf"), UnknownNameError, r"Adam.epsilon_form = 'tf' is unknown"),
        (lambda: Adam(lr=1e-3), UnknownKeywordError, r"Adam takes no keyword 'lr'"),
        (lambda: SGD(momentum=1.5), ParameterError, r"SGD.momentum must be below 1, .*\(got 1.5\)"),
        (lambda: SGD(nesterov=True), ParameterError, r"SGD.nesterov = True needs momentum"),
        (lambda: RMSprop(rho=1.0), ParameterError, r"RMSprop.rho must be below 1, .*\(got 1.0\)"),
        (lambda: RMSprop(epsilon=-1.0), ParameterError, r"RMSprop.epsilon must be positive \(got -1.0\)"),
        (lambda: LBFGS(iterations=0), ParameterError, r"LBFGS.iterations must be at least 1 \(got 0\)"),
        (
            lambda: LBFGS(history_size=2.5),
            ParameterError,
            r"LBFGS.history_size must be a whole number \(got 2.5\)",
        ),
        (
            lambda: LBFGS(loss_tolerance=-1.0),
            ParameterError,
            r"LBFGS.loss_tolerance must not be negative \(got -1.0\)",
        ),
        (
            lambda: LBFGS(gradient_tolerance=-1.0),
            ParameterError,
            r"gradient_tolerance must not be .*\(got -1.0\)",
        ),
    ],
)
def test_invalid_settings(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_gradients_and_states_of_other_parameters():
    parameters, adam = {"bias": np.ones(2)}, Adam()
    state = adam.start(parameters)
    with pytest.raises(UnknownNameError, match=r"gradients must have 'bias'\. Did you mean 'bia'"):
        adam.update(parameters, {"bia": np.ones(2)}, state, 0)
    with pytest.raises(
        ShapeError, match=r"gradients\['bias'\] must have the shape of the parameter, \(2,\) \(got \(3,\)\)"
    ):
        adam.update(parameters, {"bias": np.ones(3)}, state, 0)
    with pytest.raises(UnknownNameError, match=r"state must have 'mean.bias'\. Known: none"):
        adam.update(parameters, parameters, {}, 0)

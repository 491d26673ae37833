"""Constraints: laws that hold through real training, exact inverses, slopes, and the nearest allowed point."""

import warnings

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.test_util import check_grads
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from tiny import Echo

import neurosim as ns
from neurosim.errors import ConstraintWarning, ParameterError, ShapeError, UnknownNameError
from neurosim.parameters import parameters_of, with_parameters
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import (
    LBFGS,
    SGD,
    Adam,
    AllOf,
    AtLeast,
    ClipUpdates,
    Dale,
    Frozen,
    IncomingSigns,
    Masked,
    NonNegative,
    NoSelfConnections,
    Projected,
    RMSprop,
    SignConstrained,
    minimize,
)

UNITS = 10
MASK = np.random.default_rng(8).random((UNITS, UNITS)) < 0.6
SIGNS = np.random.default_rng(9).integers(-1, 2, (UNITS, UNITS))

EVERY = [
    Dale(excitatory=0.7),
    Dale(excitatory=np.arange(UNITS) % 3 == 0, readout=True),
    IncomingSigns(excitatory=np.arange(UNITS) >= UNITS // 2),
    NonNegative(),
    NonNegative(["input_weights", "readout_weights"]),
    SignConstrained("recurrent", SIGNS),
    Masked("recurrent", MASK),
    NoSelfConnections(),
    Frozen("recurrent", MASK),
    Frozen("bias"),
    AtLeast(-0.25, ["recurrent", "bias"]),
    AllOf(
        [Dale(excitatory=0.7), Masked("recurrent", MASK), NoSelfConnections(), NonNegative(), Frozen("bias")]
    ),
]
PROJECTIONS = [Projected(Dale(0.7)), ClipUpdates(0.1), ClipUpdates(0.1, names="bias")]


def parameters(seed=0, dtype=np.float64):
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), UNITS, inputs=2, outputs=3, rng=seed)
    found = parameters_of(network)
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(array.shape).astype(dtype) for name, array in found.items()}


def allowed(constraint, name, before, after):
    """Whether a parameter obeys a constraint, said in other words than in the package."""
    if isinstance(constraint, AllOf):
        return all(allowed(part, name, before, after) for part in constraint.constraints)
    if isinstance(constraint, (Dale, IncomingSigns)) and name == "recurrent":
        excitatory = constraint.excitatory
        if isinstance(excitatory, float):
            excitatory = np.array([True] * 7 + [False] * 3)
        weights = after.T if isinstance(constraint, Dale) else after
        return all(
            (row >= 0.0).all() if e else (row <= 0.0).all()
            for row, e in zip(weights, excitatory, strict=True)
        )
    if isinstance(constraint, Dale) and name == "readout_weights" and constraint.readout:
        return not after[:, ~constraint.excitatory].any()
    if isinstance(constraint, (NonNegative, AtLeast)) and name in constraint.names:
        return after.min() >= getattr(constraint, "minimum", 0.0)
    if isinstance(constraint, SignConstrained) and name == "recurrent":
        return all(w == 0.0 or np.sign(w) == s for w, s in zip(after.flat, SIGNS.flat, strict=True))
    if isinstance(constraint, Masked) and name == "recurrent":
        return not after[~MASK].any()
    if isinstance(constraint, NoSelfConnections) and name == "recurrent":
        return not np.diag(after).any()
    if isinstance(constraint, Frozen) and name == constraint.name:
        kept = slice(None) if constraint.entries is None else constraint.entries
        return np.array_equal(after[kept], before[kept])
    return True


def loss(p, inputs, targets):
    """Mean squared error of a vanilla recurrent network, on the tape."""
    state, total = anp.zeros((len(inputs), UNITS)), 0.0
    for k in range(inputs.shape[1]):
        drive = anp.dot(inputs[:, k], p["input_weights"].T) + p["bias"]
        state = anp.tanh(anp.dot(state, p["recurrent"].T) + drive)
        outputs = anp.dot(state, p["readout_weights"].T) + p["readout_bias"]
        total = total + anp.mean((outputs - targets[:, k]) ** 2)
    return total / inputs.shape[1]


def problem():
    rng = np.random.default_rng(7)
    return rng.standard_normal((6, 4, 2)), rng.standard_normal((6, 4, 3))


@pytest.mark.parametrize(
    ("constraint", "optimizer"),
    [
        *((c, Adam(0.1)) for c in EVERY),
        *((c, SGD(0.3, momentum=0.9)) for c in EVERY[::5]),
        (EVERY[0], RMSprop(0.05)),
    ],
    ids=repr,
)
def test_the_law_holds_after_every_update_of_a_real_training(constraint, optimizer):
    inputs, targets = problem()
    start = constraint.nearest(parameters())
    free, state, losses = constraint.free(start), optimizer.start(start), []
    for k in range(20):
        gradients = grad(lambda f: loss(constraint.effective(f), inputs, targets))(free)
        free, state = optimizer.update(free, gradients, state, k)
        effective = constraint.effective(free)
        for name, after in effective.items():
            assert allowed(constraint, name, start[name], after)
        losses.append(loss(effective, inputs, targets))
    assert min(losses) < 0.8 * losses[0]


@pytest.mark.parametrize("constraint", [c for c in EVERY if not isinstance(c, Frozen)][:-1], ids=repr)
def test_the_law_holds_after_every_projection_of_a_real_training(constraint):
    inputs, targets = problem()
    # the start breaks the law, as that of Jarne & Caruso does
    current, losses = parameters(), []
    optimizer, projection = Adam(0.1), Projected(constraint)
    state = optimizer.start(current)
    for k in range(20):
        gradients = grad(lambda f: loss(f, inputs, targets))(current)
        moved, state = optimizer.update(current, gradients, state, k)
        current = projection.project(moved, before=current)
        for name, after in current.items():
            assert allowed(constraint, name, None, after)
        losses.append(loss(current, inputs, targets))
    assert min(losses) < 0.8 * losses[0]


def test_l_bfgs_keeps_the_law_too():
    inputs, targets = problem()
    constraint = EVERY[-1]
    start = constraint.nearest(parameters())

    def value_and_gradient(free):
        return loss(constraint.effective(free), inputs, targets), grad(
            lambda f: loss(constraint.effective(f), inputs, targets)
        )(free)

    found = minimize(value_and_gradient, constraint.free(start), LBFGS(iterations=20))
    assert found.value < 0.8 * loss(start, inputs, targets)
    for name, after in constraint.effective(found.parameters).items():
        assert allowed(constraint, name, start[name], after)


@pytest.mark.parametrize("constraint", EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_allowed_parameters_are_their_own_free_ones_bit_for_bit(constraint, dtype):
    start = constraint.nearest(parameters(3, dtype))
    free = constraint.free(start)
    for name, value in constraint.effective(free).items():
        assert value.dtype == dtype
        assert_array_equal(value, start[name])
        assert free[name] is not start[name]


@pytest.mark.parametrize("constraint", EVERY, ids=repr)
def test_arguments_and_precision_are_unchanged(constraint):
    given = parameters(4, np.float32)
    copies = {name: array.copy() for name, array in given.items()}
    for array in given.values():
        array.setflags(write=False)
    for found in (constraint.effective(given), constraint.nearest(given)):
        assert list(found) == list(given)
        for name, array in found.items():
            assert array.dtype == np.float32
            assert array.shape == given[name].shape
            assert allowed(constraint, name, given[name], array)
    for name, array in given.items():
        assert_array_equal(array, copies[name])


@pytest.mark.parametrize("constraint", [c for c in EVERY if not isinstance(c, Frozen)][:-1], ids=repr)
def test_slopes_agree_with_differences(constraint, rng):
    free = parameters(5)
    weights = {name: rng.standard_normal(array.shape) for name, array in free.items()}
    for changed in ("recurrent", "input_weights", "readout_weights"):

        def value(array, changed=changed):
            effective = constraint.effective({**free, changed: array})
            return sum(anp.sum(weights[name] * effective[name] ** 2) for name in weights)

        check_grads(value, modes=["rev"], order=2)(free[changed])


@pytest.mark.parametrize("entries", [None, MASK])
def test_frozen_entries_have_no_slope_and_others_their_own(entries):
    free = parameters(6)
    constraint = Frozen("recurrent", entries)

    def value(weights):
        return anp.sum(
            constraint.effective({**free, "recurrent": weights})["recurrent"] ** 2
        ) + 0.0 * anp.sum(weights)

    kept = np.ones_like(MASK) if entries is None else MASK
    assert_array_equal(grad(value)(free["recurrent"]), np.where(kept, 0.0, 2.0 * free["recurrent"]))


def test_what_falls_below_a_bound_comes_back_from_it():
    law = AtLeast(2.0)
    found = law.effective({"neuron.tau": np.array([5.0, 2.0, 1.5, -1.0])})["neuron.tau"]
    assert_array_equal(found, [5.0, 2.0, 2.5, 5.0])
    assert_array_equal(law.nearest({"neuron.tau": np.array([5.0, -1.0])})["neuron.tau"], [5.0, 2.0])


def test_weights_that_begin_at_zero_learn_away_from_zero_and_back():
    law = Dale(excitatory=0.5)
    free = {"recurrent": np.zeros((2, 2))}

    def slope(target, free):
        return grad(lambda w: 0.5 * anp.sum((law.effective({"recurrent": w})["recurrent"] - target) ** 2))(
            free
        )

    target = np.array([[0.5, -0.5], [-0.5, 0.5]])
    weights = free["recurrent"]
    for _ in range(200):
        weights = weights - 0.1 * slope(target, weights)
    reached = law.effective({"recurrent": weights})["recurrent"]
    assert_allclose(np.diag(reached), [0.5, 0.0], atol=0.06)
    # what the law forbids stays within one step of zero: 0.1 times a slope of 0.5
    assert_allclose(reached, [[0.5, -0.5], [0.0, 0.0]], atol=0.06)


@pytest.mark.parametrize("constraint", [c for c in EVERY if not isinstance(c, Frozen)], ids=repr)
def test_nearest_is_nearer_than_anything_else_that_is_allowed(constraint, rng):
    given = parameters(1)
    if isinstance(constraint, AllOf):
        constraint = AllOf(constraint.constraints[:-1])
    near = constraint.nearest(given)

    def distance(other):
        return sum(np.sum((other[name] - given[name]) ** 2) for name in given)

    for scale in (1e-3, 0.1, 1.0):
        for _ in range(20):
            moved = {n: near[n] + scale * rng.standard_normal(near[n].shape) for n in near}
            assert distance(constraint.effective(moved)) >= distance(near)
    for name, value in constraint.nearest(near).items():
        assert_array_equal(value, near[name])


def test_a_fraction_means_the_units_of_excitatory_inhibitory():
    connectivity = ns.ExcitatoryInhibitory(excitatory=0.75)
    network = ns.Network(ns.LeakyRate("tanh"), connectivity, size=37, rng=0)
    start = parameters_of(network)
    for excitatory in (0.75, connectivity.excitatory_units(37)):
        assert_array_equal(Dale(excitatory).free(start)["recurrent"], network.recurrent.dense())


def test_incoming_signs_are_those_of_the_transposed_law():
    weights = parameters()["recurrent"]
    excitatory = np.arange(UNITS) % 2 == 0
    by_column = Dale(excitatory).nearest({"recurrent": weights.T})["recurrent"]
    assert_array_equal(IncomingSigns(excitatory).nearest({"recurrent": weights})["recurrent"], by_column.T)


def test_the_projection_of_jarne_and_caruso_on_the_kernel_of_keras():
    kernel = parameters(2)["recurrent"]
    half = UNITS // 2
    first = kernel[:, :half] * (kernel[:, :half] <= 0.0)
    last = kernel[:, half:] * (kernel[:, half:] >= 0.0)
    projection = Projected(IncomingSigns(excitatory=np.arange(UNITS) >= half))
    # matrices of Keras are transposed on the way in
    found = projection.project({"recurrent": kernel.T}, before={})["recurrent"]
    assert_array_equal(found.T, np.concatenate([first, last], axis=1))


def test_sparse_weights_obey_dales_law_by_their_columns():
    rng = np.random.default_rng(1)
    base = csr_array(np.where(MASK, rng.standard_normal(MASK.shape), 0.0))
    network = ns.Network(ns.LeakyRate("tanh"), ns.Operator(base), UNITS, rng=0)
    excitatory = np.arange(UNITS) < 7
    law = SignConstrained("recurrent", np.where(excitatory[network.recurrent.base.indices], 1, -1))
    weights = with_parameters(network, law.nearest(parameters_of(network))).recurrent.dense()
    assert (weights[:, :7] >= 0.0).all()
    assert (weights[:, 7:] <= 0.0).all()
    assert_array_equal(weights, Dale(0.7).nearest({"recurrent": base.toarray()})["recurrent"])


def test_updates_are_clipped_entry_by_entry():
    before, after = parameters(1), parameters(2)
    found = ClipUpdates(0.1).project(after, before)
    for name in after:
        assert_allclose(np.abs(found[name] - before[name]).max(), 0.1, rtol=1e-12)
        near = np.abs(after[name] - before[name]) <= 0.1
        assert_allclose(found[name][near], after[name][near], rtol=1e-12)
        assert_array_equal(np.sign(found[name] - before[name]), np.sign(after[name] - before[name]))
    only = ClipUpdates(0.1, names="bias").project(after, before)
    assert_array_equal(only["recurrent"], after["recurrent"])
    assert_array_equal(only["bias"], found["bias"])


@pytest.mark.parametrize("declaration", [*EVERY, *PROJECTIONS], ids=repr)
def test_they_are_saved_as_files_and_as_text(declaration, tmp_path):
    assert from_dict(declaration.kind, to_dict(declaration)) == declaration
    ns.save(declaration, tmp_path / "declaration.npz")
    assert ns.load(tmp_path / "declaration.npz") == declaration


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (
            Dale(0.7),
            r"recurrent\[\d+, \d+\] must obey Dale\(excitatory=0.7\), which allows 0 \(got -?[\d.]+\); try constraint",
        ),
        (Dale(1.0, readout=True), r"recurrent\[\d+, \d+\] must obey .* \(got -"),
        (
            NonNegative("bias"),
            r"bias\[\d+\] must obey NonNegative\(names=\('bias',\)\), which allows 0 \(got -[\d.]+\)",
        ),
        (
            Masked("recurrent", MASK),
            r"must obey Masked\(name='recurrent', mask=array\(10, 10\)\), which allows 0",
        ),
        (NoSelfConnections(), r"recurrent\[0, 0\] must obey NoSelfConnections\(\), .* \(got -?[\d.]+\)"),
        (AtLeast(2.5), r"neuron.tau must obey AtLeast\(minimum=2.5.*which allows 2.5 \(got 2\)"),
        (SignConstrained("neuron.tau", -1), r"neuron.tau must obey SignConstrained"),
    ],
    ids=repr,
)
def test_a_start_that_breaks_the_law(constraint, message):
    start = {**parameters(), "neuron.tau": np.array(2.0)}
    with pytest.raises(ParameterError, match=message):
        constraint.free(start)
    constraint.free(constraint.nearest(start))


@pytest.mark.parametrize(
    ("constraint", "error", "message"),
    [
        (
            NonNegative("input_weight"),
            UnknownNameError,
            r"no parameter 'input_weight'\. Did you mean 'input_weights'",
        ),
        (Masked("weights", MASK), UnknownNameError, r"no parameter 'weights'"),
        (Frozen("weights"), UnknownNameError, r"no parameter 'weights'"),
        (SignConstrained("weights", SIGNS), UnknownNameError, r"no parameter 'weights'"),
        (
            Masked("bias", MASK),
            ShapeError,
            r"Masked.mask must have the shape of bias, \(10,\) \(got \(10, 10\)\)",
        ),
        (
            Frozen("bias", MASK),
            ShapeError,
            r"Frozen.entries must have the shape of bias, \(10,\) \(got \(10, 10\)\)",
        ),
        (
            SignConstrained("bias", SIGNS),
            ShapeError,
            r"signs must broadcast to the shape of bias, \(10,\) \(got shape \(10, 10\)\)",
        ),
        (
            SignConstrained("recurrent", SIGNS[:3]),
            ShapeError,
            r"signs must broadcast to the shape of recurrent, \(10, 10\) \(got shape \(3, 10\)\)",
        ),
        (
            Dale([True, False]),
            ShapeError,
            r"Dale.excitatory must have one bool for each of the 10 units \(got shape \(2,\)\)",
        ),
        (
            IncomingSigns([True]),
            ShapeError,
            r"IncomingSigns.excitatory must have one bool for each of the 10 units",
        ),
    ],
    ids=repr,
)
def test_constraints_of_other_networks(constraint, error, message):
    for method in (constraint.effective, constraint.nearest, constraint.free):
        with pytest.raises(error, match=message):
            method(parameters())


@pytest.mark.parametrize("constraint", [Dale(), IncomingSigns(), NoSelfConnections()], ids=repr)
def test_constraints_of_full_matrices_refuse_others(constraint):
    name = type(constraint).__name__
    with pytest.raises(
        ParameterError, match=rf"{name} must have a full matrix of recurrent weights \(got sparse weights\)"
    ):
        constraint.effective({"recurrent": np.ones(30)})
    with pytest.raises(
        ParameterError, match=rf"{name} must have a full matrix of recurrent weights \(got a low-rank part\)"
    ):
        constraint.effective(
            {"recurrent": np.ones((3, 3)), "left": np.ones((3, 1)), "right": np.ones((3, 1))}
        )
    with pytest.raises(UnknownNameError, match="no parameter 'recurrent'"):
        constraint.effective({"left": np.ones((3, 1)), "right": np.ones((3, 1))})


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: AtLeast(np.nan), ParameterError, r"AtLeast.minimum must be finite \(got nan\)"),
        (
            lambda: AtLeast([1.0, 2.0]),
            ParameterError,
            r"AtLeast.minimum must be one number \(got an array of shape \(2,\)\)",
        ),
        (
            lambda: Dale(1.5),
            ParameterError,
            r"Dale.excitatory must be a fraction from 0 to 1, .* \(got 1.5\)",
        ),
        (lambda: Dale(-0.5), ParameterError, r"Dale.excitatory must not be negative \(got -0.5\)"),
        (
            lambda: Dale(True),
            ParameterError,
            r"Dale.excitatory must be a fraction, .* \(got bool of shape \(\)\)",
        ),
        (
            lambda: Dale([0.1, 0.2]),
            ParameterError,
            r"Dale.excitatory must be a fraction, .* \(got float64 of shape \(2,\)\)",
        ),
        (lambda: Dale(readout="yes"), ParameterError, r"Dale.readout must be True or False \(got 'yes'\)"),
        (
            lambda: IncomingSigns(2),
            ParameterError,
            r"IncomingSigns.excitatory must be a fraction from 0 to 1, .* \(got 2\)",
        ),
        (
            lambda: SignConstrained("bias", 0.5),
            ParameterError,
            r"SignConstrained.signs must be 1, -1 or 0 \(got 0.5\)",
        ),
        (
            lambda: Masked("bias", [0.0, 0.5]),
            ParameterError,
            r"Masked.mask must be an array of bool",
        ),
        (lambda: Frozen("bias", ["a"]), ParameterError, r"Frozen.entries must be an array of bool"),
        (lambda: NonNegative([]), ParameterError, r"NonNegative.names must have at least one name"),
        (
            lambda: AllOf([np.abs]),
            ParameterError,
            r"AllOf.constraints must be constraints \(got <ufunc 'absolute'>\)",
        ),
        (
            lambda: Projected(np.abs),
            ParameterError,
            r"Projected.constraint must be a Constraint \(got <ufunc 'absolute'>\)",
        ),
        (lambda: ClipUpdates(0.0), ParameterError, r"ClipUpdates.limit must be positive \(got 0.0\)"),
        (lambda: ClipUpdates(names=[]), ParameterError, r"ClipUpdates.names must have at least one"),
    ],
)
def test_invalid_settings(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_clipping_the_updates_of_an_unknown_parameter():
    with pytest.raises(UnknownNameError, match=r"no parameter 'biass'\. Did you mean 'bias'"):
        ClipUpdates(names="biass").project(parameters(), parameters())


def test_a_start_that_breaks_constraints_is_projected_and_said():
    """Training begins at the nearest parameters that obey: with updates too small to matter, these are the result."""
    law = AllOf([Dale(0.5), NoSelfConnections()])
    start = ns.Network(
        ns.LeakyRate("tanh"), ns.Gaussian(1.0), 10, inputs=("pulse",), outputs=("sign",), rng=0
    )
    nearest = law.nearest(parameters_of(start))["recurrent"]
    changed = np.count_nonzero(nearest != start.recurrent.dense())
    trainer = ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=4, optimizer=ns.trainers.SGD(1e-12), threads=1)
    for settings in (
        {"constraints": law},
        {"constraints": (Dale(0.5), NoSelfConnections())},
        {"projections": Projected(law)},
    ):
        with pytest.warns(ConstraintWarning, match=rf"differ in {changed} of 100 in recurrent"):
            training = trainer.replace(**settings).fit(start, Echo(), rng=0)
        np.testing.assert_allclose(training.last.recurrent.dense(), nearest, atol=1e-9)
        assert training.start is start
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        allowed = with_parameters(start, {"recurrent": nearest})
        trainer.replace(constraints=law).fit(allowed, Echo(), rng=0)

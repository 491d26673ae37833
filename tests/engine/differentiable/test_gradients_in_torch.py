"""Gradients of a run are those of PyTorch: the equations of the docstrings, written out in another package.

`test_rollout` compares every neuron with every scheme on autograd's tape, from the traced expressions. Here each
neuron, operator, scheme, penalty and constraint appears at least once, from its published equations.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

import neurosim as ns
from neurosim.engine import Cotangents, Rollout, value_and_gradient
from neurosim.parameters import parameters_of
from neurosim.tasks import FlipFlop, Trials
from neurosim.trainers import (
    L1,
    L2,
    AllOf,
    AtLeast,
    Dale,
    Frozen,
    IncomingSigns,
    JacobianPenalty,
    Masked,
    MeanSquaredError,
    NonNegative,
    NoSelfConnections,
    RateL1,
    RateL2,
    SignConstrained,
    VanishingGradient,
)

torch = pytest.importorskip("torch")

UNITS, TRIALS, STEPS, DT = 7, 3, 6, 0.2


def pair_response(p, x, kind):
    slope, threshold = p[f"slope_{kind}"], p[f"threshold_{kind}"]
    return torch.sigmoid(slope * (x - threshold)) - torch.sigmoid(-slope * threshold)


def wilson_cowan(p, e, i, u):
    free_e, free_i = (
        1.0 - torch.sigmoid(-p[f"slope_{k}"] * p[f"threshold_{k}"]) - p["refractory"] * x
        for k, x in (("e", e), ("i", i))
    )
    excited = pair_response(p, p["w_ee"] * e - p["w_ei"] * i + u, "e")
    inhibited = pair_response(p, p["w_ie"] * e - p["w_ii"] * i, "i")
    return (-e + free_e * excited) / p["tau"], (-i + free_i * inhibited) / p["tau_i"]


def depression(p, x, d, u):
    recovery = (1.0 - d) / p["tau_recovery"] - p["release"] * d * torch.sigmoid(x)
    return (-x + u) / p["tau"], recovery


def adaptation(p, x, a, u):
    current = (-x + u - p["strength"] * a) / p["tau"]
    return current, (-a + torch.tanh(x)) / p["tau_adaptation"]


# declaration; drift(parameters, *state, u); rate(*state)
NEURONS = {
    "current form": (
        ns.LeakyCurrent("tanh", tau=1.3),
        lambda p, x, u: ((-x + u) / p["tau"],),
        torch.tanh,
    ),
    "rate form": (
        ns.LeakyRate("softplus", tau=1.3),
        lambda p, r, u: ((-r + torch.nn.functional.softplus(u)) / p["tau"],),
        lambda r: r,
    ),
    "adaptation": (ns.Adaptive(), adaptation, lambda x, _: torch.tanh(x)),
    "depression": (ns.SynapticDepression(), depression, lambda x, d: d * torch.sigmoid(x)),
    "excitation and inhibition": (ns.WilsonCowan(), wilson_cowan, lambda e, _: e),
}
AHEAD = {"euler": [0.0], "heun": [0.0, 1.0], "rk4": [0.0, 0.5, 0.5, 1.0]}
WEIGHTS = {"euler": [1.0], "heun": [0.5, 0.5], "rk4": [1 / 6, 1 / 3, 1 / 3, 1 / 6]}


def operator_of(kind):
    rng = np.random.default_rng(5)
    dense = rng.standard_normal((UNITS, UNITS)) / np.sqrt(UNITS)
    left, right = rng.standard_normal((2, UNITS, 2)) / 3.0
    some = np.where(rng.random((UNITS, UNITS)) < 0.4, dense, 0.0)
    base = {"dense": dense, "sparse": sparse.csr_array(some)}.get(kind.split(" and ")[0])
    return ns.Operator(base, *((left, right) if "low rank" in kind else ()))


def network_of(neuron, kind="dense"):
    network = ns.Network(NEURONS[neuron][0], operator_of(kind), UNITS, inputs=3, outputs=3, rng=3)
    return network.replace(bias=0.1 * np.arange(UNITS))


def trials_of():
    rng = np.random.default_rng(5)
    inputs, targets = rng.standard_normal((2, TRIALS, STEPS, 3))
    return Trials(FlipFlop(bits=3), DT, inputs, targets, mask=rng.integers(1, 4, targets.shape))


def matrix_of(network, p):
    """W as a tensor, from the parameters of its parts."""
    total = torch.zeros(UNITS, UNITS, dtype=torch.float64)
    base = network.recurrent.base
    if isinstance(base, np.ndarray):
        total = total + p["recurrent"]
    elif base is not None:
        entries = base.tocoo()
        rows, columns = (torch.tensor(each.astype(np.int64)) for each in (entries.row, entries.col))
        total = total.index_put((rows, columns), p["recurrent"])
    return total + p["left"] @ p["right"].T if "left" in p else total


def rolled(network, neuron, scheme, inputs, p):
    """States, rates and outputs after each step; states with a last axis for the variable."""
    _, drift, rate = NEURONS[neuron]
    own = {name.removeprefix("neuron."): value for name, value in p.items() if name.startswith("neuron.")}
    weights, start = matrix_of(network, p), p["initial_state"].reshape(UNITS, -1)
    state = [column.expand(TRIALS, UNITS) for column in start.T]
    states = []
    for k in range(STEPS):
        drive = inputs[:, k] @ p["input_weights"].T + p["bias"]
        slopes = []
        for ahead in AHEAD[scheme]:
            at = [x + DT * ahead * s for x, s in zip(state, slopes[-1], strict=True)] if slopes else state
            slopes.append(drift(own, *at, rate(*at) @ weights.T + drive))
        moves = [
            sum(b * s[v] for b, s in zip(WEIGHTS[scheme], slopes, strict=True)) for v in range(len(state))
        ]
        state = [x + DT * move for x, move in zip(state, moves, strict=True)]
        states.append(torch.stack(state, -1))
    states = torch.stack(states, 1)
    rates = rate(*states.unbind(-1))
    return states, rates, rates @ p["readout_weights"].T + p["readout_bias"]


def tensors(values):
    return {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in values.items()
    }


def squared_error(trials, outputs):
    return torch.mean(torch.tensor(trials.mask) * (outputs - torch.tensor(trials.targets)) ** 2)


def assert_same_gradients(ours, value, p):
    """Both sum some thousand products of numbers of order one, each in its own order: 1e-12 of the largest entry."""
    names = list(p)
    theirs = torch.autograd.grad(value, [p[name] for name in names], allow_unused=True)
    assert ours[0] == pytest.approx(value.item(), rel=1e-12)
    assert set(ours[1]) == set(names)
    for name, found in zip(names, theirs, strict=True):
        expected = np.zeros(p[name].shape) if found is None else found.numpy()
        scale = np.abs(expected).max(initial=0.0)
        assert_allclose(ours[1][name], expected, rtol=0.0, atol=1e-12 * scale, err_msg=name)


def start_values(network):
    values = parameters_of(network)
    rng = np.random.default_rng(0)
    return {
        **values,
        "initial_state": values["initial_state"] + 0.3 * rng.random(values["initial_state"].shape),
    }


@pytest.mark.parametrize(
    ("neuron", "kind", "scheme"),
    [
        ("current form", "dense", "euler"),
        ("rate form", "dense", "heun"),
        ("adaptation", "dense", "rk4"),
        ("depression", "dense", "heun"),
        ("excitation and inhibition", "dense", "rk4"),
        ("current form", "sparse", "rk4"),
        ("current form", "low rank", "euler"),
        ("current form", "sparse and low rank", "rk4"),
        ("current form", "dense and low rank", "euler"),
    ],
)
def test_every_neuron_operator_and_scheme(neuron, kind, scheme):
    network, trials = network_of(neuron, kind), trials_of()
    rollout, values = Rollout(network, DT, scheme), start_values(network)
    ours = value_and_gradient(lambda free: MeanSquaredError()(rollout(trials.inputs, free), trials), values)
    p = tensors(values)
    *_, outputs = rolled(network, neuron, scheme, torch.tensor(trials.inputs), p)
    assert_same_gradients(ours, squared_error(trials, outputs), p)


PENALTIES = [
    (
        L1(0.3, ["recurrent", "bias"]),
        lambda run: 0.3 * (run.weights.abs().mean() + run.parameters["bias"].abs().mean()),
    ),
    (L2(0.3, "readout_weights"), lambda run: 0.3 * (run.parameters["readout_weights"] ** 2).mean()),
    (L2(0.3, form="half_sum"), lambda run: 0.15 * (run.weights**2).sum()),
    (RateL1(0.3), lambda run: 0.3 * run.rates.abs().mean()),
    (RateL2(0.3), lambda run: 0.3 * (run.rates**2).mean()),
    (RateL2(0.3, form="half_sum"), lambda run: 0.15 * (run.rates**2).sum()),
    # (W_ij phi'(x_j))**2 / tau**2, summed over i and j
    (
        JacobianPenalty(0.3),
        lambda run: (
            0.3
            * ((run.weights**2).sum(0) * (1.0 - run.rates**2) ** 2).sum(-1).mean()
            / run.parameters["neuron.tau"] ** 2
        ),
    ),
]


@pytest.mark.parametrize(("penalty", "expected"), PENALTIES, ids=lambda case: repr(case)[:40])
def test_every_penalty(penalty, expected):
    network, trials = network_of("current form"), trials_of()
    rollout, values = Rollout(network, DT), start_values(network)
    ours = value_and_gradient(lambda free: penalty(rollout(trials.inputs, free), trials), values)
    p = tensors(values)
    _, rates, _ = rolled(network, "current form", "euler", torch.tensor(trials.inputs), p)
    run = SimpleNamespace(weights=p["recurrent"], rates=rates, parameters=p)
    assert_same_gradients(ours, expected(run), p)


def test_the_vanishing_gradient_term():
    """The term is differentiated with states and adjoints held, as its definition says."""
    network, trials = network_of("current form"), trials_of()
    p = tensors(parameters_of(network))
    *_, outputs = rolled(network, "current form", "euler", torch.tensor(trials.inputs), p)
    values = parameters_of(network)
    run = Rollout(network, DT)(trials.inputs, values)
    outputs_before = torch.tensor(run.outputs, requires_grad=True)
    (by_outputs,) = torch.autograd.grad(squared_error(trials, outputs_before), outputs_before)
    adjoints = run.adjoints(Cotangents(outputs=by_outputs.numpy()))
    assert_allclose(outputs.detach(), run.outputs, rtol=1e-12, atol=1e-13)
    past = np.concatenate([np.broadcast_to(network.starting_state(), run.states[:, :1].shape), run.states], 1)
    value, found = VanishingGradient(0.7).gradient(
        values, past, trials.inputs, adjoints, network=network, dt=DT
    )

    x = torch.tensor(past)[:, :-1]
    after = torch.tensor(np.array(adjoints)).reshape(TRIALS, STEPS + 1, UNITS)[:, 1:]
    weights, rate = p["recurrent"], DT / 1.3
    # the transposed Jacobian of an Euler step, (1 - rate) 1 + rate diag(phi'(x)) W^T
    before = (1.0 - rate) * after + rate * (1.0 - torch.tanh(x) ** 2) * (after @ weights)
    omega = 0.7 * torch.mean(((before**2).sum(-1) / (after**2).sum(-1) - 1.0) ** 2)
    (expected,) = torch.autograd.grad(omega, weights)
    assert value == pytest.approx(omega.item(), rel=1e-12)
    assert_allclose(found["recurrent"], expected, rtol=0.0, atol=1e-11 * expected.abs().max().item())


MASK = np.random.default_rng(8).random((UNITS, UNITS)) < 0.6
SIGNS = np.random.default_rng(9).integers(-1, 2, (UNITS, UNITS))
EXCITATORY = np.arange(UNITS) % 3 > 0
FREE, ALLOWED, SIGN = torch.tensor(~MASK), torch.tensor(MASK), torch.tensor(np.where(EXCITATORY, 1.0, -1.0))
CONSTRAINTS = [
    (Dale(EXCITATORY), {"recurrent": lambda w: w.abs() * SIGN}),
    (
        Dale(EXCITATORY, readout=True),
        {"recurrent": lambda w: w.abs() * SIGN, "readout_weights": lambda w: w * (SIGN > 0.0)},
    ),
    (IncomingSigns(EXCITATORY), {"recurrent": lambda w: w.abs() * SIGN[:, None]}),
    (NonNegative(["input_weights"]), {"input_weights": torch.abs}),
    (SignConstrained("recurrent", SIGNS), {"recurrent": lambda w: w.abs() * torch.tensor(SIGNS)}),
    (Masked("recurrent", MASK), {"recurrent": lambda w: w * ALLOWED}),
    (NoSelfConnections(), {"recurrent": lambda w: w - torch.diag(torch.diag(w))}),
    (Frozen("recurrent", MASK), {"recurrent": lambda w: torch.where(ALLOWED, w.detach(), w)}),
    (Frozen("bias"), {"bias": lambda b: b.detach()}),
    (AtLeast(-0.25, "recurrent"), {"recurrent": lambda w: -0.25 + (w + 0.25).abs()}),
    (
        AllOf([Dale(EXCITATORY), NoSelfConnections()]),
        {"recurrent": lambda w: w.abs() * SIGN * (1.0 - torch.eye(UNITS))},
    ),
]


@pytest.mark.parametrize(("constraint", "maps"), CONSTRAINTS, ids=lambda case: type(case).__name__)
def test_every_constraint(constraint, maps):
    network, trials = network_of("current form"), trials_of()
    rollout, values = Rollout(network, DT), start_values(network)
    ours = value_and_gradient(
        lambda free: MeanSquaredError()(rollout(trials.inputs, constraint.effective(free)), trials), values
    )
    p = tensors(values)
    effective = {name: maps.get(name, lambda w: w)(value) for name, value in p.items()}
    *_, outputs = rolled(network, "current form", "euler", torch.tensor(trials.inputs), effective)
    assert_same_gradients(ours, squared_error(trials, outputs), p)

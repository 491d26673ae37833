"""Gradients through conduction delays are those of autograd's tape that keeps the whole past."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.tracer import getval
from delayed import DT, areas, lagrange, low_rank, modulated, sparse
from numpy.testing import assert_allclose, assert_array_equal
from tape import local_functions

import neurosim as ns
from neurosim.connectivity import Delayed
from neurosim.engine import SCHEMES, Rollout, value_and_gradient
from neurosim.engine.differentiable import rollout as module
from neurosim.engine.differentiable import workspace
from neurosim.engine.differentiable.checkpointing import Segments
from neurosim.errors import MemoryLimitError, ParameterError
from neurosim.parameters import parameters_of

TRIALS, STEPS = 3, 17
NETWORKS = {"areas": areas, "sparse": sparse, "low rank": low_rank, "modulated": modulated}


def weights_of(network, parameters):
    """Weights (units, units) of each delay, as functions of the parameters."""
    operator, delays = network.recurrent, network.recurrent.delays
    found = []
    for k, delay in enumerate(delays.values):
        total = 0.0
        if isinstance(operator.base, np.ndarray):
            exists = delays.base == k if operator.pattern is None else (delays.base == k) & operator.pattern
            total = parameters["recurrent"] * exists
        elif operator.base is not None:
            rows = np.repeat(np.arange(network.size), np.diff(operator.base.indptr))
            places = np.zeros((network.size**2, len(rows)))
            places[rows * network.size + operator.base.indices, np.arange(len(rows))] = delays.base == k
            total = anp.reshape(anp.dot(places, parameters["recurrent"]), operator.shape)
        if operator.left is not None:
            total = total + anp.dot(parameters["left"], (parameters["right"] * (delays.factors == k)).T)
        found.append((delay, total))
    return found


class Past:
    """Rates of all stages of all steps, and those before time 0."""

    def __init__(self, first, scheme):
        self.first, self.kept, self.scheme = first, {}, scheme

    def at(self, step, stage):
        return self.kept[step, stage] if step >= 0 else self.first

    def arrives(self, step, stage, delay):
        whole = round(delay / DT)
        if abs(delay / DT - whole) < 1e-9:
            return self.at(step - whole, stage)
        place, count = delay / DT - SCHEMES[self.scheme].c[stage], 2 if self.scheme == "euler" else 4
        low = max(0, int(np.floor(place)) - (count // 2 - 1))
        nodes = [low + k for k in range(count)]
        return sum(w * self.at(step - n, 0) for w, n in zip(lagrange(place, nodes), nodes, strict=True))

    def cut(self):
        self.kept, self.first = {key: getval(r) for key, r in self.kept.items()}, getval(self.first)


def rolled(network, scheme, inputs, parameters, truncate=None):
    """Outputs, rates and states after every step."""
    tableau = SCHEMES[scheme]
    rate, drift = local_functions(network, parameters, inputs[:, 0])
    start = anp.reshape(parameters["initial_state"], (network.size, -1))
    state = [np.zeros((len(inputs), network.size)) + start[:, v] for v in range(start.shape[1])]
    past, weights = Past(rate(state), scheme), weights_of(network, parameters)
    outputs, rates, states = [], [], []
    for step in range(inputs.shape[1]):
        if truncate and step and step % truncate == 0:
            state = [getval(s) for s in state]
            past.cut()
        rate, drift = local_functions(network, parameters, inputs[:, step])
        drive = anp.dot(inputs[:, step], parameters["input_weights"].T) + parameters["bias"]
        slopes = []
        for m in range(tableau.stages):
            ahead = DT * tableau.a[m][-1] if m else 0.0
            here = [s + ahead * k for s, k in zip(state, slopes[-1], strict=True)] if m else state
            past.kept[step, m] = rate(here)
            current = sum(anp.dot(past.arrives(step, m, d), w.T) for d, w in weights)
            slopes.append(drift(here, current + drive))
        state = [
            s + DT * sum(b * k[v] for b, k in zip(tableau.b, slopes, strict=True))
            for v, s in enumerate(state)
        ]
        rates.append(rate(state))
        states.append(anp.stack(state, -1))
        outputs.append(anp.dot(rates[-1], parameters["readout_weights"].T) + parameters["readout_bias"])
    return anp.stack(outputs, 1), anp.stack(rates, 1), anp.stack(states, 1)


def checked(network, scheme, monkeypatch, length=STEPS, truncate=None):
    """Gradient of a loss on outputs, rates and states, held against the tape."""
    draw, columns = np.random.default_rng(5), len(network.neuron.variables())
    start = np.where(network.has_variable, 0.3 * draw.standard_normal((network.size, columns)), 0.0)
    network = network.replace(
        bias=0.1 * draw.standard_normal(network.size), initial_state=start if columns > 1 else start[:, 0]
    )
    inputs = draw.standard_normal((TRIALS, STEPS, network.inputs))
    shapes = ((network.outputs,), (network.size,), (network.size, columns))
    factors = [draw.standard_normal((TRIALS, STEPS, *shape)) for shape in shapes]
    followed = {f"neuron.{name}" for name in network.neuron.channels()}
    fixed = parameters_of(network)
    parameters = {name: value for name, value in fixed.items() if name not in followed}
    # blocks of two steps, of which segments are whole numbers, so that sums are rounded alike
    monkeypatch.setattr(workspace, "BLOCK_ROWS", 2 * TRIALS * SCHEMES[scheme].stages)
    monkeypatch.setattr(module, "choose_segments", lambda steps, **_: Segments(steps, length, truncate))

    def loss(found):
        return sum(
            anp.sum(w * anp.tanh(anp.reshape(x, w.shape))) for w, x in zip(factors, found, strict=True)
        )

    run = Rollout(network, DT, scheme, truncate=truncate)

    def compiled(p):
        found = run(inputs, p)
        return loss((found.outputs, found.rates, found.states))

    value, gradient = value_and_gradient(compiled, parameters)
    plain = lambda p: loss(rolled(network, scheme, inputs, {**fixed, **p}, truncate))  # noqa: E731
    expected = grad(plain)(parameters)
    assert value == pytest.approx(float(plain(parameters)), rel=1e-12)
    for name, slope in expected.items():
        mask = network.has_variable if name == "initial_state" and columns > 1 else ...
        if name == "recurrent" and network.recurrent.pattern is not None:
            mask = network.recurrent.pattern
        assert_allclose(gradient[name][mask], slope[mask], rtol=1e-10, atol=1e-10, err_msg=name)
    return gradient


def cases(quick, *more):
    """The quick cases, and all other combinations of networks, schemes and so on, which are slow to compile."""
    rest = [
        case for case in itertools.product(NETWORKS, ["euler", "heun", "rk4"], *more) if case not in quick
    ]
    return [*quick, *(pytest.param(*case, marks=pytest.mark.slow) for case in rest)]


@pytest.mark.parametrize(
    ("network", "scheme"),
    cases([("areas", "rk4"), ("areas", "heun"), ("sparse", "euler"), ("modulated", "euler")]),
)
def test_gradient_equals_the_tape(network, scheme, monkeypatch):
    checked(NETWORKS[network](), scheme, monkeypatch)


@pytest.mark.parametrize(
    ("network", "scheme", "length"), cases([("areas", "rk4", 4), ("sparse", "euler", 10)], [4, 10])
)
def test_checkpoints_shorter_and_longer_than_the_delays(network, scheme, length, monkeypatch):
    whole = checked(NETWORKS[network](), scheme, monkeypatch)
    parts = checked(NETWORKS[network](), scheme, monkeypatch, length)
    for name, slope in whole.items():
        assert_array_equal(parts[name], slope, err_msg=name)


CUTS = [(STEPS, 5), (4, 6), (8, 4)]
"""Lengths of segments, and steps between truncations."""


@pytest.mark.parametrize(
    ("network", "scheme", "cut"), cases([("areas", "heun", CUTS[1]), ("sparse", "euler", CUTS[0])], CUTS)
)
def test_truncation_cuts_what_arrives_from_before(network, scheme, cut, monkeypatch):
    length, truncate = cut
    checked(NETWORKS[network](), scheme, monkeypatch, length, truncate)


def test_forward_pass_is_the_simulation():
    network = areas().replace(initial_state=np.where(areas().has_variable, 0.3, 0.0))
    inputs = np.random.default_rng(0).standard_normal((20, 30, 1))
    for noise in (None, ns.WhiteNoise(0.2)):
        found = Rollout(network, DT, "rk4", noise=noise)(inputs, rng=3)
        run = ns.simulate(network, 3.0, DT, "rk4", inputs=inputs, noise=noise, rng=3)
        assert_allclose(found.outputs, run.outputs[:, 1:], rtol=1e-11, atol=1e-12)


def test_groups_of_trials_and_threads():
    network = sparse()
    inputs = np.random.default_rng(0).standard_normal((40, 30, 1))

    def gradient(threads):
        run = Rollout(network, DT, threads=threads)
        loss = lambda p: anp.sum(run(inputs, p).outputs ** 2)  # noqa: E731
        return value_and_gradient(loss, parameters_of(network))[1]

    one, two = gradient(1), gradient(2)
    for name, slope in one.items():
        assert_array_equal(two[name], slope)


def test_training_changes_existing_connections_and_keeps_delays():
    task = ns.tasks.FlipFlop(bits=1)
    unit = ns.LeakyRate("tanh", tau=2.0)
    cells = ns.Populations(V1=ns.Population(unit, size=12), PFC=ns.Population(unit, size=8))
    blocks = {("V1", "V1"): ns.Gaussian(), ("PFC", "V1"): ns.Gaussian(), ("V1", "PFC"): ns.Gaussian()}
    weights = ns.Blocks(blocks, delay={("PFC", "V1"): 3.0, ("V1", "PFC"): (1.0, 2.5)})
    network = ns.Network(cells, weights, inputs=task.inputs, outputs=task.outputs, rng=0)
    trained = (
        ns.BPTT(epochs=2, trials_per_epoch=20, dt=0.5, train="PFC->V1").fit(network, task, rng=1).network
    )
    assert trained.recurrent.delays.equals(network.recurrent.delays)
    before, after = network.recurrent.dense(), trained.recurrent.dense()
    v1, pfc = network.units("V1"), network.units("PFC")
    changed = before != after
    assert changed[v1, pfc].all()
    changed[v1, pfc] = False
    assert not changed.any()


def test_memory_counts_the_delay_line():
    recipe = Delayed(ns.Gaussian(), delay=1000.0)
    network = ns.Network(ns.LeakyRate("tanh"), recipe, size=100, inputs=1, outputs=1, rng=0)
    inputs = np.zeros((10, 50, 1))
    # the rates of 10 000 steps, 100 units and 10 trials are 80 MB
    with pytest.raises(MemoryLimitError, match=r"takes at least (1[6-9]|2[0-9])\d(\.\d)? MB"):
        Rollout(network, 0.1, memory=50.0)(inputs)
    assert Rollout(network, 0.1, memory=500.0)(inputs).outputs.shape == (10, 50, 1)


def test_a_delay_must_be_a_step_at_least():
    with pytest.raises(ParameterError, match=r"at least one time step, dt = 0.5 \(got 0.1\)"):
        Rollout(sparse(), 0.5)

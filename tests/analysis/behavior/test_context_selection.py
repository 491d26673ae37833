"""Mechanisms of context: terms that add up, constructed networks of rank one and two, pulses, and bad input."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import context_selection, line_attractor
from neurosim.errors import ParameterError, ShapeError
from neurosim.trainers import Adam

CONTEXTS = {"first": [0.0, 0.0, 1.0, 0.0], "second": [0.0, 0.0, 0.0, 1.0]}
STIMULI = {"a": [1.0, 0.0, 0.0, 0.0], "b": [0.0, 1.0, 0.0, 0.0]}
STRONG = 2.0
"""Input of a cue to the units that it makes insensitive: their gain falls to 1 - tanh(2)² = 0.07."""


def given(left, right, inputs, neuron=None):
    units = len(left)
    network = ns.Network(neuron or ns.LeakyCurrent("tanh"), ns.LowRank(left, right), units, inputs=4, rng=0)
    return network.replace(input_weights=inputs)


def patterns(count, units, seed=0):
    """Vectors of mean square 1, orthogonal to each other and to a constant within each quarter of the units."""
    quarter = units // 4
    drawn = np.random.default_rng(seed).standard_normal((quarter, count))
    vectors = np.linalg.qr(np.concatenate([np.ones((quarter, 1)), drawn], axis=1))[0][:, 1:]
    return np.tile(vectors * np.sqrt(quarter), (4, 1))


def quarters(units, *values):
    return np.repeat(values, units // 4)


def rank_one(units=80, neuron=None, seed=0):
    """Each cue silences the quarter in which the stimulus of the other context reaches n."""
    m, a, b = patterns(3, units, seed).T
    first, second, rest, other = np.eye(4)
    cue_1, cue_2 = (STRONG * quarters(units, *part) for part in (first, second))
    # in the quarter that cue 1 silences stimulus b is read, and the other way round
    n = b * quarters(units, *first) + a * quarters(units, *second) + 2.0 * m * quarters(units, *rest + other)
    # by the units whose gain is 1 the overlap of m and n is exactly 1
    return given(m[:, None], n[:, None], np.stack([a, b, cue_1, cue_2], axis=1), neuron)


def rank_two(units=80):
    """Stimuli reach a second variable, which drives the first through units that the cues silence."""
    m, a, hidden = patterns(3, units).T
    first, second, rest, other = np.eye(4)
    cue_1, cue_2 = (STRONG * quarters(units, *part) for part in (first, second))
    n = 4.0 * m * quarters(units, *rest) + 4.0 * hidden * quarters(units, *second)
    relay = 4.0 * a * quarters(units, *other)
    left, right = np.stack([m, hidden], axis=1), np.stack([n, relay], axis=1)
    return given(left, right, np.stack([a, 0.0 * a, cue_1, cue_2], axis=1))


def cued(network):
    """Fixed points at the middle of both attractors, x = cue in current form."""
    current = isinstance(network.neuron, ns.LeakyCurrent)
    cues = network.input_weights[:, 2:].T
    return dict(zip(CONTEXTS, cues if current else np.tanh(cues), strict=True))


@pytest.mark.parametrize("neuron", [ns.LeakyCurrent("tanh"), ns.LeakyRate("tanh", tau=3.0)])
def test_the_terms_add_up(neuron):
    # cues that shift all units, so that no term vanishes
    network = rank_one(neuron=neuron)
    shifted = network.replace(input_weights=network.input_weights + 0.3 * patterns(4, 80, seed=1))
    states = {name: np.zeros(80) for name in CONTEXTS}
    found = context_selection(shifted, CONTEXTS, STIMULI, states=states, separation=1.1)
    total = found.direct + found.indirect + found.selection
    assert_allclose(total, found.differences, atol=1e-10)
    assert_allclose(found.fractions.sum(axis=1), 1.0, atol=1e-10)
    assert np.abs(found.direct).max() > 1e-3
    assert np.abs(found.indirect).max() > 1e-3


@pytest.mark.parametrize("neuron", [ns.LeakyCurrent("tanh"), ns.LeakyRate("tanh", tau=3.0)])
def test_rank_one_allows_input_modulation_only(neuron):
    network = rank_one(neuron=neuron)
    found = context_selection(network, CONTEXTS, STIMULI, states=cued(network), points=5, separation=1.5)
    n = network.recurrent.right[:, 0]
    assert_allclose(found.selection, 0.0, atol=1e-10)
    # the selection vector is n in every context and at every point
    for vectors in found.selection_vectors.reshape(-1, 80):
        assert_allclose(vectors, n / np.linalg.norm(n) * np.sign(vectors @ n), atol=1e-10)
    # each context integrates its own stimulus: the ratio of both effects is that of the gains
    middle = found.effects[:, :, 2]
    assert_allclose(middle[1, 0] / middle[0, 0], 1.0 - np.tanh(STRONG) ** 2, rtol=1e-6)
    assert_allclose(middle[0, 1] / middle[1, 1], 1.0 - np.tanh(STRONG) ** 2, rtol=1e-6)


def test_a_hidden_variable_modulates_the_selection_vector_only():
    network = rank_two()
    found = context_selection(
        network, CONTEXTS, {"a": STIMULI["a"]}, states=cued(network), points=1, separation=1.5
    )
    # the relay has gain 1 in both contexts; its input reaches the first variable by hidden units of gain 1 or 0.07
    gain = 1.0 - np.tanh(STRONG) ** 2
    assert_allclose(found.effects[1, 0] / found.effects[0, 0], gain, rtol=1e-8)
    assert np.abs(found.selection[0, 0]) > 0.1
    # a reaches the quarters of the cues, where its gain changes, but nothing reads it there
    assert_allclose([found.direct[0, 0], found.indirect[0, 0]], 0.0, atol=1e-10)


@pytest.mark.parametrize("network", [rank_one(), rank_two()], ids=["rank one", "rank two"])
def test_a_pulse_moves_the_state_by_its_effect(network):
    states = cued(network)
    found = context_selection(network, CONTEXTS, STIMULI, states=states, points=1, separation=1.5)
    area, dt = 0.01, 0.05
    for c, cue in enumerate(CONTEXTS.values()):
        start = found.attractors[c].at([0.0])[0]
        for k, stimulus in enumerate(STIMULI.values()):
            inputs = np.tile(np.asarray(cue), (400, 1))
            inputs[0] += np.asarray(stimulus) * area / dt
            run = ns.simulate(network, 20.0, dt, "rk4", inputs=inputs, initial_state=start)
            moved = found.direction @ (run.rates[0, -1] - np.tanh(start))
            # the attractor is exact in linear order; the rest falls off as exp(-20), cubes as 0.01³, and the pulse
            # lasts 0.05, during which what it starts decays
            assert_allclose(
                moved, area * found.effects[c, k, 0], atol=0.05 * area * np.abs(found.effects).max()
            )


def test_positions_can_be_measured_along_the_readout():
    network = rank_one()
    readout = np.random.default_rng(1).standard_normal(80)
    settings = {"states": cued(network), "points": 3, "separation": 1.5}
    found = context_selection(network, CONTEXTS, STIMULI, direction=readout, **settings)
    assert_allclose(found.tangents @ readout, 1.0, rtol=1e-12)
    assert_allclose(np.einsum("cpu,cpu->cp", found.selection_vectors, found.tangents), 1.0, rtol=1e-10)
    twice = context_selection(network, CONTEXTS, STIMULI, direction=2.0 * readout, **settings)
    assert_allclose(twice.effects, 2.0 * found.effects, rtol=1e-10)


def test_exchanged_contexts_change_the_sign():
    network = rank_one()
    states = cued(network)
    found = context_selection(network, CONTEXTS, STIMULI, states=states, points=3, separation=1.5)
    other = context_selection(
        network, dict(reversed(CONTEXTS.items())), STIMULI, states=states, points=3, separation=1.5
    )
    sign = np.sign(found.direction @ other.direction)
    assert_allclose(other.differences, -sign * found.differences, atol=1e-8)
    assert_allclose(other.fractions, found.fractions, atol=1e-8)


def test_attractors_can_be_given():
    network = rank_one()
    lines = [
        line_attractor(network, np.array(cue), cued(network)[name], separation=1.5)
        for name, cue in CONTEXTS.items()
    ]
    given_lines = context_selection(network, CONTEXTS, STIMULI, states=lines, points=3)
    found = context_selection(network, CONTEXTS, STIMULI, states=cued(network), points=3, separation=1.5)
    assert_allclose(given_lines.effects, found.effects, rtol=1e-12)
    assert given_lines.attractors[0] is lines[0]


def test_bad_input_is_an_error():
    network = rank_one()
    states = cued(network)
    with pytest.raises(ParameterError, match=r"contexts must be two \(got 1\)"):
        context_selection(network, {"first": CONTEXTS["first"]}, STIMULI)
    with pytest.raises(ShapeError, match=r"stimuli\['a'\] must have shape \(4,\) \(got \(2,\)\)"):
        context_selection(network, CONTEXTS, {"a": [1.0, 0.0]})
    with pytest.raises(ParameterError, match="stimuli must map names to inputs"):
        context_selection(network, CONTEXTS, [[1.0, 0.0, 0.0, 0.0]])
    with pytest.raises(ParameterError, match="states must be of the contexts first, second"):
        context_selection(network, CONTEXTS, STIMULI, states={"third": states["first"]})
    with pytest.raises(ParameterError, match="states must map contexts to states"):
        context_selection(network, CONTEXTS, STIMULI, states=3)
    with pytest.raises(ParameterError, match="pair of LineAttractor"):
        context_selection(network, CONTEXTS, STIMULI, states=[np.zeros(80)])
    with pytest.raises(ShapeError, match="direction must not be orthogonal"):
        # nothing but units that the line leaves alone
        context_selection(
            network,
            CONTEXTS,
            STIMULI,
            states=states,
            separation=1.5,
            points=1,
            direction=network.input_weights[:, 0],
        )
    two = ns.Network(ns.Adaptive("tanh"), ns.Gaussian(), 10, inputs=4, rng=0)
    with pytest.raises(ParameterError, match="units with one variable"):
        context_selection(two, CONTEXTS, STIMULI)
    with pytest.raises(ParameterError, match="direction must not be zero"):
        context_selection(
            network, CONTEXTS, STIMULI, states=states, separation=1.5, direction=np.zeros(80), points=1
        )


def trained_on_mante(connectivity, train):
    """Network of 100 units that has learned the task of Mante et al., and the inputs of its contexts and stimuli."""
    task = ns.tasks.ContextIntegration(catch=0.0, background=0.0, early=0.0, low=-1.0)
    rng = np.random.default_rng(0)
    start = ns.Network(
        ns.LeakyCurrent("tanh", tau=100.0),
        connectivity,
        100,
        inputs=task.inputs,
        outputs=task.outputs,
        input_weights=rng.standard_normal((100, 6)),
        readout_weights=4.0 * rng.standard_normal((2, 100)) / 100,
        rng=0,
    )
    settings = {"epochs": 14, "trials_per_epoch": 640, "batch_size": 32, "dt": 20.0, "optimizer": Adam(2e-3)}
    training = ns.BPTT(**settings, train=train).fit(start, task, rng=1, progress=False)
    assert training.history["accuracy"][-1] > 0.9
    neutral = np.array([0.0, 0.0, 0.5, 0.5, 0.5, 0.5])
    contexts = {name: neutral + np.eye(6)[k] for k, name in enumerate(("motion", "color"))}
    stimuli = {name: np.eye(6)[2 * k + 2] - np.eye(6)[2 * k + 3] for k, name in enumerate(contexts)}
    return training.network, contexts, stimuli


@pytest.mark.slow
@pytest.mark.parametrize("rank", [1, 100])
def test_a_network_trained_on_mante_integrates_what_the_context_names(rank):
    """Its attractors are saddles between two choices, hence the separation below 1."""
    if rank == 1:
        weights = ns.connectivity.GaussianLowRank().build(100, np.random.default_rng(3)).balance()
        network, contexts, stimuli = trained_on_mante(weights, ("left", "right", "input_weights"))
        assert network.recurrent.base is None
        assert network.recurrent.rank == 1
    else:
        network, contexts, stimuli = trained_on_mante(ns.Gaussian(gain=0.8), None)
    found = context_selection(network, contexts, stimuli, separation=0.7, points=5, rng=0)
    total = found.direct + found.indirect + found.selection
    assert_allclose(total, found.differences, atol=1e-10)
    effects = found.effects.mean(axis=2)
    assert effects[0, 0] > 2.0 * np.abs(effects[1, 0])
    assert effects[1, 1] > 2.0 * np.abs(effects[0, 1])
    if rank == 1:
        assert_allclose(found.selection, 0.0, atol=1e-10)
    else:
        # Mante et al. (2013): mostly by the selection vector
        assert (found.fractions[:, 2] > 0.4).all()


@pytest.mark.slow
def test_a_network_of_contextual_decisions_of_yang_has_a_line_in_each_context():
    """Trained to four trials in five, above the half that follow from reporting either stimulus; three minutes."""
    task = ns.tasks.yang2019(("context_dm1", "context_dm2"))
    start = ns.Network.for_task(task, size=64, dtype="float32", rng=0)
    training = ns.BPTT.for_task(task, epochs=16, optimizer=Adam(4e-3)).fit(start, task, rng=1)
    assert training.history["accuracy"][-1] > 0.75
    network = training.network.astype("float64")
    angles = np.arange(32) * 2.0 * np.pi / 32

    def shown(fixation, first, second, rule=None):
        values = np.zeros(network.inputs)
        values[0], values[1:33], values[33:65] = fixation, first, second
        if rule is not None:
            values[network.input_names.index(f"rule_{rule}")] = 1.0
        return values

    one, other = (
        0.8 * np.exp(-0.5 * (np.angle(np.exp(1j * (angles - a))) / (np.pi / 8.0)) ** 2) for a in (0.0, np.pi)
    )
    nothing = np.zeros(32)
    contexts = {rule: shown(1.0, one + other, one + other, rule) for rule in ("context_dm1", "context_dm2")}
    stimuli = {
        "modality 1": shown(0.0, one - other, nothing),
        "modality 2": shown(0.0, nothing, one - other),
    }
    states = {
        rule: ns.simulate(network, 3000.0, inputs=held, noise=None, rng=0).states[0, -1]
        for rule, held in contexts.items()
    }
    found = context_selection(network, contexts, stimuli, states=states, points=3, separation=1.3)
    assert_allclose(found.direct + found.indirect + found.selection, found.differences, atol=1e-10)
    # the second modality moves the state along its line more in its own context than in the other one
    effects = np.abs(found.effects.mean(axis=2))
    assert effects[1, 1] > effects[0, 1]

"""Circuits with short-term plasticity in blocks obey the equations written by hand, and train as they should."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

import neurosim as ns
from neurosim.connectivity import OneToOne
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.neurons import DepressingSynapse, DynamicSynapse
from neurosim.synapses import insert_synapses, synaptic_units

TAU = {"E": 20.0, "I": 10.0}
FACILITATING = DynamicSynapse(tau=2.0, tau_depression=30.0, tau_facilitation=80.0, release=0.1)
DEPRESSING = DepressingSynapse(tau=2.0, tau_depression=60.0, release=0.4)
DRAW = np.random.default_rng(1)
WEIGHTS = {
    ("E", "E"): 0.5 * np.abs(DRAW.standard_normal((6, 6))),
    ("I", "E"): np.abs(DRAW.standard_normal((4, 6))),
    ("E", "I"): -np.abs(DRAW.standard_normal((6, 4))),
}
CELLS = ns.Populations(
    E=ns.Population(ns.LeakyRate("softplus", tau=TAU["E"]), size=6, sign="excitatory"),
    I=ns.Population(ns.LeakyRate("softplus", tau=TAU["I"]), size=4, sign="inhibitory"),
)


BLOCKS = ns.Blocks({pair: ns.Explicit(matrix) for pair, matrix in WEIGHTS.items()})
SYNAPSES = {("E", "E"): DEPRESSING, "E->I": FACILITATING, ("E", "I"): DEPRESSING}


def circuit(synapses=SYNAPSES, **options):
    return ns.Network(*insert_synapses(CELLS, BLOCKS, synapses), rng=0, **options)


def softplus(x):
    return np.logaddexp(0.0, x)


def by_hand(drive, duration):
    """Rates of E and I with the synapses of `SYNAPSES`, from equations of the literature, by SciPy."""
    e, i = 6, 4

    def flow(t, y):
        del t
        r_e, r_i, s_ee, x_ee, s_ie, x_ie, u_ie, s_ei, x_ei = np.split(y, np.cumsum([e, i, *[e] * 5, i]))
        input_e = WEIGHTS["E", "E"] @ s_ee + WEIGHTS["E", "I"] @ s_ei + drive
        input_i = WEIGHTS["I", "E"] @ s_ie + drive
        released_ee = DEPRESSING.release * x_ee * r_e
        released_ei = DEPRESSING.release * x_ei * r_i
        base = FACILITATING.release
        return np.concatenate(
            [
                (-r_e + softplus(input_e)) / TAU["E"],
                (-r_i + softplus(input_i)) / TAU["I"],
                (-s_ee + released_ee) / DEPRESSING.tau,
                (1 - x_ee) / DEPRESSING.tau_depression - released_ee,
                (-s_ie + u_ie * x_ie * r_e) / FACILITATING.tau,
                (1 - x_ie) / FACILITATING.tau_depression - u_ie * x_ie * r_e,
                (base - u_ie) / FACILITATING.tau_facilitation + base * (1 - u_ie) * r_e,
                (-s_ei + released_ei) / DEPRESSING.tau,
                (1 - x_ei) / DEPRESSING.tau_depression - released_ei,
            ]
        )

    rest = np.concatenate([np.zeros(e + i), np.zeros(e), np.ones(e), np.zeros(e), np.ones(e)])
    rest = np.concatenate([rest, np.full(e, FACILITATING.release), np.zeros(i), np.ones(i)])
    return solve_ivp(flow, (0.0, duration), rest, rtol=1e-11, atol=1e-13).y[: e + i, -1]


def test_a_circuit_with_three_plastic_blocks_obeys_the_equations_of_the_literature():
    drive, duration = 0.5, 60.0
    network = circuit()
    network = network.replace(bias=np.where(np.arange(network.size) < 10, drive, 0.0))
    assert list(network.populations) == ["E", "I", "E_to_E", "E_to_I", "I_to_E"]
    run = ns.simulate(network, duration, 0.1, "rk4", initial_state=network.resting_state())
    assert_allclose(run.rates[0, -1, :10], by_hand(drive, duration), rtol=1e-7)


def steady(network, duration=1500.0):
    return ns.simulate(network, duration, 0.5, "rk4", initial_state=network.resting_state())


def test_synapses_settle_at_the_closed_form_of_the_rate_of_their_source():
    network = circuit({"E->I": FACILITATING})
    run = steady(network.replace(bias=np.where(np.arange(network.size) < 10, 0.2, 0.0)))
    rates, (s, x, p) = run["E"].rates[0, -1], run["E_to_I"].states[0, -1].T
    expected = 0.1 * (1 + 80.0 * rates) / (1 + 0.1 * 80.0 * rates)
    assert_allclose(p, expected, rtol=1e-6)
    assert_allclose(x, 1 / (1 + 30.0 * expected * rates), rtol=1e-6)
    assert_allclose(s, p * x * rates, rtol=1e-6)


def test_a_fixed_point_has_plastic_synapses_in_it():
    network = circuit()
    network = network.replace(bias=np.where(np.arange(network.size) < 10, 0.2, 0.0))
    last = steady(network).states[0, -1]
    found = ns.analysis.fixed_points(network, starts=last[None], rng=0)
    assert_allclose(found.states[0], last, atol=1e-6)
    assert found.stable.all()


def test_the_current_goes_to_p_x_r_as_its_time_constant_goes_to_zero():
    lags = []
    for tau in (2.0, 1.0):
        network = circuit({"E->I": FACILITATING.replace(tau=tau)})
        network = network.replace(bias=np.where(np.arange(network.size) < 10, 0.5, 0.0))
        run = ns.simulate(network, 5.0, 0.02, "rk4", initial_state=network.resting_state())
        s, x, p = run["E_to_I"].states[0, -1].T
        lags.append(np.abs(p * x * run["E"].rates[0, -1] - s).max())
    # the lag of a filter behind what rises steadily is its time constant
    assert lags[0] / lags[1] == pytest.approx(2.0, rel=0.15)


def test_synapses_have_neither_inputs_nor_readout():
    network = circuit(inputs=2, outputs=1)
    units = synaptic_units(network.neuron)
    assert units.tolist() == list(range(10, 26))
    assert not network.input_weights[units].any()
    assert not network.readout_weights[:, units].any()
    assert network.input_weights[:10].all()
    # the other weights are those without synapses
    assert synaptic_units(CELLS).size == 0
    assert_array_equal(network.recurrent.dense()[6:10, 16:22], WEIGHTS["I", "E"])
    assert_array_equal(network.recurrent.dense()[22:, 6:10], -np.eye(4))


@pytest.mark.parametrize("delay", [3.0, {("I", "E"): 3.0}, (3.0, 4.0)])
def test_a_delay_of_a_block_is_one_from_its_synapses_on(delay):
    _, blocks = insert_synapses(CELLS, BLOCKS.replace(delay=delay), {("I", "E"): FACILITATING})
    time = delay["I", "E"] if isinstance(delay, dict) else delay
    assert blocks.delay["E_to_I->I"] == time
    assert "E->E_to_I" not in blocks.delay
    assert set(blocks.delay) == ({"E_to_I->I"} if isinstance(delay, dict) else {"E->E", "E_to_I->I", "I->E"})


def test_random_weights_are_those_without_synapses():
    random = ns.Gaussian(1.5, self_connections=False)
    blocks = ns.Blocks({("E", "E"): random, ("I", "E"): 0.5 * random, ("E", "I"): random})
    cells = ns.Populations({name: one.replace(sign=None) for name, one in CELLS.populations.items()})
    plain = ns.Network(cells, blocks, rng=3).recurrent.dense()
    plastic = ns.Network(*insert_synapses(cells, blocks, SYNAPSES), rng=3)
    units, weights = plastic.units, plastic.recurrent.dense()
    assert_array_equal(weights[units("E"), units("E_to_E")], plain[:6, :6])
    assert_array_equal(weights[units("I"), units("E_to_I")], plain[6:, :6])
    assert_array_equal(weights[units("E"), units("I_to_E")], plain[:6, 6:])
    assert not np.diag(plain[:6, :6]).any()
    assert not weights[:10, :10].any()


def test_released_transmitter_arrives_after_the_delay():
    parts = insert_synapses(CELLS, BLOCKS.replace(delay={("I", "E"): 3.0}), {("I", "E"): FACILITATING})
    network = ns.Network(*parts, inputs=1, rng=0)
    late = network.replace(input_weights=np.eye(16)[:, :1])  # a pulse onto one unit of E
    runs = [
        ns.simulate(late, 10.0, 0.25, "rk4", inputs=drive, initial_state=late.resting_state())
        for drive in (np.zeros((40, 1)), np.eye(40)[:1].T)
    ]
    moved = [
        np.abs(np.diff([run[name].rates[0] for run in runs], axis=0)).max(axis=(0, 2))
        for name in ("E_to_I", "I")
    ]
    first = [int(np.flatnonzero(each)[0]) for each in moved]
    # synapses follow E within a step of four stages, and I starts to move in the step that begins 12 steps later
    assert first == [1, 13]


@pytest.mark.parametrize("train", [None, ("E_to_I->I", "input_weights", "bias")])
def test_training_leaves_the_input_of_synapses_alone(train):
    task = ns.tasks.FlipFlop(bits=1)
    network = circuit(inputs=task.inputs, outputs=task.outputs)
    trained = ns.BPTT(epochs=1, trials_per_epoch=8, batch_size=4, dt=2.0, train=train).fit(
        network, task, rng=0
    )
    before, after = network.recurrent.dense(), trained.last.recurrent.dense()
    units = synaptic_units(network.neuron)
    assert_array_equal(after[units], before[units])
    assert not trained.last.input_weights[units].any()
    assert not trained.last.bias[units].any()
    assert (after[6:10, 16:22] != before[6:10, 16:22]).all()
    assert (trained.last.bias[:10] != 0.0).all()


def test_networks_with_synapses_are_saved(tmp_path):
    network = circuit(inputs=1)
    network.save(tmp_path / "plastic.npz")
    again = ns.load(tmp_path / "plastic.npz")
    assert again.equals(network)
    assert again.connectivity == network.connectivity


def test_bad_blocks_and_synapses():
    with pytest.raises(UnknownNameError, match="names no block 'I->I'"):
        insert_synapses(CELLS, BLOCKS, {("I", "I"): DEPRESSING})
    with pytest.raises(ParameterError, match="must be a Synapse"):
        insert_synapses(CELLS, BLOCKS, {("I", "E"): ns.SynapticDepression()})
    with pytest.raises(ParameterError, match="must be a mapping"):
        insert_synapses(CELLS, BLOCKS, DEPRESSING)
    with pytest.raises(ParameterError, match="must be Populations and Blocks"):
        insert_synapses(CELLS, ns.Gaussian(), {("I", "E"): DEPRESSING})
    unit = ns.Population(ns.LeakyRate("softplus"), size=2)
    taken = ns.Populations(E=unit, I=unit, E_to_I=unit)
    with pytest.raises(ParameterError, match="must not have 'E_to_I'"):
        insert_synapses(taken, BLOCKS, {("I", "E"): DEPRESSING})
    with pytest.raises(UnknownNameError, match="'E' is no population"):
        insert_synapses(ns.Populations(I=unit), BLOCKS, {("I", "E"): DEPRESSING})
    with pytest.raises(ParameterError, match="one size"):
        ns.Network(CELLS, ns.Blocks({"E->I": OneToOne()}), rng=0)

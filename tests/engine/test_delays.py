"""Networks with conduction delays in time: against closed forms, the scheme in NumPy, and themselves when continued."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
from delayed import DT, areas, low_rank, mackey_glass, sparse, states_of
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import neurosim as ns
from neurosim.connectivity import Delayed
from neurosim.errors import MemoryLimitError, ParameterError, ShapeError

SCHEMES = ["euler", "heun", "rk4"]


def scalar(weight, delay, activation="linear"):
    """x' = -x + weight * f(x(t - delay)), from x = 1."""
    feedback = Delayed(ns.Explicit([[weight]]), delay)
    return ns.Network(ns.LeakyCurrent(activation), feedback, size=1).replace(initial_state=np.ones(1))


def by_steps(weight, time):
    """Solution of x' = -x + weight * x(t - 1) with x = 1 before 0, on 0 to 3, by the method of steps.

    On each interval x = p(t) exp(-t) + constant; the polynomials follow from integrating the interval before.
    """
    constant, polynomial = 1.0, np.poly1d([0.0])
    for interval in range(3):
        left = float(interval)
        value = constant + polynomial(left) * np.exp(-left)
        # (x e^t)' = weight e^t x(t - 1)
        shifted = polynomial(np.poly1d([1.0, -1.0])) * np.exp(1.0) * weight
        growth = np.polyint(np.poly1d(shifted))
        constant, before = weight * constant, constant
        polynomial = growth + (value - weight * before) * np.exp(left) - growth(left)
        if time <= interval + 1.0:
            break
    return constant + polynomial(time) * np.exp(-time)


@pytest.mark.parametrize(("scheme", "order"), list(zip(SCHEMES, [1, 2, 4], strict=True)))
def test_whole_steps_keep_the_order_through_the_kinks_of_the_history(scheme, order):
    exact = by_steps(-1.5, 2.5)
    errors = [
        abs(ns.simulate(scalar(-1.5, 1.0), 2.5, 1.0 / n, scheme).states[0, -1, 0] - exact)
        for n in (32, 64, 128)
    ]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    # next terms are of relative size dt
    assert_allclose(orders, order, atol=0.5)
    assert errors[-1] < {1: 1e-2, 2: 1e-4, 4: 1e-9}[order]


@pytest.mark.parametrize(("scheme", "order"), list(zip(SCHEMES, [1, 2, 4], strict=True)))
def test_fractions_of_steps_keep_the_order_where_the_solution_is_smooth(scheme, order):
    delay, weight = 1.037, 0.7
    growth = brentq(lambda k: k + 1.0 - weight * np.exp(-k * delay), -5.0, 5.0)
    errors = []
    for n in (16, 32, 64):
        run = ns.simulate(scalar(weight, delay), 4.0, 1.0 / n, scheme, history=lambda t: np.exp([growth * t]))
        errors.append(abs(run.states[0, -1, 0] - np.exp(4.0 * growth)))
    assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), order, atol=0.3)


@pytest.mark.parametrize(("scheme", "order"), list(zip(SCHEMES, [1, 2, 2], strict=True)))
def test_fractions_of_steps_have_order_two_across_a_kink(scheme, order):
    delay = 1.0372
    fine = ns.simulate(scalar(-1.5, delay), 2.0 * delay, delay / 2048, "rk4").states[0, -1, 0]
    errors = [
        abs(ns.simulate(scalar(-1.5, delay), 2.0 * delay, 2.0 * delay / n, scheme).states[0, -1, 0] - fine)
        for n in (67, 131, 259)
    ]
    # the place of the kink within its step differs, and with it the error
    assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), order, atol=0.6)


slow = pytest.mark.slow
CASES = [
    pytest.param(areas(), "heun", id="areas-heun"),
    pytest.param(areas(), "rk4", id="areas-rk4"),
    pytest.param(areas(), "euler", id="areas-euler", marks=slow),
    pytest.param(sparse(), "euler", id="sparse-euler"),
    pytest.param(sparse(), "heun", id="sparse-heun", marks=slow),
    pytest.param(sparse(), "rk4", id="sparse-rk4", marks=slow),
    pytest.param(low_rank(), "rk4", id="low rank-rk4"),
    pytest.param(low_rank(), "euler", id="low rank-euler", marks=slow),
]


@pytest.mark.parametrize(("network", "scheme"), CASES)
def test_the_scheme_is_that_of_numpy(network, scheme):
    drive = np.random.default_rng(2).standard_normal((40, 1))
    start = np.where(
        network.has_variable, np.random.default_rng(1).standard_normal(network.has_variable.shape), 0
    )
    given = start if network.has_variable.shape[1] > 1 else start[:, 0]
    run = ns.simulate(network, 4.0, DT, scheme, inputs=drive, initial_state=given)
    expected = states_of(network, start, 40, scheme, drive=drive)
    assert_allclose(run.states[0].reshape(expected.shape), expected, rtol=1e-11, atol=1e-12)
    weights = run.rates[0] @ network.readout_weights.T
    assert_allclose(run.outputs[0], weights, rtol=1e-11, atol=1e-12)


@slow
@pytest.mark.parametrize(
    ("network", "trials"), [(areas(V1=400, PFC=300), 1), (areas(V1=400, PFC=300), 9), (sparse(1400), 9)]
)
def test_tiles_and_trials(network, trials):
    starts = np.random.default_rng(1).standard_normal((trials, *network.has_variable.shape))
    starts = np.where(network.has_variable, starts, 0.0)
    given = starts if starts.shape[2] > 1 else starts[..., 0]
    run = ns.simulate(network, 1.5, DT, "heun", initial_state=given)
    for trial in {0, trials - 1}:
        expected = states_of(network, starts[trial], 15, "heun", drive=np.zeros((15, 1)))
        assert_allclose(run.states[trial].reshape(expected.shape), expected, rtol=1e-9, atol=1e-10)


def pulse(delay, dt, scheme):
    """First step at which a unit that starts at rest moves after an input to another one at step 0."""
    cells = ns.Populations(
        A=ns.Population(ns.LeakyRate("linear"), size=1), B=ns.Population(ns.LeakyRate("linear"), size=1)
    )
    network = ns.Network(cells, ns.Blocks({"A->B": ns.Explicit([[1.0]])}, delay=delay), inputs=1)
    network = network.replace(initial_state=np.zeros(2), input_weights=np.array([[1.0], [0.0]]))
    drive = np.zeros((100, 1))
    drive[0] = 1.0
    run = ns.simulate(network, 100 * dt, dt, scheme, inputs=drive)
    sent, received = (np.flatnonzero(run.rates[0, :, unit])[0] for unit in range(2))
    return received - sent


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_a_pulse_arrives_after_exactly_the_delay(steps):
    # the rate of A moves at sample 1; B reads it `steps` later and has moved at the end of that step
    assert pulse(steps * 0.1, 0.1, "euler") == steps + 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_delayed_copy_is_the_same_course_later(scheme):
    """Two units with the same input, one of them through a relay whose rate is handed on with a delay."""
    cells = ns.Populations(
        A=ns.Population(ns.LeakyCurrent("tanh"), size=3), B=ns.Population(ns.LeakyCurrent("tanh"), size=4)
    )
    blocks = {"A->A": ns.Gaussian(1.5), "A->B": ns.Gaussian()}
    prompt = ns.Network(cells, ns.Blocks(blocks), rng=0)
    late = ns.Network(cells, ns.Blocks(blocks, delay={"A->B": 1.3}), rng=0)
    start = np.concatenate([np.random.default_rng(0).standard_normal(3), np.zeros(4)])
    first = ns.simulate(prompt, 8.0, DT, scheme, initial_state=start)
    # B starts at rest and hears nothing before the delay
    second = ns.simulate(late, 9.3, DT, scheme, initial_state=start, history=np.zeros(7))
    assert_array_equal(second.states[0, :81, :3], first.states[0, :, :3])
    assert_array_equal(second.states[0, 13:, 3:], first.states[0, :, 3:])
    assert not second.states[0, :14, 3:].any()


def test_a_mixed_circuit_against_an_adaptive_solver():
    cells = ns.Populations(
        E=ns.Population(ns.LeakyRate("tanh", tau=1.0), size=3),
        I=ns.Population(ns.LeakyCurrent("tanh", tau=2.0), size=2),
    )
    blocks = {(a, b): ns.Gaussian(1.5) for a in "EI" for b in "EI"}
    network = ns.Network(cells, ns.Blocks(blocks, delay={("E", "I"): 1.0, ("I", "E"): 1.0}), rng=3)
    start = 0.5 * np.random.default_rng(0).standard_normal(5)
    (_, late), now = network.delays[0], network.undelayed
    rate, drift = network.neuron.rate, network.neuron.drift
    solutions = [lambda _: start]
    for interval in range(3):
        before = solutions[-1]
        moved = lambda t, s, before=before: drift(s, now @ rate(s) + late @ rate(before(t - 1.0)))[0]  # noqa: E731
        found = solve_ivp(
            moved,
            (interval, interval + 1.0),
            solutions[-1](float(interval)),
            "DOP853",
            rtol=1e-12,
            atol=1e-13,
            dense_output=True,
        )
        solutions.append(found.sol)
    run = ns.simulate(network, 3.0, 1.0 / 64, "rk4", initial_state=start)
    # rk4 with this step has an error of about (1/64)^4 = 6e-8 of the fifth derivative
    assert_allclose(run.states[0, -1], solutions[-1](3.0), atol=1e-7)


@dataclass(frozen=True)
class Logistic(ns.Neuron):
    """Delayed logistic growth (Hutchinson 1948): x' = growth * x * (1 - x(t - delay))."""

    growth: float = 1.6

    def drift(self, x, u):
        return self.growth * x * (1.0 - u)

    def rate(self, x):
        return x


def test_delayed_logistic_growth_begins_to_oscillate_as_theory_says():
    """Hopf bifurcation at growth = π/2: to third order in the amplitude, A² = 40 ε / (3 π - 2)."""
    excess = 0.02
    feedback = Delayed(ns.Explicit([[1.0]]), 1.0)
    network = ns.Network(Logistic(0.5 * np.pi + excess), feedback, 1).replace(initial_state=np.array([1.3]))
    # deviations from the cycle decay at the rate π ε / (2 (1 + π² / 4)) * 2 = 0.018
    run = ns.simulate(network, 600.0, 1.0 / 16, "rk4")
    late, times = run.states[0, -1600:, 0], run.times[-1600:]
    amplitude = 0.5 * (late.max() - late.min())
    # the next terms of both are of relative size ε
    assert_allclose(amplitude, np.sqrt(40.0 * excess / (3.0 * np.pi - 2.0)), rtol=excess)
    up = np.flatnonzero((late[:-1] < 1.0) & (late[1:] >= 1.0))
    crossings = times[up] + (1.0 - late[up]) / (late[up + 1] - late[up]) / 16.0
    slower = 1.0 - np.pi * (3.0 + 0.5 * np.pi) / (3.0 * np.pi - 2.0)
    frequency = 0.5 * np.pi + excess * slower / (1.0 + 0.25 * np.pi**2)
    assert_allclose(np.diff(crossings).mean(), 2.0 * np.pi / frequency, atol=excess**2)
    below = ns.simulate(network.replace(neuron=Logistic(0.5 * np.pi - excess)), 600.0, 1.0 / 16, "rk4")
    assert np.abs(below.states[0, -200:, 0] - 1.0).max() < 0.01


@pytest.mark.parametrize(("delay", "heights"), [(13.0, 1), (13.6, 2)])
def test_mackey_and_glass_double_their_period_at_the_published_delay(delay, heights):
    """At 13.3 (Farmer, Physica D 4, 366, 1982): from there on high and low maxima take turns."""
    run = ns.simulate(mackey_glass(delay), 6000.0, 0.1, "rk4", record="states")
    late = run.states[0, 30_000:, 0]
    maxima = late[1:-1][(late[1:-1] > late[:-2]) & (late[1:-1] > late[2:])]
    # above what is left of the start, 2e-3, and half of what high and low maxima differ by
    apart = np.abs(np.diff(maxima)) > 0.03
    assert apart.all() if heights == 2 else not apart.any()


def test_mackey_and_glass_begin_to_oscillate_at_the_exact_delay():
    """Hopf bifurcation of x = 1: i w + 0.1 = -0.4 exp(-i w delay)."""
    frequency = np.sqrt(0.4**2 - 0.1**2)
    critical = np.arccos(-0.25) / frequency
    for delay, oscillates in ((critical - 0.2, False), (critical + 0.2, True)):
        late = ns.simulate(mackey_glass(delay), 6000.0, 0.1, "rk4", record="states").states[0, -1000:, 0]
        # the pair of roots has a real part of 0.2 * 0.0056, so that e**-6.7 is left of a deviation of 0.1 below
        assert (np.ptp(late) > 0.05) == oscillates


def test_histories():
    network, start = sparse(), np.random.default_rng(0).standard_normal(30)
    before = lambda t: np.sin(np.arange(30) + t)  # noqa: E731
    for scheme, exact in (("euler", True), ("rk4", False)):
        run = ns.simulate(network, 2.0, DT, scheme, initial_state=start, history=before)
        expected = states_of(network, start, 20, scheme, history=before, drive=np.zeros((20, 1)))
        assert_allclose(run.states[0], expected[..., 0], rtol=1e-11, atol=1e-12)
        samples = np.array([before(DT * k) for k in range(-9, 0)])
        sampled = ns.simulate(network, 2.0, DT, scheme, initial_state=start, history=samples)
        if exact:
            assert_array_equal(sampled.states, run.states)
        # stages of rk4 lie between the samples, and the jump to the rates of the initial state is smoothed
        assert_allclose(sampled.states, run.states, atol=0.1)
    constant = ns.simulate(network, 2.0, DT, initial_state=start)
    given = ns.simulate(network, 2.0, DT, initial_state=start, history=np.tanh(start))
    assert_allclose(given.states, constant.states, rtol=1e-11, atol=1e-12)
    trials = np.stack([np.tile(np.tanh(start), (9, 1)), np.zeros((9, 30))])
    both = ns.simulate(network, 2.0, DT, initial_state=start, history=trials, trials=2)
    assert_allclose(both.states[0], constant.states[0], rtol=1e-11, atol=1e-12)
    assert not np.allclose(both.states[1], constant.states[0])


NOISES = [("rk4", None), ("euler", ns.WhiteNoise(0.3)), ("rk4", ns.OrnsteinUhlenbeck(0.3))]


@pytest.mark.parametrize(("scheme", "noise"), NOISES, ids=["none", "white", "colored"])
def test_a_run_that_is_continued_has_the_same_bits(noise, scheme, tmp_path):
    settings = {"dt": DT, "scheme": scheme, "noise": noise, "rng": 4, "trials": 3, "inputs": 0.2}
    whole = ns.simulate(areas(), 6.0, **settings)
    for stop in (0.3, 4.1):
        part = ns.simulate(areas(), stop, **settings)
        assert_array_equal(ns.resume(part, 6.0).states, whole.states)
        part.save(tmp_path / "run.npz")
        assert_array_equal(ns.resume(ns.load(tmp_path / "run.npz"), 6.0).states, whole.states)


def test_chunks_and_threads_change_no_bit(monkeypatch):
    from neurosim.engine import pace

    network = ns.Network(ns.LeakyCurrent("tanh"), Delayed(ns.Gaussian(1.5), (0.3, 0.45)), size=500, rng=0)
    settings = {"dt": DT, "scheme": "heun", "rng": 0}
    for trials in (1, 20):
        one = ns.simulate(network, 3.0, trials=trials, threads=1, **settings)
        two = ns.simulate(network, 3.0, trials=trials, threads=2, **settings)
        assert_array_equal(one.states, two.states)
        with monkeypatch.context() as patch:
            patch.setattr(pace.Pace, "choose", lambda _, left, divided=trials == 1: (min(left, 3), divided))
            chunks = ns.simulate(network, 3.0, trials=trials, threads=2, **settings)
        assert_array_equal(one.states, chunks.states)


@slow
def test_single_precision():
    network, start = sparse(), np.full(30, 0.5)
    single = ns.simulate(network.astype("float32"), 2.0, DT, "rk4", initial_state=start)
    assert single.states.dtype == np.float32
    assert_allclose(
        single.states, ns.simulate(network, 2.0, DT, "rk4", initial_state=start).states, atol=1e-4
    )


def test_seconds_are_milliseconds():
    """A power of two between the units, so that both networks round alike."""
    runs = []
    for unit in (1.0, 1.0 / 1024.0):
        recipe = Delayed(ns.Gaussian(1.8), (4.0 * unit, 5.75 * unit))
        network = ns.Network(ns.LeakyCurrent("tanh", tau=16.0 * unit), recipe, size=20, rng=0)
        runs.append(ns.simulate(network, 200.0 * unit, scheme="rk4", rng=1).states)
    assert_array_equal(*runs)


def test_a_delay_must_be_a_step_at_least():
    with pytest.raises(
        ParameterError, match=r"at least one time step, dt = 0.1 \(got 0.05\); take dt=0.05 or less"
    ):
        ns.simulate(scalar(1.0, 0.05), 1.0, 0.1)
    assert ns.simulate(scalar(1.0, 0.1), 1.0, 0.1).complete
    zero = scalar(1.0, 0.0)
    assert zero.delays == ()
    assert ns.simulate(zero, 1.0, 0.1).final_line is None


def test_histories_that_do_not_fit():
    network = sparse()
    with pytest.raises(ParameterError, match="history must be None for a network without delays"):
        ns.simulate(scalar(1.0, 0.0), 1.0, 0.1, history=np.ones(1))
    with pytest.raises(ShapeError, match=r"at least 6 steps for the longest delay \(got 3\)"):
        ns.simulate(network, 1.0, DT, history=np.ones((3, 30)))
    with pytest.raises(ShapeError, match=r"must have shape \(30,\), \(steps, 30\)"):
        ns.simulate(network, 1.0, DT, history=np.ones(29))
    with pytest.raises(ShapeError, match=r"history\(-0.6\) must have shape \(30,\)"):
        ns.simulate(network, 1.0, DT, history=lambda _: np.ones(3))
    with pytest.raises(ParameterError, match=r"history.* must be finite"):
        ns.simulate(network, 1.0, DT, history=np.full(30, np.nan))


def test_memory_is_said_before_the_start():
    network = ns.Network(ns.LeakyCurrent("tanh"), Delayed(ns.Gaussian(), 1e8), size=100, rng=0)
    with pytest.raises(
        MemoryLimitError, match="the rates of the last 1000000001 steps, which delays read, would take"
    ):
        ns.simulate(network, 1.0, DT)


def test_state_of_a_run():
    run = ns.simulate(scalar(-2.0, 0.5), 2.0, DT)
    assert run.final_line.shape == (5, 1, 1, 1)
    assert_array_equal(run.final_line[:, 0, 0, 0], run.rates[0, -6:-1, 0])
    assert dataclasses.replace(run).final_line is run.final_line

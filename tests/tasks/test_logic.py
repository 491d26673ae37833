"""Gates against their truth tables, with the timing of the papers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError, UnknownNameError
from neurosim.tasks import And, LogicMultitask, Not, Or, Xor

TRUTH = {
    "and": {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1},
    "or": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 1},
    "xor": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0},
    "not": {(0,): 1, (1,): 0},
}
GATES = {"and": And, "or": Or, "xor": Xor, "not": Not}
BASELINE = {"and": 0.0, "or": 0.01, "xor": 0.01, "not": 0.01}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_every_trial_follows_the_truth_table(gate, dt):
    task = GATES[gate](noise=0.0)
    trials = task.trials(40, dt, rng=1)
    for k in range(40):
        shown = tuple(int(trials.conditions[name][k]) for name in task.inputs)
        answer = TRUTH[gate][shown]
        assert trials.conditions["answer"][k] == answer
        times = dt * np.arange(trials.steps)
        pulse = ((times >= 30.0) & (times < 50.0))[:, None] * np.array(shown)
        assert_array_equal(trials.inputs[k], pulse)
        assert_array_equal(trials.targets[k, :, 0], np.where(times < 70.0, BASELINE[gate], answer))
    assert trials.steps * dt == 200.0
    assert (trials.mask == 1.0).all()
    assert list(trials.epochs) == ["fixation", "stimulus", "delay", "response"]


@pytest.mark.parametrize("gate", GATES)
def test_all_pulses_are_equally_likely(gate):
    trials = GATES[gate]().trials(4000, 10.0, rng=2)
    shown = np.stack([trials.conditions[name] for name in trials.task.inputs], axis=1)
    for row in TRUTH[gate]:
        share = np.mean((shown == row).all(axis=1))
        # 4.5 standard deviations of a binomial share
        odds = 1.0 / len(TRUTH[gate])
        assert abs(share - odds) < 4.5 * np.sqrt(odds * (1.0 - odds) / 4000)


def test_the_default_noise_is_ten_percent_at_a_step_of_one():
    task = Xor()
    noise = task.trials(200, 1.0, rng=3).inputs - task.replace(noise=0.0).trials(200, 1.0, rng=3).inputs
    # 80,000 numbers: the relative error of their standard deviation is 0.25 %
    assert_allclose(noise.std(), 0.1, rtol=0.012)
    assert abs(noise.mean()) < 4.5 * 0.1 / np.sqrt(noise.size)


def test_the_answer_is_read_at_the_end():
    trials = And().trials(64, 1.0, rng=0)
    for error, right in [(0.49, 1.0), (-0.49, 1.0), (0.51, 0.0), (-0.51, 0.0)]:
        assert_array_equal(trials.accuracy(trials.targets + error), np.full(64, right))
    late = np.array(trials.targets)
    late[:, :-1] = 99.0
    assert_array_equal(trials.accuracy(late), np.ones(64))


def test_a_guess_is_right_by_chance():
    trials = Xor().trials(4000, 10.0, rng=4)
    guesses = np.random.default_rng(0).integers(0, 2, (4000, 1, 1))
    score = trials.accuracy(np.broadcast_to(guesses, trials.targets.shape)).mean()
    assert abs(score - 0.5) < 4.5 * 0.5 / np.sqrt(4000)


@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_the_context_names_the_gate(dt):
    task = LogicMultitask(gates=("and", "or", "xor"))
    trials = task.trials(60, dt, rng=5)
    times = dt * np.arange(trials.steps)
    code = {"and": 1.0, "or": -1.0, "xor": 0.0}
    for k in range(60):
        gate, shown = str(trials.conditions["gate"][k]), tuple(int(trials.conditions[n][k]) for n in "AB")
        answer = TRUTH[gate][shown]
        pulse = ((times >= 60.0) & (times < 80.0))[:, None] * np.array(shown)
        assert_array_equal(trials.inputs[k, :, :2], pulse)
        assert_array_equal(trials.inputs[k, :, 2], code[gate] * ((times >= 20.0) & (times < 40.0)))
        assert_array_equal(trials.targets[k, :, 0], answer * (times >= 100.0))
        assert trials.conditions["answer"][k] == answer
    assert trials.steps * dt == 240.0
    assert set(trials.conditions["gate"]) == set(code)


def test_jitter_lengthens_the_pause():
    task = LogicMultitask(jitter=50.0)
    trials = task.trials(3000, 1.0, rng=6)
    starts, stops = trials.epochs["pause"]
    assert (starts == 40).all()
    assert trials.steps == 290
    extra = stops - starts - 20
    assert (extra.min(), extra.max()) == (0, 50)
    # rounded uniform number: mean 25, standard deviation about 50 / sqrt(12)
    assert abs(extra.mean() - 25.0) < 4.5 * 14.5 / np.sqrt(3000)
    onset = trials.inputs[..., 0].argmax(axis=1)
    shown = trials.conditions["A"] == 1
    assert_array_equal(onset[shown], stops[shown])
    answered = trials.conditions["answer"] == 1.0
    assert_array_equal(trials.targets[answered, :, 0].argmax(axis=1), stops[answered] + 40)


def test_default_gates_are_and_and_or():
    trials = LogicMultitask().trials(2000, 10.0, rng=7)
    assert abs(np.mean(trials.conditions["gate"] == "and") - 0.5) < 4.5 * 0.5 / np.sqrt(2000)
    assert set(trials.conditions["gate"]) == {"and", "or"}
    assert (trials.accuracy(1.0 - trials.targets) == 0.0).all()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: And(stimulus=0.0), ParameterError, r"And.stimulus must be positive \(got 0.0\)"),
        (lambda: Or(delay=-1.0), ParameterError, r"Or.delay must not be negative \(got -1.0\)"),
        (lambda: Xor(response=np.inf), ParameterError, r"Xor.response must be finite \(got inf\)"),
        (lambda: Not(noise=-0.1), ParameterError, r"Not.noise must not be negative \(got -0.1\)"),
        (
            lambda: Xor().trials(4, 25.0),
            ParameterError,
            "stimulus must last at least one step of dt = 25 .got 20",
        ),
        (lambda: Xor().trials(4, 1.0, rng="a"), ParameterError, "rng must be an int of at least 0.*got 'a'"),
        (
            lambda: LogicMultitask(gates=("nand",)),
            UnknownNameError,
            "gates = 'nand' is unknown. Did you mean 'and'",
        ),
        (lambda: LogicMultitask(gates=()), ParameterError, r"gates must be one or more distinct names"),
        (lambda: LogicMultitask(gates=("or", "or")), ParameterError, "must be one or more distinct names"),
        (
            lambda: LogicMultitask(pause=0.0),
            ParameterError,
            r"LogicMultitask.pause must be positive \(got 0.0\)",
        ),
    ],
)
def test_invalid_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()

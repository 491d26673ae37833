"""The twenty tasks by name, alone and together, their variants, and what cannot be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from yang_table import CODE_ORDER, NAMES

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.serialization import from_dict, to_dict
from neurosim.tasks import (
    Choice,
    PopulationCode,
    Uniform,
    VectorCode,
    Yang2019,
    YangDecision,
    YangGo,
    YangMatchSample,
    yang2019,
)
from neurosim.testing import check_task

WITHOUT_DELAY = ["dm1", "dm2", "context_dm1", "context_dm2", "multisensory_dm"]
FIFTEEN = [rule for rule in NAMES if rule not in WITHOUT_DELAY]


@pytest.mark.parametrize(
    "task", [yang2019("all"), yang2019(["go", "dmc"], "code"), yang2019("all", "driscoll")]
)
def test_a_mixture_obeys_the_rules(task):
    report = check_task(task, dt=40.0, rng=3)
    assert "another seed gives other trials, of a length of their own" in report


@pytest.mark.parametrize("rule", NAMES)
def test_every_task_obeys_the_rules(rule):
    check_task(yang2019(rule), dt=50.0)


@pytest.mark.parametrize("variant", ["code", "cross_entropy", "easy", "driscoll"])
def test_variants_are_plain_data(variant):
    for task in (Yang2019(variant=variant), *Yang2019(variant=variant).tasks.values()):
        assert from_dict("task", to_dict(task)) == task


def test_names():
    assert yang2019("all") == Yang2019()
    assert yang2019() == Yang2019()
    assert list(yang2019("all").tasks) == NAMES
    assert yang2019([code for code, _ in CODE_ORDER[:3]]) == Yang2019(rules=("go", "rt_go", "delay_go"))
    assert repr(yang2019("all")) == "Yang2019()"


def test_a_mixture_is_one_of_its_tasks_at_a_time():
    task = yang2019(["go", "dms", "context_dm1"], probabilities=[0.2, 0.3, 0.5])
    assert_allclose(task.odds, [0.2, 0.3, 0.5])
    found = set()
    for seed in range(30):
        trials = task.trials(5, 20.0, rng=seed)
        (rule,) = set(trials.conditions["rule"])
        found.add(str(rule))
        assert trials.task is task
        assert (trials.inputs[..., 65 + NAMES.index(rule)].mean() - 1.0) < 0.05
        right, wrong = (
            task.tasks[rule].accuracy(trials, outputs) for outputs in (trials.targets, 0 * trials.targets)
        )
        assert_array_equal(trials.accuracy(trials.targets), right)
        assert_array_equal(trials.accuracy(0 * trials.targets), wrong)
    assert found == {"go", "dms", "context_dm1"}


def test_driscoll():
    task = yang2019("all", "driscoll")
    assert list(task.tasks) == FIFTEEN
    assert len(task.inputs) == 1 + 2 * 2 + 15
    assert task.inputs[:6] == ("fixation", "ring_1_sin", "ring_1_cos", "ring_2_sin", "ring_2_cos", "rule_go")
    assert task.outputs == ("fixation", "ring_sin", "ring_cos")
    one = task.tasks["anti"].replace(noise=0.0)
    trials = one.trials(6, 20.0, rng=1)
    angle, ring = trials.conditions["directions"][:, 0], trials.conditions["strengths"][:, 0]
    last = trials.inputs[:, -1]
    for number, columns in enumerate((slice(1, 3), slice(3, 5))):
        expected = ring[:, number, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        assert_allclose(last[:, columns], expected, atol=1e-12)
    assert_allclose(
        trials.targets[:, -1], np.stack([0 * angle, -np.sin(angle), -np.cos(angle)], axis=1), atol=1e-12
    )
    assert_allclose(trials.targets[:, 0], np.broadcast_to([0.8, 0.0, 0.0], (6, 3)))


def test_few_channels_are_enough_for_few_rules():
    task = yang2019("context_dm2", channels=("context_dm1", "context_dm2"), code=PopulationCode(units=16))
    assert (len(task.inputs), len(task.outputs)) == (1 + 32 + 2, 17)
    trials = task.trials(3, 20.0, rng=0)
    assert_allclose(trials.inputs[..., -2:].mean(axis=(0, 1)), [0.0, 1.0], atol=0.02)
    assert trials.accuracy(trials.targets).all()


def test_the_network_of_the_paper_runs():
    task = yang2019("delay_go")
    start, trainer = ns.Network.for_task(task, rng=0), ns.BPTT.for_task(task)
    trials = task.trials(2, trainer.dt, rng=0)
    run = ns.simulate(start, **trials.simulation, noise=trainer.noise, rng=1)
    assert trials.accuracy(run).shape == (2,)
    # what is inside the activation is normal with this standard deviation, by the authors sqrt(2 / alpha) sigma
    assert trainer.noise.density / np.sqrt(trainer.dt) == pytest.approx(np.sqrt(2 / 0.2) * 0.05)
    assert task.noise / np.sqrt(trainer.dt) == pytest.approx(np.sqrt(2 / 0.2) * 0.01)


def test_a_network_with_too_few_channels():
    task = yang2019("go")
    small = ns.Network(ns.LeakyRate("softplus", tau=100.0), ns.Gaussian(), 5, inputs=84, outputs=33, rng=0)
    with pytest.raises(ShapeError, match="85"):
        ns.simulate(small, **task.trials(2, 20.0, rng=0).simulation)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: yang2019("delaygoo"),
            UnknownNameError,
            "rule = 'delaygoo' is unknown. Did you mean 'delay_go'",
        ),
        (lambda: yang2019(["go", "anty"]), UnknownNameError, "rule = 'anty' is unknown. Did you mean 'anti'"),
        (lambda: yang2019(["go", "fdgo"]), ParameterError, "must be one or more distinct rules"),
        (lambda: yang2019([]), ParameterError, "must be one or more distinct rules"),
        (lambda: yang2019("go", "cod"), UnknownNameError, "variant = 'cod' is unknown. Did you mean 'code'"),
        (lambda: yang2019("go", targets="odds"), UnknownNameError, r"YangGo\.targets = 'odds'"),
        (
            lambda: yang2019("go", "code", targets="probability"),
            ParameterError,
            r"YangGo\.mask must be 'linear' with targets",
        ),
        (
            lambda: yang2019("go", "driscoll", targets="probability"),
            ParameterError,
            r"with targets = 'probability' .got VectorCode",
        ),
        (lambda: yang2019("dm1", "driscoll"), UnknownNameError, "rule = 'dm1' is unknown. Did you mean"),
        (
            lambda: yang2019("go", stimulis=3.0),
            UnknownKeywordError,
            "YangGo takes no keyword 'stimulis'. Did you",
        ),
        (lambda: yang2019("all", odds=3.0), UnknownKeywordError, "Yang2019 takes no keyword 'odds'"),
        (lambda: YangGo(rule="dm1"), UnknownNameError, "rule = 'dm1' is unknown. Known: anti, go"),
        (
            lambda: YangGo(mask="square"),
            UnknownNameError,
            "YangGo.mask = 'square' is unknown. Did you mean 'squared'",
        ),
        (lambda: YangGo(noise=-1.0), ParameterError, r"YangGo.noise must not be negative \(got -1.0\)"),
        (lambda: YangGo(tolerance=0.0), ParameterError, r"YangGo.tolerance must be positive \(got 0.0\)"),
        (
            lambda: YangGo(fixation="long"),
            ParameterError,
            r"YangGo.fixation must be a real number \(got 'long'\)",
        ),
        (lambda: YangGo(stimulus=-5.0), ParameterError, r"YangGo.stimulus must not be negative \(got -5.0\)"),
        (lambda: YangGo(channels=("anti",)), ParameterError, "channels must include 'go'"),
        (
            lambda: YangGo(instruction=(1.0, 2.0)),
            ShapeError,
            r"YangGo.instruction must have shape \(20,\) \(got \(2,\)\)",
        ),
        (lambda: YangGo(code="ring"), ParameterError, "YangGo.code must be PopulationCode.* .got 'ring'"),
        (
            lambda: YangGo(code=PopulationCode(units=31)),
            ParameterError,
            "units must be even.*got 31.; try 32",
        ),
        (
            lambda: PopulationCode(units=2),
            ParameterError,
            r"PopulationCode.units must be at least 4 \(got 2\)",
        ),
        (
            lambda: PopulationCode(width=0.0),
            ParameterError,
            r"PopulationCode.width must be positive \(got 0.0\)",
        ),
        (
            lambda: YangDecision(coherence=0.1),
            ParameterError,
            "coherence must be a distribution .got 0.1.; try Uniform",
        ),
        (lambda: YangMatchSample(separation=1.0), ParameterError, "separation must be a distribution"),
        (
            lambda: yang2019(["go", "anti"], probabilities=(0.5, 0.6)),
            ParameterError,
            r"probabilities must be .* \(got \(0.5, 0.6\), sum 1.1\)",
        ),
        (
            lambda: yang2019(["go", "anti"], probabilities=(1.5, -0.5)),
            ParameterError,
            "must be at least 0 and add up to 1",
        ),
        (
            lambda: yang2019("all", probabilities=(0.5, 0.5)),
            ShapeError,
            r"probabilities must have shape \(20,\) \(got \(2,\)\)",
        ),
        (
            lambda: yang2019("dm1").trials(4, 120.0),
            ParameterError,
            "fixation must last at least one step of dt = 120 .got 100",
        ),
        (
            lambda: yang2019("delay_go").trials(4, 250.0),
            ParameterError,
            "stimulus must last at least one step .*got 200",
        ),
        (lambda: yang2019("go").trials(0, 20.0), ParameterError, r"count must be at least 1 \(got 0\)"),
        (lambda: yang2019("go").trials(4, -20.0), ParameterError, r"dt must be positive \(got -20.0\)"),
        (
            lambda: yang2019("dms").psychometric_trials(20.0, directions=[1.0, 2.0]),
            ShapeError,
            r"directions of 'dms' must have shape \(trials, 2\) \(got \(2,\)",
        ),
        (
            lambda: yang2019("go").psychometric_trials(
                20.0, directions=[1.0, 2.0], strengths=[1.0, 2.0, 3.0]
            ),
            ShapeError,
            r"strengths must be one number, .*\(2, 1\) or \(2, 1, 2\) \(got \(3,\)",
        ),
        (
            lambda: yang2019("go").psychometric_trials(20.0, directions=[1.0], delay=100.0),
            UnknownKeywordError,
            "YangGo has no epoch 'delay'. Known: fixation, response, stimulus",
        ),
        (lambda: Uniform(2.0, 1.0), ParameterError, r"Uniform must have 0 <= low < high .got low=2, high=1"),
        (lambda: Choice(()), ParameterError, r"Choice.values must be one or more numbers of at least 0"),
        (
            lambda: ns.tasks.TruncatedExponential(low=3.0, high=1.0),
            ParameterError,
            "must have 0 <= low < high",
        ),
        (
            lambda: ns.tasks.TruncatedExponential(scale=0.0),
            ParameterError,
            r"scale must be positive \(got 0.0\)",
        ),
    ],
)
def test_invalid_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_codes_are_read_back():
    angles = np.linspace(-3.0, 3.0, 50)
    for code in (PopulationCode(), PopulationCode(units=12, width=0.6, height=2.0), VectorCode()):
        # a constant, as the baseline of the outputs, moves no population vector
        shift = 0.05 if isinstance(code, PopulationCode) else 0.0
        assert_allclose(code.decode(code.encode(angles) + shift), angles, atol=2e-3)
    assert_allclose(PopulationCode().encode(0.0)[[0, 2, 16]], [0.8, 0.8 * np.exp(-0.5), 0.8 * np.exp(-32.0)])

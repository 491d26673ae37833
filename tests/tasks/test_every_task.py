"""Rules that every task keeps, shipped or installed, and the checks that find those who do not."""

from dataclasses import dataclass, fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, PluginError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.randomness import seed_sequence, stream
from neurosim.registry import find, names, plugins
from neurosim.serialization import from_dict, to_dict
from neurosim.tasks import (
    FlipFlop,
    LogicMultitask,
    Oscillation,
    SetReset,
    Task,
    Timeline,
    Trials,
    white_noise,
    yang2019,
)
from neurosim.tasks.distributions import Distribution
from neurosim.testing import check_plugin, check_task

VARIANTS = [
    FlipFlop(bits=1),
    FlipFlop(bits=2, intervals=(), duration=200.0),
    LogicMultitask(gates=("xor",), jitter=50.0, noise=0.2),
    LogicMultitask(gates=("and", "or", "xor")),
    Oscillation(stimulus=40.0, response=220.0, rest=40.0, period=35.0, amplitude=1.74),
    SetReset(turns=1, delay=0.0),
]
# those of Yang et al. take their time in ms, and have tests of their own
ALL = [find("tasks", name)() for name in names("tasks") if not name.startswith("Yang")] + VARIANTS
# steps for tasks whose times are in ms, and for one that is over at t = 1
STEPS = dict.fromkeys(names("tasks"), 1.0) | {
    "Checkerboard": 20.0,
    "ContextDiscrimination": 0.5,
    "ContextIntegration": 20.0,
    "DelayedGo": 12.5,
    "DelayedMatchToCategory": 10.0,
    "DelayedMatchToSample": 20.0,
    "GoNoGo": 0.5,
    "MultisensoryIntegration": 20.0,
    "NoiseIntegration": 0.04,
    "NoisyDetection": 0.5,
    "ParametricWorkingMemory": 20.0,
    "PerceptualDecision": 20.0,
    "ReactionTimeDecision": 20.0,
    "Reaching": 5.0,
    "ReadySetGo": 10.0,
    "ScaledSequence": 5.0,
    "SineGenerator": 0.1,
}
everywhere = pytest.mark.parametrize("task", ALL, ids=repr)


def step_of(task):
    return STEPS[type(task).__name__]


def at_two_steps(task):
    return (task.trials(12, dt, rng=3) for dt in (step_of(task), 0.5 * step_of(task)))


@everywhere
def test_obeys_the_rules(task):
    report = check_task(task, dt=step_of(task))
    assert report[0] == "a frozen dataclass with a docstring"
    assert report[-1] == "saved and loaded, it makes the same trials"


def test_the_built_in_ones_are_found_by_name():
    built_in = {plugin.name for plugin in plugins() if plugin.kind == "tasks" and plugin.origin == "built in"}
    gates = {"And", "Or", "Xor", "Not", "LogicMultitask"}
    yang = {f"Yang{name}" for name in ("2019", "Go", "ReactionGo", "DelayGo", "Decision", "DelayDecision")}
    yang |= {"YangMatchSample", "YangMatchCategory"}
    assert built_in >= gates | yang | {"FlipFlop", "SetReset", "TimeReproduction", "Oscillation"}
    assert list(check_plugin("Xor")) == ["Xor"]


@everywhere
def test_one_seed_shows_the_same_at_every_step(task):
    coarse, fine = at_two_steps(task)
    assert coarse.conditions.keys() == fine.conditions.keys()
    for name in coarse.conditions.keys() - {"onsets", "changes"}:
        assert_array_equal(coarse.conditions[name], fine.conditions[name])
    assert fine.steps == 2 * coarse.steps
    for name, limits in coarse.epochs.items():
        # a random time is rounded for each of at most three epochs before
        assert np.abs(0.5 * np.array(fine.epochs[name]) - limits).max() <= 1.5


@everywhere
def test_times_do_not_depend_on_the_step(task):
    fixed = task.replace(noise=0.0) if "noise" in vars(task) else task
    if "jitter" in vars(task):
        fixed = fixed.replace(jitter=0.0)
    if isinstance(task, FlipFlop):
        fixed = fixed.replace(fixation_jitter=0.0, interval_jitter=0.0)
    always = {name: value.longest for name, value in vars(task).items() if isinstance(value, Distribution)}
    coarse, fine = at_two_steps(fixed.replace(**always))
    # the target of a step is the output at its end, and the input of a step is held over two half steps
    assert_allclose(fine.targets[:, 1::2], coarse.targets, atol=1e-12)
    halves = 0.5 * (fine.inputs[:, ::2] + fine.inputs[:, 1::2])
    assert_allclose(halves, coarse.inputs, atol=5e-3)


@everywhere
def test_a_network_takes_its_channels(task):
    network = ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), 8, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    assert (network.input_names, network.output_names) == (task.inputs, task.outputs)
    dt = 5.0 * step_of(task)
    trials = task.trials(2, dt, rng=0)
    run = ns.simulate(network.replace(neuron=ns.LeakyRate("tanh", tau=dt)), **trials.simulation, rng=0)
    assert trials.align(run).shape == trials.targets.shape
    assert trials.accuracy(run).shape == (2,)


YANG = [yang2019(rule) for rule in (*yang2019("all").tasks, "all")]
with_yang = pytest.mark.parametrize("task", ALL + YANG, ids=repr)


@with_yang
def test_one_seed_shows_the_same_at_six_steps(task):
    coarsest = 20.0 if task in YANG else step_of(task)
    steps = [coarsest / divisor for divisor in (1, 2, 3, 4, 5, 8)]
    shown = [task.trials(6, dt, rng=3) for dt in steps]
    for dt, trials in zip(steps, shown, strict=True):
        for name in trials.conditions.keys() - {"onsets", "changes"}:
            assert_array_equal(trials.conditions[name], shown[0].conditions[name])
        for name, limits in trials.epochs.items():
            times = dt * np.array(limits)
            # a random time is rounded for each of at most three epochs before
            assert np.abs(times - coarsest * np.array(shown[0].epochs[name])).max() <= 1.5 * coarsest
        assert_array_equal(trials.accuracy(trials.targets), shown[0].accuracy(shown[0].targets))


@with_yang
def test_a_network_with_too_few_channels_is_an_error(task):
    dt = 20.0 if task in YANG else step_of(task)
    trials = task.trials(2, dt, rng=0)
    channels = max(len(task.inputs) - 1, 0) or 2
    network = ns.Network(ns.LeakyRate(tau=10.0 * dt), ns.Gaussian(), 4, inputs=channels, outputs=1, rng=0)
    got = rf"\(got \(2, {trials.steps}, {len(task.inputs)}\)\)"
    with pytest.raises(ShapeError, match=rf"inputs must have shape \({channels},\),.*{got}"):
        ns.simulate(network, **trials.simulation)
    with pytest.raises(
        ShapeError, match=rf"outputs must have shape \(2, {trials.steps}, {len(task.outputs)}\)"
    ):
        trials.accuracy(np.zeros((2, trials.steps, len(task.outputs) + 1)))


@with_yang
def test_a_step_longer_than_an_epoch_is_an_error(task):
    with pytest.raises(ParameterError, match=r"^[a-z_]+ must last at least one step of dt = 1e\+06 .got"):
        task.trials(2, 1e6, rng=0)


@with_yang
def test_an_option_with_a_typo_is_answered_with_the_right_one(task):
    option = fields(task)[0].name
    with pytest.raises(UnknownKeywordError, match=f"takes no keyword '{option}s'. Did you mean '{option}'"):
        type(task)(**{f"{option}s": 1.0})


@with_yang
@pytest.mark.parametrize("count", [0, -1, 2.5])
def test_invalid_numbers_of_trials(task, count):
    with pytest.raises(ParameterError, match=rf"count must be .*\(got {count}\)"):
        task.trials(count, 1e-3)


@pytest.mark.parametrize("dt", [0.0, -1.0, np.nan])
@with_yang
def test_invalid_time_steps(task, dt):
    with pytest.raises(ParameterError, match=rf"dt must be (positive|finite) \(got {dt}\)"):
        task.trials(2, dt)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ns.tasks.PopulationCode(units=7),
        lambda: ns.tasks.DelayedGo(units=7),
        lambda: ns.tasks.DelayedMatchToSample(units=7),
        lambda: ns.tasks.DelayedMatchToCategory(units=7),
    ],
)
def test_rings_have_an_even_number_of_units(make):
    with pytest.raises(ParameterError, match=r"PopulationCode\.units must be even.*got 7.; try 8"):
        make()


def test_a_task_that_is_not_there():
    with pytest.raises(UnknownNameError, match=r"'Reachin'.* Did you mean 'Reaching'"):
        find("tasks", "Reachin")


@everywhere
def test_is_plain_data(task):
    assert from_dict("task", to_dict(task)) == task


def test_a_generator_advances():
    generator = np.random.default_rng(0)
    task = ns.tasks.Xor()
    first, second = (task.trials(16, 10.0, rng=generator) for _ in range(2))
    assert not np.array_equal(first.inputs, second.inputs)


def test_noise_has_its_own_stream():
    quiet, loud = (ns.tasks.Xor(noise=noise).trials(50, 10.0, rng=1) for noise in (0.0, 1.0))
    assert_array_equal(quiet.targets, loud.targets)


def test_the_base_cannot_be_used_alone():
    with pytest.raises(TypeError, match="abstract"):
        Task()
    with pytest.raises(TypeError, match="abstract"):
        ns.tasks.LogicGate()


def test_an_unknown_keyword_is_answered_with_the_known_ones():
    with pytest.raises(UnknownKeywordError, match=r"FlipFlop takes no keyword 'bit'\. Did you mean 'bits'"):
        FlipFlop(bit=3)


def proper(self, count, dt, rng=None):
    seed = seed_sequence(rng)
    sign = stream(seed, "conditions").choice([-1.0, 1.0], count)[:, None, None]
    timeline = Timeline.consecutive(count, dt, stimulus=10.0, response=5.0)
    inputs = timeline.during("stimulus") * sign
    noise = white_noise(inputs.shape, 0.1, dt, stream(seed, "noise"))
    targets = timeline.during("response") * sign
    return Trials(
        self, dt, inputs + noise, targets, epochs=timeline.epochs, conditions={"sign": sign[:, 0, 0]}
    )


def by_sign(_, trials, outputs):
    return trials.last(outputs, "response")[:, 0] * trials.conditions["sign"] > 0.0


def sign_task(**members):
    """Task class with these methods in place of right ones."""
    members = {
        "__doc__": "Say the sign.",
        "inputs": ("evidence",),
        "outputs": ("choice",),
        "trials": proper,
        "accuracy": by_sign,
        **members,
    }
    return dataclass(frozen=True)(type("Sign", (Task,), members))


def in_steps(self, count, dt, rng=None):
    trials = proper(self, count, 1.0, rng)
    return Trials(self, dt, trials.inputs, trials.targets, epochs=trials.epochs, conditions=trials.conditions)


def of_random_length(self, count, dt, rng=None):
    seed = seed_sequence(rng)
    stimulus = 20.0 + 10.0 * stream(seed, "timing").random(count)
    timeline = Timeline.consecutive(count, dt, stimulus=stimulus, response=5.0)
    during = timeline.during("stimulus") * 1.0
    return Trials(self, dt, during, during, epochs=timeline.epochs, conditions={"stimulus": stimulus})


def with_own_numbers(self, count, dt, rng=None):  # noqa: ARG001
    return proper(self, count, dt, np.random.default_rng())


def always_the_same(self, count, dt, rng=None):  # noqa: ARG001
    return proper(self, count, dt, 0)


BREACHES = {
    "no docstring": ({"__doc__": None}, "it has a docstring"),
    "list of channels": (
        {"inputs": ["evidence"]},
        r"inputs is a tuple of distinct names \(got \['evidence'\]\)",
    ),
    "one name twice": ({"outputs": ("a", "a")}, r"outputs is a tuple of distinct names"),
    "no trials": ({"trials": lambda *_: np.zeros(3)}, r"trials\(\) returns Trials \(got ndarray\)"),
    "error": ({"trials": lambda *_: 1 / 0}, r"makes trials \(ZeroDivisionError: division by zero\)"),
    "other count": (
        {"trials": lambda self, _, dt, rng: proper(self, 3, dt, rng)},
        "gives 24 trials of this task",
    ),
    "nothing said": (
        {"trials": lambda self, n, dt, rng: Trials(self, dt, *2 * [proper(self, n, dt, rng).targets])},
        "its trials have epochs",
    ),
    "steps": ({"trials": in_steps}, r"as long at dt / 2 as at dt \(got 15 steps, and 15 at dt\)"),
    "random length": ({"trials": of_random_length}, "every batch has the same number of steps"),
    "own numbers": ({"trials": with_own_numbers}, "the same seed gives the same trials, bit for bit"),
    "no numbers": ({"trials": always_the_same}, "another seed gives other trials"),
    "one score": ({"accuracy": lambda *_: 1.0}, r"a number from 0 to 1 for each trial \(got shape \(\)\)"),
    "nan": ({"accuracy": lambda _, trials, __: np.full(len(trials), np.nan)}, "a number from 0 to 1"),
    "wrong ideal": ({"accuracy": lambda *given: 1.0 - by_sign(*given)}, "the targets themselves score 1"),
    "blind": ({"accuracy": lambda _, trials, __: np.ones(len(trials))}, "wrong outputs score less than 1"),
}


def test_the_right_task_passes():
    assert len(check_task(sign_task())) == 11


@pytest.mark.parametrize(("members", "rule"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(members, rule):
    with pytest.raises(PluginError, match=f"Sign breaks a rule of its kind: .*{rule}"):
        check_task(sign_task(**members))


def test_the_default_step_resolves_a_task_in_seconds():
    seconds = ns.tasks.FlipFlop(
        bits=1,
        stimulus=0.02,
        intervals=(0.071, 0.101),
        duration=0.34,
        delay=0.02,
        fixation=0.01,
        fixation_jitter=0.09,
        interval_jitter=0.05,
    )
    assert check_task(seconds)[2] == check_task(ns.tasks.FlipFlop())[2]


def test_tasks_must_be_tasks():
    with pytest.raises(PluginError, match=r"a task is a subclass of neurosim\.Task"):
        check_task(ns.Gaussian())
    with pytest.raises(ParameterError, match=r"dt must be positive \(got 0\)"):
        check_task(FlipFlop, dt=0)

    @dataclass(frozen=True)
    class Needs(sign_task()):
        size: int

    with pytest.raises(ParameterError, match="Needs cannot be made without arguments"):
        check_task(Needs)

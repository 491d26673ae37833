"""Environments as tasks: whole trials, stepped ones, seeds, padding, and what is refused. Needs no Gymnasium."""

import builtins
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from stand_ins import CLASSES, NUMBERS, AlwaysLeft, Counter, Cued, Doubling, OrderEnforcing

import neurosim as ns
from neurosim.errors import NeurosimError, ParameterError, SeedWarning, ShapeError, UnknownNameError
from neurosim.serialization import to_dict
from neurosim.tasks import episodes
from neurosim.tasks.spaces import Channels


def cued(environment=None, **settings):
    return ns.tasks.from_gymnasium(environment or Cued(), **settings)


@pytest.fixture
def trials():
    return cued().trials(60, dt=10.0, rng=3)


def test_channels_have_the_names_of_the_spaces():
    task = cued()
    assert task.inputs == ("fixation", "cue")
    assert task.outputs == ("stay", "go_1", "go_2")
    assert Channels.of(NUMBERS, "it", "input").names == ("input_1", "input_2")


def test_trials_are_those_of_the_environment(trials):
    """Said again from the conditions alone."""
    sides, lengths = trials.conditions["ground_truth"], trials.conditions["duration"] / 10.0
    for k, (side, length) in enumerate(zip(sides, lengths.astype(int), strict=True)):
        answer = np.arange(trials.steps) >= length - 3
        there = np.arange(trials.steps) < length
        assert_array_equal(trials.inputs[k, :, 0], there & ~answer)
        assert_array_equal(trials.inputs[k, :, 1], (2 * side - 3) * (np.arange(trials.steps) < 2))
        assert_array_equal(trials.targets[k, :, side], there & answer)
        assert_array_equal(trials.targets[k, :, 0], there & ~answer)
        assert_array_equal(trials.mask[k], np.repeat(there[:, None], 3, axis=1))
    assert trials.steps == lengths.max() == 9
    assert lengths.min() == 6
    assert set(sides) == {1, 2}
    assert trials.inputs.dtype == trials.targets.dtype == np.float64


def test_epochs_and_conditions_are_those_of_the_environment(trials):
    assert list(trials.epochs) == ["cue", "wait", "answer", "trial"]
    assert_array_equal(trials.epochs["cue"], [[0] * 60, [2] * 60])
    assert_array_equal(trials.epochs["answer"][0], trials.conditions["duration"] / 10.0 - 3)
    assert_array_equal(trials.epochs["trial"][1] * 10.0, trials.conditions["duration"])
    assert_array_equal(trials.conditions["word"] == "left", trials.conditions["ground_truth"] == 1)
    assert "waits" not in trials.conditions  # of another length in each trial


def test_an_epoch_of_some_trials_is_empty_in_the_others():
    trials = cued(Cued(hints=True)).trials(40, dt=10.0, rng=0)
    start, stop = trials.epochs["hint"]
    assert_array_equal(stop - start, trials.conditions["ground_truth"] == 1)


def test_the_same_seed_gives_the_same_bits():
    task, fresh = cued(), cued()
    first, again, other = (task.trials(20, 10.0, rng=rng) for rng in (5, 5, 6))
    for trials in (again, fresh.trials(20, 10.0, rng=5)):
        assert_array_equal(first.inputs, trials.inputs)
        assert_array_equal(first.targets, trials.targets)
    assert first.inputs.shape != other.inputs.shape or not np.array_equal(first.inputs, other.inputs)
    generator = np.random.default_rng(0)
    batches = [task.trials(20, 10.0, rng=generator).conditions["ground_truth"] for _ in range(2)]
    assert not np.array_equal(*batches)


def test_durations_do_not_follow_from_what_is_shown():
    """NeuroGym gives both one seed: x > 1/2 tells the side and x the duration, of correlation sqrt(3) / 2."""
    environment = Cued(most=30)
    environment.seed(1)
    sides, waits = zip(
        *((trial["ground_truth"], len(trial["waits"])) for trial in drawn(environment)), strict=True
    )
    assert np.corrcoef(sides, waits)[0, 1] == pytest.approx(np.sqrt(0.75), abs=0.05)
    trials = cued(environment).trials(400, 10.0, rng=1)
    correlation = np.corrcoef(trials.conditions["ground_truth"], trials.conditions["duration"])[0, 1]
    assert abs(correlation) < 4.0 / np.sqrt(400)


def drawn(environment):
    return [environment.new_trial() for _ in range(400)]


def test_what_counts_and_what_is_judged_can_be_chosen():
    trials = cued(loss_epochs=("cue", "answer")).trials(10, 10.0, rng=0)
    assert_array_equal(trials.mask[..., 0], (trials.during("cue") | trials.during("answer"))[..., 0])
    right = trials.targets.copy()
    right[:, :2] = [0.0, 5.0, 0.0]  # goes at once, during the cue
    assert_array_equal(trials.accuracy(right), np.ones(10))
    early = cued(accuracy_epochs="cue").trials(10, 10.0, rng=0)
    assert_array_equal(early.accuracy(right), np.zeros(10))


def test_accuracy_is_the_share_of_the_last_epoch(trials):
    assert_array_equal(trials.accuracy(trials.targets), np.ones(60))
    wrong = trials.targets.copy()
    last = trials.epochs["answer"][1] - 1
    wrong[np.arange(60), last] = [9.0, 0.0, 0.0]
    assert trials.accuracy(wrong) == pytest.approx(np.full(60, 2.0 / 3.0))
    with pytest.raises(ShapeError, match="outputs must have shape"):
        trials.accuracy(wrong[:, 1:])


def test_wrappers_of_whole_trials_are_asked():
    trials = cued(AlwaysLeft(OrderEnforcing(Cued()))).trials(12, 10.0, rng=0)
    assert_array_equal(trials.conditions["ground_truth"], np.ones(12))


def test_wrappers_that_change_observations_are_stepped_through():
    plain, doubled = Cued(most=1), Doubling(OrderEnforcing(Cued(most=1)))
    trials = cued(doubled).trials(12, 10.0, rng=0)
    assert set(np.unique(trials.inputs[..., 0])) == {0.0, 2.0}
    # these trials are whole: the one that begins with the reset is left out
    assert_array_equal(trials.epochs["answer"], cued(plain).trials(12, 10.0, rng=0).epochs["answer"])
    assert_array_equal(trials.inputs[:, 0, 1], 2.0 * (2 * trials.conditions["ground_truth"] - 3))
    assert_array_equal(trials.targets[:, -1].argmax(axis=1), trials.conditions["ground_truth"])


@pytest.mark.parametrize("cut", [False, True])
def test_an_environment_of_gymnasium_is_stepped_through(cut):
    environment = Counter(cut=cut)
    task = ns.tasks.from_gymnasium(environment, tolerance=0.25)
    trials = task.trials(5, dt=0.7, rng=2)
    number = trials.inputs[:, :1, 0]
    assert np.unique(number).size == 5
    assert_array_equal(trials.inputs[..., 0], np.repeat(number, 4, axis=1))
    assert_array_equal(trials.inputs[..., 1], np.tile(np.arange(4.0), (5, 1)))
    assert_array_equal(trials.targets, trials.inputs[..., :1] * np.array([2.0, -1.0]))
    assert list(trials.epochs) == ["trial"]
    assert_array_equal(trials.conditions["duration"], np.full(5, 4 * 0.7))
    assert_array_equal(np.unique(environment.actions), [0.5])  # nothing, as near as the space allows
    off = trials.targets + np.array([0.2, 0.3]) * (np.arange(4) == 1)[:, None]
    assert trials.accuracy(off) == pytest.approx(np.full(5, 0.75))
    assert_array_equal(trials.accuracy(trials.targets + 0.2), np.ones(5))


def test_a_network_learns_from_it():
    task = cued(loss_epochs=("answer",))
    start = ns.Network(
        ns.LeakyRate("tanh", tau=20.0), ns.Orthogonal(), 20, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    training = ns.BPTT(epochs=2, trials_per_epoch=64, batch_size=32, dt=10.0).fit(start, task, rng=1)
    assert np.isfinite(training.history["loss"]).all()


class Forgetful(Cued):
    """Ignores its seed."""

    def seed(self, seed=None):  # noqa: ARG002
        super().seed(np.random.randint(2**31))  # noqa: NPY002


def test_an_environment_without_seeds_is_named():
    with pytest.warns(SeedWarning, match="Forgetful does not follow its seed: its trials differ") as caught:
        ns.tasks.from_gymnasium(Forgetful())
    assert caught[0].filename == __file__


class Stateful(Cued):
    """Obeys its seed, but for a switch that no seed puts back."""

    trials_so_far = 0

    def new_trial(self):
        trial = super().new_trial()
        self.trials_so_far += 1
        self.ob += self.trials_so_far > 25
        return trial


def test_a_state_that_no_seed_puts_back_is_found():
    with pytest.warns(SeedWarning, match="Stateful does not follow its seed"):
        cued(Stateful())


def without(name):
    """Class of environments that do not have what a trial needs."""

    def new_trial(self):
        trial = Cued.new_trial(self)
        delattr(self, name)
        return trial

    def reset(self, **_):
        Cued.new_trial(self)
        return None, {}

    return type("Bandit", (Cued,), {"new_trial": new_trial, "reset": reset})


@pytest.mark.parametrize("name", ["ob", "gt"])
def test_a_trial_without_ground_truth_is_refused(name):
    with pytest.raises(ParameterError, match=rf"Bandit must have ground truth .got no '{name}'.*set_ground"):
        cued(without(name)())


def test_steps_without_ground_truth_are_refused():
    with pytest.raises(
        ParameterError, match=r"Counter must have ground truth .got no info\['gt'\] from step"
    ):
        cued(Counter(truth="reward"))


def test_a_trial_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(episodes, "LONGEST", 50)
    with pytest.raises(ParameterError, match=r"Counter must end within 50 steps .*max_episode_steps"):
        cued(Counter(length=60))


def test_another_step_than_its_own_is_refused():
    with pytest.raises(ParameterError, match=r"dt must be that of Cued, 10 .got 5"):
        cued().trials(2, dt=5.0)
    environment = Cued()
    environment.timing["cue"] = 4
    with pytest.raises(
        ParameterError, match=r"cue of Cued must last at least one step of dt = 10 .got 4.*'cue': 10"
    ):
        cued(environment).trials(2, dt=10.0)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"loss_epochs": ("answr",)}, UnknownNameError, "Cued has no epoch 'answr'. Did you mean 'answer'"),
        (
            {"accuracy_epochs": "decision"},
            UnknownNameError,
            r"no epoch 'decision'. .*Known: answer, cue, trial, wait",
        ),
        ({"tolerance": 0.0}, ParameterError, r"tolerance must be positive \(got 0.0\)"),
        ({"sigma": 2.0}, ParameterError, "options must be left out with an instance .got sigma"),
    ],
)
def test_bad_settings_are_answered(settings, error, message):
    with pytest.raises(error, match=message):
        cued(**settings)
    with pytest.raises(ParameterError, match=r"options must not have dt .got 20.; give it to trials"):
        ns.tasks.from_gymnasium("GoNogo-v0", dt=20)


@pytest.mark.parametrize(
    "space",
    [SimpleNamespace(shape=None), SimpleNamespace(shape=(2,), nvec=np.array([2, 3]))],
    ids=["dictionary", "several classes"],
)
def test_spaces_of_other_kinds_are_refused(space):
    with pytest.raises(ParameterError, match=r"its action must be numbers .*FlattenObservation"):
        Channels.of(space, "its action", "action")


def test_values_that_a_space_does_not_have_are_refused():
    with pytest.raises(ParameterError, match=r"the environment must give values of its space.*3\.0"):
        Channels.of(CLASSES, "its action", "action").values([0, 3])
    with pytest.raises(ParameterError, match="values of its space, with the channels input_1, input_2"):
        Channels.of(NUMBERS, "its observation", "input").values(np.zeros((4, 3)))
    with pytest.raises(ParameterError, match="must have channels"):
        Channels.of(SimpleNamespace(shape=(0,)), "its observation", "input")


def test_classes_may_begin_anywhere():
    channels = Channels.of(SimpleNamespace(shape=(), n=2, start=-1), "it", "action")
    assert_array_equal(channels.values([-1, 0, -1]), [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])


def test_an_instance_cannot_be_written_down():
    with pytest.raises(ParameterError, match=r"environment must be a name.*to be written as text .*Cued"):
        to_dict(cued())


@pytest.mark.parametrize("missing", ["gymnasium", "neurogym", "torch"])
def test_what_is_not_installed_is_named_with_the_remedy(monkeypatch, missing):
    def refuse(name, *others, **keywords):
        if name == missing or (name == "neurogym" and missing == "torch"):
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)
        if name == "gymnasium":
            return SimpleNamespace(registry={"CartPole-v1": None})
        return original(name, *others, **keywords)

    original = __import__("importlib").import_module
    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(NeurosimError, match=rf"{missing} is not installed, .*neurosim-rnn\[gym\]'"):
        ns.tasks.from_gymnasium("GoNogo-v0")


def test_neither_is_imported_before_it_is_needed(monkeypatch):
    original = builtins.__import__

    def watched(name, *others, **keywords):
        assert name.split(".")[0] not in ("gymnasium", "neurogym"), name
        return original(name, *others, **keywords)

    monkeypatch.setattr(builtins, "__import__", watched)
    cued().trials(2, 10.0, rng=0)

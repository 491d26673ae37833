"""Environments of Gymnasium and NeuroGym themselves as tasks; skipped where the extra `gym` is not installed."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import norm

import neurosim as ns
from neurosim.errors import ParameterError, SeedWarning, UnknownNameError
from neurosim.testing import check_task

gymnasium = pytest.importorskip("gymnasium")
# it warns about what environments say of themselves
pytestmark = pytest.mark.filterwarnings("ignore:.*WARN: ")


@pytest.fixture(scope="module")
def neurogym():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # packages that it imports warn about each other
        return pytest.importorskip("neurogym")


class Sum(gymnasium.Env):
    """Six numbers; what is right is their sum so far."""

    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (1,))
    action_space = gymnasium.spaces.Box(-np.inf, np.inf, (1,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed, options=options)
        self.steps, self.total = 0, 0.0
        return self._number(), {}

    def _number(self):
        self.number = self.np_random.normal()
        return np.array([self.number], np.float32)

    def step(self, action):  # noqa: ARG002
        self.total += self.number
        info = {"gt": np.array([self.total], np.float32)}
        self.steps += 1
        return self._number(), 0.0, self.steps == 6, False, info


def test_an_environment_of_gymnasium_is_a_task():
    task = ns.tasks.from_gymnasium(gymnasium.wrappers.TimeLimit(Sum(), 4))
    first, again = (task.trials(5, dt=1.0, rng=1) for _ in range(2))
    assert first.targets.shape == (5, 4, 1)  # cut by the limit
    assert_allclose(first.targets, np.cumsum(first.inputs, axis=1), rtol=1e-5, atol=1e-6)
    assert_array_equal(first.inputs, again.inputs)


def test_an_environment_without_ground_truth_is_refused():
    with pytest.raises(ParameterError, match=r"CartPole-v1 must have ground truth .got no info\['gt'\]"):
        ns.tasks.from_gymnasium("CartPole-v1")


# what the tables of each environment say: steps of its own dt, channels
SHIPPED = {
    "PerceptualDecisionMaking-v0": (100.0, 3, 3),
    "DelayMatchSample-v0": (100.0, 3, 3),
    "ContextDecisionMaking-v0": (100.0, 5, 3),
    "MultiSensoryIntegration-v0": (100.0, 5, 3),
    "ReachingDelayResponse-v0": (100.0, 2, 2),
    "ReadySetGo-v0": (80.0, 3, 2),
    "GoNogo-v0": (100.0, 3, 2),
    "yang19.go-v0": (100.0, 33, 17),
}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.usefixtures("neurogym")
def test_environments_of_neurogym_obey_the_rules_of_tasks(name):
    dt, inputs, outputs = SHIPPED[name]
    task = ns.tasks.from_gymnasium(name)
    assert (len(task.inputs), len(task.outputs)) == (inputs, outputs)
    assert check_task(task, dt=dt)[-1] == "saved and loaded, it makes the same trials"


def test_trials_are_those_that_the_environment_makes(neurogym):
    """Its own code, seeded with the number that the task hands on."""
    task = ns.tasks.from_gymnasium("PerceptualDecisionMaking-v0", timing={"delay": 200}, sigma=0.5)
    trials = task.trials(3, dt=50.0, rng=4)
    environment = neurogym.make(
        "PerceptualDecisionMaking-v0", dt=50, timing={"delay": 200}, sigma=0.5
    ).unwrapped
    seed = ns.tasks.episodes.stream(4, "environment").integers(2**32)
    environment.seed(int(seed))
    environment.reset()
    for k in range(3):
        drawn = environment.new_trial()
        assert_array_equal(trials.inputs[k], environment.ob)
        assert_array_equal(trials.targets[k].argmax(axis=1), environment.gt)
        assert trials.conditions["coh"][k] == drawn["coh"]
    assert_array_equal(trials.epochs["decision"], [[46] * 3, [48] * 3])


def test_a_wrapper_that_changes_observations_is_seen(neurogym):
    environment = neurogym.wrappers.Noise(neurogym.make("GoNogo-v0"), std_noise=0.1)
    trials = ns.tasks.from_gymnasium(environment).trials(40, dt=100.0, rng=0)
    # nothing random is shown before the stimulus, so this is the noise of the wrapper
    waiting = trials.inputs[trials.during("delay")[..., 0]] - np.array([1.0, 0.0, 0.0])
    assert waiting.std() == pytest.approx(0.1, rel=4.0 / np.sqrt(2.0 * waiting.size))


@pytest.mark.usefixtures("neurogym")
def test_a_rule_that_is_drawn_before_the_seed_is_said_to_be_so():
    with pytest.warns(SeedWarning, match="HierarchicalReasoning-v0 does not follow its seed"):
        ns.tasks.from_gymnasium("HierarchicalReasoning-v0")


@pytest.mark.usefixtures("neurogym")
def test_bad_ids_options_and_steps_are_answered():
    with pytest.raises(UnknownNameError, match=r"'GoNoGo-v0' is unknown. Did you mean 'GoNogo-v0'"):
        ns.tasks.from_gymnasium("GoNoGo-v0")
    with pytest.raises(
        ParameterError, match=r"options of GoNogo-v0 must be valid .got {'sigmas': 2}: .*sigmas"
    ):
        ns.tasks.from_gymnasium("GoNogo-v0", sigmas=2)
    with pytest.raises(
        ParameterError, match=r"set of MotorTiming-v0 must last at least one step of dt = 80 .got 50"
    ):
        ns.tasks.from_gymnasium("MotorTiming-v0").trials(2, dt=80.0)
    with pytest.raises(ParameterError, match=r"Bandit-v0 must have ground truth .got no 'gt'"):
        ns.tasks.from_gymnasium("Bandit-v0")


@pytest.mark.slow
@pytest.mark.usefixtures("neurogym")
def test_a_network_learns_perceptual_decisions():
    """An ideal observer adds up the difference of the channels: coherence / 100 each ms, noise sqrt(2) in sqrt(ms)."""
    task = ns.tasks.from_gymnasium("PerceptualDecisionMaking-v0", loss_epochs=("decision",))
    start = ns.Network(
        ns.LeakyRate("tanh", tau=100.0), ns.Orthogonal(), 64, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    training = ns.BPTT(epochs=15, trials_per_epoch=1000, batch_size=50, dt=50.0).fit(start, task, rng=1)
    trials = task.trials(2000, dt=50.0, rng=2)
    correct = trials.accuracy(ns.simulate(training.network, **trials.simulation))
    coherences = np.array([0.0, 6.4, 12.8, 25.6, 51.2])
    ideal = norm.cdf(coherences / 100.0 * np.sqrt(2000.0 / 2.0)).mean()
    error = np.sqrt(ideal * (1.0 - ideal) / 2000)
    assert ideal == pytest.approx(0.896, abs=1e-3)
    assert ideal - 0.05 < correct.mean() < ideal + 4.0 * error

"""Environments that speak as those of Gymnasium and NeuroGym do, and need neither."""

from types import SimpleNamespace

import numpy as np

NUMBERS = SimpleNamespace(shape=(2,), dtype=np.float32, low=-np.inf, high=np.inf)
CLASSES = SimpleNamespace(shape=(), n=3, start=0, dtype=np.int64)


class Waiting:
    """Random number of steps, with a generator of its own, as the durations of NeuroGym."""

    def __init__(self, fewest, most):
        self.fewest, self.most = fewest, most
        self.rng = np.random.RandomState()

    def seed(self, seed=None):
        self.rng = np.random.RandomState(seed)

    def __call__(self):
        return self.fewest + int((self.most - self.fewest + 1) * self.rng.random_sample())


class Cued:
    """Go where the cue was: cue for two steps, a wait of random length, an answer of three; now and then a hint."""

    observation_space = SimpleNamespace(**vars(NUMBERS), name={"fixation": 0, "cue": [1]})
    action_space = SimpleNamespace(**vars(CLASSES), name={"stay": 0, "go": [1, 2]})

    def __init__(self, dt=10, fewest=1, most=4, hints=False):
        self.dt, self.hints = dt, hints
        self.rng = np.random.RandomState()
        self.timing = {"cue": 2 * dt, "wait": Waiting(fewest, most), "answer": 3 * dt}
        self.start_ind, self.end_ind, self.trial = {}, {}, None

    def seed(self, seed=None):
        self.rng = np.random.RandomState(seed)
        for duration in self.timing.values():
            if isinstance(duration, Waiting):
                duration.seed(seed)

    def reset(self, seed=None, options=None):  # noqa: ARG002  (NeuroGym's does not look at its seed either)
        self.new_trial()
        return self.ob[0], {}

    def _add(self, name, steps):
        begin = max(self.end_ind[key] for key in self._known) if self._known else 0
        self.start_ind[name], self.end_ind[name] = begin, begin + steps
        self._known.append(name)

    def new_trial(self):
        self._known = []
        side, wait = 1 + int(2 * self.rng.random_sample()), self.timing["wait"]()
        self._add("cue", 2)
        if self.hints and side == 1:
            self._add("hint", 1)
        self._add("wait", wait)
        self._add("answer", 3)
        length = self.end_ind["answer"]
        self.ob = np.zeros((length, 2), np.float32)
        self.ob[: self.start_ind["answer"], 0] = 1.0
        self.ob[:2, 1] = 2 * side - 3
        self.gt = np.zeros(length, np.int64)
        self.gt[self.start_ind["answer"] :] = side
        self.trial = {"ground_truth": side, "word": "left" if side == 1 else "right", "waits": [1] * wait}
        self.t_ind = 0
        return self.trial

    def step(self, action):  # noqa: ARG002
        info = {"gt": self.gt[self.t_ind], "new_trial": self.t_ind + 1 == len(self.gt)}
        self.t_ind += 1
        if info["new_trial"]:
            self.new_trial()
        return self.ob[self.t_ind], 0.0, False, False, info


class Counter:
    """Of Gymnasium: shows a number and how often it was shown; twice and minus it is right. Has no dt."""

    observation_space = NUMBERS
    action_space = SimpleNamespace(shape=(2,), dtype=np.float32, low=np.float32(0.5), high=np.float32(9.0))

    def __init__(self, length=4, truth="gt", cut=False):
        self.length, self.truth, self.cut = length, truth, cut
        self.rng = np.random.default_rng()
        self.actions = []

    def reset(self, *, seed=None, options=None):  # noqa: ARG002
        if seed is not None:
            self.rng = np.random.default_rng(seed)
        self.number, self.count = self.rng.normal(), 0
        return np.array([self.number, 0.0]), {}

    def step(self, action):
        self.actions.append(np.array(action))
        self.count += 1
        over = self.count == self.length
        info = {self.truth: np.array([2.0, -1.0]) * self.number}
        return np.array([self.number, self.count]), 0.0, over and not self.cut, over and self.cut, info


class Wrapper:
    """Hands on what it does not have, as Gymnasium's did before it was 1.0."""

    def __init__(self, env):
        self.env = env

    @property
    def unwrapped(self):
        return getattr(self.env, "unwrapped", self.env)

    def __getattr__(self, name):
        return getattr(self.env, name)


class OrderEnforcing(Wrapper):
    """One of those that ``gymnasium.make`` adds."""


class Doubling(Wrapper):
    """Changes what is observed, step by step."""

    def reset(self, **keywords):
        observation, info = self.env.reset(**keywords)
        return 2.0 * observation, info

    def step(self, action):
        observation, *rest = self.env.step(action)
        return 2.0 * observation, *rest


class AlwaysLeft(Wrapper):
    """Changes whole trials, as NeuroGym's own wrappers do."""

    def new_trial(self):
        trial = self.env.new_trial()
        while trial["ground_truth"] != 1:
            trial = self.env.new_trial()
        return trial

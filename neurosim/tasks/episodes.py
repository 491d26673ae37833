"""Episodes: whole trials of an environment of Gymnasium or NeuroGym, with the correct action at every step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream

__all__ = ["LONGEST", "Episode", "core_of", "episodes", "seed_environment"]

LONGEST = 100_000
"""Number of steps after which a trial counts as endless."""

TRANSPARENT = ("OrderEnforcing", "PassiveEnvChecker", "TimeLimit")
"""Wrappers that ``gymnasium.make`` adds, which do not change observations."""


@dataclass(frozen=True)
class Episode:
    """One trial: observations and correct actions by step, epochs in steps, and the random choices."""

    observations: np.ndarray
    truth: np.ndarray
    epochs: dict[str, tuple[int, int]]
    drawn: dict[str, Any]


def core_of(environment: Any) -> Any:
    """Environment without its wrappers."""
    return getattr(environment, "unwrapped", environment)


def _layers(environment: Any) -> Iterator[Any]:
    """Wrappers from the outermost inwards, then the environment itself."""
    layer, core = environment, core_of(environment)
    while layer is not core:
        yield layer
        layer = layer.env
    yield core


def _with_method(environment: Any, name: str) -> Any:
    """Outermost layer whose class has a method; wrappers forward other attributes with a warning."""
    return next((layer for layer in _layers(environment) if hasattr(type(layer), name)), None)


def seed_environment(environment: Any, rng: Seed) -> None:
    """Seed an environment, and reset it.

    NeuroGym's environments ignore ``reset(seed=...)`` and have ``seed()``, which gives the same seed to the environment
    and to each random duration, so that stimuli and durations are correlated; here every duration gets its own seed.
    """
    seed = seed_sequence(rng)
    own = int(stream(seed, "environment").integers(2**32))
    layer = _with_method(environment, "seed")
    if layer is None:
        environment.reset(seed=own)
        return
    layer.seed(own)
    for name, duration in getattr(core_of(environment), "timing", {}).items():
        if hasattr(duration, "seed"):
            duration.seed(int(stream(seed, f"timing {name}").integers(2**32)))
    environment.reset()


def episodes(environment: Any, name: str) -> Iterator[Episode]:
    """Trials of a seeded environment, without end.

    Raises
    ------
    ParameterError
        If it has no ground truth, or a trial does not end.
    """
    whole_trials = hasattr(type(core_of(environment)), "new_trial")
    seen = (
        type(layer).__name__ in TRANSPARENT or hasattr(type(layer), "new_trial")
        for layer in _layers(environment)
    )
    if whole_trials and all(seen):
        yield from _read_whole_trials(environment, name)
    # NeuroGym takes a step in reset, so its first trial is incomplete
    yield from itertools.islice(_step_through_trials(environment, name), int(whole_trials), None)


def _read_whole_trials(environment: Any, name: str) -> Iterator[Episode]:
    """Trials that the environment computes at once, in ``ob`` and ``gt``."""
    source = _with_method(environment, "new_trial")
    while True:
        source.new_trial()
        core = core_of(environment)  # a wrapper of several environments changes it from trial to trial
        observations, truth = getattr(core, "ob", None), getattr(core, "gt", None)
        if observations is None or truth is None:
            missing = "gt" if observations is not None else "ob"
            raise ParameterError(
                f"{name} must have ground truth (got no {missing!r} from new_trial()), since a supervised task needs "
                f"inputs and targets at every step; call add_ob and set_groundtruth in its _new_trial."
            )
        epochs = _epochs(core)
        # otherwise the limits of an epoch that the next trial does not have would remain
        core.start_ind.clear()
        yield Episode(np.array(observations), np.array(truth), epochs, dict(core.trial or {}))


def _epochs(core: Any) -> dict[str, tuple[int, int]]:
    """Limits of the epochs of the current trial, in steps."""
    starts, stops = (getattr(core, limit, {}) for limit in ("start_ind", "end_ind"))
    return {epoch: (int(starts[epoch]), int(stops[epoch])) for epoch in starts}


def _step_through_trials(environment: Any, name: str) -> Iterator[Episode]:
    """Trials obtained by stepping the environment with an idle action."""
    idle = _idle(environment.action_space)
    observation, _ = environment.reset()
    while True:
        observations, truth, ended, core = [], [], False, core_of(environment)
        epochs, drawn = _epochs(core), dict(getattr(core, "trial", None) or {})
        while not ended:
            observations.append(np.array(observation))
            observation, _, terminated, truncated, info = environment.step(idle)
            truth.append(np.array(_ground_truth(info, name)))
            ended = terminated or truncated or info.get("new_trial", False)
            if len(truth) > LONGEST:
                raise ParameterError(
                    f"{name} must end within {LONGEST} steps while the action is {idle!r}; try "
                    f"gymnasium.make(..., max_episode_steps=500)."
                )
        yield Episode(np.stack(observations), np.stack(truth), epochs, drawn)
        if terminated or truncated:
            observation, _ = environment.reset()


def _ground_truth(info: dict[str, Any], name: str) -> Any:
    if "gt" not in info:
        raise ParameterError(
            f"{name} must have ground truth (got no info['gt'] from step()), the correct action of a supervised task; "
            f"let the environment or a wrapper write it there, as in NeuroGym."
        )
    return info["gt"]


def _idle(space: Any) -> Any:
    """Idle action: the first class, or zeros."""
    if space.shape == () and hasattr(space, "n"):
        return int(getattr(space, "start", 0))
    low, high = getattr(space, "low", 0), getattr(space, "high", 0)
    return np.clip(np.zeros(space.shape, space.dtype), low, high)

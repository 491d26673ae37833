"""Conformance check of a task."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, clause
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task, Trials
from neurosim.tasks.examples import example
from neurosim.testing.rules import check_class, check_copies, check_hooks, require_subclass, rule_error
from neurosim.validation import positive

__all__ = ["check_task"]

_COUNT = 24


def check_task(task: Task | type[Task], dt: float | None = None, rng: Seed = 0) -> list[str]:
    """Check that a task obeys the rules on which training, plots and files rely.

    Parameters
    ----------
    task : Task or subclass of it
        A class is checked with its default parameters.
    dt : float, optional
        Time step; half of it is checked too. No epoch may be shorter. Default: that of `neurosim.tasks.examples`,
        and 1 where it finds none.
    rng : int, SeedSequence or Generator, optional
        Seed of the trials.

    Returns
    -------
    list of str
        Checks that were passed, one line each.

    Raises
    ------
    PluginError
        If a rule is broken; names the class, the first broken rule and the remedy.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.testing import check_task
    >>> check_task(ns.tasks.Xor)[2]
    'names its channels'
    """
    hooks = check_hooks(require_subclass(task, Task), Task)
    given, seed = _create(task), seed_sequence(rng)
    dt = _step(given, seed) if dt is None else positive("dt", dt)
    report = [check_class(type(given)), check_copies(given), _check_channels(given)]
    trials = _make(given, _COUNT, dt, seed)
    return [
        *report,
        _check_trials(given, trials, dt),
        _check_one_trial(given, dt, seed),
        _check_repetition(given, trials, seed),
        _check_other_seed(given, trials, seed),
        _check_half_step(given, trials, seed),
        _check_accuracy(given, trials, seed),
        hooks,
        _check_file(given, trials, seed),
    ]


def _step(task: Task, seed: np.random.SeedSequence) -> float:
    try:
        return float(example(task, 1, seed).dt)
    except Exception:
        # whatever is wrong with the task is for the checks to name
        return 1.0


def _create(task: Any) -> Task:
    cls: Any = require_subclass(task, Task)
    if task is not cls:
        return task
    try:
        return cls()
    except Exception as error:
        raise ParameterError(
            f"{cls.__name__} cannot be made without arguments ({clause(error)}); check an instance: "
            f"check_task({cls.__name__}(...))."
        ) from error


def _check_channels(task: Task) -> str:
    for label, names in (("inputs", task.inputs), ("outputs", task.outputs)):
        proper = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        if not proper or len(set(names)) < len(names):
            raise rule_error(
                type(task),
                f"{label} is a tuple of distinct names (got {names!r})",
                f'write {label} = ("first", "second") in the class.',
            )
    return "names its channels"


def _make(task: Task, count: int, dt: float, seed: np.random.SeedSequence) -> Trials:
    try:
        trials = task.trials(count, dt, seed)
    except Exception as error:
        raise rule_error(
            type(task),
            f"trials({count}, dt={dt:g}, rng) makes trials ({type(error).__name__}: {clause(error)})",
            "correct trials(), or check it with a dt that is shorter than its epochs: dt=....",
        ) from error
    if not isinstance(trials, Trials):
        raise rule_error(
            type(task),
            f"trials() returns Trials (got {type(trials).__name__})",
            "write return Trials(self, dt, inputs, targets) on its last line.",
        )
    return trials


def _check_trials(task: Task, trials: Trials, dt: float) -> str:
    if len(trials) != _COUNT or trials.dt != dt or trials.task != task:
        raise rule_error(
            type(task),
            f"trials({_COUNT}, dt={dt:g}) gives {_COUNT} trials of this task with that dt (got {trials!r})",
            "hand self, dt and arrays with `count` trials to Trials.",
        )
    if not trials.epochs or not trials.conditions:
        missing = "conditions" if trials.epochs else "epochs"
        raise rule_error(
            type(task),
            f"its trials have {missing}",
            "give Trials epochs=timeline.epochs and conditions={name: what was shown}.",
        )
    return "makes finite trials with epochs and conditions"


def _check_one_trial(task: Task, dt: float, seed: np.random.SeedSequence) -> str:
    if len(_make(task, 1, dt, seed)) != 1:
        raise rule_error(type(task), "trials(1, dt) gives one trial", "keep the axis of trials: no squeeze.")
    return "makes a single trial"


def _same(a: Trials, b: Trials) -> bool:
    arrays = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("inputs", "targets", "mask"))
    conditions = a.conditions.keys() == b.conditions.keys() and all(
        np.array_equal(value, b.conditions[name]) for name, value in a.conditions.items()
    )
    epochs = a.epochs.keys() == b.epochs.keys() and all(
        np.array_equal(limits, b.epochs[name]) for name, limits in a.epochs.items()
    )
    return arrays and conditions and epochs


def _all_equal(trials: Trials) -> bool:
    first = trials[np.zeros(len(trials), np.intp)]
    return _same(trials, first)


def _check_repetition(task: Task, trials: Trials, seed: np.random.SeedSequence) -> str:
    before, said = task.replace(), repr(task)
    if not _same(trials, _make(task, len(trials), trials.dt, seed)):
        raise rule_error(
            type(task),
            "the same seed gives the same trials, bit for bit",
            'draw from stream(seed, "name") alone: no np.random functions, no generator of your own.',
        )
    if task != before or repr(task) != said:
        raise rule_error(type(task), "trials() changes nothing in self", "keep what it makes in local names.")
    return "the same seed gives the same trials, and the declaration stays as it is"


def _check_other_seed(task: Task, trials: Trials, seed: np.random.SeedSequence) -> str:
    other = _make(task, len(trials), trials.dt, child(seed, "other"))
    # of many random durations the longest hardly varies; of one trial it does
    lengths = {batch.steps for batch in (trials, other, _make(task, 1, trials.dt, child(seed, "single")))}
    if len(lengths) > 1 and not task.lengths_vary:
        raise rule_error(
            type(task),
            f"every batch has the same number of steps (got {min(lengths)} and {max(lengths)})",
            "give Timeline.consecutive the length of all trials, total=..., or, where all trials of a batch share one "
            "timing, write lengths_vary = True in the class.",
        )
    # a task that shows the same in every trial draws nothing
    if _same(trials, other) and not _all_equal(trials):
        raise rule_error(
            type(task),
            "another seed gives other trials",
            'draw what is shown from stream(seed, "conditions") with seed = seed_sequence(rng).',
        )
    length = "of a length of their own" if task.lengths_vary else "of the same length"
    return f"another seed gives other trials, {length}"


def _check_half_step(task: Task, trials: Trials, seed: np.random.SeedSequence) -> str:
    fine = _make(task, len(trials), 0.5 * trials.dt, seed)
    # each epoch is rounded to whole steps on its own, which moves its end by half a step at most
    if abs(0.5 * fine.steps - trials.steps) > 0.75 * (1 + len(trials.epochs)):
        raise rule_error(
            type(task),
            f"trials last as long at dt / 2 as at dt (got {fine.steps} steps, and {trials.steps} at dt)",
            "give durations in time, and let Timeline or whole_steps turn them into steps.",
        )
    _accuracies(task, fine, fine.targets)
    return "lasts as long at half the step"


def _accuracies(task: Task, trials: Trials, outputs: np.ndarray) -> np.ndarray:
    try:
        scores = np.asarray(trials.accuracy(outputs), np.float64)
    except Exception as error:
        raise rule_error(
            type(task),
            f"accuracy(trials, outputs) scores outputs ({type(error).__name__}: {clause(error)})",
            "read what trials() gave as conditions and epochs, and outputs of the shape of the targets.",
        ) from error
    # a NaN is not within the limits either
    if scores.shape != (len(trials),) or not np.all((scores >= 0.0) & (scores <= 1.0)):
        raise rule_error(
            type(task),
            f"accuracy() gives a number from 0 to 1 for each trial (got shape {scores.shape})",
            "average over channels and steps, not over trials.",
        )
    return scores


def _check_accuracy(task: Task, trials: Trials, seed: np.random.SeedSequence) -> str:
    if not np.all(_accuracies(task, trials, trials.targets) == 1.0):
        raise rule_error(
            type(task),
            "the targets themselves score 1 in every trial",
            "compare outputs with what the targets say.",
        )
    noise = stream(seed, "outputs").standard_normal(trials.targets.shape)
    wrong = (noise, np.roll(trials.targets, 1, axis=0), -10.0 - trials.targets)
    if all(_accuracies(task, trials, outputs).mean() == 1.0 for outputs in wrong):
        raise rule_error(
            type(task),
            "wrong outputs score less than 1",
            "let accuracy() look at the outputs that it is given.",
        )
    return "the targets score 1, wrong outputs less"


def _check_file(task: Task, trials: Trials, seed: np.random.SeedSequence) -> str:
    from neurosim.storage import load, save

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.npz"
        try:
            save(task, path)
            loaded = load(path)
        except NeurosimError as error:
            raise rule_error(
                type(task),
                f"it is saved and loaded ({clause(error)})",
                "make its fields numbers, text, arrays or declarations.",
            ) from error
    if loaded != task or not _same(trials, _make(loaded, len(trials), trials.dt, seed)):
        raise rule_error(
            type(task),
            f"it comes back from a file as it was (got {loaded!r})",
            "keep all that it needs in its fields.",
        )
    return "saved and loaded, it makes the same trials"

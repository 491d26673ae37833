"""Conformance test of trainers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.connectivity import Orthogonal
from neurosim.errors import NeurosimError, ParameterError, clause
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.neurons import LeakyRate
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task, Timeline, Trials
from neurosim.testing.rules import check_class, check_copies, check_hooks, require_subclass, rule_error
from neurosim.trainers import Trainer, Training
from neurosim.validation import instance_of

__all__ = ["check_trainer"]


@dataclass(frozen=True)
class _Level(Task):
    """Task for the test: report the amplitude of a pulse after its end."""

    stimulus: float = 5.0
    response: float = 10.0
    inputs = ("pulse",)
    outputs = ("level",)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        level = stream(rng, "conditions").uniform(-1.0, 1.0, count)
        timeline = Timeline.consecutive(count, dt, stimulus=self.stimulus, response=self.response)
        shown, answer = (timeline.during(epoch) for epoch in ("stimulus", "response"))
        column = level[:, None, None]
        return Trials(
            self,
            dt,
            shown * column,
            answer * column,
            mask=answer,
            epochs=timeline.epochs,
            conditions={"level": level},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        error = trials.last(outputs, "response")[:, 0] - trials.conditions["level"]
        return np.abs(error) < 0.25


def check_trainer(
    trainer: Trainer | type[Trainer],
    *,
    network: Network | None = None,
    task: Task | None = None,
    rng: Seed = 0,
) -> list[str]:
    """Check that a trainer obeys the rules of `neurosim.Trainer`, on which experiments, comparisons and files rely.

    It is run three times; use few epochs or trials.

    Parameters
    ----------
    trainer : Trainer or subclass of it
        A class is checked with its default settings.
    network : Network, optional
        Default: 16 `LeakyRate` units with orthogonal weights and the channels of the task.
    task : Task, optional
        Default: to report the amplitude of a pulse after its end.
    rng : int, SeedSequence or Generator, optional
        Seed of the training.

    Returns
    -------
    list of str
        Rules that were checked, one line each.

    Raises
    ------
    PluginError
        At the first rule that is broken; the message names the class, the rule and the remedy.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.testing import check_trainer
    >>> check_trainer(ns.BPTT(epochs=1, trials_per_epoch=8, batch_size=4))[2]
    'returns a training, with a history of losses'
    """
    hooks = check_hooks(require_subclass(trainer, Trainer), Trainer)
    given, seed = _create(trainer), seed_sequence(rng)
    task = _Level() if task is None else instance_of("task", task, Task, "try neurosim.tasks.And()")
    network = _default_network(task) if network is None else require_network(network)
    before = network.replace()
    report = [check_class(type(given)), check_copies(given)]
    training = _train(given, network, task, seed)
    return [
        *report,
        _check_training(given, training, network, task),
        _check_networks(given, training, network, before),
        _check_repetition(given, training, task, seed),
        _check_channels(given, task, seed),
        hooks,
        _check_file(given, training),
    ]


def _create(trainer: Any) -> Trainer:
    cls: Any = require_subclass(trainer, Trainer)
    if trainer is not cls:
        return trainer
    try:
        return cls()
    except Exception as error:
        raise ParameterError(
            f"{cls.__name__} cannot be made without arguments ({clause(error)}); check an instance: "
            f"check_trainer({cls.__name__}(...))."
        ) from error


def _default_network(task: Task) -> Network:
    return Network(LeakyRate("tanh"), Orthogonal(), 16, inputs=task.inputs, outputs=task.outputs, rng=0)


def _train(trainer: Trainer, network: Network, task: Task, seed: np.random.SeedSequence) -> Training:
    training = trainer.fit(network, task, seed, progress=False)
    if not isinstance(training, Training):
        raise rule_error(
            type(trainer),
            f"fit() returns a Training (got {type(training).__name__})",
            "write return Training(self, task, start=network, best=trained, last=trained, history=history).",
        )
    return training


def _check_training(trainer: Trainer, training: Training, network: Network, task: Task) -> str:
    if training.trainer != trainer or training.task != task or training.start is not network:
        raise rule_error(
            type(trainer),
            f"its training says by what and from what it came (got {training!r})",
            "hand self, task and start=network to Training.",
        )
    if "loss" not in training.history.names or not np.isfinite(training.history["loss"]).all():
        raise rule_error(
            type(trainer),
            f"the history has finite losses (got {training.history!r})",
            'give Training history=History.from_rows([{"loss": ...}, ...]).',
        )
    return "returns a training, with a history of losses"


def _check_networks(trainer: Trainer, training: Training, network: Network, before: Network) -> str:
    if not network.equals(before):
        raise rule_error(
            type(trainer),
            "the network that it is given stays as it is",
            "make new ones: network.replace(readout_weights=...).",
        )
    for name in ("best", "last"):
        trained = getattr(training, name)
        channels = (trained.input_names, trained.output_names) == (network.input_names, network.output_names)
        if not channels or trained.dtype != network.dtype:
            raise rule_error(
                type(trainer),
                f"the {name} network has the channels and the precision of the one that it was given (got {trained!r})",
                "keep input_names, output_names and dtype: network.replace(...) does.",
            )
        if trained.stepping is None:
            raise rule_error(
                type(trainer),
                f"the {name} network has the steps and the noise of its training (got stepping=None)",
                "write network.replace(stepping=self.stepping(network), ...).",
            )
    if training.last.replace(stepping=network.stepping).equals(network):
        raise rule_error(
            type(trainer), "it changes something", "return the trained network as best and last."
        )
    return "leaves the network as it is, and returns a changed one with the same channels"


def _check_repetition(trainer: Trainer, training: Training, task: Task, seed: np.random.SeedSequence) -> str:
    before, said = trainer.replace(), repr(trainer)
    again = _train(trainer, training.start, task, seed)
    if not (again.last.equals(training.last) and again.history.equals(training.history)):
        raise rule_error(
            type(trainer),
            "the same seed gives the same weights and the same history, bit for bit",
            'draw from stream(seed, "name") alone: no np.random functions, no generator of your own.',
        )
    if trainer != before or repr(trainer) != said:
        raise rule_error(type(trainer), "fit() changes nothing in self", "keep what it makes in local names.")
    other = _train(trainer, training.start, task, child(seed, "other"))
    if other.last.equals(training.last):
        raise rule_error(
            type(trainer),
            "another seed shows other trials and gives other weights",
            'make them with task.trials(count, dt, child(seed, "trials")), where seed = seed_sequence(rng).',
        )
    return "the same seed gives the same weights, another seed others"


def _check_channels(trainer: Trainer, task: Task, seed: np.random.SeedSequence) -> str:
    wrong = _default_network(task).replace(readout_weights=np.ones((len(task.outputs) + 1, 16)))
    try:
        trainer.fit(wrong, task, seed, progress=False)
    except NeurosimError:
        return "refuses a network with other channels"
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        reason = "none was raised"
    raise rule_error(
        type(trainer),
        f"a network of {wrong.outputs} outputs is an error for a task of {len(task.outputs)} ({reason})",
        "begin fit() with check_channels(network, task).",
    )


def _check_file(trainer: Trainer, training: Training) -> str:
    from neurosim.storage import load, save

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "training.npz"
        try:
            save(training, path)
            loaded = load(path)
        except NeurosimError as error:
            raise rule_error(
                type(trainer),
                f"its training is saved and loaded ({clause(error)})",
                "make its fields numbers, text, arrays or declarations.",
            ) from error
    if loaded.trainer != trainer or not loaded.last.equals(training.last):
        raise rule_error(
            type(trainer),
            f"its training comes back from a file as it was (got {loaded!r})",
            "keep all that it needs in its fields.",
        )
    return "saved and loaded, its training is the same"

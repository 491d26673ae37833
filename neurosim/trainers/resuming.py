"""Resuming an interrupted training: checks that network, task, seed and settings are the same."""

from __future__ import annotations

import dataclasses
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import ParameterError, StorageError, kind_of
from neurosim.network import Network
from neurosim.randomness import Seed, seed_sequence, seed_to_dict
from neurosim.storage import load
from neurosim.tasks import Task
from neurosim.trainers.base import Trainer
from neurosim.training import Training, name_functions

__all__ = ["former_training"]

CHANGEABLE = ("checkpoint", "epochs", "memory", "stopping", "threads")
"""Settings that may differ when a training is resumed, since they do not change what an update does."""


def former_training(
    resume: Any, trainer: Trainer, network: Network, task: Task, rng: Seed
) -> tuple[Training | None, SeedSequence]:
    """Training that is resumed, or None, and the seed of trials, order and noise.

    Raises
    ------
    ParameterError
        If its network, task, seed or settings are others: says which.
    StorageError
        If the file does not contain a training.
    """
    if resume is None:
        return None, seed_sequence(rng)
    former, name = _open(resume)
    if not former.state:
        raise ParameterError(
            f"{name} must have a state from which it can be resumed (it is of "
            f"{former.trainer!r}, which keeps none); try a training of BPTT."
        )
    seed = former.seed if rng is None else seed_sequence(rng)
    _require_same(name, "network", _difference_of_networks(former.start, network))
    _require_same(name, "task", "" if former.task == task else f"{former.task!r}, not {task!r}")
    _require_same(name, "trainer", _difference_of_trainers(former.trainer, trainer))
    if former.seed is None or seed is None:
        raise ParameterError(
            f"{name} must have the seed of its trials (it has none); try another training, or start without resume."
        )
    was, given = seed_to_dict(former.seed), seed_to_dict(seed)
    _require_same(name, "seed", "" if was == given else f"{was}, not {given}; leave out rng")
    return former, seed


def _open(resume: str | PathLike[str] | Training) -> tuple[Training, str]:
    if isinstance(resume, Training):
        return resume, "the training"
    if not isinstance(resume, (str, PathLike)):
        raise ParameterError(f"resume must be a Training or the path of a checkpoint (got {resume!r}).")
    former = load(resume)
    if not isinstance(former, Training):
        raise StorageError(
            f"{fspath(resume)} must contain a Training (it contains {kind_of(former)}); try a checkpoint."
        )
    return former, fspath(resume)


def _require_same(name: str, part: str, difference: str) -> None:
    if difference:
        raise ParameterError(
            f"{name} belongs to another {part}: {difference}. Use the {part} with which it began, or start again "
            f"without resume."
        )


def _difference_of_networks(former: Network, network: Network) -> str:
    if former.equals(network) and former.dtype == network.dtype:
        return ""
    for name in ("size", "dtype", "neuron", "readout"):
        was, given = getattr(former, name), getattr(network, name)
        if was != given:
            return f"its {name} is {was!r}, not {given!r}"
    if not former.recurrent.equals(network.recurrent):
        return "its recurrent weights differ"
    arrays = ("input_weights", "bias", "readout_weights", "readout_bias")
    others = [name for name in arrays if not np.array_equal(getattr(former, name), getattr(network, name))]
    return f"its {(*others, 'initial_state')[0]} differs"


def _difference_of_trainers(former: Any, trainer: Any) -> str:
    if type(former) is not type(trainer):
        return f"it is {type(former).__name__}, not {type(trainer).__name__}"
    for field in dataclasses.fields(trainer):
        was, given = (name_functions(getattr(one, field.name)) for one in (former, trainer))
        if field.name not in CHANGEABLE and not _same(was, given):
            return f"its {field.name} is {was!r}, not {given!r}"
    return ""


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)

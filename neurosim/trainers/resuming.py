"""Going on with a training that was interrupted: whether it is the same one."""

from __future__ import annotations

import dataclasses
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import ParameterError, StorageError
from neurosim.network import Network
from neurosim.randomness import Seed, seed_sequence, seed_to_dict
from neurosim.storage import load
from neurosim.tasks import Task
from neurosim.trainers.base import Trainer
from neurosim.training import Training, functions_named

__all__ = ["continued"]

FREE = ("checkpoint", "epochs", "memory", "patience", "stop_accuracy", "stop_loss", "threads")
"""Settings that say how long and with what means, but do not change what an update does."""


def continued(
    resume: Any, trainer: Trainer, network: Network, task: Task, rng: Seed
) -> tuple[Training | None, SeedSequence]:
    """Training to go on with, or None, and the seed of all that is drawn.

    Raises
    ------
    ParameterError
        If it was another training: says what differs.
    StorageError
        If the file holds no training.
    """
    if resume is None:
        return None, seed_sequence(rng)
    former, name = _opened(resume)
    if not former.state:
        raise ParameterError(
            f"{name} was made by {former.trainer!r} and holds nothing to go on from; give a training of BPTT."
        )
    seed = former.seed if rng is None else seed_sequence(rng)
    _require_same(name, "network", _difference_of_networks(former.start, network))
    _require_same(name, "task", "" if former.task == task else f"{former.task!r}, not {task!r}")
    _require_same(name, "trainer", _difference_of_trainers(former.trainer, trainer))
    if former.seed is None or seed is None:
        raise ParameterError(
            f"{name} has no seed, without which its trials cannot be drawn; give another training."
        )
    was, given = seed_to_dict(former.seed), seed_to_dict(seed)
    _require_same(name, "seed", "" if was == given else f"{was}, not {given}; leave rng out to go on with it")
    return former, seed


def _opened(resume: str | PathLike[str] | Training) -> tuple[Training, str]:
    if isinstance(resume, Training):
        return resume, "the training"
    if not isinstance(resume, (str, PathLike)):
        raise ParameterError(
            f"resume = {resume!r} is no Training and no path of a checkpoint; give one of these."
        )
    former = load(resume)
    if not isinstance(former, Training):
        raise StorageError(
            f"{fspath(resume)} holds a {type(former).__name__}, no Training; give a checkpoint."
        )
    return former, fspath(resume)


def _require_same(name: str, part: str, difference: str) -> None:
    if difference:
        raise ParameterError(
            f"{name} belongs to another {part}: {difference}. Give the {part} that it began with, or start anew "
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
        return "its recurrent weights are others"
    arrays = ("input_weights", "bias", "readout_weights", "readout_bias")
    others = [name for name in arrays if not np.array_equal(getattr(former, name), getattr(network, name))]
    return f"its {(*others, 'initial_state')[0].replace('_', ' ')} is another"


def _difference_of_trainers(former: Any, trainer: Any) -> str:
    if type(former) is not type(trainer):
        return f"it is {type(former).__name__}, not {type(trainer).__name__}"
    for field in dataclasses.fields(trainer):
        was, given = (functions_named(getattr(one, field.name)) for one in (former, trainer))
        if field.name not in FREE and not _same(was, given):
            return f"its {field.name} is {was!r}, not {given!r}"
    return ""


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)

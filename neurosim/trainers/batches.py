"""Batches of trials for training, and the random streams that they are drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import ParameterError, kind_of
from neurosim.randomness import child
from neurosim.tasks import Task, Trials
from neurosim.validation import require_memory

__all__ = ["Batches"]

PART_BYTES = 2**20
"""Approximate size of the arrays in which fresh trials are made: several small batches at once, but within the cache of
a processor, beyond which they take twice as long."""


@dataclass(frozen=True)
class Batches:
    """Batches of trials of one task, epoch by epoch.

    Every epoch has a random stream of its own, named after its number, so that a training can be resumed at any epoch.
    Where a task draws one timing, or one rule, for all trials that are made together (``lengths_vary``), every batch is
    made separately, and fixed trials remain in their batches.

    Attributes
    ----------
    task : Task
    dt : float
    trials, batch_size : int
        Number of trials in an epoch, and in a batch; the last batch of an epoch can be smaller.
    fresh : bool
        Whether every epoch has new trials, or all have the same trials in different orders.
    seed : SeedSequence
    dtype : dtype
        Precision of the network.
    """

    task: Task
    dt: float
    trials: int
    batch_size: int
    fresh: bool
    seed: SeedSequence
    dtype: np.dtype

    def __len__(self) -> int:
        """Number of batches in an epoch."""
        return -(-self.trials // self.batch_size)

    def epoch(self, number: int) -> Iterator[Trials]:
        """Batches of an epoch, counted from 0."""
        seed = child(self.seed, f"epoch {number}")
        if self.fresh:
            return self._draw(self.trials, seed)
        order = np.random.default_rng(child(seed, "order"))
        if self.task.lengths_vary:
            return (self._fixed_batches[k] for k in order.permutation(len(self)))
        splits = range(self.batch_size, self.trials, self.batch_size)
        return (self._fixed[rows] for rows in np.split(order.permutation(self.trials), splits))

    def held_out(self, count: int) -> list[Trials]:
        """Held-out trials, which are in no epoch, in batches."""
        return list(self._draw(count, child(self.seed, "validation")))

    def _draw(self, count: int, seed: SeedSequence) -> Iterator[Trials]:
        for number, start in enumerate(range(0, count, self._part)):
            made = min(self._part, count - start)
            part = self._make(made, child(seed, f"part {number}"))
            yield from (part[k : k + self.batch_size] for k in range(0, made, self.batch_size))

    @cached_property
    def _fixed(self) -> Trials:
        self._require_memory()
        return self._make(self.trials, child(self.seed, "trials"))

    @cached_property
    def _fixed_batches(self) -> list[Trials]:
        self._require_memory()
        return list(self._draw(self.trials, child(self.seed, "trials")))

    def _require_memory(self) -> None:
        size = self.trials * self._bytes_of_one
        require_memory(
            size, f"{self.trials} trials", "Use fewer trials, or new ones in every epoch: fresh=True."
        )

    @cached_property
    def _bytes_of_one(self) -> int:
        one = self._make(1, child(self.seed, "length"))
        return one.inputs.nbytes + one.targets.nbytes

    @cached_property
    def _part(self) -> int:
        if self.task.lengths_vary:  # trials that are made together have the same timing
            return self.batch_size
        return max(PART_BYTES // (self._bytes_of_one * self.batch_size), 1) * self.batch_size

    def _make(self, count: int, seed: SeedSequence) -> Trials:
        trials = self.task.trials(count, self.dt, seed)
        if not isinstance(trials, Trials) or len(trials) != count:
            raise ParameterError(
                f"{type(self.task).__name__}.trials({count}, dt={self.dt:g}) must return {count} Trials (got "
                f"{_what(trials)}); try neurosim.testing.check_task."
            )
        return trials.astype(self.dtype)


def _what(value: object) -> str:
    return f"{len(value)} Trials" if isinstance(value, Trials) else kind_of(value)

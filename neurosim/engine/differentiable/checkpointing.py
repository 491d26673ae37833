"""Checkpointing: division of a run into segments, so that the saved arrays fit into a memory budget."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from neurosim.errors import MemoryLimitError

__all__ = ["Segments", "choose_segments"]


@dataclass(frozen=True)
class Segments:
    """Segments of a run, of which one at a time is saved in full.

    Parameters
    ----------
    steps : int
    length : int
        Steps of a segment. Of the others only the state at the start is saved; they are computed again in the
        backward pass.
    truncate : int or None
        No gradient passes a step whose number is a multiple of it.
    """

    steps: int
    length: int
    truncate: int | None = None

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """First step and number of steps of each segment, in order."""
        return [(a, min(self.length, self.steps - a)) for a in range(0, self.steps, self.length)]

    def windows(self, start: int, count: int) -> list[tuple[int, int]]:
        """First step and end of the parts of a segment between truncations, in backward order."""
        cuts = [] if self.truncate is None else range(0, start + count, self.truncate)
        edges = [start, *(cut for cut in cuts if cut > start), start + count]
        return list(itertools.pairwise(edges))[::-1]

    def crosses(self, step: int) -> bool:
        """Whether gradients pass from this step to the one before it."""
        return 0 < step < self.steps and (self.truncate is None or step % self.truncate > 0)

    def __str__(self) -> str:
        cut = "" if self.truncate is None else f", gradients truncated every {self.truncate} steps"
        if self.length >= self.steps:
            return f"all {self.steps} steps saved{cut}"
        return f"checkpoints every {self.length} of {self.steps} steps, which are computed twice{cut}"


def choose_segments(
    steps: int,
    *,
    saved: float,
    state: float,
    memory: float,
    block: int,
    truncate: int | None,
    held: float = 0.0,
) -> Segments:
    r"""Choose segments for a memory budget.

    With segments of L steps one segment and steps / L checkpoints are held,
    :math:`L\,saved + state\,steps/L` bytes, least at :math:`L = \sqrt{steps\,state/saved}`. Everything is saved
    where it fits.

    Parameters
    ----------
    steps : int
    saved, state : float
        Bytes that are saved of a step, and for a checkpoint.
    memory : float
        Budget in bytes.
    block : int
        Segments are whole blocks of so many steps.
    truncate : int or None
    held : float, optional
        Bytes that are held whatever the segments.

    Raises
    ------
    MemoryLimitError
        If even the best division takes more than the budget.
    """
    if held + saved * (steps + 1) <= memory:
        return Segments(steps, steps, truncate)
    best = math.sqrt(steps * state / saved)
    length = min(steps, block * max(1, math.ceil(best / block)))
    needed = held + saved * (length + 1) + state * math.ceil(steps / length)
    if needed > memory:
        raise MemoryLimitError(
            f"the gradient through {steps} steps takes at least {needed / 1e6:.3g} MB, memory = {memory / 1e6:g} MB "
            f"are allowed; give a larger memory=, or fewer trials in a batch."
        )
    return Segments(steps, length, truncate)

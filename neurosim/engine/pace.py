"""Pacing: steps per call of a kernel, and the choice between two kernels, from measured times."""

from __future__ import annotations

__all__ = ["Pace"]

CHUNK_SECONDS = 0.2
"""Duration of a call, which is the longest delay of Ctrl-C and of the progress bar."""
WORTH_SECONDS = 2.0
"""Remaining time from which the kernel that divides a trial among threads is worth its compilation."""
SECOND_LOOK = 32
"""Calls after which the slower kernel is tried again, since the load of the machine may have changed."""


class Pace:
    """Number of steps per call, and choice between a kernel that divides one trial among threads and one that does not.

    Both kernels give the same bits. Which one is faster depends on the load of the machine: on busy cores, threads that
    synchronize in every stage are much slower than one thread.

    Parameters
    ----------
    seconds_per_step : float
        Estimate for the first call; rather too long than too short.
    may_divide : bool
        Whether there is a choice.
    """

    def __init__(self, seconds_per_step: float, *, may_divide: bool) -> None:
        self.may_divide = may_divide
        self._guess = seconds_per_step
        self._seconds_per_step: dict[bool, float] = {}
        self._compiled: set[bool] = set()
        self._calls = 0

    def choose(self, remaining: int) -> tuple[int, bool]:
        """Number of steps of the next call, and whether to divide."""
        divided = self._divide(remaining)
        self._calls += 1
        seconds_per_step = self._seconds_per_step.get(divided, self._guess)
        return max(1, min(int(CHUNK_SECONDS / seconds_per_step), remaining)), divided

    def _divide(self, remaining: int) -> bool:
        alone = self._seconds_per_step.get(False)
        if not self.may_divide or alone is None:
            return False
        together = self._seconds_per_step.get(True)
        if together is None:
            return remaining * alone > WORTH_SECONDS
        slower = together > alone
        return slower if self._calls % SECOND_LOOK == 0 else not slower

    def record(self, seconds: float, steps: int, *, divided: bool) -> None:
        """Record the time of a call; the first of each kernel is not counted, since it may include compilation."""
        if divided in self._compiled:
            self._seconds_per_step[divided] = max(seconds, 1e-7) / steps
        self._compiled.add(divided)

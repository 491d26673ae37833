"""How many steps to do in one call of a kernel, and with which kernel, from the time that calls took."""

from __future__ import annotations

__all__ = ["Pace"]

CHUNK_SECONDS = 0.2
"""Length of a call: Ctrl-C and the progress bar wait no longer than this."""
WORTH_SECONDS = 2.0
"""Remaining time from which compiling the kernel that divides a trial among threads pays."""
SECOND_LOOK = 32
"""Calls after which the slower kernel is tried again: another program may have come or gone."""


class Pace:
    """Lengths of calls, and the choice between a kernel that divides one trial among threads and one that does not.

    Both kernels give the same bits. Which one is faster depends on what else the integrator does: where the cores
    are busy, threads that wait for each other in every stage are slower than one alone, by far.

    Parameters
    ----------
    seconds_per_step : float
        Guess for the first call, better too long than too short.
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
        """Take note of a call; the first of a kernel is not counted, since it may have compiled."""
        if divided in self._compiled:
            self._seconds_per_step[divided] = max(seconds, 1e-7) / steps
        self._compiled.add(divided)

"""Distribution of points over workers, and second attempts after a worker was killed."""

from __future__ import annotations

import math
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from neurosim.errors import NeurosimError, StudyError, StudyWarning
from neurosim.sweep.claims import Claims
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.points import Point
from neurosim.sweep.store import Store
from neurosim.sweep.worker import run_points
from neurosim.sweep.workers import Workers, is_lost

__all__ = ["Schedule"]

TASK = 0.2
"""Seconds that a task should take: short points go several in a task, since sending one takes a millisecond."""
MOST = 250
"""Points in a task."""
TRIES = 2
"""How often a point is begun whose worker is killed."""
POLL = 0.5
"""Seconds between two looks at points that another process computes."""

KILLED = "WorkerKilled: its worker was killed several times, perhaps for lack of memory."


class Schedule:
    """Points under way.

    Parameters
    ----------
    measure : callable
    store : Store
    claims : Claims
    workers : Workers
    keep : callable
        Called with a point and its outcome, once for each.
    tick : callable
        Called about twice a second while no point ends, so that progress shows that time passes.
    """

    def __init__(
        self,
        measure: Callable[..., Any],
        store: Store,
        claims: Claims,
        workers: Workers,
        keep: Callable[[Point, Outcome, bool], None],
        tick: Callable[[], None],
    ) -> None:
        self._measure, self._store, self._claims = measure, store, claims
        self._workers, self._keep, self._tick = workers, keep, tick
        self._waiting: deque[Point] = deque()
        self._suspects: deque[Point] = deque()
        self._elsewhere: deque[Point] = deque()
        self._flying: dict[Future[list[Outcome]], list[Point]] = {}
        self._losses: dict[str, int] = {}
        self._seconds = math.nan

    def run(self, points: Iterable[Point]) -> None:
        """Compute all points that no other process computes, and wait for those."""
        self._waiting.extend(points)
        try:
            while self._waiting or self._suspects or self._flying or self._elsewhere:
                self._submit_some()
                if self._flying:
                    self._collect(self._wait())
                elif not (self._waiting or self._suspects):
                    self._look_elsewhere()
        except KeyboardInterrupt:
            self._collect([task for task in self._flying if task.done()])
            raise

    def _submit_some(self) -> None:
        while self._workers.free() > 0 and (task := self._next_task()):
            plain = [(point.identity, point.values) for point in task]
            files = str(self._store.path / "files")
            try:
                future = self._workers.submit(run_points, self._measure, plain, files, 2.0 * TASK)
            except Exception as error:
                raise _as_study_error(error) from error
            self._flying[future] = task

    def _next_task(self) -> list[Point]:
        """Points that this process has claimed: one whose worker was lost before, or some new ones."""
        if self._must_wait():
            return []
        if self._suspects:
            return [self._suspects.popleft()]
        task: list[Point] = []
        size = self._size()
        while self._waiting and len(task) < size:
            point = self._waiting.popleft()
            if not self._claims.take(point.identity):
                self._elsewhere.append(point)
            elif not self._is_finished(point):
                task.append(point)
        return task

    def _size(self) -> int:
        if math.isnan(self._seconds):
            return 1
        fair = math.ceil(len(self._waiting) / (2 * self._workers.capacity()))
        return max(1, min(int(TASK / max(self._seconds, 1e-9)), fair, MOST))

    def _is_finished(self, point: Point) -> bool:
        """Whether another process finished a point before it could be claimed here."""
        outcome = self._store.read(point.identity)
        if outcome is not None:
            self._keep(point, outcome, False)
            self._claims.release(point.identity)
        return outcome is not None

    def _wait(self) -> set[Future[list[Outcome]]]:
        """Tasks that ended within a moment."""
        done = wait(self._flying, POLL, FIRST_COMPLETED).done
        if not done:
            self._tick()
        return done

    def _collect(self, futures: Iterable[Future[list[Outcome]]]) -> None:
        for future in futures:
            points = self._flying.pop(future)
            error = future.exception()
            if error is None:
                self._finish(points, future.result())
            elif is_lost(error):
                self._suspect(points)
            else:
                raise _as_study_error(error) from error

    def _finish(self, points: Sequence[Point], outcomes: Sequence[Outcome]) -> None:
        for point, outcome in zip(points, outcomes, strict=False):
            self._end(point, outcome)
        # a task ends early when its points take longer than was thought
        self._waiting.extendleft(reversed(points[len(outcomes) :]))
        mean = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
        self._seconds = mean if math.isnan(self._seconds) else 0.5 * (self._seconds + mean)
        if note := self._workers.observe(max(outcome.memory for outcome in outcomes)):
            warnings.warn(note + ".", StudyWarning, stacklevel=2)

    def _suspect(self, points: Sequence[Point]) -> None:
        """Try each point of a lost task again, alone; of several, only one was at fault."""
        for point in points:
            losses = self._losses[point.identity] = self._losses.get(point.identity, 0) + 1
            if losses >= TRIES and len(points) == 1:
                self._end(point, Outcome(point.identity, error=KILLED))
            else:
                self._suspects.append(point)

    def _must_wait(self) -> bool:
        """Whether nothing may be submitted beside what is under way, so that a loss has one point to blame.

        Dask blames all tasks that a killed worker had, also those that waited there for their turn.
        """
        if not (self._workers.shared and self._losses and self._flying):
            return False
        suspected = any(point.identity in self._losses for task in self._flying.values() for point in task)
        return suspected or bool(self._suspects)

    def _end(self, point: Point, outcome: Outcome) -> None:
        self._keep(point, outcome, True)
        self._claims.release(point.identity)

    def _look_elsewhere(self) -> None:
        time.sleep(POLL)
        self._tick()
        finished = self._store.read_all(point.identity for point in self._elsewhere)
        for point in self._elsewhere:
            if point.identity in finished:
                self._keep(point, finished[point.identity], False)
        rest = [point for point in self._elsewhere if point.identity not in finished]
        self._elsewhere.clear()
        self._waiting.extend(rest)


def _as_study_error(error: BaseException) -> NeurosimError:
    if isinstance(error, NeurosimError):
        return error
    return StudyError(
        f"the workers failed ({type(error).__name__}: {error}); finished points are kept; correct that "
        f"and run the study again."
    )

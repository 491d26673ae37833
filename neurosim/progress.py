"""Progress of long computations: a bar in terminals, one line in notebooks, a line a minute in log files."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["Progress", "duration_text", "progress_bar"]

DELAY = 2.0
"""Seconds before anything is shown, unless it is asked for."""
LOG_EVERY = 60.0
NOTEBOOK_EVERY = 0.5
"""Seconds between two lines of a log, and between two changes of the line in a notebook."""


class Progress(Protocol):
    """What the computations call."""

    def update(self, n: float) -> Any:
        """Count n more."""

    def refresh(self) -> Any:
        """Show the time, while nothing is counted."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> Any:
        """Show numbers after the count."""


class _Silent:
    def update(self, n: float) -> None:
        pass

    def refresh(self) -> None:
        pass

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        pass


class _Lines:
    """Progress as a line of text, shown at intervals; a subclass says where."""

    def __init__(self, total: float, title: str, unit: str, delay: float, every: float) -> None:
        self.total, self.title, self.unit, self.every = total, title, unit, every
        self.count, self.numbers, self.start = 0.0, "", time.monotonic()
        self.due = self.start + delay

    def update(self, n: float) -> None:
        self.count += n
        self.refresh()

    def refresh(self) -> None:
        now = time.monotonic()
        if now >= self.due:
            self.due = now + self.every
            self.show(self.line(now))

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        del refresh
        self.numbers = s

    def line(self, now: float, *, ended: bool = False) -> str:
        """Title, count, numbers, the time so far, and what is left at this pace unless the work has ended."""
        spent = now - self.start
        left = spent * (self.total / self.count - 1.0) if self.count and not ended else 0.0
        share = 100.0 * self.count / self.total if self.total else 100.0
        numbers = f", {self.numbers}" if self.numbers else ""
        remaining = f", {duration_text(left)} left" if left > 0.0 else ""
        return (
            f"{self.title}: {self.count:g} of {self.total:g} {self.unit}s ({share:.0f} %){numbers}; "
            f"{duration_text(spent)}{remaining}"
        )

    def show(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        pass


class _NotebookLine(_Lines):
    """One line below the cell, which is replaced; the last one is what a saved notebook keeps."""

    handle: Any = None

    def show(self, line: str) -> None:
        display = importlib.import_module("IPython.display").display
        text = {"text/plain": line}
        if self.handle is None:
            self.handle = display(text, raw=True, display_id=True)
        else:
            self.handle.update(text, raw=True)

    def close(self) -> None:
        if self.handle is not None:
            # work may end early, as a training does that has learned its task
            self.show(self.line(time.monotonic(), ended=True))


def duration_text(seconds: float) -> str:
    """Time of a computation in units that a person reads: ``2 min 5 s``, ``3.1 days``."""
    if seconds < 10.0:
        return f"{seconds:.2g} s"
    for unit, length in (("years", 3.156e7), ("days", 86400.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.2g} {unit}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def progress_bar(total: float, title: str, unit: str, show: bool | None = None) -> Iterator[Progress]:
    """Progress of `total` pieces of work.

    In a terminal it is a bar, which disappears at the end. In a notebook it is a line of text that is replaced; the
    last one stays. Where standard error is neither, such as a log file, it is a line a minute.

    Parameters
    ----------
    total : float
    title, unit : str
        What is done, and the name of one piece.
    show : bool, optional
        True: at once. False: never. Default: in terminals and notebooks after two seconds, in logs after a minute.
    """
    if show is False or sys.stderr is None:
        yield _Silent()
    elif "ipykernel" in sys.modules:
        line = _NotebookLine(total, title, unit, 0.0 if show else DELAY, NOTEBOOK_EVERY)
        try:
            yield line
        finally:
            line.close()
    elif show or sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, desc=title, unit=unit, delay=0.0 if show else DELAY, leave=False) as bar:
            yield bar
    else:
        yield _Lines(total, title, unit, LOG_EVERY, LOG_EVERY)

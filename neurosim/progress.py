"""Progress bars in terminals and notebooks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["Progress", "progress_bar"]


class Progress(Protocol):
    """Interface of a progress bar."""

    def update(self, n: float) -> Any:
        """Add n pieces."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> Any:
        """Show numbers after the bar."""


class _Silent:
    def update(self, n: float) -> None:
        pass

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        pass


def _is_watched() -> bool:
    return (sys.stderr is not None and sys.stderr.isatty()) or "ipykernel" in sys.modules


@contextmanager
def progress_bar(total: float, title: str, unit: str, show: bool | None = None) -> Iterator[Progress]:
    """Progress bar over `total` pieces of work.

    Parameters
    ----------
    total : float
    title, unit : str
        Name of the work, and of one piece of it.
    show : bool, optional
        Default: when stderr is a terminal or a notebook, and only from two seconds on.
    """
    if not (_is_watched() if show is None else show):
        yield _Silent()
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, desc=title, unit=unit, delay=0.0 if show else 2.0, leave=False) as bar:
        yield bar

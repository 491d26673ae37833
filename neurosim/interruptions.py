"""Ctrl-C that waits for the end of a block which must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

__all__ = ["delay_interrupts"]


@contextlib.contextmanager
def delay_interrupts() -> Iterator[None]:
    """Delay KeyboardInterrupt to the end of the block.

    A handler of SIGINT that somebody else has installed is left alone, as is every thread but the main one, to which
    Python gives no signals. Costs some microseconds.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not (ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler):
        yield
        return
    came = []
    signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt

"""Processes of this computer: a mark that says which one made a file, and whether it still runs."""

from __future__ import annotations

import ctypes
import os
import socket
import zlib
from pathlib import Path
from typing import Any

__all__ = ["has_ended", "is_running", "process_mark"]


def process_mark() -> str:
    """Mark of this process: a hash of the name of the computer, and the number of the process."""
    return f"{zlib.crc32(socket.gethostname().encode()):08x}-{os.getpid()}"


def has_ended(mark: str) -> bool:
    """Whether the process of a mark ran on this computer and runs no more; False where that cannot be known."""
    host, _, number = mark.partition("-")
    return host == process_mark().partition("-")[0] and number.isdigit() and not is_running(int(number))


def is_running(process: int) -> bool:
    """Whether this machine has a process of a number."""
    if os.name == "nt":
        return _is_running_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] in ("Z", "X")


def _is_running_on_windows(process: int) -> bool:
    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(0x1000, False, process)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        # a process of another user refuses access; one that does not exist gives another error
        return bool(ctypes.get_last_error() == 5)  # type: ignore[attr-defined]  # ERROR_ACCESS_DENIED
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259  # STILL_ACTIVE

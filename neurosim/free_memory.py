"""Memory that is free for new arrays, as far as the system tells."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import math
import os
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

__all__ = ["available_memory"]


class Groups(NamedTuple):
    """Where Linux keeps what a control group may use, in one version of such groups."""

    controllers: str
    root: str
    limit: str
    used: str
    files: str


NO_LIMIT = 2**62
"""Version 1 has a number of this size for a group without a limit, where version 2 has the word max."""

VERSIONS = (
    Groups("", "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    Groups(
        "memory",
        "/sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


def available_memory() -> float:
    """Memory in bytes that is free for new arrays: of the machine, of the group of this process, and within its limit.

    Groups are those of Linux, by which containers and batch systems limit memory; the limit is that of ``ulimit -v``.
    macOS tells only what the machine has. Infinity where the system tells nothing.
    """
    return max(min(_free_in_machine(), _free_in_groups(), _free_below_limit()), 0.0)


def _free_in_machine() -> float:
    if os.name == "nt":
        return _free_on_windows()
    with contextlib.suppress(OSError, ValueError), open("/proc/meminfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return math.inf


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of Windows."""

    _fields_: ClassVar[list[Any]] = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("physical", ctypes.c_uint64),
        ("free_physical", ctypes.c_uint64),
        ("commitment", ctypes.c_uint64),
        ("free_commitment", ctypes.c_uint64),
        ("addresses", ctypes.c_uint64),
        ("free_addresses", ctypes.c_uint64),
        ("reserved", ctypes.c_uint64),
    ]


def _free_on_windows() -> float:
    """Least of what is free in memory, and of what the system still commits itself to, page file included."""
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    if not ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined]
        return math.inf
    return float(min(status.free_physical, status.free_commitment))


def _free_in_groups() -> float:
    """Least that is free in the control group of this process and those around it."""
    with contextlib.suppress(OSError, ValueError):
        return min((_free_in_folder(*group) for group in _groups()), default=math.inf)
    return math.inf


@functools.cache
def _groups() -> tuple[tuple[Path, Groups], ...]:
    """Folders of the control groups of this process, with the version of each."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    own = {controllers: path for _, controllers, path in (line.split(":", 2) for line in lines)}
    found = []
    for version in VERSIONS:
        place = Path(version.root, own.get(version.controllers, "").strip("/"))
        # a container may see its own group at the root
        folders = (folder for folder in (place, *place.parents) if folder.is_relative_to(version.root))
        found += [(folder, version) for folder in folders if (folder / version.limit).exists()]
    return tuple(found)


def _free_in_folder(group: Path, version: Groups) -> float:
    with open(group / version.limit, encoding="ascii") as file:
        most = file.read().strip()
    if most == "max" or int(most) >= NO_LIMIT:
        return math.inf
    stored = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
    used = int((group / version.used).read_text(encoding="ascii"))
    # the system gives pages of files back when they are needed
    return float(int(most) - used + int(stored.get(version.files, 0)))


def _free_below_limit() -> float:
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return math.inf
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return float(limit - pages * resource.getpagesize())
    except (ImportError, OSError, ValueError):
        return math.inf

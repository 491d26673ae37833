"""A disk that becomes full: a small one in memory, for the cache of kernels and for what commands write.

    python tests/reliability/full_disk.py [--count N]

Each kind of work is done N times on disks of random sizes, and again after room was made. To mount a disk takes the
rights of the superuser; anybody has them in ``unshare --map-root-user --mount python ...`` (Linux). Promise: it runs,
or ends with an error that says what cannot be written; the same command with room ends with the bits of an undisturbed
one.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import children
import kills
import numpy as np
from outcomes import Outcomes, run_attack
from whole_files import contents, difference, half_files

PLENTY = 100_000_000
"""Bytes of a disk that takes everything."""
PAGE = 4096


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """All attacks of this file."""
    outcomes, rng = Outcomes(), np.random.default_rng(seed)
    fill_cache(outcomes, count, rng, folder)
    for name in kills.WORKS:
        fill_results(outcomes, name, count, rng, folder)
    return outcomes


@contextlib.contextmanager
def disk(folder: Path, size: float) -> Iterator[Path]:
    """Disk of so many bytes, as a new folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(size)}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def make_room(folder: Path) -> None:
    """Enlarge a disk."""
    subprocess.run(["mount", "-o", f"remount,size={PLENTY}", folder], check=True)


def used(folder: Path) -> int:
    """Bytes on a disk."""
    return shutil.disk_usage(folder).used


def random_size(rng: np.random.Generator, whole: int) -> float:
    """Size of a disk, from one page to what is needed, alike in its logarithm."""
    return PAGE * np.ceil(np.exp(rng.uniform(0.0, np.log(whole / PAGE))))


def fill_cache(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """The first run of a kernel, with the cache on such a disk."""
    with disk(folder / "whole", PLENTY) as cache:
        _, bits, _ = children.finish(children.start(children.SIMULATE, cache=cache))
        whole = used(cache)
    for _ in range(count):
        with disk(folder / "full", random_size(rng, whole)) as cache:
            status, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
            good = (status == 0 and out == bits) or (status == 3 and "set NEUROSIM_CACHE" in out)
            outcomes.judge("cache", "runs or a clear error", good, f"{status} {out} {err[-500:]}")
            make_room(cache)
            status, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
            outcomes.judge("cache with room", "right numbers", status == 0 and out == bits, f"{out} {err}")


def fill_results(outcomes: Outcomes, name: str, count: int, rng: np.random.Generator, folder: Path) -> None:
    """A command whose results are on such a disk."""
    work = kills.WORKS[name]
    with disk(folder / "whole", PLENTY) as place:
        kills.finish(work, kills.make(work, place / "x"))
        expected, whole = contents(place / "x" / "work"), used(place)
    for _ in range(count):
        size = random_size(rng, whole)
        with disk(folder / "full", size) as outer:
            with contextlib.suppress(OSError):
                kills.make(work, outer / "x")
            place = outer / "x" / "work"
            status, err = kills.finish(work, place)
            clear = status in (0, 2) and "Traceback" not in err and (status == 0 or "neurosim: " in err)
            outcomes.judge(name, "runs or a clear error", clear, f"{size:.0f} bytes, {status} {err[-700:]}")
            half = half_files(place)
            outcomes.judge(name, "no half file", not half, f"{size:.0f} bytes, {half}")
            make_room(outer)
            status, err = kills.finish(work, place)
            differing = difference(contents(place), expected)
            same = status == 0 and not differing
            outcomes.judge(
                f"{name} with room", "the same bits", same, f"{size:.0f} bytes, {differing} {err[-700:]}"
            )


if __name__ == "__main__":
    run_attack(attack, __doc__, 5)

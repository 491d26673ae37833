"""Attacks on the folder of compiled kernels: damaged files, a full or read-only disk, a folder that vanishes, a crowd.

    python tests/reliability/kernel_cache.py [--count N]

Files of a small kernel are truncated, flipped, overwritten and exchanged N times; then runs in processes of their own
meet a full disk, a folder that is read-only or deleted between two kernels, odd homes, and all compile the same kernel
at once.
Promise: the right numbers, or an error of the package; never another kernel.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import children
import numpy as np
from outcomes import Outcomes, run_attack

from neurosim.kernels.runtime import compilation

KERNEL = """
from neurosim.kernels.runtime.jit import kernel

@kernel
def advance(x):
    for i in range(x.size):
        x[i] = {factor} * x[i] + 1
"""
DAMAGES = ("cut short", "one bit flipped", "overwritten", "emptied", "exchanged")


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """All attacks of this file."""
    outcomes = Outcomes()
    damage_files(outcomes, count, np.random.default_rng(seed), folder / "small")
    (bits,) = crowd(outcomes, 1, folder / "whole")
    crowd(outcomes, 8, folder / "crowd", bits)
    delete_between_kernels(outcomes, folder / "deleted", bits)
    read_only(outcomes, folder / "whole", bits)
    homes(outcomes, folder, bits)
    full_disk(outcomes, folder, bits)
    return outcomes


def damage_files(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Damage a file of one of two kernels again and again, and run that kernel."""
    texts = [KERNEL.format(factor=factor) for factor in (2.0, 3.0)]
    original, compilation.cache_folder = compilation.cache_folder, lambda: folder
    try:
        folder.mkdir()
        for text in texts:
            run(text)
        for _ in range(count):
            which, kind = int(rng.integers(2)), str(rng.choice(DAMAGES))
            name = compilation.import_generated(texts[which]).__name__
            path = rng.choice(sorted(folder.rglob(f"{name}*")))
            others = [each for each in folder.rglob(f"*{path.suffix}") if each != path]
            path.write_bytes(damaged(path.read_bytes(), kind, rng, others))
            result = run(texts[which])
            outcomes.judge(f"{path.suffix} {kind}", "right numbers", result == 2.0 * (2 + which) + 1, result)
    finally:
        compilation.cache_folder = original


def run(text: str) -> float:
    """Value of a kernel at 2, loaded as a new process would."""
    module = compilation.import_generated(text)
    x = np.array([2.0])
    module.advance(x)
    sys.modules.pop(module.__name__)
    return float(x[0])


def damaged(content: bytes, kind: str, rng: np.random.Generator, others: list[Path]) -> bytes:
    """Content of a file after damage."""
    place = int(rng.integers(max(len(content), 1)))
    if kind == "cut short":
        return content[:place]
    if kind == "one bit flipped" and content:
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(rng.integers(8))
        return bytes(flipped)
    if kind == "overwritten":
        return rng.bytes(len(content))
    return others[0].read_bytes() if kind == "exchanged" and others else b""


def crowd(outcomes: Outcomes, processes: int, cache: Path, bits: str | None = None) -> set[str]:
    """Several processes that need the same kernel, with an empty cache."""
    started = [children.start(children.SIMULATE, cache=cache) for _ in range(processes)]
    found = [children.finish(process) for process in started]
    for code, out, err in found:
        good = code == 0 and bits in (None, out)
        outcomes.judge(f"{processes} processes compile", "right numbers", good, f"{code} {out} {err[-500:]}")
    return {out for _, out, _ in found}


DELETED = (
    """
import shutil, os
import numpy as np
import neurosim as ns
chaos = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 8, rng=0)
ns.simulate(chaos, 1.0, 0.1, noise=ns.WhiteNoise(0.1), rng=0, progress=False)
shutil.rmtree(os.environ["NEUROSIM_CACHE"])
"""
    + children.SIMULATE
)


def delete_between_kernels(outcomes: Outcomes, cache: Path, bits: str) -> None:
    """A process whose cache is deleted between its first kernel and its second."""
    code, out, err = children.finish(children.start(DELETED, cache=cache))
    good = code == 0 and out == bits
    outcomes.judge("cache deleted during a run", "right numbers", good, f"{code} {out} {err[-500:]}")


def read_only(outcomes: Outcomes, cache: Path, bits: str) -> None:
    """A folder that cannot be written: a file in its place, since permissions do not bind the superuser."""
    blocked = cache.with_name("blocked")
    blocked.write_text("")
    code, out, err = children.finish(children.start(children.SIMULATE, cache=blocked / "cache"))
    good = code == 3 and out.startswith("StorageError the kernel cache") and "set NEUROSIM_CACHE" in out
    outcomes.judge("cache that cannot be made", "an error that says so", good, f"{code} {out} {err[-500:]}")
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        for each in cache.rglob("*"):
            each.chmod(0o500 if each.is_dir() else 0o400)
        code, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
        good = (code == 0 and out == bits) or (code == 3 and "set NEUROSIM_CACHE" in out)
        outcomes.judge("read-only cache", "right numbers or an error", good, f"{code} {out} {err[-500:]}")


def homes(outcomes: Outcomes, folder: Path, bits: str) -> None:
    """A home with letters of other scripts and spaces, and one where nothing can be made, with temporary folders."""
    home, blocked, temporary = folder / "hö mé 日本", folder / "no home", folder / "temporary"
    home.mkdir()
    temporary.mkdir()
    blocked.write_text("", encoding="ascii")
    for place, used in ((home, home / ".cache"), (blocked, temporary)):
        code, out, err = children.finish(children.start(children.SIMULATE, home=(place, temporary)))
        good = code == 0 and out == bits and bool(list(used.glob("neurosim*/*.py")))
        outcomes.judge(f"home {place.name!r}", "right numbers", good, f"{code} {out} {err[-500:]}")


FULL = (
    """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""
    + children.SIMULATE
)


def full_disk(outcomes: Outcomes, folder: Path, bits: str) -> None:
    """A disk that takes nothing, the text of a kernel but not its machine code, or everything."""
    for limit in (0, 1000, 20_000):
        cache = folder / f"full{limit}"
        code, out, err = children.finish(children.start(FULL, limit, cache=cache))
        good = (code == 0 and out == bits) or (code == 3 and "set NEUROSIM_CACHE" in out)
        outcomes.judge(
            f"files of at most {limit} bytes", "right numbers or an error", good, f"{code} {out} {err[-500:]}"
        )
        code, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
        outcomes.judge("room again", "right numbers", code == 0 and out == bits, f"{code} {out} {err[-500:]}")
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    run_attack(attack, __doc__, 100)

"""Processes killed at random moments: first compilation, saving, and the commands run, train, sweep and reproduce.

    python tests/reliability/kills.py [--count N]

Each is killed N times with SIGKILL, at moments spread over the time between its first file and its end; what goes on is
killed twice before it may end. Every other kill ends worker processes at the same moment, the rest leave them behind.
Promise: no file under its name is ever half, and the same command afterwards ends with the bits of an undisturbed one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import children
import numpy as np
from outcomes import Outcomes, run_attack
from whole_files import contents, difference, half_files, leftovers

import neurosim as ns
from neurosim.errors import StorageError
from neurosim.reproduce.gallery import results_in
from neurosim.sweep import study_status

COMMAND = "import sys; from neurosim.cli import main; sys.exit(main(sys.argv[1:]))"
NETWORK = """
title = "killed"
description = "what is killed"
seed = 1
[network]
size = 10
neuron = { type = "LeakyRate", activation = "tanh", tau = 1.0 }
connectivity = { type = "Orthogonal" }
"""
TASK = """
[task]
type = "And"
fixation = 5.0
stimulus = 10.0
delay = 5.0
response = 20.0
"""
TRAINER = """
[trainer]
type = "BPTT"
dt = 1.0
epochs = 6
trials_per_epoch = 640
batch_size = 32
"""
TRAINING = NETWORK + TASK + TRAINER
EXPERIMENT = f"""analyses = ["traces", "spectrum", "variance"]
{NETWORK}
{TASK.replace("[task]", "[network.task]")}
[simulation]
duration = 200.0
dt = 0.1
discard = 20.0
[[networks]]
label = "untrained"
[[networks]]
label = "trained"
{TRAINER.replace("[trainer]", "[networks.trainer]")}
"""
SWEEP = f"""{TRAINING}
[sweep]
seeds = 3
[sweep.grid]
"network.size" = [8, 12]
"""
SAVE = """
import sys
import numpy as np
import neurosim as ns
for k in range(100_000):
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.full((300, 300), 1.0 + k % 2)), 300, rng=0)
    network.save(sys.argv[1])
    if k == 0:
        print("saved", flush=True)
"""


class Work(NamedTuple):
    """A command that is killed, in an empty folder inside one with a file ``killed.toml``."""

    declared: str
    command: Callable[[Path], Sequence[str]]
    """From its folder to its arguments, the first time and afterwards."""
    kills: int
    """How often, before it may end."""
    read: Callable[[Path], object]
    """What a user looks at after a kill."""


def _train(place: Path) -> Sequence[str]:
    # a folder with the name of the file: a training that is resumed goes by the name of its folder
    if (place / "killed" / "training.npz").exists():
        return "train", "--resume", "killed"
    return "train", "../killed.toml", "--output", "killed", "--overwrite"


SMALL = ("network.size=20", "network.networks=6", "training.trials=4", "training.readout_trials=2")
WORKS = {
    "run": Work(
        EXPERIMENT, lambda _: ("run", "../killed.toml", "--output", "out", "--overwrite"), 1, lambda _: None
    ),
    "train": Work(TRAINING, _train, 2, lambda _: None),
    "sweep": Work(
        SWEEP,
        lambda _: ("sweep", "../killed.toml", "--output", "out", "--workers", "2"),
        2,
        lambda place: study_status(place / "out"),
    ),
    "reproduce": Work(
        "",
        lambda _: (
            *("reproduce", "laje_buonomano2013", "--quick", "--workers", "2"),
            *(word for setting in SMALL for word in ("--set", setting)),
        ),
        2,
        lambda place: results_in(place / "reproductions"),
    ),
}


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """All attacks of this file."""
    outcomes, rng = Outcomes(), np.random.default_rng(seed)
    kill_compilations(outcomes, count, rng, folder)
    kill_saves(outcomes, count, rng, folder)
    for name in WORKS:
        kill_works(outcomes, name, count, rng, folder)
    return outcomes


def wait_for(place: Path, process: subprocess.Popen[str]) -> float:
    """Wait until a folder holds something, or a process has ended; seconds that this took."""
    begin = time.perf_counter()
    while process.poll() is None and not (place.is_dir() and any(place.iterdir())):
        time.sleep(0.005)
    return time.perf_counter() - begin


def kill(process: subprocess.Popen[str], together: bool) -> bool:
    """Kill a process, together with its workers or alone; whether it was still running."""
    running = process.poll() is None
    if running and together:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()
    return running


def kill_compilations(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill the first run of a kernel, and run it again with what is in the cache then."""

    def begin(cache: Path) -> tuple[subprocess.Popen[str], float]:
        process = children.start(children.SIMULATE, cache=cache, start_new_session=True)
        return process, wait_for(cache, process)

    start = time.perf_counter()
    process, before = begin(folder / "whole")
    status, bits, err = children.finish(process)
    assert status == 0, err
    seconds = time.perf_counter() - start - before
    for k in range(count):
        cache = folder / f"killed{k}"
        process, _ = begin(cache)
        time.sleep(rng.uniform(0.0, seconds))
        running = kill(process, True)
        status, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
        when = "killed" if running else "killed after its end"
        outcomes.judge(f"first compilation {when}", "right numbers", status == 0 and out == bits, err[-500:])
        shutil.rmtree(cache, ignore_errors=True)


def kill_saves(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill a process that saves one network over another without end."""
    path = folder / "network.npz"
    for _ in range(count):
        process = children.start(SAVE, path, start_new_session=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.3))
        kill(process, True)
        try:
            weights = ns.load(path).recurrent.dense()
            whole = len(np.unique(weights)) == 1
            outcomes.judge("saving killed", "one of the two networks", whole, np.unique(weights))
        except StorageError as error:
            outcomes.broke("saving killed", str(error))


def kill_works(outcomes: Outcomes, name: str, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill a command, then what goes on with it, and so on; and let it end."""
    work = WORKS[name]
    finish(work, make(work, folder / f"{name} that compiles"))
    place = make(work, folder / f"{name} undisturbed")
    start = time.perf_counter()
    process = begin(work, place)
    seconds = -wait_for(place, process)
    status, _, err = children.finish(process)
    assert status == 0, err
    seconds += time.perf_counter() - start
    expected = contents(place)
    for k in range(count):
        place = make(work, folder / f"{name} {k}")
        for number in range(work.kills):
            process = begin(work, place)
            wait_for(place, process)
            time.sleep(rng.uniform(0.0, seconds))
            when = "killed" if kill(process, (k + number) % 2 == 0) else "killed after its end"
            half = half_files(place)
            outcomes.judge(f"{name} {when}", "no half file", not half, half)
            work.read(place) if any(place.iterdir()) else None
        status, err = finish(work, place)
        differing = difference(contents(place), expected)
        same = status == 0 and not differing
        outcomes.judge(f"{name} afterwards", "the same bits", same, f"{status} {differing} {err[-700:]}")
        outcomes.judge(f"{name} afterwards", "nothing left behind", not leftovers(place), leftovers(place))
        shutil.rmtree(place.parent)


def make(work: Work, place: Path) -> Path:
    """Folder in which a command is run, inside one with its declaration."""
    (place / "work").mkdir(parents=True)
    (place / "killed.toml").write_text(work.declared, encoding="utf-8")
    return place / "work"


def begin(work: Work, place: Path) -> subprocess.Popen[str]:
    """Start a command, or go on with it, in its folder."""
    return children.start(COMMAND, *work.command(place), "--quiet", cwd=place, start_new_session=True)


def finish(work: Work, place: Path) -> tuple[int | None, str]:
    """Status and errors of a command that may end."""
    status, _, err = children.finish(begin(work, place))
    return status, err


if __name__ == "__main__":
    run_attack(attack, __doc__, 10)

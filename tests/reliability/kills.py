"""Processes killed at random moments: first compilation, saving, training.

    python tests/reliability/kills.py [--count N]

Each kind of work is killed N times with SIGKILL, at moments spread over the time that it takes; for studies see
``tests/sweep/test_interruptions.py``. Promise: no half file is read as a whole one, and the same command afterwards
ends with the bits of an undisturbed one.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

import children
import numpy as np
from outcomes import Outcomes, run_attack

import neurosim as ns
from neurosim.errors import StorageError

TRAINING = """
title = "killed"
description = "an AND that is killed"
seed = 1
[network]
size = 10
neuron = { type = "LeakyRate", activation = "tanh", tau = 1.0 }
connectivity = { type = "Orthogonal" }
[task]
type = "And"
fixation = 5.0
stimulus = 10.0
delay = 5.0
response = 20.0
[trainer]
type = "BPTT"
dt = 1.0
epochs = 6
trials_per_epoch = 640
batch_size = 32
"""
TRAIN = """
import sys
from pathlib import Path
from neurosim.experiments import load_training, resume_training, run_training
folder, declared = Path(sys.argv[1]), load_training(sys.argv[2])
go_on = (folder / "training.npz").exists()
(resume_training(folder, declared, progress=False) if go_on
 else run_training(declared, folder, progress=False, overwrite=folder.exists()))
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


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """All attacks of this file."""
    outcomes, rng = Outcomes(), np.random.default_rng(seed)
    kill_compilations(outcomes, count, rng, folder)
    kill_saves(outcomes, count, rng, folder)
    kill_trainings(outcomes, count, rng, folder)
    return outcomes


def kill_after(seconds: float, code: str, *arguments: object, cache: Path | None = None) -> bool:
    """Start a program and kill it; whether it was still running."""
    process = children.start(code, *arguments, cache=cache)
    time.sleep(seconds)
    running = process.poll() is None
    process.kill()
    process.communicate()
    return running


def seconds_of(code: str, *arguments: object, cache: Path | None = None) -> tuple[float, str]:
    """Time and output of a program that nobody disturbs."""
    begin = time.perf_counter()
    status, out, err = children.finish(children.start(code, *arguments, cache=cache))
    assert status == 0, err
    return time.perf_counter() - begin, out


def kill_compilations(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill the first run of a kernel, and run it again with what is in the cache then."""
    seconds, bits = seconds_of(children.SIMULATE, cache=folder / "whole")
    for k in range(count):
        cache = folder / f"killed{k}"
        running = kill_after(rng.uniform(0.3, 1.0) * seconds, children.SIMULATE, cache=cache)
        status, out, err = children.finish(children.start(children.SIMULATE, cache=cache))
        when = "killed" if running else "killed after its end"
        outcomes.judge(f"first compilation {when}", "right numbers", status == 0 and out == bits, err[-500:])
        shutil.rmtree(cache, ignore_errors=True)


def kill_saves(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill a process that saves one network over another without end."""
    path = folder / "network.npz"
    for _ in range(count):
        process = children.start(SAVE, path)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.3))
        process.kill()
        process.communicate()
        try:
            weights = ns.load(path).recurrent.dense()
            whole = len(np.unique(weights)) == 1
            outcomes.judge("saving killed", "one of the two networks", whole, np.unique(weights))
        except StorageError as error:
            outcomes.broke("saving killed", str(error))


def kill_trainings(outcomes: Outcomes, count: int, rng: np.random.Generator, folder: Path) -> None:
    """Kill a training, then its continuation, and so on, twice; and let it end."""
    declared = folder / "killed.toml"
    declared.write_text(TRAINING)
    seconds_of(TRAIN, folder / "first", declared)  # compiles
    seconds, _ = seconds_of(TRAIN, folder / "undisturbed", declared)
    expected = digest(folder / "undisturbed")
    for k in range(count):
        place = folder / f"training{k}"
        for _ in range(2):
            kill_after(rng.uniform(0.2, 1.0) * seconds, TRAIN, place, declared)
        status, _, err = children.finish(children.start(TRAIN, place, declared))
        if status != 0:
            outcomes.broke("training killed", err[-700:])
            continue
        outcomes.judge("training killed", "the same bits", digest(place) == expected, "another network")


def digest(folder: Path) -> str:
    """Hash of the weights of a trained network."""
    network = ns.load(folder / "network-trained.npz")
    return hashlib.sha256(network.recurrent.dense().tobytes() + network.readout_weights.tobytes()).hexdigest()


if __name__ == "__main__":
    run_attack(attack, __doc__, 10)

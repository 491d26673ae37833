"""Random arguments of the command line, of all its commands.

    python tests/reliability/fuzz_commands.py [--count N]

Arguments are options, names, numbers, files that are damaged, empty, or folders, and text. Nothing that would compute
for minutes is named. Promise: exit status 0 or 2 and one line of error; no traceback, no NaN in what is printed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import time
import traceback
import warnings
from pathlib import Path

import numpy as np
from outcomes import Outcomes, run_attack

import neurosim as ns
from neurosim.cli import main

COMMANDS = [
    ["run"],
    ["train"],
    ["sweep"],
    ["sweep", "status"],
    ["sweep", "retry"],
    ["reproduce"],
    ["analyze"],
    ["compare"],
    ["tasks"],
    ["tasks", "show"],
    ["plugins", "list"],
    ["plugins", "check"],
    ["plugins", "new"],
    [],
]
WORDS = [
    *(
        "--list",
        "--output",
        "--overwrite",
        "--seed",
        "--resume",
        "--quiet",
        "--plugin",
        "--task",
        "--dry-run",
    ),
    *(
        "--workers",
        "--set",
        "--quick",
        "--help",
        "--version",
        "--unknown",
        "-",
        "--",
        "-1",
        "0",
        "1e99",
        "nan",
        "",
    ),
    *(
        "Xor",
        "xorr",
        "go",
        "neuron",
        "task",
        "my_unit",
        "1x",
        "../up",
        "a b",
        "é",
        "size=3",
        "=",
        "here",
        "here/x",
    ),
    *(
        "empty.toml",
        "bad.toml",
        "binary.npz",
        "cut.npz",
        "network.npz",
        "broken.py",
        "folder",
        "missing.toml",
        ".",
    ),
]


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """Call the command line with random arguments, in a folder with files of many kinds."""
    outcomes, rng, before = Outcomes(), np.random.default_rng(seed), Path.cwd()
    fill(folder)
    os.chdir(folder)
    try:
        for _ in range(count):
            command = COMMANDS[rng.integers(len(COMMANDS))]
            words = [str(word) for word in rng.choice(WORDS, size=rng.integers(4))]
            if harmless(command, words):
                call(outcomes, [*command, *words])
    finally:
        os.chdir(before)
    return outcomes


def fill(folder: Path) -> None:
    """Files that commands may be given."""
    (folder / "folder").mkdir()
    (folder / "empty.toml").touch()
    (folder / "bad.toml").write_text("title = 'x'\n[network]\nsize = 'many'\n")
    (folder / "broken.py").write_text("import does_not_exist\n")
    (folder / "binary.npz").write_bytes(bytes(range(256)))
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.5), 4, rng=0)
    network.save(folder / "network.npz")
    content = (folder / "network.npz").read_bytes()
    (folder / "cut.npz").write_bytes(content[: len(content) // 2])


def harmless(command: list[str], words: list[str]) -> bool:
    """Whether this computes nothing for minutes, as the built-in experiments and a whole report do."""
    if command == ["run"]:
        # behind an option a word may be its value, and without a name the built-in experiments run
        return bool(words) and (words[0][:1].isalnum() or words[0] == "--list")
    if command in (["analyze"], ["compare"]):
        return not {"network.npz", ".", ""} & set(words)
    return True


def call(outcomes: Outcomes, arguments: list[str]) -> None:
    """Call the command line once, and say how it ended."""
    out, err, begin = io.StringIO(), io.StringIO(), time.perf_counter()
    attack = " ".join(arguments[:1]) or "(none)"
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                code = main(arguments)
            except SystemExit as stop:  # as argparse ends
                code = stop.code
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        outcomes.broke(
            attack, f"{arguments}: {type(error).__name__}: {error} ({place.filename}:{place.lineno})"
        )
        return
    seconds = time.perf_counter() - begin
    lines = err.getvalue().strip().splitlines()
    if code not in (0, 2):
        outcomes.broke(attack, f"{arguments}: exit status {code}")
    elif seconds > 60.0:
        outcomes.broke(attack, f"{arguments}: took {seconds:.0f} s")
    elif re.search(r"\bnan\b", out.getvalue()) and "nan" not in arguments:
        outcomes.broke(attack, f"{arguments}: prints NaN")
    elif code == 2 and arguments and not lines:
        outcomes.broke(attack, f"{arguments}: exit status 2 without a message")
    else:
        outcomes.held(attack, f"exit status {code}")


if __name__ == "__main__":
    run_attack(attack, __doc__, 1000)

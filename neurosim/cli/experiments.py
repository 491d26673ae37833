"""Commands ``run`` and ``train``."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from neurosim.cli.options import (
    add_list_and_output,
    load_plugins,
    overwrite_setting,
    progress_setting,
)
from neurosim.cli.output import print_results, print_table
from neurosim.errors import ParameterError

__all__ = ["add_run", "add_train"]


def add_run(commands: Any) -> None:
    """Add ``run``."""
    run = commands.add_parser(
        "run", help="run an experiment: the default ones, another shipped one, or a TOML file"
    )
    run.add_argument(
        "experiment",
        nargs="?",
        metavar="EXPERIMENT",
        help="name of a shipped experiment, or a .toml file; default: coherent-chaos, then trained-chaos",
    )
    add_list_and_output(run, "experiments")
    run.set_defaults(command=_run)


def add_train(commands: Any) -> None:
    """Add ``train``."""
    train = commands.add_parser(
        "train", help="train a network: a shipped training, or a TOML file; or resume one that was stopped"
    )
    train.add_argument(
        "experiment",
        nargs="?",
        metavar="EXPERIMENT",
        help="name of a shipped training, or a .toml file with the tables network, task and trainer",
    )
    add_list_and_output(train, "trainings")
    train.add_argument("--seed", type=int, metavar="N", help="seed that replaces the declared one")
    train.add_argument(
        "--resume",
        type=Path,
        metavar="FOLDER",
        help="continue the training in this folder of results; EXPERIMENT may then declare more epochs",
    )
    train.set_defaults(command=_train)


def _run(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    load_plugins(parsed)
    if parsed.list:
        print_table(list(experiments.list_experiments().items()))
        return
    names = experiments.BUILT_IN if parsed.experiment is None else [parsed.experiment]
    for name in names:
        # each of several experiments has its own folder
        folder = parsed.output if parsed.output is None or len(names) == 1 else parsed.output / name
        declared = experiments.load_experiment(name)
        settings = {"folder": folder, "progress": progress_setting(parsed), **overwrite_setting(parsed)}
        print_results(experiments.run_experiment(declared, **settings), parsed)


def _train(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    load_plugins(parsed)
    if parsed.list:
        print_table(list(experiments.list_trainings().items()))
        return
    _require_consistent(parsed)
    declared: Any = None if parsed.experiment is None else experiments.load_training(parsed.experiment)
    if parsed.seed is not None:
        declared = dataclasses.replace(declared, seed=parsed.seed)
    if parsed.resume is None:
        settings = {
            "folder": parsed.output,
            "progress": progress_setting(parsed),
            **overwrite_setting(parsed),
        }
        results = experiments.run_training(declared, **settings)
    else:
        results = experiments.resume_training(parsed.resume, declared, progress=progress_setting(parsed))
    print_results(results, parsed)


def _require_consistent(parsed: argparse.Namespace) -> None:
    from neurosim import experiments

    if parsed.experiment is None and parsed.resume is None:
        raise ParameterError(
            f"EXPERIMENT is missing; give a .toml file, or a shipped training: "
            f"{', '.join(experiments.list_trainings())}."
        )
    if parsed.resume is not None and (parsed.output is not None or parsed.overwrite):
        raise ParameterError(
            "--output and --overwrite cannot be combined with --resume, which continues in the same folder; "
            "leave them out."
        )
    if parsed.experiment is None and parsed.seed is not None:
        raise ParameterError(
            f"--seed {parsed.seed} cannot be combined with --resume, which keeps the seed of the training; "
            f"leave it out."
        )
    if parsed.seed is not None and parsed.seed < 0:
        raise ParameterError(f"--seed must be at least 0 (got {parsed.seed}); give a whole number.")

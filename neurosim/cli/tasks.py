"""Command ``tasks``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from neurosim.cli.options import add_plugin_files, load_plugins
from neurosim.cli.output import print_table

__all__ = ["add_tasks"]


def add_tasks(commands: Any) -> None:
    """Add ``tasks``, and ``tasks show``."""
    tasks = commands.add_parser("tasks", help="list all tasks, or draw a trial of one")
    tasks.set_defaults(command=_list_tasks)
    add_plugin_files(tasks)
    show = tasks.add_subparsers(title="commands", metavar="COMMAND").add_parser(
        "show", help="draw a trial of a task, and print the times of its epochs"
    )
    show.add_argument(
        "name", metavar="NAME", help="a class, a rule of Yang et al., or a .npz file with a saved task"
    )
    show.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="picture, or folder for it; default: NAME.png in the current folder",
    )
    show.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the trial; default: 0")
    # no default of its own, so that plugins given before "show" are kept
    add_plugin_files(show, default=argparse.SUPPRESS)
    show.set_defaults(command=_show_task)


def _list_tasks(parsed: argparse.Namespace) -> None:
    from neurosim.task_catalog import task_table

    load_plugins(parsed)
    rows = [
        (task.name, "", "", "", "cannot be listed: " + task.reason)
        if task.reason
        else (task.name, task.paper, str(task.inputs), str(task.outputs), ", ".join(task.epochs))
        for task in task_table()
    ]
    print_table([("name", "paper", "inputs", "outputs", "epochs"), *rows])


def _show_task(parsed: argparse.Namespace) -> None:
    from neurosim.task_catalog import draw_task

    load_plugins(parsed)
    path, trials = draw_task(parsed.name, parsed.output, parsed.seed)
    rows = [
        (epoch, f"{start[0] * trials.dt:g}", f"{stop[0] * trials.dt:g}")
        for epoch, (start, stop) in trials.epochs.items()
    ]
    print_table([("epoch", "from", "to"), *rows])
    print(path)

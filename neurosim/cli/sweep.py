"""Command ``sweep``."""

from __future__ import annotations

import argparse
from typing import Any

from neurosim.cli.options import add_output, load_plugins, progress_setting
from neurosim.cli.output import print_report, print_table
from neurosim.errors import ParameterError

__all__ = ["add_sweep"]


def add_sweep(commands: Any) -> None:
    """Add ``sweep``."""
    sweep = commands.add_parser(
        "sweep", help="measure many networks: an experiment or a training with a table [sweep]"
    )
    sweep.add_argument(
        "what",
        nargs="*",
        metavar="STUDY | status FOLDER | retry FOLDER",
        help="run a shipped study or a .toml file, or what it lacks; say how far it is; run failed points again",
    )
    sweep.add_argument("--workers", type=int, metavar="N", help="processes; default: one for each core")
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="address of a Dask scheduler that computes")
    sweep.add_argument(
        "--dry-run", action="store_true", help="list the points, and what they will take, and stop"
    )
    sweep.add_argument("--yes", action="store_true", help="run even more than a million points")
    add_output(sweep)
    sweep.add_argument("--list", action="store_true", help="list the shipped studies")
    sweep.set_defaults(command=_sweep)


def _sweep(parsed: argparse.Namespace) -> None:
    from neurosim.experiments import list_sweeps
    from neurosim.sweep import study_status
    from neurosim.sweep.command import retry_study, run_study, show_plan

    load_plugins(parsed)
    options = {
        "executor": parsed.scheduler,
        "workers": parsed.workers,
        "large": parsed.yes,
        "progress": progress_setting(parsed),
    }
    match parsed.what:
        case [] if parsed.list:
            print_table(list(list_sweeps().items()))
        case ["status", folder]:
            print(study_status(folder).text())
        case ["retry", folder]:
            print_report(retry_study(folder, **options), parsed)
        case [file] if parsed.dry_run:
            print(show_plan(file, parsed.output, parsed.workers))
        case [file]:
            print_report(run_study(file, parsed.output, **options), parsed)
        case _:
            raise ParameterError(
                f"sweep takes a study, status FOLDER, retry FOLDER or --list (got {' '.join(parsed.what)!r})."
            )

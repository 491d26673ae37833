"""Command ``reproduce``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from neurosim.cli.options import progress_setting
from neurosim.errors import ParameterError

__all__ = ["add_reproduce"]


def add_reproduce(commands: Any) -> None:
    """Add ``reproduce``."""
    parser = commands.add_parser(
        "reproduce",
        help="reproduce a paper, and compare its numbers with ours; without a name, list all studies",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="study, such as sompolinsky1988")
    parser.add_argument("--quick", action="store_true", help="the quick form: at most a minute and a half")
    parser.add_argument("--all", action="store_true", help="all studies, and a gallery of their pages")
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="FOLDER", help="go on in this folder, or look at it again"
    )
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a setting, such as network.size=400; may be repeated",
    )
    parser.add_argument("--cite", action="store_true", help="print how to cite the paper, in BibTeX too")
    parser.add_argument("--workers", type=int, metavar="N", help="processes; default: one for each core")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(command=_reproduce)


def _reproduce(parsed: argparse.Namespace) -> None:
    from neurosim.reproduce import command

    options: dict[str, Any] = {"workers": parsed.workers, "progress": progress_setting(parsed)}
    if parsed.all:
        if parsed.name or parsed.folder or parsed.changes or parsed.cite:
            raise ParameterError("--all takes --quick, --workers and --quiet only; leave the rest out.")
        print(command.run_all(quick=parsed.quick, **options))
    elif parsed.name is None:
        if parsed.quick or parsed.folder or parsed.changes or parsed.cite:
            raise ParameterError("NAME is missing; neurosim reproduce lists all studies.")
        print(command.table_of_studies())
    elif parsed.cite:
        print(command.citation(parsed.name))
    else:
        print(
            command.run_one(
                parsed.name, quick=parsed.quick, folder=parsed.folder, changes=parsed.changes, **options
            )
        )

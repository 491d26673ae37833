"""Command ``plugins``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from neurosim.cli.output import print_table

__all__ = ["add_plugins"]


def add_plugins(commands: Any) -> None:
    """Add ``plugins``, and ``list``, ``check`` and ``new`` below it."""
    plugins = commands.add_parser("plugins", help="list, check and create plugins")
    plugins.set_defaults(command=lambda _: plugins.print_help())
    commands = plugins.add_subparsers(title="commands", metavar="COMMAND")
    listing = commands.add_parser("list", help="list all classes that can be found by name")
    listing.set_defaults(command=_list_plugins)
    check = commands.add_parser("check", help="check that a plugin follows the rules of its kind")
    check.add_argument("name", metavar="NAME", help="name of a class, or a .py file (which is executed)")
    check.set_defaults(command=_check_plugin)
    new = commands.add_parser("new", help="write a working plugin to start from, and its tests")
    new.add_argument("kind", metavar="KIND", help="neuron, connectivity, task or trainer")
    new.add_argument("name", metavar="NAME", help="name of the file, such as my_unit")
    new.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where to write; default: the current folder",
    )
    new.set_defaults(command=_new_plugin)


def _list_plugins(_: argparse.Namespace) -> None:
    from neurosim.registry import plugins

    rows = [
        (p.kind, p.name, p.origin, _plain(p.summary) if p.status == "ok" else "cannot be used: " + p.status)
        for p in plugins()
    ]
    print_table([("kind", "name", "origin", "what it is"), *rows])


def _check_plugin(parsed: argparse.Namespace) -> None:
    from neurosim.testing import check_plugin

    for name, report in check_plugin(parsed.name).items():
        print(f"{name} follows the rules:")
        for line in report:
            print(f"  {line}")


def _new_plugin(parsed: argparse.Namespace) -> None:
    from neurosim.scaffold import new_plugin

    plugin, tests = new_plugin(parsed.kind, parsed.name, parsed.output)
    print(f"wrote {plugin} and {tests}; check them with")
    print(f"  neurosim plugins check {plugin}")
    print(f"  python -m pytest {tests}")


def _plain(summary: str) -> str:
    """Summary line of a docstring without formulas and markup."""
    words = re.sub(r":math:`[^`]*`,?", "", summary)
    return " ".join(re.sub(r"\*(\w+)\*", r"\1", words).replace("`", "").split()).rstrip(" .,:")

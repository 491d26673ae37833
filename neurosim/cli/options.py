"""Options that several commands share, and the settings that they mean."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError

__all__ = [
    "add_list_and_output",
    "add_output",
    "add_plugin_files",
    "load_plugins",
    "overwrite_setting",
    "progress_setting",
]


def add_list_and_output(parser: Any, things: str) -> None:
    """Add ``--list`` and the options of `add_output`."""
    parser.add_argument("--list", action="store_true", help=f"list the shipped {things}")
    add_output(parser)


def add_output(parser: Any) -> None:
    """Add ``--output``, ``--overwrite``, ``--plugin`` and ``--quiet``."""
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="folder to write the results to")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace earlier results in the folder given by --output"
    )
    add_plugin_files(parser)
    parser.add_argument("--quiet", action="store_true", help="print only the path of the results")


def add_plugin_files(parser: Any, default: Any = None) -> None:
    """Add ``--plugin``."""
    parser.add_argument(
        "--plugin",
        action="append",
        default=default,
        metavar="FILE",
        help="load this plugin file (.py) first; may be repeated",
    )


def load_plugins(parsed: argparse.Namespace) -> None:
    """Load the plugin files of ``--plugin``."""
    from neurosim.registry import load_plugin

    for path in parsed.plugin or ():
        load_plugin(path)


def overwrite_setting(parsed: argparse.Namespace) -> dict[str, bool]:
    """Keyword ``overwrite`` of what writes a folder of results, where it was asked for."""
    if parsed.overwrite and parsed.output is None:
        raise ParameterError("--overwrite needs --output FOLDER; without it every run has a new folder.")
    return {"overwrite": True} if parsed.overwrite else {}


def progress_setting(parsed: argparse.Namespace) -> bool | None:
    """Value of ``progress`` that shows no bar with ``--quiet``."""
    return False if parsed.quiet else None

"""What the command line prints: tables, the path of results, warnings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["print_report", "print_results", "print_table", "print_warning"]


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows as columns of text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_results(results: Any, parsed: argparse.Namespace) -> None:
    """Print the table and the folder of an experiment; raise `KeyboardInterrupt` if it was interrupted."""
    if not parsed.quiet:
        print(results.table)
    print(results.folder, flush=True)
    if results.summary["interrupted"]:
        raise KeyboardInterrupt


def print_report(found: Any, parsed: argparse.Namespace) -> None:
    """Print the table of a report and the path of its page."""
    if not parsed.quiet:
        print(found.table)
    print(found.folder / "index.html", flush=True)


def print_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning as one line, in place of `warnings.showwarning`."""
    print(f"neurosim: warning: {' '.join(str(message).split())}", file=sys.stderr)

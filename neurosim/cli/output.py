"""What the command line prints: tables, the path of results, warnings; in any encoding of the output."""

from __future__ import annotations

import argparse
import codecs
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

__all__ = ["accept_all_characters", "print_report", "print_results", "print_table", "print_warning"]

PLAIN = {
    "−": "-",
    "–": "-",
    "—": "-",
    "±": "+-",
    "×": "x",
    "·": "*",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "∞": "inf",
}
"""Plain text for signs that an encoding may lack."""
IN_PLAIN_TEXT = "neurosim.plain"


def accept_all_characters() -> None:
    """Have standard output write in plain text what its encoding lacks.

    On Windows a file or a pipe takes some two hundred characters, no minus sign and no Greek letters among them; Python
    would stop at the first other one.
    """
    codecs.register_error(IN_PLAIN_TEXT, _in_plain_text)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors=IN_PLAIN_TEXT)


def _in_plain_text(error: UnicodeError) -> tuple[str, int]:
    """Handler of `codecs`: plain text for what cannot be encoded, and the place where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    name = unicodedata.name(character, "")
    if name.startswith("GREEK") and " LETTER " in name:
        letter = name.partition(" LETTER ")[2].partition(" ")[0].replace("LAMDA", "LAMBDA")
        return letter.capitalize() if "CAPITAL" in name else letter.lower()
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"


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

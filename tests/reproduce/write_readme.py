"""Writes the table of papers in the README anew: ``python tests/reproduce/write_readme.py``."""

from __future__ import annotations

import re
from pathlib import Path

from neurosim.reproduce.catalog import papers_table

README = Path(__file__).parents[2] / "README.md"
PLACE = re.compile(r"(<!-- papers: [^\n]*-->\n).*(<!-- end of papers -->)", flags=re.DOTALL)


def with_table(text: str) -> str:
    """Text of the README with the table of the studies of today."""
    return PLACE.sub(lambda found: f"{found[1]}\n{papers_table()}\n\n{found[2]}", text)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")

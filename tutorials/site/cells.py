"""Tutorials as pages and as notebooks: scripts whose ``# %%`` lines begin cells."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["Cell", "notebook", "page", "read_cells", "title"]


class Cell(NamedTuple):
    """Text in Markdown, or code."""

    kind: str
    text: str


def read_cells(script: str) -> list[Cell]:
    """Cells of a script."""
    cells = []
    for part in re.split(r"^# %%", script, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        if "[markdown]" in head:
            body = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
        cells.append(Cell("markdown" if "[markdown]" in head else "code", body.strip("\n")))
    return cells


def title(cells: list[Cell]) -> str:
    """First heading."""
    return re.search(r"^# (.+)$", cells[0].text, flags=re.MULTILINE)[1]


def notebook(cells: list[Cell]) -> str:
    """Jupyter notebook of format 4."""
    listed = []
    for number, cell in enumerate(cells):
        entry: dict[str, Any] = {"id": f"cell-{number}", "cell_type": cell.kind, "metadata": {}}
        entry["source"] = cell.text.splitlines(keepends=True)
        if cell.kind == "code":
            entry |= {"execution_count": None, "outputs": []}
        listed.append(entry)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": listed, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False)


def page(cells: list[Cell], name: str, outputs: dict[str, Any]) -> str:
    """Page in Markdown, with what its cells print and draw, and links to the script and the notebook."""
    first, *others = enumerate(cells)
    heading, _, text = first[1].text.partition("\n")
    parts = [heading, f"Download: {{download}}`{name}.py`, {{download}}`{name}.ipynb`", text]
    for number, cell in others:
        if cell.kind == "markdown":
            parts.append(cell.text)
            continue
        parts.append(f"```python\n{cell.text}\n```")
        output = outputs.get(str(number), {"printed": "", "figures": []})
        if output["printed"].strip():
            parts.append(f"```text\n{output['printed'].rstrip()}\n```")
        parts += [f"![{name}](pictures/{figure})" for figure in output["figures"]]
    return "\n\n".join(parts) + "\n"

"""Tutorials as pages and as notebooks: scripts whose ``# %%`` lines begin cells."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Cell", "execute", "notebook", "page", "read_cells", "title"]


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


def execute(script: Path, pictures: Path, results: Path) -> dict[str, Any]:
    """What each cell prints and which figures it shows; kept until the script changes.

    Returns
    -------
    dict
        By the number of the cell: ``printed``, and ``figures``, names of files in the folder of pictures.
    """
    source = script.read_text(encoding="utf-8")
    kept = results / f"{script.stem}-{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    if not (kept / "cells.json").exists():
        kept.mkdir(parents=True, exist_ok=True)
        _run(script, read_cells(source), kept)
    for picture in kept.glob("*.png"):
        (pictures / picture.name).write_bytes(picture.read_bytes())
    return json.loads((kept / "cells.json").read_text(encoding="utf-8"))


def _run(script: Path, cells: list[Cell], kept: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(script)}
    found: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        if cell.kind != "code":
            continue
        printed, figures = io.StringIO(), []
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.text, script.name, "exec"), names)
        for figure in plt.get_fignums():
            figures.append(f"{script.stem}-{number}-{figure}.png")
            plt.figure(figure).savefig(kept / figures[-1], dpi=110)
        plt.close("all")
        found[str(number)] = {"printed": printed.getvalue(), "figures": figures}
    (kept / "cells.json").write_text(json.dumps(found), encoding="utf-8")


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

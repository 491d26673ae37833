"""Runs a tutorial cell by cell, in a process and a folder of its own, and keeps what the cells print and draw.

python running.py TUTORIAL FOLDER
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cells import Cell, read_cells

__all__ = ["execute"]

PACKAGE = Path(__file__).resolve().parents[2] / "neurosim"


def execute(script: Path, pictures: Path, results: Path) -> dict[str, Any]:
    """What each cell prints and which figures it shows; kept until the script or the package changes.

    Returns
    -------
    dict
        By the number of the cell: ``printed``, and ``figures``, names of files in the folder of pictures.
    """
    kept = results / f"{script.stem}-{_digest([script, *sorted(PACKAGE.rglob('*.py'))])}"
    if not (kept / "cells.json").exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="neurosim-tutorial-") as place:
            command = [sys.executable, __file__, str(script.resolve()), str(kept.resolve())]
            # no bars of progress in the log of the build
            done = subprocess.run(
                command, cwd=place, stderr=subprocess.PIPE, env={**os.environ, "MPLBACKEND": "Agg"}
            )
        if done.returncode:
            raise RuntimeError(f"{script.name} failed:\n{done.stderr.decode(errors='replace')}")
    for picture in kept.glob("*.png"):
        shutil.copy(picture, pictures)
    return json.loads((kept / "cells.json").read_text(encoding="utf-8"))


def _digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:12]


def _run(script: Path, cells: list[Cell], kept: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(script)}
    found: dict[str, Any] = {}
    sys.argv = [str(script)]
    for number, cell in enumerate(cells):
        if cell.kind != "code":
            continue
        before, printed = set(Path().rglob("*.png")), io.StringIO()
        leaves = None
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(cell.text, script.name, "exec"), names)
            except SystemExit as error:
                leaves = error
        written = sorted(set(Path().rglob("*.png")) - before)
        figures = _figures(f"{script.stem}-{number}", written, kept)
        found[str(number)] = {"printed": printed.getvalue(), "figures": figures}
        if leaves is not None:
            break
    (kept / "cells.json").write_text(json.dumps(found), encoding="utf-8")


def _figures(name: str, written: list[Path], kept: Path) -> list[str]:
    """Keep the pictures that a cell wrote and the figures that it left open."""
    import matplotlib.pyplot as plt

    figures = []
    for place in written:
        figures.append(f"{name}-{place.stem}.png")
        shutil.copy(place, kept / figures[-1])
    for number in plt.get_fignums():
        figures.append(f"{name}-{number}.png")
        plt.figure(number).savefig(kept / figures[-1], dpi=110)
    plt.close("all")
    return figures


if __name__ == "__main__":
    tutorial = Path(sys.argv[1])
    _run(tutorial, read_cells(tutorial.read_text(encoding="utf-8")), Path(sys.argv[2]))

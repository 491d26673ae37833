"""Build the site: pages of this folder, tutorials, tables and the reference of all public names.

    python -m pip install '.[docs]'
    python tutorials/site/build.py                       # half a minute; open build/site/index.html
    python tutorials/site/build.py --execute 1 3 12      # runs these tutorials, and shows what they print and draw
    python tutorials/site/build.py --execute             # all of them; minutes the first time, then kept

A warning of Sphinx is an error. The search works from disk.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import cells

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DESTINATION = ROOT / "build" / "site"
ROOMS = {
    "neurosim": "networks, simulation, training; what most programs begin with",
    "neurosim.neurons": "what one unit does",
    "neurosim.connectivity": "who is connected to whom",
    "neurosim.tasks": "what is asked of a network",
    "neurosim.trainers": "learning rules and their parts",
    "neurosim.analysis": "measurements of networks and activity",
    "neurosim.theory": "mean-field predictions",
    "neurosim.plotting": "one function a figure",
    "neurosim.storage": "files, and networks from other tools",
    "neurosim.experiments": "declared experiments and trainings",
    "neurosim.report": "pages about one network or two",
    "neurosim.engine": "differentiable simulations",
    "neurosim.areas": "chains of areas with Dale's law",
    "neurosim.constructed": "networks that need no training",
    "neurosim.sweep": "many points of one question",
    "neurosim.ensembles": "many networks trained on one task",
    "neurosim.reproduce": "studies of papers and their claims",
    "neurosim.testing": "checks of plugins",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("destination", nargs="?", type=Path, default=DESTINATION)
    parser.add_argument(
        "--execute", nargs="*", type=int, metavar="NUMBER", help="tutorials to run; default all"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=ROOT / "build" / "tutorials",
        help="where what they print and draw is kept",
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="neurosim-site-") as folder:
        source = Path(folder) / "source"
        write_source(source, chosen.execute, chosen.results.resolve())
        from sphinx.cmd.build import main as sphinx

        cache = Path(folder) / "doctrees"
        return sphinx(
            ["-W", "--keep-going", "-q", "-d", str(cache), str(source), str(chosen.destination.resolve())]
        )


def write_source(source: Path, executed: list[int] | None, results: Path) -> None:
    """Write all that Sphinx reads to a folder."""
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(HERE / "conf.py", source)
    write_gallery(source / "gallery", executed, results)
    write_reference(source / "reference")
    write_tables(source)
    shutil.copy(ROOT / "CHANGELOG.md", source / "changes.md")
    for room, page in (("sweep", "studies"), ("studies", "papers")):
        text = (ROOT / "neurosim" / room / "README.md").read_text(encoding="utf-8")
        (source / "guides" / f"{page}.md").write_text(text, encoding="utf-8")


def write_gallery(folder: Path, executed: list[int] | None, results: Path) -> None:
    """A page and a notebook for each tutorial."""
    (folder / "pictures").mkdir(parents=True)
    names = []
    for script in sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.py")):
        read, name = cells.read_cells(script.read_text(encoding="utf-8")), script.stem
        wanted = executed is not None and (not executed or int(name[:2]) in executed)
        outputs = cells.execute(script, folder / "pictures", results) if wanted else {}
        shutil.copy(script, folder)
        (folder / f"{name}.ipynb").write_text(cells.notebook(read), encoding="utf-8")
        (folder / f"{name}.md").write_text(cells.page(read, name, outputs), encoding="utf-8")
        names.append(name)
    shutil.copytree(ROOT / "tutorials" / "figures", folder / "figures")
    text = (
        "Each is a script that runs by itself and a notebook; its numbers are compared with theory by the tests.\n\n"
        "![Coherent chaos, drawn by tutorial 03](figures/coherent_chaos.png)"
    )
    (folder / "index.md").write_text(listing("Tutorials", text, names), encoding="utf-8")


def write_reference(folder: Path) -> None:
    """A page for each room, with the docstrings of its public names that no later room has."""
    folder.mkdir()
    seen: set[int] = set()
    # "neurosim" collects names of other rooms, which are described there
    for room in reversed(ROOMS):
        module = importlib.import_module(room)
        own = [(name, getattr(module, name)) for name in module.__all__]
        own = [(name, thing) for name, thing in own if _is_described(thing) and id(thing) not in seen]
        seen.update(id(thing) for _, thing in own)
        rows = [
            f"# {room}",
            f"{ROOMS[room].capitalize()}.",
            *(_described(room, name, thing) for name, thing in own),
        ]
        (folder / f"{room}.md").write_text("\n\n".join(rows) + "\n", encoding="utf-8")
    text = "All public names, with equations, shapes, units, errors and sources. `help(...)` prints the same."
    (folder / "index.md").write_text(listing("Reference", text, ROOMS), encoding="utf-8")


def _is_described(thing: object) -> bool:
    own = getattr(thing, "__module__", "").startswith("neurosim")
    return own and (inspect.isclass(thing) or inspect.isroutine(thing))


def _described(room: str, name: str, thing: object) -> str:
    kind = "autoclass" if inspect.isclass(thing) else "autofunction"
    members = "\n:members:" if inspect.isclass(thing) else ""
    return f"## {name}\n\n```{{eval-rst}}\n.. {kind}:: {room}.{name}{members.replace(chr(10), chr(10) + '   ')}\n```"


def write_tables(source: Path) -> None:
    """Tables of tasks and of papers, from the package."""
    from neurosim.reproduce.catalog import papers_table
    from neurosim.task_catalog import task_table

    rows = ["| name | paper | inputs | outputs | epochs |", "|---|---|---|---|---|"]
    for task in task_table():
        if not task.reason:
            epochs = ", ".join(task.epochs)
            rows.append(f"| `{task.name}` | {task.paper} | {task.inputs} | {task.outputs} | {epochs} |")
    head = "# Tasks\n\n`neurosim tasks show NAME` draws a trial. Times are in its unit, usually milliseconds.\n\n"
    (source / "tasks.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    head = "# Papers, reproduced\n\n`neurosim reproduce NAME` computes one; `--quick` takes minutes.\n\n"
    (source / "papers.md").write_text(head + papers_table() + "\n", encoding="utf-8")


def listing(heading: str, text: str, names: Iterable[str]) -> str:
    """Page that leads to others."""
    rows = "\n".join(names)
    return f"# {heading}\n\n{text}\n\n```{{toctree}}\n:maxdepth: 1\n\n{rows}\n```\n"


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.exit(main())

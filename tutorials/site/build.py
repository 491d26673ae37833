"""Build the site: pages of this folder, executed tutorials, tables, papers and the reference of all public names.

    python -m pip install '.[docs]'
    python tutorials/site/build.py                       # runs all tutorials; open build/site/index.html
    python tutorials/site/build.py --execute 1 3 12      # runs these tutorials only
    python tutorials/site/build.py --execute none        # runs none: a minute

What tutorials print and draw is kept until their text or the package changes. A warning of Sphinx is an error.
The search works from disk.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from gallery import write_gallery
from papers import write_papers
from public_names import write_reference

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DESTINATION = ROOT / "build" / "site"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("destination", nargs="?", type=Path, default=DESTINATION)
    parser.add_argument(
        "--execute",
        nargs="+",
        default=["all"],
        metavar="NUMBER",
        help="tutorials to run, all or none; default all",
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
        write_source(source, numbers(chosen.execute), chosen.results.resolve())
        from sphinx.cmd.build import main as sphinx

        cache = Path(folder) / "doctrees"
        return sphinx(
            ["-W", "--keep-going", "-q", "-d", str(cache), str(source), str(chosen.destination.resolve())]
        )


def numbers(texts: list[str]) -> list[int] | None:
    """Numbers of the tutorials to run: an empty list means all, None means none."""
    if texts in (["all"], ["none"]):
        return [] if texts == ["all"] else None
    return [int(text) for text in texts]


def write_source(source: Path, executed: list[int] | None, results: Path) -> None:
    """Write all that Sphinx reads to a folder."""
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(HERE / "conf.py", source)
    write_gallery(source / "gallery", executed, results)
    write_reference(source / "reference")
    write_papers(source / "papers")
    write_tasks(source / "tasks.md")
    shutil.copytree(ROOT / "tutorials" / "figures", source / "figures")
    shutil.copy(ROOT / "CHANGELOG.md", source / "changes.md")
    for room, page in (("sweep", "studies"), ("studies", "papers")):
        text = (ROOT / "neurosim" / room / "README.md").read_text(encoding="utf-8")
        (source / "guides" / f"{page}.md").write_text(text, encoding="utf-8")


def write_tasks(page: Path) -> None:
    """Table of tasks, from the package."""
    from neurosim.task_catalog import task_table

    rows = ["| name | paper | inputs | outputs | epochs |", "|---|---|---|---|---|"]
    for task in task_table():
        if not task.reason:
            epochs = ", ".join(task.epochs)
            rows.append(f"| `{task.name}` | {task.paper} | {task.inputs} | {task.outputs} | {epochs} |")
    head = "# Tasks\n\n`neurosim tasks show NAME` draws a trial. Times are in its unit, usually milliseconds.\n\n"
    page.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.exit(main())

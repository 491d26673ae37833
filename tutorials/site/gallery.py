"""Gallery of tutorials: a card, a page, a script and a notebook for each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from cells import notebook, page, read_cells, title
from running import execute

__all__ = ["write_gallery"]

ROOT = Path(__file__).resolve().parents[2]
INTRODUCTION = """Each is a script that runs by itself, and a notebook to download; what it prints is
compared with theory by the tests. The pages show what the scripts printed and drew when this site was built."""
THUMBNAIL = (640, 420)


def write_gallery(folder: Path, executed: list[int] | None, results: Path) -> None:
    """Write a page and a notebook for each tutorial, and the page of cards.

    Parameters
    ----------
    folder : Path
    executed : list of int or None
        Numbers of the tutorials that are run, all if it is empty; None runs none.
    results : Path
        Where what they print and draw is kept.
    """
    (folder / "pictures").mkdir(parents=True)
    cards, summaries = [], _summaries()
    for script in sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.py")):
        cells, name = read_cells(script.read_text(encoding="utf-8")), script.stem
        wanted = executed is not None and (not executed or int(name[:2]) in executed)
        outputs = execute(script, folder / "pictures", results) if wanted else {}
        shutil.copy(script, folder)
        (folder / f"{name}.ipynb").write_text(notebook(cells), encoding="utf-8")
        (folder / f"{name}.md").write_text(page(cells, name, outputs), encoding="utf-8")
        figures = [figure for output in outputs.values() for figure in output["figures"]]
        picture = _thumbnail(folder / "pictures" / figures[-1]) if figures else None
        cards.append(_card(name, title(cells), summaries[name], picture))
    tree = "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *summaries, "```"])
    cards = ["::::{container} cards", *cards, "::::"]
    (folder / "index.md").write_text(
        "\n\n".join(["# Tutorials", INTRODUCTION, *cards, tree]) + "\n", encoding="utf-8"
    )


def _summaries() -> dict[str, str]:
    """What each tutorial is about, from the table in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[\d\d [^\]]+\]\(tutorials/(\d\d_\w+)\.py\) \| (.+) \|$", text, flags=re.MULTILINE
    )
    return dict(rows)


def _card(name: str, heading: str, summary: str, picture: str | None) -> str:
    lines = [f"[![{heading}](pictures/{picture})]({name}.md)", ""] if picture else []
    return "\n".join([":::{container} card", *lines, f"[{heading}]({name}.md)", "", f"{summary}", ":::"])


def _thumbnail(picture: Path) -> str:
    from PIL import Image  # Matplotlib depends on it

    small = picture.with_name(f"small-{picture.name}")
    with Image.open(picture) as image:
        image.thumbnail(THUMBNAIL)
        image.save(small)
    return small.name

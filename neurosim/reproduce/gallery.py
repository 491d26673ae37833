"""Gallery: one page with a card for each paper that was reproduced in a folder."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from neurosim.progress import duration_text
from neurosim.report.html import document
from neurosim.reproduce.catalog import studies
from neurosim.reproduce.folder import read_record
from neurosim.reproduce.study import Study
from neurosim.sweep.files import read_json, write_whole

__all__ = ["results_in", "write_gallery"]

STYLE = """
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 18px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 16px; color: inherit;
        text-decoration: none; display: flex; flex-direction: column; gap: .4em; }
.card:hover, .card:focus { border-color: var(--accent); }
.card img { width: 100%; height: 190px; object-fit: contain; }
.card h2 { font-size: 1.05rem; } .card p { margin: 0; font-size: .9rem; } .card p.small { color: var(--faint); }
.card p.score { font-weight: 600; border-top: 1px solid var(--line); padding-top: .5em; margin-top: auto; }
@media (max-width: 720px) { main { padding: 20px 12px 48px; } }
"""


def results_in(root: Path) -> dict[Path, dict[str, Any]]:
    """Folders of finished reproductions below a folder, each with the content of its ``summary.json``."""
    folders = [path for path in sorted(root.glob("*")) if path.is_dir() and read_record(path) is not None]
    summaries = {folder: read_json(folder / "summary.json") for folder in folders}
    return {folder: summary for folder, summary in summaries.items() if isinstance(summary, dict)}


def write_gallery(root: Path | str) -> Path:
    """Write ``index.html`` with a card for each reproduction below a folder: key figure, claims, seconds, versions.

    Parameters
    ----------
    root : path
        Such as ``reproductions``.

    Returns
    -------
    Path
        Of the page, which opens from disk.
    """
    root, known = Path(root), studies()
    found = {f: s for f, s in results_in(root).items() if s["study"] in known}
    order = list(known)
    cards = [
        _card(folder, summary, known[summary["study"]])
        for folder, summary in sorted(found.items(), key=lambda item: order.index(item[1]["study"]))
    ]
    agreeing, checked = (sum(summary[key] for summary in found.values()) for key in ("agreeing", "checked"))
    seconds = sum(summary["seconds"] for summary in found.values())
    papers = len({summary["study"] for summary in found.values()})
    body = (
        f'<h1>Papers, reproduced</h1>\n<p class="about">{papers} paper{"s" * (papers != 1)}: {agreeing} of {checked} '
        f"claims agree; {duration_text(seconds)} together. Each card opens the page of a study.</p>\n"
        '<div class="cards">'
        f"{''.join(cards)}</div>\n"
    )
    write_whole(root / "index.html", document("Papers, reproduced", body, STYLE).encode("utf-8"))
    return root / "index.html"


def _card(folder: Path, summary: Mapping[str, Any], study: Study) -> str:
    form = "quick form" if summary["quick"] else "full form"
    failed = summary["checked"] - summary["agreeing"]
    mark = "✓" if not failed else "✗"
    versions = ", ".join(f"{name} {version}" for name, version in list(summary["versions"].items())[:3])
    image = ""
    if summary["figures"]:
        path = folder / summary["figures"][0]
        data = base64.b64encode(path.read_bytes()).decode("ascii") if path.is_file() else ""
        image = (
            f'<img alt="{escape(study.figures[0].caption, quote=True)}" src="data:image/png;base64,{data}">'
        )
    return (
        f'<a class="card" href="{escape(folder.name, quote=True)}/index.html">{image}'
        f"<h2>{escape(study.paper.short)}</h2><p>{escape(study.reproduced)}</p>"
        f'<p class="score">{mark} {summary["agreeing"]} of {summary["checked"]} claims agree</p>'
        f'<p class="small">{form}, {duration_text(summary["seconds"])}<br>{escape(versions)}</p></a>\n'
    )

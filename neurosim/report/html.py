"""HTML that all pages share: style, document, tables, and figures as data URIs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

__all__ = ["STYLE", "document", "image", "table"]

SCREEN = 96.0 / 200.0
"""Pixels on the screen for each dot of a figure: all figures are shown at one scale, so that their fonts agree."""

STYLE = """
:root { --ink: #1d2430; --faint: #667085; --line: #e3e7ee; --accent: #0072B2; --paper: #ffffff; --ground: #f5f7fa; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
       font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 1.7rem; margin: 0 0 .2em; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 .2em; }
h3 { font-size: .95rem; margin: 1.4em 0 .3em; }
p.about, p.settings, figcaption, td.reliability, footer { color: var(--faint); font-size: .875rem; }
p.about, p.settings { margin: .2em 0 1em; overflow-wrap: anywhere; }
p.verdict { background: var(--paper); border-left: 4px solid var(--accent); border-radius: 4px; padding: 14px 18px;
            font-size: 1.1rem; margin: 18px 0; }
nav { margin: 0 0 26px; font-size: .9rem; } nav a { color: var(--accent); margin-right: 1.1em; white-space: nowrap; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
          padding: 22px 24px; margin: 0 0 22px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th { text-align: left; font-weight: 600; color: var(--faint); font-size: .8rem; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } td.number small { color: var(--faint); }
td.reliability { max-width: 26em; }
.figures { display: flex; flex-wrap: wrap; gap: 18px; margin-top: 18px; }
figure { margin: 0; min-width: 0; }
figure img { max-width: 100%; height: auto; display: block; }
ul.missing { font-size: .9rem; padding-left: 1.2em; } ul.missing b { font-weight: 600; }
@media print { body { background: #fff; } section { break-inside: avoid; } nav { display: none; } }
"""


def document(title: str, body: str, style: str = "") -> str:
    """HTML document in the style of all pages.

    Parameters
    ----------
    title : str
    body : str
        HTML.
    style : str, optional
        Further rules of CSS.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n<main>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )


def table(heading: Sequence[str], rows: Sequence[str]) -> str:
    """HTML of a table that scrolls on narrow screens; `rows` are HTML, the heading is text."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def image(path: Path, caption: str) -> str:
    """HTML of a PNG file with its caption, as a data URI."""
    content = path.read_bytes()
    # a PNG begins with its signature, the header of its first chunk, and its width in four bytes
    width = SCREEN * int.from_bytes(content[16:20], "big")
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<figure><img alt="{escape(caption, quote=True)}" style="width: {width:.0f}px" '
        f'src="data:image/png;base64,{data}"><figcaption>{escape(caption)}.</figcaption></figure>'
    )

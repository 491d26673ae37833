"""HTML page of a report, in one file: numbers, tables, and figures as data URIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from neurosim.report.html import document, image, table
from neurosim.report.section import Grid, Number, Section

__all__ = ["html_page"]


def html_page(
    title: str,
    about: Sequence[str],
    verdicts: Mapping[str, str],
    sections: Sequence[Mapping[str, Section]],
    figures: Path,
) -> str:
    """HTML of a report.

    Parameters
    ----------
    title : str
    about : sequence of str
        Lines below the title, one about each network.
    verdicts : mapping of str to str
        By label of the network.
    sections : sequence of mapping
        For each question, the sections by label.
    figures : Path
        Folder that holds NAME.png for the drawings of the sections.
    """
    titles = [next(iter(by_label.values())).title for by_label in sections]
    links = " ".join(f'<a href="#part{k}">{escape(name)}</a>' for k, name in enumerate(titles))
    several = len(verdicts) > 1
    answers = "".join(
        f'<p class="verdict">{f"<b>{escape(label)}</b>: " if several else ""}{escape(verdict)}</p>'
        for label, verdict in verdicts.items()
    )
    lines = "<br>".join(escape(line) for line in about)
    body = "".join(_section(k, by_label, figures) for k, by_label in enumerate(sections))
    return document(
        title,
        f'<h1>{escape(title)}</h1>\n<p class="about">{lines}</p>\n{answers}\n<nav>{links}</nav>\n{body}'
        f"<footer>{_explain(sections)}</footer>\n",
    )


def _explain(sections: Sequence[Mapping[str, Section]]) -> str:
    """Conventions of the page, those that it needs."""
    numbers = [n for by_label in sections for section in by_label.values() for n in section.numbers.values()]
    text = []
    if any(number.interval_text for number in numbers):
        text.append("Intervals are in square brackets; the last column says of what kind.")
    if numbers:
        text.append(
            "Time is in the unit of the neurons' time constants; durations are also given in the slowest time constant "
            "of a single unit."
        )
    if any(number.predicted_text for number in numbers):
        text.append(
            "Random weights: prediction for infinitely many units with random weights of the same statistics, which "
            "trained weights are not."
        )
    return " ".join([*text, "The same numbers are in summary.json."])


def _section(place: int, by_label: Mapping[str, Section], figures: Path) -> str:
    first = next(iter(by_label.values()))
    settings = dict.fromkeys(section.settings for section in by_label.values())
    parts = [f'<h2>{escape(first.title)}</h2><p class="settings">{escape(" / ".join(settings))}</p>']
    names = dict.fromkeys(name for section in by_label.values() for name in section.numbers)
    if names:
        parts.append(_numbers(by_label, list(names)))
    for label, section in by_label.items():
        prefix = f"{label}: " if len(by_label) > 1 else ""
        parts += [_grid(prefix, grid) for grid in section.grids]
    drawn = {drawing.name: drawing for section in by_label.values() for drawing in section.drawings}
    images = [image(figures / f"{d.name}.png", d.caption) for d in drawn.values()]
    parts.append(f'<div class="figures">{"".join(images)}</div>' if images else "")
    parts.append(_missing(by_label))
    return f'<section id="part{place}">{"".join(parts)}</section>\n'


def _numbers(by_label: Mapping[str, Section], names: Sequence[str]) -> str:
    several = len(by_label) > 1
    predicted = any(
        number.predicted_text for section in by_label.values() for number in section.numbers.values()
    )
    single = ["value", "random weights"] if predicted else ["value"]
    units = any(number.unit for section in by_label.values() for number in section.numbers.values())
    heading = ["", *(by_label if several else single), *(["unit"] if units else []), "reliability"]
    rows = []
    for name in names:
        numbers = [section.numbers.get(name) for section in by_label.values()]
        known = next(number for number in numbers if number is not None)
        cells = [_value(number, prediction=several) for number in numbers]
        if not several and predicted:
            cells.append(f'<td class="number">{known.predicted_text}</td>')
        reliability = " / ".join(dict.fromkeys(n.reliability for n in numbers if n is not None))
        if units:
            cells.append(f"<td>{escape(known.unit)}</td>")
        rows.append(
            f"<tr><td>{escape(name)}</td>{''.join(cells)}"
            f'<td class="reliability">{escape(reliability)}</td></tr>'
        )
    return table(heading, rows)


def _value(number: Number | None, *, prediction: bool) -> str:
    if number is None:
        return '<td class="number">–</td>'
    interval = f" {number.interval_text}" if number.interval_text else ""
    predicted = f"<br>random weights {number.predicted_text}" if prediction and number.predicted_text else ""
    return f'<td class="number">{number.value_text}<small>{interval}{predicted}</small></td>'


def _grid(prefix: str, grid: Grid) -> str:
    rows = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in grid.rows]
    return f"<h3>{escape(prefix + grid.title)}</h3>{table(grid.heading, rows)}"


def _missing(by_label: Mapping[str, Section]) -> str:
    items = [
        f"<li><b>{escape(f'{label}: ' if len(by_label) > 1 else '')}no {escape(what)}</b>: "
        f"{escape(' '.join(reason.split()))}</li>"
        for label, section in by_label.items()
        for what, reason in section.missing.items()
    ]
    return f'<ul class="missing">{"".join(items)}</ul>' if items else ""

"""Text of a report for a terminal: aligned columns, and a list of what is missing with the reason."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from neurosim.report.section import Grid, Number, Section

__all__ = ["columns", "report_text"]

WIDTH = 110


def report_text(title: str, verdicts: Mapping[str, str], sections: Sequence[Mapping[str, Section]]) -> str:
    """Text of a report.

    Parameters
    ----------
    title : str
    verdicts : mapping of str to str
        By label of the network.
    sections : sequence of mapping
        For each question, the sections by label of the network.
    """
    head = [
        title,
        *(f"{label}: {verdict}" if len(verdicts) > 1 else verdict for label, verdict in verdicts.items()),
    ]
    return "\n\n".join(["\n".join(head), *(_section(by_label) for by_label in sections)])


def _section(by_label: Mapping[str, Section]) -> str:
    first = next(iter(by_label.values()))
    lines = [first.title.upper()]
    names = dict.fromkeys(name for section in by_label.values() for name in section.numbers)
    if names:
        unit = {name: _any(by_label, name).unit for name in names}
        heading = ["", *_headings(by_label), "unit"]
        rows = [[name, *_cells(by_label, name), unit[name]] for name in names]
        lines.append(columns(_without_empty_columns([heading, *rows])))
    for label, section in by_label.items():
        prefix = f"{label}: " if len(by_label) > 1 else ""
        lines += [_grid(prefix, grid) for grid in section.grids]
        lines += [_wrap(f"{prefix}no {what}: {reason}") for what, reason in section.missing.items()]
    return "\n".join(lines)


def _headings(by_label: Mapping[str, Section]) -> list[str]:
    return ["value", "random weights"] if len(by_label) == 1 else list(by_label)


def _without_empty_columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    filled = [column for k, column in enumerate(zip(*rows, strict=True)) if k < 2 or any(column[1:])]
    return list(zip(*filled, strict=True))


def _any(by_label: Mapping[str, Section], name: str) -> Number:
    return next(section.numbers[name] for section in by_label.values() if name in section.numbers)


def _cells(by_label: Mapping[str, Section], name: str) -> list[str]:
    numbers = [section.numbers.get(name) for section in by_label.values()]
    if len(by_label) > 1:
        return ["–" if number is None else str(number) for number in numbers]
    (number,) = numbers
    assert number is not None
    return [str(number), number.predicted_text]


def _grid(prefix: str, grid: Grid) -> str:
    return f"  {prefix}{grid.title}\n" + columns([list(grid.heading), *map(list, grid.rows)], indent="    ")


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Text of rows as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return "\n".join(indent + line for line in lines)


def _wrap(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="  ", subsequent_indent="    ")

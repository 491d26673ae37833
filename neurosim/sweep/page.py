"""One HTML page of a study: declaration, table, figures, failures, versions and seconds."""

from __future__ import annotations

import functools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.plotting.sweeps import THEORY, sweep_lines
from neurosim.progress import duration_text
from neurosim.report.drawing import save_drawings
from neurosim.report.page import html_page
from neurosim.report.section import Drawing, Grid, Section
from neurosim.results import Report, versions, write_report
from neurosim.results.numerals import numeral, numeral_with_error
from neurosim.sweep.files import write_whole
from neurosim.sweep.study import Sweep
from neurosim.sweep.table import Table

__all__ = ["write_page"]

ROWS = 200
"""Rows of the table on the page; all of them are in ``table.csv``."""
FIGURES = 12


def write_page(
    study: Sweep, table: Table, folder: Path | str, *, title: str = "", over: str = "seed"
) -> Report:
    """Write the table of a study, its figures, and one page with everything into its folder.

    Parameters
    ----------
    study : Sweep
    table : Table
        What ``study.run(folder)`` returned.
    folder : path
    title : str, optional
        Heading. Default: the name of the folder.
    over : str, optional
        Parameter that numbers repetitions.

    Returns
    -------
    Report
        Its folder holds ``index.html``, ``table.csv``, ``table.npz``, ``summary.json``, ``report.txt`` and the figures.

    Examples
    --------
    >>> from neurosim.sweep import write_page
    >>> report = write_page(study, study.run("edge"), "edge")  # doctest: +SKIP
    >>> print(report.table)  # doctest: +SKIP
    """
    folder = Path(folder).absolute()
    title = title or folder.name
    for ending in ("csv", "npz"):
        table.save(folder / f"table.{ending}")
    sections = [_results(table, over), _declaration(study)]
    if len(table.failures()):
        sections.insert(1, _failures(table))
    for section in sections:
        save_drawings({title: section}, folder)
    verdict = _verdict(study, table)
    grid = sections[0].grids[0]
    text = "\n\n".join([title, verdict, _format_grid(grid)])
    summary = {
        "points": len(study),
        "finished": len(table),
        "failed": len(table.failures()),
        "seconds": round(float(table.seconds.sum()), 2),
        "versions": versions(),
        "results": [dict(zip(grid.heading, row, strict=True)) for row in grid.rows],
    }
    write_report(folder, text, summary)
    about = [", ".join(f"{name} {version}" for name, version in versions().items())]
    page = html_page(title, about, {title: verdict}, [{title: section} for section in sections], folder)
    write_whole(folder / "index.html", page.encode())
    return Report(folder, text, summary)


def _verdict(study: Sweep, table: Table) -> str:
    failed = len(table.failures())
    return (
        f"{len(table)} of {len(study)} points finished, {failed or 'none'} of them failed; "
        f"{duration_text(table.seconds.sum())} of computation."
    )


def _results(table: Table, over: str) -> Section:
    section = Section(
        "Results", f"mean ± standard error over {over}" if over in table.parameters else "every point"
    )
    section.grids.append(_grid(table, over))
    section.drawings += _distinct(islice(_drawings(table, over), FIGURES))
    section.missing.update({name: f"it differs in shape: {where}" for name, where in table.ragged.items()})
    return section


def _grid(table: Table, over: str) -> Grid:
    names = [name for name, column in table.results.items() if column.ndim == 1]
    repeated = over in table.parameters
    mean, error = (table.mean(over), table.sem(over)) if repeated else (table, None)
    rows = []
    for row in range(min(len(mean), ROWS)):
        values = [_text(column[row]) for column in mean.parameters.values()]
        cells = [_cell(mean[name][row], error[name][row] if error else math.nan) for name in names]
        rows.append([*values, *cells])
    more = f", {len(mean) - ROWS} rows more in table.csv" if len(mean) > ROWS else ""
    units = [f"{name} ({table.units[name]})" if name in table.units else name for name in names]
    return Grid(f"Table{more}", [*mean.parameters, *units], rows)


def _drawings(table: Table, over: str) -> Iterator[Drawing]:
    """Figures of each result against the parameter with most values, in colors of the second.

    There is one for each value of the other parameters.
    """
    counts = {name: len(set(column.tolist())) for name, column in table.parameters.items() if name != over}
    varied = sorted((name for name, count in counts.items() if count > 1), key=lambda name: -counts[name])
    if not varied:
        return
    x, color, others = varied[0], next(iter(varied[1:2]), None), varied[2:]
    for name, column in table.results.items():
        if column.ndim > 1 or np.iscomplexobj(column) or name.endswith(THEORY):
            continue
        for number, (values, part) in enumerate(_parts(table, others)):
            where = "".join(f", {key} = {_text(value)}" for key, value in values.items())
            draw = functools.partial(sweep_lines, part, x, name, color=color, over=over)
            yield Drawing(f"{name}-{number}", f"{name} against {x}{where}", draw)


def _distinct(drawings: Iterable[Drawing]) -> list[Drawing]:
    """Drawings with a number after names that differ only in signs, or in capitals, which some disks take for one."""
    found: dict[str, Drawing] = {}
    for drawing in drawings:
        names = chain([drawing.name], (f"{drawing.name}-{k}" for k in count(2)))
        name = next(name for name in names if name not in found)
        found[name] = replace(drawing, name=name)
    return list(found.values())


def _parts(table: Table, names: list[str]) -> Iterator[tuple[dict[str, Any], Table]]:
    combinations = dict.fromkeys(zip(*(table.parameters[name].tolist() for name in names), strict=True))
    for values in combinations or {(): None}:
        chosen = dict(zip(names, values, strict=True))
        yield chosen, table.where(**chosen)


def _failures(table: Table) -> Section:
    counts = Counter(table.failures().errors.tolist())
    section = Section("Failures", "points that raised an exception, by its text")
    section.grids.append(
        Grid("Reasons", ["points", "reason"], [[str(n), why] for why, n in counts.most_common()])
    )
    rows = [
        [
            *(_text(column[row]) for column in table.failures().parameters.values()),
            table.failures().errors[row],
        ]
        for row in range(min(len(table.failures()), ROWS))
    ]
    section.grids.append(Grid("Points", [*table.parameters, "reason"], rows))
    return section


def _declaration(study: Sweep) -> Section:
    manifest = study.manifest()
    section = Section("Declaration", "what was measured, and where")
    rows = [[key, _shorten(str(value))] for key, value in _identity(manifest["measure"]).items()]
    section.grids.append(Grid("Measured", ["", ""], rows))
    rows = [[name, _shorten(", ".join(values))] for name, values in _axis_values(study).items()]
    section.grids.append(Grid("Parameters", ["parameter", "values"], rows))
    return section


def _identity(measure: Mapping[str, Any]) -> dict[str, Any]:
    """What is measured, the tables of a declaration one by one."""
    tables = json.loads(measure["declaration"]) if "declaration" in measure else {}
    return {**{key: value for key, value in measure.items() if key != "declaration"}, **tables}


def _axis_values(study: Sweep) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for axis in study.design.axes:
        for entry in axis.entries:
            for name, value in entry.items():
                found.setdefault(name, {})[_text(value)] = None
    return {name: list(values) for name, values in found.items()}


def _shorten(text: str) -> str:
    return text if len(text) <= 2000 else text[:1997] + "..."


def _cell(value: Any, error: Any) -> str:
    if np.iscomplexobj(value):
        return f"{value:.4g}"
    plain = value.item()
    if math.isnan(error) or error <= 1e-12 * abs(
        plain
    ):  # one point, or a prediction that is the same for all
        return numeral(plain)
    return numeral_with_error(plain, float(error))


def _text(value: Any) -> str:
    return numeral(float(value)) if isinstance(value, (float, np.floating)) else str(value)


def _format_grid(grid: Grid) -> str:
    lines = [list(map(str, grid.heading)), *(list(map(str, row)) for row in grid.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )

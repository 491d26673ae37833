"""Tables of experiments and trainings as text, from the plain data of ``summary.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["experiment_text", "quantity_table", "training_text"]

QUANTITIES = {
    "accuracy": "accuracy",
    "loss": "loss",
    "radius": "spectral radius",
    "abscissa": "largest real part",
}
"""Quantities of a network before and after training, and their names in the table."""


def experiment_text(summary: Mapping[str, Any], notes: Iterable[str]) -> str:
    """Title, table of quantities, notes on the predictions, and what could not be measured."""
    networks = summary["networks"]
    missing = [
        f"{label}: no {name}: {reason}"
        for label, network in networks.items()
        for name, reason in network["not_measured"].items()
    ]
    stopped = [f"Stopped by Ctrl-C while {summary['stopped_while']}."] if summary["interrupted"] else []
    remarks = dict.fromkeys(note for note in notes if note and networks)
    below = [*remarks, *missing, *stopped]
    parts = [summary["title"], quantity_table(networks) if networks else "", "\n".join(below)]
    return "\n\n".join(filter(None, parts))


def training_text(summary: Mapping[str, Any]) -> str:
    """Title, a table with a column for each network, and how the training ended."""
    networks = summary["networks"]
    columns = [["", *QUANTITIES.values()]]
    for label, numbers in networks.items():
        columns.append([label, *(f"{numbers[name]:.4g}" for name in QUANTITIES)])
    lines = [_line(cells, columns) for cells in zip(*columns, strict=True)]
    epochs = f"{summary['epochs']} epoch{'' if summary['epochs'] == 1 else 's'}"
    reason = f"; {summary['reason']}" if summary["reason"] else ""
    end = f"{epochs}, {summary['seconds']:.1f} s{reason}."
    return "\n\n".join([summary["title"], "\n".join(lines), end])


def quantity_table(networks: Mapping[str, Mapping[str, Any]]) -> str:
    """Measured quantities of several networks, each prediction to the right of what it predicts.

    Parameters
    ----------
    networks : mapping
        By label: a mapping whose ``quantities`` hold ``measured``, ``predicted`` and ``spread`` by name.

    Returns
    -------
    str
        One line for each network below a heading; columns are aligned.
    """
    found = {label: network["quantities"] for label, network in networks.items()}
    names = list(dict.fromkeys(name for quantities in found.values() for name in quantities))
    columns = [["network", *found]]
    for name in names:
        cells = [quantities.get(name, {}) for quantities in found.values()]
        columns.append([name, *(_number(cell.get("measured")) for cell in cells)])
        if any(cell.get("predicted") is not None for cell in cells):
            columns.append(["predicted", *(_prediction(cell) for cell in cells)])
    return "\n".join(_line(cells, columns) for cells in zip(*columns, strict=True))


def _line(cells: tuple[str, ...], columns: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in columns]
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def _number(value: float | None) -> str:
    # half a unit of the last digit prints as zero, and zero has no sign
    return "–" if value is None else f"{value if abs(value) >= 5e-4 else 0.0:.3f}".replace("-", "−")


def _prediction(cell: Mapping[str, Any]) -> str:
    spread = cell.get("spread")
    return _number(cell.get("predicted")) + ("" if spread is None else f" ± {spread:.3f}")

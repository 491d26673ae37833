"""Tables as files: CSV for other programs, and npz for this one."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, StorageError
from neurosim.results.numerals import numeral
from neurosim.sweep.files import read_arrays, write_arrays, write_whole

__all__ = ["csv_text", "html_table", "load_table", "save_table"]


def save_table(table: Any, path: Path) -> None:
    """Write a table as its ending says, ``.csv`` or ``.npz``."""
    if path.suffix == ".csv":
        write_whole(path, csv_text(table).encode("utf-8"))
    elif path.suffix == ".npz":
        write_arrays(path, _arrays(table))
    else:
        raise ParameterError(f"path must end in .csv or .npz (got {str(path)!r}).")


def csv_text(table: Any) -> str:
    """Table as comma-separated values: a header, and floats in their shortest exact form."""
    columns = table.flat()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return buffer.getvalue()


def html_table(table: Any, rows: int = 20) -> str:
    """First rows of a table as HTML, for notebooks."""
    columns = table.flat()
    shown = {name: column[:rows].tolist() for name, column in columns.items()}
    heading = "".join(f"<th>{escape(name)}</th>" for name in shown)
    lines = (
        "".join(f"<td>{escape(numeral(cell) if isinstance(cell, float) else str(cell))}</td>" for cell in row)
        for row in zip(*shown.values(), strict=True)
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    more = f"<p>and {len(table) - rows} rows more</p>" if len(table) > rows else ""
    return f"<table><tr>{heading}</tr>{body}</table>{more}"


def load_table(path: Path) -> dict[str, Any]:
    """Fields of a table that `save_table` wrote as ``.npz``."""
    arrays = read_arrays(path)
    if "fields" not in arrays:
        raise StorageError(
            f"{path} must be a table in .npz (got another file, or none); save one with table.save(path)."
        )
    texts = json.loads(str(arrays["fields"]))
    return {
        "parameters": {name: arrays[f"parameter {name}"] for name in texts["parameters"]},
        "results": {name: arrays[f"result {name}"] for name in texts["results"]},
        "errors": arrays["errors"],
        "seconds": arrays["seconds"],
        "units": texts["units"],
        "ragged": texts["ragged"],
    }


def _arrays(table: Any) -> dict[str, np.ndarray]:
    texts = {
        "parameters": list(table.parameters),
        "results": list(table.results),
        "units": dict(table.units),
        "ragged": dict(table.ragged),
    }
    return {
        "fields": np.array(json.dumps(texts)),
        **{f"parameter {name}": column for name, column in table.parameters.items()},
        **{f"result {name}": column for name, column in table.results.items()},
        "errors": table.errors,
        "seconds": table.seconds,
    }

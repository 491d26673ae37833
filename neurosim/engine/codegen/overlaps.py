"""Source text of overlaps with low-rank and readout vectors: sums over all units, in shares of one tile each."""

from __future__ import annotations

from neurosim.engine.codegen.delayed_rates import inside_tile
from neurosim.engine.codegen.text import indent
from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["share_of_overlaps", "sum_of_overlaps"]


def _share_of_delayed_overlaps(spec: KernelSpec) -> list[str]:
    """Sum of products of the row k of a low-rank factor with the rates that arrive from one tile."""
    return [
        "part = zero",
        "for segment in range(segments.shape[0]):",
        "    kind, source, many, place = segments[segment]",
        f"    begin, end = {inside_tile(spec)}",
        "    if kind == row_kinds[k] and begin < end:",
        "        part += overlap(rows[k, begin:end], rates[trial, place + begin - source : place + end - source])",
        "partials[p, trial, k] = part",
    ]


def share_of_overlaps(spec: KernelSpec, count: str) -> list[str]:
    """Sums of products of the first `count` rows with the rates r of one tile."""
    inside = ["inside = min(high, size) - low"] if spec.tiled else []
    row, rates = ("low : low + inside", ":inside") if spec.tiled else (":size", ":size")
    if spec.delayed and spec.low_rank:
        return [
            *inside,
            f"for k in range({count}):",
            "    if k < rank:",
            *indent(_share_of_delayed_overlaps(spec), 2),
            "    else:",
            f"        partials[p, trial, k] = overlap(rows[k, {row}], r[{rates}])",
        ]
    return [
        *inside,
        f"for k in range({count}):",
        f"    partials[p, trial, k] = overlap(rows[k, {row}], r[{rates}])",
    ]


def sum_of_overlaps(spec: KernelSpec, count: str) -> list[str]:
    """Overlaps of one trial, from the shares of all tiles in their order."""
    if not spec.overlaps:
        return []
    return [
        f"for k in range({count}):",
        "    whole = zero",
        "    for p in range(tiles):",
        "        whole += partials[p, trial, k]",
        "    overlaps[trial, k] = whole",
    ]

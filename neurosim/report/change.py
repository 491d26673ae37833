"""Section on the change of weights between two networks."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim import analysis, plotting
from neurosim.network import Network
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.results.numerals import numeral

__all__ = ["change"]

SHOWN = 8


def change(before: Network, after: Network) -> Section:
    """Change of the weights: size, effective rank, and overlap with input and readout weights."""
    section = Section("What changed", "ΔW = W after − W before, and the same of the other weights.")
    with section.attempt("change of the recurrent weights"):
        found = analysis.weight_change(before, after)
        _describe_size(section, found)
        _overlaps(section, found)
    with section.attempt("distributions of the weights"):
        moments = (analysis.weight_moments(after), analysis.weight_moments(before))
        caption = "Weights before and after"
        section.drawings.append(
            Drawing("weights-change", caption, partial(plotting.weight_distribution, *moments))
        )
    for name, old, new in (
        ("input weights", before.input_weights, after.input_weights),
        ("readout weights", before.readout_weights, after.readout_weights),
        ("bias", before.bias, after.bias),
    ):
        with section.attempt(f"change of the {name}"):
            _relative(section, name, old, new)
    return section


def _describe_size(section: Section, found: analysis.WeightChange) -> None:
    section.numbers["relative change |ΔW| / |W before|"] = Number(
        found.relative, reliability="Frobenius norms"
    )
    section.numbers["participation ratio of the singular values"] = Number(
        found.participation_ratio,
        reliability=f"effective rank of ΔW; about {0.5 * len(found.matrix):.3g} for a random matrix of this size",
    )
    for count in (1, 3, 6):
        if count <= len(found.shares):
            section.numbers[f"share of |ΔW|² in {count} singular value{'s' if count > 1 else ''}"] = Number(
                float(found.shares[count - 1])
            )
    section.drawings.append(
        Drawing("singular-values", "Singular values of ΔW", partial(plotting.weight_change, found))
    )


def _overlaps(section: Section, found: analysis.WeightChange) -> None:
    rows = []
    for k in range(min(SHOWN, len(found.singular_values))):
        shares = [f"{found.overlaps[name][k]:.3f}" for name in found.overlaps]
        rows.append((str(k + 1), numeral(float(found.singular_values[k])), *shares))
    chance = [f"{found.chance[name.split(' in ')[1]]:.3f}" for name in found.overlaps]
    rows.append(("chance", "", *chance))
    section.grids.append(
        Grid(
            "singular vectors of ΔW: squared projection onto input and readout weights",
            ("", "singular value", *found.overlaps),
            rows,
        )
    )
    with section.attempt("overlaps of ΔW with input and readout"):
        if not any(found.chance.values()):
            plotting.weight_overlaps(found)  # raises with the reason
        section.drawings.append(
            Drawing(
                "overlaps", "Overlap of ΔW with input and readout", partial(plotting.weight_overlaps, found)
            )
        )


def _relative(section: Section, name: str, old: np.ndarray, new: np.ndarray) -> None:
    if old.shape != new.shape:
        section.missing[f"change of the {name}"] = f"shapes {old.shape} and {new.shape} differ."
        return
    size, moved = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
    if size > 0.0:
        section.numbers[f"relative change of the {name}"] = Number(moved / size, reliability="norms")
    elif moved > 0.0:
        section.numbers[f"norm of the {name} (before: 0)"] = Number(moved)

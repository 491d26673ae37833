"""Source text of the time loop of a trajectory with its tangent vectors.

Row 0 of every array is the trajectory, the other rows are tangent vectors. They go through the same products and
stages, with rate and drift replaced by their derivatives at the trajectory, so that the tangent
step is the exact derivative of the discrete step. Inputs and noise act on row 0 only: they do not depend on the state,
so their derivative is zero.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from neurosim.engine.codegen.overlaps import share_of_overlaps, sum_of_overlaps
from neurosim.engine.codegen.products import products
from neurosim.engine.codegen.text import (
    body_of,
    call_of,
    channel_values,
    indent,
    opening,
    over_units,
    scalar_names,
    tile_index,
    unitwise_views,
    views,
)
from neurosim.engine.codegen.time_loop import (
    has_noise,
    next_stage,
    noise_of_step,
    over_tiles,
)
from neurosim.engine.kernel_spec import KernelSpec, UnitKind

__all__ = ["tangent_text"]

INPUTS = "add_dense(input_columns[p], inputs[step - start, nodes[stage]], currents, 0, 1, inputs.shape[3])"


def _locals(spec: KernelSpec) -> dict[str, list[str]]:
    """Local derivatives of one tile, one row each: C of the rate, A and B of the drift."""
    tile, variables = tile_index(spec), spec.variables
    return {
        "rate": [f"rate_by_state{v} = local_rate[{v}{tile}]" for v in variables],
        "drift": [f"drift{v}_by_state{w} = local_state[{v}, {w}{tile}]" for v in variables for w in variables]
        + [f"drift{v}_by_input = local_input[{v}{tile}]" for v in variables],
    }


def _rates(spec: KernelSpec) -> list[str]:
    tile, variables = tile_index(spec), spec.variables

    def exact(kind: UnitKind) -> list[str]:
        rate_by_state = ", ".join(f"rate_by_state{v}[i]" for v in kind.variables)
        return [
            f"r[i] = {call_of(spec, kind, 'rate', 'y', 'zero')}",
            f"{rate_by_state} = {call_of(spec, kind, 'rate_by_state', 'y', 'zero')}",
        ]

    return [
        *_locals(spec)["rate"],
        *unitwise_views(spec),
        "trial = 0",
        *views(spec, "stage_state", "y"),
        f"r = rates[0{tile}]",
        *over_units(spec, exact, tiled=spec.tiled),
        "for trial in range(1, trials):",
        *indent(views(spec, "stage_state", "y"), 1),
        f"    r = rates[trial{tile}]",
        "    for i in range(width):",
        f"        r[i] = {' + '.join(f'rate_by_state{v}[i] * y{v}[i]' for v in variables)}",
        *(_overlaps(spec) if spec.overlaps else []),
    ]


def _overlaps(spec: KernelSpec) -> list[str]:
    shares = [f"r = rates[trial{tile_index(spec)}]", *share_of_overlaps(spec, "rank")]
    return ["for trial in range(trials):", *indent(shares, 1)]


def _slopes(spec: KernelSpec) -> list[str]:
    variables = spec.variables
    low_rank = ["add_low_rank(left[p], overlaps[trial], u)"] if spec.low_rank else []
    slopes = views(spec, "slope", "k")
    displaced = []
    for v in variables:
        terms = [f"drift{v}_by_state{w}[i] * y{w}[i]" for w in variables]
        displaced.append(f"    k{v}[i] = {' + '.join([*terms, f'drift{v}_by_input[i] * u[i]'])}")

    def exact(kind: UnitKind) -> list[str]:
        own = kind.variables
        outputs = ", ".join(
            [f"k{v}[i]" for v in own]
            + [f"drift{v}_by_state{w}[i]" for v in own for w in own]
            + [f"drift{v}_by_input[i]" for v in own]
        )
        return [
            f"{outputs} = {call_of(spec, kind, 'drift_and_derivatives', 'y', 'u[i]')}",
            *([f"k0[i] += held[0{tile_index(spec)}][i]"] if has_noise(spec, "state") else []),
        ]

    # a row goes through all of this at once, while it is in the first cache level
    row = [
        "u = currents[trial]",
        *low_rank,
        *views(spec, "stage_state", "y"),
        *slopes,
        "if trial == 0:",
        *indent(over_units(spec, exact, tiled=spec.tiled), 1),
        "else:",
        *indent(["for i in range(width):", *displaced], 1),
        *next_stage(spec),
    ]
    return [
        *_locals(spec)["drift"],
        *unitwise_views(spec),
        *channel_values(spec, "inputs[step - start, nodes[stage], 0]"),
        "for trial in range(trials):",
        *indent(row, 1),
    ]


def _currents(spec: KernelSpec) -> list[str]:
    tile = tile_index(spec)
    sources = {"b": spec.bias, "h": has_noise(spec, "input")}
    terms = " + ".join(f"{name}[i]" for name, there in sources.items() if there)
    return [
        "for trial in range(trials):",
        "    u = currents[trial]",
        "    for i in range(width):",
        "        u[i] = zero",
        *([f"b = bias{f'[{tile[2:]}]' if spec.tiled else ''}"] if sources["b"] else []),
        *([f"h = held[0{tile}]"] if sources["h"] else []),
        *(["u = currents[0]", "for i in range(width):", f"    u[i] = {terms}"] if terms else []),
        *([INPUTS] if spec.inputs else []),
        *products(dataclasses.replace(spec, inputs=False)),
    ]


def _arguments(spec: KernelSpec) -> list[str]:
    groups = {
        "start steps dt size state stage_state total slope ahead share rates currents scalars unitwise": True,
        "local_rate local_state local_input": True,
        "edges": spec.mixed,
        "rows partials overlaps rank": spec.overlaps,
        "bias": spec.bias,
        "weights": spec.base == "dense",
        "block_weights blocks block_ends": spec.base == "blocks",
        "starts sources sparse_weights": spec.base == "sparse",
        "left": spec.low_rank,
        "input_columns inputs nodes": spec.inputs,
        "held amplitude key0 key1": spec.noise != "none",
        "fresh decay": spec.noise == "colored",
    }
    return [name for group, needed in groups.items() if needed for name in group.split()]


def tangent_text(spec: KernelSpec, fingerprint: str) -> tuple[str, list[str]]:
    """Text of the module that holds ``advance``, and the names of its arguments."""

    def functions(kind: UnitKind) -> dict[str, Any]:
        equations = kind.equations
        derivatives = [d for row in equations.drift_by_state for d in row] + list(equations.drift_by_input)
        return {
            "rate_by_state": equations.rate_by_state,
            "drift_and_derivatives": (*equations.drift, *derivatives),
        }

    sums = sum_of_overlaps(spec, "rank")
    stage = [
        *over_tiles(spec, _rates(spec)),
        *(["for trial in range(trials):", *indent(sums, 1)] if sums else []),
        *over_tiles(spec, [*_currents(spec), *_slopes(spec)]),
    ]
    body = [
        *scalar_names(spec),
        "trials, width, stages = state.shape[1], currents.shape[1], share.size",
        "tiles, first, last = state.shape[2] // width, 0, trials",
        "for step in range(start, start + steps):",
        *indent(["trial = 0", *noise_of_step(spec, "0")] if spec.noise != "none" else [], 1),
        "    for stage in range(stages):",
        *indent([line.replace("SLOT", "trial") for line in stage], 2),
    ]
    names = _arguments(spec)
    text = "\n".join(
        [
            opening(spec, fingerprint, functions),
            f"\n\n@kernel\ndef advance({', '.join(names)}):",
            *indent(body_of(body), 1),
            "",
        ]
    )
    return text, names

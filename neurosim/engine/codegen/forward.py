"""Source text of the forward pass of a differentiable run, which saves rates and derivatives for the backward pass.

It saves the rates of every stage and those local derivatives that depend on the state (see
`neurosim.engine.codegen.saved_derivatives`), so that the backward pass consists of products only. All trials of a
group are advanced at once; units are not divided into tiles, since with several trials the currents stay in
registers.
"""

from __future__ import annotations

from typing import Any

from neurosim.engine.codegen.delayed_rates import delayed_rates
from neurosim.engine.codegen.products import through_address
from neurosim.engine.codegen.saved_derivatives import SavedDerivatives
from neurosim.engine.codegen.text import (
    body_of,
    call_of,
    channel_values,
    indent,
    opening,
    over_units,
    scalar_names,
    unitwise_views,
    views,
)
from neurosim.engine.codegen.time_loop import (
    has_noise,
    next_stage,
    noise_of_step,
    slopes_of_unit,
)
from neurosim.engine.kernel_spec import KernelSpec, UnitKind

__all__ = ["forward_text"]

IMPORTS = "from neurosim.kernels.linalg.kernel_calls import dense\n"


Saved = tuple[SavedDerivatives, ...]
"""What is saved of each kind of unit."""


def forward_text(spec: KernelSpec, saved: Saved, fingerprint: str) -> tuple[str, tuple[str, ...]]:
    """Text of the module that holds ``advance``, and the names of its arguments."""
    of_kind = {own.kind: own for own in saved}

    def functions(kind: UnitKind) -> dict[str, Any]:
        own, equations = of_kind[kind], kind.equations
        return {
            "rate_and_derivatives": (equations.rate, *own.rate.values()),
            "drift_and_derivatives": (*equations.drift, *own.drift.values()),
        }

    names = _arguments(spec)
    lines = [
        opening(spec, fingerprint, functions, imports=IMPORTS),
        f"\n\n@kernel\ndef advance({', '.join(names)}):",
        *indent(_body(spec, saved), 1),
    ]
    return "\n".join([*lines, ""]), names


def _arguments(spec: KernelSpec) -> tuple[str, ...]:
    groups = {
        "dense_address start count first size dt state currents saved_rates saved scalars unitwise": True,
        "recorded_states": True,
        "edges": spec.mixed,
        "stage_state total slope ahead share": spec.several_stages,
        "bias": spec.bias,
        "weights": spec.base == "dense",
        "block_weights blocks": spec.base == "blocks",
        "starts sources sparse_weights": spec.base == "sparse",
        "left rows saved_overlaps": spec.low_rank,
        "line segments tap_counts tap_backs tap_stages tap_weights arrived_rates": spec.delayed,
        "input_columns inputs": spec.inputs,
        "readout_columns readout_bias readings outputs": spec.readout,
        "held amplitude key0 key1": spec.noise != "none",
        "fresh decay": spec.noise == "colored",
    }
    return tuple(name for group, needed in groups.items() if needed for name in group.split())


def _body(spec: KernelSpec, saved: Saved) -> list[str]:
    stage = [
        "for trial in range(trials):",
        *indent(_rates(spec, saved, "step", "stage"), 1),
        *(indent(_arrivals(spec), 1) if spec.delayed else []),
        *(["if stage == 0 and step > 0:", *indent(_readings("step"), 1)] if spec.readout else []),
        *_currents(spec),
        "for trial in range(trials):",
        *indent(_slopes(spec, saved), 1),
    ]
    stages = ["for stage in range(stages):", *indent(stage, 1)]
    noise = noise_of_step(spec, "first + trial", "start + step")
    step = [
        *(["for trial in range(trials):", *indent(noise, 1)] if noise else []),
        *(stages if spec.several_stages else ["stage = 0", *stage]),
        *_states(spec),
    ]
    lines = [
        *scalar_names(spec),
        "trials, width = currents.shape",
        *(["earlier = line.shape[0] - saved_rates.shape[0]"] if spec.delayed else []),
        *(["stages = share.size"] if spec.several_stages else []),
        "for step in range(count):",
        *indent(step, 1),
        "for trial in range(trials):",
        *indent(_rates(spec, saved, "count", "0"), 1),
        *(_readings("count") if spec.readout else []),
    ]
    return body_of(lines)


def _rates(spec: KernelSpec, saved: Saved, step: str, stage: str) -> list[str]:
    """Rates of one trial and their derivatives, saved; and their overlaps with the low-rank vectors."""
    present = "stage_state" if spec.several_stages else "state"
    own_names = {own.kind: list(own.rate) for own in saved}

    def of_unit(kind: UnitKind) -> list[str]:
        outputs = ", ".join(["r[i]", *(f"{name}[i]" for name in own_names[kind])])
        return [f"{outputs} = {call_of(spec, kind, 'rate_and_derivatives', 'y', 'zero')}"]

    overlaps = [
        "for k in range(rows.shape[0]):",
        f"    saved_overlaps[{step}, {stage}, trial, k] = overlap(rows[k, :size], r[:size])",
    ]
    return [
        *views(spec, present, "y"),
        *unitwise_views(spec),
        f"r = saved_rates[{step}, {stage}, trial]",
        *saved[0].views(SavedDerivatives.of_rates(saved), step, stage),
        *over_units(spec, of_unit),
        *(overlaps if spec.low_rank and not spec.delayed else []),
    ]


def _arrivals(spec: KernelSpec) -> list[str]:
    """Rates that arrive at this stage of one trial, and their overlaps; before time 0, those of the initial state."""
    overlaps = [
        "for k in range(rows.shape[0]):",
        "    saved_overlaps[step, stage, trial, k] = overlap(rows[k], arrived_rates[trial])",
    ]
    return [
        "if start + step == 0 and stage == 0:",
        "    for back in range(earlier):",
        "        for other in range(line.shape[1]):",
        "            for i in range(width):",
        "                line[back, other, trial, i] = r[i]",
        *delayed_rates(spec, "stage", "earlier + step - tap_backs[kind, stage, tap]", "arrived_rates[trial]"),
        *(overlaps if spec.low_rank else []),
    ]


def _readings(sample: str) -> list[str]:
    """Outputs of all trials after a step, from the rates at the sample that follows it."""
    return [
        "for trial in range(trials):",
        "    for k in range(readout_bias.size):",
        "        readings[trial, k] = readout_bias[k]",
        f"dense(dense_address, readout_columns, saved_rates[{sample}, 0], readings, trials, size)",
        "for trial in range(trials):",
        "    for k in range(readout_bias.size):",
        f"        outputs[trial, start + {sample} - 1, k] = readings[trial, k]",
    ]


def _currents(spec: KernelSpec) -> list[str]:
    terms = [term for term, there in (("bias[i]", spec.bias), ("h[i]", has_noise(spec, "input"))) if there]
    lines = [
        "for trial in range(trials):",
        *(["    h = held[trial]"] if has_noise(spec, "input") else []),
        "    u = currents[trial]",
        "    for i in range(width):",
        f"        u[i] = {' + '.join(terms) or 'zero'}",
    ]
    if spec.inputs:
        lines.append(
            "dense(dense_address, input_columns, inputs[:, start + step], currents, trials, inputs.shape[2])"
        )
    rates, count = (
        ("arrived_rates", "weights.shape[0]") if spec.delayed else ("saved_rates[step, stage]", "size")
    )
    lines += through_address(spec, ("weights", "blocks", "block_weights"), rates, "currents", count)
    if spec.base == "sparse":
        lines.append(f"add_sparse(starts, sources, sparse_weights, {rates}, currents, 0, trials)")
    return lines


def _slopes(spec: KernelSpec, saved: Saved) -> list[str]:
    present = "stage_state" if spec.several_stages else "state"
    more = {own.kind: "".join(f", {name}[i]" for name in own.drift) for own in saved}
    return [
        "u = currents[trial]",
        *views(spec, present, "y"),
        *unitwise_views(spec),
        *channel_values(spec, "inputs[trial, start + step]"),
        *saved[0].views(SavedDerivatives.of_drifts(saved), "step", "stage"),
        *(["add_low_rank(left, saved_overlaps[step, stage, trial], u)"] if spec.low_rank else []),
        *(["h = held[trial]"] if has_noise(spec, "state") else []),
        *(views(spec, "slope", "k") if spec.several_stages else []),
        *over_units(spec, lambda kind: slopes_of_unit(spec, kind, "drift_and_derivatives", more[kind])),
        *(next_stage(spec) if spec.several_stages else []),
    ]


def _states(spec: KernelSpec) -> list[str]:
    copies = (
        f"            recorded_states[trial, start + step, i, {v}] = state[{v}, trial, i]"
        for v in spec.variables
    )
    return [
        "if recorded_states.size > 0:",
        "    for trial in range(trials):",
        "        for i in range(size):",
        *copies,
    ]

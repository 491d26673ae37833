"""The forward sweep of a differentiable run as text: a time loop that keeps what the way back needs.

It keeps the rates of every stage and those local derivatives that depend on the state (see `neurosim.engine.kept`), so
that the backward sweep consists of products alone. All trials of one group are advanced together; units are not divided
into tiles, since with several trials the currents stay in registers anyway.
"""

from __future__ import annotations

from neurosim.engine.kept import Kept
from neurosim.engine.loops import (
    body_of,
    call_of,
    indented,
    next_stage,
    noise_of_step,
    noisy,
    opening,
    unitwise_views,
    views,
)
from neurosim.engine.plan import Plan

__all__ = ["forward_text"]

IMPORTS = "from neurosim.engine.linked import dense\n"


def forward_text(plan: Plan, kept: Kept, fingerprint: str) -> tuple[str, tuple[str, ...]]:
    """Text of the module that holds ``advance``, and the names of its arguments."""
    functions = (
        ("rate_and_derivatives", (plan.equations.rate, *kept.rate.values())),
        ("drift_and_derivatives", (*plan.equations.drift, *kept.drift.values())),
    )
    names = _arguments(plan)
    lines = [
        opening(plan, fingerprint, functions, imports=IMPORTS),
        f"\n\n@kernel\ndef advance({', '.join(names)}):",
        *indented(_body(plan, kept), 1),
    ]
    return "\n".join([*lines, ""]), names


def _arguments(plan: Plan) -> tuple[str, ...]:
    groups = {
        "dense_address start count first size dt state currents kept_rates kept scalars unitwise recorded_states": True,
        "stage total slope ahead share": plan.several_stages,
        "bias": plan.bias,
        "weights": plan.base == "dense",
        "starts sources sparse_weights": plan.base == "sparse",
        "left rows kept_overlaps": plan.low_rank,
        "input_columns inputs": plan.inputs,
        "readout_columns readout_bias readings outputs": plan.readout,
        "held amplitude key0 key1": plan.noise != "none",
        "fresh decay": plan.noise == "coloured",
    }
    return tuple(name for group, needed in groups.items() if needed for name in group.split())


def _body(plan: Plan, kept: Kept) -> list[str]:
    stage = [
        "for q in range(trials):",
        *indented(_rates(plan, kept, "step", "m"), 1),
        *(["if m == 0 and step > 0:", *indented(_readings("step"), 1)] if plan.readout else []),
        *_currents(plan),
        "for q in range(trials):",
        *indented(_slopes(plan, kept), 1),
    ]
    stages = ["for m in range(stages):", *indented(stage, 1)]
    noise = noise_of_step(plan, "first + q", "start + step")
    step = [
        *(["for q in range(trials):", *indented(noise, 1)] if noise else []),
        *(stages if plan.several_stages else ["m = 0", *stage]),
        *_states(plan),
    ]
    scalars = [name for name in plan.equations.parameters if name not in plan.unitwise]
    lines = [
        *(f"the_{name} = scalars[{k}]" for k, name in enumerate(scalars)),
        "trials, width = currents.shape",
        *(["stages = share.size"] if plan.several_stages else []),
        "for step in range(count):",
        *indented(step, 1),
        "for q in range(trials):",
        *indented(_rates(plan, kept, "count", "0"), 1),
        *(_readings("count") if plan.readout else []),
    ]
    return body_of(lines)


def _rates(plan: Plan, kept: Kept, step: str, m: str) -> list[str]:
    """Rates of one trial and their derivatives, kept; and their overlaps with the low-rank vectors."""
    present, names = "stage" if plan.several_stages else "state", list(kept.rate)
    outputs = ", ".join(["r[i]", *(f"{name}[i]" for name in names)])
    overlaps = [
        "for k in range(rows.shape[0]):",
        f"    kept_overlaps[{step}, {m}, q, k] = overlap(rows[k, :size], r[:size])",
    ]
    return [
        *views(plan, present, "y"),
        *unitwise_views(plan),
        f"r = kept_rates[{step}, {m}, q]",
        *kept.views(names, step, m),
        "for i in range(width):",
        f"    {outputs} = {call_of(plan, 'rate_and_derivatives', 'y', 'zero')}",
        *(overlaps if plan.low_rank else []),
    ]


def _readings(sample: str) -> list[str]:
    """Outputs of all trials after a step, from the rates at the sample that follows it."""
    return [
        "for q in range(trials):",
        "    for k in range(readout_bias.size):",
        "        readings[q, k] = readout_bias[k]",
        f"dense(dense_address, readout_columns, kept_rates[{sample}, 0], readings, trials, size)",
        "for q in range(trials):",
        "    for k in range(readout_bias.size):",
        f"        outputs[start + {sample} - 1, q, k] = readings[q, k]",
    ]


def _currents(plan: Plan) -> list[str]:
    terms = [term for term, there in (("bias[i]", plan.bias), ("h[i]", noisy(plan, "input"))) if there]
    lines = [
        "for q in range(trials):",
        *(["    h = held[q]"] if noisy(plan, "input") else []),
        "    u = currents[q]",
        "    for i in range(width):",
        f"        u[i] = {' + '.join(terms) or 'zero'}",
    ]
    if plan.inputs:
        lines.append(
            "dense(dense_address, input_columns, inputs[start + step], currents, trials, inputs.shape[2])"
        )
    if plan.base == "dense":
        lines.append("dense(dense_address, weights, kept_rates[step, m], currents, trials, size)")
    if plan.base == "sparse":
        lines.append("add_sparse(starts, sources, sparse_weights, kept_rates[step, m], currents, 0, trials)")
    return lines


def _slopes(plan: Plan, kept: Kept) -> list[str]:
    names = list(kept.drift)
    present = "stage" if plan.several_stages else "state"
    outputs = ", ".join([*(f"d{v}" for v in plan.variables), *(f"{name}[i]" for name in names)])
    lines = [
        "u = currents[q]",
        *views(plan, present, "y"),
        *unitwise_views(plan),
        *kept.views(names, "step", "m"),
        *(["add_low_rank(left, kept_overlaps[step, m, q], u)"] if plan.low_rank else []),
        *(["h = held[q]"] if noisy(plan, "state") else []),
        *(views(plan, "slope", "k") if plan.several_stages else []),
        "for i in range(width):",
        f"    {outputs} = {call_of(plan, 'drift_and_derivatives', 'y', 'u[i]')}",
        *(["    d0 += h[i]"] if noisy(plan, "state") else []),
    ]
    if not plan.several_stages:
        return [*lines, *(f"    y{v}[i] += dt * d{v}" for v in plan.variables)]
    return [*lines, *(f"    k{v}[i] = d{v}" for v in plan.variables), *next_stage(plan)]


def _states(plan: Plan) -> list[str]:
    copies = (
        f"            recorded_states[start + step, q, i, {v}] = state[{v}, q, i]" for v in plan.variables
    )
    return [
        "if recorded_states.size > 0:",
        "    for q in range(trials):",
        "        for i in range(size):",
        *copies,
    ]

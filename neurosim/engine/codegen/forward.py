"""Source text of the forward pass of a differentiable run, which saves rates and derivatives for the backward pass.

It saves the rates of every stage and those local derivatives that depend on the state (see
`neurosim.engine.codegen.saved_derivatives`), so that the backward pass consists of products only. All trials of a
group are advanced at once; units are not divided into tiles, since with several trials the currents stay in
registers.
"""

from __future__ import annotations

from neurosim.engine.codegen.saved_derivatives import SavedDerivatives
from neurosim.engine.codegen.text import body_of, call_of, indent, opening, unitwise_views, views
from neurosim.engine.codegen.time_loop import has_noise, next_stage, noise_of_step
from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["forward_text"]

IMPORTS = "from neurosim.kernels.linalg.kernel_calls import dense\n"


def forward_text(spec: KernelSpec, saved: SavedDerivatives, fingerprint: str) -> tuple[str, tuple[str, ...]]:
    """Text of the module that holds ``advance``, and the names of its arguments."""
    functions = (
        ("rate_and_derivatives", (spec.equations.rate, *saved.rate.values())),
        ("drift_and_derivatives", (*spec.equations.drift, *saved.drift.values())),
    )
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
        "stage_state total slope ahead share": spec.several_stages,
        "bias": spec.bias,
        "weights": spec.base == "dense",
        "starts sources sparse_weights": spec.base == "sparse",
        "left rows saved_overlaps": spec.low_rank,
        "input_columns inputs": spec.inputs,
        "readout_columns readout_bias readings outputs": spec.readout,
        "held amplitude key0 key1": spec.noise != "none",
        "fresh decay": spec.noise == "colored",
    }
    return tuple(name for group, needed in groups.items() if needed for name in group.split())


def _body(spec: KernelSpec, saved: SavedDerivatives) -> list[str]:
    stage = [
        "for trial in range(trials):",
        *indent(_rates(spec, saved, "step", "stage"), 1),
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
    scalars = [name for name in spec.equations.parameters if name not in spec.unitwise]
    lines = [
        *(f"the_{name} = scalars[{k}]" for k, name in enumerate(scalars)),
        "trials, width = currents.shape",
        *(["stages = share.size"] if spec.several_stages else []),
        "for step in range(count):",
        *indent(step, 1),
        "for trial in range(trials):",
        *indent(_rates(spec, saved, "count", "0"), 1),
        *(_readings("count") if spec.readout else []),
    ]
    return body_of(lines)


def _rates(spec: KernelSpec, saved: SavedDerivatives, step: str, stage: str) -> list[str]:
    """Rates of one trial and their derivatives, saved; and their overlaps with the low-rank vectors."""
    present, names = "stage_state" if spec.several_stages else "state", list(saved.rate)
    outputs = ", ".join(["r[i]", *(f"{name}[i]" for name in names)])
    overlaps = [
        "for k in range(rows.shape[0]):",
        f"    saved_overlaps[{step}, {stage}, trial, k] = overlap(rows[k, :size], r[:size])",
    ]
    return [
        *views(spec, present, "y"),
        *unitwise_views(spec),
        f"r = saved_rates[{step}, {stage}, trial]",
        *saved.views(names, step, stage),
        "for i in range(width):",
        f"    {outputs} = {call_of(spec, 'rate_and_derivatives', 'y', 'zero')}",
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
        f"        outputs[start + {sample} - 1, trial, k] = readings[trial, k]",
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
            "dense(dense_address, input_columns, inputs[start + step], currents, trials, inputs.shape[2])"
        )
    if spec.base == "dense":
        lines.append("dense(dense_address, weights, saved_rates[step, stage], currents, trials, size)")
    if spec.base == "sparse":
        lines.append(
            "add_sparse(starts, sources, sparse_weights, saved_rates[step, stage], currents, 0, trials)"
        )
    return lines


def _slopes(spec: KernelSpec, saved: SavedDerivatives) -> list[str]:
    names = list(saved.drift)
    present = "stage_state" if spec.several_stages else "state"
    outputs = ", ".join([*(f"d{v}" for v in spec.variables), *(f"{name}[i]" for name in names)])
    lines = [
        "u = currents[trial]",
        *views(spec, present, "y"),
        *unitwise_views(spec),
        *saved.views(names, "step", "stage"),
        *(["add_low_rank(left, saved_overlaps[step, stage, trial], u)"] if spec.low_rank else []),
        *(["h = held[trial]"] if has_noise(spec, "state") else []),
        *(views(spec, "slope", "k") if spec.several_stages else []),
        "for i in range(width):",
        f"    {outputs} = {call_of(spec, 'drift_and_derivatives', 'y', 'u[i]')}",
        *(["    d0 += h[i]"] if has_noise(spec, "state") else []),
    ]
    if not spec.several_stages:
        return [*lines, *(f"    y{v}[i] += dt * d{v}" for v in spec.variables)]
    return [*lines, *(f"    k{v}[i] = d{v}" for v in spec.variables), *next_stage(spec)]


def _states(spec: KernelSpec) -> list[str]:
    copies = (
        f"            recorded_states[start + step, trial, i, {v}] = state[{v}, trial, i]"
        for v in spec.variables
    )
    return [
        "if recorded_states.size > 0:",
        "    for trial in range(trials):",
        "        for i in range(size):",
        *copies,
    ]

"""Source text of products in a backward pass: with the transposed weights, and outer ones for gradients of weights."""

from __future__ import annotations

from neurosim.engine.codegen.products import through_address
from neurosim.engine.codegen.text import indent
from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["back_overlaps", "back_through_weights", "weight_gradients"]

BACK_OVERLAPS = [
    "for trial in range(trials):",
    "    for k in range(left_rows.shape[0]):",
    "        back_overlaps[row, trial, k] = overlap(left_rows[k, :size], deltas[row, trial, :size])",
]
"""Overlaps of the left factors with the gradient of the currents."""


def back_through_weights(spec: KernelSpec, into: str) -> list[str]:
    """Add the gradient of the currents, times the transposed full-rank weights, to a gradient of rates."""
    if spec.base == "sparse":
        return [f"add_sparse(back_starts, back_sources, back_weights, deltas[row], {into}, 0, trials)"]
    names = ("transposed", "back_blocks", "back_block_weights")
    return through_address(spec, names, "deltas[row]", into, "size")


def back_overlaps(spec: KernelSpec, into: str | None) -> list[str]:
    """Overlaps that the gradients of low-rank factors need, and the gradient of rates that comes through them."""
    if not spec.low_rank:
        return []
    through = [f"    add_low_rank(right, back_overlaps[row, trial], {into}[trial])"] if into else []
    return [*BACK_OVERLAPS, *through]


def weight_gradients(spec: KernelSpec) -> list[str]:
    """Gradients of the weights: sums of outer products over the last block of steps."""
    rates, first = ("arrived_rows", "0") if spec.delayed else ("rows_of_rates", "low * stages")
    lines = ["passed = (high - low) * stages"]
    if spec.base == "dense":
        lines += _outer("deltas, 0", f"{rates}, {first}, 1", "weights_gradient")
    if spec.base == "blocks":
        lines += _outer_of_blocks(rates, first)
    if spec.base == "sparse":
        lines += _outer_of_connections(spec)
    if spec.low_rank:
        lines += _outer("rows_of_overlaps, low * stages", "deltas, 0, 1", "left_gradient")
        lines += _outer("back_overlaps, 0", f"{rates}, {first}, 1", "right_gradient")
    if spec.readout:
        slopes = "output_cotangents, start + low"
        lines += _outer_of_trials(slopes, "final_rates, low, 1", "readout_gradient")
    if spec.inputs:
        product = _outer_of_trials("inputs, start + low", "deltas, stage, stages", "input_gradient")
        lines += ["for stage in range(stages):", *indent(product, 1)]
    return [
        *lines,
        "for k in range(sums.shape[0]):",
        "    for i in range(width):",
        "        unit_gradients[k, i] += sums[k, i]",
        "        sums[k, i] = zero",
    ]


def _outer(left: str, right: str, sums: str) -> list[str]:
    return [f"if {sums}.size > 0:", f"    outer(outer_address, {left}, {right}, {sums}, passed)"]


def _outer_of_trials(left: str, right: str, sums: str) -> list[str]:
    return [
        f"if {sums}.size > 0:",
        f"    outer_of_trials(outer_address, {left}, {right}, {sums}, high - low)",
    ]


def _outer_of_blocks(rates: str, first: str) -> list[str]:
    """Outer products of those pairs that have connections; the targets of a transposed block are the rates."""
    return [
        "if weights_gradient.size > 0:",
        "    for pair in range(back_blocks.shape[0]):",
        "        target, wide, source, many, place = back_blocks[pair]",
        "        own = weights_gradient[source : source + many, target : target + wide]",
        f"        other = {rates}[:, :, target : target + wide]",
        f"        outer(outer_address, deltas[:, :, source : source + many], 0, other, {first}, 1, own, passed)",
    ]


def _outer_of_connections(spec: KernelSpec) -> list[str]:
    return [
        "every = (passed * trials, deltas.shape[2])",
        "passed_rates = arrived_rows[:passed].reshape((passed * trials, arrived_rows.shape[2]))"
        if spec.delayed
        else "passed_rates = rows_of_rates[low * stages : high * stages].reshape(every)",
        "if weights_gradient.size > 0:",
        "    passed_deltas = deltas[:passed].reshape(every)",
        "    add_sampled_outer(starts, sources, passed_deltas, passed_rates, weights_gradient)",
    ]

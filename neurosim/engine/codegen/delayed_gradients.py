"""Source text of the parts of a backward pass that lead through a delay line."""

from __future__ import annotations

from neurosim.engine.codegen.back_products import back_through_weights
from neurosim.engine.codegen.delayed_rates import delayed_rates
from neurosim.engine.codegen.text import indent
from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["arrivals", "gradients_of_arrivals", "gradients_of_past"]


def arrivals(spec: KernelSpec) -> list[str]:
    """Rates that arrived at this stage, computed again as in the forward pass."""
    slot = "earlier + step - tap_backs[kind, stage, tap]"
    return [
        "for trial in range(trials):",
        *indent(delayed_rates(spec, "stage", slot, "arrived_rows[row, trial]"), 1),
    ]


def gradients_of_arrivals(spec: KernelSpec) -> list[str]:
    """Gradient with respect to the rates that arrived, through the full-rank weights."""
    return [
        "for trial in range(trials):",
        "    for i in range(arrived_gradients.shape[1]):",
        "        arrived_gradients[trial, i] = zero",
        *back_through_weights(spec, "arrived_gradients"),
    ]


def gradients_of_past() -> list[str]:
    """Add the gradient to the past rates that arrived, and take that of the rates of this stage.

    Rates before time 0 are those of the initial state, the rates at stage 0 of step 0.
    """
    return [
        "depth, now = line_gradients.shape[0], start + step",
        "for trial in range(trials):",
        "    for segment in range(segments.shape[0]):",
        "        kind, source, many, place = segments[segment]",
        "        for tap in range(tap_counts[kind]):",
        "            then, weight = now - tap_backs[kind, stage, tap], tap_weights[kind, stage, tap]",
        "            if then < 0:",
        "                target = history_gradients[trial]",
        "            else:",
        "                target = line_gradients[then % depth, tap_stages[kind, stage], trial]",
        "            for i in range(many):",
        "                target[source + i] += weight * arrived_gradients[trial, place + i]",
        "    present = line_gradients[now % depth, stage, trial]",
        "    for i in range(width):",
        "        rate_gradients[trial, i] = present[i]",
        "        present[i] = zero",
        "    if now == 0 and stage == 0:",
        "        for i in range(width):",
        "            rate_gradients[trial, i] += history_gradients[trial, i]",
    ]

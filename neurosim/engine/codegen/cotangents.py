"""Source text by which a backward pass reads the cotangents of a loss, and writes the gradients of states."""

from __future__ import annotations

from neurosim.engine.codegen.text import indent
from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["direct", "direct_states", "record_adjoints"]


def direct(spec: KernelSpec, sample: str, sets: str = "=") -> list[str]:
    """Direct dependence of the loss on the rates after step ``sample - 1``, also through the outputs."""
    before = f"start + {sample} - 1"
    lines = [
        "if rate_cotangents.size > 0:",
        "    for trial in range(trials):",
        "        for i in range(size):",
        f"            rate_gradients[trial, i] {sets} rate_cotangents[trial, {before}, i]",
    ]
    if spec.readout:
        arguments = f"readout_rows, output_cotangents[:, {before}], rate_gradients, trials, output_cotangents.shape[2]"
        lines.append(f"dense(dense_address, {arguments})")
    return lines


def direct_states(spec: KernelSpec, sample: str) -> list[str]:
    """Direct dependence of the loss on the states after step ``sample - 1``."""
    place = f"state_cotangents[trial, start + {sample} - 1, i"
    return [
        "if state_cotangents.size > 0:",
        *indent(_over_states(spec, f"adjoint[{{v}}, trial, i] += {place}, {{v}}]"), 1),
    ]


def record_adjoints(spec: KernelSpec, sample: str) -> list[str]:
    """Copy of the gradient with respect to the states, where it is wanted."""
    place = f"adjoints[trial, start + {sample}, i"
    return [
        "if adjoints.size > 0:",
        *indent(_over_states(spec, f"{place}, {{v}}] = adjoint[{{v}}, trial, i]"), 1),
    ]


def _over_states(spec: KernelSpec, line: str) -> list[str]:
    return [
        "for trial in range(trials):",
        "    for i in range(size):",
        *(f"        {line.format(v=v)}" for v in spec.variables),
    ]

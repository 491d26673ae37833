"""Source text of single Euler steps, with weights that change between calls: for online learning rules."""

from __future__ import annotations

from neurosim.engine.codegen.text import body_of, call_of, indent, opening, over_units, scalar_names
from neurosim.engine.kernel_spec import KernelSpec, UnitKind

__all__ = ["single_step_text"]

CURRENTS = {
    "dense": ["for i in range(size):", "    u[i] += overlap(weights[i], r)"],
    "sparse": ["add_sparse(starts, sources, weights, rates, currents, 0, 1)"],
    "none": [],
}
LOW_RANK = [
    "for k in range(right.shape[0]):",
    "    overlaps[k] = overlap(right[k], r)",
    "add_low_rank(left, overlaps, u)",
]


def single_step_text(spec: KernelSpec, fingerprint: str) -> tuple[str, list[str]]:
    """Text of the module that holds ``advance``, one Euler step per row of the drive, and its argument names."""

    def move(kind: UnitKind) -> list[str]:
        slopes = ", ".join(f"d{v}" for v in kind.variables)
        moved = (f"y{v}[i] += dt * d{v}" for v in kind.variables)
        return [f"{slopes} = {call_of(spec, kind, 'drift', 'y', 'u[i]')}", *moved]

    def fire(kind: UnitKind) -> list[str]:
        return [f"r[i] = {call_of(spec, kind, 'rate', 'y', 'zero')}"]

    step = [
        "for i in range(size):",
        "    u[i] = drive[step, i]",
        *CURRENTS[spec.base],
        *(LOW_RANK if spec.low_rank else []),
        *over_units(spec, move, "size"),
        *over_units(spec, fire, "size"),
        "for i in range(size):",
        "    recorded[step, i] = r[i]",
        "if first_variable.shape[0]:",
        "    for i in range(size):",
        "        first_variable[step, i] = y0[i]",
    ]
    body = [
        *scalar_names(spec),
        *(f"own_{name} = unitwise[{k}]" for k, name in enumerate(spec.unitwise)),
        *(f"y{v} = state[{v}]" for v in spec.variables),
        "u, r, size = currents[0], rates[0], rates.shape[1]",
        "for step in range(drive.shape[0]):",
        *indent(step, 1),
    ]
    names = _arguments(spec)
    lines = [
        opening(spec, fingerprint),
        f"\n\n@kernel\ndef advance({', '.join(names)}):",
        *indent(body_of(body), 1),
    ]
    return "\n".join([*lines, ""]), names


def _arguments(spec: KernelSpec) -> list[str]:
    groups = {
        "drive recorded first_variable dt state rates currents scalars unitwise": True,
        "edges": spec.mixed,
        "weights": spec.base != "none",
        "starts sources": spec.base == "sparse",
        "left right overlaps": spec.low_rank,
    }
    return [name for group, needed in groups.items() if needed for name in group.split()]

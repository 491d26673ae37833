"""Source text that fills the row of rates that arrive at a stage, from those of past steps (see `delay_line`)."""

from __future__ import annotations

from neurosim.engine.kernel_spec import KernelSpec

__all__ = ["delayed_rates", "inside_tile"]


def delayed_rates(spec: KernelSpec, stage: str, slot: str, row: str = "rates[trial]") -> list[str]:
    """Rates of the units of one tile of one trial that arrive at this stage, for each delay.

    Parameters
    ----------
    spec : KernelSpec
    stage : str
        Text of its number.
    slot : str
        Text of the place of a past step in the delay line.
    row : str, optional
        Text of the row that is filled.
    """
    return [
        "for segment in range(segments.shape[0]):",
        "    kind, source, many, place = segments[segment]",
        f"    begin, end = {inside_tile(spec)}",
        "    if begin < end:",
        f"        arrived = {row}[place + begin - source : place + end - source]",
        "        for tap in range(tap_counts[kind]):",
        f"            past = line[{slot}, tap_stages[kind, {stage}], trial, begin:end]",
        f"            weight = tap_weights[kind, {stage}, tap]",
        "            if tap == 0:",
        "                for i in range(end - begin):",
        "                    arrived[i] = weight * past[i]",
        "            else:",
        "                for i in range(end - begin):",
        "                    arrived[i] += weight * past[i]",
    ]


def inside_tile(spec: KernelSpec) -> str:
    """Text of the first source and the end of the sources of a segment that are in the present tile."""
    return "max(source, low), min(source + many, high)" if spec.tiled else "source, source + many"

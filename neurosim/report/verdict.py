"""One sentence on the kind of dynamics that a network has."""

from __future__ import annotations

from collections.abc import Mapping

from neurosim.report.section import Section

__all__ = ["verdict"]


def verdict(sections: Mapping[str, Section]) -> str:
    """Kind of dynamics without input, from exponent and attractors, and how sure that is.

    Parameters
    ----------
    sections : mapping
        Those named "chaos", "attractors" and "fixed_points" are read.
    """
    return _kind(sections) + _unreached(sections)


def _unreached(sections: Mapping[str, Section]) -> str:
    stable = sections["fixed_points"].numbers.get("stable fixed points")
    reached = sections["attractors"].numbers.get("of them fixed points")
    missed = 0 if stable is None or reached is None else int(stable.value - reached.value)
    if missed <= 0 or reached is None:
        return ""
    name = "more stable fixed point" if reached.value else "stable fixed point"
    return f" Newton's method finds {_counted(missed, name)[0]} that no start reached."


def _kind(sections: Mapping[str, Section]) -> str:
    exponent = sections["chaos"].numbers.get("largest exponent")
    found = sections["attractors"].numbers
    if "attractors" not in found:
        return "Not known: " + next(iter(sections["attractors"].missing.values()))
    points, cycles = (int(found[f"of them {kind}s"].value) for kind in ("fixed point", "limit cycle"))
    settled = found["share of starts that settled"].value
    kinds = _counted(points, "stable fixed point") + _counted(cycles, "limit cycle")
    parts = " and ".join(kinds)
    chaotic = exponent is not None and exponent.low is not None and exponent.low > 0.0
    if exponent is None:
        return f"{parts or 'Nothing that settled'} without input; the largest exponent is not known."
    number = f"largest exponent {exponent} per time"
    if settled == 1.0 and not chaotic:
        starts = int(found["starts"].value)
        return (
            f"No chaos: all of {starts} starts settled, into {parts} ({number}); {_meaning(points, cycles)}."
        )
    if chaotic and settled == 0.0:
        return f"Chaos without input: nothing settles ({number})."
    if chaotic:
        return (
            f"Chaos ({number}), beside {parts}: it depends on the start." if parts else f"Chaos ({number})."
        )
    rest = f"{100.0 * (1.0 - settled):.3g} % of the starts did not settle"
    which = parts.capitalize() if parts else "No attractor was reached"
    return f"{which}; {rest} ({number}): long transients or weak chaos."


def _meaning(points: int, cycles: int) -> str:
    """What attractors, none of them chaotic, let a network do."""
    if cycles == 0:
        return "it can hold several memories" if points > 1 else "whatever else it does, its input drives"
    if points == 0 and cycles == 1:
        return "it oscillates"
    return (
        "where it oscillates or rests depends on the start"
        if points
        else "which oscillation depends on the start"
    )


def _counted(count: int, name: str) -> list[str]:
    return [] if count == 0 else [f"{count} {name}{'s' if count > 1 else ''}"]

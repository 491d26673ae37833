"""Verdict of a report: one sentence on the kind of autonomous dynamics, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neurosim.errors import StabilityError
from neurosim.report.section import Section

if TYPE_CHECKING:
    from neurosim.analysis import Attractors, LyapunovSpectrum

__all__ = ["verdict"]


def verdict(sections: Mapping[str, Section]) -> str:
    """Kind of dynamics without input, from the largest exponent and the attractors.

    A positive exponent counts as chaos only if the state stays bounded. "No chaos found" is said of the initial states
    that were run, not of all.

    Parameters
    ----------
    sections : mapping
        The results of those named "chaos", "attractors" and "fixed_points" are read.
    """
    found, exponents = sections["attractors"].result, sections["chaos"].result
    if found is None:
        return _without_attractors(sections["attractors"])
    if exponents is None:
        kinds = _in_words(*_counts(found)) or "no attractor was reached"
        return f"{_capitalize(kinds)} without input; the largest exponent is not available."
    number = f"largest exponent {sections['chaos'].numbers['largest exponent']} per time"
    return _kind(found, exponents, number) + _describe_unreached(sections, found)


def _without_attractors(section: Section) -> str:
    error = section.errors.get("attractors")
    if isinstance(error, StabilityError):
        return f"Grows without bound, unless the step is too long: {error}"
    return f"Undetermined: {error}"


def _kind(found: Attractors, exponents: LyapunovSpectrum, number: str) -> str:
    points, cycles, _ = counts = _counts(found)
    kinds = _in_words(*counts)
    if exponents.status == "unbounded":
        return f"Grows without bound ({number}): unstable, and not chaos, which stays bounded."
    if exponents.status == "growing":
        return f"Undetermined: the state was still growing when the run ended ({number}); run it for longer."
    unsettled = round((1.0 - found.settled) * len(found.labels))
    rest = f"{unsettled} of {len(found.labels)} starts did not settle"
    if exponents.chaotic:
        return _chaos(kinds, unsettled, rest, number)
    if found.settled == 1.0 and points + cycles:
        starts = len(found.labels)
        return f"No chaos found: all {starts} starts settled, into {kinds} ({number}); {_meaning(points, cycles)}."
    if found.settled == 1.0:
        return f"All starts were at {kinds}, which small disturbances leave ({number})."
    slow = exponents.confidence[1, 0] < 0.0
    cause = "slow transients" if slow else "long transients, quasiperiodic motion or weak chaos"
    return f"{_capitalize(kinds or 'no attractor was reached')}; {rest} ({number}): {cause}."


def _chaos(kinds: str, unsettled: int, rest: str, number: str) -> str:
    """Positive exponent: chaos if nothing settles; where starts settle, it may be a transient."""
    if not kinds:
        return f"Chaos without input: no start settled ({number})."
    if not unsettled:
        return f"Transient chaos ({number}): in longer runs all starts settled, into {kinds}."
    return f"Chaos or long chaotic transients ({number}): {rest}, the others ended in {kinds}."


def _describe_unreached(sections: Mapping[str, Section], found: Attractors) -> str:
    stable = sections["fixed_points"].numbers.get("stable fixed points")
    points = _counts(found)[0]
    missed = 0 if stable is None else int(stable.value) - points
    if missed <= 0:
        return ""
    name = "more stable fixed point" if points else "stable fixed point"
    return f" Newton's method finds {_number_of(missed, name)} that no start reached."


def _counts(found: Attractors) -> tuple[int, int, int]:
    """Numbers of stable fixed points, of limit cycles, and of unstable fixed points on which a start was."""
    kinds = [each.kind for each in found.found]
    return kinds.count("fixed point"), kinds.count("limit cycle"), kinds.count("unstable fixed point")


def _meaning(points: int, cycles: int) -> str:
    """Function that attractors, none of them chaotic, allow."""
    if cycles == 0:
        return (
            "it can hold several memories" if points > 1 else "anything else it does is driven by its input"
        )
    if points == 0 and cycles == 1:
        return "it oscillates"
    if points:
        return "whether it oscillates or rests depends on the initial state"
    return "which oscillation depends on the initial state"


def _in_words(points: int, cycles: int, unstable: int) -> str:
    numbers = ((points, "stable fixed point"), (cycles, "limit cycle"), (unstable, "unstable fixed point"))
    return " and ".join(_number_of(count, name) for count, name in numbers if count)


def _number_of(count: int, name: str) -> str:
    return f"{count} {name}{'s' if count > 1 else ''}"


def _capitalize(words: str) -> str:
    return words[0].upper() + words[1:]

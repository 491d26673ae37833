"""Points of a study: parameter values, an identity, and random numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.random import SeedSequence

from neurosim.sweep.canonical import digest, to_plain

__all__ = ["Point", "make_point", "seed_of"]


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a study.

    Attributes
    ----------
    values : mapping of str to object
        Parameters by name, as the function gets them.
    identity : str
        SHA-256 of what is measured and of all values, 64 hexadecimal digits. Neither the order of the points nor which
        other points exist enters.
    """

    values: Mapping[str, Any]
    identity: str

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value!r}" for name, value in self.values.items())


def make_point(measure: Any, values: Mapping[str, Any]) -> Point:
    """Point with its identity.

    Parameters
    ----------
    measure : plain data
        Identity of the function, see `neurosim.sweep.measures.identity_of`.
    values : mapping of str to object
    """
    plain = {name: to_plain(value, name) for name, value in values.items()}
    return Point(values, digest({"measure": measure, "values": plain}))


def seed_of(identity: str) -> SeedSequence:
    """Root of all random numbers of a point: the first 128 bits of its identity."""
    return SeedSequence(int(identity[:32], 16))

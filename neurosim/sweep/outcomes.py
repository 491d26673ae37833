"""Outcome of a point: its results or its error, and its record on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.errors import StorageError

__all__ = ["Outcome", "from_record", "to_record"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Results of a point, or its error.

    Attributes
    ----------
    identity : str
        Of the point.
    numbers : dict of str to bool, int, float or complex
    arrays : dict of str to array
    error : str
        Type and message of the exception; empty when there was none.
    traceback : str
    seconds : float
    memory : float
        Largest resident memory of the worker so far, in bytes; 0 where the system does not tell.
    """

    identity: str
    numbers: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0
    memory: float = 0.0


def to_record(outcome: Outcome, values: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, Any]:
    """JSON data of an outcome; its arrays are kept beside it."""
    return {
        "identity": outcome.identity,
        "values": dict(values),
        "numbers": {name: _to_json(number) for name, number in outcome.numbers.items()},
        "arrays": sorted(outcome.arrays),
        "error": outcome.error,
        "traceback": outcome.traceback,
        "seconds": outcome.seconds,
        "memory": outcome.memory,
        "versions": dict(versions),
    }


def from_record(record: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Outcome:
    """Outcome that `to_record` wrote."""
    try:
        return Outcome(
            record["identity"],
            {name: _from_json(number) for name, number in record["numbers"].items()},
            {name: arrays[name] for name in record["arrays"]},
            record["error"],
            record["traceback"],
            record["seconds"],
            record["memory"],
        )
    except (KeyError, TypeError) as error:
        raise StorageError(f"a record of a point is damaged ({error!r}).") from error


def _to_json(number: Any) -> Any:
    # floats are written in their shortest exact form, so that they return bit for bit
    return {"real": number.real, "imag": number.imag} if isinstance(number, complex) else number


def _from_json(number: Any) -> Any:
    return complex(number["real"], number["imag"]) if isinstance(number, dict) else number

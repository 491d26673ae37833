"""Progress of a study: points that are done, running, failed and missing, and the cost of the rest."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.results import Result
from neurosim.sweep.canonical import digest
from neurosim.sweep.claims import active_claims
from neurosim.sweep.design import Axis, Design
from neurosim.sweep.store import Store
from neurosim.sweep.workers import cores

__all__ = ["Status", "plan_text", "study_status"]

SHOWN = 20
"""Points that are listed before the start."""


@dataclass(frozen=True)
class Status(Result, seconds="s", disk="bytes"):
    """Progress of a study.

    Attributes
    ----------
    points : int
        Of the study, as it was last run.
    done, failed, running, missing : int
        Points with results, with an error, claimed by a living process, and not begun.
    reasons : dict of str to int
        Errors, and how many points have each.
    seconds : float
        Mean time of a finished point; NaN where there is none.
    disk : float
        Mean size of the files of a finished point; NaN where there is none.
    """

    points: int
    done: int
    failed: int
    running: int
    missing: int
    reasons: Mapping[str, int]
    seconds: float
    disk: float

    def text(self) -> str:
        """Lines for a terminal."""
        lines = [
            f"{self.points} points: {self.done} done, {self.running} running, {self.failed} failed, "
            f"{self.missing} missing"
        ]
        lines += [f"  {count} × {reason}" for reason, count in self.reasons.items()]
        if self.missing + self.running:
            lines.append(self.rest())
        return "\n".join(lines)

    def rest(self, workers: int | None = None) -> str:
        """Time and disk that the remaining points will take, estimated from those that are done."""
        left = self.missing + self.running
        if math.isnan(self.seconds):
            return "time and disk of the rest: unknown until the first point is done"
        workers = cores() if workers is None else workers
        return (
            f"the rest takes about {_duration(left * self.seconds / workers)} with {workers} workers, and "
            f"{left * self.disk / 1e6:.3g} MB of disk"
        )


def study_status(folder: Path | str) -> Status:
    """Progress of the study in a folder.

    Parameters
    ----------
    folder : path

    Raises
    ------
    ParameterError
        If it is not the folder of a study.

    Examples
    --------
    >>> from neurosim.sweep import study_status
    >>> print(study_status("edge").text())  # doctest: +SKIP
    60 points: 58 done, 0 running, 2 failed, 0 missing
      2 × StabilityError: ...
    """
    store = Store(folder)
    return _status(store, set(_identities(store.require_study())))


def plan_text(study: Any, folder: Path | str, workers: int | None = None) -> str:
    """Points of a study, and what those that the folder lacks will take: for ``--dry-run``."""
    points = list(study.points())
    status = _status(Store(folder), {point.identity for point in points})
    lines = [f"{point}" for point in points[:SHOWN]]
    if len(points) > SHOWN:
        lines.append(f"... and {len(points) - SHOWN} more")
    return "\n".join([*lines, status.text() if not status.missing else _plan(status, workers)])


def _plan(status: Status, workers: int | None) -> str:
    return f"{status.points} points, {status.done} of them done; {status.rest(workers)}"


def _status(store: Store, identities: set[str]) -> Status:
    records = [record for record in store.records() if record["identity"] in identities]
    failed = [record["error"] for record in records if record["error"]]
    finished = {record["identity"] for record in records}
    running = len((active_claims(store.path) & identities) - finished)
    return Status(
        len(identities),
        len(records) - len(failed),
        len(failed),
        running,
        len(identities) - len(finished) - running,
        dict(Counter(failed).most_common()),
        _mean(record["seconds"] for record in records),
        _mean(store.size(identity) for identity in finished),
    )


def _identities(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Identities of all points, from what a folder keeps of them."""
    design = Design(tuple(Axis(tuple(entries)) for entries in manifest["axes"]))
    return (digest({"measure": manifest["measure"], "values": values}) for values in design)


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else math.nan


def _duration(seconds: float) -> str:
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.2g} s"

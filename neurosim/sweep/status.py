"""Progress of a study: points that are done, running, failed and missing, and the cost of the rest."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.progress import duration_text
from neurosim.results import Result
from neurosim.sweep.claims import active_claims
from neurosim.sweep.design import Axis, Design
from neurosim.sweep.points import Point, make_point
from neurosim.sweep.processes import cores
from neurosim.sweep.store import Store
from neurosim.sweep.workers import LOOKED_AT

__all__ = ["Status", "plan_text", "points_of", "study_status"]

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
            f"the rest takes about {duration_text(left * self.seconds / workers)} with {workers} workers, and "
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
    return _status(store, {point.identity for point in points_of(store.require_study())})


def points_of(manifest: Mapping[str, Any]) -> Iterator[Point]:
    """Points of a study in their order, from what its folder keeps; declarations among their values are plain data."""
    design = Design(tuple(Axis(tuple(entries)) for entries in manifest["axes"]))
    return (make_point(manifest["measure"], values) for values in design)


def plan_text(study: Any, folder: Path | str, workers: int | None = None) -> str:
    """Points of a study, and what those that the folder lacks will take: for ``--dry-run``."""
    points = list(study.points())
    status = _status(Store(folder), {point.identity for point in points})
    lines = [f"{point}" for point in points[:SHOWN]]
    if len(points) > SHOWN:
        lines.append(f"... and {len(points) - SHOWN} more")
    lines.append(status.text() if not status.missing else _plan(status, workers))
    kept = _kept_disk(study, status.missing)
    return "\n".join([*lines, *([kept] if kept else [])])


def _plan(status: Status, workers: int | None) -> str:
    return f"{status.points} points, {status.done} of them done; {status.rest(workers)}"


def _kept_disk(study: Any, missing: int) -> str:
    """What the trained networks of the missing points will need, where the study keeps some."""
    if not hasattr(study.measure, "disk"):
        return ""
    looked_at = itertools.islice(study.design, LOOKED_AT)
    size = missing * _mean(float(study.measure.disk(values)) for values in looked_at)
    if not size:
        return ""
    return (
        f"their trained networks take about {size / 1e6:.3g} MB of it; keep_networks = false leaves them out"
    )


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


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else math.nan

"""Work: how a study computes its networks, so that all of them are kept in its folder whatever happens."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.ensembles import Ensemble, ensemble
from neurosim.errors import InterruptionWarning
from neurosim.sweep import Sweep, Table
from neurosim.tasks import Task
from neurosim.trainers import Trainer

__all__ = ["Work"]


class Work:
    """Computation of one study, in its folder.

    Parameters
    ----------
    folder : Path
    workers : int, optional
    progress : bool, optional
    finished : callable, optional
        Called with the seconds after each part, so that a process that is killed later does not lose them.

    Attributes
    ----------
    seconds : dict of str to float
        Wall-clock time of each part of which this run has computed points.
    missing : dict of str to str
        Data of others that are not there, and where they are to be had.
    """

    def __init__(
        self,
        folder: Path,
        workers: int | None = None,
        progress: bool | None = None,
        finished: Callable[[Mapping[str, float]], None] | None = None,
    ) -> None:
        self.folder, self.seconds, self.missing = folder, dict[str, float](), dict[str, str]()
        self._workers, self._progress, self._finished = workers, progress, finished or (lambda _: None)

    def sweep(
        self, name: str, measure: Callable[..., Any], *, memory: float | None = None, **axes: Any
    ) -> Table:
        """Table of a function measured at every combination of values, as by `neurosim.Sweep`.

        Parameters
        ----------
        name : str
            Of the folder of this part.
        measure : callable
            At the top level of the study's file. Every number that it depends on is a parameter, so that a changed
            setting is computed anew.
        memory : float, optional
            What one worker needs, in bytes.
        **axes
            Values of each parameter: a list, range or array, or one value that is the same for all points.
        """
        return self.points(
            name, Sweep(measure, **{key: _values(value) for key, value in axes.items()}), memory
        )

    def points(self, name: str, study: Sweep, memory: float | None = None) -> Table:
        """Table of a `neurosim.Sweep` that is already declared, such as one of a list of points."""
        with self._part(name):
            return study.run(
                self.folder / name, workers=self._workers, memory=memory, progress=self._progress
            )

    def ensemble(
        self, name: str, trainer: Trainer, task: Task, networks: Any, seeds: int, **options: Any
    ) -> Ensemble:
        """Networks trained on one task, as by `neurosim.ensemble`."""
        settings: dict[str, Any] = {"workers": self._workers, "progress": self._progress, **options}
        with self._part(name):
            return ensemble(trainer, task, networks, seeds=seeds, folder=self.folder / name, **settings)

    def data(self, name: str, path: str, where: str) -> Path | None:
        """Folder with data of others, None where there is none: the study then goes on without.

        Parameters
        ----------
        name : str
            As in `Claim.needs`.
        path : str
            A setting, empty where nobody gave it.
        where : str
            Where the data are to be had, and how the study is told of them.
        """
        if path and Path(path).is_dir():
            return Path(path)
        self.missing[name] = f"no folder {path!r}; {where}" if path else where
        return None

    def _part(self, name: str) -> _Part:
        return _Part(self.folder / name, self._add)

    def _add(self, name: str, seconds: float) -> None:
        self.seconds[name] = seconds
        self._finished(self.seconds)


class _Part:
    """Block that is timed, and that Ctrl-C ends as it ends a script."""

    def __init__(self, folder: Path, add: Callable[[str, float], None]) -> None:
        self._folder, self._add, self._catch = folder, add, warnings.catch_warnings()

    def __enter__(self) -> None:
        self._catch.__enter__()
        # a sweep that was stopped returns the points that it has; the study needs all of them
        warnings.filterwarnings("error", category=InterruptionWarning)
        self._finished, self._begin = self._count(), time.perf_counter()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._count() > self._finished:
            # to read what is there takes time too, which is not that of the study
            self._add(self._folder.name, time.perf_counter() - self._begin)
        self._catch.__exit__(kind, error, trace)
        if isinstance(error, InterruptionWarning):
            raise KeyboardInterrupt(str(error)) from None

    def _count(self) -> int:
        """Number of points that are finished."""
        return sum(1 for _ in (self._folder / "points").glob("*/*.json"))


def _values(value: Any) -> Any:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, (list, tuple, range, np.ndarray)):
        return [value]
    return value

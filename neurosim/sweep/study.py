"""Sweep: a function measured at many points by any number of workers, gathered in a table."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from neurosim.errors import InterruptionWarning, ParameterError, StudyWarning
from neurosim.progress import Progress, progress_bar
from neurosim.results import versions
from neurosim.sweep.canonical import is_from_script, to_plain
from neurosim.sweep.claims import Claims, remove_leftovers
from neurosim.sweep.design import Design, grid_axes, list_axis, zip_axis
from neurosim.sweep.durability import Durability
from neurosim.sweep.executors import executor_workers
from neurosim.sweep.measures import identity_of, name_of, require_importable, require_parameters, source_of
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.points import Point, make_point
from neurosim.sweep.scheduling import Schedule
from neurosim.sweep.store import Store
from neurosim.sweep.table import Table, make_table
from neurosim.sweep.workers import Workers, largest_memory, local_workers, require_guarded_script

__all__ = ["LARGE", "Sweep"]

LARGE = 10**6
"""Points from which on a study has to be confirmed."""


class Sweep:
    """A function measured at every combination of parameter values.

    Parameters
    ----------
    measure : callable
        Called with one value of each parameter by keyword, in another process; returns a number, an array, or a mapping
        of names to those. It must be defined at the top level of a file. Where it takes ``rng`` it is given a Generator
        that depends on the values of the point alone; where it takes ``folder``, an empty folder of its own, whose
        content is kept. Where it has an attribute ``units``, a mapping of result names to texts, figures show them.
    **axes : iterable
        Values of each parameter: numbers, texts, arrays or declarations such as ``ns.Gaussian(1.5)``. The last varies
        fastest. A parameter ``seed`` that `measure` does not take numbers the realizations, each with an ``rng`` of its
        own.

    Raises
    ------
    ParameterError, UnknownKeywordError
        For a function that workers cannot import, or a parameter that it does not take.

    See Also
    --------
    Sweep.zip : parameters that vary together
    Sweep.of : a list of points

    Notes
    -----
    A point is identified by a hash of the name of the function and of all values. Its results are the same bits
    whatever the number and kind of workers, the order, interruptions, and the other points.

    Examples
    --------
    >>> import neurosim as ns
    >>> from study import exponent  # def exponent(gain, size, rng): ...  # doctest: +SKIP
    >>> study = ns.Sweep(exponent, gain=[1.2, 1.5, 2.0], size=[200, 800], seed=range(10))  # doctest: +SKIP
    >>> table = study.run("edge/")  # doctest: +SKIP
    >>> table.plot("gain", "exponent", color="size")  # doctest: +SKIP
    """

    def __init__(self, measure: Callable[..., Any], /, **axes: Iterable[Any]) -> None:
        self._set(measure, Design(grid_axes(axes)))

    @classmethod
    def zip(cls, measure: Callable[..., Any], /, **lists: Iterable[Any]) -> Sweep:
        """Study whose parameters vary together: point k has the k-th value of each list."""
        return cls.from_design(measure, Design((zip_axis(lists),)))

    @classmethod
    def of(cls, measure: Callable[..., Any], points: Iterable[Mapping[str, Any]], /) -> Sweep:
        """Study of given points, each a mapping of parameter names to values."""
        return cls.from_design(measure, Design((list_axis(points),)))

    @classmethod
    def from_design(cls, measure: Callable[..., Any], design: Design) -> Sweep:
        """Study of the points of a design."""
        study = cls.__new__(cls)
        study._set(measure, design)
        return study

    def where(self, condition: Callable[[dict[str, Any]], bool]) -> Sweep:
        """Study of those points whose values fulfil a condition.

        Parameters
        ----------
        condition : callable
            From a mapping of parameter names to values to a bool.
        """
        kept = [values for values in self.design if condition(values)]
        if not kept:
            raise ParameterError(f"condition must leave some of the {len(self)} points (got none).")
        return self.of(self.measure, kept)

    def __len__(self) -> int:
        return len(self.design)

    def __repr__(self) -> str:
        return f"Sweep({name_of(self.measure)}, {len(self)} points of {', '.join(self.design.names)})"

    def points(self) -> Iterator[Point]:
        """Points in their order."""
        identity = identity_of(self.measure)
        return (make_point(identity, values) for values in self.design)

    def run(
        self,
        folder: Path | str,
        executor: Any = None,
        *,
        workers: int | None = None,
        memory: float | None = None,
        large: bool = False,
        progress: bool | None = None,
    ) -> Table:
        """Measure all points that the folder does not hold yet.

        Parameters
        ----------
        folder : path
            A new one, or that of the same study: with other values, or after an interruption. Several processes may run
            one study in one folder at a time, and share its points.
        executor : concurrent.futures.Executor, distributed.Client or str, optional
            Who computes: a pool, a Dask client, or the address of a Dask scheduler. Default: processes of this machine.
        workers : int, optional
            Processes of this machine. Default: one for each core, or fewer where there are fewer points or not enough
            memory. All have one thread each; a single process has all cores.
        memory : float, optional
            What one worker needs, in bytes. Default: an estimate from sizes and durations where the study is declared
            in a file, else 250 MB; corrected by what the first points needed.
        large : bool, optional
            Must be True for more than a million points.
        progress : bool, optional
            Show a bar. Default: in a terminal or a notebook.

        Returns
        -------
        Table
            A row for each point, in their order. A point that raised an exception is a row with its error.

        Raises
        ------
        ParameterError
            Before any work, for the folder of another study.
        StorageError
            When the disk is full. Finished points are kept.
        StudyError
            When the executor fails.

        Warns
        -----
        StudyWarning
            When points failed, or results of one name differ in shape.
        InterruptionWarning
            After Ctrl-C. The table then lacks the points that were not finished.

        Notes
        -----
        Overhead about a millisecond a point. After ``kill -9`` only points that workers had are computed again, and
        after a power cut those that were finished in the last second.
        """
        require_guarded_script()
        self.require_confirmed(large)
        work = _Work(self, Store(folder), list(self.points()), progress)
        work.begin()
        with ExitStack() as stack:
            if work.missing:
                work.compute(self._workers(stack, executor, len(work.missing), workers, memory))
        return work.table()

    def retry(self, folder: Path | str, executor: Any = None, **options: Any) -> Table:
        """Measure again those points that failed, and all that are missing; see `run`."""
        store = Store(folder)
        store.require_study()
        for identity, outcome in store.read_all(point.identity for point in self.points()).items():
            if outcome.error:
                store.remove(identity)
        return self.run(folder, executor, **options)

    def load(self, folder: Path | str) -> Table:
        """Table of the points that the folder of this study holds already."""
        work = _Work(self, Store(folder), list(self.points()), progress=False)
        work.store.require_study()
        work.begin()
        return work.table()

    def manifest(self) -> dict[str, Any]:
        """Plain data that a folder keeps of the study: whose it is, and its points."""
        axes = [[to_plain(entry, "point") for entry in axis.entries] for axis in self.design.axes]
        return {
            "measure": identity_of(self.measure),
            "parameters": sorted(self.design.names),
            "source": source_of(self.measure),
            "axes": axes,
        }

    def _set(self, measure: Callable[..., Any], design: Design) -> None:
        require_importable(measure)
        require_parameters(measure, set(design.names))
        self.measure, self.design = measure, design

    def require_confirmed(self, large: bool) -> None:
        """Raise for more than a million points, unless `large` is True."""
        if len(self) > LARGE and not large:
            raise ParameterError(
                f"the study has {len(self)} points; give large=True (--yes) for more than a million, or fewer values."
            )

    def _workers(
        self, stack: ExitStack, executor: Any, points: int, workers: int | None, memory: float | None
    ) -> Workers:
        if executor is not None:
            return stack.enter_context(executor_workers(executor))
        if memory is None:
            memory = largest_memory(self.measure, self.design)
        found, note = local_workers(
            self.measure, points, workers, memory, with_script=is_from_script(self.manifest())
        )
        if note:
            warnings.warn(note + ".", StudyWarning, stacklevel=3)
        return found


class _Work:
    """One run of a study: what is finished, and what is missing."""

    def __init__(self, study: Sweep, store: Store, points: list[Point], progress: bool | None) -> None:
        self.store, self._study, self._points, self._progress = store, study, points, progress
        self._outcomes: dict[str, Outcome] = {}
        self.missing: list[Point] = []
        self._require_distinct()

    def begin(self) -> None:
        """Open the folder, and read what it holds."""
        found, manifest = self.store.manifest(), self._study.manifest()
        self.store.begin(manifest)
        self._outcomes = self.store.read_all(point.identity for point in self._points)
        remove_leftovers(self.store.path, self._outcomes)
        self.missing = [point for point in self._points if point.identity not in self._outcomes]
        if self._outcomes and found and found.get("source") != manifest["source"]:
            warnings.warn(
                f"the function has changed since {len(self._outcomes)} points of {str(self.store.path)!r} were "
                f"computed; give another folder, or delete this one, to compute them anew.",
                StudyWarning,
                stacklevel=4,
            )

    def compute(self, workers: Workers) -> None:
        """Have the missing points computed."""
        interrupted = True
        try:
            with Durability(self.store.path) as disk, Claims(self.store.path) as claims, self._bar() as bar:
                keep = self._keeper(bar, disk)
                schedule = Schedule(self._study.measure, self.store, claims, workers, keep, bar.refresh)
                schedule.run(self.missing)
            interrupted = False
        except KeyboardInterrupt:
            warnings.warn(
                f"stopped by Ctrl-C with {len(self._outcomes)} of {len(self._points)} points in "
                f"{str(self.store.path)!r}; run the study again for the others.",
                InterruptionWarning,
                stacklevel=4,
            )
        finally:
            workers.close(kill=interrupted)

    def table(self) -> Table:
        """Table of all finished points, with a warning where some failed or do not fit together."""
        pairs = [(p.values, self._outcomes[p.identity]) for p in self._points if p.identity in self._outcomes]
        table = make_table(self._study.design.names, pairs)
        units = getattr(self._study.measure, "units", {})
        table = table.with_units(**{name: unit for name, unit in units.items() if name in table.results})
        notes = self._failures(pairs)
        notes += [f"results of {name!r} differ in shape: {where}" for name, where in table.ragged.items()]
        if notes:
            warnings.warn("; ".join(notes) + ".", StudyWarning, stacklevel=4)
        return table

    def _failures(self, pairs: list[tuple[Mapping[str, Any], Outcome]]) -> list[str]:
        failed = [(values, outcome.error) for values, outcome in pairs if outcome.error]
        if not failed:
            return []
        values, error = failed[0]
        where = ", ".join(f"{name} = {value!r}" for name, value in values.items())
        return [f"{len(failed)} of {len(self._points)} points failed, such as {where}: {error.rstrip('.')}"]

    def _bar(self) -> Any:
        return progress_bar(len(self.missing), self.store.path.resolve().name, "point", self._progress)

    def _keeper(self, bar: Progress, disk: Durability) -> Callable[[Point, Outcome, bool], None]:
        known = versions()

        def keep(point: Point, outcome: Outcome, own: bool) -> None:
            if own:
                plain = {name: to_plain(value, name) for name, value in point.values.items()}
                disk.add(self.store.write(outcome, point, plain, known))
            self._outcomes[point.identity] = outcome
            bar.update(1)

        return keep

    def _require_distinct(self) -> None:
        seen: dict[str, Point] = {}
        for point in self._points:
            if point.identity in seen:
                raise ParameterError(f"points must differ (got {point} twice); number repetitions by a seed.")
            seen[point.identity] = point

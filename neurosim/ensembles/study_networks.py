"""Networks of a study as one object: those that its points trained, kept or drew, read when they are needed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.analysis import spectrum
from neurosim.ensembles.sequence import NetworkSequence
from neurosim.ensembles.summaries import EnsembleSpectra
from neurosim.errors import ParameterError, ShapeError, StorageError
from neurosim.network import Network
from neurosim.storage import load
from neurosim.sweep import Table
from neurosim.sweep.declared_measure import DeclaredMeasure
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.points import Point, seed_of
from neurosim.sweep.status import points_of
from neurosim.sweep.store import Store
from neurosim.sweep.table import make_table
from neurosim.training import Training
from neurosim.validation import one_of

__all__ = ["StudyNetworks", "load_networks"]

NETWORK = "network"
"""Parameter of the table that names a network where a point has several."""

Reader = Callable[[], Network]


@dataclass(frozen=True)
class _Member:
    """A network of a finished point: how it is read, and how it was drawn before any training."""

    point: Point
    outcome: Outcome
    label: str
    read: Reader
    draw: Reader


@dataclass(frozen=True, eq=False, repr=False)
class StudyNetworks(NetworkSequence):
    """Networks of a study, in the order of its points; ``ns.load`` of the folder of a study makes one.

    ``networks[3]`` is a network; a slice, a mask or a list of numbers gives a sequence of fewer. Iteration reads one
    network at a time.

    Attributes
    ----------
    folder : Path
    table : Table
        A row for each network: the parameters of its point, ``network`` where a point has several, and the results
        of the point.
    """

    folder: Path
    table: Table
    members: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, (int, np.integer)):
            if not -len(self) <= index < len(self):
                raise IndexError(f"the study has {len(self)} networks, got number {index}.")
            return self.members[index].read()
        rows = np.arange(len(self))[index]
        return StudyNetworks(self.folder, self.table.rows(rows), tuple(self.members[row] for row in rows))

    def __repr__(self) -> str:
        return (
            f"StudyNetworks({len(self)} networks: {', '.join(self.table.parameters)} in {str(self.folder)!r})"
        )

    @property
    def labels(self) -> list[str]:
        """Name of each network: the values of all parameters that differ between some."""
        columns = {name: column.tolist() for name, column in self.table.parameters.items()}
        varied = [name for name, column in columns.items() if len(set(column)) > 1] or list(columns)
        return [", ".join(f"{name} {columns[name][row]}" for name in varied) for row in range(len(self))]

    def where(self, **values: Any) -> StudyNetworks:
        """Networks of the points whose parameters have these values.

        Parameters
        ----------
        **values : number or str
            By parameter, such as ``size=200``; names with dots as ``**{"task.type": "Xor"}``.
        """
        kept = np.full(len(self), True)
        for name, value in values.items():
            kept &= self.table.parameters[one_of("parameter", name, self.table.parameters)] == value
        if not kept.any():
            raise ParameterError(f"values must leave some of the {len(self)} networks (got {values}).")
        return self[kept]

    def spectra(self, margin: float = 0.05, over: str = "seed") -> EnsembleSpectra:
        """Eigenvalues of all networks before and after training, and how many lie outside the circle.

        Parameters
        ----------
        margin : float, optional
            Distance from the circle, relative to its radius, that is still the bulk.
        over : str, optional
            Parameter that numbers repetitions; the others label the networks.

        Raises
        ------
        ShapeError
            When the networks differ in size.
        """
        before = [spectrum(member.draw()) for member in self.members]
        after = [spectrum(network) for network in self]
        sizes = sorted({len(each.eigenvalues) for each in after})
        if len(sizes) > 1:
            raise ShapeError(f"networks must have one size (got {sizes}); take some of them with where().")
        columns = {name: column for name, column in self.table.parameters.items() if name != over}
        labels = [
            ", ".join(f"{name} {column[row]}" for name, column in columns.items()) for row in range(len(self))
        ]
        return EnsembleSpectra(
            np.array(labels),
            np.array([each.eigenvalues for each in before]),
            np.array([each.eigenvalues for each in after]),
            np.array([each.predicted_radius for each in before], dtype=float),
            margin,
        )


def load_networks(folder: Path | str) -> StudyNetworks:
    """Networks of the study in a folder.

    Parameters
    ----------
    folder : path
        Of a declared study, whose trained networks were kept, or of a function that saved networks or trainings into
        the ``folder`` that it was given.

    Returns
    -------
    StudyNetworks
        Of the points that are finished. Networks that are not trained take no disk: they are drawn again.

    Raises
    ------
    ParameterError
        If it is not the folder of a study, or no network was kept.

    Examples
    --------
    >>> import neurosim as ns
    >>> networks = ns.load("gates/")  # doctest: +SKIP
    >>> solved = networks[networks.table["accuracy"] > 0.95]  # doctest: +SKIP
    >>> ns.analysis.similarity(solved, "weight_eigenvalues")  # doctest: +SKIP
    """
    store = Store(folder)
    manifest = store.require_study()
    measure = _declared_measure(manifest["measure"])
    points = list(points_of(manifest))
    outcomes = store.read_all(point.identity for point in points)
    members = [
        member
        for point in points
        if point.identity in outcomes and not outcomes[point.identity].error
        for member in _members(store, measure, point, outcomes[point.identity])
    ]
    if not members:
        raise ParameterError(
            f"folder must hold networks (got {str(folder)!r}, with {len(outcomes)} finished points and no network); "
            f"save them into the folder that the function is given, or write keep_networks = true below [sweep] and "
            f"run the study in a new folder."
        )
    return StudyNetworks(store.path, _table(manifest, members), tuple(members))


def _members(
    store: Store, measure: DeclaredMeasure | None, point: Point, outcome: Outcome
) -> Iterator[_Member]:
    folder = store.files(point.identity)
    if measure is None:
        files = sorted(folder.rglob("*.npz")) if folder.is_dir() else []
        for file in files:
            label = file.relative_to(folder).with_suffix("").as_posix() if len(files) > 1 else ""
            yield _Member(point, outcome, label, *_readers(file))
        return
    rng = np.random.default_rng(seed_of(point.identity))
    for member in measure.members(point.values, rng):
        file = folder / member.file
        if not member.file:
            yield _Member(point, outcome, member.label, member.draw, member.draw)
        elif file.is_file():
            yield _Member(point, outcome, member.label, _readers(file)[0], member.draw)


def _readers(file: Path) -> tuple[Reader, Reader]:
    return functools.partial(_read, file, start=False), functools.partial(_read, file, start=True)


def _read(file: Path, *, start: bool) -> Network:
    found = load(file)
    if isinstance(found, Training):
        return found.start if start else found.network
    if not isinstance(found, Network):
        raise StorageError(
            f"{file} must hold a network or a training (got a {type(found).__name__}); save other arrays under "
            f"another ending."
        )
    return found


def _declared_measure(plain: Mapping[str, Any]) -> DeclaredMeasure | None:
    """Measure of a declared study, from its plain data; None for a function."""
    if "declaration" not in plain:
        return None
    return DeclaredMeasure(
        json.dumps(json.loads(plain["declaration"]), sort_keys=True),
        tuple((name, path) for name, path in plain["paths"]),
        tuple(plain["prune"]),
    )


def _table(manifest: Mapping[str, Any], members: list[_Member]) -> Table:
    names = list(dict.fromkeys(name for axis in manifest["axes"] for entry in axis for name in entry))
    labeled = any(member.label for member in members)
    rows = [
        ({**member.point.values, **({NETWORK: member.label} if labeled else {})}, member.outcome)
        for member in members
    ]
    return make_table([*names, NETWORK] if labeled else names, rows)

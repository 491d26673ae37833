"""Many trained networks as one object: a sequence of networks, read from disk when they are needed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.analysis import attractors, degradation
from neurosim.ensembles.diagnosis import REMEDIES
from neurosim.ensembles.sequence import NetworkSequence
from neurosim.ensembles.summaries import (
    AttractorCounts,
    EnsembleDegradation,
    EnsembleSpectra,
    SuccessRates,
    TimesToCriterion,
    success_rates,
    times_to_criterion,
)
from neurosim.errors import ParameterError
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.storage import load
from neurosim.sweep import Sweep, Table
from neurosim.sweep.store import Store
from neurosim.tasks import Task
from neurosim.training import Training

__all__ = ["TRAINING", "Ensemble"]

TRAINING = "training.npz"
"""File of each member, in its folder of the study."""


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(NetworkSequence):
    """Trained networks of one task, ordered by start, then by seed; `neurosim.ensemble` makes one.

    ``gates[3]`` is a network, ``gates[4:8]`` or ``gates.where("orthogonal")`` an ensemble of fewer; iteration reads one
    network at a time. Trainings that raised an exception have a row in `table` and no network.

    Attributes
    ----------
    folder : Path
    study : Sweep
    table : Table
        A row for each member: ``start``, ``seed``, ``accuracy``, ``loss``, ``succeeded``, ``rows`` of its history,
        ``rows_to_criterion``, ``diagnosis`` (number of the entry in `neurosim.ensembles.diagnosis.REMEDIES`),
        ``radius``, ``initial_eigenvalues`` and ``eigenvalues``.
    task : Task
    dt : float
        Time step of the trainer.
    """

    folder: Path
    study: Sweep
    table: Table
    task: Task
    dt: float

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._with_rows(self._rows[index])
        return self.training(index).network

    def __repr__(self) -> str:
        starts = ", ".join(dict.fromkeys(self.table.parameters["start"].tolist()))
        return f"Ensemble({len(self)} networks: {starts}; {int(self._succeeded.sum())} learned {self.task!r})"

    @property
    def labels(self) -> list[str]:
        """Name of each network: start and seed."""
        parameters = self.table.parameters
        return [f"{parameters['start'][row]} {parameters['seed'][row]}" for row in self._rows]

    @property
    def starts(self) -> np.ndarray:
        """Start of each network, shape (networks,)."""
        return self.table.parameters["start"][self._rows]

    def training(self, k: int) -> Training:
        """Whole training of one network, with its start and its history, read from the folder."""
        if not -len(self) <= k < len(self):
            raise IndexError(f"the ensemble has {len(self)} networks, got number {k}.")
        row = self._rows[k]
        parameters = {name: column[row].item() for name, column in self.table.parameters.items()}
        point = next(point for point in self.study.points() if dict(point.values) == parameters)
        training = load(Store(self.folder).files(point.identity) / TRAINING)
        assert isinstance(training, Training)
        return training

    def where(self, start: str) -> Ensemble:
        """Networks of one start."""
        if start not in self.table.parameters["start"]:
            known = list(dict.fromkeys(self.table.parameters["start"].tolist()))
            raise ParameterError(f"start must be one of {known} (got {start!r}).")
        return self._with_rows(np.flatnonzero(self.table.parameters["start"] == start))

    def successful(self) -> Ensemble:
        """Networks that reached the criterion."""
        return self._with_rows(np.flatnonzero(self._succeeded))

    def success_rates(self, level: float = 0.95) -> SuccessRates:
        """Share of networks that learned the task, for each start, with its Wilson score interval."""
        return success_rates(self.table.parameters["start"], self._succeeded, level)

    def times_to_criterion(self) -> TimesToCriterion:
        """When trainings first met the criterion, on held-out trials where there were some: median and quartiles."""
        rows = self.training(0).history.row if len(self) else "epoch"
        return times_to_criterion(
            self.table.parameters["start"], np.asarray(self.table["rows_to_criterion"], float), rows
        )

    def spectra(self, margin: float = 0.05) -> EnsembleSpectra:
        """Eigenvalues of all networks before and after training, and how many lie outside the circle.

        Parameters
        ----------
        margin : float, optional
            Distance from the circle, relative to its radius, that is still the bulk. Default: 5 %, which one of 100
            eigenvalues of random weights of 50 units exceeds.
        """
        table = self.table.rows(self._rows)
        return EnsembleSpectra(
            table.parameters["start"],
            table["initial_eigenvalues"],
            table["eigenvalues"],
            table["radius"],
            margin,
        )

    def degradation(
        self, *args: Any, trials: int = 200, rng: Seed = 0, progress: bool | None = None, **settings: Any
    ) -> EnsembleDegradation:
        """How networks get worse as their weights are removed, mean and standard error over networks.

        Parameters
        ----------
        *args, **settings
            Shares and protocol, as in `neurosim.analysis.degradation`.
        trials : int, optional
            The same for all networks.
        rng : int, SeedSequence, Generator or None, optional
        """
        seed = seed_sequence(rng)
        batch = self.task.trials(trials, self.dt, child(seed, "trials"))
        curves = self.map(
            lambda network: degradation(network, batch, *args, rng=child(seed, "degradation"), **settings),
            progress=progress,
        )
        names = tuple(dict.fromkeys(self.starts.tolist()))
        groups = [
            [curve for curve, start in zip(curves, self.starts, strict=True) if start == name]
            for name in names
        ]
        distances = [np.array([curve.distances.mean(axis=1) for curve in group]) for group in groups]
        accuracies = [np.array([curve.accuracies.mean(axis=1) for curve in group]) for group in groups]
        return EnsembleDegradation(
            names,
            curves[0].protocol,
            curves[0].shares,
            np.array([values.mean(axis=0) for values in distances]),
            np.array([values.mean(axis=0) for values in accuracies]),
            np.array([_standard_error(values) for values in distances]),
            np.array([_standard_error(values) for values in accuracies]),
            np.array([len(group) for group in groups]),
        )

    def attractors(self, *args: Any, progress: bool | None = None, **settings: Any) -> AttractorCounts:
        """How many networks have which set of attractors (the "realizations" of Jarne & Laje).

        Parameters
        ----------
        *args, **settings
            As in `neurosim.analysis.attractors`.
        """
        found = self.map(attractors, *args, progress=progress, **settings)
        sets = [_name_of_set(each) for each in found]
        names = tuple(dict.fromkeys(self.starts.tolist()))
        pairs = Counter(zip(sets, self.starts.tolist(), strict=True))
        counts = {
            kind: np.array([pairs[kind, name] for name in names]) for kind, _ in Counter(sets).most_common()
        }
        return AttractorCounts(names, counts)

    def failures(self) -> dict[str, tuple[int, str]]:
        """Number of networks with each diagnosis other than "solved", and the remedy; exceptions by their type.

        Returns
        -------
        dict of str to (int, str)
            The most frequent first.
        """
        kinds = tuple(REMEDIES)
        codes = self.table["diagnosis"][self._rows].astype(int) if len(self) else np.zeros(0, int)
        counts = Counter(kinds[code] for code in codes if kinds[code] != "solved")
        named = {kind: (count, REMEDIES[kind]) for kind, count in counts.items()}
        for error, count in Counter(self.table.errors[self.table.errors != ""].tolist()).items():
            named[error.split(":")[0]] = (count, error)
        return dict(sorted(named.items(), key=lambda item: -item[1][0]))

    @property
    def _rows(self) -> np.ndarray:
        """Rows of the table that have a network."""
        return np.flatnonzero(self.table.errors == "")

    @property
    def _succeeded(self) -> np.ndarray:
        """Whether each row of the table reached the criterion; a training that raised an exception did not."""
        if "succeeded" not in self.table.results:
            return np.zeros(len(self.table), bool)
        return np.asarray(self.table["succeeded"]) == 1

    def _with_rows(self, rows: np.ndarray) -> Ensemble:
        return Ensemble(self.folder, self.study, self.table.rows(rows), self.task, self.dt)


def _standard_error(values: np.ndarray) -> np.ndarray:
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))


def _name_of_set(found: Any) -> str:
    counts = Counter(attractor.kind for attractor in found)
    return ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in sorted(counts.items()))

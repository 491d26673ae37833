"""Training of an ensemble: one network for each start and seed, in parallel, kept in one folder."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from neurosim.analysis import spectrum
from neurosim.engine import Rollout
from neurosim.ensembles.diagnosis import REMEDIES, diagnose
from neurosim.ensembles.ensemble import TRAINING, Ensemble
from neurosim.ensembles.recipes import Recipe, recipe_of
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import child, seed_sequence
from neurosim.sweep import Sweep
from neurosim.tasks import Task
from neurosim.trainers import MeanSquaredError, Trainer, check_channels
from neurosim.training import Training
from neurosim.validation import positive, whole_number

__all__ = ["ensemble"]

KINDS = tuple(REMEDIES)


@dataclass(frozen=True)
class TrainOne:
    """Measure of one point of an ensemble: draw a network, train it, test it."""

    trainer: Trainer
    task: Task
    recipes: Mapping[str, Recipe]
    criterion: float
    test_trials: int

    def __call__(self, start: str, rng: Generator, folder: Path) -> dict[str, Any]:
        """Train the network of one start and seed, write it into the folder, and return the numbers of it."""
        seed = seed_sequence(rng)
        network = self.recipes[start].build(child(seed, "network"))
        with warnings.catch_warnings():
            # a training that fails is a row of the table, with its diagnosis
            warnings.simplefilter("ignore")
            training = self.trainer.fit(network, self.task, child(seed, "training"), progress=False)
        training.save(folder / TRAINING)
        return self._numbers(training, child(seed, "test"))

    def _numbers(self, training: Training, seed: Any) -> dict[str, Any]:
        network, stepping = training.network, self.trainer.stepping(training.network)
        trials = self.task.trials(self.test_trials, stepping.dt, child(seed, "trials")).astype(network.dtype)
        run = Rollout(network, stepping.dt, stepping.scheme, noise=stepping.noise)(
            trials.inputs, rng=child(seed, "noise")
        )
        rates, accuracy = np.asarray(run.rates), float(trials.accuracy(run.outputs).mean())
        loss = getattr(self.trainer, "loss", MeanSquaredError())
        diagnosis = diagnose(training, accuracy, self.criterion, rates)
        before, after = spectrum(training.start), spectrum(network)
        return {
            "accuracy": accuracy,
            "loss": float(loss(run, trials)),
            "succeeded": accuracy >= self.criterion,
            "rows": training.history.length,
            "rows_to_criterion": _rows_to_criterion(training, self.criterion),
            "diagnosis": KINDS.index(diagnosis.kind),
            "radius": before.predicted_radius,
            "initial_eigenvalues": before.eigenvalues,
            "eigenvalues": after.eigenvalues,
        }


def _rows_to_criterion(training: Training, criterion: float) -> float | None:
    """Number of the first row of the history whose accuracy meets the criterion; None where there is none."""
    history = training.history
    name = next((name for name in ("validation_accuracy", "accuracy") if name in history.names), None)
    if name is None or not (history[name] >= criterion).any():
        return None
    return float(np.argmax(history[name] >= criterion) + 1)


def ensemble(
    trainer: Trainer,
    task: Task,
    networks: Network | Recipe | Mapping[str, Network | Recipe],
    seeds: int = 20,
    folder: str | Path = "ensemble",
    *,
    criterion: float = 0.9,
    test_trials: int = 512,
    executor: Any = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> Ensemble:
    """Train many networks on one task, from different seeds and starts, in parallel.

    Parameters
    ----------
    trainer : Trainer
    task : Task
    networks : Network, Recipe, or mapping of str to those
        What to start from; the names of a mapping are those of the starts, such as ``{"normal": ..., "orthogonal":
        ...}``. Each seed has a network like it, with weights of its own; see `recipe_of`.
    seeds : int, optional
        Networks of each start.
    folder : path, optional
        What it holds already is not trained again: the same call goes on after Ctrl-C or ``kill -9``, with more seeds,
        or with more starts. Trainings are in ``files/*/training.npz``.
    criterion : float, optional
        Accuracy on new trials from which on a network has learned the task.
    test_trials : int, optional
        Number of those trials.
    executor, workers, progress
        As in `neurosim.Sweep.run`.

    Returns
    -------
    Ensemble

    Raises
    ------
    ParameterError
        For a network that is not as it was drawn, or the folder of something else.

    Warns
    -----
    StudyWarning
        Where a training raised an exception; it is a row of the table with its error.
    InterruptionWarning
        After Ctrl-C, with the networks that are finished.

    Notes
    -----
    Network, trials, noise and test of one member depend on its start and seed alone, not on the others, the order or
    the number of workers.

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.Xor()
    >>> shape = dict(size=50, inputs=task.inputs, outputs=task.outputs)
    >>> starts = {"normal": ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), rng=0, **shape),
    ...           "orthogonal": ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), rng=0, **shape)}
    >>> gates = ns.ensemble(ns.BPTT(epochs=20), task, starts, seeds=20, folder="gates/")  # doctest: +SKIP
    >>> gates.success_rates(), gates.failures()  # doctest: +SKIP
    """
    for name, value, kind in (("trainer", trainer, Trainer), ("task", task, Task)):
        if not isinstance(value, kind):
            raise ParameterError(
                f"{name} must be a {kind.__name__} (got {value!r}); try ns.{_EXAMPLES[name]}."
            )
    if positive("criterion", criterion) > 1.0:
        raise ParameterError(f"criterion must be an accuracy, at most 1 (got {criterion!r}); 0.9 is usual.")
    recipes = _recipes(networks)
    drawn = [recipe.build(0) for recipe in recipes.values()]
    for network in drawn:
        check_channels(network, task)
    measure = TrainOne(trainer, task, recipes, float(criterion), whole_number("test_trials", test_trials))
    study = Sweep(measure, start=list(recipes), seed=range(whole_number("seeds", seeds)))
    table = study.run(folder, executor, workers=workers, progress=progress)
    return Ensemble(Path(folder), study, table, task, trainer.stepping(drawn[0]).dt)


_EXAMPLES = {"trainer": "BPTT(epochs=20)", "task": "tasks.Xor()"}


def _recipes(networks: Any) -> dict[str, Recipe]:
    named = networks if isinstance(networks, Mapping) else {"network": networks}
    if not named:
        raise ParameterError(
            "networks must name at least one start (got an empty mapping); try {'normal': network}."
        )
    return {
        str(label): value if isinstance(value, Recipe) else recipe_of(value, f"networks[{label!r}]")
        for label, value in named.items()
    }

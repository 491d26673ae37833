"""Measure of a declared experiment or training: its quantities at one point of a study."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from neurosim.analysis import remove_weights, spectrum
from neurosim.engine import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import NeurosimError
from neurosim.experiments import Experiment, TrainingExperiment
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.evaluation import evaluate_as_trained, train
from neurosim.experiments.reading import experiment_from_tables, training_from_tables
from neurosim.experiments.specification import NetworkPlan
from neurosim.network import Network
from neurosim.registry import load_plugin
from neurosim.sweep.memory import estimate_disk, estimate_memory
from neurosim.sweep.paths import put_value

__all__ = ["DeclaredMeasure", "Member"]

NAME = "point"


@dataclass(frozen=True)
class Member:
    """One network of a point.

    Attributes
    ----------
    label : str
        That it has in the declaration; empty where it is the only one.
    draw : callable
        Gives the network as it was drawn, before any training.
    file : str
        Name of the file of the trained network, in the folder of the point; empty where it is not trained.
    """

    label: str
    draw: Callable[[], Network]
    file: str


@dataclass(frozen=True)
class DeclaredMeasure:
    """Quantities of a declared experiment, or of a training, as a function of some of its values.

    Attributes
    ----------
    declaration : str
        Tables of the file as JSON, without ``sweep``, ``title`` and ``description``.
    paths : tuple of (str, str)
        Parameter and dotted path of each value that is swept.
    prune : tuple of float
        Shares of the smallest recurrent weights without which a trained network is tested again.
    plugins : tuple of str
        Files that a worker has to load first.
    keep_networks : bool
        Whether trained networks are kept in the folder.
    """

    units: ClassVar[Mapping[str, str]] = {"exponent": "1/time", "half width": "time"}

    declaration: str
    paths: tuple[tuple[str, str], ...]
    prune: tuple[float, ...] = ()
    plugins: tuple[str, ...] = field(default=(), compare=False)
    keep_networks: bool = field(default=True, compare=False)

    @property
    def writes_files(self) -> bool:
        """Whether points keep networks in their folder."""
        return self.keep_networks and '"trainer"' in self.declaration

    def __call__(self, rng: np.random.Generator, folder: Path | None = None, **values: Any) -> dict[str, Any]:
        """Results at one point; trained networks are written into its folder, if there is one."""
        for path in self.plugins:
            load_plugin(path)
        declared = self.experiment_at(values, rng)
        kept = folder if self.keep_networks else None
        if isinstance(declared, TrainingExperiment):
            return _measure_training(declared, self.prune, kept)
        return _measure_experiment(declared, kept)

    def memory(self, values: Mapping[str, Any]) -> float:
        """Bytes that one point needs, about."""
        return estimate_memory(self.experiment_at(values))

    def disk(self, values: Mapping[str, Any]) -> float:
        """Bytes on disk of the networks that one point keeps, about."""
        return estimate_disk(self.experiment_at(values)) if self.keep_networks else 0.0

    def members(self, values: Mapping[str, Any], rng: np.random.Generator) -> list[Member]:
        """Networks of one point."""
        declared = self.experiment_at(values, rng)
        if isinstance(declared, TrainingExperiment):
            return [Member("", functools.partial(declared.network.build, declared.seed), _file(0))]
        return [
            Member(
                plan.label if len(declared.networks) > 1 else "",
                functools.partial(plan.build, declared.seed),
                "" if plan.trainer is None else _file(number),
            )
            for number, plan in enumerate(declared.networks)
        ]

    def experiment_at(
        self, values: Mapping[str, Any], rng: np.random.Generator | None = None
    ) -> Experiment | TrainingExperiment:
        """Experiment or training at one point.

        Parameters
        ----------
        values : mapping of str to object
            By parameter.
        rng : Generator, optional
            Stream of the point, which its seed is drawn from where ``seeds`` numbers realizations: that is where
            `values` has a ``seed`` without a path.
        """
        content = copy.deepcopy(json.loads(self.declaration))
        for name, path in self.paths:
            if name in values:
                put_value(content, path, values[name])
        if rng is not None and "seed" in values and "seed" not in dict(self.paths):
            content["seed"] = int(rng.integers(2**63))
        content.update(title=NAME, description=NAME)
        build = training_from_tables if "trainer" in content else experiment_from_tables
        return build(NAME, content)


def _file(number: int) -> str:
    return f"network_{number}.npz"


def _measure_experiment(experiment: Experiment, folder: Path | None) -> dict[str, Any]:
    """Quantities of all networks of an experiment, with their predictions."""
    found: dict[str, Any] = {}
    for number, plan in enumerate(experiment.networks):
        prefix = f"{plan.label}: " if len(experiment.networks) > 1 else ""
        network = plan.build(experiment.seed)
        beginning = network.initial_state
        if plan.trainer is not None and plan.task is not None:
            network = train(network, plan, experiment.seed, progress=False)[0].network
            if folder is not None:
                network.save(folder / _file(number))
            tested = evaluate_as_trained(plan.trainer, network, plan.task, experiment.seed)
            found[f"{prefix}accuracy"] = tested.accuracy
        settings = experiment.simulation
        run = simulate(
            network.replace(initial_state=beginning),
            settings.duration,
            settings.dt,
            settings.scheme,
            trials=settings.trials,
            noise=settings.noise,
            record=("states", "rates"),
            every=settings.every,
            rng=experiment.seed,
            progress=False,
        )
        for name, value in _quantities(experiment, plan, run).items():
            found[prefix + name] = value
    return found


def _quantities(experiment: Experiment, plan: NetworkPlan, run: Trajectory) -> dict[str, Any]:
    """Measured quantities by name, and predicted ones with ``(theory)``; those that a network lacks are left out."""
    found: dict[str, Any] = {}
    for name in experiment.analyses:
        try:
            measurement = ANALYSES[name].measure(run, experiment.simulation.discard)
        except NeurosimError:
            # a silent network has no correlation time, and an analysis that fails must not cost the others
            continue
        for key, quantity in measurement.quantities.items():
            found[key] = quantity.measured
            if plan.trainer is None:
                found[f"{key} (theory)"] = quantity.predicted
    return found


def _measure_training(
    declared: TrainingExperiment, prune: Sequence[float], folder: Path | None
) -> dict[str, Any]:
    """What training reached, and the spectrum of the weights before and after."""
    plan = declared.network
    assert plan.trainer is not None
    assert plan.task is not None
    start = plan.build(declared.seed)
    training, _ = train(start, plan, declared.seed, progress=False)
    if folder is not None:
        training.network.save(folder / _file(0))
    tested = evaluate_as_trained(plan.trainer, training.network, plan.task, declared.seed)
    before, after = spectrum(start), spectrum(training.network)
    return {
        "accuracy": tested.accuracy,
        "loss": tested.loss,
        "epochs": training.history.length,
        "radius": float(after.radius),
        "abscissa": float(after.abscissa),
        "radius before": float(before.radius),
        "abscissa before": float(before.abscissa),
        **{
            f"accuracy, {share:.0%} pruned": evaluate_as_trained(
                plan.trainer, remove_weights(training.network, share), plan.task, declared.seed
            ).accuracy
            for share in prune
        },
    }

"""Run a declared experiment: simulate and analyze its networks, and write a folder of results."""

from __future__ import annotations

import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from neurosim.engine import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import InterruptionWarning, NeurosimError, ParameterError
from neurosim.experiments import figures
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.evaluation import Evaluation, evaluate, evaluate_as_trained, train
from neurosim.experiments.quantities import Case, Quantity
from neurosim.experiments.specification import Experiment, NetworkPlan
from neurosim.experiments.tables import experiment_text
from neurosim.experiments.writing import experiment_toml
from neurosim.network import Network
from neurosim.plotting import style
from neurosim.plotting.comparison import save_figure
from neurosim.progress import Progress, progress_bar
from neurosim.results import Report, default_folder, file_name, new_folder, versions, write_report
from neurosim.storage import save
from neurosim.tasks import Task
from neurosim.training import Training

__all__ = ["run_experiment"]

TRAINED = "Networks that were trained have no prediction: their weights are not random."


def run_experiment(
    experiment: Experiment,
    folder: Path | str | None = None,
    progress: bool | None = None,
    *,
    overwrite: bool = False,
) -> Report:
    """Build, simulate and analyze the networks of an experiment.

    Parameters
    ----------
    experiment : Experiment
        For instance ``load_experiment("coherent-chaos")``.
    folder : path, optional
        Where to write; must not exist, or be empty, unless `overwrite`. Default: ``results/NAME-DATE-TIME``.
    progress : bool, optional
        Show bars. Default: in a terminal or a notebook.
    overwrite : bool, optional
        Replace an earlier folder of results, once the new one is complete.

    Returns
    -------
    Report
        Its folder holds ``experiment.toml``, ``summary.json``, ``report.txt``, the saved networks and trajectories, and
        the figures.

    Raises
    ------
    ParameterError
        Before any computation, if the folder is not empty.
    StorageError
        If the folder cannot be written. No incomplete folder is left.

    Warns
    -----
    InterruptionWarning
        After Ctrl-C. The folder then holds everything completed so far; an interrupted trajectory can be loaded from
        it and resumed.

    Notes
    -----
    The numbers depend on the declaration alone: running ``experiment.toml`` of the folder reproduces them. Theory for
    random weights is compared with networks that were drawn, not with those that were trained.

    Examples
    --------
    >>> from neurosim.experiments import load_experiment, run_experiment
    >>> results = run_experiment(load_experiment("quick"))  # doctest: +SKIP
    >>> print(results.table)  # doctest: +SKIP
    """
    if not isinstance(experiment, Experiment):
        raise ParameterError(
            f"experiment must be an Experiment (got {experiment!r}); try load_experiment(name_or_path)."
        )
    target = default_folder(experiment.name) if folder is None else Path(folder)
    with new_folder(target, overwrite=overwrite) as partial:
        (partial / "experiment.toml").write_text(experiment_toml(experiment), encoding="utf-8")
        work = Work(experiment, partial, progress)
        work.run()
        summary = work.summary()
        notes = [ANALYSES[name].note for name in experiment.analyses]
        if any(plan.trainer for plan in experiment.networks):
            notes.append(TRAINED)
        table = experiment_text(summary, notes)
        write_report(partial, table, summary)
    if work.stopped:
        warnings.warn(
            f"stopped by Ctrl-C while {work.part}; everything completed so far is in {target}.",
            InterruptionWarning,
            stacklevel=2,
        )
    return Report(target, table, summary)


class Work:
    """Experiment in progress: the part at work, and the results so far.

    Attributes
    ----------
    part : str
        Part at work, for messages.
    stopped : bool
        Whether Ctrl-C was pressed.
    """

    def __init__(self, experiment: Experiment, folder: Path, progress: bool | None) -> None:
        self.part = "starting"
        self.stopped = False
        self._experiment, self._folder, self._progress = experiment, folder, progress
        self._begin = time.perf_counter()
        self._networks: dict[str, dict[str, Any]] = {}
        self._cases: dict[str, list[Case]] = {name: [] for name in experiment.analyses}
        self._trainings: dict[str, Training] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._trials: dict[str, Trajectory] = {}

    def run(self) -> None:
        """Run all parts, or those that finish before Ctrl-C."""
        plans, analyses = self._experiment.networks, self._experiment.analyses
        learning = sum(plan.trainer is not None for plan in plans)
        count = len(plans) * (2 + len(analyses)) + learning + len(analyses)
        try:
            with progress_bar(count, self._experiment.name, "part", self._progress) as bar:
                # all are built first, so that an inconsistent declaration fails before the long computation
                networks = [self._build(plan, bar) for plan in plans]
                for number, (plan, network) in enumerate(zip(plans, networks, strict=True), start=1):
                    self._run_network(plan, network, f"{number}-{file_name(plan.label)}.npz", bar)
                for name in analyses:
                    self._draw(name, bar)
                self._draw_learning()
        except KeyboardInterrupt:
            self.stopped = True

    def summary(self) -> dict[str, Any]:
        """Results so far, as plain data."""
        experiment = self._experiment
        return {
            "experiment": experiment.name,
            "title": experiment.title,
            "seed": experiment.seed,
            "interrupted": self.stopped,
            "stopped_while": self.part if self.stopped else None,
            "seconds": round(time.perf_counter() - self._begin, 2),
            "versions": versions(),
            "networks": self._networks,
        }

    def _build(self, plan: NetworkPlan, bar: Progress) -> Network:
        self.part = f"building {plan.label!r}"
        network = plan.build(self._experiment.seed)
        bar.update(1)
        return network

    def _run_network(self, plan: NetworkPlan, network: Network, ending: str, bar: Progress) -> None:
        beginning = network.initial_state
        if plan.trainer is not None:
            network = self._train(plan, network, ending, bar)
        self.part = f"simulating {plan.label!r}"
        save(network, self._folder / f"network-{ending}")
        # trained trials may start at rest; the autonomous run starts where that of the untrained network does
        run = self._simulate(network.replace(initial_state=beginning, stepping=None))
        save(run, self._folder / f"trajectory-{ending}")
        if not run.complete:
            raise KeyboardInterrupt
        bar.update(1)
        found: dict[str, Any] = {"quantities": {}, "not_measured": {}}
        self._networks[plan.label] = found
        if plan.task is not None:
            self._test(plan.label, plan.task, network, found)
        for name in self._experiment.analyses:
            self.part = f"measuring the {name} of {plan.label!r}"
            self._measure(name, plan, run, found)
            bar.update(1)

    def _train(self, plan: NetworkPlan, network: Network, ending: str, bar: Progress) -> Network:
        self.part = f"training {plan.label!r}"
        training, interrupted = train(network, plan, self._experiment.seed, progress=self._progress)
        save(training, self._folder / f"training-{ending}")
        if interrupted:
            raise KeyboardInterrupt
        self._trainings[plan.label] = training
        bar.update(1)
        return training.network

    def _test(self, label: str, task: Task, network: Network, found: dict[str, Any]) -> None:
        """Accuracy on new trials: stepped as in the training on this task, else as in the simulation."""
        self.part = f"testing {label!r}"
        seed, simulation = self._experiment.seed, self._experiment.simulation
        trainers = [plan.trainer for plan in self._experiment.networks if plan.trainer and plan.task == task]
        if trainers:
            tested = evaluate_as_trained(trainers[0], network, task, seed)
        else:
            settings: dict[str, Any] = {
                "dt": simulation.dt,
                "scheme": simulation.scheme,
                "noise": simulation.noise,
            }
            tested = evaluate(network, task, seed, **settings)
        self._evaluations[label] = tested
        busiest = int(tested.trials.targets.var(axis=1).sum(axis=1).argmax())
        trial = tested.trials[[busiest]].simulation
        self._trials[label] = simulate(network, **trial, rng=seed, progress=False)
        found["quantities"]["accuracy"] = asdict(Quantity(tested.accuracy))

    def _simulate(self, network: Network) -> Trajectory:
        plan = self._experiment.simulation
        with warnings.catch_warnings():
            # the warning is given once, with the folder, when the experiment ends
            warnings.simplefilter("ignore", InterruptionWarning)
            return simulate(
                network,
                plan.duration,
                plan.dt,
                plan.scheme,
                trials=plan.trials,
                noise=plan.noise,
                record=("states", "rates"),
                every=plan.every,
                rng=self._experiment.seed,
                progress=self._progress,
            )

    def _measure(self, name: str, plan: NetworkPlan, run: Trajectory, found: dict[str, Any]) -> None:
        discard = self._experiment.simulation.discard
        try:
            measurement = ANALYSES[name].measure(run, discard)
        except NeurosimError as error:
            # a quantity that this network does not have must not stop the others
            found["not_measured"][name] = str(error)
            return
        if plan.trainer is not None:
            measurement = measurement.without_prediction()
        found["quantities"].update({key: asdict(value) for key, value in measurement.quantities.items()})
        self._cases[name].append(Case(plan.label, run, discard, measurement, self._trials.get(plan.label)))

    def _draw(self, name: str, bar: Progress) -> None:
        self.part = f"drawing the {name}"
        if self._cases[name]:
            with style():
                ax = ANALYSES[name].draw(self._cases[name])
            save_figure(ax, self._folder / name)
        bar.update(1)

    def _draw_learning(self) -> None:
        self.part = "drawing the training and the trials"
        with style():
            if self._trainings:
                save_figure(figures.histories(self._trainings), self._folder / "training")
            if self._evaluations:
                save_figure(figures.trials(self._evaluations), self._folder / "task")

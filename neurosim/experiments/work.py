"""An experiment under way, from the weights to the figures."""

from __future__ import annotations

import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from neurosim.engine import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import InterruptionWarning, NeurosimError
from neurosim.experiments import training_figures
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.figures import Case
from neurosim.experiments.learning import Performance, performance, train
from neurosim.experiments.measurement import Quantity
from neurosim.experiments.specification import Experiment, NetworkPlan
from neurosim.experiments.summary import versions
from neurosim.network import Network
from neurosim.plotting import style
from neurosim.plotting.comparison import save_figure
from neurosim.progress import Progress, progress_bar
from neurosim.results.folders import file_name
from neurosim.storage import save
from neurosim.tasks import Task
from neurosim.training import Training

__all__ = ["Work"]


class Work:
    """An experiment under way: what is being done, and what is done so far."""

    def __init__(self, experiment: Experiment, folder: Path, progress: bool | None) -> None:
        self.part = "starting"
        self.stopped = False
        self._experiment, self._folder, self._progress = experiment, folder, progress
        self._begin = time.perf_counter()
        self._networks: dict[str, dict[str, Any]] = {}
        self._cases: dict[str, list[Case]] = {name: [] for name in experiment.analyses}
        self._trainings: dict[str, Training] = {}
        self._performances: dict[str, Performance] = {}

    def run(self) -> None:
        """Do everything, or what is possible until Ctrl-C."""
        plans, analyses = self._experiment.networks, self._experiment.analyses
        learning = sum(plan.trainer is not None for plan in plans)
        count = len(plans) * (2 + len(analyses)) + learning + len(analyses)
        try:
            with progress_bar(count, self._experiment.name, "part", self._progress) as bar:
                # all are built first, so that a declaration that does not fit fails before the long work
                networks = [self._built(plan, bar) for plan in plans]
                for number, (plan, network) in enumerate(zip(plans, networks, strict=True), start=1):
                    self._run_network(plan, network, f"{number}-{file_name(plan.label)}.npz", bar)
                for name in analyses:
                    self._draw(name, bar)
                self._draw_learning()
        except KeyboardInterrupt:
            self.stopped = True

    def summary(self) -> dict[str, Any]:
        """What was found, as plain data."""
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

    def _built(self, plan: NetworkPlan, bar: Progress) -> Network:
        self.part = f"building {plan.label!r}"
        network = plan.build(self._experiment.seed)
        bar.update(1)
        return network

    def _run_network(self, plan: NetworkPlan, network: Network, ending: str, bar: Progress) -> None:
        beginning = network.initial_state
        if plan.trainer is not None:
            network = self._trained(plan, network, ending, bar)
        self.part = f"simulating {plan.label!r}"
        save(network, self._folder / f"network-{ending}")
        # trials may begin at rest; what a network does by itself is seen from where its untrained twin begins
        run = self._simulated(network.replace(initial_state=beginning))
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
            self._measure(name, plan.label, run, found)
            bar.update(1)

    def _trained(self, plan: NetworkPlan, network: Network, ending: str, bar: Progress) -> Network:
        self.part = f"training {plan.label!r}"
        training, interrupted = train(network, plan, self._experiment.seed, progress=self._progress)
        save(training, self._folder / f"training-{ending}")
        if interrupted:
            raise KeyboardInterrupt
        self._trainings[plan.label] = training
        bar.update(1)
        return training.network

    def _test(self, label: str, task: Task, network: Network, found: dict[str, Any]) -> None:
        self.part = f"testing {label!r}"
        simulation = self._experiment.simulation
        tested = performance(
            network,
            task,
            self._experiment.seed,
            dt=simulation.dt,
            scheme=simulation.scheme,
            noise=simulation.noise,
        )
        self._performances[label] = tested
        found["quantities"]["accuracy"] = asdict(Quantity(tested.accuracy))

    def _simulated(self, network: Network) -> Trajectory:
        plan = self._experiment.simulation
        with warnings.catch_warnings():
            # said once, with the folder, when the experiment ends
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

    def _measure(self, name: str, label: str, run: Trajectory, found: dict[str, Any]) -> None:
        discard = self._experiment.simulation.discard
        try:
            measurement = ANALYSES[name].measure(run, discard)
        except NeurosimError as error:
            # one number that a network does not have must not cost the others
            found["not_measured"][name] = str(error)
            return
        found["quantities"].update({key: asdict(value) for key, value in measurement.quantities.items()})
        self._cases[name].append(Case(label, run, discard, measurement))

    def _draw(self, name: str, bar: Progress) -> None:
        self.part = f"drawing the {name}"
        if self._cases[name]:
            with style():
                ax = ANALYSES[name].draw(self._cases[name])
            save_figure(ax, self._folder / name)
        bar.update(1)

    def _draw_learning(self) -> None:
        self.part = "drawing what was learned"
        with style():
            if self._trainings:
                save_figure(training_figures.histories(self._trainings), self._folder / "training")
            if self._performances:
                save_figure(training_figures.tasks(self._performances), self._folder / "task")

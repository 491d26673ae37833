"""An experiment under way, from the weights to the figures."""

from __future__ import annotations

import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from neurosim.engine import simulate
from neurosim.errors import InterruptionWarning, NeurosimError
from neurosim.experiment.analyses import ANALYSES
from neurosim.experiment.declaration import Experiment, NetworkPlan
from neurosim.experiment.figures import Case
from neurosim.experiment.folder import file_name
from neurosim.experiment.report import versions
from neurosim.network import Network
from neurosim.plotting import style
from neurosim.plotting.comparison import save_figure
from neurosim.progress import Progress, progress_bar
from neurosim.storage import save
from neurosim.trajectory import Trajectory

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

    def run(self) -> None:
        """Do everything, or what is possible until Ctrl-C."""
        plans, analyses = self._experiment.networks, self._experiment.analyses
        count = len(plans) * (2 + len(analyses)) + len(analyses)
        try:
            with progress_bar(count, self._experiment.name, "part", self._progress) as bar:
                # all are built first, so that a declaration that does not fit fails before the long work
                networks = [self._built(plan, bar) for plan in plans]
                for number, (plan, network) in enumerate(zip(plans, networks, strict=True), start=1):
                    self._run_network(plan, network, f"{number}-{file_name(plan.label)}.npz", bar)
                for name in analyses:
                    self._draw(name, bar)
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
        self.part = f"simulating {plan.label!r}"
        save(network, self._folder / f"network-{ending}")
        run = self._simulated(network)
        save(run, self._folder / f"trajectory-{ending}")
        if not run.complete:
            raise KeyboardInterrupt
        bar.update(1)
        found: dict[str, Any] = {"quantities": {}, "not_measured": {}}
        self._networks[plan.label] = found
        for name in self._experiment.analyses:
            self.part = f"measuring the {name} of {plan.label!r}"
            self._measure(name, plan.label, run, found)
            bar.update(1)

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

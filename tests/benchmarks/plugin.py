"""A neuron of five lines, as a user writes it, against the same equation built in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import Row, interleaved, ratio
from problems import DT, Problem, one_trial

import neurosim as ns


@dataclass(frozen=True)
class OwnLeaky(ns.Neuron):
    """Leaky unit: r = tanh(x)."""

    tau: float = 1.0

    def drift(self, x: Any, u: Any) -> Any:
        """Return dx/dt."""
        return (-x + u) / self.tau

    def rate(self, x: Any) -> Any:
        """Return the rate."""
        return np.tanh(x)


def _simulated(problem: Problem, neuron: ns.Neuron) -> Callable[[], object]:
    network, start, duration = problem.network(neuron), problem.start(), problem.steps * DT
    return lambda: ns.simulate(
        network,
        duration,
        DT,
        problem.scheme,
        initial_state=start,
        record="states",
        threads=1,
        progress=False,
    )


def rows() -> Iterator[Row]:
    """One row for each of the small networks, where a unit's own equation takes the most of a step."""
    for problem in one_trial():
        if problem.size > 200:
            continue
        seconds = interleaved(
            {
                "plugin": _simulated(problem, OwnLeaky()),
                "built in": _simulated(problem, ns.LeakyCurrent("tanh")),
            },
            rounds=25,
        )
        goals = {"plugin / built in": ("<=", 1.05)}
        yield Row(problem.work, {"plugin / built in": ratio(seconds["plugin"], seconds["built in"])}, goals)

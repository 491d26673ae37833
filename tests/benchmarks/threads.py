"""Two threads against one, where many trials are divided among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from measure import Row, interleaved, ratio
from problems import DT, Problem, batches

import neurosim as ns


def _simulated(problem: Problem, threads: int) -> Callable[[], object]:
    network, start = problem.network(), problem.start()
    return lambda: ns.simulate(
        network,
        problem.steps * DT,
        DT,
        problem.scheme,
        trials=problem.trials,
        initial_state=start,
        record="states",
        threads=threads,
        progress=False,
    )


def rows() -> Iterator[Row]:
    """One row for each batch."""
    for problem in batches():
        seconds = interleaved({str(k): _simulated(problem, k) for k in (1, 2)}, shortest=0.05)
        speedup = ratio(seconds["1"], seconds["2"])
        yield Row(problem.work, {"one thread / two": speedup}, {"one thread / two": (">=", 1.6)})

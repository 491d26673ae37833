"""Effective circuits: seconds of the fit of populations, and of a circuit for each time constant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from measure import Row

import neurosim as ns
from neurosim.connectivity import GaussianMixtureLowRank

UNITS, RANK, CHANNELS = 500, 2, 3
DURATION = 100.0
"""Time constants of one run of the circuit."""
FIT_GOAL, RUN_GOAL = 10.0, 1.0
"""Seconds for the fit, and milliseconds for one time constant."""


def network() -> ns.Network:
    """Network of two populations with covariances of all loadings, of rank two, with three inputs and a readout."""
    rng, count = np.random.default_rng(0), 2 * RANK + CHANNELS + 1
    roots = rng.standard_normal((2, count, count)) / np.sqrt(count)
    mixture = GaussianMixtureLowRank(
        [0.6, 0.4], np.zeros((2, count)), roots @ roots.transpose(0, 2, 1) + 0.2 * np.eye(count), RANK
    )
    values = mixture.loadings(UNITS, rng)
    drawn = ns.Network(
        ns.LeakyCurrent("tanh"),
        ns.LowRank(values[:, :RANK], values[:, RANK : 2 * RANK]),
        UNITS,
        inputs=CHANNELS,
        outputs=1,
        input_weights=values[:, 2 * RANK : -1],
        readout_weights=values[:, -1:].T / UNITS,
        rng=0,
    )
    return drawn.replace(initial_state=np.zeros(UNITS))


def _timed(run: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Median seconds of the processor over rounds, and the last result."""
    seconds = []
    for _ in range(rounds):
        begin = time.process_time()
        result = run()
        seconds.append(time.process_time() - begin)
    return float(np.median(seconds)), result


def rows() -> Iterator[Row]:
    """Fit of one to five populations, then runs of the circuit by both schemes, beside the network itself."""
    given = network()
    seconds, found = _timed(lambda: ns.analysis.populations(given, rng=0), 3)
    yield Row(f"populations, N = {UNITS}, rank {RANK}", {"s": seconds}, {"s": ("<=", FIT_GOAL)})
    circuit = ns.theory.effective_circuit(given, found.mixture)
    inputs = np.full(CHANNELS, 0.5)
    for scheme in ("euler", "rk4"):
        run, _ = _timed(lambda scheme=scheme: circuit.simulate(DURATION, 0.1, scheme, inputs), 5)
        whole, _ = _timed(lambda scheme=scheme: ns.simulate(given, DURATION, 0.1, scheme, inputs), 5)
        yield Row(
            f"circuit, {scheme}, 10 steps a time constant",
            {"ms a time constant": 1e3 * run / DURATION, "network ms": 1e3 * whole / DURATION},
            {"ms a time constant": ("<=", RUN_GOAL)},
        )

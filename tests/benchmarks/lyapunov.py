"""Lyapunov spectra against NumPy and JAX, each in a process of its own, and against BLAS and LAPACK alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from lyapunov_contestants import EVERY, PEERS, SpectrumProblem, neurosim_spectra, work_alone
from measure import Goal, Row, interleaved, ratio

import neurosim as ns

PROBLEMS = (
    SpectrumProblem("all exponents, N = 200, euler", 200, "euler", intervals=40),
    SpectrumProblem("all exponents, N = 200, rk4", 200, "rk4", intervals=15),
)
CLOSE = 1e-10
"""Largest difference between contestants after a few intervals, in 1/time."""
FEW = 5
GOALS: dict[str, Goal] = {
    "numpy / neurosim": (">=", 0.95),
    "jax / neurosim": (">=", 0.95),
    "neurosim / limit": ("<=", 1.2),
}


def require_agreement(problem: SpectrumProblem, peer: str) -> None:
    """Stop unless the contestants find the same exponents."""
    short = replace(problem, intervals=FEW)
    (own,) = (run() for run in neurosim_spectra(short).values())
    for name, run in PEERS[peer](short).items():
        difference = float(np.abs(run() - own).max())
        if not difference < CLOSE:
            raise RuntimeError(f"{problem.work}: exponents of {name} are off by {difference:.1e}")


def measured(problem: SpectrumProblem, peer: str) -> Row:
    """Time of a spectrum beside one peer; beside NumPy also the limit."""
    require_agreement(problem, peer)
    peers = PEERS[peer](problem)
    (begun,) = neurosim_spectra(replace(problem, intervals=1)).values()
    contestants = {**neurosim_spectra(problem), "one interval": begun, **peers}
    if peer == "numpy":
        contestants["limit"] = work_alone(problem)
    seconds = interleaved(contestants, rounds=9, shortest=0.05)
    # the difference is free of the set-up of a call
    own = (seconds["neurosim"] - seconds["one interval"]) / (problem.intervals - 1)
    numbers = {f"{peer} / neurosim": min(ratio(seconds[name] / problem.intervals, own) for name in peers)}
    if peer == "numpy":
        set_up = float(np.median(seconds["one interval"]))
        numbers = {"us a step": 1e6 * float(np.median(own)) / EVERY, "set-up ms": 1e3 * set_up, **numbers}
        numbers["neurosim / limit"] = ratio(own, seconds["limit"] / problem.intervals)
    return Row(problem.work, numbers, {name: goal for name, goal in GOALS.items() if name in numbers})


def rows(peer: str) -> Iterator[Row]:
    """Rows beside one peer, on one thread."""
    for problem in PROBLEMS:
        yield measured(problem, peer)


def rows_of_two_threads() -> Iterator[Row]:
    """Leading exponents of a large network, as a user would ask for them: RK4, with the time before the attractor."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 1000, rng=0)
    # may compile
    ns.analysis.lyapunov_spectrum(network, 50, duration=1.0, discard=1.0, threads=2, rng=1, progress=False)
    begin = time.perf_counter()
    spectrum = ns.analysis.lyapunov_spectrum(network, 50, duration=500.0, threads=2, rng=1, progress=False)
    numbers = {"s": time.perf_counter() - begin, "largest exponent": float(spectrum.values[0])}
    yield Row("50 exponents, N = 1000, 500 tau, rk4", numbers, {"s": ("<=", 60.0)})

"""Covariance theory of one network beside the LU factorizations that a solution for each frequency would take."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from measure import Row

import neurosim as ns
from neurosim.theory.resolvents import EigenResolvents, SchurResolvents

FREQUENCIES = 100


def _factorizations(weights: np.ndarray, filters: np.ndarray) -> None:
    from scipy.linalg import lu_factor

    for scale in filters:
        lu_factor(np.eye(len(weights)) - scale * weights, overwrite_a=True, check_finite=False)


def _row(size: int, frequencies: int) -> Row:
    """Seconds of the processor, on one thread, for a decomposition and the average of M M† over all frequencies."""
    weights = ns.Gaussian(gain=3.0).build(size, np.random.default_rng(0)).dense()
    filters = 0.32 / (1.0 + 1j * np.linspace(0.0, 8.0, frequencies))
    seconds = {}
    for name, run in {
        "eigenvectors s": lambda: EigenResolvents(weights).average(filters, np.ones(frequencies)),
        "Schur s": lambda: SchurResolvents(weights).average(filters, np.ones(frequencies)),
        "LU factorizations s": lambda: _factorizations(weights, filters),
    }.items():
        begin = time.process_time()
        run()
        seconds[name] = time.process_time() - begin
    limit = seconds["LU factorizations s"]
    numbers = seconds | {
        "eigenvectors / LU": seconds["eigenvectors s"] / limit,
        "Schur / LU": seconds["Schur s"] / limit,
    }
    return Row(
        f"covariance of {size} units, {frequencies} frequencies",
        numbers,
        {"eigenvectors s": ("<=", 20.0), "eigenvectors / LU": ("<=", 1.3)},
    )


def rows() -> Iterator[Row]:
    """One row for each size."""
    for size in (300, 1000):
        yield _row(size, FREQUENCIES)

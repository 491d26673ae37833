"""neurosim and its peers on one Lyapunov spectrum, each written as its practised users would.

The trajectory is column 0 of one array, the tangent vectors are the others: rates and their derivatives pass through
the weights in a single product. Every function returns the ways to find all growth factors of a problem.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.linalg

import neurosim as ns
from neurosim.randomness import stream

DT, SEED = 0.1, 1
EVERY = 10
"""Steps between two orthonormalizations: one time constant."""
HALF, SIXTH = DT / 2, DT / 6

Spectra = dict[str, Callable[[], np.ndarray]]
"""By contestant: a call that returns the mean growth rates in the order of the vectors, shape (units,)."""


@dataclass(frozen=True)
class SpectrumProblem:
    """All exponents of a chaotic network along one trajectory."""

    work: str
    size: int
    scheme: str
    intervals: int

    @cached_property
    def network(self) -> ns.Network:
        """Independent Gaussian weights of gain 1.5."""
        return ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), self.size, rng=0)

    @cached_property
    def start(self) -> np.ndarray:
        """State of the first interval and the frame that neurosim draws with this seed, shape (units, 1 + units)."""
        run = ns.simulate(self.network, DT, DT, self.scheme, record=(), rng=SEED, progress=False)
        draw = stream(SEED, "tangent vectors")
        frame, _ = np.linalg.qr(draw.standard_normal((self.size, self.size)))
        return np.column_stack([run.final_state[0], frame])

    @property
    def products(self) -> int:
        """Products with the weights in each step."""
        return {"euler": 1, "rk4": 4}[self.scheme]

    def rates(self, growth: np.ndarray) -> np.ndarray:
        """Mean growth rates of growth factors (intervals, units), in 1/time and descending."""
        return -np.sort(-np.log(np.abs(growth)).mean(axis=0) / (EVERY * DT))


def neurosim_spectra(problem: SpectrumProblem) -> Spectra:
    """What a user calls."""

    def run() -> np.ndarray:
        return ns.analysis.lyapunov_spectrum(
            problem.network,
            duration=problem.intervals * EVERY * DT,
            dt=DT,
            scheme=problem.scheme,
            discard=0.0,
            interval=EVERY * DT,
            threads=1,
            progress=False,
            rng=SEED,
        ).values

    return {"neurosim": run}


def numpy_spectra(problem: SpectrumProblem) -> Spectra:
    """NumPy in place; the QR decomposition of NumPy, and that of SciPy without checks and copies."""
    weights, shape = problem.network.recurrent.dense(), problem.start.shape
    rates, slope, stage, change = (np.empty(shape) for _ in range(4))

    def drift(states: np.ndarray) -> None:
        rate = np.tanh(states[:, :1])
        np.multiply(states[:, 1:], 1.0 - rate * rate, out=rates[:, 1:])
        rates[:, :1] = rate
        np.dot(weights, rates, out=slope)
        np.subtract(slope, states, out=slope)

    def euler(states: np.ndarray) -> None:
        drift(states)
        np.multiply(slope, DT, out=slope)
        np.add(states, slope, out=states)

    def rk4(states: np.ndarray) -> None:
        drift(states)
        np.multiply(slope, SIXTH, out=change)
        for to_stage, to_change in ((HALF, 2 * SIXTH), (HALF, 2 * SIXTH), (DT, SIXTH)):
            np.multiply(slope, to_stage, out=stage)
            np.add(stage, states, out=stage)
            drift(stage)
            np.multiply(slope, to_change, out=rates)
            np.add(change, rates, out=change)
        np.add(states, change, out=states)

    def run(decomposed: Any) -> np.ndarray:
        states, step = problem.start.copy(), {"euler": euler, "rk4": rk4}[problem.scheme]
        growth = np.empty((problem.intervals, problem.size))
        for k in range(problem.intervals):
            for _ in range(EVERY):
                step(states)
            frame, triangle = decomposed(states[:, 1:])
            states[:, 1:], growth[k] = frame, np.diag(triangle)
        return problem.rates(growth)

    def by_scipy(columns: np.ndarray) -> Any:
        return scipy.linalg.qr(columns, mode="economic", check_finite=False)

    return {"numpy": lambda: run(np.linalg.qr), "numpy, QR of SciPy": lambda: run(by_scipy)}


def jax_spectra(problem: SpectrumProblem) -> Spectra:
    """One compiled scan over intervals, with a loop over steps inside."""
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import numpy as jnp

    weights, start = jnp.asarray(problem.network.recurrent.dense()), jnp.asarray(problem.start)

    def drift(states: Any) -> Any:
        rate = jnp.tanh(states[:, :1])
        rates = jnp.concatenate([rate, (1.0 - rate * rate) * states[:, 1:]], axis=1)
        return weights @ rates - states

    def euler(states: Any) -> Any:
        return states + DT * drift(states)

    def rk4(states: Any) -> Any:
        k1 = drift(states)
        k2 = drift(states + HALF * k1)
        k3 = drift(states + HALF * k2)
        k4 = drift(states + DT * k3)
        return states + SIXTH * (k1 + 2 * k2 + 2 * k3 + k4)

    step = {"euler": euler, "rk4": rk4}[problem.scheme]

    def interval(states: Any, _: Any) -> Any:
        states = jax.lax.fori_loop(0, EVERY, lambda _, s: step(s), states)
        frame, triangle = jnp.linalg.qr(states[:, 1:])
        return jnp.concatenate([states[:, :1], frame], axis=1), jnp.diag(triangle)

    @jax.jit
    def growth(start: Any) -> Any:
        return jax.lax.scan(interval, start, None, length=problem.intervals)[1]

    return {"jax": lambda: problem.rates(np.asarray(growth(start)))}


def work_alone(problem: SpectrumProblem) -> Callable[[], object]:
    """The products and QR decompositions of the spectrum in NumPy's BLAS and LAPACK, and nothing else."""
    weights, columns = problem.network.recurrent.dense(), problem.start.copy()
    product = np.empty_like(columns)

    def run() -> None:
        for _ in range(problem.intervals):
            for _ in range(EVERY * problem.products):
                np.dot(weights, columns, out=product)
            np.linalg.qr(product[:, 1:])

    return run


PEERS = {"numpy": numpy_spectra, "jax": jax_spectra}

"""Activation functions against NumPy, on 4096 numbers that stay in the first cache level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
from measure import Row, interleaved, ratio

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.functions.table import float32, float64
from neurosim.kernels.runtime.jit import FAST_MATH

COUNT = 4096


def _numpy_tanh(x: np.ndarray, out: np.ndarray) -> None:
    np.tanh(x, out=out)


def _numpy_logistic(x: np.ndarray, out: np.ndarray) -> None:
    np.negative(x, out=out)
    np.exp(out, out=out)
    out += 1
    np.reciprocal(out, out=out)


def _numpy_softplus(x: np.ndarray, out: np.ndarray) -> None:
    np.exp(x, out=out)
    np.log1p(out, out=out)


def _exact_softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


Function = Callable[[np.ndarray], np.ndarray]

NUMPY: dict[str, tuple[Callable[[np.ndarray, np.ndarray], None], Function]] = {
    "tanh": (_numpy_tanh, np.tanh),
    "logistic": (_numpy_logistic, lambda x: 1 / (1 + np.exp(-x))),
    "softplus": (_numpy_softplus, _exact_softplus),
}
"""In place, and exactly, in a longer format."""


def _over_a_vector(function: Any) -> Callable[[np.ndarray, np.ndarray], None]:
    @numba.njit(error_model="numpy", fastmath=FAST_MATH)
    def run(x: np.ndarray, out: np.ndarray) -> None:
        wide_vectors()
        for i in range(x.size):
            out[i] = function(x[i])

    return run


def _error(own: Callable[..., None], exact: Function, dtype: type) -> float:
    """Largest error on a million numbers, in units in the last place of the result."""
    x = np.random.default_rng(3).uniform(-20, 20, 1_000_000).astype(dtype)
    out = np.empty_like(x)
    own(x, out)
    truth = exact(x.astype(np.longdouble if dtype is np.float64 else np.float64))
    return float(np.max(abs(out - truth) / np.spacing(abs(truth).astype(dtype))))


def rows() -> Iterator[Row]:
    """One row for each function and precision."""
    for name, (numpys, exact) in NUMPY.items():
        for dtype, functions in ((np.float64, float64), (np.float32, float32)):
            own = _over_a_vector(getattr(functions, name))
            x = np.random.default_rng(2).normal(0, 2, COUNT).astype(dtype)
            out = np.empty_like(x)
            seconds = interleaved(
                {
                    "own": lambda own=own, x=x, out=out: own(x, out),
                    "numpy": lambda numpys=numpys, x=x, out=out: numpys(x, out),
                }
            )
            yield Row(
                f"{name}, {np.dtype(dtype).name}",
                {
                    "ns a number": float(np.median(seconds["own"])) / COUNT * 1e9,
                    "numpy / neurosim": ratio(seconds["numpy"], seconds["own"]),
                    "error ulp": _error(own, exact, dtype),
                },
                {"numpy / neurosim": (">=", 1.0), "error ulp": ("<=", 3.0)},
            )

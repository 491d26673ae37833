"""Linear systems with delays: the matrix of the present state, and one for each delay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite, non_negative

__all__ = ["DelayedLinearSystem"]


@dataclass(frozen=True, eq=False)
class DelayedLinearSystem(Result, instantaneous="1/time", delays="time", delayed="1/time"):
    r"""Linear system with delays, :math:`dx/dt = A_0 x(t) + \sum_k A_k x(t - d_k)`.

    Parameters
    ----------
    instantaneous : ndarray, shape (size, size)
        A₀.
    delays : ndarray, shape (delays,)
        d_k, none of them negative. Terms with a delay of 0 are added to A₀, equal delays to each other; `delays` of the
        result ascend.
    delayed : ndarray, shape (delays, size, size)
        A_k.

    Examples
    --------
    The equation dx/dt = -x(t - 1):

    >>> import neurosim as ns
    >>> ns.analysis.DelayedLinearSystem([[0.0]], [1.0], [[[-1.0]]])
    DelayedLinearSystem:
        instantaneous (1/time): 1 × 1 from 0 to 0
        delays (time): [1]
        delayed (1/time): 1 × 1 × 1 from -1 to -1
    """

    instantaneous: np.ndarray
    delays: np.ndarray
    delayed: np.ndarray

    def __post_init__(self) -> None:
        instantaneous = _square("instantaneous", self.instantaneous)
        size = len(instantaneous)
        delays = [non_negative("delays", each) for each in _as_list("delays", self.delays)]
        matrices = [_square("each entry of delayed", each) for each in _as_list("delayed", self.delayed)]
        if len(delays) != len(matrices):
            raise ShapeError(
                f"delayed must have one matrix for each of the {len(delays)} delays (got {len(matrices)})."
            )
        for matrix in matrices:
            if matrix.shape != (size, size):
                raise ShapeError(
                    f"each entry of delayed must have shape ({size}, {size}), that of instantaneous "
                    f"(got {matrix.shape})."
                )
        total: dict[float, np.ndarray] = {0.0: instantaneous}
        for delay, matrix in sorted(zip(delays, matrices, strict=True), key=lambda pair: pair[0]):
            total[delay] = total[delay] + matrix if delay in total else matrix
        present = total.pop(0.0)
        object.__setattr__(self, "instantaneous", present)
        object.__setattr__(self, "delays", np.array(list(total)))
        object.__setattr__(self, "delayed", np.array(list(total.values())).reshape(-1, size, size))

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.instantaneous)

    @property
    def longest(self) -> float:
        """Longest delay; 0 where there is none."""
        return float(self.delays.max(initial=0.0))

    def without_delays(self) -> np.ndarray:
        """Matrix of the system whose delays are all 0, the sum of all matrices."""
        return np.asarray(self.instantaneous + self.delayed.sum(axis=0))

    def characteristic_matrix(self, root: complex) -> np.ndarray:
        r"""Δ(λ) = λ - A₀ - Σ A_k exp(-λ d_k), which is singular where λ is a characteristic root."""
        result = root * np.eye(self.size) - self.instantaneous
        return np.asarray(result - np.tensordot(np.exp(-root * self.delays), self.delayed, 1))

    def part(self, chosen: np.ndarray) -> DelayedLinearSystem:
        """System of some of the variables, without what the others add."""
        both = np.ix_(chosen, chosen)
        matrices = [matrix[both] for matrix in self.delayed]
        kept = [k for k, matrix in enumerate(matrices) if matrix.any()]
        return DelayedLinearSystem(
            self.instantaneous[both], self.delays[kept], np.array([matrices[k] for k in kept])
        )


def _as_list(name: str, value: Any) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ParameterError(f"{name} must have one entry for each delay (got {value!r}); try a list.")
    return list(value)


def _square(name: str, value: Any) -> np.ndarray:
    matrix = finite(name, value, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ShapeError(f"{name} must be a square matrix (got shape {np.shape(value)}).")
    return matrix

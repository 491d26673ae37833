r"""Recursive least squares (RLS) with the inverse correlation matrix of presynaptic rates.

Every problem has its own :math:`P = (\alpha I + \sum r r^T)^{-1}`. A new sample r is added by the update of
Sherman and Morrison,

.. math:: k = P r, \quad c = 1/(1 + r^T k), \quad P \leftarrow P - c\,k k^T,

and weights with the error e before the update have the error c e after :math:`w \leftarrow w - e\,c\,k`.

The cost is that of reading and writing P, which is larger than the cache. Only its lower triangle is stored, row after
row, and the update by one sample is done together with the product :math:`P r` of the next, so that each number is read
and written once per sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.products import overlap
from neurosim.kernels.runtime.jit import inlined, kernel
from neurosim.kernels.runtime.threads import run_in_threads, threads_available
from neurosim.validation import require_memory

__all__ = ["LeastSquares"]


@inlined
def _advance(triangle, gain, factor, sample):  # type: ignore[no-untyped-def]
    """Update P by the previous sample; set `gain` = P sample and return c for the new one."""
    wide_vectors()
    size = sample.size
    product = np.zeros(size, gain.dtype)
    start = 0
    for i in range(size):
        row, share, mine = triangle[start : start + i + 1], factor * gain[i], sample[i]
        for j in range(i + 1):
            row[j] -= share * gain[j]
        for j in range(i):
            product[j] += mine * row[j]
        product[i] += overlap(row, sample[: i + 1])
        start += i + 1
    # an assignment of arrays would compile the texts of its errors, for seconds
    for k in range(gain.size):
        gain[k] = product[k]
    return 1.0 / (1.0 + overlap(gain, sample))


@kernel
def _take(triangles, corners, gains, factors, starts, sources, rates, first, last):  # type: ignore[no-untyped-def]
    """Add a sample to problems first to last - 1."""
    wide_vectors()
    for p in range(first, last):
        low, high = starts[p], starts[p + 1]
        sample = np.empty(high - low, rates.dtype)
        for j in range(sample.size):
            sample[j] = rates[sources[low + j]]
        triangle = triangles[corners[p] : corners[p + 1]]
        factors[p] = _advance(triangle, gains[low:high], factors[p], sample)


@kernel
def _correct(weights, gains, factors, starts, inverses, errors):  # type: ignore[no-untyped-def]
    """Correct the weights of some problems side by side, a row for each target."""
    wide_vectors()
    place = 0
    for p in range(inverses.size):
        shared = inverses[p]
        gain = gains[starts[shared] : starts[shared + 1]]
        first, place = place, place + gain.size
        for row in range(errors.shape[1]):
            share, own = factors[shared] * errors[p, row], weights[row, first:place]
            for j in range(gain.size):
                own[j] -= share * gain[j]


class LeastSquares:
    """Several problems of recursive least squares, updated in place by each sample.

    Problems with the same sources share one P.

    Parameters
    ----------
    sources : sequence of ndarray of int
        For each problem, the rates that it regresses on. One problem may have several targets.
    alpha : float
        Regularization: P starts as I / alpha.
    threads : int, optional
        Problems are divided among them; the result does not depend on it.

    Attributes
    ----------
    inverses : ndarray of int, shape (problems,)
        Which P each problem has.
    factors : ndarray
        c of the sample taken last, for each P.

    Raises
    ------
    MemoryLimitError
        Before the start, when the triangles, 4 sources² bytes for each P, would not fit.
    """

    def __init__(self, sources: Sequence[np.ndarray], alpha: float, threads: int | None = None) -> None:
        distinct: dict[bytes, int] = {}
        self.inverses = np.array(
            [distinct.setdefault(np.asarray(each, np.int64).tobytes(), len(distinct)) for each in sources],
            np.int64,
        )
        _, firsts = np.unique(self.inverses, return_index=True)
        sources = [sources[first] for first in firsts]
        sizes = np.array([len(each) for each in sources], np.int64)
        self.corners = np.append(0, np.cumsum(sizes * (sizes + 1) // 2))
        require_memory(
            8.0 * self.corners[-1],
            f"{len(sizes)} inverse correlations of presynaptic rates",
            "Train fewer units, or sparser ones.",
        )
        self.starts = np.append(0, np.cumsum(sizes))
        self.sources = np.concatenate([np.asarray(each, np.int64) for each in sources])
        self.triangles = np.zeros(self.corners[-1])
        for size, corner in zip(sizes, self.corners, strict=False):
            # the diagonal element of row i is its last
            self.triangles[corner + np.cumsum(np.arange(1, size + 1)) - 1] = 1.0 / alpha
        self.gains, self.factors = np.zeros(len(self.sources)), np.zeros(len(sizes))
        shares = np.linspace(0, self.corners[-1], threads_available(threads) + 1)
        bounds = np.unique(np.searchsorted(self.corners, shares))
        self._shares = list(itertools.pairwise(bounds.tolist()))

    def take(self, rates: np.ndarray) -> None:
        """Add one sample, shape (units,), to all problems."""
        given = (self.triangles, self.corners, self.gains, self.factors, self.starts, self.sources)
        run_in_threads(_take, [(*given, rates, *share) for share in self._shares])

    def correct(self, weights: np.ndarray, errors: np.ndarray, first: int = 0) -> None:
        """Correct weights by the errors that they made on the sample taken last.

        Parameters
        ----------
        weights : ndarray, shape (targets, sources of these problems)
            Changed in place; those of one problem stand side by side.
        errors : ndarray, shape (problems, targets)
            Output minus target before the correction, which leaves `factors` times as much.
        first : int, optional
            Which problem the first row of errors belongs to.
        """
        inverses = self.inverses[first : first + len(errors)]
        _correct(weights, self.gains, self.factors, self.starts, inverses, errors)

    def inverse(self, problem: int = 0) -> np.ndarray:
        """Matrix P of one problem, shape (sources, sources)."""
        problem = int(self.inverses[problem])
        low, high = self.starts[problem : problem + 2]
        matrix = np.zeros((high - low, high - low))
        matrix[np.tril_indices(len(matrix))] = self.triangles[
            self.corners[problem] : self.corners[problem + 1]
        ]
        matrix += np.tril(matrix, -1).T
        gain = self.gains[low:high]
        return matrix - self.factors[problem] * np.outer(gain, gain)

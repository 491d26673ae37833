r"""Mean logarithmic growth of an orthonormal frame along trajectories, with its exact derivative.

With :math:`Z = J Q` and :math:`Z = Q' R`, the adjoint of the QR step for cotangents :math:`\bar Q'` of the new frame
and :math:`\bar R` of its factors is

.. math:: \bar Z = \big(\bar Q' + Q'\,\mathrm{sym}(M)\big) R^{-T}, \qquad M = R \bar R^T - \bar Q'^T Q',

where sym copies the lower triangle of a matrix to the upper one. Here only logarithms of the diagonal of R count, so
that the lower triangle of the first term is their cotangents on the diagonal.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
from autograd.extend import defvjp_argnums, primitive

from neurosim.errors import ParameterError
from neurosim.kernels.linalg.gram_schmidt import orthonormalize

__all__ = ["Growth", "mean_log_growth"]

LOST = 1e3
"""Roundings of the largest vector below which the direction of another is no more than rounding."""


class _Step(NamedTuple):
    """What the backward pass needs of one step: rows before it, their currents, and Q and R of the result."""

    before: np.ndarray
    pushed: np.ndarray
    after: np.ndarray
    factors: np.ndarray


class Growth:
    """Forward pass of all trials, and the backward pass through it.

    Parameters
    ----------
    weights : ndarray, shape (units, units)
    a, b, c : ndarray, shape (variables, variables, trials, steps, units) and (variables, trials, steps, units)
        Local derivatives, those of the drift times dt.
    frame : ndarray, shape (count, variables * units)
        Orthonormal rows, ordered by variable, then unit.
    discard : int
        Steps at the start whose growth does not count.
    """

    def __init__(
        self,
        weights: np.ndarray,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray,
        frame: np.ndarray,
        discard: int,
    ) -> None:
        self.weights, self.a, self.b, self.c = (np.asarray(x, np.float64) for x in (weights, a, b, c))
        self.discard, (self.trials, self.steps, self.size) = discard, b.shape[1:]
        self.transposed = np.ascontiguousarray(self.weights.T)
        self.saved: list[list[_Step]] = []
        self.values = np.zeros((self.trials, len(frame)))
        for trial in range(self.trials):
            self._run(trial, np.array(frame))
        self.values /= self.steps - discard

    def _run(self, trial: int, rows: np.ndarray) -> None:
        saved, lengths = [], np.empty(len(rows))
        for step in range(self.steps):
            later, pushed = self._advance(rows, trial, step)
            frame = later.copy()
            orthonormalize(frame, lengths)
            self._require_growth(lengths, step)
            if step >= self.discard:
                self.values[trial] += np.log(lengths)
            saved.append(_Step(rows, pushed, frame, later @ frame.T))
            rows = frame
        self.saved.append(saved)

    def _advance(self, rows: np.ndarray, trial: int, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows after a step, and the currents that their rates send, shape (count, units)."""
        parts = self._parts(rows)
        a, b, c = self.a[:, :, trial, step], self.b[:, trial, step], self.c[:, trial, step]
        pushed = _sum(c, parts) @ self.transposed
        later = [own + _sum(a[v], parts) + b[v] * pushed for v, own in enumerate(parts)]
        return np.concatenate(later, axis=1), pushed

    def _parts(self, rows: np.ndarray) -> list[np.ndarray]:
        """Rows of each variable, shape (count, units)."""
        return [rows[:, first : first + self.size] for first in range(0, rows.shape[1], self.size)]

    def _require_growth(self, lengths: np.ndarray, step: int) -> None:
        least = LOST * np.finfo(np.float64).eps * lengths.max()
        lost = np.flatnonzero(~(lengths > least) | ~np.isfinite(lengths))
        if lost.size:
            raise ParameterError(
                f"LyapunovPenalty.count must be at most {lost[0]} here (got {len(lengths)}): step {step} annihilates a "
                f"tangent vector, whose exponent is minus infinity; take fewer exponents or a shorter dt."
            )

    def backward(self, cotangents: np.ndarray) -> tuple[np.ndarray, ...]:
        """Gradients with respect to weights, a, b and c, for cotangents of the values, shape (trials, count)."""
        slopes = (np.zeros_like(self.weights), *(np.zeros_like(x) for x in (self.a, self.b, self.c)))
        for trial in range(self.trials):
            own = cotangents[trial] / (self.steps - self.discard)
            by_rows = np.zeros_like(self.saved[trial][0].before)
            for step in reversed(range(self.steps)):
                counted = own if step >= self.discard else 0.0 * own
                by_later = _qr_adjoint(self.saved[trial][step], by_rows, counted)
                by_rows = self._retreat(self.saved[trial][step], by_later, trial, step, slopes)
        return slopes

    def _retreat(
        self, saved: _Step, by_later: np.ndarray, trial: int, step: int, slopes: tuple[np.ndarray, ...]
    ) -> np.ndarray:
        """Cotangents of the rows before a step; adds to the slopes."""
        above, parts = self._parts(by_later), self._parts(saved.before)
        a, b, c = self.a[:, :, trial, step], self.b[:, trial, step], self.c[:, trial, step]
        by_pushed = _sum(b, above)
        by_sent = by_pushed @ self.weights
        slopes[0][:] += by_pushed.T @ _sum(c, parts)
        for v, own in enumerate(above):
            slopes[2][v, trial, step] = _overlaps(own, saved.pushed)
            slopes[3][v, trial, step] = _overlaps(by_sent, parts[v])
            for w, other in enumerate(parts):
                slopes[1][v, w, trial, step] = _overlaps(own, other)
        before = [own + _sum(a[:, w], above) + c[w] * by_sent for w, own in enumerate(above)]
        return np.concatenate(before, axis=1)


def _sum(factors: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
    """Sum over variables of rows times factors of the units."""
    total = factors[0] * parts[0]
    for factor, part in zip(factors[1:], parts[1:], strict=True):
        total += factor * part
    return total


def _overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum over the vectors of the products of two sets of rows, for each unit."""
    return np.einsum("ki,ki->i", a, b)


def _qr_adjoint(saved: _Step, by_frame: np.ndarray, by_logarithms: np.ndarray) -> np.ndarray:
    """Cotangents of rows from those of the orthonormal frame and of the logarithms of the diagonal.

    Rows are transposed columns: ``factors`` is the transpose of R, lower triangular.
    """
    from scipy.linalg.blas import dtrsm

    lower = -(by_frame @ saved.after.T) * _lower(len(by_frame))
    lower[np.diag_indices_from(lower)] += by_logarithms
    symmetric = lower + lower.T
    symmetric[np.diag_indices_from(lower)] -= lower.diagonal()
    right = by_frame + symmetric @ saved.after
    # transposed views are in the order of Fortran, so that nothing is copied
    return dtrsm(1.0, saved.factors.T, right.T, side=1, lower=0, trans_a=1, overwrite_b=1).T


@functools.lru_cache(maxsize=8)
def _lower(count: int) -> np.ndarray:
    """Lower triangle of ones."""
    return np.tri(count)


def mean_log_growth(weights: Any, a: Any, b: Any, c: Any, frame: np.ndarray, discard: int) -> Any:
    """Mean logarithm of the growth of each vector per step, shape (trials, count); arguments as in `Growth`.

    Weights and local derivatives may be autograd's boxes.
    """
    done: list[Growth] = []

    @primitive
    def values(weights: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        done.append(Growth(weights, a, b, c, frame, discard))
        return done[0].values

    def vjp(argnums: Any, _: Any, arrays: Any, __: Any) -> Any:
        def backward(cotangents: np.ndarray) -> tuple[np.ndarray, ...]:
            slopes = done[0].backward(cotangents)
            return tuple(slopes[k].astype(arrays[k].dtype) for k in argnums)

        return backward

    defvjp_argnums(values, vjp)
    return values(weights, a, b, c)

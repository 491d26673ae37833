"""Rightmost characteristic roots of a linear system with delays: approximated all together, then exact one by one."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgWarning, lu_factor, lu_solve
from scipy.sparse.csgraph import connected_components

from neurosim.analysis.delays.generator import generator_matrix, history_directions
from neurosim.analysis.delays.linear_system import DelayedLinearSystem

__all__ = ["Roots", "rightmost_roots"]

FEWEST, MOST = 12, 384
"""Chebyshev points at first, and at most."""
LARGEST = 6000
"""Size of a generator above which there are no more points than `FEWEST`."""
MOVED = 1e-5
"""How far the correction may move a root that the generator resolves, relative to its modulus and 1 / delay."""
MOST_CORRECTIONS = 30
DEEPEST = 200.0
"""Most e-folds within the longest delay of a root that is corrected; what decays faster is not resolved anyway."""


class Roots(NamedTuple):
    """Characteristic roots by descending real part, one of each complex pair above the other.

    Attributes
    ----------
    values : ndarray of complex, shape (roots,)
    vectors : ndarray of complex, shape (size, roots)
        Null vectors of the characteristic matrix, of norm 1.
    residuals : ndarray, shape (roots,)
        Norm of the characteristic matrix times the vector, relative to the norms of its terms.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray


def rightmost_roots(system: DelayedLinearSystem, count: int) -> Roots:
    """Rightmost roots: `count` of them, one more where that would divide a pair, or all that the generator resolves.

    A system falls into parts that act on each other in one direction only; its roots are those of the parts, of which
    those without a delay inside have finitely many.
    """
    linked = system.instantaneous.astype(bool) | system.delayed.any(axis=0)
    number, labels = connected_components(linked, directed=True, connection="strong")
    parts = [_of_part(system.part(labels == k), count) for k in range(number)]
    known_from = max(limit for _, limit in parts)
    values = np.concatenate([values[values.real >= known_from] for values, _ in parts])
    values = _rightmost(values, count)
    vectors = np.array([_null_vector(system, value) for value in values]).T
    return Roots(values, vectors, _residuals(system, values, vectors))


def _of_part(part: DelayedLinearSystem, count: int) -> tuple[np.ndarray, float]:
    """Corrected roots of one part, with both of each pair, and the real part down to which they are all."""
    if not part.delays.size:
        return _rightmost(np.linalg.eigvals(part.instantaneous).astype(complex), count), -np.inf
    rank, points = history_directions(part).shape[1], FEWEST
    while True:
        guesses = _rightmost(np.linalg.eigvals(generator_matrix(part, points)).astype(complex), count)
        upper = guesses[guesses.imag >= 0.0]
        roots = np.array([_corrected(part, guess) for guess in upper])
        allowed = MOVED * (np.abs(upper) + 1.0 / part.longest)
        resolved = np.abs(roots - upper) <= allowed
        if resolved.all() or 2 * points > MOST or part.size + 2 * points * rank > LARGEST:
            break
        points *= 2
    # those to the right of the first that is not resolved
    known = len(roots) if resolved.all() else int(np.argmin(resolved))
    limit = -np.inf if resolved.all() else np.nextafter(upper[known].real, np.inf)
    found = roots[:known]
    found[upper[:known].imag == 0.0] = found[upper[:known].imag == 0.0].real
    return np.concatenate([found, found[found.imag > 0.0].conj()]), float(limit)


def _rightmost(values: np.ndarray, count: int) -> np.ndarray:
    """Rightmost values by descending real part; the second of a pair follows the first, and is not left out."""
    upper = values[values.imag >= 0.0]
    upper = upper[np.lexsort((upper.imag, -upper.real))]
    pairs = [[value, value.conjugate()] if value.imag > 0.0 else [value] for value in upper]
    total = np.cumsum([len(pair) for pair in pairs])
    needed = int(np.searchsorted(total, count)) + 1
    return np.array([value for pair in pairs[:needed] for value in pair], complex)


def _corrected(system: DelayedLinearSystem, guess: complex) -> complex:
    r"""Newton's method for the vector and the root together, :math:`\Delta(\lambda) v = 0` with v of fixed length.

    NaN where it does not converge.
    """
    root = complex(guess)
    if -root.real * system.longest > DEEPEST:
        return complex("nan")
    vector = _null_vector(system, root)
    for _ in range(MOST_CORRECTIONS):
        step_of = _solve(system, root, _derivative(system, root) @ vector)
        change = (vector.conj() @ vector) / (vector.conj() @ step_of)
        root -= change
        vector = step_of / np.linalg.norm(step_of)
        if not -root.real * system.longest <= DEEPEST:
            return complex("nan")
        if abs(change) <= 1e-14 * (abs(root) + 1.0 / system.longest):
            return root
    # roots of higher multiplicity are approached slowly, and known to fewer digits
    return root if abs(change) <= MOVED * (abs(root) + 1.0 / system.longest) else complex("nan")


def _null_vector(system: DelayedLinearSystem, root: complex) -> np.ndarray:
    """Vector of norm 1 that the characteristic matrix nearly annihilates, by inverse iteration."""
    vector = np.random.default_rng(0).standard_normal(system.size).astype(complex)
    for _ in range(3):
        vector = _solve(system, root, vector)
        vector /= np.linalg.norm(vector)
    return vector


def _solve(system: DelayedLinearSystem, root: complex, right: np.ndarray) -> np.ndarray:
    """Solution with the characteristic matrix, which is as good as singular at a root."""
    matrix = system.characteristic_matrix(root)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)
        triangles, order = lu_factor(matrix, check_finite=False)
    diagonal = np.einsum("ii->i", triangles)
    least = np.finfo(float).eps ** 2 * _scale(system, root)
    diagonal[np.abs(diagonal) < least] = least
    return np.asarray(lu_solve((triangles, order), right, check_finite=False))


def _derivative(system: DelayedLinearSystem, root: complex) -> np.ndarray:
    """Derivative of the characteristic matrix by the root."""
    shares = system.delays * np.exp(-root * system.delays)
    return np.asarray(np.eye(system.size) + np.tensordot(shares, system.delayed, 1))


def _scale(system: DelayedLinearSystem, root: complex) -> float:
    """Sum of the norms of the terms of the characteristic matrix."""
    sizes = np.linalg.norm(system.delayed, axis=(1, 2))
    at_present = np.linalg.norm(system.instantaneous)
    return float(abs(root) + at_present + sizes @ np.abs(np.exp(-root * system.delays)))


def _residuals(system: DelayedLinearSystem, values: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    lengths = [
        np.linalg.norm(system.characteristic_matrix(value) @ vector) / _scale(system, value)
        for value, vector in zip(values, vectors.T, strict=True)
    ]
    return np.array(lengths)

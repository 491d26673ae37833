"""Stability of linear modes, for flows and for maps, with modes within rounding of the boundary called marginal."""

from __future__ import annotations

import numpy as np

__all__ = ["MARGINAL", "growth_in_flow", "growth_in_map", "name_in_flow", "name_in_map"]

MARGINAL = 1e-8
"""Distance to the boundary of stability within which a mode is marginal, neither growing nor decaying.

In units of the largest modulus of the eigenvalues; of a map, in units of the unit circle. The rounding error of
eigenvalues of a thousand units is well below."""


def growth_in_flow(eigenvalues: np.ndarray) -> np.ndarray:
    """Whether modes of a flow grow, 1, decay, -1, or are marginal, 0.

    Parameters
    ----------
    eigenvalues : ndarray of complex, shape (..., modes)
        Of the Jacobian, in 1/time. Re λ is compared with `MARGINAL` times the largest modulus along the last axis.

    Returns
    -------
    ndarray of int, of the same shape

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.stability import growth_in_flow
    >>> growth_in_flow(np.array([0.5, 4e-15 + 1j, -1.0]))
    array([ 1,  0, -1])
    """
    margin = MARGINAL * np.abs(eigenvalues).max(axis=-1, keepdims=True, initial=0.0)
    return _signs(np.real(eigenvalues), margin)


def growth_in_map(multipliers: np.ndarray) -> np.ndarray:
    """Whether modes of a map grow, 1, decay, -1, or are marginal, 0.

    Parameters
    ----------
    multipliers : ndarray of complex, shape (..., modes)
        Eigenvalues of the Jacobian of a step; their modulus is compared with 1.

    Returns
    -------
    ndarray of int, of the same shape
    """
    return _signs(np.abs(multipliers) - 1.0, MARGINAL)


def name_in_flow(eigenvalues: np.ndarray) -> str:
    """Name of a fixed point of a flow with these eigenvalues.

    ``"stable node"`` or ``"stable focus"`` by whether the slowest mode rotates, ``"saddle of index k"`` with k growing
    modes, ``"unstable node"`` or ``"unstable focus"``, and ``"marginal"`` where a mode neither grows nor decays.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.stability import name_in_flow
    >>> name_in_flow(np.array([-1.0 + 2.0j, -1.0 - 2.0j])), name_in_flow(np.array([0.5, -1.0, -2.0]))
    ('stable focus', 'saddle of index 1')
    """
    leading = eigenvalues[np.real(eigenvalues).argmax()]
    rotates = abs(np.imag(leading)) > MARGINAL * np.abs(eigenvalues).max()
    return _name(growth_in_flow(eigenvalues), bool(rotates))


def name_in_map(multipliers: np.ndarray) -> str:
    """Name of a fixed point of a map with these multipliers, in the words of `name_in_flow`.

    A mode rotates where its multiplier is not real; a negative multiplier alternates from step to step, and is real.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.stability import name_in_map
    >>> name_in_map(np.array([0.5, -0.9])), name_in_map(np.array([1.2j, -1.2j, 0.1]))
    ('stable node', 'saddle of index 2')
    """
    leading = multipliers[np.abs(multipliers).argmax()]
    return _name(growth_in_map(multipliers), bool(abs(np.imag(leading)) > MARGINAL * abs(leading)))


def _signs(distances: np.ndarray, margin: np.ndarray | float) -> np.ndarray:
    return np.where(np.abs(distances) <= margin, 0, np.sign(distances)).astype(np.intp)


def _name(signs: np.ndarray, rotates: bool) -> str:
    if (signs == 0).any():
        return "marginal"
    index = int((signs > 0).sum())
    if 0 < index < signs.size:
        return f"saddle of index {index}"
    return f"{'unstable' if index else 'stable'} {'focus' if rotates else 'node'}"

"""Stability of linear modes, for flows and for maps, with modes within rounding of the boundary called marginal."""

from __future__ import annotations

import numpy as np

from neurosim.validation import positive

__all__ = [
    "MARGINAL",
    "growth_and_frequency",
    "growth_in_flow",
    "growth_in_map",
    "growth_signs",
    "name_in_flow",
    "name_in_map",
]

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


def growth_signs(eigenvalues: np.ndarray, dt: float | None = None) -> np.ndarray:
    """Whether modes grow, 1, decay, -1, or are marginal, 0, in the Euler map with this step, or in the flow."""
    if dt is None:
        return growth_in_flow(eigenvalues)
    return growth_in_map(1.0 + positive("dt", dt) * eigenvalues)


def growth_and_frequency(eigenvalues: np.ndarray, dt: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    r"""Growth rate and frequency of modes from the eigenvalues μ of a Jacobian.

    Flow: growth :math:`\mathrm{Re}\,\mu`, frequency :math:`\mathrm{Im}\,\mu / 2\pi`. Euler map with the
    multiplier :math:`m = 1 + \mu\,dt`: growth :math:`\ln|m| / dt`, frequency :math:`\arg m / (2\pi\,dt)`.

    Parameters
    ----------
    eigenvalues : ndarray of complex
        In 1/time. For leaky units at rest with weights W, :math:`\mu = (\lambda_W - 1)/\tau`.
    dt : float, optional
        Step of the Euler map. Default: the flow.

    Returns
    -------
    growth, frequency : ndarray
        In 1/time and cycles/time.

    Notes
    -----
    The vanilla RNN, :math:`r \leftarrow \phi(W r)`, is the Euler map of rate units with dt = τ: then m is the
    eigenvalue of W itself. The ratio Im λ / (2π Re λ) of the literature is the frequency of that map for small angles
    only.

    Examples
    --------
    >>> from neurosim.analysis.stability import growth_and_frequency
    >>> quarter_turn = 1j  # an eigenvalue of the weights of a map
    >>> growth, frequency = growth_and_frequency(quarter_turn - 1.0, dt=1.0)
    >>> float(growth), float(frequency)
    (0.0, 0.25)
    """
    values = np.asarray(eigenvalues, complex)
    if dt is None:
        return values.real.copy(), values.imag / (2.0 * np.pi)
    multiplier = 1.0 + positive("dt", dt) * values
    with np.errstate(divide="ignore"):
        growth = np.log(np.abs(multiplier)) / dt
    return growth, np.angle(multiplier) / (2.0 * np.pi * dt)


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

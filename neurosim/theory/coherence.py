"""Coherent chaos: chaotic networks with structured modes, weak or strong (Landau & Sompolinsky 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite, positive, whole_number

__all__ = ["SelfTunedState", "coherence", "mode_coherences", "self_tuned_state"]


def coherence(strength: float | np.ndarray, gain: float, size: int | None = None) -> float | np.ndarray:
    r"""Coherence of a chaotic network with one weak structured mode.

    The weights are :math:`g J + (J_1/\sqrt N)\, \xi \nu^T` with orthogonal modes ξ and ν. The sum that ν
    reads has the autocorrelation of one unit's rate, and each residual is driven by g² times that, so that
    the coherent mode follows passively: :math:`\langle\bar h \bar h\rangle(s) = (J_1/g)^2 D(s)`, and

    .. math:: \chi^2 = \frac{(J_1/g)^2 + 1/N}{1 + (J_1/g)^2}.

    Parameters
    ----------
    strength : float or ndarray
        Strength J₁ of the mode.
    gain : float
        Gain g of the random weights.
    size : int, optional
        Number of units N: 1/N is the coherence of any mode of independent units. Default: infinitely many.

    Returns
    -------
    float or ndarray
        χ between 0 and 1, as measured by `neurosim.analysis.activity.coherence`.

    Notes
    -----
    First order in J₁/g. Above about 0.2 networks are less coherent on average, by 20 to 25 % between 0.25 and 0.75
    (400 units); single networks scatter by 15 %, so that one may still be more coherent. A Euler step of any length
    leaves it as it is, since mode and units filter their inputs alike.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> round(ns.theory.coherence(0.25, gain=2.0, size=800), 3)
    0.129
    """
    strengths = finite("strength", strength, np.float64)
    if (strengths < 0.0).any():
        raise ParameterError(f"strength must be at least 0 (got {strength!r}).")
    baseline = 0.0 if size is None else 1.0 / whole_number("size", size)
    ratio = (strengths / positive("gain", gain)) ** 2
    chi = np.sqrt((ratio + baseline) / (1.0 + ratio))
    return float(chi) if chi.ndim == 0 else chi


def mode_coherences(strengths: np.ndarray, gain: float, size: int | None = None) -> np.ndarray:
    r"""Coherences of several weak structured modes in one chaotic network.

    Modes that are orthogonal to each other, :math:`g J + \sum_k (J_k/\sqrt N)\, \xi_k \nu_k^T`, do not interact while
    they are weak: each is driven as if it were alone, and all add to the variance that they share,

    .. math:: \chi_k^2 = \frac{(J_k/g)^2 + 1/N}{1 + \sum_l (J_l/g)^2}.

    Parameters
    ----------
    strengths : ndarray, shape (modes,)
        Strengths :math:`J_k` of the modes, at least 0.
    gain, size
        As in `coherence`.

    Returns
    -------
    ndarray, shape (modes,)
        As measured by ``neurosim.analysis.activity.coherence(run, mode)`` along each :math:`\xi_k`.

    Notes
    -----
    First order in the strengths over g, as `coherence`, which is the case of one mode.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.theory.mode_coherences([0.2, 0.4], gain=2.0).round(3)
    array([0.098, 0.195])
    """
    given = finite("strengths", strengths, np.float64)
    if given.ndim != 1 or given.size == 0:
        raise ShapeError(f"strengths must have the shape (modes,) (got {given.shape}).")
    if (given < 0.0).any():
        raise ParameterError(f"strengths must be at least 0 (got {strengths!r}).")
    baseline = 0.0 if size is None else 1.0 / whole_number("size", size)
    ratios = (given / positive("gain", gain)) ** 2
    return np.sqrt((ratios + baseline) / (1.0 + ratios.sum()))


@dataclass(frozen=True)
class SelfTunedState(Result, period="time"):
    """Self-tuned state of a network with a strong, balanced mode.

    Attributes
    ----------
    amplitude : float or None
        Modulus of the constant coherent mode, whose sign depends on the start; None where it oscillates.
    period : float
        Period of the coherent oscillation in units of tau; infinite where the mode is constant.
    """

    amplitude: float | None
    period: float


def self_tuned_state(leading_eigenvalue: complex) -> SelfTunedState:
    r"""Self-tuned state of a tanh network with a strong mode and balanced random rows.

    The coherent mode grows until the saturated units make the residuals just marginal: the average of
    :math:`\phi'(\bar h)` over time is :math:`1/\mathrm{Re}\,\lambda_1`. A real :math:`\lambda_1` gives a fixed point,
    :math:`\tanh^2 \bar h = 1 - 1/\lambda_1`; a complex one an oscillation of zero mean and period
    :math:`2\pi\, \mathrm{Re}\lambda_1 / |\mathrm{Im}\lambda_1|`.

    Parameters
    ----------
    leading_eigenvalue : complex
        Eigenvalue :math:`\lambda_1` of the random part (each row orthogonal to the mode) with the largest
        real part, above 1; it is that of the whole matrix too.

    Returns
    -------
    SelfTunedState

    Raises
    ------
    ParameterError
        When the real part is not above 1: such a network falls silent.

    Notes
    -----
    A state of the limit J₁ → ∞. At finite J₁ it is one attractor among others, which oscillate faster or about a mean
    that is not zero, and the leading eigenvalue does not tell which one a start leads to. Of 20 networks of 400 units
    at g = 2, all of two starts reached it in 13 networks at J₁ = 200 and in 17 at J₁ = 1000, then with periods within
    5 % and averages of φ' within 2 %. A real :math:`\lambda_1` and a gap to the next eigenvalue do not ensure it:
    one network with :math:`\lambda_1 = 2.14` and a gap of 0.2 oscillates, and its average slope is 1.3 times the
    predicted one.
    `neurosim.analysis.self_tuning` tells whether a simulation is in this state.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).
    """
    try:
        value = complex(leading_eigenvalue)
    except (TypeError, ValueError):
        raise ParameterError(
            f"leading_eigenvalue must be a number (got {leading_eigenvalue!r}); give one of operator.eigenvalues()."
        ) from None
    if not value.real > 1.0 or not np.isfinite(value):
        raise ParameterError(
            f"leading_eigenvalue must have a real part above 1, below which the network falls silent (got "
            f"{leading_eigenvalue!r}); try a larger gain of the random weights."
        )
    if value.imag == 0.0:
        return SelfTunedState(amplitude=float(np.arctanh(np.sqrt(1.0 - 1.0 / value.real))), period=np.inf)
    return SelfTunedState(amplitude=None, period=float(2.0 * np.pi * value.real / abs(value.imag)))

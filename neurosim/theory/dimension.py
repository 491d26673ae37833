"""Dimension of chaotic activity: its participation ratio, from the two-site cavity theory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.orthogonal import Orthogonal
from neurosim.connectivity.random_modes import RandomModes
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.theory.ensemble import random_term
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.spectral_density import HIGHEST, mean_slope, period_of, response
from neurosim.theory.unit import mean_field_unit

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Dimension", "dimension", "excess_overlap"]

# Relative deviation of the mean square overlap of two rows that counts as chance, besides 10 / units.
OVERLAP = 0.2
# Effective number of modes below which they are structure, not a random part.
FEWEST_MODES = 10


@dataclass(frozen=True)
class Dimension(Result, states="share of units", rates="share of units"):
    """Participation ratios (tr C)² / tr C² of the equal-time covariance C, divided by the number of units.

    Attributes
    ----------
    states, rates : float
        Between 0 and 1; the same number in rate form. The activity along one random direction has a variance that
        differs between networks of N units by a relative standard deviation of sqrt(2 / (N dimension)).
    """

    states: float
    rates: float


def dimension(network: Network, *, gain: float | None = None, dt: float | None = None) -> Dimension:
    r"""Dimension (participation ratio) of the activity of a large chaotic network, as a fraction of its units.

    .. math:: \frac{PR}{N} = \frac{C(0)^2}{C(0)^2 + \psi}, \qquad
              \psi_\phi = \int\!\!\int \frac{d\omega\, d\omega'}{(2\pi)^2}
              \left(\frac{1 + \kappa\, a(\omega)\, a(\omega')}{|1 - g^2 S(\omega) S(\omega')|^2} - 1\right)
              C_\phi(\omega)\, C_\phi(\omega'),

    with :math:`S(\omega) = \langle\phi'\rangle / (1 + i\omega\tau)`, :math:`a = g^2 |S|^2`, and for the Euler map with
    h = dt/τ :math:`S = \langle\phi'\rangle h / (e^{i\omega dt} - 1 + h)`; the covariances of two states follow from
    those of the rates.

    κ is what the singular values s of the weights add: :math:`\kappa = \langle s^4\rangle / \langle s^2\rangle^2 - 2`,
    0 for independent weights, -1 for orthogonal ones, and :math:`N / PR^D` for `RandomModes` of the effective rank
    :math:`PR^D`: their dimension depends on g and on this rank alone. Derivation: the covariance of the rates is that
    of the linear network :math:`\phi = S W \phi + e` with independent noise e of the spectral density
    :math:`C_\phi (1 - a)`, so that it takes :math:`\mathrm{tr}\, M M^\dagger M' M'^\dagger` with
    :math:`M = \sum_k (S W)^k`. For weights that rotations from one side leave alike (R-diagonal), mean traces of
    :math:`W^k W^{T\,l} W^m W^{T\,n}` are sums over non-crossing partitions of the four runs into pairs of neighboring
    runs, with weight g² each, and at most one block of four, with weight :math:`\kappa g^4`. Any numbers of the
    four kinds of pairs are possible, with or without the block: four geometric series, times
    :math:`1 + \kappa\, a a'`.

    Parameters
    ----------
    network, gain, dt
        As in `neurosim.theory.autocorrelation`. With `gain` the prediction is that of independent weights.

    Returns
    -------
    Dimension

    Raises
    ------
    ParameterError
        When the theory does not describe the network, or it is not chaotic.

    Notes
    -----
    About 0.2 s. At dt = τ it is closed: with :math:`r = (g\langle\phi'\rangle)^4`, (1 - r) / (1 + κ r) for the rates
    and (1 - r) / (2 - r + κ) for the states. Where the weights have no declaration, κ is measured.

    References
    ----------
    D. G. Clark, L. F. Abbott, A. Litwin-Kumar, Phys. Rev. Lett. 131, 118401 (2023): independent weights. D. G. Clark,
    O. Marschall, A. van Meegen, A. Litwin-Kumar, Phys. Rev. X (2025), arXiv:2409.01969: random modes. U. Haagerup,
    F. Larsen, J. Funct. Anal. 176, 331 (2000), A. Nica, R. Speicher, Fields Inst. Commun. 12, 149 (1997): R-diagonal.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), size=10, rng=0)
    >>> round(ns.theory.dimension(chaotic).rates, 3)
    0.045
    """
    unit = mean_field_unit(network)
    solution = autocorrelation(network, gain=gain, dt=dt)
    excess = excess_overlap(network) if gain is None else 0.0
    if solution.variance - solution.frozen_variance <= 0.0 or solution.frozen_variance > 0.0:
        raise ParameterError(
            f"network must be chaotic with an odd nonlinearity, so that correlations decay to zero (got gain = "
            f"{solution.gain:.6g}); try tanh units with a gain above 1."
        )
    spacing, count = period_of(solution, dt)
    lags = spacing * np.arange(count)
    folded = autocorrelation(network, gain=gain, dt=dt, lags=np.minimum(lags, spacing * count - lags))
    frequencies = 2.0 * np.pi * unit.tau * np.fft.fftfreq(count, spacing)
    kept = np.abs(frequencies) < HIGHEST
    states, rates = (np.fft.fft(c).real[kept] / count for c in (folded.values, folded.rate_values))
    slope = mean_slope(network, solution)
    filtered = response(frequencies[kept], None if dt is None else dt / unit.tau)
    loop = solution.gain**2 * np.multiply.outer(filtered, filtered)
    closed = 1.0 - slope**2 * loop
    through = loop / closed
    alone = solution.gain**2 * slope**2 * np.abs(filtered) ** 2
    block = 1.0 + excess * np.multiply.outer(alone, alone)
    shared_rates = (block / np.abs(closed) ** 2 - 1.0) * np.multiply.outer(rates, rates)
    of_rates = _fraction(solution.rate_values[0], shared_rates)
    if unit.in_rate_form:
        return Dimension(states=of_rates, rates=of_rates)
    pairs = np.multiply.outer(states, states)
    shared_states = np.abs(through) ** 2 * np.multiply.outer(rates, rates)
    shared_states += (2.0 * through.real * slope**2 + excess / np.abs(closed) ** 2) * pairs
    return Dimension(
        states=_fraction(solution.variance, shared_states),
        rates=of_rates,
    )


def excess_overlap(network: Network) -> float:
    """Excess κ of the fourth moment of the singular values over that of independent weights, in units of g⁴."""
    term = random_term(network, object)
    ensemble = None if term is None else term[0]
    if isinstance(ensemble, Orthogonal):
        return -1.0
    if isinstance(ensemble, RandomModes):
        excess = network.size / ensemble.effective_rank(network.size)
    else:
        excess = _measured_excess(network.recurrent.base)
    if excess * FEWEST_MODES > network.size:
        raise ParameterError(
            f"network.recurrent must be a sum of many modes in this theory (got weights that are dominated by "
            f"{network.size / excess:.1f} modes); try neurosim.analysis.participation_ratio of a simulation, or gain= "
            f"for the prediction of independent weights of that gain."
        )
    return excess


def _measured_excess(base: Any) -> float:
    """Mean square inner product of two rows relative to that of independent weights, minus 1; 0 within chance."""
    size = base.shape[0]
    products = base @ base.T
    squares = products.diagonal()
    if not squares.any():
        return 0.0
    total = float((products**2).sum() if isinstance(base, np.ndarray) else products.power(2).sum())
    shared = (total - float(squares @ squares)) * size / float(squares.sum()) ** 2
    return shared - 1.0 if abs(shared - 1.0) > OVERLAP + 10.0 / size else 0.0


def _fraction(variance: float, shared: np.ndarray) -> float:
    return float(variance**2 / (variance**2 + shared.sum()))

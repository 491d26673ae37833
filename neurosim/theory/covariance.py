"""Covariance of the activity of one given random network: of each pair of units, at any lag."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.theory.dimension import Dimension
from neurosim.theory.independence import require_random_weights
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.resolvents import Resolvents, resolvents
from neurosim.theory.spectral_density import SpectralDensity, mean_slope, response, spectral_density
from neurosim.theory.unit import mean_field_unit
from neurosim.validation import finite, non_negative, positive

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Covariance", "consistent_gain", "covariance"]

# Decay times of the slowest mode in one period of the Fourier transform, and the longest period in units of τ.
DECAYS, LONGEST = 8.0, 2000.0
# Relative error of the gain that is consistent with the weights, and how far it may be from their own.
TOLERANCE, STRAY = 1e-3, 0.2


@dataclass(frozen=True, eq=False)
class Covariance(Result, states="state²", rates="rate²", lags="time", cross="rate²", slowest="time"):
    r"""Predicted covariance of the activity of one network.

    Attributes
    ----------
    states, rates : ndarray, shape (units, units)
        At equal times; the same array in rate form.
    lags : ndarray, shape (lags,)
        Lags that were asked for, in the unit of `neuron.tau`; empty if none were.
    cross : ndarray, shape (lags, units, units)
        :math:`\langle r_i(t+s)\, r_j(t) \rangle` of the rates at these lags s.
    gain : float
        Gain of the mean-field activity, at which the variance of a unit agrees with the weights.
    slowest : float
        Decay time of the slowest mode of the linear network. The theory is good as long as it is not much longer than
        that of the activity of a unit.
    """

    states: np.ndarray
    rates: np.ndarray
    lags: np.ndarray
    cross: np.ndarray
    gain: float
    slowest: float

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """Variances along the principal components of the rates, descending, shape (units,)."""
        return np.linalg.eigvalsh(self.rates)[::-1]

    @property
    def dimension(self) -> Dimension:
        """Participation ratios of the two covariances, as shares of the units."""
        return Dimension(states=_participation(self.states), rates=_participation(self.rates))


def covariance(
    network: Network, *, gain: float | None = None, dt: float | None = None, lags: np.ndarray | None = None
) -> Covariance:
    r"""Covariance of the activity of one given random network, of any pair of units.

    .. math:: C_\phi(\omega) = (I - S W)^{-1} (I - S W)^{-\dagger}\; C(\omega) \left(1 - g^2 |S|^2\right), \qquad
              S(\omega) = \frac{\langle\phi'\rangle}{1 + i\omega\tau},

    with the spectral density C of one unit in mean-field theory; the covariance at a lag s is
    :math:`\int \frac{d\omega}{2\pi} e^{i\omega s} C_\phi(\omega)`, and that of the states follows from
    :math:`x = W \phi / (1 + i\omega\tau)`.

    Derivation. The input of a unit is Gaussian, so that its rate is, by Stein's lemma (Bussgang's theorem), its state
    times the mean slope plus a remainder e that is uncorrelated with all inputs: :math:`\phi = \langle\phi'\rangle x
    + e = S W \phi + e`. Between units e is correlated to higher order in the weights only. Its spectral density is
    what the variance of a unit needs: the mean diagonal of :math:`(I - SW)^{-1}(I - SW)^{-\dagger} = \sum_{k,l} S^k
    S^{*l} W^k W^{T\,l}` over independent weights is :math:`\sum_k (g^2|S|^2)^k`, hence :math:`C_e = C (1 - g^2
    |S|^2)`. The mean over the weights of :math:`\mathrm{tr}\, C^2` is that of `neurosim.theory.dimension`.

    Parameters
    ----------
    network : Network
        Chaotic, untrained or trained, of units in current or rate form without bias and with an odd nonlinearity. Its
        random weights are as in `neurosim.theory.autocorrelation`; a few modes may be added to them (low-rank parts),
        as long as the linear network stays stable.
    gain : float, optional
        Gain of the mean-field activity. Default: the one at which the mean variance of the units, for these weights, is
        that of mean-field theory. It tends to the gain of the weights as networks grow; in networks of 500 units, whose
        eigenvalues may lie outside the disc, it is up to some per cent larger, as their activity is.
    dt : float, optional
        Step of the Euler scheme. Default: the flow.
    lags : ndarray, optional
        Lags of `Covariance.cross`, in the unit of `neuron.tau`. Each costs two products of units³.

    Returns
    -------
    Covariance

    Raises
    ------
    ParameterError
        When the theory does not describe the network: the error says which assumption fails.

    Notes
    -----
    Costs an eigenvalue decomposition and some ten products of matrices, 9 s for 1000 units on one core. Where
    eigenvectors are nearly dependent, a Schur decomposition and twice the time of an LU factorization per frequency.

    Against simulations of 500 units at g = 3, covariances of pairs have a correlation coefficient of 0.83 to 0.91 and a
    regression slope of 0.73 to 0.96: a mode that is hardly damped comes out too large, since the linear theory does not
    know what limits it; see `Covariance.slowest`. Variances of single units scatter more than in simulations, as the
    remainder e of each unit is taken to be the same.

    References
    ----------
    D. G. Clark, arXiv:2604.23489 (2026): equivalence to a linear network. D. G. Clark, L. F. Abbott, A. Litwin-Kumar,
    Phys. Rev. Lett. 131, 118401 (2023): its mean over networks. X. Shen, Y. Hu, arXiv:2508.05288 (2025): the spectrum.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), size=200, rng=0)
    >>> found = ns.theory.covariance(chaotic)
    >>> found.rates.shape
    (200, 200)
    """
    unit = mean_field_unit(network)
    require_random_weights(network)
    weights = network.recurrent.dense().astype(np.float64)
    linear, step = resolvents(weights), None if dt is None else positive("dt", dt) / unit.tau
    gain = consistent_gain(network, linear, dt) if gain is None else non_negative("gain", gain)
    _require_chaos(network, gain, dt)
    density = _resolved(network, linear, gain, dt)
    noise = density.power * (1.0 - gain**2 * np.abs(density.filters) ** 2)
    rates = linear.average(density.filters, noise).real
    lags = np.zeros(0) if lags is None else np.atleast_1d(finite("lags", lags, np.float64))
    if lags.ndim != 1:
        raise ShapeError(f"lags must be one number or a row of them (got shape {lags.shape}).")
    phases = np.exp(1j * np.multiply.outer(lags / unit.tau, density.frequencies))
    return Covariance(
        states=rates if unit.in_rate_form else _of_states(weights, linear, density, noise, step),
        rates=rates,
        lags=lags,
        cross=np.array([linear.average(density.filters, noise * phase).real for phase in phases]).reshape(
            -1, *weights.shape
        ),
        gain=gain,
        slowest=unit.tau / max(_damping(linear, density.slope, step), 1e-12),
    )


def _of_states(
    weights: np.ndarray,
    linear: Resolvents,
    density: SpectralDensity,
    noise: np.ndarray,
    step: float | None,
) -> np.ndarray:
    filtered = np.abs(response(density.frequencies, step)) ** 2
    return weights @ linear.average(density.filters, noise * filtered).real @ weights.T


def _participation(covariance: np.ndarray) -> float:
    return float(np.trace(covariance) ** 2 / np.sum(covariance**2) / len(covariance))


def _damping(linear: Resolvents, slope: float, step: float | None) -> float:
    """Rate of decay of the slowest mode of the linear network, in 1/τ; negative if one grows."""
    loops = slope * linear.eigenvalues
    if step is None:
        return float(1.0 - loops.real.max())
    return float(-np.log(np.abs(1.0 - step + step * loops).max()) / step)


def _resolved(network: Network, linear: Resolvents, gain: float, dt: float | None) -> SpectralDensity:
    """Spectral density on frequencies as close as the slowest mode requires."""
    step = None if dt is None else dt / mean_field_unit(network).tau

    def shortest(slope: float) -> float:
        return min(DECAYS / max(abs(_damping(linear, slope, step)), 1e-12), LONGEST)

    return spectral_density(network, gain, dt, shortest)


def _slope_at(network: Network, gain: float, dt: float | None) -> float:
    return mean_slope(network, autocorrelation(network, gain=gain, dt=dt))


def _require_chaos(network: Network, gain: float, dt: float | None) -> None:
    solution = autocorrelation(network, gain=gain, dt=dt)
    if solution.frozen_variance > 0.0 or solution.variance == 0.0:
        raise ParameterError(
            f"network must be chaotic with an odd nonlinearity in this theory, so that correlations decay to zero (got "
            f"gain = {gain:.6g}); try tanh units with a gain above 1."
        )


def consistent_gain(network: Network, linear: Resolvents, dt: float | None) -> float:
    """Gain of the mean-field activity whose variance the weights reproduce on average over units."""
    from scipy.optimize import brentq

    own = network.recurrent.frobenius() / np.sqrt(network.size)
    _require_chaos(network, own, dt)
    step = None if dt is None else dt / mean_field_unit(network).tau

    def excess(gain: float) -> float:
        density = _resolved(network, linear, gain, dt)
        noise = density.power * (1.0 - gain**2 * np.abs(density.filters) ** 2)
        return float(linear.traces(density.filters) @ noise / density.power.sum()) - 1.0

    def damping(gain: float) -> float:
        return _damping(linear, _slope_at(network, gain, dt), step)

    low, high = own * (1.0 - STRAY), own * (1.0 + STRAY)
    if damping(high) <= 0.0:
        raise _set_by_structure(own, high)
    while not _is_chaotic(network, low, dt):
        low += 0.25 * (own - low)
    if damping(low) <= 0.0:
        # just above the gain at which the fastest growing mode becomes stable
        low = float(brentq(damping, low, high, xtol=1e-4 * own)) * (1.0 + 1e-3)
    if excess(high) > 0.0 or excess(low) < 0.0:
        raise _set_by_structure(own, high)
    return float(brentq(excess, low, high, xtol=TOLERANCE * own))


def _is_chaotic(network: Network, gain: float, dt: float | None) -> bool:
    solution = autocorrelation(network, gain=gain, dt=dt)
    return 0.0 < solution.variance > solution.frozen_variance


def _set_by_structure(own: float, highest: float) -> ParameterError:
    return ParameterError(
        f"network.recurrent must be random, with structure that its random part keeps small, in this theory (got "
        f"weights of the gain {own:.4g}, which agree with no mean-field activity of a gain between "
        f"{own * (1.0 - STRAY):.4g} and {highest:.4g}); try a simulation, or gain= for the prediction at that gain."
    )

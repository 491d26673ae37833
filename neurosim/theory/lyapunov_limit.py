"""Whole Lyapunov spectrum of a large random network: exact limits, and that of chaotic flows by Dyson's equations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.results.result import Result
from neurosim.theory.bulk import bulk
from neurosim.theory.dimension import excess_overlap
from neurosim.theory.gain import gain_of
from neurosim.theory.gaussian import moments
from neurosim.theory.independence import random_gain
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.reciprocity import reciprocity
from neurosim.theory.tangent_spectrum import flow_exponents
from neurosim.theory.unit import mean_field_unit, slope_of
from neurosim.validation import positive, whole_number

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["LyapunovLimit", "lyapunov_spectrum"]

# Shares of the exponents at which the spectrum is given, and points of averages over a Gaussian variable.
COUNT, POINTS = 10_000, 1001
# Points along the radius and around the center, for the eigenvalues of a disc.
RADII, TURNS = 400, 720
# State at which the slope at rest is measured.
SILENT = 1e-4


@dataclass(frozen=True, eq=False)
class LyapunovLimit(Result, values="1/time", dt="time"):
    """Lyapunov spectrum of an infinitely large network, by shares of all exponents.

    Attributes
    ----------
    shares : ndarray, shape (shares,)
        Share of the exponents that are larger, at midpoints of equal intervals; to be compared with (i - 1/2) / N of
        the i-th exponent of N.
    values : ndarray, shape (shares,)
        Exponents, descending.
    dt : float or None
        Step of the map; None for the flow.
    """

    shares: np.ndarray
    values: np.ndarray
    dt: float | None

    @property
    def mean(self) -> float:
        """Mean exponent, the rate at which the logarithm of a volume changes per dimension."""
        return float(self.values.mean())

    @property
    def entropy_rate(self) -> float:
        """Sum of the positive exponents, per unit."""
        return float(self.values[self.values > 0.0].sum() / len(self.values))

    @cached_property
    def dimension(self) -> float:
        """Kaplan–Yorke dimension as a share of the dimensions: up to there the exponents sum to zero."""
        sums = np.append(0.0, np.cumsum(self.values))
        below = np.flatnonzero(sums[1:] < 0.0)
        if not below.size or below[0] == 0:
            return 0.0 if below.size else 1.0
        last = int(below[0])
        return float((last + sums[last] / abs(self.values[last])) / len(self.values))


def lyapunov_spectrum(
    network: Network, *, dt: float | None = None, paths: int = 100, rng: Seed = None
) -> LyapunovLimit:
    r"""Whole Lyapunov spectrum of an infinitely large random network.

    *At silence*, below the onset of chaos, exponents are those of the linear network: with eigenvalues λ of W and the
    slope of φ at 0, :math:`\tau\Lambda = -1 + \phi'(0)\, \mathrm{Re}\,\lambda` of the flow and
    :math:`\log|1 - h + h \phi'(0) \lambda| / dt` of the Euler map with h = dt/τ. The disc of independent weights
    gives the semicircle of radius :math:`g \phi'(0)` about -1, and at h = 1 the share :math:`e^{2s} / (g\phi'(0))^2`
    below :math:`s = \Lambda\, dt`.

    *For the map of steps of one time constant*, at any gain: the exponent that a share u of all exceed is

    .. math:: \Lambda(u) = \frac{1}{2\, dt} \log\frac{g^2 u\, (1 - u)^{-k}}{y}, \qquad
              \left\langle \frac{y\, \phi'^2}{1 + y\, \phi'^2} \right\rangle = u, \qquad 0 < u < 1,

    with k = 0 for independent and k = 1 for orthogonal weights.

    *For chaotic flows* of independent weights, the share u(s) of the exponents above s/τ is

    .. math:: u(s) = \frac12 - \int \frac{d\omega}{2\pi}\, \mathrm{Re}\,\frac{k(\omega)}{1 + s + i\omega},

    where k is the mean diagonal of :math:`(1 + R Y R)^{-1}`, and the operators R and Y of a unit follow from Dyson's
    equations for two kernels, averaged over paths of its slope; `neurosim.theory.tangent_spectrum` derives them. They
    give a spectrum that is symmetric about -1/τ, the largest exponent of `neurosim.theory.lyapunov_exponent`, the
    semicircle where slopes are constant, and the formula above for the map of steps of one time constant.

    Derivation of that formula. The tangent map of a step is :math:`W D_t` with the diagonal matrix D of the slopes. At
    h = 1 states at different times are independent, so that the :math:`W D_t` multiply as free random matrices, of
    which :math:`\Lambda(u)\, dt = -\frac12 \log \mathcal S(-u)` with the S-transform of :math:`(WD)^T WD` (Newman 1986
    for independent weights, Kargin 2008). It is the product of that of :math:`W^T W`, which is :math:`1/(g^2 (1 - u))`
    for independent and 1/g² for orthogonal weights, and that of D², :math:`y (1 - u) / u`. As u → 0 it gives the
    largest exponent, :math:`\frac12 \log (g^2 \langle\phi'^2\rangle)`, of `neurosim.theory.lyapunov_exponent`; the mean
    is that of the logarithm of the determinant, :math:`\log g - \frac12 + \langle\log|\phi'|\rangle` for independent
    weights.

    Parameters
    ----------
    network : Network
        As in `neurosim.theory.autocorrelation`; at silence also partially symmetric weights.
    dt : float, optional
        Step of the Euler map, at most `neuron.tau`. Default: the flow.
    paths : int, optional
        Paths over which slopes are averaged, for chaotic flows: shares and dimensions scatter by some 2 % with 100,
        and as one over the square root of their number.
    rng : int, SeedSequence, Generator or None, optional
        For these paths.

    Returns
    -------
    LyapunovLimit

    Raises
    ------
    ParameterError
        For chaotic maps of other steps than one time constant, and for chaotic flows of orthogonal weights.

    Notes
    -----
    About 0.3 s, for chaotic flows 10 to 20 s of one core. A network of N units has the exponents of the linear network
    exactly, and comes close to the limit as 1/N. Published dimensions of chaotic flows of tanh units are 0.0617 N at
    g = 3 and 0.0808 N at g = 5 (Clark 2026), here 0.062 N and 0.083 N. Near the onset of chaos the two disagree: at
    g = 1.25 it is 0.0039 N here, with 1 % of scatter, and 0.0055 N there. For units whose slopes are independent
    Gaussian processes with the statistics of mean-field theory, as the theory has them, a direct integration of 2000
    units gave 0.0038 N, and two of 1000 units 0.0046 N and 0.0038 N. Networks of this gain scatter:
    one of 4000 units had 0.0046 N, two of 2000 units 0.0019 N and 0, one of 1000 units 0.0010 N.

    References
    ----------
    C. M. Newman, Commun. Math. Phys. 103, 121 (1986). V. Kargin, Trans. Am. Math. Soc. 360, 5665 (2008), on free
    operators. R. Engelken, F. Wolf, L. F. Abbott, Phys. Rev. Research 5, 043044 (2023), on networks.

    Examples
    --------
    >>> import neurosim as ns
    >>> quiet = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=100, rng=0)
    >>> spectrum = ns.theory.lyapunov_spectrum(quiet)
    >>> round(float(spectrum.values[0]), 1), round(spectrum.mean, 3)
    (-0.5, -1.0)
    """
    unit = mean_field_unit(network)
    if network.recurrent.rank:
        random_gain(network)
    step = None if dt is None else positive("dt", dt) / unit.tau
    if step is not None and step > 1.0 + 1e-12:
        raise ParameterError(
            f"dt must be at most the time constant {unit.tau:g} (got {dt:g}); try dt={unit.tau:g}, or no dt "
            f"for the flow."
        )
    silent = _exponents_of_silence(network, step)
    if silent is not None:
        return _limit(silent / unit.tau, dt)
    gain, orthogonal = random_gain(network), _is_orthogonal(network)
    if step is None:
        return _limit(_exponents_of_flow(network, gain, orthogonal, paths, rng) / unit.tau, None)
    if abs(step - 1.0) > 1e-12:
        raise ParameterError(
            f"dt must be one time constant, {unit.tau:g}, for the whole spectrum of a chaotic map (got {dt:g}); try "
            f"that, no dt for the flow, or neurosim.analysis.lyapunov_spectrum."
        )
    variance = autocorrelation(network, gain=gain, dt=dt).variance
    currents = variance * (gain**2 if unit.in_rate_form else 1.0)
    normal = np.linspace(-9.0, 9.0, POINTS)
    squares = slope_of(network.neuron, currents)(np.sqrt(currents) * normal) ** 2
    shares = _midpoints()
    odds = _odds(squares, np.exp(-0.5 * normal**2), shares)
    kept = 1.0 - shares if orthogonal else 1.0
    return _limit(0.5 * np.log(gain**2 * shares / (kept * odds)) / unit.tau, dt)


def _exponents_of_flow(network: Network, gain: float, orthogonal: bool, paths: int, rng: Seed) -> np.ndarray:
    """Exponents of a chaotic flow in 1/τ, descending."""
    if orthogonal:
        raise ParameterError(
            "network.recurrent must be independent weights for the whole spectrum of a chaotic flow (got orthogonal "
            "ones); try neurosim.theory.lyapunov_exponent, or neurosim.analysis.lyapunov_spectrum."
        )
    draws = stream(seed_sequence(rng), "paths")
    return flow_exponents(network, gain, _midpoints(), whole_number("paths", paths), draws)


def _exponents_of_silence(network: Network, step: float | None) -> np.ndarray | None:
    """Exponents of the linear network in 1/τ, descending; None where silence is no stable state."""
    unit = mean_field_unit(network)
    if unit.rate(np.zeros(1)).any():
        return None
    slope = float(np.sqrt(moments(unit.rate, SILENT**2)[1]) / SILENT)
    loops = slope * _eigenvalues(network)
    with np.errstate(divide="ignore"):
        exponents = loops.real - 1.0 if step is None else np.log(np.abs(1.0 - step + step * loops)) / step
    if exponents.max() >= 0.0:
        return None
    places = np.linspace(exponents.size - 1, 0, 2 * COUNT + 1)[1::2]
    return np.interp(places, np.arange(exponents.size), np.sort(exponents))


def _eigenvalues(network: Network) -> np.ndarray:
    """Eigenvalues of an infinitely large matrix of this ensemble, as points of equal shares."""
    shares = (np.arange(RADII) + 0.5) / RADII
    symmetry, excess = reciprocity(network), excess_overlap(network)
    if excess == 0.0:
        radii = gain_of(network) * np.sqrt(shares)
    elif excess == -1.0:
        radii = np.full(RADII, gain_of(network))
    else:
        ring = bulk(network)
        places = np.linspace(0.0, ring.outer_radius, 400)
        radii = np.interp(shares, ring.share_within(places), places)
    turn = np.exp(2j * np.pi * (np.arange(TURNS) + 0.5) / TURNS)
    points = np.multiply.outer(radii, turn).ravel()
    return (1.0 + symmetry) * points.real + 1j * (1.0 - symmetry) * points.imag


def _is_orthogonal(network: Network) -> bool:
    excess = excess_overlap(network)
    if excess not in (0.0, -1.0):
        raise ParameterError(
            f"network.recurrent must be independent or orthogonal weights for the whole spectrum of chaos (got rows "
            f"that overlap {1.0 + excess:.3g} times as much as independent ones); try "
            f"neurosim.analysis.lyapunov_spectrum."
        )
    return excess == -1.0


def _odds(squares: np.ndarray, weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Solutions y of ⟨y d / (1 + y d)⟩ = u for averages over the squared slopes d."""
    logarithms = np.linspace(-40.0, 80.0, 6001)
    products = np.exp(np.add.outer(logarithms, np.log(np.maximum(squares, 1e-300))))
    averages = (products / (1.0 + products)) @ (weights / weights.sum())
    return np.exp(np.interp(shares, averages, logarithms))


def _midpoints() -> np.ndarray:
    return (np.arange(COUNT) + 0.5) / COUNT


def _limit(values: np.ndarray, dt: float | None) -> LyapunovLimit:
    return LyapunovLimit(_midpoints(), values, dt)

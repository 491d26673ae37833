"""Random networks with structure of rank one: their fixed points and chaotic states, by mean-field theory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.theory.balance import Balance, Drive, balance, static_variance
from neurosim.theory.euler import euler_solution, step_of
from neurosim.theory.gaussian import correlation, mean_derivatives, moments
from neurosim.theory.independence import random_gain
from neurosim.theory.unit import mean_field_unit, slope_of
from neurosim.validation import non_negative, positive

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.theory.gaussian import Rate

__all__ = ["RankOne", "RankOneBranch", "branches", "fixed_point_branches", "overlap", "rank_one"]

# Stationary state for a drive, to a relative error of its variance.
Settle = Callable[[Drive, float], Balance]

# Grid of overlaps, relative to the largest possible one, on which solutions are separated.
OVERLAPS = np.geomspace(0.003, 1.0, 18)
# Relative error of variances in solutions, and on the grid.
EXACT, ROUGH = 1e-13, 1e-4
# Variance that stands for that of a silent state in averages.
SILENT = 1e-8
# State at which a rate that has not saturated counts as unbounded.
LARGE = 1e6


@dataclass(frozen=True)
class RankOneBranch(Result):
    r"""One state of a large network :math:`W = gJ + m n^T / N`.

    Mean and variance are those of the states in current form, and of the input currents in rate form.

    Attributes
    ----------
    overlap : float
        :math:`\kappa = n^T \phi / N`.
    mean : float
        Mean of the states over units, :math:`\bar m \kappa`.
    variance : float
        D(0) of the states over units and time, the structured part included.
    frozen_variance : float
        D(∞), the part of it that is constant in time; all of it at a fixed point.
    radius : float
        Radius :math:`g \langle\phi'^2\rangle^{1/2}` of the disc of eigenvalues, in units in which 1 is
        marginal; above 1 where the state is chaotic.
    outlier : float
        Real part of the eigenvalue that the structure adds, in the same units; NaN for a chaotic state.
    stable : bool
        Fixed point: radius and outlier are below 1. Chaos: the overlap returns after a perturbation.
    """

    overlap: float
    mean: float
    variance: float
    frozen_variance: float
    radius: float
    outlier: float
    stable: bool

    @property
    def chaotic(self) -> bool:
        """Whether the activity fluctuates."""
        return self.frozen_variance < self.variance


class RankOne(NamedTuple):
    """Statistics of the weights in the theory of rank-one structure, and the rate."""

    rate: Rate
    slope: Rate
    gain: float
    mean_left: float
    std_left: float
    mean_right: float
    square_right: float
    covariance: float

    def drive(self, kappa: float) -> Drive:
        """Drive of a unit at a fixed overlap kappa."""
        mean, rate = self.mean_left * kappa, self.rate
        return Drive(lambda x: rate(x + mean), self.gain, (self.std_left * kappa) ** 2)

    def next_overlap(self, kappa: float, variance: float) -> float:
        """Overlap n̄ ⟨φ⟩ + cov(m, n) κ ⟨φ'⟩ of the rates at a fixed overlap kappa."""
        mean, slope = mean_derivatives(self.drive(kappa).rate, max(variance, SILENT), 2)
        return float(self.mean_right * mean + self.covariance * kappa * slope)

    def largest_overlap(self) -> float:
        """Bound of the overlap, by Cauchy and Schwarz."""
        highest = float(np.abs(self.rate(np.array([-LARGE, LARGE]))).max())
        if highest >= 1e-2 * LARGE:
            raise ParameterError(
                "neuron must have a rate that saturates, since activity along the structure may grow without bound "
                "(got one that does not); try tanh."
            )
        return float(np.sqrt(self.square_right)) * highest


def rank_one(network: Network, gain: float | None = None) -> RankOne:
    """Statistics of the structure of a network, and the gain of its random part unless it is given."""
    rate = mean_field_unit(network).rate
    operator = network.recurrent
    if operator.left is None or operator.right is None or operator.rank != 1:
        raise ParameterError(
            f"network.recurrent must have a low-rank part of rank one (got rank {operator.rank})."
        )
    left = operator.left[:, 0].astype(np.float64)
    right = operator.right[:, 0].astype(np.float64) * operator.size
    if gain is None:
        base = operator.base
        gain = 0.0 if base is None else random_gain(network.replace(recurrent=Operator(base)))
    return RankOne(
        rate=rate,
        slope=slope_of(network.neuron, 1.0),
        gain=non_negative("gain", gain),
        mean_left=float(left.mean()),
        std_left=float(left.std()),
        mean_right=float(right.mean()),
        square_right=float(np.mean(right**2)),
        covariance=float(np.mean(left * right) - left.mean() * right.mean()),
    )


def branches(
    network: Network, *, gain: float | None = None, dt: float | None = None
) -> tuple[RankOneBranch, ...]:
    r"""Stationary states of a large random network with structure of rank one: fixed points and chaos.

    The states x are Gaussian over units, with mean :math:`\bar m \kappa`. Their autocorrelation obeys the equation
    of a random network, with a constant term from the structure,

    .. math:: D'' = D - g^2 C(D) - \mathrm{var}(m)\, \kappa^2, \qquad
              \kappa = \bar n \langle\phi\rangle + \mathrm{cov}(m, n)\, \kappa\, \langle\phi'\rangle.

    The means describe overlap along the unit direction, the covariance overlap along a random one. For each κ the
    autocorrelation is constant if that is stable, and decays otherwise, so that both fixed points and chaos are found.

    Parameters
    ----------
    network : Network
        Of units in current form without bias, with a φ that saturates; random weights of zero mean, and one low-rank
        pair. Means, variance and covariance are those of the vectors that the network has.
    gain : float, optional
        Gain g of the random part. Default: that of the network.
    dt : float, optional
        Step of the Euler scheme, at most `neuron.tau`, for the chaotic states of that map; fixed points and their
        stability are the same. Default: the flow.

    Returns
    -------
    tuple of RankOneBranch
        By descending overlap. For an odd φ those of negative overlap, mirror images of the others, are omitted. The
        network is bistable if more than one is stable, mirror images included.

    Raises
    ------
    ParameterError
        When the theory does not describe the network, or the gain is too close to the onset of chaos.

    Notes
    -----
    About 0.1 s, with `dt` 0.5 s. Fixed points beyond the onset of chaos are omitted: see `fixed_point_branches`.
    Solutions closer to each other than a quarter of their overlap are missed. Networks of 1000 units scatter by 5 to
    13 % in κ.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), eqs. 20 to 52.

    Examples
    --------
    >>> import neurosim as ns
    >>> structure = ns.LowRank([[0.1], [2.1]] * 50, [[2.0], [2.0]] * 50)
    >>> structured = ns.Network(ns.LeakyCurrent("tanh"), structure, size=100, rng=0)
    >>> [branch.stable for branch in ns.theory.branches(structured, gain=1.0)]
    [True, False]
    """
    given = rank_one(network, gain)
    if dt is None:
        return _sort(_states(given, balance))
    step = step_of(positive("dt", dt), mean_field_unit(network).tau)
    return _sort(_states(given, partial(_in_steps, step)))


def fixed_point_branches(network: Network, *, gain: float | None = None) -> tuple[RankOneBranch, ...]:
    r"""Fixed points of a large random network with structure of rank one, also those beyond the onset of chaos.

    .. math:: D_0 = g^2 \langle\phi^2\rangle + \mathrm{var}(m)\, \kappa^2, \qquad
              \kappa = \bar n \langle\phi\rangle + \mathrm{cov}(m, n)\, \kappa\, \langle\phi'\rangle.

    Beyond the onset of chaos they are unstable, with a `radius` above 1: finite networks have such fixed points, and
    their trajectories pass near them.

    Parameters
    ----------
    network, gain
        As in `branches`.

    Returns
    -------
    tuple of RankOneBranch
        By descending overlap, as in `branches`; of several variances at one overlap the largest.

    Notes
    -----
    About 50 ms.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), eqs. 20 to 34.

    Examples
    --------
    >>> import neurosim as ns
    >>> structure = ns.LowRank([[0.1], [2.1]] * 50, [[2.0], [2.0]] * 50)
    >>> structured = ns.Network(ns.LeakyCurrent("tanh"), structure, size=100, rng=0)
    >>> [round(branch.radius, 2) for branch in ns.theory.fixed_point_branches(structured, gain=2.0)]
    [1.14, 1.17]
    """
    return _sort(_states(rank_one(network, gain), _at_rest))


def _sort(states: Iterator[RankOneBranch]) -> tuple[RankOneBranch, ...]:
    return tuple(sorted(states, key=lambda branch: -branch.overlap))


def _at_rest(drive: Drive, _tolerance: float) -> Balance:
    """Fixed point for a drive, stable or not."""
    variance = static_variance(drive)
    return Balance(variance, variance, correlation(drive.rate, variance))


def _in_steps(step: float, drive: Drive, tolerance: float) -> Balance:
    """Stationary state of the Euler map."""
    flow = balance(drive, tolerance)
    if flow.frozen_variance == flow.variance:
        return flow
    found = euler_solution(flow, drive, step)
    return Balance(found.variance, found.frozen_variance, found.rates)


def _states(given: RankOne, settle: Settle) -> Iterator[RankOneBranch]:
    """Branches, by descending overlap."""
    places = given.largest_overlap() * OVERLAPS[::-1]
    yield from _roots(given, places, settle)
    central = settle(given.drive(0.0), EXACT)
    if abs(given.next_overlap(0.0, central.variance)) < 1e-9:
        inner = places[-1]
        comes_back = given.next_overlap(inner, settle(given.drive(inner), EXACT).variance) < inner
        yield _branch(given, 0.0, central, comes_back)
    else:
        yield from _roots(given, np.append(places[-1:], -places[::-1]), settle)


def _roots(given: RankOne, places: np.ndarray, settle: Settle) -> Iterator[RankOneBranch]:
    """Branches of self-consistent overlap between descending places."""
    from scipy.optimize import brentq

    def excess(kappa: float, tolerance: float = EXACT) -> float:
        return given.next_overlap(kappa, settle(given.drive(kappa), tolerance).variance) - kappa

    above = excess(places[0], ROUGH)
    for high, low in itertools.pairwise(places):
        below = excess(low, ROUGH)
        if below * above < 0.0:
            kappa = float(brentq(excess, low, high, xtol=1e-10, rtol=1e-9))
            yield _branch(given, kappa, settle(given.drive(kappa), EXACT), below > 0.0)
        above = below


def _branch(given: RankOne, kappa: float, solution: Balance, comes_back: bool) -> RankOneBranch:
    variance, mean = max(solution.variance, SILENT), given.mean_left * kappa
    radius = given.gain * np.sqrt(moments(lambda x: given.slope(x + mean), variance)[1])
    chaotic = solution.frozen_variance < solution.variance
    outlier = float("nan") if chaotic else _outlier(given, kappa, variance)
    return RankOneBranch(
        overlap=kappa,
        mean=mean,
        variance=solution.variance,
        frozen_variance=solution.frozen_variance,
        radius=float(radius),
        outlier=outlier,
        stable=bool(comes_back) if chaotic else bool(radius < 1.0 and outlier < 1.0),
    )


def _outlier(given: RankOne, kappa: float, variance: float) -> float:
    r"""Largest real part of the response of (κ, variance of the random part) to itself.

    The overlap and the variance by the random weights, :math:`q = g^2\langle\phi^2\rangle`, relax with one time
    constant to functions of κ and q; by Price's theorem the derivative of a mean by the variance is half the mean of
    the second derivative.
    """
    rate = given.drive(kappa).rate
    first, second, third = mean_derivatives(rate, variance, 4)[1:]
    by_mean, curvature = given.gain**2 * mean_derivatives(lambda x: rate(x) ** 2, variance, 3)[1:]
    spread = given.std_left**2 * kappa
    response = np.array(
        [
            [
                given.mean_right * (given.mean_left * first + spread * second)
                + given.covariance * (first + kappa * (given.mean_left * second + spread * third)),
                0.5 * (given.mean_right * second + given.covariance * kappa * third),
            ],
            [given.mean_left * by_mean + spread * curvature, 0.5 * curvature],
        ]
    )
    return float(np.linalg.eigvals(response).real.max())


def overlap(network: Network) -> float:
    r"""Overlap :math:`\kappa = n^T \phi / N` at the fixed point that lies furthest along the structure.

    Parameters
    ----------
    network : Network
        As in `branches`.

    Returns
    -------
    float
        At least 0; for an odd φ the solution with the opposite sign exists too.

    Raises
    ------
    ParameterError
        When the theory does not describe the network, or the fixed point is unstable and the state chaotic.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018).
    """
    given = rank_one(network)
    outermost = next(_states(given, balance))
    if outermost.chaotic:
        raise ParameterError(
            f"network must have a stable fixed point, with gain² ⟨φ'²⟩ below 1 (got {outermost.radius**2:.3g} at the "
            f"random gain {given.gain:.6g}); try a smaller gain, or branches()."
        )
    return abs(outermost.overlap)

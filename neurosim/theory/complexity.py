"""Number of fixed points of a random network: its exponential rate of growth with the number of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.theory.dimension import excess_overlap
from neurosim.theory.independence import random_gain
from neurosim.theory.mean_field import variance
from neurosim.theory.onset import critical_gain
from neurosim.theory.unit import mean_field_unit, slope_of
from neurosim.validation import non_negative

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.theory.gaussian import Rate

__all__ = ["FixedPointComplexity", "fixed_point_complexity"]

# Grid of states in standard deviations of the field.
HALF_WIDTH, POINTS = 12.0, 2401
# Relative distance from the onset at which the solution is guessed; largest ratio of distances, and smallest logarithm
# of it, in the steps of its continuation.
START, RATIO, SHORTEST = 0.05, 1.3, 1e-3


@dataclass(frozen=True)
class FixedPointComplexity(Result, value="1/unit", variance="state²"):
    r"""Complexity of the fixed points of a large random network. ``float()`` gives its value.

    Attributes
    ----------
    value : float
        Σ, so that the mean number of fixed points grows as :math:`e^{N\Sigma}`; 0 below the onset.
    variance : float
        Mean square of the states at typical fixed points. Activity lies on another shell: compare
        `neurosim.theory.variance`.
    gain : float
    """

    value: float
    variance: float
    gain: float

    def __float__(self) -> float:
        return self.value


def fixed_point_complexity(network: Network, *, gain: float | None = None) -> FixedPointComplexity:
    r"""Rate at which the mean number of fixed points of a random network grows with its size, by the Kac–Rice formula.

    .. math:: \Sigma = \max_{p,\, q} \left\{ -\int\! p \ln \frac{p}{\mathcal N(0, v)}
              + \tfrac12 \left\langle \ln(1 + q g^2 \phi'^2) \right\rangle_p - \frac q2 \right\}, \qquad
              v = g^2 \langle\phi^2\rangle_p

    over the distribution p of the states of units at fixed points.

    Derivation. The mean number is :math:`\int dx\, \langle |\det(-I + W \Phi')|\; \delta(x - W\phi(x)) \rangle`. The
    field :math:`W \phi(x)` is Gaussian with the variance v for each unit, so that the density at x is the first term,
    exponentiated. To leading order the determinant does not notice the condition, of rank one, and
    :math:`\langle\det(-I + W\Phi')^2\rangle = \sum_S |S|! \prod_{j \in S} g^2\phi'^2_j / N = \int_0^\infty ds\,
    e^{-s} \prod_j (1 + s g^2 \phi_j'^2/N)`, of which half the logarithm is the second and third term at the largest
    integrand, s = Nq. Stationarity gives

    .. math:: p \propto \exp\left(-\frac{x^2}{2v} + m \phi^2\right) \sqrt{1 + q g^2 \phi'^2}, \quad
              m = g^2 \frac{\langle x^2\rangle - v}{2 v^2}, \quad
              \left\langle \frac{g^2\phi'^2}{1 + q g^2\phi'^2} \right\rangle = 1,

    three equations for v, m and q.

    Parameters
    ----------
    network : Network
        As in `neurosim.theory.autocorrelation`, with independent weights and φ(0) = 0.
    gain : float, optional
        Default: that of the network.

    Returns
    -------
    FixedPointComplexity

    Raises
    ------
    ParameterError
        When the theory does not describe the network.

    Notes
    -----
    About 50 ms. For tanh Σ is 0.0248 at g = 2 and 0.0614 at g = 3, so that networks of 100 units have some 10 and 500
    fixed points on average. Close to the onset :math:`\Sigma \approx 0.2\, (g - 1)^3`, since to second order the gain
    of the determinant cancels the cost of an unlikely field: there are *fewer* fixed points than the largest exponent,
    :math:`\frac12 (g - 1)^2`, suggests, with which Wainrib & Touboul (2013) find Σ to agree by an estimate in which all
    slopes are alike. A mean is dominated by networks with many fixed points: typical networks have fewer.

    References
    ----------
    G. Wainrib, J. Touboul, Phys. Rev. Lett. 110, 118101 (2013). J. Stubenrauch, C. Keup, A. C. Kurth, M. Helias,
    A. van Meegen, arXiv:2210.07877 (2022): separate shells of fixed points and activity.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), size=100, rng=0)
    >>> found = ns.theory.fixed_point_complexity(chaotic)
    >>> round(float(found), 4), round(found.variance, 2), round(ns.theory.variance(chaotic), 2)
    (0.0614, 3.1, 5.45)
    """
    unit = mean_field_unit(network)
    if unit.rate(np.zeros(1)).any():
        raise ParameterError(
            "neuron must have a rate that is 0 at 0 in this theory, so that silence is a fixed point (got another); "
            "try tanh."
        )
    if gain is None:
        gain = random_gain(network)
        if excess_overlap(network) != 0.0:
            raise ParameterError(
                "network.recurrent must have independent weights in this theory (got rows that overlap otherwise); try "
                "gain= for the prediction of independent weights, or neurosim.analysis.fixed_points."
            )
    gain, onset = non_negative("gain", gain), critical_gain(network.replace(connectivity=None))
    if gain <= onset:
        return FixedPointComplexity(0.0, 0.0, gain)
    slope = slope_of(network.neuron, 1.0)
    guess = np.array([np.log(0.7 * variance(network, gain=onset * (1.0 + START))), 0.0, START**2])
    found = _continued(
        lambda distance, near: _solution(unit.rate, slope, onset * (1.0 + distance), near),
        guess,
        gain / onset - 1.0,
    )
    value, square = _value(unit.rate, slope, gain, found)
    return FixedPointComplexity(value, square, gain)


def _continued(
    solution: Callable[[float, np.ndarray], np.ndarray | None], guess: np.ndarray, distance: float
) -> np.ndarray:
    """Solution at a relative distance from the onset, followed from START in steps that are halved where it is lost."""
    here, found = START, solution(START, guess)
    while found is not None and here != distance:
        rest = np.log(distance / here)
        step = np.clip(rest, -np.log(RATIO), np.log(RATIO))
        while (there := solution(distance if step == rest else here * np.exp(step), found)) is None:
            step *= 0.5
            if abs(step) < SHORTEST:
                break
        found, here = there, distance if step == rest else here * np.exp(step)
    if found is None:
        raise ParameterError(
            f"gain must be further from the onset of chaos, or the rate smoother, for the equations of fixed points to "
            f"have a solution by continuation (got {1.0 + distance:.6g} times the gain at the onset); try another."
        )
    return found


def _averages(
    rate: Rate, slope: Rate, gain: float, unknowns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Squared states, rates and slopes times gain, their weights under p, and the logarithm of its normalization."""
    log_variance, pull, depth = unknowns
    spread = np.exp(0.5 * log_variance)
    normal = np.linspace(-HALF_WIDTH, HALF_WIDTH, POINTS)
    states = spread * normal
    rates, slopes = rate(states) ** 2, (gain * slope(states)) ** 2
    exponent = (
        -0.5 * normal**2 + pull * rates / spread**2 + 0.5 * np.log(np.maximum(1.0 + depth * slopes, 1e-300))
    )
    weights = np.exp(exponent - exponent.max())
    total = float(weights.sum()) * (normal[1] - normal[0]) * spread
    return np.array([states**2, rates, slopes]), weights / weights.sum(), np.log(total) + exponent.max()


def _solution(rate: Rate, slope: Rate, gain: float, guess: np.ndarray) -> np.ndarray | None:
    """Logarithm of v, m v, and q that make the complexity stationary; None where they are not found from the guess."""
    from scipy.optimize import root

    def mismatch(unknowns: np.ndarray) -> np.ndarray:
        (squares, rates, slopes), weights, _ = _averages(rate, slope, gain, unknowns)
        field = np.exp(unknowns[0])
        return np.array(
            [
                gain**2 * (weights @ rates) / field - 1.0,
                unknowns[1] - 0.5 * gain**2 * (weights @ squares / field - 1.0),
                weights @ (slopes / (1.0 + unknowns[2] * slopes)) - 1.0,
            ]
        )

    found = root(mismatch, guess, tol=1e-13)
    return None if np.abs(mismatch(found.x)).max() > 1e-8 else np.asarray(found.x)


def _value(rate: Rate, slope: Rate, gain: float, unknowns: np.ndarray) -> tuple[float, float]:
    """Complexity, and the mean square of the states."""
    (squares, rates, _), weights, logarithm = _averages(rate, slope, gain, unknowns)
    field, pull, depth = np.exp(unknowns[0]), unknowns[1], unknowns[2]
    entropy = logarithm - pull * (weights @ rates) / field
    return float(entropy - 0.5 * np.log(2.0 * np.pi * field) - 0.5 * depth), float(weights @ squares)

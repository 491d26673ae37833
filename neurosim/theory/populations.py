"""Mean-field theory of networks of populations: gains of blocks, spectral radius, autocorrelations, balanced rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.network_arguments import require_network, require_undelayed
from neurosim.network_parts import weights_of_block
from neurosim.results.result import Result
from neurosim.theory.gaussian import correlation, moments
from neurosim.theory.unit import unit_of
from neurosim.validation import array_of_shape, finite

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.theory.unit import Unit

__all__ = [
    "PopulationAutocorrelation",
    "balanced_rates",
    "population_autocorrelation",
    "population_gains",
    "population_radius",
]

POINTS = 8192
"""Times on which the autocorrelations are solved."""
PER_TAU = 40.0
"""Times in the fastest time constant."""
MIXING = 0.7
"""Share of the new solution in an iteration."""
ITERATIONS = 2000
TOLERANCE = 1e-8
SMALL = 1e-12


def population_gains(network: Network) -> np.ndarray:
    r"""Gains of the blocks, :math:`g_{ab} = \sqrt{N_b}\, \mathrm{std}(W^{ab})`, from the weights of a network.

    Parameters
    ----------
    network : Network
        With `neurosim.Populations`.

    Returns
    -------
    ndarray, shape (populations, populations)
        From population b (column) to population a (row); a block of N weights determines its gain to
        :math:`1/\sqrt{2N}` of itself.
    """
    sections = _sections(network)
    blocks = ((weights_of_block(network.recurrent, a, b) for b in sections) for a in sections)
    return np.array([[float(np.sqrt(block.shape[1]) * block.std()) for block in row] for row in blocks])


def population_radius(network: Network) -> float:
    r"""Radius of the disc of eigenvalues of random blocks: :math:`R^2` is the largest eigenvalue of :math:`g_{ab}^2`.

    Silence of units of slope 1 (`neurosim.LeakyCurrent` with tanh) becomes unstable, and chaotic, where R = 1.

    Parameters
    ----------
    network : Network
        With `neurosim.Populations` and independent weights in each block; their means add outliers only.

    References
    ----------
    J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev. Lett. 114, 088101 (2015), eq. 3.
    """
    return float(np.sqrt(np.abs(np.linalg.eigvals(population_gains(network) ** 2)).max()))


@dataclass(frozen=True, eq=False)
class PopulationAutocorrelation(
    Result, lags="time", values="state²", rate_values="rate²", variances="state²", rate_variances="rate²"
):
    """Mean-field prediction of the autocorrelation of a unit of each population.

    Attributes
    ----------
    names : tuple of str
        Populations, in the order of the network.
    lags : ndarray, shape (lags,)
    values : ndarray, shape (populations, lags)
        ⟨x(t) x(t+s)⟩ of the state.
    rate_values : ndarray, shape (populations, lags)
        ⟨φ(x(t)) φ(x(t+s))⟩ of the rate.
    variances, rate_variances : ndarray, shape (populations,)
        Of the state, and of the rate about its mean; 0 below the onset of chaos where φ is odd.
    gains : ndarray, shape (populations, populations)
        Gains of the blocks; see `population_gains`.
    radius : float
        Spectral radius; chaos begins at 1 where φ is odd with slope 1.
    """

    names: tuple[str, ...]
    lags: np.ndarray
    values: np.ndarray
    rate_values: np.ndarray
    variances: np.ndarray
    rate_variances: np.ndarray
    gains: np.ndarray
    radius: float


def population_autocorrelation(
    network: Network, *, gains: np.ndarray | None = None, lags: np.ndarray | None = None
) -> PopulationAutocorrelation:
    r"""Autocorrelations of the units of each population of an infinitely large network, by mean-field theory.

    The input of a unit of population a is a Gaussian process,

    .. math:: \tau_a \dot x = -x + \eta_a, \qquad
              \langle\eta_a(t)\eta_a(t+s)\rangle = \sum_b g_{ab}^2 \langle\phi_b(x_b(t))\,\phi_b(x_b(t+s))\rangle,

    solved for all populations together, by iteration between time and frequency.

    Parameters
    ----------
    network : Network
        Of populations in current form (`neurosim.LeakyCurrent`) without bias, with blocks of independent weights of
        zero mean.
    gains : ndarray, shape (populations, populations), optional
        Gains of the blocks. Default: those of the weights, `population_gains`.
    lags : ndarray, optional
        Default: 0 to 20 of the slowest time constant.

    Returns
    -------
    PopulationAutocorrelation

    Raises
    ------
    ParameterError
        For another neuron, a bias, or an iteration that does not settle, as close to the onset of chaos.

    Notes
    -----
    One population gives `autocorrelation` to a relative error of 1e-6. Seconds of computation.

    References
    ----------
    J. Kadmon, H. Sompolinsky, Phys. Rev. X 5, 041030 (2015), section II; one population: H. Sompolinsky, A. Crisanti,
    H.-J. Sommers, Phys. Rev. Lett. 61, 259 (1988).

    Examples
    --------
    >>> import neurosim as ns
    >>> cells = ns.Populations(
    ...     A=ns.Population(ns.LeakyCurrent("tanh"), size=10), B=ns.Population(ns.LeakyCurrent("tanh"), size=10)
    ... )
    >>> network = ns.Network(cells, ns.Gaussian(), rng=0)
    >>> quiet = ns.theory.population_autocorrelation(network, gains=[[0.4, 0.4], [0.4, 0.4]])
    >>> round(quiet.radius, 3), quiet.variances.tolist()
    (0.566, [0.0, 0.0])
    """
    require_undelayed(network, "theory.population_autocorrelation")
    sections = _sections(network)
    units = [unit_of(section.neuron) for section in network.neuron.sections()]
    if np.any(network.bias) or any(unit.in_rate_form for unit in units):
        raise ParameterError(
            "network must have units in current form without bias in this theory (got others); try LeakyCurrent."
        )
    count = len(sections)
    strengths = population_gains(network) if gains is None else array_of_shape("gains", gains, (count, count))
    taus = np.array([unit.tau for unit in units])
    lags = np.linspace(0.0, 20.0 * taus.max(), 801) if lags is None else finite("lags", lags, np.float64)
    step = taus.min() / PER_TAU
    values, rates, means = _solve(units, strengths**2, taus, step)
    times = step * np.arange(values.shape[1])
    if np.abs(lags).max() > times[-1] / 2.0:
        raise ParameterError(f"lags must be at most {times[-1] / 2.0:.4g} (got {np.abs(lags).max():.4g}).")
    return PopulationAutocorrelation(
        names=tuple(network.populations),
        lags=lags,
        values=np.array([np.interp(np.abs(lags), times, row) for row in values]),
        rate_values=np.array([np.interp(np.abs(lags), times, row) for row in rates]),
        variances=values[:, 0],
        rate_variances=rates[:, 0] - means**2,
        gains=strengths,
        radius=float(np.sqrt(np.abs(np.linalg.eigvals(strengths**2)).max())),
    )


def _solve(
    units: list[Unit], squares: np.ndarray, taus: np.ndarray, step: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Autocorrelations of states and rates on periodic times, shape (populations, times), and mean rates."""
    times = step * np.minimum(np.arange(POINTS), POINTS - np.arange(POINTS))
    waves = 2.0 * np.pi * np.fft.rfftfreq(POINTS, step)
    filters = 1.0 / (1.0 + (taus[:, None] * waves) ** 2)
    # decays as fast as chaos does, and not to zero at once
    values = np.exp(-times / (2.0 * taus.max())) * np.ones((len(units), 1))
    for _ in range(ITERATIONS):
        rates = np.array([_rate_correlation(unit, row) for unit, row in zip(units, values, strict=True)])
        found = np.fft.irfft(filters * np.fft.rfft(squares @ rates, axis=1), POINTS, axis=1)
        change = np.abs(found - values).max()
        values = (1.0 - MIXING) * values + MIXING * found
        if values[:, 0].max() < SMALL:
            values[:] = 0.0
            break
        if change < TOLERANCE * values[:, 0].max():
            break
    else:
        raise ParameterError(
            f"gains must not be as close to the onset of chaos (got a solution that still changes by {change:.2g} "
            f"after {ITERATIONS} iterations); take a radius of 1.2 or more."
        )
    means = np.array(
        [moments(unit.rate, max(row[0], SMALL))[0] for unit, row in zip(units, values, strict=True)]
    )
    rates = np.array([_rate_correlation(unit, row) for unit, row in zip(units, values, strict=True)])
    half = POINTS // 2
    return values[:, :half], rates[:, :half], means


def _rate_correlation(unit: Unit, values: np.ndarray) -> np.ndarray:
    """⟨φ(x(t)) φ(x(t+s))⟩ of Gaussian states with this autocorrelation."""
    variance = float(values[0])
    if variance <= SMALL:
        return np.full(values.shape, float(unit.rate(np.zeros(1))[0]) ** 2)
    away = np.sqrt(np.clip(1.0 - values / variance, 0.0, 1.0))
    return correlation(unit.rate, variance)(away)


def balanced_rates(network: Network, inputs: Any = None) -> np.ndarray:
    r"""Mean rates at which large excitation and inhibition cancel in every population.

    With :math:`K` inputs of order :math:`1/\sqrt K` to each unit the mean currents of a population are of order
    :math:`\sqrt K`, and stay finite only if

    .. math:: \sum_b M_{ab}\, r_b + I_a = 0, \qquad M_{ab} = \text{mean of } \textstyle\sum_j W^{ab}_{ij},

    which does not depend on the neurons. Mean rates of a finite K differ by terms of order :math:`1/\sqrt K`.

    Parameters
    ----------
    network : Network
        With `neurosim.Populations`.
    inputs : ndarray, shape (channels,), optional
        Constant input; it drives the units beside their bias. Default: none.

    Returns
    -------
    ndarray, shape (populations,)

    Raises
    ------
    ParameterError
        If there are no populations, or their mean weights are singular.

    References
    ----------
    C. van Vreeswijk, H. Sompolinsky, Science 274, 1724 (1996); Kadmon & Sompolinsky (2015), section V.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> from neurosim.connectivity import FixedInDegree
    >>> unit = ns.LeakyRate("relu")
    >>> cells = ns.Populations(E=ns.Population(unit, size=200), I=ns.Population(unit, size=200))
    >>> weights = ns.Blocks({("E", "E"): FixedInDegree(100, 1.0), ("E", "I"): FixedInDegree(100, -2.0),
    ...                      ("I", "E"): FixedInDegree(100, 1.0), ("I", "I"): FixedInDegree(100, -1.8)})
    >>> network = ns.Network(cells, weights, rng=0)
    >>> network = network.replace(bias=np.repeat([10.0, 8.0], 200))
    >>> ns.theory.balanced_rates(network).round(6)
    array([1., 1.])
    """
    sections = _sections(network)
    blocks = ((weights_of_block(network.recurrent, a, b) for b in sections) for a in sections)
    means = np.array([[block.sum(axis=1).mean() for block in row] for row in blocks])
    outer = network.bias.astype(np.float64)
    if inputs is not None:
        outer = outer + network.input_weights @ array_of_shape("inputs", inputs, (network.inputs,))
    drive = np.array([outer[units].mean() for units in sections])
    if np.linalg.cond(means) > 1.0 / np.finfo(float).eps:
        raise ParameterError(
            f"mean weights between populations must not be singular in balance (got {means.tolist()}); let inhibition "
            f"of the populations differ."
        )
    return -np.linalg.solve(means, drive)


def _sections(network: Network) -> list[slice]:
    """Units of each population."""
    if not require_network(network).populations:
        raise ParameterError(
            "network must have populations (got none); declare ns.Populations(...) as its neuron."
        )
    return list(network.populations.values())

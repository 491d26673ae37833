"""Largest Lyapunov exponent of a random network, from the ground state of a Schrödinger equation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.results.result import Result
from neurosim.theory.balance import Balance, Drive, balance
from neurosim.theory.decay import course
from neurosim.theory.euler import euler_solution, step_of
from neurosim.theory.gaussian import correlation, moments
from neurosim.theory.independence import random_gain
from neurosim.theory.unit import mean_field_unit, slope_of
from neurosim.validation import non_negative, positive

if TYPE_CHECKING:
    from numpy.polynomial import Chebyshev

    from neurosim.network import Network
    from neurosim.theory.gaussian import Rate

__all__ = ["LyapunovExponent", "lyapunov_exponent"]

# Place y at which the square of the ground state, which decays at least like exp(-y), is below 1e-8.
END, STEP = 10.0, 0.005
# Variance that stands for that of a silent state in averages.
SILENT = 1e-10


@dataclass(frozen=True, eq=False)
class LyapunovExponent(Result, value="1/time", lags="time", variance="state²", dt="time"):
    r"""Predicted largest exponent of an infinitely large random network. ``float()`` gives its value.

    Attributes
    ----------
    value : float
        λ₁, in 1/time.
    ground_energy : float
        E₀, lowest eigenvalue of :math:`-\partial_s^2 + W(s)` with s in units of tau; NaN for a Euler step.
    residual : float
        Reliability: modulus of the energy of the first excited state, which is exactly zero for the derivative of the
        autocorrelation; for a Euler step the residual of the lag equation; 0 at a fixed point.
    lags : ndarray, shape (lags,)
        In the unit of `neuron.tau`, not evenly spaced; one lag 0 at a fixed point.
    potential : ndarray, shape (lags,)
        W(s) = 1 - g² ⟨φ'(x(t)) φ'(x(t+s))⟩.
    ground_state : ndarray, shape (lags,)
        Its largest value is 1.
    variance : float
        D(0) of the input currents, which are the states in current form, that the exponent belongs to.
    gain : float
    dt : float or None
        Step of the Euler map; None for the flow.
    """

    value: float
    ground_energy: float
    residual: float
    lags: np.ndarray
    potential: np.ndarray
    ground_state: np.ndarray
    variance: float
    gain: float
    dt: float | None

    def __float__(self) -> float:
        return self.value


def lyapunov_exponent(
    network: Network, *, gain: float | None = None, dt: float | None = None
) -> LyapunovExponent:
    r"""Largest Lyapunov exponent of an infinitely large random network.

    The distance of two nearby trajectories grows as :math:`e^{\lambda_1 t}` with

    .. math:: \tau\lambda_1 = -1 + \sqrt{1 - E_0}, \qquad
              \left[-\partial_s^2 + 1 - g^2 \langle\phi'(x(t))\, \phi'(x(t+s))\rangle\right] \psi = E_0 \psi,

    the ground state of a particle in the potential that the mean-field autocorrelation makes. At a fixed point the
    potential is constant, and :math:`\tau\lambda_1 = -1 + g\sqrt{\langle\phi'^2\rangle}`.

    With `dt` it is that of the Euler map, :math:`\log q / dt`, where q makes zero the lowest eigenvalue of the
    tridiagonal matrix with :math:`q^2 + b^2 - h^2 g^2 \langle\phi'\phi'\rangle_n` on its diagonal and -bq beside it,
    with :math:`h = dt/\tau, b = 1 - h`. At h = 1 that is :math:`q = g\sqrt{\langle\phi'^2\rangle}`.

    Parameters
    ----------
    network : Network
        As in `neurosim.theory.autocorrelation`; its φ needs a slope.
    gain : float, optional
        Gain g of the random weights. Default: that of the network.
    dt : float, optional
        Step of the Euler scheme, at most `neuron.tau`. Default: the flow.

    Returns
    -------
    LyapunovExponent

    Raises
    ------
    ParameterError
        When the theory does not describe the network, φ has no slope that agrees with it, or the gain is so close
        to the onset of chaos that rounding hides the solution.

    Notes
    -----
    About 20 ms, 40 ms where φ has a corner. A network of N units stays below by about 10/N at g = 2 and 17/N at
    g = 3, and networks of 500 units spread by 0.01.

    References
    ----------
    H. Sompolinsky, A. Crisanti, H. J. Sommers, Phys. Rev. Lett. 61, 259 (1988).
    L. Molgedey, J. Schuchhardt, H. G. Schuster, Phys. Rev. Lett. 69, 3717 (1992), for discrete time.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), size=10, rng=0)
    >>> round(float(ns.theory.lyapunov_exponent(chaotic)), 4)
    0.1125
    """
    unit = mean_field_unit(network)
    tau, drive = (
        unit.tau,
        Drive(unit.rate, random_gain(network) if gain is None else non_negative("gain", gain)),
    )
    solution = balance(drive)
    slope = slope_of(network.neuron, max(solution.variance, SILENT))
    step = None if dt is None else step_of(positive("dt", dt), tau)
    if solution.frozen_variance == solution.variance:
        return _of_fixed_point(solution, drive, slope, (tau, step))
    if step is None:
        return _of_flow(solution, drive, slope, tau)
    return _of_euler(solution, drive, slope, (tau, step))


def _of_fixed_point(
    solution: Balance, drive: Drive, slope: Rate, clock: tuple[float, float | None]
) -> LyapunovExponent:
    tau, step = clock
    radius = drive.gain * np.sqrt(moments(slope, max(solution.variance, SILENT))[1])
    with np.errstate(divide="ignore"):
        growth = radius - 1.0 if step is None else np.log(1.0 - step + step * radius) / step
    return LyapunovExponent(
        value=float(growth) / tau,
        ground_energy=float(1.0 - radius**2) if step is None else float("nan"),
        residual=0.0,
        lags=np.zeros(1),
        potential=np.array([1.0 - radius**2]),
        ground_state=np.ones(1),
        variance=solution.variance,
        gain=drive.gain,
        dt=None if step is None else step * tau,
    )


def _of_flow(solution: Balance, drive: Drive, slope: Rate, tau: float) -> LyapunovExponent:
    slopes = correlation(slope, solution.variance)
    path = course(solution, drive, END, STEP)
    potential = 1.0 - drive.gain**2 * slopes(path.nodes)
    energy, state = _lowest(path.times, potential, first=0)
    excited, _ = _lowest(path.times, potential, first=1)
    return LyapunovExponent(
        value=float(np.sqrt(1.0 - energy) - 1.0) / tau,
        ground_energy=energy,
        residual=abs(excited),
        lags=tau * path.times[: state.size],
        potential=potential[: state.size],
        ground_state=state,
        variance=solution.variance,
        gain=drive.gain,
        dt=None,
    )


def _lowest(times: np.ndarray, potential: np.ndarray, first: int) -> tuple[float, np.ndarray]:
    """Lowest energy and its state: even in time for `first` = 0, odd (zero at time zero) for 1.

    The error of finite volumes is of second order in the spacing; Richardson extrapolation with every second point
    removes it.
    """
    fine, state = _lowest_on_grid(times, potential, first)
    coarse, _ = _lowest_on_grid(times[::2], potential[::2], first)
    return (4.0 * fine - coarse) / 3.0, state


def _lowest_on_grid(times: np.ndarray, potential: np.ndarray, first: int) -> tuple[float, np.ndarray]:
    bonds = 1.0 / np.diff(times)
    volumes = 0.5 * (np.diff(times, prepend=times[0])[:-1] + np.diff(times))
    diagonal = (bonds + np.append(0.0, bonds[:-1])) / volumes + potential[:-1]
    beside = -bonds[:-1] / np.sqrt(volumes[:-1] * volumes[1:])
    energy, state = _ground(diagonal[first:], beside[first:])
    state = np.abs(state) / np.sqrt(volumes[first:])
    return energy, state / state.max()


def _ground(diagonal: np.ndarray, beside: np.ndarray) -> tuple[float, np.ndarray]:
    from scipy.linalg import eigh_tridiagonal

    values, vectors = eigh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0))
    return float(values[0]), vectors[:, 0]


def _of_euler(flow: Balance, drive: Drive, slope: Rate, clock: tuple[float, float]) -> LyapunovExponent:
    from scipy.optimize import brentq

    tau, step = clock
    found = euler_solution(flow, drive, step)
    slopes = correlation(slope, found.variance)
    squares = drive.gain**2 * slopes(np.sqrt(np.clip(1.0 - found.correlations, 0.0, 1.0)))
    # bounds: the potential at long lags, and the bottom of the well
    bottom = 1.0 - step + step * np.sqrt(squares.max())

    def lowest(growth: float) -> float:
        return _ground(*_matrix(growth, squares, step))[0]

    top = bottom * (1.0 + 1e-9)
    growth = float(brentq(lowest, _below(slopes, drive, step), top, xtol=1e-13, rtol=1e-12))
    state = np.abs(_ground(*_matrix(growth, squares, step))[1])
    state[0] *= np.sqrt(2.0)
    return LyapunovExponent(
        value=float(np.log(growth)) / (step * tau),
        ground_energy=float("nan"),
        residual=found.residual,
        lags=step * tau * np.arange(squares.size),
        potential=1.0 - squares,
        ground_state=state / state.max(),
        variance=found.variance,
        gain=drive.gain,
        dt=step * tau,
    )


def _below(slopes: Chebyshev, drive: Drive, step: float) -> float:
    """Lower bound of the growth factor, by the correlations at infinite lag alone."""
    return float(1.0 - step + step * drive.gain * np.sqrt(max(slopes(1.0), 0.0)))


def _matrix(growth: float, squares: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal and off-diagonal of the matrix, for states that are even in time."""
    kept = 1.0 - step
    beside = np.full(squares.size - 1, -kept * growth)
    beside[0] *= np.sqrt(2.0)
    return growth**2 + kept**2 - step**2 * squares, beside

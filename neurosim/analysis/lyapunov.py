"""Lyapunov exponents: how fast small displacements grow along a trajectory."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from neurosim.engine.schemes import scheme_named
from neurosim.engine.simulate import simulate
from neurosim.engine.tangent import Tangent
from neurosim.engine.threads import threads_available
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.validation import known_keywords, non_negative, positive, whole_number

__all__ = ["LyapunovSpectrum", "lyapunov_spectrum"]

ALIGNMENT = 0.1
"""Part of the duration that the vectors are given to turn into their directions before growth is counted."""


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    r"""Exponents of one trajectory, in 1/time.

    Attributes
    ----------
    values : ndarray, shape (count,)
        Mean exponential growth rates, descending.
    standard_errors : ndarray, shape (count,)
        Of the mean over ten blocks of time: how far `values` would move along another stretch of the same
        trajectory. It says nothing about other realisations of the weights.
    growth : ndarray, shape (intervals, count)
        Growth rate in each interval between two orthonormalisations, in 1/time.
    interval, duration, dt : float
    scheme : str
    """

    values: np.ndarray
    standard_errors: np.ndarray
    growth: np.ndarray
    interval: float
    duration: float
    dt: float
    scheme: str

    @functools.cached_property
    def entropy_rate(self) -> float:
        """Sum of the positive exponents, 1/time: upper bound of the entropy rate (Pesin), if all of them are here."""
        return float(self.values[self.values > 0].sum())

    @functools.cached_property
    def dimension(self) -> float:
        r"""Kaplan–Yorke dimension, :math:`k + \sum_{i \le k} \lambda_i / |\lambda_{k+1}|`; NaN if too few exponents."""
        sums = np.cumsum(self.values)
        if self.values[0] < 0:
            return 0.0
        below = np.flatnonzero(sums < 0)
        if not below.size:
            return float("nan")
        k = below[0]
        return float(k + sums[k - 1] / abs(self.values[k]))


@known_keywords
def lyapunov_spectrum(
    network: Network,
    count: int | None = None,
    duration: float = 200.0,
    dt: float = 0.1,
    scheme: str = "rk4",
    *,
    discard: float = 100.0,
    interval: float = 1.0,
    initial_state: np.ndarray | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> LyapunovSpectrum:
    r"""Lyapunov spectrum of an autonomous network along one trajectory.

    Evolves `count` tangent vectors with the exact derivative of each discrete step and makes them orthonormal
    again every `interval`; the mean logarithm of the i-th diagonal entry of R, per time, is the i-th exponent
    (Benettin et al. 1980; Engelken, Wolf & Abbott 2023).

    Parameters
    ----------
    network : Network
        Without input.
    count : int, optional
        How many exponents, largest first; default: all, one for each variable of each unit.
    duration : float
        Time averaged over, in the unit of the neuron's time constants; 200 time constants give about two digits.
        A tenth more is spent on the alignment of the vectors.
    dt, scheme
        The exponents are those of the discrete step: Euler at dt = 0.1 has a largest exponent that is a few per
        cent below that of the flow, RK4 one that is indistinguishable.
    discard : float
        Time before it, from the initial state to the attractor.
    interval : float
        Time between two orthonormalisations, rounded to whole steps. Anything up to about two time constants
        gives the same.
    initial_state : ndarray, shape (units,) or (units, variables), optional
        Default: as in `simulate`.
    threads, progress
        As in `simulate`.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the initial state and of the first tangent vectors.

    Returns
    -------
    LyapunovSpectrum

    Notes
    -----
    Cost: a step costs `count` times a step of the network; an orthonormalisation 2 units count² operations.

    Exact for linear networks: the real parts of the eigenvalues of -1 + W. For tanh units without
    self-connections the mean of the whole spectrum is -1/tau exactly.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=20, rng=0)
    >>> spectrum = ns.analysis.lyapunov_spectrum(network, count=3, duration=50.0, rng=1)
    >>> bool(spectrum.values[0] < 0)
    True
    """
    if not isinstance(network, Network):
        raise ParameterError(f"network = {network!r} is no Network; make one with ns.Network(...).")
    most = network.size * len(network.neuron.variables())
    count = most if count is None else whole_number("count", count)
    if count > most:
        raise ParameterError(
            f"count = {count} exceeds the {most} dimensions of the network; take at most {most}."
        )
    dt, duration = positive("dt", dt), positive("duration", duration)
    every = max(1, round(positive("interval", interval) / dt))
    intervals = max(1, round(duration / (every * dt)))
    seed = seed_sequence(rng)
    tangent = Tangent(network, count, dt, scheme_named(scheme), threads_available(threads))
    tangent.state = _attractor_state(network, discard, dt, scheme, initial_state, child(seed, "trajectory"))
    tangent.vectors = _random_frame(most, count, np.random.default_rng(child(seed, "tangent vectors")))
    alignment = max(1, round(ALIGNMENT * intervals))
    growth = np.empty((intervals, count))
    with progress_bar(alignment + intervals, "Lyapunov exponents", "interval", progress) as bar:
        for k in range(-alignment, intervals):
            tangent.advance(every)
            logarithms = _growth(tangent, every * dt)
            if k >= 0:
                growth[k] = logarithms / (every * dt)
            bar.update(1)
    order = np.argsort(-growth.mean(axis=0), kind="stable")
    growth = growth[:, order]
    return LyapunovSpectrum(
        values=growth.mean(axis=0),
        standard_errors=_standard_errors(growth),
        growth=growth,
        interval=every * dt,
        duration=intervals * every * dt,
        dt=dt,
        scheme=scheme_named(scheme).name,
    )


def _attractor_state(
    network: Network, discard: float, dt: float, scheme: str, start: np.ndarray | None, rng: Seed
) -> np.ndarray:
    steps = max(1, round(non_negative("discard", discard) / dt))
    run = simulate(network, steps * dt, dt, scheme, initial_state=start, record=(), rng=rng, progress=False)
    return run.final_state[0]


def _random_frame(rows: int, columns: int, draw: np.random.Generator) -> np.ndarray:
    frame, _ = np.linalg.qr(draw.standard_normal((rows, columns)))
    return frame


def _growth(tangent: Tangent, interval: float) -> np.ndarray:
    """Logarithms of the growth since the last call; the vectors are orthonormal afterwards."""
    stretch = tangent.orthonormalise()
    if not np.isfinite(stretch).all() or not stretch.all():
        raise ParameterError(
            f"the tangent vectors left the finite numbers within interval = {interval:g}; "
            "take a smaller dt or interval."
        )
    return np.log(stretch)


def _standard_errors(growth: np.ndarray, blocks: int = 10) -> np.ndarray:
    if len(growth) < 2 * blocks:
        return np.full(growth.shape[1], np.nan)
    means = np.array([block.mean(axis=0) for block in np.array_split(growth, blocks)])
    return means.std(axis=0, ddof=1) / np.sqrt(blocks)

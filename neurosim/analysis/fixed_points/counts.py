"""Number of fixed points of several networks of one ensemble, beside their largest Lyapunov exponent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurosim.analysis.fixed_points.fixed_points import fixed_points
from neurosim.analysis.lyapunov.spectrum import lyapunov_spectrum
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import check_keywords, entries

__all__ = ["FixedPointCounts", "fixed_point_counts"]


@dataclass(frozen=True, eq=False)
class FixedPointCounts(Result, complexity="1/unit", standard_error="1/unit", exponents="1/time"):
    r"""Fixed points of several networks of one size.

    Attributes
    ----------
    counts : ndarray of int, shape (networks,)
        Fixed points that were found: at least that many, and exactly where the list is proved complete.
    estimates : ndarray, shape (networks,)
        Number with those that no start reached, as the points that were reached once or twice suggest (Chao 1984):
        :math:`n + f_1 (f_1 - 1) / (2 (f_2 + 1))`. Where the list is proved complete: the count.
    exponents : ndarray, shape (networks,)
        Largest Lyapunov exponent of each.
    size : int
        N.
    """

    counts: np.ndarray
    estimates: np.ndarray
    exponents: np.ndarray
    size: int

    @property
    def complexity(self) -> float:
        """Logarithm of the mean number per unit, ln(mean) / N."""
        return float(np.log(self.counts.mean()) / self.size)

    @property
    def standard_error(self) -> float:
        """Of the complexity, over networks."""
        relative = self.counts.std(ddof=1) / (self.counts.mean() * np.sqrt(self.counts.size))
        return float(relative / self.size)


@check_keywords
def fixed_point_counts(
    networks: Sequence[Network],
    starts: int = 1000,
    *,
    duration: float | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> FixedPointCounts:
    r"""Number of fixed points and largest Lyapunov exponent of several networks of one ensemble.

    Near the onset of chaos both grow with the gain; see `neurosim.theory.fixed_point_complexity`, which predicts the
    mean number, :math:`e^{N \Sigma}`, of large networks.

    Parameters
    ----------
    networks : sequence of Network
        Two or more of the same size, usually of the same gain.
    starts : int, optional
        Starts of the search in each network; see `neurosim.analysis.fixed_points`.
    duration : float, optional
        Of the measurement of each exponent; see `neurosim.analysis.lyapunov_spectrum`.
    threads, progress
        As in `neurosim.simulate`.
    rng : int, SeedSequence, Generator or None
        Seed of the starts.

    Returns
    -------
    FixedPointCounts

    Notes
    -----
    A search finds points, it does not prove that there are no others: `FixedPointCounts.estimates` well above the
    counts ask for more starts. The mean number of small networks is larger than :math:`e^{N \Sigma}` by a factor that
    does not grow with N, silence included, so compare slopes of its logarithm by N.

    References
    ----------
    G. Wainrib, J. Touboul, Phys. Rev. Lett. 110, 118101 (2013). A. Chao, Scand. J. Stat. 11, 265 (1984).

    Examples
    --------
    >>> import neurosim as ns
    >>> quiet = [ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), size=5, rng=k) for k in range(3)]
    >>> ns.analysis.fixed_point_counts(quiet, starts=20, rng=0).counts
    array([1, 1, 1])
    """
    networks = [require_network(each) for each in entries("networks", networks, "give several networks")]
    sizes = {each.size for each in networks}
    if len(networks) < 2 or len(sizes) > 1:
        raise ParameterError(
            f"networks must be two or more of one size (got {len(networks)} of the sizes {sorted(sizes)}); try "
            f"[ns.Network(..., rng=k) for k in range(10)]."
        )
    found = []
    with progress_bar(len(networks), "fixed points", "network", progress) as bar:
        for k, network in enumerate(networks):
            seed = child(seed_sequence(rng), f"network {k}")
            points = fixed_points(network, starts=starts, threads=threads, progress=False, rng=seed)
            spectrum = lyapunov_spectrum(network, 1, duration, threads=threads, progress=False, rng=seed)
            estimate = float(len(points)) if points.complete else _estimate(points.counts)
            found.append((len(points), estimate, float(spectrum.values[0])))
            bar.update(1)
    counts, estimates, exponents = map(np.array, zip(*found, strict=True))
    return FixedPointCounts(counts, estimates, exponents, sizes.pop())


def _estimate(counts: np.ndarray) -> float:
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return len(counts) + once * (once - 1) / (2.0 * (twice + 1))

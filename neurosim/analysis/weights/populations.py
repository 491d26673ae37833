"""Populations of units of a low-rank network, by a mixture of normal distributions of their loadings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.weights.mixture_fit import Fit, fit_mixture, parameter_count
from neurosim.blas import one_blas_thread
from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
from neurosim.errors import ParameterError
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.results.result import Result
from neurosim.theory.loadings import columns_of, loadings_of, network_of
from neurosim.validation import check_keywords, whole_number

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Populations", "populations"]


@dataclass(frozen=True, eq=False)
class Populations(Result):
    """Populations of units in the space of their loadings.

    Attributes
    ----------
    network : Network
    names : tuple of str
        Of the loadings: ``m_0, ..., n_0, ...``, the input channels, the output channels (readout weights times the
        number of units), and ``bias`` where there is one.
    loadings : ndarray, shape (units, loadings)
    mixture : GaussianMixtureLowRank
        Shares, means and covariances of the populations, the largest first.
    labels : ndarray of int, shape (units,)
        Most probable population of each unit.
    probabilities : ndarray, shape (units, populations)
    bic : dict of int to float
        Bayesian information criterion for each number of populations that was fitted; the smallest was chosen.
    log_likelihood : float
    agreeing : dict of int to int
        Starts of the fit that ended in the best maximum found, for each number of populations. Where it is one, a
        better one may exist: try more starts.
    """

    network: Network
    names: tuple[str, ...]
    loadings: np.ndarray
    mixture: GaussianMixtureLowRank
    labels: np.ndarray
    probabilities: np.ndarray
    bic: dict[int, float]
    log_likelihood: float
    agreeing: dict[int, int]

    @property
    def count(self) -> int:
        """Number of populations."""
        return self.mixture.populations

    def members(self, population: int) -> np.ndarray:
        """Units of one population, by index."""
        return np.flatnonzero(self.labels == population)

    def draw(self, size: int | None = None, *, matched: bool = False, rng: Seed = None) -> Network:
        """Network of units that are drawn anew from the populations; its `connectivity` is the mixture.

        Parameters
        ----------
        size : int, optional
            Number of units. Default: that of the network.
        matched : bool, optional
            Whether shares, means and covariances of the units are exactly those of the mixture; see
            `GaussianMixtureLowRank`. Otherwise overlaps of the vectors fluctuate by 1/√size.
        rng : int, SeedSequence, Generator or None, optional

        Returns
        -------
        Network
            With the neuron, channels, readout bias and stepping of the original.
        """
        size = self.network.size if size is None else whole_number("size", size)
        seed = seed_sequence(rng)
        mixture = self.mixture.replace(matched=matched)
        values = mixture.loadings(size, np.random.default_rng(child(seed, "weights")))
        drawn = network_of(self.network, values)
        return drawn.replace(recurrent=drawn.recurrent, connectivity=mixture, seed=seed)


@check_keywords
@one_blas_thread()
def populations(
    network: Network, counts: int | Iterable[int] = range(1, 6), *, starts: int = 20, rng: Seed = None
) -> Populations:
    r"""Find populations of units in a low-rank network: a mixture of normal distributions of their loadings.

    A unit has the loadings :math:`(m_1, ..., n_1, ...)`, its input weights, its readout weights times N, and its bias
    if the network has any. Mixtures are fitted by expectation and maximization; their number of populations is that of
    the smallest Bayesian information criterion :math:`-2 \ln L + k \ln N`, with k parameters.

    Parameters
    ----------
    network : Network
        Of low rank without a full-rank part, untrained or trained.
    counts : int or iterable of int, optional
        Numbers of populations to try. Default: 1 to 5, those that have fewer parameters than there are units.
    starts : int, optional
        Starts of the fit for each number, beside those that split a population of the fit with one less.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Populations

    Raises
    ------
    ParameterError
        When the network is not of low rank, or a mixture would have more parameters than the network has units.

    Notes
    -----
    The criterion asks how many distributions the loadings have, not how many a computation needs: see
    `resampling_accuracy`. With loadings that are not normal it goes up with the number of units. The result does not
    depend on the scale of loadings, nor on which of many equivalent factors W has. About 3 s for 500 units of rank two.

    References
    ----------
    A. Dubreuil, A. Valente, M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022), by variational
    inference; number of components: G. Schwarz, Ann. Stat. 6, 461 (1978).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> apart = ns.connectivity.GaussianMixtureLowRank([0.7, 0.3], [[0.0, 0.0], [4.0, 2.0]], [np.eye(2)] * 2)
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), apart, size=400, rng=0)
    >>> found = ns.analysis.populations(network, rng=1)
    >>> found.count, found.mixture.weights.round(1)
    (2, array([0.7, 0.3]))
    """
    values, starts = loadings_of(network), whole_number("starts", starts)
    tried = _counts(counts, *values.shape)
    seed = seed_sequence(rng)
    fits: dict[int, Fit] = {}
    for count in tried:
        found = fit_mixture(values, count, starts, stream(seed, f"{count} populations"))
        if found is not None:
            fits[count] = found
    if not fits:
        raise ParameterError(
            f"counts must allow a fit in which no population vanishes (got {tried} for {len(values)} units); try fewer "
            f"populations, or more starts."
        )
    size = len(values)
    bic = {
        count: parameter_count(count, fit.dimension) * float(np.log(size)) - 2.0 * fit.log_likelihood
        for count, fit in fits.items()
    }
    best = fits[min(bic, key=lambda count: bic[count])]
    return Populations(
        network,
        _names(network),
        values,
        GaussianMixtureLowRank(best.weights, best.means, best.covariances, network.recurrent.rank),
        best.probabilities.argmax(axis=1),
        best.probabilities,
        bic,
        best.log_likelihood,
        {count: fit.agreeing for count, fit in fits.items()},
    )


def _counts(counts: int | Iterable[int], units: int, loadings: int) -> list[int]:
    """Numbers of populations, checked; of a range only those that have fewer parameters than there are units."""
    given = [counts] if isinstance(counts, (int, np.integer)) else list(counts)
    if not given:
        raise ParameterError("counts must have at least one number of populations (got none); try (1, 2, 3).")
    tried = [whole_number("counts", count) for count in given]
    possible = [count for count in tried if parameter_count(count, loadings) < units]
    if not possible or (len(possible) < len(tried) and not isinstance(counts, range)):
        largest = max(tried) if possible else min(tried)
        raise ParameterError(
            f"network must have more units than a mixture has parameters, {parameter_count(largest, loadings)} for "
            f"{largest} population{'s' * (largest > 1)} in {loadings} loadings (got {units} units); try fewer "
            f"populations, fewer channels or a larger network."
        )
    return possible


def _names(network: Network) -> tuple[str, ...]:
    columns = columns_of(network)
    pairs = [f"{vector}_{k}" for vector in "mn" for k in range(columns.rank)]
    return (*pairs, *network.input_names, *network.output_names, *["bias"] * columns.bias)

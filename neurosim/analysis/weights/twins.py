"""Twins (surrogate networks): random networks that match a trained one in a chosen respect."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.weights.twin_comparison import TwinComparison, numbers_by_name
from neurosim.analysis.weights.weight_change import weight_change
from neurosim.connectivity.operator import Operator
from neurosim.errors import InterruptionWarning, NeurosimError, ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_network, require_undelayed
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.training import Training
from neurosim.validation import entries, one_of, whole_number

if TYPE_CHECKING:
    from numpy.random import Generator, SeedSequence

    from neurosim.connectivity.base import Connectivity

__all__ = ["Twins", "twins"]


@dataclass(frozen=True, eq=False)
class Twins(Result):
    """Twins (surrogates) of one network, each drawn when it is used.

    Attributes
    ----------
    network : Network
        The network that they match.
    initial : Network
        The network before training; `network` if it was not given.
    kinds : tuple of str
    count : int
        Twins of each kind.
    low_rank : Operator or None
        Part of the change by training that twins of the kind "low_rank_only" share.
    seed : SeedSequence
    """

    network: Network
    initial: Network
    kinds: tuple[str, ...]
    count: int
    low_rank: Operator | None
    seed: SeedSequence

    def networks(self, kind: str) -> Iterator[Network]:
        """Draw the twins of one kind, one after the other; the same ones in every call."""
        one_of("kind", kind, self.kinds)
        for k in range(self.count):
            yield KINDS[kind](self, np.random.default_rng(child(self.seed, f"{kind} {k}")))

    def compare(
        self, analysis: Callable[[Network], Any], *, level: float = 0.95, progress: bool | None = None
    ) -> TwinComparison:
        """Compare the network with its twins by any analysis.

        Parameters
        ----------
        analysis : callable
            Takes a network and returns a number, a sequence of numbers, or numbers by name. It must give the same
            result each time: pass seeds to what draws random numbers in it.
        level : float, optional
            Share of the twins that the interval of the report holds.
        progress : bool, optional
            As in `neurosim.simulate`.

        Returns
        -------
        TwinComparison
            On Ctrl-C, of the twins that are done, with an `InterruptionWarning`.

        Raises
        ------
        ParameterError
            When the analysis returns anything but finite numbers, or fails for every twin of a kind. Failures for some
            twins are listed in the result.
        """
        names, measured = numbers_by_name(analysis(self.network))
        rows: dict[str, list[np.ndarray]] = {}
        failures: dict[str, list[str]] = {}
        with progress_bar(len(self.kinds) * self.count, "twins", "network", progress) as bar:
            try:
                for kind in self.kinds:
                    rows[kind], failures[kind] = [], []
                    for network in self.networks(kind):
                        try:
                            rows[kind].append(_matching_numbers(names, analysis(network)))
                        except (NeurosimError, np.linalg.LinAlgError) as error:
                            failures[kind].append(str(error))
                        bar.update(1)
                    if not rows[kind]:
                        raise ParameterError(
                            f"analysis fails for every twin of kind {kind!r}: {failures[kind][0]}"
                        )
            except KeyboardInterrupt:
                rows = _partial_results(rows, self.count * len(self.kinds))
        values = {kind: np.array(numbers) for kind, numbers in rows.items()}
        return TwinComparison(
            names, measured, values, {kind: tuple(failures[kind]) for kind in values}, level
        )


def _partial_results(rows: dict[str, list[np.ndarray]], asked: int) -> dict[str, list[np.ndarray]]:
    """Numbers found before Ctrl-C, by kinds that have any; raise the interruption again if there are none."""
    kept = {kind: numbers for kind, numbers in rows.items() if numbers}
    if not kept:
        raise KeyboardInterrupt
    done = sum(map(len, kept.values()))
    warnings.warn(
        f"stopped by Ctrl-C after {done} of {asked} twins; the comparison is with these.",
        InterruptionWarning,
        stacklevel=3,
    )
    return kept


def _matching_numbers(names: tuple[str, ...], result: Any) -> np.ndarray:
    found, numbers = numbers_by_name(result)
    if found != names:
        raise ParameterError(
            f"analysis must return the same numbers for every network (got {', '.join(found)} for a twin, "
            f"{', '.join(names)} for the network)."
        )
    return numbers


def twins(
    trained: Network | Training,
    kinds: Sequence[str] = ("shuffled", "same_spectrum"),
    count: int = 50,
    rng: Seed = None,
    *,
    initial: Network | None = None,
    rank: int | None = None,
) -> Twins:
    r"""Twins (surrogates) of a network: random networks that match it in a chosen respect.

    ==================  =====================================================  =================================
    kind                recurrent weights                                      same as in the network
    ==================  =====================================================  =================================
    ``initial``         redrawn as the initial network declares                everything before training
    ``shuffled``        the same, in another order                             the distribution of the weights
    ``same_spectrum``   :math:`Q W Q^T` with a random rotation Q               eigenvalues, singular values,
                                                                               non-normality
    ``low_rank_only``   redrawn, plus the leading part of the change           the learned low-rank structure
    ==================  =====================================================  =================================

    Twins of the kind ``initial`` have the input weights, bias and readout of the initial network, all others those of
    the trained one.

    Parameters
    ----------
    trained : Network or Training
    kinds : sequence of str, optional
    count : int, optional
        Twins of each kind. A p-value is at least 2 / (count + 1).
    rng : int, SeedSequence, Generator or None, optional
    initial : Network, optional
        The network before training, whose connectivity is declared; needed by ``initial`` and ``low_rank_only``.
        Default: the start of a Training; else the network itself, as an untrained one. For imported weights, declare
        their distribution before training: ``initial=network.replace(connectivity=ns.Orthogonal())``.
    rank : int, optional
        Rank of the part of the change that ``low_rank_only`` keeps. Default: the participation ratio of its singular
        values, rounded up.

    Returns
    -------
    Twins

    Raises
    ------
    ParameterError, UnknownNameError, ShapeError
        When a kind is unknown or lacks the initial connectivity, or the networks have different sizes.

    Notes
    -----
    The null hypothesis of a p-value is that the network is one of the twins. For an untrained network it is uniform if
    the twins have the distribution of the network: always for ``initial``; for ``shuffled`` if the weights are
    independent and identically distributed, with the diagonal apart; for ``same_spectrum`` if they are Gaussian or
    orthogonal. Shuffling breaks constraints of sign, such as Dale's law; it keeps the pattern of connections, which
    ``same_spectrum`` does not.

    Costs units² for each twin; 4 units³ for ``same_spectrum``.

    References
    ----------
    p-values: B. Phipson, G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010). Learned low-rank structure: F.
    Schuessler, F. Mastrogiuseppe, A. Dubreuil, S. Ostojic, O. Barak, NeurIPS 33, 13352 (2020).

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=30, rng=0)
    >>> twins = ns.analysis.twins(network, ["initial", "shuffled"], count=20, rng=1)
    >>> report = twins.compare(lambda twin: ns.analysis.spectrum(twin).radius)
    >>> bool(report.p_values["initial"][0] > 0.05)
    True
    """
    network = trained.network if isinstance(trained, Training) else trained
    require_undelayed(network, "analysis.twins", "trained")
    chosen = tuple(
        one_of("kinds", kind, KINDS) for kind in entries("kinds", kinds, f"try some of {', '.join(KINDS)}")
    )
    if not chosen:
        raise ParameterError(f"kinds must not be empty; try some of {', '.join(KINDS)}.")
    if initial is None:
        initial = trained.start if isinstance(trained, Training) else network
    if require_network(initial, "initial").size != network.size:
        raise ShapeError(f"initial must have {network.size} units, as trained (got {initial.size}).")
    drawn_again = {"initial", "low_rank_only"} & set(chosen)
    if drawn_again and initial.connectivity is None:
        raise ParameterError(
            f"initial must declare its connectivity for kinds = {sorted(drawn_again)}, which redraw its weights (got "
            f"none); try initial=network.replace(connectivity=...)."
        )
    low_rank = _low_rank(initial, network, rank) if "low_rank_only" in chosen else None
    return Twins(network, initial, chosen, whole_number("count", count), low_rank, seed_sequence(rng))


def _low_rank(before: Network, after: Network, rank: int | None) -> Operator | None:
    """Leading part of the change by training; None where nothing changed."""
    if np.array_equal(before.recurrent.dense(), after.recurrent.dense()):
        return None
    change = weight_change(before, after)
    most = len(change.singular_values)
    kept = int(np.ceil(change.participation_ratio - 1e-9)) if rank is None else whole_number("rank", rank)
    if kept > most:
        raise ParameterError(f"rank must be at most {most}, the rank of the change (got {kept}).")
    return Operator(left=change.left[:, :kept] * change.singular_values[:kept], right=change.right[:, :kept])


def _redraw(material: Twins, draw: Generator) -> tuple[Operator, Connectivity]:
    connectivity = material.initial.connectivity
    assert connectivity is not None  # checked when the twins were declared
    return connectivity.build_for(material.network.populations, material.network.size, draw), connectivity


def _redraw_initial(material: Twins, draw: Generator) -> Network:
    operator, connectivity = _redraw(material, draw)
    return material.initial.replace(
        recurrent=operator.astype(material.initial.dtype), connectivity=connectivity
    )


def _redraw_around_low_rank(material: Twins, draw: Generator) -> Network:
    operator, _ = _redraw(material, draw)
    whole = operator if material.low_rank is None else operator + material.low_rank
    if material.network.recurrent.rank == 0 and material.network.recurrent.kind_of_base == "dense":
        # in the form of the trained weights, so that an analysis treats both alike
        whole = Operator(whole.dense(), pattern=None if whole.rank else whole.pattern)
    return material.network.replace(recurrent=whole.astype(material.network.dtype))


def _shuffle(material: Twins, draw: Generator) -> Network:
    operator = material.network.recurrent
    if operator.kind_of_base == "sparse" and operator.rank == 0:
        base: Any = operator.base
        return material.network.replace(recurrent=operator.with_weights(draw.permutation(base.data)))
    weights = operator.dense()
    own = np.eye(operator.size, dtype=bool)
    pattern = None if operator.rank else operator.pattern
    exists = np.ones_like(own) if pattern is None else pattern
    for places in (own & exists, ~own & exists):
        weights[places] = draw.permutation(weights[places])
    return material.network.replace(recurrent=Operator(weights, pattern=pattern))


def _rotate(material: Twins, draw: Generator) -> Network:
    size = material.network.size
    rotation, triangle = np.linalg.qr(draw.standard_normal((size, size)))
    # with these signs, rotations are uniformly distributed (Mezzadri 2007)
    rotation *= np.where(np.diag(triangle) < 0.0, -1.0, 1.0)
    weights = rotation @ material.network.recurrent.dense() @ rotation.T
    return material.network.replace(recurrent=Operator(weights.astype(material.network.dtype)))


KINDS: dict[str, Callable[[Twins, Generator], Network]] = {
    "initial": _redraw_initial,
    "shuffled": _shuffle,
    "same_spectrum": _rotate,
    "low_rank_only": _redraw_around_low_rank,
}
"""Kinds of twins, by name."""

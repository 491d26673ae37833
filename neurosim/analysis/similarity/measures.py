"""What can be compared: one measure for each kind of similarity."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from neurosim.analysis.activity.principal_components import leading_directions
from neurosim.analysis.similarity.attractor_graphs import AttractorGraph, attractor_graph, graph_distance
from neurosim.analysis.similarity.canonical import canonical_angle, whiten
from neurosim.analysis.similarity.eigenvalue_matching import matching_cost
from neurosim.analysis.similarity.hard_threshold import suggested_delays
from neurosim.analysis.similarity.kernel_alignment import linear_cka_of_centered, unbiased_cka_of_centered
from neurosim.analysis.similarity.operators import delay_operator, delay_rank
from neurosim.analysis.similarity.permutation import permutation_match
from neurosim.analysis.similarity.procrustes import procrustes_distances
from neurosim.analysis.similarity.samples import center_samples
from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.progress import Progress
from neurosim.validation import non_negative, positive, whole_number

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["MEASURES", "Measure", "missing_pairs"]

AUTO = "auto"
"""Value of a setting that is found from the activity."""
PAIRS = 128
"""Pairs of operators that are compared at once."""
WINDOW = 20
"""Delays from which the search for enough of them begins."""


def missing_pairs(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose distance is NaN, each once, by the indices of both."""
    i, j = np.nonzero(np.triu(np.isnan(distances), 1))
    return i, j


class Measure(Declaration, ABC):
    """Distance between solutions, from features of each of them.

    Subclass it, decorate with ``@dataclass(frozen=True)``, and say in `of` what the features are taken from.
    """

    of: ClassVar[str] = "activity"

    @abstractmethod
    def features(self, subject: Any) -> Any:
        """Features of one solution, from its activity (trials, samples, units) or from its network."""

    @abstractmethod
    def distance(self, first: Any, second: Any) -> float:
        """Distance between two solutions, from their features."""

    def require_comparable(self, features: Sequence[Any]) -> None:
        """Raise where features cannot be compared with each other."""

    def fit(self, subjects: Sequence[Any]) -> Self:  # noqa: ARG002
        """Measure whose settings are numbers, where some were to be found from all subjects."""
        return self

    def fill(self, distances: np.ndarray, features: Sequence[Any], bar: Progress) -> None:
        """Put those distances that are NaN into a symmetric matrix, in place, one after the other."""
        for i, j in zip(*missing_pairs(distances), strict=True):
            distances[i, j] = distances[j, i] = self.distance(features[i], features[j])
            bar.update(1)


@dataclass(frozen=True)
class Dynamics(Measure):
    """Procrustes angle between operators that advance delay-embedded activity; see `procrustes_distance`."""

    delays: int | str = 20
    rank: int | str = 15
    ridge: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("delays", "rank"):
            value = getattr(self, name)
            if isinstance(value, str) and value != AUTO:
                raise ParameterError(f"{name} must be a whole number or {AUTO!r} (got {value!r}).")
            if value != AUTO:
                whole_number(name, value)
        non_negative("ridge", self.ridge)

    def fit(self, subjects: Sequence[np.ndarray]) -> Self:
        """Measure with the delays and the rank that resolve every subject."""
        if self.delays == AUTO:
            delays = max(_suggest_delays(subject) for subject in subjects)
            return self.replace(delays=min(delays, *map(_most_delays, subjects))).fit(subjects)
        if self.rank == AUTO:
            return self.replace(rank=max(delay_rank(subject, int(self.delays)) for subject in subjects))
        return self

    def features(self, subject: np.ndarray) -> np.ndarray:
        """Operator that advances the delay-embedded activity by a sample, shape (rank, rank)."""
        return delay_operator(subject, int(self.delays), int(self.rank), self.ridge)

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Procrustes angle between two operators."""
        return float(procrustes_distances([first], [second])[0])

    def fill(self, distances: np.ndarray, features: Sequence[np.ndarray], bar: Progress) -> None:
        """Procrustes angles of the missing pairs, many at a time."""
        rows, columns = missing_pairs(distances)
        for begin in range(0, len(rows), PAIRS):
            i, j = rows[begin : begin + PAIRS], columns[begin : begin + PAIRS]
            found = procrustes_distances([features[k] for k in i], [features[k] for k in j])
            distances[i, j] = distances[j, i] = found
            bar.update(len(i))


@dataclass(frozen=True)
class DynamicsEigenvalues(Dynamics):
    """2-Wasserstein distance between the eigenvalues of the operators of `Dynamics`; see `matching_cost`."""

    def features(self, subject: np.ndarray) -> np.ndarray:
        """Eigenvalues of the operator, shape (rank,)."""
        return np.linalg.eigvals(super().features(subject))

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """2-Wasserstein distance between two sets of eigenvalues; the smaller set is padded with zeros."""
        rank = max(len(first), len(second))
        padded = [np.pad(values, (0, rank - len(values))) for values in (first, second)]
        return float(np.sqrt(matching_cost(*padded)))

    fill = Measure.fill


@dataclass(frozen=True)
class SimultaneousActivity(Measure, ABC):
    """Base of measures that need the same samples of the same trials."""

    def features(self, subject: np.ndarray) -> np.ndarray:
        """Samples of all trials without their mean, shape (samples, units)."""
        return center_samples("activity", subject)

    def require_comparable(self, features: Sequence[np.ndarray]) -> None:
        """Raise unless all have as many samples."""
        counts = sorted({len(samples) for samples in features})
        if len(counts) > 1:
            raise ShapeError(
                f"{type(self).__name__} needs the same samples of the same trials (got {counts} samples); record all "
                f"at the same times, or compare kind='dynamics', which does not need it."
            )


@dataclass(frozen=True)
class LinearAlignment(SimultaneousActivity):
    """Angle arccos(CKA) between activities, a metric (Williams et al. 2021); see `linear_cka`."""

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Angle arccos(CKA) between two sets of centered samples."""
        return float(np.arccos(np.clip(linear_cka_of_centered(first, second), -1.0, 1.0)))


@dataclass(frozen=True)
class UnbiasedAlignment(SimultaneousActivity):
    """Angle arccos(CKA) with an unbiased estimate of CKA; see `unbiased_cka`."""

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Angle arccos(CKA) between two sets of centered samples, CKA estimated without bias."""
        return float(np.arccos(np.clip(unbiased_cka_of_centered(first, second), -1.0, 1.0)))


@dataclass(frozen=True)
class CanonicalCorrelation(SimultaneousActivity):
    """Angle of the mean canonical correlation between leading principal components; see `canonical_angle`."""

    variance: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        if positive("variance", self.variance) > 1.0:
            raise ParameterError(f"variance must be a share of at most 1 (got {self.variance!r}).")

    def features(self, subject: np.ndarray) -> np.ndarray:
        """Whitened leading principal components, shape (samples, components)."""
        return whiten(super().features(subject), self.variance)

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Angle of the mean canonical correlation between two sets of components."""
        return canonical_angle(first, second)


@dataclass(frozen=True)
class Subspaces(Measure):
    """Root mean square of the principal angles between leading subspaces of the activity of the same units."""

    count: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("count", self.count)

    def features(self, subject: np.ndarray) -> np.ndarray:
        """Orthonormal basis of the leading subspace, shape (units, count)."""
        samples = center_samples("activity", subject)
        if self.count > min(samples.shape):
            raise ParameterError(
                f"count must be at most the {min(samples.shape)} dimensions of the activity (got {self.count})."
            )
        vectors, variances = leading_directions(samples, self.count)
        if variances[-1] <= 1e-15 * variances[0]:
            raise ParameterError(
                f"count must be at most the dimensions of the activity (got {self.count}); ask for fewer."
            )
        return vectors

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Root mean square of the principal angles between two subspaces."""
        from scipy.linalg import subspace_angles

        return float(np.sqrt(np.mean(subspace_angles(first, second) ** 2)))

    def require_comparable(self, features: Sequence[np.ndarray]) -> None:
        """Raise unless all have as many units."""
        _require_equal_units([len(vectors) for vectors in features], "principal_angles")


@dataclass(frozen=True)
class WeightEigenvalues(Measure):
    """2-Wasserstein distance between the eigenvalues of the recurrent weights; see `matching_cost`."""

    of: ClassVar[str] = "network"

    def features(self, subject: Network) -> np.ndarray:
        """Eigenvalues of the recurrent weights, shape (units,)."""
        return subject.recurrent.eigenvalues()

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """2-Wasserstein distance between two sets of eigenvalues."""
        return float(np.sqrt(max(matching_cost(first, second), 0.0)))


@dataclass(frozen=True)
class Weights(Measure):
    """Angle between recurrent weights under the best order of the units that is found; see `permutation_match`."""

    of: ClassVar[str] = "network"

    def features(self, subject: Network) -> np.ndarray:
        """Recurrent weights, shape (units, units)."""
        return subject.recurrent.dense().astype(np.float64)

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Angle between two matrices under the best order of units that is found."""
        return permutation_match(first, second).angle

    def require_comparable(self, features: Sequence[np.ndarray]) -> None:
        """Raise unless all have as many units."""
        _require_equal_units([len(weights) for weights in features], "weights")


@dataclass(frozen=True)
class AttractorGraphs(Measure):
    """Share of the labels of attractors, and of what follows them, that is not common; see `graph_distance`.

    `pulses`, `length`, `starts` and `rng` are those of `attractor_graph`.
    """

    of: ClassVar[str] = "network"

    rounds: int = 2
    pulses: np.ndarray | None = None
    length: Any = None
    starts: int = 50
    rng: Any = None

    def features(self, subject: Network) -> AttractorGraph:
        """Attractors of the network, and which pulse leads from one to which other."""
        options: dict[str, Any] = {"length": self.length, "starts": self.starts, "rng": self.rng}
        return attractor_graph(subject, self.pulses, **options, progress=False)

    def distance(self, first: AttractorGraph, second: AttractorGraph) -> float:
        """Share of the labels of two graphs that is not common."""
        return graph_distance(first, second, self.rounds)


def _most_delays(activity: np.ndarray) -> int:
    """Delays at which trials have about as many windows as samples in each."""
    return (activity.shape[-2] + 1) // 2


def _suggest_delays(activity: np.ndarray) -> int:
    """Delays that resolve the rank of the activity, from a first look with fewer."""
    delays = max(1, min(WINDOW, _most_delays(activity)))
    return suggested_delays(delays, delay_rank(activity, delays), activity.shape[-2])


def _require_equal_units(sizes: Sequence[int], kind: str) -> None:
    if len(set(sizes)) > 1:
        raise ShapeError(
            f"kind={kind!r} needs the same units (got {sorted(set(sizes))} units); compare networks of one size, or "
            f"another kind."
        )


MEASURES: dict[str, type[Measure]] = {
    "attractors": AttractorGraphs,
    "cca": CanonicalCorrelation,
    "cka": LinearAlignment,
    "dynamics": Dynamics,
    "dynamics_eigenvalues": DynamicsEigenvalues,
    "principal_angles": Subspaces,
    "unbiased_cka": UnbiasedAlignment,
    "weight_eigenvalues": WeightEigenvalues,
    "weights": Weights,
}
"""Measures by the name of their kind."""

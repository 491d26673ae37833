"""Results of a search for fixed points: the points, their stability, and their certificates."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.delays.linearization import without_delays
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.linear_regions.results import number_found
from neurosim.analysis.stability import (
    MARGINAL,
    growth_and_frequency,
    growth_in_map,
    growth_signs,
    name_in_flow,
    name_in_map,
)
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.results.result import Result
from neurosim.state_layout import variables_first
from neurosim.validation import positive

__all__ = ["Candidates", "FixedPoints"]


@dataclass(frozen=True, eq=False)
class Candidates(Result, speeds="state/time"):
    """States at which starts of a search ended that are not fixed points.

    Attributes
    ----------
    states : ndarray, shape (points, units) or (points, units, variables)
    speeds : ndarray, shape (points,)
        ‖F‖, in units of the state per time.
    counts : ndarray of int, shape (points,)
        How many starts ended there.
    """

    states: np.ndarray
    speeds: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.speeds)


@dataclass(frozen=True, eq=False)
class FixedPoints(
    Result,
    speeds="state/time",
    eigenvalues="1/time",
    tolerance="state/time",
    slow_speed="state/time",
    dt="time",
):
    r"""Fixed points of a network under one constant input: the most stable first.

    They are those of the dynamics without noise. Stability is that of the system as it is stepped: of the Euler map
    with step `dt`, or of the flow where that is None. A fixed point of one is a fixed point of the other.

    Attributes
    ----------
    network : Network or System
    inputs : ndarray, shape (channels,)
    states : ndarray, shape (points, units) or (points, units, variables)
    speeds : ndarray, shape (points,)
        ‖F‖, in units of the state per time.
    eigenvalues : ndarray of complex, shape (points, units variables)
        Of the Jacobian J, in 1/time, by descending real part. Of a network with delays, shape (points, roots), the
        rightmost characteristic roots, all that grow among them: see `characteristic_roots`.
    radii : ndarray, shape (points,)
        Newton–Kantorovich radius: exactly one fixed point lies within that distance. NaN where the point is not
        certified.
    reasons : tuple of str
        Why a radius is NaN; empty where it is not.
    counts : ndarray of int, shape (points,)
        How many starts ended at each; 0 where a point is known from `all_fixed_points` alone.
    distances : ndarray, shape (points,)
        Root mean square distance to the nearest start: a point far from all activity may be irrelevant to it.
    slow : Candidates
        Slow points: minima of the speed that are not fixed points, but slower than `slow_speed`.
    saturated : Candidates
        States with a speed below `tolerance` at which a gate is closed so far that some variable depends on nothing any
        more: F approaches zero there with the distance, without a zero nearby.
    unconverged : Candidates
        Where the other starts were when the search ended.
    tolerance, slow_speed, separation : float
        Largest ‖F‖ of a fixed point (or its rounding error, where that is more) and of a slow point; root mean square
        distance below which two points are one.
    dt : float or None
        Step of the Euler map: that of `Network.stepping` where its scheme is Euler's, or of `System.step`. None: the
        flow.
    status : {"complete", "found"}
        Whether these are all fixed points, as proved by `all_fixed_points`, or those that were found.
    """

    network: Any
    inputs: np.ndarray
    states: np.ndarray
    speeds: np.ndarray
    eigenvalues: np.ndarray
    radii: np.ndarray
    reasons: tuple[str, ...]
    counts: np.ndarray
    distances: np.ndarray
    slow: Candidates
    saturated: Candidates
    unconverged: Candidates
    tolerance: float
    slow_speed: float
    separation: float
    dt: float | None = None
    status: str = "found"

    def __len__(self) -> int:
        return len(self.speeds)

    @property
    def complete(self) -> bool:
        """Whether these are all fixed points, up to rounding."""
        return self.status == "complete"

    @property
    def certified(self) -> np.ndarray:
        """Which points are certified, up to rounding, shape (points,)."""
        return np.isfinite(self.radii)

    @property
    def unstable_dimensions(self) -> np.ndarray:
        """Number of growing modes, shape (points,): the index of a saddle. Marginal modes do not count."""
        return (growth_signs(self.eigenvalues, self.dt) > 0).sum(axis=1)

    @property
    def stable(self) -> np.ndarray:
        """Whether all modes decay, none of them marginal, shape (points,)."""
        return np.asarray((growth_signs(self.eigenvalues, self.dt) < 0).all(axis=1))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name of each point, such as ``"saddle of index 1"``; see `neurosim.analysis.stability`."""
        return (
            tuple(name_in_flow(values) for values in self.eigenvalues)
            if self.dt is None
            else self.kinds_in_map()
        )

    @property
    def time_constants(self) -> np.ndarray:
        """Times in which modes decay by e, shape (points, modes): -1 / Re λ, of the map -dt / ln|1 + λ dt|.

        Negative where they grow, infinite where they are marginal.
        """
        growth, _ = growth_and_frequency(self.eigenvalues, self.dt)
        marginal = growth_signs(self.eigenvalues, self.dt) == 0
        return np.where(marginal, np.inf, -1.0 / np.where(marginal, 1.0, growth))

    @property
    def frequencies(self) -> np.ndarray:
        """Frequencies in cycles per time, shape (points, modes): Im λ / 2π, of the map arg(1 + λ dt) / (2π dt)."""
        return growth_and_frequency(self.eigenvalues, self.dt)[1]

    @property
    def reached(self) -> float:
        """Share of the starts that ended at a fixed point."""
        others = (self.slow, self.saturated, self.unconverged)
        total = self.counts.sum() + sum(each.counts.sum() for each in others)
        return float(self.counts.sum() / total)

    @property
    def coverage(self) -> float:
        """Estimated probability that another start which reaches a fixed point reaches one in the list.

        One minus the share of starts that are alone at their point (Good 1953). Points outside of the region from which
        the starts are drawn do not enter. NaN where no start reached a fixed point; 1 where the list
        is complete.
        """
        if self.complete and len(self):
            return 1.0
        reached = self.counts.sum()
        return float(1.0 - (self.counts == 1).sum() / reached) if reached else float("nan")

    def multipliers(self, dt: float | None = None) -> np.ndarray:
        """Eigenvalues 1 + λ dt of the Euler map, by default with its own step, shape (points, modes).

        Stable inside the unit circle. That is stricter than in the flow: a mode that decays and rotates fast grows in a
        long Euler step.
        """
        self._require_undelayed("multipliers")
        step = self.dt if dt is None else positive("dt", dt)
        if step is None:
            raise ParameterError(
                "dt must be given where the points are those of a flow, which has no step (got None); try dt=1.0."
            )
        return 1.0 + step * self.eigenvalues

    def stable_in_map(self, dt: float | None = None) -> np.ndarray:
        """Whether each point is stable under Euler steps, by default of its own step, shape (points,)."""
        return np.asarray((growth_in_map(self.multipliers(dt)) < 0).all(axis=1))

    def kinds_in_map(self, dt: float | None = None) -> tuple[str, ...]:
        """Name of each point of the Euler map, by default with its own step; see `neurosim.analysis.stability`."""
        return tuple(name_in_map(values) for values in self.multipliers(dt))

    def eigenvectors(self, point: int) -> tuple[np.ndarray, np.ndarray]:
        """Right and left eigenvectors of one point as columns, in the order of its eigenvalues.

        Returns
        -------
        right, left : ndarray of complex, shape (units variables, modes)
            Ordered by variable, then by unit. Right ones have norm one, and ``left.conj().T @ right`` is the identity,
            so that ``left[:, k].conj() @ displacement`` is the amplitude of mode k.
        """
        from scipy.linalg import eig

        self._require_undelayed("eigenvectors")
        values, left, right = eig(self.jacobian(point), left=True)
        order = np.lexsort((-values.imag, -values.real))
        left, right = left[:, order], right[:, order]
        return right, left / np.einsum("ik,ik->k", left.conj(), right).conj()

    def selection_vector(self, point: int) -> np.ndarray:
        """Selection vector: left eigenvector of the slowest mode, of norm one.

        The projection of an input pulse on it moves the state along a line attractor; the rest of the pulse decays
        (Mante, Sussillo, Shenoy & Newsome 2013). The slowest mode is the one whose Re λ is nearest to zero.

        Returns
        -------
        ndarray, shape (units variables,)
            Its sign is such that the right eigenvector has its largest entry positive.

        Raises
        ------
        ParameterError
            When the slowest mode rotates, so that there is no single slow direction.
        """
        slowest = int(np.abs(self.eigenvalues[point].real).argmin())
        value = self.eigenvalues[point, slowest]
        if abs(value.imag) > MARGINAL * np.abs(self.eigenvalues[point]).max():
            raise ParameterError(
                f"point must have a slowest mode that does not rotate (got point = {point} with λ = {value:.4g}), "
                f"to have a selection vector; try eigenvectors({point})."
            )
        right, left = (vectors[:, slowest].real for vectors in self.eigenvectors(point))
        return left * np.sign(right[np.abs(right).argmax()]) / np.linalg.norm(left)

    def jacobian(self, point: int) -> np.ndarray:
        """Jacobian of the flow without delays at one point, shape (units variables, units variables)."""
        if not 0 <= point < len(self):
            raise ParameterError(
                f"point must be from 0 to {len(self) - 1}, one of the {len(self)} fixed points (got {point})."
            )
        return self._field.jacobians(self._inside(self.states[[point]]))[0]

    @functools.cached_property
    def outputs(self) -> np.ndarray:
        """Outputs of the readout at each point, shape (points, outputs)."""
        return self._field.outputs(self._inside(self.states))

    @functools.cached_property
    def _field(self) -> VectorField:
        network = self.network
        system = without_delays(network) if isinstance(network, Network) else network
        return as_field(system, self.inputs if self.inputs.size else None)

    def _require_undelayed(self, what: str) -> None:
        if isinstance(self.network, Network):
            require_undelayed(self.network, f"FixedPoints.{what}")

    def _inside(self, states: np.ndarray) -> np.ndarray:
        return variables_first(states, self._field.variables)

    def __repr__(self) -> str:
        names = ", ".join(f"{self.kinds.count(kind)} {kind}" for kind in dict.fromkeys(self.kinds))
        number = number_found(self.status, len(self)) + ": " * bool(names)
        number = number if names or self.complete else "none found"
        system = "" if self.dt is None or not len(self) else f" of the Euler map with dt = {self.dt:g}"
        saturated = f"{len(self.saturated)} saturated states, " if len(self.saturated) else ""
        return (
            f"FixedPoints({number}{names}{system}; {self.certified.sum()} certified, {len(self.slow)} slow points, "
            f"{saturated}{100.0 * self.reached:.3g} % of starts converged)"
        )

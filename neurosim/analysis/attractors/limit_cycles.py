"""Limit cycles of a flow to high precision, stable or unstable, with their Floquet multipliers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from neurosim.analysis.attractors.attractors import attractors
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.stability import MARGINAL
from neurosim.analysis.system import System
from neurosim.errors import InterruptionWarning, ParameterError, ShapeError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed
from neurosim.results.result import Result
from neurosim.schemes import RK4
from neurosim.time_constants import step_or, time_constants
from neurosim.validation import positive, require_memory, whole_number

__all__ = ["LimitCycle", "limit_cycle", "limit_cycles"]

Status = Literal["closed", "lost", "fixed point", "open"]

TOLERANCE = 1e-9
"""Root mean square distance between both ends of a closed orbit, in its amplitudes."""


@dataclass(frozen=True, eq=False)
class LimitCycle(Result, period="time", period_error="time"):
    r"""Closed orbit of the flow.

    Attributes
    ----------
    network : Network or System
    inputs : ndarray, shape (channels,)
    period : float
    period_error : float
        Estimate of the error that the finite steps make in the period, from a run with half as many.
    orbit : ndarray, shape (steps + 1, units) or (steps + 1, units, variables)
        States at equal times; the last is the first again.
    multipliers : ndarray of complex, shape (units variables,)
        Floquet multipliers, by descending modulus: factors by which displacements grow in one period. One of them,
        along the orbit, is 1.
    closure : float
        Root mean square distance between both ends of the orbit.
    status : {"closed", "lost", "fixed point", "open"}
        Closed; or what became of the search: its period left the neighborhood of the guess, the orbit shrank to a fixed
        point, or both ends did not meet.
    reason : str
        The same as a sentence, with what to do; empty where the orbit closes.
    """

    network: Network | System
    inputs: np.ndarray
    period: float
    period_error: float
    orbit: np.ndarray
    multipliers: np.ndarray
    closure: float
    status: Status
    reason: str

    @property
    def converged(self) -> bool:
        """Whether the orbit closes."""
        return self.status == "closed"

    @property
    def trivial(self) -> int:
        """Index of the multiplier of the displacement along the orbit: the one nearest to 1."""
        return int(np.abs(self.multipliers - 1.0).argmin())

    @property
    def stable(self) -> bool:
        """Whether all displacements but the one along the orbit shrink.

        A second multiplier as near to 1 as the error of the trivial one is marginal, and the cycle is not stable.
        """
        others = np.delete(self.multipliers, self.trivial)
        error = max(MARGINAL, float(np.abs(self.multipliers[self.trivial] - 1.0)))
        return bool(self.converged and (np.abs(others) < 1.0 - error).all())

    @property
    def exponents(self) -> np.ndarray:
        """Floquet exponents ln|μ| / period in 1/time: the Lyapunov exponents of the cycle."""
        with np.errstate(divide="ignore"):
            return np.log(np.abs(self.multipliers)) / self.period

    @property
    def amplitude(self) -> float:
        """Root mean square deviation from the mean state."""
        return float(np.sqrt(np.mean((self.orbit[:-1] - self.orbit[:-1].mean(axis=0)) ** 2)))

    def __repr__(self) -> str:
        name = ("stable" if self.stable else "unstable") if self.converged else "not converged"
        return f"LimitCycle({name}, period {self.period:.8g}, amplitude {self.amplitude:.3g})"


def limit_cycle(
    network: Network | System,
    state: np.ndarray,
    period: float,
    inputs: np.ndarray | None = None,
    *,
    steps: int = 400,
    iterations: int = 20,
    threads: int | None = None,
) -> LimitCycle:
    r"""Closed orbit near a state: Newton's method on the map of one period, with the period as an unknown.

    .. math:: (M - 1)\, \delta s + F\, \delta T = s(0) - s(T), \qquad F(s(0))^T \delta s = 0

    M is the exact derivative of the discrete orbit, of RK4 steps of which a whole number make the period. The condition
    keeps the start from sliding along the orbit. Unstable cycles are found as well as stable ones.

    Parameters
    ----------
    network : Network or System
    state : ndarray, shape (units,) or (units, variables)
        Near the cycle, for instance ``attractors(network)[0].orbit[-1]``.
    period : float
        A guess.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: zero.
    steps : int, optional
        RK4 steps in a period. The error falls with their fourth power.
    iterations : int, optional
        Most Newton steps.
    threads : int, optional

    Returns
    -------
    LimitCycle
        Marked where it did not converge.

    Notes
    -----
    A Newton step costs steps × (dimension + 1) × 4 products with the weights.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> ring = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
    >>> cycle = ns.analysis.limit_cycle(ring, np.array([0.5, 0.0, -0.5]), period=3.4)
    >>> cycle.stable, round(cycle.period, 4)
    (True, 3.3751)
    """
    field = as_field(network, inputs)
    start = field.inside(state)
    if start.shape[1] != 1:
        raise ShapeError(f"state must be one state (got shape {np.shape(state)}).")
    steps, period = whole_number("steps", steps, 8), positive("period", period)
    require_memory(16.0 * steps * field.size, f"steps = {steps}: the states of an orbit", "Take fewer steps.")
    shooting = _Shooting(field, threads_available(threads))
    coarse = shooting.close(start, period, steps // 2, iterations)
    fine = shooting.close(coarse.state, coarse.period, steps, iterations) if coarse.period > 0 else coarse
    multipliers = _multipliers(fine.monodromy)
    orbit = field.outside(fine.orbit)
    gap = float(np.sqrt(np.mean((orbit[-1] - orbit[0]) ** 2)))
    status, reason = _status(orbit, gap, fine.period, period)
    return LimitCycle(
        network=network,
        inputs=field.inputs,
        period=fine.period,
        period_error=abs(fine.period - coarse.period) / 15.0,
        orbit=orbit,
        multipliers=multipliers,
        closure=gap,
        status=status,
        reason=reason,
    )


def limit_cycles(
    network: Network, inputs: np.ndarray | None = None, starts: Any = 50, *, rng: Seed = None, **settings: Any
) -> tuple[LimitCycle, ...]:
    """Stable limit cycles of a network: those among its `attractors`, each refined by `limit_cycle`.

    Cycles of the flow, without noise, also where the network is stepped as a map; `attractors` finds those of a map.

    Parameters
    ----------
    network, inputs, starts, rng
        As in `attractors`.
    **settings
        Further arguments of `attractors`, by default RK4 with a tenth of the fastest time constant; `progress` shows a
        bar over the cycles, too. Ctrl-C keeps those that are done, with an `InterruptionWarning`.

    Returns
    -------
    tuple of LimitCycle
        Empty where no start ended on a cycle.
    """
    if settings.setdefault("scheme", "rk4") == "euler":
        raise ParameterError(
            'scheme must be that of a flow, such as "rk4" (got "euler"): cycles of a map need not close after whole '
            "steps; see attractors()."
        )
    # also where the network is stepped as a map: these are cycles of its flow
    settings.setdefault("dt", step_or(None, time_constants(network)))
    found = attractors(network, inputs, starts, rng=rng, **settings)
    turning = [each for each in found.found if each.kind == "limit cycle"]
    cycles: list[LimitCycle] = []
    try:
        with progress_bar(len(turning), "limit cycles", "cycle", settings.get("progress")) as bar:
            for each in turning:
                cycles.append(limit_cycle(network, each.orbit[-1], each.period, inputs))
                bar.update(1)
    except KeyboardInterrupt:
        if not cycles:
            raise
        warnings.warn(
            f"stopped by Ctrl-C after {len(cycles)} of {len(turning)} limit cycles; the others are left out.",
            InterruptionWarning,
            stacklevel=2,
        )
    return tuple(cycles)


def _multipliers(monodromy: np.ndarray) -> np.ndarray:
    """Eigenvalues by descending modulus; NaN where the orbit became non-finite."""
    if not np.isfinite(monodromy).all():
        return np.full(len(monodromy), np.nan, np.complex128)
    values = np.linalg.eigvals(monodromy).astype(np.complex128)
    return values[np.argsort(-np.abs(values), kind="stable")]


def _status(orbit: np.ndarray, gap: float, period: float, guess: float) -> tuple[Status, str]:
    """What became of the search, as data and as a sentence."""
    amplitude = float(np.sqrt(np.mean((orbit - orbit.mean(axis=0)) ** 2)))
    if not np.isfinite(gap) or not 0.1 * guess < period < 10.0 * guess:
        return "lost", f"the search left for a period of {period:.4g}; start nearer to the cycle"
    if amplitude < 1e-6:
        return "fixed point", "the orbit shrank to a fixed point; start nearer to the cycle"
    if gap > TOLERANCE * amplitude:
        return (
            "open",
            f"both ends of the orbit are {gap:.2g} apart; take more iterations, or start nearer to the cycle",
        )
    return "closed", ""


@dataclass(frozen=True, eq=False)
class _Orbit:
    state: np.ndarray
    period: float
    orbit: np.ndarray
    monodromy: np.ndarray


class _Shooting:
    """Orbits of one period, with their derivative by the start."""

    def __init__(self, field: VectorField, threads: int) -> None:
        self.field, self.threads = field, threads

    def close(self, state: np.ndarray, period: float, steps: int, iterations: int) -> _Orbit:
        """Orbit after Newton steps, until it closes or they no longer help."""
        best, smallest = self._orbit(state, period, steps), np.inf
        for _ in range(iterations):
            gap = best.orbit[:, -1] - best.orbit[:, 0]
            size = float(np.linalg.norm(gap))
            # quadratic convergence ends in rounding, where a step no longer helps
            lost = not (np.isfinite(size) and np.isfinite(best.monodromy).all())
            if lost or (size >= 0.5 * smallest and size < 1e-10):
                break
            smallest = size
            state, period = self._correct(best, gap)
            if not 0.0 < period < np.inf:
                break
            best = self._orbit(state, period, steps)
        return best

    def _orbit(self, state: np.ndarray, period: float, steps: int) -> _Orbit:
        size = self.field.size
        tangent = self.field.tangent(size, period / steps, RK4, self.threads)
        tangent.state, tangent.vectors = state[:, 0].T, np.eye(size)
        path = [tangent.state]
        for _ in range(steps):
            tangent.advance(1)
            path.append(tangent.state)
        return _Orbit(state, period, np.array(path).transpose(2, 0, 1), tangent.vectors)

    def _correct(self, orbit: _Orbit, gap: np.ndarray) -> tuple[np.ndarray, float]:
        size = self.field.size
        ends = orbit.orbit[:, [0, -1]]
        first, last = self.field.speeds(ends).transpose(1, 0, 2).reshape(2, size)
        matrix = np.zeros((size + 1, size + 1))
        matrix[:size, :size] = orbit.monodromy - np.eye(size)
        matrix[:size, size], matrix[size, :size] = last, first
        step = np.linalg.lstsq(matrix, np.append(-gap.reshape(-1), 0.0), rcond=None)[0]
        # far from the cycle a whole step may leave its neighborhood
        share = min(1.0, 0.2 * orbit.period / max(abs(step[-1]), 1e-300))
        moved = orbit.state + share * step[:size].reshape(orbit.state.shape)
        return moved, orbit.period + share * float(step[-1])

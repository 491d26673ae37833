"""Search for zeros of a vector field: Newton's method from many states, then damped Gauss-Newton for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.vector_field import CHUNK, VectorField, norms

__all__ = ["Ends", "Settings", "distinct", "newton", "search", "smallest_singular_values"]

CLIP = 0.3
"""Longest step, per square root of the dimension and in units of the typical state."""
PATIENCE = 40
"""Steps after which a start that has not converged may be on a cycle of the iteration."""
LATE_CLIPS = (0.5, 0.4, 0.6)
"""Longest steps from then on, in turn: they break cycles, and reach further than the first steps should."""

STALLED = 1e-6
"""Relative decrease of the speed in a damped step below which it has come to a minimum."""
STALLS = 3
"""Such steps in a row after which a start stops."""

LINGERING = 30.0
"""Speed, in units of that of a slow point, below which a start may be near one."""
SINGULAR = 1e-9
"""Smallest singular value of J, times the fastest time constant, below which J counts as singular."""
JUMP = 0.1
"""Root mean square distance from which Newton's method has left the neighborhood of its start."""


class Settings(NamedTuple):
    """Thresholds of a search, in units of the state and of time.

    Attributes
    ----------
    tolerance : float
        Largest norm of F at a fixed point, in units of the state per time.
    slow_speed : float
        Largest norm of F at a slow point.
    separation : float
        Root mean square distance below which two points are one.
    iterations : int
        Most Newton steps, and most damped steps.
    time : float
        Fastest time constant.
    threads : int
    """

    tolerance: float
    slow_speed: float
    separation: float
    iterations: int
    time: float
    threads: int = 1


class Ends(NamedTuple):
    """States at which the starts of a search ended.

    Attributes
    ----------
    states : ndarray, shape (variables, starts, units)
    speeds : ndarray, shape (starts,)
        Norm of F.
    found : ndarray of bool, shape (starts,)
        Which are zeros of F.
    smallest : ndarray, shape (starts,)
        Smallest singular value of J, in 1/time; NaN where it has not been computed.
    """

    states: np.ndarray
    speeds: np.ndarray
    found: np.ndarray
    smallest: np.ndarray


def _ignore(_done: int) -> None:
    pass


def search(
    field: VectorField, starts: np.ndarray, settings: Settings, advance: Callable[[int], object] = _ignore
) -> Ends:
    """Candidates for fixed and slow points: where each start ends.

    Newton's method first. Then downhill, by damped steps from the same starts: those that did not converge, those that
    began near a slow point and jumped away, and those that ended where J is singular, on a line of fixed points, along
    which Newton's method slides.

    Parameters
    ----------
    field : VectorField
    starts : ndarray, shape (variables, starts, units)
    settings : Settings
    advance : callable, optional
        Called with the number of starts that ended since the last call.
    """
    ends = _with_singular_values(field, newton(field, starts, settings, advance))
    lingers = norms(field.speeds(starts)) <= LINGERING * settings.slow_speed
    jumped = norms(ends.states - starts) > JUMP * np.sqrt(field.size)
    again = np.flatnonzero(~ends.found | (lingers & jumped) | (ends.smallest * settings.time < SINGULAR))
    if not again.size:
        return ends
    lower = _descend(field, starts[:, again], settings)
    better = ~ends.found[again] | lower.found | (lower.speeds <= settings.slow_speed)
    return _replace(ends, again[better], Ends(lower.states[:, better], *(part[better] for part in lower[1:])))


def _replace(ends: Ends, chosen: np.ndarray, others: Ends) -> Ends:
    """Ends of which some are others."""
    copies = Ends(*(part.copy() for part in ends))
    copies.states[:, chosen] = others.states
    for part, other in zip(copies[1:], others[1:], strict=True):
        part[chosen] = other
    return copies


def _with_singular_values(field: VectorField, ends: Ends) -> Ends:
    """The same ends, with the singular values of those that were found: computed once for each distinct point."""
    chosen = np.flatnonzero(ends.found)
    representatives, groups = distinct(ends.states[:, chosen], ends.speeds[chosen], 1e-6)
    smallest = ends.smallest.copy()
    smallest[chosen] = smallest_singular_values(field, ends.states[:, chosen[representatives]])[groups]
    return ends._replace(smallest=smallest)


def smallest_singular_values(field: VectorField, states: np.ndarray) -> np.ndarray:
    """Smallest singular value of the Jacobian at each state, in 1/time, shape (states,): 0 where it is singular."""
    return field.map_jacobians(lambda jacobians: np.linalg.svd(jacobians, compute_uv=False)[:, -1], states)


def newton(
    field: VectorField,
    starts: np.ndarray,
    settings: Settings,
    advance: Callable[[int], object] = _ignore,
) -> Ends:
    """Full Newton steps, clipped in length and never shortened otherwise.

    Backtracking on the norm of F would stop at its local minima, which are numerous in chaotic networks; clipped full
    steps jump out of them.
    """
    states, ends = starts.copy(), np.full(starts.shape[1], np.inf)
    scale = np.sqrt(field.size) * max(1.0, float(np.sqrt(np.mean(starts**2))))
    active = np.arange(starts.shape[1])
    found = np.zeros(len(active), bool)
    for iteration in range(settings.iterations + 1):
        here = states[:, active]
        speeds = field.speeds(here)
        ends[active] = norms(speeds)
        reached = ends[active] <= np.maximum(settings.tolerance, field.rounding(here))
        found[active[reached]] = True
        advance(int(reached.sum()))
        if reached.all() or iteration == settings.iterations:
            break
        active, here, speeds = active[~reached], here[:, ~reached], speeds[:, ~reached]
        steps = field.newton_steps(here, speeds, settings.threads)
        lengths = norms(steps)
        usable = np.isfinite(lengths)
        active, lengths = active[usable], lengths[usable]
        clip = CLIP if iteration < PATIENCE else LATE_CLIPS[iteration % len(LATE_CLIPS)]
        shorter = np.minimum(1.0, clip * scale / np.maximum(lengths, 1e-300))
        states[:, active] = here[:, usable] + steps[:, usable] * shorter[:, None]
        if not active.size:
            break
    return Ends(states, ends, found, np.full(len(ends), np.nan))


def _descend(field: VectorField, starts: np.ndarray, settings: Settings) -> Ends:
    """Levenberg–Marquardt steps on q = ½‖F‖², which go downhill to the nearest minimum, zero or not.

    They also converge where zeros of F are not isolated and J is singular: to the nearest of them.
    """
    parts = [
        _descend_chunk(field, starts[:, k : k + CHUNK], settings) for k in range(0, starts.shape[1], CHUNK)
    ]
    states = np.concatenate([part.states for part in parts], axis=1)
    return Ends(states, *(np.concatenate(each) for each in zip(*(part[1:] for part in parts), strict=True)))


def _descend_chunk(field: VectorField, starts: np.ndarray, settings: Settings) -> Ends:
    states, slopes = starts.copy(), field.speeds(starts)
    speeds, damping = norms(slopes), np.full(starts.shape[1], 1e-2)
    stalls = np.zeros(starts.shape[1], np.intp)
    for _ in range(settings.iterations):
        close = speeds <= np.maximum(settings.tolerance, field.rounding(states))
        active = np.flatnonzero(~close & (damping < 1e8) & (stalls < STALLS))
        if not active.size:
            break
        trial = states[:, active] + _damped_steps(
            field, states[:, active], slopes[:, active], damping[active]
        )
        tried = field.speeds(trial)
        better = norms(tried) < speeds[active]
        falls = norms(tried) < (1.0 - STALLED) * speeds[active]
        stalls[active] = np.where(falls, 0, stalls[active] + better)
        accepted = active[better]
        states[:, accepted], slopes[:, accepted] = trial[:, better], tried[:, better]
        speeds[accepted] = norms(slopes[:, accepted])
        damping[active] = np.where(better, np.maximum(damping[active] * 0.1, 1e-15), damping[active] * 10.0)
    found = speeds <= np.maximum(settings.tolerance, field.rounding(states))
    return Ends(states, speeds, found, np.full(len(speeds), np.nan))


def _damped_steps(
    field: VectorField, states: np.ndarray, slopes: np.ndarray, damping: np.ndarray
) -> np.ndarray:
    jacobians = field.jacobians(states)
    transposed = jacobians.transpose(0, 2, 1)
    normal = transposed @ jacobians
    # relative to the size of J, so that the unit of time does not matter
    scale = np.einsum("qii->q", normal) / field.size
    diagonal = np.arange(field.size)
    normal[:, diagonal, diagonal] += ((damping + 1e-15) * np.maximum(scale, 1e-300))[:, None]
    right = transposed @ slopes.transpose(1, 0, 2).reshape(len(damping), field.size, 1)
    steps = -np.linalg.solve(normal, right)[..., 0]
    return steps.reshape(len(damping), *slopes.shape[::2]).transpose(1, 0, 2)


def distinct(states: np.ndarray, speeds: np.ndarray, separation: float) -> tuple[np.ndarray, np.ndarray]:
    """Groups of states that are nearer than `separation` to each other.

    Parameters
    ----------
    states : ndarray, shape (variables, states, units)
    speeds : ndarray, shape (states,)
        The slowest state of each group represents it.
    separation : float
        Root mean square distance over units and variables.

    Returns
    -------
    representatives : ndarray of int, shape (groups,)
        Index of the state that represents each group.
    groups : ndarray of int, shape (states,)
        Group of each state.
    """
    groups = np.full(len(speeds), -1)
    representatives: list[int] = []
    for k in np.argsort(speeds, kind="stable"):
        if groups[k] < 0:
            free = np.flatnonzero(groups < 0)
            gaps = norms(states[:, free] - states[:, k : k + 1])
            near = gaps <= separation * np.sqrt(len(states) * states.shape[2])
            groups[free[near]] = len(representatives)
            representatives.append(int(k))
    return np.array(representatives, dtype=np.intp), groups

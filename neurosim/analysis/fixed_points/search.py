"""Where the speed of a network vanishes: Newton from many states at once, then damped Gauss–Newton for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.vector_field import CHUNK, VectorField, norms

__all__ = ["Search", "damped", "distinct", "newton"]

CLIP = 0.3
"""Longest step, per square root of the dimension and in units of the typical state."""
PATIENCE = 40
"""Steps after which a start that still wanders may be going in circles."""
LATE_CLIPS = (0.5, 0.4, 0.6)
"""Longest steps from then on, in turn: they break the circles, and reach further than a start should go at first."""

STALLED = 1e-6
"""Relative fall of the speed in a damped step below which it has come to a minimum."""
STALLS = 3
"""Such steps in a row after which a start is left where it is."""


class Search(NamedTuple):
    """Where a search ended: states (variables, states, units), their ‖F‖, and which are zeros of F."""

    states: np.ndarray
    speeds: np.ndarray
    found: np.ndarray


def _unwatched(_done: int) -> None:
    pass


def newton(
    field: VectorField,
    starts: np.ndarray,
    *,
    tolerance: float,
    iterations: int,
    threads: int = 1,
    advance: Callable[[int], object] = _unwatched,
) -> Search:
    """Full Newton steps, clipped in length and never shortened otherwise.

    Backtracking on ‖F‖ would stop at its local minima, of which chaotic networks are full; clipped full steps jump out.
    `advance` is told how many starts have come to their end.
    """
    states, ends = starts.copy(), np.full(starts.shape[1], np.inf)
    scale = np.sqrt(field.size) * max(1.0, float(np.sqrt(np.mean(starts**2))))
    active = np.arange(starts.shape[1])
    found = np.zeros(len(active), bool)
    for iteration in range(iterations + 1):
        here = states[:, active]
        slopes = field.speeds(here)
        ends[active] = norms(slopes)
        reached = ends[active] <= np.maximum(tolerance, field.rounding(here))
        found[active[reached]] = True
        advance(int(reached.sum()))
        if reached.all() or iteration == iterations:
            break
        active, here, slopes = active[~reached], here[:, ~reached], slopes[:, ~reached]
        steps = field.newton(here, slopes, threads)
        lengths = norms(steps)
        usable = np.isfinite(lengths)
        active, lengths = active[usable], lengths[usable]
        clip = CLIP if iteration < PATIENCE else LATE_CLIPS[iteration % len(LATE_CLIPS)]
        shorter = np.minimum(1.0, clip * scale / np.maximum(lengths, 1e-300))
        states[:, active] = here[:, usable] + steps[:, usable] * shorter[:, None]
        if not active.size:
            break
    return Search(states, ends, found)


def damped(field: VectorField, starts: np.ndarray, *, tolerance: float, iterations: int) -> Search:
    """Levenberg–Marquardt on q = ½‖F‖², which goes downhill to the nearest minimum, zero or not.

    It also converges where zeros of F are not isolated and J is singular: to the nearest of them.
    """
    parts = [
        _damped(field, starts[:, k : k + CHUNK], tolerance, iterations)
        for k in range(0, starts.shape[1], CHUNK)
    ]
    return Search(
        np.concatenate([part.states for part in parts], axis=1),
        np.concatenate([part.speeds for part in parts]),
        np.concatenate([part.found for part in parts]),
    )


def _damped(field: VectorField, starts: np.ndarray, tolerance: float, iterations: int) -> Search:
    states, slopes = starts.copy(), field.speeds(starts)
    speeds, damping = norms(slopes), np.full(starts.shape[1], 1e-2)
    stalls = np.zeros(starts.shape[1], np.intp)
    for _ in range(iterations):
        close = speeds <= np.maximum(tolerance, field.rounding(states))
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
        kept = active[better]
        states[:, kept], slopes[:, kept] = trial[:, better], tried[:, better]
        speeds[kept] = norms(slopes[:, kept])
        damping[active] = np.where(better, np.maximum(damping[active] * 0.1, 1e-15), damping[active] * 10.0)
    return Search(states, speeds, speeds <= np.maximum(tolerance, field.rounding(states)))


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
    """Representatives of states that are nearer than `separation` to each other, and whose each state is.

    Parameters
    ----------
    states : ndarray, shape (variables, states, units)
    speeds : ndarray, shape (states,)
        The slowest of those that belong together stands for them.
    separation : float
        Root mean square distance over units and variables.

    Returns
    -------
    representatives : ndarray of int, shape (groups,)
    groups : ndarray of int, shape (states,)
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

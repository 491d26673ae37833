"""Random stimuli, and combinations of conditions for test trials."""

from __future__ import annotations

import numpy as np

from neurosim.tasks.distributions import Distribution

__all__ = ["every_combination", "one_ring_strengths", "pairs", "rotate"]


def rotate(angles: np.ndarray, by: np.ndarray | float) -> np.ndarray:
    """Rotated angles, from 0 to 2π."""
    return (angles + by) % (2.0 * np.pi)


def one_ring_strengths(count: int, rings: np.ndarray) -> np.ndarray:
    """Strengths 1 of stimuli on ring 1 or 2, shape (count, stimuli, 2), from numbers (stimuli,) or (count, stimuli)."""
    strengths = (np.asarray(rings)[..., None] == np.array([1, 2])).astype(np.float64)
    return np.broadcast_to(strengths, (count, *strengths.shape[-2:]))


def pairs(count: int, separation: Distribution, rng: np.random.Generator) -> np.ndarray:
    """Two directions for every trial, the first uniform, the second separated by `separation`; shape (count, 2)."""
    first = rng.uniform(0.0, 2.0 * np.pi, count)
    away = separation.draw(rng, count) * rng.choice([-1.0, 1.0], count)
    return np.stack([first, rotate(first, away)], axis=1)


def every_combination(*counts: int) -> list[np.ndarray]:
    """Indices of all combinations, the last factor varying fastest; one array for each factor."""
    return [index.ravel() for index in np.indices(counts)]

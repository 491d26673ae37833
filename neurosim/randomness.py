"""Random numbers: seeds, and named streams that are drawn from independently.

Every stochastic function takes ``rng``: an int, a ``SeedSequence``, a ``Generator``, or None for fresh entropy. Its
streams (weights, initial state, noise, ...) are children of the seed by *name*, so that a further draw from one of them
does not change the others.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.random import Generator, SeedSequence

from neurosim.errors import ParameterError

__all__ = ["Seed", "child", "seed_from_dict", "seed_sequence", "seed_to_dict", "stream"]

Seed: TypeAlias = "int | SeedSequence | Generator | None"


def seed_sequence(rng: Seed) -> SeedSequence:
    """Convert a seed to a ``SeedSequence``.

    From a Generator, 128 bits are drawn, so that two calls with the same generator differ.
    """
    if isinstance(rng, SeedSequence):
        return rng
    if isinstance(rng, Generator):
        return SeedSequence([int(word) for word in rng.integers(0, 2**32, size=4, dtype=np.uint32)])
    if rng is None:
        return SeedSequence()
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return SeedSequence(int(rng))
    raise ParameterError(
        f"rng must be an int of at least 0, a SeedSequence, a Generator or None (got {rng!r})."
    )


def child(sequence: SeedSequence, name: str) -> SeedSequence:
    """Child of a sequence by name: the same name gives the same child, whatever else was drawn."""
    return SeedSequence(sequence.entropy, spawn_key=(*sequence.spawn_key, crc32(name.encode())))


def stream(rng: Seed, name: str) -> Generator:
    """Generator of a named child of a seed."""
    return np.random.default_rng(child(seed_sequence(rng), name))


def seed_to_dict(sequence: SeedSequence) -> dict[str, Any]:
    """Plain data of a sequence, from which `seed_from_dict` makes the same one."""
    entropy = sequence.entropy
    words = [int(w) for w in entropy] if isinstance(entropy, (list, tuple, np.ndarray)) else str(entropy)
    return {"entropy": words, "spawn_key": [int(k) for k in sequence.spawn_key]}


def seed_from_dict(description: dict[str, Any]) -> SeedSequence:
    """Sequence from the plain data of `seed_to_dict`."""
    entropy = description["entropy"]
    return SeedSequence(
        int(entropy) if isinstance(entropy, str) else entropy, spawn_key=tuple(description["spawn_key"])
    )

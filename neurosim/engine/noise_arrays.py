"""Noise as kernels read it: key of the random numbers, amplitude and decay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.kernels.linalg.layout import Tiles
from neurosim.kernels.random.normals import key_of
from neurosim.noise import Noise, OrnsteinUhlenbeck, WhiteNoise
from neurosim.randomness import child
from neurosim.validation import instance_of

__all__ = ["noise_arrays", "noise_kind", "stationary_noise"]


def noise_kind(noise: Noise | None) -> str:
    """Kind of a noise in a `KernelSpec`: "none", "white" or "colored"."""
    if noise is None:
        return "none"
    remedy = "try ns.WhiteNoise(0.1) or noise=None"
    kinds = (WhiteNoise, OrnsteinUhlenbeck)
    return "white" if isinstance(instance_of("noise", noise, kinds, remedy), WhiteNoise) else "colored"


def noise_arrays(
    noise: Noise | None, seed: SeedSequence | None, dt: float, tiles: Tiles, dtype: np.dtype
) -> dict[str, Any]:
    """Key, amplitude and decay of a noise under the names of the kernels' arguments; empty without noise."""
    if noise is None or seed is None:
        return {}
    key = key_of(child(seed, "noise"))
    arrays: dict[str, Any] = {"key0": key[0], "key1": key[1]}
    if isinstance(noise, WhiteNoise):
        # constant during a step, white noise of this density has the variance density² / dt
        arrays["amplitude"] = tiles.unit_vector(noise.density / np.sqrt(dt), dtype)
    if isinstance(noise, OrnsteinUhlenbeck):
        decay = np.exp(-dt / noise.tau_noise)
        arrays["amplitude"] = tiles.unit_vector(noise.std * np.sqrt(1.0 - decay**2), dtype)
        arrays["decay"] = dtype.type(decay)
    return arrays


def stationary_noise(
    noise: Noise | None, seed: SeedSequence | None, trials: int, size: int
) -> np.ndarray | None:
    """Colored noise at time 0 from its stationary distribution, shape (trials, units); None for other noise."""
    if not isinstance(noise, OrnsteinUhlenbeck) or seed is None:
        return None
    draw = np.random.default_rng(child(seed, "stationary noise"))
    normal = draw.standard_normal((trials, 1 if noise.shared else size))
    return np.array(np.broadcast_to(normal * noise.std, (trials, size)))

"""Mean logarithmic growth of an orthonormal frame along trajectories, as a function that autograd differentiates."""

from __future__ import annotations

from typing import Any

import numpy as np
from autograd.extend import defvjp_argnums, primitive
from autograd.tracer import isbox

from neurosim.errors import ParameterError
from neurosim.kernels.linalg.frame_growth import FrameGrowth

__all__ = ["mean_log_growth"]


@primitive
def _mean_log_growth(
    weights: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, *, done: list[Any], **settings: Any
) -> np.ndarray:
    growth = FrameGrowth(weights, a, b, c, **settings)
    if growth.lost is not None:
        raise ParameterError(
            f"LyapunovPenalty.count must be at most {growth.lost.vector} here (got "
            f"{len(settings['frame'])}): step {growth.lost.step} annihilates a tangent vector, whose exponent is minus "
            f"infinity; take fewer exponents or a shorter dt."
        )
    done.append(growth)
    return growth.logarithms / (b.shape[-2] - settings["discard"])


def _vjp(argnums: Any, _: Any, arrays: Any, keywords: Any) -> Any:
    (growth,), counted = keywords["done"], arrays[2].shape[-2] - keywords["discard"]

    def backward(cotangents: np.ndarray) -> tuple[np.ndarray, ...]:
        gradients = growth.gradients(cotangents / counted)
        return tuple(gradients[k].astype(arrays[k].dtype, copy=False) for k in argnums)

    return backward


defvjp_argnums(_mean_log_growth, _vjp)


def mean_log_growth(
    weights: Any, a: Any, b: Any, c: Any, frame: np.ndarray, discard: int, threads: int
) -> Any:
    """Mean logarithm of the growth of each vector per step, shape (trials, count); arguments as in `FrameGrowth`.

    Weights and local derivatives may be autograd's boxes.

    Raises
    ------
    ParameterError
        Where a step annihilates a vector.
    """
    return _mean_log_growth(
        weights, a, b, c, frame=frame, discard=discard, threads=threads, done=[], by_a=isbox(a), by_b=isbox(b)
    )

"""Feedback weights, by which errors of the outputs reach the units in local learning rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.validation import finite, one_of

__all__ = ["check_feedback", "feedback_weights"]


def check_feedback(name: str, given: Any, choices: tuple[str, ...]) -> None:
    """Raise unless feedback is one of the choices or an array."""
    if isinstance(given, str):
        one_of(name, given, choices)
        return
    if np.ndim(given) != 2:
        raise ParameterError(
            f"{name} must be one of {', '.join(map(repr, choices))}, or weights of shape (units, outputs) (got "
            f"{given!r}); try {choices[0]!r}."
        )
    finite(name, given)


def feedback_weights(name: str, given: Any, network: Network, rng: Generator) -> np.ndarray | None:
    """Feedback weights (units, outputs), as given or drawn from N(0, 1 / outputs); None for the transposed readout.

    Raises
    ------
    ShapeError
        If they do not fit the network.
    """
    outputs = len(network.output_names)
    if isinstance(given, str):
        drawn = rng.standard_normal((network.size, outputs)) / np.sqrt(max(outputs, 1))
        return None if given == "symmetric" else drawn.astype(network.dtype)
    weights = finite(name, given).astype(network.dtype)
    if weights.shape != (network.size, outputs):
        raise ShapeError(
            f"{name} must have shape ({network.size}, {outputs}), units and outputs (got {weights.shape})."
        )
    return weights

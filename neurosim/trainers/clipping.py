"""Gradient clipping: limits of gradients before each update."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.validation import positive

__all__ = ["ClipEachNorm", "ClipNorm", "ClipValue", "Clipping", "global_norm"]

Arrays = Mapping[str, np.ndarray]


class Clipping(Declaration, ABC):
    """Base class of gradient clippings: functions of gradients, by name, which do not change their input.

    NaN and infinite entries are returned as they are, so that the trainer finds them.
    """

    kind: ClassVar[str] = "clipping"

    @abstractmethod
    def __call__(self, gradients: Arrays) -> dict[str, np.ndarray]:
        """Gradients within the limit, of the same dtypes."""


@dataclass(frozen=True)
class ClipNorm(Clipping):
    r"""Clipping by global norm: all gradients together rescaled to a norm of at most `limit`.

    .. math:: g \leftarrow g \min(1, limit / |g|)

    with the norm of all arrays as one vector, so that the direction does not change.

    Parameters
    ----------
    limit : float
        Above 0.

    Notes
    -----
    This is the `clipnorm` of Keras up to 2.3, with which Jarne & Caruso (2023) trained (0.5), and that of pycog (1).
    The `clipnorm` of tf.keras and PsychRNN is `ClipEachNorm`.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, ICML, Algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.trainers.clipping import ClipNorm
    >>> ClipNorm(1.0)({"a": np.array([3.0]), "b": np.array([4.0])})
    {'a': array([0.6]), 'b': array([0.8])}
    """

    limit: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("ClipNorm.limit", self.limit)

    def __call__(self, gradients: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        norm = global_norm(gradients)
        return {name: _rescale(gradient, norm, self.limit) for name, gradient in gradients.items()}


@dataclass(frozen=True)
class ClipEachNorm(Clipping):
    r"""Clipping by norm for each array: each gradient rescaled to a norm of at most `limit`.

    The direction of all gradients as one vector changes.

    Parameters
    ----------
    limit : float
        Above 0.

    Notes
    -----
    The `clipnorm` of tf.keras, and the clipping of PsychRNN (limit 1).
    """

    limit: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("ClipEachNorm.limit", self.limit)

    def __call__(self, gradients: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        return {
            name: _rescale(gradient, math.sqrt(_square(gradient)), self.limit)
            for name, gradient in gradients.items()
        }


@dataclass(frozen=True)
class ClipValue(Clipping):
    """Clipping by value: each entry of each gradient limited to [-limit, limit].

    Parameters
    ----------
    limit : float
        Above 0; Yang et al. (2019), Nature Neuroscience 22, 297, used 1.
    """

    limit: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("ClipValue.limit", self.limit)

    def __call__(self, gradients: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        return {
            name: np.asarray(np.clip(gradient, -self.limit, self.limit), gradient.dtype)
            for name, gradient in gradients.items()
        }


def global_norm(gradients: Arrays) -> float:
    """Norm of all gradients as one vector."""
    return math.sqrt(sum(_square(gradient) for gradient in gradients.values()))


def _square(gradient: np.ndarray) -> float:
    # in float64, since the square of a large gradient overflows in float32; not by BLAS, whose threads keep a core busy
    # for longer than an update takes
    return float(np.sum(np.square(gradient, dtype=np.float64)))


def _rescale(gradient: np.ndarray, norm: float, limit: float) -> np.ndarray:
    if not limit < norm < math.inf:
        return gradient
    return np.asarray(gradient * (limit / norm), gradient.dtype)

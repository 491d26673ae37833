"""Spaces of Gymnasium as named channels: one for each number, or for each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError

__all__ = ["Channels"]


@dataclass(frozen=True)
class Channels:
    """Channels that represent the values of a space.

    Attributes
    ----------
    names : tuple of str
        Names that NeuroGym gives to parts of a space (``space.name``); the other channels are numbered.
    first : int or None
        Value of the first class, or None if the values are numbers.
    """

    names: tuple[str, ...]
    first: int | None

    @classmethod
    def of(cls, space: Any, place: str, label: str) -> Channels:
        """Channels of a space.

        Parameters
        ----------
        space : gymnasium.Space
            Discrete: one channel per class. Box, MultiBinary: one channel per number.
        place : str
            Description of the space, for errors.
        label : str
            Name of channels without a name in the space.

        Raises
        ------
        ParameterError
            If the space is of another kind, or empty.
        """
        shape = getattr(space, "shape", None)
        if shape is None or hasattr(space, "nvec"):
            raise ParameterError(
                f"{place} must be numbers (Box) or classes (Discrete) (got {space!r}); wrap the environment, "
                f"for instance in gymnasium.wrappers.FlattenObservation."
            )
        discrete = shape == () and hasattr(space, "n")
        count = int(space.n) if discrete else math.prod(shape)
        if count == 0:
            raise ParameterError(f"{place} must have channels (got the empty {space!r}).")
        return cls(
            _names(getattr(space, "name", None), count, label),
            int(getattr(space, "start", 0)) if discrete else None,
        )

    def values(self, sequence: Any) -> np.ndarray:
        """Values of the space as channels.

        Parameters
        ----------
        sequence : array_like, shape (steps, ...)

        Returns
        -------
        ndarray of float, shape (steps, channels)

        Raises
        ------
        ParameterError
            If a value does not belong to the space.
        """
        given = np.asarray(sequence, np.float64)
        given = given.reshape(len(given), -1)
        classes = self.first is not None
        width = 1 if classes else len(self.names)
        known = not classes or bool(np.isin(given, self._classes).all())
        if given.shape[1] != width or not known:
            raise ParameterError(
                f"the environment must give values of its space, with the channels {', '.join(self.names)} (got "
                f"{_excerpt(given)}); correct the environment."
            )
        return (given == self._classes).astype(np.float64) if classes else given

    @property
    def _classes(self) -> np.ndarray:
        return (self.first or 0) + np.arange(len(self.names))


def _excerpt(values: np.ndarray) -> str:
    return f"{values[:3].tolist()}" + (" ..." if len(values) > 3 else "")


def _names(given: Any, count: int, label: str) -> tuple[str, ...]:
    names = [f"{label}_{k + 1}" for k in range(count)]
    for name, places in given.items() if isinstance(given, Mapping) else ():
        where = np.atleast_1d(np.asarray(places)).astype(np.intp).tolist()
        for k, place in enumerate(where):
            names[place] = str(name) if len(where) == 1 else f"{name}_{k + 1}"
    return tuple(names) if len(set(names)) == count else tuple(f"{label}_{k + 1}" for k in range(count))

"""A plane of the state space on which states are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.validation import array_of_shape

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity
    from neurosim.network import Network

    Direction = int | np.ndarray

__all__ = ["Plane", "first_variable", "plane_of"]


class Plane(NamedTuple):
    """Origin, shape (units,), two directions as columns, shape (units, 2), and labels of the axes."""

    origin: np.ndarray
    vectors: np.ndarray
    labels: list[str]

    def projected(self, states: np.ndarray) -> np.ndarray:
        """Coordinates of states (..., units), shape (..., 2)."""
        return (states - self.origin) @ self.vectors


def first_variable(states: np.ndarray, network: Network) -> np.ndarray:
    """First variable of states, shape (points, units): what a plane of the state space shows."""
    return states[..., 0] if len(network.neuron.variables()) > 1 else states


def plane_of(activity: Activity, directions: Sequence[Direction] | None) -> Plane:
    """Plane of two directions through zero; of None, the one of the principal components through the mean."""
    values = recording(activity).values
    if directions is None:
        return Plane(values.mean(axis=(0, 1)), *_principal_plane(values))
    return Plane(np.zeros(values.shape[2]), *_given_plane(directions, values.shape[2]))


def _principal_plane(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    samples = values.reshape(-1, values.shape[2])
    if samples.shape[1] < 2:
        raise ParameterError("activity has one unit, and a plane needs two; draw it with traces().")
    covariance = np.cov(samples, rowvar=False)
    variances, vectors = np.linalg.eigh(covariance)
    if variances[-1] <= 0.0:
        raise ParameterError("activity never changes and has no principal components; give two directions.")
    shares = np.maximum(variances[:-3:-1], 0.0) / variances.sum()
    labels = [f"principal component {k + 1} ({100.0 * share:.0f} %)" for k, share in enumerate(shares)]
    plane = vectors[:, :-3:-1]
    # an eigenvector has no sign: let the larger part of it be positive, so that figures can be compared
    return plane * np.sign(plane.sum(axis=0) + 1e-300), labels


def _given_plane(directions: Sequence[Direction], size: int) -> tuple[np.ndarray, list[str]]:
    if len(directions) != 2:
        raise ParameterError(f"directions has {len(directions)} entries; give two units or two vectors.")
    columns, labels = [], []
    for place, direction in enumerate(directions):
        if np.ndim(direction) == 0:
            columns.append(_unit_vector(int(direction), size))
            labels.append(f"unit {direction}")
        else:
            columns.append(_normalized(np.asarray(direction), size))
            labels.append(f"direction {place + 1}")
    return np.stack(columns, axis=1), labels


def _unit_vector(unit: int, size: int) -> np.ndarray:
    if not 0 <= unit < size:
        raise ParameterError(f"directions names unit {unit}; the {size} recorded units are 0 to {size - 1}.")
    return np.eye(1, size, unit)[0]


def _normalized(direction: np.ndarray, size: int) -> np.ndarray:
    vector = array_of_shape("directions", direction, (size,), f"The activity has {size} units.")
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise ParameterError("directions has a vector of zeros; give two directions that are not zero.")
    return vector / length

"""Planes of the state space in which states are drawn, and the colors of stability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.plotting.style import COLORS
from neurosim.validation import array_of_shape, entries

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity
    from neurosim.network import Network

    Direction = int | np.ndarray

__all__ = ["Plane", "first_variable", "label_plane", "plane_of", "stability_color"]


FLAT = 1e-6
"""Height of a figure, in parts of its width, below which its second coordinate is rounding."""


class Plane(NamedTuple):
    """Origin, shape (units,), two directions as columns, shape (units, 2), and labels of the axes."""

    origin: np.ndarray
    vectors: np.ndarray
    labels: list[str]

    def project(self, states: np.ndarray) -> np.ndarray:
        """Coordinates of states (..., units), shape (..., 2)."""
        return (states - self.origin) @ self.vectors


def stability_color(growing: int) -> str:
    """Color of a point with so many growing modes, the same in every figure; 0 is stable."""
    return COLORS[0] if growing == 0 else COLORS[1 + (growing - 1) % (len(COLORS) - 1)]


def label_plane(ax: Axes, plane: Plane) -> None:
    """Name the axes, and leave room about states on a line, whose other coordinate is rounding."""
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    width = np.ptp(ax.get_xlim())
    # of the data: where they are exactly on a line, the limits of the axis are Matplotlib's own choice
    if ax.dataLim.height < FLAT * width:
        ax.set_ylim(np.mean(ax.get_ylim()) + 0.1 * width * np.array([-1.0, 1.0]))


def first_variable(states: np.ndarray, network: Network) -> np.ndarray:
    """First variable of states, shape (points, units), which figures in a plane of the state space show."""
    return states[..., 0] if len(network.neuron.variables()) > 1 else states


def plane_of(activity: Activity, directions: Sequence[Direction] | None) -> Plane:
    """Plane of two directions through zero; where they are None, of the principal components through the mean."""
    if directions is None:
        values = recording(activity).values
        return Plane(values.mean(axis=(0, 1)), *_principal_plane(values))
    # a single state is enough to be seen along given directions
    size = np.shape(activity)[-1] if isinstance(activity, np.ndarray) else recording(activity).values.shape[2]
    return Plane(np.zeros(size), *_plane_of_directions(directions, size))


def _principal_plane(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    samples = values.reshape(-1, values.shape[2])
    if samples.shape[1] < 2:
        raise ParameterError(
            "activity must have two units or more for a plane (got 1); try plotting.traces()."
        )
    covariance = np.cov(samples, rowvar=False)
    variances, vectors = np.linalg.eigh(covariance)
    if variances[-1] <= 0.0:
        raise ParameterError(
            "activity must change to have principal components (it is constant); give directions."
        )
    shares = np.maximum(variances[:-3:-1], 0.0) / variances.sum()
    labels = [f"principal component {k + 1} ({100.0 * share:.0f} %)" for k, share in enumerate(shares)]
    plane = vectors[:, :-3:-1]
    # an eigenvector has no sign: its sum is made positive, so that figures can be compared
    return plane * np.sign(plane.sum(axis=0) + 1e-300), labels


def _plane_of_directions(directions: Sequence[Direction], size: int) -> tuple[np.ndarray, list[str]]:
    directions = entries("directions", directions, "give two units or two vectors")
    if len(directions) != 2:
        raise ParameterError(f"directions must be two units or two vectors (got {len(directions)} entries).")
    columns, labels = [], []
    for place, direction in enumerate(directions):
        if np.ndim(direction) == 0:
            columns.append(_unit_vector(int(direction), size))
            labels.append(f"unit {direction}")
        else:
            columns.append(_normalize(np.asarray(direction), size))
            labels.append(f"direction {place + 1}")
    return np.stack(columns, axis=1), labels


def _unit_vector(unit: int, size: int) -> np.ndarray:
    if not 0 <= unit < size:
        raise ParameterError(f"directions must name units from 0 to {size - 1}, those recorded (got {unit}).")
    return np.eye(1, size, unit)[0]


def _normalize(direction: np.ndarray, size: int) -> np.ndarray:
    vector = array_of_shape("directions", direction, (size,), f"The activity has {size} units.")
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise ParameterError("directions must not be zero vectors (got one); give two that are not zero.")
    return vector / length

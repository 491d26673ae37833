"""Sizes of basins of attraction, from random starts in a box, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.attractors.attractors import Attractors, attractors
from neurosim.analysis.fixed_points.mixed_field import network_field
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.results.result import Result
from neurosim.validation import finite, positive, whole_number

__all__ = ["Basins", "basins"]


@dataclass(frozen=True, eq=False)
class Basins(Result):
    """Shares of a box of states that belong to the basins of attractors.

    Attributes
    ----------
    attractors : Attractors
        By descending number of starts; ``attractors.labels`` tells which each start reached.
    starts : ndarray, shape (samples, units) or (samples, units, variables)
    shares : ndarray, shape (attractors,)
        Share of the starts.
    low, high : ndarray, shape (attractors,)
        Ends of the Wilson score interval of each share, at `level`.
    level : float

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """

    attractors: Attractors
    starts: np.ndarray
    shares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float

    def __len__(self) -> int:
        return len(self.shares)


def basins(
    network: Network,
    low: Any,
    high: Any,
    inputs: np.ndarray | None = None,
    samples: int = 400,
    *,
    level: float = 0.95,
    rng: Seed = None,
    **settings: Any,
) -> Basins:
    r"""Shares of a box of states from which the network goes to each of its attractors.

    Starts are uniform in the box; each is simulated, as `attractors` does, and counted. An attractor that no start
    reached has, at a level of 0.95, a share below about 3.8 / samples.

    Parameters
    ----------
    network : Network
    low, high : float or ndarray, shape (units,) or (units, variables)
        Corners of the box.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: zero.
    samples : int, optional
        Number of starts: the interval of a share p has a half width of about :math:`2 \sqrt{p (1 - p) / samples}`.
    level : float, optional
        Probability that an interval holds the share.
    rng : int, SeedSequence, Generator or None, optional
    **settings
        Further arguments of `attractors`, such as `duration`.

    Returns
    -------
    Basins

    Raises
    ------
    ParameterError, ShapeError
        For a box that is none, by name.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> pair = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0, -2.0], [-2.0, 0.0]])), size=2, rng=0)
    >>> found = ns.analysis.basins(pair, -2.0, 2.0, samples=40, rng=0)
    >>> bool((found.low < 0.5).all() and (found.high > 0.5).all())
    True
    """
    from scipy.stats import binomtest

    field, seed = network_field(network, inputs), seed_sequence(rng)
    samples, level = whole_number("samples", samples), positive("level", level)
    if level >= 1.0:
        raise ParameterError(f"level must be below 1 (got {level}); try level=0.95.")
    shape = (field.network.size, len(field.network.neuron.variables()))
    corners = [_corner(name, value, shape) for name, value in (("low", low), ("high", high))]
    if (corners[1] <= corners[0]).any():
        raise ParameterError(f"high must be above low everywhere (got low = {low!r}, high = {high!r}).")
    drawn = stream(child(seed, "box"), "starts").random((samples, *shape))
    starts = corners[0] + (corners[1] - corners[0]) * drawn
    starts = starts if shape[1] > 1 else starts[..., 0]
    reached = attractors(network, inputs, starts, rng=child(seed, "attractors"), **settings)
    counts = np.bincount(reached.labels, minlength=len(reached))
    intervals = [binomtest(int(n), samples).proportion_ci(level, method="wilson") for n in counts]
    return Basins(
        attractors=reached,
        starts=starts,
        shares=counts / samples,
        low=np.array([each.low for each in intervals]),
        high=np.array([each.high for each in intervals]),
        level=level,
    )


def _corner(name: str, value: Any, shape: tuple[int, int]) -> np.ndarray:
    """Corner of a box, of the shape of a state (units, variables)."""
    corner = finite(name, value, np.float64)
    if corner.shape == shape[:1] and shape[1] == 1:
        corner = corner[:, None]
    if corner.ndim and corner.shape != shape:
        raise ParameterError(
            f"{name} must be a number, or have the shape of a state, {shape if shape[1] > 1 else shape[:1]} (got "
            f"{corner.shape})."
        )
    return np.broadcast_to(corner, shape)

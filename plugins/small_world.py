"""Small-world connectivity: a ring of neighbors with shortcuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity import Connectivity, Operator
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, whole_number

__all__ = ["SmallWorld"]


@dataclass(frozen=True)
class SmallWorld(Connectivity):
    r"""Directed small-world network: neighbors on a ring, some of which are replaced by random units.

    Every unit receives from exactly `degree` others, at first the degree / 2 nearest on either side of a
    ring. Each connection then takes, with probability `rewiring`, a new source, drawn uniformly from the
    units that do not project to this target yet. Weights are
    :math:`W_{ij} \sim \mathcal{N}(0, g^2 / \mathrm{degree})`, so the summed variance of the inputs to a unit
    is g², as in `Gaussian` connectivity.

    Parameters
    ----------
    degree : int, optional
        Number of sources of each unit, even. Networks need at least 2 degree + 1 units.
    rewiring : float, optional
        Probability from 0 (a regular ring) to 1 (random sources).
    gain : float, optional
        g, at least 0.

    Notes
    -----
    Directed version of the model of Watts and Strogatz: rewiring moves sources, so every unit keeps its
    number of inputs. Building costs about size × degree numbers.

    References
    ----------
    D. J. Watts, S. H. Strogatz, Nature 393, 440 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim_plugins.small_world import SmallWorld
    >>> operator = SmallWorld(degree=10, rewiring=0.1, gain=1.5).build(1000, np.random.default_rng(0))
    >>> operator
    Operator(size=1000, base=sparse with 10000 weights, dtype=float64)
    """

    degree: int = 10
    rewiring: float = 0.1
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("SmallWorld.gain", self.gain)
        if whole_number("SmallWorld.degree", self.degree, minimum=2) % 2:
            raise ParameterError(f"SmallWorld.degree must be even, half for either side (got {self.degree}).")
        if non_negative("SmallWorld.rewiring", self.rewiring) > 1.0:
            raise ParameterError(
                f"SmallWorld.rewiring must be a probability from 0 to 1 (got {self.rewiring!r})."
            )

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator with a sparse base of size × degree weights."""
        from scipy.sparse import csr_array

        if whole_number("size", size) <= 2 * self.degree:
            raise ParameterError(
                f"size must be at least {2 * self.degree + 1} for SmallWorld.degree = {self.degree} (got {size}); "
                f"use more units or a lower degree."
            )
        sources = np.sort(self._sources(size, rng), axis=1)
        weights = rng.standard_normal(sources.size) * (self.gain / np.sqrt(self.degree))
        starts = np.arange(0, sources.size + 1, self.degree)
        return Operator(csr_array((weights, sources.ravel(), starts), shape=(size, size)))

    def _sources(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Sources of each unit, shape (size, degree), all different within a row."""
        half = self.degree // 2
        steps = np.concatenate([np.arange(-half, 0), np.arange(1, half + 1)])
        targets = np.arange(size)[:, None]
        sources = (targets + steps) % size
        open_ = rng.random(sources.shape) < self.rewiring
        while open_.any():
            proposed = np.where(open_, rng.integers(0, size, sources.shape), sources)
            accepted = open_ & (proposed != targets) & ~_find_repeats(proposed, open_)
            sources[accepted] = proposed[accepted]
            open_ &= ~accepted
        return sources


def _find_repeats(rows: np.ndarray, proposals: np.ndarray) -> np.ndarray:
    """Entries that occur earlier in their row; those that are not proposals count as earlier."""
    order = np.lexsort((proposals, rows), axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    again = np.zeros(rows.shape, dtype=bool)
    again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    repeated = np.empty_like(again)
    np.put_along_axis(repeated, order, again, axis=1)
    return repeated

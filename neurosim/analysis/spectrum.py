"""Eigenvalues of the recurrent weights, beside what random-matrix theory predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.theory import bulk_radius

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Spectrum", "spectrum"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues of the recurrent weights W.

    Attributes
    ----------
    eigenvalues : ndarray of complex, shape (units,)
        By descending real part.
    predicted_radius : float
        Radius of the disc that the bulk fills as the network grows; see `neurosim.theory.bulk_radius`.
    """

    eigenvalues: np.ndarray
    predicted_radius: float

    @property
    def radius(self) -> float:
        """Largest absolute value."""
        return float(np.abs(self.eigenvalues).max())

    @property
    def abscissa(self) -> float:
        """Largest real part: a leaky network of slope 1 at rest leaves silence where it exceeds 1."""
        return float(self.eigenvalues[0].real)

    @property
    def leading(self) -> complex:
        """Eigenvalue with the largest real part; of a complex pair, the one above the real axis."""
        return complex(self.eigenvalues[0])


def spectrum(network: Network) -> Spectrum:
    """Eigenvalues of the recurrent weights of a network.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Spectrum

    Notes
    -----
    Costs about 25 units³: 1 s for 1000 units; units · rank² for purely low-rank weights.

    Examples
    --------
    >>> import neurosim as ns
    >>> rotation = ns.Network(ns.LeakyCurrent("tanh"), ns.Orthogonal(gain=1.2), size=50, rng=0)
    >>> round(ns.analysis.spectrum(rotation).radius, 10)
    1.2
    """
    values = network.recurrent.eigenvalues()
    order = np.lexsort((-values.imag, -values.real))
    return Spectrum(values[order], bulk_radius(network))

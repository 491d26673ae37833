"""Weights of excitatory and inhibitory units whose mean input balances in every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import positive, require_square, whole_number

__all__ = ["BalancedExcitatoryInhibitory"]


@dataclass(frozen=True)
class BalancedExcitatoryInhibitory(Connectivity):
    r"""Excitatory and inhibitory units with gamma-distributed weights that balance in every row (Song et al. 2016).

    .. math:: W_{ij} = R\, s_j\, c_{ij}\, \gamma_{ij}, \qquad \gamma_{ij} \sim \mathrm{Gamma}(k, 1/k), \quad s_j = \pm 1

    The first round(f N) units are excitatory, s = 1. A connection from an excitatory unit to another unit exists with
    probability `density_excitatory`, and then c = 1; one from an inhibitory unit with probability `density_inhibitory`,
    and then c is the number of excitatory inputs of the target over that of its inhibitory ones, so that the mean of a
    row is 0. Then every row of c is divided by its norm. There are no self-connections. R sets the spectral radius of
    W.

    Parameters
    ----------
    excitatory : float, optional
        Fraction f of excitatory units, above 0 and below 1.
    density_excitatory, density_inhibitory : float, optional
        Connection probabilities, above 0 and at most 1.
    shape : float, optional
        k, above 0; the larger, the less the magnitudes vary.
    spectral_radius : float, optional
        Largest modulus of the eigenvalues of W.

    Notes
    -----
    The weights of a unit have one sign (Dale's law), but the means balance only on average, so a few eigenvalues lie
    outside of the bulk. Building costs about 25 size³ multiplications, for the spectral radius.

    References
    ----------
    H. F. Song, G. R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016); details as in their code.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import BalancedExcitatoryInhibitory
    >>> operator = BalancedExcitatoryInhibitory().build(100, np.random.default_rng(0))
    >>> round(float(np.abs(operator.eigenvalues()).max()), 6)
    1.5
    """

    excitatory: float = 0.8
    density_excitatory: float = 1.0
    density_inhibitory: float = 1.0
    shape: float = 2.0
    spectral_radius: float = 1.5

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        for field in ("shape", "spectral_radius"):
            positive(f"{name}.{field}", getattr(self, field))
        if not 0.0 < self.excitatory < 1.0:
            raise ParameterError(f"{name}.excitatory must be above 0 and below 1 (got {self.excitatory!r}).")
        for field in ("density_excitatory", "density_inhibitory"):
            if positive(f"{name}.{field}", getattr(self, field)) > 1.0:
                raise ParameterError(f"{name}.{field} must be at most 1 (got {getattr(self, field)!r}).")

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator with a pattern; draws size² numbers for the connections and size² for the weights."""
        size = whole_number("size", size)
        require_square(size, matrices=6)
        excitatory = np.arange(size) < round(self.excitatory * size)
        density = np.where(excitatory, self.density_excitatory, self.density_inhibitory)
        exists = rng.random((size, size)) < density
        np.fill_diagonal(exists, False)
        inputs, inhibition = exists[:, excitatory].sum(axis=1), exists[:, ~excitatory].sum(axis=1)
        if not (inputs.all() and inhibition.all()):
            raise ParameterError(
                f"size = {size} leaves units without excitatory or inhibitory input; try more units."
            )
        scale = exists * np.where(excitatory, 1.0, -(inputs / inhibition)[:, None])
        scale = scale / np.linalg.norm(scale, axis=1)[:, None]
        weights = scale * rng.gamma(self.shape, 1.0 / self.shape, (size, size))
        weights *= self.spectral_radius / np.abs(np.linalg.eigvals(weights)).max()
        return Operator(weights, pattern=exists)

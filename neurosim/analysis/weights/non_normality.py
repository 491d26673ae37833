"""Non-normality of a matrix: Henrici's departure from normality, and transient growth by the numerical abscissa."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["NonNormality", "non_normality", "square_matrix"]


@dataclass(frozen=True, eq=False)
class NonNormality(Result):
    r"""Non-normality of a matrix: its departure from normality, and its two abscissas.

    Attributes
    ----------
    departure : float
        Henrici's, :math:`(|W|_F^2 - \sum |\lambda|^2)^{1/2}`, in units of the matrix; right to about
        1e-15 :math:`|W|_F`.
    henrici : float
        `departure` divided by the Frobenius norm: 0 for a normal matrix, 1 for a nilpotent one; 0 for no weights.
    real_parts : ndarray, shape (units,)
        Real parts of all eigenvalues, descending; the first is `abscissa`.
    symmetric_eigenvalues : ndarray, shape (units,)
        Eigenvalues of the symmetric part, descending; the same as `real_parts` for a normal matrix.
    """

    departure: float
    henrici: float
    real_parts: np.ndarray
    symmetric_eigenvalues: np.ndarray

    @property
    def abscissa(self) -> float:
        """Spectral abscissa, the largest real part of an eigenvalue: asymptotic growth rate of a linear flow."""
        return float(self.real_parts[0])

    @property
    def numerical_abscissa(self) -> float:
        """Numerical abscissa, the largest eigenvalue of the symmetric part (W + Wᵀ)/2: fastest initial growth.

        Where it exceeds `abscissa`, displacements can grow before they decay.
        """
        return float(self.symmetric_eigenvalues[0])


def non_normality(network: Network | Operator | np.ndarray) -> NonNormality:
    r"""Henrici's departure from normality, and the numerical abscissa, of recurrent weights or any matrix.

    Parameters
    ----------
    network : Network, Operator or ndarray, shape (n, n)
        The recurrent weights of a network, or a matrix such as ``network.jacobian(state)``, for which abscissas above
        0 mean growth.

    Returns
    -------
    NonNormality

    Notes
    -----
    The departure is computed as the norm of the strictly upper triangle of the Schur form, without the cancellation of
    a difference of squares. Costs about 25 n³. For a leaky flow of unit τ and slope 1, subtract 1 from the
    abscissas.

    References
    ----------
    P. Henrici, Numer. Math. 4, 24 (1962); L. N. Trefethen, M. Embree, Spectra and Pseudospectra (2005), ch. 14, 48.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> chain = ns.analysis.non_normality(np.array([[0.0, 2.0], [0.0, 0.0]]))
    >>> chain.henrici, chain.abscissa, round(chain.numerical_abscissa, 12)
    (1.0, 0.0, 1.0)
    """
    from scipy.linalg import schur

    matrix = square_matrix(network)
    triangle, _ = schur(matrix, output="complex")
    departure = float(np.linalg.norm(np.triu(triangle, 1)))
    norm = float(np.linalg.norm(matrix))
    return NonNormality(
        departure=departure,
        henrici=departure / norm if norm > 0.0 else 0.0,
        real_parts=np.sort(np.diag(triangle).real)[::-1],
        symmetric_eigenvalues=np.linalg.eigvalsh(0.5 * (matrix + matrix.T))[::-1],
    )


def square_matrix(network: Network | Operator | np.ndarray) -> np.ndarray:
    """Recurrent weights of a network, or a matrix, as a square float64 array."""
    if hasattr(network, "recurrent"):
        network = network.recurrent
    matrix = finite("network", network.dense() if isinstance(network, Operator) else network, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ShapeError(
            f"network must be a network, its operator, or a square matrix (n, n) (got the shape {matrix.shape})."
        )
    return matrix

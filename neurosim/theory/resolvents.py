"""Resolvents (I - S W)⁻¹ of one matrix for many complex numbers S, from one decomposition of the matrix."""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = ["EigenResolvents", "Resolvents", "SchurResolvents", "resolvents"]

# Condition of the eigenvectors up to which products of them are right to about 1e-8.
CONDITION = 1e6


class Resolvents(Protocol):
    """Averages of products M M† of resolvents M = (I - S W)⁻¹ over many S, and the eigenvalues of W."""

    eigenvalues: np.ndarray

    def traces(self, filters: np.ndarray) -> np.ndarray:
        """Mean diagonal entry of M M† for each S, shape (filters,)."""

    def average(self, filters: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Sum of the M M† with complex weights, shape (units, units)."""


def resolvents(matrix: np.ndarray) -> Resolvents:
    """Resolvents by eigenvectors, or by a Schur decomposition where they are nearly dependent."""
    by_vectors = EigenResolvents(matrix)
    return by_vectors if by_vectors.condition <= CONDITION else SchurResolvents(matrix)


class EigenResolvents:
    r"""Resolvents by the eigenvectors V of :math:`W = V \Lambda V^{-1}`.

    .. math:: \sum_k w_k M_k M_k^\dagger = V \left[ \big(V^{-1} V^{-\dagger}\big) \circ
              \sum_k \frac{w_k}{(1 - S_k \lambda_i)(1 - S_k^* \lambda_j^*)} \right] V^\dagger

    About 60 units³ for the decomposition, and 4 units² for each further S.
    """

    def __init__(self, matrix: np.ndarray) -> None:
        self.eigenvalues, self._vectors = np.linalg.eig(np.asarray(matrix, np.float64).astype(complex))
        try:
            inverse = np.linalg.inv(self._vectors)
        except np.linalg.LinAlgError:
            self.condition = float("inf")
            return
        self.condition = float(np.linalg.norm(self._vectors) * np.linalg.norm(inverse) / len(inverse))
        self._overlaps = inverse @ inverse.conj().T
        # the mean diagonal of V A V† is the sum of A times this
        self._diagonal = self._overlaps * (self._vectors.conj().T @ self._vectors).T / len(inverse)

    def _responses(self, filters: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 - np.multiply.outer(self.eigenvalues, filters))

    def traces(self, filters: np.ndarray) -> np.ndarray:
        """Mean diagonal entry of M M† for each S, shape (filters,)."""
        responses = self._responses(filters)
        return np.einsum("ik,ik->k", responses, self._diagonal @ responses.conj()).real

    def average(self, filters: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Sum of the M M† with complex weights, shape (units, units)."""
        responses = self._responses(filters)
        shared = (responses * weights) @ responses.conj().T
        shared *= self._overlaps
        return self._vectors @ shared @ self._vectors.conj().T


class SchurResolvents:
    r"""Resolvents by the Schur decomposition :math:`W = Q T Q^\dagger`, stable for any matrix.

    About 30 units³ for the decomposition, which is real at first. Each S then takes the inverse of a triangular matrix
    and its product with its adjoint, together the operations of one LU factorization.
    """

    def __init__(self, matrix: np.ndarray) -> None:
        from scipy.linalg import rsf2csf, schur

        # rotations of the pairs of real columns take a tenth of the time that complex iterations would take more
        triangle, self._basis = rsf2csf(*schur(np.asarray(matrix, np.float64)))
        self._triangle = np.asfortranarray(triangle)
        self.eigenvalues = np.diag(self._triangle).copy()

    def _inverse(self, scale: complex) -> np.ndarray:
        from scipy.linalg.lapack import ztrtri

        shifted = -scale * self._triangle
        np.fill_diagonal(shifted, 1.0 + np.diag(shifted))
        return ztrtri(shifted, overwrite_c=1)[0]

    def traces(self, filters: np.ndarray) -> np.ndarray:
        """Mean diagonal entry of M M† for each S, shape (filters,)."""
        return np.array([np.linalg.norm(self._inverse(scale)) ** 2 for scale in filters]) / len(self._basis)

    def average(self, filters: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Sum of the M M† with complex weights, shape (units, units)."""
        from scipy.linalg.lapack import zlauum

        real, imaginary, share = (np.zeros(self._basis.shape, complex, order="F") for _ in range(3))
        for scale, weight in zip(filters, np.asarray(weights, complex), strict=True):
            inverse = self._inverse(scale)
            # zlauum takes the diagonal for real, and M M† is free in the phases of the columns of M
            diagonal = np.diag(inverse)
            inverse *= diagonal.conj() / np.abs(diagonal)
            upper = zlauum(inverse, overwrite_c=1)[0]
            for total, part in ((real, weight.real), (imaginary, weight.imag)):
                if part:
                    total += np.multiply(upper, part, out=share)
        whole = _hermitian(real) + 1j * _hermitian(imaginary)
        return self._basis @ whole @ self._basis.conj().T


def _hermitian(upper: np.ndarray) -> np.ndarray:
    """Hermitian matrix with this upper triangle."""
    upper = np.triu(upper)
    return upper + upper.conj().T - np.diag(np.diag(upper))

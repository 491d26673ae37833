"""Canonical correlations of simultaneous activity (SVCCA)."""

from __future__ import annotations

import numpy as np

from neurosim.analysis.similarity.samples import center_pair
from neurosim.errors import ParameterError
from neurosim.validation import positive

__all__ = ["canonical_angle", "canonical_correlations", "whiten"]


def canonical_correlations(first: np.ndarray, second: np.ndarray, variance: float = 0.99) -> np.ndarray:
    r"""Canonical correlations between the leading principal components of two sets of simultaneous samples.

    The singular values of :math:`U_x^T U_y`, where the columns of U are the principal components over time, each of
    norm 1.

    Parameters
    ----------
    first, second : ndarray, shape (trials, samples, units) or (samples, units)
        The same samples; numbers of units may differ.
    variance : float, optional
        Share of the variance that the components must carry. With 1, all of them: then two sets of as many units as
        samples have correlations of 1, whatever they are.

    Returns
    -------
    ndarray, shape (components,)
        Descending, between 0 and 1; as many as the smaller set has. Their mean is the similarity of SVCCA.

    Raises
    ------
    ShapeError, ParameterError
        When shapes do not fit, the activity never changes, or the share is not above 0 and at most 1.

    Notes
    -----
    Costs 6 samples · units² operations.

    References
    ----------
    H. Hotelling, Biometrika 28, 321 (1936). M. Raghu, J. Gilmer, J. Yosinski, J. Sohl-Dickstein, NeurIPS 30, 6076
    (2017).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.canonical import canonical_correlations
    >>> angle = 2.0 * np.pi * np.arange(100.0)[:, None] / 100.0
    >>> canonical_correlations(np.cos(angle), np.cos(angle + np.pi / 3.0)).round(9)
    array([0.5])
    """
    x, y = center_pair(first, second)
    return _correlations(whiten(x, variance), whiten(y, variance))


def whiten(samples: np.ndarray, variance: float = 0.99) -> np.ndarray:
    """Leading principal components of centered samples over time, as orthonormal columns.

    Parameters
    ----------
    samples : ndarray, shape (samples, units)
    variance : float, optional
        Share of the variance that they carry, as few of them as possible.

    Returns
    -------
    ndarray, shape (samples, components)
    """
    if positive("variance", variance) > 1.0:
        raise ParameterError(f"variance must be a share of at most 1 (got {variance!r}).")
    vectors, sizes, _ = np.linalg.svd(samples, full_matrices=False)
    resolved = int(np.sum(sizes > max(samples.shape) * np.finfo(np.float64).eps * sizes[0]))
    shares = np.cumsum(sizes**2) / np.sum(sizes**2)
    enough = int(np.searchsorted(shares, variance - 1e-12)) + 1
    return vectors[:, : min(enough, resolved)]


def canonical_angle(first: np.ndarray, second: np.ndarray) -> float:
    r"""Angle between two sets of orthonormal columns after the best rotation.

    .. math:: \arccos \frac{\sum_k \rho_k}{\sqrt{p q}}

    with canonical correlations :math:`\rho_k` and p, q columns: a metric, which is 0 only where p = q and all
    correlations are 1.

    Parameters
    ----------
    first, second : ndarray, shape (samples, components)

    Returns
    -------
    float
        In radians, between 0 and π/2.

    References
    ----------
    A. H. Williams, E. Kunz, S. Kornblith, S. W. Linderman, NeurIPS 34, 4738 (2021).
    """
    total = float(_correlations(first, second).sum())
    return float(np.arccos(min(1.0, total / np.sqrt(first.shape[1] * second.shape[1]))))


def _correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.minimum(np.linalg.svd(first.T @ second, compute_uv=False), 1.0)

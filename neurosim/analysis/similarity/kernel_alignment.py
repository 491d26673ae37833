"""Centered kernel alignment (CKA) of simultaneous activity."""

from __future__ import annotations

import numpy as np

from neurosim.analysis.similarity.samples import center_pair
from neurosim.errors import ParameterError

__all__ = ["linear_cka", "linear_cka_of_centered", "unbiased_cka", "unbiased_cka_of_centered"]


def linear_cka(first: np.ndarray, second: np.ndarray) -> float:
    r"""Linear centered kernel alignment of two sets of simultaneous samples.

    .. math:: \mathrm{CKA}(X, Y) = \frac{\lVert Y^T X \rVert_F^2}{\lVert X^T X \rVert_F \lVert Y^T Y \rVert_F}

    with centered columns.

    Parameters
    ----------
    first, second : ndarray, shape (trials, samples, units) or (samples, units)
        The same samples; numbers of units may differ.

    Returns
    -------
    float
        Between 0 and 1; 1 for samples that differ by a rotation and a scale. Independent samples of as many units as
        samples are near 1, too: see `unbiased_cka`.

    Raises
    ------
    ShapeError, ParameterError
        When shapes do not fit, or the activity never changes.

    Notes
    -----
    Costs samples · units² operations.

    References
    ----------
    S. Kornblith, M. Norouzi, H. Lee, G. Hinton, ICML, PMLR 97, 3519 (2019), eq. 4.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.kernel_alignment import linear_cka
    >>> wave = np.sin(np.arange(50.0))[:, None]
    >>> round(linear_cka(wave, np.hstack([3.0 * wave, -wave])), 9)
    1.0
    """
    return linear_cka_of_centered(*center_pair(first, second))


def linear_cka_of_centered(x: np.ndarray, y: np.ndarray) -> float:
    """Linear CKA of samples without their mean, shape (samples, units) each."""
    own = [float(np.sum((z.T @ z) ** 2)) for z in (x, y)]
    return float(np.sum((x.T @ y) ** 2)) / float(np.sqrt(own[0] * own[1]))


def unbiased_cka(first: np.ndarray, second: np.ndarray) -> float:
    r"""Linear CKA with unbiased estimates of its three terms: 0 in the mean for independent samples.

    With Gram matrices K, L whose diagonal is set to zero and n samples, each term is

    .. math:: \mathrm{HSIC}_1(K, L) = \frac{1}{n (n - 3)} \Big( \operatorname{tr} K L
        + \frac{1^T K 1 \; 1^T L 1}{(n - 1)(n - 2)} - \frac{2}{n - 2} 1^T K L 1 \Big).

    Parameters
    ----------
    first, second : ndarray, shape (trials, samples, units) or (samples, units)
        The same samples, four at least; numbers of units may differ.

    Returns
    -------
    float
        At most about 1; it may be below 0.

    Raises
    ------
    ShapeError, ParameterError
        As `linear_cka`; also for fewer than four samples.

    Notes
    -----
    The n × n matrices are not formed: costs samples · units² operations. Consecutive samples of a trajectory are not
    independent, so that a bias of the order of (correlation time / duration) is left.

    References
    ----------
    L. Song, A. Smola, A. Gretton, J. Bedo, K. Borgwardt, J. Mach. Learn. Res. 13, 1393 (2012), eq. 5; in CKA: T.
    Nguyen, M. Raghu, S. Kornblith, ICLR (2021).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.kernel_alignment import linear_cka, unbiased_cka
    >>> draw = np.random.default_rng(0).standard_normal((2, 100, 80))
    >>> round(linear_cka(*draw), 1), round(unbiased_cka(*draw), 1)
    (0.4, -0.0)
    """
    return unbiased_cka_of_centered(*center_pair(first, second))


def unbiased_cka_of_centered(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased CKA of samples without their mean, shape (samples, units) each."""
    if len(x) < 4:
        raise ParameterError(f"unbiased CKA needs four samples at least (got {len(x)}); record more.")
    own = _independence(x, x) * _independence(y, y)
    if own <= 0.0:
        raise ParameterError(
            f"the variance of {len(x)} samples cannot be told from noise, so that unbiased CKA is undefined; record "
            f"more samples, or use linear CKA."
        )
    return _independence(x, y) / float(np.sqrt(own))


def _independence(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased Hilbert-Schmidt criterion of linear kernels, without forming them."""
    n = len(x)
    squares = [np.sum(z**2, axis=1) for z in (x, y)]
    trace = float(np.sum((x.T @ y) ** 2) - squares[0] @ squares[1])
    rows = [z @ z.sum(axis=0) - square for z, square in zip((x, y), squares, strict=True)]
    mean = float(rows[0].sum() * rows[1].sum()) / ((n - 1) * (n - 2))
    return (trace + mean - 2.0 * float(rows[0] @ rows[1]) / (n - 2)) / (n * (n - 3))

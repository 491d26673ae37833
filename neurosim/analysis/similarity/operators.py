"""Linear operators of delay-embedded activity (dynamic mode decomposition on delay coordinates)."""

from __future__ import annotations

import numpy as np

from neurosim.analysis.similarity.hard_threshold import significant_rank
from neurosim.errors import ParameterError
from neurosim.validation import finite, non_negative, require_memory, whole_number

__all__ = ["delay_coordinates", "delay_operator", "delay_rank"]

EPSILON = float(np.finfo(np.float64).eps)
OVERSAMPLING = 10
"""Directions beyond the rank that the search for singular vectors carries along."""
SMALL = 800
"""Size of a matrix of products up to which all of its eigenvectors cost less than a Krylov space."""
KRYLOV = 8
"""Most products of the Krylov space with the matrix."""
SOONEST = 3
"""Products before convergence is looked at."""
CONVERGED = 1e-11
"""Residual of the eigenvectors, relative to their eigenvalues, at which the search ends."""


def delay_operator(activity: np.ndarray, delays: int = 20, rank: int = 15, ridge: float = 1e-8) -> np.ndarray:
    r"""Linear operator that advances delay-embedded activity by one sample.

    With the leading left singular vectors :math:`V` of the Hankel matrix (see `delay_coordinates`), split into samples
    :math:`V_-` that have a successor in their trial and these successors :math:`V_+`,

    .. math:: A = V_+^T V_- \, (V_-^T V_- + \lambda I)^{-1}.

    Parameters
    ----------
    activity : ndarray, shape (trials, samples, units) or (samples, units)
    delays : int, optional
        Samples in a window, the current one included.
    rank : int, optional
        Dimension of the operator.
    ridge : float, optional
        :math:`\lambda`; the columns of V have norm 1.

    Returns
    -------
    ndarray, shape (rank, rank)
        Smaller where the windows have fewer dimensions than `rank`. Its eigenvalues are growth factors per sample.

    Raises
    ------
    ParameterError
        When trials are too short for the delays, or the activity is zero.

    Notes
    -----
    The mean is not removed: activity at a fixed point other than zero has an eigenvalue of 1. Costs what
    `delay_coordinates` does.

    References
    ----------
    M. Ostrow, A. Eisen, L. Kozachkov, I. Fiete, NeurIPS 36 (2023). Delay coordinates: S. L. Brunton, B. W. Brunton,
    J. L. Proctor, E. Kaiser, J. N. Kutz, Nat. Commun. 8, 19 (2017).

    Examples
    --------
    A rotation by 0.1 radians a sample has the eigenvalues exp(±0.1i).

    >>> import numpy as np
    >>> from neurosim.analysis.similarity.operators import delay_operator
    >>> turns = 0.1 * np.arange(200.0)[:, None]
    >>> operator = delay_operator(np.hstack([np.cos(turns), np.sin(turns)]), delays=5, rank=2)
    >>> np.angle(np.linalg.eigvals(operator)).round(6)
    array([ 0.1, -0.1])
    """
    coordinates = delay_coordinates(activity, delays, rank)
    width = coordinates.shape[2]
    before, after = (part.reshape(-1, width) for part in (coordinates[:, :-1], coordinates[:, 1:]))
    # the normal matrix is near the identity, so that its condition does not matter
    normal = before.T @ before + non_negative("ridge", ridge) * np.eye(width)
    return np.linalg.solve(normal, before.T @ after).T


def delay_coordinates(activity: np.ndarray, delays: int, rank: int) -> np.ndarray:
    """Leading left singular vectors of the Hankel matrix, whose rows are windows of consecutive samples.

    Parameters
    ----------
    activity, delays, rank
        As in `delay_operator`.

    Returns
    -------
    ndarray, shape (trials, samples - delays + 1, rank)
        Orthonormal columns over trials and windows; fewer than `rank` where the windows have fewer dimensions.

    Raises
    ------
    ParameterError
        As in `delay_operator`.

    Notes
    -----
    With n windows of d = delays · units numbers, from eigenvectors of the matrix of products between windows (n × n)
    or between their entries (d × d), whichever is smaller; both follow from products between single samples. Large ones
    are searched in a block Krylov space (Musco & Musco 2015). One step of subspace iteration on the Hankel matrix
    itself follows, because squared singular values resolve only those above 1e-8 of the largest. Some 500 min(n, d)²
    operations for a rank of 15, and 100 n d.

    References
    ----------
    C. Musco, C. Musco, NeurIPS 28, 1396 (2015).
    """
    values = _check_activity(activity, delays)
    count, features = _sides(values, delays)
    rank = whole_number("rank", rank)
    vectors, sizes = _leading(values, delays, min(rank, features, count))
    resolved = sizes > max(count, features) * EPSILON * sizes[0]
    return vectors[:, resolved].reshape(len(values), count // len(values), -1)


def delay_rank(activity: np.ndarray, delays: int) -> int:
    """Number of singular values of the Hankel matrix that stand out of white noise; see `significant_rank`.

    Parameters
    ----------
    activity, delays
        As in `delay_operator`.

    Raises
    ------
    ParameterError
        As in `delay_operator`.

    Notes
    -----
    From all eigenvalues of the smaller matrix of products; some min(n, d)³ operations. Singular values below 1e-8 of
    the largest are rounding.
    """
    values = _check_activity(activity, delays)
    count, features = _sides(values, delays)
    products = (_feature_products if features <= count else _window_products)(values, delays)
    return significant_rank(np.sqrt(np.maximum(np.linalg.eigvalsh(products), 0.0)), count, features)


def _sides(values: np.ndarray, delays: int) -> tuple[int, int]:
    """Number of windows, and of numbers in each: the sides of the Hankel matrix, which must fit into memory."""
    count, features = len(values) * (values.shape[1] - delays + 1), delays * values.shape[2]
    require_memory(
        24.0 * min(count, features) ** 2,
        f"{count} windows of {features} numbers",
        "Take fewer trials or samples.",
    )
    return count, features


def _leading(values: np.ndarray, delays: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Leading left singular vectors and singular values of the Hankel matrix."""
    count, features = _sides(values, delays)
    kept = min(rank + OVERSAMPLING, count, features)
    if features <= count:
        right = _eigenvectors(_feature_products(values, delays), kept, rank)
        left, _ = np.linalg.qr(_product(values, delays, right))
    else:
        left = _eigenvectors(_window_products(values, delays), kept, rank)
    right, _ = np.linalg.qr(_transposed_product(values, delays, left))
    vectors, sizes, _ = np.linalg.svd(_product(values, delays, right), full_matrices=False)
    return vectors[:, :rank], sizes[:rank]


def _eigenvectors(products: np.ndarray, count: int, rank: int) -> np.ndarray:
    """Leading eigenvectors of a matrix of scalar products, from a block Krylov space where it is large.

    As many as `rank` of them are exact, and the others directions beside them.
    """
    from scipy.linalg import eigh

    size = len(products)
    if size <= max(SMALL, count * (KRYLOV + 1)):
        return eigh(products, subset_by_index=(size - count, size - 1))[1]
    block = np.random.default_rng(0).standard_normal((size, count))
    basis = images = np.empty((size, 0))
    for step in range(KRYLOV + 1):
        # twice is enough for orthogonality to rounding
        for _ in range(2):
            block = np.linalg.qr(block - basis @ (basis.T @ block))[0]
        image = products @ block
        basis, images, block = np.hstack([basis, block]), np.hstack([images, image]), image
        if step >= SOONEST or step == KRYLOV:
            values, turned = np.linalg.eigh(basis.T @ images)
            if _is_converged(basis, images, values[-rank:], turned[:, -rank:]):
                break
    return basis @ turned[:, -count:]


def _is_converged(basis: np.ndarray, images: np.ndarray, values: np.ndarray, turned: np.ndarray) -> bool:
    """Whether vectors of a space are eigenvectors of a matrix, from its products with the basis."""
    residuals = np.linalg.norm(images @ turned - (basis @ turned) * values, axis=0)
    return bool((residuals <= CONVERGED * np.maximum(values, len(basis) * EPSILON * values[-1])).all())


def _window_products(values: np.ndarray, delays: int) -> np.ndarray:
    """Scalar products between all windows, shape (windows, windows): sums along diagonals of those between samples."""
    trials, samples, units = values.shape
    flat = values.reshape(-1, units)
    pairs = (flat @ flat.T).reshape(trials, samples, trials, samples)
    count = trials * (samples - delays + 1)
    return _sum_along_diagonals(pairs, delays).reshape(count, count)


def _sum_along_diagonals(pairs: np.ndarray, length: int) -> np.ndarray:
    """Sums over `length` consecutive samples of both axes of samples, from sums over half of them."""
    if length == 1:
        return pairs
    half = length // 2
    part = _sum_along_diagonals(pairs, half)
    total = part[:, :-half, :, :-half] + part[:, half:, :, half:]
    if length % 2:
        return total[:, :-1, :, :-1] + pairs[:, length - 1 :, :, length - 1 :]
    return total


def _feature_products(values: np.ndarray, delays: int) -> np.ndarray:
    """Hankel matrix transposed, times itself, shape (features, features).

    The block of delays (k + 1, l + 1) is that of (k, l) without the first sample and with one more at the end.
    """
    units = values.shape[2]
    windows = values.shape[1] - delays + 1
    size = (delays - 1) * units
    first, last = (part.reshape(len(values), size) for part in (values[:, : delays - 1], values[:, windows:]))
    products = np.empty((delays * units, delays * units))
    begin = values[:, :windows].reshape(-1, units)
    for k in range(delays):
        part = begin.T @ values[:, k : k + windows].reshape(-1, units)
        products[:units, k * units : (k + 1) * units] = part
        products[k * units : (k + 1) * units, :units] = part.T
    for k in range(delays - 1):
        rows = slice(k * units, (k + 1) * units)
        change = last[:, rows].T @ last - first[:, rows].T @ first
        products[(k + 1) * units : (k + 2) * units, units:] = products[rows, :size] + change
    return products


def _product(values: np.ndarray, delays: int, right: np.ndarray) -> np.ndarray:
    """Hankel matrix times columns, without forming it; rows of `right` go through the units of each delay."""
    windows, units = values.shape[1] - delays + 1, values.shape[2]
    blocks = right.reshape(delays, units, -1)
    total = np.zeros((len(values), windows, right.shape[1]))
    for k in range(delays):
        total += values[:, k : k + windows] @ blocks[k]
    return total.reshape(-1, right.shape[1])


def _transposed_product(values: np.ndarray, delays: int, left: np.ndarray) -> np.ndarray:
    """Transposed Hankel matrix times columns, rows in the order of `_product`."""
    windows, units = values.shape[1] - delays + 1, values.shape[2]
    parts = [values[:, k : k + windows].reshape(-1, units).T @ left for k in range(delays)]
    return np.concatenate(parts)


def _check_activity(activity: np.ndarray, delays: int) -> np.ndarray:
    values = finite("activity", activity, np.float64)
    values = values[None] if values.ndim == 2 else values
    whole_number("delays", delays)
    if values.ndim != 3 or 0 in values.shape:
        raise ParameterError(
            f"activity must be (trials, samples, units) or (samples, units) (got shape {np.shape(activity)})."
        )
    if values.shape[1] < delays + 1:
        raise ParameterError(
            f"activity has {values.shape[1]} samples a trial, too few for delays = {delays}; record at least "
            f"{delays + 1}, or take fewer delays."
        )
    if not values.any():
        raise ParameterError(
            "activity is zero at all times, so it has no dynamics; start from another state."
        )
    return values

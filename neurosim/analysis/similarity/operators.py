"""Linear operators of delay-embedded activity (dynamic mode decomposition on delay coordinates)."""

from __future__ import annotations

import numpy as np

from neurosim.errors import ParameterError
from neurosim.validation import finite, non_negative, require_memory, whole_number

__all__ = ["delay_coordinates", "delay_operator"]

OVERSAMPLING = 10
"""Directions beyond the rank that the search for singular vectors carries along."""


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
    With n windows of d = delays · units numbers: for d <= n a singular value decomposition, 6 n d² operations. For
    d > n, eigenvectors of the n × n matrix of products between windows, whose entries are sums along the diagonals of
    products between samples, n² (units + 30 · rank) operations, followed by one step of subspace iteration on the
    Hankel matrix, because squared singular values resolve only those above 1e-8 of the largest.
    """
    values = _checked(activity, delays)
    windows = values.shape[1] - delays + 1
    count, features = len(values) * windows, delays * values.shape[2]
    rank = whole_number("rank", rank)
    needed = 8.0 * count * (features if features <= count else count)
    require_memory(3.0 * needed, f"{count} windows of {features} numbers", "Take fewer trials or samples.")
    find = _by_decomposition if features <= count else _by_products
    vectors, sizes = find(values, delays, min(rank, features, count))
    resolved = sizes > max(count, features) * np.finfo(np.float64).eps * sizes[0]
    return vectors[:, resolved].reshape(len(values), windows, -1)


def _by_decomposition(values: np.ndarray, delays: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Leading left singular vectors and singular values of the Hankel matrix."""
    vectors, sizes, _ = np.linalg.svd(_hankel(values, delays), full_matrices=False)
    return vectors[:, :rank], sizes[:rank]


def _by_products(values: np.ndarray, delays: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """The same for windows that have more numbers than there are windows."""
    from scipy.linalg import eigh

    products = _window_products(values, delays)
    count = len(products)
    kept = min(rank + OVERSAMPLING, count)
    _, start = eigh(products, subset_by_index=(count - kept, count - 1), overwrite_a=True)
    right, _ = np.linalg.qr(_transposed_product(values, delays, start))
    vectors, sizes, _ = np.linalg.svd(_product(values, delays, right), full_matrices=False)
    return vectors[:, :rank], sizes[:rank]


def _window_products(values: np.ndarray, delays: int) -> np.ndarray:
    """Scalar products between all windows, shape (windows, windows): sums along diagonals of those between samples."""
    trials, samples, units = values.shape
    windows = samples - delays + 1
    flat = values.reshape(-1, units)
    pairs = (flat @ flat.T).reshape(trials, samples, trials, samples)
    total = pairs[:, :windows, :, :windows].copy()
    for k in range(1, delays):
        total += pairs[:, k : k + windows, :, k : k + windows]
    return total.reshape(trials * windows, trials * windows)


def _hankel(values: np.ndarray, delays: int) -> np.ndarray:
    """Windows of all trials in rows, shape (trials · windows, delays · units)."""
    seen = np.lib.stride_tricks.sliding_window_view(values, delays, axis=1)
    return seen.reshape(seen.shape[0] * seen.shape[1], -1)


def _product(values: np.ndarray, delays: int, right: np.ndarray) -> np.ndarray:
    """Hankel matrix times columns, without forming it; rows of `right` go through the units of each delay."""
    windows, units = values.shape[1] - delays + 1, values.shape[2]
    blocks = right.reshape(delays, units, -1)
    total = sum(values[:, k : k + windows] @ blocks[k] for k in range(delays))
    return np.asarray(total).reshape(-1, right.shape[1])


def _transposed_product(values: np.ndarray, delays: int, left: np.ndarray) -> np.ndarray:
    """Transposed Hankel matrix times columns, rows in the order of `_product`."""
    windows, units = values.shape[1] - delays + 1, values.shape[2]
    parts = [values[:, k : k + windows].reshape(-1, units).T @ left for k in range(delays)]
    return np.concatenate(parts)


def _checked(activity: np.ndarray, delays: int) -> np.ndarray:
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
        raise ParameterError("activity is zero at all times, so it has no dynamics; start from another state.")
    return values

"""Arrays of one shape for tables of networks, of which each has its own number of rows."""

from __future__ import annotations

import numpy as np

__all__ = ["pad_rows"]


def pad_rows(values: np.ndarray, rows: int) -> np.ndarray:
    """First rows of an array, followed by rows of NaN.

    Parameters
    ----------
    values : ndarray, shape (found, columns)
        For instance the fixed points of one network.
    rows : int
        Number of rows that all networks return.

    Returns
    -------
    ndarray of float64, shape (rows, columns)

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.reproduce import pad_rows
    >>> pad_rows(np.eye(2), 3)
    array([[ 1.,  0.],
           [ 0.,  1.],
           [nan, nan]])
    """
    found = np.full((rows, values.shape[1]), np.nan)
    found[: min(rows, len(values))] = values[:rows]
    return found

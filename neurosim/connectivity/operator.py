"""The recurrent weights as one final class: a matrix, sparse or dense, plus low-rank factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, require_memory

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Operator"]


@dataclass(frozen=True, eq=False)
class Operator:
    r"""Linear map of the rates, :math:`W = base + left\, right^T`, that is formed only when asked.

    Parameters
    ----------
    base : ndarray or scipy.sparse.csr_array, shape (units, units), optional
        Full-rank part. ``base[i, j]`` is the weight from unit j to unit i.
    left, right : ndarray, shape (units, rank), optional
        Factors of the low-rank part; both or neither.

    Raises
    ------
    ShapeError
        When the parts do not fit each other.
    ParameterError
        When a weight is NaN or infinite, or there is no part at all.

    Notes
    -----
    ``operator @ rates`` costs units² (dense), the number of weights (sparse) and 2 units rank (low rank).
    All parts share one dtype, float64 or float32.
    """

    base: np.ndarray | csr_array | None = None
    left: np.ndarray | None = None
    right: np.ndarray | None = None

    def __post_init__(self) -> None:
        ...

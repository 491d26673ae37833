"""Parts of an operator: how arrays given for them are checked, stored, added and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Matrix", "added", "beside", "numbers", "require_fit", "same_part", "stored"]

Matrix: TypeAlias = "np.ndarray | csr_array"
"""A dense or sparse base."""


def numbers(name: str, part: Any) -> Matrix:
    """Return a part as an array, or a CSR array in canonical form, of finite real numbers."""
    if isinstance(part, np.ndarray):
        return finite(name, part)
    from scipy.sparse import csr_array, issparse

    if not issparse(part):
        return finite(name, part)
    part = csr_array(part)
    if name != "base" or part.dtype.kind not in "fiub":
        raise ParameterError(
            f"{name} is sparse with dtype {part.dtype}; only base may be sparse, and of real numbers."
        )
    if not part.has_canonical_format:
        part = part.copy()  # the caller's matrix stays as it is
        part.sum_duplicates()
    if not np.isfinite(part.data).all():
        entry = int(np.argmin(np.isfinite(part.data)))
        row = int(np.searchsorted(part.indptr, entry, side="right")) - 1
        raise ParameterError(
            f"base[{row}, {part.indices[entry]}] = {part.data[entry]} is not finite; "
            f"replace NaN and infinite weights."
        )
    return part


def require_fit(shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise `ShapeError` unless the parts of one operator have shapes that fit each other."""
    base = shapes.get("base")
    if base is not None and (len(base) != 2 or base[0] != base[1] or base[0] == 0):
        raise ShapeError(f"base has shape {base}; recurrent weights are square, (units, units).")
    if "left" not in shapes:
        return
    left, right = shapes["left"], shapes["right"]
    if len(left) != 2 or left != right or left[0] == 0:
        raise ShapeError(
            f"left has shape {left} and right {right}; both must be (units, rank). "
            f"Write a single vector as vector[:, None]."
        )
    if base is not None and left[0] != base[0]:
        raise ShapeError(f"base has {base[0]} units and left has {left[0]}; make them equal.")


def stored(part: Matrix, dtype: np.dtype) -> Matrix:
    """Return a part in one dtype and in C order, seen read-only, copied only where that needs it."""
    if isinstance(part, np.ndarray):
        return _read_only(np.ascontiguousarray(part, dtype=dtype))
    from scipy.sparse import csr_array

    narrow = max(part.nnz, part.shape[0]) <= np.iinfo(np.int32).max
    index = np.int32 if narrow else np.int64
    weights = part.data.astype(dtype, copy=False)
    places = [array.astype(index, copy=False) for array in (part.indices, part.indptr)]
    csr = csr_array((weights, *places), shape=part.shape)
    for name in ("data", "indices", "indptr"):
        setattr(csr, name, _read_only(getattr(csr, name)))
    return csr


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.setflags(write=False)
    return view


def added(first: Matrix | None, second: Matrix | None) -> Matrix | None:
    """Sum of two bases; the other one itself where one is missing."""
    if first is None or second is None:
        return second if first is None else first
    return first + second


def beside(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
    """Columns of two factors side by side."""
    if first is None or second is None:
        return second if first is None else first
    return np.hstack([first, second])


def same_part(first: Any, second: Any) -> bool:
    """Whether two parts are of one kind and equal bit for bit."""
    if first is None or second is None or isinstance(first, np.ndarray) != isinstance(second, np.ndarray):
        return first is None and second is None
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second)
    arrays = ("data", "indices", "indptr")
    return first.shape == second.shape and all(
        np.array_equal(getattr(first, name), getattr(second, name)) for name in arrays
    )

"""Parts of an operator: checking, storing, adding and comparing its arrays and its pattern of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Matrix",
    "as_part",
    "as_pattern",
    "hstack",
    "require_fit",
    "same_part",
    "store",
    "sum_of_bases",
    "union",
]

Matrix: TypeAlias = "np.ndarray | csr_array"
"""A dense or sparse base."""


def as_part(name: str, part: Any) -> Matrix:
    """Convert a part to an array, or to a CSR array in canonical form, of finite real numbers."""
    if isinstance(part, np.ndarray):
        return finite(name, part)
    from scipy.sparse import csr_array, issparse

    if not issparse(part):
        return finite(name, part)
    part = csr_array(part)
    if name != "base" or part.dtype.kind not in "fiub":
        raise ParameterError(
            f"{name} must {'hold real numbers' if name == 'base' else 'be dense'} "
            f"(got a sparse array of {part.dtype}); only base may be sparse."
        )
    if not part.has_canonical_format:
        part = part.copy()  # the caller's matrix stays as it is
        part.sum_duplicates()
    if not np.isfinite(part.data).all():
        entry = int(np.argmin(np.isfinite(part.data)))
        row = int(np.searchsorted(part.indptr, entry, side="right")) - 1
        raise ParameterError(
            f"base[{row}, {part.indices[entry]}] must be finite (got {part.data[entry]}); "
            f"replace NaN and infinite weights."
        )
    return part


def require_fit(shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise `ShapeError` unless the parts of one operator have shapes that fit each other."""
    base = shapes.get("base")
    if base is not None and (len(base) != 2 or base[0] != base[1] or base[0] == 0):
        raise ShapeError(f"base must be square, (units, units) (got shape {base}).")
    if "left" not in shapes:
        return
    left, right = shapes["left"], shapes["right"]
    if len(left) != 2 or left != right or left[0] == 0:
        raise ShapeError(
            f"left and right must both have shape (units, rank) (got {left} and {right}); "
            f"write a single vector as vector[:, None]."
        )
    if base is not None and left[0] != base[0]:
        raise ShapeError(f"left must have as many units as base, {base[0]} (got {left[0]}).")


def as_pattern(pattern: Any, base: Matrix | None) -> np.ndarray | None:
    """Convert a pattern of connections to a read-only boolean array, or to None where all connections exist."""
    if not isinstance(base, np.ndarray):
        raise ParameterError(
            "pattern must be left out unless base is dense; a sparse base has the connections that it stores."
        )
    numbers = finite("pattern", pattern)
    if numbers.shape != base.shape or not np.isin(numbers, (0, 1)).all():
        raise ShapeError(
            f"pattern must be an array of 0 and 1 of shape {base.shape} (got shape {numbers.shape}, values from "
            f"{numbers.min(initial=0):g} to {numbers.max(initial=0):g}); try pattern=(base != 0)."
        )
    pattern = numbers != 0
    if pattern.all():
        return None
    if np.any(base[~pattern]):
        row, column = (int(k) for k in np.argwhere((base != 0) & ~pattern)[0])
        raise ParameterError(
            f"base[{row}, {column}] must be 0, since pattern has no connection there (got {base[row, column]}); "
            f"multiply base by pattern."
        )
    return _read_only(np.ascontiguousarray(pattern))


def store(part: Matrix, dtype: np.dtype) -> Matrix:
    """Convert a part to one dtype and C order, read-only; copied only where that needs it."""
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


def sum_of_bases(first: Matrix | None, second: Matrix | None) -> Matrix | None:
    """Sum of two bases; the other one itself where one is missing."""
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return first + second
    from scipy.sparse import coo_array

    # the sum of two CSR arrays drops entries that cancel, which are connections all the same
    first, second = first.tocoo(), second.tocoo()
    places = [np.concatenate([getattr(part, name) for part in (first, second)]) for name in ("row", "col")]
    return coo_array((np.concatenate([first.data, second.data]), places), shape=first.shape).tocsr()


def union(*terms: tuple[Matrix | None, np.ndarray | None]) -> np.ndarray | None:
    """Pattern of a sum of bases, each given with its own pattern; None where all connections exist, or it is sparse."""
    bases = [base for base, _ in terms if base is not None]
    if not any(isinstance(base, np.ndarray) for base in bases):
        return None
    if any(isinstance(base, np.ndarray) and pattern is None for base, pattern in terms):
        return None
    exists = np.zeros(bases[0].shape, bool)
    for base, pattern in terms:
        if pattern is not None:
            exists |= pattern
        elif base is not None:
            rows = np.repeat(np.arange(base.shape[0]), np.diff(base.indptr))  # type: ignore[union-attr]
            exists[rows, base.indices] = True  # type: ignore[union-attr]
    return exists


def hstack(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
    """Columns of two factors side by side."""
    if first is None or second is None:
        return second if first is None else first
    return np.hstack([first, second])


def same_part(first: Any, second: Any) -> bool:
    """Whether two parts have the same type of storage and are equal bit for bit."""
    if first is None or second is None or isinstance(first, np.ndarray) != isinstance(second, np.ndarray):
        return first is None and second is None
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second)
    arrays = ("data", "indices", "indptr")
    return first.shape == second.shape and all(
        np.array_equal(getattr(first, name), getattr(second, name)) for name in arrays
    )

"""Recurrent weights: a dense or sparse matrix plus low-rank factors, and which connections exist."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.delays import Delays, delays_of_sum, delays_of_transposed
from neurosim.connectivity.parts import (
    as_part,
    as_pattern,
    hstack,
    require_fit,
    same_part,
    store,
    sum_of_bases,
    union,
)
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import array_of_shape, finite, require_square

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Operator"]


@dataclass(frozen=True, eq=False, repr=False)
class Operator:
    r"""Recurrent weights :math:`W = base + left\, right^T`; the matrix itself is formed only by `dense`.

    Parameters
    ----------
    base : ndarray or scipy.sparse.csr_array, shape (units, units), optional
        Full-rank part. ``base[i, j]`` is the weight from unit j to unit i. Any scipy sparse array is taken
        and turned into CSR.
    left, right : ndarray, shape (units, rank), optional
        Factors of the low-rank part; both or neither.
    pattern : ndarray of bool, shape (units, units), optional
        Which connections of a dense base exist; default: all. A sparse base has its own: the entries that it stores,
        zeros among them. Training changes the weights of existing connections only, so a pattern is kept by sums,
        products with numbers, transposition, and saving.
    delays : Delays, optional
        How long each connection takes, kept as the pattern is; default: none takes time. Products, `dense` and
        eigenvalues are those of the whole W, which acts on rates that do not change in time. See `with_delays`.

    Raises
    ------
    ShapeError
        When the parts do not fit each other.
    ParameterError
        When a weight is NaN or infinite, where a weight that is not 0 has no connection, or without any part.

    Notes
    -----
    ``operator @ rates`` costs units² (dense), the number of weights (sparse) and 2 units rank (low rank)
    multiplications; ``rates @ operator`` is the product with the transpose at the same cost.

    All parts share one dtype: float32 when all are given in float32, else float64 (so a sum of a float32 and a
    float64 operator is float64). Arrays that have this dtype and lie in C order are *not copied*; the operator sees
    them through read-only views, so do not change them afterward. CSR indices are sorted.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Operator
    >>> ones = np.ones((1_000_000, 1))
    >>> operator = Operator(left=ones, right=ones / 1e6)
    >>> operator
    Operator(size=1000000, rank=1, dtype=float64)
    >>> (operator @ np.full(1_000_000, 3.0))[:2]
    array([3., 3.])
    """

    base: np.ndarray | csr_array | None = None
    left: np.ndarray | None = None
    right: np.ndarray | None = None
    pattern: np.ndarray | None = None
    delays: Delays | None = None

    # so that NumPy calls __rmatmul__ and __rmul__ instead of looping over entries
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        given = {"base": self.base, "left": self.left, "right": self.right}
        missing = [name for name, part in given.items() if part is None]
        if missing not in ([], ["base"], ["left", "right"]):
            raise ParameterError(
                f"an Operator must have base, or left and right, or all three (got no {' and no '.join(missing)})."
            )
        arrays = {name: as_part(name, part) for name, part in given.items() if part is not None}
        require_fit({name: array.shape for name, array in arrays.items()})
        single = all(array.dtype == np.float32 for array in arrays.values())
        for name, array in arrays.items():
            object.__setattr__(self, name, store(array, np.dtype(np.float32 if single else np.float64)))
        if self.pattern is not None:
            object.__setattr__(self, "pattern", as_pattern(self.pattern, self.base))
        if self.delays is not None:
            self.delays.require_fit(self.base, self.rank)

    @property
    def size(self) -> int:
        """Number of units."""
        return self._parts[0].shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """``(units, units)``."""
        return self.size, self.size

    @property
    def kind_of_base(self) -> str:
        """Storage of the full-rank part: "dense", "sparse" or "none"."""
        if self.base is None:
            return "none"
        return "dense" if isinstance(self.base, np.ndarray) else "sparse"

    @property
    def rank(self) -> int:
        """Number of columns of the low-rank factors; 0 without that part."""
        return 0 if self.left is None else self.left.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Precision of the weights, float64 or float32."""
        return self._parts[0].dtype

    @property
    def nbytes(self) -> int:
        """Memory of all parts and of the pattern in bytes."""
        return (0 if self.pattern is None else self.pattern.nbytes) + sum(
            part.nbytes
            if isinstance(part, np.ndarray)
            else part.data.nbytes + part.indices.nbytes + part.indptr.nbytes
            for part in self._parts
        )

    @property
    def connections(self) -> int:
        """Number of connections of the base that exist, whatever their weights; 0 without a base."""
        if self.pattern is not None:
            return int(np.count_nonzero(self.pattern))
        if self.base is None:
            return 0
        return self.base.size if isinstance(self.base, np.ndarray) else int(self.base.nnz)

    def sources(self, unit: int) -> np.ndarray:
        """Indices of the units from which a unit receives connections of the base, ascending."""
        if self.pattern is not None:
            return np.flatnonzero(self.pattern[unit])
        if self.base is None or isinstance(self.base, np.ndarray):
            return np.arange(0 if self.base is None else self.size)
        start, stop = self.base.indptr[unit : unit + 2]
        return self.base.indices[start:stop].astype(np.intp)

    def with_weights(
        self, base: np.ndarray | None = None, left: np.ndarray | None = None, right: np.ndarray | None = None
    ) -> Operator:
        """Operator with other weights of the same connections.

        Parameters
        ----------
        base : ndarray, optional
            Shape (units, units); for a sparse base only the weights that it stores, shape (connections,). Default, here
            and for the factors: those of this operator.
        left, right : ndarray, shape (units, rank), optional
        """
        whole: Any = self.base if base is None else base
        if base is not None and self.kind_of_base == "sparse":
            whole = type(self.base)((base, self.base.indices, self.base.indptr), shape=self.shape)  # type: ignore
        factors = (self.left if left is None else left, self.right if right is None else right)
        return Operator(whole, *factors, self.pattern, self.delays)

    def with_delays(self, base: Any = 0.0, factors: Any = 0.0) -> Operator:
        """Operator of the same weights whose connections take time.

        Parameters
        ----------
        base : float or ndarray, optional
            Delay of each connection of the base: one number, shape (units, units), or (connections,) of a sparse base.
        factors : float or ndarray, shape (rank,), optional
            Delay of each column of the low-rank factors.

        Raises
        ------
        ParameterError, ShapeError
            For delays that are negative or not finite, or do not fit.
        """
        whole: Any = self.base
        shape = None if whole is None else whole.shape if self.kind_of_base == "dense" else (whole.nnz,)
        given = (("base", base, shape), ("factors", factors, (self.rank,) if self.rank else None))
        times = [None if wanted is None else _times(name, value, wanted) for name, value, wanted in given]
        delays = Delays.of(times[0], times[1], self.pattern)
        return Operator(self.base, self.left, self.right, self.pattern, delays)

    @property
    def T(self) -> Operator:
        """Transposed operator. Copies the base; ``rates @ operator`` is the same product without a copy."""
        base: Any = None if self.base is None else self.base.T
        pattern = None if self.pattern is None else self.pattern.T
        return Operator(base, self.right, self.left, pattern, delays_of_transposed(self))

    @property
    def _parts(self) -> list[Any]:
        return [part for part in (self.base, self.left, self.right) if part is not None]

    def __matmul__(self, rates: np.ndarray) -> np.ndarray:
        """Product W r, of shape (units,) or (units, k)."""
        rates = self._check_rates(rates, axis=0)
        terms = [] if self.base is None else [self.base @ rates]
        if self.left is not None and self.right is not None:
            terms.append(self.left @ (self.right.T @ rates))
        return terms[0] if len(terms) == 1 else terms[0] + terms[1]

    def __rmatmul__(self, rates: np.ndarray) -> np.ndarray:
        """Product r W, the transpose of Wᵀ r, of shape (units,) or (k, units)."""
        rates = self._check_rates(rates, axis=-1)
        terms = [] if self.base is None else [rates @ self.base]
        if self.left is not None and self.right is not None:
            terms.append((rates @ self.left) @ self.right.T)
        return terms[0] if len(terms) == 1 else terms[0] + terms[1]

    def _check_rates(self, rates: Any, axis: int) -> np.ndarray:
        rates = np.asarray(rates)
        if rates.ndim not in (1, 2) or rates.shape[axis] != self.size:
            wanted = "(units, k)" if axis == 0 else "(k, units)"
            raise ShapeError(
                f"rates must have shape ({self.size},) or {wanted} for an operator of {self.size} units "
                f"(got {rates.shape}); move the axis of the units {'first' if axis == 0 else 'last'}."
            )
        return rates

    def dense(self) -> np.ndarray:
        """Matrix W as a new array of shape (units, units).

        Raises
        ------
        MemoryLimitError
            If units² numbers do not fit into memory; raised before they are allocated.
        """
        require_square(
            self.size,
            matrices=2 if self.rank else 1,
            itemsize=self.dtype.itemsize,
            remedy="Use operator @ rates, which never forms the matrix, or fewer units.",
        )
        if self.base is None:
            matrix = np.zeros(self.shape, self.dtype)
        else:
            matrix = self.base.copy() if isinstance(self.base, np.ndarray) else self.base.toarray()
        if self.left is not None and self.right is not None:
            matrix += self.left @ self.right.T
        return matrix

    def eigenvalues(self) -> np.ndarray:
        r"""All eigenvalues of W, complex, of shape (units,), by descending real part.

        A purely low-rank operator costs units rank²: its non-zero eigenvalues are exactly those of
        :math:`right^T left`, since :math:`\det(\lambda - LR^T) = \lambda^{N-K} \det(\lambda - R^T L)`.
        Otherwise the matrix is formed, and the cost is about 25 units³.
        """
        if self.left is not None and self.right is not None and self.base is None and self.rank < self.size:
            core = np.linalg.eigvals(self.right.T @ self.left)
            values = np.concatenate([core, np.zeros(self.size - self.rank)])
        else:
            values = np.linalg.eigvals(self.dense())
        values = values.astype(np.complex128 if self.dtype == np.float64 else np.complex64)
        return values[np.lexsort((-values.imag, -values.real))]

    def balance(self) -> Operator:
        r"""Operator of the same W whose factors are as large as each other: singular vectors times √(singular values).

        Training with an optimizer such as Adam, whose steps are alike for all entries, needs this: of factors as
        `LowRank` and `GaussianLowRank` build them, m and n/N, one step would hardly change the first and replace the
        second. Columns are orthogonal, the largest singular value first; the sign is such that the entry of largest
        modulus of each left column is positive. Costs units rank².

        Raises
        ------
        ParameterError
            If there is no low-rank part.
        """
        if self.left is None or self.right is None:
            raise ParameterError("an Operator must have left and right to be balanced (got none of them).")
        if self.delays is not None and len(np.unique(np.asarray(self.delays.factors))) > 1:
            raise ParameterError(
                "an Operator must have one delay of all factors to be balanced (got several)."
            )
        (q, r), (p, s) = np.linalg.qr(self.left), np.linalg.qr(self.right)
        u, values, v = np.linalg.svd(r @ s.T)
        left, right, root = q @ u, p @ v.T, np.sqrt(values)
        signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
        factors = left * (root * signs), right * (root * signs)
        return Operator(self.base, *factors, self.pattern, self.delays)

    def frobenius(self) -> float:
        r"""Norm :math:`(\sum_{ij} W_{ij}^2)^{1/2}`, without forming W.

        Divided by the square root of the number of units it is the gain g of the random matrix with
        variance g²/N that has the same mean square weight. Uses
        :math:`|B + LR^T|^2 = |B|^2 + 2\,\mathrm{tr}(L^T B R) + \mathrm{tr}(L^T L\, R^T R)`; parts that
        cancel each other leave a rounding error of about 1e-8 of their own norm.
        """
        square = 0.0
        if self.base is not None:
            weights = self.base if isinstance(self.base, np.ndarray) else self.base.data
            square += float(np.vdot(weights, weights))
        if self.left is not None and self.right is not None:
            square += float(np.vdot(self.left.T @ self.left, self.right.T @ self.right))
            if self.base is not None:
                square += 2.0 * float(np.vdot(self.left, self.base @ self.right))
        return float(np.sqrt(max(square, 0.0)))

    def astype(self, dtype: Any) -> Operator:
        """Operator in another precision, float64 or float32; the same object if it has that already."""
        kind = np.dtype(dtype)
        if kind not in (np.dtype(np.float64), np.dtype(np.float32)):
            raise ParameterError(f"dtype must be float64 or float32 (got {dtype!r}).")
        if kind == self.dtype:
            return self
        base, left, right = (
            None if p is None else p.astype(kind) for p in (self.base, self.left, self.right)
        )
        return Operator(base, left, right, self.pattern, self.delays)

    def __add__(self, other: Operator) -> Operator:
        """Sum of two operators: dense + sparse is dense, low-rank factors are put side by side.

        A connection exists in the sum where it exists in one of the terms, even if their weights cancel. It must have
        the same delay in both.
        """
        if not isinstance(other, Operator):
            return NotImplemented
        if self.size != other.size:
            raise ShapeError(
                f"operators of {self.size} and {other.size} units cannot be added; build both with one size."
            )
        base = sum_of_bases(self.base, other.base)
        pattern = union((self.base, self.pattern), (other.base, other.pattern))
        return Operator(
            base,
            hstack(self.left, other.left),
            hstack(self.right, other.right),
            pattern,
            delays_of_sum(self, other, base, pattern),
        )

    def __mul__(self, factor: float) -> Operator:
        """Every weight times one finite number."""
        if not isinstance(factor, Real):
            return NotImplemented
        factor = float(finite("factor", factor))
        return Operator(
            None if self.base is None else self.base * factor,
            None if self.left is None else self.left * factor,
            self.right,
            self.pattern,
            self.delays,
        )

    __rmul__ = __mul__

    def equals(self, other: Operator) -> bool:
        """Whether the other operator has the same connections, delays and, bit for bit, the same weights."""
        names = ("base", "left", "right", "pattern")
        pairs = [(getattr(self, name), getattr(other, name)) for name in names]
        same_delays = self.delays is other.delays or (
            self.delays is not None and self.delays.equals(other.delays)
        )
        return self.dtype == other.dtype and same_delays and all(same_part(a, b) for a, b in pairs)

    def __eq__(self, other: object) -> bool:
        return self.equals(other) if isinstance(other, Operator) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        parts = [f"size={self.size}"]
        if isinstance(self.base, np.ndarray):
            parts.append(
                "base=dense" + (f" with {self.connections} weights" if self.pattern is not None else "")
            )
        elif self.base is not None:
            parts.append(f"base=sparse with {self.base.nnz} weights")
        if self.left is not None:
            parts.append(f"rank={self.rank}")
        if self.delays is not None:
            parts.append(f"delays={', '.join(f'{value:g}' for value in self.delays.values)}")
        return f"Operator({', '.join(parts)}, dtype={self.dtype})"


def _times(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Delays in an array of this shape, from one number or from such an array."""
    if np.ndim(value) == 0 and value is not None:
        value = np.full(shape, finite(f"delays of {name}", value), np.float64)
    return array_of_shape(f"delays of {name}", value, shape)

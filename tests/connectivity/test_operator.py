"""An operator is the matrix that it stands for, whatever its parts are."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from neurosim.connectivity import Operator
from neurosim.errors import MemoryLimitError, ParameterError, ShapeError

KINDS = ("dense", "sparse", "low rank", "dense + low rank", "sparse + low rank")

kinds = st.sampled_from(KINDS)
sizes = st.integers(1, 8)
seeds = st.integers(0, 2**32 - 1)
quickly = settings(deadline=None, max_examples=40)


def parts(kind, size, rng):
    """Base and factors of one kind, and the matrix that they stand for, worked out entry by entry."""
    base, left, right, matrix = None, None, None, np.zeros((size, size))
    if "dense" in kind or "sparse" in kind:
        matrix += rng.standard_normal((size, size)) * (rng.random((size, size)) < 0.5)
        base = sparse.csr_array(matrix) if "sparse" in kind else matrix.copy()
    if "low rank" in kind:
        left, right = rng.standard_normal((2, size, 2))
        for k in range(2):
            matrix += np.multiply.outer(left[:, k], right[:, k])
    return (base, left, right), matrix


def operator_and_matrix(kind, size, seed):
    given_parts, matrix = parts(kind, size, np.random.default_rng(seed))
    return Operator(*given_parts), matrix


@quickly
@given(kinds, sizes, seeds)
def test_products_are_those_of_the_matrix(kind, size, seed):
    operator, matrix = operator_and_matrix(kind, size, seed)
    rates = np.random.default_rng(seed).standard_normal((size, 3))
    assert_allclose(operator.dense(), matrix, atol=1e-14)
    assert_allclose(operator @ rates, matrix @ rates, atol=1e-12)
    assert_allclose(operator @ rates[:, 0], matrix @ rates[:, 0], atol=1e-12)
    assert_allclose(rates.T @ operator, rates.T @ matrix, atol=1e-12)
    assert_allclose(rates[:, 0] @ operator, rates[:, 0] @ matrix, atol=1e-12)


@quickly
@given(kinds, sizes, seeds)
def test_transpose_is_the_adjoint(kind, size, seed):
    operator, _ = operator_and_matrix(kind, size, seed)
    x, y = np.random.default_rng(seed).standard_normal((2, size))
    assert_allclose(x @ (operator @ y), (operator.T @ x) @ y, atol=1e-12)
    assert_allclose(x @ operator, operator.T @ x, atol=1e-12)
    assert operator == operator.T.T


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_sum_acts_like_both_together(first, second):
    a, dense_a = operator_and_matrix(first, 7, 1)
    b, dense_b = operator_and_matrix(second, 7, 2)
    rates = np.random.default_rng(3).standard_normal(7)
    assert_allclose((a + b) @ rates, a @ rates + b @ rates, atol=1e-12)
    assert_allclose((a + b).dense(), dense_a + dense_b, atol=1e-12)
    assert (a + b).rank == a.rank + b.rank
    dense = "dense" in first + second
    assert isinstance((a + b).base, np.ndarray) == dense


@quickly
@given(kinds, sizes, seeds, st.floats(-5.0, 5.0))
def test_multiples_scale_every_weight(kind, size, seed, factor):
    operator, matrix = operator_and_matrix(kind, size, seed)
    assert_allclose((factor * operator).dense(), factor * matrix, atol=1e-12)
    assert operator * factor == factor * operator == np.float64(factor) * operator


@quickly
@given(kinds, sizes, seeds)
def test_norm_needs_no_matrix(kind, size, seed):
    operator, matrix = operator_and_matrix(kind, size, seed)
    assert_allclose(operator.frobenius(), np.linalg.norm(matrix), rtol=1e-9, atol=1e-9)


@quickly
@given(kinds, sizes, seeds)
def test_eigenvalues_have_the_moments_of_the_matrix(kind, size, seed):
    operator, matrix = operator_and_matrix(kind, size, seed)
    values = operator.eigenvalues()
    assert values.shape == (size,)
    assert (np.diff(values.real) <= 0.0).all()
    for power in (1, 2, 3):
        moment = np.trace(np.linalg.matrix_power(matrix, power))
        # moments are sums of products of up to three weights of order one: 1e-9 is far above rounding
        assert_allclose(
            np.sum(values**power), moment, atol=1e-9 * max(1.0, np.abs(matrix).max() * size) ** power
        )


def test_low_rank_eigenvalues_are_those_of_the_overlap_matrix():
    basis = np.eye(9)
    left = np.column_stack([basis[0], basis[1]])
    right = np.column_stack([basis[0] + 2.0 * basis[1], basis[1] - 2.0 * basis[0]])
    values = Operator(left=left, right=right).eigenvalues()
    # the overlap matrix [[1, 2], [-2, 1]] has eigenvalues 1 ± 2i
    assert_allclose(values, [1.0 + 2.0j, 1.0 - 2.0j, *[0.0] * 7], atol=1e-14)


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [(("f4", "f4"), "f4"), (("f4", "f8"), "f8"), (("i8", "f4"), "f8"), (("f8", "f8"), "f8")],
)
@pytest.mark.parametrize("kind", ["dense + low rank", "sparse + low rank"])
def test_parts_share_one_precision(kind, dtypes, expected):
    (base, left, right), _ = parts(kind, 5, np.random.default_rng(0))
    base = base.astype(dtypes[0])
    operator = Operator(base, left.astype(dtypes[1]), right.astype(dtypes[1]))
    assert operator.dtype == operator.base.dtype == operator.left.dtype == operator.right.dtype == expected
    assert (operator @ np.ones(5, operator.dtype)).dtype == expected
    assert operator.eigenvalues().dtype == np.result_type(expected, np.complex64)


@pytest.mark.parametrize("kind", KINDS)
def test_astype_rounds_and_returns(kind):
    operator, matrix = operator_and_matrix(kind, 6, 0)
    single = operator.astype("float32")
    assert single.dtype == np.float32
    # a product of two rounded factors, relative to entries of order 1
    assert_allclose(single.dense(), matrix, atol=1e-5)
    assert operator.astype(np.float64) is operator


def test_large_arrays_are_not_copied_and_cannot_be_written():
    (base, left, right), _ = parts("dense + low rank", 6, np.random.default_rng(0))
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    operator = Operator(base, left, right)
    for name, array in (("base", base), ("left", left), ("right", right)):
        assert np.shares_memory(getattr(operator, name), array)
        with pytest.raises(ValueError, match="read-only"):
            getattr(operator, name)[0, 0] = 1.0
        array[0, 0] = 1.0  # what was given stays writable
    assert operator.dense().flags.writeable
    assert not np.shares_memory(operator.dense(), base)


def test_arrays_lie_in_c_order():
    operator = Operator(np.asfortranarray(np.arange(9.0).reshape(3, 3)))
    assert operator.base.flags.c_contiguous
    assert operator.T.base.flags.c_contiguous
    assert_array_equal(operator.T.base[0], [0.0, 3.0, 6.0])


@pytest.mark.parametrize("form", ["csr_array", "csc_array", "coo_array", "csr_matrix"])
def test_any_sparse_matrix_becomes_sorted_csr(form):
    matrix = np.array([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    given_matrix = getattr(sparse, form)(matrix)
    operator = Operator(given_matrix)
    assert_array_equal(operator.base.indices, [1, 2, 0, 1])
    assert operator.base.indices.dtype == operator.base.indptr.dtype == np.int32
    assert not operator.base.data.flags.writeable
    assert_array_equal(operator.dense(), matrix)
    assert_array_equal(given_matrix.toarray(), matrix)


def test_unsorted_and_repeated_entries_are_put_in_order_in_a_copy():
    unsorted = sparse.csr_array(
        (np.array([1.0, 2.0, 3.0]), np.array([2, 0, 2]), np.array([0, 3, 3, 3])), shape=(3, 3)
    )
    operator = Operator(unsorted)
    assert_array_equal(operator.base.indices, [0, 2])
    assert_array_equal(operator.base.data, [2.0, 4.0])
    assert_array_equal(unsorted.indices, [2, 0, 2])


FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


@pytest.mark.parametrize("kind", [f"{form}_{kind}" for kind in ("array", "matrix") for form in FORMATS])
def test_every_sparse_type_of_scipy_means_its_matrix(kind):
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((6, 6)) < 0.4, rng.standard_normal((6, 6)), 0.0)
    operator = Operator(getattr(sparse, kind)(sparse.coo_array(matrix)))
    assert_array_equal(operator.dense(), matrix)
    assert_array_equal(operator.base.indices, np.nonzero(matrix)[1])


def _with_duplicates(form, kind):
    """[[3, 0], [4, 6]] with 3 stored as 1 and 2, and 6 as 7 and -1."""
    by_row = np.array([1.0, 2.0, 7.0, 4.0, -1.0])
    given_parts = {
        "coo": (by_row, ([0, 0, 1, 1, 1], [0, 0, 1, 0, 1])),
        "csr": (by_row, [0, 0, 1, 0, 1], [0, 2, 5]),
        "csc": (np.array([1.0, 4.0, 2.0, 7.0, -1.0]), [0, 1, 0, 1, 1], [0, 3, 5]),
        "bsr": (by_row.reshape(-1, 1, 1), [0, 0, 1, 0, 1], [0, 2, 5]),
    }
    return getattr(sparse, f"{form}_{kind}")(given_parts[form], shape=(2, 2))


@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize("form", ["coo", "csr", "csc", "bsr"])
def test_duplicate_entries_of_every_type_that_allows_them_are_added(form, kind):
    given_matrix = _with_duplicates(form, kind)
    stored = given_matrix.data.copy()
    assert stored.size == 5
    operator = Operator(given_matrix)
    assert_array_equal(operator.base.data, [3.0, 4.0, 6.0])
    assert_array_equal(operator.base.indices, [0, 0, 1])
    assert_array_equal(given_matrix.data, stored)


def test_arrays_of_any_memory_layout_mean_their_numbers():
    matrix = np.random.default_rng(0).standard_normal((6, 6))
    wide = np.zeros((12, 18))
    wide[::2, ::3] = matrix
    locked = matrix.copy()
    locked.setflags(write=False)
    layouts = [
        matrix.astype(">f8"),
        np.asfortranarray(matrix),
        wide[::2, ::3],
        matrix[::-1, ::-1].copy()[::-1, ::-1],
        locked,
    ]
    rates, ones = np.random.default_rng(1).standard_normal(6), np.eye(6)
    for given_matrix in layouts:
        for operator, expected in (
            (Operator(given_matrix), Operator(matrix)),
            (Operator(left=given_matrix, right=ones), Operator(left=matrix, right=ones)),
        ):
            assert operator == expected
            assert operator.dtype == np.dtype("=f8")
            assert_array_equal(operator.dense(), matrix)
            assert_array_equal(operator @ rates, expected @ rates)


def test_nbytes_counts_all_parts():
    (base, left, right), _ = parts("sparse + low rank", 6, np.random.default_rng(0))
    assert Operator(base, left, right).nbytes == base.nnz * (8 + 4) + 7 * 4 + 2 * 6 * 2 * 8
    assert Operator(np.eye(6)).nbytes == 6 * 6 * 8


def test_equality_is_by_value_and_kind():
    eye = Operator(np.eye(3))
    assert eye == Operator(np.eye(3))
    assert eye != Operator(2.0 * np.eye(3))
    assert eye != Operator(sparse.csr_array(np.eye(3)))
    assert Operator(sparse.csr_array(np.eye(3))) == Operator(sparse.csr_array(np.eye(3)))
    assert Operator(sparse.csr_array(np.eye(3))) != Operator(sparse.csr_array(np.eye(3)[::-1]))
    assert eye != eye.astype("float32")
    assert eye != "Operator"


def test_a_million_units_of_rank_two_cost_memory_in_proportion():
    units = 1_000_000
    left, right = np.random.default_rng(0).standard_normal((2, units, 2))
    vector = 8 * units
    tracemalloc.start()
    operator = Operator(left=left, right=right / units)
    current = operator @ np.ones(units)
    values, norm = operator.eigenvalues(), operator.frobenius()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * vector
    assert_allclose(current[:3], left[:3] @ right.mean(axis=0), rtol=1e-9)
    assert_allclose(values.sum().real, np.vdot(left, right) / units, rtol=1e-9)
    assert np.count_nonzero(values) == 2
    assert norm > 0.0


@pytest.mark.parametrize("ask", [Operator.dense, Operator.eigenvalues])
def test_a_matrix_too_large_for_memory_is_refused(ask):
    units = 1_000_000
    diagonal = sparse.csr_array(
        (np.ones(units), np.arange(units), np.arange(units + 1)), shape=(units, units)
    )
    with pytest.raises(
        MemoryLimitError, match=r"size = 1000000: a dense matrix .* 8e\+03 GB; .*operator @ rates"
    ):
        ask(Operator(diagonal))


nan = np.array([[1.0, 2.0], [np.nan, 4.0]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ParameterError, r"must have base, or .* all three \(got no base and no left and no right\)"),
        ({"left": np.ones((2, 1))}, ParameterError, r"\(got no base and no right\)"),
        ({"base": np.eye(2), "right": np.ones((2, 1))}, ParameterError, r"\(got no left\)"),
        (
            {"base": np.ones((2, 3))},
            ShapeError,
            r"base must be square, \(units, units\) \(got shape \(2, 3\)\)",
        ),
        ({"base": np.ones(4)}, ShapeError, r"base must be square, .*\(got shape \(4,\)\)"),
        ({"base": np.empty((0, 0))}, ShapeError, r"base must be square, .*\(got shape \(0, 0\)\)"),
        (
            {"left": np.ones(3), "right": np.ones(3)},
            ShapeError,
            r"write a single vector as vector\[:, None\]",
        ),
        (
            {"left": np.ones((3, 2)), "right": np.ones((3, 1))},
            ShapeError,
            r"left and right must both have .*\(got \(3, 2\) and",
        ),
        (
            {"base": np.eye(2), "left": np.ones((3, 1)), "right": np.ones((3, 1))},
            ShapeError,
            r"left must have as many units as base, 2 \(got 3\)",
        ),
        ({"base": nan}, ParameterError, r"base\[1, 0\] must be finite \(got nan\)"),
        ({"base": sparse.csr_array(nan)}, ParameterError, r"base\[1, 0\] must be finite \(got nan\)"),
        (
            {"base": sparse.csr_array(1j * np.eye(2))},
            ParameterError,
            r"base must hold real numbers \(got a sparse array of complex128\)",
        ),
        (
            {"left": np.array([[1.0], [np.inf]]), "right": np.ones((2, 1))},
            ParameterError,
            r"left\[1, 0\] must be finite \(got inf\)",
        ),
        (
            {"left": sparse.csr_array(np.ones((2, 1))), "right": np.ones((2, 1))},
            ParameterError,
            "left must be dense",
        ),
        ({"base": "W"}, ParameterError, r"base must be an array of numbers \(got str\)"),
    ],
)
def test_parts_that_make_no_operator(arguments, error, message):
    with pytest.raises(error, match=f"(?i){message}"):
        Operator(**arguments)


@pytest.mark.parametrize(
    ("operation", "error", "message"),
    [
        (lambda w: w @ np.ones(3), ShapeError, r"rates must have shape .* of 2 units \(got \(3,\)\)"),
        (lambda w: w @ np.ones((3, 2)), ShapeError, "move the axis of the units first"),
        (lambda w: np.ones((2, 3)) @ w, ShapeError, "move the axis of the units last"),
        (lambda w: w + Operator(np.eye(3)), ShapeError, "operators of 2 and 3 units cannot be added"),
        (lambda w: w + 1.0, TypeError, "unsupported operand"),
        (lambda w: w * "2", TypeError, "multiply"),
        (lambda w: w * np.nan, ParameterError, r"factor must be finite \(got nan\)"),
        (lambda w: w.astype("int64"), ParameterError, r"dtype must be float64 or float32 \(got 'int64'\)"),
    ],
)
def test_operations_that_make_no_sense(operation, error, message):
    with pytest.raises(error, match=message):
        operation(Operator(np.eye(2)))


def test_balanced_factors_give_the_same_weights():
    left, right = np.random.default_rng(0).standard_normal((2, 30, 3))
    operator = Operator(np.eye(30), left, right / 30)
    balanced = operator.balance()
    np.testing.assert_allclose(balanced.dense(), operator.dense(), atol=1e-14)
    values = np.linalg.svd(left @ right.T / 30, compute_uv=False)[:3]
    for factor in (balanced.left, balanced.right):
        np.testing.assert_allclose(factor.T @ factor, np.diag(values), atol=1e-13)


def test_only_factors_can_be_balanced():
    with pytest.raises(ParameterError, match="must have left and right to be balanced"):
        Operator(np.eye(3)).balance()

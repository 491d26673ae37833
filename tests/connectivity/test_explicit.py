"""Given weights come out as they went in."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from neurosim.connectivity import Explicit, Operator
from neurosim.errors import ParameterError, ShapeError

MATRIX = np.array([[0.0, 1.0], [-2.0, 0.0]])


@pytest.mark.parametrize(
    "weights",
    [MATRIX, MATRIX.tolist(), sparse.coo_array(MATRIX), Operator(MATRIX)],
    ids=lambda w: type(w).__name__,
)
def test_the_matrix_is_kept(weights):
    declared = Explicit(weights)
    assert_array_equal(declared.build(2, np.random.default_rng(0)).dense(), MATRIX)
    assert declared == Explicit(weights) == declared.replace()
    assert hash(declared) == hash(Explicit(weights))
    assert declared != Explicit(2.0 * MATRIX)


@pytest.mark.parametrize("form", [np.array, sparse.csr_array], ids=["dense", "sparse"])
def test_a_matrix_that_changes_later_does_not_change_the_declaration(form):
    given = form(MATRIX)
    declared = Explicit(given)
    given *= 5.0
    assert_array_equal(declared.build(2, np.random.default_rng(0)).dense(), MATRIX)


def test_an_operator_is_shared():
    operator = Operator(MATRIX)
    assert Explicit(operator).build(2, np.random.default_rng(0)) is operator


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: Explicit(np.ones((2, 3))).build(2, None),
            ShapeError,
            r"weights must be square, \(units, units\), except in Blocks \(got \(2, 3\)\)",
        ),
        (
            lambda: Explicit([[np.nan]]),
            ParameterError,
            r"Explicit.weights\[0, 0\] must be finite \(got nan\)",
        ),
        (lambda: Explicit("W"), ParameterError, "Explicit.weights must be an array of numbers"),
        (
            lambda: Explicit(np),
            ParameterError,
            r"Explicit.weights must be an array of numbers \(got module\)",
        ),
        (lambda: Explicit(None), ParameterError, "Explicit.weights must be an array of numbers"),
        (
            lambda: Explicit([[1.0, 2.0], [3.0]]),
            ParameterError,
            "Explicit.weights must be an array of numbers",
        ),
        (lambda: Explicit(MATRIX).build(3, None), ShapeError, "are for 2 units, size = 3; build with size=2"),
    ],
)
def test_weights_that_do_not_fit(make, error, message):
    with pytest.raises(error, match=message):
        make()

"""Connectivities add and scale like the matrices that they build."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.connectivity import Coherent, Gaussian, LowRank, Orthogonal, Scaled, Sparse, Sum
from neurosim.errors import ParameterError


def built(connectivity, size=12, seed=0):
    return connectivity.build(size, np.random.default_rng(seed)).dense()


@pytest.mark.parametrize("first", [Gaussian(gain=2.0), Orthogonal(), Sparse(density=0.1)], ids=repr)
def test_added_structure_leaves_the_random_part_as_it_was(first):
    structure = Coherent(strength=0.5)
    assert_allclose(built(first + structure) - built(structure), built(first), atol=1e-15)


def test_the_second_term_continues_the_stream_of_the_first():
    rng = np.random.default_rng(0)
    one, two = (Gaussian(gain).build(12, rng).dense() for gain in (1.0, 3.0))
    assert_allclose(built(Gaussian(1.0) + Gaussian(3.0)), one + two, atol=1e-15)


def test_sums_are_flat_and_keep_their_order():
    a, b, c = Gaussian(), Coherent(), Orthogonal()
    assert ((a + b) + c).terms == (a + (b + c)).terms == (a, b, c)
    assert (a + b) + c == Sum((a, b, c))
    assert a + b != b + a


def test_multiples_and_differences():
    a, b = Gaussian(), Coherent()
    assert 2.0 * a == a * 2.0 == Scaled(2.0, a)
    assert_array_equal(built(-a), -built(a))
    assert_allclose(built(3 * a), 3.0 * built(a), rtol=1e-15)
    assert_allclose(built(a - b), built(a) - built(b), atol=1e-15)
    assert_allclose(built(0.5 * (a + b)), 0.5 * (built(a) + built(b)), atol=1e-15)


def test_a_sum_of_low_rank_terms_stays_low_rank():
    vectors = np.random.default_rng(0).standard_normal((4, 12))
    total = LowRank(*vectors[:2]) + 2.0 * LowRank(*vectors[2:])
    operator = total.build(12, np.random.default_rng(0))
    assert (operator.base, operator.rank) == (None, 2)


def test_declarations_of_sums_print_and_compare():
    text = "Sum(terms=(Gaussian(gain=2.0), Scaled(factor=-1.0, connectivity=Coherent())))"
    assert repr(Gaussian(gain=2.0) - Coherent()) == text
    assert hash(Gaussian() + Coherent()) == hash(Gaussian() + Coherent())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Sum(()), ParameterError, r"Sum.terms must have at least one connectivity"),
        (
            lambda: Sum((Gaussian(), np.eye(2))),
            ParameterError,
            r"terms must be connectivities .*; wrap a matrix as Explicit",
        ),
        (lambda: Scaled(2.0, "Gaussian"), ParameterError, r"terms must be connectivities \(got a str\)"),
        (lambda: np.inf * Gaussian(), ParameterError, r"Scaled.factor must be finite \(got inf\)"),
        (lambda: Gaussian() + 1.0, TypeError, "unsupported operand"),
        (lambda: Gaussian() - 1.0, TypeError, "unsupported operand"),
        (lambda: Gaussian() * "2", TypeError, "multiply"),
    ],
)
def test_terms_that_cannot_be_composed(make, error, message):
    with pytest.raises(error, match=message):
        make()

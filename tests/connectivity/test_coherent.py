"""Coherent structure: its modes, its scaling with 1/sqrt(N), and a spectrum that does not feel it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import linear_sum_assignment

from neurosim.connectivity import Coherent, Gaussian, RowBalanced
from neurosim.errors import ParameterError, ShapeError


def largest_mismatch(first, second):
    """Largest distance between the eigenvalues of two spectra that are matched one to one."""
    distances = np.abs(np.subtract.outer(first, second))
    return distances[linear_sum_assignment(distances)].max()


def test_one_mode_is_that_of_the_paper():
    inputs, outputs = Coherent().modes(6)
    assert_array_equal(inputs, np.ones((6, 1)))
    assert_array_equal(outputs[:, 0], [1, 1, 1, -1, -1, -1])


@pytest.mark.parametrize(("count", "size"), [(1, 10), (2, 12), (3, 16), (4, 24), (5, 48)])
def test_default_modes_are_orthogonal_signs(count, size):
    inputs, outputs = Coherent(strength=np.ones(count)).modes(size)
    patterns = np.hstack([inputs, outputs])
    assert patterns.shape == (size, 2 * count)
    assert set(np.unique(patterns)) <= {-1.0, 1.0}
    assert_array_equal(patterns.T @ patterns, size * np.eye(2 * count))


def test_two_modes_start_with_the_single_one():
    one, two = Coherent(), Coherent(strength=[0.5, 0.5])
    for single, several in zip(one.modes(8), two.modes(8), strict=True):
        assert_array_equal(single[:, 0], several[:, 0])


def test_weights_scale_with_the_root_of_n():
    strength = [2.0, -3.0]
    declared = Coherent(strength=strength)
    xi, nu = declared.modes(8)
    expected = sum(strength[k] / np.sqrt(8) * np.outer(xi[:, k], nu[:, k]) for k in range(2))
    operator = declared.build(8, np.random.default_rng(0))
    assert_allclose(operator.dense(), expected, atol=1e-15)
    assert (operator.base, operator.rank) == (None, 2)
    assert_allclose(operator.eigenvalues(), 0.0, atol=1e-7)


def test_columns_of_given_modes_share_one_strength():
    xi, nu = np.random.default_rng(0).standard_normal((2, 5, 2))
    operator = Coherent(strength=3.0, inputs=xi, outputs=nu).build(5, np.random.default_rng(0))
    assert_allclose(operator.dense(), 3.0 / np.sqrt(5) * (xi @ nu.T), atol=1e-14)
    single = Coherent(inputs=xi[:, 0], outputs=nu[:, 0])
    assert_array_equal(single.modes(5)[0], xi[:, :1])


@pytest.mark.parametrize("strength", [1.0, 10.0])
def test_with_row_balance_the_spectrum_does_not_depend_on_the_strength(strength):
    spectra = [
        (RowBalanced(Gaussian(gain=2.0)) + Coherent(strength=j)).build(200, np.random.default_rng(0))
        for j in (0.0, strength)
    ]
    assert largest_mismatch(*(operator.eigenvalues() for operator in spectra)) < 1e-8


def test_the_same_for_two_modes():
    structure = Coherent(strength=[3.0, 5.0])
    random_part = RowBalanced(Gaussian(gain=2.0), mode=structure.modes(200)[0])
    plain, structured = (
        c.build(200, np.random.default_rng(0)) for c in (random_part, random_part + structure)
    )
    assert largest_mismatch(plain.eigenvalues(), structured.eigenvalues()) < 1e-8


def test_without_row_balance_outliers_solve_the_secular_equation():
    size, gain, strength = 200, 2.0, 20.0
    random_part = Gaussian(gain).build(size, np.random.default_rng(0)).dense()
    xi, nu = (mode[:, 0] for mode in Coherent().modes(size))
    values = (Gaussian(gain) + Coherent(strength)).build(size, np.random.default_rng(0)).eigenvalues()
    outlier = values[np.argmax(np.abs(values))]
    assert abs(outlier) > 1.5 * gain
    # determinant lemma: 1 = J / sqrt(N) nu.(lambda - J_random)^-1 xi
    resolvent = np.linalg.solve(outlier * np.eye(size) - random_part, xi)
    assert_allclose(strength / np.sqrt(size) * (nu @ resolvent), 1.0, atol=1e-9)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Coherent(strength=np.nan), ParameterError, r"Coherent.strength must be finite \(got nan\)"),
        (
            lambda: Coherent(strength=[]),
            ParameterError,
            r"Coherent.strength must have a value \(got none\)",
        ),
        (
            lambda: Coherent(strength=np.ones((2, 2))),
            ShapeError,
            r"strength must be one number, .*\(got shape \(2, 2\)\)",
        ),
        (lambda: Coherent(inputs=np.ones(4)), ParameterError, "inputs and outputs must be given together"),
        (
            lambda: Coherent(inputs=np.ones(4), outputs=np.ones(5)),
            ShapeError,
            r"inputs and outputs must have one shape \(got \(4, 1\) and \(5, 1\)\)",
        ),
        (
            lambda: Coherent([1.0, 2.0, 3.0], np.ones((4, 2)), np.ones((4, 2))),
            ShapeError,
            r"strength must be one number, or one for each of the 2 modes \(got 3\)",
        ),
        (
            lambda: Coherent(inputs=1.0, outputs=1.0),
            ShapeError,
            r"Coherent.inputs must have shape .*\(got \(\)\)",
        ),
        (
            lambda: Coherent().modes(101),
            ShapeError,
            "multiple of 2 for 2 orthogonal patterns .* try 102",
        ),
        (lambda: Coherent([1.0, 2.0, 3.0]).modes(20), ShapeError, "multiple of 8 .* try 24"),
        (
            lambda: Coherent(inputs=np.ones(4), outputs=np.ones(4)).build(6, None),
            ShapeError,
            r"size must be that of Coherent.inputs, 4 \(got 6\); build with size=4",
        ),
    ],
)
def test_invalid_modes(make, error, message):
    with pytest.raises(error, match=message):
        make()

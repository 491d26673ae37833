"""Spectra of random weights against the laws of random matrices.

Counts of eigenvalues within a radius fluctuate little (they repel each other: the standard deviation is of
order N**(1/4), below 0.01 N at N = 500), so the tolerances are set by the rounded edge of finite matrices.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference.rajan_abbott2006 import FRACTION_WITHIN
from scipy.optimize import brentq

from neurosim.connectivity import (
    ExcitatoryInhibitory,
    Explicit,
    Gaussian,
    GaussianExcitatoryInhibitory,
    GaussianLowRank,
    Orthogonal,
    RowBalanced,
    Sparse,
)
from neurosim.errors import ParameterError, ShapeError


def eigenvalues(connectivity, size, seed=0):
    return connectivity.build(size, np.random.default_rng(seed)).eigenvalues()


@pytest.mark.parametrize(
    "connectivity", [Gaussian(gain=2.0), Sparse(density=0.1, gain=2.0, self_connections=False)], ids=repr
)
def test_circular_law(connectivity):
    moduli = np.abs(eigenvalues(connectivity, 500)) / 2.0
    for radius in (0.3, 0.5, 0.7, 0.9):
        assert_allclose(np.mean(moduli < radius), radius**2, atol=0.03)
    # finite matrices reach beyond the disc: mean 1.03, standard deviation 0.013 (dense) to 0.02 at N = 500
    assert_allclose(moduli.max(), 1.03, atol=0.05)


def test_orthogonal_eigenvalues_lie_on_a_circle():
    moduli = np.abs(eigenvalues(Orthogonal(gain=1.7), 300))
    assert np.abs(moduli - 1.7).max() < 1e-10


def test_orthogonal_matrices_are_uniform_on_the_group():
    rng = np.random.default_rng(0)
    traces = np.array([np.trace(Orthogonal().build(4, rng).dense()) for _ in range(4000)])
    # the moments of the trace under the Haar measure are those of a standard normal number up to the fourth
    # (Diaconis & Shahshahani 1994); bare QR factors have mean -0.8. Five standard errors each.
    assert_allclose(traces.mean(), 0.0, atol=5 * np.sqrt(1 / 4000))
    assert_allclose(np.mean(traces**2), 1.0, atol=5 * np.sqrt(2 / 4000))
    assert_allclose(np.mean(traces**4), 3.0, atol=5 * np.sqrt(96 / 4000))


@pytest.mark.parametrize("self_connections", [True, False])
def test_gaussian_entries(self_connections):
    size, gain = 300, 1.5
    weights = Gaussian(gain, self_connections).build(size, np.random.default_rng(0)).dense()
    off_diagonal = weights[~np.eye(size, dtype=bool)]
    count = off_diagonal.size
    assert_allclose(off_diagonal.mean(), 0.0, atol=5 * gain / np.sqrt(size * count))
    assert_allclose(size * off_diagonal.var(), gain**2, rtol=5 * np.sqrt(2 / count))
    assert np.all((np.diag(weights) != 0.0) == self_connections)


def fraction_within(radius, columns):
    """F(r) of Rajan and Abbott's ensemble, from its implicit equation."""
    f, squares = columns.excitatory, np.array([columns.std_excitatory, columns.std_inhibitory]) ** 2

    def mismatch(fraction):
        return np.dot([f, 1 - f], squares / (radius**2 + squares * (1 - fraction))) - 1.0

    return brentq(mismatch, 0.0, 1.0)


@pytest.mark.parametrize(("radius", "published"), FRACTION_WITHIN.items())
def test_the_implicit_equation_has_the_known_solutions(radius, published):
    columns = GaussianExcitatoryInhibitory(std_excitatory=0.5, std_inhibitory=1.0)
    assert_allclose(fraction_within(radius, columns), published, atol=6e-4)


def test_radius_of_two_populations():
    columns = GaussianExcitatoryInhibitory(excitatory=0.8, std_excitatory=0.5, std_inhibitory=1.0)
    assert_allclose(columns.radius, np.sqrt(0.8 * 0.25 + 0.2), rtol=1e-15)
    # equal spreads: the circular law
    assert_allclose(
        fraction_within(0.6, columns.replace(std_excitatory=1.0, std_inhibitory=1.0)), 0.36, rtol=1e-9
    )


@pytest.mark.parametrize(
    ("family", "size"), [(GaussianExcitatoryInhibitory, 1000), (ExcitatoryInhibitory, 600)]
)
def test_row_balance_leaves_the_disc_of_two_populations(family, size):
    columns = family(std_excitatory=0.5, std_inhibitory=1.0)
    moduli = np.abs(eigenvalues(RowBalanced(columns), size))
    assert_allclose(moduli.max(), 0.632, rtol=0.05)
    for radius in (0.25, 0.4, 0.5, 0.6):
        assert_allclose(np.mean(moduli < radius), fraction_within(radius, columns), atol=0.02)


@pytest.mark.parametrize("family", [GaussianExcitatoryInhibitory, ExcitatoryInhibitory])
def test_balance_on_average_leaves_outliers_that_row_balance_removes(family):
    columns = family(std_excitatory=0.5, std_inhibitory=1.0)
    loose, strict = (np.abs(eigenvalues(c, 300, seed=1)).max() for c in (columns, RowBalanced(columns)))
    assert loose > 1.3 * columns.radius
    assert strict < 1.15 * columns.radius  # finite size: 0.98 to 1.12 over seeds


@pytest.mark.parametrize("family", [GaussianExcitatoryInhibitory, ExcitatoryInhibitory])
def test_without_balance_the_mean_weight_is_an_outlier(family):
    columns = family(mean_inhibitory=-0.5, std_excitatory=0.5, std_inhibitory=1.0)
    outlier = eigenvalues(columns, 400)[0]
    # rank-one perturbation theory: sqrt(N) (f mu_E + (1 - f) mu_I) = 14, standard deviation 0.04
    assert_allclose(outlier, 20.0 * (0.8 * 1.0 - 0.2 * 0.5), atol=0.2)


@pytest.mark.parametrize(
    "connectivity",
    [
        Gaussian(gain=2.0),
        Sparse(density=0.1, gain=2.0),
        GaussianExcitatoryInhibitory(),
        GaussianLowRank(rank=2, mean_left=1.0, mean_right=2.0),
        Gaussian() + GaussianLowRank(mean_right=1.0),
        Sparse(density=0.1) + GaussianLowRank(mean_right=1.0),
    ],
    ids=repr,
)
@pytest.mark.parametrize("modes", [None, 1, 3])
def test_row_balanced_weights_have_no_response_to_their_modes(connectivity, modes):
    rng = np.random.default_rng(1)
    mode = None if modes is None else rng.standard_normal((200, modes))
    balanced = RowBalanced(connectivity, mode=mode).build(200, np.random.default_rng(0))
    directions = np.ones((200, 1)) if mode is None else mode
    assert np.abs(balanced @ directions).max() < 1e-12
    # directions orthogonal to the modes are answered as before
    other = rng.standard_normal(200)
    other -= directions @ np.linalg.lstsq(directions, other, rcond=None)[0]
    plain = connectivity.build(200, np.random.default_rng(0))
    assert_allclose(balanced @ other, plain @ other, atol=1e-12)


def test_row_balance_keeps_what_is_structured():
    rng = np.random.default_rng(0)
    sparse = RowBalanced(Sparse(density=0.1)).build(50, rng)
    plain = Sparse(density=0.1).build(50, np.random.default_rng(0))
    assert_array_equal(sparse.base.data, plain.base.data)
    assert sparse.rank == 1
    dense = RowBalanced(Gaussian()).build(50, rng)
    assert dense.rank == 0


def test_row_balance_does_not_write_into_given_weights():
    weights = np.ones((3, 3))
    given = Explicit(weights)
    assert_allclose(RowBalanced(given).build(3, np.random.default_rng(0)).dense(), 0.0, atol=1e-15)
    assert_array_equal(given.weights, np.ones((3, 3)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RowBalanced(np.eye(2)), ParameterError, "must be a Connectivity .*; wrap a matrix"),
        (lambda: RowBalanced(Gaussian(), mode=np.zeros(3)), ParameterError, "linearly independent columns"),
        (lambda: RowBalanced(Gaussian(), mode=np.ones((3, 2))), ParameterError, "got dependent ones"),
        (
            lambda: RowBalanced(Gaussian(), mode=np.ones((3, 2, 1))),
            ShapeError,
            r"must have shape .*\(got \(3, 2, 1\)\)",
        ),
        (
            lambda: RowBalanced(Gaussian(), mode=[1.0, np.nan]),
            ParameterError,
            r"mode\[1\] must be finite \(got nan\)",
        ),
        (
            lambda: RowBalanced(Gaussian(), mode=np.ones(3)).build(4, np.random.default_rng(0)),
            ShapeError,
            "mode has 3 units, size = 4; build with size=3",
        ),
    ],
)
def test_modes_that_cannot_be_balanced(make, error, message):
    with pytest.raises(error, match=message):
        make()

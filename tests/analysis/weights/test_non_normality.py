"""Henrici's departure and the numerical abscissa of matrices for which they are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import expm

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError


@pytest.mark.parametrize("kind", ["symmetric", "skew", "orthogonal", "circulant"])
def test_normal_matrices_have_no_departure(kind, rng):
    random = rng.standard_normal((30, 30))
    matrix = {
        "symmetric": random + random.T,
        "skew": random - random.T,
        "orthogonal": np.linalg.qr(random)[0],
        "circulant": np.array([np.roll(random[0], k) for k in range(30)]),
    }[kind]
    found = ns.analysis.non_normality(matrix)
    assert found.henrici < 1e-13
    # the numerical range of a normal matrix is the hull of its eigenvalues
    assert found.numerical_abscissa == pytest.approx(found.abscissa, abs=1e-12)


def test_a_jordan_block_of_known_departure():
    # eigenvalue a, ones above the diagonal: departure sqrt(n - 1), norm sqrt(n a^2 + n - 1)
    n, a = 7, 0.5
    found = ns.analysis.non_normality(a * np.eye(n) + np.eye(n, k=1))
    assert found.departure == pytest.approx(np.sqrt(n - 1))
    assert found.henrici == pytest.approx(np.sqrt((n - 1) / (n * a**2 + n - 1)))
    assert found.abscissa == pytest.approx(a)
    # the symmetric part is that of a path: a + cos(k pi / (n + 1))
    assert_allclose(
        found.symmetric_eigenvalues, a + np.cos(np.arange(1, n + 1) * np.pi / (n + 1)), atol=1e-13
    )


def test_feedforward_weights_depart_completely():
    found = ns.analysis.non_normality(np.triu(np.ones((6, 6)), 1))
    assert found.henrici == pytest.approx(1.0)
    assert found.abscissa == 0.0


def test_the_numerical_abscissa_is_the_fastest_growth_at_the_start(rng):
    matrix = rng.standard_normal((8, 8))
    found = ns.analysis.non_normality(matrix)
    for time in (1e-4, 5e-5):
        growth = np.log(np.linalg.norm(expm(matrix * time), 2)) / time
        assert growth == pytest.approx(found.numerical_abscissa, abs=20 * time)
    assert found.numerical_abscissa > found.abscissa


def test_gaussian_weights_have_half_of_their_square_norm_off_the_diagonal():
    # N(0, 1/N): |W|^2 = N, and the circular law gives sum |lambda|^2 = N / 2
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 120, rng=0)
    assert ns.analysis.non_normality(network).henrici == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_networks_operators_and_matrices_are_the_same():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 10, rng=0)
    values = [
        ns.analysis.non_normality(given).henrici
        for given in (network, network.recurrent, network.recurrent.dense())
    ]
    assert values[0] == values[1] == values[2]


def test_no_weights_are_normal():
    assert ns.analysis.non_normality(np.zeros((3, 3))).henrici == 0.0


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (
            np.zeros((2, 3)),
            ShapeError,
            r"network must be a network, its operator, or a square matrix \(n, n\) \(got the shape \(2, 3\)\)",
        ),
        (
            np.zeros((0, 0)),
            ShapeError,
            r"network must be a network, its operator, or a square matrix \(n, n\) \(got the shape \(0, 0\)\)",
        ),
        (
            np.array([[1.0, np.nan], [0.0, 1.0]]),
            ParameterError,
            r"network\[0, 1\] must be finite \(got nan\)",
        ),
        ("W", ParameterError, "network must be an array of numbers"),
    ],
)
def test_matrices_must_be_square(matrix, error, message):
    with pytest.raises(error, match=message):
        ns.analysis.non_normality(matrix)

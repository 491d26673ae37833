"""The ring that eigenvalues of random weights fill, against closed forms and sampled matrices."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.theory.bulk import Bulk, bulk, bulk_of


def network_of(connectivity, size, seed=0):
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=seed)


def test_orthogonal_weights_have_a_circle():
    ring = bulk(network_of(ns.Orthogonal(gain=1.3), 60))
    assert ring.inner_radius == pytest.approx(1.3, rel=1e-12)
    assert ring.outer_radius == pytest.approx(1.3, rel=1e-12)
    assert ring.edge == pytest.approx(1.3, rel=1e-6)
    assert_allclose(ring.share_within([1.2999, 1.3001]), [0.0, 1.0])


def test_singular_values_of_the_quarter_circle_law_give_the_circular_law():
    # Marchenko & Pastur at ratio one: s = 2 cos(theta) with density 2 sin(theta)^2 / pi
    angle = (np.arange(4000) + 0.5) * np.pi / 2 / 4000
    weight = np.sin(angle) ** 2
    places = np.interp((np.arange(2000) + 0.5) / 2000, np.cumsum(weight) / weight.sum(), angle)
    disc = Bulk(1.7 * 2.0 * np.cos(places))
    assert disc.outer_radius == pytest.approx(1.7, rel=1e-3)
    assert disc.inner_radius < 0.05
    radii = np.array([0.2, 0.5, 0.8, 0.95])
    assert_allclose(disc.share_within(1.7 * radii), radii**2, atol=2e-3)


def test_uniform_singular_values_have_the_closed_form_of_two_points():
    # s^2 = a or b in equal shares: <(s^2 - r^2) / (w + s^2)> = 0 gives w, and F = <w / (w + s^2)>
    a, b = 0.5, 2.0
    ring = Bulk(np.sqrt(np.repeat([a, b], 50)))
    assert ring.outer_radius == pytest.approx(np.sqrt((a + b) / 2))
    assert ring.inner_radius == pytest.approx(1.0 / np.sqrt((1 / a + 1 / b) / 2))
    square = 1.1
    w = brentq(lambda w: (a - square) / (w + a) + (b - square) / (w + b), 1e-9, 1e9)
    expected = 0.5 * w * (1 / (w + a) + 1 / (w + b))
    assert ring.share_within(np.sqrt(square)) == pytest.approx(expected, abs=1e-4)


def test_columns_of_two_variances_follow_rajan_and_abbott():
    # their radial distribution F(r) solves f s_E^2/(r^2 + s_E^2 (1-F)) + (1-f) s_I^2/(r^2 + s_I^2 (1-F)) = 1
    columns = ns.connectivity.GaussianExcitatoryInhibitory(std_excitatory=0.5, std_inhibitory=1.0)
    network = network_of(ns.connectivity.RowBalanced(columns), 400)
    disc = bulk(network)
    assert disc.outer_radius == pytest.approx(np.sqrt(0.8 * 0.25 + 0.2), rel=0.01)
    radii = np.array([0.25, 0.4, 0.5, 0.6])
    expected = [
        brentq(
            lambda F, r=r: 0.2 / (r**2 + 0.25 * (1 - F)) + 0.2 / (r**2 + 1.0 - F) - 1.0,
            0.0,
            1.0,
        )
        for r in radii
    ]
    assert_allclose(expected, [0.206, 0.496, 0.718, 0.934], atol=1e-3)
    # singular values of one matrix scatter by about 1 / size
    assert_allclose(disc.share_within(radii), expected, atol=0.01)
    moduli = np.abs(network.recurrent.eigenvalues())
    # counts of 400 correlated eigenvalues scatter by less than 0.01
    assert_allclose([np.mean(moduli < r) for r in radii], expected, atol=0.03)


def test_the_edge_is_crossed_as_rarely_as_it_says():
    draw = np.random.default_rng(0)
    size, count = 30, 1500
    crossed = 0
    for _ in range(count):
        weights = draw.standard_normal((size, size)) / np.sqrt(size)
        crossed += np.abs(np.linalg.eigvals(weights)).max() > bulk_of(weights, np.ones(size)).edge
    # one to three in a hundred, with four standard errors of a count on top
    assert 0.01 < crossed / count < 0.03 + 4 * np.sqrt(0.03 / count)


def test_complex_matrices_cross_the_edge_once_in_a_hundred():
    # Kostlan 1992: squared moduli times size are independent Gamma(k)
    draw = np.random.default_rng(1)
    size = 30
    largest = np.sqrt(draw.gamma(np.arange(1, size + 1), size=(20_000, size)).max(axis=1) / size)
    # singular values of a Gaussian matrix have <s^4> = 2 <s^2>^2: the edge is then the plain quantile
    squares = np.repeat([0.0, 2.0], size // 2)
    assert np.mean(largest > Bulk(np.sqrt(squares)).edge) == pytest.approx(0.01, abs=0.003)


def test_means_and_low_rank_parts_leave_the_bulk_alone():
    draw = np.random.default_rng(2)
    weights = draw.standard_normal((80, 80)) / np.sqrt(80)
    plain = bulk_of(weights, np.ones(80))
    moved = bulk_of(weights + draw.standard_normal(80), np.ones(80))
    assert_allclose(moved.singular_values, plain.singular_values, atol=1e-12)
    low_rank = ns.Operator(weights, 5.0 * np.ones((80, 1)), np.ones((80, 1)))
    assert_allclose(bulk(network_of(low_rank, 80)).singular_values, plain.singular_values, atol=1e-12)


@pytest.mark.parametrize(
    "operator",
    [
        ns.Operator(left=np.ones((5, 1)), right=np.ones((5, 1))),
        ns.Operator(np.zeros((5, 5))),
        ns.Operator(np.array([[0.7]])),
    ],
)
def test_weights_without_a_random_part_have_no_bulk(operator):
    none = bulk(network_of(operator, operator.size))
    assert (none.inner_radius, none.outer_radius, none.edge) == (0.0, 0.0, 0.0)
    assert none.share_within(0.1) == 1.0


def test_radius_must_be_a_number():
    with pytest.raises(ParameterError, match=r"radius must be finite \(got nan\)"):
        Bulk(np.ones(3)).share_within(np.nan)

"""Alignment, canonical correlations, eigenvalue matching and permutations, against closed forms."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import ortho_group, wasserstein_distance

from neurosim.analysis.similarity.canonical import canonical_angle, canonical_correlations, whiten
from neurosim.analysis.similarity.eigenvalue_matching import matching_cost
from neurosim.analysis.similarity.kernel_alignment import linear_cka, unbiased_cka
from neurosim.analysis.similarity.permutation import permutation_match
from neurosim.errors import ParameterError, ShapeError


def samples(count, units, seed=0):
    return np.random.default_rng(seed).standard_normal((count, units))


class TestKernelAlignment:
    def test_of_single_units_is_their_squared_correlation(self):
        x, y = samples(50, 2).T
        expected = np.corrcoef(x, y)[0, 1] ** 2
        assert linear_cka(x[:, None], y[:, None]) == pytest.approx(expected, abs=1e-12)

    def test_of_orthogonal_signals_has_a_closed_form(self):
        """Variances p and q along the same orthogonal signals: p·q / |p| |q|."""
        frame, _ = np.linalg.qr(samples(40, 4) - samples(40, 4).mean(axis=0))
        p, q = np.array([3.0, 2.0, 1.0, 0.0]), np.array([1.0, 0.5, 0.0, 2.0])
        found = linear_cka(frame * np.sqrt(p), frame * np.sqrt(q))
        assert found == pytest.approx(p @ q / np.linalg.norm(p) / np.linalg.norm(q), abs=1e-12)

    def test_is_that_of_gram_matrices(self):
        x, y = samples(30, 5), samples(30, 8, 1)
        center = np.eye(30) - 1.0 / 30.0
        k, m = center @ x @ x.T @ center, center @ y @ y.T @ center
        assert linear_cka(x, y) == pytest.approx(np.sum(k * m) / np.sqrt(np.sum(k * k) * np.sum(m * m)))

    def test_unbiased_is_the_formula_of_song(self):
        def criterion(k, m):
            n, ones = len(k), np.ones(len(k))
            k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
            mean = (ones @ k @ ones) * (ones @ m @ ones) / ((n - 1) * (n - 2))
            return (np.trace(k @ m) + mean - 2.0 / (n - 2) * (ones @ k @ m @ ones)) / (n * (n - 3))

        x, y = samples(20, 5) + 2.0, samples(20, 8, 1)
        y[:, :5] += x
        k, m = x @ x.T, y @ y.T
        expected = criterion(k, m) / np.sqrt(criterion(k, k) * criterion(m, m))
        assert unbiased_cka(x, y) == pytest.approx(expected, abs=1e-12)

    def test_unbiased_is_zero_in_the_mean_for_independent_samples(self):
        found = [unbiased_cka(samples(25, 20, k), samples(25, 20, 1000 + k)) for k in range(400)]
        biased = [linear_cka(samples(25, 20, k), samples(25, 20, 1000 + k)) for k in range(20)]
        # standard error of the mean of 400
        assert abs(np.mean(found)) < 3.0 * np.std(found) / 20.0
        assert np.mean(biased) > 0.4

    @pytest.mark.parametrize("alignment", [linear_cka, unbiased_cka])
    def test_invariances(self, alignment):
        x, y = samples(60, 6), samples(60, 6, 1)
        y[:, 0] += 2.0 * x[:, 0]
        plain = alignment(x, y)
        assert alignment(y, x) == pytest.approx(plain, abs=1e-12)
        assert alignment(3.0 * x @ ortho_group.rvs(6, random_state=0) + 5.0, y) == pytest.approx(
            plain, abs=1e-12
        )
        assert alignment(x, 2.0 * x - 1.0) == pytest.approx(1.0, abs=1e-12)
        # no invariance under other linear maps
        assert abs(alignment(x * np.array([5.0, 1, 1, 1, 1, 1]), y) - plain) > 0.05

    def test_trials_are_samples(self):
        x, y = samples(60, 4), samples(60, 3, 1)
        assert linear_cka(x.reshape(6, 10, 4), y.reshape(6, 10, 3)) == pytest.approx(
            linear_cka(x, y), abs=1e-12
        )

    def test_bad_input(self):
        with pytest.raises(ShapeError, match=r"second must have the samples of first \(got 9 and 10\)"):
            linear_cka(samples(10, 2), samples(9, 2))
        with pytest.raises(ParameterError, match="first never changes"):
            linear_cka(np.ones((10, 2)), samples(10, 2))
        with pytest.raises(ShapeError, match=r"first must be \(trials, samples, units\)"):
            linear_cka(np.ones(10), samples(10, 2))
        with pytest.raises(ParameterError, match=r"second\[3, 1\] must be finite \(got nan\)"):
            linear_cka(samples(10, 2), np.where(np.arange(20).reshape(10, 2) == 7, np.nan, 1.0))
        with pytest.raises(ParameterError, match=r"four samples at least \(got 3\)"):
            unbiased_cka(samples(3, 2), samples(3, 2))


class TestCanonicalCorrelations:
    def test_have_their_closed_form(self):
        """Signals at known angles."""
        frame, _ = np.linalg.qr(samples(50, 5) - samples(50, 5).mean(axis=0))
        rho = np.array([0.9, 0.3])
        second = frame[:, :2] * rho + frame[:, 2:4] * np.sqrt(1.0 - rho**2)
        mixing = np.array([[1.0, 2.0], [0.5, -1.0]])
        found = canonical_correlations(frame[:, :2], second @ mixing, variance=1.0)
        assert found == pytest.approx(rho, abs=1e-12)

    def test_are_those_of_regression(self):
        """The squared correlation of one signal with several is the share of variance that they explain."""
        x, y = samples(80, 3), samples(80, 1, 1)
        y += x @ np.array([[0.5], [-0.2], [0.0]])
        x, y = x - x.mean(axis=0), y - y.mean(axis=0)
        left = y - x @ np.linalg.lstsq(x, y)[0]
        expected = np.sqrt(1.0 - np.sum(left**2) / np.sum(y**2))
        assert canonical_correlations(x, y, variance=1.0) == pytest.approx([expected], abs=1e-12)

    def test_invariant_under_every_linear_map(self):
        x, y = samples(80, 4), samples(80, 4, 1)
        y += x
        plain = canonical_correlations(x, y, variance=1.0)
        mapped = canonical_correlations(x @ samples(4, 4, 2) + 3.0, y, variance=1.0)
        assert mapped == pytest.approx(plain, abs=1e-9)
        assert canonical_correlations(y, x, variance=1.0) == pytest.approx(plain, abs=1e-12)

    def test_keep_the_components_that_carry_the_variance(self):
        frame, _ = np.linalg.qr(samples(50, 3) - samples(50, 3).mean(axis=0))
        activity = frame * np.sqrt([90.0, 9.0, 1.0])
        assert [whiten(activity, share).shape[1] for share in (0.5, 0.9, 0.95, 0.99, 1.0)] == [
            1,
            1,
            2,
            2,
            3,
        ]

    def test_angle_is_a_metric(self):
        bases = [whiten(samples(40, units, seed), 1.0) for seed, units in enumerate((2, 3, 3, 5))]
        angles = np.array([[canonical_angle(a, b) for a in bases] for b in bases])
        assert angles == pytest.approx(angles.T, abs=1e-12)
        # arccos of 1 - 1e-16 is 1e-8
        assert np.diag(angles) == pytest.approx(np.zeros(4), abs=1e-7)
        assert np.all(angles[:, :, None] <= angles[:, None, :] + angles[None, :, :].swapaxes(1, 2) + 1e-9)
        # a part of the components is not the same as all of them
        assert canonical_angle(bases[3], bases[3][:, :2]) == pytest.approx(np.arccos(np.sqrt(2.0 / 5.0)))

    def test_bad_input(self):
        with pytest.raises(ParameterError, match=r"variance must be a share of at most 1 \(got 1.5\)"):
            canonical_correlations(samples(9, 2), samples(9, 2), variance=1.5)
        with pytest.raises(ParameterError, match=r"variance must be positive \(got 0\)"):
            canonical_correlations(samples(9, 2), samples(9, 2), variance=0)


class TestEigenvalueMatching:
    def test_on_a_line_it_is_the_quantile_coupling(self):
        a, b = samples(12, 1)[:, 0], samples(12, 1, 1)[:, 0]
        assert matching_cost(a, b) == pytest.approx(np.mean((np.sort(a) - np.sort(b)) ** 2), abs=1e-12)

    def test_unequal_sets_are_transported(self):
        a, b = samples(3, 1)[:, 0], samples(7, 1, 1)[:, 0]
        everywhere = np.sort(np.repeat(a, 7)), np.sort(np.repeat(b, 3))
        assert matching_cost(a, b) == pytest.approx(np.mean((everywhere[0] - everywhere[1]) ** 2), abs=1e-9)
        # and no cost is below the squared 1-Wasserstein distance
        assert matching_cost(a, b) >= wasserstein_distance(a, b) ** 2

    def test_identity_symmetry_and_translation(self):
        a = samples(9, 2) @ np.array([1.0, 1j])
        b = samples(9, 2, 1) @ np.array([1.0, 1j])
        assert matching_cost(a, np.random.default_rng(0).permutation(a)) == 0.0
        assert matching_cost(a, b) == pytest.approx(matching_cost(b, a), abs=1e-12)
        assert matching_cost(a, a + 0.3j) == pytest.approx(0.09, abs=1e-12)

    def test_greedy_matching_would_not_do(self):
        assert matching_cost(np.array([0.0, 1.0]), np.array([0.9, 2.0])) == pytest.approx(
            (0.9**2 + 1.0) / 2.0
        )

    def test_singular_values_do_not_tell_dynamics_apart(self):
        """A rotation and a reflection that flips at every step have equal singular values, not equal dynamics."""
        turn = np.array([[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]])
        flip = np.diag([1.0, -1.0])
        pairs = [f(x) for f in (np.linalg.svdvals, np.linalg.eigvals) for x in (turn, flip)]
        assert matching_cost(pairs[0], pairs[1]) == pytest.approx(0.0, abs=1e-15)
        # |exp(0.1i) - 1|² and |exp(-0.1i) + 1|²
        expected = (2.0 - 2.0 * np.cos(0.1) + 2.0 + 2.0 * np.cos(0.1)) / 2.0
        assert matching_cost(pairs[2], pairs[3]) == pytest.approx(expected)

    def test_bad_input(self):
        with pytest.raises(ShapeError, match=r"first must be a vector of eigenvalues \(got shape \(2, 2\)\)"):
            matching_cost(np.eye(2), np.ones(2))
        with pytest.raises(ParameterError, match="second must be finite"):
            matching_cost(np.ones(2), np.array([1.0, np.nan]))


class TestPermutation:
    def test_another_order_of_units_has_distance_zero(self):
        weights = samples(40, 40)
        order = np.random.default_rng(1).permutation(40)
        match = permutation_match(weights, 2.0 * weights[np.ix_(order, order)])
        assert match.angle < 1e-7
        assert order[match.order].tolist() == list(range(40))

    def test_noise_leaves_its_angle(self):
        weights, noise = samples(40, 40), 0.2 * samples(40, 40, 1)
        order = np.random.default_rng(1).permutation(40)
        match = permutation_match(weights, (weights + noise)[np.ix_(order, order)])
        expected = np.arccos(
            np.sum(weights * (weights + noise)) / np.linalg.norm(weights) / np.linalg.norm(weights + noise)
        )
        assert match.angle == pytest.approx(expected, abs=1e-9)

    def test_of_three_units_it_is_the_best_of_all_orders(self):
        from itertools import permutations

        for seed in range(10):
            a, b = samples(3, 3, seed), samples(3, 3, 100 + seed)
            products = [np.sum(a * b[np.ix_(p, p)]) for p in permutations(range(3))]
            best = np.arccos(max(products) / np.linalg.norm(a) / np.linalg.norm(b))
            # an upper bound, and reached in most cases
            assert permutation_match(a, b).angle >= best - 1e-9
            assert permutation_match(a, b).angle <= best + 0.5

    def test_symmetry_within_the_bound(self):
        a, b = samples(15, 15), samples(15, 15, 1)
        assert permutation_match(a, b).angle == pytest.approx(permutation_match(b, a).angle, abs=0.1)

    def test_bad_input(self):
        with pytest.raises(ShapeError, match=r"second must have the 3 units of first \(got 4\)"):
            permutation_match(np.eye(3), np.eye(4))
        with pytest.raises(ShapeError, match="first must be a square matrix other than zero"):
            permutation_match(np.zeros((3, 3)), np.eye(3))


def test_matching_does_not_look_at_the_global_generator_of_numpy():
    """SciPy warns if that was seeded, as other tests do, unless it is given a generator."""
    weights = np.random.default_rng(0).standard_normal((5, 5))
    np.random.seed(0)  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert permutation_match(weights, weights[::-1, ::-1]).angle < 1e-7

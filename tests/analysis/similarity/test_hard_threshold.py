"""The hard threshold of singular values against published coefficients, and ranks that were planted in noise."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.analysis.similarity.hard_threshold import (
    median_coefficient,
    noise_coefficient,
    significant_rank,
    suggested_delays,
)
from neurosim.analysis.similarity.operators import delay_rank


def test_square_matrices_have_the_coefficients_of_the_title_and_abstract():
    # Gavish & Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014)
    assert noise_coefficient(1.0) == pytest.approx(4.0 / math.sqrt(3.0), abs=1e-12)
    assert median_coefficient(1.0) == pytest.approx(2.858, abs=5e-4)


@pytest.mark.parametrize("shape", np.linspace(0.001, 1.0, 12))
def test_median_coefficients_follow_the_published_cubic(shape):
    # eq. 5 there, which is said to be within 0.02 for these ratios
    assert median_coefficient(shape) == pytest.approx(
        0.56 * shape**3 - 0.95 * shape**2 + 1.82 * shape + 1.43, abs=0.02
    )


@pytest.mark.parametrize(("rows", "columns"), [(400, 400), (200, 800)])
def test_the_median_of_noise_is_that_of_random_matrices(rng, rows, columns):
    values = np.linalg.svd(rng.normal(size=(rows, columns)), compute_uv=False)
    shape = rows / columns
    expected = noise_coefficient(shape) / median_coefficient(shape) * math.sqrt(columns)
    # singular values are rigid: their median moves by about 1 / rows of the width of the bulk
    assert np.median(values) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("rank", [1, 4, 12])
@pytest.mark.parametrize("level", [0.01, 1.0, 100.0])
def test_a_planted_rank_is_found_at_any_level_of_noise(rng, rank, level):
    left, right = (np.linalg.qr(rng.normal(size=(size, rank)))[0] for size in (150, 300))
    # the threshold lies at 2 sqrt(300) times the level, about; these are twice as large
    noisy = level * (4.0 * math.sqrt(300.0) * left @ right.T + rng.normal(size=(150, 300)))
    assert significant_rank(np.linalg.svd(noisy, compute_uv=False), *noisy.shape) == rank
    assert significant_rank(np.linalg.svd(noisy.T, compute_uv=False), *noisy.T.shape) == rank


def test_noise_alone_has_no_rank_to_speak_of(rng):
    noise = rng.normal(size=(200, 400))
    assert significant_rank(np.linalg.svd(noise, compute_uv=False), 200, 400) == 1


@pytest.mark.parametrize(("delays", "units"), [(10, 8), (30, 40)])
def test_rotations_in_noise_have_two_dimensions_each(rng, delays, units):
    times = np.arange(400.0)
    waves = np.stack([wave(0.05 * times * (1 + k)) for k in range(3) for wave in (np.cos, np.sin)], axis=1)
    activity = waves @ np.linalg.qr(rng.normal(size=(units, 6)))[0].T + 0.05 * rng.normal(size=(400, units))
    assert delay_rank(activity, delays) == 6
    rows = np.array([activity[k : k + delays].ravel() for k in range(401 - delays)])
    assert significant_rank(np.linalg.svd(rows, compute_uv=False), *rows.shape) == 6


def test_delays_grow_with_the_rank_up_to_half_of_a_trial():
    assert_allclose([suggested_delays(20, rank, 1000) for rank in (1, 10, 20, 30)], [21, 25, 40, 65])
    assert suggested_delays(20, 30, 100) == 50
    assert suggested_delays(20, 30, 101) == 51

"""Held signals with noise: a NumPy twin of the numbers, their statistics, and what they do not depend on."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from neurosim.kernels.random.held_signals import BLOCK, hold_with_noise

KEY = (20191113, 7)


def philox(place, trial):
    """Philox4x32-10 on arrays of uint64 (checked itself in test_philox)."""
    low, word = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = place.astype(np.uint64), *(np.full(place.shape, c, np.uint64) for c in (trial, 0, 0))
    k0, k1 = (np.uint64(k) for k in KEY)
    for _ in range(10):
        first, second = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (second >> word) ^ c1 ^ k0, second & low, (first >> word) ^ c3 ^ k1, first & low
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


def pair(size, angle):
    """Box and Muller in double precision."""
    radius = np.sqrt(-2.0 * np.log((size + 0.5) / 2.0**32)) * np.where(angle % 2 == 1, -1.0, 1.0)
    turn = np.where(angle < 2**31, angle, angle - 2.0**32) / 2.0**32
    return radius * np.cos(np.pi * turn), radius * np.sin(np.pi * turn)


def twin(trial, size):
    numbers, done = [], 0
    while done < size:
        count = min(BLOCK, -(-(size - done) // 64) * 16)
        a, b, c, d = philox(done // 4 + np.arange(count), trial)
        numbers += [*pair(a, b), *pair(c, d)]
        done += 4 * count
    return np.concatenate(numbers)[:size]


def noise(trials, size, key=KEY, threads=None):
    flat = np.zeros((trials, 1, size))
    return hold_with_noise(flat, np.zeros((1, trials), int), 1, 1.0, key, threads=threads)[:, 0]


@pytest.mark.parametrize("size", [1, 63, 120, 1024, 1025, 5000])
def test_numbers_are_those_of_the_numpy_twin(size):
    for trial, row in enumerate(noise(3, size)):
        # a radius near 0 is the root of a logarithm whose argument is rounded to 2**-24 next to 1
        assert_allclose(row, twin(trial, size), rtol=2e-6, atol=4e-4)
        assert np.median(np.abs(row - twin(trial, size))) < 5e-7


@pytest.mark.parametrize("channels", [1, 2, 7, 63, 64, 100])
def test_levels_are_held_under_the_noise(channels, rng):
    starts = np.array([[0, 0, 0], [3, 1, 4], [3, 5, 9], [20, 5, 30]])
    levels = rng.standard_normal((3, 4, channels))
    expected = np.empty((3, 30, channels))
    for trial in range(3):
        for epoch in range(4):
            expected[trial, starts[epoch, trial] :] = levels[trial, epoch]
    silent = hold_with_noise(levels, starts, 30, 0.0, KEY)
    assert_array_equal(silent, expected)
    noisy = hold_with_noise(levels, starts, 30, 0.25, KEY)
    assert_allclose(noisy - silent, 0.25 * noise(3, 30 * channels).reshape(silent.shape), atol=1e-12)


def test_starts_behind_the_end_never_come():
    signal = hold_with_noise(np.arange(3.0).reshape(1, 3, 1), np.array([[0], [2], [9]]), 4, 0.0, KEY)
    assert_array_equal(signal[0, :, 0], [0, 0, 1, 1])


def test_empty_input_gives_empty_output():
    assert hold_with_noise(np.zeros((2, 1, 0)), np.zeros((1, 2), int), 5, 1.0, KEY).shape == (2, 5, 0)


def test_threads_and_other_trials_do_not_matter():
    one, two = (noise(40, 20_000, threads=threads) for threads in (1, 2))
    assert_array_equal(one, two)
    assert_array_equal(noise(3, 20_000), one[:3])


def test_keys_and_trials_do():
    first, second = noise(2, 100_000), noise(2, 100_000, (KEY[0], KEY[1] + 1))
    together = np.corrcoef([*first, *second])
    assert np.abs(together - np.eye(4)).max() < 4.5 / np.sqrt(1e5)


def test_they_are_normal_and_independent():
    values = noise(10, 100_000)
    # a fair sample fails each of these once in a thousand seeds
    assert stats.kstest(values.ravel(), "norm").pvalue > 1e-3
    assert abs(values.var() - 1.0) < 3.3 * np.sqrt(2.0 / values.size)
    assert abs((values**4).mean() - 3.0) < 3.3 * np.sqrt(96.0 / values.size)
    lags = [(values[:, :-lag] * values[:, lag:]).mean() for lag in (1, 2, 16, BLOCK, 2 * BLOCK, 4 * BLOCK)]
    assert np.abs(lags).max() < 4.0 / np.sqrt(9.9e5)
    # where both numbers of a pair are large, neither tells of the other
    squares = values[:, : values.shape[1] // 1024 * 1024].reshape(10, -1, 4, BLOCK) ** 2
    assert abs(np.corrcoef(squares[:, :, 0].ravel(), squares[:, :, 1].ravel())[0, 1]) < 4.0 / np.sqrt(2.4e5)

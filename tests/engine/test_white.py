"""Arrays of normal numbers are those of the engine's generator, row after row."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from neurosim.engine.jit import inlined
from neurosim.engine.normals import fill_normals
from neurosim.engine.white import scaled_normals

KEY = (20191113, 7)


@inlined
def one_row(out, trial, key0, key1):
    fill_normals(out, trial, 0, key0, key1)


@pytest.mark.parametrize("shape", [(1,), (3, 5, 7), (64, 20, 85), (2, 1024)])
def test_numbers_are_those_of_the_generator(shape):
    values = scaled_normals(shape, 0.25, KEY)
    expected = np.empty((-(-values.size // 1024), 1024))
    for k, row in enumerate(expected):
        one_row(row, k, np.uint32(KEY[0]), np.uint32(KEY[1]))
    assert values.shape == shape
    assert values.flags.c_contiguous
    assert_array_equal(values.ravel(), 0.25 * expected.ravel()[: values.size])


def test_threads_do_not_matter():
    assert_array_equal(*(scaled_normals((40, 1000), 1.0, KEY, threads=threads) for threads in (1, 2)))


def test_keys_do():
    first, second = (scaled_normals((100_000,), 1.0, key) for key in ((1, 2), (1, 3)))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(1e5)


def test_they_are_normal():
    # a fair sample fails this once in a thousand seeds
    assert stats.kstest(scaled_normals((200_000,), 3.0, KEY) / 3.0, "norm").pvalue > 1e-3

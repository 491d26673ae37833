"""Philox in a kernel against a plain Python one, which itself meets the published vectors and NumPy."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from neurosim.kernels.random.philox import philox

CONSTANTS = {
    32: ((0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)),
    64: ((0xD2E7470EE14C6C93, 0xCA5A826395121157), (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)),
}

# Random123 1.14, tests/kat_vectors, lines "philox4x32 10": counter, key, result (the last: digits of pi).
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words_of(text):
    return tuple(int(word, 16) for word in text.split())


def reference(counter, key, bits):
    """Philox4 x bits, ten rounds, in Python's own integers (Salmon et al. 2011, section 4.3)."""
    multipliers, increments = CONSTANTS[bits]
    whole = 1 << bits
    for _ in range(10):
        high_0, low_0 = divmod(multipliers[0] * counter[0], whole)
        high_1, low_1 = divmod(multipliers[1] * counter[2], whole)
        counter = (high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0)
        key = tuple((k + increment) % whole for k, increment in zip(key, increments, strict=True))
    return counter


@numba.njit
def blocks(counters, keys, out):
    for i in range(counters.shape[0]):
        counter = (counters[i, 0], counters[i, 1], counters[i, 2], counters[i, 3])
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = philox(counter, keys[i, 0], keys[i, 1])


def in_kernel(counters, keys):
    out = np.empty((len(counters), 4), np.uint64)
    blocks(np.array(counters, np.uint64), np.array(keys, np.uint64), out)
    return out & np.uint64(0xFFFFFFFF)


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_the_reference_gives_the_published_answers(counter, key, result):
    assert reference(words_of(counter), words_of(key), 32) == words_of(result)


def test_the_reference_with_longer_words_is_numpys_generator():
    counter, key = (5, 2**63 + 1, 12345678901234567890, 7), (0xDEADBEEF, 2**64 - 3)
    raw = np.random.Philox(counter=np.array(counter, np.uint64), key=np.array(key, np.uint64)).random_raw(8)
    # NumPy counts up before it draws the first block.
    expected = [word for i in (1, 2) for word in reference((counter[0] + i, *counter[1:]), key, 64)]
    assert raw.tolist() == expected


def test_the_kernel_gives_the_published_answers():
    counters, keys, results = zip(*([words_of(text) for text in row] for row in KNOWN_ANSWERS), strict=True)
    np.testing.assert_array_equal(in_kernel(counters, keys), np.array(results, np.uint64))


def test_the_kernel_is_the_reference_on_random_counters():
    rng = np.random.default_rng(0)
    counters = rng.integers(0, 2**32, size=(500, 4), dtype=np.uint64)
    keys = rng.integers(0, 2**32, size=(500, 2), dtype=np.uint64)
    expected = [
        reference(tuple(c), tuple(k), 32) for c, k in zip(counters.tolist(), keys.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(in_kernel(counters, keys), np.array(expected, np.uint64))


def test_the_upper_halves_of_the_arguments_do_not_matter():
    rng = np.random.default_rng(1)
    counters, keys = rng.integers(0, 2**32, size=(50, 4)), rng.integers(0, 2**32, size=(50, 2))
    dirty = rng.integers(1, 2**31, size=(50, 4)) << 32, rng.integers(1, 2**31, size=(50, 2)) << 32
    np.testing.assert_array_equal(in_kernel(counters + dirty[0], keys + dirty[1]), in_kernel(counters, keys))

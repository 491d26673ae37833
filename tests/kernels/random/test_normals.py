"""Normal numbers of a kernel against a NumPy twin, their independence of everything else, and statistics."""

from __future__ import annotations

import platform
import re

import llvmlite.binding as llvm
import numpy as np
import pytest
from scipy import stats

from neurosim.kernels.random import normals
from neurosim.kernels.random.normals import float32, float64, key_of, whole_rows
from neurosim.kernels.runtime.jit import inlined

KEY = key_of(np.random.SeedSequence(20111114))


def filling(fill):
    @inlined
    def fill_rows(out, first_trial, first_step, key0, key1, stream):
        for trial in range(out.shape[0]):
            for step in range(out.shape[1]):
                fill(out[trial, step], first_trial + trial, first_step + step, key0, key1, stream)

    return fill_rows


def filling_singly(one):
    @inlined
    def fill_row(out, trial, step, key0, key1, stream):
        for unit in range(out.size):
            out[unit] = one(trial, step, unit, key0, key1, stream)

    return fill_row


FILL = {np.float64: filling(float64.fill), np.float32: filling(float32.fill)}
FILL_SINGLY = {np.float64: filling_singly(float64.one), np.float32: filling_singly(float32.one)}


@inlined
def minus_two_logs(x, out):
    for i in range(x.size):
        out[i] = normals._minus_two_log(x[i])


def drawn(trials, steps, units, *, first_trial=0, first_step=0, key=KEY, stream=0, dtype=np.float64):
    out = np.full((trials, steps, whole_rows(units)), np.nan, dtype)
    FILL[dtype](out, first_trial, first_step, *key, stream)
    return out[:, :, :units]


def philox(counter, key):
    """Philox4x32-10 on arrays of uint64 (checked itself in test_philox)."""
    low, word = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = np.broadcast_arrays(*counter)
    k0, k1 = (np.uint64(k) for k in key)
    for _ in range(10):
        first, second = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (second >> word) ^ c1 ^ k0, second & low, (first >> word) ^ c3 ^ k1, first & low
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


def twin(trial, step, units, *, key=KEY, stream=0):
    """The same row in NumPy's functions."""
    blocks = -(-units // 64)
    places = np.arange(16 * blocks, dtype=np.uint64)
    words = (np.uint64(w) for w in (trial, step % 2**32, (stream << 16) + step // 2**32))
    a, b, c, d = philox((places, *words), key)
    quarters = []
    for high, low in ((a, b), (c, d)):
        uniform = 1 - (high * 2**7 + low // 2**25).astype(np.float64) / 2**39
        turn = (low % 2**25).astype(np.float64) / 2**25 - 0.5 + (low % 2)
        radius = np.sqrt(-2 * np.log(uniform))
        quarters += [radius * np.cos(np.pi * turn), radius * np.sin(np.pi * turn)]
    return np.stack([quarter.reshape(blocks, 16) for quarter in quarters], axis=1).reshape(-1)[:units]


@pytest.mark.parametrize(
    ("trial", "step", "stream"), [(0, 0, 0), (3, 17, 0), (2**32 - 1, 2**32 + 5, 2**16 - 1), (1, 2**48 - 1, 7)]
)
def test_a_row_is_the_numpy_twin(trial, step, stream):
    row = drawn(1, 1, 20001, first_trial=trial, first_step=step, stream=stream)[0, 0]
    # The fits are off by 2e-15, the angle of the twin by its rounding, 9e-16; both times a radius up to 5.
    np.testing.assert_allclose(row, twin(trial, step, 20001, stream=stream), rtol=0, atol=3e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_number_does_not_depend_on_the_length_of_the_row(dtype):
    long = drawn(1, 1, 1000, dtype=dtype)[0, 0]
    for units in (64, 128, 192, 640):
        np.testing.assert_array_equal(drawn(1, 1, units, dtype=dtype)[0, 0], long[:units])


def test_what_is_beyond_the_last_whole_block_is_left_as_it_is():
    row = np.full((1, 1, 100), 7.0)
    FILL[np.float64](row, 0, 0, *KEY, 0)
    np.testing.assert_array_equal(row[0, 0, :64], drawn(1, 1, 64)[0, 0])
    assert set(row[0, 0, 64:]) == {7.0}


@pytest.mark.parametrize("units", [0, 1, 63, 64, 65, 1000])
def test_rows_of_whole_blocks_have_room_for_all_units_and_no_more(units):
    assert whole_rows(units) % 64 == 0
    assert units <= whole_rows(units) < units + 64


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_single_number_is_that_of_the_row(dtype):
    out = np.empty(301, dtype)
    FILL_SINGLY[dtype](out, 4, 2**33 + 1, *KEY, 3)
    row = drawn(1, 1, 301, first_trial=4, first_step=2**33 + 1, stream=3, dtype=dtype)[0, 0]
    np.testing.assert_array_equal(out, row)


def test_a_chunk_is_a_part_of_the_whole():
    whole = drawn(6, 10, 33)
    np.testing.assert_array_equal(drawn(2, 4, 33, first_trial=3, first_step=5), whole[3:5, 5:9])


def test_single_precision_draws_the_same_numbers():
    single, double = (
        drawn(20, 20, 512, dtype=dtype).reshape(-1, 2, 16) for dtype in (np.float32, np.float64)
    )
    radius = np.hypot(double[:, :1], double[:, 1:])
    # u is rounded by 2**-25 near 1, which moves the radius by 2**-25 / r; fit, angle and products by 2**-22 of it
    assert np.all(np.abs(single - double) < 2.0**-22 * radius + 2.0**-24 / radius)


def test_key_of_a_seed_is_reproducible_and_its_own():
    assert key_of(np.random.SeedSequence(5)) == key_of(np.random.SeedSequence(5))
    assert key_of(np.random.SeedSequence(5)) != key_of(np.random.SeedSequence(6))
    assert all(word.dtype == np.uint32 for word in key_of(np.random.SeedSequence(5)))


def test_the_logarithm_is_exact_at_both_ends_of_the_uniform_numbers():
    uniform = np.concatenate(
        [np.arange(1, 5000) * 2.0**-39, 1 - np.arange(5000) * 2.0**-39, 2.0 ** -np.arange(40)]
    )
    out = np.empty_like(uniform)
    minus_two_logs(uniform, out)
    np.testing.assert_allclose(out, -2 * np.log(uniform), rtol=4e-15, atol=0)
    assert np.sqrt(out.max()) == pytest.approx(7.35, abs=0.005)


# Statistics. The seed is fixed, so each passes or fails for good; five standard errors leave a right
# generator a chance of 6e-7 to fail one of them.


@pytest.fixture(scope="module", params=[np.float64, np.float32])
def sample(request):
    return drawn(100, 200, 101, dtype=request.param).astype(np.float64)


def test_moments_are_those_of_the_standard_normal(sample):
    z = sample.reshape(-1)
    for power, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96), (6, 15, 10395 - 225)):
        assert abs(np.mean(z**power) - expected) < 5 * np.sqrt(variance / z.size)


def test_distribution_is_the_standard_normal(sample):
    for part in (sample[:, :, 0], sample[:, :, 1], sample[0], sample[:, 0]):
        assert stats.kstest(part.reshape(-1), "norm").pvalue > 1e-4


@pytest.mark.parametrize("bound", [3.0, 4.0, 4.5])
def test_tails_have_their_weight(sample, bound):
    expected = sample.size * stats.norm.sf(bound)
    assert abs(np.sum(sample > bound) - expected) < 5 * np.sqrt(expected)
    assert abs(np.sum(sample < -bound) - expected) < 5 * np.sqrt(expected)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("distance", [1, 2, 8])
def test_neighbors_are_independent(sample, axis, distance):
    one = np.moveaxis(sample, axis, 0)[:-distance].reshape(-1)
    other = np.moveaxis(sample, axis, 0)[distance:].reshape(-1)
    for function, variance in ((lambda z: z, 1), (lambda z: z**2 - 1, 4), (np.sign, 1)):
        assert abs(np.mean(function(one) * function(other))) < 5 * np.sqrt(variance / one.size)


def test_keys_and_streams_are_independent(sample):
    part = sample[:20]
    for other in (
        drawn(20, 200, 101, stream=1),
        drawn(20, 200, 101, key=(KEY[0] + np.uint32(1), KEY[1])),
        drawn(20, 200, 101, key=(KEY[0], KEY[1] ^ np.uint32(1))),
        drawn(20, 200, 101, first_step=2**32),
    ):
        assert abs(np.mean(part * other)) < 5 / np.sqrt(part.size)


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="names of x86 instructions")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_is_filled_with_packed_instructions(dtype):
    if not llvm.get_host_cpu_features()["avx2"]:
        pytest.skip("this processor has no AVX2")
    drawn(1, 1, 2, dtype=dtype)
    assembly = "".join(FILL[dtype].inspect_asm().values())
    kind = "pd" if dtype is np.float64 else "ps"
    for mnemonic in ("vpmuludq", rf"vfmadd\w+{kind}", f"vsqrt{kind}", f"vdiv{kind}"):
        assert re.search(rf"\b{mnemonic}\s.*%[yz]mm", assembly), mnemonic

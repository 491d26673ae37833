"""Counter-based standard normal numbers: functions of the key and of (trial, step, unit) only.

One block of Philox gives two words of 64 bits, and each of these two numbers, by the transform of Box and Muller
(1958). The upper 39 bits of a word are u, the lower 25 the angle t, whose last bit is also the sign:

    z[k]      = sign sqrt(-2 log u) cos(pi t)
    z[k + 16] = sign sqrt(-2 log u) sin(pi t),        0 < u <= 1,  -1/2 <= t < 1/2

In a block of 64 units, k and k + 16 share the first word, k + 32 and k + 48 the second, so that quarters are stored
as whole vectors. Philox's counter is ``(place, trial, step mod 2**32, 2**16 stream + step div 2**32)``. Runs in
chunks, in threads, resumed, replayed, or over part of the units therefore draw the same bits. The largest number is
7.35; beyond 7, where one number in 4e11 lies, the tail has few distinct values.

Single precision evaluates the same formula from the same words, with eight numbers in a vector where double has four.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from neurosim.kernels.functions.float_bits import (
    bits_of,
    float_of,
    loop_constant,
    multiply_add,
    polynomial,
    wide_vectors,
    with_sign,
)
from neurosim.kernels.functions.formats import SINGLE
from neurosim.kernels.functions.logarithms import positive_logarithm
from neurosim.kernels.random.philox import philox
from neurosim.kernels.runtime.jit import inlined

__all__ = ["Normals", "float32", "float64", "key_of", "whole_rows"]

BLOCK: Final = 64
QUARTER: Final = BLOCK // 4

# Interpolated as in `neurosim.kernels.functions.formats`; error in a number about 3e-15.
_COSINE: Final = polynomial(  # cos(pi t) = p(t**2) for |t| <= 1/2; n = 8, error 2**-48.8
    (
        0.9999999999999981,
        -4.934802200543686,
        4.058712126333295,
        -1.3352627661817635,
        0.23533058831317874,
        -0.025806531975921563,
        0.0019278700526981333,
        -0.0001004164642205389,
    )
)
_SINE: Final = polynomial(  # sin(pi t) = t p(t**2) for |t| <= 1/2; n = 8, error 2**-51.9
    (
        3.1415926535897927,
        -5.1677127800497855,
        2.5501640398618677,
        -0.599264528825224,
        0.08214587881631043,
        -0.0073703643265304155,
        0.0004659870158043378,
        -2.113362735205297e-05,
    )
)
# s = (m - 1)/(m + 1) for sqrt(1/2) <= m <= sqrt(2)
_ARTANH: Final = polynomial(  # -2 log(m) = s p(s**2); n = 7, error 2**-52
    (
        -4.000000000000001,
        -1.3333333333310584,
        -0.8000000012348323,
        -0.5714283204221534,
        -0.4444686909503581,
        -0.3624386886243043,
        -0.33675319941360976,
    )
)
_PER_OCTAVE: Final = -2 * math.log(2)

# numba widens a sum of signed and unsigned integers to a float, hence a constant for every literal.
_ONE, _MANTISSA_BITS, _UNUSED, _STREAM, _WORD, _SIGN = (np.uint64(n) for n in (1, 52, 12, 16, 32, 63))
_BLOCK_BITS, _QUARTER_BITS, _PLACE, _QUARTERS = (np.uint64(n) for n in (6, 4, QUARTER - 1, 3))
_LOW_WORD: Final = np.uint64(2**32 - 1)
_MANTISSA: Final = np.uint64(2**52 - 1)
_BITS_OF_ONE: Final = np.uint64(1023 << 52)
_BITS_OF_ROOT: Final = np.float64(math.sqrt(0.5)).view(np.uint64)
_BITS_OF_INTEGERS: Final = np.uint64(1075 << 52)
_INTEGERS: Final = 2.0**52 + 1023
_ANGLE: Final = np.uint64(39)
_UPPER: Final = np.uint64(2**52 - 2**13)

# The same in single precision.
SHORT_COSINE: Final = polynomial(  # n = 5, error 2**-24.3
    (0.9999999530275123, -4.934792802489459, 4.058410790762598, -1.331872972787485, 0.21968242357537815)
)
SHORT_SINE: Final = polynomial(  # n = 5, error 2**-27.1
    (3.1415926400772034, -5.167710076668315, 2.550077386528912, -0.5982904112834275, 0.07765591227601387)
)
_SHORT_LOGARITHM: Final = positive_logarithm(SINGLE)
_ZERO, _HALF, _MINUS_TWO, _PER_WORD = (np.float32(x) for x in (0.0, 0.5, -2.0, 2.0**-32))
_SHORT_ANGLE, _SHORT_SIGN, _TOP, _ALL = (np.uint32(n) for n in (7, 31, 2**31, 2**32 - 1))


@inlined
def _minus_two_log(x):  # type: ignore[no-untyped-def]
    one, root = loop_constant(1.0), loop_constant(_BITS_OF_ROOT)
    distance = bits_of(x) - root
    whole = ((distance + loop_constant(_BITS_OF_ONE)) >> _MANTISSA_BITS) | loop_constant(_BITS_OF_INTEGERS)
    exponent = float_of(whole) - loop_constant(_INTEGERS)
    reduced = float_of((distance & loop_constant(_MANTISSA)) + root)
    ratio = (reduced - one) / (reduced + one)
    return multiply_add(ratio, _ARTANH(ratio * ratio), exponent * _PER_OCTAVE)


@inlined
def _double_pair(high, low):  # type: ignore[no-untyped-def]
    """Two normals of two words of 32 bits."""
    bits, one = (high << _WORD) | (low & _LOW_WORD), loop_constant(_BITS_OF_ONE)
    turn = float_of(((bits << _ANGLE) >> _UNUSED) | one) - loop_constant(1.5)
    uniform = loop_constant(2.0) - float_of(((bits >> _UNUSED) & loop_constant(_UPPER)) | one)
    radius = float_of(bits_of(math.sqrt(_minus_two_log(uniform))) ^ (bits << _SIGN))
    square = turn * turn
    return radius * _COSINE(square), radius * (turn * _SINE(square))


@inlined
def _single_pair(high, low):  # type: ignore[no-untyped-def]
    """The same in single precision, from the upper 32 bits of u."""
    first, angle = np.uint32(high), np.uint32(low)
    turn = np.float32(np.int32(np.uint32(np.uint32(angle << _SHORT_ANGLE) ^ _TOP))) * _PER_WORD
    fallen = _SHORT_LOGARITHM((np.float32(np.uint32(first ^ _ALL)) + _HALF) * _PER_WORD, _ZERO, _ZERO)
    radius = with_sign(math.sqrt(_MINUS_TWO * fallen), float_of(np.uint32(angle << _SHORT_SIGN)))
    square = turn * turn
    return radius * SHORT_COSINE(square), radius * (turn * SHORT_SINE(square))


@dataclass(frozen=True)
class Normals:
    """Compiled normal numbers of one float format.

    Parameters
    ----------
    fill : callable (out, trial, step, key0, key1, stream=0)
        Fill a contiguous row of this format with the numbers of the units 0, 1, 2, ... of one trial and step. The row
        has whole blocks of 64 (`whole_rows`); what is beyond the last one is left as it is. A number does not depend on
        the length of the row. `trial` is below 2**32, `step` below 2**48; `key0` and `key1` are words of 32 bits, see
        `key_of`; `stream`, below 2**16, tells apart independent noises of one run. For the time per number see
        kernels/README.md.
    one : callable (trial, step, unit, key0, key1, stream=0)
        The number that `fill` gives to one unit, to the bit; about 17 ns.
    """

    fill: Any
    one: Any


def _normals(pair: Any) -> Normals:
    @inlined
    def one(trial, step, unit, key0, key1, stream=0):  # type: ignore[no-untyped-def]
        trial, step, stream = np.uint64(trial), np.uint64(step), np.uint64(stream)
        unit, key0, key1 = np.uint64(unit), np.uint64(key0), np.uint64(key1)
        place = (unit >> _BLOCK_BITS << _QUARTER_BITS) | (unit & _PLACE)
        drawn = philox((place, trial, step, (stream << _STREAM) ^ (step >> _WORD)), key0, key1)
        quarter = (unit >> _QUARTER_BITS) & _QUARTERS
        first, second = pair(drawn[0], drawn[1]) if quarter <= _ONE else pair(drawn[2], drawn[3])
        return second if quarter & _ONE == _ONE else first

    @inlined
    def fill(out, trial, step, key0, key1, stream=0):  # type: ignore[no-untyped-def]
        wide_vectors()
        trial, step, stream = np.uint64(trial), np.uint64(step), np.uint64(stream)
        key0, key1 = np.uint64(key0), np.uint64(key1)
        high = (stream << _STREAM) ^ (step >> _WORD)
        for b in range(out.size // BLOCK):
            row = out[BLOCK * b : BLOCK * b + BLOCK]
            first, second = row[:QUARTER], row[QUARTER : 2 * QUARTER]
            third, fourth = row[2 * QUARTER : 3 * QUARTER], row[3 * QUARTER :]
            for k in range(QUARTER):
                drawn = philox((np.uint64(QUARTER * b + k), trial, step, high), key0, key1)
                first[k], second[k] = pair(drawn[0], drawn[1])
                third[k], fourth[k] = pair(drawn[2], drawn[3])

    return Normals(fill, one)


float64: Final = _normals(_double_pair)
float32: Final = _normals(_single_pair)


def whole_rows(units: int) -> int:
    """Length of the shortest row of whole blocks that has so many units."""
    return -(-units // BLOCK) * BLOCK


def key_of(sequence: np.random.SeedSequence) -> tuple[np.uint32, np.uint32]:
    """Key of the noise that a seed sequence stands for: its first two words of 32 bits."""
    key0, key1 = sequence.generate_state(2, np.uint32)
    return key0, key1

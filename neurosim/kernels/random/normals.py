"""Counter-based standard normal numbers: functions of the key and of (trial, step, unit) only.

One block of Philox gives two uniform numbers of 52 bits and a sign; the transform of Box and Muller (1958)
makes two normal numbers of them:

    z[k]      = sign sqrt(-2 log u) cos(pi t)
    z[k + 32] = sign sqrt(-2 log u) sin(pi t),        0 < u <= 1,  -1/2 <= t < 1/2

Unit k of a block of 64 units is paired with unit k + 32, so that both halves are stored as whole vectors.
Philox's counter is ``(pair, trial, step mod 2**32, 2**16 stream + step div 2**32)``. Runs in chunks, in
threads, resumed, replayed, or over part of the units therefore draw the same bits. The largest number is 8.49; beyond
8, where one number in 1e15 lies, the tail has few distinct values.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from neurosim.kernels.functions.float_bits import bits_of, float_of, polynomial, wide_vectors
from neurosim.kernels.random.philox import philox
from neurosim.kernels.runtime.jit import inlined

__all__ = ["fill_normals", "key_of", "normal", "whole_rows"]

BLOCK: Final = 64
HALF: Final = BLOCK // 2

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
_BLOCK_BITS, _HALF_BITS, _PLACE = (np.uint64(n) for n in (6, 5, HALF - 1))
_LOW_WORD: Final = np.uint64(2**32 - 1)
_MANTISSA: Final = np.uint64(2**52 - 1)
_BITS_OF_ONE: Final = np.uint64(1023 << 52)
_BITS_OF_ROOT: Final = np.float64(math.sqrt(0.5)).view(np.uint64)
_BITS_OF_INTEGERS: Final = np.uint64(1075 << 52)
_INTEGERS: Final = 2.0**52 + 1023


@inlined
def _join(high, low):  # type: ignore[no-untyped-def]
    return (high << _WORD) | (low & _LOW_WORD)


@inlined
def _from_one_to_two(bits):  # type: ignore[no-untyped-def]
    return float_of((bits >> _UNUSED) | _BITS_OF_ONE)


@inlined
def _minus_two_log(x):  # type: ignore[no-untyped-def]
    distance = bits_of(x) - _BITS_OF_ROOT
    exponent = float_of(((distance + _BITS_OF_ONE) >> _MANTISSA_BITS) | _BITS_OF_INTEGERS) - _INTEGERS
    reduced = float_of((distance & _MANTISSA) + _BITS_OF_ROOT)
    ratio = (reduced - 1.0) / (reduced + 1.0)
    return ratio * _ARTANH(ratio * ratio) + exponent * _PER_OCTAVE


@inlined
def _pair(pair, trial, step, key0, key1, stream):  # type: ignore[no-untyped-def]
    """Normals of a unit in the first half of its block and of the one 32 further; all arguments uint64."""
    words = philox((pair, trial, step, (stream << _STREAM) ^ (step >> _WORD)), key0, key1)
    angle = _join(words[2], words[3])
    turn = _from_one_to_two(angle) - 1.5
    radius = math.sqrt(_minus_two_log(2.0 - _from_one_to_two(_join(words[0], words[1]))))
    radius = float_of(bits_of(radius) ^ (angle << _SIGN))
    square = turn * turn
    return radius * _COSINE(square), radius * (turn * _SINE(square))


@inlined
def fill_normals(out, trial, step, key0, key1, stream=0):  # type: ignore[no-untyped-def]
    """Fill a row with the normals of the units 0, 1, 2, ... of one trial and step.

    The number for a unit does not depend on the length of the row. A float32 row gets the rounded numbers of
    the float64 row, hence the same noise.

    Parameters
    ----------
    out : array (units,), float64 or float32, contiguous
        Overwritten.
    trial, step : int
        Below 2**32 and 2**48.
    key0, key1 : int
        Two words of 32 bits, see `key_of`.
    stream : int, default 0
        Below 2**16; tells apart independent noises of one run.

    Notes
    -----
    Fastest in rows of whole blocks of 64; the remainder takes about ten times longer per number. For the time per
    number see kernels/README.md.
    """
    wide_vectors()
    trial, step, stream = np.uint64(trial), np.uint64(step), np.uint64(stream)
    key0, key1 = np.uint64(key0), np.uint64(key1)
    for b in range(out.size // BLOCK):
        first, second = out[BLOCK * b : BLOCK * b + HALF], out[BLOCK * b + HALF : BLOCK * b + BLOCK]
        for k in range(HALF):
            first[k], second[k] = _pair(np.uint64(HALF * b + k), trial, step, key0, key1, stream)
    for unit in range(out.size // BLOCK * BLOCK, out.size):
        out[unit] = normal(trial, step, unit, key0, key1, stream)


@inlined
def normal(trial, step, unit, key0, key1, stream=0):  # type: ignore[no-untyped-def]
    """Single float64 number that `fill_normals` would give to a unit, to the bit; about 17 ns."""
    trial, step, stream = np.uint64(trial), np.uint64(step), np.uint64(stream)
    unit, key0, key1 = np.uint64(unit), np.uint64(key0), np.uint64(key1)
    pair = (unit >> _BLOCK_BITS << _HALF_BITS) | (unit & _PLACE)
    first, second = _pair(pair, trial, step, key0, key1, stream)
    return second if (unit >> _HALF_BITS) & _ONE == _ONE else first


def whole_rows(units: int) -> int:
    """Length of a row of at least so many units that holds whole blocks, which are filled without a remainder."""
    return -(-units // BLOCK) * BLOCK


def key_of(sequence: np.random.SeedSequence) -> tuple[np.uint32, np.uint32]:
    """Key of the noise that a seed sequence stands for: its first two words of 32 bits."""
    key0, key1 = sequence.generate_state(2, np.uint32)
    return key0, key1

"""Piecewise constant signals with white noise, for the inputs of tasks, written in one pass.

Noise on inputs needs no more than single precision, so each word of a block of Philox is a number of its own, where
`neurosim.kernels.random.normals` joins them. With its words a, b as whole numbers, u = (a + 1/2) / 2**32 and the
signed t = b / 2**32, Box and Muller (1958) have

    sign sqrt(-2 log u) cos(pi t),    sign sqrt(-2 log u) sin(pi t),    0 < u <= 1,    -1/2 <= t < 1/2,

with the sign from the last bit of b. Philox's counter is ``(place, trial, 0, 0)``: the numbers of a trial depend on
the key, on its number and on its size, and not on the other trials, nor on threads. The largest is 6.76.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from neurosim.kernels.functions.float_bits import float_of, wide_vectors, with_sign
from neurosim.kernels.functions.formats import SINGLE
from neurosim.kernels.functions.logarithms import positive_logarithm
from neurosim.kernels.random.normals import SHORT_COSINE, SHORT_SINE
from neurosim.kernels.random.philox import philox
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.kernels.runtime.jit import inlined
from neurosim.kernels.runtime.threads import run_in_threads, shares, threads_available

__all__ = ["fill_single", "hold_with_noise"]

BLOCK: Final = 256
"""Blocks of Philox at a time; their words and their numbers fit into the first cache level."""

ROW: Final = 64
"""Numbers written at a time: several steps where there are few channels, so that few channels are as fast."""

_VECTOR: Final = 16
_SHARE: Final = 250_000
"""Numbers from which another thread gains more than it costs to wake."""

_LOGARITHM: Final = positive_logarithm(SINGLE)
_ZERO, _HALF, _MINUS_TWO, _PER_WORD = (np.float32(x) for x in (0.0, 0.5, -2.0, 2.0**-32))
_SIGN: Final = np.uint32(31)
_NONE: Final = np.uint64(0)

_TEXT: Final = '''"""Held signals with noise; engine {fingerprint}."""

import numpy as np

from neurosim.kernels.runtime.jit import kernel
from neurosim.kernels.random.held_signals import BLOCK, ROW, fill_single


@kernel
def advance(out, levels, starts, steps, first, scale, key0, key1):
    trials, epochs, channels = levels.shape
    words = np.empty((4, BLOCK), np.uint32)
    noise = np.zeros(out.shape[1] + 4 * BLOCK, np.float32)
    several = max(1, ROW // max(1, channels))
    row = np.zeros(max(1, several * channels))
    for trial in range(trials):
        if scale > 0.0:
            fill_single(noise, out.shape[1], words, first + trial, key0, key1)
        step = 0
        for epoch in range(epochs):
            stop = steps if epoch == epochs - 1 else min(starts[epoch + 1, trial], steps)
            for k in range(min(several, stop - step) if several > 1 else 0):
                for i in range(channels):
                    row[k * channels + i] = levels[trial, epoch, i]
            level = row if several > 1 else levels[trial, epoch]
            end = stop * channels
            for k in range(step * channels, end, row.size):
                here, drawn = out[trial, k : min(k + row.size, end)], noise[k : k + row.size]
                for i in range(here.size):
                    here[i] = level[i] + scale * drawn[i]
            step = max(step, stop)
'''


@inlined
def _draw(words, count, place, trial, key0, key1):  # type: ignore[no-untyped-def]
    """Words of `count` blocks of Philox from `place` on."""
    wide_vectors()
    a, b, c, d = words[0], words[1], words[2], words[3]
    for k in range(count):
        block = philox((np.uint64(place + k), trial, _NONE, _NONE), key0, key1)
        a[k], b[k] = np.uint32(block[0]), np.uint32(block[1])
        c[k], d[k] = np.uint32(block[2]), np.uint32(block[3])


@inlined
def _pairs(first, second, size, angle):  # type: ignore[no-untyped-def]
    """Two normal numbers of each two words."""
    wide_vectors()
    for k in range(first.size):
        turn = np.float32(np.int32(angle[k])) * _PER_WORD
        fallen = _LOGARITHM((np.float32(size[k]) + _HALF) * _PER_WORD, _ZERO, _ZERO)
        radius = with_sign(math.sqrt(_MINUS_TWO * fallen), float_of(np.uint32(angle[k] << _SIGN)))
        square = turn * turn
        first[k] = radius * SHORT_COSINE(square)
        second[k] = radius * (turn * SHORT_SINE(square))


@inlined
def fill_single(out, size, words, trial, key0, key1):  # type: ignore[no-untyped-def]
    """Fill a row with at least `size` normal numbers of one trial, in single precision.

    Parameters
    ----------
    out : array of float32
        Longer than `size` by 4 `BLOCK`.
    size : int
    words : array of uint32, shape (4, BLOCK)
        Overwritten.
    trial : int
    key0, key1 : int
        Two words of 32 bits.

    Notes
    -----
    For the time per number see kernels/README.md.
    """
    trial, key0, key1 = np.uint64(trial), np.uint64(key0), np.uint64(key1)
    done = 0
    while done < size:
        count = min(BLOCK, -(-(size - done) // (4 * _VECTOR)) * _VECTOR)
        _draw(words, count, done // 4, trial, key0, key1)
        for half in range(2):
            place = done + 2 * half * count
            first, second = out[place : place + count], out[place + count : place + 2 * count]
            _pairs(first, second, words[2 * half], words[2 * half + 1])
        done += 4 * count


@functools.cache
def _kernel() -> Callable[..., None]:
    """Kernel, compiled by a first call here, so that later calls need no protection from Ctrl-C."""
    advance = compile_kernel(_TEXT.format(fingerprint=fingerprint()))
    one = np.zeros((1, 1), np.intp)
    run_in_threads(
        advance, [(np.zeros((1, 1)), np.zeros((1, 1, 1)), one, 1, 0, 1.0, np.uint32(0), np.uint32(0))]
    )
    return advance


def hold_with_noise(
    levels: np.ndarray,
    starts: np.ndarray,
    steps: int,
    scale: float,
    key: tuple[int, int],
    *,
    threads: int | None = None,
) -> np.ndarray:
    """Signals that are constant during each epoch, plus independent normal numbers of standard deviation `scale`.

    Parameters
    ----------
    levels : ndarray, shape (trials, epochs, channels)
    starts : ndarray of int, shape (epochs, trials)
        First step of every epoch, ascending; the first epoch starts at step 0, the last lasts until the end.
    steps : int
    scale : float
        0: no noise.
    key : (int, int)
        Two words of 32 bits: the same key gives the same numbers, for any number of threads.
    threads : int, optional
        Default: all that numba has, for large enough arrays.

    Returns
    -------
    ndarray of float64, shape (trials, steps, channels)
        Noise in single precision, signals in double.

    Notes
    -----
    For the time per number see kernels/README.md.
    """
    levels, starts = np.ascontiguousarray(levels, np.float64), np.ascontiguousarray(starts, np.intp)
    trials, _, channels = levels.shape
    out = np.empty((trials, steps * channels))
    advance, shared = _kernel(), (float(scale), np.uint32(key[0]), np.uint32(key[1]))
    parts = shares(trials, 1, min(threads_available(threads), -(-out.size // _SHARE)))
    calls = [
        (out[a:b], levels[a:b], np.ascontiguousarray(starts[:, a:b]), steps, a, *shared) for a, b in parts
    ]
    if len(calls) > 1:
        run_in_threads(advance, calls)
    else:
        advance(*calls[0])
    return out.reshape(trials, steps, channels)

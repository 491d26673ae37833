"""Hand-written kernels against the plain call that would take their place: NumPy, SciPy, or numba without the helper.

Times are those of the processor (of one thread), so that other programs on the machine matter little.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import scipy.sparse
from measure import Contestants, Row, interleaved, ratio

from neurosim.blas import one_blas_thread
from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.functions.table import float64
from neurosim.kernels.linalg.gram_schmidt import orthonormalize
from neurosim.kernels.linalg.kernel_calls import addresses, dense, outer
from neurosim.kernels.linalg.layout import aligned_array, pack_columns, tile_columns, tiles_of
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.kernels.linalg.newton import newton_steps
from neurosim.kernels.linalg.outer_products import add_sampled_outer
from neurosim.kernels.linalg.panels import MANY_STRIP, ONE_STRIP, VECTOR
from neurosim.kernels.linalg.products import add_dense_to_one, add_sparse
from neurosim.kernels.random.held_signals import hold_with_noise
from neurosim.kernels.random.normals import float64 as normals
from neurosim.kernels.runtime.denormals import flush_denormals, restore_denormals
from neurosim.kernels.runtime.jit import FAST_MATH

REAL = np.dtype(np.float64)
PLAIN: dict[str, Callable[[float], float]] = {
    "tanh": lambda x: math.tanh(x),
    "exp": lambda x: math.exp(x),
    "expm1": lambda x: math.expm1(x),
    "logistic": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(-abs(x))) + max(x, 0.0),
    "log": lambda x: math.log(abs(x)),
    "log1p": lambda x: math.log1p(abs(x)),
}
compiled = numba.njit(error_model="numpy", fastmath=FAST_MATH)


def _over_a_vector(function: Any) -> Any:
    if not hasattr(function, "py_func"):
        function = compiled(function)

    @compiled
    def run(x, out):  # type: ignore[no-untyped-def]
        wide_vectors()
        for i in range(x.size):
            out[i] = function(x[i])

    return run


def _functions() -> Iterator[tuple[str, Contestants]]:
    x, out = np.abs(np.random.default_rng(0).normal(0, 2, 4096)), np.empty(4096)
    for name, plain in PLAIN.items():
        own, libm = _over_a_vector(getattr(float64, name)), _over_a_vector(plain)
        yield f"{name}, 4096 numbers", {"own": lambda f=own: f(x, out), "math": lambda f=libm: f(x, out)}


fill_normals = normals.fill


@compiled
def _normals(out, step, key0, key1):  # type: ignore[no-untyped-def]
    wide_vectors()
    fill_normals(out, 0, step, key0, key1, 0)


def _noise() -> Iterator[tuple[str, Contestants]]:
    # the keys as arguments, as in time loops: those that LLVM knows, it computes with otherwise
    out, draw, keys = np.empty(4096), np.random.default_rng(0), (np.uint64(1), np.uint64(2))
    yield (
        "normal numbers, 4096",
        {"own": lambda: _normals(out, 3, *keys), "NumPy": lambda: draw.standard_normal(out=out)},
    )
    levels, starts = draw.normal(size=(64, 3, 2)), np.repeat([[0], [50], [150]], 64, axis=1)

    def plain() -> np.ndarray:
        signal = np.repeat(levels, [50, 100, 50], axis=1)
        signal += 0.1 * draw.standard_normal(signal.shape)
        return signal

    own = lambda: hold_with_noise(levels, starts, 200, 0.1, (1, 2), threads=1)  # noqa: E731
    yield "task inputs with noise, 64 trials of 200 steps", {"own": own, "NumPy": plain}


def _products() -> Iterator[tuple[str, Contestants]]:
    draw, address = np.random.default_rng(0), addresses("float64")
    call_dense = address["dense_address"]

    @numba.njit
    def run_dense(columns, rates, currents):  # type: ignore[no-untyped-def]
        dense(call_dense, columns, rates, currents, rates.shape[0], rates.shape[1])

    for trials, size in ((64, 256), (16, 100)):
        weights, rates = draw.normal(size=(size, size)), draw.normal(size=(trials, size))
        tiles = tiles_of(size, REAL, long=True)
        columns = tile_columns(weights, tiles, REAL, MANY_STRIP)[0]
        currents, out, transposed = (
            aligned_array((trials, tiles.padded), REAL),
            np.empty((trials, size)),
            weights.T,
        )
        yield (
            f"weights times rates of {trials} trials, {size} units",
            {
                "own": lambda c=columns, r=rates, u=currents: run_dense(c, r, u),
                "BLAS": lambda t=transposed, r=rates, o=out: np.dot(r, t, out=o),
            },
        )
    for size in (200, 1000):
        weights, rates = draw.normal(size=(size, size)), draw.normal(size=(1, size))
        tiles = tiles_of(size, REAL, long=True)
        columns = tile_columns(weights, tiles, REAL, ONE_STRIP)[0]
        currents, out = aligned_array((1, tiles.padded), REAL), np.empty(size)
        run_one = numba.njit(lambda c, r, u: add_dense_to_one(c, r, u, r.shape[1]))
        yield (
            f"weights times rates of 1 trial, {size} units",
            {
                "own": lambda f=run_one, c=columns, r=rates, u=currents: f(c, r, u),
                "BLAS": lambda w=weights, r=rates[0], o=out: np.dot(w, r, out=o),
            },
        )


def _sparse() -> Iterator[tuple[str, Contestants]]:
    draw, size = np.random.default_rng(0), 2000
    matrix = scipy.sparse.random(size, size, 0.05, "csr", random_state=draw)
    starts, sources = matrix.indptr.astype(np.uint64), matrix.indices.astype(np.uint32)
    rates, currents = draw.normal(size=(1, size)), np.zeros((1, size))
    run = numba.njit(lambda a, b, c, r, u: add_sparse(a, b, c, r, u, 0, 1))
    yield (
        "sparse weights times rates, 2000 units, 5 %",
        {
            "own": lambda: run(starts, sources, matrix.data, rates, currents),
            "SciPy": lambda: matrix @ rates[0],
        },
    )
    left, right, sums = draw.normal(size=(2, 128, size // 4))[0], draw.normal(size=(128, size // 4)), None
    small = scipy.sparse.random(size // 4, size // 4, 0.1, "csr", random_state=draw)
    pattern = small.indptr.astype(np.uint64), small.indices.astype(np.uint32)
    rows = np.repeat(np.arange(size // 4), np.diff(small.indptr))
    sums = np.zeros(small.nnz)
    sampled = numba.njit(lambda a, b, x, y, s: add_sampled_outer(a, b, x, y, s))
    yield (
        "outer products at sparse entries, 500 units, 10 %",
        {
            "own": lambda: sampled(*pattern, left, right, sums),
            "BLAS": lambda: (left.T @ right)[rows, small.indices],
        },
    )


def _outer_product(draw: np.random.Generator, size: int, rows: int = 128) -> tuple[str, Contestants]:
    address = addresses("float64")["outer_address"]
    width = -(-size // 8) * 8
    left, right = (aligned_array((rows // 8, 8, width), REAL) for _ in range(2))
    left[:], right[:] = draw.normal(size=(2, *left.shape))
    sums, out = aligned_array((size, width), REAL), np.empty((size, size))

    @numba.njit
    def run(left, right, sums):  # type: ignore[no-untyped-def]
        outer(address, left, 0, right, 0, 1, sums, left.shape[0])

    a, b = left[..., :size].reshape(rows, size).copy(), right[..., :size].reshape(rows, size).copy()

    def plain() -> None:
        np.dot(a.T, b, out=out)
        np.add(sums[:, :size], out, out=sums[:, :size])

    return f"gradient of {size} x {size} weights from {rows} rows", {
        "own": lambda: run(left, right, sums),
        "BLAS": plain,
    }


def _outer_products() -> Iterator[tuple[str, Contestants]]:
    yield from (_outer_product(np.random.default_rng(0), size) for size in (50, 100, 256))


def _newton(draw: np.random.Generator, size: int, states: int) -> tuple[str, Contestants]:
    weights = draw.normal(size=(size, size)) / np.sqrt(size)
    local = -np.ones((1, 1, states, size)), np.ones((1, states, size)), draw.uniform(0, 1, (1, states, size))
    speeds = draw.normal(size=(1, states, size))

    def plain() -> np.ndarray:
        jacobians = weights * local[2][0][:, None, :] - np.eye(size)
        return np.linalg.solve(jacobians, -speeds[0][..., None])

    own = lambda: newton_steps(weights, *local, speeds, 1)  # noqa: E731
    return f"Newton steps, {states} states of {size} units", {"own": own, "LAPACK": plain}


def _solvers() -> Iterator[tuple[str, Contestants]]:
    draw = np.random.default_rng(0)
    rows, lengths = draw.normal(size=(50, 1000)), np.empty(50)
    yield (
        "orthonormal frame, 50 of 1000 units",
        {"own": lambda: orthonormalize(rows, lengths), "LAPACK": lambda: np.linalg.qr(rows.T)},
    )
    yield from (_newton(draw, size, states) for size, states in ((20, 256), (50, 64), (100, 64)))
    size = 1000
    problem, inverse = LeastSquares([np.arange(size)], 1.0, threads=1), np.eye(size)
    rates = 0.1 * draw.normal(size=size)

    def update() -> None:
        gain = inverse @ rates
        np.subtract(inverse, np.outer(gain, gain / (1.0 + rates @ gain)), out=inverse)

    yield "recursive least squares, 1000 units", {"own": lambda: problem.take(rates), "NumPy": update}


def _memory() -> Iterator[tuple[str, Contestants]]:
    size = 256
    matrix, strip = np.random.default_rng(0).normal(size=(size, size)), MANY_STRIP * (VECTOR // 8)
    tiles = tiles_of(size, REAL, long=True)
    packed = aligned_array((size, tiles.width), REAL)
    yield (
        "packing 256 x 256 weights",
        {
            "own": lambda: pack_columns(matrix, packed, strip),
            "NumPy": lambda: tile_columns(matrix, tiles, REAL, MANY_STRIP),
        },
    )


@compiled
def _decay(values, steps, flush):  # type: ignore[no-untyped-def]
    before = np.uint32(0)
    if flush:
        before = flush_denormals()
    for _ in range(steps):
        for i in range(values.size):
            values[i] *= 0.9
    if flush:
        restore_denormals(before)


def _runtime() -> Iterator[tuple[str, Contestants]]:
    def run(flush: bool) -> None:
        _decay(np.full(256, 1e-307), 200, flush)

    yield "decay of 256 units to zero, 200 steps", {"own": lambda: run(True), "as it is": lambda: run(False)}


def rows() -> Iterator[Row]:
    """One row for each kernel."""
    groups = (_functions, _noise, _products, _sparse, _outer_products, _solvers, _memory, _runtime)
    with one_blas_thread():
        for work, contestants in (pair for group in groups for pair in group()):
            seconds = interleaved(contestants, rounds=25, shortest=0.005, clock=time.thread_time)
            plain = next(name for name in contestants if name != "own")
            numbers = {
                "us own": 1e6 * float(np.median(seconds["own"])),
                "plain / own": ratio(seconds[plain], seconds["own"]),
            }
            yield Row(f"{work} ({plain})", numbers, {"plain / own": (">=", 1.2)})

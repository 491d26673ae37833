"""Sums of outer products inside a kernel, for the gradient of a weight matrix in the backward pass.

``sums[a, b] += sum over k of left[k, a] * right[k, b]``, where k counts rows of two arrays in their given layout,
without packing or transposing. A block of the sums, a few rows by a few vectors, stays in the registers of the
processor while all rows are read; it starts at zero and is added at the end, so that rounding errors grow with the
number of calls and not with the number of rows.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.panels import MANY_STRIP, TRIALS, VECTOR, Emitter
from neurosim.kernels.runtime.jit import FAST_MATH

__all__ = ["add_outer", "add_sampled_outer"]

outlined: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH)
# sums along one row may be split into vector lanes; the split depends on the length alone
reducing: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH | {"reassoc"})


def _number(value: int) -> ir.Constant:
    return ir.Constant(ir.IntType(64), value)


def _emit_block(
    emit: Emitter, left: Any, right: Any, sums: list[Any], counts: tuple[Any, Any], *, vectors: int
) -> None:
    """One block of sums; `left` and `right` are (start, outer stride, inner stride), strides in numbers."""
    builder = emit.builder
    # the sums of some hundred units lie in the last cache, whose delay would come after each block
    for row in sums:
        emit.prefetch(row, vectors)
    zero = ir.Constant(emit.vector, None)
    places = [[cgutils.alloca_once_value(builder, zero) for _ in range(vectors)] for _ in sums]
    with cgutils.for_range(builder, counts[0]) as outer:
        starts = [
            builder.gep(start, [builder.mul(stride, outer.index)]) for start, stride, _ in (left, right)
        ]
        with cgutils.for_range(builder, counts[1]) as inner:
            left_row, right_row = (
                builder.gep(start, [builder.mul(array[2], inner.index)])
                for start, array in zip(starts, (left, right), strict=True)
            )
            loaded = [emit.load(right_row, v) for v in range(vectors)]
            for a, own in enumerate(places):
                factor = emit.everywhere(builder.gep(left_row, [_number(a)]))
                for vector, place in zip(loaded, own, strict=True):
                    builder.store(builder.call(emit.fused, [vector, factor, builder.load(place)]), place)
    for row, own in zip(sums, places, strict=True):
        for v, place in enumerate(own):
            emit.store(builder.fadd(emit.load(row, v), builder.load(place)), row, v)


def _lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    left, left_outer, left_inner, right, right_outer, right_inner, sums, distance = arguments[:8]
    m, n, a, rows, low, vectors = arguments[8:]
    emit = Emitter(builder, context.get_value_type(signature.args[0].dtype))
    left, right = builder.gep(left, [a]), builder.gep(right, [low])
    first = builder.gep(sums, [builder.add(builder.mul(distance, a), low)])
    choice = builder.add(builder.mul(rows, _number(MANY_STRIP + 1)), vectors)
    end = builder.append_basic_block("end")
    switch = builder.switch(choice, end)
    for r in range(1, TRIALS + 1):
        for v in range(1, MANY_STRIP + 1):
            block = builder.append_basic_block(f"outer_{r}_{v}")
            switch.add_case(_number(r * (MANY_STRIP + 1) + v), block)
            builder.position_at_end(block)
            own = [builder.gep(first, [builder.mul(distance, _number(k))]) for k in range(r)]
            _emit_block(
                emit,
                (left, left_outer, left_inner),
                (right, right_outer, right_inner),
                own,
                (m, n),
                vectors=v,
            )
            builder.branch(end)
    builder.position_at_end(end)
    return context.get_dummy_value()


@intrinsic
def _add_block(  # type: ignore[no-untyped-def]
    _typing_context, left, lo, li, right, ro, ri, sums, _distance, _m, _n, _a, _rows, _low, _vectors
):
    strides, numbers = [types.intp] * 2, [types.intp] * 7
    assert (lo, li, ro, ri) == (types.intp,) * 4
    return types.none(left, *strides, right, *strides, sums, *numbers), _lower


@outlined
def add_outer(  # type: ignore[no-untyped-def]
    left, left_outer, left_inner, right, right_outer, right_inner, sums, distance, m, n, rows, width
):
    """Add ``left[i, k, a] * right[i, k, b]``, summed over i < m and k < n, to ``sums[a, b]``.

    Pointers, with the strides of the two outer axes in numbers; the last axes are contiguous. Sums are (rows, width),
    where the width is whole vectors, with a distance between rows.
    """
    wide_vectors()
    lanes = VECTOR // numba.carray(sums, 1).itemsize
    vectors = width // lanes
    blocks = -(-rows // TRIALS)
    for low in range(0, vectors, MANY_STRIP):
        count = min(MANY_STRIP, vectors - low)
        for b in range(blocks):
            start, end = b * rows // blocks, (b + 1) * rows // blocks
            _add_block(
                left, left_outer, left_inner, right, right_outer, right_inner, sums, distance, m, n, start, end - start,
                low * lanes, count,
            )  # fmt: skip


@reducing
def _overlap(a, b):  # type: ignore[no-untyped-def]
    wide_vectors()
    total = a.dtype.type(0.0)
    for k in range(a.size):
        total += a[k] * b[k]
    return total


@outlined
def add_sampled_outer(starts, sources, left, right, sums):  # type: ignore[no-untyped-def]
    """Add the sum of outer products to the entries of a CSR pattern (uint64 starts, uint32 sources) only.

    Shapes: left (rows, >= units), right (rows, > largest source), sums (entries,).
    """
    wide_vectors()
    units, rows = starts.size - 1, left.shape[0]
    # entries of one unit side by side: an entry of the sum is then a product of two contiguous rows
    columns = np.empty((units, rows), left.dtype)
    others = np.empty((right.shape[1], rows), right.dtype)
    for k in range(rows):
        for i in range(units):
            columns[i, k] = left[k, i]
        for j in range(right.shape[1]):
            others[j, k] = right[k, j]
    for i in range(units):
        for e in range(starts[i], starts[i + 1]):
            sums[e] += _overlap(columns[i], others[sources[e]])

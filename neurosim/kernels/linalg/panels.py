"""Matrix product of weights and rates with the currents in registers, emitted as LLVM instructions.

Numba keeps a row of currents in memory and adds a few columns of W to it at a time. Here a *panel*, a few
vectors of units for a few trials, stays in the registers of the processor while all sources are added. The weights
are stored in *strips* of a few vectors, source after source, in the order in which they are read; the panel of a single
trial reads four strips in parallel, since memory delivers several streams faster than one. Every current is one chain
of fused multiply-adds in the order of the sources; it does not depend on the panel, on the vector width or on the other
trials.
"""

from __future__ import annotations

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.runtime.processor import FEATURES

__all__ = [
    "LINE",
    "MANY_STRIP",
    "ONE_STRIP",
    "ONE_VECTORS",
    "TRIALS",
    "VECTOR",
    "Emitter",
    "add_panel_to_many",
    "add_panel_to_one",
]


def _registers() -> tuple[int, int, int, int]:
    """Bytes of a vector, then what fits into the registers: trials × vectors, or vectors of a single trial.

    AVX-512 has 32 registers, AVX2 and NEON have 16 and 32; one holds a rate, a few the weights.
    """
    if "avx512f" in FEATURES:
        return 64, 8, 3, 16
    return (32, 4, 3, 12) if "avx2" in FEATURES else (16, 4, 3, 12)


VECTOR, TRIALS, MANY_STRIP, ONE_VECTORS = _registers()
ONE_STRIP: Final = 4
LINE: Final = 64
"""Bytes of a cache line, and of the widest vector register."""
_INDEX: Final = ir.IntType(64)
_WORD: Final = ir.IntType(32)


def _number(value: int) -> ir.Constant:
    return ir.Constant(_INDEX, value)


class Emitter:
    """Instructions on vectors of one float format; `fused` is the multiply-add."""

    def __init__(self, builder: Any, scalar: Any) -> None:
        self.builder, self.bytes = builder, 8 if isinstance(scalar, ir.DoubleType) else 4
        self.lanes = VECTOR // self.bytes
        self.vector = ir.VectorType(scalar, self.lanes)
        operation = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fmuladd.v{self.lanes}f{8 * self.bytes}"
        self.fused = cgutils.get_or_insert_function(builder.module, operation, name)

    def at(self, start: Any, vectors: int) -> Any:
        """Pointer to the vector of this index after a start."""
        place = self.builder.gep(start, [_number(vectors * self.lanes)])
        return self.builder.bitcast(place, self.vector.as_pointer())

    def load(self, start: Any, vectors: int) -> Any:
        """Load the vector of this index."""
        return self.builder.load(self.at(start, vectors), align=self.bytes)

    def store(self, value: Any, start: Any, vectors: int) -> None:
        """Store a vector at this index."""
        self.builder.store(value, self.at(start, vectors), align=self.bytes)

    def prefetch(self, start: Any, vectors: int) -> None:
        """Ask for the cache lines of so many vectors, which are written later."""
        byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        ask = self.builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
        for v in (*range(0, vectors, LINE // VECTOR), vectors - 1):
            place = self.builder.bitcast(self.at(start, v), byte)
            self.builder.call(ask, [place, flag(1), flag(3), flag(1)])

    def everywhere(self, place: Any) -> Any:
        """Vector with one number in all lanes."""
        nothing = ir.Constant(self.vector, ir.Undefined)
        single = self.builder.insert_element(nothing, self.builder.load(place), ir.Constant(_WORD, 0))
        lanes = ir.Constant(ir.VectorType(_WORD, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(single, nothing, lanes)


def _weights(emit: Emitter, strips: Any, source: Any, sources: Any, *, vectors: int, strip: int) -> list[Any]:
    """Weights of one source onto the vectors of a panel, strip after strip; the last strip may be narrower."""
    builder, loaded = emit.builder, []
    for first in range(0, vectors, strip):
        width = min(strip, vectors - first)
        row = builder.mul(sources, _number(first * emit.lanes))
        row = builder.add(row, builder.mul(source, _number(width * emit.lanes)))
        start = builder.gep(strips, [row])
        loaded += [emit.load(start, v) for v in range(width)]
    return loaded


def _emit_block(
    emit: Emitter,
    strips: Any,
    rates: list[Any],
    currents: list[Any],
    sources: Any,
    *,
    vectors: int,
    strip: int,
) -> None:
    """Currents of these trials and vectors: loaded once, all sources added, stored once."""
    builder = emit.builder
    sums = [
        [cgutils.alloca_once_value(builder, emit.load(row, v)) for v in range(vectors)] for row in currents
    ]
    with cgutils.for_range(builder, sources) as loop:
        weights = _weights(emit, strips, loop.index, sources, vectors=vectors, strip=strip)
        for trial, own in zip(rates, sums, strict=True):
            rate = emit.everywhere(builder.gep(trial, [loop.index]))
            for weight, place in zip(weights, own, strict=True):
                builder.store(builder.call(emit.fused, [weight, rate, builder.load(place)]), place)
    for row, own in zip(currents, sums, strict=True):
        for v, place in enumerate(own):
            emit.store(builder.load(place), row, v)


def _panel(most_trials: int, most_vectors: int, strip: int) -> Any:
    """Compiled choice among blocks of 1 to `most_trials` trials and 1 to `most_vectors` vectors."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def array(k: int) -> tuple[Any, Any]:
            made = context.make_array(signature.args[k])(context, builder, arguments[k])
            return made.data, cgutils.unpack_tuple(builder, made.strides)[0]

        (columns, _), (rates, rate_stride), (currents, current_stride) = (array(k) for k in range(3))
        first, trials, low, vectors, sources = arguments[3:]
        emit = Emitter(builder, context.get_value_type(signature.args[0].dtype))

        def rows(start: Any, stride: Any, count: int) -> list[Any]:
            return [
                cgutils.pointer_add(builder, start, builder.mul(stride, builder.add(first, _number(q))))
                for q in range(count)
            ]

        columns = builder.gep(columns, [builder.mul(sources, low)])
        currents = builder.gep(currents, [low])
        choice = builder.add(builder.mul(trials, _number(most_vectors + 1)), vectors)
        end = builder.append_basic_block("end")
        switch = builder.switch(choice, end)
        for t in range(1, most_trials + 1):
            for v in range(1, most_vectors + 1):
                block = builder.append_basic_block(f"block_{t}_{v}")
                switch.add_case(_number(t * (most_vectors + 1) + v), block)
                builder.position_at_end(block)
                own_rates, own_currents = rows(rates, rate_stride, t), rows(currents, current_stride, t)
                _emit_block(emit, columns, own_rates, own_currents, sources, vectors=v, strip=strip)
                builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    @intrinsic
    def add_panel(  # type: ignore[no-untyped-def]
        _typing_context, columns, rates, currents, _first, _trials, _low, _vectors, _sources
    ):
        numbers = [types.intp] * 5
        return types.none(columns, rates, currents, *numbers), lower

    return add_panel


add_panel_to_one: Final = _panel(1, ONE_VECTORS, ONE_STRIP)
add_panel_to_many: Final = _panel(TRIALS, MANY_STRIP, MANY_STRIP)

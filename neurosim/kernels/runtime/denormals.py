"""Flush-to-zero mode for denormal (subnormal) numbers, which Intel processors handle some thirty times slower.

Decaying activity and gradients become denormal, in float32 after 90 time constants. While a kernel runs they are
rounded to zero; the former mode of the thread is restored at the end of the kernel.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.runtime.processor import IS_X86

__all__ = ["flush_denormals", "restore_denormals"]

SLOW = IS_X86
"""Whether this may be one of them; AMD processors, which lose a tenth at most, are not distinguished."""
ZEROS = 0x8040
"""Bits of the control word for flush-to-zero (results) and denormals-are-zero (operands)."""

_WORD = ir.IntType(32)


def _control_word(builder: Any, action: str, place: Any) -> None:
    address = builder.bitcast(place, ir.IntType(8).as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [address.type])
    builder.call(
        cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{action}mxcsr"), [address]
    )


def _lower_flush(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
    if not SLOW:
        return ir.Constant(_WORD, 0)
    place = cgutils.alloca_once(builder, _WORD)
    _control_word(builder, "st", place)
    before = builder.load(place)
    builder.store(builder.or_(before, ir.Constant(_WORD, ZEROS)), place)
    _control_word(builder, "ld", place)
    return before


def _lower_restore(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    if SLOW:
        place = cgutils.alloca_once(builder, _WORD)
        builder.store(arguments[0], place)
        _control_word(builder, "ld", place)
    return context.get_dummy_value()


@intrinsic
def flush_denormals(_typing_context):  # type: ignore[no-untyped-def]
    """Round denormal numbers to zero in this thread; returns the former mode for `restore_denormals`."""
    return types.uint32(), _lower_flush


@intrinsic
def restore_denormals(_typing_context, before):  # type: ignore[no-untyped-def]
    """Restore the mode that this thread had."""
    return types.none(before), _lower_restore

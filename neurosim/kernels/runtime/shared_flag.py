"""A number in memory that one thread writes and another one watches, without Python's global lock."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from neurosim.kernels.runtime.jit import kernel

__all__ = ["wait_for_change"]


def _lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.load_atomic(array.data, ordering="acquire", align=8, typ=ir.IntType(64))


@intrinsic
def _now(_typing_context, number):  # type: ignore[no-untyped-def]
    """Value of the first entry at this moment; an ordinary load in a loop would be done once."""
    return types.int64(number), _lower


@kernel
def wait_for_change(number, seen, looks):  # type: ignore[no-untyped-def]
    """Whether ``number[0]``, an int64, becomes another than `seen` while one looks so many times."""
    for _ in range(looks):  # noqa: SIM110 - numba knows no any()
        if _now(number) != seen:
            return True
    return False

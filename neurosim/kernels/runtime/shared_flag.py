"""Flag in memory that one thread sets and another one polls without holding the GIL."""

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
    """Present value of the first entry; LLVM would move an ordinary load out of the loop."""
    return types.int64(number), _lower


@kernel
def wait_for_change(number, seen, looks):  # type: ignore[no-untyped-def]
    """Whether ``number[0]``, an int64, becomes different from `seen` within so many looks."""
    for _ in range(looks):  # noqa: SIM110 - numba has no any()
        if _now(number) != seen:
            return True
    return False

"""The two numba decorators of the package, so that one place holds every compiler flag.

``kernel`` is for functions that live in generated files, ``inlined`` for helpers that a kernel calls. Both
carry the same flags, since LLVM vectorizes a loop only if all of its body was compiled under them.
"""

from __future__ import annotations

from typing import Any, Final

import numba

FAST_MATH: Final = {"contract", "nsz", "arcp"}
"""LLVM's licenses that keep inf, nan and the order of a sum.

``contract`` allows the fused multiply-add, ``nsz`` lets the sign of a zero go where no function asks for it,
``arcp`` turns a division by a loop constant into a multiplication. ``reassoc``, ``nnan`` and ``ninf`` stay
out: the first breaks the exact range reductions of `neurosim.kernels.functions.table` and makes a sum depend on the
vector width, the others would let a diverged state look finite.
"""

kernel: Final = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST_MATH)
"""Decorate a function of a generated file: cached on disk, free of the GIL so that threads run beside it.

``error_model="numpy"`` makes 1/0 infinite; the default raises, and that branch keeps a loop from being
vectorized.
"""

inlined: Final = numba.njit(nogil=True, forceinline=True, error_model="numpy", fastmath=FAST_MATH)
"""Decorate a helper called inside kernels: as `kernel`, not cached, and always inlined.

A helper that stays a call keeps the loop around it scalar and eight times slower, and LLVM by itself leaves
large helpers as calls. ``forceinline`` acts in LLVM; ``inline="always"`` would type the body at every call.
The caller's cached machine code holds the helper already; a second file on disk would only add a look-up.
Numba does not see an edit in a helper, so whoever names the generated file hashes the helpers' source too.
"""

_ONLY_PRANGE: Final[Any] = {
    "prange": True,
    "comprehension": False,
    "fusion": False,
    "inplace_binop": False,
    "numpy": False,
    "reduction": False,
    "setitem": False,
    "stencil": False,
}

parallel_kernel: Final = numba.njit(
    cache=True, nogil=True, error_model="numpy", fastmath=FAST_MATH, parallel=_ONLY_PRANGE
)
"""Decorate a kernel with ``prange``: only loops that say so run in parallel.

Everything else that numba can do in parallel by itself is off: it would open parallel regions inside the time
loop, each of which costs more than a step of a small network.
"""


def callable_by_address(signature: Any) -> Any:
    """Decorate a function of a generated file that kernels call by its address, with C's conventions."""
    return numba.cfunc(signature, cache=True, error_model="numpy", fastmath=FAST_MATH)

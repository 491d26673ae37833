"""Numba decorators of the package, with all compiler flags in one place.

``kernel`` is for functions that live in generated files, ``inlined`` for helpers that a kernel calls. Both
carry the same flags, since LLVM vectorizes a loop only if all of its body was compiled under them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numba
from numba.core.ccallback import CFunc
from numba.core.sigutils import normalize_signature

from neurosim.kernels.runtime.checked_cache import keep_machine_code
from neurosim.kernels.runtime.shared_compilation import share_compilation

FAST_MATH: Final = {"contract", "nsz", "arcp"}
"""Fast-math flags of LLVM that preserve inf, nan and the order of sums.

``contract`` allows the fused multiply-add, ``nsz`` ignores the sign of a zero, ``arcp`` turns a division by a loop
constant into a multiplication. ``reassoc``, ``nnan`` and ``ninf`` are left out: the first breaks the exact range
reductions of `neurosim.kernels.functions.table` and makes a sum depend on the vector width, the others would let a
diverged state look finite.
"""


def kernel(function: Callable[..., Any]) -> Any:
    """Decorate a function of a generated file: cached on disk, and run without the GIL, in several threads at once.

    ``error_model="numpy"`` makes 1/0 infinite; by default it raises, and that branch prevents vectorization.
    """
    return keep_machine_code(_compiled(function), function)


_compiled: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH)

inlined: Final = numba.njit(nogil=True, forceinline=True, error_model="numpy", fastmath=FAST_MATH)
"""Decorate a helper called inside kernels: as `kernel`, not cached, and always inlined.

A helper that is not inlined prevents the vectorization of the loop around it, which is then eight times slower, and
LLVM does not inline large helpers by itself. ``forceinline`` acts in LLVM; ``inline="always"`` would type the body at
every call. Helpers are not cached, since they are part of the caller's machine code; numba does not notice edits in
them, which is why `neurosim.kernels.runtime.compilation.fingerprint` hashes their source.
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

_compiled_in_parallel: Final = numba.njit(
    nogil=True, error_model="numpy", fastmath=FAST_MATH, parallel=_ONLY_PRANGE
)


def parallel_kernel(function: Callable[..., Any]) -> Any:
    """Decorate a kernel with ``prange``: only these loops run in parallel.

    Numba's automatic parallelization is off: it would start parallel regions inside the time loop, each of which costs
    more than a step of a small network.
    """
    return keep_machine_code(_compiled_in_parallel(function), function)


def callable_by_address(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Decorate a function of a generated file that kernels call by its address, with the C calling convention."""

    def decorate(function: Callable[..., Any]) -> Any:
        options = {"error_model": "numpy", "fastmath": FAST_MATH}
        # what numba.cfunc does, with this cache
        callback = CFunc(function, normalize_signature(signature), locals={}, options=options)
        keep_machine_code(callback, function).compile()
        return callback

    return decorate


# here, since whatever compiles imports this module first
share_compilation()

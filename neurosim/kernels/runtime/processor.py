"""What the processor has for which kernels are compiled."""

from __future__ import annotations

import platform
from typing import Final

import numba
from llvmlite import binding

__all__ = ["FEATURES", "FEW_REGISTERS", "IS_X86"]


def _features() -> frozenset[str]:
    chosen = numba.config.CPU_FEATURES  # type: ignore[attr-defined]
    named = chosen if chosen is not None else binding.get_host_cpu_features().flatten()
    return frozenset(name.removeprefix("+") for name in named.split(",") if name.startswith("+"))


FEATURES: Final = _features()
"""LLVM's names of the features in use: those that numba was told, or all that the processor has."""
IS_X86: Final = platform.machine().lower() in {"x86_64", "amd64"}
FEW_REGISTERS: Final = IS_X86 and "avx512f" not in FEATURES
"""Whether there are 16 vector registers, as on x86 without AVX-512, and not 32."""

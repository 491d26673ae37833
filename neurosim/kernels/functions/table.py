"""Table of the scalar functions that generated kernels may call, for each float format.

A generated module binds them with ``from neurosim.kernels.functions.table import float64 as own`` and
``tanh = own.tanh``. Each returns its own format and rounds the argument to it first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from neurosim.kernels.functions.exponentials import (
    exponential,
    exponential_minus_one,
    hyperbolic_tangent,
    logistic_and_softplus,
)
from neurosim.kernels.functions.formats import DOUBLE, SINGLE, Format
from neurosim.kernels.functions.logarithms import logarithm, logarithm_of_one_plus
from neurosim.kernels.runtime.jit import inlined

__all__ = ["Functions", "float32", "float64"]


@dataclass(frozen=True)
class Functions:
    """Compiled scalar functions of one float format.

    From tanh to log1p they are branch-free, and a loop over them becomes packed instructions. The errors are
    the largest found, in units in the last place (ulp) of the exact result, double first, single second, on
    four million arguments: uniform and normal ones, all magnitudes from subnormal to huge, and the neighbors
    of every boundary of the range reduction, with or without fused multiply-adds. Results may be subnormal;
    inf and nan are as in NumPy. The others take one instruction, or one call of the C library per element.

    Parameters
    ----------
    tanh
        Hyperbolic tangent; 2.5 and 2.4 ulp; odd to the last bit, and ``tanh(-0.0)`` is ``-0.0``.
    exp
        Exponential; 1.2 and 1.1 ulp; infinite above 709.78 (88.72), subnormal below -708.4 (-87.3).
    expm1
        ``exp(x) - 1`` without cancellation; 1.8 and 1.6 ulp.
    logistic
        ``1/(1 + exp(-x))``; 2.4 and 2.3 ulp, also in the tail, where it is ``exp(x)``.
    softplus
        ``log(1 + exp(x))``; 2.7 and 2.7 ulp, also in the tail; x itself where x is large.
    log
        Natural logarithm; 2.0 and 2.0 ulp, also of subnormal numbers.
    log1p
        ``log(1 + x)`` without cancellation; 2.4 and 2.4 ulp.
    sqrt, absolute, sign
        As in NumPy; one to three instructions, and packed.
    sin, cos, arctan, sinh, cosh, erf
        The C library's, 5 to 30 ns each.
    """

    tanh: Any
    exp: Any
    expm1: Any
    logistic: Any
    softplus: Any
    log: Any
    log1p: Any
    sqrt: Any
    absolute: Any
    sign: Any
    sin: Any
    cos: Any
    arctan: Any
    sinh: Any
    cosh: Any
    erf: Any


def _sign(form: Format) -> Any:
    real = form.real
    zero, one = real(0), real(1)

    @inlined
    def sign(x):  # type: ignore[no-untyped-def]
        x = real(x)
        direction = one if x > zero else -one
        return direction if abs(x) > zero else x

    return sign


def _in_format(function: Any, form: Format) -> Any:
    real = form.real

    @inlined
    def rounded(x):  # type: ignore[no-untyped-def]
        return real(function(real(x)))

    return rounded


def _functions(form: Format) -> Functions:
    logistic, softplus = logistic_and_softplus(form)
    own = {
        "tanh": hyperbolic_tangent(form),
        "exp": exponential(form),
        "expm1": exponential_minus_one(form),
        "logistic": logistic,
        "softplus": softplus,
        "log": logarithm(form),
        "log1p": logarithm_of_one_plus(form),
        "absolute": _in_format(abs, form),
        "sign": _sign(form),
    }
    library = {name: _in_format(getattr(math, name), form) for name in _FROM_MATH}
    return Functions(**own, **library, arctan=_in_format(math.atan, form))


_FROM_MATH: Final = ("sqrt", "sin", "cos", "sinh", "cosh", "erf")

float64: Final = _functions(DOUBLE)
"""The functions on float64."""

float32: Final = _functions(SINGLE)
"""The functions on float32."""

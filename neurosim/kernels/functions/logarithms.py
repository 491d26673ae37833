"""Branch-free natural logarithms: log, log1p.

With ``x = 2**e m``, m between sqrt(1/2) and sqrt(2), ``log(x) = e ln 2 + 2 artanh((m - 1)/(m + 1))``.
"""

from __future__ import annotations

import math
from typing import Any

from neurosim.kernels.functions.float_bits import bits_of, float_of, polynomial, with_sign
from neurosim.kernels.functions.formats import Format
from neurosim.kernels.runtime.jit import inlined

__all__ = ["logarithm", "logarithm_of_one_plus", "positive_logarithm"]


def positive_logarithm(form: Format) -> Any:
    """``log(x) + shift ln 2 + correction`` for a normal, finite, positive x and a whole shift."""
    real, integer = form.real, form.integer
    one, high, low = real(1), real(form.ln2_high), real(form.ln2_low)
    width = integer(form.mantissa_bits)
    mantissa = integer((1 << form.mantissa_bits) - 1)
    root = integer(real(math.sqrt(0.5)).view(integer))
    lift = integer(form.bias << form.mantissa_bits)
    # A number below 2**mantissa_bits becomes a float by or-ing it into the mantissa of 2**mantissa_bits.
    as_float = integer((form.bias + form.mantissa_bits) << form.mantissa_bits)
    offset = real(2.0**form.mantissa_bits + form.bias)
    series = polynomial(form.artanh_root)

    @inlined
    def log(x, shift, correction):  # type: ignore[no-untyped-def]
        distance = bits_of(x) - root
        biased = integer(integer(distance + lift) >> width)
        exponent = float_of(integer(biased | as_float)) - offset + shift
        reduced = float_of(integer(integer(distance & mantissa) + root))
        above = reduced - one
        slope = (above + above) / (reduced + one)
        square = slope * slope
        small = slope + slope * (square * series(square))
        return exponent * high + ((exponent * low + correction) + small)

    return log


def logarithm(form: Format) -> Any:
    """``log`` of one format."""
    real = form.real
    zero, one, infinity, missing = real(0), real(1), real(math.inf), real(math.nan)
    normal = real(2.0 ** (1 - form.bias))
    scale, shift = real(2.0 ** (form.mantissa_bits + 1)), real(-form.mantissa_bits - 1)
    positive = positive_logarithm(form)

    @inlined
    def log(x):  # type: ignore[no-untyped-def]
        x = real(x)
        subnormal = x < normal
        value = positive(x * (scale if subnormal else one), shift if subnormal else zero, zero)
        value = value if x < infinity else x
        return value if not x <= zero else (-infinity if x == zero else missing)

    return log


def logarithm_of_one_plus(form: Format) -> Any:
    """``log1p`` of one format: with ``u = 1 + x`` rounded, ``log(u) + ((1 + x) - u)/u``."""
    real = form.real
    zero, one, infinity, missing = real(0), real(1), real(math.inf), real(math.nan)
    positive = positive_logarithm(form)

    @inlined
    def log1p(x):  # type: ignore[no-untyped-def]
        x = real(x)
        rounded = one + x
        lost = one - (rounded - x) if x > one else x - (rounded - one)
        value = with_sign(positive(rounded, zero, lost / rounded), x)
        value = value if x < infinity else x
        return value if not x <= -one else (-infinity if x == -one else missing)

    return log1p

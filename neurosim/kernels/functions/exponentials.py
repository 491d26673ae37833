"""Branch-free exponential functions: exp, expm1, tanh, logistic, softplus.

With ``x = k ln 2 + r``, k whole and ``|r| <= ln(2)/2``, ``exp(x) = 2**k (1 + expm1(r))``. Adding and
subtracting ``1.5 * 2**mantissa_bits`` rounds to k and leaves it in the lowest bits (see `power_of_two`), where a
whole number can be added to it. Comparisons are written so that nan takes the branch that returns nan.
"""

from __future__ import annotations

import math
from typing import Any

from neurosim.kernels.functions.float_bits import loop_constant, polynomial, power_of_two, with_sign
from neurosim.kernels.functions.formats import Format
from neurosim.kernels.runtime.jit import inlined

__all__ = [
    "bounded_growth",
    "exponential",
    "exponential_minus_one",
    "hyperbolic_tangent",
    "logistic_and_softplus",
]


def hyperbolic_tangent(form: Format) -> Any:
    """``tanh`` of one format: ``g / (g + 1)`` with ``g = expm1(2 |x|) / 2``."""
    real = form.real
    half, one, flat = real(0.5), real(1), real(form.flat)
    shifter = real(1.5 * 2.0**form.mantissa_bits)
    per_step, step = real(2 / math.log(2)), real(math.log(2) / 2)
    # expm1(2 r) / 2 = r + r**2 (2 q(2 r)): the doubling of x goes into the coefficients.
    series = polynomial([coefficient * 2.0 ** (i + 1) for i, coefficient in enumerate(form.exponential)])

    @inlined
    def tanh(x):  # type: ignore[no-untyped-def]
        x = real(x)
        magnitude = abs(x)
        magnitude = flat if magnitude > flat else magnitude
        shift, offset = loop_constant(shifter), loop_constant(half)
        shifted = magnitude * loop_constant(per_step) + shift
        rest = magnitude - (shifted - shift) * loop_constant(step)
        power = power_of_two(shifted)
        gain = power * (rest + rest * rest * series(rest)) + (power * offset - offset)
        return with_sign(gain / (gain + loop_constant(one)), x)

    return tanh


def _reduction(form: Format) -> Any:
    real = form.real
    per_step, high, low = real(1 / math.log(2)), real(form.ln2_high), real(form.ln2_low)
    series = polynomial(form.exponential)

    @inlined
    def reduce(x, shifter):  # type: ignore[no-untyped-def]
        shifted = x * per_step + shifter
        steps = shifted - shifter
        rest = (x - steps * high) - steps * low
        return power_of_two(shifted), rest + rest * rest * series(rest)

    return reduce


def bounded_growth(form: Format) -> Any:
    """``exp`` for arguments up to `Format.highest`, with gradual underflow.

    2**k is made as ``2**(k - 1) * 2``, since the largest k has no float of its own, and near the subnormal
    numbers as ``2**(k + 64) * 2**-64``, so that only the last product rounds.
    """
    real = form.real
    lowest, tail = real(form.lowest), real(form.tail)
    center = 1.5 * 2.0**form.mantissa_bits
    usual_shifter, usual_scale = real(center - 1), real(2)
    tail_shifter, tail_scale = real(center + 64), real(2.0**-64)
    reduce = _reduction(form)

    @inlined
    def growth(x):  # type: ignore[no-untyped-def]
        x = lowest if x < lowest else x
        power, rest = reduce(x, tail_shifter if x < tail else usual_shifter)
        return (power * rest + power) * (tail_scale if x < tail else usual_scale)

    return growth


def exponential(form: Format) -> Any:
    """``exp`` of one format."""
    real = form.real
    highest = real(form.highest)
    growth = bounded_growth(form)

    @inlined
    def exp(x):  # type: ignore[no-untyped-def]
        x = real(x)
        # in a variable: on Python 3.13 a loop over exp is not vectorized with the condition within the call
        bounded = highest if x > highest else x
        return growth(bounded)

    return exp


def exponential_minus_one(form: Format) -> Any:
    """``expm1`` of one format: ``2**k expm1(r) + (2**k - 1)``, for a positive x twice the half of it."""
    real = form.real
    half, one, two = real(0.5), real(1), real(2)
    highest, level = real(form.highest), real(-2 * form.flat)
    center = 1.5 * 2.0**form.mantissa_bits
    whole, halved = real(center), real(center - 1)
    reduce = _reduction(form)

    @inlined
    def expm1(x):  # type: ignore[no-untyped-def]
        x = real(x)
        y = highest if x > highest else x
        y = level if y < level else y
        power, rest = reduce(y, halved if y > one else whole)
        unit = half if y > one else one
        return with_sign((power * rest + (power - unit)) * (two if y > one else one), x)

    return expm1


def logistic_and_softplus(form: Format) -> tuple[Any, Any]:
    """``logistic`` and ``softplus`` of one format, both from ``e = exp(-|x|)``.

    ``logistic = 1/(1 + e)`` or ``e/(1 + e)``; ``softplus = max(x, 0) + log1p(e)`` with
    ``log1p(e) = 2 artanh(v/2)``, ``v = 2 e / (2 + e)``.
    """
    real = form.real
    zero, one, two = real(0), real(1), real(2)
    growth = bounded_growth(form)
    series = polynomial(form.artanh_third)

    @inlined
    def logistic(x):  # type: ignore[no-untyped-def]
        x = real(x)
        decay = growth(-abs(x))
        return (one if x > zero else decay) / (one + decay)

    @inlined
    def softplus(x):  # type: ignore[no-untyped-def]
        x = real(x)
        decay = growth(-abs(x))
        slope = (decay + decay) / (two + decay)
        square = slope * slope
        return (slope + slope * (square * series(square))) + (x if x > zero else zero)

    return logistic, softplus

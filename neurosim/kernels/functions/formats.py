"""Constants of the two float formats: ranges, splits of ln 2, and the fitted polynomials.

Every polynomial interpolates its function at the n Chebyshev nodes of the interval,
``(a + b)/2 + (b - a)/2 cos((j + 1/2) pi / n)`` for j = 0 .. n - 1, solved in 60 digits and then rounded to
double. The error quoted is the largest on 801 points, relative to the value of the finished function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["DOUBLE", "SINGLE", "Format"]


@dataclass(frozen=True)
class Format:
    """Constants of one float format for the formulas of the elementary functions.

    Parameters
    ----------
    real, integer
        NumPy's type of the float, and of an unsigned integer of the same width.
    mantissa_bits, bias
        Stored bits of the mantissa; the exponent that stands for 1.
    ln2_high, ln2_low
        ln 2 as a sum of two; the first has so many trailing zeros that its product with any exponent is exact.
    lowest, highest
        Arguments beyond which ``exp`` is 0 or infinite, with a margin.
    tail
        Argument below which ``exp`` is near the subnormal numbers.
    flat
        Argument beyond which ``tanh`` rounds to 1, with a margin.
    exponential
        ``q`` in ``expm1(r) = r + r**2 q(r)`` for ``|r| <= ln(2)/2``.
    artanh_third, artanh_root
        ``q`` in ``2 artanh(v/2) = v + v**3 q(v**2)`` for ``v <= 2/3`` (softplus: log1p of 0 to 1), and for
        ``|v| <= 2 (sqrt(2) - 1)/(sqrt(2) + 1)`` (logarithm of a mantissa between sqrt(1/2) and sqrt(2)).
    """

    real: Any
    integer: Any
    mantissa_bits: int
    bias: int
    ln2_high: float
    ln2_low: float
    lowest: float
    highest: float
    tail: float
    flat: float
    exponential: tuple[float, ...]
    artanh_third: tuple[float, ...]
    artanh_root: tuple[float, ...]


DOUBLE = Format(
    real=np.float64,
    integer=np.uint64,
    mantissa_bits=52,
    bias=1023,
    ln2_high=float.fromhex("0x1.62e42feep-1"),
    ln2_low=float.fromhex("0x1.a39ef35793c76p-33"),
    lowest=-746.0,
    highest=710.0,
    tail=-700.0,
    flat=20.0,
    exponential=(  # n = 10, error 2**-54.5
        0.5,
        0.16666666666666669,
        0.041666666666624164,
        0.008333333333330065,
        0.0013888888917196719,
        0.00019841269863040545,
        2.4801521322368692e-05,
        2.7557268480310024e-06,
        2.7620075879983367e-07,
        2.5100375832561234e-08,
    ),
    artanh_third=(  # n = 10, error 2**-56.9
        0.08333333333333333,
        0.012500000000004558,
        0.0022321428568053718,
        0.00043402778744976297,
        8.877826873111747e-05,
        1.8781213458201444e-05,
        4.063154360856609e-06,
        9.156091926262446e-07,
        1.6786076519288395e-07,
        7.707617574664846e-08,
    ),
    artanh_root=(  # n = 7, error 2**-57.6
        0.08333333333333337,
        0.012499999999968595,
        0.002232142861404335,
        0.0004340275612264664,
        8.8783638306942e-05,
        1.8715480469428762e-05,
        4.460586451734438e-06,
    ),
)

SINGLE = Format(
    real=np.float32,
    integer=np.uint32,
    mantissa_bits=23,
    bias=127,
    ln2_high=0.693359375,
    ln2_low=-0.00021219444005469057,
    lowest=-105.0,
    highest=89.0,
    tail=-80.0,
    flat=10.0,
    exponential=(  # n = 5, error 2**-25.4
        0.5,
        0.1666657702559799,
        0.041666554662050534,
        0.008363173074513711,
        0.001392617611993558,
    ),
    artanh_third=(  # n = 4, error 2**-25.9
        0.08333330042087404,
        0.012502362701534752,
        0.0022059859222898813,
        0.0005244433207585381,
    ),
    artanh_root=(  # n = 3, error 2**-28.4
        0.08333335629946982,
        0.012496493926881869,
        0.002310933546247874,
    ),
)

"""Numbers as text: with a minus sign, and as many digits as their interval supports."""

from __future__ import annotations

import math

__all__ = ["numeral", "numeral_with_error"]

PLAIN = (1e-4, 1e6)
"""Range of sizes that are written without an exponent."""
FINEST = 5e-5
"""Smallest resolution in parts of a number: an interval knows nothing of the errors of integration and of rounding."""


def numeral(value: float, resolution: float | None = None) -> str:
    """Number as text.

    Parameters
    ----------
    value : float or int
        An int is written with all digits.
    resolution : float, optional
        Half width of the interval of the number. It decides the last digit: that of its own leading digit, or one more
        where that is 1 or 2, and six significant digits at most. Default: four.

    Examples
    --------
    >>> from neurosim.results.numerals import numeral
    >>> numeral(-0.0022502, 0.000328), numeral(0.926, 0.0184), numeral(1.0 / 3.0)
    ('−0.0023', '0.926', '0.3333')
    """
    if isinstance(value, int):
        text = str(value)
    elif not math.isfinite(value):
        text = "–" if math.isnan(value) else ("∞" if value > 0.0 else "-∞")
    elif resolution is None or not math.isfinite(resolution) or resolution <= 0.0:
        text = f"{value:.4g}"
    else:
        text = _round(value, max(resolution, FINEST * abs(value)))
    return text.replace("-", "−")


def numeral_with_error(value: float, error: float) -> str:
    """Number with its standard error as text, both to the same digit; without the error if that is not finite.

    Examples
    --------
    >>> from neurosim.results.numerals import numeral_with_error
    >>> numeral_with_error(1.0549, 0.0082), numeral_with_error(-3.2, float("nan"))
    ('1.055 ± 0.008', '−3.2')
    """
    if not math.isfinite(error):
        return numeral(value)
    return f"{numeral(value, error)} ± {numeral(error, error)}"


def _round(value: float, resolution: float) -> str:
    exponent = math.floor(math.log10(resolution))
    decimals = -exponent + (resolution < 3.0 * 10.0**exponent)
    near = round(value, decimals)
    if near == 0.0:
        return "0"
    if PLAIN[0] <= abs(near) < PLAIN[1]:
        return f"{near:.{max(decimals, 0)}f}"
    digits = max(0, math.floor(math.log10(abs(near))) + decimals)
    mantissa, power = f"{near:.{digits}e}".split("e")
    return f"{mantissa}e{int(power)}"

"""Numbers as text have the digits that their errors support, and real minus signs."""

import pytest

from neurosim.results.numerals import numeral, numeral_with_error


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.0549, 0.0082, "1.055 ± 0.008"),
        (-0.0017, 0.012, "−0.002 ± 0.012"),
        (3.049, 0.21, "3.05 ± 0.21"),
        (1234.0, 56.0, "1230 ± 60"),
        (-3.2, float("nan"), "−3.2"),
        (2.0, float("inf"), "2"),
    ],
)
def test_a_number_and_its_error_end_at_the_same_digit(value, error, text):
    assert numeral_with_error(value, error) == text


def test_numbers_without_an_error_have_four_digits():
    assert numeral(-1.0 / 3.0) == "−0.3333"
    assert numeral(float("nan")) == "–"


def test_a_narrow_interval_does_not_make_digits_true():
    """The exponent 0.1 of a linear unit is known to the truncation error of RK4, 1e-11, its bootstrap to rounding."""
    assert numeral(0.09999999999173588, 1e-16) == "0.100000"
    assert numeral(-7.110842562741179, 1e-14) == "−7.1108"
    assert numeral(1.5e-7, 1e-30) == "1.50000e−7"

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

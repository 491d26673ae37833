"""Readout functions against closed forms, and their gradients against finite differences."""

import autograd
import numpy as np
import pytest

from neurosim.errors import UnknownNameError
from neurosim.readouts import READOUTS, differentiable_outputs, outputs_of

VALUES = np.array([[-1.3, 0.0, 2.1], [800.0, -800.0, 0.5]])


def test_outputs_equal_their_definitions_where_exponentials_do_not_overflow():
    row = VALUES[:1]
    powers = np.exp(row)
    np.testing.assert_array_equal(outputs_of("linear", row), row)
    np.testing.assert_allclose(outputs_of("logistic", row), 1.0 / (1.0 + 1.0 / powers), rtol=1e-15)
    np.testing.assert_allclose(outputs_of("softmax", row), powers / powers.sum(), rtol=1e-15)


@pytest.mark.parametrize("readout", READOUTS)
def test_both_forms_agree_to_rounding_even_where_exponentials_overflow(readout):
    found = differentiable_outputs(readout, VALUES)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, outputs_of(readout, VALUES), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("readout", READOUTS)
def test_gradient_equals_central_differences(readout):
    weights = np.array([0.3, -1.1, 0.7])

    def total(values):
        return (weights * differentiable_outputs(readout, values)).sum()

    found = autograd.grad(total)(VALUES[0])
    step = 1e-6
    expected = [(total(VALUES[0] + step * e) - total(VALUES[0] - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(
        found, expected, rtol=1e-8, atol=1e-9
    )  # differences err by step² and rounding / step


def test_unknown_readout_names_the_near_one():
    with pytest.raises(UnknownNameError, match=r"readout = 'sofmax' is unknown\. Did you mean 'softmax'"):
        outputs_of("sofmax", VALUES)

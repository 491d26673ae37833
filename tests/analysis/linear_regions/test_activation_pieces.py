"""Pieces of activation functions: they add up to the function, and what is not piecewise linear is refused."""

import numpy as np
import pytest

from neurosim.analysis.linear_regions.activation_pieces import pieces_of
from neurosim.neurons.activations import ThresholdPowerLaw, activation_function

PIECEWISE = {
    "relu": "relu",
    "linear": "linear",
    "threshold": ThresholdPowerLaw(gain=0.3, exponent=1.0, threshold=-0.7),
    "clip": lambda x: np.clip(x, -1.0, 2.0),
    "leaky": lambda x: np.where(x > 0.0, x, 0.1 * x),
    "bent": lambda x: np.abs(np.maximum(x, 0.5) - 1.0) / 3.0 - np.minimum(2.0 * x, -x + 4.0),
    "constant": lambda x: 0.0 * x + 0.25,
    "nested": lambda x: np.maximum(np.minimum(np.abs(x), 2.0) - 1.0, 0.0),
}


@pytest.mark.parametrize("name", PIECEWISE)
def test_pieces_add_up_to_the_function(name):
    pieces = pieces_of(PIECEWISE[name])
    x = np.linspace(-6.0, 6.0, 1001)
    bends = np.maximum(x - pieces.knots[:, None], 0.0)
    values = pieces.slope * x + pieces.intercept + (pieces.jumps[:, None] * bends).sum(axis=0)
    np.testing.assert_allclose(values, activation_function(PIECEWISE[name])(x), atol=1e-13)


@pytest.mark.parametrize(
    "activation",
    [
        "tanh",
        "softplus",
        "rectified_tanh",
        "threshold_power_law",
        lambda x: np.where(x > 0.0, 1.0, 0.0),
        lambda x: x * np.maximum(x, 0.0),
        lambda x: 1.0 / (1.0 + np.abs(x)),
    ],
)
def test_others_have_none(activation):
    assert pieces_of(activation) is None

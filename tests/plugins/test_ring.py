"""A ring is a circulant: its eigenvalues are the Fourier transform of its profile."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ive

from neurosim.errors import MemoryLimitError, ParameterError
from plugins.ring import Ring


def weights(declared, size):
    return declared.build(size, np.random.default_rng(0)).dense()


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_weights_depend_on_the_distance_around_the_ring(size):
    matrix = weights(Ring(), size)
    assert_array_equal(np.roll(matrix, (1, 1), axis=(0, 1)), matrix)
    assert_allclose(matrix, matrix.T, atol=1e-15)


@pytest.mark.parametrize("size", [7, 40])
def test_eigenvalues_are_the_fourier_transform_of_the_first_column(size):
    declared = Ring(width=0.4, gain=3.0, inhibition=1.0)
    operator = declared.build(size, np.random.default_rng(0))
    transform = np.fft.fft(weights(declared, size)[:, 0])
    assert_allclose(transform.imag, 0.0, atol=1e-13)
    assert_allclose(operator.eigenvalues(), np.sort(transform.real)[::-1], atol=1e-12)


@pytest.mark.parametrize("width", [0.3, 1.0, 3.0])
def test_many_units_have_the_eigenvalues_of_bessel_functions(width):
    size, gain, inhibition = 64, 3.0, 2.0
    matrix = weights(Ring(width, gain, inhibition), size)
    angles = 2.0 * np.pi * np.arange(size) / size
    concentration = 1.0 / width**2
    for mode in range(4):
        wave = np.cos(mode * angles)
        expected = gain * ive(mode, concentration) / ive(0, concentration) - (
            inhibition if mode == 0 else 0.0
        )
        assert_allclose(matrix @ wave, expected * wave, atol=1e-9)


def test_a_narrow_profile_is_gaussian():
    size, width = 400, 0.1
    profile = weights(Ring(width=width, inhibition=0.0), size)[:, 0]
    distances = 2.0 * np.pi * np.arange(20) / size
    # next order of the cosine: exp(d^4 / 24 w^2), below 0.5 % for d up to 3 w
    assert_allclose(profile[:20] / profile[0], np.exp(-(distances**2) / (2 * width**2)), rtol=0.05)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Ring(width=0.0), ParameterError, r"Ring.width must be positive \(got 0.0\)"),
        (lambda: Ring(gain=np.inf), ParameterError, r"Ring.gain must be finite \(got inf\)"),
        (lambda: Ring().build(0, None), ParameterError, r"size must be at least 1 \(got 0\)"),
        (
            lambda: Ring().build(10_000_000, None),
            MemoryLimitError,
            "size = 10000000: a dense ring would take",
        ),
    ],
)
def test_impossible_rings(make, error, message):
    with pytest.raises(error, match=message):
        make()

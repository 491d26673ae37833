"""Orthonormal frames against NumPy's QR decomposition."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.kernels.linalg.gram_schmidt import factorize, orthonormalize


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 11])
def test_frame_and_lengths_are_those_of_qr(rng, count):
    vectors = rng.standard_normal((count, 40))
    frame, lengths = vectors.copy(), np.empty(count)
    orthonormalize(frame, lengths)
    q, r = np.linalg.qr(vectors.T)
    signs = np.sign(np.diag(r))
    # both lose the condition number, below 10 here, times rounding
    assert_allclose(lengths, np.abs(np.diag(r)), rtol=1e-13)
    assert_allclose(frame, (q * signs).T, atol=1e-13)
    assert_allclose(frame @ frame.T, np.eye(count), atol=1e-13)


@pytest.mark.parametrize("count", [1, 4, 5, 7, 12, 26])
def test_factors_times_the_frame_are_the_rows(rng, count):
    vectors = rng.standard_normal((count, 40))
    frame, factors = vectors.copy(), np.full((count, count), np.nan)
    factorize(frame, factors)
    assert_allclose(np.tril(np.nan_to_num(factors)) @ frame, vectors, atol=1e-13)
    assert np.isnan(factors[np.triu_indices(count, 1)]).all()


def test_zeros_at_the_end_of_rows_stay_zero(rng):
    frame = np.zeros((5, 48))
    frame[:, :40] = rng.standard_normal((5, 40))
    orthonormalize(frame, np.empty(5))
    assert not frame[:, 40:].any()

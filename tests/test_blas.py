"""NumPy's linear algebra on one thread for a while."""

import numpy as np
import pytest

from neurosim import blas
from neurosim.blas import one_blas_thread


@pytest.fixture
def pool():
    found = blas._pool()
    if found is None:
        pytest.skip("this NumPy brings no OpenBLAS of its own")
    count, limit = found
    before = count()
    limit(2)
    yield found
    limit(before)


def test_threads_are_given_back(pool):
    count, _ = pool
    with one_blas_thread():
        assert count() == 1
        with one_blas_thread():
            assert count() == 1
        assert count() == 1
    assert count() == 2


def test_threads_are_given_back_after_an_error(pool):
    with pytest.raises(np.linalg.LinAlgError, match="Singular"), one_blas_thread():
        np.linalg.inv(np.zeros((2, 2)))
    assert pool[0]() == 2


def test_without_a_pool_nothing_happens(monkeypatch):
    monkeypatch.setattr(blas, "_pool", lambda: None)
    with one_blas_thread():
        assert np.linalg.det(np.eye(3)) == 1.0

"""One thread of the linear algebra library for the time of a block."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from neurosim.blas import one_blas_thread


def threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    with threadpool_limits(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("no BLAS whose threads can be set to two")
        yield


@pytest.mark.usefixtures("two_threads")
def test_threads_are_restored_after_nested_blocks():
    with one_blas_thread():
        assert threads() == {1}
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_threads_are_restored_after_an_error():
    with pytest.raises(np.linalg.LinAlgError, match="Singular"), one_blas_thread():
        np.linalg.inv(np.zeros((2, 2)))
    assert threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_a_decorated_function_runs_on_one_thread():
    assert one_blas_thread()(threads)() == {1}
    assert threads() == {2}

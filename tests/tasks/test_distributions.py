"""Distributions against their moments and quantiles."""

import numpy as np
import pytest
from scipy import stats

from neurosim.tasks import Choice, TruncatedExponential, Uniform
from neurosim.tasks.distributions import draw_duration, longest, shortest

SIZE = 20_000
LAWS = {
    Uniform(2.0, 5.0): stats.uniform(2.0, 3.0),
    TruncatedExponential(330.0, 80.0, 1500.0): stats.truncexpon(1420.0 / 330.0, 80.0, 330.0),
    TruncatedExponential(5.0, 0.0, 1.0): stats.truncexpon(0.2, 0.0, 5.0),
}


@pytest.mark.parametrize("given", LAWS, ids=repr)
def test_continuous_laws(given):
    values = given.draw(np.random.default_rng(0), SIZE)
    # a fair sample fails this once in a thousand seeds
    assert stats.kstest(values, LAWS[given].cdf).pvalue > 1e-3
    assert shortest(given) <= values.min() < values.max() <= longest(given)
    assert np.ndim(given.draw(np.random.default_rng(0))) == 0


def test_choice():
    values, counts = np.unique(
        Choice((3.0, 1.0, 2.0)).draw(np.random.default_rng(1), SIZE), return_counts=True
    )
    assert list(values) == [1.0, 2.0, 3.0]
    assert np.abs(counts / SIZE - 1 / 3).max() < 4.5 * np.sqrt(2 / 9 / SIZE)
    assert (shortest(Choice((3.0, 1.0))), longest(Choice((3.0, 1.0)))) == (1.0, 3.0)


def test_a_number_is_not_a_distribution():
    assert draw_duration(4.0, np.random.default_rng(2), 3) == shortest(4.0) == longest(4.0) == 4.0

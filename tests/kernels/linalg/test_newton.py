"""Newton steps of many states against NumPy's solver."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.equations.local import LocalDerivatives
from neurosim.kernels.linalg.newton import newton_steps


def systems(rng, variables, states, units):
    weights = rng.standard_normal((units, units)) / np.sqrt(units)
    local = LocalDerivatives(
        rng.standard_normal((variables, variables, states, units)),
        rng.standard_normal((variables, states, units)),
        rng.standard_normal((variables, states, units)),
    )
    return weights, local, rng.standard_normal((variables, states, units))


def dense(weights, local, state):
    """A + B W C of one state, block by block."""
    a, b, c = (part[..., state, :] for part in local)
    blocks = [
        [np.diag(a[v, w]) + np.diag(b[v]) @ weights @ np.diag(c[w]) for w in range(len(b))]
        for v in range(len(b))
    ]
    return np.block(blocks)


@pytest.mark.parametrize("variables", [1, 2, 3])
@pytest.mark.parametrize("units", [1, 2, 3, 4, 5, 8, 13, 40])
def test_steps_solve_the_linear_system_of_each_state(rng, variables, units):
    weights, local, speeds = systems(rng, variables, 6, units)
    steps = newton_steps(weights, *local, speeds, threads=1)
    for state in range(6):
        jacobian = dense(weights, local, state)
        expected = np.linalg.solve(jacobian, -speeds[:, state].reshape(-1))
        # both lose the digits that the condition number takes
        bound = 1e-14 * np.linalg.cond(jacobian) * np.linalg.norm(expected) * units
        assert np.linalg.norm(steps[:, state].reshape(-1) - expected) <= bound


def test_pivots_are_found_where_the_diagonal_vanishes():
    """A cyclic permutation has no diagonal at all."""
    weights = np.roll(np.eye(6), 1, axis=0)
    local = LocalDerivatives(np.zeros((1, 1, 1, 6)), np.ones((1, 1, 6)), np.ones((1, 1, 6)))
    speeds = np.arange(6.0).reshape(1, 1, 6)
    assert_allclose(newton_steps(weights, *local, speeds, 1)[0, 0], -np.roll(np.arange(6.0), -1))


def test_a_singular_jacobian_gives_no_finite_step(rng):
    weights, _, speeds = systems(rng, 1, 1, 5)
    local = LocalDerivatives(np.zeros((1, 1, 1, 5)), np.ones((1, 1, 5)), np.zeros((1, 1, 5)))
    assert not np.isfinite(newton_steps(weights, *local, speeds, 1)).all()


def test_threads_change_nothing(rng):
    weights, local, speeds = systems(rng, 2, 7, 9)
    assert_array_equal(newton_steps(weights, *local, speeds, 1), newton_steps(weights, *local, speeds, 2))

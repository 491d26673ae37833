"""Stability within rounding of the boundary, for flows and for maps."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis import fixed_points
from neurosim.analysis.stability import growth_in_flow, growth_in_map, name_in_flow, name_in_map


@pytest.mark.parametrize("size", [10, 100, 400])
def test_no_mode_of_an_orthogonal_matrix_grows(size):
    """Its eigenvalues have modulus 1 but for rounding, in any unit of time."""
    eigenvalues = np.linalg.eigvals(ns.Orthogonal().build(size, np.random.default_rng(size)).dense())
    assert (growth_in_map(eigenvalues) == 0).all()
    # the generator of a rotation: eigenvalues on the imaginary axis
    skew = np.random.default_rng(0).standard_normal((size, size))
    for unit in (1e-3, 1.0, 1e3):
        assert (growth_in_flow(np.linalg.eigvals(skew - skew.T) * unit) == 0).all()


@pytest.mark.parametrize(
    ("eigenvalues", "name"),
    [
        ([-1.0, -2.0], "stable node"),
        ([-1.0 + 1j, -1.0 - 1j, -2.0], "stable focus"),
        ([-1.0, -2.0 + 1j, -2.0 - 1j], "stable node"),
        ([1.0, -2.0], "saddle of index 1"),
        ([1.0, 2.0], "unstable node"),
        ([1e-12, -1.0], "marginal"),
        ([1e-12 + 1j, 1e-12 - 1j, -1.0], "marginal"),
    ],
)
def test_names_in_a_flow(eigenvalues, name):
    assert name_in_flow(np.array(eigenvalues)) == name
    assert name_in_flow(1e6 * np.array(eigenvalues)) == name


@pytest.mark.parametrize(
    ("multipliers", "name"),
    [
        ([0.5, -0.9], "stable node"),
        ([0.9j, -0.9j], "stable focus"),
        ([1.1, 0.2], "saddle of index 1"),
        ([-1.1, -1.2], "unstable node"),
        ([np.exp(0.3j), np.exp(-0.3j), 0.1], "marginal"),
    ],
)
def test_names_in_a_map(multipliers, name):
    assert name_in_map(np.array(multipliers)) == name


def test_one_point_is_marginal_in_everything_that_is_said_of_it():
    """At rest an orthogonal network of gain one, without leak: eigenvalue 1 of W is 0 of the flow."""
    weights = np.diag([1.0, 0.5, -0.5])
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(weights), 3, rng=0)
    found = fixed_points(network, starts=np.zeros((1, 3)))
    assert found.kinds == ("marginal",)
    assert not found.stable[0]
    assert found.unstable_dimensions[0] == 0
    assert np.isinf(found.time_constants[0]).sum() == 1
    assert not found.stable_in_map(1.0)[0]
    assert found.kinds_in_map(1.0) == ("marginal",)


def test_flow_and_map_have_names_of_their_own():
    """-1 +- 3i decays in the flow; a step of 0.5 multiplies it by 1.58."""
    weights = np.array([[0.0, -3.0], [3.0, 0.0]])
    found = fixed_points(
        ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(weights), 2, rng=0), starts=np.ones((1, 2))
    )
    assert found.kinds == ("stable focus",)
    assert found.kinds_in_map(0.5) == ("unstable focus",)

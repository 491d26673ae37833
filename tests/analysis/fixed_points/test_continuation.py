"""Branches of fixed points and their bifurcations against closed forms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import continue_along_input, continue_along_parameter
from neurosim.errors import NeurosimError
from plugins.fitzhugh_nagumo import FitzHughNagumo


@dataclass(frozen=True)
class Logistic(ns.Neuron):
    """Growth with a limit, dx/dt = growth x - x² + u: rest and x = growth exchange stability at growth = 0."""

    growth: float = 1.0

    def drift(self, x: Any, u: Any) -> Any:
        return self.growth * x - x**2 + u

    def rate(self, x: Any) -> Any:
        return x


def unit(gain):
    return ns.Network(
        ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[gain]])), size=1, inputs=1, rng=0
    ).replace(input_weights=np.ones((1, 1)))


def balanced(excitation):
    """Excitatory and inhibitory unit; at rest the trace of J is excitation - 3, its determinant 11 - 2 excitation."""
    weights = np.array([[excitation, -3.0], [3.0, -1.0]])
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=2, rng=0)


def test_folds_of_a_bistable_unit_are_where_the_slope_is_one():
    """x = 2 tanh(x) + y folds at tanh(x)² = 1/2, y = ±(2 tanh(x) - x)."""
    edge = 2.0 * np.sqrt(0.5) - np.arctanh(np.sqrt(0.5))
    branch = continue_along_input(unit(2.0), np.array([-2.9]), inputs=([-1.0], [1.0]))
    assert [each.kind for each in branch.bifurcations] == ["saddle-node"] * 2
    found = [2.0 * each.parameter - 1.0 for each in branch.bifurcations]
    assert_allclose(found, [edge, -edge], atol=1e-10)
    assert_allclose(
        np.abs([each.state[0] for each in branch.bifurcations]), np.arctanh(np.sqrt(0.5)), atol=1e-7
    )
    assert branch.complete
    # the curve is known: the input is a function of the state
    states = branch.states[:, 0]
    assert_allclose(2.0 * branch.parameter - 1.0, states - 2.0 * np.tanh(states), atol=1e-10)
    assert_allclose(branch.stable, np.abs(states) > np.arctanh(np.sqrt(0.5)))


def test_pitchfork_of_a_unit_at_gain_one_and_the_curve_that_crosses():
    branch = continue_along_parameter(unit, np.array([0.0]), span=(0.6, 1.7))
    assert [each.kind for each in branch.bifurcations] == ["pitchfork"]
    fork = branch.bifurcations[0]
    assert fork.parameter == pytest.approx(1.0, abs=1e-10)
    assert fork.frequency == 0.0
    # from the far end along the other curve, which turns at the pitchfork and ends where it began
    far = ns.analysis.fixed_points(unit(1.7), rng=0).states[0]
    other = continue_along_parameter(unit, far, span=(1.7, 0.6))
    gains = other.states[:, 0] / np.tanh(other.states[:, 0])
    assert_allclose(other.parameter, gains, atol=1e-9)
    assert other.parameter.min() == pytest.approx(1.0, abs=1e-2)


@pytest.mark.parametrize("size", [5, 40])
def test_pitchfork_of_a_rank_one_network_at_overlap_one(rng, size):
    left, right = rng.standard_normal((2, size))
    right += left
    own = left @ right / size

    def family(overlap):
        operator = ns.Operator(left=left[:, None] * overlap / own, right=right[:, None] / size)
        return ns.Network(ns.LeakyCurrent("tanh"), operator, size, rng=0)

    branch = continue_along_parameter(family, np.zeros(size), span=(0.3, 2.0))
    assert [each.kind for each in branch.bifurcations] == ["pitchfork"]
    assert branch.bifurcations[0].parameter == pytest.approx(1.0, abs=1e-9)
    direction = branch.bifurcations[0].direction
    assert_allclose(np.abs(direction @ left), np.linalg.norm(direction) * np.linalg.norm(left))


def test_hopf_of_an_excitatory_and_an_inhibitory_unit():
    """Where the trace vanishes: excitation 3; the angular frequency is the root of the determinant, √(9 - 4)."""
    branch = continue_along_parameter(balanced, np.zeros(2), span=(1.0, 4.0))
    assert [each.kind for each in branch.bifurcations] == ["Hopf"]
    assert branch.bifurcations[0].parameter == pytest.approx(3.0, abs=1e-9)
    assert branch.bifurcations[0].frequency == pytest.approx(np.sqrt(5.0) / (2.0 * np.pi), abs=1e-9)


def test_hopf_of_a_unit_with_two_variables():
    """FitzHugh–Nagumo: at v = -√(1 - b τ / τ_w), and the input that holds the unit there."""
    neuron = FitzHughNagumo()
    network = ns.Network(neuron, ns.Explicit(np.zeros((1, 1))), size=1, inputs=1, rng=0)
    rest = neuron.resting_state()
    branch = continue_along_input(
        network.replace(input_weights=np.ones((1, 1))), np.array([[rest["v"], rest["w"]]]), ([0.0], [0.6])
    )
    voltage = -np.sqrt(1.0 - 0.8 / 12.5)
    current = voltage**3 / 3.0 - voltage + (voltage + 0.7) / 0.8
    assert [each.kind for each in branch.bifurcations] == ["Hopf"]
    assert 0.6 * branch.bifurcations[0].parameter == pytest.approx(current, abs=1e-9)
    assert branch.bifurcations[0].state[0, 0] == pytest.approx(voltage, abs=1e-7)


def test_transcritical_where_two_straight_curves_cross():
    def family(growth):
        return ns.Network(Logistic(growth=growth), ns.Explicit(np.zeros((1, 1))), size=1, rng=0)

    branch = continue_along_parameter(family, np.zeros(1), span=(-1.0, 1.0))
    assert [each.kind for each in branch.bifurcations] == ["transcritical"]
    assert branch.bifurcations[0].parameter == pytest.approx(0.0, abs=1e-9)
    assert_allclose(branch.eigenvalues[:, 0], branch.parameter, atol=1e-9)


def test_a_branch_without_events_follows_the_known_curve():
    """A linear network: the state is (1 - W)^-1 times the input."""
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Gaussian(gain=0.5), 10, inputs=2, rng=0)
    ends = np.array([[0.0, 0.0], [1.0, -2.0]])
    branch = continue_along_input(network, np.zeros(10), ends)
    response = np.linalg.solve(np.eye(10) - network.recurrent.dense(), network.input_weights @ ends[1])
    assert branch.bifurcations == ()
    assert_allclose(branch.states, np.outer(branch.parameter, response), atol=1e-10)
    assert branch.parameter[-1] == pytest.approx(1.0)


def test_a_branch_that_stops_early_is_not_complete():
    branch = continue_along_input(unit(2.0), np.array([-2.9]), inputs=([-1.0], [1.0]), points=5)
    assert len(branch) == 5
    assert not branch.complete
    assert branch.end == "stopped after points = 5"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"state": np.array([0.5, 0.5])}, r"states must have shape \(states, 1\).*\(got \(2,\)\)"),
        ({"state": np.zeros((3, 1))}, "state must be one state"),
        ({"span": (1.0, 1.0)}, r"span must have two different ends \(got \(1\.0, 1\.0\)\)"),
        ({"span": 3.0}, r"span must be a pair, .* \(got 3\.0\)"),
        ({"step": 0.0}, r"step must be positive \(got 0\.0\)"),
        ({"points": 1}, r"points must be at least 2 \(got 1\)"),
        ({"family": "gain"}, r"family must be a function of the parameter, .* \(got 'gain'\)"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    settings = {"family": unit, "state": np.array([0.0]), "span": (0.5, 1.5), **arguments}
    with pytest.raises(NeurosimError, match=message):
        continue_along_parameter(**settings)


def test_bad_inputs_and_starts_are_named():
    with pytest.raises(NeurosimError, match="inputs must differ between both ends"):
        continue_along_input(unit(2.0), np.array([0.0]), inputs=([1.0], [1.0]))
    with pytest.raises(NeurosimError, match=r"inputs must be a pair"):
        continue_along_input(unit(2.0), np.array([0.0]), inputs=[[1.0]])
    drifting = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(np.ones((1, 1))), size=1, rng=0)
    with pytest.raises(
        NeurosimError,
        match="state must be near a fixed point at 0, but Newton's method stops at a speed of 1",
    ):
        continue_along_parameter(
            lambda bias: drifting.replace(bias=np.array([1.0 + bias])), np.zeros(1), (0.0, 1.0)
        )

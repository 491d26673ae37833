"""Attractors of networks against closed forms and published networks."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import attractors
from neurosim.analysis.activity.periods import oscillation
from neurosim.errors import NeurosimError
from plugins.hopf import Hopf

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "jarne2019"


def uncoupled(neuron, size=1):
    return ns.Network(neuron, ns.Explicit(np.zeros((size, size))), size=size, rng=0)


def turning(frequency, samples, units=3):
    """A closed curve with two harmonics, visited at a constant frequency."""
    phase = 2.0 * np.pi * frequency * np.arange(samples)[:, None] + np.arange(units)
    return np.cos(phase) + 0.4 * np.sin(2.0 * phase) + 0.1 * np.cos(3.0 * phase)


@pytest.mark.parametrize("frequency", [0.0071, 0.05, 0.23, 0.366])
def test_frequency_of_a_sampled_curve(frequency):
    found = oscillation(turning(frequency, 1500))
    assert found.frequency == pytest.approx(frequency, rel=1e-8)
    assert found.unexplained < 1e-9


def test_the_fundamental_is_found_below_a_stronger_harmonic():
    phase = 2.0 * np.pi * 0.031 * np.arange(1500)[:, None]
    samples = np.concatenate([0.2 * np.cos(phase) + np.sin(3.0 * phase), np.cos(3.0 * phase)], axis=1)
    assert oscillation(samples).frequency == pytest.approx(0.031, rel=1e-8)


def test_two_incommensurate_frequencies_are_not_one_oscillation():
    time = np.arange(1500)[:, None]
    samples = np.cos(0.3 * time) + np.cos(0.3 * np.sqrt(2.0) * time + np.arange(3))
    assert oscillation(samples).unexplained > 1e-2


def test_noise_is_not_an_oscillation(rng):
    assert oscillation(rng.standard_normal((1500, 5))).unexplained > 0.5


def test_the_hopf_unit_turns_at_omega_over_tau():
    """Period 2π τ / ω and radius √μ, that is a root mean square of √(μ/2), exactly."""
    found = attractors(uncoupled(Hopf(tau=2.0, mu=0.49, omega=1.3)), starts=6, dt=0.05, rng=0)
    assert [each.kind for each in found.found] == ["limit cycle"]
    assert found[0].count == 6
    assert found[0].period == pytest.approx(4.0 * np.pi / 1.3, rel=1e-8)  # RK4: (0.03)^4 / 120
    assert found[0].amplitude == pytest.approx(np.sqrt(0.49 / 2.0), rel=1e-6)
    # what a Hann window of ten turns leaves of a sine: 1 / (pi k^3), at most 3e-4
    assert_allclose(found[0].mean, 0.0, atol=3e-4)
    assert found.settled == 1.0


def test_a_rotation_map_has_a_period_that_is_not_a_whole_number_of_steps():
    """Euler steps of dt = τ of a saturated rotation by 1 radian rotate by about 1 radian, in any unit of time."""
    turn = 1.5 * np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
    network = ns.Network(ns.LeakyRate("tanh", tau=2.0), ns.Explicit(turn), size=2, rng=0)
    found = attractors(network, starts=5, dt=2.0, scheme="euler", duration=4000.0, rng=0)
    assert [each.kind for each in found.found] == ["limit cycle"]
    run = ns.simulate(network, 8000.0, 2.0, initial_state=np.array([0.3, 0.1])).states[0, 1000:]
    turns = np.unwrap(np.arctan2(run[:, 1], run[:, 0]))
    period = 2.0 * 2.0 * np.pi * (len(run) - 1) / (turns[-1] - turns[0])
    assert found[0].period == pytest.approx(period, rel=1e-4)
    assert found[0].period / 2.0 != pytest.approx(round(found[0].period / 2.0), abs=0.01)


def test_a_switch_has_two_attractors_and_its_saddle_is_unstable():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, rng=0)
    found = attractors(network, starts=np.array([[1.0], [0.5], [-0.2], [0.0]]))
    assert [each.kind for each in found.found] == ["fixed point", "fixed point", "unstable fixed point"]
    assert [each.count for each in found.found] == [2, 1, 1]
    assert found.labels.tolist() == [0, 0, 1, 2]
    assert_allclose(found[0].mean, np.tanh(found[0].mean) * 2.0)


def test_stability_of_a_fixed_point_is_that_of_the_scheme():
    """λ = -1 ± 3i: rest is stable in the flow; Euler steps of 0.5 multiply displacements by 1.58."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0, -3.0], [3.0, 0.0]])), 2, rng=0)
    rest = np.zeros((1, 2))
    assert attractors(network, starts=rest, dt=0.5)[0].kind == "fixed point"
    assert attractors(network, starts=rest, dt=0.5, scheme="euler")[0].kind == "unstable fixed point"


def test_chaos_is_not_settled():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), 80, rng=0)
    found = attractors(network, starts=2, duration=50.0, rng=1)
    assert [each.kind for each in found.found] == ["unsettled"]
    assert found.settled == 0.0
    assert np.isnan(found[0].period)


def test_distinct_cycles_are_two_attractors():
    """A switch that pushes one unit of a ring oscillator up or down makes two cycles out of one."""
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
    switch = np.zeros((4, 4))
    switch[:3, :3], switch[3, 3] = network.recurrent.dense(), 2.0
    switch[0, 3] = 0.2
    both = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(switch), size=4, rng=0)
    starts = np.array([[0.5, 0.0, -0.5, 1.0], [0.5, 0.0, -0.5, -1.0], [0.1, 0.3, -0.5, 1.0]])
    found = attractors(both, starts=starts)
    assert found.labels.tolist() == [0, 1, 0]
    assert [each.kind for each in found.found] == ["limit cycle"] * 2


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the authors' files are not here")
@pytest.mark.parametrize(
    ("name", "kinds", "period"),
    [
        ("and_04", ["unstable fixed point", "limit cycle", "limit cycle", "fixed point"], None),
        ("xor_00", ["unstable fixed point", "fixed point", "fixed point", "limit cycle"], 2.7),
        ("or_01", ["unstable fixed point", "fixed point", "fixed point", "fixed point"], None),
        ("flipflop_06", ["unstable fixed point", "limit cycle", "fixed point", "fixed point"], None),
    ],
)
def test_memories_of_archived_networks(name, kinds, period):
    """Networks of Jarne & Laje (2019): some answers are remembered in oscillations, as measured with 20 000 steps."""
    pytest.importorskip("h5py")
    network = ns.storage.from_keras(FOLDER / f"{name}_trained.hdf5")
    inputs = np.zeros((4, 200, 2))
    inputs[:, 30:50] = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])[:, None]
    shown = ns.simulate(network, 200, 1.0, inputs=inputs, trials=4).states[:, -1]
    found = attractors(network, starts=shown, dt=1.0, scheme="euler", duration=20_000.0)
    assert [found[k].kind for k in found.labels] == kinds
    if period:
        assert found[found.labels[3]].period == pytest.approx(period, abs=0.05)
    for each in found.found:
        if each.kind == "limit cycle":
            assert np.abs(each.outputs).max() < 0.02


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dt": 0.0}, r"dt must be positive \(got 0\.0\)"),
        ({"duration": -1.0}, r"duration must not be negative \(got -1\.0\)"),
        ({"window": 0.5}, r"window / dt must be at least 20 \(got 5\)"),
        ({"scheme": "rk5"}, "scheme = 'rk5' is unknown"),
        ({"windw": 1.0}, "takes no keyword 'windw'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(NeurosimError, match=message):
        attractors(uncoupled(ns.LeakyCurrent("tanh")), **arguments)


def test_a_slow_approach_to_a_cycle_is_not_a_longer_cycle():
    """Harmonics of a quarter of the frequency fit a spiral, but four turns do not show that four make a period."""
    times = np.arange(1000.0)
    radius = 1.0 + 0.05 * np.exp(-times / 300.0)
    phase = 2.0 * np.pi * times / 245.5
    found = oscillation(np.stack([radius * np.cos(phase), radius * np.sin(phase)], axis=1))
    assert 1.0 / found.frequency <= 500.0


def test_a_run_of_few_time_constants_warns_and_is_marked():
    network = ns.Network(ns.LeakyCurrent("tanh", tau=100.0), ns.Gaussian(gain=0.5), 10, rng=0)
    with pytest.warns(ns.errors.ShortRunWarning, match="duration \\+ window = 400 is less than 20"):
        found = ns.analysis.attractors(network, starts=2, duration=200.0, window=200.0, rng=0)
    assert found.short
    assert not ns.analysis.attractors(network, starts=2, rng=0).short


class TestUnbounded:
    def unit(self, weight, activation="linear"):
        return ns.Network(ns.LeakyCurrent(activation), ns.Explicit(np.array([[weight]])), 1, rng=0)

    @pytest.mark.parametrize("weight", [1.002, 1.1, 5.0])
    def test_growth_without_bound_has_its_own_kind_at_whatever_speed(self, weight):
        """At 1.002 the state grows by e in 500 time constants; at 5 it becomes non-finite."""
        found = ns.analysis.attractors(self.unit(weight), starts=3, rng=0)
        assert [each.kind for each in found] == ["unbounded"]
        assert found.settled == 0.0

    def test_one_unbounded_start_does_not_stop_the_others(self):
        """relu: from below zero the state decays, from above it grows and becomes non-finite."""
        found = ns.analysis.attractors(
            self.unit(5.0, "relu"), starts=np.array([[-1.0], [1.0], [-2.0], [2.0]])
        )
        assert sorted(each.kind for each in found) == ["fixed point", "unbounded"]
        assert found.labels[0] == found.labels[2] != found.labels[1] == found.labels[3]
        assert found.settled == 0.5

    def test_chaos_is_unsettled_not_unbounded(self):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0), 100, rng=0)
        found = ns.analysis.attractors(network, starts=3, rng=0)
        assert [each.kind for each in found] == ["unsettled"]


def test_attractors_of_a_network_with_a_stepping_are_those_of_its_map():
    """Rotation by 1.1 at every step of dt = tau is unbounded in the map, and decays in the flow."""
    turn = ns.Explicit(1.1 * np.array([[0.0, -1.0], [1.0, 0.0]]))
    for stepping, kind in ((ns.stepping.Stepping(dt=1.0), "unbounded"), (None, "fixed point")):
        network = ns.Network(ns.LeakyRate("linear"), turn, 2, stepping=stepping, rng=0)
        assert ns.analysis.attractors(network, starts=2, rng=0)[0].kind == kind

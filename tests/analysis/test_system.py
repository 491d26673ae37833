"""Systems given by their functions: textbook flows and maps, and networks written as functions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import (
    System,
    continue_along_parameter,
    fixed_points,
    jacobian_spectrum,
    limit_cycle,
    lyapunov_spectrum,
)
from neurosim.errors import NeurosimError


def lorenz(rho=28.0):
    def speed(s):
        x, y, z = s
        return np.array([10.0 * (y - x), x * (rho - z) - y, x * y - 8.0 / 3.0 * z])

    def jacobian(s):
        x, y, z = s
        return np.array([[-10.0, 10.0, 0.0], [rho - z, -1.0, -x], [y, x, -8.0 / 3.0]])

    return System(speed, jacobian, size=3)


def hopf(mu):
    """dz/dt = (μ + 2i - |z|²) z."""

    def speed(s):
        pull = mu - s @ s
        return np.array([pull * s[0] - 2.0 * s[1], pull * s[1] + 2.0 * s[0]])

    def jacobian(s):
        return (mu - s @ s) * np.eye(2) + np.array([[0.0, -2.0], [2.0, 0.0]]) - 2.0 * np.outer(s, s)

    return System(speed, jacobian, size=2)


def henon():
    """Map of Hénon (1976)."""
    return System.of_map(
        lambda s: np.array([1.0 - 1.4 * s[0] ** 2 + s[1], 0.3 * s[0]]),
        lambda s: np.array([[-2.8 * s[0], 1.0], [0.3, 0.0]]),
        size=2,
    )


def written_out(network):
    """A network of leaky current units with tanh as two functions."""
    weights, identity = network.recurrent.dense(), np.eye(network.size)
    return System(
        lambda x: weights @ np.tanh(x) - x,
        lambda x: weights / np.cosh(x) ** 2 - identity,
        size=network.size,
    )


def test_exponents_of_lorenz():
    """Sprott 2003: 0.9056, 0, -14.5723; their sum is the divergence."""
    found = lyapunov_spectrum(
        lorenz(), duration=150.0, dt=0.02, discard=20.0, initial_state=np.array([1.0, 1.0, 20.0]), rng=0
    )
    assert_allclose(found.values, [0.9056, 0.0, -14.5723], atol=0.06)
    assert found.values.sum() == pytest.approx(-(11.0 + 8.0 / 3.0), abs=5e-3)


def test_exponents_of_the_map_of_henon():
    """Sprott 2003: 0.4192 per step; the determinant of the step is -0.3 everywhere."""
    found = lyapunov_spectrum(henon(), duration=20_000, discard=100.0, initial_state=np.zeros(2), rng=0)
    assert found.per_step[0] == pytest.approx(0.4192, abs=0.01)
    assert found.per_step.sum() == pytest.approx(np.log(0.3), abs=1e-9)


def test_fixed_points_of_lorenz_and_their_hopf_bifurcation():
    """At rho = 28 rest is a saddle and the two others lost stability at 470 / 19 in a Hopf bifurcation."""
    height = np.sqrt(8.0 / 3.0 * 27.0)
    starts = np.random.default_rng(0).standard_normal((40, 3)) * 10.0 + np.array([0.0, 0.0, 20.0])
    found = fixed_points(lorenz(), starts=starts)
    order = np.argsort(found.states[:, 0])
    expected = [[-height, -height, 27.0], [0.0, 0.0, 0.0], [height, height, 27.0]]
    assert_allclose(found.states[order], expected, atol=1e-11)
    assert found.certified.all()
    assert [found.kinds[k] for k in order] == [f"saddle of index {k}" for k in (2, 1, 2)]
    right, _ = found.eigenvectors(0)
    assert_allclose(found.jacobian(0) @ right, right * found.eigenvalues[0], atol=1e-10)
    assert found.outputs.shape == (3, 0)
    branch = continue_along_parameter(lorenz, expected[2], span=(28.0, 20.0))
    assert [each.kind for each in branch.bifurcations] == ["Hopf"]
    assert branch.bifurcations[0].parameter == pytest.approx(470.0 / 19.0, abs=1e-8)


def test_fixed_points_of_the_map_of_henon():
    """x = 1 - 1.4 x² + 0.3 x; the multipliers are roots of m² + 2.8 x m - 0.3."""
    found = fixed_points(henon(), starts=np.array([[0.5, 0.2], [-1.0, -0.3]]))
    expected = np.sort(np.roots([1.4, 0.7, -1.0]).real)
    order = np.argsort(found.states[:, 0])
    assert_allclose(found.states[order, 0], expected, atol=1e-12)
    for k, x in zip(order, expected, strict=True):
        assert_allclose(
            np.sort(found.multipliers(1.0)[k].real), np.sort(np.roots([1.0, 2.8 * x, -0.3])), atol=1e-10
        )
    assert not found.stable_in_map(1.0).any()


def test_the_cycle_of_a_hopf_bifurcation():
    cycle = limit_cycle(hopf(0.3), np.array([0.5, 0.1]), period=3.0, steps=100)
    assert cycle.converged, cycle.reason
    assert cycle.period == pytest.approx(np.pi, rel=1e-6)
    assert_allclose(np.linalg.norm(cycle.orbit, axis=1), np.sqrt(0.3), rtol=1e-6)
    assert_allclose(cycle.multipliers, [1.0, np.exp(-0.6 * np.pi)], rtol=1e-5)
    spectrum = jacobian_spectrum(hopf(0.3), np.zeros(2))
    assert_allclose(spectrum.eigenvalues, [0.3 + 2.0j, 0.3 - 2.0j])


def test_a_network_as_functions_gives_what_the_network_gives():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.8), 12, rng=3)
    system, starts = written_out(network), 2.0 * np.random.default_rng(1).standard_normal((100, 12))
    own, same = fixed_points(network, starts=starts), fixed_points(system, starts=starts)
    assert len(own) == len(same) > 1
    for state in own.states:
        assert np.abs(same.states - state).max(axis=1).min() < 1e-9
    assert same.certified.all()
    settings = {
        "duration": 20.0,
        "dt": 0.1,
        "discard": 1.0,
        "interval": 0.5,
        "initial_state": starts[0],
        "rng": 4,
    }
    # the same steps and the same first vectors: rounding alone
    exponents = [lyapunov_spectrum(each, **settings).values for each in (network, system)]
    assert_allclose(*exponents, atol=1e-9)


def test_a_singular_jacobian_stops_one_start_only():
    unit = System(lambda s: s**2 - 1.0, lambda s: 2.0 * np.diag(s), size=1)
    found = fixed_points(unit, starts=np.array([[0.0], [0.5]]))
    assert_allclose(found.states, [[1.0]], atol=1e-12)
    assert found.counts.sum() + found.unconverged.counts.sum() + found.slow.counts.sum() == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: System(3.0, np.eye, 2), r"speed must be a function of a state \(got 3\.0\)"),
        (lambda: System(np.sin, None, 2), r"jacobian must be a function of a state \(got None\)"),
        (lambda: System(np.sin, np.eye, 0), r"size must be at least 1 \(got 0\)"),
        (
            lambda: fixed_points(lorenz()),
            r"starts must be states \(starts, 3\) for a System.*\(got 1000\)",
        ),
        (
            lambda: fixed_points(lorenz(), [1.0], starts=np.ones((1, 3))),
            "inputs must be None for a System",
        ),
        (
            lambda: fixed_points(lorenz(), starts=np.ones((1, 2))),
            r"states must have shape \(states, 3\).*\(got \(1, 2\)\)",
        ),
        (lambda: lyapunov_spectrum(lorenz()), "initial_state must be given for a System"),
        (
            lambda: lyapunov_spectrum(lorenz(), 4, initial_state=np.ones(3)),
            r"count must be at most 3, the dimensions of the network \(got 4\)",
        ),
        (
            lambda: lyapunov_spectrum(lorenz(), inputs=1.0, initial_state=np.ones(3)),
            "inputs and noise must be None for a System",
        ),
        (
            lambda: jacobian_spectrum(lorenz(), np.ones(2)),
            r"state must have shape \(3,\) for a system of size 3 \(got \(2,\)\)",
        ),
        (
            lambda: fixed_points(System(np.sin, np.ones_like, 2), starts=np.ones((1, 2))),
            r"jacobian must have shape \(2, 2\) for a system of size 2 \(got \(2,\)\)",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(NeurosimError, match=message):
        call()


class TestJacobian:
    """A finite difference at the first state refuses a Jacobian that is not the derivative."""

    transposed = System(lorenz().speed, lambda s: lorenz().jacobian(s).T, size=3)

    @pytest.mark.parametrize(
        "call",
        [
            lambda system, s: lyapunov_spectrum(system, duration=5.0, dt=0.01, initial_state=s, rng=0),
            lambda system, s: fixed_points(system, starts=s[None]),
            lambda system, s: limit_cycle(system, s, period=1.0),
            lambda system, s: continue_along_parameter(lambda _: system, s, (0.0, 1.0)),
            jacobian_spectrum,
        ],
        ids=[
            "lyapunov_spectrum",
            "fixed_points",
            "limit_cycle",
            "continue_along_parameter",
            "jacobian_spectrum",
        ],
    )
    def test_a_transposed_jacobian_is_named(self, call):
        with pytest.raises(
            NeurosimError, match=r"jacobian must be the derivative of speed.* it is transposed"
        ):
            call(self.transposed, np.array([1.0, 2.0, 20.0]))

    def test_the_wrong_entry_is_named(self):
        def wrong(s):
            jacobian = lorenz().jacobian(s)
            jacobian[1, 0] += 0.5
            return jacobian

        with pytest.raises(NeurosimError, match=r"its entry \[1, 0\] must be 8.* \(got 8\.5\)"):
            fixed_points(System(lorenz().speed, wrong, size=3), starts=np.array([[1.0, 2.0, 20.0]]))

    def test_the_check_can_be_left_out(self):
        unchecked = System(lorenz().speed, self.transposed.jacobian, size=3, check_jacobian=False)
        assert len(fixed_points(unchecked, starts=np.zeros((1, 3)))) == 1

    @pytest.mark.parametrize("start", [-1.0, 0.0, 1.0])
    def test_a_jacobian_at_a_kink_is_accepted(self, start):
        relu = System(lambda s: np.maximum(s, 0.0) - 2.0 * s, lambda s: np.diag((s > 0) - 2.0), size=2)
        fixed_points(relu, starts=np.full((1, 2), start))


class TestSinglePrecision:
    """Functions that return float32 are searched in the precision that they have."""

    weights = np.array([[0.1, -0.8, 0.2], [0.7, 0.1, -0.4], [-0.2, 0.4, 0.1]])

    def map_in(self, dtype):
        weights = self.weights.astype(dtype)
        bias = np.array([0.3, -0.2, 0.1], dtype)

        def step(s):
            return np.tanh(weights @ s.astype(dtype) + bias)

        return System.of_map(step, lambda s: (1.0 - step(s) ** 2)[:, None] * weights, size=3)

    def test_the_point_of_the_double_twin_is_found_and_certified(self):
        starts = np.random.default_rng(0).standard_normal((20, 3))
        double, single = (fixed_points(self.map_in(kind), starts=starts) for kind in ("f8", "f4"))
        assert len(double) == len(single) == 1
        assert single.certified.all()
        assert single.kinds_in_map(1.0) == double.kinds_in_map(1.0) == ("stable focus",)
        assert single.reached == 1.0
        # the radius is the promise: the true point is within it
        assert np.linalg.norm(single.states - double.states) <= single.radii[0] < 1e-4
        assert double.radii[0] < 1e-12

    def test_a_flow_in_single_precision(self):
        def speed(s):
            return np.float32(lorenz().speed(s))

        found = fixed_points(
            System(speed, lorenz().jacobian, size=3), starts=np.array([[8.0, 8.0, 26.0], [0.1, 0.0, 0.1]])
        )
        assert len(found) == 2
        assert found.certified.all()


def gated(bias=0.0):
    """h' = z h + (1 - z) tanh(2 h), z = logistic(h): one unit of a GRU, whose gate closes for large h."""

    def gate(h):
        return 1.0 / (1.0 + np.exp(-h))

    def step(h):
        return gate(h) * h + (1.0 - gate(h)) * np.tanh(2.0 * h + bias)

    def jacobian(h):
        z, t = gate(h), np.tanh(2.0 * h + bias)
        return np.diag(z + z * (1.0 - z) * (h - t) + (1.0 - z) * 2.0 * (1.0 - t**2))

    return System.of_map(step, jacobian, size=1)


def test_states_at_which_a_gate_is_closed_are_saturated():
    """tanh(2 h) = h has three solutions; at h = 35 the speed is 2e-14 and there is none nearby."""
    starts = np.array([[-1.0], [0.05], [1.0], [0.5], [35.0]])
    found = fixed_points(gated(), starts=starts)
    assert_allclose(np.sort(found.states[:, 0]), [-0.957504, 0.0, 0.957504], atol=1e-6)
    assert found.certified.all()
    assert_allclose(found.saturated.states, [[35.0]], atol=1.0)
    assert "1 saturated states" in repr(found)
    assert found.reached == 0.8

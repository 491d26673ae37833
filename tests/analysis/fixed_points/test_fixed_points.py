"""Fixed points against closed forms, scalar equations and another solver."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import brentq, root

import neurosim as ns
from neurosim.analysis import fixed_points
from neurosim.errors import NeurosimError, ParameterError
from plugins.fitzhugh_nagumo import FitzHughNagumo

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "jarne2019"


def tanh_network(weights, **changes):
    weights = np.atleast_2d(np.asarray(weights, float))
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=len(weights), rng=0)
    return network.replace(**changes) if changes else network


def driven_unit(gain):
    unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[gain]])), size=1, inputs=1, rng=0)
    return unit.replace(input_weights=np.ones((1, 1)))


def three_bits():
    """Three uncoupled groups of 20 units, each of which excites itself: three independent switches."""
    groups = np.kron(np.eye(3), np.ones((20, 1)))
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Operator(left=2.0 * groups, right=groups / 20), 60, rng=0)


@pytest.mark.parametrize("gain", [1.2, 2.0, 5.0])
def test_one_unit_has_the_roots_of_its_scalar_equation(gain):
    positive = brentq(lambda x: gain * np.tanh(x) - x, 1e-3, gain + 1.0, xtol=1e-15)
    found = fixed_points(tanh_network(gain), rng=0)
    assert_allclose(np.sort(found.states[:, 0]), [-positive, 0.0, positive], atol=1e-12)
    assert found.kinds == ("stable node", "stable node", "unstable node")
    expected = gain / np.cosh(found.states[:, 0]) ** 2 - 1.0
    assert_allclose(found.eigenvalues[:, 0], expected, atol=1e-12)
    assert_allclose(found.time_constants[:2, 0], -1.0 / expected[:2])


def test_below_the_transition_rest_is_the_only_one():
    found = fixed_points(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.5), 50, rng=0), rng=1)
    assert len(found) == 1
    assert_allclose(found.states, 0.0, atol=1e-12)
    assert found.stable.all()
    assert found.reached == 1.0


def test_a_pair_of_units_is_a_switch_with_a_saddle_between():
    """Symmetric inhibition -w: antisymmetric points solve x = w tanh(x); at the saddle the modes are -1 - w, -1 + w."""
    height = brentq(lambda x: 2.0 * np.tanh(x) - x, 0.1, 3.0, xtol=1e-15)
    found = fixed_points(tanh_network([[0.0, -2.0], [-2.0, 0.0]]), rng=1)
    assert found.kinds == ("stable node", "stable node", "saddle of index 1")
    assert_allclose(np.sort(found.states[:2, 0]), [-height, height], atol=1e-12)
    assert_allclose(found.states[:2, 0], -found.states[:2, 1], atol=1e-12)
    assert_allclose(found.eigenvalues[2], [1.0, -3.0], atol=1e-12)


@pytest.mark.parametrize("overlap", [0.8, 1.5, 3.0])
def test_a_rank_one_network_has_the_roots_of_its_overlap(rng, overlap):
    """States are m κ with κ = n·tanh(m κ) / N: beyond an overlap m·n / N of one there are three."""
    left = rng.standard_normal(80)
    right = left + 0.3 * rng.standard_normal(80)
    right *= overlap * 80 / (left @ right)
    operator = ns.Operator(left=left[:, None], right=right[:, None] / 80)
    found = fixed_points(ns.Network(ns.LeakyCurrent("tanh"), operator, 80, rng=0), rng=1)
    expected = [0.0]
    if overlap > 1.0:
        kappa = brentq(lambda k: right @ np.tanh(left * k) / 80 - k, 1e-3, 20.0, xtol=1e-15)
        expected = [-kappa, 0.0, kappa]
    order = np.argsort(found.states @ left)
    assert_allclose(found.states[order], np.outer(expected, left), atol=1e-10)
    assert_array_equal(found.unstable_dimensions[order], [0, 1, 0] if overlap > 1.0 else [0])


def test_three_switches_have_the_corners_edges_faces_and_center_of_a_cube():
    found = fixed_points(three_bits(), rng=1)
    assert_array_equal(np.bincount(found.unstable_dimensions), [8, 12, 6, 1])
    height = brentq(lambda x: 2.0 * np.tanh(x) - x, 0.1, 3.0, xtol=1e-15)
    bits = found.states[:, [0, 20, 40]] / height
    assert_allclose(bits, np.round(bits), atol=1e-11)
    assert_array_equal((np.round(bits) == 0).sum(axis=1), found.unstable_dimensions)
    assert found.certified.all()
    assert found.speeds.max() <= 1e-12


def test_every_root_that_another_solver_finds_is_in_the_list():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 20, rng=3)
    weights = network.recurrent.dense()
    found = fixed_points(network, rng=0, displacement=1.0)
    draw = np.random.default_rng(1)
    others = 0
    for _ in range(100):
        result = root(lambda x: weights @ np.tanh(x) - x, 2.0 * draw.standard_normal(20), tol=1e-13)
        if result.success and np.linalg.norm(weights @ np.tanh(result.x) - result.x) < 1e-10:
            others += 1
            assert np.abs(found.states - result.x).max(axis=1).min() < 1e-8
    assert others > 20
    # F is odd: with every point goes its mirror image
    for state in found.states:
        assert np.abs(found.states + state).max(axis=1).min() < 1e-9


def test_most_starts_in_a_chaotic_network_reach_a_point():
    """Published searches by gradient descent leave most starts at q of 1e-5."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 100, rng=0)
    found = fixed_points(network, starts=100, rng=1)
    assert found.reached > 0.9
    assert (0.5 * found.speeds**2).max() < 1e-20
    assert not found.stable.any()


@pytest.mark.parametrize("kind", ["sparse", "low rank", "mixed"])
def test_any_operator_gives_what_its_dense_form_gives(rng, kind):
    sparse = ns.Sparse(density=0.2, gain=2.0).build(30, rng)
    vector = rng.standard_normal((30, 1))
    low = ns.Operator(left=vector, right=vector / 15.0)
    operator = {"sparse": sparse, "low rank": low, "mixed": sparse + low}[kind]
    states = 2.0 * rng.standard_normal((200, 30))
    special, plain = (
        fixed_points(ns.Network(ns.LeakyCurrent("tanh"), each, 30, rng=0), starts=states)
        for each in (operator, ns.Operator(operator.dense()))
    )
    assert len(special) == len(plain) > 1
    for state in special.states:
        assert np.abs(plain.states - state).max(axis=1).min() < 1e-9


def test_rate_and_current_form_share_their_points():
    """r = φ(x), and the eigenvalues of diag(φ') W and W diag(φ') are the same."""
    weights = np.random.default_rng(5).standard_normal((12, 12)) * 2.0 / np.sqrt(12)
    starts = np.random.default_rng(6).standard_normal((300, 12))
    current = fixed_points(tanh_network(weights), starts=starts)
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(weights), 12, rng=0)
    rate = fixed_points(network, starts=np.tanh(starts))
    assert len(current) > 2
    shared = 0
    for state, values in zip(current.states, current.eigenvalues, strict=True):
        gaps = np.abs(rate.states - np.tanh(state)).max(axis=1)
        if gaps.min() < 1e-9:
            shared += 1
            assert_allclose(
                np.sort_complex(rate.eigenvalues[gaps.argmin()]), np.sort_complex(values), atol=1e-9
            )
    assert shared > 2


def test_units_with_several_variables():
    """Rest of an excitable unit, by Cardano's formula, in three uncoupled units of different threshold."""
    neuron = FitzHughNagumo(a=np.array([0.6, 0.7, 0.8]))
    network = ns.Network(neuron, ns.Explicit(np.zeros((3, 3))), size=3, rng=0)
    found = fixed_points(network, starts=50, rng=0)
    rest = neuron.resting_state()
    assert len(found) == 1
    assert_allclose(found.states[0], np.stack([rest["v"], rest["w"]], axis=1), atol=1e-12)
    assert found.eigenvalues.shape == (1, 6)


def test_fixed_points_of_two_variables_do_not_move_in_a_simulation():
    network = ns.Network(ns.WilsonCowan(), ns.Gaussian(gain=2.0), 10, rng=0)
    found = fixed_points(network, starts=100, rng=1)
    assert found.certified.all()
    for state in found.states:
        run = ns.simulate(network, 0.1, 0.01, initial_state=state)
        assert np.abs(run.states[0, -1] - state).max() < 1e-12


def test_points_depend_on_the_constant_input():
    fold = 2.0 * np.sqrt(0.5) - np.arctanh(np.sqrt(0.5))  # where the slope of 2 tanh is 1
    unit = driven_unit(2.0)
    assert [len(fixed_points(unit, [y], rng=0)) for y in (0.99 * fold, 1.01 * fold, -1.01 * fold)] == [
        3,
        1,
        1,
    ]


def test_the_ghost_of_a_saddle_node_is_a_slow_point():
    unit, place = driven_unit(2.0), -np.arctanh(np.sqrt(0.5))
    fold = 2.0 * np.sqrt(0.5) - np.arctanh(np.sqrt(0.5))
    found = fixed_points(unit, [fold + 1e-4], starts=np.linspace(-1.0, -0.8, 20)[:, None])
    assert len(found.slow) == 1
    assert_allclose(found.slow.speeds, 1e-4, rtol=1e-6)
    assert found.slow.states[0, 0] == pytest.approx(place, abs=1e-4)
    assert found.slow.counts.sum() + found.counts.sum() == 20


def test_starts_that_do_not_converge_are_counted():
    """A perfect integrator of a constant has no fixed point: F = 1 everywhere."""
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(np.ones((1, 1))), size=1, rng=0)
    found = fixed_points(network.replace(bias=np.ones(1)), starts=np.array([[0.0], [3.0]]))
    assert len(found) == len(found.slow) == 0
    assert_allclose(found.unconverged.speeds, 1.0)
    assert found.unconverged.counts.sum() == 2
    assert found.reached == 0.0
    assert np.isnan(found.coverage)
    assert repr(found).startswith("FixedPoints(exactly 0;")


def test_a_line_of_fixed_points_is_not_certified():
    vector = np.array([0.6, 0.8])
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(np.outer(vector, vector)), size=2, rng=0)
    found = fixed_points(network, starts=np.array([[1.0, 0.3], [-2.0, 0.5]]))
    assert found.reached == 1.0
    assert found.kinds == ("marginal", "marginal")
    # each start finds the nearest point of the line
    assert_allclose(np.sort(found.states @ vector), np.sort([0.84, -0.8]), atol=1e-6)
    assert not found.certified.any()
    assert all("singular" in reason for reason in found.reasons)


def test_stability_of_the_map_is_stricter_than_that_of_the_flow():
    """λ = -1 ± 3i decays, but in a step of 0.5 it multiplies by |0.5 ± 1.5i| = 1.58."""
    network = ns.Network(
        ns.LeakyCurrent("linear"), ns.Explicit(np.array([[0.0, -3.0], [3.0, 0.0]])), 2, rng=0
    )
    found = fixed_points(network, starts=np.ones((1, 2)))
    assert found.kinds == ("stable focus",)
    assert_allclose(np.abs(found.multipliers(0.5)), np.sqrt(2.5))
    assert found.stable[0]
    assert not found.stable_in_map(0.5)[0]
    assert found.stable_in_map(0.1)[0]
    assert_allclose(np.abs(found.frequencies), 3.0 / (2.0 * np.pi))


@pytest.mark.parametrize(("growth", "stable"), [(2.8, True), (3.2, False)])
def test_points_of_a_map_are_stable_in_the_map(growth, stable):
    """The logistic map's point 1 - 1/r has the multiplier 2 - r, stable up to r = 3; that of its flow is negative."""
    logistic = ns.analysis.System.of_map(
        lambda x: growth * x * (1.0 - x), lambda x: np.diag(growth - 2.0 * growth * x), size=1
    )
    found = fixed_points(logistic, starts=np.linspace(0.1, 0.9, 9)[:, None])
    point = int(np.abs(found.states[:, 0] - (1.0 - 1.0 / growth)).argmin())
    assert found.dt == 1.0
    assert found.multipliers()[point, 0] == pytest.approx(2.0 - growth, abs=1e-9)
    assert found.stable[point] == found.stable_in_map()[point] == stable
    assert found.kinds[point] == ("stable node" if stable else "unstable node")
    assert found.unstable_dimensions[point] == (not stable)
    # it alternates from step to step, and decays or grows by |2 - r|
    assert found.frequencies[point, 0] == pytest.approx(0.5)
    assert found.time_constants[point, 0] == pytest.approx(-1.0 / np.log(growth - 2.0))
    assert "of the Euler map with dt = 1" in repr(found)


def test_stability_is_that_of_the_network_as_it_is_stepped():
    """A unit that inhibits itself by 1.2 is a vanilla RNN that alternates for ever; its flow comes to rest."""
    flow = ns.Network(ns.LeakyRate("tanh", tau=5.0), ns.Explicit(np.array([[-1.2]])), 1, rng=0)
    vanilla = flow.replace(stepping=ns.Stepping(dt=5.0, noise=ns.WhiteNoise(density=0.1)))
    kinds = {
        (None, None): "stable node",
        (5.0, "euler"): "unstable node",
        (0.5, "euler"): "stable node",
        (5.0, "rk4"): "stable node",
    }
    for (dt, scheme), kind in kinds.items():
        stepping = None if dt is None else ns.Stepping(dt, scheme)
        found = fixed_points(flow.replace(stepping=stepping), starts=5, rng=0)
        assert (found.kinds, found.dt) == ((kind,), dt if scheme == "euler" else None)
    # the same map, simulated: its last two samples differ in sign
    run = ns.simulate(vanilla, 500.0, noise=None, initial_state=np.array([0.1]))
    assert run.states[0, -1, 0] * run.states[0, -2, 0] < -0.1
    # noise is not part of the search: the point is at zero
    assert fixed_points(vanilla, starts=5, rng=0).states == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ParameterError, match=r"dt must be given where the points are those of a flow"):
        fixed_points(flow, starts=5, rng=0).multipliers()


def test_eigenvectors_diagonalize_the_jacobian():
    found = fixed_points(ns.Network(ns.WilsonCowan(), ns.Gaussian(gain=2.0), 6, rng=0), starts=50, rng=1)
    right, left = found.eigenvectors(0)
    jacobian = found.jacobian(0)
    assert_allclose(jacobian @ right, right * found.eigenvalues[0], atol=1e-10)
    assert_allclose(left.conj().T @ jacobian, found.eigenvalues[0][:, None] * left.conj().T, atol=1e-9)
    assert_allclose(left.conj().T @ right, np.eye(12), atol=1e-9)


def test_the_selection_vector_is_what_a_line_attractor_reads(rng):
    """W = m n^T with n·m = 1 integrates n·x; all other directions decay."""
    m, n = rng.standard_normal((2, 8))
    n *= 1.0 / (n @ m)
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Operator(left=m[:, None], right=n[:, None]), 8, rng=0)
    found = fixed_points(network, starts=np.zeros((1, 8)))
    sign = np.sign(m[np.abs(m).argmax()])
    assert_allclose(found.selection_vector(0), sign * n / np.linalg.norm(n), atol=1e-10)


def test_a_rotating_mode_has_no_selection_vector():
    network = ns.Network(
        ns.LeakyCurrent("linear"), ns.Explicit(np.array([[0.0, -3.0], [3.0, 0.0]])), 2, rng=0
    )
    with pytest.raises(NeurosimError, match=r"slowest mode that does not rotate \(got point = 0"):
        fixed_points(network, starts=np.ones((1, 2))).selection_vector(0)


def test_outputs_at_the_points():
    unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, outputs=1, rng=0)
    unit = unit.replace(readout_weights=np.array([[3.0]]), readout_bias=np.array([0.5]))
    found = fixed_points(unit, rng=0)
    assert_allclose(found.outputs, 3.0 * np.tanh(found.states) + 0.5)
    assert fixed_points(tanh_network(2.0), rng=0).outputs.shape == (3, 0)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the authors' files are not here")
@pytest.mark.parametrize(
    ("name", "output", "radius"),
    [("and_04", 1.015, 0.904), ("or_01", 1.022, None), ("xor_00", 1.016, None), ("flipflop_06", 0.953, None)],
)
def test_the_remembered_answer_of_archived_networks_is_found(name, output, radius):
    """Networks of Jarne & Laje (2019): output and spectral radius where the map ended, to three digits."""
    pytest.importorskip("h5py")
    network = ns.storage.from_keras(FOLDER / f"{name}_trained.hdf5")
    found = fixed_points(network, starts=300, displacement=0.05, rng=0)
    stable = found.stable_in_map(1.0)
    place = np.abs(np.where(stable, found.outputs[:, 0], np.inf) - output).argmin()
    assert found.outputs[place, 0] == pytest.approx(output, abs=6e-4)
    assert found.certified[place]
    if radius:
        assert np.abs(found.multipliers(1.0)[place]).max() == pytest.approx(radius, abs=6e-4)


def test_starts_may_be_a_run_and_the_seed_decides():
    network = tanh_network([[0.0, -2.0], [-2.0, 0.0]])
    run = ns.simulate(network, 5.0, 0.1, trials=4, rng=2)
    found = fixed_points(network, starts=run)
    assert found.counts.sum() == 4 * 51
    assert found.distances.min() < 0.1
    first, second, other = (fixed_points(network, rng=k, threads=t) for k, t in ((5, 1), (5, 2), (6, 1)))
    assert_array_equal(first.states, second.states)
    assert_array_equal(first.counts, second.counts)
    assert not np.array_equal(first.counts, other.counts)


def test_single_precision_networks_are_searched_in_double():
    network = tanh_network([[0.0, -2.0], [-2.0, 0.0]]).astype("float32")
    found = fixed_points(network, rng=1)
    assert found.states.dtype == np.float64
    assert found.speeds.max() <= 1e-12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": [1.0]}, "inputs must be None, the network has no input channel"),
        ({"starts": 0}, r"starts must be at least 1 \(got 0\)"),
        ({"starts": np.zeros((3, 4))}, r"states must have shape \(states, 2\).*\(got \(3, 4\)\)"),
        ({"starts": np.zeros((0, 2))}, r"at least one state \(got \(0, 2\)\)"),
        ({"starts": np.array([[np.nan, 0.0]])}, r"states\[0, 0\] must be finite \(got nan\)"),
        ({"tolerance": 0.0}, r"tolerance must be positive \(got 0\.0\)"),
        ({"slow_speed": -1.0}, r"slow_speed must be positive \(got -1\.0\)"),
        ({"separation": 0}, r"separation must be positive \(got 0\)"),
        ({"iterations": 0}, r"iterations must be at least 1 \(got 0\)"),
        ({"displacement": -0.1}, r"displacement must not be negative \(got -0\.1\)"),
        ({"rng": -1}, "rng must be an int of at least 0.*got -1"),
        ({"start": 5}, r"takes no keyword 'start'\. Did you mean 'starts'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(NeurosimError, match=message):
        fixed_points(tanh_network([[0.0, -2.0], [-2.0, 0.0]]), **arguments)


def test_bad_networks_inputs_and_points_are_named():
    with pytest.raises(NeurosimError, match=r"network must be a Network \(got an ndarray\)"):
        fixed_points(np.eye(3))
    with pytest.raises(NeurosimError, match=r"inputs must have shape \(1,\), one constant value"):
        fixed_points(driven_unit(2.0), [1.0, 2.0])
    with pytest.raises(
        NeurosimError, match=r"point must be from 0 to 2, one of the 3 fixed points \(got 3\)"
    ):
        fixed_points(tanh_network(2.0), rng=0).eigenvectors(3)

"""Similarity of solutions: properties of every kind, known dynamics told apart, no clusters where there are none."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.stats import ortho_group

import neurosim as ns
from neurosim.analysis import similarity
from neurosim.analysis.similarity.measures import MEASURES
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.stepping import Stepping

OF_ACTIVITY = [name for name, measure in MEASURES.items() if measure.of == "activity"]
OF_NETWORKS = [name for name, measure in MEASURES.items() if measure.of == "network"]
SAME_SAMPLES = ["cca", "cka", "unbiased_cka"]

quiet = partial(similarity, progress=False)


def untrained(count, size=30, gain=1.5, first=0):
    return [ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain), size, rng=first + k) for k in range(count)]


def decaying(units, seed):
    """Deterministic activity of a random linear map."""
    draw = np.random.default_rng(seed)
    matrix = 0.95 * ortho_group.rvs(units, random_state=seed)
    states = [draw.standard_normal((6, units))]
    for _ in range(49):
        states.append(states[-1] @ matrix.T)
    return np.stack(states, axis=1)


@pytest.fixture(scope="module")
def activities():
    return [decaying(6, seed) for seed in range(4)]


@pytest.mark.parametrize("kind", OF_ACTIVITY)
class TestEveryKindOfActivity:
    def distances(self, kind, things):
        settings = {"delays": 4, "rank": 6} if kind.startswith("dynamics") else {}
        return quiet(things, kind, **settings).distances

    def test_is_a_symmetric_matrix_without_distance_to_itself(self, kind, activities):
        distances = self.distances(kind, activities)
        assert distances.shape == (4, 4)
        assert np.array_equal(distances, distances.T)
        assert np.array_equal(np.diag(distances), np.zeros(4))
        assert distances[np.triu_indices(4, 1)].min() > 0.01

    def test_equal_activity_has_no_distance(self, kind, activities):
        # arccos of 1 - 1e-16 is 1e-8
        assert self.distances(kind, [activities[0], activities[0].copy()]).max() < 1e-6

    def test_order_does_not_matter(self, kind, activities):
        plain, reversed_ = (self.distances(kind, list(each)) for each in (activities, activities[::-1]))
        assert reversed_[::-1, ::-1] == pytest.approx(plain, abs=1e-6 if kind != "dynamics" else 0.01)

    def test_scales_and_rotations_of_the_state_do_not_matter(self, kind, activities):
        # subspaces of the same units turn with them; see below
        turn = np.eye(6) if kind == "principal_angles" else ortho_group.rvs(6, random_state=9)
        assert self.distances(kind, [3.0 * activities[0] @ turn.T, activities[0]]).max() < 1e-5


def oscillating(angle, growth):
    times, phases = np.arange(80.0)[:, None], np.array([0.0, 0.7, 1.9])
    slow, fast = np.cos(angle * times + phases), 0.5 * np.cos(2.3 * angle * times - phases)
    return np.hstack([growth**times * slow, fast])


@pytest.mark.parametrize(
    ("kind", "expected"), [("dynamics", 0.057476), ("dynamics_eigenvalues", 0.00301158**0.5)]
)
def test_distances_are_those_of_the_authors_of_the_method(kind, expected):
    """Numbers of dsa-metric 2.0.2 (Ostrow et al. 2023), in single precision; the best of four fits of 3000 steps."""
    found = quiet([oscillating(0.1, 0.99), oscillating(0.13, 0.97)], kind, delays=10, rank=4)
    assert found.distances[0, 1] == pytest.approx(expected, rel=3e-4)


def test_principal_angles_turn_with_the_units(activities):
    plane = activities[0] @ np.diag([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    turn = np.eye(6)
    turn[1:3, 1:3] = [[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]
    found = quiet([plane, plane @ turn.T], "principal_angles", count=2)
    # one axis is shared, the other turns by 0.4
    assert found.distances[0, 1] == pytest.approx(0.4 / np.sqrt(2.0), abs=1e-9)


def test_dynamics_compare_networks_of_different_sizes_and_durations(activities):
    wide = np.concatenate([activities[0][:, :40], 0.0 * activities[0][:, :40]], axis=2)
    found = quiet([activities[0], wide @ ortho_group.rvs(12, random_state=0)], delays=4, rank=6)
    assert found.distances[0, 1] < 0.02


def network_of(weights):
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), len(weights), rng=0)


class TestEveryKindOfNetwork:
    def test_weight_eigenvalues_are_those_of_the_weights(self):
        draw = np.random.default_rng(0)
        weights = draw.standard_normal((12, 12)) / 4.0
        basis = draw.standard_normal((12, 12))
        same = basis @ weights @ np.linalg.inv(basis)
        shifted = weights + 0.25 * np.eye(12)
        found = quiet([network_of(w) for w in (weights, same, shifted)], "weight_eigenvalues")
        assert found.distances[0, 1] < 1e-6
        assert found.distances[0, 2] == pytest.approx(0.25, abs=1e-9)

    def test_weights_are_compared_up_to_an_order_of_units(self):
        weights = np.random.default_rng(0).standard_normal((12, 12)) / 4.0
        order = np.random.default_rng(1).permutation(12)
        found = quiet([network_of(weights), network_of(weights[np.ix_(order, order)])], "weights")
        assert found.distances[0, 1] < 1e-6

    def test_attractors_are_counted(self):
        ring = -4.0 * np.eye(3)[[2, 0, 1]]
        one, two, cycle = (
            ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.array(w)), len(w), rng=0)
            for w in ([[0.5]], [[2.0]], ring)
        )
        found = quiet({"one": one, "two": two, "cycle": cycle}, "attractors", starts=12, rng=1)
        assert found.labels == ("one", "two", "cycle")
        assert found.distances[0, 1] == pytest.approx(0.5)
        assert found.distances[0, 2] == found.distances[1, 2] == 1.0

    @pytest.mark.parametrize("kind", OF_NETWORKS)
    def test_activity_alone_will_not_do(self, kind, activities):
        with pytest.raises(ParameterError, match=f"kind='{kind}' compares networks"):
            quiet(activities, kind)

    @pytest.mark.parametrize("kind", OF_NETWORKS)
    def test_no_activity_is_simulated(self, kind):
        with pytest.raises(ParameterError, match=f"trials, dt must not be given with kind='{kind}'"):
            quiet(untrained(2), kind, trials=3, dt=0.1)


FLOWS = {"bistable": lambda a: 2.0 * (a - a**3), "line": lambda a: 0.0 * a, "point": lambda a: -2.0 * a}


def matched_system(kind, seed, trials=400, samples=60, units=10, dt=0.2, noise=0.5):
    """Two conditions with given mean trajectories, around which trials have the flow of a kind and noise.

    Flow and noise are odd in the deviation from the mean, so that the means of all kinds are the same but for sampling.
    """
    draw = np.random.default_rng(seed)
    deviation, recorded = np.zeros((trials, 2)), []
    sign = np.repeat([1.0, -1.0], trials // 2)[:, None]
    for k in range(samples):
        phase = 0.3 * k * dt
        recorded.append(np.hstack([sign * np.sin(phase), np.cos(phase) + 0.0 * sign]) + deviation)
        drift = np.stack([FLOWS[kind](deviation[:, 0]), -deviation[:, 1]], axis=-1)
        deviation = deviation + dt * drift + noise * np.sqrt(dt) * draw.standard_normal((trials, 2))
    return np.stack(recorded, axis=1) @ ortho_group.rvs(units, random_state=seed)[:2]


MATCHED = np.repeat(list(FLOWS), 4)


@pytest.fixture(scope="module")
def systems():
    return [matched_system(kind, seed) for seed, kind in enumerate(MATCHED)]


class TestMatchedMeans:
    @pytest.mark.parametrize(("kind", "least"), [("dynamics", 0.4), ("dynamics_eigenvalues", 0.6)])
    def test_dynamics_tell_them_apart(self, systems, kind, least):
        found = quiet(systems, kind, delays=20, rank=15)
        assert found.separation(MATCHED, rng=0).score > least
        clusters = found.clusters(draws=200, rng=0)
        assert clusters.labels.tolist() == np.repeat([0, 1, 2], 4).tolist()

    def test_alignment_of_their_means_does_not(self, systems):
        means = [each.reshape(2, 200, 60, 10).mean(axis=1) for each in systems]
        # what is left of the noise is not the same for all kinds: not 0, and no clusters
        assert quiet(means, "cka").separation(MATCHED, rng=0).score < 0.1

    def test_alignment_of_their_trials_finds_no_clusters(self, systems):
        found = quiet(systems, "cka")
        assert found.separation(MATCHED, rng=0).score < 0.1
        assert found.clusters(draws=200, rng=0).count == 1


class TestClusters:
    @pytest.mark.parametrize("kind", ["dynamics", "dynamics_eigenvalues", "cca", "weight_eigenvalues"])
    def test_one_ensemble_has_none(self, kind):
        settings = {"trials": 4, "duration": 20.0, "rng": 1} if kind in OF_ACTIVITY else {}
        # of smaller networks, some are not chaotic, and differ indeed
        found = quiet(untrained(20, size=100), kind, **settings).clusters(rng=0)
        assert found.count == 1
        assert found.p_value > 0.05
        assert not found.labels.any()

    def test_p_values_are_not_too_small_for_one_cloud(self):
        """Of 60 clouds at level 0.05, more than 8 would be rejected with a probability of 0.4 % at most."""
        draw = np.random.default_rng(0)
        rejected = 0
        for _ in range(60):
            points = draw.standard_normal((20, 4)) * [3.0, 1.0, 1.0, 0.5]
            distances = np.linalg.norm(points[:, None] - points, axis=-1)
            rejected += (
                ns.analysis.Similarity(tuple(map(str, range(20))), distances, "test", None)
                .clusters(draws=39, rng=1)
                .count
                > 1
            )
        assert rejected <= 8

    def test_two_ensembles_have_two(self):
        networks = untrained(8, gain=0.5) + untrained(8, gain=2.0, first=50)
        found = quiet(networks, "weight_eigenvalues").clusters(rng=0)
        assert found.labels.tolist() == [0] * 8 + [1] * 8
        assert found.members(1).tolist() == list(range(8, 16))
        assert found.p_value == pytest.approx(1.0 / 501.0)

    def test_silhouettes_are_those_of_points(self):
        points = np.random.default_rng(0).standard_normal((12, 3))
        distances = np.linalg.norm(points[:, None] - points, axis=-1)
        groups = np.repeat([0, 1, 2], 4)
        found = ns.analysis.Similarity(tuple("abcdefghijkl"), distances, "test", None)
        expected = ns.analysis.silhouettes(points, groups).mean()
        assert found.separation(groups, draws=10, rng=0).score == pytest.approx(expected, abs=1e-12)

    def test_groups_by_chance_are_not_apart(self):
        found = quiet(untrained(12), "weight_eigenvalues")
        p_values = [found.separation(np.tile([0, 1], 6), draws=199, rng=seed).p_value for seed in (0, 1)]
        assert min(p_values) > 0.02

    def test_few_solutions_have_no_clusters(self):
        with pytest.raises(ParameterError, match=r"between four solutions at least \(got 3\)"):
            quiet(untrained(3), "weight_eigenvalues").clusters(rng=0)


class TestResult:
    def test_scaling_recovers_points(self):
        points = np.random.default_rng(0).standard_normal((9, 2)) * [3.0, 1.0]
        distances = np.linalg.norm(points[:, None] - points, axis=-1)
        found = ns.analysis.Similarity(tuple("abcdefghi"), distances, "test", None)
        placed = found.coordinates(2)
        assert np.linalg.norm(placed[:, None] - placed, axis=-1) == pytest.approx(distances, abs=1e-9)
        assert placed.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
        with pytest.raises(ParameterError, match=r"count must be at most the 9 solutions \(got 10\)"):
            found.coordinates(10)

    def test_dendrogram_joins_the_nearest_first(self):
        places = np.array([0.0, 10.0, 0.1, 10.3])
        found = ns.analysis.Similarity(tuple("abcd"), np.abs(places[:, None] - places), "test", None)
        merges = found.linkage()
        assert merges[0, :2].tolist() == [0.0, 2.0]
        # means of 10, 10.3, 9.9, 10.2
        assert merges[:, 2] == pytest.approx([0.1, 0.3, 10.1])
        assert [tuple(found.order()), tuple(found.order()[::-1])].count((0, 2, 1, 3)) <= 1
        assert set(found.order()[:2]) in ({0, 2}, {1, 3})

    def test_prints_in_a_few_lines(self):
        text = repr(quiet(untrained(3), "weight_eigenvalues", labels=["a", "b", "c"]))
        assert "labels: (a, b, c)" in text
        assert len(text.splitlines()) <= 6


class TestNetworks:
    def test_simulates_the_same_trials_of_a_task(self):
        task = ns.tasks.GoNoGo()
        networks = [
            ns.Network(
                ns.LeakyRate("tanh"), ns.Orthogonal(), 20, inputs=task.inputs, outputs=task.outputs, rng=k
            )
            for k in range(2)
        ]
        found = quiet(networks, "cca", task=task, trials=3, dt=0.5, rng=4)
        again = quiet(networks, "cca", task=task, trials=3, dt=0.5, rng=4)
        assert np.array_equal(found.distances, again.distances)
        # the same network twice sees the same inputs from the same state
        assert quiet([networks[0]] * 2, "cca", task=task, trials=3, dt=0.5, rng=4).distances.max() < 1e-6

    def test_is_that_of_the_trajectories(self):
        networks = untrained(2)
        runs = [ns.simulate(n, 30.0, 0.1, trials=5, rng=k, progress=False) for k, n in enumerate(networks)]
        found = quiet(runs, discard=5.0).distances
        assert found == pytest.approx(quiet([run.states[:, 50:] for run in runs]).distances, abs=1e-12)

    def test_default_step_and_duration_scale_with_time_constants(self):
        # a power of two, so that rounding, which chaos amplifies, is the same
        slow = [n.replace(neuron=ns.LeakyCurrent("tanh", tau=128.0)) for n in untrained(2)]
        distances = [quiet(each, trials=3, rng=0).distances[0, 1] for each in (untrained(2), slow)]
        assert distances[0] == pytest.approx(distances[1], rel=1e-6)


def test_ensembles_bring_their_labels():
    class Ensemble(list):
        """As `neurosim.Ensemble`, of which iteration and labels are used."""

        labels = ("orthogonal 0", "orthogonal 1")

    assert quiet(Ensemble(untrained(2)), "weight_eigenvalues").labels == ("orthogonal 0", "orthogonal 1")


class TestBadInput:
    def test_fewer_than_two(self, activities):
        with pytest.raises(ParameterError, match=r"things must be two solutions at least \(got 1\)"):
            quiet(activities[:1])
        with pytest.raises(ParameterError, match=r"things must be a list or mapping .* \(got a Network\)"):
            quiet(untrained(1)[0])

    def test_unknown_kind(self, activities):
        with pytest.raises(UnknownNameError, match=r"kind = 'dynamic' is unknown. Did you mean 'dynamics'"):
            quiet(activities, "dynamic")

    def test_unknown_setting(self, activities):
        with pytest.raises(
            UnknownKeywordError, match=r"of kind 'dynamics' .* 'delay'. Did you mean 'delays'"
        ):
            quiet(activities, delay=3)
        with pytest.raises(UnknownKeywordError, match=r"of kind 'cka' takes no keyword 'rank'"):
            quiet(activities, "cka", rank=3)

    @pytest.mark.parametrize("kind", SAME_SAMPLES)
    def test_samples_that_are_not_the_same(self, kind, activities):
        with pytest.raises(ShapeError, match=r"needs the same samples .* \(got \[180, 300\] samples\)"):
            quiet([activities[0], activities[1][:, :30]], kind)

    @pytest.mark.parametrize("kind", ["principal_angles", "weights"])
    def test_different_units(self, kind, activities):
        things = (
            [activities[0], activities[1][..., :4]]
            if kind in OF_ACTIVITY
            else untrained(1, 6) + untrained(1, 4)
        )
        with pytest.raises(ShapeError, match=f"kind='{kind}' needs the same units .*got .4, 6. units"):
            quiet(things, kind)

    def test_numbers_that_are_not_finite(self, activities):
        broken = activities[1].copy()
        broken[2, 3, 1] = np.nan
        with pytest.raises(ParameterError, match=r"activity\[2, 3, 1\] must be finite \(got nan\)"):
            quiet([activities[0], broken])

    def test_trials_too_short_for_the_delays(self, activities):
        with pytest.raises(ParameterError, match="50 samples a trial, too few for delays = 50"):
            quiet(activities, delays=50)

    def test_mixed_things(self, activities):
        with pytest.raises(ParameterError, match="all networks, or all activity"):
            quiet([*untrained(1), activities[0]])
        with pytest.raises(ParameterError, match=r"things\[1\] must be a Network, .* \(got a str\)"):
            quiet([activities[0], "network.npz"])

    def test_conditions_of_activity_that_is_there(self, activities):
        with pytest.raises(ParameterError, match="trials, dt must not be given with activity"):
            quiet(activities, trials=3, dt=0.1)

    def test_task_with_other_inputs(self):
        task = ns.tasks.GoNoGo()
        with pytest.raises(ParameterError, match="task has its own duration; leave duration out"):
            quiet(untrained(2), task=task, duration=3.0)
        with pytest.raises(ParameterError, match="task must be a Task"):
            quiet(untrained(2), task="flip-flop")

    def test_different_steps(self):
        runs = [ns.simulate(untrained(1)[0], 10.0, dt, rng=0, progress=False) for dt in (0.1, 0.2)]
        with pytest.raises(ParameterError, match=r"the same time between samples \(got \[0.1, 0.2\]\)"):
            quiet(runs)

    def test_networks_that_are_stepped_differently(self):
        stepped = [
            network.replace(stepping=Stepping(dt, "euler"))
            for network, dt in zip(untrained(2), (0.1, 0.2), strict=True)
        ]
        with pytest.raises(ParameterError, match=r"stepped alike .*\(0.1, 'euler'\), \(0.2, 'euler'\)"):
            quiet(stepped)
        assert quiet(stepped, dt=0.1, trials=2, duration=5.0).distances[0, 1] > 0.0

    def test_labels_that_do_not_fit(self, activities):
        with pytest.raises(ParameterError, match="labels must be 4 different names"):
            quiet(activities, labels=["a", "b", "b", "c"])

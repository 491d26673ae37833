"""Ensembles of trained networks: the same bits as single trainings, whatever the workers, read lazily from disk."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.ensembles import Ensemble, EnsembleDegradation, Recipe
from neurosim.errors import ParameterError, ShapeError, StudyWarning

TASK = ns.tasks.Xor(fixation=2.0, stimulus=4.0, delay=2.0, response=6.0)
TRAINER = ns.BPTT(epochs=2, trials_per_epoch=64, batch_size=32)
CHANNELS = {"inputs": ("a", "b"), "outputs": ("out",)}
STARTS = {
    "normal": Recipe(ns.LeakyRate("tanh"), ns.Gaussian(), 10, **CHANNELS),
    "orthogonal": ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=10, rng=0, **CHANNELS),
}
SETTINGS = {"criterion": 0.1, "test_trials": 50}


@pytest.fixture(scope="module")
def gates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gates") / "study"
    return ns.ensemble(TRAINER, TASK, STARTS, seeds=2, folder=folder, workers=2, **SETTINGS)


def test_members_are_networks_in_the_order_of_starts_and_seeds(gates):
    assert gates.labels == ["normal 0", "normal 1", "orthogonal 0", "orthogonal 1"]
    assert len(gates) == 4
    assert all(isinstance(network, ns.Network) for network in gates)
    assert gates[3].equals(gates.where("orthogonal")[1])
    assert [len(gates[1:3]), len(gates.successful())] == [2, 4]
    starts = [gates.training(k).start.recurrent.dense() for k in range(4)]
    assert_allclose(starts[2] @ starts[2].T, np.eye(10), atol=1e-12)
    assert not np.allclose(starts[0], starts[1])


def test_the_table_holds_the_numbers_of_each_network(gates):
    for k, network in enumerate(gates):
        expected = network.recurrent.eigenvalues()
        assert_allclose(np.sort_complex(gates.table["eigenvalues"][k]), np.sort_complex(expected), atol=1e-10)
    assert_array_equal(gates.table["succeeded"], gates.table["accuracy"] >= 0.1)


def test_one_worker_and_a_second_call_give_the_same_bits(gates, tmp_path):
    again = ns.ensemble(TRAINER, TASK, STARTS, seeds=1, folder=tmp_path / "one", workers=1, **SETTINGS)
    assert again[1].equals(gates[2])
    assert again.table["loss"][0] == gates.table["loss"][0]
    more = ns.ensemble(TRAINER, TASK, STARTS, seeds=2, folder=gates.folder, **SETTINGS)
    assert all(a.equals(b) for a, b in zip(more, gates, strict=True))


def test_analyses_map_over_the_networks(gates):
    radii = gates.map(lambda network: ns.analysis.spectrum(network).radius)
    assert_allclose(radii, np.abs(gates.table["eigenvalues"]).max(axis=1))


def test_degradation_is_the_mean_over_networks_of_each_start(gates):
    result = gates.degradation((0.0, 0.5), trials=20, rng=3)
    assert isinstance(result, EnsembleDegradation)
    single = [gates[k : k + 1].degradation((0.0, 0.5), trials=20, rng=3) for k in range(4)]
    distances = np.array([each.distances[0] for each in single]).reshape(2, 2, 2)
    assert_allclose(result.distances, distances.mean(axis=1))
    assert_allclose(result.distance_errors, distances.std(axis=1, ddof=1) / np.sqrt(2.0))
    assert np.isnan(single[0].distance_errors).all()


def test_sets_of_attractors_are_counted(gates):
    counts = gates.attractors(starts=3, duration=50.0, window=50.0, rng=0)
    assert sum(values.sum() for values in counts.counts.values()) == 4


def test_failures_are_counted_with_their_remedy(gates, tmp_path):
    assert gates.failures() == {}
    start = STARTS["normal"]
    hard = ns.ensemble(TRAINER, TASK, start, seeds=2, folder=tmp_path / "hard", criterion=1.0, test_trials=50)
    assert sum(count for count, _ in hard.failures().values()) == 2
    assert all(remedy for _, remedy in hard.failures().values())


def test_a_training_that_raises_is_a_row_without_a_network(tmp_path):
    trainer = TRAINER.replace(memory=1e-6)
    with pytest.warns(StudyWarning, match="1 of 1 points failed"):
        failed = ns.ensemble(trainer, TASK, STARTS["normal"], seeds=1, folder=tmp_path / "failed")
    assert len(failed) == 0
    assert len(failed.table) == 1
    ((name, (count, _)),) = failed.failures().items()
    assert (name, count) == ("MemoryLimitError", 1)
    assert_array_equal(failed.success_rates().successes, [0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"trainer": "adam"}, ParameterError, r"trainer must be a Trainer \(got 'adam'\); try ns\.BPTT"),
        ({"task": 3}, ParameterError, r"task must be a Task \(got 3\); try ns\.tasks\.Xor"),
        ({"networks": {}}, ParameterError, "networks must name at least one start"),
        ({"criterion": 1.2}, ParameterError, r"criterion must be an accuracy, at most 1 \(got 1\.2\)"),
        ({"seeds": 0}, ParameterError, "seeds"),
        (
            {"networks": Recipe(ns.LeakyRate("tanh"), ns.Gaussian(), 10)},
            ShapeError,
            r"inputs of the network must be",
        ),
    ],
)
def test_bad_arguments_are_named_before_anything_is_written(tmp_path, arguments, error, message):
    settings = {"trainer": TRAINER, "task": TASK, "networks": STARTS, **arguments}
    with pytest.raises(error, match=message):
        ns.ensemble(**settings, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_unknown_start_or_number_is_named(gates):
    with pytest.raises(
        ParameterError, match=r"start must be one of \['normal', 'orthogonal'\] \(got 'sparse'\)"
    ):
        gates.where("sparse")
    with pytest.raises(IndexError, match="has 4 networks, got number 7"):
        gates[7]
    assert isinstance(gates, Ensemble)

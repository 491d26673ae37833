"""Networks of a study: the bits that its points trained or drew, mapped over by analyses."""

import measures_for_tests as measures
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.ensembles import StudyNetworks
from neurosim.errors import ParameterError, ShapeError
from neurosim.sweep import Sweep
from neurosim.sweep.command import show_plan
from neurosim.sweep.declared import read_study

TRAINING = """
title = "And"
description = "a few trials"
seed = 1

[network]
size = 10
neuron = { type = "LeakyRate", activation = "tanh", tau = 1.0 }
connectivity = { type = "Orthogonal" }

[task]
type = "And"

[trainer]
type = "BPTT"
dt = 1.0
epochs = 1
trials_per_epoch = 32
batch_size = 16

[sweep]
seeds = 2

[sweep.grid]
"network.connectivity.type" = ["Gaussian", "Orthogonal"]
"""

EXPERIMENT = """
title = "Two networks"
description = "at each point"
seed = 7
analyses = ["variance"]

[simulation]
duration = 2.0
dt = 0.1
discard = 0.5

[[networks]]
label = "small"
size = 10
neuron = { type = "LeakyCurrent", activation = "tanh" }
connectivity = { type = "Gaussian", gain = 1.5 }

[[networks]]
label = "large"
size = 20
neuron = { type = "LeakyCurrent", activation = "tanh" }
connectivity = { type = "Gaussian", gain = 1.5 }

[sweep]
seeds = 2

[sweep.grid]
"networks.0.connectivity.gain" = [0.5, 2.0]
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "study"
    read_study(TRAINING, "and.toml").run(folder, workers=1)
    return ns.load(folder)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "study"
    read_study(EXPERIMENT, "two.toml").run(folder, workers=1)
    return ns.load(folder)


def test_trained_networks_are_those_of_which_the_table_tells(trained):
    assert isinstance(trained, StudyNetworks)
    assert trained.labels == [
        "connectivity.type Gaussian, seed 0",
        "connectivity.type Gaussian, seed 1",
        "connectivity.type Orthogonal, seed 0",
        "connectivity.type Orthogonal, seed 1",
    ]
    radii = [spectrum.radius for spectrum in trained.map(ns.analysis.spectrum)]
    assert_allclose(radii, trained.table["radius"], rtol=1e-12)


def test_summary_of_spectra_begins_at_the_networks_as_they_were_drawn(trained):
    spectra = trained.spectra()
    assert_allclose(np.abs(spectra.before).max(axis=1), trained.table["radius before"], rtol=1e-12)
    assert_allclose(np.abs(spectra.after).max(axis=1), trained.table["radius"], rtol=1e-12)
    assert_allclose(np.abs(spectra.before[2:]), 1.0, rtol=1e-12)  # orthogonal
    assert list(dict.fromkeys(spectra.labels)) == [
        "connectivity.type Gaussian",
        "connectivity.type Orthogonal",
    ]


def test_similarity_takes_the_networks_of_a_study(trained):
    similar = ns.analysis.similarity(trained, "weight_eigenvalues", progress=False)
    assert list(similar.labels) == trained.labels
    pair = [trained[0], trained[3]]
    assert similar.distances[0, 3] == ns.analysis.similarity(pair, "weight_eigenvalues").distances[0, 1]


def test_some_networks_are_chosen_by_values_masks_and_slices(trained):
    orthogonal = trained.where(**{"connectivity.type": "Orthogonal"})
    assert [network.equals(other) for network, other in zip(orthogonal, trained[2:], strict=True)] == [
        True
    ] * 2
    assert trained[trained.table["seed"] == 1][0].equals(trained[1])
    assert trained[[3, 0]][0].equals(trained[-1])


def test_networks_that_are_not_trained_are_drawn_again_and_take_no_disk(drawn):
    assert drawn.labels[:2] == ["gain 0.5, seed 0, network small", "gain 0.5, seed 0, network large"]
    assert [network.size for network in drawn] == [10, 20] * 4
    assert not (drawn.folder / "files").exists()
    # all seeds and both sizes have matrices of their own; gains scale the same distribution
    norms = [np.linalg.norm(network.recurrent.dense()) for network in drawn.where(network="small")]
    assert len(set(norms)) == 4
    # E|W|² = gain² units
    assert_allclose(norms, np.sqrt(10.0) * np.array([0.5, 0.5, 2.0, 2.0]), rtol=0.4)


def test_drawn_networks_are_those_that_were_measured(tmp_path):
    text = EXPERIMENT.replace('"variance"', '"spectrum"')
    read_study(text, "two.toml").run(tmp_path / "study", workers=1)
    networks = ns.load(tmp_path / "study").where(network="large")
    name = next(name for name in networks.table.results if name.startswith("large") and "radius" in name)
    radii = [spectrum.radius for spectrum in networks.map(ns.analysis.spectrum)]
    assert_allclose(radii, networks.table[name], rtol=1e-12)


def test_functions_keep_networks_in_the_folder_that_they_are_given(tmp_path):
    Sweep(measures.saved_network, gain=[0.5, 2.0]).run(tmp_path / "study", workers=1)
    networks = ns.load(tmp_path / "study")
    assert networks.labels == ["gain 0.5", "gain 2.0"]
    assert_array_equal(
        [network.recurrent.dense()[0, 1] for network in networks], networks.table["saved_network"]
    )


def test_a_study_may_keep_no_networks_and_then_says_so(tmp_path):
    text = TRAINING.replace("seeds = 2", "seeds = 1\nkeep_networks = false")
    read_study(text, "and.toml").run(tmp_path / "study", workers=1)
    assert not (tmp_path / "study" / "files").exists()
    with pytest.raises(
        ParameterError, match=r"folder must hold networks .*2 finished points.*keep_networks = true"
    ):
        ns.load(tmp_path / "study")


def test_the_option_does_not_change_the_points():
    kept = read_study(TRAINING, "and.toml")
    lost = read_study(TRAINING.replace("seeds = 2", "seeds = 2\nkeep_networks = false"), "and.toml")
    assert [point.identity for point in kept.points()] == [point.identity for point in lost.points()]


def test_the_plan_says_what_disk_the_networks_take(tmp_path, trained):
    file = tmp_path / "and.toml"
    file.write_text(TRAINING)
    assert "their trained networks take about 0.0232 MB" in show_plan(file, tmp_path / "new")
    kept = [path.stat().st_size for path in (trained.folder / "files").rglob("*.npz")]
    # weights and a header; names in headers differ in length
    assert_allclose(sum(kept), 0.0232e6, rtol=0.3)
    file.write_text(TRAINING.replace("seeds = 2", "seeds = 2\nkeep_networks = false"))
    assert "trained networks" not in show_plan(file, tmp_path / "new")


def test_wrong_requests_are_named(trained, drawn, tmp_path):
    with pytest.raises(IndexError, match="the study has 4 networks, got number 4"):
        trained[4]
    with pytest.raises(
        ParameterError, match=r"values must leave some of the 4 networks \(got \{'seed': 9\}\)"
    ):
        trained.where(seed=9)
    with pytest.raises(ShapeError, match=r"networks must have one size \(got \[10, 20\]\)"):
        drawn.spectra()
    with pytest.raises(ParameterError, match="folder must hold a study"):
        ns.load(tmp_path)
    with pytest.raises(ParameterError, match=r"keep_networks must be true or false \(got 1\)"):
        read_study(TRAINING.replace("seeds = 2", "keep_networks = 1"), "and.toml")

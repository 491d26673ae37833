"""Shipped studies: they load, their points are what their comments say, and pruned networks are tested again."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import StorageError, UnknownNameError
from neurosim.experiments import list_sweeps
from neurosim.experiments.evaluation import evaluate_as_trained, train
from neurosim.sweep import load_study
from neurosim.sweep.declared import read_study, study_text

POINTS = {"edge_of_chaos": 7 * 3 * 8, "gates": 5 * 2 * 20, "pruning": 2 * 20}


def test_these_studies_are_shipped():
    assert set(list_sweeps()) == set(POINTS)


@pytest.mark.parametrize("name", POINTS)
def test_a_shipped_study_loads_with_all_its_points(name):
    assert len(load_study(name)) == POINTS[name]


def test_unknown_studies_are_named():
    with pytest.raises(UnknownNameError, match=r"'edge_of_caos' is neither a shipped sweep.*'edge_of_chaos'"):
        load_study("edge_of_caos")
    with pytest.raises(StorageError, match=r"gatess\.toml not found; give a TOML file.*gates"):
        load_study("gatess.toml")


def _small(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_study(text, "small")


def test_pruned_networks_are_those_without_their_smallest_weights(tmp_path):
    study = _small(
        study_text("pruning"),
        ("epochs = 20", "epochs = 1"),
        ("trials_per_epoch = 1600", "trials_per_epoch = 64"),
        ("size = 50", "size = 8"),
        ("seeds = 20", "seeds = 1"),
        ("[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]", "[0.0, 0.5]"),
    )
    values = {"connectivity.type": "Orthogonal", "seed": 0}
    rng = np.random.default_rng
    found = study.measure(rng=rng(1), folder=tmp_path, **values)
    declared = study.measure.experiment_at(values, rng(1))
    training, _ = train(
        declared.network.build(declared.seed), declared.network, declared.seed, progress=False
    )
    half = ns.analysis.remove_weights(training.network, 0.5)
    assert np.count_nonzero(half.recurrent.dense()) == 32
    expected = evaluate_as_trained(declared.network.trainer, half, declared.network.task, declared.seed)
    assert found["accuracy, 50% pruned"] == expected.accuracy
    assert found["accuracy, 0% pruned"] == found["accuracy"]
    json.dumps(found)


def test_edge_of_chaos_measures_what_theory_predicts(tmp_path):
    study = _small(
        study_text("edge_of_chaos"),
        ("duration = 700.0", "duration = 300.0"),
        ("discard = 200.0", "discard = 100.0"),
        ("[0.8, 1.1, 1.3, 1.5, 2.0, 3.0, 5.0]", "[0.5, 3.0]"),
        ("[100, 200, 400]", "[200]"),
    )
    silent = study.measure(rng=np.random.default_rng(0), folder=tmp_path, gain=0.5, size=200, seed=0)
    # below g = 1 the abscissa of g J - 1 decides: -(1 - g), which finite size moves by a few percent
    assert silent["exponent"] == pytest.approx(-0.5, abs=0.1)
    assert silent["dimension"] is None
    assert silent["half width"] is None
    chaos = study.measure(rng=np.random.default_rng(0), folder=tmp_path, gain=3.0, size=200, seed=0)
    assert chaos["exponent"] > 0.05
    # N = 200 at g = 3: exponent and dimension are still below and above those of infinitely many units
    assert_allclose(chaos["variance"], chaos["variance (theory)"], rtol=0.2)
    assert chaos["dimension"] == pytest.approx(chaos["dimension (theory)"], rel=0.6)

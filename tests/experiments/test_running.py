"""Experiments end to end: the results folder, its numbers, and what happens when something goes wrong."""

from __future__ import annotations

import dataclasses
import errno
import json
import os

import numpy as np
import pytest
from reference.clark2023 import DIMENSION
from reference.sompolinsky1988 import MEAN_FIELD

import neurosim as ns
from neurosim.errors import InterruptionWarning, ParameterError, StorageError
from neurosim.experiments import load_experiment, run_experiment, running
from neurosim.experiments.reading import read_experiment

SMALL = """
title = "Small"
description = "two networks for tests"
seed = 5
analyses = ["coherence", "variance"]

[simulation]
duration = 30.0
dt = 0.1
discard = 10.0
every = 5

[network]
size = 64
neuron = { type = "LeakyCurrent", activation = "tanh" }

[[networks]]
label = "J₁ = 0"
connectivity = { type = "RowBalanced", connectivity = { type = "Gaussian", gain = 2.0 } }

[[networks]]
label = "J₁ = 0.5"
connectivity = [
    { type = "RowBalanced", connectivity = { type = "Gaussian", gain = 2.0 } },
    { type = "Coherent", strength = 0.5 },
]
"""


@pytest.fixture
def small():
    return read_experiment(SMALL, "small", "small.toml")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The shipped quick experiment with fewer units, run once."""
    shipped = load_experiment("quick")
    networks = tuple(dataclasses.replace(plan, size=256) for plan in shipped.networks)
    experiment = dataclasses.replace(shipped, networks=networks)
    return run_experiment(experiment, tmp_path_factory.mktemp("quick") / "results")


def quantities(results, label):
    return results.summary["networks"][label]["quantities"]


def test_folder_holds_the_documented_files(quick):
    names = {path.name for path in quick.folder.iterdir()}
    figures = {f"{name}.{end}" for name in load_experiment("quick").analyses for end in ("png", "pdf")}
    saved = {f"{kind}-{n}.npz" for kind in ("network", "trajectory") for n in ("1-j1-0", "2-j1-0.5")}
    assert names == {"experiment.toml", "summary.json", "report.txt"} | figures | saved
    assert json.loads((quick.folder / "summary.json").read_text(encoding="utf-8")) == quick.summary
    assert (quick.folder / "report.txt").read_text(encoding="utf-8") == quick.table + "\n"
    for name in figures:
        start = (quick.folder / name).read_bytes()[:4]
        assert start == (b"\x89PNG" if name.endswith("png") else b"%PDF")


def test_saved_network_is_that_of_the_trajectory(quick):
    run = ns.load(quick.folder / "trajectory-2-j1-0.5.npz")
    assert run.complete
    assert ns.load(quick.folder / "network-2-j1-0.5.npz").equals(run.network)


@pytest.mark.parametrize(("label", "ending"), [("J₁ = 0", "1-j1-0"), ("J₁ = 0.5", "2-j1-0.5")])
def test_numbers_follow_from_the_saved_trajectory(quick, label, ending):
    run = ns.load(quick.folder / f"trajectory-{ending}.npz")
    states = run.states[0, run.times >= 50.0 - 1e-9].astype(np.float64)
    found = quantities(quick, label)
    mode = states.mean(axis=1)
    expected = {
        "variance": np.mean(states**2),
        "coherence": np.sqrt(np.mean(mode**2) / np.mean(states**2)),
        "radius": np.abs(np.linalg.eigvals(run.network.recurrent.dense().astype(np.float64))).max(),
    }
    lags = np.arange(40)
    products = [np.mean(states[: len(states) - k] * states[k:]) for k in lags]
    expected["half width"] = np.interp(-0.5 * products[0], -np.array(products), lags * run.dt)
    for name, value in expected.items():
        # the trajectory and the eigenvalues are in single precision
        assert found[name]["measured"] == pytest.approx(value, rel=1e-4), name


def test_predictions_are_those_of_the_papers(quick):
    """Variance and half width of Sompolinsky et al. (1988), coherence of Landau & Sompolinsky (2018), at g = 2.

    The gain is that of one drawn matrix of 256 units, whose relative standard deviation is 1/sqrt(2)/256; the
    variance follows its power 2.4 there.
    """
    found = quantities(quick, "J₁ = 0.5")
    chi = np.sqrt((0.5**2 / 2.0**2 + 1 / 256) / (1.0 + 0.5**2 / 2.0**2))
    assert found["variance"]["predicted"] == pytest.approx(MEAN_FIELD[2.0].variance, rel=0.025)
    assert found["half width"]["predicted"] == pytest.approx(MEAN_FIELD[2.0].half_width, rel=0.025)
    assert found["radius"]["predicted"] == pytest.approx(2.0, rel=0.01)
    assert found["coherence"]["predicted"] == pytest.approx(chi, rel=0.01)
    # participation ratio of the rates in Clark et al. (2023); the baseline 1/N takes no part in the spread
    relative = np.sqrt(2 / (DIMENSION[2.0][1] * 256)) * 0.0625 / (0.0625 + 1 / 256)
    assert found["coherence"]["spread"] == pytest.approx(0.5 * relative * chi, rel=0.04)


def test_structure_leaves_the_spectrum_and_makes_coherence(quick):
    without, coherent = quantities(quick, "J₁ = 0"), quantities(quick, "J₁ = 0.5")
    assert coherent["radius"]["measured"] == pytest.approx(without["radius"]["measured"], rel=1e-4)
    for found in (without, coherent):
        error = found["coherence"]["measured"] - found["coherence"]["predicted"]
        # the theory itself overestimates by a tenth at this strength
        assert abs(error) < 3.0 * found["coherence"]["spread"] + 0.1 * found["coherence"]["predicted"]


def test_table_has_a_line_for_each_network(quick):
    lines = quick.table.splitlines()
    assert lines[0] == "Coherent chaos, a first look"
    heading, *rows = lines[2:5]
    assert heading.split()[:3] == ["network", "radius", "predicted"]
    assert [row[:8].strip() for row in rows] == ["J₁ = 0", "J₁ = 0.5"]
    assert len({len(line) for line in (heading, *rows)}) == 1
    assert f"{quantities(quick, 'J₁ = 0.5')['coherence']['measured']:.3f}" in rows[1]


def test_declaration_in_the_folder_gives_the_same_numbers(small, tmp_path):
    first = run_experiment(small, tmp_path / "first")
    again = run_experiment(load_experiment(first.folder / "experiment.toml"), tmp_path / "again")
    assert again.summary["networks"] == first.summary["networks"]
    other = run_experiment(
        read_experiment(SMALL.replace("seed = 5", "seed = 6"), "s", "s"), tmp_path / "other"
    )
    assert other.summary["networks"] != first.summary["networks"]


def test_default_folder_has_the_name_and_the_date(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = run_experiment(small)
    assert results.folder.parent.name == "results"
    assert results.folder.name.startswith("small-20")
    assert (results.folder / "summary.json").is_file()


def test_a_folder_that_is_not_empty_is_refused_before_any_work(small, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "simulate", None)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "precious.txt").write_text("data", encoding="utf-8")
    with pytest.raises(
        ParameterError, match="old' exists and is not empty; give the name of a new one, or overwrite=True"
    ):
        run_experiment(small, tmp_path / "old")
    with pytest.raises(ParameterError, match=r"precious\.txt' is a file"):
        run_experiment(small, tmp_path / "old" / "precious.txt")
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["precious.txt"]


def test_results_are_overwritten_when_asked_and_only_when_the_new_ones_are_whole(
    small, tmp_path, monkeypatch
):
    folder = run_experiment(small, tmp_path / "results").folder
    (folder / "my-notes.txt").write_text("from the first run", encoding="utf-8")
    other = dataclasses.replace(small, seed=6)
    with monkeypatch.context() as patch:
        patch.setattr(running, "save_figure", full)
        with pytest.raises(StorageError, match="No space left"):
            run_experiment(other, folder, overwrite=True)
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["seed"] == 5
    run_experiment(other, folder, overwrite=True)
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["seed"] == 6
    assert not (folder / "my-notes.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_folder_of_other_data_is_never_overwritten(small, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("data", encoding="utf-8")
    with pytest.raises(
        ParameterError, match=r"thesis' has no summary\.json, so it is not a folder of results"
    ):
        run_experiment(small, tmp_path / "thesis", overwrite=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text(encoding="utf-8") == "data"


def test_an_empty_folder_is_taken(small, tmp_path):
    (tmp_path / "empty").mkdir()
    assert (run_experiment(small, tmp_path / "empty").folder / "summary.json").is_file()


def test_a_folder_that_cannot_be_written_is_an_error(small, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"cannot be written: .*; free some space"):
        run_experiment(small, tmp_path / "file" / "results")


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_nothing_behind(small, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "save_figure", full)
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        run_experiment(small, tmp_path / "results")
    assert list(tmp_path.iterdir()) == []


def run_interrupted(small, folder):
    with pytest.warns(
        InterruptionWarning, match=r"stopped by Ctrl-C while simulating 'J₁ = 0\.5'; everything completed"
    ):
        return run_experiment(small, folder)


def test_results_before_an_interruption_are_kept(small, tmp_path, monkeypatch):
    whole = run_experiment(small, tmp_path / "whole")

    def simulate(network, *arguments, **keywords):
        if network.recurrent.rank:
            raise KeyboardInterrupt
        return ns.simulate(network, *arguments, **keywords)

    monkeypatch.setattr(running, "simulate", simulate)
    results = run_interrupted(small, tmp_path / "part")
    assert results.summary["interrupted"] is True
    assert results.summary["stopped_while"] == "simulating 'J₁ = 0.5'"
    assert results.summary["networks"] == {"J₁ = 0": whole.summary["networks"]["J₁ = 0"]}
    assert ns.load(results.folder / "trajectory-1-j1-0.npz").complete
    assert json.loads((results.folder / "summary.json").read_text(encoding="utf-8"))["interrupted"] is True
    assert results.table.endswith("Stopped by Ctrl-C while simulating 'J₁ = 0.5'.")
    assert "interrupted" not in whole.table


def test_a_trajectory_that_was_stopped_can_be_resumed(small, tmp_path, monkeypatch):
    def simulate(network, duration, *arguments, **keywords):
        part = ns.simulate(
            network, duration / 2 if network.recurrent.rank else duration, *arguments, **keywords
        )
        settings = ns.simulate(network, duration, *arguments, **keywords).settings
        return type(part)(**{**vars(part), "settings": settings}) if network.recurrent.rank else part

    monkeypatch.setattr(running, "simulate", simulate)
    results = run_interrupted(small, tmp_path / "part")
    monkeypatch.undo()
    resumed = ns.resume(ns.load(results.folder / "trajectory-2-j1-0.5.npz"))
    whole = run_experiment(small, tmp_path / "whole")
    assert np.array_equal(resumed.states, ns.load(whole.folder / "trajectory-2-j1-0.5.npz").states)


def test_an_interruption_before_any_number_leaves_a_short_report(small, tmp_path, monkeypatch):
    def simulate(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "simulate", simulate)
    with pytest.warns(InterruptionWarning, match="while simulating 'J₁ = 0'; everything completed"):
        results = run_experiment(small, tmp_path / "part")
    assert results.table == "Small\n\nStopped by Ctrl-C while simulating 'J₁ = 0'."


def test_a_quantity_that_does_not_apply_is_listed_and_the_others_are_measured(tmp_path):
    text = SMALL.replace('"variance"]', '"variance", "overlap", "autocorrelation"]').replace(
        "gain = 2.0 } }\n", "gain = 0.5 } }\n"
    )
    results = run_experiment(read_experiment(text, "s", "s"), tmp_path / "results")
    silent = results.summary["networks"]["J₁ = 0"]
    assert "got rank 0" in silent["not_measured"]["overlap"]
    assert silent["quantities"]["variance"]["measured"] < 1e-6
    assert (
        "J₁ = 0: no overlap: network.recurrent must have a low-rank part of rank 1 (got rank 0)"
        in results.table
    )


def test_only_an_experiment_is_run(tmp_path):
    with pytest.raises(
        ParameterError, match=r"experiment must be an Experiment \(got 'quick'\); try load_experiment"
    ):
        run_experiment("quick", tmp_path / "results")

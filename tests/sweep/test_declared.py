"""Studies declared in TOML files: paths, conditions, and every mistake with its place."""

import json
import re

import numpy as np
import pytest

from neurosim.errors import NeurosimError, ParameterError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.experiments import Experiment
from neurosim.experiments.reading import sweep_toml
from neurosim.sweep import load_study
from neurosim.sweep.conditions import read_condition
from neurosim.sweep.declared import read_study
from neurosim.sweep.paths import put_value, short_names
from neurosim.sweep.points import seed_of
from neurosim.sweep.store import Store
from neurosim.sweep.workers import largest_memory

EXPERIMENT = """
title = "Edge"
description = "a few units"
seed = 7
analyses = ["variance", "spectrum"]

[simulation]
duration = 20.0
dt = 0.1
discard = 5.0

[network]
size = 20
neuron = { type = "LeakyCurrent", activation = "tanh" }
connectivity = { type = "Gaussian", gain = 1.5 }
"""

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
fixation = 2.0
stimulus = 3.0
delay = 2.0
response = 5.0

[trainer]
type = "BPTT"
dt = 1.0
epochs = 1
trials_per_epoch = 32
batch_size = 16
optimizer = { type = "Adam", learning_rate = 1e-3 }

[sweep]
seeds = 2

[sweep.grid]
trainer.optimizer.learning_rate = [1e-3, 1e-2]
"""


def study_of(sweep, experiment=EXPERIMENT):
    return read_study(f"{experiment}\n{sweep}", "edge.toml")


def values_of(study):
    return [point.values for point in study.points()]


def test_grid_zip_and_seeds_make_points():
    study = study_of("""
        [sweep]
        seeds = 2
        [sweep.grid]
        network.connectivity.gain = [1.0, 2.0]
        [sweep.zip]
        "simulation.duration" = [20.0, 40.0]
        "simulation.discard" = [5.0, 10.0]
        """)
    assert len(study) == 8
    assert values_of(study)[1] == {"gain": 1.0, "duration": 20.0, "discard": 5.0, "seed": 1}
    assert values_of(study)[-1] == {"gain": 2.0, "duration": 40.0, "discard": 10.0, "seed": 1}


def test_values_reach_the_declaration():
    study = study_of("[sweep.grid]\nnetwork.connectivity.gain = [1.0, 2.5]\nnetwork.size = [30]")
    declared = study.measure.experiment_at(values_of(study)[1])
    assert isinstance(declared, Experiment)
    assert (declared.networks[0].connectivity.gain, declared.networks[0].size) == (2.5, 30)
    assert declared.seed == 7


def test_seeds_are_those_of_the_points_and_declared_seeds_their_own():
    study = study_of("[sweep]\nseeds = 3")
    points = list(study.points())
    seeds = [
        study.measure.experiment_at(point.values, np.random.default_rng(seed_of(point.identity))).seed
        for point in points
    ]
    assert len(set(seeds)) == 3
    given = study_of("[sweep.grid]\nseed = [3, 4]")
    rng = np.random.default_rng(0)
    assert [given.measure.experiment_at(values, rng).seed for values in values_of(given)] == [3, 4]


def test_conditions_leave_points_out():
    study = study_of("""
        [sweep]
        seeds = 2
        where = ["network.connectivity.gain <= 2", "size > 10"]
        [sweep.grid]
        network.connectivity.gain = [1.0, 2.0, 3.0]
        network.size = [10, 20]
        """)
    assert {(v["gain"], v["size"]) for v in values_of(study)} == {(1.0, 20), (2.0, 20)}


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("gain <= 2", {"gain": 2.0}, True),
        ("gain<2", {"gain": 2.0}, False),
        ("kind == 'a'", {"kind": "a"}, True),
        ('kind != "a"', {"kind": "a"}, False),
        ("size >= gain", {"size": 3, "gain": 4.0}, False),
        ("gain > -1e3", {"gain": 0.0}, True),
        ("flag == true", {"flag": True}, True),
    ],
)
def test_comparisons(text, values, holds):
    assert read_condition(text, {name: name for name in values})(values) is holds


def test_title_and_description_do_not_change_the_points():
    sweep = "[sweep]\nseeds = 2"
    one, other = study_of(sweep), study_of(sweep, EXPERIMENT.replace("a few units", "some units"))
    assert [p.identity for p in one.points()] == [p.identity for p in other.points()]


def test_columns_have_the_shortest_names_that_differ():
    names = short_names(
        ["network.connectivity.0.gain", "network.connectivity.1.gain", "network.size", "seed"]
    )
    assert names == {
        "network.connectivity.0.gain": "connectivity.0.gain",
        "network.connectivity.1.gain": "connectivity.1.gain",
        "network.size": "size",
        "seed": "seed",
    }


def test_entries_of_lists_have_numbers():
    content = {"networks": [{"size": 1}, {"size": 2}]}
    put_value(content, "networks.1.size", 5)
    assert content == {"networks": [{"size": 1}, {"size": 5}]}


def test_an_experiment_is_measured(tmp_path):
    study = study_of("[sweep]\nseeds = 2\n[sweep.grid]\nnetwork.connectivity.gain = [0.5, 2.0]")
    table = study.run(tmp_path, workers=1)
    assert list(table.results) == [
        "variance", "variance (theory)", "radius", "radius (theory)", "abscissa", "abscissa (theory)",
    ]  # fmt: skip
    radius = table.mean("seed")["radius"]
    assert table.mean("seed")["radius (theory)"] == pytest.approx([0.5, 2.0])
    # radii of the same 20 units at both gains would be in the ratio 4; of others they differ
    assert 2.0 < radius[1] / radius[0] < 8.0
    assert radius[1] / radius[0] != pytest.approx(4.0, abs=1e-9)
    assert table["variance"][0] < 1e-2 < table["variance"][2]


def test_a_training_is_measured(tmp_path):
    table = read_study(TRAINING, "and.toml").run(tmp_path, workers=1)
    assert list(table.results) == [
        "accuracy", "loss", "epochs", "radius", "abscissa", "radius before", "abscissa before",
    ]  # fmt: skip
    np.testing.assert_allclose(table["radius before"], 1.0, rtol=1e-12)
    assert (table["radius"] != table["radius before"]).all()
    assert list(table["epochs"]) == [1, 1, 1, 1]


def test_a_file_is_read(tmp_path):
    path = tmp_path / "edge.toml"
    path.write_text(EXPERIMENT + "[sweep]\nseeds = 5", encoding="utf-8")
    assert len(load_study(path)) == 5


@pytest.mark.parametrize(
    ("sweep", "error", "message"),
    [
        ("", ParameterError, r"edge.toml: sweep is missing"),
        ("[sweep]", ParameterError, "must vary something"),
        ("[sweep]\nsed = 3", UnknownKeywordError, "sweep.sed is not a key of a sweep.*'seeds'"),
        ("[sweep]\nseeds = 0", ParameterError, r"sweep.seeds must be at least 1 \(got 0\)"),
        (
            "[sweep.grid]\nnetwrk.size = [1]",
            UnknownNameError,
            "the file has no 'netwrk'. Did you mean 'network'",
        ),
        (
            "[sweep.grid]\nnetwork.conectivity.gain = [1]",
            UnknownNameError,
            "the file has no 'network.conectivity'. Did you mean 'connectivity'",
        ),
        ("[sweep.grid]\nnetwork.connectivity.gian = [1.0]", UnknownKeywordError, "Did you mean 'gain'"),
        ("[sweep.grid]\nnetwork.sise = [10]", UnknownKeywordError, "Did you mean 'size'"),
        (
            "[sweep.grid]\nnetwork.size.gain = [10]",
            ParameterError,
            r"network.size must be a table \(got 20\)",
        ),
        (
            "[sweep.grid]\nnetwork.size = [10, -3]",
            ParameterError,
            r"network.size must be at least 1 \(got -3\)",
        ),
        ("[sweep.grid]\nnetwork.size = []", ParameterError, "size must have at least one value"),
        ("[sweep.grid]\nnetwork.size = 10", ParameterError, r"size must be a list of values \(got 10\)"),
        ("[sweep]\ngrid = 3", ParameterError, r"sweep.grid must be a table \(got 3\)"),
        (
            "[sweep.zip]\nnetwork.size = [10, 20]\nsimulation.dt = [0.1]",
            ShapeError,
            "2 values of size, 1 values of dt",
        ),
        ("[sweep]\nseeds = 2\n[sweep.grid]\nseed = [1, 2]", ParameterError, "sweep.seeds cannot be combined"),
        (
            "[sweep]\nseeds = 2\nwhere = ['size < 3']",
            UnknownNameError,
            "'size' is not a parameter of the sweep",
        ),
        ("[sweep]\nseeds = 2\nwhere = ['seed is 3']", ParameterError, "where must be comparisons"),
        ("[sweep]\nseeds = 2\nwhere = ['seed < gain']", UnknownNameError, "'gain' is neither a value nor"),
        ("[sweep]\nseeds = 2\nwhere = ['seed < \"a\"']", ParameterError, "compares what has no order"),
        ("[sweep]\nseeds = 2\nwhere = ['seed > 5']", ParameterError, "must leave some of the 2 points"),
    ],
)
def test_mistakes_are_named_with_their_place(sweep, error, message):
    with pytest.raises(error, match=message) as caught:
        study_of(sweep)
    assert "edge.toml" in str(caught.value)


def test_values_that_every_network_overrides_are_refused():
    several = EXPERIMENT + '\n[[networks]]\nlabel = "a"\nsize = 10\n\n[[networks]]\nlabel = "b"\nsize = 12\n'
    with pytest.raises(ParameterError, match=r"network.size: the values change nothing"):
        study_of("[sweep.grid]\nnetwork.size = [10, 20]", several)
    assert len(study_of('[sweep.grid]\n"networks.0.size" = [10, 20]', several)) == 2


def test_files_that_are_not_there_or_not_toml_are_named(tmp_path):
    with pytest.raises(NeurosimError, match=r"nothing\.toml not found"):
        load_study(tmp_path / "nothing.toml")
    with pytest.raises(ParameterError, match=r"edge\.toml must be TOML"):
        read_study("[sweep", "edge.toml")


def test_the_declaration_is_kept_as_json():
    assert json.loads(study_of("[sweep]\nseeds = 1").measure.declaration)["network"]["size"] == 20


def test_memory_is_that_of_weights_and_trajectory():
    study = study_of(
        "[sweep]\nseeds = 2\n[sweep.grid]\nnetwork.size = [100, 1000]\nsimulation.trials = [1, 8]"
    )
    # five matrices, and states and rates of 201 samples (20 time units in steps of 0.1), in float64
    expected = 250e6 + 5 * 1000**2 * 8 + 2 * 8 * 201 * 1000 * 8
    assert largest_memory(study.measure, study.design) == pytest.approx(expected)
    sparse = EXPERIMENT.replace('type = "Gaussian", gain = 1.5', 'type = "Sparse", density = 0.1')
    study = study_of("[sweep.grid]\nnetwork.size = [100000]", sparse)
    assert largest_memory(study.measure, study.design) == pytest.approx(250e6 + 2 * 201 * 100000 * 8)


def test_memory_counts_the_past_that_delays_read():
    late = EXPERIMENT.replace(
        'type = "Gaussian", gain = 1.5',
        'type = "Delayed", delay = 50.0, connectivity = { type = "Sparse", density = 0.1 }',
    )
    study = study_of("[sweep.grid]\nnetwork.size = [100000]", late)
    # rates of 500 steps before and of the present one, at each of the four stages of RK4
    expected = 250e6 + 2 * 201 * 100000 * 8 + 501 * 4 * 100000 * 8
    assert largest_memory(study.measure, study.design) == pytest.approx(expected)


def test_the_folder_of_a_declared_study_says_what_differs(tmp_path):
    sweep = "[sweep]\nseeds = 1"
    folder = Store(tmp_path / "edge")
    folder.begin(study_of(sweep).manifest())
    other = study_of(sweep, EXPERIMENT.replace("gain = 1.5", "gain = 2.5"))
    message = (
        r"in which measure\.declaration\.network\.connectivity\.gain is 1\.5, not 2\.5\); give another folder"
    )
    with pytest.raises(ParameterError, match=message):
        folder.begin(other.manifest())


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ("[0.1, 1.5]", r"sweep.prune\[1\] must be at most 1 \(got 1.5\); give a share of the weights"),
        ("[{}]", r"sweep.prune\[0\] must be a"),
        ("[-0.1]", r"sweep.prune\[0\] must not be negative"),
    ],
)
def test_shares_to_prune_are_checked_before_the_study(tmp_path, shares, message):
    path = tmp_path / "gates.toml"
    text = sweep_toml("pruning")
    path.write_text(re.sub(r"^prune = .*$", f"prune = {shares}", text, flags=re.MULTILINE), encoding="utf-8")
    with pytest.raises(ParameterError, match=message):
        load_study(path)

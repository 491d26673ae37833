"""Reading of experiment files: keys, values, encodings, and errors that name the place of a mistake."""

from __future__ import annotations

import re

import pytest

import neurosim as ns
from neurosim.connectivity import Coherent, Gaussian, RowBalanced, Sum
from neurosim.errors import ParameterError, ShapeError, StorageError, UnknownKeywordError, UnknownNameError
from neurosim.experiments import BUILT_IN, list_experiments, load_experiment
from neurosim.experiments.reading import read_experiment
from neurosim.experiments.writing import experiment_toml

TEXT = """
title = "Two networks"
description = "for tests"
seed = 3
analyses = ["traces", "coherence"]

[simulation]
duration = 20.0
dt = 0.1
discard = 5
noise = { type = "WhiteNoise", density = 0.1 }

[network]
size = 40
neuron = { type = "LeakyCurrent", activation = "tanh", tau = 2.0 }

[[networks]]
label = "random"
connectivity = { type = "Gaussian", gain = 1.5 }

[[networks]]
label = "coherent \\"\\u03be\\""
size = 60
connectivity = [{ type = "Gaussian", gain = 1.5 }, { type = "Coherent", strength = 0.5 }]
dtype = "float32"
"""


def read(text):
    return read_experiment(text, "two", "two.toml")


def replace_once(old, new):
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def test_every_key_sets_its_field():
    experiment = read(TEXT)
    assert (experiment.name, experiment.seed, experiment.analyses) == ("two", 3, ("traces", "coherence"))
    plan = experiment.simulation
    assert (plan.duration, plan.dt, plan.scheme, plan.discard) == (20.0, 0.1, "rk4", 5.0)
    assert plan.noise == ns.WhiteNoise(0.1)
    random, coherent = experiment.networks
    assert random.size == 40
    assert coherent.size == 60
    assert random.neuron == coherent.neuron == ns.LeakyCurrent("tanh", tau=2.0)
    assert random.connectivity == Gaussian(1.5)
    assert coherent.connectivity == Sum((Gaussian(1.5), Coherent(0.5)))
    assert coherent.label == 'coherent "ξ"'
    assert coherent.build(3).dtype == "float32"


def test_networks_of_one_size_share_their_random_part():
    random, coherent = (plan.build(3) for plan in read(replace_once("size = 60", "size = 40")).networks)
    assert abs(random.recurrent.dense() - coherent.recurrent.base).max() < 1e-7  # one is in float32


def test_a_single_network_may_be_declared_without_a_list():
    text = TEXT[: TEXT.index("[[networks]]")] + 'connectivity = { type = "Orthogonal" }'
    (plan,) = read(text).networks
    assert (plan.label, plan.size) == ("Two networks", 40)


@pytest.mark.parametrize("name", list_experiments())
def test_written_text_declares_the_same_experiment(name):
    experiment = load_experiment(name)
    assert read_experiment(experiment_toml(experiment), name, name) == experiment


def test_written_text_keeps_quotes_and_unicode():
    experiment = read(TEXT)
    assert read(experiment_toml(experiment)) == experiment


def test_built_in_experiments_are_listed_first_and_begin_with_the_published_model():
    assert tuple(list_experiments())[:2] == BUILT_IN == ("coherent-chaos", "trained-chaos")
    random, coherent = load_experiment().networks
    assert random.connectivity == Sum((RowBalanced(Gaussian(2.0)),))
    assert coherent.connectivity == RowBalanced(Gaussian(2.0)) + Coherent(0.5)
    assert random.size == coherent.size == 2000


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (
            "seed = 3",
            "seeds = 3",
            UnknownKeywordError,
            r"two\.toml: seeds is not a key .* Did you mean 'seed'",
        ),
        (
            "dt = 0.1",
            "dT = 0.1",
            UnknownKeywordError,
            r"simulation\.dT is not a key of an experiment\. Did you mean 'dt'",
        ),
        (
            "[network]\nsize = 40",
            "[network]\nsizes = 40",
            UnknownKeywordError,
            r"network\.sizes is not a key",
        ),
        ("size = 60", "siz = 60", UnknownKeywordError, r"networks\[1\]\.siz is not a key .* 'size'"),
        ("seed = 3", "", ParameterError, r"seed is missing"),
        ("dt = 0.1", "", ParameterError, r"simulation\.dt is missing"),
        ("seed = 3", "seed = -1", ParameterError, r"seed must be at least 0 \(got -1\)"),
        ("dt = 0.1", "dt = 0", ParameterError, r"simulation\.dt must be positive \(got 0\)"),
        ("discard = 5", "discard = 20", ParameterError, r"discard = 20\.0 leaves fewer than 2 samples"),
        ("size = 40", "size = 40.5", ParameterError, r"network\.size must be a whole number \(got 40\.5\)"),
        ("size = 60", "size = 0", ParameterError, r"networks\[1\]\.size must be at least 1 \(got 0\)"),
        ('"float32"', '"float16"', UnknownNameError, r"networks\[1\]\.dtype = 'float16' is unknown"),
        ('"coherence"', '"cohrence"', UnknownNameError, r"analyses\[1\] = 'cohrence'.*'coherence'"),
        (
            '"coherence"',
            '"traces"',
            ParameterError,
            r"analyses must name each analysis once \(got .*\); remove",
        ),
        (
            '["traces", "coherence"]',
            '"traces"',
            ParameterError,
            r"analyses must be a list of names \(got 'traces'\)",
        ),
        ("dt = 0.1", 'dt = 0.1\nscheme = "rk5"', UnknownNameError, r"simulation\.scheme = 'rk5'.*'rk4'"),
        ('label = "random"', "label = 1", ParameterError, r"networks\[0\]\.label must be text \(got 1\)"),
        ('"WhiteNoise"', '"WhitNoise"', UnknownNameError, r"simulation\.noise\.type.*'WhiteNoise'"),
        (
            "tau = 2.0",
            "tau = 0.0",
            ParameterError,
            r"network\.neuron: LeakyCurrent\.tau must be positive",
        ),
        ("strength", "strenth", UnknownKeywordError, r"networks\[1\]\.connectivity\[1\]\.strenth"),
        ("[simulation]", "[simulation", ParameterError, r"two\.toml must be TOML \(.* line 7"),
    ],
)
def test_a_mistake_is_named_with_its_place(old, new, error, message):
    with pytest.raises(error, match=message):
        read(replace_once(old, new))


def test_labels_must_differ():
    with pytest.raises(ParameterError, match="label = 'random' is used twice"):
        read(TEXT.replace('label = "coherent \\"\\u03be\\""', 'label = "random"'))


@pytest.mark.parametrize("networks", ["", "networks = []", "networks = 3"])
def test_an_experiment_has_networks(networks):
    head = TEXT[: TEXT.index("[network]")].replace("seed = 3", f"seed = 3\n{networks}")
    with pytest.raises(ParameterError, match="networks is missing"):
        read(head)


def test_a_number_in_place_of_a_table_is_an_error():
    with pytest.raises(
        ParameterError,
        match=re.escape("network must be a table (got 3); write its keys below a line [network]"),
    ):
        read("network = 3")


def test_errors_in_building_a_network_name_the_argument():
    with pytest.raises(ShapeError, match=r"size must be a multiple of 2 .*\(got 41\)"):
        read(replace_once("size = 60", "size = 41")).networks[1].build(0)


def test_the_file_name_of_a_shipped_experiment_is_accepted_unless_there_is_such_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_experiment("quick.toml") == load_experiment("quick")
    (tmp_path / "quick.toml").write_text("size = 3", encoding="utf-8")
    with pytest.raises(UnknownKeywordError, match=r"^quick\.toml: "):
        load_experiment("quick.toml")
    with pytest.raises(StorageError, match=r"quick\.toml not found"):
        load_experiment(tmp_path / "other" / "quick.toml")


def test_unknown_names_and_missing_files(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'coherent-chaos'"):
        load_experiment("coherent-chaso")
    with pytest.raises(StorageError, match=r"none\.toml not found; .* coherent-chaos"):
        load_experiment(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(StorageError, match=r"folder\.toml cannot be read"):
        load_experiment(tmp_path / "folder.toml")


def test_a_file_may_have_a_byte_order_mark(tmp_path):
    """Notepad on Windows writes one before text in UTF-8."""
    path = tmp_path / "two.toml"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert load_experiment(path) == read(TEXT)
    assert read("\ufeff" + TEXT) == read(TEXT)
    path.write_bytes(TEXT.replace("\n", "\r\n").encode("utf-8"))
    assert load_experiment(path) == read(TEXT)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", r"two\.toml must be text in UTF-8 \(got UTF-16\); save it as UTF-8"),
        ("latin-1", r"two\.toml cannot be read \(.*invalid.*\); give a text file, saved as UTF-8"),
    ],
)
def test_other_encodings_are_named(encoding, message, tmp_path):
    path = tmp_path / "two.toml"
    path.write_bytes(TEXT.replace("Two networks", "Zw\u00f6lf").encode(encoding))
    with pytest.raises(StorageError, match=message):
        load_experiment(path)


def test_a_file_gives_its_name_to_the_experiment(tmp_path):
    path = tmp_path / "my-own.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_experiment(str(path)).name == "my-own"
    path.write_text("seed =", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"my-own\.toml must be TOML"):
        load_experiment(path)

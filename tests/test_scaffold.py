"""New plugins: their files, their tests, and the names that they may have."""

import os

import pytest

from neurosim import registry
from neurosim.errors import PluginError, UnknownNameError
from neurosim.registry import load_plugin
from neurosim.scaffold import new_plugin


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_FILES", {})


def test_the_tests_of_a_new_plugin_notice_a_wrong_equation(tmp_path):
    path, tests = new_plugin("neuron", "wrong_unit", tmp_path)
    path.write_text(path.read_text().replace("np.maximum(x, 0.0) ** 2", "np.maximum(x, 0.0) ** 3"))
    space = {"__file__": str(tests)}
    exec(tests.read_text(), space)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        space["test_rate_at_known_currents"]()


def test_the_class_of_a_new_plugin_is_its_name_in_capitals(tmp_path):
    path, tests = new_plugin("connectivity", "two_rings_2d", tmp_path)
    assert (path.name, tests.name) == ("two_rings_2d.py", "test_two_rings_2d.py")
    (cls,) = load_plugin(path)
    assert cls.__name__ == "TwoRings2d"


@pytest.mark.parametrize("taken", ["my_unit.py", "test_my_unit.py"])
def test_nothing_is_overwritten(taken, tmp_path):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(PluginError, match=f"{taken} exists already"):
        new_plugin("neuron", "my_unit", tmp_path)
    assert os.listdir(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("MyUnit", "must be a module name in lower case"),
        ("2nd_unit", "must be a module name"),
        ("my-unit", "must be a module name"),
        ("../unit", "must be a module name"),
        ("lambda", "must be a module name"),
        ("", "must be a module name"),
        ("numpy", "must not be that of another module"),
        ("random", "must not be that of another module"),
        ("nul", "must not be that of a device of Windows"),
        ("com1", "must not be that of a device of Windows"),
        ("leaky_rate", "must not be that of an existing class"),
    ],
)
def test_invalid_names_of_plugins(name, message, tmp_path):
    with pytest.raises(PluginError, match=message):
        new_plugin("neuron", name, tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (
            "noise",
            PluginError,
            "kind = 'noise' has no template. Known: connectivity, neurons, tasks, trainers",
        ),
        ("nerons", UnknownNameError, "kind = 'nerons' is unknown. Did you mean 'neurons'"),
    ],
)
def test_unknown_kinds_of_plugins(kind, error, message, tmp_path):
    with pytest.raises(error, match=message):
        new_plugin(kind, "my_unit", tmp_path)

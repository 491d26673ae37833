"""Source distribution and wheel hold what the checkout has, and say what they are."""

import importlib.util
from pathlib import Path

import pytest

import neurosim

pytest.importorskip("setuptools", minversion="70.1")


@pytest.fixture(scope="module")
def package():
    specification = importlib.util.spec_from_file_location("package", Path(__file__).with_name("package.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(package, tmp_path_factory):
    return package.build(tmp_path_factory.mktemp("distributions") / "built")


def test_source_and_wheel_hold_the_whole_package_and_nothing_else(package, built):
    assert package.differences(*built) == []


def test_the_comparison_sees_a_missing_file(package, built, monkeypatch):
    real = package.files_of
    monkeypatch.setattr(package, "files_of", lambda folder: real(folder) | {f"{folder.name}/forgotten.toml"})
    assert "wheel lacks neurosim/forgotten.toml" in package.differences(*built)
    assert "source distribution lacks tests/forgotten.toml" in package.differences(*built)


def test_metadata_says_what_is_needed(package, built):
    metadata, entry_points = package.metadata(built[1])
    for line in ("Name: neurosim-rnn", f"Version: {neurosim.__version__}", "Requires-Python: >=3.10"):
        assert f"\n{line}\n" in metadata
    assert "Requires-Dist: numba>=" in metadata
    assert "Description-Content-Type: text/markdown" in metadata
    assert "neurosim = neurosim.cli:main" in entry_points
    assert "Hopf = neurosim_plugins.hopf:Hopf" in entry_points

"""Files that other processes have open, as Windows refuses to rename them: simulated."""

import os
import zipfile

import numpy as np
import pytest

import neurosim as ns
from neurosim import renaming
from neurosim.errors import StorageError
from neurosim.kernels.runtime import compilation
from neurosim.plotting.comparison import save_figure
from neurosim.results.folders import growing_folder, new_folder, write_report
from neurosim.sweep.durability import force_to_disk
from neurosim.sweep.files import read_json, write_json


@pytest.fixture
def refusals(monkeypatch):
    """Refuse the next renames, as many as are put into the list."""
    waiting, replace = [], os.replace

    def refusing(source, target):
        if waiting:
            raise waiting.pop()
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    monkeypatch.setattr(renaming, "WAITS", (0.0, 0.0, 0.0))
    return waiting


def refused():
    return PermissionError(
        13, "The process cannot access the file because it is being used by another process"
    )


def save(folder):
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.eye(2)), 2, rng=0)
    network.save(folder / "one.npz")
    assert ns.load(folder / "one.npz").equals(network)


def write_point(folder):
    write_json(folder / "point.json", {"a": 1})
    assert read_json(folder / "point.json") == {"a": 1}


def write_kernel(folder):
    compilation._write_whole(folder / "kernel.py", "x = 1\n")
    assert (folder / "kernel.py").read_text() == "x = 1\n"


def fill_folder(folder):
    with new_folder(folder / "results") as partial:
        (partial / "summary.json").write_text("{}")
    assert [path.name for path in (folder / "results").iterdir()] == ["summary.json"]


def replace_folder(folder):
    (folder / "results").mkdir()
    (folder / "results" / "summary.json").write_text("{}")
    with growing_folder(folder / "results", new=True, overwrite=True) as place:
        (place / "table.csv").write_text("1\n")
    assert [path.name for path in (folder / "results").iterdir()] == ["table.csv"]


def draw(folder):
    ax = ns.plotting.traces(np.eye(9), dt=0.5)
    save_figure(ax, folder / "disc")
    assert (folder / "disc.png").read_bytes().endswith(b"IEND\xaeB`\x82")
    assert (folder / "disc.pdf").read_bytes().rstrip().endswith(b"%%EOF")


def report(folder):
    write_report(folder, "a  1", {"a": 1})
    assert read_json(folder / "summary.json") == {"a": 1}


@pytest.mark.parametrize(
    "write", [save, write_point, write_kernel, fill_folder, replace_folder, draw, report]
)
def test_a_file_that_is_open_for_a_moment_is_renamed_later(tmp_path, refusals, write):
    refusals += [refused(), refused()]
    write(tmp_path)
    assert refusals == []


@pytest.mark.parametrize("write", [save, write_point, fill_folder])
def test_a_file_that_stays_open_is_an_error_and_leaves_nothing(tmp_path, refusals, write):
    refusals += [refused() for _ in range(10)]
    with pytest.raises(StorageError, match=r"cannot be written.*another process"):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(refusals) == 6


def test_a_file_that_is_being_replaced_is_read_a_moment_later(tmp_path, refusals, monkeypatch):
    write_point(tmp_path)
    opened = open

    def refusing(*arguments):
        if refusals:
            raise refusals.pop()
        return opened(*arguments)

    monkeypatch.setattr(renaming, "open", refusing, raising=False)
    refusals += [refused(), refused()]
    assert read_json(tmp_path / "point.json") == {"a": 1}
    assert refusals == []


@pytest.mark.parametrize("what", ["zipfile.ZipFile", "os.open"])
def test_a_file_that_another_program_looks_at_is_opened_a_moment_later(tmp_path, monkeypatch, what):
    save(tmp_path)
    module, name = (zipfile, "ZipFile") if what == "zipfile.ZipFile" else (os, "open")
    opened, waiting = getattr(module, name), [refused(), refused()]

    def refusing(*arguments, **keywords):
        if waiting:
            raise waiting.pop()
        return opened(*arguments, **keywords)

    monkeypatch.setattr(renaming, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(module, name, refusing)
    assert ns.load(tmp_path / "one.npz").size == 2
    force_to_disk([tmp_path / "one.npz"], tmp_path)
    assert waiting == []


@pytest.mark.parametrize("write", [draw, report])
def test_figures_and_reports_stay_whole_where_new_ones_fail(tmp_path, refusals, write):
    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    refusals += [refused() for _ in range(10)]
    with pytest.raises(PermissionError, match="another process"):
        write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_errors_are_not_tried_again(tmp_path, refusals):
    refusals += [OSError(28, "No space left on device"), OSError(28, "No space left on device")]
    with pytest.raises(StorageError, match="No space left"):
        write_point(tmp_path)
    assert len(refusals) == 1

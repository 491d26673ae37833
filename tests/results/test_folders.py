"""Folders of results: complete or absent, overwritten only when asked, named for any file system."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from neurosim.errors import ParameterError, StorageError
from neurosim.results import (
    Report,
    default_folder,
    file_name,
    growing_folder,
    new_folder,
    versions,
    write_report,
)


def fail(place, error):
    """Write something, then stop as an error or Ctrl-C would."""
    results(place, "half")
    raise error


def run_out_of_space(place):
    (place / "checkpoint").write_text("half")
    raise RuntimeError("full")


def results(folder, text):
    folder.mkdir(exist_ok=True)
    write_report(folder, text, {"text": text})
    return folder


def test_a_new_folder_appears_only_when_its_block_ends(tmp_path):
    with new_folder(tmp_path / "a") as partial:
        results(partial, "one")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a" / "report.txt").read_text() == "one\n"
    with pytest.raises(RuntimeError, match="full"), new_folder(tmp_path / "b") as partial:
        fail(partial, RuntimeError("full"))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kind", ["new", "growing"])
def test_former_results_stay_until_the_new_ones_are_complete(kind, tmp_path):
    def open_folder(overwrite):
        if kind == "new":
            return new_folder(tmp_path / "a", overwrite=overwrite)
        return growing_folder(tmp_path / "a", new=True, overwrite=overwrite)

    results(tmp_path / "a", "former")
    with (
        pytest.raises(ParameterError, match=r"not empty; .*overwrite=True \(--overwrite"),
        open_folder(False),
    ):
        pass
    with pytest.raises(KeyboardInterrupt), open_folder(True) as place:
        fail(place, KeyboardInterrupt())
    assert json.loads((tmp_path / "a" / "summary.json").read_text()) == {"text": "former"}
    with open_folder(True) as place:
        results(place, "new")
    assert json.loads((tmp_path / "a" / "summary.json").read_text()) == {"text": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kind", ["new", "growing"])
def test_a_folder_without_a_summary_is_never_overwritten(kind, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("data")
    folder = (
        new_folder(tmp_path / "thesis", overwrite=True)
        if kind == "new"
        else growing_folder(tmp_path / "thesis", new=True, overwrite=True)
    )
    with (
        pytest.raises(ParameterError, match=r"has no summary\.json, so it is not a folder of results"),
        folder,
    ):
        pass
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "data"


def test_a_growing_folder_keeps_what_was_written_before_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="full"), growing_folder(tmp_path / "a", new=True) as place:
        fail(place, RuntimeError("full"))
    assert (tmp_path / "a" / "report.txt").read_text() == "half\n"
    with (
        pytest.raises(ParameterError, match=r"nowhere' does not exist"),
        growing_folder(tmp_path / "nowhere", new=False),
    ):
        pass


KILLED = """
import os, signal, sys
from pathlib import Path
from neurosim.results import growing_folder, new_folder, write_report
folder, kind = Path(sys.argv[1]), sys.argv[2]
opened = {
    "new": lambda: new_folder(folder, overwrite=True),
    "growing": lambda: growing_folder(folder, new=True, overwrite=True),
    "resumed": lambda: growing_folder(folder, new=False),
}
with opened[kind]() as place:
    (place / "checkpoint").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_while_writing(folder, kind):
    """Run a process that is killed with signal 9 while it writes results."""
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder), kind], check=False)
    assert ended.returncode == -signal.SIGKILL


def text_of(folder):
    return json.loads((folder / "summary.json").read_text())["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
class TestKilledProcesses:
    """What a killed process leaves beside a folder is cleared by the next one, and no former results are lost."""

    def test_a_new_folder(self, tmp_path):
        results(tmp_path / "a", "former")
        kill_while_writing(tmp_path / "a", "new")
        assert len(list(tmp_path.iterdir())) == 2
        assert text_of(tmp_path / "a") == "former"
        # another folder, of a similar name, leaves it alone
        with new_folder(tmp_path / "a.b") as place:
            results(place, "other")
        assert len(list(tmp_path.iterdir())) == 3
        with new_folder(tmp_path / "a", overwrite=True) as place:
            results(place, "new")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "a.b"]
        assert text_of(tmp_path / "a") == "new"

    def test_a_growing_folder_gives_its_former_results_back(self, tmp_path):
        folder = results(tmp_path / "a", "former")
        kill_while_writing(folder, "growing")
        assert (folder / "checkpoint").read_text() == "half"
        # not without being asked: the training may be resumed
        with pytest.raises(ParameterError, match="exists and is not empty"), growing_folder(folder, new=True):
            pass
        assert (folder / "checkpoint").read_text() == "half"
        with (
            pytest.raises(KeyboardInterrupt),
            growing_folder(folder, new=True, overwrite=True) as place,
        ):
            fail(place, KeyboardInterrupt())
        assert text_of(folder) == "former"
        assert [path.name for path in tmp_path.iterdir()] == ["a"]

    def test_a_growing_folder_that_is_killed_twice_resumed_and_completed(self, tmp_path):
        folder = results(tmp_path / "a", "former")
        kill_while_writing(folder, "growing")
        kill_while_writing(folder, "resumed")
        with growing_folder(folder, new=False) as place:
            results(place, "new")
        assert text_of(folder) == "new"
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert sorted(path.name for path in folder.iterdir()) == ["checkpoint", "report.txt", "summary.json"]

    def test_a_first_training_that_was_killed_can_be_overwritten(self, tmp_path):
        folder = tmp_path / "a"
        kill_while_writing(folder, "growing")
        with growing_folder(folder, new=True, overwrite=True) as place:
            assert not (place / "checkpoint").exists()
            results(place, "new")
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_failed_folder_can_be_overwritten_and_one_that_is_being_filled_cannot(tmp_path):
    with pytest.raises(RuntimeError, match="full"), growing_folder(tmp_path / "a", new=True) as place:
        run_out_of_space(place)
    with growing_folder(tmp_path / "a", new=True, overwrite=True) as place:
        (place / "checkpoint").write_text("half")
        with (
            pytest.raises(ParameterError, match=r"has no summary\.json"),
            growing_folder(tmp_path / "a", new=True, overwrite=True),
        ):
            pass
        assert (place / "checkpoint").exists()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["checkpoint"]


def test_results_of_two_processes_under_one_name_are_both_kept(tmp_path):
    def both():
        with new_folder(tmp_path / "a") as slow:
            results(slow, "slow")
            with new_folder(tmp_path / "a") as fast:
                results(fast, "fast")

    with pytest.raises(StorageError, match=r"'.*a' was filled by another process meanwhile; .* in '.*a-"):
        both()
    first, second = sorted(tmp_path.iterdir())
    assert (first.name, text_of(first), text_of(second)) == ("a", "fast", "slow")


def test_an_empty_folder_takes_the_results(tmp_path):
    (tmp_path / "a").mkdir()
    with new_folder(tmp_path / "a") as place:
        results(place, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert text_of(tmp_path / "a") == "new"


def test_resuming_leaves_no_mark_in_a_folder_of_other_data(tmp_path):
    (tmp_path / "thesis").mkdir()
    with pytest.raises(ZeroDivisionError), growing_folder(tmp_path / "thesis", new=False):
        _ = 1 / 0
    assert not list((tmp_path / "thesis").iterdir())


@pytest.mark.parametrize(
    ("label", "name"),
    [("J₁ = 0.5", "j1-0.5"), ("Größe / a:b", "groe-a-b"), ("ξ", "network"), ("..", "network")],
)
def test_labels_become_names_of_files(label, name):
    assert file_name(label) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("混沌 J₁", "混沌 J₁"),
        ("g = 1.5: a/b", "g = 1.5- a-b"),
        ("../../up", "up"),
        ("..", "results"),
        ("a\0\\b?", "a-b"),
    ],
)
def test_default_folders_have_names_for_any_file_system(name, plain):
    folder = default_folder(name)
    assert re.fullmatch(re.escape(plain) + r"-\d{4}-\d\d-\d\d-\d{6}", folder.name)
    assert folder.parent == Path("results")


def test_versions_are_those_of_all_packages_that_compute():
    assert {"neurosim", "python", "numpy", "numba", "scipy", "matplotlib"} <= set(versions())


def test_a_report_prints_its_table_and_links_its_page(tmp_path):
    report = Report(tmp_path, "a < b", {})
    assert repr(report) == f"Report({str(tmp_path)!r})\na < b"
    assert report._repr_html_() == "<pre>a &lt; b</pre>"
    (tmp_path / "index.html").write_text("page")
    assert f'href="{tmp_path}/index.html"' in report._repr_html_()

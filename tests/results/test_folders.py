"""Folders of results: complete or absent, overwritten only when asked, named for any file system."""

import json

import pytest

from neurosim.errors import ParameterError
from neurosim.results import Report, file_name, growing_folder, new_folder, versions, write_report


def fail(place, error):
    """Write something, then stop as an error or Ctrl-C would."""
    results(place, "half")
    raise error


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


@pytest.mark.parametrize(
    ("label", "name"),
    [("J₁ = 0.5", "j1-0.5"), ("Größe / a:b", "groe-a-b"), ("ξ", "network"), ("..", "network")],
)
def test_labels_become_names_of_files(label, name):
    assert file_name(label) == name


def test_versions_are_those_of_all_packages_that_compute():
    assert {"neurosim", "python", "numpy", "numba", "scipy", "matplotlib"} <= set(versions())


def test_a_report_prints_its_table_and_links_its_page(tmp_path):
    report = Report(tmp_path, "a < b", {})
    assert repr(report) == f"Report({str(tmp_path)!r})\na < b"
    assert report._repr_html_() == "<pre>a &lt; b</pre>"
    (tmp_path / "index.html").write_text("page")
    assert f'href="{tmp_path}/index.html"' in report._repr_html_()

"""The command ``neurosim sweep``, and the page of a study."""

import json
from concurrent.futures import ThreadPoolExecutor

import measures_for_tests as measures
import numpy as np
import pytest
from test_declared import EXPERIMENT

from neurosim.cli import main
from neurosim.errors import StudyWarning
from neurosim.report.section import Drawing
from neurosim.sweep import Sweep, study_status, write_page
from neurosim.sweep.page import _distinct

SWEEP = """
[sweep]
seeds = 3
where = ["size >= 10"]
[sweep.grid]
network.connectivity.gain = [0.5, 2.0]
network.size = [5, 10]
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edge.toml").write_text(EXPERIMENT + SWEEP, encoding="utf-8")
    return tmp_path


def run(capsys, *arguments):
    status = main(["sweep", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_study_from_the_first_look_to_the_page(place, capsys):
    status, out, _ = run(capsys, "edge.toml", "--dry-run")
    assert status == 0
    assert "gain = 0.5, size = 10, seed = 0\n" in out
    assert "6 points, 0 of them done; time and disk of the rest: unknown" in out
    assert not (place / "edge").exists()
    status, out, err = run(capsys, "edge.toml", "--workers", "1")
    assert (status, err) == (0, "")
    assert "6 of 6 points finished, none of them failed" in out
    assert out.rstrip().endswith("index.html")
    names = {path.name for path in (place / "edge").iterdir()}
    assert names >= {
        "study.json",
        "study.toml",
        "table.csv",
        "table.npz",
        "index.html",
        "variance-0.png",
        "points",
    }
    assert "6 points: 6 done, 0 running, 0 failed, 0 missing" in run(capsys, "status", "edge")[1]
    assert run(capsys, "retry", "edge", "--quiet")[1].strip() == str(place / "edge" / "index.html")
    longer = (EXPERIMENT + SWEEP).replace("seeds = 3", "seeds = 4")
    (place / "edge.toml").write_text(longer, encoding="utf-8")
    out = run(capsys, "edge.toml", "--dry-run")[1]
    assert "8 points, 6 of them done; the rest takes about" in out


def test_results_whose_names_differ_in_signs_or_capitals_have_figures_of_their_own():
    drawings = [Drawing(name, name, print) for name in ("T-0", "t-0", "λ/τ-0", "λ τ-0", "t-0")]
    assert [drawing.name for drawing in _distinct(drawings)] == ["t-0", "t-0-2", "λ-τ-0", "λ-τ-0-2", "t-0-3"]
    assert [drawing.caption for drawing in _distinct(drawings)][:2] == ["T-0", "t-0"]


def test_the_page_has_table_figures_and_declaration(place, capsys):
    run(capsys, "edge.toml", "--workers", "1", "--output", "other")
    page = (place / "other" / "index.html").read_text(encoding="utf-8")
    for part in ("variance (theory)", "data:image/png;base64", "LeakyCurrent", "0.5, 2", "numpy"):
        assert part in page
    summary = json.loads((place / "other" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["points"], summary["failed"]) == (6, 0)
    assert [row["gain"] for row in summary["results"]] == ["0.5", "2"]


@pytest.mark.filterwarnings("ignore::neurosim.errors.StudyWarning")
def test_failures_are_counted_with_their_reasons(tmp_path):
    study = Sweep(measures.failing, number=range(8))
    with ThreadPoolExecutor(1) as executor:
        table = study.run(tmp_path, executor)
    status = study_status(tmp_path)
    assert (status.points, status.done, status.failed, status.missing) == (8, 5, 3, 0)
    assert status.reasons == {f"ValueError: no result for {k}": 1 for k in (1, 4, 7)}
    report = write_page(study, table, tmp_path)
    assert "8 of 8 points finished, 3 of them failed" in report.table
    assert "no result for 4" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_missing_points_are_estimated_by_those_that_are_done(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        Sweep(measures.slow, number=range(2)).run(tmp_path, executor)
    Sweep(measures.slow, number=range(10)).load(tmp_path)
    status = study_status(tmp_path)
    assert (status.points, status.done, status.missing) == (10, 2, 8)
    assert 0.05 < status.seconds < 0.5
    assert status.disk == 4096.0
    assert "with 4 workers, and 0.0328 MB of disk" in status.rest(4)
    assert np.isclose(
        8 * status.seconds / 4, float(status.rest(4).split("about ")[1].split(" s")[0]), rtol=0.1
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.toml"], "nothing.toml not found"),
        (["status", "nowhere"], "folder must hold a study"),
        (
            ["edge.toml", "more.toml", "third.toml"],
            "sweep takes a study, status FOLDER, retry FOLDER or --list",
        ),
        (["edge.toml", "--workers", "0"], "workers must be at least 1 (got 0)"),
        (["edge.toml", "--scheduler", "tcp://127.0.0.1:1"], "does not answer"),
    ],
)
@pytest.mark.usefixtures("place")
def test_mistakes_are_named(capsys, monkeypatch, arguments, message):
    monkeypatch.setattr("neurosim.sweep.executors.PATIENCE", 1.0)
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert message in err


def test_a_million_points_need_yes(place, capsys):
    text = EXPERIMENT + "[sweep]\nseeds = 1000001\n"
    (place / "large.toml").write_text(text, encoding="utf-8")
    status, _, err = run(capsys, "large.toml")
    assert status == 2
    assert "1000001 points; give large=True (--yes)" in err


def test_studies_of_functions_are_retried_where_they_are_defined(place, capsys):
    with ThreadPoolExecutor(1) as executor, pytest.warns(StudyWarning, match="1 of 3"):
        Sweep(measures.failing, number=range(3)).run(place / "study", executor)
    status, _, err = run(capsys, "retry", "study")
    assert status == 2
    assert "call study.retry('study') where the study is defined" in err

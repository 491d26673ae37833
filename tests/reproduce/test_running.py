"""Reproductions from beginning to end, with a study of seconds."""

import dataclasses
import json
import math
import re

import numpy as np
import pytest
import toy_study
from toy_study import STUDY

import neurosim as ns
from neurosim.errors import ParameterError, StudyWarning, UnknownNameError
from neurosim.reproduce import command
from neurosim.reproduce.folder import Record, read_record


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Result of the toy study."""
    return ns.reproduce.run(STUDY, folder=tmp_path_factory.mktemp("toy") / "full", workers=1)


def claim(result, name):
    return next(claim for claim in result.claims if claim.name == name)


def test_every_claim_is_judged_by_its_rule(finished):
    agreeing = {claim.name for claim in finished.claims if claim.agrees}
    assert agreeing == {"mean", "at least", "at most", "between", "relation"}
    # eight networks of a mean of 10 or 20 numbers with a standard deviation of 0.1: the standard error is about 0.01
    assert claim(finished, "mean").estimate.value == pytest.approx(0.5, abs=0.04)
    assert claim(finished, "mean").estimate.networks == 8


def test_a_claim_without_a_finite_estimate_has_failed_and_is_in_the_table(finished):
    forgotten = claim(finished, "forgotten")
    assert forgotten.checked
    assert not forgotten.agrees
    assert math.isnan(forgotten.estimate.value)
    assert re.search(r"forgotten +1 +– +NO", finished.table)


def test_a_claim_that_needs_data_of_others_is_not_counted_and_says_where_they_are(finished):
    assert claim(finished, "theirs").verdict == "not checked"
    assert (finished.agreeing, finished.checked, len(finished.claims)) == (5, 7, 8)
    assert "weights of others are missing: to be had at example.org" in finished.table


def test_data_of_others_that_are_there_are_used(tmp_path):
    found = ns.reproduce.run(
        STUDY, folder=tmp_path / "toy", settings={"data.folder": str(tmp_path)}, workers=1
    )
    # without a finite estimate it now counts as failed
    assert claim(found, "theirs").verdict == "NO"
    assert not found.missing


def test_a_failed_claim_says_what_is_known(finished):
    assert "wrong: within 1 %: none. it is one half." in finished.table


def test_a_figure_that_fails_does_not_stop_the_others(finished):
    assert set(finished.figures) == {"means"}
    assert (finished.folder / "means.pdf").is_file()
    assert finished.notes == {"figure nothing": "there is nothing to draw"}


def test_the_page_has_every_part_and_needs_no_color(finished):
    page = (finished.folder / "index.html").read_text(encoding="utf-8")
    for part in (
        "Nobody 1999", "Is the mean one half? It is.", "✓ agrees", "✗ fails", "– not checked", "it is one half.",
        "Figure 1 has the same.", "The paper had more.", "numpy.mean", "@article{nobody1999", "numpy 2",
        "neurosim reproduce toy1999 --set network.count=9", "there is nothing to draw", "example.org",
    ):  # fmt: skip
        assert part in page, part
    assert page.count("data:image/png;base64,") == 1
    # it opens from disk
    assert "http" not in page


def test_the_summary_is_plain_data(finished):
    summary = json.loads((finished.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["agreeing"] == 5
    assert [c["agrees"] for c in summary["claims"]] == [True] * 5 + [False, False, None]
    assert summary["claims"][6]["value"] is None
    assert summary["settings"]["network.sizes"] == [10, 20]


def test_going_on_computes_nothing_again_and_keeps_the_seconds(finished, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a point was computed again")

    monkeypatch.setattr("neurosim.sweep.study._Work.compute", never)
    before = read_record(finished.folder).seconds["average"]
    again = ns.reproduce.run(STUDY, folder=finished.folder)
    assert [c.estimate for c in again.claims if c.agrees] == [c.estimate for c in finished.claims if c.agrees]
    assert before > 0.0
    assert read_record(finished.folder).seconds["average"] == before


def test_seconds_of_a_part_are_on_disk_when_it_ends(tmp_path):
    """So that a process that is killed in a later part does not lose them."""

    def compute(settings, work):
        found = STUDY.compute(settings, work)
        assert read_record(tmp_path / "toy").seconds["average"] > 0.0
        return found

    ns.reproduce.run(dataclasses.replace(STUDY, compute=compute), folder=tmp_path / "toy", workers=1)


def test_the_same_bits_with_two_workers(finished, tmp_path):
    two = ns.reproduce.run(STUDY, folder=tmp_path / "two", workers=2)
    assert claim(two, "mean").estimate == claim(finished, "mean").estimate


def test_a_network_that_fails_makes_its_claims_fail(tmp_path):
    with pytest.warns(StudyWarning, match="one unit has no spread"):
        found = ns.reproduce.run(
            STUDY, folder=tmp_path / "one", settings={"network.sizes": [10, 1]}, workers=1
        )
    assert claim(found, "mean").verdict == "NO"
    # a comparison with no number is false, so that the network counts against the relation
    assert claim(found, "relation").estimate.value == 0.5


def test_estimates_that_cannot_be_made_let_all_claims_fail(tmp_path):
    def refuse(found, settings):
        raise ParameterError(f"{len(found)} table for {settings['mean']} is too few; compute more.")

    study = dataclasses.replace(STUDY, estimates=refuse)
    found = ns.reproduce.run(study, folder=tmp_path / "toy", workers=1)
    assert (found.agreeing, found.checked) == (0, 7)
    assert found.notes["estimates"] == "1 table for 0.5 is too few; compute more."
    assert "no estimates: 1 table for 0.5" in found.table


@pytest.mark.parametrize("part", ["claims", "compute", "estimates"])
def test_changed_settings_that_do_not_fit_are_named(tmp_path, part):
    """In the study's own form the error is a fault of ours, and stays what it is."""

    def add(*_):
        return np.zeros(3) + np.zeros(2)

    study, changes = dataclasses.replace(STUDY, **{part: add}), {"network.count": 1}
    with pytest.raises(ValueError, match="could not be broadcast"):
        ns.reproduce.run(study, folder=tmp_path / "own", workers=1)
    if part == "estimates":
        found = ns.reproduce.run(study, folder=tmp_path / "changed", settings=changes, workers=1)
        assert "changed do not fit the study: network.count" in found.notes["estimates"]
    else:
        with pytest.raises(
            ParameterError, match=r"changed do not fit the study: network\.count \(ValueError: operands"
        ):
            ns.reproduce.run(study, folder=tmp_path / "changed", settings=changes, workers=1)


def test_it_says_how_long_it_takes_once_everything_is_checked(tmp_path, capsys):
    with pytest.raises(ParameterError, match="workers must be at least 1"):
        ns.reproduce.run(STUDY, folder=tmp_path / "toy", workers=0)
    assert not capsys.readouterr().err
    assert not (tmp_path / "toy").exists()
    ns.reproduce.run(STUDY, True, tmp_path / "toy", workers=1)
    assert re.search(r"toy1999: up to 0\.1 min on two cores, into .*toy; Ctrl-C", capsys.readouterr().err)


def test_ctrl_c_keeps_what_is_finished(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("neurosim.sweep.study.Schedule.run", stop)
        with pytest.raises(KeyboardInterrupt, match=r"finished networks are kept in .*toy, and the same"):
            ns.reproduce.run(STUDY, folder=tmp_path / "toy", workers=1)
    assert not (tmp_path / "toy" / "index.html").exists()
    assert ns.reproduce.run(STUDY, folder=tmp_path / "toy", workers=1).agreeing == 5


def test_bad_input(finished, tmp_path):
    with pytest.raises(
        UnknownNameError, match=r"no study 'sompolinski1988'\. Did you mean 'sompolinsky1988'"
    ):
        ns.reproduce.run("sompolinski1988")
    with pytest.raises(UnknownNameError, match=r"network\.siz: the study has no such setting"):
        ns.reproduce.run(STUDY, settings={"network.siz": 3}, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    other = dataclasses.replace(STUDY, name="toy2000")
    with pytest.raises(ParameterError, match=r"that of the study 'toy2000' .* of 'toy1999'"):
        ns.reproduce.run(other, folder=finished.folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"without reproduction\.json"):
        ns.reproduce.run(STUDY, folder=tmp_path / "mine")


def test_a_folder_of_another_version_says_what_differs(finished):
    record = read_record(finished.folder)
    dataclasses.replace(record, versions={**record.versions, "numpy": "1.0"}).write(finished.folder)
    with pytest.warns(StudyWarning, match=rf"numpy 1\.0, now {re.escape(np.__version__)}"):
        ns.reproduce.run(STUDY, folder=finished.folder)
    record.write(finished.folder)


def test_claims_must_have_distinct_names():
    twice = dataclasses.replace(STUDY, claims=lambda settings: [*toy_study.claims(settings)] * 2)
    with pytest.raises(ParameterError, match="claims of toy1999 must have distinct names"):
        twice.declared_claims(twice.settings_of(quick=False))


def test_the_command_goes_on_in_a_folder_with_its_own_form_and_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "find_study", lambda _: STUDY)
    changed = {"network.count": 2}
    found = ns.reproduce.run(STUDY, True, tmp_path / "toy", changed, workers=1)
    text = command.run_one("toy1999", folder=found.folder, progress=False)
    assert text.splitlines()[0] == STUDY.paper.citation
    record = read_record(found.folder)
    assert isinstance(record, Record)
    assert (record.quick, record.changes) == (True, changed)
    with pytest.raises(ParameterError, match="leave --from out to begin one"):
        command.run_one("toy1999", folder=tmp_path / "nowhere", progress=False)


def test_all_studies_and_their_gallery(tmp_path, monkeypatch):
    twice = dataclasses.replace(
        STUDY, name="broken1999", claims=lambda settings: [*toy_study.claims(settings)] * 2
    )
    known = {"toy1999": STUDY, "broken1999": twice}
    monkeypatch.setattr(command, "studies", lambda: known)
    monkeypatch.setattr("neurosim.reproduce.gallery.studies", lambda: known)
    text = command.run_all(quick=True, root=tmp_path, progress=False, workers=1)
    assert re.search(r"toy1999 +5 of 7 claims agree", text)
    assert re.search(r"broken1999 +stopped: claims of broken1999 must have distinct names", text)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="toy1999-quick/index.html"' in page
    assert "✗ 5 of 7 claims agree" in page
    assert re.search(r"toy1999 .*5 of 7 agree \(quick\)", command.table_of_studies(tmp_path))

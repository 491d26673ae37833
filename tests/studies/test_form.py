"""The form of every study that is shipped: sources, rules, BibTeX, settings. None is run here."""

import math
import re
import runpy
from pathlib import Path

import pytest

import neurosim as ns
from neurosim.reproduce.settings import read_change

STUDIES = ns.reproduce.studies()
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=STUDIES.values(), ids=STUDIES)
def study(request):
    return request.param


def test_the_paper_can_be_cited(study):
    assert re.fullmatch(r"[\w-]+", study.paper.key)
    assert study.paper.bibtex.count("{") == study.paper.bibtex.count("}")
    for field in ("author", "title", "year"):
        assert re.search(rf"\b{field}\s*=", study.paper.bibtex), field
    assert re.search(r"\b(19|20)\d\d$", study.paper.short)


@pytest.mark.parametrize("quick", [False, True], ids=["full", "quick"])
def test_claims_have_sources_and_rules(study, quick):
    claims = study.declared_claims(study.settings_of(quick=quick))
    assert claims
    for claim in claims:
        assert claim.statement.endswith(".")
        assert claim.source.strip()
        assert len(claim.rule.text) > 12, claim.name
        assert claim.estimate is None
        assert claim.published is None or math.isfinite(claim.published)
        # a rule that needs a published value has one
        claim.rule.agrees(ns.reproduce.Estimate(0.5), claim.published)


def test_the_quick_form_changes_settings_that_are_there(study):
    full, quick = study.settings_of(quick=False), study.settings_of(quick=True)
    assert list(quick) == list(full)
    assert set(study.quick) <= set(full)
    assert any(quick[path] != full[path] for path in study.quick)


def test_what_may_be_changed_can_be(study):
    for options in study.change.values():
        for text in re.findall(r"--set (\S+)", options):
            path, value = read_change(text)
            assert study.settings_of(quick=False, changes={path: value})


def test_it_says_what_a_reader_needs(study):
    assert study.question.count(".") + study.question.count("?") >= 2
    assert study.method.strip()
    assert study.deviations
    assert study.equations
    assert study.change
    assert study.figures
    for figure in study.figures:
        assert re.fullmatch(r"[a-z0-9-]+", figure.name)
        assert len(figure.paper) > 20


def test_the_budget_is_kept(study):
    longest = {"yang2019": 75.0, "hardy2018": 60.0}.get(study.name, 30.0)
    assert study.minutes[0] <= longest
    assert study.minutes[1] <= 1.5


def test_the_readme_has_the_table_of_today():
    script = ROOT / "tests" / "reproduce" / "write_readme.py"
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(script))["with_table"](text) == text, f"run python {script.relative_to(ROOT)}"

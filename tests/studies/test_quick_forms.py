"""The quick form of every study, from beginning to end: a minute or two each on two free cores."""

import math

import pytest

import neurosim as ns

STUDIES = ns.reproduce.studies()

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", STUDIES)
def test_the_quick_form_runs_to_its_page(name, tmp_path):
    found = ns.reproduce.run(name, quick=True, folder=tmp_path / name)
    assert set(found.figures) == {figure.name for figure in STUDIES[name].figures}
    assert not found.notes
    page = (tmp_path / name / "index.html").read_text(encoding="utf-8")
    assert page.count('data-label="rule"') == len(found.claims) > 0
    for claim in found.claims:
        assert math.isfinite(claim.estimate.value) or claim.missing, claim.name
        # a claim may fail, but not in silence
        assert claim.agrees or claim.missing or claim.known, claim.name

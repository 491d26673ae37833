"""Measures of the study of many tasks in one network, on accuracies that are known."""

import numpy as np
import pytest

from neurosim.reproduce.catalog import find_study
from neurosim.studies import yang2019


def test_what_is_lost_of_the_first_two_stages():
    """Two epochs in each of five stages; Go falls from 1 to 0.9 after its stage, Dly Go from 0.8 to 0.2."""
    course = np.zeros((10, 5))
    course[:, 0] = [0.5, 1.0, 1.0, 1.0, 1.0, 0.9, 0.9, 0.9, 0.9, 0.9]
    course[:, 1] = [0.0, 0.1, 0.6, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2]
    assert yang2019.lost(course[None], 2) == pytest.approx([0.5 * (0.1 + 0.6)])


def test_parts_of_the_full_form_have_claims_where_they_are_computed():
    study = find_study("yang2019")
    full, quick = (
        {claim.name for claim in study.declared_claims(study.settings_of(quick=form, changes={}))}
        for form in (False, True)
    )
    assert full - quick >= {"Go on its own", "learned one after another", "remembered", "forgotten"}

"""The short form of the attacks on processes."""

import sys

import kills
import numpy as np
import pytest
from outcomes import Outcomes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")


def test_files_whose_writer_is_killed_are_whole(tmp_path):
    outcomes = Outcomes()
    kills.kill_saves(outcomes, 2, np.random.default_rng(0), tmp_path)
    assert outcomes.broken == []


@pytest.mark.slow
def test_compilations_and_trainings_that_are_killed_end_with_the_same_bits(tmp_path):
    assert kills.attack(2, 0, tmp_path).broken == []

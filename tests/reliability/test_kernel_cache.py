"""The short form of the attacks on the folder of kernels."""

import kernel_cache
import numpy as np
import pytest
from outcomes import Outcomes


def test_damaged_files_are_never_run(tmp_path):
    outcomes = Outcomes()
    kernel_cache.damage_files(outcomes, 20, np.random.default_rng(0), tmp_path / "cache")
    assert outcomes.broken == []
    assert sum(outcomes.counts.values()) == 20


@pytest.mark.slow
def test_crowds_full_disks_and_vanishing_folders(tmp_path):
    assert kernel_cache.attack(0, 0, tmp_path).broken == []

"""The short forms of the long run and of the limit of memory."""

import sys

import memory
import pytest
import soak
from outcomes import Outcomes


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory, threads and files in /proc")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_threads_and_files_stay(tmp_path):
    outcomes = soak.attack(4, 0, tmp_path)
    assert outcomes.broken == []


@pytest.mark.skipif(sys.platform != "linux", reason="limits address space")
def test_a_run_beyond_the_limit_of_the_process_is_refused():
    outcomes = Outcomes()
    memory.refuse(outcomes)
    assert outcomes.broken == []

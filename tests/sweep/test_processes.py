"""Worker processes that one study leaves to the next."""

import os
import signal

import measures_for_tests as measures
import pytest
from waiting import wait_for

from neurosim.results.processes import is_running
from neurosim.sweep import Sweep, processes
from neurosim.sweep.processes import Kind, keep_processes, release_process, start_process
from neurosim.sweep.worker import can_forget_peak_memory

pytestmark = pytest.mark.skipif(not can_forget_peak_memory(), reason="processes are kept on Linux only")


def process_numbers(folder, workers=1, numbers=range(2)):
    table = Sweep(measures.process_of, number=numbers).run(folder, workers=workers)
    return set(table["process"].astype(int).tolist())


def test_each_study_has_its_own_processes(tmp_path):
    assert not process_numbers(tmp_path / "first") & process_numbers(tmp_path / "second")


def test_processes_are_kept_within_the_block_and_end_after_it(tmp_path):
    with keep_processes():
        first = process_numbers(tmp_path / "first")
        with keep_processes():
            second = process_numbers(tmp_path / "second")
        third = process_numbers(tmp_path / "third")
        assert first == second == third
        assert all(map(is_running, first))
    wait_for(lambda: not any(map(is_running, first)))


def test_a_process_with_other_threads_is_another_one(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    for module in ("workers", "processes"):
        monkeypatch.setattr(f"neurosim.sweep.{module}.cores", lambda: 2)
    with keep_processes():
        alone = process_numbers(tmp_path / "first", workers=1)
        beside = process_numbers(tmp_path / "second", workers=2)
        assert not alone & beside
        assert process_numbers(tmp_path / "third", workers=1) == alone


def test_a_process_that_was_killed_while_it_was_kept_is_replaced(tmp_path):
    with keep_processes():
        first = process_numbers(tmp_path / "first")
        os.kill(*first, signal.SIGKILL)
        wait_for(lambda: not any(map(is_running, first)))
        assert not process_numbers(tmp_path / "second") & first


def test_what_an_earlier_study_needed_does_not_count(tmp_path):
    with keep_processes():
        large, small = (
            Sweep(measures.large, size=[size]).run(tmp_path / str(size), workers=1)
            for size in (400_000_000, 8)
        )
        assert large["process"] == small["process"]
    assert large["peak"][0] > 400e6
    assert small["peak"][0] < 400e6


def test_results_are_those_of_new_processes(tmp_path):
    study = Sweep(measures.draw, gain=[1.0, 2.0], seed=range(3))
    with keep_processes():
        study.run(tmp_path / "first", workers=2)
        kept = study.run(tmp_path / "second", workers=2)
    new = study.run(tmp_path / "third", workers=2)
    assert kept["values"].tobytes() == new["values"].tobytes()


def test_no_more_are_kept_than_two_for_each_core(monkeypatch):
    monkeypatch.setattr(processes, "cores", lambda: 1)
    with keep_processes():
        started = [start_process(Kind(1, with_script=False), "math", "sin") for _ in range(3)]
        numbers = [process.wait_until_ready() for process in started]
        for process in started:
            release_process(process)
        wait_for(lambda: not is_running(numbers[0]))
        assert all(map(is_running, numbers[1:]))

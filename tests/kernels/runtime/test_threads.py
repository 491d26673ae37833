"""Threads around kernels: every share is done once, whatever happens meanwhile."""

import itertools
import os
import shlex
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from neurosim.kernels.runtime import threads
from neurosim.kernels.runtime.threads import run_in_threads, shares


@pytest.mark.parametrize("most", [None, 1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_share_is_done_once(count, most):
    for pause in (0.0, 0.01):  # the second time the workers sleep
        time.sleep(pause)
        done = np.zeros(count, int)

        def work(k, done=done):
            done[k] += 1

        run_in_threads(work, [(k,) for k in range(count)], most)
        np.testing.assert_array_equal(done, 1)


def test_nobody_goes_on_before_all_are_done(monkeypatch):
    monkeypatch.setattr(threads, "LOOKS", 1)  # everybody sleeps between all calls, and has to be woken
    for _ in range(300):
        done = []
        run_in_threads(lambda k, done=done: done.append(k), [(0,), (1,), (2,)])
        assert sorted(done) == [0, 1, 2]


@pytest.mark.parametrize("failing", [0, 1])
def test_error_of_a_share_is_raised_after_all_have_ended(failing):
    done = []

    def work(k):
        if k == failing:
            raise ValueError(f"share {k}")
        time.sleep(0.05)
        done.append(k)

    with pytest.raises(ValueError, match=f"share {failing}"):
        run_in_threads(work, [(0,), (1,)])
    assert done == [1 - failing]


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="needs signals")
def test_interrupt_takes_effect_after_all_shares_have_ended():
    done = []

    def work(k):
        if k == 0:
            signal.raise_signal(signal.SIGINT)
        time.sleep(0.02)
        done.append(k)

    with pytest.raises(KeyboardInterrupt):
        run_in_threads(work, [(0,), (1,), (2,), (3,)], threads=2)
    assert sorted(done) == [0, 1, 2, 3]


@pytest.mark.skipif(os.name != "posix", reason="a shell lets background jobs ignore SIGINT on POSIX")
def test_tests_of_interrupts_pass_where_the_parent_ignores_sigint():
    test = f"{__file__}::test_interrupt_takes_effect_after_all_shares_have_ended"
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", test]
    shell = f"trap '' INT; exec {shlex.join(command)}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout


def test_second_caller_does_its_work_alone():
    inside, names = threading.Barrier(2, timeout=10), []

    def first(_):
        inside.wait()
        inside.wait()

    def second(_):
        names.append(threading.current_thread().name)

    def calls_too():
        inside.wait()
        run_in_threads(second, [(0,), (1,)])
        inside.wait()

    other = threading.Thread(target=calls_too, name="other")
    other.start()
    run_in_threads(first, [(0,)])  # one share keeps nobody busy
    other.join()
    assert len(names) == 2

    names.clear()
    held, go_on = threading.Event(), threading.Event()

    def holding(_):
        held.set()
        go_on.wait(10)

    busy = threading.Thread(target=run_in_threads, args=(holding, [(0,), (1,)]))
    busy.start()
    held.wait(10)
    run_in_threads(second, [(0,), (1,)])
    go_on.set()
    busy.join()
    assert names == [threading.current_thread().name] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_works_in_a_process_that_was_forked():
    run_in_threads(lambda _: None, [(0,), (1,)])
    child = os.fork()
    if child == 0:
        done = []
        run_in_threads(done.append, [(0,), (1,)])
        os._exit(0 if sorted(done) == [0, 1] else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0


@pytest.mark.parametrize(("count", "most"), [(1, 2), (9, 2), (64, 3), (17, 8)])
def test_shares_are_whole_blocks_and_cover_all(count, most):
    parts = shares(count, 8, most)
    assert parts[0][0] == 0
    assert parts[-1][1] == count
    assert len(parts) <= most
    assert all(a[1] == b[0] and a[1] % 8 == 0 for a, b in itertools.pairwise(parts))

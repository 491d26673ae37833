"""Studies in processes of their own that are killed, interrupted, or share a folder."""

import collections
import os
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import study_script
from waiting import wait_for

from neurosim.results.processes import is_running
from neurosim.sweep import study_status
from neurosim.sweep.claims import Claims, active_claims, remove_leftovers
from neurosim.sweep.scheduling import TASK

SCRIPT = Path(study_script.__file__)
IN_TASK = int(TASK / 0.03) + 1
"""Most points of 0.03 s that a worker has at a time."""


def start(folder, marks, points, workers=2):
    command = [sys.executable, str(SCRIPT), str(folder), str(marks), str(points), str(workers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def kill(process):
    process.kill()
    process.communicate(timeout=30)  # its workers hold the pipe until they end too


def calls(marks):
    path = marks / "calls"
    return collections.Counter(map(int, path.read_text().split())) if path.exists() else collections.Counter()


def records(folder):
    return list((folder / "points").glob("*/[0-9a-f]*.json"))


@pytest.fixture
def places(tmp_path):
    (tmp_path / "marks").mkdir()
    return tmp_path / "study", tmp_path / "marks"


def undisturbed(tmp_path, marks, points):
    with ThreadPoolExecutor(1) as executor:
        return study_script.study(str(marks), points).run(tmp_path / "undisturbed", executor)


def kill_again_and_again(folder, marks, points, kills, rng):
    """Kill runs of a study, each at a random moment after its first new point."""
    for _ in range(kills):
        before = len(records(folder))
        process = start(folder, marks, points)
        wait_for(lambda: len(records(folder)) > before or process.poll() is not None)  # noqa: B023
        time.sleep(rng.uniform(0.0, 0.3))
        kill(process)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_studies_end_with_the_same_bits(places, tmp_path, rng, kills):
    folder, marks = places
    points = 60 + 25 * kills
    kill_again_and_again(folder, marks, points, kills, rng)
    assert 0 < len(records(folder)) < points
    table = study_script.study(str(marks), points).run(folder, workers=2)
    extra = sum(calls(marks).values()) - points
    assert extra <= kills * 2 * IN_TASK
    expected = undisturbed(tmp_path, marks, points)
    for name in ("x", "values"):
        assert table[name].tobytes() == expected[name].tobytes()
    assert not [*folder.rglob("claims/*"), *folder.rglob("processes/*"), *folder.rglob("files/.*")]


def test_workers_end_with_a_killed_parent(places):
    folder, marks = places
    process = start(folder, marks, 2000)
    wait_for(lambda: records(folder))
    wait_for(lambda: study_status(folder).running > 0)
    kill(process)
    status = study_status(folder)
    # killed between the creation of a claim and its writing, it leaves one that counts as running for two minutes
    assert (status.points, status.running <= 1) == (2000, True)
    assert status.done + status.missing + status.running == 2000
    count = sum(calls(marks).values())
    time.sleep(1.0)
    assert sum(calls(marks).values()) == count


def test_interrupt_keeps_what_is_done_and_gives_claims_back(places):
    folder, marks = places
    process = start(folder, marks, 400)
    wait_for(lambda: len(records(folder)) > 5)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "stopped by Ctrl-C with" in output
    assert "Traceback" not in output
    assert 5 < len(records(folder)) < 400
    assert {path.name: path.read_text() for path in (folder / "claims").iterdir()} == {}
    assert not list((folder / "processes").iterdir())


def test_two_processes_share_a_folder_without_doing_a_point_twice(places):
    folder, marks = places
    processes = [start(folder, marks, 200, workers=1) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert calls(marks) == collections.Counter(range(200))


def test_a_claim_of_a_living_process_holds(tmp_path):
    with Claims(tmp_path) as first, Claims(tmp_path) as second:
        assert first.take("a" * 64)
        assert first.take("a" * 64)
        assert not second.take("a" * 64)
        assert active_claims(tmp_path) == {"a" * 64}
        first.release("a" * 64)
        assert second.take("a" * 64)
    assert active_claims(tmp_path) == set()


def test_a_claim_of_a_dead_process_is_taken_over_once(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    leave_claim(tmp_path, dead.pid, "b" * 64)
    with Claims(tmp_path) as first, Claims(tmp_path) as second:
        assert [first.take("b" * 64), second.take("b" * 64)] == [True, False]
        first.release("b" * 64)
        assert not list((tmp_path / "claims").iterdir())


def test_only_one_of_many_takes_a_claim_over(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for k in range(40):
        leave_claim(tmp_path, dead.pid, f"{k:064d}")
    everybody = [Claims(tmp_path).__enter__() for _ in range(4)]
    with ThreadPoolExecutor(4) as executor:
        taken = list(executor.map(lambda claims: [claims.take(f"{k:064d}") for k in range(40)], everybody))
    assert [sum(column) for column in zip(*taken, strict=True)] == [1] * 40


@pytest.mark.parametrize(("age", "holds"), [(0.0, True), (600.0, False)])
def test_a_claim_of_another_machine_holds_while_it_is_renewed(tmp_path, age, holds):
    leave_claim(tmp_path, 1, "c" * 64, host="elsewhere")
    path = next((tmp_path / "processes").iterdir())
    os.utime(path, (time.time() - age, time.time() - age))
    with Claims(tmp_path) as claims:
        assert claims.take("c" * 64) is not holds


def test_claims_that_ctrl_c_kept_from_being_noted_are_given_back(tmp_path):
    with Claims(tmp_path) as claims, Claims(tmp_path) as other:
        assert claims.take("d" * 64)
        assert other.take("e" * 64)
        claims._held.clear()
        claims.__exit__()
        assert [path.stem for path in (tmp_path / "claims").iterdir()] == ["e" * 64]


@pytest.mark.parametrize("call", ["open", "write"])
def test_a_claim_that_ctrl_c_kept_from_being_written_is_given_back(tmp_path, monkeypatch, call):
    original = getattr(os, call)

    def interrupted(*arguments):
        if call == "open":
            os.close(original(*arguments))
        raise KeyboardInterrupt

    with Claims(tmp_path) as claims, Claims(tmp_path) as other:
        assert other.take("e" * 64)
        monkeypatch.setattr(f"neurosim.sweep.claims.os.{call}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            claims.take("d" * 64)
        monkeypatch.undo()
        claims.__exit__()
        assert [path.stem for path in (tmp_path / "claims").iterdir()] == ["e" * 64]


def test_a_claim_on_a_finished_point_is_removed(places):
    folder, marks = places
    study = study_script.study(str(marks), 3)
    with ThreadPoolExecutor(1) as executor:
        study.run(folder, executor)
        leave_claim(folder, 1, next(study.points()).identity, host="elsewhere")
        assert len(list((folder / "claims").iterdir())) == 1
        study.run(folder, executor)
    assert not list((folder / "claims").iterdir())
    assert sum(calls(marks).values()) == 3


def test_half_folders_of_killed_processes_are_removed_and_those_of_others_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    leave_claim(tmp_path, dead.pid, "a" * 64)
    leave_claim(tmp_path, 1, "b" * 64, host="elsewhere")
    for name in (f".{'a' * 16}-1.partial", f".{'b' * 16}-1.partial", "c" * 64):
        (tmp_path / "files" / name / "deep").mkdir(parents=True)
    with Claims(tmp_path) as claims:
        assert claims.take("d" * 64)
        (tmp_path / "files" / f".{'d' * 16}-1.partial").mkdir()
        remove_leftovers(tmp_path, set())
        left = {path.name[:2] for path in (tmp_path / "files").iterdir()}
        assert left == {".b", ".d", "cc"}
        assert len(list((tmp_path / "processes").iterdir())) == 2


def leave_claim(folder, process, identity, host=None):
    """What a process leaves that was killed."""
    claims = Claims(folder)
    with warnings.catch_warnings():
        claims.__enter__()
    claims.take(identity)
    claims._ended.set()
    text = claims._own.read_text()
    claims._own.write_text(text.replace(str(os.getpid()), str(process)))
    if host:
        import socket

        claims._own.write_text(claims._own.read_text().replace(socket.gethostname(), host))


def test_running_processes_are_distinguished_from_ended_ones():
    child = subprocess.Popen([sys.executable, "-c", ""])
    time.sleep(0.5)
    assert is_running(os.getpid())
    assert not is_running(child.pid)  # it ended, and nobody has asked how
    child.wait()
    assert not is_running(child.pid)

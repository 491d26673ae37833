"""Studies run by real processes: the same bits however they are run, and every failure in its place."""

import os
from concurrent.futures import ThreadPoolExecutor

import measures_for_tests as measures
import numpy as np
import pytest

from neurosim import progress, renaming
from neurosim.errors import ParameterError, ShapeError, StorageError, StudyWarning
from neurosim.free_memory import available_memory
from neurosim.sweep import Sweep
from neurosim.sweep.processes import cores
from neurosim.sweep.workers import local_workers

STUDY = Sweep(measures.draw, gain=[1.0, 2.0], seed=range(6))


def assert_same_bits(table, expected):
    assert list(table.results) == list(expected.results)
    for name, column in expected.results.items():
        assert table[name].tobytes() == column.tobytes(), name


@pytest.fixture(scope="module")
def reference():
    """Results without any worker."""
    rows = {"mean": [], "values": [], "product": []}
    for point in STUDY.points():
        from neurosim.sweep.points import seed_of

        found = measures.draw(**point.values, rng=np.random.default_rng(seed_of(point.identity)))
        for name, value in found.items():
            rows[name].append(value)
    return {name: np.array(values) for name, values in rows.items()}


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_give_the_same_bits(tmp_path, reference, workers):
    table = STUDY.run(tmp_path, workers=workers)
    for name, column in reference.items():
        assert table[name].tobytes() == column.tobytes()


def test_threads_of_an_executor_give_the_same_bits(tmp_path, reference):
    with ThreadPoolExecutor(2) as executor:
        table = STUDY.run(tmp_path, executor)
    assert table["values"].tobytes() == reference["values"].tobytes()


def test_a_log_shows_that_a_long_point_is_under_way(tmp_path, monkeypatch, capsys):
    """A line a minute (here every 0.2 s), named after the folder, also before the first point is finished."""
    monkeypatch.setattr(progress, "LOG_EVERY", 0.2)
    with ThreadPoolExecutor(1) as executor:
        Sweep(measures.slow, number=[1.0], seconds=[1.2]).run(tmp_path / "pauses", executor)
    assert "pauses: 0 of 1 points (0 %); " in capsys.readouterr().err


def test_order_and_other_points_change_nothing(tmp_path, reference):
    points = [point.values for point in STUDY.points()][::-1]
    with ThreadPoolExecutor(1) as executor:
        half = Sweep.of(measures.draw, points[:5]).run(tmp_path, executor)
        whole = Sweep.of(measures.draw, points).run(tmp_path, executor)
    assert half["values"].tobytes() == reference["values"][::-1][:5].tobytes()
    assert whole["values"].tobytes() == reference["values"][::-1].tobytes()


def test_finished_points_are_not_measured_again(tmp_path):
    (tmp_path / "marks").mkdir()
    study = Sweep(measures.counted, number=range(4), marks=[str(tmp_path / "marks")])
    more = Sweep(measures.counted, number=range(6), marks=[str(tmp_path / "marks")])
    with ThreadPoolExecutor(2) as executor:
        first, again, longer = (s.run(tmp_path / "study", executor) for s in (study, study, more))
    assert_same_bits(again, first)
    assert list(longer["counted"]) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert sorted((tmp_path / "marks" / "calls").read_text().split()) == list("012345")


def test_a_failing_point_is_a_row_with_its_error(tmp_path):
    study = Sweep(measures.failing, number=range(5))
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.warns(StudyWarning, match="2 of 5 points failed, such as number = 1"),
    ):
        table = study.run(tmp_path, executor)
    assert list(table.errors) == ["", "ValueError: no result for 1", "", "", "ValueError: no result for 4"]
    np.testing.assert_array_equal(table["failing"], [0.0, np.nan, 2.0, 3.0, np.nan])
    assert list(table.failures().parameters["number"]) == [1, 4]


def test_a_point_whose_worker_was_killed_is_tried_again(tmp_path):
    (tmp_path / "marks").mkdir()
    study = Sweep(measures.killed_once, number=range(5), marks=[str(tmp_path / "marks")])
    folder = tmp_path / "study"
    table = study.run(folder, workers=2)
    assert list(table["killed_once"]) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert sorted((tmp_path / "marks").iterdir())


@pytest.mark.filterwarnings("ignore::neurosim.errors.StudyWarning")
def test_retry_measures_only_failed_points_again(tmp_path):
    study = Sweep(measures.failing, number=range(3))
    with ThreadPoolExecutor(1) as executor:
        study.run(tmp_path, executor)
        before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "points").rglob("*.json")}
        study.retry(tmp_path, executor)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "points").rglob("*.json")}
    failed = list(study.points())[1].identity + ".json"
    assert [name for name in before if before[name] != after[name]] == [failed]


def test_a_point_whose_worker_is_killed_twice_fails_alone(tmp_path):
    with pytest.warns(StudyWarning, match="1 of 6 points failed"):
        table = Sweep(measures.killed, number=range(6)).run(tmp_path, workers=2)
    assert [error[:40] for error in table.errors] == [
        "",
        "",
        "WorkerKilled: its worker was killed seve",
        "",
        "",
        "",
    ]
    np.testing.assert_array_equal(table["killed"], [0.0, 1.0, np.nan, 3.0, 4.0, 5.0])


def test_workers_share_the_cores(tmp_path):
    many = Sweep(measures.threads, number=range(2 * cores())).run(tmp_path / "many")
    one = Sweep(measures.threads, number=[0]).run(tmp_path / "one")
    assert set(many["kernels"]) == {1}
    assert set(one["kernels"]) == {min(cores(), int(os.environ.get("NUMBA_NUM_THREADS", cores())))}
    assert set(many["blas"]) == set(one["blas"]) == {1}


def test_fewer_workers_where_memory_does_not_suffice(tmp_path):
    study = Sweep(measures.trivial, number=range(4))
    with pytest.warns(StudyWarning, match="1 of 2 workers fit into memory"):
        assert list(study.run(tmp_path, workers=2, memory=1e15)["trivial"]) == [0.0, 1.0, 4.0, 9.0]


def test_files_that_the_function_writes_are_kept(tmp_path):
    study = Sweep(measures.written, number=range(3))
    with ThreadPoolExecutor(1) as executor:
        study.run(tmp_path, executor)
    texts = [(tmp_path / "files" / p.identity / "number.txt").read_text() for p in study.points()]
    assert texts == ["0", "1", "2"]
    assert len(list((tmp_path / "files").iterdir())) == 3


def test_results_of_different_shapes_are_said_where(tmp_path):
    with ThreadPoolExecutor(1) as executor, pytest.warns(StudyWarning, match=r"x.*\(2,\) at number = 2"):
        table = Sweep(measures.ragged, number=[2, 3]).run(tmp_path, executor)
    assert list(table["y"]) == [2.0, 3.0]
    with pytest.raises(
        ShapeError, match=r"results of 'x' must have one shape \(\(2,\) at number = 2 and \(3,\)"
    ):
        table["x"]


def test_a_result_that_is_not_a_number_fails_with_the_remedy(tmp_path):
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.warns(StudyWarning, match="text must be a number, an array"),
    ):
        Sweep(measures.text, number=[1]).run(tmp_path, executor)


def test_instances_of_dataclasses_are_measured(tmp_path):
    table = Sweep(measures.Scaled(2.5), number=[1, 2]).run(tmp_path, workers=1)
    assert list(table["scaled"]) == [2.5, 5.0]


def test_folder_of_another_study_is_refused(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        Sweep(measures.trivial, number=[1]).run(tmp_path / "study", executor)
        with pytest.raises(
            ParameterError, match=r"in which measure\.function is .*:trivial, not .*:failing\); give"
        ):
            Sweep(measures.failing, number=[1]).run(tmp_path / "study", executor)
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "thesis.tex").touch()
        with pytest.raises(ParameterError, match="must be empty or that of a study"):
            Sweep(measures.trivial, number=[1]).run(tmp_path / "other", executor)
        with pytest.raises(ParameterError, match="got the file"):
            Sweep(measures.trivial, number=[1]).run(tmp_path / "other" / "thesis.tex", executor)


def test_damaged_files_are_computed_again(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        first = STUDY.run(tmp_path, executor)
        records = sorted((tmp_path / "points").rglob("*.json"))
        records[0].write_bytes(records[0].read_bytes()[:40])
        records[1].write_bytes(b"")
        records[2].with_suffix(".npz").write_bytes(b"PK damaged")
        assert_same_bits(STUDY.run(tmp_path, executor), first)
        assert len(STUDY.load(tmp_path)) == len(STUDY)


def test_a_full_disk_keeps_what_is_done(tmp_path, monkeypatch):
    replace, calls = os.replace, []

    def full(source, target):
        calls.append(target)
        if len(calls) > 6:
            raise OSError(28, "No space left on device")
        replace(source, target)

    study = Sweep(measures.trivial, number=range(8))
    with ThreadPoolExecutor(1) as executor:
        monkeypatch.setattr(renaming.os, "replace", full)
        with pytest.raises(StorageError, match=r"No space left on device\); free some space"):
            study.run(tmp_path, executor)
        monkeypatch.undo()
        assert 0 < len(study.load(tmp_path)) < 8
        assert list(study.run(tmp_path, executor)["trivial"]) == [float(k) ** 2 for k in range(8)]
    assert not list((tmp_path / "claims").iterdir())


def test_a_full_disk_is_not_the_fault_of_a_point(tmp_path, monkeypatch):
    study = Sweep(measures.kept, number=[1, 2, 3])
    monkeypatch.setattr(measures, "ROOM", [False])
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.raises(StorageError, match=r"number\.npz cannot be written \(No space left"),
    ):
        study.run(tmp_path, executor)
    measures.ROOM[0] = True
    with ThreadPoolExecutor(1) as executor:
        table = study.run(tmp_path, executor)
    assert table["kept"].tolist() == [1.0, 2.0, 3.0]
    assert not len(table.failures())


def test_other_executors_are_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"executor must be a concurrent.futures.Executor.*got 4"):
        STUDY.run(tmp_path, 4)


def test_an_edited_function_is_noticed(tmp_path, monkeypatch):
    study = Sweep(measures.trivial, number=[1, 2])
    with ThreadPoolExecutor(1) as executor:
        study.run(tmp_path, executor)
        monkeypatch.setattr("neurosim.sweep.study.source_of", lambda _: "other")
        with pytest.warns(StudyWarning, match="the function has changed since 2 points"):
            study.run(tmp_path, executor)


def test_kernels_are_compiled_once_for_all_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROSIM_CACHE", str(tmp_path / "cache"))
    table = Sweep(measures.compilations, number=range(2)).run(tmp_path / "study", workers=2)
    assert len(set(table["process"])) == 2
    assert set(table["kernels"]) == {1}
    assert sorted(table["misses"]) == [0, 1]


def test_workers_are_given_up_when_points_need_more_than_was_thought():
    workers, note = local_workers(measures.trivial, points=4, workers=2, memory=1e6)
    try:
        assert (workers.capacity(), note) == (2, "")
        assert workers.observe(1e6) == ""
        assert workers.observe(0.7 * available_memory()).startswith("the number of workers falls to 1, since")
        assert workers.capacity() == 1
        assert workers.observe(2.0 * available_memory()) == ""
    finally:
        workers.close(kill=True)

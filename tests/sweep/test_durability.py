"""Finished points are forced onto the disk, each file and every folder that names it; errors of the disk are told."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor

import measures_for_tests as measures
import pytest

from neurosim.errors import StorageError
from neurosim.sweep import Sweep
from neurosim.sweep.durability import Durability, force_to_disk


@pytest.fixture
def forced(monkeypatch):
    """Files and folders that were forced onto the disk, by inode, with their size at that time."""
    seen = {}

    def fsync(handle):
        found = os.fstat(handle)
        seen[found.st_ino] = found.st_size

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def is_forced(forced, path):
    found = path.stat()
    return found.st_ino in forced and (path.is_dir() or forced[found.st_ino] == found.st_size)


def test_all_files_of_a_study_and_their_folders_are_forced(tmp_path, forced):
    folder = tmp_path / "study"
    with ThreadPoolExecutor(1) as executor:
        Sweep(measures.draw, gain=[1.0, 2.0], seed=range(3)).run(folder, executor)
    points = list((folder / "points").rglob("*.json")) + list((folder / "points").rglob("*.npz"))
    assert len(points) == 12
    names = [folder, folder.parent, folder / "points", *(path.parent for path in points)]
    assert all(is_forced(forced, path) for path in [folder / "study.json", *points, *names])


def test_what_a_function_writes_is_forced_before_its_point_counts(tmp_path, forced):
    folder = tmp_path / "study"
    with ThreadPoolExecutor(1) as executor:
        Sweep(measures.written, number=[1, 2]).run(folder, executor)
    written = [path for path in (folder / "files").rglob("*") if path.is_file()]
    assert len(written) == 2
    assert all(is_forced(forced, path) for path in [*written, *(path.parent for path in written)])
    assert is_forced(forced, folder / "files")


def test_an_error_of_the_disk_ends_the_study_with_its_reason(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "point.json"
    path.write_text("{}")
    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(StorageError, match=r"cannot be written \(No space left on device\); free some space"),
        Durability(tmp_path) as disk,
    ):
        disk.add([path])


def test_files_that_somebody_removed_are_left_out(tmp_path):
    force_to_disk([tmp_path / "gone.json"], tmp_path)

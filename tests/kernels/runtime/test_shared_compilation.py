"""The lock with which processes take turns at compilation, on Windows: simulated."""

import sys
from types import SimpleNamespace

import pytest

from neurosim.kernels.runtime import shared_compilation


@pytest.fixture
def calls(monkeypatch):
    """What is asked of the locks of Windows; a list that holds "busy" refuses."""
    found = []

    def locking(_, mode, count):
        if "busy" in found:
            raise OSError(36, "Resource deadlock avoided")
        found.append((mode, count))

    windows = SimpleNamespace(LK_LOCK="lock", LK_UNLCK="unlock", locking=locking)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    return found


def test_what_is_locked_is_unlocked_before_it_is_closed(tmp_path, calls):
    file = shared_compilation._open_with_lock(tmp_path / "lock")
    assert calls == [("lock", 1)]
    shared_compilation._give_back(file)
    assert calls == [("lock", 1), ("unlock", 1)]
    assert file.closed


def test_a_compilation_longer_than_windows_waits_is_done_twice(tmp_path, calls):
    calls.append("busy")
    assert shared_compilation._open_with_lock(tmp_path / "lock") is None

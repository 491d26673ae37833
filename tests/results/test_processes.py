"""Processes that run and that do not, on Windows too: simulated."""

import ctypes
import os

import pytest

from neurosim.results import processes


class Kernel32:
    """Windows with one process of this user, one that has ended, and one of another user."""

    HANDLES, CODES = {10: 1, 11: 2}, {1: 259, 2: 0}

    def __init__(self, name, *, use_last_error):
        assert (name, use_last_error) == ("kernel32", True)
        self.closed = []

    def OpenProcess(self, access, inherit, process):
        assert (access, inherit) == (0x1000, False)
        ctypes.last_error = {12: 5}.get(process, 87)
        return self.HANDLES.get(process, 0)

    def GetExitCodeProcess(self, handle, code):
        code._obj.value = self.CODES[handle]

    def CloseHandle(self, handle):
        self.closed.append(handle)


@pytest.mark.parametrize(("process", "runs"), [(10, True), (11, False), (12, True), (13, False)])
def test_processes_on_windows(monkeypatch, process, runs):
    monkeypatch.setattr(ctypes, "WinDLL", Kernel32, raising=False)
    monkeypatch.setattr(ctypes, "last_error", 0, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: ctypes.last_error, raising=False)
    assert processes._is_running_on_windows(process) is runs


def test_a_mark_tells_whether_its_process_has_ended():
    mark = processes.process_mark()
    assert mark.endswith(f"-{os.getpid()}")
    assert not processes.has_ended(mark)
    assert not processes.has_ended(f"00000000-{os.getpid()}")  # another computer: nobody knows
    assert not processes.has_ended("no mark")

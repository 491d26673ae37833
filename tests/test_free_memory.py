"""Memory that is free: within the limit of the process, in control groups of both versions, and on Windows."""

import ctypes
import math
import subprocess
import sys

import pytest

from neurosim import free_memory
from neurosim.free_memory import available_memory


def test_memory_within_the_limit_of_the_process():
    resource = pytest.importorskip("resource")
    code = (
        "import resource, neurosim.free_memory as f\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9))\n"
        "print(f.available_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert resource.RLIMIT_AS is not None
    assert 0 < float(done.stdout) < 3e9


@pytest.mark.parametrize("version", free_memory.VERSIONS, ids=["version 2", "version 1"])
@pytest.mark.parametrize(
    ("most", "free"), [("3000000\n", 2_500_000.0), ("max\n", math.inf), ("9223372036854771712\n", math.inf)]
)
def test_memory_within_a_control_group_without_pages_of_files(tmp_path, version, most, free):
    (tmp_path / version.limit).write_text(most)
    (tmp_path / version.used).write_text("1500000\n")
    (tmp_path / "memory.stat").write_text(f"anon 500000\n{version.files} 1000000\n")
    assert free_memory._free_in_folder(tmp_path, version) == free


class Kernel32:
    """Memory of a machine with Windows; 0 bytes are those of a call that fails."""

    def __init__(self, physical, commitment):
        self.physical, self.commitment = physical, commitment

    def __call__(self, name):
        assert name == "kernel32"
        return self

    def GlobalMemoryStatusEx(self, reference):
        status = reference._obj
        assert status.length == 64  # as the system has it
        status.free_physical, status.free_commitment = self.physical, self.commitment
        return self.physical


@pytest.mark.parametrize(
    ("physical", "commitment", "free"),
    [(3 * 10**9, 8 * 10**9, 3e9), (3 * 10**9, 2 * 10**9, 2e9), (0, 0, math.inf)],
)
def test_memory_on_windows(monkeypatch, physical, commitment, free):
    monkeypatch.setattr(ctypes, "WinDLL", Kernel32(physical, commitment), raising=False)
    assert free_memory._free_on_windows() == free


def test_this_machine_has_some():
    assert 1e6 < available_memory() < 1e15

"""Machine code on disk: it is found again, and never run after damage."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from neurosim.errors import StorageError
from neurosim.kernels.linalg import gram_schmidt
from neurosim.kernels.runtime import checked_cache, compilation
from neurosim.kernels.runtime.checked_cache import CheckedCache, CheckedFiles

KEY = (("float64",), ("x86_64", "cpu"), "hash of the function")


@pytest.fixture
def files(tmp_path):
    return CheckedFiles(tmp_path, "advance-1.py312", "stamp")


def test_what_was_saved_is_loaded(files):
    assert files.load(KEY) is None
    files.save(KEY, ("library", b"code"))
    assert files.load(KEY) == ("library", b"code")
    assert [path.suffix for path in files.path(KEY).parent.iterdir()] == [".nbc"]
    files.flush()
    assert files.load(KEY) is None


def test_another_signature_source_or_function_is_another_file(files, tmp_path):
    files.save(KEY, "code")
    assert files.load((("float32",), *KEY[1:])) is None
    assert CheckedFiles(tmp_path, "advance-1.py312", "another").load(KEY) is None
    assert CheckedFiles(tmp_path, "advance-9.py312", "stamp").load(KEY) is None


def test_an_edit_of_a_helper_in_another_file_is_another_file(monkeypatch):
    """Machine code that called a product by its former signature ended the process."""
    before = CheckedCache(gram_schmidt.factorize.py_func)._cache_file.path(KEY)
    assert before == CheckedCache(gram_schmidt.factorize.py_func)._cache_file.path(KEY)
    monkeypatch.setattr(checked_cache, "fingerprint", lambda: "that of edited helpers")
    assert before != CheckedCache(gram_schmidt.factorize.py_func)._cache_file.path(KEY)


def test_every_flipped_bit_and_every_cut_is_noticed(files):
    files.save(KEY, "code")
    path = files.path(KEY)
    content = path.read_bytes()
    for place in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(bytes(damaged))
        assert files.load(KEY) is None
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert files.load(KEY) is None
    path.write_bytes(content)
    assert files.load(KEY) == "code"


def test_a_file_under_the_name_of_another_is_noticed(files):
    files.save(KEY, "code")
    other = (("float32",), *KEY[1:])
    files.path(other).write_bytes(files.path(KEY).read_bytes())
    assert files.load(other) is None


def test_a_disk_that_takes_no_machine_code_costs_nothing_else(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(CheckedFiles, "save", full)
    x = np.array([1.0])
    compilation.compile_kernel.__wrapped__(
        "from neurosim.kernels.runtime.jit import kernel\n@kernel\ndef advance(x):\n    x[0] += 7.0\n"
    )(x)
    assert x[0] == 8.0
    assert not list(tmp_path.rglob("*.nbc"))


def test_a_disk_that_takes_no_source_is_an_error_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(compilation.os, "replace", full)
    with pytest.raises(StorageError, match=r"cannot be written .*No space left.*; set NEUROSIM_CACHE"):
        compilation.import_generated("number = 12345\n")
    assert not list(tmp_path.iterdir())


def test_a_cache_that_somebody_cleared_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path / "cleared")
    assert compilation.import_generated("number = 54321\n").number == 54321


def test_half_a_module_is_not_taken_for_a_whole_one(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    text = "first = 1\nraise KeyboardInterrupt\n"
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            compilation.import_generated(text)


def test_users_without_a_home_have_a_temporary_cache(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("NEUROSIM_CACHE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(compilation.Path, "home", homeless)
    assert compilation.cache_folder.__wrapped__().parent == Path(tempfile.gettempdir())


@pytest.mark.skipif(sys.platform == "win32", reason="folders have owners elsewhere")
def test_a_temporary_cache_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("NEUROSIM_CACHE", str(tmp_path / "somebody"))
    monkeypatch.setattr(compilation.os, "getuid", lambda: 12345)
    with pytest.raises(StorageError, match=r"belongs to another user"):
        compilation.cache_folder.__wrapped__()


LOADING = """
import hashlib, math, sys
import numba
import numpy as np
import neurosim as ns

def dense(size, **keywords):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=size, rng=0)
    return ns.simulate(network, 1.0, 0.1, rng=1, progress=False, record="states", **keywords).states

task = ns.tasks.Xor(fixation=2.0, stimulus=2.0, delay=2.0, response=2.0)
start = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=8, inputs=task.inputs, outputs=task.outputs, rng=0)
training = ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=8, batch_size=4).fit(start, task, rng=1, progress=False)
found = (
    dense(20, threads=1),
    # several tiles of units, shared among two threads
    dense(1100, threads=2),
    dense(20, trials=4, noise=ns.WhiteNoise(0.1), threads=2),
    training.network.recurrent.dense(),
)
print(*(hashlib.sha256(np.ascontiguousarray(one)).hexdigest() for one in found))
print("numba.np.arraymath" in sys.modules)
# what has to be compiled afterwards finds all that Numba can compile
norm = numba.njit(lambda values: np.linalg.norm(values) + math.erf(values[0]) + np.sort(values)[0])
assert abs(norm(np.array([3.0, -4.0])) - (5.0 + math.erf(3.0) - 4.0)) < 1e-12
"""


def test_machine_code_is_loaded_without_what_only_compiling_needs():
    """The imports of Numba's compiler took more than half of the time to the first result."""
    first, second = (
        subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    (bits, _), (again, compiler) = first.splitlines(), second.splitlines()
    assert again == bits
    assert compiler == "False"

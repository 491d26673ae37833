"""Generated kernels: where they are kept, when they are made again, and that they are vectorized."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim.engine import integrator
from neurosim.errors import StorageError
from neurosim.kernels.runtime import compilation

HELPERS = (
    "functions/exponentials.py",
    "linalg/products.py",
    "random/philox.py",
    "runtime/denormals.py",
)


@pytest.fixture
def kernels(monkeypatch):
    """Texts that simulations ask for."""
    texts = []
    compiled = integrator.compile_kernel

    def remembered(text):
        texts.append(text)
        return compiled(text)

    monkeypatch.setattr(integrator, "compile_kernel", remembered)
    return texts


def run(neuron=None, gain=1.5, size=16, **arguments):
    network = ns.Network(neuron or ns.LeakyCurrent("tanh"), ns.Gaussian(gain), size, rng=0)
    return ns.simulate(network, 1.0, 0.1, **{"rng": 0, **arguments})


def test_another_parameter_value_or_size_needs_no_other_kernel(kernels):
    run()
    run(ns.LeakyCurrent("tanh", tau=3.0), gain=0.5, size=24)
    run(scheme="heun")
    run(scheme="rk4")
    assert len(set(kernels)) == 2


def test_text_is_small_and_readable(kernels):
    run(scheme="rk4", noise=ns.OrnsteinUhlenbeck())
    assert len(kernels[0].splitlines()) < 150
    assert "return (-x + u) / tau" in kernels[0]
    assert max(map(len, kernels[0].splitlines())) < 500


def test_file_is_named_by_its_text_and_kept(kernels):
    run()
    module = compilation.import_generated(kernels[0])
    path = Path(module.__file__)
    assert path.read_text(encoding="utf-8") == kernels[0]
    assert path.parent == compilation.cache_folder()
    assert compilation.import_generated(kernels[0]) is module


def test_damaged_file_is_written_again(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    text = "number = 1\n"
    path = Path(compilation.import_generated(text).__file__)
    del sys.modules[path.stem]
    path.write_text("number = 2\n", encoding="utf-8")
    assert compilation.import_generated(text).number == 1


def test_edit_in_a_helper_changes_the_name(kernels, monkeypatch):
    run()
    monkeypatch.setattr(integrator, "fingerprint", lambda: "another")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            integrator,
            "compile_kernel",
            lambda text: kernels.append(text) or compilation.compile_kernel(kernels[0]),
        )
        run()
    assert kernels[-1] != kernels[0]


@pytest.mark.parametrize("helper", HELPERS)
def test_fingerprint_covers_every_folder_of_helpers(helper, tmp_path, monkeypatch):
    copy = tmp_path / "kernels"
    shutil.copytree(compilation.KERNELS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compilation, "KERNELS", copy)
    before = compilation.fingerprint.__wrapped__()
    assert before == compilation.fingerprint()
    with (copy / helper).open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert compilation.fingerprint.__wrapped__() != before


def test_every_folder_of_helpers_is_tested():
    folders = {path.parent for path in compilation.KERNELS.rglob("*.py")} - {compilation.KERNELS}
    assert {(compilation.KERNELS / helper).parent for helper in HELPERS} == folders


def test_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("NEUROSIM_CACHE", str(blocked / "cache"))
    with pytest.raises(StorageError, match=r"kernel cache .* cannot be written .*; set NEUROSIM_CACHE"):
        compilation.cache_folder.__wrapped__()


CHECK = """
import re, sys
import numpy as np
import neurosim as ns
from neurosim.engine import integrator
kept = []
compiled = integrator.compile_kernel
integrator.compile_kernel = lambda text: kept.append(compiled(text)) or kept[-1]
network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 16, dtype=sys.argv[1], rng=0)
run = ns.simulate(network, 1.0, 0.1, sys.argv[2], trials=int(sys.argv[3]), rng=0)
assembly = next(iter(kept[0].inspect_asm().values()))
print(sum(bool(re.search(r"\\bv(?:fmadd|mul|add)\\w*p[ds]\\s.*%[yz]mm", line)) for line in assembly.splitlines()))
print(assembly.count("%zmm"))
print(" ".join(repr(float(x)) for x in run.states[0, -1]))
"""


def _in_a_process(dtype, scheme, trials, **environment):
    # inspect_asm has nothing to show for a kernel that came from the cache on disk
    result = subprocess.run(
        [sys.executable, "-c", CHECK, dtype, scheme, str(trials)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    packed, wide, values = result.stdout.splitlines()
    return int(packed), int(wide), np.array([float(word) for word in values.split()])


needs_avx2 = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64")
    or not Path("/proc/cpuinfo").exists()
    or "avx2" not in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore"),
    reason="reads the assembly of processors with AVX2",
)


@needs_avx2
@pytest.mark.parametrize(("dtype", "scheme", "trials"), [("float64", "euler", 1), ("float32", "rk4", 5)])
def test_kernels_are_vectorized_natively_and_for_avx2_alone_with_the_same_result(
    tmp_path, dtype, scheme, trials
):
    packed, _, native = _in_a_process(dtype, scheme, trials, NEUROSIM_CACHE=str(tmp_path / "native"))
    assert packed > 30
    features = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"}
    packed, wide, haswell = _in_a_process(
        dtype, scheme, trials, NEUROSIM_CACHE=str(tmp_path / "avx2"), **features
    )
    assert packed > 30
    assert wide == 0
    # ten steps of numbers near one
    np.testing.assert_allclose(haswell, native, atol=40 * np.finfo(dtype).eps)


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = (
        "import sys, neurosim; "
        "assert not {'numba', 'matplotlib', 'scipy'} & set(sys.modules), sorted(sys.modules); "
        "neurosim.simulate; assert 'matplotlib' not in sys.modules; print('light')"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "light\n"
    )

"""Kernels for ARM processors: their machine code is made here, read, and never run.

Numba compiles for the processor it runs on. A child process keeps the code of each kernel as it is before LLVM
optimizes it, and LLVM then makes machine code of it for 64-bit ARM with NEON vectors of 128 bits.
"""

import os
import subprocess
import sys

import llvmlite.binding
import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(llvmlite.binding, "create_pass_builder"),
    reason="optimizing for another processor needs llvmlite 0.44",
)

CHILD = r"""
import re, sys
import llvmlite.binding as llvm
from numba.core import codegen
import neurosim as ns
from neurosim.kernels.functions import float_bits
from neurosim.kernels.runtime import denormals

# as on ARM, which has 32 vector registers, and not the control word of x86
float_bits.FEW_REGISTERS, denormals.SLOW = False, False
kept = []
optimize = codegen.CPUCodeLibrary._optimize_final_module
def keep(library):
    kept.append((library.name, str(library._final_module)))
    optimize(library)
codegen.CPUCodeLibrary._optimize_final_module = keep

work, dtype = sys.argv[1:3]
network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 16, inputs=1, outputs=1, dtype=dtype, rng=0)
if work == "simulation":
    ns.simulate(network, 1.0, 0.1, "rk4", trials=5, noise=ns.WhiteNoise(0.1), rng=0)
else:
    ns.BPTT(epochs=1, trials_per_epoch=4, batch_size=4, dt=0.5, threads=1).fit(network, ns.tasks.Not(), rng=0)

def for_arm(text, triple):
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu="generic", opt=3, reloc="pic")
    text = re.sub(r"^target triple = .*$", f'target triple = "{triple}"', text, flags=re.M)
    text = re.sub(r"^target datalayout = .*$", f'target datalayout = "{machine.target_data}"', text, flags=re.M)
    # numba's own reference counts, which are linked as they were made for this processor
    text = re.sub(r"= (?:tail )?call i8 @llvm\.x86\.atomic\S*\(.*$", "= add i8 0, 0", text, flags=re.M)
    assert "@llvm.x86" not in re.sub(r"^declare .*$", "", text, flags=re.M)
    module = llvm.parse_assembly(text)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_assembly(module)

llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()
for name, text in kept:
    if name in ("advance", "dense", "outer", "_normals.<locals>.fill"):
        code = for_arm(text, sys.argv[3])
        packed = re.findall(r"\bf(?:mla|mls|mul|add|sub|div)(?:\.(?:2d|4s))?\s+v\d+(?:\.(?:2d|4s))?,", code)
        single = re.findall(r"\bf(?:n?madd|n?msub|mul|add|sub|div)\s+[ds]\d+,", code)
        library = re.findall(r"\bbl\s+_?(?:tanh|exp|log|cos|sin|pow)f?\b", code)
        print(name, len(packed), len(single), len(library))
"""


KERNELS = {
    "simulation": {"_normals.<locals>.fill", "advance"},
    "training": {"dense", "outer", "advance"},
}


def _operations(work, dtype, triple, cache):
    """Name, packed operations, single operations and calls of a mathematical library of each kernel of some work."""
    found = subprocess.run(
        [sys.executable, "-c", CHILD, work, dtype, triple],
        # vectors of 128 bits, as kernels choose on ARM
        env={
            **os.environ,
            "NEUROSIM_CACHE": str(cache),
            "NUMBA_CPU_NAME": "generic",
            "NUMBA_CPU_FEATURES": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in found.stdout.splitlines()]
    return [(name, *map(int, counts)) for name, *counts in lines]


@pytest.mark.parametrize(
    ("work", "dtype", "triple"),
    [
        ("training", "float64", "aarch64-unknown-linux-gnu"),
        pytest.param("training", "float32", "arm64-apple-macosx14.0", marks=pytest.mark.slow),
        pytest.param("simulation", "float64", "aarch64-unknown-linux-gnu", marks=pytest.mark.slow),
        pytest.param("simulation", "float32", "arm64-apple-macosx14.0", marks=pytest.mark.slow),
    ],
)
def test_kernels_have_packed_instructions_on_arm(tmp_path, work, dtype, triple):
    found = _operations(work, dtype, triple, tmp_path)
    assert {name for name, *_ in found} == KERNELS[work]
    for name, packed, single, library in found:
        # none in loops over units that LLVM does not vectorize, as was seen without its vectorization of loops
        assert packed >= 15, (name, packed, single)
        assert library == 0, name
    products = [each for each in found if each[0] in ("dense", "outer")]
    for name, packed, single, _ in products:
        # a multiply-add for each trial and vector of the twelve register blocks, up to four by three
        assert packed >= 60, name
        assert single == 0, name

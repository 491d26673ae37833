"""The package's own elementary functions against extended precision, and their machine code.

Run as a script it tabulates them for another processor: ``python test_functions.py RESULT.npz``.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest
from scipy import special

from neurosim.kernels.functions.table import float32, float64
from neurosim.kernels.runtime.jit import FAST_MATH

SPACES = {np.dtype(np.float64): float64, np.dtype(np.float32): float32}
OWN = ("tanh", "exp", "expm1", "logistic", "softplus", "log", "log1p")
LIBRARY = {
    "sin": np.sin,
    "cos": np.cos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "erf": special.erf,
    "sqrt": np.sqrt,
    "absolute": np.abs,
    "sign": np.sign,
}
FORMATS = pytest.mark.parametrize("dtype", list(SPACES), ids=str)


@cache
def loop(name, dtype):
    """Compiled loop over a contiguous array, with the flags of the package."""
    function = getattr(SPACES[dtype], name)

    @numba.njit(error_model="numpy", fastmath=FAST_MATH)
    def over(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    return over


def applied(name, x):
    out = np.empty_like(x)
    loop(name, x.dtype)(x, out)
    return out


def logistic(x):
    decay = np.exp(-np.abs(x))
    return np.where(x > 0, 1, decay) / (1 + decay)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


REFERENCE = {
    "tanh": np.tanh,
    "exp": np.exp,
    "expm1": np.expm1,
    "logistic": logistic,
    "softplus": softplus,
    "log": np.log,
    "log1p": np.log1p,
}


def arguments(dtype):
    """Ordinary, huge, tiny and subnormal numbers, and neighbors of all changes of the binary exponent."""
    rng = np.random.default_rng(7)
    limits = np.finfo(dtype)
    span = 760 if dtype == np.float64 else 110
    magnitudes = np.exp(rng.uniform(np.log(limits.tiny), np.log(limits.max), 10_000))
    halves = np.arange(-2300, 2300) * np.log(2) / 4
    boundaries = (halves[:, None] + np.spacing(halves.astype(dtype))[:, None] * np.arange(-2, 3)).reshape(-1)
    subnormal = np.concatenate([np.arange(50), rng.integers(0, 2 ** (limits.nmant), 500)])
    x = np.concatenate(
        [
            rng.uniform(-span, span, 30_000),
            rng.normal(size=30_000),
            rng.uniform(-20, 20, 30_000),
            magnitudes,
            -magnitudes,
            boundaries,
            2.0 ** np.arange(limits.minexp, limits.maxexp),
            1 + np.arange(-500, 500) * limits.eps,
            [limits.max, -limits.max],
        ]
    ).astype(dtype)
    tiny = subnormal.astype(dtype) * limits.smallest_subnormal
    return np.concatenate([x, tiny, -tiny])


def ulps(value, exact):
    """Distance in units in the last place of the exact result; 0 for two equal infinities or nan."""
    rounded = exact.astype(value.dtype)
    unit = np.spacing(np.minimum(np.abs(rounded), np.finfo(value.dtype).max)).astype(exact.dtype)
    distance = np.abs(value.astype(exact.dtype) - exact) / unit
    return np.where((value == rounded) | (np.isnan(value) & np.isnan(rounded)), 0, distance)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 60, reason="needs extended precision as the reference")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", OWN)
@FORMATS
def test_error_stays_below_three_units_in_the_last_place(name, dtype):
    x = arguments(dtype)
    distance = ulps(applied(name, x), REFERENCE[name](x.astype(np.longdouble)))
    assert not np.isnan(distance).any()
    assert distance.max() < 3, f"{name}({x[distance.argmax()]!r})"


NAN, INF = np.nan, np.inf
SPECIAL = {  # at -inf, -0.0, 0.0, inf
    "tanh": (-1.0, -0.0, 0.0, 1.0),
    "exp": (0.0, 1.0, 1.0, INF),
    "expm1": (-1.0, -0.0, 0.0, INF),
    "logistic": (0.0, 0.5, 0.5, 1.0),
    "softplus": (0.0, np.log(2), np.log(2), INF),
    "log": (NAN, -INF, -INF, INF),
    "log1p": (NAN, -0.0, 0.0, INF),
    "sqrt": (NAN, -0.0, 0.0, INF),
    "absolute": (INF, 0.0, 0.0, INF),
    "sign": (-1.0, -0.0, 0.0, 1.0),
}


@pytest.mark.parametrize("name", SPECIAL)
@FORMATS
def test_infinities_zeros_and_nan(name, dtype):
    got = applied(name, np.array([-INF, -0.0, 0.0, INF, NAN], dtype))
    expected = np.array([*SPECIAL[name], NAN], dtype)
    np.testing.assert_array_equal(got, expected)
    zeros = expected == 0
    np.testing.assert_array_equal(np.signbit(got[zeros]), np.signbit(expected[zeros]))


@FORMATS
def test_tanh_is_odd_and_never_above_one(dtype):
    x = arguments(dtype)
    value = applied("tanh", x)
    np.testing.assert_array_equal(applied("tanh", -x), -value)
    assert np.abs(value).max() == 1


@FORMATS
def test_tails_are_exact_where_the_result_is_known(dtype):
    subnormal = np.finfo(dtype).smallest_subnormal
    tiny = np.arange(1, 9).astype(dtype) * subnormal
    for name in ("tanh", "expm1", "log1p"):
        np.testing.assert_array_equal(applied(name, tiny), tiny)
    large = np.array([50.0, 1e3, 1e30], dtype)
    np.testing.assert_array_equal(applied("softplus", large), large)
    # e**x crosses half the smallest subnormal number, where rounding goes to zero.
    edge = np.log(np.longdouble(subnormal)) - np.log(np.longdouble(2))
    below, above = np.array([edge - 0.01], dtype), np.array([edge + 0.01], dtype)
    for name in ("exp", "logistic", "softplus"):
        assert applied(name, below) == 0
        assert applied(name, above) == subnormal
    highest = np.log(np.finfo(dtype).max)
    assert np.isfinite(applied("exp", np.array([np.nextafter(highest, dtype.type(0))])))
    assert applied("exp", np.array([np.nextafter(highest, dtype.type(INF))])) == INF


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", LIBRARY)
@FORMATS
def test_library_functions_are_bound_to_the_right_names(name, dtype):
    x = np.concatenate([np.linspace(-5, 5, 1001), [1e-30, 80.0]]).astype(dtype)
    # A good C library and NumPy both stay within two units in the last place.
    np.testing.assert_allclose(applied(name, x), LIBRARY[name](x), rtol=4 * np.finfo(dtype).eps, atol=0)


@pytest.mark.parametrize("name", ["tanh", "softplus", "log", "log1p", "sin", "sign"])
def test_single_precision_stays_single_whatever_comes_in(name):
    function = getattr(float32, name)
    assert function(0.3) == function(np.float32(0.3))
    assert {str(result.signature.return_type) for result in function.overloads.values()} == {"float32"}


# --- machine code ---

_X86 = platform.machine() in {"x86_64", "AMD64"}
_HAS_AVX2 = _X86 and all(llvm.get_host_cpu_features().get(feature) for feature in ("avx2", "fma"))
needs_avx2 = pytest.mark.skipif(not _HAS_AVX2, reason="knows the names of packed instructions of AVX2")
SAMPLE = np.concatenate([np.linspace(0, 30, 2001), 2.0 ** np.arange(-120, 127, 7)])


def packed(name, dtype):
    """Whether multiply-adds, and divisions, of the loop act on whole vectors."""
    suffix = "pd" if dtype == np.float64 else "ps"
    assembly = "\n".join(loop(name, dtype).inspect_asm().values())
    operations = ["vfmadd\\w+"] + ([] if name in ("exp", "expm1") else ["vdiv"])
    return all(re.search(rf"\b{operation}{suffix}\s.*%[yz]mm", assembly) for operation in operations)


@needs_avx2
@pytest.mark.parametrize("name", OWN)
@FORMATS
def test_a_loop_becomes_packed_instructions(name, dtype):
    applied(name, SAMPLE.astype(dtype))
    assert packed(name, dtype)


def tabulate(path):
    """Write the values at SAMPLE, and which loops are packed, as compiled in this process."""
    results = {}
    for dtype in SPACES:
        for name in OWN:
            results[f"{name} {dtype}"] = applied(name, SAMPLE.astype(dtype))
            results[f"packed {name} {dtype}"] = np.array(packed(name, dtype))
    np.savez(path, **results)


@needs_avx2
def test_a_processor_without_wider_vectors_gives_the_same_packed(tmp_path):
    root = Path(__file__).parents[2]
    environment = os.environ | {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "",
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
    }
    path = tmp_path / "haswell.npz"
    subprocess.run([sys.executable, __file__, str(path)], env=environment, check=True, timeout=120)
    with np.load(path) as other:
        for dtype in SPACES:
            for name in OWN:
                assert other[f"packed {name} {dtype}"], (name, dtype)
                here, there = applied(name, SAMPLE.astype(dtype)), other[f"{name} {dtype}"]
                # Another product may be fused into a sum; two errors below 3 ulp differ by less than 6.
                np.testing.assert_allclose(there, here, rtol=6 * np.finfo(dtype).eps, atol=0)


if __name__ == "__main__":
    tabulate(sys.argv[1])

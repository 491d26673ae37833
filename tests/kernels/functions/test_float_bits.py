"""Constants of loops are the numbers that were given, and do not keep LLVM from making packed instructions."""

import re

import numba
import numpy as np
import pytest

from neurosim.kernels.functions import float_bits, table
from neurosim.kernels.functions.float_bits import loop_constant
from neurosim.kernels.runtime.jit import FAST_MATH
from neurosim.kernels.runtime.processor import IS_X86


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize(
    "number",
    [np.float64(-0.1), np.float32(0.1), np.float64(-0.0), np.uint64(2**63 + 1), np.uint32(2**32 - 1)],
)
def test_constant_is_the_number_that_was_given(monkeypatch, few, number):
    monkeypatch.setattr(float_bits, "FEW_REGISTERS", few)

    @numba.njit
    def filled(out):
        for k in range(out.size):
            out[k] = loop_constant(number)

    found = np.zeros(9, number.dtype)
    filled(found)
    assert found.tobytes() == np.full(9, number).tobytes()


@pytest.mark.skipif(not IS_X86, reason="machine code of x86")
@pytest.mark.parametrize("form", [table.float64, table.float32])
@pytest.mark.parametrize("name", ["tanh", "exp", "expm1", "logistic", "softplus", "log", "log1p"])
def test_loop_over_a_function_is_packed(form, name):
    function = getattr(form, name)

    @numba.njit(error_model="numpy", fastmath=FAST_MATH)
    def all_of(x):
        for k in range(x.size):
            x[k] = function(x[k])

    all_of(np.ones(100, np.float64 if form is table.float64 else np.float32))
    (code,) = all_of.inspect_asm().values()
    packed, single = (re.findall(rf"\bv?(?:fn?m\w+|mul|add){kind}[sd]\s", code) for kind in ("p", "s"))
    # what is left over at the end of a loop takes single instructions, as many as one vector takes packed ones
    assert len(packed) >= 0.9 * len(single) > 0

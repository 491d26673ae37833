"""Constants of loops, which do not keep LLVM from making packed instructions, and products with a sum."""

import re

import numba
import numpy as np
import pytest

from neurosim.kernels.functions import float_bits, table
from neurosim.kernels.functions.float_bits import loop_constant, multiply_add
from neurosim.kernels.runtime.jit import FAST_MATH
from neurosim.kernels.runtime.processor import FEATURES, IS_X86


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


@pytest.mark.skipif(IS_X86 and "fma" not in FEATURES, reason="this processor rounds products")
@pytest.mark.parametrize(("real", "bits"), [(np.float64, 30), (np.float32, 14)])
def test_a_product_and_its_sum_are_rounded_once(real, bits):
    @numba.njit
    def of_all(x, term, out):
        for k in range(x.size):
            out[k] = multiply_add(x[k], x[k], term)

    x, out = np.full(9, 1 + real(2.0**-bits)), np.empty(9, real)
    of_all(x, -real(1 + 2.0 ** (1 - bits)), out)
    # the square of 1 + e is 1 + 2 e + e**2, whose last term a rounded product does not have
    assert set(out) == {2.0 ** (-2 * bits)}


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

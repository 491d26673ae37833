"""Intrinsics missing from numba: bits of a float, polynomials, constants of loops, the width of vectors.

All are plain LLVM integer and float instructions, which vectorize on any processor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from neurosim.kernels.runtime.processor import FEW_REGISTERS

__all__ = [
    "bits_of",
    "float_of",
    "loop_constant",
    "multiply_add",
    "polynomial",
    "power_of_two",
    "wide_vectors",
    "with_sign",
]

_INTEGER_OF = {types.float64: types.uint64, types.float32: types.uint32}
_FLOAT_OF = {integer: real for real, integer in _INTEGER_OF.items()}
_EXPONENT = {64: (52, 1023), 32: (23, 127)}  # width: (bits of the mantissa, bias)


def _cast_to(target: Any) -> Callable[..., Any]:
    def lower(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(target))

    return lower


def _integer_type(real: Any) -> Any:
    return ir.IntType(64 if isinstance(real, ir.DoubleType) else 32)


def _lower_power(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    real = arguments[0].type
    integer = _integer_type(real)
    shift, bias = _EXPONENT[integer.width]
    exponent = builder.shl(builder.bitcast(arguments[0], integer), ir.Constant(integer, shift))
    return builder.bitcast(builder.add(exponent, ir.Constant(integer, bias << shift)), real)


def _lower_sign(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    integer = _integer_type(arguments[0].type)
    magnitude, sign = (builder.bitcast(argument, integer) for argument in arguments)
    top = 1 << (integer.width - 1)
    bits = builder.or_(
        builder.and_(magnitude, ir.Constant(integer, top - 1)), builder.and_(sign, ir.Constant(integer, top))
    )
    return builder.bitcast(bits, arguments[0].type)


def _lower_wide(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
    # llvmlite's set refuses attributes with a value; LLVM's text form accepts them in the same place
    set.add(builder.function.attributes, '"prefer-vector-width"="512"')
    return context.get_dummy_value()


def _loaded_once(builder: Any, number: Any) -> Any:
    """The same number from an empty piece of assembly, through which LLVM does not look."""
    if not FEW_REGISTERS:
        return number
    floating = isinstance(number.type, (ir.DoubleType, ir.FloatType))
    integer = _integer_type(number.type) if floating else number.type
    nothing = ir.InlineAsm(ir.FunctionType(integer, [integer]), "", "=r,0")
    passed = builder.call(nothing, [builder.bitcast(number, integer)], attrs=("readnone", "nounwind"))
    return builder.bitcast(passed, number.type)


def _lower_constant(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    return _loaded_once(builder, arguments[0])


@intrinsic
def loop_constant(_typing_context, number):  # type: ignore[no-untyped-def]
    """A constant that a loop uses in every pass, loaded once before the loop. Not for one branch of a condition.

    Where a formula has more constants than the processor has registers, LLVM loads those that it knows anew in each
    pass, by two instructions each: without AVX-512 a third of all those of tanh and of normal numbers. One that it does
    not know waits on the stack. In a branch it would prevent vectorization; a factor that has to be known to fit into
    32 bits would take several products.
    """
    return number(number), _lower_constant


@intrinsic
def wide_vectors(_typing_context):  # type: ignore[no-untyped-def]
    """Let the calling function use the widest vectors that the processor has.

    By default LLVM uses half of their width on Intel processors with AVX-512, because wide vectors lowered the clock
    of the first of these processors. Time loops are faster with all of it: normal numbers take 40 per cent less time.
    On other processors it changes nothing. Helpers with a loop call it too, since they are optimized before they are
    inlined.
    """
    return types.none(), _lower_wide


@intrinsic
def bits_of(_typing_context, value):  # type: ignore[no-untyped-def]
    """Bits of a float64 or float32 as an unsigned integer of the same width."""
    target = _INTEGER_OF.get(value)
    return None if target is None else (target(value), _cast_to(target))


@intrinsic
def float_of(_typing_context, bits):  # type: ignore[no-untyped-def]
    """Float whose bits are the uint64 or uint32 given."""
    target = _FLOAT_OF.get(bits)
    return None if target is None else (target(bits), _cast_to(target))


@intrinsic
def power_of_two(_typing_context, shifted):  # type: ignore[no-untyped-def]
    """``2**k`` for a whole number k within the normal exponents, given as ``k + 1.5 * 2**mantissa_bits``.

    In that sum k is in the lowest bits of the mantissa, from which it is shifted into the exponent.
    """
    return (shifted(shifted), _lower_power) if shifted in _INTEGER_OF else None


@intrinsic
def with_sign(_typing_context, magnitude, sign):  # type: ignore[no-untyped-def]
    """Copy the sign bit, also of a zero, which ``math.copysign`` may drop under the flag ``nsz``."""
    if magnitude not in _INTEGER_OF or sign != magnitude:
        return None
    return magnitude(magnitude, sign), _lower_sign


def _instruction(builder: Any, kind: Any) -> Any:
    """The multiply-add of LLVM for one format."""
    operation = ir.FunctionType(kind, [kind] * 3)
    return builder.module.declare_intrinsic("llvm.fmuladd", [kind], operation)


def _lower_multiply_add(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    return builder.call(_instruction(builder, arguments[0].type), arguments)


@intrinsic
def multiply_add(_typing_context, factor, other, term):  # type: ignore[no-untyped-def]
    """``factor * other + term``, rounded once where the processor can.

    For sums of two products, of which LLVM fuses one or the other: in a vector not always that which it fuses in a
    single number, on ARM.
    """
    same = factor in _INTEGER_OF and other == factor and term == factor
    return (factor(factor, factor, factor), _lower_multiply_add) if same else None


def polynomial(coefficients: Sequence[float]) -> Any:
    """Compiled ``p(x) = c[0] + c[1] x + c[2] x**2 + ...`` by Horner's rule, in the precision of x.

    Each step is one fused multiply-add where the processor has it. The instructions are emitted here because numba
    takes longer to type a dozen nested operations than to compile all the rest of tanh. Coefficients are constants of
    the loop around it, see `loop_constant`.
    """

    def lower(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        (x,) = arguments
        instruction = _instruction(builder, x.type)
        *others, value = (_loaded_once(builder, ir.Constant(x.type, each)) for each in coefficients)
        for coefficient in reversed(others):
            value = builder.call(instruction, [value, x, coefficient])
        return value

    @intrinsic
    def horner(_typing_context, x):  # type: ignore[no-untyped-def]
        return (x(x), lower) if x in _INTEGER_OF else None

    return horner

"""What LLVM knows about bits and Numba does not say."""

# what LLVM builds has no types
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_LANE = ir.IntType(32)


@intrinsic
def popcount(context: Any, word: Any) -> Any:
    """Count the bits of a word that are set."""

    def build(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), build


@intrinsic
def lowest(context: Any, word: Any) -> Any:
    """Place of the lowest bit of a word that is set; the word is not zero."""

    def build(context, builder, signature, arguments):
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.int64(types.uint64), build


@intrinsic
def at_least(context: Any, address: Any, threshold: Any) -> Any:
    """Compare 64 floats at an address with a threshold: a bit each; NaN gives zero."""

    def build(context, builder, signature, arguments):
        pointer = builder.inttoptr(arguments[0], _VECTOR.as_pointer())
        values = builder.load(pointer)
        values.align = 4
        nothing = ir.Constant(_VECTOR, ir.Undefined)
        one = builder.insert_element(nothing, arguments[1], ir.Constant(_LANE, 0))
        everywhere = ir.Constant(ir.VectorType(_LANE, LANES), [0] * LANES)
        thresholds = builder.shuffle_vector(one, nothing, everywhere)
        return builder.bitcast(builder.fcmp_ordered(">=", values, thresholds), ir.IntType(64))

    return types.uint64(types.uint64, types.float32), build

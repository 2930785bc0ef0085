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
_WORDS = ir.VectorType(ir.IntType(64), 8)


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


@intrinsic
def common(context: Any, left: Any, right: Any, n_words: Any) -> Any:
    """Count the bits that the words at two addresses have in common; eight divides their number.

    Left to itself LLVM takes up to 31 words at the end of a row one by one.
    """

    def build(context, builder, signature, arguments):
        def known(name, result):
            kind = ir.FunctionType(result, [_WORDS])
            return cgutils.get_or_insert_function(builder.module, kind, name)

        counts = known("llvm.ctpop.v8i64", _WORDS)
        sums = known("llvm.vector.reduce.add.v8i64", ir.IntType(64))
        total = cgutils.alloca_once_value(builder, ir.Constant(_WORDS, [0] * 8))
        start, step = (ir.Constant(ir.IntType(64), value) for value in (0, 8))
        with cgutils.for_range_slice(builder, start, arguments[2], step, inc=True) as (at, _):
            sides = []
            for address in arguments[:2]:
                place = builder.add(address, builder.shl(at, ir.Constant(at.type, 3)))
                words = builder.load(builder.inttoptr(place, _WORDS.as_pointer()))
                words.align = 8
                sides.append(words)
            both = builder.call(counts, [builder.and_(*sides)])
            builder.store(builder.add(builder.load(total), both), total)
        return builder.call(sums, [builder.load(total)])

    return types.int64(types.uint64, types.uint64, types.int64), build

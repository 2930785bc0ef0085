"""Sixteen steps of a unit at once, in vectors that Numba alone would not keep in registers.

LLVM splits them where a processor's are shorter.
"""

# what LLVM builds has no types
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
_FLOAT, _INT, _PLACE = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_FLOAT, LANES)
_NOTHING, _ZERO = ir.Constant(_VECTOR, ir.Undefined), ir.Constant(_VECTOR, [0.0] * LANES)
_FUSED = ("contract",)
_TOGETHER = 4  # sums that do not wait for each other


def _spread(builder, number):
    one = builder.insert_element(_NOTHING, number, ir.Constant(_INT, 0))
    everywhere = ir.Constant(ir.VectorType(_INT, LANES), [0] * LANES)
    return builder.shuffle_vector(one, _NOTHING, everywhere)


def _load(builder, address, kind, place=None):
    if place is not None:
        size = 4 * LANES if kind is _VECTOR else 4
        address = builder.add(address, builder.mul(place, ir.Constant(_PLACE, size)))
    value = builder.load(builder.inttoptr(address, kind.as_pointer()))
    value.align = 4
    return value


def _store(builder, value, address):
    builder.store(value, builder.inttoptr(address, _VECTOR.as_pointer())).align = 4


def _multiply_add(builder, left, right, more):
    return builder.fadd(builder.fmul(left, right, flags=_FUSED), more, flags=_FUSED)


@intrinsic
def pull(context: Any, places: Any, weights: Any, size: Any, rows: Any, out: Any) -> Any:
    """Sum the rows of 16 floats at some places (uint32), each times its weight, into another.

    Arguments are addresses, but for the number of places.
    """

    def build(context, builder, signature, arguments):
        places, weights, size, rows, out = arguments
        sums = [cgutils.alloca_once_value(builder, _ZERO) for _ in range(_TOGETHER)]

        def add(at, total):
            place = builder.zext(_load(builder, places, _INT, at), _PLACE)
            weight = _spread(builder, _load(builder, weights, _FLOAT, at))
            row = _load(builder, rows, _VECTOR, place)
            builder.store(_multiply_add(builder, weight, row, builder.load(total)), total)

        zero, one, step = (ir.Constant(_PLACE, value) for value in (0, 1, _TOGETHER))
        whole = builder.and_(size, ir.Constant(_PLACE, -_TOGETHER))
        with cgutils.for_range_slice(builder, zero, whole, step, inc=True) as (at, _):
            for offset, total in enumerate(sums):
                add(builder.add(at, ir.Constant(_PLACE, offset)), total)
        with cgutils.for_range_slice(builder, whole, size, one, inc=True) as (at, _):
            add(at, sums[0])
        left, right, third, fourth = (builder.load(total) for total in sums)
        pairs = builder.fadd(left, right), builder.fadd(third, fourth)
        _store(builder, builder.fadd(*pairs), out)
        return context.get_dummy_value()

    address = types.uint64
    return types.void(address, address, types.int64, address, address), build


@intrinsic
def sum_back(context: Any, row: Any, beta: Any, out: Any) -> Any:
    """Add to each float of a row what the later ones of another leave of them, beta a step."""

    def build(context, builder, signature, arguments):
        row, beta, out = arguments
        value = _load(builder, row, _VECTOR)
        apart = 1
        while apart < LANES:
            later = [min(lane + apart, LANES) for lane in range(LANES)]
            moved = builder.shuffle_vector(
                value, _ZERO, ir.Constant(ir.VectorType(_INT, LANES), later)
            )
            value = _multiply_add(builder, _spread(builder, beta), moved, value)
            beta = builder.fmul(beta, beta)
            apart *= 2
        _store(builder, builder.fadd(_load(builder, out, _VECTOR), value), out)
        return context.get_dummy_value()

    return types.void(types.uint64, types.float32, types.uint64), build


@intrinsic
def stand_up(context: Any, column: Any, stride: Any, theta: Any, slope: Any, out: Any) -> Any:
    """Surrogate of 16 floats that lie a stride of bytes apart, as a row; says which pass theta."""

    def build(context, builder, signature, arguments):
        column, stride, theta, slope, out = arguments
        values = _NOTHING
        for lane in range(LANES):
            number = _load(builder, column, _FLOAT)
            values = builder.insert_element(values, number, ir.Constant(_INT, lane))
            column = builder.add(column, stride)
        apart = builder.fsub(values, _spread(builder, theta))
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        size = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fabs.v{LANES}f32")
        ones = ir.Constant(_VECTOR, [1.0] * LANES)
        fall = builder.fmul(builder.call(size, [apart]), _spread(builder, slope))
        surrogate = builder.fsub(ones, fall)
        above = builder.fcmp_ordered(">", surrogate, _ZERO)
        _store(builder, builder.select(above, surrogate, _ZERO), out)
        fired = builder.fcmp_ordered(">", apart, _ZERO)
        return builder.bitcast(fired, ir.IntType(LANES))

    address = types.uint64
    numbers = types.float32, types.float32
    return types.uint16(address, types.int64, *numbers, address), build

"""Eight steps of a unit at once, in vectors that Numba alone would not keep in registers.

LLVM splits them where a processor's are shorter.
"""

# what LLVM builds has no types
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from itertools import cycle
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8  # steps of a block
ROW = 4  # connections to whose multiple rows are filled
UNITS = 32  # whose potentials leak together
_FLOAT, _INT, _PLACE = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_SHORT = ir.IntType(16)  # a place: a third of what is read of connections
_VECTOR = ir.VectorType(_FLOAT, LANES)
_NOTHING, _ZERO = ir.Constant(_VECTOR, ir.Undefined), ir.Constant(_VECTOR, [0.0] * LANES)
_WIDE, _UNITS = ir.VectorType(_FLOAT, 64), ir.VectorType(_FLOAT, UNITS)
_FUSED = ("contract",)


def _spread(builder, number, kind=_VECTOR):
    nothing = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.Constant(_INT, 0))
    everywhere = ir.Constant(ir.VectorType(_INT, kind.count), [0] * kind.count)
    return builder.shuffle_vector(one, nothing, everywhere)


def _load(builder, address, kind, place=None):
    if place is not None:
        size = 2 if kind is _SHORT else 4 * getattr(kind, "count", 1)
        address = builder.add(address, builder.mul(place, ir.Constant(_PLACE, size)))
    value = builder.load(builder.inttoptr(address, kind.as_pointer()))
    value.align = 2 if kind is _SHORT else 4
    return value


def _store(builder, value, address):
    builder.store(value, builder.inttoptr(address, value.type.as_pointer())).align = 4


def _multiply_add(builder, left, right, more):
    return builder.fadd(builder.fmul(left, right, flags=_FUSED), more, flags=_FUSED)


@intrinsic
def pull(context: Any, places: Any, weights: Any, size: Any, rows: Any, out: Any) -> Any:
    """Sum the rows of 8 floats at some places (uint16), each times its weight, into another.

    Arguments are addresses, but for the number of places, a multiple of four.
    """

    def build(context, builder, signature, arguments):
        places, weights, size, rows, out = arguments
        sums = [cgutils.alloca_once_value(builder, _ZERO) for _ in range(ROW)]

        def add(at, total):
            place = builder.zext(_load(builder, places, _SHORT, at), _PLACE)
            weight = _spread(builder, _load(builder, weights, _FLOAT, at))
            row = _load(builder, rows, _VECTOR, place)
            builder.store(_multiply_add(builder, weight, row, builder.load(total)), total)

        turns = cycle(sums)
        _each(builder, size, lambda at: add(at, next(turns)))
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
    """Surrogate of 8 floats that lie a stride of bytes apart, as a row; says which pass theta."""

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
    return types.uint8(address, types.int64, *numbers, address), build


@intrinsic
def add_rows(context: Any, weights: Any, rows: Any, out: Any) -> Any:
    """Add to 64 floats 8 rows of 64, each times its weight."""

    def build(context, builder, signature, arguments):
        weights, rows, out = arguments
        total = _load(builder, out, _WIDE)
        for lane in range(LANES):
            at = ir.Constant(_PLACE, lane)
            weight = _spread(builder, _load(builder, weights, _FLOAT, at), _WIDE)
            total = _multiply_add(builder, weight, _load(builder, rows, _WIDE, at), total)
        _store(builder, total, out)
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64, types.uint64), build


@intrinsic
def leak(
    context: Any, currents: Any, pitch: Any, tile: Any, stride: Any, biases: Any, last: Any,
    beta: Any, theta: Any, least: Any, n_steps: Any,
) -> Any:  # fmt: skip
    """Turn the currents of 32 units into potentials, step by step; a bit says who passed the least.

    Rows of currents lie ``pitch`` bytes apart, rows of the tile ``stride``; the last potentials
    are kept.
    """

    def build(context, builder, signature, arguments):
        currents, pitch, tile, stride, biases, last, beta, theta, least, n_steps = arguments
        beta, theta = _spread(builder, beta, _UNITS), _spread(builder, theta, _UNITS)
        bias, nothing = _load(builder, biases, _UNITS), ir.Constant(_UNITS, [0.0] * UNITS)
        potential = cgutils.alloca_once_value(builder, _load(builder, last, _UNITS))
        highest = cgutils.alloca_once_value(builder, ir.Constant(_UNITS, [-1e30] * UNITS))
        with cgutils.for_range(builder, n_steps) as loop:
            before = builder.load(potential)
            above = builder.fcmp_ordered(">", before, theta)
            fall = builder.select(above, theta, nothing)
            place = builder.add(currents, builder.mul(loop.index, pitch))
            more = builder.fsub(builder.fadd(_load(builder, place, _UNITS), bias), fall)
            now = _multiply_add(builder, beta, before, more)
            _store(builder, now, builder.add(tile, builder.mul(loop.index, stride)))
            so_far = builder.load(highest)
            builder.store(
                builder.select(builder.fcmp_ordered(">", now, so_far), now, so_far), highest
            )
            builder.store(now, potential)
        _store(builder, builder.load(potential), last)
        passed = builder.fcmp_ordered(">", builder.load(highest), _spread(builder, least, _UNITS))
        return builder.zext(builder.bitcast(passed, ir.IntType(UNITS)), _PLACE)

    address, place, number = types.uint64, types.int64, types.float32
    kinds = address, place, address, place, address, address, number, number, number, place
    return address(*kinds), build


def _each(builder, size, do):
    """Do something at each place, four at a time; their number is a multiple of four."""
    zero, step = ir.Constant(_PLACE, 0), ir.Constant(_PLACE, ROW)
    with cgutils.for_range_slice(builder, zero, size, step, inc=True) as (at, _):
        for offset in range(ROW):
            do(builder.add(at, ir.Constant(_PLACE, offset)))


def _add_number(builder, address, value):
    address = builder.inttoptr(address, _FLOAT.as_pointer())
    builder.store(builder.fadd(builder.load(address), value), address)


def _step(builder, address, place, size):
    return builder.add(address, builder.mul(place, ir.Constant(_PLACE, size)))


@intrinsic
def scatter(context: Any, places: Any, weights: Any, size: Any, row: Any) -> Any:
    """Add weights to the floats of a row at some places (uint16); four divides their number."""

    def build(context, builder, signature, arguments):
        places, weights, size, row = arguments

        def add(at):
            place = builder.zext(_load(builder, places, _SHORT, at), _PLACE)
            weight = _load(builder, weights, _FLOAT, at)
            _add_number(builder, _step(builder, row, place, 4), weight)

        _each(builder, size, add)
        return context.get_dummy_value()

    address = types.uint64
    return types.void(address, address, types.int64, address), build


@intrinsic
def collect(context: Any, places: Any, column: Any, size: Any, out: Any) -> Any:
    """Add to floats what stands in the rows of 8 at some places, from one of their columns on."""

    def build(context, builder, signature, arguments):
        places, column, size, out = arguments

        def add(at):
            place = builder.zext(_load(builder, places, _SHORT, at), _PLACE)
            value = _load(builder, _step(builder, column, place, 4 * LANES), _FLOAT)
            _add_number(builder, _step(builder, out, at, 4), value)

        _each(builder, size, add)
        return context.get_dummy_value()

    address = types.uint64
    return types.void(address, address, types.int64, address), build

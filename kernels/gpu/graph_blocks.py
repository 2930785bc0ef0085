"""The CUDA kernels of `neurokit.kernels.gpu.graphs`: a block of threads a pair tile or a row.

No kernel shuffles or ballots, so that all of them run in the simulator; sums over threads are
taken in a fixed order, or of integers.
"""

# mypy: disable-error-code="attr-defined, no-untyped-call, operator, untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda, float32, int64, uint64

TILE = 64  # nodes of a tile: a word
SIDE = 16  # threads along it, each of 4 x 4 pairs
PADDED = 65  # rows in shared memory, so that threads of a warp meet no bank twice
LANES = 32
CHUNK = 1024  # words of a row in shared memory
BINS = 2048
MOST_THREADS = 256
ONE, TOP = np.uint64(1), np.uint32(0x80000000)
ALL = np.uint32(0xFFFFFFFF)


@cuda.jit(device=True)
def _stage(rows: Any, first: int, start: int, out: Any) -> None:
    """Copy a few entries of the rows of a tile, turned; NaN for rows of nobody."""
    t, y = cuda.threadIdx.x, cuda.threadIdx.y
    for a in range(4):
        i = y + SIDE * a
        value = float32(0)
        if first + i >= rows.shape[0]:
            value = float32(np.nan)
        elif start + t < rows.shape[1]:
            value = rows[first + i, start + t]
        out[t, i] = value


@cuda.jit(device=True)
def _weigh(
    units: Any, first: int, other: int, sign: int, left: Any, right: Any, weights: Any
) -> None:
    """Weights of the pairs of two tiles of nodes; NaN where i >= j or there is no node."""
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    sums = cuda.local.array((4, 4), float32)
    for a in range(4):
        for b in range(4):
            sums[a, b] = float32(0)
    for start in range(0, units.shape[1], SIDE):
        _stage(units, first, start, left)
        _stage(units, other, start, right)
        cuda.syncthreads()
        for t in range(SIDE):
            for a in range(4):
                for b in range(4):
                    sums[a, b] += left[t, y + SIDE * a] * right[t, x + SIDE * b]
        cuda.syncthreads()
    for a in range(4):
        for b in range(4):
            i, j = y + SIDE * a, x + SIDE * b
            value = sums[a, b]
            if sign == 1:
                value = -value
            elif sign == 2:
                value = abs(value)
            if first + i >= other + j:
                value = float32(np.nan)
            weights[i, j] = value
    cuda.syncthreads()


@cuda.jit
def join(units: Any, sign: int, least: float, bits: Any, parts: Any) -> None:
    """Join the pairs of two tiles whose weight reaches the least, on both sides of the diagonal.

    ``parts[tile, i]`` is what node i's pairs with the nodes of a tile add to its strength.
    """
    left = cuda.shared.array((SIDE, PADDED), float32)
    right = cuda.shared.array((SIDE, PADDED), float32)
    weights = cuda.shared.array((TILE, PADDED), float32)
    row, column = cuda.blockIdx.y, cuda.blockIdx.x
    if row > column:
        return
    _weigh(units, TILE * row, TILE * column, sign, left, right, weights)
    thread = cuda.threadIdx.y * SIDE + cuda.threadIdx.x
    if thread < TILE and TILE * row + thread < units.shape[0]:
        word, total = uint64(0), float32(0)
        for j in range(TILE):
            value = weights[thread, j]
            if row == column and j < thread:
                value = weights[j, thread]
            if value >= least:
                word |= ONE << uint64(j)
                total += value
        bits[TILE * row + thread, column] = word
        parts[column, TILE * row + thread] = total
    j = thread - TILE
    if row < column and 0 <= j < TILE and TILE * column + j < units.shape[0]:
        word, total = uint64(0), float32(0)
        for i in range(TILE):
            value = weights[i, j]
            if value >= least:
                word |= ONE << uint64(i)
                total += value
        bits[TILE * column + j, row] = word
        parts[row, TILE * column + j] = total


@cuda.jit
def add_up(parts: Any, out: Any) -> None:
    """Sum each node's parts in their order."""
    i = cuda.grid(1)
    if i < out.shape[0]:
        total = 0.0
        for tile in range(parts.shape[0]):
            total += parts[tile, i]
        out[i] = total


@cuda.jit
def count_keys(units: Any, sign: int, known: int, shift: int, n_bins: int, counts: Any) -> None:
    """Count the weights by the next few bits of their keys, among those that begin as known.

    Keys are the weights' bits, turned so that they stand in the order of the weights. A block
    goes through many tiles before it adds to the counts of all.
    """
    left = cuda.shared.array((SIDE, PADDED), float32)
    right = cuda.shared.array((SIDE, PADDED), float32)
    weights = cuda.shared.array((TILE, PADDED), float32)
    mine = cuda.shared.array(BINS, int64)
    thread = cuda.threadIdx.y * SIDE + cuda.threadIdx.x
    for place in range(thread, n_bins, SIDE * SIDE):
        mine[place] = 0
    n_tiles = (units.shape[0] + TILE - 1) // TILE
    patterns = weights.view(np.uint32)
    for pair in range(cuda.blockIdx.x, n_tiles * n_tiles, cuda.gridDim.x):
        row, column = pair // n_tiles, pair % n_tiles
        if row > column:
            continue
        _weigh(units, TILE * row, TILE * column, sign, left, right, weights)
        for entry in range(thread, TILE * TILE, SIDE * SIDE):
            i, j = entry // TILE, entry % TILE
            value = weights[i, j]
            if value == value:
                key = patterns[i, j]
                key = int64(key ^ (ALL if key >= TOP else TOP))
                place = (key >> shift) - known * n_bins
                if 0 <= place < n_bins:
                    cuda.atomic.add(mine, place, 1)
        cuda.syncthreads()
    for place in range(thread, n_bins, SIDE * SIDE):
        if mine[place]:
            cuda.atomic.add(counts, place, mine[place])


@cuda.jit(device=True)
def _total(value: int, room: Any) -> Any:
    """Sum over the threads of a block; the first one knows it."""
    room[cuda.threadIdx.x] = value
    cuda.syncthreads()
    total = int64(0)
    if cuda.threadIdx.x == 0:
        for x in range(cuda.blockDim.x):
            total += room[x]
    return total


@cuda.jit
def count_common(bits: Any, out: Any) -> None:
    """Triangles of a block's node: half of what it has in common with its neighbours.

    Warps walk the bits of its row that are set, and lanes the words of that neighbour's row.
    """
    row = cuda.shared.array(CHUNK, uint64)
    room = cuda.shared.array(MOST_THREADS, int64)
    i, x = cuda.blockIdx.x, cuda.threadIdx.x
    n_words = bits.shape[1]
    total = int64(0)
    for start in range(0, n_words, CHUNK):
        size = min(CHUNK, n_words - start)
        for w in range(x, size, cuda.blockDim.x):
            row[w] = bits[i, start + w]
        cuda.syncthreads()
        for at in range(x // LANES, n_words, cuda.blockDim.x // LANES):
            word = bits[i, at]
            while word:
                rest = word & (word - ONE)
                j = TILE * at + cuda.popc((word ^ rest) - ONE)
                for w in range(x % LANES, size, LANES):
                    total += cuda.popc(row[w] & bits[j, start + w])
                word = rest
        cuda.syncthreads()
    total = _total(total, room)
    if x == 0:
        out[i] = total // 2


@cuda.jit
def count_squares(bits: Any, out: Any) -> None:
    """Add to each node of a tile its pairs of neighbours in common with each of another tile."""
    left = cuda.shared.array((SIDE, PADDED), uint64)
    right = cuda.shared.array((SIDE, PADDED), uint64)
    found = cuda.local.array((4, 4), int64)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    first, other = TILE * cuda.blockIdx.y, TILE * cuda.blockIdx.x
    for a in range(4):
        for b in range(4):
            found[a, b] = 0
    for start in range(0, bits.shape[1], SIDE):
        for a in range(4):
            i, w = y + SIDE * a, start + x
            inside = w < bits.shape[1]
            left[x, i] = bits[first + i, w] if inside and first + i < len(bits) else uint64(0)
            right[x, i] = bits[other + i, w] if inside and other + i < len(bits) else uint64(0)
        cuda.syncthreads()
        for w in range(SIDE):
            for a in range(4):
                for b in range(4):
                    both = left[w, y + SIDE * a] & right[w, x + SIDE * b]
                    found[a, b] += cuda.popc(both)
        cuda.syncthreads()
    for a in range(4):
        i = first + y + SIDE * a
        total = int64(0)
        for b in range(4):
            if other + x + SIDE * b != i:
                total += found[a, b] * (found[a, b] - 1) // 2
        if i < len(bits) and total:
            cuda.atomic.add(out, i, total)


@cuda.jit
def spread(bits: Any, dense: Any) -> None:
    """Write the bits as ones and zeros: a thread a word."""
    at = cuda.grid(1)
    i, w = at // bits.shape[1], at % bits.shape[1]
    if i < len(bits):
        word = bits[i, w]
        for b in range(TILE):
            dense[i, TILE * w + b] = (word >> uint64(b)) & ONE


@cuda.jit
def sum_products(dense: Any, products: Any, first: int, squares: int, out: Any) -> None:
    """Triangles, or four-cycles, of the nodes of a panel from the neighbours in common."""
    room = cuda.shared.array(MOST_THREADS, int64)
    x, i = cuda.threadIdx.x, first + cuda.blockIdx.x
    total = int64(0)
    for j in range(x, out.shape[0], cuda.blockDim.x):
        common = int64(products[cuda.blockIdx.x, j])
        if squares:
            if j != i:
                total += common * (common - 1) // 2
        elif dense[i, j]:
            total += common
    total = _total(total, room)
    if x == 0:
        out[i] = total if squares else total // 2

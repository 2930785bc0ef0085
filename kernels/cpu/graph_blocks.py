"""The compiled loops of `neurokit.kernels.cpu.graphs`."""

# an intrinsic takes one argument less than its definition
# mypy: disable-error-code="call-arg,var-annotated"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from neurokit.kernels.cpu.bits import at_least, common, lowest

INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
ONE = np.uint64(1)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(cache=True, nogil=True, error_model="numpy", **INNER)
def _transpose(words: Any) -> None:
    """Transpose 64 x 64 bits in place, halves, quarters and so on at a time."""
    width, mask = 32, np.uint64(0x00000000FFFFFFFF)
    while width:
        shift = np.uint64(width)
        for k in range(0, 64, 2 * width):
            for i in range(k, k + width):
                swapped = ((words[i] >> shift) ^ words[i + width]) & mask
                words[i + width] ^= swapped
                words[i] ^= swapped << shift
        width //= 2
        mask ^= mask << np.uint64(width)


@njit(cache=True, nogil=True, error_model="numpy")
def pack_tile(tile: Any, least: Any, place: Any, bits: Any, words: Any) -> None:
    """Pack where a tile of weights reaches the least, on both sides of the diagonal.

    ``place`` is the tile's first row and column, multiples of 64.
    """
    n_rows, n_columns = tile.shape
    first_row, first_column = place
    stride = np.uint64(4 * n_columns)
    base = np.uint64(tile.ctypes.data)
    for i in range(0, n_rows, 64):
        height = min(64, n_rows - i)
        for j in range(0, n_columns, 64):
            some = np.uint64(0)
            for k in range(height):
                word = at_least(base + np.uint64(i + k) * stride + np.uint64(4 * j), least)
                words[k] = word
                some |= word
            if not some:
                continue
            for k in range(height, 64):
                words[k] = np.uint64(0)
            column = (first_column + j) // 64
            # the last rows of a tile may be padding, which has no bits
            for k in range(min(height, len(bits) - first_row - i)):
                bits[first_row + i + k, column] |= words[k]
            _transpose(words)
            column = (first_row + i) // 64
            for k in range(min(64, len(bits) - first_column - j)):
                bits[first_column + j + k, column] |= words[k]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def add_strengths(tile: Any, least: Any, rows: Any, columns: Any, across: Any) -> None:
    """Add the weights that reach the least to the sums of their rows and their columns."""
    across[:] = 0
    for i in range(tile.shape[0]):
        row = tile[i]
        total = np.float32(0)
        for j in range(len(row)):
            weight = row[j] if row[j] >= least else np.float32(0)
            total += weight
            across[j] += weight
        rows[i] += total
    for j in range(len(columns)):
        columns[j] += across[j]


@njit(cache=True, nogil=True, error_model="numpy")
def collect(tile: Any, low: Any, high: Any, place: Any, found: Any, weights: Any) -> int:
    """List the pairs whose weight lies from low up to high; say how many."""
    n_rows, n_columns = tile.shape
    base, stride = np.uint64(tile.ctypes.data), np.uint64(4 * n_columns)
    count = 0
    for i in range(n_rows):
        for j in range(0, n_columns, 64):
            address = base + np.uint64(i) * stride + np.uint64(4 * j)
            word = at_least(address, low) & ~at_least(address, high)
            while word:
                k = j + lowest(word)
                found[count, 0], found[count, 1] = place[0] + i, place[1] + k
                weights[count] = tile[i, k]
                count += 1
                word &= word - ONE
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def join(bits: Any, found: Any) -> None:
    """Join pairs of nodes."""
    for i, j in found:
        bits[i, j // 64] |= ONE << np.uint64(j % 64)
        bits[j, i // 64] |= ONE << np.uint64(i % 64)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def correlate_pairs(units: Any, pairs: Any, out: Any) -> None:
    """Correlate pairs of series."""
    for p in range(len(pairs)):
        left, right = units[pairs[p, 0]], units[pairs[p, 1]]
        total = np.float32(0)
        for t in range(len(left)):
            total += left[t] * right[t]
        out[p] = total


@njit(cache=True, nogil=True, error_model="numpy")
def count_common(bits: Any, strip: int, n_strips: int, chunk: int, block: int, out: Any) -> None:
    """Add to both ends of each edge the neighbours that they have in common.

    Rows of every ``n_strips``-th strip of 64 are one's own. What is compared at a time, ``chunk``
    words of ``block`` rows, stays in the cache.
    """
    n_nodes, n_words = bits.shape
    stride = np.uint64(8 * n_words)
    for start in range(0, n_words, chunk):
        size = min(chunk, n_words - start)
        origin = np.uint64(bits.ctypes.data + 8 * start)
        for first in range(0, n_nodes, block):
            last = min(first + block, n_nodes)
            for base in range(64 * strip, last, 64 * n_strips):
                for i in range(base, min(base + 64, last)):
                    row, mine = origin + np.uint64(i) * stride, 0
                    if size < n_words and not common(row, row, size):
                        continue
                    for w in range(max(first // 64, i // 64), (last + 63) // 64):
                        word = bits[i, w]
                        if w == i // 64:
                            word &= (ALL << np.uint64(i % 64)) << ONE
                        while word:
                            j = 64 * w + lowest(word)
                            word &= word - ONE
                            both = common(row, origin + np.uint64(j) * stride, size)
                            mine += both
                            out[j] += both
                    out[i] += mine


@njit(cache=True, nogil=True, error_model="numpy")
def count_squares(bits: Any, strip: int, n_strips: int, out: Any) -> None:
    """Add to both of each two nodes the pairs of neighbours that they have in common."""
    n_nodes, n_words = bits.shape
    origin, stride = np.uint64(bits.ctypes.data), np.uint64(8 * n_words)
    for base in range(64 * strip, n_nodes, 64 * n_strips):
        end = min(base + 64, n_nodes)
        for j in range(base + 1, n_nodes):
            other, theirs = origin + np.uint64(j) * stride, 0
            for i in range(base, min(end, j)):
                both = common(origin + np.uint64(i) * stride, other, n_words)
                pairs = both * (both - 1) // 2
                out[i] += pairs
                theirs += pairs
            out[j] += theirs


@njit(cache=True, nogil=True, error_model="numpy")
def list_neighbours(bits: Any, targets: Any) -> None:
    """List the neighbours of each node, one node after the other."""
    at = 0
    for i in range(len(bits)):
        for w in range(bits.shape[1]):
            word = bits[i, w]
            while word:
                targets[at] = 64 * w + lowest(word)
                at += 1
                word &= word - ONE


@njit(cache=True, nogil=True, error_model="numpy")
def list_later(starts: Any, targets: Any, rank: Any, firsts: Any, later: Any) -> None:
    """List each node's neighbours of higher rank, as ranks and in the order of ranks."""
    n_nodes = len(rank)
    for i in range(n_nodes):
        count = 0
        for p in range(starts[i], starts[i + 1]):
            count += rank[targets[p]] > rank[i]
        firsts[rank[i] + 1] = count
    for r in range(n_nodes):
        firsts[r + 1] += firsts[r]
    for i in range(n_nodes):
        at = firsts[rank[i]]
        for p in range(starts[i], starts[i + 1]):
            if rank[targets[p]] > rank[i]:
                later[at] = rank[targets[p]]
                at += 1


@njit(cache=True, nogil=True, error_model="numpy")
def count_listed(starts: Any, targets: Any, part: int, n_parts: int, seen: Any, out: Any) -> None:
    """Count triangles from their lowest rank: a neighbour's neighbour that is a neighbour too."""
    for u in range(part, len(starts) - 1, n_parts):
        first, last = starts[u], starts[u + 1]
        if last - first < 2:
            continue
        for p in range(first, last):
            seen[targets[p]] = True
        mine = 0
        for p in range(first, last):
            v = targets[p]
            theirs = 0
            for q in range(starts[v], starts[v + 1]):
                w = targets[q]
                if seen[w]:
                    out[w] += 1
                    theirs += 1
            out[v] += theirs
            mine += theirs
        out[u] += mine
        for p in range(first, last):
            seen[targets[p]] = False


@njit(cache=True, nogil=True, error_model="numpy")
def count_squares_listed(
    starts: Any, targets: Any, part: int, n_parts: int, seen: Any, found: Any, out: Any
) -> None:
    """Count four-cycles through nodes: two ways to an opposite one."""
    for v in range(part, len(starts) - 1, n_parts):
        n_found = 0
        for p in range(starts[v], starts[v + 1]):
            u = targets[p]
            for q in range(starts[u], starts[u + 1]):
                w = targets[q]
                if w != v:
                    if seen[w] == 0:
                        found[n_found] = w
                        n_found += 1
                    seen[w] += 1
        total = 0
        for k in range(n_found):
            ways = seen[found[k]]
            total += ways * (ways - 1) // 2
            seen[found[k]] = 0
        out[v] = total

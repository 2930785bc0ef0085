"""Graphs of correlations and their cycles on bits, a tile of correlations at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from threading import local

import numpy as np

from neurokit.kernels.cpu import graph_blocks as blocks
from neurokit.kernels.packed import degrees, empty_bits
from neurokit.kernels.threads import in_threads

TILE = 1024
SAMPLED = 2**20  # pairs, at most, that say about where a threshold lies
CHUNK = 512  # words of a row, at most, that are compared at a time,
BLOCK = 5 * 2**14  # and words together with those of the rows they are compared with: 640 KB
# nanoseconds, measured on a Zen 4 core: for a row and a block of rows, to compare eight words, for
# each edge besides; to look at a word, for each edge that is listed, for a step along a list
BEGIN, COMPARE, EDGE, LOOK, LIST, STEP = 12.0, 0.9, 2.0, 0.6, 40.0, 3.5

Tile = tuple[np.ndarray, tuple[int, int]]


def correlation_graph(
    units: np.ndarray, threshold: float, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """See :func:`neurokit.kernels.correlation_graph`."""
    bits, strengths, _ = _pack(units, sign, np.float32(threshold), None, n_threads)
    return bits, strengths


def correlation_graph_of_size(
    units: np.ndarray, n_edges: int, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    """Bits, strengths and threshold of the ``n_edges`` strongest pairs, and those that tie.

    A sample of pairs brackets the threshold. What is above the bracket is packed, what lies within
    is listed, and the list sorted: one pass over the pairs, unless the sample was unlucky.
    """
    if n_edges == 0:
        return empty_bits(len(units)), np.zeros(len(units)), float("inf")
    sample = _sample(units, sign)
    n_pairs = len(units) * (len(units) - 1) // 2
    share = n_edges / n_pairs
    error = np.sqrt(share * (1 - share) / len(sample)) + 1 / len(sample)
    for attempt in count():
        margin = 6 * 4**attempt * error
        low, high = (_quantile(sample, share + side * margin) for side in (1, -1))
        bits, strengths, (found, weights) = _pack(units, sign, high, low, n_threads)
        missing = n_edges - int(degrees(bits).sum()) // 2
        if 0 <= missing <= len(weights):
            break
    threshold = high
    if missing:
        threshold = np.partition(weights, len(weights) - missing)[len(weights) - missing]
        chosen = weights >= threshold
        blocks.join(bits, found[chosen])
        for end in found[chosen].T:
            strengths += np.bincount(end, weights[chosen], minlength=len(units))
    return bits, strengths, float(threshold)


def _sample(units: np.ndarray, sign: str) -> np.ndarray:
    """Weights of pairs drawn at random, the highest first; NaN ones last."""
    n_nodes = len(units)
    n_pairs = n_nodes * (n_nodes - 1) // 2
    size = min(SAMPLED, max(n_pairs // 64, 2**16))
    if n_pairs <= size:
        pairs = np.stack(np.triu_indices(n_nodes, 1), axis=1)
    else:
        rng = np.random.default_rng(0)
        left = rng.integers(n_nodes, size=size)
        pairs = np.stack([left, (left + rng.integers(1, n_nodes, size=size)) % n_nodes], axis=1)
    values = np.empty(len(pairs), dtype=np.float32)
    blocks.correlate_pairs(units, pairs, values)
    weights = -values if sign == "negative" else np.abs(values) if sign == "absolute" else values
    return -np.sort(-weights)


def _quantile(sample: np.ndarray, share: float) -> np.float32:
    """Weight that about this share of the pairs reaches, infinite beyond the ends."""
    place = round(share * len(sample))
    if place <= 0:
        return np.float32(np.inf)
    if place >= len(sample) or np.isnan(sample[place]):
        return np.float32(-np.inf)
    return np.float32(sample[place])


def _pack(
    units: np.ndarray, sign: str, least: np.float32, low: np.float32 | None, n_threads: int
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Bits and strengths from the least weight on; pairs from the low one up to it, if given."""
    n_nodes = len(units)
    bits = empty_bits(n_nodes)
    # a word of padding is made of pairs of nobody
    padded = np.full((-(-n_nodes // 64) * 64, units.shape[1]), np.nan, dtype=np.float32)
    padded[:n_nodes] = units
    room = local()

    def fill(row: int) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
        if not hasattr(room, "words"):
            room.tile = np.empty(TILE * TILE, dtype=np.float32)
            room.across = np.empty(TILE, dtype=np.float32)
            room.words = np.empty(64, dtype=np.uint64)
            if low is not None:
                room.found = np.empty((TILE * TILE, 2), dtype=np.int32)
                room.weights = np.empty(TILE * TILE, dtype=np.float32)
        sums = np.zeros(len(padded))
        pairs, weights = [], []
        for tile, place in _tiles(padded, row, sign, room.tile):
            rows, columns = (
                sums[first : first + size] for first, size in zip(place, tile.shape, strict=True)
            )
            blocks.add_strengths(tile, least, rows, columns, room.across[: tile.shape[1]])
            blocks.pack_tile(tile, least, place, bits, room.words)
            if low is not None:
                n = blocks.collect(tile, low, least, place, room.found, room.weights)
                pairs.append(room.found[:n].copy())
                weights.append(room.weights[:n].copy())
        return sums, pairs, weights

    rows = range(0, len(padded), TILE)
    results = in_threads(fill, rows, n_threads)
    strengths = np.sum([sums for sums, _, _ in results], axis=0)[:n_nodes]
    pairs = [np.empty((0, 2), np.int32), *(some for _, found, _ in results for some in found)]
    weights = [np.empty(0, np.float32), *(some for *_, found in results for some in found)]
    return bits, strengths, (np.concatenate(pairs), np.concatenate(weights))


def _tiles(padded: np.ndarray, row: int, sign: str, memory: np.ndarray) -> Iterator[Tile]:
    """Weights of a strip of rows with all later nodes, tile by tile; NaN where i >= j."""
    left = padded[row : row + TILE]
    if sign == "negative":
        left = -left
    for column in range(row, len(padded), TILE):
        right = padded[column : column + TILE]
        tile = memory[: len(left) * len(right)].reshape(len(left), len(right))
        np.matmul(left, right.T, out=tile)
        if sign == "absolute":
            np.abs(tile, out=tile)
        if column == row:
            tile[np.tril_indices(len(tile))] = np.nan
        yield tile, (row, column)


def triangles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.triangles`."""
    n_nodes, n_words = bits.shape
    neighbours = degrees(bits)
    n_edges = int(neighbours.sum()) // 2
    n_chunks = -(-n_words // CHUNK)
    chunk = -(-n_words // (8 * n_chunks)) * 8
    block = max(BLOCK // chunk // 64, 1) * 64
    beginnings = n_chunks * n_nodes * -(-n_nodes // block) / 2
    on_bits = BEGIN * beginnings + n_edges * (COMPARE * n_words / 8 + EDGE)
    on_lists = LOOK * bits.size + LIST * n_edges + STEP * _steps(neighbours)
    if on_lists < on_bits:
        return triangles_listed(*_lists(bits, neighbours), n_threads)

    def count_strip(strip: int, n_strips: int, out: np.ndarray) -> None:
        blocks.count_common(bits, strip, n_strips, chunk, block, out)

    return _summed(n_nodes, n_threads, count_strip) // 2


def _steps(neighbours: np.ndarray) -> float:
    """About how many entries of lists are looked at: edges to a node times those that go up."""
    # in a random graph of these degrees a node's edges go up to all stubs of higher nodes
    ordered = np.sort(neighbours).astype(float)
    total = ordered.sum()
    up = ordered * (total - np.cumsum(ordered)) / max(total, 1)
    return float(np.sum((ordered - up) * up))


def triangles_listed(starts: np.ndarray, targets: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Triangles by lists of those neighbours that come later in the order of degrees."""
    neighbours = np.diff(starts)
    n_nodes = len(neighbours)
    rank = np.empty(n_nodes, dtype=np.int64)
    rank[np.argsort(neighbours, kind="stable")] = np.arange(n_nodes)
    firsts = np.zeros(n_nodes + 1, dtype=np.int64)
    later = np.empty(len(targets) // 2, dtype=np.int32)
    blocks.list_later(starts, targets, rank, firsts, later)

    def count_part(part: int, n_parts: int, out: np.ndarray) -> None:
        seen = np.zeros(n_nodes, dtype=np.bool_)
        blocks.count_listed(firsts, later, part, n_parts, seen, out)

    return _summed(n_nodes, n_threads, count_part)[rank]


def four_cycles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.four_cycles`."""
    n_nodes, n_words = bits.shape
    neighbours = degrees(bits)
    on_bits = n_nodes**2 / 2 * (COMPARE * n_words / 8 + EDGE / 2)
    on_lists = LOOK * bits.size + STEP * float(np.sum(neighbours.astype(float) ** 2))
    if on_lists < on_bits:
        return four_cycles_listed(*_lists(bits, neighbours), n_threads)

    def count_strip(strip: int, n_strips: int, out: np.ndarray) -> None:
        blocks.count_squares(bits, strip, n_strips, out)

    return _summed(n_nodes, n_threads, count_strip)


def four_cycles_listed(starts: np.ndarray, targets: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Four-cycles by the neighbours' neighbours of each node."""
    n_nodes = len(starts) - 1

    def count_part(part: int, n_parts: int, out: np.ndarray) -> None:
        seen, found = np.zeros(n_nodes, dtype=np.int64), np.empty(n_nodes, dtype=np.int64)
        blocks.count_squares_listed(starts, targets, part, n_parts, seen, found, out)

    return _summed(n_nodes, n_threads, count_part)


def _lists(bits: np.ndarray, neighbours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = np.concatenate([[0], np.cumsum(neighbours)])
    targets = np.empty(starts[-1], dtype=np.int64)
    blocks.list_neighbours(bits, targets)
    return starts, targets


def _summed(
    n_nodes: int, n_threads: int, count_strip: Callable[[int, int, np.ndarray], None]
) -> np.ndarray:
    """Sum of what each strip counts."""
    total = np.zeros(n_nodes, dtype=np.int64)
    # every strip fetches all rows, so that one is enough for one thread; it asks no BLAS either
    if n_threads == 1:
        count_strip(0, 1, total)
        return total
    n_strips = 4 * n_threads

    def count_one(strip: int) -> np.ndarray:
        out = np.zeros(n_nodes, dtype=np.int64)
        count_strip(strip, n_strips, out)
        return out

    for part in in_threads(count_one, range(n_strips), n_threads):
        total += part
    return total

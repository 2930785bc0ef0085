"""Block sums of a nested partition, its description length, and what a node's move changes of it.

A level's nodes are the blocks of the level below. Pairs of blocks hold four numbers: edges, sum of
weights, then at the lowest level the sum of squares and the observed share, above it the number of
occupied pairs. A block with itself holds each pair once.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit

LN2 = log(2.0)
# places in the options
KIND, RATE, SLOPE, OFFSET, MEAN, STRENGTH, SCATTER, MISSING, CORRECTED, LOG_TOTAL = range(10)
PRESENCE, MICROCANONICAL, GAMMA, LOG_NORMAL = range(4)
Q_LOW, Q_HIGH, Q_SIZE = -12.0, 12.0, 8192  # logarithms of n / sqrt(m), and steps of the table


class Tables(NamedTuple):
    """What costs are looked up in."""

    log_factorial: np.ndarray
    weights: np.ndarray  # what the number of weights alone gives
    szekeres: np.ndarray  # (Q_SIZE, 2) terms of the number of partitions
    partitions: np.ndarray  # (m, n) logarithm of the partitions of m into at most n parts
    options: np.ndarray  # see KIND and so on


class State(NamedTuple):
    """Graph, nested labels and their sums; the last level has one block."""

    graph: np.ndarray  # (n_nodes, n_nodes, 4)
    degrees: np.ndarray  # (n_nodes, 2) edges, and expected share of them
    degree_index: np.ndarray  # (n_nodes,) which of the distinct degrees
    labels: np.ndarray  # (n_levels, n_nodes)
    shape: np.ndarray  # (n_levels + 1,) blocks of each level, at last the number of levels
    sizes: np.ndarray  # (n_levels, n_blocks)
    sums: np.ndarray  # (n_levels, n_blocks, n_blocks, 4)
    ends: np.ndarray  # (n_blocks, 2) sums of degrees
    histogram: np.ndarray  # (n_blocks, n_distinct) how often each degree
    occupied: np.ndarray  # (1,) pairs of blocks of the first level that edges join
    tables: Tables


@njit(cache=True, nogil=True)
def weight_cost(tables: Tables, n: float, total: float, squares: float) -> float:
    """Cost of the n weights of a pair of blocks."""
    w = tables.options
    if n < 0.5 or w[KIND] == PRESENCE:
        return 0.0
    spread = w[RATE] + total
    if w[KIND] == LOG_NORMAL:
        away = total / n - w[MEAN]
        spread = w[SCATTER] + max(squares - total * total / n, 0.0)
        spread += w[STRENGTH] * n / (w[STRENGTH] + n) * away * away
    # what subtraction leaves of a sum may be a rounding error below nothing
    return (w[SLOPE] * n + w[OFFSET]) * log(max(spread, 1e-300)) - tables.weights[int(n)]


@njit(cache=True, nogil=True)
def pair_cost(
    tables: Tables,
    level: int,
    m: float,
    total: float,
    third: float,
    observed: float,
    pairs: int,
    alone: bool,
) -> float:
    """Cost of a pair of blocks; ``pairs`` counts the pairs of nodes, alone is a block by itself."""
    f, w = tables.log_factorial, tables.options
    i = int(m)
    if level == 0:
        if i == 0:
            return 0.0
        cost = weight_cost(tables, m, total, third) - f[i]
        if alone:
            cost -= m * LN2
        if w[MISSING]:
            cost += m * log(2 * observed if alone else observed)
        return cost
    cost = f[pairs + i - 1] - f[i] - f[pairs - 1]
    if w[KIND] == MICROCANONICAL:
        cost += weight_cost(tables, third, total, 0.0)
    return cost


@njit(cache=True, nogil=True)
def node_pairs(a: int, b: int, alone: bool) -> int:
    """Pairs of nodes of two blocks of sizes a and b."""
    return a * (a + 1) // 2 if alone else a * b


@njit(cache=True, nogil=True)
def log_partitions(tables: Tables, m: float, n: int) -> float:
    """Logarithm of the partitions of m into at most n parts, by Szekeres if m is large."""
    f, exact, table = tables.log_factorial, tables.partitions, tables.szekeres
    if m < 1 or n < 1:
        return 0.0
    n = min(int(m), n)
    if m < len(exact):
        return exact[int(m), n]
    if n < m**0.25:
        return f[int(m) - 1] - f[n - 1] - f[int(m) - n] - f[n]
    place = (0.5 * log(n * n / m) - Q_LOW) / (Q_HIGH - Q_LOW) * (Q_SIZE - 1)
    i = int(place)
    share = place - i
    first = table[i, 0] + share * (table[i + 1, 0] - table[i, 0])
    second = table[i, 1] + share * (table[i + 1, 1] - table[i, 1])
    return first - log(m) + m**0.5 * second


@njit(cache=True, nogil=True)
def count_partitions(counts: np.ndarray) -> None:
    """Fill a table with the partitions of m (row) into at most n parts (column)."""
    counts[0] = 1.0
    for n in range(1, counts.shape[1]):
        for m in range(1, len(counts)):
            counts[m, n] = counts[m, n - 1]
            if m >= n:
                counts[m, n] += counts[m - n, n]


@njit(cache=True, nogil=True)
def block_cost(
    tables: Tables,
    level: int,
    size: int,
    ends: float,
    expected: float,
) -> float:
    """Cost of a block for its size and the edges that end in it."""
    f, w = tables.log_factorial, tables.options
    cost = -f[size]
    if level:
        return cost
    if w[CORRECTED]:
        cost += f[int(ends)] + f[size] + log_partitions(tables, ends, size)
        if w[MISSING] and ends:
            cost -= ends * log(expected)
    elif size and not w[MISSING]:
        cost += ends * log(size)
    return cost


@njit(cache=True, nogil=True)
def rebuild(st: State, start: int) -> None:
    """Sum up again from a level on."""
    for level in range(start, st.shape[-1]):
        n = st.graph.shape[0] if level == 0 else st.shape[level - 1]
        blocks = st.shape[level]
        labels, sums = st.labels[level], st.sums[level]
        st.sizes[level, :blocks] = 0
        sums[:blocks, :blocks] = 0.0
        if level == 0:
            st.ends[:blocks] = 0.0
            st.histogram[:blocks] = 0
        for v in range(n):
            r = labels[v]
            st.sizes[level, r] += 1
            if level == 0:
                st.ends[r] += st.degrees[v]
                st.histogram[r, st.degree_index[v]] += 1
            _add_row(st, level, v, r, labels, sums)
        for r in range(blocks):
            for s in range(r):
                sums[s, r] += sums[r, s]
                sums[r, s] = sums[s, r]
    if start < 2:
        blocks = st.shape[0]
        st.occupied[0] = 0
        for r in range(blocks):
            for s in range(r + 1):
                st.occupied[0] += st.sums[0, r, s, 0] > 0


@njit(cache=True, nogil=True)
def _add_row(st: State, level: int, v: int, r: int, labels: np.ndarray, sums: np.ndarray) -> None:
    """Add a node's pairs with those up to itself."""
    if level == 0:
        row = st.graph[v]
        for u in range(v + 1):
            into = sums[r, labels[u]]
            for c in range(4):
                into[c] += row[u, c]
        return
    below = st.sums[level - 1, v]
    for u in range(v + 1):
        into = sums[r, labels[u]]
        into[0] += below[u, 0]
        into[1] += below[u, 1]
        if below[u, 0] > 0:
            into[2] += 1


@njit(cache=True, nogil=True)
def level_cost(st: State, level: int) -> float:
    """Description length of one level."""
    f, w = st.tables.log_factorial, st.tables.options
    n = st.graph.shape[0] if level == 0 else st.shape[level - 1]
    blocks = st.shape[level]
    sizes, sums, ends = st.sizes[level], st.sums[level], st.ends
    cost = f[n] + f[n - 1] - f[blocks - 1] - f[n - blocks] + log(n)
    for r in range(blocks):
        size = sizes[r]
        a, x = ends[r]
        cost += block_cost(st.tables, level, size, a, x)
        if level == 0 and w[CORRECTED]:
            for k in range(st.histogram.shape[1]):
                cost -= f[st.histogram[r, k]]
        for s in range(r + 1):
            cost += present(sums, sizes, st.tables, level, r, s)
    if level == 0:
        cost += flat_cost(st.tables, st.occupied[0])
    return cost


@njit(cache=True, nogil=True)
def flat_cost(tables: Tables, occupied: int) -> float:
    """Cost of a flat prior of the sums of weights, as graph-tool has it at the first level."""
    f, w = tables.log_factorial, tables.options
    if w[KIND] != MICROCANONICAL or occupied < 2:
        return 0.0
    return (occupied - 1) * w[LOG_TOTAL] - f[occupied - 1]


@njit(cache=True, nogil=True)
def present(
    sums: np.ndarray,
    sizes: np.ndarray,
    tables: Tables,
    level: int,
    r: int,
    s: int,
) -> float:
    """Cost of a pair of blocks as it stands."""
    pairs = node_pairs(sizes[r], sizes[s], r == s)
    m, total = sums[r, s, 0], sums[r, s, 1]
    third, observed = sums[r, s, 2], sums[r, s, 3]
    return pair_cost(tables, level, m, total, third, observed, pairs, r == s)


@njit(cache=True, nogil=True)
def total_cost(st: State, start: int) -> float:
    """Description length of the levels from one on."""
    cost = 0.0
    for level in range(start, st.shape[-1]):
        cost += level_cost(st, level)
    return cost

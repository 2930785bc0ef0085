"""What the description length gains when a node changes its block, or two blocks become one."""

from __future__ import annotations

from math import log

import numpy as np
from numba import njit

from neurokit.kernels.cpu.block_sums import (
    CORRECTED,
    MISSING,
    State,
    block_cost,
    node_pairs,
    pair_cost,
    present,
    rebuild,
)


@njit(cache=True, nogil=True)
def gather(st: State, level: int, v: int, near: np.ndarray) -> None:
    """Sum a node's pairs with each block, itself left out; what it has with itself comes last."""
    labels = st.labels[level]
    blocks = st.shape[level]
    near[: blocks + 1] = 0.0
    n = st.graph.shape[0] if level == 0 else st.shape[level - 1]
    for u in range(n):
        into = near[blocks] if u == v else near[labels[u]]
        if level == 0:
            for c in range(4):
                into[c] += st.graph[v, u, c]
        else:
            below = st.sums[level - 1, v, u]
            into[0] += below[0]
            into[1] += below[1]
            if below[0] > 0:
                into[2] += 1


@njit(cache=True, nogil=True)
def fill_costs(st: State, level: int, costs: np.ndarray) -> None:
    """Cost of every pair of blocks as it stands."""
    sums, sizes = st.sums[level], st.sizes[level]
    for r in range(st.shape[level]):
        for s in range(r + 1):
            costs[r, s] = costs[s, r] = present(
                sums, sizes, st.log_factorial, st.weight_table, st.options, level, r, s
            )


@njit(cache=True, nogil=True)
def row_gain(
    sums: np.ndarray,
    sizes: np.ndarray,
    f: np.ndarray,
    table: np.ndarray,
    w: np.ndarray,
    level: int,
    blocks: int,
    near: np.ndarray,
    costs: np.ndarray,
    r: int,
    sign: int,
    out: np.ndarray,
) -> tuple[float, bool]:
    """Gain in each pair of block r when a node enters (sign 1) or leaves it (-1), and the sum.

    Whether a pair becomes occupied or empty comes second.
    """
    gain = 0.0
    occupied = False
    size = sizes[r] + sign
    for t in range(blocks):
        d0, d1, d2, d3 = near[t, 0], near[t, 1], near[t, 2], near[t, 3]
        if t == r:
            d0 += near[blocks, 0]
            d1 += near[blocks, 1]
            d2 += near[blocks, 2]
            d3 += near[blocks, 3]
        if level == 0 and d0 == 0 and not w[MISSING]:
            out[t] = 0.0
            continue
        m = sums[r, t, 0] + sign * d0
        occupied |= (m > 0) != (sums[r, t, 0] > 0)
        pairs = node_pairs(size, size if t == r else sizes[t], t == r)
        third, observed = sums[r, t, 2] + sign * d2, sums[r, t, 3] + sign * d3
        total = sums[r, t, 1] + sign * d1
        out[t] = pair_cost(f, table, w, level, m, total, third, observed, pairs, t == r)
        out[t] -= costs[r, t]
        gain += out[t]
    return gain, occupied


@njit(cache=True, nogil=True)
def between(
    sums: np.ndarray,
    sizes: np.ndarray,
    f: np.ndarray,
    table: np.ndarray,
    w: np.ndarray,
    level: int,
    near: np.ndarray,
    costs: np.ndarray,
    r: int,
    s: int,
) -> tuple[float, bool]:
    """Gain in the pair (r, s) when a node goes from r to s."""
    m = sums[r, s, 0] + near[r, 0] - near[s, 0]
    total = sums[r, s, 1] + near[r, 1] - near[s, 1]
    third = sums[r, s, 2] + near[r, 2] - near[s, 2]
    observed = sums[r, s, 3] + near[r, 3] - near[s, 3]
    pairs = (sizes[r] - 1) * (sizes[s] + 1)
    new = pair_cost(f, table, w, level, m, total, third, observed, pairs, False)
    return new - costs[r, s], (m > 0) != (sums[r, s, 0] > 0)


@njit(cache=True, nogil=True)
def alone_gain(
    f: np.ndarray,
    exact: np.ndarray,
    table: np.ndarray,
    w: np.ndarray,
    level: int,
    size: int,
    ends: tuple[float, float],
    histogram: np.ndarray,
    degrees: tuple[float, float],
    kind: int,
    sign: int,
) -> float:
    """Gain in what a block costs by itself when a node enters (sign 1) or leaves it (-1)."""
    a, x = ends
    k, share = degrees
    gain = block_cost(f, exact, table, w, level, size + sign, a + sign * k, x + sign * share)
    gain -= block_cost(f, exact, table, w, level, size, a, x)
    if level == 0 and w[CORRECTED]:
        count = histogram[kind]
        gain += log(count) if sign < 0 else -log(count + 1.0)
    return gain


@njit(cache=True, nogil=True)
def levels_above(
    st: State,
    level: int,
    r: int,
    s: int,
    near: np.ndarray,
    occupied: np.ndarray,
    scratch: np.ndarray,
) -> float:
    """Gain in the levels above, whose sums follow when edges go from block r to block s.

    ``occupied`` (2, n_blocks) says by how much the pairs of r and of s became occupied.
    """
    gain = 0.0
    for up in range(level + 1, st.shape[-1]):
        labels = st.labels[up]
        high, low = labels[r], labels[s]
        blocks, below = st.shape[up], st.shape[up - 1]
        moved, more = scratch[0], scratch[1]
        moved[: blocks + 1] = 0.0
        more[:blocks] = 0.0
        for t in range(below):
            moved[labels[t], 0] += near[t, 0]
            moved[labels[t], 1] += near[t, 1]
            more[labels[t], 0] += occupied[0, t]
            more[labels[t], 1] += occupied[1, t]
        moved[blocks] = near[below]
        if high == low:
            return gain + _occupied_only(st, up, high, more)
        gain += _moved_above(st, up, high, low, moved, more, occupied)
        r, s = high, low
        near[: blocks + 1] = moved[: blocks + 1]
    return gain


@njit(cache=True, nogil=True)
def _occupied_only(st: State, up: int, r: int, more: np.ndarray) -> float:
    """Gain where the edges stay in a block, and only the number of occupied pairs differs."""
    gain = 0.0
    sizes = st.sizes[up]
    f, table, w = st.log_factorial, st.weight_table, st.options
    for t in range(st.shape[up]):
        added = more[t, 0] + more[t, 1]
        if added:
            e = st.sums[up, r, t]
            pairs = node_pairs(sizes[r], sizes[t], r == t)
            gain += pair_cost(f, table, w, up, e[0], e[1], e[2] + added, 0.0, pairs, r == t)
            gain -= present(st.sums[up], sizes, f, table, w, up, r, t)
    return gain


@njit(cache=True, nogil=True)
def _moved_above(
    st: State, up: int, r: int, s: int, moved: np.ndarray, more: np.ndarray, occupied: np.ndarray
) -> float:
    """Gain where edges go from block r to block s of a level above; says what became occupied."""
    gain = 0.0
    blocks = st.shape[up]
    sizes = st.sizes[up]
    f, table, w = st.log_factorial, st.weight_table, st.options
    occupied[:, :blocks] = 0.0
    for a, b, sign, row in ((r, s, -1, 0), (s, r, 1, 1)):
        for t in range(blocks):
            e = st.sums[up, a, t]
            m, total, third = e[0], e[1], e[2] + more[t, row]
            if t == b:
                if row:
                    continue
                m += moved[r, 0] - moved[s, 0]
                total += moved[r, 1] - moved[s, 1]
                third = e[2] + more[s, 0] + more[r, 1]
            else:
                m += sign * moved[t, 0]
                total += sign * moved[t, 1]
                if t == a:
                    m += sign * moved[blocks, 0]
                    total += sign * moved[blocks, 1]
            pairs = node_pairs(sizes[a], sizes[t], a == t)
            gain += pair_cost(f, table, w, up, m, total, third, 0.0, pairs, a == t)
            gain -= present(st.sums[up], sizes, f, table, w, up, a, t)
            occupied[row, t] = (m > 0) * 1.0 - (e[0] > 0) * 1.0
    return gain


@njit(cache=True, nogil=True)
def newly_occupied(
    st: State, level: int, r: int, s: int, near: np.ndarray, occupied: np.ndarray
) -> None:
    """Say by how much pairs of r and s become occupied when the node moves."""
    blocks = st.shape[level]
    sums = st.sums[level]
    for t in range(blocks):
        own = near[blocks, 0]
        m = sums[r, t, 0] - near[t, 0] - (own if t == r else 0.0)
        if t == s:
            m = sums[r, s, 0] + near[r, 0] - near[s, 0]
        occupied[0, t] = (m > 0) * 1.0 - (sums[r, t, 0] > 0) * 1.0
        occupied[1, t] = 0.0
        if t != r:
            m = sums[s, t, 0] + near[t, 0] + (own if t == s else 0.0)
            occupied[1, t] = (m > 0) * 1.0 - (sums[s, t, 0] > 0) * 1.0


@njit(cache=True, nogil=True)
def gain_above(st: State, level: int, r: int, s: int, near: np.ndarray, work: np.ndarray) -> float:
    """Gain in all levels above of a move from r to s; ``work`` (4, n_blocks + 1, 4) is scratch."""
    blocks = st.shape[level]
    occupied = work[0].T
    newly_occupied(st, level, r, s, near, occupied)
    work[1, : blocks + 1] = near[: blocks + 1]
    return levels_above(st, level, r, s, work[1], occupied, work[2:])


@njit(cache=True, nogil=True)
def move_gain(st: State, level: int, v: int, s: int) -> float:
    """What the description length gains when node v of a level moves to block s."""
    size = st.sums.shape[1]
    near, work = np.zeros((size + 1, 4)), np.zeros((4, size + 1, 4))
    costs, out = np.zeros((size, size)), np.zeros(size)
    fill_costs(st, level, costs)
    gather(st, level, v, near)
    r = st.labels[level, v]
    sums, sizes, f, w = st.sums[level], st.sizes[level], st.log_factorial, st.options
    blocks, table = st.shape[level], st.weight_table
    gain, _ = row_gain(sums, sizes, f, table, w, level, blocks, near, costs, r, -1, out)
    gain -= out[s]
    entered, _ = row_gain(sums, sizes, f, table, w, level, blocks, near, costs, s, 1, out)
    gain += entered - out[r] + between(sums, sizes, f, table, w, level, near, costs, r, s)[0]
    for block, sign in ((r, -1), (s, 1)):
        gain += block_gain(st, level, v, block, sign)
    return gain + gain_above(st, level, r, s, near, work)


@njit(cache=True, nogil=True)
def block_gain(st: State, level: int, v: int, r: int, sign: int) -> float:
    """Gain in what block r costs by itself when node v enters (sign 1) or leaves it (-1)."""
    i = v if level == 0 else 0
    ends, degrees = (st.ends[r, 0], st.ends[r, 1]), (st.degrees[i, 0], st.degrees[i, 1])
    size, kind, histogram = st.sizes[level, r], st.degree_index[i], st.histogram[r]
    f, exact, table, w = st.log_factorial, st.exact_partitions, st.partitions, st.options
    return alone_gain(f, exact, table, w, level, size, ends, histogram, degrees, kind, sign)


@njit(cache=True, nogil=True)
def move(st: State, level: int, v: int, s: int, near: np.ndarray, costs: np.ndarray) -> None:
    """Move a node to a block, and keep the sums and costs up to date."""
    r = st.labels[level, v]
    blocks = st.shape[level]
    sums = st.sums[level]
    both = sums[r, s] + near[r] - near[s]
    for t in range(blocks):
        sums[r, t] -= near[t]
        sums[s, t] += near[t]
        sums[t, r] = sums[r, t]
        sums[t, s] = sums[s, t]
    sums[r, s] = sums[s, r] = both
    sums[r, r] -= near[blocks]
    sums[s, s] += near[blocks]
    st.labels[level, v] = s
    st.sizes[level, r] -= 1
    st.sizes[level, s] += 1
    if level == 0:
        st.ends[r] -= st.degrees[v]
        st.ends[s] += st.degrees[v]
        st.histogram[r, st.degree_index[v]] -= 1
        st.histogram[s, st.degree_index[v]] += 1
    rebuild(st, level + 1)
    sizes, f, table, w = st.sizes[level], st.log_factorial, st.weight_table, st.options
    for t in range(blocks):
        costs[r, t] = costs[t, r] = present(sums, sizes, f, table, w, level, r, t)
        costs[s, t] = costs[t, s] = present(sums, sizes, f, table, w, level, s, t)

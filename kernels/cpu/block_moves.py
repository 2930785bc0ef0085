"""What the description length gains when a node changes its block, or two blocks become one."""

from __future__ import annotations

from math import log

import numpy as np
from numba import njit

from neurokit.kernels.cpu.block_sums import (
    CORRECTED,
    KIND,
    MICROCANONICAL,
    MISSING,
    State,
    Tables,
    block_cost,
    flat_cost,
    node_pairs,
    pair_cost,
    present,
    rebuild,
)

FAR = 20.0  # nats lost at a level beyond which no level above is asked


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
            costs[r, s] = costs[s, r] = present(sums, sizes, st.tables, level, r, s)


@njit(cache=True, nogil=True)
def leaving(
    sums: np.ndarray,
    sizes: np.ndarray,
    tables: Tables,
    level: int,
    blocks: int,
    near: np.ndarray,
    costs: np.ndarray,
    r: int,
    out: np.ndarray,
) -> tuple[float, int]:
    """Gain in the pairs of block r when a node leaves it, also one by one; how many are emptied."""
    missing = tables.options[MISSING]
    gain, emptied = 0.0, 0
    size = sizes[r] - 1
    for t in range(blocks):
        d0, d1, d2, d3 = near[t, 0], near[t, 1], near[t, 2], near[t, 3]
        if t == r:
            d0 += near[blocks, 0]
            d1 += near[blocks, 1]
            d2 += near[blocks, 2]
            d3 += near[blocks, 3]
        if level == 0 and d0 == 0 and not missing:
            out[t] = 0.0
            continue
        m = sums[r, t, 0] - d0
        emptied += m == 0 and d0 > 0
        pairs = node_pairs(size, size if t == r else sizes[t], t == r)
        total, third, observed = sums[r, t, 1] - d1, sums[r, t, 2] - d2, sums[r, t, 3] - d3
        cost = pair_cost(tables, level, m, total, third, observed, pairs, t == r)
        out[t] = cost - costs[r, t]
        gain += out[t]
    return gain, emptied


@njit(cache=True, nogil=True)
def entering(
    sums: np.ndarray,
    sizes: np.ndarray,
    tables: Tables,
    level: int,
    blocks: int,
    near: np.ndarray,
    costs: np.ndarray,
    r: int,
    s: int,
) -> tuple[float, int]:
    """Gain in the pairs of block s when a node of r enters; how many become occupied.

    The pair (r, s) counts as it is before and after the whole move.
    """
    missing = tables.options[MISSING]
    gain, filled = 0.0, 0
    size = sizes[s] + 1
    for t in range(blocks):
        d0, d1, d2, d3 = near[t, 0], near[t, 1], near[t, 2], near[t, 3]
        other = sizes[t]
        if t == s:
            d0 += near[blocks, 0]
            d1 += near[blocks, 1]
            d2 += near[blocks, 2]
            d3 += near[blocks, 3]
            other = size
        elif t == r:
            d0 -= near[s, 0]
            d1 -= near[s, 1]
            d2 -= near[s, 2]
            d3 -= near[s, 3]
            other = sizes[r] - 1
        elif level == 0 and d0 == 0 and not missing:
            continue
        old = sums[s, t, 0]
        m, total = old + d0, sums[s, t, 1] + d1
        third, observed = sums[s, t, 2] + d2, sums[s, t, 3] + d3
        filled += int(m > 0) - int(old > 0)
        pairs = node_pairs(size, other, t == s)
        gain += pair_cost(tables, level, m, total, third, observed, pairs, t == s)
        gain -= costs[s, t]
    return gain, filled


@njit(cache=True, nogil=True)
def alone_gain(
    tables: Tables,
    level: int,
    size: int,
    ends: tuple[float, float],
    count: int,
    degrees: tuple[float, float],
    sign: int,
) -> float:
    """Gain in what a block costs by itself when a node enters (sign 1) or leaves it (-1).

    So many of its nodes have the node's degree.
    """
    a, x = ends
    k, share = degrees
    gain = block_cost(tables, level, size + sign, a + sign * k, x + sign * share)
    gain -= block_cost(tables, level, size, a, x)
    if level == 0 and tables.options[CORRECTED]:
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
    tables = st.tables
    for t in range(st.shape[up]):
        added = more[t, 0] + more[t, 1]
        if added:
            e = st.sums[up, r, t]
            pairs = node_pairs(sizes[r], sizes[t], r == t)
            gain += pair_cost(tables, up, e[0], e[1], e[2] + added, 0.0, pairs, r == t)
            gain -= present(st.sums[up], sizes, tables, up, r, t)
    return gain


@njit(cache=True, nogil=True)
def _moved_above(
    st: State, up: int, r: int, s: int, moved: np.ndarray, more: np.ndarray, occupied: np.ndarray
) -> float:
    """Gain where edges go from block r to block s of a level above; says what became occupied."""
    gain = 0.0
    blocks = st.shape[up]
    sizes = st.sizes[up]
    tables = st.tables
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
            gain += pair_cost(tables, up, m, total, third, 0.0, pairs, a == t)
            gain -= present(st.sums[up], sizes, tables, up, a, t)
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
    gain = 0.0
    if level == 0:
        more = int(occupied[0, :blocks].sum() + occupied[1, :blocks].sum())
        tables, before = st.tables, st.occupied[0]
        gain = flat_cost(tables, before + more) - flat_cost(tables, before)
    work[1, : blocks + 1] = near[: blocks + 1]
    return gain + levels_above(st, level, r, s, work[1], occupied, work[2:])


@njit(cache=True, nogil=True)
def move_gains(
    st: State,
    level: int,
    v: int,
    near: np.ndarray,
    costs: np.ndarray,
    only: tuple[int, int],
    gains: np.ndarray,
    out: np.ndarray,
    work: np.ndarray,
) -> None:
    """What the description length gains when a node moves to each block; infinity if far.

    Only the two blocks are asked, if they are given (not -1).
    """
    sums, sizes, blocks = st.sums[level], st.sizes[level], st.shape[level]
    tables, above, ends, histogram = st.tables, st.labels[level + 1], st.ends, st.histogram
    r, i = st.labels[level, v], v if level == 0 else 0
    kind, degrees = st.degree_index[i], (st.degrees[i, 0], st.degrees[i, 1])
    coded = tables.options[KIND] == MICROCANONICAL
    left, emptied = leaving(sums, sizes, tables, level, blocks, near, costs, r, out)
    block = (ends[r, 0], ends[r, 1])
    count = histogram[r, kind]
    left += alone_gain(tables, level, sizes[r], block, count, degrees, -1)
    gains[:blocks] = np.inf
    gains[r] = best = 0.0
    for s in range(blocks):
        if s == r or (only[0] >= 0 and s != only[0] and s != only[1]):
            continue
        gain, filled = entering(sums, sizes, tables, level, blocks, near, costs, r, s)
        block = (ends[s, 0], ends[s, 1])
        count = histogram[s, kind]
        gain += left - out[s]
        gain += alone_gain(tables, level, sizes[s], block, count, degrees, 1)
        if only[0] < 0 and gain > best + FAR:
            continue
        if coded or above[r] != above[s]:
            gain += upper_gain(st, level, r, s, near, emptied, filled, work)
        gains[s] = gain
        best = min(gain, best)


@njit(cache=True, nogil=True)
def upper_gain(
    st: State,
    level: int,
    r: int,
    s: int,
    near: np.ndarray,
    emptied: int,
    filled: int,
    work: np.ndarray,
) -> float:
    """Gain above a level where so many pairs of r are emptied and of s are filled."""
    if st.shape[level + 1] > 1:
        if emptied or filled or st.labels[level + 1, r] != st.labels[level + 1, s]:
            return gain_above(st, level, r, s, near, work)
        return 0.0
    # the pair (r, s) is in both counts if the node was all that it had
    more = filled - emptied + int(near[s, 0] > 0 and st.sums[level, r, s, 0] == near[s, 0])
    if more == 0:
        return 0.0
    before = int(st.sums[level + 1, 0, 0, 2])
    gain = flat_cost(st.tables, before + more) - flat_cost(st.tables, before)
    return 2 * gain if level == 0 else gain


def move_gain(st: State, level: int, v: int, s: int) -> float:
    """What the description length gains when node v of a level moves to block s."""
    size = st.sums.shape[1]
    near, work = np.zeros((size + 1, 4)), np.zeros((4, size + 1, 4))
    costs, out, gains = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    fill_costs(st, level, costs)
    gather(st, level, v, near)
    move_gains(st, level, v, near, costs, (s, s), gains, out, work)
    return float(gains[s])


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
    sizes, tables = st.sizes[level], st.tables
    for t in range(blocks):
        costs[r, t] = costs[t, r] = present(sums, sizes, tables, level, r, t)
        costs[s, t] = costs[t, s] = present(sums, sizes, tables, level, s, t)

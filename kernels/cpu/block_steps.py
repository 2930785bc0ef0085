"""Steps of a search: sweeps over the nodes, and the two blocks that are best merged."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurokit.kernels.cpu.block_moves import (
    between,
    block_gain,
    fill_costs,
    gain_above,
    gather,
    move,
    row_gain,
)
from neurokit.kernels.cpu.block_sums import CORRECTED, State, block_cost, node_pairs, pair_cost

LEAST = 1e-7  # nats that a move must save
FAR = 20.0  # nats lost at a level beyond which no level above is asked


@njit(cache=True, nogil=True)
def sweep(st: State, level: int, one: int, other: int) -> int:
    """Move each node to its best block, in random order; only between two blocks if given."""
    n = st.graph.shape[0] if level == 0 else st.shape[level - 1]
    blocks = st.shape[level]
    near, work = np.zeros((blocks + 1, 4)), np.zeros((4, blocks + 1, 4))
    costs, gains = np.zeros((blocks, blocks)), np.zeros((3, blocks))
    fill_costs(st, level, costs)
    labels, sizes = st.labels[level], st.sizes[level]
    n_moved = 0
    for v in np.random.permutation(n):
        r = labels[v]
        if sizes[r] == 1 or (one >= 0 and r != one and r != other):
            continue
        gather(st, level, v, near)
        move_gains(st, level, v, r, near, costs, gains, (one, other), work)
        s = int(np.argmin(gains[0]))
        if gains[0, s] < -LEAST:
            move(st, level, v, s, near, costs)
            n_moved += 1
    return n_moved


@njit(cache=True, nogil=True)
def move_gains(
    st: State,
    level: int,
    v: int,
    r: int,
    near: np.ndarray,
    costs: np.ndarray,
    gains: np.ndarray,
    only: tuple[int, int],
    work: np.ndarray,
) -> None:
    """Fill the first row of ``gains`` with what a move to each block gains; infinity if far."""
    sums, sizes, f, w = st.sums[level], st.sizes[level], st.log_factorial, st.options
    blocks, table, above = st.shape[level], st.weight_table, st.labels[level + 1]
    out, into = gains[1], gains[2]
    left, emptied = row_gain(sums, sizes, f, table, w, level, blocks, near, costs, r, -1, out)
    left += block_gain(st, level, v, r, -1)
    gains[0] = np.inf
    gains[0, r] = best = 0.0
    for s in range(blocks):
        if s == r or (only[0] >= 0 and s != only[0] and s != only[1]):
            continue
        gain, filled = row_gain(sums, sizes, f, table, w, level, blocks, near, costs, s, 1, into)
        gain += left - out[s] - into[r]
        pair, turned = between(sums, sizes, f, table, w, level, near, costs, r, s)
        gain += pair + block_gain(st, level, v, s, 1)
        if gain < best + FAR:
            if emptied or filled or turned or above[r] != above[s]:
                gain += gain_above(st, level, r, s, near, work)
            gains[0, s] = gain
            best = min(gain, best)


@njit(cache=True, nogil=True)
def settle(st: State, level: int, one: int, other: int, most: int, seed: int) -> None:
    """Sweep until nothing moves, or as often as said."""
    np.random.seed(seed)
    for _ in range(most):
        if sweep(st, level, one, other) == 0:
            break


@njit(cache=True, nogil=True)
def merge_gain(st: State, level: int, r: int, s: int, costs: np.ndarray) -> float:
    """What a level's own cost gains when block r goes into s, but for the number of blocks."""
    sizes, sums = st.sizes[level], st.sums[level]
    f, table, w = st.log_factorial, st.weight_table, st.options
    n = sizes[r] + sizes[s]
    gain = -costs[r, s]
    for t in range(st.shape[level]):
        if t == s or (level == 0 and t != r and sums[r, t, 0] + sums[s, t, 0] == 0):
            continue
        alone = t == r
        m, total = sums[r, t, 0] + sums[s, t, 0], sums[r, t, 1] + sums[s, t, 1]
        third, observed = sums[r, t, 2] + sums[s, t, 2], sums[r, t, 3] + sums[s, t, 3]
        if alone:
            m += sums[s, s, 0]
            total += sums[s, s, 1]
            third += sums[s, s, 2]
            observed += sums[s, s, 3]
        pairs = node_pairs(n, n if alone else sizes[t], alone)
        gain += pair_cost(f, table, w, level, m, total, third, observed, pairs, alone)
        gain -= costs[r, t] + costs[s, s if alone else t]
    exact, parts = st.exact_partitions, st.partitions
    (a, x), (b, y) = st.ends[r], st.ends[s]
    gain += block_cost(f, exact, parts, w, level, n, a + b, x + y)
    gain -= block_cost(f, exact, parts, w, level, sizes[r], a, x)
    gain -= block_cost(f, exact, parts, w, level, sizes[s], b, y)
    if level == 0 and w[CORRECTED]:
        for k in range(st.histogram.shape[1]):
            i, j = st.histogram[r, k], st.histogram[s, k]
            if i and j:
                gain += f[i] + f[j] - f[i + j]
    return gain


@njit(cache=True, nogil=True)
def best_merge(st: State, level: int) -> tuple[int, int]:
    """Pair of blocks whose union costs least."""
    blocks = st.shape[level]
    costs = np.zeros((blocks, blocks))
    fill_costs(st, level, costs)
    best, first, second = np.inf, 0, 1
    for r in range(blocks):
        for s in range(r):
            gain = merge_gain(st, level, r, s, costs)
            if gain < best:
                best, first, second = gain, r, s
    return first, second

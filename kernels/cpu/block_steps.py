"""Steps of a search: sweeps over the nodes, and the two blocks that are best merged."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurokit.kernels.cpu.block_moves import (
    fill_costs,
    gather,
    move,
    move_gains,
)
from neurokit.kernels.cpu.block_sums import (
    CORRECTED,
    KIND,
    LOG_TOTAL,
    MICROCANONICAL,
    State,
    block_cost,
    node_pairs,
    pair_cost,
)

LEAST = 1e-7  # nats that a move must save


@njit(cache=True, nogil=True)
def sweep(st: State, level: int, one: int, other: int) -> int:
    """Move each node to its best block, in random order; only between two blocks if given."""
    n = st.graph.shape[0] if level == 0 else st.shape[level - 1]
    blocks = st.shape[level]
    near, work = np.zeros((blocks + 1, 4)), np.zeros((4, blocks + 1, 4))
    costs, out, gains = np.zeros((blocks, blocks)), np.zeros(blocks), np.zeros(blocks)
    fill_costs(st, level, costs)
    labels, sizes = st.labels[level], st.sizes[level]
    n_moved = 0
    for v in np.random.permutation(n):
        r = labels[v]
        if sizes[r] == 1 or (one >= 0 and r != one and r != other):
            continue
        gather(st, level, v, near)
        move_gains(st, level, v, near, costs, (one, other), gains, out, work)
        s = int(np.argmin(gains))
        if gains[s] < -LEAST:
            move(st, level, v, s, near, costs)
            n_moved += 1
    return n_moved


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
    tables = st.tables
    f, w = tables.log_factorial, tables.options
    n = sizes[r] + sizes[s]
    gain = -costs[r, s]
    lost = (sums[r, r, 0] > 0) + (sums[s, s, 0] > 0) + (sums[r, s, 0] > 0) - 1
    for t in range(st.shape[level]):
        if t == s or (level == 0 and t != r and sums[r, t, 0] + sums[s, t, 0] == 0):
            continue
        alone = t == r
        m, total = sums[r, t, 0] + sums[s, t, 0], sums[r, t, 1] + sums[s, t, 1]
        third, observed = sums[r, t, 2] + sums[s, t, 2], sums[r, t, 3] + sums[s, t, 3]
        if not alone:
            lost += sums[r, t, 0] > 0 and sums[s, t, 0] > 0
        else:
            m += sums[s, s, 0]
            total += sums[s, s, 1]
            third += sums[s, s, 2]
            observed += sums[s, s, 3]
        pairs = node_pairs(n, n if alone else sizes[t], alone)
        gain += pair_cost(tables, level, m, total, third, observed, pairs, alone)
        gain -= costs[r, t] + costs[s, s if alone else t]
    if level == 0 and w[KIND] == MICROCANONICAL and lost > 0:
        # a sum less to code here, and about as much at the level above
        gain -= 2 * lost * (w[LOG_TOTAL] - np.log(st.occupied[0]))
    (a, x), (b, y) = st.ends[r], st.ends[s]
    gain += block_cost(tables, level, n, a + b, x + y)
    gain -= block_cost(tables, level, sizes[r], a, x)
    gain -= block_cost(tables, level, sizes[s], b, y)
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

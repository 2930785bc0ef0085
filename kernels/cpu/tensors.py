"""Affinities and the steps of a factorisation in Numba.

Rows of the data are multiplied, updated and multiplied again while the second cache holds them.
Within a block the components lie apart and the rows side by side, so that an update of one column
goes through many rows at once.
"""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from neurokit.kernels.threads import in_threads

BLOCK = 64
AT_ONCE = 2**18  # bytes of data that stay in the second cache
PART = 2048  # rows whose products are added up before they are added to the others'
METHODS = {"geometric": 0, "product": 1, "minimum": 2, "opposite": 3}


def affinities(changes: np.ndarray, kernel: str) -> np.ndarray:
    """See :func:`neurokit.kernels.affinities`; ``changes`` has a row a node."""
    n_nodes, n_times = changes.shape
    found = np.empty((n_nodes * (n_nodes - 1) // 2, n_times), dtype=np.float32)
    _fill_affinities(changes.astype(np.float32), METHODS[kernel], found)
    return found


@njit(cache=True, nogil=True)
def _fill_affinities(changes, method, found):
    n_nodes, n_times = changes.shape
    pair = 0
    zero = np.float32(0)
    for i in range(n_nodes):
        for j in range(i + 1, n_nodes):
            for t in range(n_times):
                a, b = changes[i, t], changes[j, t]
                value = a * b
                if method == 0:
                    value = np.sqrt(max(value, zero))
                elif method == 3:
                    value = np.sqrt(max(-value, zero))
                elif method == 2:
                    value = min(abs(a), abs(b)) if value > 0 else zero
                found[pair, t] = max(value, zero)
            pair += 1


def window_correlations(series: np.ndarray, window: int) -> np.ndarray:
    """Absolute correlations in a sliding window, from running sums of each pair."""
    n_nodes, n_times = series.shape
    # around its mean a running sum loses little
    series = series - series.mean(axis=1, keepdims=True)
    found = np.empty((n_nodes * (n_nodes - 1) // 2, n_times), dtype=np.float32)
    starts = np.maximum(np.arange(n_times) - window // 2, 0)
    stops = np.minimum(np.arange(n_times) - window // 2 + window, n_times)
    lengths = stops - starts
    means = _window_sums(series, starts, stops) / lengths
    spreads = _window_sums(series**2, starts, stops) - lengths * means**2
    least = (1e-9 * np.ptp(series, axis=1, keepdims=True)) ** 2
    inverse = np.zeros_like(spreads)
    # what rounding leaves of the spread of a constant is none
    large = spreads > np.maximum(least, 1e-13 * np.square(series).sum(axis=1, keepdims=True))
    inverse[large] = 1 / np.sqrt(spreads[large])
    _fill_correlations(series, starts, stops, means, inverse, found)
    return found


def _window_sums(values: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    difference: np.ndarray = sums[:, stops] - sums[:, starts]
    return difference


@njit(cache=True, nogil=True)
def _fill_correlations(series, starts, stops, means, inverse, found):
    n_nodes, n_times = series.shape
    sums = np.zeros(n_times + 1)
    pair = 0
    for i in range(n_nodes):
        for j in range(i + 1, n_nodes):
            for t in range(n_times):
                sums[t + 1] = sums[t] + series[i, t] * series[j, t]
            for t in range(n_times):
                shared = sums[stops[t]] - sums[starts[t]]
                shared -= (stops[t] - starts[t]) * means[i, t] * means[j, t]
                found[pair, t] = min(abs(shared * inverse[i, t] * inverse[j, t]), 1.0)
            pair += 1


def hals_update(
    products: np.ndarray,
    grams: np.ndarray,
    factor: np.ndarray,
    bounds: np.ndarray,
    inner: int,
    patience: float,
) -> np.ndarray:
    """See :func:`neurokit.kernels.tensors.hals_update`."""
    factor = factor.copy()
    _update_groups(products, grams, factor, bounds, inner, patience)
    return factor


@njit(cache=True, nogil=True)
def _update_groups(products, grams, factor, bounds, inner, patience):
    rank = factor.shape[1]
    M, F, rest = np.empty((rank, BLOCK)), np.empty((rank, BLOCK)), np.empty(BLOCK)
    for g in range(len(grams)):
        for first in range(bounds[g], bounds[g + 1], BLOCK):
            n = min(BLOCK, bounds[g + 1] - first)
            for p in range(n):
                for r in range(rank):
                    M[r, p], F[r, p] = products[first + p, r], factor[first + p, r]
            _improve(M, grams[g], F, n, inner, patience, rest)
            for p in range(n):
                for r in range(rank):
                    factor[first + p, r] = F[r, p]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _improve(M, G, F, n, inner, patience, rest):
    """Update the components in turn, for ``n`` rows that lie side by side."""
    rank = len(G)
    first = 0.0
    for turn in range(inner):
        change = 0.0
        for r in range(rank):
            if G[r, r] > 0:
                rest[:n] = M[r, :n]
                for s in range(0, rank - rank % 4, 4):
                    a, b, c, d = G[r, s], G[r, s + 1], G[r, s + 2], G[r, s + 3]
                    x0, x1, x2, x3 = F[s], F[s + 1], F[s + 2], F[s + 3]
                    for p in range(n):
                        rest[p] -= a * x0[p] + b * x1[p] + c * x2[p] + d * x3[p]
                for s in range(rank - rank % 4, rank):
                    a, x0 = G[r, s], F[s]
                    for p in range(n):
                        rest[p] -= a * x0[p]
                scale, mine = F.dtype.type(1 / G[r, r]), F[r]
                part = F.dtype.type(0)
                for p in range(n):
                    old = mine[p]
                    new = max(old + scale * rest[p], F.dtype.type(0))
                    part += (new - old) * (new - old)
                    mine[p] = new
                change += part
        if turn == 0:
            first = change
        if change <= patience * first:
            break


def update_ahead(
    products: np.ndarray,
    gram: np.ndarray,
    factor: np.ndarray,
    before: np.ndarray,
    step: float,
    inner: int,
    patience: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Update a factor and go on beyond; arrays have a row a component, all of one precision."""
    fresh, ahead = np.empty_like(factor), np.empty_like(factor)
    _update_ahead(products, gram, factor, before, step, inner, patience, fresh, ahead)
    return fresh, ahead


@njit(cache=True, nogil=True)
def _update_ahead(products, gram, factor, before, step, inner, patience, fresh, ahead):
    rank, n_rows = factor.shape
    step = factor.dtype.type(step)
    M, F = np.empty((rank, BLOCK), factor.dtype), np.empty((rank, BLOCK), factor.dtype)
    rest = np.empty(BLOCK, factor.dtype)
    for first in range(0, n_rows, BLOCK):
        n = min(BLOCK, n_rows - first)
        last = first + n
        M[:, :n], F[:, :n] = products[:, first:last], factor[:, first:last]
        _improve(M, gram, F, n, inner, patience, rest)
        fresh[:, first:last] = F[:, :n]
        for r in range(rank):
            new, old, out = F[r], before[r, first:last], ahead[r, first:last]
            for p in range(n):
                out[p] = max(new[p] + step * (new[p] - old[p]), factor.dtype.type(0))


def sweep_rows(
    rows: np.ndarray,
    columns: np.ndarray,
    gram: np.ndarray,
    factor: np.ndarray,
    before: np.ndarray,
    step: float,
    inner: int,
    patience: float,
    n_threads: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """See :func:`neurokit.kernels.tensors.sweep_rows`."""
    n_rows, n_columns = rows.shape
    rank = len(columns)
    fresh, ahead = np.empty_like(factor), np.empty_like(factor)
    # a row more of nothing, since two components are multiplied at once
    padded = np.zeros((rank + rank % 2, n_columns), dtype=rows.dtype)
    padded[:rank] = columns
    size = max(8, min(BLOCK, AT_ONCE // max(rows[:1].nbytes, 1) // 8 * 8))

    def work(few: slice) -> Any:
        products = np.zeros(padded.shape, dtype=rows.dtype)
        _sweep_part(
            rows[few], padded, gram, factor[few], before[few], step, inner, patience, size,
            fresh[few], ahead[few], products,
        )  # fmt: skip
        return products[:rank]

    # the parts do not depend on the threads, nor does the order of their sum
    parts = [slice(first, first + PART) for first in range(0, n_rows, PART)]
    products = np.zeros((rank, n_columns))
    for part in in_threads(work, parts, n_threads):
        products += part
    return fresh, ahead, products


@njit(cache=True, nogil=True)
def _sweep_part(
    rows, columns, gram, factor, before, step, inner, patience, size, fresh, ahead, products
):
    rank = factor.shape[1]
    M = np.zeros((BLOCK, len(columns)), dtype=rows.dtype)
    A = np.zeros((BLOCK, len(columns)), dtype=rows.dtype)
    left, F, rest = np.empty((rank, BLOCK)), np.empty((rank, BLOCK)), np.empty(BLOCK)
    for first in range(0, len(rows), size):
        n = min(size, len(rows) - first)
        some = rows[first : first + n]
        _rows_times_columns(some, columns, M)
        for p in range(n):
            for r in range(rank):
                left[r, p], F[r, p] = M[p, r], factor[first + p, r]
        _improve(left, gram, F, n, inner, patience, rest)
        for p in range(n):
            for r in range(rank):
                new = F[r, p]
                fresh[first + p, r] = new
                new = max(new + step * (new - before[first + p, r]), 0.0)
                ahead[first + p, r] = new
                A[p, r] = new
        _add_products(some, A, products)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _rows_times_columns(rows, columns, M):
    """Dot products of four rows and two components at once."""
    n, n_columns = rows.shape
    zero = rows.dtype.type(0)
    for p in range(0, n, 4):
        # the last rows are met twice where four do not divide their number
        x0, x1 = rows[p], rows[min(p + 1, n - 1)]
        x2, x3 = rows[min(p + 2, n - 1)], rows[min(p + 3, n - 1)]
        for r in range(0, len(columns), 2):
            u, v = columns[r], columns[r + 1]
            a0, a1, a2, a3 = zero, zero, zero, zero
            b0, b1, b2, b3 = zero, zero, zero, zero
            for j in range(n_columns):
                y, z = u[j], v[j]
                a0 += x0[j] * y
                a1 += x1[j] * y
                a2 += x2[j] * y
                a3 += x3[j] * y
                b0 += x0[j] * z
                b1 += x1[j] * z
                b2 += x2[j] * z
                b3 += x3[j] * z
            M[p, r], M[p + 1, r], M[p + 2, r], M[p + 3, r] = a0, a1, a2, a3
            M[p, r + 1], M[p + 1, r + 1], M[p + 2, r + 1], M[p + 3, r + 1] = b0, b1, b2, b3


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _add_products(rows, A, products):
    """Add the outer products of eight rows and two components at once."""
    n, n_columns = rows.shape
    for p in range(0, n - n % 8, 8):
        x0, x1, x2, x3 = rows[p], rows[p + 1], rows[p + 2], rows[p + 3]
        x4, x5, x6, x7 = rows[p + 4], rows[p + 5], rows[p + 6], rows[p + 7]
        for r in range(0, len(products), 2):
            v, w = products[r], products[r + 1]
            a0, a1, a2, a3 = A[p, r], A[p + 1, r], A[p + 2, r], A[p + 3, r]
            a4, a5, a6, a7 = A[p + 4, r], A[p + 5, r], A[p + 6, r], A[p + 7, r]
            b0, b1, b2, b3 = A[p, r + 1], A[p + 1, r + 1], A[p + 2, r + 1], A[p + 3, r + 1]
            b4, b5, b6, b7 = A[p + 4, r + 1], A[p + 5, r + 1], A[p + 6, r + 1], A[p + 7, r + 1]
            for j in range(n_columns):
                y0, y1, y2, y3 = x0[j], x1[j], x2[j], x3[j]
                y4, y5, y6, y7 = x4[j], x5[j], x6[j], x7[j]
                v[j] += (
                    a0 * y0 + a1 * y1 + a2 * y2 + a3 * y3 + (a4 * y4 + a5 * y5 + a6 * y6 + a7 * y7)
                )
                w[j] += (
                    b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3 + (b4 * y4 + b5 * y5 + b6 * y6 + b7 * y7)
                )
    for p in range(n - n % 8, n):
        x = rows[p]
        for r in range(len(products)):
            v, a = products[r], A[p, r]
            for j in range(n_columns):
                v[j] += a * x[j]

"""Affinities and the steps of a factorisation in CUDA.

A thread takes a pair at one time, a row of a factor, or one sum over the rows; nothing is added
atomically, so that the same data give the same numbers. Not yet measured on a device.
"""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import cuda, float64

from neurokit.kernels.reference.tensors import BLOCK

METHODS = {"geometric": 0, "product": 1, "minimum": 2, "opposite": 3}


def affinities(changes: np.ndarray, kernel: str) -> np.ndarray:
    """See :func:`neurokit.kernels.affinities`; ``changes`` has a row a node."""
    return _by_pair(join, changes, METHODS[kernel])


def window_correlations(series: np.ndarray, window: int) -> np.ndarray:
    """Absolute correlation of each pair within a window around each time; 0 of a constant."""
    least = cuda.to_device(1e-9 * np.ptp(series, axis=1))
    return _by_pair(correlate, series, window, least)


def _by_pair(kernel: Any, series: np.ndarray, *options: Any) -> np.ndarray:
    left, right = np.triu_indices(len(series), 1)
    found = cuda.device_array((len(left), series.shape[1]), dtype=np.float32)
    ends = cuda.to_device(left), cuda.to_device(right)
    kernel[_n_blocks(found.size), BLOCK](cuda.to_device(series), *ends, *options, found)
    result: np.ndarray = found.copy_to_host()
    return result


def _n_blocks(n_items: int) -> int:
    return -(-n_items // BLOCK)


@cuda.jit
def join(changes: Any, left: Any, right: Any, method: int, found: Any) -> None:
    """Affinity of a pair at a time: a thread each."""
    n_times = changes.shape[1]
    work = cuda.grid(1)
    if work < len(left) * n_times:
        pair, t = work // n_times, work % n_times
        a, b = changes[left[pair], t], changes[right[pair], t]
        value = a * b
        if method == 0:
            value = math.sqrt(max(value, 0.0))
        elif method == 3:
            value = math.sqrt(max(-value, 0.0))
        elif method == 2:
            value = min(abs(a), abs(b)) if value > 0 else 0.0
        found[pair, t] = max(value, 0.0)


@cuda.jit
def correlate(series: Any, left: Any, right: Any, window: int, least: Any, found: Any) -> None:
    """Correlation of a pair around a time: a thread each, which takes the means off first."""
    n_times = series.shape[1]
    work = cuda.grid(1)
    if work < len(left) * n_times:
        pair, t = work // n_times, work % n_times
        i, j = left[pair], right[pair]
        start, stop = max(t - window // 2, 0), min(t - window // 2 + window, n_times)
        mean_i, mean_j = 0.0, 0.0
        for k in range(start, stop):
            mean_i += series[i, k] / (stop - start)
            mean_j += series[j, k] / (stop - start)
        own_i, own_j, shared = 0.0, 0.0, 0.0
        for k in range(start, stop):
            a, b = series[i, k] - mean_i, series[j, k] - mean_j
            own_i += a * a
            own_j += b * b
            shared += a * b
        value = 0.0
        if math.sqrt(own_i) > least[i] and math.sqrt(own_j) > least[j]:
            value = min(abs(shared) / math.sqrt(own_i * own_j), 1.0)
        found[pair, t] = value


def hals_update(
    products: np.ndarray,
    grams: np.ndarray,
    factor: np.ndarray,
    bounds: np.ndarray,
    inner: int,
    patience: float,
) -> np.ndarray:
    """See :func:`neurokit.kernels.tensors.hals_update`."""
    updated = cuda.to_device(factor)
    left = cuda.to_device(products)
    for gram, first, last in zip(grams, bounds[:-1], bounds[1:], strict=True):
        if last > first:
            improve[_n_blocks(last - first), BLOCK](
                left[first:last], cuda.to_device(gram), updated[first:last], inner, patience
            )
    result: np.ndarray = updated.copy_to_host()
    return result


@cuda.jit
def improve(products: Any, gram: Any, factor: Any, inner: int, patience: float) -> None:
    """Update the components in turn: a thread a row, a block the rows that rest together."""
    changes = cuda.shared.array(BLOCK, float64)
    me, row = cuda.threadIdx.x, cuda.grid(1)
    first = 0.0
    for turn in range(inner):
        changes[me] = 0.0
        if row < len(factor):
            for r in range(len(gram)):
                if gram[r, r] > 0:
                    rest = products[row, r]
                    for s in range(len(gram)):
                        rest -= gram[r, s] * factor[row, s]
                    new = max(factor[row, r] + rest / gram[r, r], 0.0)
                    changes[me] += (new - factor[row, r]) ** 2
                    factor[row, r] = new
        cuda.syncthreads()
        change = 0.0
        for other in range(BLOCK):
            change += changes[other]
        cuda.syncthreads()
        if turn == 0:
            first = change
        if change <= patience * first:
            break


def sweep_rows(
    rows: np.ndarray,
    columns: np.ndarray,
    gram: np.ndarray,
    factor: np.ndarray,
    before: np.ndarray,
    step: float,
    inner: int,
    patience: float,
    n_threads: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """See :func:`neurokit.kernels.tensors.sweep_rows`."""
    data = cuda.to_device(rows)
    fresh = cuda.to_device(factor)
    left = cuda.device_array(factor.shape)
    multiply_rows[len(rows), BLOCK](data, cuda.to_device(columns), left)
    improve[_n_blocks(len(rows)), BLOCK](left, cuda.to_device(gram), fresh, inner, patience)
    ahead = cuda.device_array(factor.shape)
    go_on[_n_blocks(factor.size), BLOCK](fresh, cuda.to_device(before), step, ahead)
    products = cuda.device_array(columns.shape)
    multiply_columns[_n_blocks(products.size), BLOCK](data, ahead, products)
    return fresh.copy_to_host(), ahead.copy_to_host(), products.copy_to_host()


@cuda.jit
def multiply_rows(rows: Any, columns: Any, products: Any) -> None:
    """Dot products of a row with the components: a block a row, added in the order of threads."""
    parts = cuda.shared.array(BLOCK, float64)
    me, row = cuda.threadIdx.x, cuda.blockIdx.x
    for r in range(len(columns)):
        total = 0.0
        for j in range(me, rows.shape[1], BLOCK):
            total += rows[row, j] * columns[r, j]
        parts[me] = total
        cuda.syncthreads()
        if me == 0:
            for other in range(1, BLOCK):
                total += parts[other]
            products[row, r] = total
        cuda.syncthreads()


@cuda.jit
def go_on(fresh: Any, before: Any, step: float, ahead: Any) -> None:
    """Go on beyond the update, not below zero: a thread an entry."""
    work = cuda.grid(1)
    rank = fresh.shape[1]
    if work < len(fresh) * rank:
        p, r = work // rank, work % rank
        new = fresh[p, r]
        ahead[p, r] = max(new + step * (new - before[p, r]), 0.0)


@cuda.jit
def multiply_columns(rows: Any, ahead: Any, products: Any) -> None:
    """Products with the columns: a thread each, neighbours of which read neighbouring columns."""
    work = cuda.grid(1)
    n_columns = rows.shape[1]
    if work < ahead.shape[1] * n_columns:
        r, j = work // n_columns, work % n_columns
        total = 0.0
        for p in range(len(rows)):
            total += rows[p, j] * ahead[p, r]
        products[r, j] = total

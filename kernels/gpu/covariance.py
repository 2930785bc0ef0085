"""Covariances in CUDA: a thread for each pair of channels and each delay between copies.

Rows are an epoch's samples, centred: ``rows[e, t, c]``, so that neighbouring threads read
neighbouring channels.
"""

# what a kernel sees of cuda has no types
# mypy: disable-error-code="attr-defined,no-untyped-def"

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import cuda

from neurokit.kernels.reference.covariance import shrunk

THREADS = 64


@cuda.jit
def fill_rows(epochs, first, last, rows):
    """Transpose and centre over the samples first to last: a thread a channel."""
    n_epochs, n_channels, n_times = epochs.shape
    work = cuda.grid(1)
    if work < n_epochs * n_channels:
        e, c = work // n_channels, work % n_channels
        total = 0.0
        for t in range(first, last):
            total += epochs[e, c, t]
        for t in range(n_times):
            rows[e, t, c] = epochs[e, c, t] - total / (last - first)


@cuda.jit
def fill_means(rows, lag, length, means):
    """Mean of each copy, cut or wrapped: a thread each."""
    n_epochs, n_times, n_channels = rows.shape
    size = means.shape[1]
    work = cuda.grid(1)
    if work < n_epochs * size:
        e, r = work // size, work % size
        start, total = r // n_channels * lag, 0.0
        for t in range(start, start + length):
            total += rows[e, t % n_times, r % n_channels]
        means[e, r] = total / length


@cuda.jit
def fill_circular(rows, order, lag, scale, matrices):
    """Block-Toeplitz matrices: a thread sums once and writes along a diagonal of blocks."""
    n_epochs, n_times, n_channels = rows.shape
    work = cuda.grid(1)
    if work < n_epochs * order * n_channels * n_channels:
        a, b = work // n_channels % n_channels, work % n_channels
        k = work // (n_channels * n_channels) % order
        e = work // (n_channels * n_channels * order)
        total = 0.0
        for t in range(n_times):
            total += rows[e, t, a] * rows[e, (t + k * lag) % n_times, b]
        # copies are delayed, so the later sample belongs to the earlier copy
        for i in range(order - k):
            r, c = i * n_channels + b, (i + k) * n_channels + a
            if k > 0 or r <= c:
                matrices[e, r, c] = total * scale
                matrices[e, c, r] = total * scale


@cuda.jit
def fill_crop(rows, means, order, lag, length, scale, matrices):
    """Matrices of cropped windows: a thread walks a diagonal of blocks.

    It sums over the samples that all windows share, then adds what each has before and after them.
    """
    n_epochs, n_channels = rows.shape[0], rows.shape[2]
    work = cuda.grid(1)
    if work < n_epochs * order * n_channels * n_channels:
        a, b = work // n_channels % n_channels, work % n_channels
        k = work // (n_channels * n_channels) % order
        e = work // (n_channels * n_channels * order)
        delay, start = k * lag, (order - 1 - k) * lag
        shared = 0.0
        for t in range(start, length):
            shared += rows[e, t, a] * rows[e, t + delay, b]
        for i in range(order - k):
            # windows that share nothing are short, and summed whole
            total = shared
            before, after = start, length
            if start >= length:
                before = after = i * lag + length
            for t in range(i * lag, before):
                total += rows[e, t, a] * rows[e, t + delay, b]
            for t in range(after, i * lag + length):
                total += rows[e, t, a] * rows[e, t + delay, b]
            r, c = i * n_channels + a, (i + k) * n_channels + b
            if k > 0 or r <= c:
                value = (total - length * means[e, r] * means[e, c]) * scale
                matrices[e, r, c] = value
                matrices[e, c, r] = value


@cuda.jit
def fill_norms(rows, means, lag, length, norms):
    """Squared norm of the centred copies at each sample: a thread each."""
    n_epochs, n_times, n_channels = rows.shape
    work = cuda.grid(1)
    if work < n_epochs * length:
        e, t = work // length, work % length
        total = 0.0
        for r in range(means.shape[1]):
            value = rows[e, (t + r // n_channels * lag) % n_times, r % n_channels] - means[e, r]
            total += value * value
        norms[e, t] = total


def covariances(epochs: np.ndarray, estimator: str, n_threads: int) -> np.ndarray:
    """Covariances of the epochs."""
    return augmented_covariances(epochs, 1, 1, "crop", estimator, n_threads)


def augmented_covariances(
    epochs: np.ndarray, order: int, lag: int, window: str, estimator: str, n_threads: int
) -> np.ndarray:
    """Covariances of the epochs joined with their copies."""
    n_epochs, n_channels, n_times = epochs.shape
    size = order * n_channels
    if n_epochs == 0:
        return np.empty((0, size, size))
    cut = window == "crop" and order > 1
    length = n_times - order * lag if cut else n_times
    first, last = ((order - 1) * lag, length) if cut else (0, n_times)
    if first >= last:
        first, last = 0, n_times
    rows = cuda.device_array((n_epochs, n_times, n_channels))
    means = cuda.device_array((n_epochs, size))
    matrices = cuda.device_array((n_epochs, size, size))
    _run(fill_rows, n_epochs * n_channels, cuda.to_device(epochs), first, last, rows)
    _run(fill_means, means.size, rows, lag, length, means)
    scale = 1 / (length - 1 if estimator == "cov" else length)
    pairs = n_epochs * order * n_channels**2
    if window == "crop":
        _run(fill_crop, pairs, rows, means, order, lag, length, scale, matrices)
    else:
        _run(fill_circular, pairs, rows, order, lag, scale, matrices)
    found: np.ndarray = matrices.copy_to_host()
    if estimator in ("cov", "scm"):
        return found
    norms = cuda.device_array((n_epochs, length))
    _run(fill_norms, norms.size, rows, means, lag, length, norms)
    energies = np.square(norms.copy_to_host()).sum(axis=1)
    each = zip(found, energies, strict=True)
    return np.array([shrunk(S, length, energy, estimator) for S, energy in each])


def augmented_covariance_grid(
    epochs: np.ndarray,
    orders: list[int],
    lags: list[int],
    window: str,
    estimator: str,
    n_threads: int,
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Every order and lag, point by point: a device has threads enough for the sums."""
    for lag in lags:
        for order in orders:
            if order > 1 or lag == lags[0]:
                point = (order, lag)
                yield point, augmented_covariances(epochs, *point, window, estimator, n_threads)


def _run(kernel: Any, n_items: int, *arguments: Any) -> None:
    """Start a kernel with a thread an item."""
    kernel[(n_items + THREADS - 1) // THREADS, THREADS](*arguments)

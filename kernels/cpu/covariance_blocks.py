"""The compiled loops of `neurokit.kernels.cpu.covariance`; see there for rows and bands."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def fill_rows(epochs: np.ndarray, first: int, last: int, rows: np.ndarray) -> None:
    """Transpose epochs into rows, centred over the samples first to last, wrapped at their end."""
    n_epochs, n_channels, n_times = epochs.shape
    for e in range(n_epochs):
        means = np.empty(n_channels)
        for c in range(n_channels):
            total = 0.0
            for t in range(first, last):
                total += epochs[e, c, t]
            means[c] = total / (last - first)
        # a few samples at a time: their channels share lines of the cache
        for start in range(0, n_times, 16):
            stop = min(start + 16, n_times)
            for c in range(n_channels):
                for t in range(start, stop):
                    rows[e, t, c] = epochs[e, c, t] - means[c]
        for t in range(n_times, rows.shape[1]):
            rows[e, t] = rows[e, t - n_times]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _add_products(
    band: np.ndarray, left: np.ndarray, right: np.ndarray, first: int, width: int
) -> None:
    """Add to each row of a band the products of left's and right's columns from first on."""
    length = len(left)
    whole = length - length % 4
    for a in range(len(band)):
        for t in range(0, whole, 4):
            w0, w1 = left[t, first + a], left[t + 1, first + a]
            w2, w3 = left[t + 2, first + a], left[t + 3, first + a]
            for j in range(width):
                band[a, j] += (w0 * right[t, first + j] + w1 * right[t + 1, first + j]) + (
                    w2 * right[t + 2, first + j] + w3 * right[t + 3, first + j]
                )
        for t in range(whole, length):
            w0 = left[t, first + a]
            for j in range(width):
                band[a, j] += w0 * right[t, first + j]


@njit(cache=True, nogil=True)
def _gather(rows: np.ndarray, first: int, lag: int, copies: np.ndarray) -> None:
    """Lay lag samples and those of the next lags side by side."""
    n_channels = rows.shape[1]
    for t in range(len(copies)):
        for k in range(copies.shape[1] // n_channels):
            for c in range(n_channels):
                copies[t, k * n_channels + c] = rows[first + k * lag + t, c]


@njit(cache=True, nogil=True)
def _add_columns(total: np.ndarray, copies: np.ndarray, first: int) -> None:
    for t in range(len(copies)):
        for c in range(len(total)):
            total[c] += copies[t, first + c]


@njit(cache=True, nogil=True)
def fill_crop(
    rows: np.ndarray,
    bands: np.ndarray,
    sums: np.ndarray,
    order: int,
    lag: int,
    stop: int,
    divisor: float,
    matrices: np.ndarray,
    means: np.ndarray,
) -> None:
    """Matrices of one order from bands of the samples (order - 1 - k) * lag to stop."""
    n_channels = rows.shape[2]
    size = order * n_channels
    copies = np.empty((lag, size - n_channels))
    band = np.empty((n_channels, size))
    for e in range(len(rows)):
        matrix, mean = matrices[e], means[e]
        # heads: window i begins i lags after the first, so the last window has the least
        total = sums[e].copy()
        for a in range(n_channels):
            for k in range(order):
                for b in range(n_channels):
                    band[a, k * n_channels + b] = bands[e, a, k, b]
        _gather(rows[e], 0, lag, copies)
        for i in range(order - 1, -1, -1):
            first = i * n_channels
            if i < order - 1:
                _add_products(band, copies, copies, first, size - n_channels - first)
                _add_columns(total, copies, first)
            mean[first : first + n_channels] = total
            for a in range(n_channels):
                for j in range(size - first):
                    matrix[first + a, first + j] = band[a, j]
        # tails: window i ends i lags after the first
        _gather(rows[e], stop, lag, copies)
        total[:] = 0.0
        for i in range(1, order):
            _add_columns(total, copies, (i - 1) * n_channels)
            mean[i * n_channels : (i + 1) * n_channels] += total
        mean /= stop
        band[:] = 0.0
        for i in range(order):
            first = i * n_channels
            if i > 0:
                _add_products(band, copies, copies, first - n_channels, size - first)
            for a in range(n_channels):
                weight = stop * mean[first + a]
                for j in range(size - first):
                    matrix[first + a, first + j] = (
                        matrix[first + a, first + j] + band[a, j] - weight * mean[first + j]
                    ) / divisor
        for r in range(size):
            for j in range(r):
                matrix[r, j] = matrix[j, r]


@njit(cache=True, nogil=True)
def grow(
    rows: np.ndarray,
    bands: np.ndarray,
    sums: np.ndarray,
    lag: int,
    orders: tuple[int, int],
    stops: tuple[int, int],
) -> None:
    """Widen bands made for the first of two orders to the samples that the second one needs."""
    n_channels = rows.shape[2]
    high, low = orders
    for e in range(len(rows)):
        for k in range(low):
            for part in range(2):
                start = (low - 1 - k) * lag if part == 0 else stops[0]
                end = (high - 1 - k) * lag if part == 0 else stops[1]
                left = rows[e, start:end]
                _add_products(
                    bands[e, :, k], left, rows[e, start + k * lag : end + k * lag], 0, n_channels
                )
                if k == 0:
                    _add_columns(sums[e], left, 0)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def shrink(matrices: np.ndarray, length: int, energies: np.ndarray) -> None:
    """Shrink covariances in place: by Ledoit and Wolf where energies are given, else by OAS."""
    size = matrices.shape[1]
    for e in range(len(matrices)):
        matrix = matrices[e]
        square, mean = 0.0, 0.0
        for r in range(size):
            mean += matrix[r, r] / size
            for j in range(size):
                square += matrix[r, j] * matrix[r, j]
        spread = square - size * mean**2
        weight = 0.0
        if size > 1 and len(energies):
            noise = min((energies[e] / length - square) / length, spread)
            weight = noise / spread if noise > 0 else 0.0
        elif size > 1:
            denominator = (length + 1) * spread
            above = square + (size * mean) ** 2
            weight = min(1.0, above / denominator) if denominator > 0 else 1.0
        for r in range(size):
            for j in range(size):
                matrix[r, j] *= 1 - weight
            matrix[r, r] += weight * mean


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def crop_energies(rows: np.ndarray, means: np.ndarray, lag: int, stop: int) -> np.ndarray:
    """Sum over samples of the squared squared norm of the centred copies."""
    n_channels = rows.shape[2]
    energies = np.zeros(len(rows))
    for e in range(len(rows)):
        for t in range(stop):
            norm = 0.0
            for i in range(means.shape[1] // n_channels):
                for c in range(n_channels):
                    norm += (rows[e, t + i * lag, c] - means[e, i * n_channels + c]) ** 2
            energies[e] += norm**2
    return energies


@njit(cache=True, nogil=True)
def add_sums(rows: np.ndarray, first: int, last: int, sums: np.ndarray) -> None:
    """Add the rows first to last of each epoch."""
    for e in range(len(rows)):
        _add_columns(sums[e], rows[e, first:last], 0)

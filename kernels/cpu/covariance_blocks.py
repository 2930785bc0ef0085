"""The compiled loops of `neurokit.kernels.cpu.covariance`; see there for rows and bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# called from compiled code alone: half the time to compile is for the way in from Python
INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# loops run over whole one-dimensional slices: an index with an offset is checked for being
# negative, which keeps the compiler from using vectors


@njit(cache=True, nogil=True, error_model="numpy", **INNER)
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    """Copy vectors that do not overlap, without the check for it that an assignment makes."""
    for i in range(len(target)):
        target[i] = source[i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def fill_rows(epochs: np.ndarray, first: int, last: int, rows: np.ndarray) -> None:
    """Transpose epochs into rows, centred over the samples first to last, wrapped at their end."""
    n_epochs, n_channels, n_times = epochs.shape
    means = np.empty(n_channels)
    for e in range(n_epochs):
        for c in range(n_channels):
            total, series = 0.0, epochs[e, c][first:last]
            for t in range(len(series)):
                total += series[t]
            means[c] = total / len(series)
        for t in range(n_times):
            for c in range(n_channels):
                rows[e, t, c] = epochs[e, c, t] - means[c]
        for t in range(n_times, rows.shape[1]):
            _copy(rows[e, t - n_times], rows[e, t])


@njit(cache=True, nogil=True, error_model="numpy")
def fill_halves(rows: np.ndarray, width: int, halves: np.ndarray) -> None:
    """Part series into even and odd stretches of a width, and make sums and differences of these.

    ``halves[:, e]`` holds even, odd, even - odd, even + odd, odd - next even of ``rows[e]``.
    """
    for e in range(len(rows)):
        for start in range(0, halves.shape[2], width):
            end = start + width
            even = rows[e][2 * start : 2 * start + width]
            odd = rows[e][start + end : 2 * end]
            following = rows[e][2 * end : 2 * end + width]
            _copy(even, halves[0, e][start:end])
            _copy(odd, halves[1, e][start:end])
            difference, total, other = (
                halves[2, e][start:end],
                halves[3, e][start:end],
                halves[4, e][start:end],
            )
            for i in range(width):
                difference[i] = even[i] - odd[i]
            for i in range(width):
                total[i] = even[i] + odd[i]
            for i in range(width):
                other[i] = odd[i] - following[i]


@njit(cache=True, nogil=True, error_model="numpy")
def fill_circular(products: np.ndarray, scale: float, matrices: np.ndarray) -> None:
    """Matrices from the lagged products of each multiple of the lag."""
    n_epochs, order, n_channels, _ = products.shape
    size = order * n_channels
    # a row of blocks, preceded by what the rows below it have to the left
    band = np.empty((n_channels, 2 * size - n_channels))
    for e in range(n_epochs):
        for k in range(order):
            product, start = products[e, k], size - (k + 1) * n_channels
            for a in range(n_channels):
                left, values = band[a][start : start + n_channels], product[a]
                for b in range(n_channels):
                    left[b] = values[b] * scale
            start = size + (k - 1) * n_channels
            for a in range(n_channels):
                right = band[a][start : start + n_channels]
                for b in range(n_channels if k else a):
                    right[b] = product[b, a] * scale  # rounding apart, delay 0 is symmetric
        for i in range(order):
            start = size - (i + 1) * n_channels
            for a in range(n_channels):
                _copy(band[a][start : start + size], matrices[e, i * n_channels + a])


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"}, **INNER)
def _add_products(band: np.ndarray, copies: np.ndarray, first: int, width: int) -> None:
    """Add to a band the products of some columns, from first on, with the first of these."""
    length, last = len(copies), first + width
    whole = length - length % 4
    for a in range(len(band)):
        row = band[a][:width]
        for t in range(0, whole, 4):
            w0, w1 = copies[t, first + a], copies[t + 1, first + a]
            w2, w3 = copies[t + 2, first + a], copies[t + 3, first + a]
            r0, r1 = copies[t][first:last], copies[t + 1][first:last]
            r2, r3 = copies[t + 2][first:last], copies[t + 3][first:last]
            for j in range(width):
                row[j] += (w0 * r0[j] + w1 * r1[j]) + (w2 * r2[j] + w3 * r3[j])
        for t in range(whole, length):
            w0, r0 = copies[t, first + a], copies[t][first:last]
            for j in range(width):
                row[j] += w0 * r0[j]


@njit(cache=True, nogil=True, error_model="numpy", **INNER)
def _gather(
    rows: np.ndarray, lag: int, n_copies: int, copies: np.ndarray, sums: np.ndarray
) -> None:
    """Lay the first samples and those of the next lags side by side, and sum each column."""
    n_channels = rows.shape[1]
    for j in range(n_copies * n_channels):
        total, k, c = 0.0, j // n_channels, j % n_channels
        for t in range(len(copies)):
            value = rows[k * lag + t, c]
            copies[t, j] = value
            total += value
        sums[j] = total


@njit(cache=True, nogil=True, error_model="numpy", **INNER)
def _stop(n_times: int, order: int, lag: int) -> int:
    """Where the first of the windows ends."""
    return n_times - order * lag if order > 1 else n_times


@njit(cache=True, nogil=True, error_model="numpy", **INNER)
def _write(
    products: np.ndarray, means: np.ndarray, length: int, scale: float, matrix: np.ndarray
) -> None:
    """Centre and scale products of windows, and lay them out on both sides of the diagonal."""
    n_channels, size = products.shape[1], len(means)
    for r in range(size):
        first, weight = r // n_channels * n_channels, length * means[r]
        row = matrix[r * size : (r + 1) * size]
        above, others = row[first:], means[first:]
        values = products[r // n_channels, r % n_channels]
        for j in range(len(above)):
            above[j] = (values[j] - weight * others[j]) * scale
        # rows above have been written; the diagonal block is taken from its upper half
        for j in range(r):
            row[j] = matrix[j * size + r]


@njit(cache=True, nogil=True, error_model="numpy")
def add_edges(
    rows: np.ndarray,
    bands: np.ndarray,
    common: np.ndarray,
    order: int,
    lag: int,
    copies: np.ndarray,
    products: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Products and sums of each window, from those of the samples that all windows share."""
    n_channels = rows.shape[2]
    size = order * n_channels
    band, some = np.empty((n_channels, size)), np.empty(size)
    for e in range(len(rows)):
        total = sums[e]
        for side in range(2):
            # heads: window i begins i lags after the first, so the last window has the least;
            # tails: window i ends i lags after the first
            for a in range(n_channels):
                for j in range(size):
                    band[a, j] = 0.0 if side else bands[e, a, j]
            start = _stop(rows.shape[1], order, lag) if side else 0
            _gather(rows[e][start:], lag, order - 1, copies, some)
            if side:
                for r in range(n_channels, size - n_channels):
                    some[r] += some[r - n_channels]
                for r in range(n_channels, size):
                    total[r] += some[r - n_channels]
            else:
                for c in range(n_channels):
                    total[size - n_channels + c] = common[e, c]
                for r in range(size - n_channels - 1, -1, -1):
                    total[r] = total[r + n_channels] + some[r]
            for step in range(order):
                i = step if side else order - 1 - step
                if step > 0:
                    first = (i - side) * n_channels
                    _add_products(band, copies, first, (order - i - 1 + side) * n_channels)
                for a in range(n_channels):
                    target, values = products[e, i, a], band[a]
                    for j in range(size - i * n_channels):
                        target[j] = target[j] + values[j] if side else values[j]


@njit(cache=True, nogil=True, error_model="numpy")
def fill_crop(
    rows: np.ndarray,
    orders: np.ndarray,
    lag: int,
    lost: int,
    copies: np.ndarray,
    products: np.ndarray,
    sums: np.ndarray,
    shelf: np.ndarray,
    places: np.ndarray,
    means: np.ndarray,
) -> None:
    """Matrices of falling orders, from products and sums of windows of the first of them.

    Those of epoch e and ``orders[o]`` go to ``shelf[places[o, e] :]``, divided by the samples less
    those that are lost; their means to ``means[o, e]``.
    """
    n_times, n_channels = rows.shape[1:]
    for e in range(len(rows)):
        order = orders[0]
        for o in range(len(orders)):
            while order > orders[o]:
                # a window fewer, and those that are left end later
                stop, later = _stop(n_times, order, lag), _stop(n_times, order - 1, lag)
                order -= 1
                added, some = copies[: later - stop], copies[2 * lag]
                _gather(rows[e][stop:], lag, order, added, some)
                for r in range(order * n_channels):
                    sums[e, r] += some[r]
                for i in range(order):
                    width = (order - i) * n_channels
                    _add_products(products[e, i], added, i * n_channels, width)
            length, width = _stop(n_times, order, lag), order * n_channels
            mean = means[o, e][:width]
            for r in range(width):
                mean[r] = sums[e, r] / length
            matrix = shelf[places[o, e] : places[o, e] + width * width]
            _write(products[e], mean, length, 1 / (length - lost), matrix)


@njit(cache=True, nogil=True, error_model="numpy")
def grow(
    rows: np.ndarray,
    bands: np.ndarray,
    common: np.ndarray,
    lag: int,
    orders: tuple[int, int],
    stops: tuple[int, int],
) -> None:
    """Widen bands made for the first of two orders to the samples that the second one needs."""
    n_channels = rows.shape[2]
    high, low = orders
    for e in range(len(rows)):
        for k in range(low):
            for side in range(2):
                start = stops[0] if side else (low - 1 - k) * lag
                end = stops[1] if side else (high - 1 - k) * lag
                for t in range(start, end):
                    left, right = rows[e, t], rows[e, t + k * lag]
                    for a in range(n_channels):
                        target = bands[e, a][k * n_channels : (k + 1) * n_channels]
                        for b in range(n_channels):
                            target[b] += left[a] * right[b]
                        if k == 0:
                            common[e, a] += left[a]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
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


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
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

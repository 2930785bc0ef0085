"""The compiled loops of `neurokit.kernels.cpu.covariance`; see there for rows and bands."""

from __future__ import annotations

import numpy as np
from numba import njit

# loops run over whole one-dimensional slices: an index with an offset is checked for being
# negative, which keeps the compiler from using vectors


@njit(cache=True, nogil=True)
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    """Copy vectors that do not overlap, without the check for it that an assignment makes."""
    for i in range(len(target)):
        target[i] = source[i]


@njit(cache=True, nogil=True)
def _add(source: np.ndarray, target: np.ndarray) -> None:
    for i in range(len(target)):
        target[i] += source[i]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _add_products(
    band: np.ndarray, start: int, left: np.ndarray, right: np.ndarray, first: int, width: int
) -> None:
    """Add to a band, from start on, the products of left's and right's columns from first on."""
    length, last = len(left), first + width
    whole = length - length % 4
    for a in range(len(band)):
        row = band[a][start : start + width]
        for t in range(0, whole, 4):
            w0, w1 = left[t, first + a], left[t + 1, first + a]
            w2, w3 = left[t + 2, first + a], left[t + 3, first + a]
            r0, r1 = right[t][first:last], right[t + 1][first:last]
            r2, r3 = right[t + 2][first:last], right[t + 3][first:last]
            for j in range(width):
                row[j] += (w0 * r0[j] + w1 * r1[j]) + (w2 * r2[j] + w3 * r3[j])
        for t in range(whole, length):
            w0, r0 = left[t, first + a], right[t][first:last]
            for j in range(width):
                row[j] += w0 * r0[j]


@njit(cache=True, nogil=True)
def _gather(rows: np.ndarray, first: int, lag: int, n_copies: int, copies: np.ndarray) -> None:
    """Lay some samples from first on and those of the next lags side by side."""
    n_channels = rows.shape[1]
    for t in range(len(copies)):
        for k in range(n_copies):
            _copy(rows[first + k * lag + t], copies[t][k * n_channels : (k + 1) * n_channels])


@njit(cache=True, nogil=True)
def _add_columns(total: np.ndarray, copies: np.ndarray, first: int) -> None:
    for t in range(len(copies)):
        row = copies[t][first : first + len(total)]
        for c in range(len(total)):
            total[c] += row[c]


@njit(cache=True, nogil=True)
def _stop(n_times: int, order: int, lag: int) -> int:
    """Where the first of the windows ends."""
    return n_times - order * lag if order > 1 else n_times


@njit(cache=True, nogil=True)
def _add_edges(
    rows: np.ndarray,
    band: np.ndarray,
    lag: int,
    copies: np.ndarray,
    products: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Products and sums of each window, from those of the samples that all windows share."""
    order, n_channels = sums.shape
    size = order * n_channels
    # heads: window i begins i lags after the first, so the last window has the least
    _gather(rows, 0, lag, order - 1, copies)
    for i in range(order - 1, -1, -1):
        first = i * n_channels
        if i < order - 1:
            _add_products(band, 0, copies, copies, first, size - n_channels - first)
            _copy(sums[i + 1], sums[i])
            _add_columns(sums[i], copies, first)
        for a in range(n_channels):
            _copy(band[a][: size - first], products[i, a][: size - first])
    # tails: window i ends i lags after the first
    _gather(rows, _stop(len(rows), order, lag), lag, order - 1, copies)
    band[:] = 0.0
    total = np.zeros(n_channels)
    for i in range(1, order):
        first = i * n_channels
        _add_products(band, 0, copies, copies, first - n_channels, size - first)
        _add_columns(total, copies, first - n_channels)
        _add(total, sums[i])
        for a in range(n_channels):
            _add(band[a][: size - first], products[i, a][: size - first])


@njit(cache=True, nogil=True)
def _write(
    products: np.ndarray, means: np.ndarray, length: int, scale: float, matrix: np.ndarray
) -> None:
    """Centre and scale products of windows, and lay them out on both sides of the diagonal."""
    n_channels = products.shape[1]
    for r in range(len(matrix)):
        i, a = r // n_channels, r % n_channels
        above, weight = matrix[r][i * n_channels :], length * means[r]
        values, others = products[i, a], means[i * n_channels :]
        for j in range(len(above)):
            above[j] = (values[j] - weight * others[j]) * scale
    for r in range(len(matrix)):
        for j in range(r):
            matrix[r, j] = matrix[j, r]


@njit(cache=True, nogil=True)
def fill_crop(
    rows: np.ndarray,
    bands: np.ndarray,
    sums: np.ndarray,
    orders: np.ndarray,
    lag: int,
    lost: int,
    shelf: np.ndarray,
    places: np.ndarray,
    means: np.ndarray,
) -> None:
    """Matrices of falling orders, from bands that were made for the first of them.

    Those of epoch e and ``orders[o]`` go to ``shelf[places[o, e] :]``, divided by the samples less
    those that are lost; their means to ``means[o, e]``.
    """
    n_epochs, n_times, n_channels = rows.shape
    top = orders[0]
    size = top * n_channels
    space = np.empty((2 * lag, size))
    band = np.empty((n_channels, size))
    products = np.empty((top, n_channels, size))
    for e in range(n_epochs):
        for a in range(n_channels):
            _copy(bands[e].reshape(n_channels, -1)[a][:size], band[a])
        totals = np.empty((top, n_channels))
        totals[top - 1] = sums[e]
        copies = np.empty((lag, size - n_channels))
        _add_edges(rows[e], band, lag, copies, products, totals)
        order = top
        for o in range(len(orders)):
            while order > orders[o]:
                # a window fewer, and those that are left end later
                stop, later = _stop(n_times, order, lag), _stop(n_times, order - 1, lag)
                order -= 1
                copies = space[: later - stop]
                _gather(rows[e], stop, lag, order, copies)
                for i in range(order):
                    first = i * n_channels
                    width = (order - i) * n_channels
                    _add_products(products[i], 0, copies, copies, first, width)
                    _add_columns(totals[i], copies, first)
            length = _stop(n_times, order, lag)
            width = order * n_channels
            mean = means[o, e][:width]
            for r in range(width):
                mean[r] = totals[r // n_channels, r % n_channels] / length
            matrix = shelf[places[o, e] : places[o, e] + width * width].reshape(width, width)
            _write(products, mean, length, 1 / (length - lost), matrix)


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
    copies = np.empty((stops[1] - stops[0], low * n_channels))
    for e in range(len(rows)):
        band = bands[e].reshape(n_channels, -1)
        right = rows[e][(low - 1) * lag : (high - 1) * lag]
        for k in range(low):
            left = rows[e][(low - 1 - k) * lag : (high - 1 - k) * lag]
            _add_products(band, k * n_channels, left, right, 0, n_channels)
        left = rows[e][stops[0] : stops[1]]
        _gather(rows[e], stops[0], lag, low, copies)
        _add_products(band, 0, left, copies, 0, low * n_channels)
        _add_columns(sums[e], right, 0)
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

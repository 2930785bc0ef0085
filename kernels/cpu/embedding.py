"""Delay embedding in Numba: pairs of points in order of their distance in time."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurokit.kernels.reference.embedding import bin_edges

_MANTISSA = (1 << 52) - 1
_ONE = 1023 << 52


def mutual_information(series: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Bits that a series shares with itself delayed; one row a series."""
    n = series.shape[1] - int(lags.max())
    counts = np.arange(n + 1, dtype=np.float64)
    logs = np.log2(np.maximum(counts, 1.0))
    values = np.empty((len(series), len(lags)))
    for row, signal in zip(values, series, strict=True):
        edges = bin_edges(signal[:n])
        _joint_information(np.searchsorted(edges, signal), lags, n, len(edges) + 1, logs, row)
    return values


@njit(cache=True, nogil=True)
def _joint_information(bins, lags, n, n_bins, logs, values):  # type: ignore[no-untyped-def]
    share = np.zeros(n_bins, dtype=np.int64)
    for i in range(n):
        share[bins[i]] += 1
    joint = np.zeros(n_bins * n_bins, dtype=np.int64)
    for k in range(len(lags)):
        joint[:] = 0
        for i in range(n):
            joint[bins[i] * n_bins + bins[i + lags[k]]] += 1
        total = 0.0
        for a in range(n_bins):
            for b in range(n_bins):
                count = joint[a * n_bins + b]
                if count:
                    total += count * (logs[count] - logs[share[a]] - logs[share[b]] + logs[n])
        values[k] = total / n


def nearest_neighbours(points: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Index and distance of the nearest other point more than ``window`` samples away."""
    squares = squared_distances(len(points))
    for coordinate in points.T:
        index, nearest = extend(squares, np.ascontiguousarray(coordinate), len(points), window)
    return index, nearest


def nearest_by_channel(
    channels: np.ndarray, n_points: int, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighbours of the first points of each channel alone."""
    first = channels[:, :n_points]
    index = np.empty(first.shape, dtype=np.int64)
    near = np.empty(first.shape)
    _nearest_in_order(first, np.argsort(first, axis=1), window, index, near)
    return index, near


@njit(cache=True, nogil=True)
def _nearest_in_order(channels, order, window, index, near):  # type: ignore[no-untyped-def]
    # on a line the neighbours stand side by side once sorted: walk outwards, the nearer side first
    n_channels, n = channels.shape
    for c in range(n_channels):
        x = channels[c]
        for rank in range(n):
            i = order[c, rank]
            below, above = rank - 1, rank + 1
            index[c, i], near[c, i] = 0, np.inf
            while below >= 0 or above < n:
                down = x[i] - x[order[c, below]] if below >= 0 else np.inf
                up = x[order[c, above]] - x[i] if above < n else np.inf
                if down <= up:
                    j, apart, below = order[c, below], down, below - 1
                else:
                    j, apart, above = order[c, above], up, above + 1
                if abs(i - j) > window and apart > 0:
                    index[c, i], near[c, i] = j, apart
                    break


def log_spread(
    channels: np.ndarray, neighbours: np.ndarray, max_delay: int, floor: float
) -> np.ndarray:
    """Mean log10 of how far each channel parts at each delay, (n_channels, max_delay + 1)."""
    mantissas = np.ones((len(channels), max_delay + 1))
    exponents = np.zeros(mantissas.shape, dtype=np.int64)
    _products(channels, neighbours, floor, mantissas, mantissas.view(np.int64), exponents)
    return (np.log10(mantissas) + exponents * np.log10(2.0)) / len(neighbours)


@njit(cache=True, nogil=True)
def _products(channels, neighbours, floor, mantissas, bits, exponents):  # type: ignore[no-untyped-def]
    # the mean of logarithms is the logarithm of a product, kept as mantissa and exponent:
    # a hundred thousand multiplications, and one logarithm a delay at the end
    n_channels, n_delays = mantissas.shape
    for c in range(n_channels):
        x, product, bit, exponent = channels[c], mantissas[c], bits[c], exponents[c]
        for j in range(len(neighbours)):
            here = x[j : j + n_delays]
            there = x[neighbours[j] : neighbours[j] + n_delays]
            for k in range(n_delays):
                product[k] *= max(abs(here[k] - there[k]), floor)
            # floor ** 16 is still a normal number
            if j % 16 == 15 or j == len(neighbours) - 1:
                for k in range(n_delays):
                    exponent[k] += (bit[k] >> 52) - 1023
                    bit[k] = (bit[k] & _MANTISSA) | _ONE


def squared_distances(n_points: int) -> np.ndarray:
    """Distances of points that have no coordinate yet; row h holds the pairs (i, i + h)."""
    return np.zeros((n_points, n_points))


def extend(
    squares: np.ndarray, coordinate: np.ndarray, n_near: int, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Add a coordinate; neighbours among the first points, and distances among all points."""
    index = np.zeros(n_near, dtype=np.int64)
    near = np.full(n_near, np.inf)
    nearest = np.full(len(coordinate), np.inf)
    _extend(squares, coordinate, window, index, near, nearest)
    nearest[:n_near] = np.minimum(nearest[:n_near], near)
    return index, np.sqrt(nearest)


@njit(cache=True, nogil=True)
def _extend(squares, coordinate, window, index, near, far):  # type: ignore[no-untyped-def]
    n, n_near = len(coordinate), len(near)
    for apart in range(window + 1, n):
        # unsigned, since an index that may be negative costs the loops their vectors
        h, n_pairs = np.uint64(apart), np.uint64(n - apart)
        row = squares[apart]
        for i in range(n_pairs):
            step = coordinate[i + h] - coordinate[i]
            row[i] += step * step
        n_both = np.uint64(max(0, n_near - apart))
        # two loops, not one: in one, a write to i + h is a later read, and nothing is a vector
        for i in range(n_both):
            value = row[i]
            better = 0.0 < value < near[i]
            near[i] = value if better else near[i]
            index[i] = i + h if better else index[i]
        for i in range(n_both):
            value, j = row[i], i + h
            better = 0.0 < value < near[j]
            near[j] = value if better else near[j]
            index[j] = i if better else index[j]
        for i in range(n_both, n_pairs):
            value = row[i]
            far[i] = value if 0.0 < value < far[i] else far[i]
        for i in range(n_both, n_pairs):
            value, j = row[i], i + h
            far[j] = value if 0.0 < value < far[j] else far[j]


def expansions(series: np.ndarray, lag: int, n_dimensions: int, window: int) -> np.ndarray:
    """Mean growth of the nearest neighbour's distance from d to d + 1, d = 1, 2, ...; or nan."""
    near = np.full((n_dimensions, len(series)), np.inf)
    grown = np.zeros(near.shape)
    _expansions(series, lag, window, near, grown)
    known = np.isfinite(near)
    ratios = np.sqrt(np.divide(grown, near, out=np.zeros(near.shape), where=known))
    left = len(series) - lag * np.arange(1, n_dimensions + 1)
    count = np.where(left < 10, 0, known.sum(axis=1))
    means = np.full(n_dimensions, np.nan)
    return np.divide(ratios.sum(axis=1), count, out=means, where=count > 0)


@njit(cache=True, nogil=True)
def _expansions(x, lag, window, near, grown):  # type: ignore[no-untyped-def]
    n_dimensions, n = near.shape
    square = np.empty(n)
    for apart in range(window + 1, n - lag):
        # unsigned, since an index that may be negative costs the loops their vectors
        h = np.uint64(apart)
        square[:] = 0.0
        for d in range(min(n_dimensions, (n - 1 - apart) // lag)):
            n_pairs = np.uint64(n - (d + 1) * lag - apart)
            here, ahead = np.uint64(d * lag), np.uint64((d + 1) * lag)
            near_d, grown_d = near[d], grown[d]
            # three loops, not one: in one, a write to i + h is a later read, and none is a vector
            for i in range(n_pairs):
                step = x[i + h + here] - x[i + here]
                square[i] += step * step
            for i in range(n_pairs):
                value, step = square[i], x[i + h + ahead] - x[i + ahead]
                better = 0.0 < value < near_d[i]
                grown_d[i] = value + step * step if better else grown_d[i]
                near_d[i] = value if better else near_d[i]
            for i in range(n_pairs):
                value, step, j = square[i], x[i + h + ahead] - x[i + ahead], i + h
                better = 0.0 < value < near_d[j]
                grown_d[j] = value + step * step if better else grown_d[j]
                near_d[j] = value if better else near_d[j]

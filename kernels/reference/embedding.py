"""Delay embedding in plain NumPy: the shortest correct code, and the tests' oracle."""

from __future__ import annotations

import numpy as np


def mutual_information(series: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Bits that a series shares with itself delayed; one row a series."""
    n = series.shape[1] - lags.max()
    values = np.empty((len(series), len(lags)))
    for row, signal in zip(values, series, strict=True):
        edges = bin_edges(signal[:n])
        bins = np.searchsorted(edges, signal)
        share = np.bincount(bins[:n], minlength=len(edges) + 1) / n
        for k, lag in enumerate(lags):
            joint = np.zeros((len(share), len(share)))
            np.add.at(joint, (bins[:n], bins[lag : lag + n]), 1 / n)
            a, b = np.nonzero(joint)
            row[k] = np.sum(joint[a, b] * np.log2(joint[a, b] / share[a] / share[b]))
    return values


def bin_edges(signal: np.ndarray) -> np.ndarray:
    """Upper edges of the bins but the last: halve the samples until each part is even."""
    ordered = np.sort(signal)
    edges = np.array(_halves(ordered))
    return np.unique(edges[edges < ordered[-1]])  # equal values would leave a bin empty


def _halves(ordered: np.ndarray) -> list[float]:
    """Largest values of the first half, of its own first half, and so on."""
    if _is_even(ordered):
        return []
    half = len(ordered) // 2
    return [*_halves(ordered[:half]), ordered[half - 1], *_halves(ordered[half:])]


def _is_even(ordered: np.ndarray) -> bool:
    """Whether sorted values pass for uniform: a chi-squared test at one in ten."""
    n = len(ordered)
    if n < 10:
        return True
    n_parts, critical = (2, 2.706) if n < 20 else (4, 6.251)
    inner = ordered[0] + np.arange(1, n_parts) * (ordered[-1] - ordered[0]) / n_parts
    counts = np.diff(np.searchsorted(ordered, inner, side="right"), prepend=0, append=n)
    expected = round(n / n_parts)
    return bool(np.sum((counts - expected) ** 2) / expected < critical)


def nearest_neighbours(points: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Index and distance of the nearest other point more than ``window`` samples away."""
    squares = np.sum((points[:, None] - points) ** 2, axis=-1)
    index, nearest = _nearest(squares, window)
    return index, np.sqrt(nearest)


def _nearest(squares: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest squared distance of each row that is not zero, outside the window."""
    apart = np.abs(np.subtract.outer(np.arange(len(squares)), np.arange(len(squares))))
    allowed = np.where((apart > window) & (squares > 0), squares, np.inf)
    index = np.argmin(allowed, axis=1)
    return index, np.take_along_axis(allowed, index[:, None], axis=1)[:, 0]


def nearest_by_channel(
    channels: np.ndarray, n_points: int, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighbours of the first points of each channel alone."""
    found = [nearest_neighbours(channel[:n_points, None], window) for channel in channels]
    return np.array([index for index, _ in found]), np.array([near for _, near in found])


def log_spread(
    channels: np.ndarray, neighbours: np.ndarray, max_delay: int, floor: float
) -> np.ndarray:
    """Mean log10 of how far each channel parts at each delay, (n_channels, max_delay + 1)."""
    here = np.arange(len(neighbours))
    apart = [
        np.abs(channels[:, here + delay] - channels[:, neighbours + delay])
        for delay in range(max_delay + 1)
    ]
    return np.log10(np.maximum(apart, floor)).mean(axis=-1).T


def squared_distances(n_points: int) -> np.ndarray:
    """Distances of points that have no coordinate yet."""
    return np.zeros((n_points, n_points))


def extend(
    squares: np.ndarray, coordinate: np.ndarray, n_near: int, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Add a coordinate; neighbours among the first points, and distances among all points."""
    n = len(coordinate)
    squares[:n, :n] += np.subtract.outer(coordinate, coordinate) ** 2
    index, _ = _nearest(squares[:n_near, :n_near], window)
    _, nearest = _nearest(squares[:n, :n], window)
    return index, np.sqrt(nearest)


def expansions(series: np.ndarray, lag: int, n_dimensions: int, window: int) -> np.ndarray:
    """Mean growth of the nearest neighbour's distance from d to d + 1, d = 1, 2, ...; or nan."""
    values = np.full(n_dimensions, np.nan)
    for d in range(1, n_dimensions + 1):
        n = len(series) - d * lag
        if n < 10:
            break
        points = np.stack([series[k * lag : k * lag + n] for k in range(d + 1)], axis=1)
        index, near = nearest_neighbours(points[:, :d], window)
        grown = np.linalg.norm(points - points[index], axis=1)
        known = np.isfinite(near)
        values[d - 1] = np.mean(grown[known] / near[known]) if known.any() else np.nan
    return values

"""Graphs of correlations and their cycles in plain NumPy."""

from __future__ import annotations

import numpy as np

from neurokit.kernels.packed import pack_rows, unpack_rows


def correlation_graph(
    units: np.ndarray, threshold: float, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Bits and strengths; see :func:`neurokit.kernels.correlation_graph`."""
    weights = _weights(units, sign)
    joined = weights >= np.float32(threshold)
    return pack_rows(joined), np.where(joined, weights, 0).sum(axis=1, dtype=np.float64)


def correlation_graph_of_size(
    units: np.ndarray, n_edges: int, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    """Bits, strengths and threshold of the ``n_edges`` strongest pairs, and those that tie."""
    weights = _weights(units, sign)
    pairs = weights[np.triu_indices(len(units), 1)]
    pairs = np.sort(pairs[~np.isnan(pairs)])
    threshold = float(pairs[-n_edges]) if n_edges else float("inf")
    return *correlation_graph(units, threshold, sign), threshold


def _weights(units: np.ndarray, sign: str) -> np.ndarray:
    """Correlations above the diagonal, mirrored, as the threshold sees them; NaN along it."""
    correlations = np.triu(units @ units.T, 1)
    correlations = correlations + correlations.T
    np.fill_diagonal(correlations, np.nan)
    if sign == "absolute":
        return np.abs(correlations)
    return -correlations if sign == "negative" else correlations


def triangles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Cycles of length three through each node."""
    dense = unpack_rows(bits, len(bits)).astype(np.int64)
    counts: np.ndarray = (dense @ dense * dense).sum(axis=1) // 2
    return counts


def four_cycles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Cycles of length four through each node: two neighbours in common with an opposite one."""
    dense = unpack_rows(bits, len(bits)).astype(np.int64)
    common = dense @ dense
    np.fill_diagonal(common, 0)
    counts: np.ndarray = (common * (common - 1) // 2).sum(axis=1)
    return counts

"""Affinities and the steps of a factorisation in plain NumPy."""

from __future__ import annotations

import numpy as np

BLOCK = 64  # rows that share the rule when to rest


def affinities(changes: np.ndarray, kernel: str) -> np.ndarray:
    """Affinity of each pair at each time; ``changes`` has a row a node."""
    i, j = np.triu_indices(len(changes), 1)
    left, right = changes[i], changes[j]
    both = left * right
    if kernel == "minimum":
        found = np.where(both > 0, np.minimum(np.abs(left), np.abs(right)), 0)
    elif kernel == "product":
        found = np.maximum(both, 0)
    else:
        found = np.sqrt(np.maximum(-both if kernel == "opposite" else both, 0))
    return found.astype(np.float32)


def window_correlations(series: np.ndarray, window: int) -> np.ndarray:
    """Absolute correlation of each pair within a window around each time; 0 of a constant."""
    n_nodes, n_times = series.shape
    i, j = np.triu_indices(n_nodes, 1)
    found = np.zeros((len(i), n_times), dtype=np.float32)
    scale = np.ptp(series, axis=1)
    for t in range(n_times):
        some = series[:, max(t - window // 2, 0) : t - window // 2 + window]
        some = some - some.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.square(some).sum(axis=1))
        some = np.divide(some, spread[:, None], where=spread[:, None] > 1e-9 * scale[:, None],
                         out=np.zeros_like(some))  # fmt: skip
        found[:, t] = np.minimum(np.abs((some[i] * some[j]).sum(axis=1)), 1)
    return found


def hals_update(
    products: np.ndarray,
    grams: np.ndarray,
    factor: np.ndarray,
    bounds: np.ndarray,
    inner: int,
    patience: float,
) -> np.ndarray:
    """Improve a factor column by column, 64 rows at a time."""
    factor = factor.copy()
    for gram, first, last in zip(grams, bounds[:-1], bounds[1:], strict=True):
        for start in range(first, last, BLOCK):
            some = slice(start, min(start + BLOCK, last))
            _improve(products[some], gram, factor[some], inner, patience)
    return factor


def _improve(M: np.ndarray, G: np.ndarray, F: np.ndarray, inner: int, patience: float) -> None:
    first = 0.0
    for turn in range(inner):
        change = 0.0
        for r in range(len(G)):
            if G[r, r] > 0:
                old = F[:, r].copy()
                F[:, r] = np.maximum(old + (M[:, r] - F @ G[r]) / G[r, r], 0)
                change += np.sum((F[:, r] - old) ** 2)
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
    """Update a factor and go on beyond; arrays have a row a component."""
    bounds = np.array([0, factor.shape[1]])
    fresh = hals_update(products.T, gram[None], factor.T, bounds, inner, patience).T
    return fresh, np.maximum(fresh + step * (fresh - before), 0).astype(factor.dtype)


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
    """Products with the rows, their update, and products with the columns."""
    products = (rows @ columns.T).astype(np.float64)
    bounds = np.array([0, len(rows)])
    fresh = hals_update(products, gram[None], factor, bounds, inner, patience)
    ahead = np.maximum(fresh + step * (fresh - before), 0)
    return fresh, ahead, (ahead.astype(rows.dtype).T @ rows).astype(np.float64)

"""Sums over affinities that factor, from the table of pairs that they stand for."""

from __future__ import annotations

import numpy as np


def _table(parts: np.ndarray) -> np.ndarray:
    """Affinity of each pair at each time."""
    i, j = np.triu_indices(parts.shape[-1], 1)
    parts = np.asarray(parts, dtype=np.float64)
    table: np.ndarray = (parts[:, :, i] * parts[:, :, j]).sum(axis=0).T
    return table


def pair_sums(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """See :func:`neurokit.kernels.affinity_sums.pair_sums`."""
    sums: np.ndarray = _table(parts) @ weights
    return sums


def time_sums(parts: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """See :func:`neurokit.kernels.affinity_sums.time_sums`."""
    sums: np.ndarray = _table(parts).T @ pairs
    return sums

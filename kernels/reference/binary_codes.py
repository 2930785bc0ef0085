"""Bits that differ, in plain NumPy."""

from __future__ import annotations

import numpy as np


def differing(
    queries: np.ndarray,
    stored: np.ndarray,
    masks: np.ndarray,
    mask_of: np.ndarray,
    n_threads: int = 1,
) -> np.ndarray:
    """Bits of each stored code's mask in which a query differs: int64, (n_queries, n_stored)."""
    apart = (queries[:, None] ^ stored) & masks[mask_of]
    counts: np.ndarray = np.bitwise_count(apart).sum(axis=2, dtype=np.int64)
    return counts

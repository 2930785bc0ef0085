"""Bits that differ, a thread a query and a stored code."""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

THREADS = 64


def differing(
    queries: np.ndarray,
    stored: np.ndarray,
    masks: np.ndarray,
    mask_of: np.ndarray,
    n_threads: int = 1,
) -> np.ndarray:
    """Bits of each stored code's mask in which a query differs: int64, (n_queries, n_stored)."""
    counts = cuda.device_array((len(queries), len(stored)), dtype=np.int64)
    if counts.size:
        given = (cuda.to_device(each) for each in (queries, stored, masks, mask_of))
        _count[-(-counts.size // THREADS), THREADS](*given, counts)
    found: np.ndarray = counts.copy_to_host()
    return found


@cuda.jit
def _count(queries: Any, stored: Any, masks: Any, mask_of: Any, counts: Any) -> None:
    item = cuda.grid(1)
    q, s = item // counts.shape[1], item % counts.shape[1]
    if q < counts.shape[0]:
        total = 0
        for w in range(stored.shape[1]):
            total += cuda.popc((queries[q, w] ^ stored[s, w]) & masks[mask_of[s], w])
        counts[q, s] = total

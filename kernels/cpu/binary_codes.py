"""Bits that differ, word by word."""

# an intrinsic takes no context when it is called
# mypy: disable-error-code="call-arg"

from __future__ import annotations

import numpy as np
from numba import njit

from neurokit.kernels.cpu.bits import popcount
from neurokit.kernels.threads import in_threads

BLOCK = 64  # queries that a thread takes at a time


def differing(
    queries: np.ndarray,
    stored: np.ndarray,
    masks: np.ndarray,
    mask_of: np.ndarray,
    n_threads: int = 1,
) -> np.ndarray:
    """Bits of each stored code's mask in which a query differs: int64, (n_queries, n_stored)."""
    counts = np.empty((len(queries), len(stored)), dtype=np.int64)

    def count(first: int) -> None:
        few = slice(first, first + BLOCK)
        _count(queries[few], stored, masks, mask_of, counts[few])

    in_threads(count, range(0, len(queries), BLOCK), n_threads)
    return counts


@njit(cache=True, nogil=True)
def _count(
    queries: np.ndarray,
    stored: np.ndarray,
    masks: np.ndarray,
    mask_of: np.ndarray,
    counts: np.ndarray,
) -> None:
    for q in range(len(queries)):
        for s in range(len(stored)):
            total = 0
            for w in range(stored.shape[1]):
                total += popcount((queries[q, w] ^ stored[s, w]) & masks[mask_of[s], w])
            counts[q, s] = total

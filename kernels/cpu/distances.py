"""Distances along the edges of a graph, compiled."""

# an intrinsic takes one argument less than its definition
# mypy: disable-error-code="call-arg"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from neurokit.kernels.cpu.bits import lowest
from neurokit.kernels.threads import in_threads

STRIP = 512  # nodes that a thread takes at a time


def distance_degrees(
    bits: np.ndarray, positions: np.ndarray, squares: np.ndarray, n_threads: int = 1
) -> np.ndarray:
    """See :func:`neurokit.kernels.distance_degrees`."""
    counts = np.zeros((len(bits), len(squares) - 1), dtype=np.int64)

    def count(first: int) -> None:
        _count(bits, positions, squares, first, min(first + STRIP, len(bits)), counts)

    in_threads(count, range(0, len(bits), STRIP), n_threads)
    return np.ascontiguousarray(counts.T)


@njit(cache=True, nogil=True, error_model="numpy")
def _count(bits: Any, positions: Any, squares: Any, first: int, last: int, counts: Any) -> None:
    """Count the neighbours of some nodes; each edge is met from both of its ends."""
    one, n_bins = np.uint64(1), len(squares) - 1
    for i in range(first, last):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        for w in range(bits.shape[1]):
            word = bits[i, w]
            while word:
                j = 64 * w + lowest(word)
                word &= word - one
                apart = (
                    (x - positions[j, 0]) ** 2
                    + (y - positions[j, 1]) ** 2
                    + (z - positions[j, 2]) ** 2
                )
                k = 0
                while k < n_bins and apart >= squares[k + 1]:
                    k += 1
                if k < n_bins and apart >= squares[0]:
                    counts[i, k] += 1

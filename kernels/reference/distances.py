"""Distances along the edges of a graph in plain NumPy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from neurokit.kernels.packed import unpack_rows


def distance_degrees(
    bits: np.ndarray, positions: np.ndarray, squares: np.ndarray, n_threads: int = 1
) -> np.ndarray:
    """See :func:`neurokit.kernels.distance_degrees`; ``squares`` are those of the bins' edges."""
    joined = unpack_rows(bits, len(bits))
    apart = ((positions[:, None] - positions) ** 2).sum(axis=-1)
    inside = [joined & (low <= apart) & (apart < high) for low, high in pairwise(squares)]
    return np.array(inside).sum(axis=2, dtype=np.int64)

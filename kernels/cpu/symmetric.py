"""Factorisation of tensors whose first two modes are one, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit


def tied_rows(factor: np.ndarray, products: np.ndarray, gram: np.ndarray) -> None:
    """See :func:`neurokit.kernels.symmetric.tied_rows`; changes the factor in place."""
    columns = np.ascontiguousarray(factor.T)
    _tied_columns(columns, columns @ factor, products, gram)
    factor[:] = columns.T


@njit(cache=True, nogil=True)
def _tied_columns(
    columns: np.ndarray, G: np.ndarray, products: np.ndarray, gram: np.ndarray
) -> None:
    """Move each entry to where the misfit is lowest; G, the factor's Gram matrix, keeps up."""
    rank, n_nodes = columns.shape
    for i in range(n_nodes):
        for r in range(rank):
            a = columns[r, i]
            along = products[r, i]
            b = -along[i] * a
            for j in range(n_nodes):
                b += along[j] * columns[r, j]
            square = 2 * gram[r, r] * (G[r, r] - a * a) - 2 * along[i]
            linear = -4 * b
            for s in range(rank):
                if s != r:
                    other = columns[s, i]
                    square += 2 * gram[r, s] * other * other
                    linear += 4 * gram[r, s] * (G[r, s] - a * other) * other
            new = _lowest(gram[r, r], square, linear, a)
            for s in range(rank):
                if s != r:
                    G[r, s] += (new - a) * columns[s, i]
                    G[s, r] = G[r, s]
            G[r, r] += new * new - a * a
            columns[r, i] = new


@njit(cache=True, nogil=True)
def _lowest(quartic: float, square: float, linear: float, now: float) -> float:
    """Where ``quartic a^4 + square a^2 + linear a`` is lowest for a >= 0; ``now`` where it ties."""
    if quartic <= 0:
        return now
    P, Q = square / (2 * quartic), linear / (4 * quartic)
    inside = Q * Q / 4 + P * P * P / 27
    if inside >= 0:
        side = -1.0 if Q > 0 else 1.0
        cube = side * (abs(Q) / 2 + np.sqrt(inside)) ** (1 / 3)
        a = cube - P / (3 * cube) if cube != 0 else 0.0
    else:  # three roots, of which the largest is a minimum and the middle one is not
        size = np.sqrt(-P / 3)
        a = 2 * size * np.cos(np.arccos(min(max(-Q / (2 * size**3), -1.0), 1.0)) / 3)
    a = max(a, 0.0)
    best = ((quartic * a * a + square) * a + linear) * a
    if best > 0:
        a, best = 0.0, 0.0
    before = ((quartic * now * now + square) * now + linear) * now
    return a if best <= before else now


@njit(cache=True, nogil=True)
def pack_symmetric(flat: np.ndarray) -> tuple[np.ndarray, float, float, float]:
    """Upper triangle, largest difference from the lower one, lowest and largest number."""
    n_nodes, _, size = flat.shape
    packed = np.empty((n_nodes * (n_nodes + 1) // 2, size), dtype=flat.dtype)
    zero = flat.dtype.type(0)
    apart, lowest_one, largest = zero, zero, zero
    k = 0
    for i in range(n_nodes):
        for j in range(i, n_nodes):
            above, below = flat[i, j], flat[j, i]
            out = packed[k]
            k += 1
            total = zero
            for t in range(size):
                out[t] = above[t]
                apart = max(apart, abs(above[t] - below[t]))
                lowest_one = min(lowest_one, above[t])
                largest = max(largest, above[t])
                total += above[t] + below[t]
            if not total < np.inf:  # comparisons alone would pass over NaN
                lowest_one = flat.dtype.type(-1)
    return packed, apart, lowest_one, largest

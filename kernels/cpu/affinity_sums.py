"""Sums over affinities that factor, as products of matrices, a component at a time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

BLOCKS = 4  # of columns; what lies below the diagonal is left out block by block


def pair_sums(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """See :func:`neurokit.kernels.affinity_sums.pair_sums`."""
    n_nodes = parts.shape[-1]
    above = np.flatnonzero(np.triu(np.ones((n_nodes, n_nodes), dtype=bool), 1))
    flat = parts.reshape(-1, n_nodes)
    sums = np.empty((len(above), weights.shape[1]))
    for r, course in enumerate(np.sqrt(weights.T).astype(parts.dtype)):
        scaled = flat * np.tile(course, len(parts))[:, None]
        # NumPy sees that both are one, and makes but a triangle
        sums[:, r] = (scaled.T @ scaled).ravel()[above]
    return sums


def time_sums(parts: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """See :func:`neurokit.kernels.affinity_sums.time_sums`."""
    n_halves, n_times, n_nodes = parts.shape
    above = np.flatnonzero(np.triu(np.ones((n_nodes, n_nodes), dtype=bool), 1))
    flat = parts.reshape(-1, n_nodes)
    edges = np.linspace(0, n_nodes, BLOCKS + 1).astype(int)
    matrix = np.zeros((n_nodes, n_nodes), dtype=parts.dtype)
    sums = np.empty((n_times, pairs.shape[1]))
    for r, motif in enumerate(pairs.T):
        matrix.ravel()[above] = motif
        total = np.zeros(len(flat))
        for first, last in pairwise(edges):
            reached = flat[:, :last] @ matrix[:last, first:last]
            total += np.einsum("tn,tn->t", reached, flat[:, first:last])
        sums[:, r] = total.reshape(n_halves, n_times).sum(axis=0)
    return sums

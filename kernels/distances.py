"""Neighbours of each node of a graph, told apart by how far away they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.graphs import as_packed


def distance_degrees(
    graph: Any,
    positions_mm: np.ndarray,
    bins_mm: Sequence[float] | np.ndarray,
    *,
    n_threads: int = 1,
    backend: str = "cpu",
) -> np.ndarray:
    """Neighbours of each node in each bin of distance.

    Parameters
    ----------
    graph : PackedGraph, array, scipy.sparse array or networkx.Graph
        Undirected.
    positions_mm : array, shape (n_nodes, 3)
        Place of each node in millimetres.
    bins_mm : array, shape (n_bins + 1,)
        Edges of the bins, rising: bin k holds distances from ``bins_mm[k]`` up to, but without,
        ``bins_mm[k + 1]``. The last may be infinite.
    n_threads : int
        Threads that share the nodes.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    counts : array of int64, shape (n_bins, n_nodes)
        They sum to the degrees where the bins reach from zero to infinity.

    Raises
    ------
    ValueError
        If places or bins do not have that shape, are not finite, or do not rise.
    """
    packed = as_packed(graph)
    positions = np.ascontiguousarray(positions_mm, dtype=np.float64)
    if positions.shape != (packed.n_nodes, 3):
        raise ValueError(
            f"positions_mm must have shape ({packed.n_nodes}, 3), one place a node, got "
            f"{positions.shape}"
        )
    if not np.isfinite(positions).all():
        raise ValueError("positions_mm holds NaN or infinity; leave out nodes without a place")
    bins = np.asarray(bins_mm, dtype=np.float64)
    if bins.ndim != 1 or len(bins) < 2 or not (np.diff(bins) > 0).all() or bins[0] < 0:
        raise ValueError(
            f"bins_mm must be two or more rising distances from zero on, got {bins.tolist()}"
        )
    kernel = find("distance_degrees", backend)
    counts: np.ndarray = kernel(packed.bits, positions, bins**2, n_threads)
    return counts

"""Products of a factorisation with affinities that factor, made from the traces as they are needed.

Where the affinity of two nodes is ``sum_h u_h,i u_h,j``, with one term for rising and one for
falling changes, no table of pairs has to exist: memory goes with nodes, not with pairs.
"""

from __future__ import annotations

import numpy as np

from neurokit.kernels.backends import find

FACTORING = ("geometric", "product")


def halves(changes: np.ndarray, *, kernel: str = "geometric") -> np.ndarray:
    """Rising and falling parts whose products are the affinities.

    Parameters
    ----------
    changes : array, shape (n_times, n_nodes)
        Derivatives of the traces.
    kernel : {"geometric", "product"}
        As in :func:`neurokit.kernels.tensors.affinities`.

    Returns
    -------
    halves : array of float32, shape (2, n_times, n_nodes)
        The affinity of two nodes at a time is the sum over both halves of their product.

    Raises
    ------
    ValueError
        If there is no such kernel, or it does not factor.
    """
    if kernel not in FACTORING:
        raise ValueError(
            f"only the kernels {' and '.join(FACTORING)} factor, got {kernel!r}; make the tensor "
            "with affinities() for the others"
        )
    changes = np.asarray(changes, dtype=np.float32)
    parts = np.stack([np.maximum(changes, 0), np.maximum(-changes, 0)])
    return np.sqrt(parts) if kernel == "geometric" else parts


def pair_sums(parts: np.ndarray, weights: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Sums over time of all pairs' affinities, times the weights of some time courses.

    Parameters
    ----------
    parts : array, shape (2, n_times, n_nodes)
        See :func:`halves`.
    weights : array, shape (n_times, rank)
        Time courses, non-negative.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    sums : array of float64, shape (n_pairs, rank)
        Rows are the pairs of ``np.triu_indices(n_nodes, 1)``.
    """
    sums: np.ndarray = find("affinity_sums.pair_sums", backend)(parts, weights)
    return sums


def time_sums(parts: np.ndarray, pairs: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Sums over all pairs of their affinities at each time, times the weights of some motifs.

    Parameters
    ----------
    parts : array, shape (2, n_times, n_nodes)
        See :func:`halves`.
    pairs : array, shape (n_pairs, rank)
        A weight for each pair of ``np.triu_indices(n_nodes, 1)``.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    sums : array of float64, shape (n_times, rank)
    """
    sums: np.ndarray = find("affinity_sums.time_sums", backend)(parts, pairs)
    return sums

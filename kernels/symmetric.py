"""Factorisation of tensors whose first two modes are one: packing, and the tied update."""

from __future__ import annotations

import numpy as np

from neurokit.kernels.backends import find

ASYMMETRY = 1e-6  # of the largest number, what rounding may leave between both triangles


def tied_rows(
    factor: np.ndarray, products: np.ndarray, gram: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Lower the misfit of ``sum_r a_ir a_jr k_r`` to a symmetric tensor, entry by entry of A.

    Parameters
    ----------
    factor : array, shape (n_nodes, rank)
        Where A starts, non-negative.
    products : array, shape (rank, n_nodes, n_nodes)
        The tensor times the factors of all other modes; symmetric.
    gram : array, shape (rank, rank)
        Elementwise product of the other modes' Gram matrices.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    factor : array of float64, shape (n_nodes, rank)
        A column whose entry of the Gram matrix is zero stays as it was.

    Raises
    ------
    ValueError
        If the shapes do not agree.

    Notes
    -----
    As a function of one entry the misfit is of degree four; the entry goes to the lowest of zero
    and the roots of the derivative, a cubic [1]_, so that the misfit never rises.

    References
    ----------
    .. [1] A. Vandaele, N. Gillis, Q. Lei, K. Zhong, I. Dhillon, IEEE Trans. Signal Processing,
       2016, doi:10.1109/TSP.2016.2591510.
    """
    factor = np.array(factor, dtype=np.float64, order="C")
    products, gram = (np.ascontiguousarray(some, dtype=np.float64) for some in (products, gram))
    n_nodes, rank = factor.shape
    if products.shape != (rank, n_nodes, n_nodes) or gram.shape != (rank, rank):
        raise ValueError(
            f"for a factor of shape {factor.shape} products must have shape "
            f"{(rank, n_nodes, n_nodes)} and gram {(rank, rank)}, got {products.shape} and "
            f"{gram.shape}"
        )
    find("symmetric.tied_rows", backend)(factor, products, gram)
    return factor


def pack_symmetric(tensor: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Upper triangle, with the diagonal, of a tensor that is symmetric in its first two modes.

    Parameters
    ----------
    tensor : array, shape (n_nodes, n_nodes, n_times, n_animals)
        Non-negative.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    packed : array, shape (n_nodes * (n_nodes + 1) / 2, n_times, n_animals)
        Rows of ``np.triu_indices(n_nodes)``; float32 where the tensor is, else float64.

    Raises
    ------
    ValueError
        If the tensor has another shape, is not symmetric, or holds NaN or negative numbers.
    """
    tensor = np.asarray(tensor)
    if tensor.ndim != 4 or tensor.shape[0] != tensor.shape[1]:
        raise ValueError(
            "a symmetric tensor has shape (n_nodes, n_nodes, n_times, n_animals), got "
            f"{tensor.shape}; for rows of pairs use symmetric=False"
        )
    kept = tensor.dtype if tensor.dtype in (np.float32, np.float64) else np.float64
    flat = np.ascontiguousarray(tensor, dtype=kept).reshape(*tensor.shape[:2], -1)
    packed, apart, least, most = find("symmetric.pack_symmetric", backend)(flat)
    if not (least >= 0 and np.isfinite(most)):
        raise ValueError(
            "the tensor holds negative, infinite or NaN numbers; affinities are 0 or more: clip "
            "negative ones, or give unlike changes a layer of their own"
        )
    if apart > ASYMMETRY * most:
        raise ValueError(
            f"the tensor is not symmetric in its first two modes (largest difference {apart:.3g}); "
            "average it with its transpose, or use symmetric=False"
        )
    result: np.ndarray = packed.reshape(-1, *tensor.shape[2:])
    return result

"""Factorisation of tensors whose first two modes are one, in plain NumPy."""

from __future__ import annotations

import numpy as np


def tied_rows(factor: np.ndarray, products: np.ndarray, gram: np.ndarray) -> None:
    """See :func:`neurokit.kernels.symmetric.tied_rows`; changes the factor in place."""
    n_nodes, rank = factor.shape
    for i in range(n_nodes):
        for r in range(rank):
            others = np.delete(np.arange(n_nodes), i)
            G = factor[others].T @ factor[others]
            tied = np.delete(np.arange(rank), r)
            quartic = gram[r, r]
            square = 2 * gram[r, r] * G[r, r] - 2 * products[r, i, i]
            square += 2 * gram[r, tied] @ factor[i, tied] ** 2
            linear = 4 * gram[r, tied] @ (G[r, tied] * factor[i, tied])
            linear -= 4 * products[r, i, others] @ factor[others, r]
            polynomial = np.array([quartic, 0, square, linear, 0])
            roots = np.roots(np.polyder(polynomial))
            real = roots[np.abs(roots.imag) < 1e-9 * (1 + np.abs(roots))].real
            candidates = np.append(real[real > 0], 0)
            factor[i, r] = candidates[np.argmin(np.polyval(polynomial, candidates))]


def pack_symmetric(flat: np.ndarray) -> tuple[np.ndarray, float, float, float]:
    """Upper triangle, largest difference from the lower one, lowest and largest number."""
    rows, columns = np.triu_indices(len(flat))
    packed = flat[rows, columns]
    with np.errstate(invalid="ignore"):
        apart = np.abs(packed - flat[columns, rows]).max(initial=0)
    return packed, float(apart), float(flat.min(initial=0)), float(flat.max(initial=0))

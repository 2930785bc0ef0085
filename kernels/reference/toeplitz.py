"""Block-Toeplitz covariances and their reflection coefficients, by their formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurokit.kernels.reference.siegel import power


def lagged_covariances(epochs: np.ndarray, delays: Sequence[int], circular: bool) -> np.ndarray:
    """R(d) = 1/T sum x(t) x(t-d)'."""
    X = epochs - epochs.mean(axis=-1, keepdims=True)
    n_times = X.shape[-1]
    blocks = []
    for delay in delays:
        earlier = np.roll(X, delay, axis=-1)
        if not circular:
            earlier[..., :delay] = 0
        blocks.append(X @ earlier.transpose(0, 2, 1) / n_times)
    return np.stack(blocks, axis=1)


def reflection_coefficients(lagged: np.ndarray) -> np.ndarray:
    """Each by the direct formula, from the block-Toeplitz matrix of the order before."""
    coefficients = lagged.copy()
    for R, omega in zip(lagged, coefficients, strict=True):
        for order in range(1, len(R)):
            M, L, K = _predicted(R[:order])
            omega[order] = power(L, -0.5) @ (R[order] - M) @ power(K, -0.5)
    return coefficients


def lagged_from_coefficients(coefficients: np.ndarray) -> np.ndarray:
    """Invert the direct formula, order by order."""
    lagged = coefficients.copy()
    for R, omega in zip(lagged, coefficients, strict=True):
        for order in range(1, len(R)):
            M, L, K = _predicted(R[:order])
            R[order] = power(L, 0.5) @ omega[order] @ power(K, 0.5) + M
    return lagged


def block_toeplitz(R: np.ndarray) -> np.ndarray:
    """Assemble the matrix with blocks R(j - i)."""
    order = len(R)
    return np.block(
        [[R[j - i] if j >= i else R[i - j].T for j in range(order)] for i in range(order)]
    )


def _predicted(R: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predict R(l+1) from R(0..l); and what prediction leaves of R(0), forward and backward."""
    if len(R) == 1:
        return np.zeros_like(R[0]), R[0], R[0]
    T = block_toeplitz(R[:-1])
    r = np.concatenate(R[1:], axis=1)
    s = np.concatenate([block.T for block in R[:0:-1]], axis=1)
    M = r @ np.linalg.solve(T, s.T)
    return M, R[0] - r @ np.linalg.solve(T, r.T), R[0] - s @ np.linalg.solve(T, s.T)

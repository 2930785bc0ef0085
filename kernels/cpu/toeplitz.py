"""Block-Toeplitz covariances and their coefficients, whole stacks at a time through LAPACK.

Compiled loops are no faster here: the time goes into small eigendecompositions and products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurokit.kernels.cpu.siegel import Roots, transposed


def lagged_covariances(epochs: np.ndarray, delays: Sequence[int], circular: bool) -> np.ndarray:
    """One product a delay, and one more for what wraps around."""
    X = epochs - epochs.mean(axis=-1, keepdims=True)
    n_epochs, n_channels, n_times = X.shape
    lagged = np.empty((n_epochs, len(delays), n_channels, n_channels))
    for k, delay in enumerate(delays):
        np.matmul(X[..., delay:], transposed(X[..., : n_times - delay]), out=lagged[:, k])
        if circular and delay:
            lagged[:, k] += X[..., :delay] @ transposed(X[..., n_times - delay :])
    lagged /= n_times
    return lagged


def reflection_coefficients(lagged: np.ndarray) -> np.ndarray:
    """Block Levinson (Whittle) recursion."""
    coefficients = lagged.copy()

    def remainder(order: int, predicted: np.ndarray, L: Roots, K: Roots) -> np.ndarray:
        D = lagged[:, order] - predicted
        coefficients[:, order] = L.inverse @ D @ K.inverse
        return D

    _levinson(lagged, remainder)
    return coefficients


def lagged_from_coefficients(coefficients: np.ndarray) -> np.ndarray:
    """The same recursion, which finds the blocks as it goes."""
    lagged = coefficients.copy()

    def remainder(order: int, predicted: np.ndarray, L: Roots, K: Roots) -> np.ndarray:
        D = L.root @ coefficients[:, order] @ K.root
        lagged[:, order] = D + predicted
        return D

    _levinson(lagged, remainder)
    return lagged


def _levinson(lagged: np.ndarray, remainder: Callable[..., np.ndarray]) -> None:
    """Run the recursion; ``remainder`` says what prediction leaves of each next block."""
    n_matrices, order, n, _ = lagged.shape
    left = right = lagged[:, 0]
    F = G = np.empty((n_matrices, n, 0))
    for length in range(order - 1):
        L, K = Roots(left), Roots(right)
        # R(length), ..., R(1) below one another
        known = lagged[:, length:0:-1].reshape(n_matrices, length * n, n)
        D = remainder(length + 1, F @ known, L, K)
        forward, backward = D @ K.inverse @ K.inverse, transposed(L.inverse @ L.inverse @ D)
        F, G = (
            np.concatenate([F - forward @ G, forward], axis=-1),
            np.concatenate([backward, G - backward @ F], axis=-1),
        )
        left, right = left - forward @ transposed(D), right - backward @ D

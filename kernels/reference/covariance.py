"""Covariances in plain NumPy: the copies are made, then multiplied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def covariances(epochs: np.ndarray, estimator: str, n_threads: int = 1) -> np.ndarray:
    """Covariances of the epochs."""
    length = epochs.shape[-1]
    # twice: after a large offset is gone the second mean is what rounding left of it
    centred = epochs - epochs.mean(axis=-1, keepdims=True)
    centred -= centred.mean(axis=-1, keepdims=True)
    products = centred @ centred.transpose(0, 2, 1)
    if estimator == "cov":
        return products / (length - 1)
    if estimator == "scm":
        return products / length
    energies = np.square(np.square(centred).sum(axis=1)).sum(axis=-1)
    return np.array(
        [shrunk(S / length, length, q, estimator) for S, q in zip(products, energies, strict=True)]
    )


def augmented_covariances(
    epochs: np.ndarray, order: int, lag: int, window: str, estimator: str, n_threads: int = 1
) -> np.ndarray:
    """Covariances of the epochs joined with their copies."""
    return covariances(augmented(epochs, order, lag, window), estimator)


def augmented_covariance_grid(
    epochs: np.ndarray,
    orders: list[int],
    lags: list[int],
    window: str,
    estimator: str,
    n_threads: int = 1,
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Every order and lag, from scratch."""
    for lag in lags:
        for order in orders:
            if order > 1 or lag == lags[0]:
                yield (
                    (order, lag),
                    augmented_covariances(epochs, order, lag, window, estimator),
                )


def augmented(epochs: np.ndarray, order: int, lag: int, window: str) -> np.ndarray:
    """Epochs with their copies as further channels."""
    if window == "circular":
        copies = [np.roll(epochs, k * lag, axis=-1) for k in range(order)]
    else:
        length = epochs.shape[-1] - (order * lag if order > 1 else 0)
        copies = [epochs[..., k * lag : k * lag + length] for k in range(order)]
    return np.concatenate(copies, axis=1)


def shrunk(S: np.ndarray, length: int, energy: float, estimator: str) -> np.ndarray:
    """Shrink a covariance; energy is the sum over samples of the squared norm, squared."""
    n = len(S)
    mean = np.trace(S) / n
    square = np.square(S).sum()
    spread = square - n * mean**2
    if n == 1:
        weight = 0.0
    elif estimator == "oas":
        numerator, denominator = square / n**2 + mean**2, (length + 1) * spread / n**2
        weight = min(1.0, numerator / denominator) if denominator > 0 else 1.0
    else:
        noise = min((energy / length - square) / length, spread)
        weight = noise / spread if noise > 0 else 0.0
    return (1 - weight) * S + weight * mean * np.eye(n)

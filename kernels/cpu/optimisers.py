"""Steps of optimisers, value by value."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def adadelta(
    values: np.ndarray,
    gradient: np.ndarray,
    live: np.ndarray,
    squares: np.ndarray,
    steps: np.ndarray,
    settings: np.ndarray,
) -> None:
    """See :class:`neurokit.kernels.optimisers.Adadelta`."""
    rate, decay, epsilon = settings
    rest = np.float32(1) - decay
    for i in range(len(values)):
        if live[i]:
            g = gradient[i]
            squares[i] = decay * squares[i] + rest * g * g
            change = np.sqrt(steps[i] + epsilon) / np.sqrt(squares[i] + epsilon) * g
            steps[i] = decay * steps[i] + rest * change * change
            values[i] -= rate * change


@njit(cache=True, nogil=True)
def adam(
    values: np.ndarray,
    gradient: np.ndarray,
    live: np.ndarray,
    means: np.ndarray,
    squares: np.ndarray,
    settings: np.ndarray,
) -> None:
    """See :class:`neurokit.kernels.optimisers.Adam`."""
    rate, first, second, epsilon, scale = settings
    one = np.float32(1)
    for i in range(len(values)):
        if live[i]:
            g = gradient[i]
            means[i] = first * means[i] + (one - first) * g
            squares[i] = second * squares[i] + (one - second) * g * g
            values[i] -= rate * means[i] / (np.sqrt(squares[i]) * scale + epsilon)

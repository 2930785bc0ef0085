"""Steps of optimisers in plain NumPy."""

from __future__ import annotations

import numpy as np


def adadelta(
    values: np.ndarray,
    gradient: np.ndarray,
    live: np.ndarray,
    squares: np.ndarray,
    steps: np.ndarray,
    settings: np.ndarray,
) -> None:
    """Change the live values and their memory in place."""
    rate, decay, epsilon = settings
    g = gradient[live]
    squares[live] = decay * squares[live] + (1 - decay) * g * g
    change = np.sqrt(steps[live] + epsilon) / np.sqrt(squares[live] + epsilon) * g
    steps[live] = decay * steps[live] + (1 - decay) * change * change
    values[live] -= rate * change


def adam(
    values: np.ndarray,
    gradient: np.ndarray,
    live: np.ndarray,
    means: np.ndarray,
    squares: np.ndarray,
    settings: np.ndarray,
) -> None:
    """Change the live values and their memory in place."""
    rate, first, second, epsilon, scale = settings
    g = gradient[live]
    means[live] = first * means[live] + (1 - first) * g
    squares[live] = second * squares[live] + (1 - second) * g * g
    values[live] -= rate * means[live] / (np.sqrt(squares[live]) * scale + epsilon)

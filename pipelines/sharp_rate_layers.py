"""Rectified layers whose connections come and go, with their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Dense:
    """Rectified units over a mask of connections.

    Parameters
    ----------
    n_inputs, n_units : int
    density : float
        Share of connections that exist, each drawn for itself.
    rng : numpy.random.Generator

    Attributes
    ----------
    mask : array of bool, shape (n_units, n_inputs)
    weights : array of float32, shape (n_units, n_inputs * reach)
        Zero where there is no connection.
    biases : array of float32, shape (n_units,)
    """

    reach = 1  # weights of a connection

    def __init__(
        self, n_inputs: int, n_units: int, density: float, rng: np.random.Generator
    ) -> None:
        self.mask = rng.random((n_units, n_inputs)) < density
        shape = (n_units, n_inputs * self.reach)
        spread = np.sqrt(2 / shape[1])
        self.weights = (rng.normal(0, spread, shape) * self.exists()).astype(np.float32)
        self.biases = np.zeros(n_units, dtype=np.float32)

    def exists(self) -> np.ndarray:
        """Weights of connections that exist: bool, as ``weights``."""
        return np.repeat(self.mask, self.reach, axis=1)

    def forward(self, inputs: np.ndarray) -> tuple[np.ndarray, Any]:
        """Activity, shape (n_trials, n_units), and what :meth:`backward` needs of it."""
        inputs = inputs.reshape(len(inputs), -1)
        activity = np.maximum(inputs @ self.weights.T + self.biases, 0)
        return activity, (inputs, activity > 0)

    def backward(self, slopes: np.ndarray, kept: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gradients of weights, biases and inputs."""
        inputs, fired = kept
        slopes = slopes * fired
        return slopes.T @ inputs, slopes.sum(axis=0), slopes @ self.weights

    def rewire(self, below: np.ndarray, plastic: np.ndarray, rng: np.random.Generator) -> None:
        """Drop connections from plastic units to others; grow as many, of weight 0, into plastic.

        Parameters
        ----------
        below, plastic : arrays of bool
            Plastic units of the layer below and of this one.
        rng : numpy.random.Generator
        """
        # the pixels of a map below are its channel's
        below = np.tile(below, self.mask.shape[1] // len(below))
        dropped = self.mask & below & ~plastic[:, None]
        self.mask &= ~dropped
        missing = np.flatnonzero(~self.mask & plastic[:, None])
        grown = rng.choice(missing, min(int(dropped.sum()), len(missing)), replace=False)
        self.mask.flat[grown] = True
        self.weights[np.repeat(dropped, self.reach, axis=1)] = 0

    def renew(self, plastic: np.ndarray, rng: np.random.Generator) -> None:
        """Draw the weights into plastic units anew.

        As the published code does: their number, and not that of their sources, sets the spread,
        which so grows as they run out. It is kept to compare with that code's numbers.
        """
        if not plastic.any():
            return
        shape = (int(plastic.sum()), self.weights.shape[1])
        fresh = rng.normal(0, np.sqrt(2 / (shape[0] * self.reach)), shape)
        self.weights[plastic] = fresh * self.exists()[plastic]
        self.biases[plastic] = 0


class Convolution(Dense):
    """Rectified maps of 3 x 3 pixels, their edges filled with zeros; a connection is a kernel.

    Parameters
    ----------
    n_inputs, n_units, density, rng
        As of :class:`Dense`; units are channels.
    pooled : bool
        Whether the largest of each 2 x 2 pixels is passed on.
    """

    reach = 9

    def __init__(
        self, n_inputs: int, n_units: int, density: float, rng: np.random.Generator, pooled: bool
    ) -> None:
        super().__init__(n_inputs, n_units, density, rng)
        self.pooled = pooled

    def forward(self, inputs: np.ndarray) -> tuple[np.ndarray, Any]:
        """Activity, shape (n_trials, height, width, n_units), and what the way back needs."""
        padded = np.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)))
        patches = sliding_window_view(padded, (3, 3), axis=(1, 2))
        columns = patches.reshape(-1, self.weights.shape[1])
        activity = np.maximum(columns @ self.weights.T + self.biases, 0)
        activity = activity.reshape(*inputs.shape[:3], len(self.biases))
        if not self.pooled:
            return activity, (columns, inputs.shape, activity > 0)
        quads = _quads(activity)
        largest = quads.argmax(axis=-1, keepdims=True)
        pooled = np.take_along_axis(quads, largest, axis=-1)
        # of equals the first: maps without connections are all equals
        passed = (np.arange(4) == largest) & (pooled > 0)
        return pooled[..., 0], (columns, inputs.shape, passed)

    def backward(self, slopes: np.ndarray, kept: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gradients of weights, biases and inputs."""
        columns, shape, passed = kept
        slopes = _pixels(slopes[..., None] * passed) if self.pooled else slopes * passed
        slopes = slopes.reshape(-1, len(self.biases))
        n_trials, height, width, n_inputs = shape
        patches = (slopes @ self.weights).reshape(n_trials, height, width, n_inputs, 3, 3)
        below = np.zeros((n_trials, height + 2, width + 2, n_inputs), dtype=patches.dtype)
        for row in range(3):
            for column in range(3):
                below[:, row : row + height, column : column + width] += patches[..., row, column]
        return slopes.T @ columns, slopes.sum(axis=0), below[:, 1:-1, 1:-1]


def _quads(maps: np.ndarray) -> np.ndarray:
    """Each 2 x 2 pixels along a last axis."""
    n_trials, height, width, n_units = maps.shape
    blocks = maps.reshape(n_trials, height // 2, 2, width // 2, 2, n_units)
    return blocks.transpose(0, 1, 3, 5, 2, 4).reshape(n_trials, height // 2, width // 2, n_units, 4)


def _pixels(quads: np.ndarray) -> np.ndarray:
    """Undo :func:`_quads`."""
    n_trials, height, width, n_units = quads.shape[:4]
    blocks = quads.reshape(n_trials, height, width, n_units, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    return blocks.reshape(n_trials, 2 * height, 2 * width, n_units)

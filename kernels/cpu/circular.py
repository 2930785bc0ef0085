"""Augmented covariances of wrapped windows: block-Toeplitz, so one lagged product a block."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from neurokit.kernels.cpu import covariance_blocks as blocks


class Circular:
    """Lagged products of each delay, and from them the matrices."""

    def __init__(
        self, shape: tuple[int, ...], orders: list[int], lags: list[int], estimator: str
    ) -> None:
        n_epochs, n_channels, self.n_times = shape
        self.estimator = estimator
        delays = sorted({k * lag for lag in lags for k in range(max(orders))})
        self.position = {delay: d for d, delay in enumerate(delays)}
        self.products = np.empty((n_epochs, len(delays), n_channels, n_channels))
        self.norms = np.empty((n_epochs, self.n_times if estimator == "lwf" else 0))

    def make(self, epochs: np.ndarray, few: slice) -> None:
        """Compute the lagged products of a few epochs."""
        n_epochs, n_channels, n_times = epochs.shape
        rows = np.empty((n_epochs, n_times + max(self.position), n_channels))
        blocks.fill_rows(epochs, 0, n_times, rows)
        left = rows[:, :n_times].transpose(0, 2, 1)
        for delay, d in self.position.items():
            np.matmul(left, rows[:, delay : delay + n_times], out=self.products[few, d])
        if self.estimator == "lwf":
            self.norms[few] = np.square(rows[:, :n_times]).sum(axis=2)

    def fill(
        self, epochs: np.ndarray, few: slice, order: int, lag: int, matrices: np.ndarray
    ) -> None:
        """Write the matrices of one point."""
        products = self.products[few, [self.position[k * lag] for k in range(order)]]
        n_epochs, _, n_channels, _ = products.shape
        products *= 1 / (self.n_times - 1 if self.estimator == "cov" else self.n_times)
        # row 0 of blocks, preceded by what the rows below have before it
        band = np.empty((n_epochs, n_channels, 2 * order - 1, n_channels))
        band[:, :, :order] = products[:, ::-1].transpose(0, 2, 1, 3)
        band[:, :, order:] = products[:, 1:].transpose(0, 3, 1, 2)
        whole, row, step = band.strides[0], band.strides[1], band.strides[2]
        matrices.reshape(n_epochs, order, n_channels, -1)[:] = as_strided(
            band[:, :, order - 1 :],
            (n_epochs, order, n_channels, order * n_channels),
            (whole, -step, row, band.itemsize),
        )
        if self.estimator == "lwf":
            norms = self.norms[few]
            copies = sum(np.roll(norms, k * lag, axis=1) for k in range(order))
            blocks.shrink(matrices, self.n_times, np.square(copies).sum(axis=1))
        elif self.estimator == "oas":
            blocks.shrink(matrices, self.n_times, np.empty(0))

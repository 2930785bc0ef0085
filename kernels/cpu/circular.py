"""Augmented covariances of wrapped windows: block-Toeplitz, so one lagged product a block."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from neurokit.kernels.cpu import covariance_blocks as blocks
from neurokit.kernels.cpu.shelf import Shelf


class Circular:
    """Lagged products of each delay, and from them the matrices."""

    def __init__(
        self, shape: tuple[int, ...], orders: list[int], lags: list[int], estimator: str
    ) -> None:
        n_epochs, n_channels, self.n_times = shape
        self.estimator = estimator
        delays = sorted({k * lag for lag in lags for k in range(max(orders))})
        self.position = {delay: d for d, delay in enumerate(delays)}
        # delays of several lags seldom come in neighbouring pairs
        self.lag = lags[0] if len(lags) == 1 and len(delays) > 1 else 0
        self.products = np.empty((n_epochs, len(delays), n_channels, n_channels))
        self.norms = np.empty((n_epochs, self.n_times if estimator == "lwf" else 0))

    def make(self, epochs: np.ndarray, few: slice) -> None:
        """Compute the lagged products of a few epochs."""
        n_epochs, n_channels, n_times = epochs.shape
        # in pairs there is one delay more when their number is odd, and one stretch beyond
        beyond = max(self.position) + 2 * self.lag
        rows = np.empty((n_epochs, n_times + beyond, n_channels))
        blocks.fill_rows(epochs, 0, n_times, rows)
        products = self.products[few]
        if self.lag:
            self._in_pairs(rows, products)
        else:
            left = rows[:, :n_times].transpose(0, 2, 1)
            for delay, d in self.position.items():
                np.matmul(left, rows[:, delay : delay + n_times], out=products[:, d])
        if self.estimator == "lwf":
            self.norms[few] = np.square(rows[:, :n_times]).sum(axis=2)

    def fill(self, epochs: np.ndarray, few: slice, lag: int, shelf: Shelf) -> None:
        """Write the matrices of some orders of a lag."""
        scale = 1 / (self.n_times - 1 if self.estimator == "cov" else self.n_times)
        for order in shelf.orders:
            matrices, products = shelf[order][few], self.products[few]
            if order < products.shape[1]:
                products = products[:, [self.position[k * lag] for k in range(order)]]
            blocks.fill_circular(products, scale, matrices)
            if self.estimator == "lwf":
                norms = self.norms[few]
                copies = sum(np.roll(norms, k * lag, axis=1) for k in range(order))
                blocks.shrink(matrices, self.n_times, np.square(copies).sum(axis=1))
            elif self.estimator == "oas":
                blocks.shrink(matrices, self.n_times, np.empty(0))

    def _in_pairs(self, rows: np.ndarray, products: np.ndarray) -> None:
        """Products of neighbouring delays, three for the work of two pairs.

        With even stretches of samples e and odd ones o, delay 2k sums e(+k) e + o(+k) o and delay
        2k + 1 sums o(+k) e + e(+k+1) o. Of the four, (e - o)(+k) e, o(+k) (e + o) and
        (o - e(+1))(+k) o make both, as in a fast convolution (Winograd's F(2, 2)).
        """
        lag, order, n_channels = self.lag, products.shape[1], products.shape[2]
        pairs, n_half = (order + 1) // 2, self.n_times // (2 * lag) * lag
        shape = (5, len(rows), n_half + (pairs - 1) * lag, n_channels)
        halves = np.empty(shape)
        flat = halves.reshape(5, len(rows), -1)
        blocks.fill_halves(rows.reshape(len(rows), -1), lag * n_channels, flat)
        even, odd, less, more, other = halves
        first, second, third = (
            _delayed(left[:, :n_half], right, pairs, lag)
            for left, right in ((even, less), (more, odd), (odd, other))
        )
        np.add(first, second, out=products[:, ::2])
        few = order // 2
        np.subtract(second[:, :few], third[:, :few], out=products[:, 1::2])
        if 2 * n_half < self.n_times:
            rest = rows[:, 2 * n_half : self.n_times + (order - 1) * lag]
            products += _delayed(rest[:, : self.n_times - 2 * n_half], rest, order, lag)


def _delayed(left: np.ndarray, right: np.ndarray, order: int, lag: int) -> np.ndarray:
    """Products of left with right, and with right some lags later."""
    n_epochs, n_rows, n_channels = left.shape
    whole, row, item = right.strides
    views = as_strided(right, (n_epochs, order, n_rows, n_channels), (whole, lag * row, row, item))
    return left.transpose(0, 2, 1)[:, None] @ views

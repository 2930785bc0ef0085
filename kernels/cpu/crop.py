"""Augmented covariances of cropped windows.

A *band* holds ``band[c, k, b]``, the sum over some samples t of
``rows[t, c] * rows[t + k * lag, b]``: one row of blocks of an augmented matrix. It sums over the
samples that all windows of an order share; each window adds what it has before and after them.
Sums only ever grow: an artefact outside a window cannot cancel digits within it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

import numpy as np

from neurokit.kernels.cpu import covariance_blocks as blocks
from neurokit.kernels.cpu.shelf import Shelf
from neurokit.kernels.reference import covariance as reference

Use = tuple[int, int, int, int]


class Crop:
    """Bands of each lag, for the highest order that shares samples, and lower ones from there."""

    def __init__(
        self, shape: tuple[int, ...], orders: list[int], lags: list[int], estimator: str
    ) -> None:
        n_epochs, n_channels, self.n_times = shape
        self.estimator = estimator
        self.tops, self.common, self.products = _plan(self.n_times, tuple(orders), tuple(lags))
        self.rows = np.empty((n_epochs, self.n_times, n_channels))
        self.bands = {
            lag: np.empty((n_epochs, n_channels, top, n_channels)) for lag, top in self.tops.items()
        }
        self.sums = {lag: np.zeros((n_epochs, n_channels)) for lag in self.tops}

    def make(self, epochs: np.ndarray, few: slice) -> None:
        """Compute the bands of a few epochs."""
        rows = self.rows[few]
        blocks.fill_rows(epochs, *self.common, rows)
        for delay, uses in self.products:
            start = end = 0
            total = np.empty(0)
            for lag, k, first, last in uses:
                if start < end and first <= start and end <= last:
                    total = total + _product(rows, first, start, delay)
                    total += _product(rows, end, last, delay)
                else:
                    total = _product(rows, first, last, delay)
                self.bands[lag][few, :, k] = total
                start, end = first, last
                if k == 0:
                    ones = np.ones((1, last - first))
                    self.sums[lag][few] = (ones @ rows[:, first:last])[:, 0]

    def fill(self, epochs: np.ndarray, few: slice, lag: int, shelf: Shelf) -> None:
        """Write the matrices of some orders of a lag, lower ones than were written before."""
        top = self.tops.get(lag, 0)
        orders = [order for order in shelf.orders if order <= top]
        for order in set(shelf.orders) - set(orders):
            # windows with no sample in common are short: the copies cost little
            shelf[order][few] = reference.augmented_covariances(
                epochs, order, lag, "crop", self.estimator
            )
        if not orders:
            return
        rows, sums = self.rows[few], self.sums[lag][few]
        bands = self.bands[lag][few].reshape(len(rows), rows.shape[2], -1)
        if orders[0] < min(top, shelf.before):
            pair = min(top, shelf.before), orders[0]
            stops = _stop(self.n_times, pair[0], lag), _stop(self.n_times, pair[1], lag)
            blocks.grow(rows, bands, sums, lag, pair, stops)
        size = bands.shape[2] // top * orders[0]
        copies = np.empty((2 * lag + 1, size))
        products = np.empty((len(rows), orders[0], rows.shape[2], size))
        totals = np.empty((len(rows), size))
        blocks.add_edges(rows, bands, sums, orders[0], lag, copies[:lag], products, totals)
        means = np.empty((len(orders), len(rows), size))
        places = np.array([shelf.places(order)[few] for order in orders])
        lost, numbers = 1 if self.estimator == "cov" else 0, np.array(orders)
        blocks.fill_crop(
            rows, numbers, lag, lost, copies, products, totals, shelf.memory, places, means
        )
        for order, mean in zip(orders, means, strict=True):
            stop = _stop(self.n_times, order, lag)
            if self.estimator == "lwf":
                mean = mean[:, : shelf[order].shape[1]]
                blocks.shrink(shelf[order][few], stop, blocks.crop_energies(rows, mean, lag, stop))
            elif self.estimator == "oas":
                blocks.shrink(shelf[order][few], stop, np.empty(0))


def _product(rows: np.ndarray, first: int, last: int, delay: int) -> np.ndarray:
    return rows[:, first:last].transpose(0, 2, 1) @ rows[:, first + delay : last + delay]


def _stop(n_times: int, order: int, lag: int) -> int:
    """Where the first window ends."""
    return n_times - order * lag if order > 1 else n_times


@lru_cache(maxsize=64)
def _plan(
    n_times: int, orders: tuple[int, ...], lags: tuple[int, ...]
) -> tuple[dict[int, int], tuple[int, int], list[tuple[int, list[Use]]]]:
    """Top order of each lag, samples that all share, and the samples to sum for each delay."""
    tops: dict[int, int] = {}
    for lag in lags:
        fitting = [order for order in orders if order == 1 or (2 * order - 1) * lag < n_times]
        if fitting and (max(fitting) > 1 or lag == lags[0]):
            tops[lag] = max(fitting)
    uses: dict[int, list[Use]] = defaultdict(list)
    first, last = 0, n_times
    for lag, top in tops.items():
        stop = _stop(n_times, top, lag)
        for k in range(top):
            uses[k * lag].append((lag, k, (top - 1 - k) * lag, stop))
        if max(first, (top - 1) * lag) < min(last, stop):
            first, last = max(first, (top - 1) * lag), min(last, stop)
    # from few samples to many, so that each sum is made from the one before
    products = [
        (delay, sorted(some, key=lambda use: use[3] - use[2])) for delay, some in uses.items()
    ]
    return tops, (first, last), products

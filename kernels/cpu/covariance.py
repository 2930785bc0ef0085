"""Covariances through lagged products: one a delay, shared by all orders and lags that have it.

Rows are an epoch's samples, centred: ``rows[t, c]``. A lagged product of delay d is the sum over
some samples t of the outer products of ``rows[t]`` and ``rows[t + d]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from neurokit.kernels.cpu.circular import Circular
from neurokit.kernels.cpu.crop import Crop
from neurokit.kernels.cpu.shelf import Memory, Shelf
from neurokit.kernels.reference import covariance as reference
from neurokit.kernels.threads import in_threads

WINDOWS: dict[str, type[Circular] | type[Crop]] = {"crop": Crop, "circular": Circular}
# orders of one lag share most of their work; as many are made at once as fit in this (2 ** 25
# numbers are 256 MiB), at least one
AT_ONCE = 2**25


def covariances(epochs: np.ndarray, estimator: str, n_threads: int) -> np.ndarray:
    """Covariances of the epochs: one product each, nothing to compile."""
    matrices = np.empty((len(epochs), epochs.shape[1], epochs.shape[1]))

    def work(few: slice) -> None:
        matrices[few] = reference.covariances(epochs[few], estimator)

    _few_at_a_time(work, epochs, n_threads)
    return matrices


def augmented_covariances(
    epochs: np.ndarray, order: int, lag: int, window: str, estimator: str, n_threads: int
) -> np.ndarray:
    """Covariances of the epochs joined with their copies."""
    if order == 1:
        return covariances(epochs, estimator, n_threads)
    size = order * epochs.shape[1]
    matrices = np.empty((len(epochs), size, size))

    def work(few: slice) -> None:
        # from samples to matrices while the cache holds them
        some = epochs[few]
        tables = WINDOWS[window](some.shape, [order], [lag], estimator)
        tables.make(some, slice(None))
        shelf = Shelf(matrices[few].reshape(-1), some.shape[:2], [order], order)
        tables.fill(some, slice(None), lag, shelf)

    _few_at_a_time(work, epochs, n_threads)
    return matrices


def augmented_covariance_grid(
    epochs: np.ndarray,
    orders: list[int],
    lags: list[int],
    window: str,
    estimator: str,
    n_threads: int,
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Every order and lag, from shared lagged products."""
    tables = WINDOWS[window](epochs.shape, orders, lags, estimator)
    _few_at_a_time(lambda few: tables.make(epochs[few], few), epochs, n_threads)
    groups = _groups(orders, epochs.shape)
    memory = Memory(max(size for _, size in groups))

    def fill(orders: list[int], before: int, lag: int) -> list[np.ndarray]:
        shelf = Shelf(memory.lend(), epochs.shape[:2], orders, before)
        _few_at_a_time(lambda few: tables.fill(epochs[few], few, lag, shelf), epochs, n_threads)
        return [shelf[order] for order in orders]

    for lag in lags:
        before = max(orders)
        for group, _ in groups:
            some = [order for order in group if order > 1 or lag == lags[0]]
            if some:
                made = fill(some, before, lag)
                before = some[-1]
            while some:
                # what is yielded is not kept here, so that its memory may be used again
                yield (some.pop(0), lag), made.pop(0)


def _groups(orders: list[int], shape: tuple[int, ...]) -> list[tuple[list[int], int]]:
    """Falling orders, parted so that each part but a single order fits; and how much each takes."""
    groups: list[tuple[list[int], int]] = []
    for order in sorted(orders, reverse=True):
        size = shape[0] * (order * shape[1]) ** 2
        if groups and groups[-1][1] + size <= AT_ONCE:
            groups[-1] = [*groups[-1][0], order], groups[-1][1] + size
        else:
            groups.append(([order], size))
    return groups


def _few_at_a_time(function: Callable[[slice], None], epochs: np.ndarray, n_threads: int) -> None:
    """Call a function on slices of epochs that the cache holds."""
    step = max(1, 100_000 * len(epochs) // max(1, epochs.size))
    slices = [slice(first, first + step) for first in range(0, len(epochs), step)]
    in_threads(function, slices, n_threads)

"""Covariances through lagged products: one a delay, shared by all orders and lags that have it.

Rows are an epoch's samples, centred: ``rows[t, c]``. A lagged product of delay d is the sum over
some samples t of the outer products of ``rows[t]`` and ``rows[t + d]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from neurokit.kernels.cpu.circular import Circular
from neurokit.kernels.cpu.crop import Crop
from neurokit.kernels.threads import in_threads

WINDOWS: dict[str, type[Circular] | type[Crop]] = {"crop": Crop, "circular": Circular}


def covariances(epochs: np.ndarray, estimator: str, n_threads: int) -> np.ndarray:
    """Covariances of the epochs."""
    return augmented_covariances(epochs, 1, 1, "crop", estimator, n_threads)


def augmented_covariances(
    epochs: np.ndarray, order: int, lag: int, window: str, estimator: str, n_threads: int
) -> np.ndarray:
    """Covariances of the epochs joined with their copies."""
    matrices = _empty(epochs, order)

    def work(few: slice) -> None:
        # from samples to matrices while the cache holds them
        tables = WINDOWS[window](epochs[few].shape, [order], [lag], estimator)
        tables.make(epochs[few], slice(None))
        tables.fill(epochs[few], slice(None), order, lag, matrices[few])

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
    for lag in lags:
        # downwards: bands of a high order grow into those of a lower one
        for order in sorted(orders, reverse=True):
            if order == 1 and lag != lags[0]:
                continue
            matrices = _empty(epochs, order)

            def fill(
                few: slice, order: int = order, lag: int = lag, matrices: np.ndarray = matrices
            ) -> None:
                tables.fill(epochs[few], few, order, lag, matrices[few])

            _few_at_a_time(fill, epochs, n_threads)
            yield (order, lag), matrices


def _empty(epochs: np.ndarray, order: int) -> np.ndarray:
    size = order * epochs.shape[1]
    return np.empty((len(epochs), size, size))


def _few_at_a_time(function: Callable[[slice], None], epochs: np.ndarray, n_threads: int) -> None:
    """Call a function on slices of epochs that the cache holds."""
    step = max(1, 50_000 * len(epochs) // max(1, epochs.size))
    slices = [slice(first, first + step) for first in range(0, len(epochs), step)]
    in_threads(function, slices, n_threads)

"""Augmented covariances beside MOABB and pyriemann: 300 epochs, 22 channels, 1000 samples."""

import sys
import time

import numpy as np
from moabb.pipelines.features import AugmentedDataset
from pyriemann.estimation import Covariances, TimeDelayCovariances

from neurokit.kernels import augmented_covariance_grid, augmented_covariances, covariances
from neurokit.timing import Timing, compare, machine, markdown

COUNTS = range(1, 11)


def moabb(epochs, order, lag):
    return Covariances("cov").transform(AugmentedDataset(order, lag).transform(epochs))


def pyriemann(epochs, order, lag):
    delays = [k * lag for k in range(1, order)]
    return TimeDelayCovariances(delays, "scm").transform(epochs)


def largest_errors(n_times=300):
    """Largest relative error over all orders and lags, in both windows."""
    worst = {}
    for n_channels in (1, 3, 22, 64):
        epochs = np.random.default_rng(0).standard_normal((2, n_channels, n_times)).cumsum(axis=-1)
        for window, estimator, peer in (("crop", "cov", moabb), ("circular", "scm", pyriemann)):
            errors = []
            grid = augmented_covariance_grid(
                epochs, COUNTS, COUNTS, window=window, estimator=estimator
            )
            for (order, lag), shared in grid:
                expected = peer(epochs, order, lag)
                alone = augmented_covariances(
                    epochs, order, lag, window=window, estimator=estimator
                )
                errors += [
                    np.abs(found - expected).max() / np.abs(expected).max()
                    for found in (shared, alone)
                ]
            worst[window, n_channels] = max(errors)
    return worst


def whole_grid(epochs):
    for _ in augmented_covariance_grid(epochs, COUNTS, COUNTS):
        pass


def compare_grid(epochs):
    """Two rounds, for the peer takes half a minute each."""
    whole_grid(epochs)
    rounds = []
    for _ in range(2):
        start = time.process_time()
        whole_grid(epochs)
        middle = time.process_time()
        for order in COUNTS:
            for lag in COUNTS:
                moabb(epochs, order, lag)
        rounds.append((middle - start, time.process_time() - middle))
    ours, theirs = np.mean(rounds, axis=0)
    return Timing("crop, orders and lags 1-10", ours, theirs, theirs / ours, 12, "moabb")


def main():
    print(machine("neurokit-bci", "moabb", "pyriemann", "numpy", "numba"))
    for (window, n_channels), error in largest_errors().items():
        print(f"{window}, {n_channels} channels, orders and lags 1-10: error {error:.1e}")
        if error > 1e-12:
            sys.exit("that is more than 1e-12")
    epochs = np.random.default_rng(0).standard_normal((300, 22, 1000))
    rows = [
        compare(
            "covariances",
            lambda: covariances(epochs),
            lambda: Covariances("cov").transform(epochs),
            peer_name="pyriemann",
        ),
        compare(
            "crop, order 10, lag 5",
            lambda: augmented_covariances(epochs, 10, 5),
            lambda: moabb(epochs, 10, 5),
            peer_name="moabb",
            bar=5,
        ),
        compare(
            "circular, order 10, lag 5",
            lambda: augmented_covariances(epochs, 10, 5, window="circular", estimator="scm"),
            lambda: pyriemann(epochs, 10, 5),
            peer_name="pyriemann",
            bar=16,
            repeats=3,
        ),
        compare_grid(epochs),
    ]
    print(markdown(rows))


if __name__ == "__main__":
    main()

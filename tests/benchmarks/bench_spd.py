"""Mean, tangent vectors and distances of SPD matrices beside pyriemann's."""

import sys
import time

import numpy as np
from pyriemann.classification import MDM
from pyriemann.geometry.mean import mean_riemann as their_mean
from pyriemann.geometry.tangentspace import tangent_space as their_tangent_vectors
from scipy.signal import butter, sosfiltfilt

from neurokit.kernels import (
    distances_riemann,
    mean_and_tangent_vectors,
    mean_riemann,
    tangent_vectors,
)
from neurokit.timing import compare, machine, markdown

PEER = "pyriemann"


def filtered_epochs(n_epochs, n_channels=22, n_times=1000, sfreq=250.0, seed=0):
    """Mixed noise at 8-35 Hz whose sources change their strength from epoch to epoch."""
    rng = np.random.default_rng(seed)
    band = butter(4, (8, 35), "bandpass", fs=sfreq, output="sos")
    sources = rng.standard_normal((n_epochs, n_channels, n_times))
    sources *= np.exp(0.3 * rng.standard_normal((n_epochs, n_channels, 1)))
    mixing = rng.standard_normal((n_channels, n_channels))
    noise = 0.05 * rng.standard_normal(sources.shape)
    return mixing @ sosfiltfilt(band, sources) + noise


def augmented(epochs, order, lag):
    n_times = epochs.shape[2]
    stacked = [epochs[:, :, k * lag : n_times - (order - k) * lag] for k in range(order)]
    return np.array([np.cov(epoch) for epoch in np.concatenate(stacked, axis=1)])


def rows(order, n_matrices, repeats):
    """Lines of the table for one size of matrix."""
    matrices = augmented(filtered_epochs(n_matrices), order, 5)
    what = f"{n_matrices} x {22 * order}"
    mean = their_mean(matrices)
    classes = np.stack([mean_riemann(matrices[::2]), mean_riemann(matrices[1::2])])
    mdm = MDM().fit(classes, [0, 1])
    yield compare(
        f"mean, {what}",
        lambda: mean_riemann(matrices),
        lambda: their_mean(matrices),
        peer_name=PEER,
        bar=1.2,
        repeats=repeats,
    )
    yield compare(
        f"mean, {what}, two threads, wall time beside one thread",
        lambda: mean_riemann(matrices, n_threads=2),
        lambda: mean_riemann(matrices),
        peer_name="neurokit-bci",
        bar=1.8,
        repeats=repeats,
        clock=time.perf_counter,
    )
    yield compare(
        f"mean and tangent vectors, {what}",
        lambda: mean_and_tangent_vectors(matrices),
        lambda: their_tangent_vectors(matrices, their_mean(matrices)),
        peer_name=PEER,
        repeats=repeats,
    )
    yield compare(
        f"tangent space, {what}",
        lambda: tangent_vectors(matrices, mean),
        lambda: their_tangent_vectors(matrices, mean),
        peer_name=PEER,
        bar=1.4,
        repeats=repeats,
    )
    yield compare(
        f"MDM prediction, {what}, two classes",
        lambda: distances_riemann(matrices, classes).argmin(axis=1),
        lambda: mdm.predict(matrices),
        peer_name=PEER,
        bar=2,
        repeats=repeats,
    )


def main(n_matrices=60):
    print(machine("numpy", PEER))
    lines = [
        line
        for order, repeats in [(1, 15), (3, 7), (5, 5), (10, 3)]
        for line in rows(order, n_matrices, repeats)
    ]
    print(markdown(lines))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Trials that hold more than brain: too large, flat, or far from all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# peak to peak, between 1 and 40 Hz
HIGHEST = 150e-6
FLAT = 0.2e-6
POTATO_Z = 3.0
# fewer trials know no normal
POTATO_TRIALS = 10


def amplitude_flags(
    epochs: np.ndarray,
    ch_names: Sequence[str],
    *,
    highest: float = HIGHEST,
    flat: float = FLAT,
) -> list[tuple[str, ...]]:
    """Say of each trial which channels are too large or flat.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        In volts, without drift.
    ch_names : sequence of str
        Channels.
    highest, flat : float
        Largest and smallest range from the lowest to the highest sample, in volts.

    Returns
    -------
    flags : list of tuple of str
        ``"C3: 312 µV"``, the largest first, or ``"C3: flat"``; empty where all is well.
    """
    ranges = np.ptp(epochs, axis=-1)
    flags = []
    for row in ranges:
        named = sorted(zip(row.tolist(), ch_names, strict=True), reverse=True)
        large = [f"{name}: {1e6 * value:.0f} µV" for value, name in named if not value <= highest]
        flags.append((*large, *(f"{name}: flat" for value, name in named if value < flat)))
    return flags


def potato_scores(epochs: np.ndarray, *, threshold: float = POTATO_Z) -> np.ndarray:
    """How far each trial's covariance lies from the others', as a z-score.

    The Riemannian potato: distances to the Riemannian mean, in logarithm, against their own mean
    and spread, both found without the trials beyond the threshold.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        In any unit. Channels that are flat in every trial are left out.
    threshold : float
        Beyond it a trial does not count for what is normal.

    Returns
    -------
    z : array, shape (n_epochs,)
        0 everywhere where fewer than ten trials are there.

    References
    ----------
    .. [1] A. Barachant, A. Andreev, M. Congedo, The Riemannian Potato, TOBI Workshop IV, 2013.
    """
    from neurokit.kernels import covariances, distances_riemann, mean_riemann

    moving = np.ptp(epochs, axis=-1).max(axis=0) > 0
    if len(epochs) < POTATO_TRIALS or not moving.any():
        return np.zeros(len(epochs))
    matrices = covariances(epochs[:, moving], estimator="lwf")
    kept = np.ones(len(epochs), dtype=bool)
    while True:
        distances = distances_riemann(matrices, mean_riemann(matrices[kept])[None])[:, 0]
        logarithms = np.log(np.maximum(distances, 1e-12))
        spread = max(float(logarithms[kept].std()), 1e-12)
        z: np.ndarray = (logarithms - logarithms[kept].mean()) / spread
        now = kept & (z < threshold)
        if now.sum() < POTATO_TRIALS or np.array_equal(now, kept):
            return z
        kept = now

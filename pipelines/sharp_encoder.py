"""How features and EEG epochs become currents; what a visit shifts is undone here."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

KINDS = ("constant", "currents", "events")


def constant_currents(features: np.ndarray) -> np.ndarray:
    """Features of each trial, less their mean and over their spread; zeros where there is none.

    Parameters
    ----------
    features : array, shape (n_trials, n_features)

    Returns
    -------
    currents : array of float32, shape (n_trials, n_features)
        Each trial is scaled by itself: nothing is learnt that a later visit could shift.
    """
    centred = features - features.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0).astype(
        np.float32
    )


class EpochEncoder:
    """Currents of EEG epochs, after the alignment of each visit [1]_.

    Parameters
    ----------
    kind : {"currents", "events"}
        Aligned signals as they are, or an event of +1 or -1 wherever a signal has moved by
        ``delta`` since its last one.
    alignment : {"euclidean", "riemannian", "none"}
        Mean of the visit's covariances that its signals are whitened by.
    delta : float
        In standard deviations of the aligned signals.

    Attributes
    ----------
    whitening : array, shape (n_channels, n_channels)
        Of the last visit that :meth:`align` saw.

    References
    ----------
    .. [1] H. He, D. Wu, IEEE Trans. Biomedical Engineering, 2020, doi:10.1109/TBME.2019.2913914.
    """

    def __init__(self, kind: str, alignment: str, delta: float) -> None:
        self.kind = kind
        self.alignment = alignment
        self.delta = delta
        self.whitening: Any = None

    def align(self, epochs: np.ndarray) -> Self:
        """Learn the mean covariance of a visit; labels are not needed."""
        if self.alignment == "none":
            scale = 1 / np.maximum(epochs.std(axis=(0, 2)), 1e-30)
            self.whitening = np.diag(scale)
            return self
        covariances = epochs @ epochs.transpose(0, 2, 1) / epochs.shape[-1]
        mean = covariances.mean(axis=0)
        mean += 1e-6 * np.trace(mean) / len(mean) * np.eye(len(mean))
        if self.alignment == "riemannian" and len(epochs) > 1:
            from neurokit.kernels import mean_riemann

            ridge = 1e-6 * np.trace(mean) / len(mean) * np.eye(len(mean))
            mean = mean_riemann(covariances + ridge)
        values, vectors = np.linalg.eigh(mean)
        self.whitening = vectors / np.sqrt(values) @ vectors.T
        return self

    def __call__(self, epochs: np.ndarray) -> np.ndarray:
        """Currents of epochs: float32, shape (n_trials, n_times, n_inputs)."""
        aligned = (self.whitening @ epochs).transpose(0, 2, 1)
        if self.kind == "currents":
            return np.ascontiguousarray(aligned, dtype=np.float32)
        return level_crossings(aligned, self.delta)


def level_crossings(signals: np.ndarray, delta: float) -> np.ndarray:
    """Events of signals that move by a level, upward and downward ones as inputs of their own.

    Parameters
    ----------
    signals : array, shape (n_trials, n_times, n_channels)
    delta : float
        The level.

    Returns
    -------
    events : array of float32, shape (n_trials, n_times, 2 * n_channels)
        1 at a step where the signal stands a level or more above (then below) where it stood at
        its last event.
    """
    last = signals[:, 0].copy()
    n_trials, n_times, n_channels = signals.shape
    events = np.zeros((n_trials, n_times, 2 * n_channels), dtype=np.float32)
    for step in range(1, n_times):
        moved = np.trunc((signals[:, step] - last) / delta)
        last += moved * delta
        events[:, step, :n_channels] = moved > 0
        events[:, step, n_channels:] = moved < 0
    return events

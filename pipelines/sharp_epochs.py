"""The catalogue's pipeline that keeps learning, visit after visit, by SHARP replay."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline

from neurokit.pipelines.epochs import CheckedEpochs, as_array, sampling_rate
from neurokit.pipelines.sharp import SharpClassifier


class SlowedEpochs(TransformerMixin, BaseEstimator):
    """Means of consecutive samples, so that a network takes fewer steps.

    Parameters
    ----------
    rate : float
        Lowest rate in hertz that is left; twice the band's upper edge and more.
    sfreq : float, optional
        Sampling rate in hertz; ``mne.Epochs`` bring their own.
    """

    def __init__(self, *, rate: float = 80.0, sfreq: float | None = None) -> None:
        self.rate = rate
        self.sfreq = sfreq

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how many samples make a step."""
        self.n_samples_ = max(1, int(sampling_rate(X, self.sfreq) // self.rate))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Slower epochs, shape (n_epochs, n_channels, n_steps)."""
        X = as_array(X)
        n_steps = X.shape[-1] // self.n_samples_
        cut = X[..., : n_steps * self.n_samples_]
        return cut.reshape(*X.shape[:2], n_steps, self.n_samples_).mean(axis=-1)


def sharp(
    *,
    layers: tuple[int, ...] = (128, 128),
    phases: int | str = 3,
    updates: int = 15,
    rate: float = 80.0,
    random_state: int | None = 42,
) -> Pipeline:
    """Spiking network that keeps learning, visit after visit (SHARP replay)."""
    network = SharpClassifier(
        layers=tuple(layers),
        phases=phases,
        updates=updates,
        batch_size=20,
        random_state=random_state,
    )
    return make_pipeline(CheckedEpochs(), SlowedEpochs(rate=rate), network)

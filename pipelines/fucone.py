"""FUCONE: one classifier a kind of connectivity, and one that weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import StackingClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import covariances
from neurokit.pipelines.epochs import CheckedEpochs, as_array, sampling_rate
from neurokit.pipelines.motor_imagery import elastic_net
from neurokit.pipelines.riemann import RiemannTangentSpace
from neurokit.signals.connectivity import connectivity

# eigenvalues are raised to this share of the largest
_FLOOR = 1e-6


class ConnectivityMatrices(TransformerMixin, BaseEstimator):
    """Several positive definite matrices an epoch: covariance and functional connectivity.

    Parameters
    ----------
    methods : sequence of str
        "covariance", or a method of ``neurokit.signals.connectivity.connectivity``.
    band : (lowest, highest)
        In hertz, for the connectivity; covariances take the signal as it is.
    window : float
        Seconds of the windows of a spectrum.
    estimator : {"lwf", "oas", "cov", "scm"}
        Covariance estimator.
    sfreq : float, optional
        Sampling rate in hertz; ``mne.Epochs`` bring their own.
    backend : {"cpu", "gpu", "reference"}
        Where covariances are computed.
    """

    def __init__(
        self,
        *,
        methods: Sequence[str] = ("covariance", "instantaneous", "imaginary"),
        band: tuple[float, float] = (8, 35),
        window: float = 1.0,
        estimator: str = "lwf",
        sfreq: float | None = None,
        backend: str = "cpu",
    ) -> None:
        self.methods = methods
        self.band = band
        self.window = window
        self.estimator = estimator
        self.sfreq = sfreq
        self.backend = backend

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the number of channels."""
        self.n_channels_ = as_array(X).shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Matrices, shape (n_epochs, n_methods, n_channels, n_channels).

        Raises
        ------
        ValueError
            If a method is unknown, the sampling rate is not known, or the band will not do.
        """
        check_is_fitted(self)
        epochs, sfreq = as_array(X), sampling_rate(X, self.sfreq)
        matrices = [
            covariances(epochs, estimator=self.estimator, backend=self.backend)
            if method == "covariance"
            else connectivity(epochs, sfreq, self.band, method=method, window=self.window)
            for method in self.methods
        ]
        return _positive_definite(np.stack(matrices, axis=1))


class OneOf(TransformerMixin, BaseEstimator):
    """Take one kind of matrix.

    Parameters
    ----------
    which : int
        Its place.
    """

    def __init__(self, which: int = 0) -> None:
        self.which = which

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn nothing."""
        self.n_kinds_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Matrices of that kind, shape (n_epochs, n, n)."""
        return X[:, self.which]


def fucone(
    *,
    methods: Sequence[str] = ("covariance", "instantaneous", "imaginary"),
    band: tuple[float, float] = (8, 35),
    window: float = 1.0,
    l1_ratio: float = 0.15,
    estimator: str = "lwf",
    folds: int = 5,
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Covariance and two connectivities, a tangent space and elastic net each, stacked.

    As in the authors' scripts and pyriemann's example: instantaneous and imaginary coherence of
    8-35 Hz beside the covariance, elastic-net regression (``l1_ratio=0.15``) on each and on their
    probabilities over five inner folds. What differs: the imaginary coherence is taken by its
    magnitude from Welch windows, where the scripts take MNE's signed multitaper estimate; matrices
    become positive definite by raising eigenvalues, where they take the nearest such matrix; and
    no channels are selected (their ``DR`` variants).

    References
    ----------
    .. [1] M.-C. Corsi et al., IEEE Trans. Biomed. Eng., 2022, doi:10.1109/TBME.2022.3154885.
    """
    experts = [
        (
            method,
            make_pipeline(OneOf(which), RiemannTangentSpace(), elastic_net(l1_ratio, random_state)),
        )
        for which, method in enumerate(methods)
    ]
    matrices = ConnectivityMatrices(
        methods=tuple(methods), band=band, window=window, estimator=estimator, sfreq=sfreq
    )
    stacked = StackingClassifier(
        experts,
        elastic_net(l1_ratio, random_state),
        cv=StratifiedKFold(folds, shuffle=True, random_state=random_state),
        stack_method="predict_proba",
    )
    return make_pipeline(CheckedEpochs(), matrices, stacked)


def _positive_definite(matrices: np.ndarray) -> np.ndarray:
    """Raise eigenvalues that are not positive, or too small to take a logarithm of."""
    values, vectors = np.linalg.eigh(matrices)
    floor = _FLOOR * values[..., -1:]
    if (values >= floor).all():
        return matrices
    raised = np.maximum(values, floor)
    return (vectors * raised[..., None, :]) @ vectors.swapaxes(-1, -2)

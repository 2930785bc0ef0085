"""Pipelines for motor imagery that the field compares itself with, as MOABB's authors set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from neurokit.kernels import covariances
from neurokit.pipelines.epochs import CheckedEpochs, as_array, sampling_rate
from neurokit.pipelines.riemann import RiemannMDM, RiemannTangentSpace
from neurokit.signals.spectra import band_powers

Band = tuple[float, float]
MU_AND_BETA: tuple[Band, ...] = ((8, 13), (13, 20), (20, 30))
# the bank of MOABB's FilterBankMotorImagery
FOUR_HERTZ: tuple[Band, ...] = ((8, 12), (12, 16), (16, 20), (20, 24), (24, 28), (28, 32))


class _Epochs(TransformerMixin, BaseEstimator):
    """A transformer of epochs that learns nothing."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the number of channels."""
        self.n_channels_ = as_array(X).shape[1]
        return self


class SpatialCovariances(_Epochs):
    """Covariance between channels, a matrix an epoch.

    Parameters
    ----------
    estimator : {"oas", "lwf", "cov", "scm"}
        How it is estimated.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.
    """

    def __init__(self, *, estimator: str = "oas", backend: str = "cpu") -> None:
        self.estimator = estimator
        self.backend = backend

    def transform(self, X: Any) -> np.ndarray:
        """Covariances, shape (n_epochs, n_channels, n_channels)."""
        return covariances(as_array(X), estimator=self.estimator, backend=self.backend)


class LogBandPowers(_Epochs):
    """Logarithm of each channel's mean power in some bands.

    Parameters
    ----------
    bands : sequence of (lowest, highest)
        In hertz.
    sfreq : float, optional
        Sampling rate in hertz; ``mne.Epochs`` bring their own.
    """

    def __init__(self, *, bands: Sequence[Band] = MU_AND_BETA, sfreq: float | None = None) -> None:
        self.bands = bands
        self.sfreq = sfreq

    def transform(self, X: Any) -> np.ndarray:
        """Log powers, shape (n_epochs, n_channels * n_bands)."""
        powers = band_powers(as_array(X), sampling_rate(X, self.sfreq), self.bands)
        return np.log(powers).reshape(len(powers), -1)


class FilterBank(_Epochs):
    """Band-pass filters within each epoch, and one feature extractor fitted on each band.

    The filter runs forward and backward over the epoch, its edges reflected, so that nothing
    outside the epoch is needed; MOABB's filter bank filters the whole recording instead.

    Parameters
    ----------
    estimator : estimator
        A transformer of epochs; one clone of it is fitted on each band.
    bands : sequence of (lowest, highest)
        In hertz.
    order : int
        Order of the Butterworth filter.
    sfreq : float, optional
        Sampling rate in hertz; ``mne.Epochs`` bring their own.
    """

    def __init__(
        self,
        estimator: Any,
        *,
        bands: Sequence[Band] = FOUR_HERTZ,
        order: int = 4,
        sfreq: float | None = None,
    ) -> None:
        self.estimator = estimator
        self.bands = bands
        self.order = order
        self.sfreq = sfreq

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit one clone of the estimator on each band."""
        from sklearn.base import clone

        super().fit(X, y)
        self.estimators_ = [clone(self.estimator).fit(band, y) for band in self._filtered(X)]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Features of all bands side by side, shape (n_epochs, n_features)."""
        pairs = zip(self.estimators_, self._filtered(X), strict=True)
        return np.concatenate([fitted.transform(band) for fitted, band in pairs], axis=1)

    def _filtered(self, X: Any) -> list[np.ndarray]:
        """Epochs in each band."""
        from scipy.signal import butter, sosfiltfilt

        epochs, sfreq = as_array(X), sampling_rate(X, self.sfreq)
        if (highest := max(high for _, high in self.bands)) >= sfreq / 2:
            raise ValueError(
                f"a band ends at {highest} Hz, above half the sampling rate of {sfreq} Hz; "
                "give bands below it"
            )
        sections = [
            butter(self.order, band, "bandpass", fs=sfreq, output="sos") for band in self.bands
        ]
        padding = min(int(sfreq), epochs.shape[-1] - 1)
        return [sosfiltfilt(section, epochs, padlen=padding) for section in sections]


def _checked(*steps: Any) -> Pipeline:
    """Chain steps behind the check of the epochs."""
    return make_pipeline(CheckedEpochs(), *steps)


def _searched(
    pipeline: Any, grid: Mapping[str, Sequence[Any]], random_state: int | None, folds: int = 3
) -> GridSearchCV:
    """Choose by cross-validation within the training data, as MOABB does."""
    cv = StratifiedKFold(folds, shuffle=True, random_state=random_state)
    return GridSearchCV(pipeline, {key: list(values) for key, values in grid.items()}, cv=cv)


def dummy(*, strategy: str = "prior", random_state: int | None = 42) -> Pipeline:
    """Majority class, whatever the signal: what every other pipeline must beat."""
    return _checked(DummyClassifier(strategy=strategy, random_state=random_state))


def psd_lda(
    *,
    bands: Sequence[Band] = MU_AND_BETA,
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Log power of each channel in mu and beta bands, shrinkage LDA."""
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return _checked(LogBandPowers(bands=bands, sfreq=sfreq), lda)


def csp_lda(
    *, n_filters: int = 6, estimator: str = "oas", random_state: int | None = 42
) -> Pipeline:
    """Six patterns of CSP, LDA (MOABB's CSP.yml)."""
    from pyriemann.spatialfilters import CSP

    covariance = SpatialCovariances(estimator=estimator)
    return _checked(covariance, CSP(nfilter=n_filters), LinearDiscriminantAnalysis(solver="svd"))


def csp_svm(
    *,
    n_filters: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    C: Sequence[float] = (0.5, 1, 1.5),
    kernels: Sequence[str] = ("rbf", "linear"),
    estimator: str = "oas",
    random_state: int | None = 42,
) -> Pipeline:
    """CSP, SVM; number of patterns, C and kernel searched (CSP_SVM_grid.yml)."""
    from pyriemann.spatialfilters import CSP

    grid = {"csp__nfilter": n_filters, "svc__C": C, "svc__kernel": kernels}
    search = _searched(make_pipeline(CSP(), SVC(random_state=random_state)), grid, random_state)
    return _checked(SpatialCovariances(estimator=estimator), search)


def fbcsp_svm(
    *,
    bands: Sequence[Band] = FOUR_HERTZ,
    n_filters: int = 4,
    n_features: int = 10,
    C: Sequence[float] = tuple(np.logspace(-2, 2, 10)),
    estimator: str = "oas",
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Filter-bank CSP, ten features by mutual information, linear SVM (FBCSP.py)."""
    from pyriemann.spatialfilters import CSP
    from sklearn.feature_selection import SelectKBest, mutual_info_classif

    patterns = make_pipeline(SpatialCovariances(estimator=estimator), CSP(nfilter=n_filters))
    score = partial(mutual_info_classif, random_state=random_state)
    return _checked(
        FilterBank(patterns, bands=bands, sfreq=sfreq),
        SelectKBest(score, k=n_features),
        _searched(SVC(kernel="linear", random_state=random_state), {"C": C}, random_state, 5),
    )


def mdm(*, estimator: str = "oas", random_state: int | None = 42) -> Pipeline:
    """Minimum distance to the Riemannian mean of each class (MDM.yml)."""
    return _checked(SpatialCovariances(estimator=estimator), RiemannMDM())


def fgmdm(*, estimator: str = "oas", random_state: int | None = 42) -> Pipeline:
    """MDM behind a geodesic Fisher filter (FgMDM.yml)."""
    from pyriemann.classification import FgMDM

    return _checked(SpatialCovariances(estimator=estimator), FgMDM(metric="riemann"))


def ts_lr(*, C: float = 1.0, estimator: str = "oas", random_state: int | None = 42) -> Pipeline:
    """Tangent space, logistic regression (TSLR.yml)."""
    regression = LogisticRegression(C=C, max_iter=1000, random_state=random_state)
    return _checked(SpatialCovariances(estimator=estimator), RiemannTangentSpace(), regression)


def ts_svm(
    *,
    C: Sequence[float] = (0.5, 1, 1.5),
    kernels: Sequence[str] = ("rbf", "linear"),
    estimator: str = "oas",
    random_state: int | None = 42,
) -> Pipeline:
    """Tangent space, SVM; C and kernel searched (TSSVM_grid.yml)."""
    grid = {"svc__C": C, "svc__kernel": kernels}
    svm = make_pipeline(RiemannTangentSpace(), SVC(random_state=random_state))
    return _checked(SpatialCovariances(estimator=estimator), _searched(svm, grid, random_state))


def ts_en(
    *,
    l1_ratio: Sequence[float] = (0.2, 0.3, 0.45, 0.65, 0.75),
    estimator: str = "oas",
    random_state: int | None = 42,
) -> Pipeline:
    """Tangent space, elastic-net logistic regression; mixing searched (EN_grid.yml)."""
    regression = elastic_net(l1_ratio[0], random_state)
    grid = {"logisticregression__l1_ratio": l1_ratio}
    search = _searched(make_pipeline(RiemannTangentSpace(), regression), grid, random_state)
    return _checked(SpatialCovariances(estimator=estimator), search)


def elastic_net(l1_ratio: float, random_state: int | None) -> LogisticRegression:
    """Elastic-net logistic regression as MOABB and FUCONE set it."""
    return LogisticRegression(
        l1_ratio=l1_ratio,
        solver="saga",
        intercept_scaling=1000.0,
        max_iter=1000,
        random_state=random_state,
    )

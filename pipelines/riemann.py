"""Riemannian estimators over our kernels, equal to pyriemann's."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.extmath import softmax
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    distances_riemann,
    mean_and_tangent_vectors,
    mean_riemann,
    tangent_vectors,
)


class RiemannTangentSpace(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Vectors tangent to the Riemannian mean of the training matrices.

    Parameters
    ----------
    tol : float
        The mean is found once its gradient's Frobenius norm is at most this.
    max_iter : int
        Most iterations of the mean.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Attributes
    ----------
    reference_ : array, shape (n, n)
        The mean.

    References
    ----------
    .. [1] A. Barachant et al., IEEE Trans. Biomedical Engineering, 2012,
       doi:10.1109/TBME.2011.2172210.
    """

    def __init__(self, *, tol: float = 1e-8, max_iter: int = 50, backend: str = "cpu") -> None:
        self.tol = tol
        self.max_iter = max_iter
        self.backend = backend

    def fit(self, X: np.ndarray, y: Any = None, sample_weight: np.ndarray | None = None) -> Self:
        """Find the mean of matrices of shape (n_matrices, n, n)."""
        self._set_reference(mean_riemann(X, sample_weight=sample_weight, **self.get_params()))
        return self

    def fit_transform(
        self, X: np.ndarray, y: Any = None, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Find the mean and return the training vectors; cheaper than ``fit`` and ``transform``."""
        mean, vectors = mean_and_tangent_vectors(
            X, sample_weight=sample_weight, **self.get_params()
        )
        self._set_reference(mean)
        return vectors

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Map matrices to vectors of shape (n_matrices, n(n+1)/2)."""
        check_is_fitted(self)
        return tangent_vectors(X, self.reference_, backend=self.backend)

    def _set_reference(self, mean: np.ndarray) -> None:
        self.reference_ = mean
        self._n_features_out = len(mean) * (len(mean) + 1) // 2


class RiemannMDM(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Class of the nearest Riemannian mean.

    Parameters
    ----------
    tol : float
        A mean is found once its gradient's Frobenius norm is at most this.
    max_iter : int
        Most iterations of a mean.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Attributes
    ----------
    classes_ : array, shape (n_classes,)
        Labels.
    covmeans_ : array, shape (n_classes, n, n)
        The mean of each class.

    References
    ----------
    .. [1] A. Barachant et al., IEEE Trans. Biomedical Engineering, 2012,
       doi:10.1109/TBME.2011.2172210.
    """

    def __init__(self, *, tol: float = 1e-8, max_iter: int = 50, backend: str = "cpu") -> None:
        self.tol = tol
        self.max_iter = max_iter
        self.backend = backend

    def fit(self, X: np.ndarray, y: Any, sample_weight: np.ndarray | None = None) -> Self:
        """Find the mean of each class of matrices of shape (n_matrices, n, n)."""
        y = np.asarray(y)
        self.classes_ = np.unique(y)
        weight = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight)
        means = [
            mean_riemann(X[y == label], sample_weight=weight[y == label], **self.get_params())
            for label in self.classes_
        ]
        self.covmeans_ = np.stack(means)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Distance to the mean of each class, shape (n_matrices, n_classes)."""
        check_is_fitted(self)
        return distances_riemann(X, self.covmeans_, backend=self.backend)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Label of the nearest mean."""
        return self.classes_[self.transform(X).argmin(axis=1)]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Softmax of minus the squared distances, shape (n_matrices, n_classes)."""
        return softmax(-(self.transform(X) ** 2), copy=False)

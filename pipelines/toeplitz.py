"""Block-Toeplitz augmented covariances as scikit-learn steps, and their Siegel geometry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    distances_riemann,
    lagged_covariances,
    mean_and_logarithms_siegel,
    mean_and_tangent_vectors,
    mean_riemann,
    mean_siegel,
    reflection_coefficients,
    siegel_distances,
    siegel_logarithms,
    tangent_vectors,
)
from neurokit.pipelines.epochs import check_epochs

WEIGHTS = ("fisher", "equal", "kaehler")


class BlockToeplitzCovariances(TransformerMixin, BaseEstimator):
    """Augmented covariances that are block-Toeplitz, as reflection coefficients.

    A stationary signal's augmented covariance has the same block wherever the delay is the same.
    Such a matrix is one SPD matrix and ``order - 1`` points of the Siegel disk, all of the size of
    the channels; its mean and logarithms cost a small share of the whole matrix's. The metric is
    another one than the affine-invariant: it is blind to rotations of the channels, not to their
    scales. The published code averages the blocks of cropped matrices, which are then not always
    positive definite; the windows here always are semidefinite, and shrinkage makes them definite.

    Parameters
    ----------
    order : int
        Copies of the epoch; 1 is the ordinary covariance.
    lag : int
        Samples between one copy and the next.
    window : {"circular", "padded"}
        What precedes the epoch, see ``kernels.lagged_covariances``.
    shrinkage : float
        From 0 to 1: share of white noise of the same power that takes the place of the matrix.
    backend : {"cpu", "reference"}
        Where it runs.

    References
    ----------
    .. [1] I. Carrara and T. Papadopoulo, 2024, doi:10.48550/arXiv.2406.16909.
    """

    def __init__(
        self,
        *,
        order: int = 1,
        lag: int = 1,
        window: str = "circular",
        shrinkage: float = 1e-3,
        backend: str = "cpu",
    ) -> None:
        self.order = order
        self.lag = lag
        self.window = window
        self.shrinkage = shrinkage
        self.backend = backend

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check that epochs of this shape carry the order and the lag.

        Raises
        ------
        ValueError
            If they do not; the message says why, and what would do.
        """
        epochs = check_epochs(X)
        if reason := why_refused(self.order, self.lag, epochs.shape[-1]):
            raise ValueError(reason)
        self.n_channels_ = epochs.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return coefficients, shape (n_epochs, order, n_channels, n_channels).

        Raises
        ------
        ValueError
            If the number of channels is not that of the training epochs, or a matrix is singular.
        """
        check_is_fitted(self)
        epochs = check_epochs(X)
        if epochs.shape[1] != self.n_channels_:
            raise ValueError(
                f"epochs must have the {self.n_channels_} channels of the training epochs, "
                f"got {epochs.shape[1]}; pick the same channels"
            )
        if reason := why_refused(self.order, self.lag, epochs.shape[-1]):
            raise ValueError(reason)
        options = self.window, self.shrinkage, self.backend
        lagged = lagged_blocks(epochs, self.order, self.lag, *options)
        return reflection_coefficients(lagged, backend=self.backend)


class SiegelTangentSpace(TransformerMixin, BaseEstimator):
    """Vectors tangent to the mean of reflection coefficients, factor by factor.

    Parameters
    ----------
    weights : {"fisher", "equal", "kaehler"}
        Weights of the factors in the squared distance. "fisher", ``order`` for the first and
        ``2 (order - l)`` for coefficient ``l``, is what the affine-invariant distance of whole
        matrices becomes near white noise. "equal" is the published code's, "kaehler", ``order``
        and ``order - l``, the metric of [1]_.
    tol : float
        A mean is found once its gradient's Frobenius norm is at most this.
    max_iter : int
        Most iterations of a mean.
    backend : {"cpu", "reference"}
        Where it runs.

    Attributes
    ----------
    reference_ : array, shape (order, n_channels, n_channels)
        The mean.

    References
    ----------
    .. [1] B. Jeuris, R. Vandebril, SIAM J. Matrix Anal. Appl., 2016, doi:10.1137/15M102112X.
    """

    def __init__(
        self,
        *,
        weights: str = "fisher",
        tol: float = 1e-8,
        max_iter: int = 50,
        backend: str = "cpu",
    ) -> None:
        self.weights = weights
        self.tol = tol
        self.max_iter = max_iter
        self.backend = backend

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Find the mean of coefficients, shape (n_epochs, order, n_channels, n_channels)."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: np.ndarray, y: Any = None) -> np.ndarray:
        """Find the mean and return the training vectors; cheaper than ``fit`` and ``transform``."""
        scales = np.sqrt(factor_weights(X.shape[1], self.weights))
        options = {"tol": self.tol, "max_iter": self.max_iter, "backend": self.backend}
        pairs = [mean_and_vectors(X[:, factor], factor, **options) for factor in range(X.shape[1])]
        self.reference_ = np.stack([mean for mean, _ in pairs])
        return side_by_side([vectors for _, vectors in pairs], scales)

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Vectors, shape (n_epochs, n(n+1)/2 + (order - 1) n^2): their norm is the distance."""
        check_is_fitted(self)
        scales = np.sqrt(factor_weights(X.shape[1], self.weights))
        vectors = [
            vectors_at(X[:, factor], reference, factor, self.backend)
            for factor, reference in enumerate(self.reference_)
        ]
        return side_by_side(vectors, scales)


class SiegelMDM(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Class of the nearest mean of reflection coefficients.

    Parameters
    ----------
    weights, tol, max_iter, backend
        As in :class:`SiegelTangentSpace`.

    Attributes
    ----------
    classes_ : array, shape (n_classes,)
        Labels.
    means_ : array, shape (n_classes, order, n_channels, n_channels)
        The mean of each class.
    """

    def __init__(
        self,
        *,
        weights: str = "fisher",
        tol: float = 1e-8,
        max_iter: int = 50,
        backend: str = "cpu",
    ) -> None:
        self.weights = weights
        self.tol = tol
        self.max_iter = max_iter
        self.backend = backend

    def fit(self, X: np.ndarray, y: Any) -> Self:
        """Find the mean of each class of coefficients."""
        y = np.asarray(y)
        self.classes_ = np.unique(y)
        options = {"tol": self.tol, "max_iter": self.max_iter, "backend": self.backend}
        self.means_ = np.stack([mean_toeplitz(X[y == label], **options) for label in self.classes_])
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Distance to the mean of each class, shape (n_epochs, n_classes)."""
        check_is_fitted(self)
        return distances_toeplitz(X, self.means_, weights=self.weights, backend=self.backend)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Label of the nearest mean."""
        return self.classes_[self.transform(X).argmin(axis=1)]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Softmax of minus the squared distances, shape (n_epochs, n_classes)."""
        from scipy.special import softmax

        return softmax(-(self.transform(X) ** 2), axis=1)


def factor_weights(order: int, weights: str) -> np.ndarray:
    """Weight of each factor in the squared distance, shape (order,)."""
    if weights not in WEIGHTS:
        raise ValueError(f"weights must be one of {', '.join(WEIGHTS)}, got {weights!r}")
    if weights == "equal":
        return np.ones(order)
    left = np.arange(order, 0.0, -1.0)
    # a delay stands above the diagonal and below it
    return np.where(left < order, 2 * left, left) if weights == "fisher" else left


def mean_toeplitz(coefficients: np.ndarray, **options: Any) -> np.ndarray:
    """Mean of reflection coefficients, which does not depend on the weights of the factors.

    Parameters
    ----------
    coefficients : array, shape (n_matrices, order, n, n)
        From ``kernels.reflection_coefficients``.
    **options
        ``tol``, ``max_iter``, ``sample_weight`` and ``backend`` of the means of the factors.

    Returns
    -------
    mean : array, shape (order, n, n)
    """
    first = mean_riemann(coefficients[:, 0], **options)
    others = [mean_siegel(factor, **options) for factor in coefficients[:, 1:].swapaxes(0, 1)]
    return np.stack([first, *others])


def distances_toeplitz(
    coefficients: np.ndarray,
    references: np.ndarray,
    *,
    weights: str = "fisher",
    backend: str = "cpu",
) -> np.ndarray:
    """Distance of each matrix to each reference, all given by their reflection coefficients.

    Parameters
    ----------
    coefficients : array, shape (n_matrices, order, n, n)
    references : array, shape (n_references, order, n, n)
    weights : {"fisher", "equal", "kaehler"}
        Weights of the factors in the squared distance, see :class:`SiegelTangentSpace`.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    distances : array, shape (n_matrices, n_references)
    """
    weight, *others = factor_weights(coefficients.shape[1], weights)
    squares = weight * distances_riemann(coefficients[:, 0], references[:, 0], backend=backend) ** 2
    for factor, weight in enumerate(others, start=1):
        pair = coefficients[:, factor], references[:, factor]
        squares += weight * siegel_distances(*pair, backend=backend) ** 2
    return np.sqrt(squares)


def why_refused(order: int, lag: int, n_times: int) -> str:
    """Say why an epoch does not carry a point; empty where it does."""
    if order < 1 or lag < 1:
        return f"order and lag must be whole numbers from 1, got {order} and {lag}"
    if (order - 1) * lag < n_times:
        return ""
    return (
        f"order {order}, lag {lag}: the longest delay is {(order - 1) * lag} samples but the epoch "
        f"has {n_times}; lower the order or the lag, or take longer epochs"
    )


def lagged_blocks(
    epochs: np.ndarray, order: int, lag: int, window: str, shrinkage: float, backend: str
) -> np.ndarray:
    """Blocks of the covariances, shrunk towards white noise."""
    if not 0 <= shrinkage <= 1:
        raise ValueError(f"shrinkage must lie from 0 to 1, got {shrinkage}")
    delays = range(0, order * lag, lag)
    lagged = lagged_covariances(epochs, delays, window=window, backend=backend)
    power = np.trace(lagged[:, 0], axis1=1, axis2=2) / epochs.shape[1]
    lagged *= 1 - shrinkage
    lagged[:, 0] += shrinkage * power[:, None, None] * np.eye(epochs.shape[1])
    return lagged


def mean_and_vectors(
    points: np.ndarray, factor: int, **options: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of one factor and the vectors at it."""
    if factor == 0:
        return mean_and_tangent_vectors(points, **options)
    mean, logarithms = mean_and_logarithms_siegel(points, **options)
    return mean, logarithms.reshape(len(points), -1)


def vectors_at(points: np.ndarray, reference: np.ndarray, factor: int, backend: str) -> np.ndarray:
    """Vectors of one factor at a reference."""
    if factor == 0:
        return tangent_vectors(points, reference, backend=backend)
    logarithms = siegel_logarithms(points, reference, backend=backend)
    return logarithms.reshape(len(points), -1)


def side_by_side(vectors: Sequence[np.ndarray], scales: np.ndarray) -> np.ndarray:
    """Join the factors' vectors, each times the root of its weight."""
    return np.concatenate(
        [scale * part for scale, part in zip(scales, vectors, strict=True)], axis=1
    )

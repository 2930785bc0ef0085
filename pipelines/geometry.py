"""Stand-in for the kernels of covariances and SPD matrices, by pyriemann, until they are here."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pyriemann.geometry.covariance import covariances as _covariances
from pyriemann.geometry.distance import distance_riemann as _distance
from pyriemann.geometry.mean import mean_riemann as _mean
from pyriemann.geometry.tangentspace import tangent_space as _tangent


def augmented_covariances(
    epochs: np.ndarray,
    order: int,
    lag: int,
    *,
    window: str = "crop",
    estimator: str = "cov",
    backend: str = "cpu",
) -> np.ndarray:
    """Covariances of each epoch and its shifted copies."""
    if order > 1:
        stop = epochs.shape[-1] - order * lag
        copies = [epochs[..., k * lag : stop + k * lag] for k in range(order)]
        if window == "circular":
            copies = [np.roll(epochs, k * lag, axis=-1) for k in range(order)]
        epochs = np.concatenate(copies, axis=1)
    return _covariances(epochs, estimator=estimator)


def augmented_covariance_grid(
    epochs: np.ndarray, orders: Sequence[int], lags: Sequence[int], **options: Any
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Yield (order, lag) and matrices; order 1 once."""
    for order in orders:
        for lag in lags if order > 1 else lags[:1]:
            yield (order, lag), augmented_covariances(epochs, order, lag, **options)


def _check(matrices: np.ndarray) -> None:
    rank = np.linalg.matrix_rank(matrices, hermitian=True)
    if (rank < matrices.shape[-1]).any():
        raise ValueError(f"matrices[{rank.argmin()}] is not positive definite")


def mean_riemann(
    matrices: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    tol: float = 1e-8,
    max_iter: int = 50,
    backend: str = "cpu",
) -> np.ndarray:
    """Riemannian mean."""
    _check(matrices)
    return _mean(matrices, sample_weight=sample_weight, tol=tol, maxiter=max_iter)


def tangent_vectors(
    matrices: np.ndarray, reference: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Tangent vectors at a reference."""
    _check(matrices)
    return _tangent(matrices, reference, metric="riemann")


def mean_and_tangent_vectors(matrices: np.ndarray, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean, and tangent vectors at it."""
    mean = mean_riemann(matrices, **options)
    return mean, tangent_vectors(matrices, mean)


def distances_riemann(
    matrices: np.ndarray, references: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Distances to each reference."""
    return np.column_stack([_distance(matrices, one).ravel() for one in references])

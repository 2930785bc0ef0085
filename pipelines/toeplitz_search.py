"""Search over orders and lags of block-Toeplitz covariances, and the pipeline of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline, make_pipeline

from neurokit.kernels import reflection_coefficients
from neurokit.pipelines.augmented import automatic_grid
from neurokit.pipelines.epochs import CheckedEpochs
from neurokit.pipelines.kernel_search import Fold, KernelSearch, Point, Shape
from neurokit.pipelines.toeplitz import (
    BlockToeplitzCovariances,
    SiegelTangentSpace,
    factor_weights,
    lagged_blocks,
    mean_and_vectors,
    side_by_side,
    vectors_at,
    why_refused,
)

ONE_TO_TEN = tuple(range(1, 11))


class BlockToeplitzSearch(KernelSearch):
    """Block-Toeplitz covariances, Siegel tangent space and SVM, chosen by a grid.

    It is to ``BlockToeplitzCovariances`` what ``AugmentedCovarianceSearch`` is to
    ``AugmentedCovariances``. The coefficients of a lower order are the first of a higher one, and
    so are the means and the vectors: all orders of a lag cost as much as the highest.

    Parameters
    ----------
    orders, lags, C, kernels, cv, scoring, rule, return_train_score, sfreq, random_state, n_jobs
        As in :class:`AugmentedCovarianceSearch`.
    window, shrinkage
        As in :class:`BlockToeplitzCovariances`.
    weights
        As in :class:`SiegelTangentSpace`.
    backend : {"cpu", "reference"}
        Where the kernels run.

    Attributes
    ----------
    cv_results_, best_index_, best_params_, best_score_, best_estimator_, classes_, refused_
        As in :class:`AugmentedCovarianceSearch`.
    """

    _step = "blocktoeplitzcovariances"

    def __init__(
        self,
        *,
        orders: Sequence[int] | str = ONE_TO_TEN,
        lags: Sequence[int] | str = ONE_TO_TEN,
        C: Sequence[float] = (0.5, 1, 1.5),
        kernels: Sequence[str] = ("linear", "rbf"),
        window: str = "circular",
        shrinkage: float = 1e-3,
        weights: str = "fisher",
        cv: Any = None,
        scoring: Any = None,
        rule: str = "best",
        return_train_score: bool = False,
        sfreq: float | None = None,
        random_state: Any = None,
        n_jobs: int | None = None,
        backend: str = "cpu",
    ) -> None:
        self.orders = orders
        self.lags = lags
        self.C = C
        self.kernels = kernels
        self.window = window
        self.shrinkage = shrinkage
        self.weights = weights
        self.cv = cv
        self.scoring = scoring
        self.rule = rule
        self.return_train_score = return_train_score
        self.sfreq = sfreq
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.backend = backend

    def _automatic_grid(
        self, shape: Shape, sfreq: float | None
    ) -> tuple[Sequence[int], Sequence[int]]:
        n_epochs, n_channels, n_times = shape
        return automatic_grid(n_channels, n_times, n_epochs, sfreq=sfreq)

    def _why_refused(self, order: int, lag: int, shape: Shape) -> str:
        return why_refused(order, lag, shape[-1])

    def _prepare(
        self, epochs: np.ndarray, orders: Sequence[int], lags: Sequence[int]
    ) -> Iterator[tuple[Point, Any]]:
        factor_weights(1, self.weights)
        for lag in lags:
            wanted = [order for order in orders if order > 1 or lag == lags[0]]
            if wanted:
                options = self.window, self.shrinkage, self.backend
                table = _Table(lagged_blocks(epochs, max(wanted), lag, *options), self.backend)
                yield from (((order, lag), (table, order)) for order in wanted)

    def _vectors(self, prepared: Any, train: np.ndarray, test: np.ndarray) -> Fold:
        table, order = prepared
        scales = np.sqrt(factor_weights(order, self.weights))
        pairs = table.vectors(order, train, test)
        return (
            side_by_side([vectors for vectors, _ in pairs], scales),
            side_by_side([vectors for _, vectors in pairs], scales),
        )

    def _steps(self, order: int, lag: int) -> list[tuple[str, BaseEstimator]]:
        covariances = BlockToeplitzCovariances(
            order=order,
            lag=lag,
            window=self.window,
            shrinkage=self.shrinkage,
            backend=self.backend,
        )
        tangent = SiegelTangentSpace(weights=self.weights, backend=self.backend)
        return [(self._step, covariances), ("siegeltangentspace", tangent)]


class _Table:
    """Coefficients of one lag, and the tangent vectors of each fold as far as they were needed."""

    def __init__(self, lagged: np.ndarray, backend: str) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._folds: dict[bytes, list[Fold]] = {}
        self._flaw: ValueError | None = None
        for order in range(lagged.shape[1], 0, -1):
            try:
                self._coefficients = reflection_coefficients(lagged[:, :order], backend=backend)
                return
            except ValueError as error:
                self._flaw = error
        self._coefficients = lagged[:, :0]

    def vectors(self, order: int, train: np.ndarray, test: np.ndarray) -> list[Fold]:
        """Vectors of training and test epochs, factor by factor."""
        if order > self._coefficients.shape[1]:
            raise ValueError(str(self._flaw))
        # points of one lag may run in threads; the second waits for what the first works out
        with self._lock:
            known = self._folds.setdefault(train.tobytes(), [])
            for factor in range(len(known), order):
                points = self._coefficients[:, factor]
                mean, vectors = mean_and_vectors(points[train], factor, backend=self._backend)
                known.append((vectors, vectors_at(points[test], mean, factor, self._backend)))
            return known[:order]


def btacm_ts_svm(
    *,
    orders: Sequence[int] | str = "auto",
    lags: Sequence[int] | str = "auto",
    C: Sequence[float] = (0.5, 1, 1.5),
    kernels: Sequence[str] = ("linear", "rbf"),
    window: str = "circular",
    shrinkage: float = 1e-3,
    weights: str = "fisher",
    rule: str = "two-standard-errors",
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Block-Toeplitz ACM, Siegel tangent space, SVM; order, lag, C and kernel searched."""
    search = BlockToeplitzSearch(
        orders=orders,
        lags=lags,
        C=C,
        kernels=kernels,
        window=window,
        shrinkage=shrinkage,
        weights=weights,
        rule=rule,
        sfreq=sfreq,
        random_state=random_state,
    )
    return make_pipeline(CheckedEpochs(), search)

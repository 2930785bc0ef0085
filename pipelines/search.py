"""Search over orders, lags and SVMs that does once what scikit-learn's grid search repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from neurokit.kernels import (
    augmented_covariance_grid,
    mean_and_tangent_vectors,
    tangent_vectors,
)
from neurokit.pipelines.augmented import (
    AugmentedCovariances,
    automatic_grid,
    why_refused,
)
from neurokit.pipelines.kernel_search import Fold, KernelSearch, Point, Shape
from neurokit.pipelines.riemann import RiemannTangentSpace

ONE_TO_TEN = tuple(range(1, 11))


class AugmentedCovarianceSearch(KernelSearch):
    """Augmented covariances, tangent space and SVM, with order, lag, C and kernel chosen by a grid.

    A drop-in for ``GridSearchCV`` over MOABB's ``AugmentedDataset``, ``Covariances("cov")``,
    ``TangentSpace`` and ``SVC``: the same table and the same choice, without the repeated work. The
    tables of the covariances serve the whole grid, and a mean, its logarithms and a Gram matrix all
    SVMs of a fold. A point that the epochs do not carry is refused, with a reason, and scores NaN.

    Parameters
    ----------
    orders, lags : sequence of int, or "auto"
        The grid. "auto" takes at most 24 points that the epochs carry, see ``automatic_grid``.
    C : sequence of float
        Penalties of the SVM.
    kernels : sequence of {"linear", "rbf"}
        Kernels of the SVM, rbf with ``gamma="scale"``.
    window : {"crop", "circular"}
        How shifted copies meet the edges of the epoch.
    estimator : {"cov", "scm", "oas", "lwf"}
        Covariance estimator; the last two regularise, and no point is refused for its rank.
    cv : int, splitter or iterable
        As in scikit-learn; None is ``StratifiedKFold(3, shuffle=True, random_state=random_state)``.
    scoring : str or callable
        As in scikit-learn; None is accuracy.
    rule : {"best", "one-standard-error", "two-standard-errors"}
        The best mean score, as scikit-learn, or the simplest row within one or two standard errors
        of it: lowest order, then smallest lag, smallest C, linear. A few dozen trials tell rows
        apart so badly that the best is mostly luck.
    return_train_score : bool
        Whether the table has training scores as well.
    sfreq : float
        Sampling rate in hertz, for automatic lags; ``mne.Epochs`` bring their own.
    random_state : int, RandomState or None
        Seed of the default folds.
    n_jobs : int
        Threads, over points; the numbers do not depend on it.
    backend : {"cpu", "gpu", "reference"}
        Where the kernels run.

    Attributes
    ----------
    cv_results_, best_index_, best_params_, best_score_, best_estimator_
        As in ``GridSearchCV``, as are ``scorer_``, ``n_splits_``, ``refit_time_``.
        Seconds of shared work are divided among the rows that share it.
    classes_ : array, shape (n_classes,)
        Labels.
    refused_ : list of dict
        Order, lag and reason of each point that has no score.

    References
    ----------
    .. [1] I. Carrara and T. Papadopoulo, 2023, doi:10.48550/arXiv.2302.04508.
    """

    def __init__(
        self,
        *,
        orders: Sequence[int] | str = ONE_TO_TEN,
        lags: Sequence[int] | str = ONE_TO_TEN,
        C: Sequence[float] = (0.5, 1, 1.5),
        kernels: Sequence[str] = ("linear", "rbf"),
        window: str = "crop",
        estimator: str = "cov",
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
        self.estimator = estimator
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
        return why_refused(order, lag, *shape[1:], window=self.window, estimator=self.estimator)

    def _covariance_options(self) -> dict[str, Any]:
        return {"window": self.window, "estimator": self.estimator, "backend": self.backend}

    def _prepare(
        self, epochs: np.ndarray, orders: Sequence[int], lags: Sequence[int]
    ) -> Iterator[tuple[Point, Any]]:
        return augmented_covariance_grid(epochs, orders, lags, **self._covariance_options())

    def _vectors(self, prepared: np.ndarray, train: np.ndarray, test: np.ndarray) -> Fold:
        mean, vectors = mean_and_tangent_vectors(prepared[train], backend=self.backend)
        return vectors, tangent_vectors(prepared[test], mean, backend=self.backend)

    def _steps(self, order: int, lag: int) -> list[tuple[str, BaseEstimator]]:
        covariances = AugmentedCovariances(order=order, lag=lag, **self._covariance_options())
        return [
            (self._step, covariances),
            ("tangentspace", RiemannTangentSpace(backend=self.backend)),
        ]

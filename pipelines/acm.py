"""Named pipelines of augmented covariances, and the search behind the one that has no SVM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from sklearn.model_selection import GridSearchCV, ParameterGrid, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from neurokit.pipelines.augmented import AugmentedCovariances, automatic_grid
from neurokit.pipelines.epochs import CheckedEpochs, check_epochs
from neurokit.pipelines.riemann import RiemannMDM
from neurokit.pipelines.search import AugmentedCovarianceSearch

ONE_TO_TEN = tuple(range(1, 11))


class AugmentedGridSearch(GridSearchCV):
    """``GridSearchCV`` over order and lag of any pipeline that begins with augmented covariances.

    Parameters
    ----------
    estimator : Pipeline
        Its first step is ``AugmentedCovariances``.
    orders, lags : sequence of int, or "auto"
        The grid; "auto" takes at most 24 points that the epochs carry.
    scoring, cv
        As in ``GridSearchCV``.
    sfreq : float, optional
        Sampling rate in hertz, for automatic lags; ``mne.Epochs`` bring their own.
    """

    def __init__(
        self,
        estimator: Any,
        *,
        orders: Sequence[int] | str = "auto",
        lags: Sequence[int] | str = "auto",
        scoring: Any = None,
        cv: Any = None,
        sfreq: float | None = None,
    ) -> None:
        super().__init__(estimator, {}, scoring=scoring, cv=cv, error_score="raise")
        self.orders = orders
        self.lags = lags
        self.sfreq = sfreq

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Score every point, choose the best and fit it to everything.

        Raises
        ------
        ValueError
            If the epochs or labels will not do, or do not carry a point that was asked for.
        """
        sfreq = X.info["sfreq"] if self.sfreq is None and hasattr(X, "info") else self.sfreq
        epochs = check_epochs(X)
        n_epochs, n_channels, n_times = epochs.shape
        orders, lags = automatic_grid(n_channels, n_times, n_epochs, sfreq=sfreq)
        self._orders = orders if isinstance(self.orders, str) else tuple(self.orders)
        self._lags = lags if isinstance(self.lags, str) else tuple(self.lags)
        super().fit(epochs, y, **params)
        return self

    def _run_search(self, evaluate_candidates: Callable[..., Any]) -> None:
        name = self.estimator.steps[0][0]
        # order 1 has no lag
        points = [
            {f"{name}__order": [order], f"{name}__lag": self._lags[: None if order > 1 else 1]}
            for order in self._orders
        ]
        evaluate_candidates(ParameterGrid(points))


def acm_mdm(
    *,
    orders: Sequence[int] | str = "auto",
    lags: Sequence[int] | str = "auto",
    window: str = "crop",
    estimator: str = "oas",
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Augmented covariances, minimum distance to mean; order and lag searched."""
    steps = make_pipeline(AugmentedCovariances(window=window, estimator=estimator), RiemannMDM())
    folds = StratifiedKFold(3, shuffle=True, random_state=random_state)
    search = AugmentedGridSearch(steps, orders=orders, lags=lags, cv=folds, sfreq=sfreq)
    return make_pipeline(CheckedEpochs(), search)


def acm_ts_svm(
    *,
    orders: Sequence[int] | str = "auto",
    lags: Sequence[int] | str = "auto",
    C: Sequence[float] = (0.05,),
    kernels: Sequence[str] = ("linear",),
    window: str = "crop",
    estimator: str = "oas",
    rule: str = "two-standard-errors",
    sfreq: float | None = None,
    n_jobs: int | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Augmented covariances, tangent space, SVM; at most 24 orders and lags searched."""
    # found on simulated people, see tests/benchmarks/bench_rules.py: with a few dozen trials, rbf,
    # larger C and the best score itself choose noise and lose to ts+lr
    search = AugmentedCovarianceSearch(
        orders=orders,
        lags=lags,
        C=C,
        kernels=kernels,
        window=window,
        estimator=estimator,
        rule=rule,
        sfreq=sfreq,
        n_jobs=n_jobs,
        random_state=random_state,
    )
    return make_pipeline(CheckedEpochs(), search)


def acm_ts_svm_full(
    *,
    orders: Sequence[int] | str = ONE_TO_TEN,
    lags: Sequence[int] | str = ONE_TO_TEN,
    C: Sequence[float] = (0.5, 1, 1.5),
    kernels: Sequence[str] = ("rbf", "linear"),
    window: str = "crop",
    estimator: str = "cov",
    n_jobs: int | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """MOABB's grid of 600 points (AUG_TANG_SVM_grid.yml), shared work done once."""
    return acm_ts_svm(
        orders=orders,
        lags=lags,
        C=C,
        kernels=kernels,
        window=window,
        estimator=estimator,
        rule="best",
        n_jobs=n_jobs,
        random_state=random_state,
    )

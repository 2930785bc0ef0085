"""Grid search over SVMs that computes features once a point and fold, and kernels once a fold."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import check_scoring
from sklearn.model_selection import ParameterGrid, StratifiedKFold, check_cv
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from neurokit.pipelines.epochs import check_epochs, check_labels
from neurokit.pipelines.quick_scores import Scorer, quick_scorer
from neurokit.pipelines.search_results import results_table, simplest

Point = tuple[int, int]
Shape = tuple[int, int, int]
Fold = tuple[np.ndarray, np.ndarray]
# standard errors that a simpler row may lie below the best
RULES = {"best": 0, "one-standard-error": 1, "two-standard-errors": 2}


@dataclass(frozen=True)
class _Plan:
    """What every point of a search has in common."""

    y: np.ndarray
    folds: list[Fold]
    C: Sequence[float]
    kernels: Sequence[str]
    scorer: Scorer
    with_train: bool


class _Scores:
    """What one point gave: arrays of shape (n_folds, n_C, n_kernels), NaN where not known."""

    def __init__(self, plan: _Plan, reason: str = "", seconds: float = 0.0) -> None:
        shape = len(plan.folds), len(plan.C), len(plan.kernels)
        self.test, self.train = np.full((2, *shape), np.nan)
        self.fit_time = np.full(shape, seconds / np.prod(shape))
        self.score_time = np.zeros(shape)
        self.reason = reason


class KernelSearch(ClassifierMixin, BaseEstimator):
    """Search over points (order, lag) times SVMs; a subclass says what the features of a point are.

    A subclass has the parameters of ``AugmentedCovarianceSearch``, as far as it needs them, and the
    five methods below that are abstract. ``_step`` names its step that has an order and a lag.
    """

    _step = "augmenteddataset"
    orders: Sequence[int] | str
    lags: Sequence[int] | str
    C: Sequence[float]
    kernels: Sequence[str]
    cv: Any
    scoring: Any
    rule: str
    return_train_score: bool
    sfreq: float | None
    random_state: Any
    n_jobs: int | None

    @abstractmethod
    def _automatic_grid(
        self, shape: Shape, sfreq: float | None
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Orders and lags for training epochs of this shape, for those that are "auto"."""

    @abstractmethod
    def _why_refused(self, order: int, lag: int, shape: Shape) -> str:
        """Say why epochs of this shape do not carry a point; empty where they do."""

    @abstractmethod
    def _prepare(
        self, epochs: np.ndarray, orders: Sequence[int], lags: Sequence[int]
    ) -> Iterator[tuple[Point, Any]]:
        """Yield what each point needs of all epochs; order 1 once, with the first lag."""

    @abstractmethod
    def _vectors(self, prepared: Any, train: np.ndarray, test: np.ndarray) -> Fold:
        """Features of a fold's training and test epochs; a ``ValueError`` refuses the point."""

    @abstractmethod
    def _steps(self, order: int, lag: int) -> list[tuple[str, BaseEstimator]]:
        """Unfitted steps that make the same features from epochs."""

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Score every point of the grid, choose one and fit it to everything.

        Parameters
        ----------
        X : array, shape (n_epochs, n_channels, n_times), or mne.Epochs
            Signals in volts.
        y : array, shape (n_epochs,)
            Labels.
        groups : array, shape (n_epochs,)
            For a ``cv`` that keeps groups together.

        Raises
        ------
        ValueError
            If the epochs, labels, folds or parameters will not do, or every point is refused.
        """
        epochs, y = check_epochs(X), np.asarray(y)
        check_labels(y, len(epochs))
        self.classes_ = np.unique(y)
        plan = self._plan(epochs, y, groups)
        orders, lags = self._orders_and_lags(X, epochs.shape)
        # points may run in threads, and BLAS threads below those would only spin
        with threadpool_limits(1):
            scores = self._score_points(epochs, orders, lags, plan)
            self._choose(scores, orders, lags, plan)
            start = perf_counter()
            self.best_estimator_ = self._pipeline(self.best_params_).fit(epochs, y)
            self.refit_time_ = perf_counter() - start
        return self

    def _plan(self, epochs: np.ndarray, y: np.ndarray, groups: Any) -> _Plan:
        if self.rule not in RULES:
            raise ValueError(f"rule must be one of {', '.join(RULES)}, got {self.rule!r}")
        if strange := sorted(set(self.kernels) - {"linear", "rbf"}):
            raise ValueError(f"kernels must be among linear, rbf; got {', '.join(strange)}")
        self.scorer_ = check_scoring(SVC(), scoring=self.scoring)
        cv = self.cv
        if cv is None:
            cv = StratifiedKFold(3, shuffle=True, random_state=self.random_state)
        cv = check_cv(cv, y, classifier=True)
        fewest, count = Counter(y.tolist()).most_common()[-1]
        if isinstance(cv, StratifiedKFold) and count < cv.get_n_splits():
            raise ValueError(
                f"class {fewest!s} has {count} epochs, fewer than the {cv.get_n_splits()} inner "
                f"folds; record more of it, or take cv={count}"
            )
        folds = list(cv.split(epochs, y, groups))
        for number, (train, _) in enumerate(folds):
            if missing := sorted(set(self.classes_) - set(y[train])):
                raise ValueError(
                    f"inner fold {number} has no training epoch of class {missing[0]!s}; "
                    "take fewer folds, or folds that keep the classes balanced"
                )
        self.n_splits_ = len(folds)
        scorer = quick_scorer(self.scoring, self.scorer_, len(self.classes_))
        return _Plan(y, folds, self.C, self.kernels, scorer, self.return_train_score)

    def _orders_and_lags(self, X: Any, shape: Any) -> tuple[list[int], list[int]]:
        sfreq = X.info["sfreq"] if self.sfreq is None and hasattr(X, "info") else self.sfreq
        chosen: list[list[int]] = []
        for place, (name, values) in enumerate((("orders", self.orders), ("lags", self.lags))):
            if isinstance(values, str):
                if values != "auto":
                    raise ValueError(f'{name} must be whole numbers or "auto", got {values!r}')
                values = self._automatic_grid(shape, sfreq)[place]
            chosen.append(list(values))
            if not chosen[-1] or min(chosen[-1]) < 1:
                raise ValueError(f"{name} must be whole numbers from 1, got {chosen[-1]}")
        return chosen[0], chosen[1]

    def _score_points(
        self, epochs: np.ndarray, orders: list[int], lags: list[int], plan: _Plan
    ) -> dict[Point, _Scores]:
        scores: dict[Point, _Scores] = {}
        kept = []
        # order 1 has no lag: one point serves all its rows
        for point in dict.fromkeys(
            _canonical(order, lag, lags) for lag in lags for order in orders
        ):
            reason = self._why_refused(*point, epochs.shape)
            if reason:
                scores[point] = _Scores(plan, reason)
            else:
                kept.append(point)
        tasks = (
            delayed(self._score_point)(*task, plan) for task in self._stream(epochs, kept, lags)
        )
        if effective_n_jobs(self.n_jobs) == 1:
            return scores | dict(function(*args) for function, args, _ in tasks)
        parallel = Parallel(self.n_jobs, require="sharedmem", pre_dispatch="n_jobs", batch_size=1)
        return scores | dict(parallel(tasks))

    def _stream(
        self, epochs: np.ndarray, kept: list[Point], lags: list[int]
    ) -> Iterator[tuple[Point, Any, float]]:
        """Yield each point that is kept, what was prepared for it, and the seconds that it took."""
        for orders, some_lags in _rectangles(kept, lags):
            start = perf_counter()
            for point, prepared in self._prepare(epochs, orders, some_lags):
                yield point, prepared, perf_counter() - start
                start = perf_counter()

    def _score_point(
        self, point: Point, prepared: Any, seconds: float, plan: _Plan
    ) -> tuple[Point, _Scores]:
        scores = _Scores(plan, seconds=seconds)
        with config_context(assume_finite=True, skip_parameter_validation=True):
            for fold, (train, test) in enumerate(plan.folds):
                start = perf_counter()
                try:
                    vectors = self._vectors(prepared, train, test)
                except (ValueError, np.linalg.LinAlgError) as error:
                    return point, _Scores(plan, str(error))
                scores.fit_time[fold] += (perf_counter() - start) / scores.fit_time[fold].size
                _score_machines(scores, fold, vectors, plan)
        if np.isnan(scores.test).any():
            scores.reason = (
                "the score is not defined in a fold; does its test part have all classes?"
            )
        return point, scores

    def _choose(
        self, scores: dict[Point, _Scores], orders: list[int], lags: list[int], plan: _Plan
    ) -> None:
        order_name, lag_name = f"{self._step}__order", f"{self._step}__lag"
        grid = {order_name: orders, lag_name: lags, "svc__C": plan.C, "svc__kernel": plan.kernels}
        candidates = list(ParameterGrid(grid))
        rows = [
            (
                scores[_canonical(row[order_name], row[lag_name], lags)],
                list(plan.C).index(row["svc__C"]),
                list(plan.kernels).index(row["svc__kernel"]),
            )
            for row in candidates
        ]

        def column(name: str) -> np.ndarray:
            return np.array([getattr(given, name)[:, i, j] for given, i, j in rows])

        self.refused_ = [
            {order_name: order, lag_name: lag, "reason": reason}
            for lag in lags
            for order in orders
            if (reason := scores[_canonical(order, lag, lags)].reason)
        ]
        self._tell_refused(len(orders) * len(lags))
        self.cv_results_ = results_table(
            candidates,
            test=column("test"),
            train=column("train") if plan.with_train else None,
            fit_time=column("fit_time"),
            score_time=column("score_time"),
        )
        if self.rule == "best":
            self.best_index_ = int(self.cv_results_["rank_test_score"].argmin())
        else:
            errors = RULES[self.rule]
            self.best_index_ = simplest(self.cv_results_, self.n_splits_, self._step, errors)
        self.best_params_ = candidates[self.best_index_]
        self.best_score_ = self.cv_results_["mean_test_score"][self.best_index_]

    def _tell_refused(self, n_points: int) -> None:
        if not self.refused_:
            return
        reason = self.refused_[0]["reason"]
        if len(self.refused_) == n_points:
            raise ValueError(f"none of the {n_points} points (order, lag) will do; {reason}")
        warnings.warn(
            f"{len(self.refused_)} of {n_points} points (order, lag) are refused and have no score "
            f"(all are in refused_); {reason}",
            stacklevel=4,
        )

    def _pipeline(self, chosen: dict[str, Any]) -> Pipeline:
        steps = self._steps(chosen[f"{self._step}__order"], chosen[f"{self._step}__lag"])
        machine = SVC(C=chosen["svc__C"], kernel=chosen["svc__kernel"])
        return Pipeline([*steps, ("svc", machine)])

    def predict(self, X: Any) -> np.ndarray:
        """Label of each epoch."""
        check_is_fitted(self)
        return self.best_estimator_.predict(X)

    def decision_function(self, X: Any) -> np.ndarray:
        """Signed distance of each epoch to the margin; shape (n_epochs, n_classes) from 3 on."""
        check_is_fitted(self)
        return self.best_estimator_.decision_function(X)

    def score(self, X: Any, y: Any) -> float:
        """Score of the chosen pipeline, by ``scoring``."""
        check_is_fitted(self)
        return float(self.scorer_(self.best_estimator_, X, y))


def _canonical(order: int, lag: int, lags: list[int]) -> Point:
    return (order, lag) if order > 1 else (1, lags[0])


def _rectangles(kept: list[Point], lags: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """Split points into orders x lags, for shared tables; order 1 goes with the first lag."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for lag in dict.fromkeys(lags):
        orders = tuple(order for order, its_lag in kept if its_lag == lag and order > 1)
        groups.setdefault(orders, []).append(lag)
    for orders, some_lags in groups.items():
        first = [1] if lags[0] in some_lags and (1, lags[0]) in kept else []
        if first or orders:
            yield [*first, *orders], some_lags


def _score_machines(scores: _Scores, fold: int, vectors: Fold, plan: _Plan) -> None:
    """Fit and score every SVM of one point in one fold, on Gram matrices that they share."""
    train, test = plan.folds[fold]
    y_train, y_test = plan.y[train], plan.y[test]
    for j, (gram, cross, seconds) in enumerate(gram_matrices(*vectors, plan.kernels)):
        for i, C in enumerate(plan.C):
            start = perf_counter()
            machine = SVC(C=C, kernel="precomputed").fit(gram, y_train)
            fitted = perf_counter()
            scores.test[fold, i, j] = plan.scorer(machine, cross, y_test)
            if plan.with_train:
                scores.train[fold, i, j] = plan.scorer(machine, gram, y_train)
            scores.score_time[fold, i, j] = perf_counter() - fitted
            scores.fit_time[fold, i, j] += fitted - start + seconds / len(plan.C)


def gram_matrices(
    train: np.ndarray, test: np.ndarray, kernels: Sequence[str]
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield each kernel between training vectors, and between test and training ones."""
    start = perf_counter()
    gram, cross = train @ train.T, test @ train.T
    for kernel in kernels:
        if kernel == "linear":
            yield gram, cross, perf_counter() - start
        else:
            # scikit-learn's gamma="scale"
            variance = train.var()
            gamma = 1 / (train.shape[1] * variance) if variance else 1.0
            norms, test_norms = np.diagonal(gram), np.einsum("ij,ij->i", test, test)
            yield (
                np.exp(-gamma * (norms[:, None] + norms - 2 * gram)),
                np.exp(-gamma * (test_norms[:, None] + norms - 2 * cross)),
                perf_counter() - start,
            )
        start = perf_counter()

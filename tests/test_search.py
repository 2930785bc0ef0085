import pickle
import warnings
from functools import partial

import numpy as np
import pytest
from moabb.pipelines.features import AugmentedDataset
from pyriemann.estimation import Covariances
from pyriemann.tangentspace import TangentSpace
from sklearn.base import clone
from sklearn.metrics.pairwise import linear_kernel, rbf_kernel
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.utils import estimator_checks

from neurokit.pipelines.augmented import AugmentedCovariances
from neurokit.pipelines.kernel_search import gram_matrices
from neurokit.pipelines.riemann import RiemannMDM, RiemannTangentSpace
from neurokit.pipelines.search import AugmentedCovarianceSearch
from neurokit.pipelines.search_results import simplest
from tests.test_augmented import recording

SMALL = {"orders": (1, 2, 3), "lags": (1, 4)}


def moabb_search(*, orders, lags, scoring=None, cv=None, n_jobs=None, memory=None):
    """MOABB's AUG_TANG_SVM_grid.yml, as its runner builds it."""
    steps = [
        ("augmenteddataset", AugmentedDataset()),
        ("covariances", Covariances("cov")),
        ("tangentspace", TangentSpace(metric="riemann")),
        ("svc", SVC()),
    ]
    grid = {
        "augmenteddataset__order": list(orders),
        "augmenteddataset__lag": list(lags),
        "svc__C": [0.5, 1, 1.5],
        "svc__kernel": ["linear", "rbf"],
    }
    cv = cv or StratifiedKFold(3, shuffle=True, random_state=42)
    return GridSearchCV(
        Pipeline(steps, memory=memory),
        grid,
        cv=cv,
        scoring=scoring,
        n_jobs=n_jobs,
        return_train_score=True,
    )


def assert_tables_equal(ours, theirs):
    assert list(ours) == list(theirs)
    for key, expected in theirs.items():
        if key == "params":
            assert ours[key] == expected
        elif key.startswith("param_"):
            assert ours[key].dtype == expected.dtype
            np.testing.assert_array_equal(ours[key], expected)
        elif "_time" not in key:
            assert ours[key].dtype == expected.dtype, key
            np.testing.assert_allclose(ours[key], expected, atol=1e-6, err_msg=key)


@pytest.mark.parametrize(
    ("n_classes", "scoring"),
    [(2, "roc_auc"), (2, None), (3, "balanced_accuracy")],
)
def test_the_table_and_the_choice_are_those_of_grid_search(n_classes, scoring):
    X, y = recording(45, n_classes=n_classes)
    ours = AugmentedCovarianceSearch(
        **SMALL, scoring=scoring, random_state=42, return_train_score=True
    ).fit(X, y)
    theirs = moabb_search(**SMALL, scoring=scoring).fit(X, y)
    assert_tables_equal(ours.cv_results_, theirs.cv_results_)
    assert ours.best_params_ == theirs.best_params_
    assert ours.best_index_ == theirs.best_index_
    assert ours.best_score_ == pytest.approx(theirs.best_score_, abs=1e-6)
    new, y_new = recording(30, n_classes=n_classes, seed=3)
    np.testing.assert_allclose(
        ours.decision_function(new), theirs.decision_function(new), atol=1e-4
    )
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))
    assert ours.score(new, y_new) == pytest.approx(theirs.score(new, y_new), abs=1e-6)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


def test_the_machines_of_the_folds_decide_as_those_of_grid_search():
    def spread(machine, X, y):  # an area under a curve sees ranks only
        return float(np.abs(machine.decision_function(X)).mean())

    X, y = recording(45)
    ours = AugmentedCovarianceSearch(**SMALL, scoring=spread, random_state=42).fit(X, y)
    theirs = moabb_search(**SMALL, scoring=spread).fit(X, y)
    # libsvm stops at 1e-3, and rounding decides where
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=2e-3
    )


def test_the_kernels_are_those_of_scikit_learn():
    train, test = np.random.default_rng(0).standard_normal((2, 12, 5))
    gamma = SVC().fit(train, np.arange(12) % 2)._gamma
    expected = [linear_kernel, partial(rbf_kernel, gamma=gamma)]
    for (gram, cross, _), kernel in zip(
        gram_matrices(train, test, ("linear", "rbf")), expected, strict=True
    ):
        np.testing.assert_allclose(gram, kernel(train), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(cross, kernel(test, train), rtol=1e-12, atol=1e-12)


def test_groups_reach_the_folds():
    X, y = recording(40)
    groups = np.arange(40) // 8
    ours = AugmentedCovarianceSearch(**SMALL, cv=GroupKFold(4), return_train_score=True)
    theirs = moabb_search(**SMALL, cv=GroupKFold(4))
    assert_tables_equal(
        ours.fit(X, y, groups=groups).cv_results_, theirs.fit(X, y, groups=groups).cv_results_
    )
    assert ours.n_splits_ == 4


def test_a_number_of_folds_means_what_it_means_in_scikit_learn():
    X, y = recording(40)
    ours = AugmentedCovarianceSearch(**SMALL, cv=2, return_train_score=True).fit(X, y)
    assert_tables_equal(ours.cv_results_, moabb_search(**SMALL, cv=2).fit(X, y).cv_results_)


def test_the_numbers_do_not_depend_on_the_number_of_threads():
    X, y = recording(40)
    one, two = (
        AugmentedCovarianceSearch(**SMALL, random_state=0, n_jobs=n_jobs).fit(X, y)
        for n_jobs in (None, 2)
    )
    for key, expected in one.cv_results_.items():
        if "_time" not in key:
            np.testing.assert_array_equal(two.cv_results_[key], expected)
    np.testing.assert_array_equal(two.decision_function(X), one.decision_function(X))


def test_points_without_rank_are_refused_with_a_reason():
    X, y = recording(30, 20, 120)
    search = AugmentedCovarianceSearch(orders=(1, 5, 6), lags=(1, 4), random_state=0)
    with pytest.warns(UserWarning, match=r"3 of 6 points .* are refused") as caught:
        search.fit(X, y)
    assert len(caught) == 1
    refused = {
        (row["augmenteddataset__order"], row["augmenteddataset__lag"]): row["reason"]
        for row in search.refused_
    }
    assert set(refused) == {(6, 1), (5, 4), (6, 4)}
    assert "100 dimensions" in refused[5, 4]
    for row, score in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        point = row["augmenteddataset__order"], row["augmenteddataset__lag"]
        assert np.isnan(score) == (point in refused)
    ranks = search.cv_results_["rank_test_score"]
    assert ranks.max() == 36 - 18 + 1
    assert np.isfinite(search.best_score_)


def test_an_estimator_that_regularises_refuses_nothing():
    X, y = recording(30, 20, 120)
    search = AugmentedCovarianceSearch(
        orders=(1, 6), lags=(1, 4), estimator="oas", random_state=0
    ).fit(X, y)
    assert search.refused_ == []
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_grid_of_which_no_point_is_left_is_an_error():
    X, y = recording(30, 20, 120)
    with pytest.raises(ValueError, match=r"none of the 2 points .*estimator='oas'"):
        AugmentedCovarianceSearch(orders=(6,), lags=(1, 4)).fit(X, y)


def test_channels_that_depend_on_one_another_are_refused():
    X, y = recording(30)
    with pytest.raises(ValueError, match=r"none of the 6 points .*not positive definite"):
        AugmentedCovarianceSearch(**SMALL).fit(X - X.mean(axis=1, keepdims=True), y)


def test_a_score_that_a_fold_does_not_define_is_refused():
    X, y = recording(24)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's, one a fold
        with pytest.raises(ValueError, match="the score is not defined in a fold"):
            AugmentedCovarianceSearch(**SMALL, cv=LeaveOneGroupOut(), scoring="roc_auc").fit(
                X, y, groups=np.arange(24)
            )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"rule": "worst"},
            "rule must be one of best, .*two-standard-errors, got 'worst'",
        ),
        ({"kernels": ("linear", "poly")}, "kernels must be among linear, rbf; got poly"),
        ({"orders": (0, 1)}, "orders must be whole numbers from 1"),
        ({"lags": "many"}, 'lags must be whole numbers or "auto"'),
    ],
)
def test_strange_parameters_are_refused(change, message):
    X, y = recording(12)
    with pytest.raises(ValueError, match=message):
        AugmentedCovarianceSearch(**{**SMALL, **change}).fit(X, y)


def test_a_class_that_a_training_fold_lacks_is_named():
    X, y = recording(12)
    with pytest.raises(ValueError, match=r"inner fold 0 has no training epoch of class [ab]"):
        AugmentedCovarianceSearch(**SMALL, cv=GroupKFold(2)).fit(X, y, groups=y)


def test_a_class_with_fewer_epochs_than_folds_is_named():
    X, y = recording(20)
    y[:] = "a"
    y[:2] = "b"
    with pytest.raises(ValueError, match="class b has 2 epochs, fewer than the 3 inner folds"):
        AugmentedCovarianceSearch(**SMALL).fit(X, y)


def test_automatic_grids_hold_order_one_and_at_most_24_points():
    X, y = recording(24, 3, 300)
    search = AugmentedCovarianceSearch(orders="auto", lags="auto", sfreq=250.0, random_state=0)
    rows = search.fit(X, y).cv_results_
    points = set(
        zip(rows["param_augmenteddataset__order"], rows["param_augmenteddataset__lag"], strict=True)
    )
    assert len({point for point in points if point[0] > 1}) + 1 <= 24
    assert 1 in rows["param_augmenteddataset__order"]
    assert search.refused_ == []


def test_the_simplest_row_within_the_standard_errors_is_taken():
    def table(*rows):
        params = [
            {"s__order": order, "s__lag": lag, "svc__C": C, "svc__kernel": kernel}
            for order, lag, C, kernel, _, _ in rows
        ]
        mean, std = np.array([row[4:] for row in rows]).T
        return {"params": params, "mean_test_score": mean, "std_test_score": std}

    # the error of a mean of 3 folds is 0.1 / sqrt(2) = 0.071
    rows = [
        (5, 1, 1.0, "linear", 0.90, 0.1),
        (1, 1, 1.0, "linear", 0.82, 0.0),
        (2, 2, 0.5, "linear", 0.84, 0.0),
        (2, 1, 1.0, "rbf", 0.84, 0.0),
        (2, 1, 1.0, "linear", 0.84, 0.0),
        (3, 1, 1.0, "linear", np.nan, np.nan),
    ]
    assert simplest(table(*rows), 3, "s", 1) == 4
    assert simplest(table(*rows), 3, "s", 2) == 1


@pytest.mark.parametrize(
    ("rule", "n_errors"), [("one-standard-error", 1), ("two-standard-errors", 2)]
)
def test_the_rule_of_standard_errors_is_used(rule, n_errors):
    X, y = recording(45)
    best, simple = (
        AugmentedCovarianceSearch(**SMALL, rule=rule, random_state=42).fit(X, y)
        for rule in ("best", rule)
    )
    assert simple.best_index_ == simplest(best.cv_results_, 3, "augmenteddataset", n_errors)
    order = "augmenteddataset__order"
    assert simple.best_params_[order] <= best.best_params_[order]
    assert simple.best_score_ <= best.best_score_


def test_the_chosen_pipeline_predicts_by_itself_and_takes_its_parameters():
    X, y = recording(45)
    search = AugmentedCovarianceSearch(**SMALL, random_state=42).fit(X, y)
    alone = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(alone.decision_function(X), search.decision_function(X))
    again = clone(alone).set_params(**search.best_params_).fit(X, y)
    np.testing.assert_array_equal(again.decision_function(X), search.decision_function(X))


def test_a_search_clones_pickles_and_is_scored_by_scikit_learn():
    X, y = recording(45)
    search = AugmentedCovarianceSearch(**SMALL, random_state=42, scoring="roc_auc")
    assert clone(search).get_params() == search.get_params()
    scores = cross_val_score(search, X, y, scoring="roc_auc")
    assert scores.mean() > 0.6
    fitted = clone(search).fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(X), fitted.predict(X))


def test_epochs_of_mne_bring_their_sampling_rate():
    import mne

    X, y = recording(24, 3, 300)
    info = mne.create_info(3, 250.0, "eeg")
    epochs = mne.EpochsArray(X, info, verbose="error")
    options = {"orders": "auto", "lags": "auto", "random_state": 0}
    with_epochs = AugmentedCovarianceSearch(**options).fit(epochs, y)
    with_array = AugmentedCovarianceSearch(**options, sfreq=250.0).fit(X, y)
    assert with_epochs.cv_results_["params"] == with_array.cv_results_["params"]
    np.testing.assert_array_equal(with_epochs.predict(epochs), with_array.predict(X))


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
    ],
)
@pytest.mark.parametrize(
    "estimator",
    [AugmentedCovarianceSearch(), AugmentedCovariances(), RiemannTangentSpace(), RiemannMDM()],
    ids=lambda estimator: type(estimator).__name__,
)
def test_estimators_pass_the_checks_that_need_no_tables(estimator, check):
    check(type(estimator).__name__, estimator)

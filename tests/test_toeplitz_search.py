import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from neurokit.kernels import distances_riemann, reflection_coefficients
from neurokit.kernels.reference.toeplitz import block_toeplitz
from neurokit.pipelines import (
    BlockToeplitzCovariances,
    BlockToeplitzSearch,
    SiegelMDM,
    SiegelTangentSpace,
)
from neurokit.pipelines.toeplitz import distances_toeplitz, mean_toeplitz

each_weights = pytest.mark.parametrize("weights", ["fisher", "equal", "kaehler"])


def lagged_classes(n_epochs=60, n_times=200, lag=2, seed=0):
    """Two classes that differ in which channel comes first, not in their covariance."""
    rng = np.random.default_rng(seed)
    y = np.tile(["leads", "trails"], n_epochs // 2)
    source = rng.standard_normal((n_epochs, n_times + lag))
    early, late = source[:, lag:], source[:, :-lag]
    leads = (y == "leads")[:, None]
    X = np.stack([np.where(leads, early, late), np.where(leads, late, early)], axis=1)
    X = np.concatenate([X, rng.standard_normal((n_epochs, 1, n_times))], axis=1)
    return X + 1.5 * rng.standard_normal(X.shape), y


def coefficients(order=4, X=None, **options):
    X = lagged_classes()[0] if X is None else X
    return BlockToeplitzCovariances(order=order, lag=2, **options).fit_transform(X)


@each_weights
def test_the_length_of_a_tangent_vector_is_the_distance_from_the_mean(weights):
    made = coefficients()
    space = SiegelTangentSpace(weights=weights).fit(made[:40])
    vectors = space.transform(made)
    assert vectors.shape == (60, 6 + 3 * 9)
    distances = distances_toeplitz(made, space.reference_[None], weights=weights)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), distances[:, 0], rtol=1e-9)
    np.testing.assert_allclose(vectors[:40].mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(space.fit_transform(made[:40]), vectors[:40], atol=1e-7)
    np.testing.assert_allclose(space.reference_, mean_toeplitz(made[:40]), atol=1e-8)


@each_weights
def test_rotating_the_channels_changes_no_distance(weights):
    X = lagged_classes()[0]
    turned = 3 * np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0] @ X
    found, expected = (
        distances_toeplitz(made, made[:5], weights=weights)
        for made in (coefficients(X=turned), coefficients(X=X))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-6)


def test_the_kaehler_metric_counts_early_coefficients_more():
    made = coefficients(order=3)
    equal = np.stack(
        [distances_toeplitz(made[:, :k], made[:1, :k], weights="equal") ** 2 for k in (1, 2, 3)]
    )
    # weights 3, 2, 1 are three prefixes added up
    kaehler = distances_toeplitz(made, made[:1], weights="kaehler") ** 2
    np.testing.assert_allclose(kaehler, equal.sum(axis=0), rtol=1e-10)


def test_the_fisher_metric_is_the_distance_of_whole_matrices_near_white_noise():
    rng = np.random.default_rng(0)
    blocks = 1e-4 * rng.standard_normal((2, 4, 3, 3))
    blocks[:, 0] = np.eye(3) + blocks[:, 0] + blocks[:, 0].swapaxes(1, 2)
    made = reflection_coefficients(blocks)
    whole = [block_toeplitz(one)[None] for one in blocks]
    found = distances_toeplitz(made[:1], made[1:], weights="fisher")
    assert found[0, 0] == pytest.approx(distances_riemann(*whole)[0, 0], rel=1e-3)


def test_the_nearest_mean_tells_lagged_classes_apart():
    X, y = lagged_classes()
    for order, lowest, highest in ((1, 0.2, 0.75), (3, 0.9, 1.0)):
        pipeline = make_pipeline(BlockToeplitzCovariances(order=order, lag=2), SiegelMDM())
        score = pipeline.fit(X[:40], y[:40]).score(X[40:], y[40:])
        assert lowest <= score <= highest
    np.testing.assert_allclose(pipeline.predict_proba(X).sum(axis=1), 1)


@each_weights
def test_the_search_is_the_grid_search_of_its_pipeline(weights):
    X, y = lagged_classes(n_epochs=30, n_times=60)
    grid = {"orders": [1, 4, 2], "lags": [3, 1], "C": [0.1, 1], "kernels": ["rbf", "linear"]}
    folds = StratifiedKFold(3, shuffle=True, random_state=5)
    options = {"cv": folds, "scoring": "roc_auc", "return_train_score": True}
    search = BlockToeplitzSearch(**grid, **options, weights=weights).fit(X, y)
    pipeline = make_pipeline(BlockToeplitzCovariances(), SiegelTangentSpace(weights=weights), SVC())
    names = [f"blocktoeplitzcovariances__{name}" for name in ("order", "lag")]
    names += ["svc__C", "svc__kernel"]
    peer = GridSearchCV(pipeline, dict(zip(names, grid.values(), strict=True)), **options).fit(X, y)
    assert search.cv_results_["params"] == peer.cv_results_["params"]
    for part in ("test", "train"):
        np.testing.assert_allclose(
            search.cv_results_[f"mean_{part}_score"],
            peer.cv_results_[f"mean_{part}_score"],
            atol=1e-9,
        )
    assert search.best_params_ == peer.best_params_
    np.testing.assert_allclose(search.decision_function(X), peer.decision_function(X), atol=1e-6)


def test_the_search_finds_the_lag_and_does_not_depend_on_threads():
    X, y = lagged_classes(n_epochs=80)
    search = BlockToeplitzSearch(orders=[1, 2, 3], lags=[1, 2], scoring="roc_auc", random_state=0)
    one, two = (clone(search).set_params(n_jobs=jobs).fit(X[:50], y[:50]) for jobs in (1, 2))
    assert roc_auc_score(y[50:], one.decision_function(X[50:])) > 0.9
    assert one.best_params_["blocktoeplitzcovariances__order"] > 1
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
    kept = pickle.loads(pickle.dumps(two))
    np.testing.assert_array_equal(kept.decision_function(X), one.decision_function(X))


def test_a_point_that_the_epoch_does_not_carry_is_refused_with_a_reason():
    X, y = lagged_classes(n_times=40)
    with pytest.raises(ValueError, match="longest delay is 60 samples but the epoch has 40"):
        BlockToeplitzCovariances(order=4, lag=20).fit(X)
    with pytest.warns(UserWarning, match="1 of 4 points"):
        search = BlockToeplitzSearch(orders=[2, 4], lags=[1, 20], random_state=0).fit(X, y)
    assert [list(row.values())[:2] for row in search.refused_] == [[4, 20]]


def test_without_shrinkage_only_what_is_singular_is_refused():
    X, y = lagged_classes()
    # the last channel repeats the first five samples later: order 6 sees it twice
    X[:, 2] = np.roll(X[:, 0], 5, axis=-1)
    with pytest.raises(ValueError, match=r"is not positive definite.*add shrinkage"):
        BlockToeplitzCovariances(order=6, shrinkage=0).fit_transform(X)
    options = {"orders": [2, 3, 6], "lags": [1], "random_state": 0}
    with pytest.warns(UserWarning, match="1 of 3 points.*not positive definite"):
        search = BlockToeplitzSearch(**options, shrinkage=0).fit(X, y)
    assert [row["blocktoeplitzcovariances__order"] for row in search.refused_] == [6]
    assert BlockToeplitzSearch(**options).fit(X, y).refused_ == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"order": 0}, "whole numbers from 1"),
        ({"lag": 0, "order": 2}, "whole numbers from 1"),
        ({"window": "crop"}, "window must be one of circular, padded"),
        ({"shrinkage": 1.5}, "shrinkage must lie from 0 to 1"),
        ({"backend": "cuda"}, "backend must be one of"),
    ],
)
def test_bad_parameters_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        BlockToeplitzCovariances(**options).fit_transform(lagged_classes()[0])


def test_unknown_weights_and_other_channels_are_refused():
    X, y = lagged_classes()
    with pytest.raises(ValueError, match="weights must be one of fisher, equal, kaehler"):
        BlockToeplitzSearch(orders=[2], lags=[1], weights="heavy").fit(X, y)
    fitted = BlockToeplitzCovariances().fit(X)
    with pytest.raises(ValueError, match="the 3 channels of the training epochs, got 2"):
        fitted.transform(X[:, :2])

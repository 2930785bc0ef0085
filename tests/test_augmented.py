import pickle

import numpy as np
import pytest
from moabb.pipelines.features import AugmentedDataset
from pyriemann.classification import MDM
from pyriemann.estimation import Covariances
from pyriemann.tangentspace import TangentSpace
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from neurokit.kernels import augmented_covariances
from neurokit.pipelines.augmented import (
    AugmentedCovariances,
    automatic_grid,
    max_order,
    why_refused,
)
from neurokit.pipelines.riemann import RiemannMDM, RiemannTangentSpace


def recording(n_epochs=40, n_channels=4, n_times=200, n_classes=2, seed=0):
    """Mixed noise whose first sources are louder, each in one class."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_epochs) % n_classes
    sources = rng.standard_normal((n_epochs, n_channels, n_times))
    for label in range(n_classes):
        sources[y == label, label] *= 1.3
    return rng.standard_normal((n_channels, n_channels)) @ sources, np.array(list("abc"))[y]


def spd(n_matrices=12, n=5, seed=0):
    X = np.random.default_rng(seed).standard_normal((n_matrices, n, 3 * n))
    return X @ X.transpose(0, 2, 1)


@pytest.mark.parametrize(("order", "lag"), [(1, 3), (2, 1), (5, 4)])
def test_the_matrices_are_those_of_moabb(order, lag):
    X, y = recording()
    peer = make_pipeline(AugmentedDataset(order=order, lag=lag), Covariances("cov"))
    ours = AugmentedCovariances(order=order, lag=lag).fit_transform(X)
    np.testing.assert_allclose(ours, peer.fit_transform(X, y), rtol=1e-11)


@pytest.mark.parametrize(
    ("ours", "peer"),
    [
        ((RiemannMDM(),), (MDM(),)),
        ((RiemannTangentSpace(), SVC()), (TangentSpace(), SVC())),
    ],
)
def test_pipelines_score_as_pyriemanns_do(ours, peer):
    X, y = recording(60, n_classes=3)
    first = [AugmentedCovariances(order=2, lag=2)]
    theirs = [AugmentedDataset(order=2, lag=2), Covariances("cov")]
    np.testing.assert_array_equal(
        cross_val_score(make_pipeline(*first, *ours), X, y),
        cross_val_score(make_pipeline(*theirs, *peer), X, y),
    )


def test_the_nearest_mean_agrees_with_pyriemann():
    X, y = spd(), np.arange(12) % 2
    weight = np.linspace(1, 2, 12)
    ours, peer = (cls.fit(X, y, sample_weight=weight) for cls in (RiemannMDM(), MDM()))
    np.testing.assert_allclose(ours.covmeans_, peer.covmeans_, rtol=1e-7)
    np.testing.assert_allclose(ours.transform(X), peer.transform(X), rtol=1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), rtol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), peer.predict(X))


def test_the_tangent_space_agrees_with_pyriemann_and_with_itself():
    X, new = spd(), spd(seed=1)
    ours, peer = RiemannTangentSpace(), TangentSpace()
    np.testing.assert_allclose(ours.fit_transform(X), peer.fit_transform(X), atol=1e-7)
    np.testing.assert_allclose(ours.transform(new), peer.transform(new), atol=1e-7)
    np.testing.assert_allclose(ours.fit(X).transform(X), ours.fit_transform(X), atol=1e-7)
    assert list(ours.get_feature_names_out()[:2]) == [
        "riemanntangentspace0",
        "riemanntangentspace1",
    ]


@pytest.mark.parametrize(
    "estimator",
    [AugmentedCovariances(order=2), RiemannTangentSpace(tol=1e-6), RiemannMDM(max_iter=20)],
)
def test_estimators_clone_and_pickle(estimator):
    assert clone(estimator).get_params() == estimator.get_params()
    X, y = recording(n_epochs=6) if isinstance(estimator, AugmentedCovariances) else (spd(), None)
    y = np.arange(len(X)) % 2 if y is None else y
    fitted = estimator.fit(X, y)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X)
    )


def test_more_dimensions_than_samples_are_refused_or_regularised():
    X, _ = recording(4, 20, 120)
    with pytest.raises(ValueError, match="100 dimensions, but a window of 100 samples fills 99"):
        AugmentedCovariances(order=5, lag=4).fit(X)
    matrices = AugmentedCovariances(order=5, lag=4, estimator="oas").fit_transform(X)
    assert np.linalg.eigvalsh(matrices).min() > 0


@pytest.mark.parametrize("n_channels", [1, 3, 20])
@pytest.mark.parametrize("window", ["crop", "circular"])
def test_points_are_refused_exactly_where_matrices_are_singular(n_channels, window):
    n_times = 61  # a prime: no two circular shifts coincide
    X, _ = recording(1, n_channels, n_times, n_classes=1)
    for order in range(1, 8):
        for lag in (1, 3, 12):
            step = AugmentedCovariances(order=order, lag=lag, window=window, estimator="oas")
            refused = why_refused(order, lag, n_channels, n_times, window=window)
            if order > 1 and order * lag > n_times - 2:
                assert refused
                continue
            matrices = step.fit_transform(X)
            assert len(matrices[0]) == order * n_channels
            raw = augmented_covariances(X, order, lag, window=window)
            assert (np.linalg.matrix_rank(raw[0]) < order * n_channels) == bool(refused)


def test_an_order_longer_than_the_epoch_is_refused():
    X, _ = recording(4, 2, 50)
    with pytest.raises(ValueError, match="has 50 samples and order x lag takes 50 of them"):
        AugmentedCovariances(order=5, lag=10, estimator="oas").fit(X)


def test_channels_that_depend_on_one_another_are_refused_by_the_next_step():
    X, y = recording()
    X = X - X.mean(axis=1, keepdims=True)
    for step in (RiemannMDM(), RiemannTangentSpace()):
        with pytest.raises(ValueError, match="not positive definite"):
            make_pipeline(AugmentedCovariances(), step).fit(X, y)
        make_pipeline(AugmentedCovariances(estimator="lwf"), step).fit(X, y)


def test_other_channels_than_in_training_are_refused():
    X, _ = recording()
    with pytest.raises(ValueError, match="must have the 4 channels of the training epochs, got 3"):
        AugmentedCovariances().fit(X).transform(X[:, :3])


def test_the_order_cap_keeps_matrices_small_and_full():
    assert max_order(64, 481, 45) == 3
    assert max_order(64, 481, 20) == 2
    assert max_order(22, 1000, 100) == 9
    assert max_order(3, 1000, 100) == 10
    assert max_order(300, 100, 10) == 1


@pytest.mark.parametrize("n_channels", [1, 3, 13, 22, 64, 128])
@pytest.mark.parametrize("n_times", [40, 250, 481, 1500])
@pytest.mark.parametrize("sfreq", [None, 125.0, 1000.0])
def test_automatic_grids_are_small_and_carried(n_channels, n_times, sfreq):
    orders, lags = automatic_grid(n_channels, n_times, 40, sfreq=sfreq)
    assert orders[0] == lags[0] == 1
    assert 1 + (len(orders) - 1) * len(lags) <= 24
    for order in orders[1:]:
        for lag in lags:
            assert not why_refused(order, lag, n_channels, n_times)

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import mutual_info_score, roc_auc_score

from neurokit.kernels import (
    beta_statistic,
    false_neighbour_ratios,
    find,
    first_minima,
    mdop,
    mutual_information,
    nearest_neighbours,
)
from neurokit.pipelines import build
from neurokit.pipelines.embedding import (
    EmbeddedAugmentedCovariances,
    fnn_order_and_lag,
    mdop_order_and_lag,
)

each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])


def lorenz(n_times=700, step=0.03):
    """Three coordinates of the Lorenz system, past its transient."""
    from scipy.integrate import solve_ivp

    def slope(_, state):
        x, y, z = state
        return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]

    times = np.arange(500 + n_times) * step
    solved = solve_ivp(slope, (0, times[-1]), [1, 1, 1.05], t_eval=times, rtol=1e-9, atol=1e-9)
    return solved.y[:, 500:]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def coloured(n_epochs, n_channels, n_times, seed=0):
    """Noise smoothed over five samples, mixed over channels."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((n_epochs, n_channels, n_times + 4))
    smooth = sum(raw[..., k : k + n_times] for k in range(5))
    return rng.standard_normal((n_channels, n_channels)) @ smooth


def test_the_backends_measure_the_same_information():
    lags = np.arange(0, 40, 3)
    series = np.concatenate([lorenz(), noise(2, 700), np.round(noise(2, 700))])
    ours, theirs = (mutual_information(series, lags, backend=b) for b in ("cpu", "reference"))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@each_backend
def test_information_is_that_of_scikit_learn_on_a_series_that_repeats(backend):
    period = np.repeat([0.0, 1.0, 2.0, 10.0], 3)
    series = np.tile(period, 30)
    lags = np.array([0, 3, 4, 12])
    found = mutual_information(series, lags, backend=backend)
    n = len(series) - 12
    expected = [mutual_info_score(series[:n], series[lag : lag + n]) / np.log(2) for lag in lags]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(found[0], 2)


@each_backend
def test_noise_shares_little_with_its_past(backend):
    found = mutual_information(noise(3000), [1, 5, 30], backend=backend)
    assert (found >= 0).all()
    assert (found < 0.5).all()


def test_the_first_minimum_is_the_first_value_that_is_not_undercut():
    assert first_minima([3, 2, 1, 2, 0]) == 2
    assert first_minima([1, 2]) == 0
    assert first_minima([3, 2, 1]) == 2
    assert first_minima([[3, 2, 2], [1, 0, 5]]).tolist() == [1, 1]


@pytest.mark.parametrize("window", [0, 7])
def test_the_backends_find_the_same_neighbours(window):
    points = lorenz(300).T
    ours = nearest_neighbours(points, window=window)
    theirs = nearest_neighbours(points, window=window, backend="reference")
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-10)


@each_backend
def test_no_neighbour_lies_within_the_window_or_on_the_point(backend):
    points = np.tile(noise(40, 2), (3, 1))
    index, distance = nearest_neighbours(points, window=5, backend=backend)
    assert (np.abs(index - np.arange(120)) > 5).all()
    assert (distance > 0).all()


def test_neighbours_on_a_line_are_those_of_the_plain_search():
    channels = np.concatenate([lorenz(300), np.round(noise(1, 300), 1)])
    ours, theirs = (
        find("embedding.nearest_by_channel", b)(channels, 250, 6) for b in ("cpu", "reference")
    )
    np.testing.assert_array_equal(ours[0][:3], theirs[0][:3])
    # rounded values have neighbours equally near on both sides
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-12)


def test_the_backends_agree_on_the_beta_statistic():
    signals = lorenz(400)
    ours, theirs = (
        beta_statistic(signals[:1].T, signals, max_delay=30, window=5, backend=b)
        for b in ("cpu", "reference")
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    # a coordinate that is there already unfolds nothing
    assert ours[0, 0] == pytest.approx(0, abs=1e-9)
    assert ours[0, 1:].min() > 0


@pytest.mark.parametrize("epoch", [lorenz(400), coloured(1, 6, 300)[0]], ids=["lorenz", "noise"])
def test_the_backends_embed_alike(epoch):
    ours = mdop(epoch, window=4, max_delay=30)
    theirs = mdop(epoch, window=4, max_delay=30, backend="reference")
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])
    np.testing.assert_allclose(ours[2], theirs[2], rtol=1e-10)


@pytest.mark.parametrize(("lag", "window"), [(3, 0), (7, 2), (40, 0)])
def test_the_backends_agree_on_false_neighbours(lag, window):
    series = np.concatenate([lorenz(300)[:1], noise(1, 300)])
    ours, theirs = (
        false_neighbour_ratios(series, [lag, lag], 9, window=window, backend=b)
        for b in ("cpu", "reference")
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    assert np.isnan(ours[:, -1]).all() == (lag == 40)


def test_lorenz_unfolds_in_about_three_dimensions():
    signals = lorenz(1500)
    for signal in signals:
        order, lag = mdop_order_and_lag(signal[None, None])
        assert 2 <= order <= 5
        assert 5 <= lag <= 40
    lags = np.arange(1, 40)
    first = lags[first_minima(mutual_information(signals, lags))]
    assert ((first >= 3) & (first <= 12)).all()
    ratios = false_neighbour_ratios(signals, first, 6)
    # E1 has risen most of its way in three dimensions
    assert (ratios[:, 2:] > 0.8).all()
    assert (ratios[:, 0] < 0.3).all()


def test_a_sine_unfolds_in_two_dimensions():
    sine = np.sin(2 * np.pi * np.arange(600) / (20 * np.sqrt(2)))
    order, _ = mdop_order_and_lag(sine[None, None])
    assert order == 2
    ratios = false_neighbour_ratios(sine[None], [7], 5)[0]
    assert ratios[0] < 0.5
    assert ratios[1] > 0.9


def test_a_scale_changes_no_choice():
    epochs = coloured(4, 3, 250)
    assert mdop_order_and_lag(epochs) == mdop_order_and_lag(epochs * 1e-5)
    assert fnn_order_and_lag(epochs) == fnn_order_and_lag(epochs * 1e-5)


@pytest.mark.parametrize("method", ["mdop", "fnn"])
def test_the_choice_is_kept_and_looks_at_no_label(method):
    epochs = coloured(12, 3, 250)
    steps = EmbeddedAugmentedCovariances(method=method, estimator="oas")
    fitted = clone(steps).fit(epochs, np.arange(12) % 2)
    assert fitted.chosen_ == {"order": fitted.order_, "lag": fitted.lag_}
    assert fitted.chosen_ == clone(steps).fit(epochs, np.arange(12) // 6).chosen_
    matrices = pickle.loads(pickle.dumps(fitted)).transform(epochs)
    assert matrices.shape == (12, fitted.order_ * 3, fitted.order_ * 3)
    assert np.linalg.eigvalsh(matrices).min() > 0


@pytest.mark.parametrize("method", ["mdop", "fnn"])
def test_the_choice_is_cut_to_what_the_epochs_carry(method):
    epochs = coloured(6, 20, 100)
    fitted = EmbeddedAugmentedCovariances(method=method).fit(epochs)
    assert fitted.suggested_["order"] >= fitted.order_
    assert fitted.order_ * 20 < 100 - (fitted.order_ > 1) * fitted.order_ * fitted.lag_
    assert np.linalg.eigvalsh(fitted.transform(epochs)).min() > 0


def test_fewer_trials_are_looked_at_when_asked():
    epochs = coloured(30, 2, 200)
    few = EmbeddedAugmentedCovariances(max_trials=3).fit(epochs)
    alone = EmbeddedAugmentedCovariances().fit(epochs[[0, 14, 29]])
    assert few.chosen_ == alone.chosen_


@pytest.mark.parametrize("name", ["acm+ts+svm/mdop", "acm+ts+svm/fnn"])
def test_the_named_pipelines_learn(name):
    X = coloured(40, 3, 150)
    y = np.arange(40) % 2
    X[y == 1, 0] *= 3
    pipeline = build(name).fit(X[:30], y[:30])
    assert pipeline.score(X[30:], y[30:]) > 0.8


@pytest.fixture(scope="module")
def lagged():
    """Trials of a simulated person whose classes differ in lags only."""
    from moabb.paradigms import LeftRightImagery

    from neurokit.datasets import find as find_dataset

    X, y, _ = LeftRightImagery().get_data(find_dataset("simulated-lags:subjects=1"), [1])
    return X[:80], y[:80]


@pytest.mark.parametrize(
    ("name", "params"), [("acm+ts+svm/fnn", {}), ("acm+ts+svm/mdop", {"max_delay": 10})]
)
def test_lags_that_tell_classes_apart_are_found(lagged, name, params):
    X, y = lagged
    pipeline = build(name, **params).fit(X[:50], y[:50])
    assert roc_auc_score(y[50:], pipeline.decision_function(X[50:])) > 0.9


def test_the_authors_range_of_delays_decides_their_lag(lagged):
    X, y = lagged
    lags = {longest: mdop_order_and_lag(X[::8], max_delay=longest)[1] for longest in (10, 20, 50)}
    for longest, lag in lags.items():
        assert 0.3 < lag / longest < 0.6
    # which is far too long for these classes, and said so where the method is described
    pipeline = build("acm+ts+svm/mdop").fit(X[:50], y[:50])
    assert roc_auc_score(y[50:], pipeline.decision_function(X[50:])) < 0.8


def test_a_constant_channel_is_named():
    epoch = noise(3, 300)
    epoch[1] = 4
    with pytest.raises(ValueError, match="constant channels 1; drop them"):
        mdop(epoch, window=3)
    with pytest.raises(ValueError, match="channel 1 is flat in epoch 0"):
        EmbeddedAugmentedCovariances().fit(epoch[None])


def test_what_cannot_be_embedded_is_refused_with_the_cure():
    with pytest.raises(ValueError, match="too short"):
        mdop(noise(2, 110), window=10)
    with pytest.raises(ValueError, match="at least 20 samples"):
        EmbeddedAugmentedCovariances().fit(noise(4, 2, 15))
    with pytest.raises(ValueError, match="must be finite"):
        mutual_information([np.nan] * 50, [1])
    with pytest.raises(ValueError, match="take shorter lags"):
        mutual_information(noise(50), [45])
    with pytest.raises(ValueError, match="lag of at least 1"):
        false_neighbour_ratios(noise(1, 50), [0])
    with pytest.raises(ValueError, match="'mdop' or 'fnn'"):
        EmbeddedAugmentedCovariances(method="grid").fit(noise(4, 2, 100))

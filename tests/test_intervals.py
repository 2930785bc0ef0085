"""Coverage, by simulation, and laws at the edges."""

import numpy as np
import pytest
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from neurokit.intervals import (
    auc_band,
    auc_interval,
    binomial_band,
    bootstrap_interval,
    mean_interval,
    permutation_band,
    wilson,
)


def covered(truth, intervals):
    return np.mean([low <= truth <= high for low, high in intervals])


def test_wilson_agrees_with_scipy():
    expected = stats.binomtest(29, 45).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson(29 / 45, 45), (expected.low, expected.high), rtol=1e-12)


@pytest.mark.parametrize("truth", [0.5, 0.7, 0.95])
def test_wilson_covers_95_percent(truth):
    hits = np.random.default_rng(0).binomial(45, truth, 4000)
    assert 0.93 <= covered(truth, [wilson(k / 45, 45) for k in hits]) <= 0.98


@pytest.mark.parametrize("truth", [0.5, 0.75, 0.95])
@pytest.mark.parametrize("shape", [(20, 20), (10, 30), (60, 60)])
def test_the_interval_of_an_area_covers_95_percent(truth, shape):
    random, (m, n) = np.random.default_rng(0), shape
    shift = np.sqrt(2) * stats.norm.ppf(truth)
    intervals = []
    for _ in range(600):
        positive, negative = random.normal(shift, 1, m), random.normal(0, 1, n)
        intervals.append(auc_interval(np.mean(positive[:, None] > negative), m, n))
    assert 0.925 <= covered(truth, intervals) <= 0.985


def test_the_interval_of_a_mean_of_areas_covers_95_percent():
    random, truth, size = np.random.default_rng(1), 0.8, 8
    shift = np.sqrt(2) * stats.norm.ppf(truth)
    intervals = []
    for _ in range(600):
        positive, negative = random.normal(shift, 1, (5, size)), random.normal(0, 1, (5, size))
        areas = np.mean(positive[:, :, None] > negative[:, None, :], axis=(1, 2))
        intervals.append(auc_interval(areas.mean(), np.full(5, size), np.full(5, size)))
    assert 0.925 <= covered(truth, intervals) <= 0.985


def test_a_perfect_area_has_a_width():
    low, high = auc_interval(1.0, 22, 23)
    assert high == 1
    assert 0.8 < low < 0.99
    assert auc_interval(1.0, 5, 5)[0] < low


def test_an_area_and_its_mirror_have_mirrored_intervals():
    low, high = auc_interval(0.83, 12, 17)
    mirrored = auc_interval(0.17, 12, 17)
    np.testing.assert_allclose(mirrored, (1 - high, 1 - low), atol=1e-9)


def test_a_widening_acts_as_fewer_trials():
    assert wilson(0.7, 20)[0] < wilson(0.7, 40)[0]
    assert auc_interval(0.7, 20, 20, widening=2)[0] < auc_interval(0.7, 20, 20)[0]


def cross_validate_noise(seed, n=45, n_features=4):
    random = np.random.default_rng(seed)
    X, y = random.standard_normal((n, n_features)), np.arange(n) % 2
    hits, areas, positive = 0, [], []
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    for train, test in folds.split(X, y):
        model = LinearDiscriminantAnalysis().fit(X[train], y[train])
        scores = model.decision_function(X[test])
        hits += np.sum((scores > 0) == y[test])
        areas.append(roc_auc_score(y[test], scores))
        positive.append([y[test].sum(), len(test) - y[test].sum()])
    return hits / n, np.mean(areas), np.array(positive).T


def test_on_noise_the_bands_of_cross_validation_cover_95_percent_and_narrow_ones_would_not():
    runs = [cross_validate_noise(seed) for seed in range(150)]
    accuracies, areas = np.array([run[0] for run in runs]), np.array([run[1] for run in runs])
    counts = runs[0][2]

    def inside(values, band):
        return np.mean((values >= band[0]) & (values <= band[1]))

    assert 0.94 <= inside(accuracies, binomial_band(0.5, 45, widening=2)) <= 1
    assert 0.94 <= inside(areas, auc_band(*counts, widening=2)) <= 1
    assert inside(areas, auc_band(*counts)) < 0.9


@pytest.mark.parametrize(("n", "chance"), [(20, 0.5), (45, 0.5), (90, 1 / 3)])
def test_guesses_fall_into_the_binomial_band(n, chance):
    low, high = binomial_band(chance, n)
    accuracies = np.random.default_rng(0).binomial(n, chance, 5000) / n
    assert 0.945 <= np.mean((accuracies >= low - 1e-12) & (accuracies <= high + 1e-12)) <= 0.99


@pytest.mark.parametrize("shape", [(4, 5), (10, 10), (7, 30)])
def test_areas_of_noise_fall_into_the_band(shape):
    random, (m, n) = np.random.default_rng(0), shape
    low, high = auc_band(m, n)
    areas = [np.mean(random.random(m)[:, None] > random.random(n)) for _ in range(3000)]
    assert 0.93 <= np.mean((np.array(areas) >= low) & (np.array(areas) <= high)) <= 0.98


def test_the_interval_of_people_covers_95_percent():
    draws = np.random.default_rng(0).normal(0.7, 0.1, (3000, 8))
    assert 0.94 <= covered(0.7, [mean_interval(draw) for draw in draws]) <= 0.96
    assert np.isnan(mean_interval(np.array([0.7]))).all()


def test_the_bootstrap_finds_the_spread_of_a_mean():
    values = np.random.default_rng(0).normal(0, 1, 100)
    low, high = bootstrap_interval(lambda rows: values[rows].mean(), 100)
    assert 0.3 < high - low < 0.5
    assert low < values.mean() < high


def test_permutations_are_stretched_about_their_mean():
    null = np.random.default_rng(0).normal(0.5, 0.05, 2000)
    chance, low, high = permutation_band(null)
    _, wide_low, wide_high = permutation_band(null, widening=4)
    np.testing.assert_allclose(chance, null.mean())
    np.testing.assert_allclose(wide_high - wide_low, 2 * (high - low))


@pytest.mark.parametrize("chance", [0.1, 0.25, 1 / 3, 0.5, 0.62])
def test_the_band_is_that_of_the_binomial_distribution(chance):
    for n in (1, 2, 10, 40, 117, 1000):
        expected = stats.binom.ppf([0.025, 0.975], n, chance) / n
        np.testing.assert_allclose(binomial_band(chance, n), expected, rtol=1e-12)

import numpy as np
import pytest
from scipy.stats import false_discovery_control, pearsonr, ttest_ind

from neurokit.signals.contrast import (
    benjamini_hochberg,
    contrast,
    max_statistic,
    p_values,
    r_squared,
)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def test_r_squared_is_the_squared_correlation_with_the_class_of_all_trials():
    a, b = noise(40, 3, 5), noise(25, 3, 5, seed=1) + 0.4
    labels = np.repeat([1.0, 0.0], [40, 25])
    found, signed = r_squared(a, b), r_squared(a, b, signed=True)
    for place in np.ndindex(3, 5):
        values = np.concatenate([a[:, *place], b[:, *place]])
        r = pearsonr(values, labels).statistic
        assert found[place] == pytest.approx(r**2)
        assert signed[place] == pytest.approx(np.sign(r) * r**2)


def test_late_trials_of_the_larger_class_count():
    a, b = noise(40, 1), noise(25, 1, seed=1)
    before = r_squared(a, b)[0]
    a[25:] += 5.0
    assert r_squared(a, b)[0] > before + 0.1


def test_offset_and_unit_do_not_matter():
    a, b = noise(20, 4), noise(30, 4, seed=1)
    np.testing.assert_allclose(r_squared(3e-6 * a - 2, 3e-6 * b - 2), r_squared(a, b), rtol=1e-6)
    np.testing.assert_allclose(r_squared(b, a), r_squared(a, b))


def test_what_is_flat_or_missing_explains_nothing_and_breaks_nothing():
    a, b = noise(20, 3), noise(30, 3, seed=1)
    a[:, 0] = b[:, 0] = 0.1
    expected = r_squared(a[5:, 1:2], b[:, 1:2])[0]
    a[:5, 1] = np.nan
    a[:, 2] = np.nan
    np.testing.assert_allclose(r_squared(a, b), [0.0, expected, 0.0])
    assert p_values(a, b)[0] == 1


def test_p_is_that_of_the_t_test():
    a, b = noise(20, 4), noise(30, 4, seed=1) + 0.3
    np.testing.assert_allclose(p_values(a, b), ttest_ind(a, b).pvalue)


def test_the_false_discovery_rate_is_scipys():
    p = np.random.default_rng(0).uniform(size=(4, 10)) ** 3
    expected = false_discovery_control(p.ravel()).reshape(p.shape)
    np.testing.assert_allclose(benjamini_hochberg(p), expected)


def test_a_difference_is_found_and_only_there():
    a, b = noise(20, 8, 30), noise(20, 8, 30, seed=1)
    a[:, 2, 10:13] += 2.0
    for correction in ("max", "fdr"):
        r2, p = contrast(a, b, correction=correction)
        assert (r2[2, 10:13] > 0.2).all()
        assert (p[2, 10:13] < 0.05).all()
        assert (p < 0.05).sum() <= 5


@pytest.mark.parametrize("correction", ["max", "fdr"])
def test_noise_shows_nothing_in_ninety_five_maps_of_a_hundred(correction):
    # neighbours go together, as channels and frequencies do
    mixing = np.eye(12) + 0.5 * noise(12, 12, seed=99) / np.sqrt(12)
    wrong = 0
    for seed in range(200):
        values = mixing @ np.cumsum(noise(43, 12, 30, seed=seed), axis=-1)
        p = contrast(values[:25], values[25:], correction=correction, seed=seed).p
        wrong += p.min() < 0.05
    # 10 are expected, and more than 18 would come once in a hundred times
    assert wrong <= 18


def test_a_drift_from_run_to_run_is_not_a_difference():
    wrong = 0
    for seed in range(100):
        values, runs = noise(60, 5, seed=seed), np.repeat([0, 1, 2], 20)
        values += 3.0 * runs[:, None]
        # the first run has more of one class
        is_a = np.arange(60) % 20 < np.repeat([14, 10, 6], 20)
        p = max_statistic(
            values[is_a], values[~is_a], blocks=(runs[is_a], runs[~is_a]), n_permutations=200
        )
        wrong += p.min() < 0.05
    assert wrong <= 11


def test_the_same_seed_gives_the_same_p():
    a, b = noise(10, 5), noise(12, 5, seed=1)
    np.testing.assert_array_equal(max_statistic(a, b, seed=3), max_statistic(a, b, seed=3))


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (np.ones((0, 3)), np.ones((5, 3)), "each class needs a trial"),
        (np.ones((5, 3)), np.ones((5, 4)), "the same shape"),
    ],
)
def test_classes_that_do_not_compare_are_refused(a, b, said):
    with pytest.raises(ValueError, match=said):
        r_squared(a, b)


def test_an_unknown_correction_is_refused():
    with pytest.raises(ValueError, match="one of max, fdr, none"):
        contrast(noise(5, 2), noise(5, 2), correction="bonferroni")

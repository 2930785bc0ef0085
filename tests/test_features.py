import mne
import numpy as np
import pytest
from scipy.signal import welch
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import f_classif
from sklearn.model_selection import StratifiedKFold, cross_val_score

from neurokit import models
from neurokit.pipelines import (
    CombinedFeatures,
    MrmrSelection,
    PickedFeatures,
    StabilitySelection,
    build,
)
from neurokit.pipelines.band_table import TWO_HERTZ, explained_variance
from neurokit.pipelines.subsets import SubsetFold

SFREQ = 125.0
NAMES = ["C3", "C4", "Cz", "Pz"]
EVERY = {
    "picked": PickedFeatures(sfreq=SFREQ, ch_names=NAMES),
    "combined": CombinedFeatures(sfreq=SFREQ, ch_names=NAMES, random_state=3),
    "mrmr": MrmrSelection(sfreq=SFREQ, ch_names=NAMES),
    "stability": StabilitySelection(sfreq=SFREQ, ch_names=NAMES, random_state=3),
}
each = pytest.mark.parametrize("name", EVERY)


def noise(seed=0, n_epochs=40, n_channels=4, n_times=250):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n_epochs, n_channels, n_times)), np.tile(
        ["left", "right"], n_epochs // 2
    )


def imagery(seed=0, depth=3.0):
    """C3 loses its 10 Hz in one class, C4 its 20 Hz in the other."""
    X, y = noise(seed)
    time = np.arange(X.shape[-1]) / SFREQ
    X[y == "left", 0] += depth * np.sin(2 * np.pi * 11 * time)
    X[y == "right", 1] += depth * np.sin(2 * np.pi * 21 * time)
    return X * 1e-6, y


def powers(X, channel, low, high):
    frequencies, density = welch(X[:, channel], SFREQ, nperseg=125)
    return np.log(density[:, (low <= frequencies) & (frequencies <= high)].mean(axis=1))


def test_picks_are_log_powers_of_their_channel_and_band_in_their_order():
    X, y = noise()
    picked = PickedFeatures(
        features=[("c4", 18, 22), ("C3", 8, 12)], sfreq=SFREQ, ch_names=NAMES
    ).fit(X, y)
    expected = np.column_stack([powers(X, 1, 18, 22), powers(X, 0, 8, 12)])
    np.testing.assert_allclose(picked.transform(X), expected)
    assert list(picked.get_feature_names_out()) == ["C4 18-22 Hz", "C3 8-12 Hz"]


def test_a_single_frequency_is_a_band_too():
    X, y = noise()
    picked = PickedFeatures(features=[(0, 12.2, 12.2)], sfreq=SFREQ).fit(X, y)
    np.testing.assert_allclose(picked.transform(X)[:, 0], powers(X, 0, 12, 12))


def test_picks_find_their_channels_in_mne_epochs():
    X, y = imagery()
    epochs = mne.EpochsArray(X, mne.create_info(NAMES, SFREQ, "eeg"), verbose="error")
    by_epochs = PickedFeatures(features=[("Cz", 8, 12)]).fit(epochs, y).transform(epochs)
    by_array = PickedFeatures(features=[(2, 8, 12)], sfreq=SFREQ).fit(X, y).transform(X)
    np.testing.assert_allclose(by_epochs, by_array)


def test_without_picks_the_best_band_of_each_of_the_best_channels_is_taken():
    X, y = imagery()
    picked = PickedFeatures(n_features=2, sfreq=SFREQ, ch_names=NAMES).fit(X, y)
    table = np.column_stack([powers(X, c, *band) for c in range(4) for band in TWO_HERTZ])
    r2 = explained_variance(table, y).reshape(4, -1)
    best = [(NAMES[c], *TWO_HERTZ[r2[c].argmax()]) for c in np.argsort(-r2.max(axis=1))[:2]]
    assert picked.features_ == best
    assert picked.chosen_ == {"features": [f"{c} {a:g}-{b:g} Hz" for c, a, b in best]}


def test_explained_variance_is_the_squared_correlation_of_two_classes():
    table, y = np.random.default_rng(0).standard_normal((30, 5)), np.repeat([0, 1], [10, 20])
    expected = [np.corrcoef(column, y)[0, 1] ** 2 for column in table.T]
    np.testing.assert_allclose(explained_variance(table, y), expected)
    assert explained_variance(np.ones((30, 1)), y) == 0


@each
def test_the_channels_that_tell_the_classes_apart_are_found(name):
    X, y = imagery()
    fitted = clone(EVERY[name]).fit(X, y)
    assert {channel for channel, *_ in fitted.features_[:2]} <= {"C3", "C4"}
    assert fitted.transform(X).shape == (40, len(fitted.features_))


@each
def test_a_clone_chooses_the_same_again(name):
    X, y = noise()
    fitted = clone(EVERY[name]).fit(X, y)
    assert clone(fitted).fit(X, y).features_ == fitted.features_
    assert not hasattr(clone(fitted), "features_")


@each
def test_labels_are_needed_to_choose(name):
    with pytest.raises(ValueError, match="give y"):
        clone(EVERY[name]).fit(noise()[0])


def test_mrmr_agrees_with_its_definition():
    X, y = noise(3)
    table = np.column_stack([powers(X, c, *band) for c in range(4) for band in TWO_HERTZ])
    relevance, correlation = f_classif(table, y)[0], np.abs(np.corrcoef(table.T))
    taken = [int(relevance.argmax())]
    while len(taken) < 5:
        value = relevance / correlation[taken].mean(axis=0)
        value[taken] = -1
        taken.append(int(value.argmax()))
    fitted = MrmrSelection(n_features=5, sfreq=SFREQ).fit(X, y)
    assert fitted.features_ == [(i // 11, *TWO_HERTZ[i % 11]) for i in taken]


def test_stability_counts_halves_and_takes_one_at_least():
    X, y = imagery()
    fitted = clone(EVERY["stability"]).fit(X, y)
    assert fitted.frequencies_.shape == (44,)
    assert fitted.frequencies_.sum() == pytest.approx(8)
    X, y = noise()
    lone = StabilitySelection(threshold=1.0, n_best=1, sfreq=SFREQ, random_state=0).fit(X, y)
    assert len(lone.features_) == 1


def test_the_best_combination_leaves_out_what_does_not_help():
    X, y = imagery(depth=6.0)
    picks = [("C3", 10, 12), ("Pz", 8, 12), ("Cz", 24, 28)]
    asked = {"features": picks, "sfreq": SFREQ, "ch_names": NAMES, "random_state": 0}
    assert CombinedFeatures(**asked).fit(X, y).features_ == [("C3", 10.0, 12.0)]
    few = np.r_[:4]  # two of each class: nothing to test on
    assert len(CombinedFeatures(**asked).fit(X[few], y[few]).features_) == 3


@pytest.mark.parametrize("n_classes", [2, 3])
def test_subsets_are_decided_as_by_scikit_learns_lda(n_classes):
    random = np.random.default_rng(n_classes)
    labels = random.permutation(np.repeat(np.arange(n_classes), [14, 9, 8][:n_classes]))
    table = random.standard_normal((len(labels), 4)) @ random.standard_normal((4, 4))
    table[labels == 0] += 1
    split = np.arange(0, len(labels) - 6), np.arange(len(labels) - 6, len(labels))
    fold = SubsetFold(table, labels, *split)
    for subset in ([0], [2, 3], [0, 1, 3], [0, 1, 2, 3]):
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        lda.fit(table[split[0]][:, subset], labels[split[0]])
        expected = lda.score(table[split[1]][:, subset], labels[split[1]]) * 6
        assert fold.hits(subset) == round(expected)
        whole = SubsetFold(table, labels, split[0], np.arange(len(labels)))
        assert whole.hits(subset) == round(lda.score(table[:, subset], labels) * len(labels))
        for k in range(n_classes):
            group = table[split[0]][labels[split[0]] == k][:, subset]
            shrunk = ledoit_wolf((group - group.mean(axis=0)) / group.std(axis=0))[0]
            np.testing.assert_allclose(fold._shrunk(k, subset), shrunk, atol=1e-12)


def test_of_many_picks_the_eight_best_are_combined():
    X, y = imagery()
    picks = [(c, *band) for c in range(3) for band in TWO_HERTZ]
    fitted = CombinedFeatures(features=picks, max_size=1, sfreq=SFREQ, random_state=0).fit(X, y)
    assert fitted.features_[0][0] in (0, 1)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"features": [("C9", 8, 12)]}, "there is no channel C9; there are C3, C4, Cz, Pz"),
        ({"features": [("C3", 8, 99)]}, r"band 8-99 Hz must lie above 0 and up to 62 Hz"),
        ({"features": [(7, 8, 12)]}, "there is no channel 7; there are 0 to 3"),
        ({"features": []}, "no feature is picked"),
        ({"features": [("C3", 8, 12)], "ch_names": None}, "needs the names"),
        ({"ch_names": ["C3"]}, "1 names and the epochs 4 channels"),
        ({"n_features": 0}, "at least one feature must be chosen, got 0"),
        ({"sfreq": None}, "no sampling rate"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(params, said):
    with pytest.raises(ValueError, match=said):
        PickedFeatures(**{"sfreq": SFREQ, "ch_names": NAMES, **params}).fit(*noise())


@pytest.mark.parametrize("name", ["picked+lda", "mrmr+lda", "stability+lda"])
def test_a_saved_pipeline_decides_as_before(name, tmp_path):
    X, y = imagery()
    fitted = build(name, sfreq=SFREQ).fit(X, y)
    again = models.load(models.save(fitted, tmp_path / "model.skops"))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_choosing_inside_the_folds_says_chance_on_noise_and_outside_them_does_not():
    inside, outside = [], []
    for seed in range(30):
        X, y = noise(seed, n_times=125)
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        nested = build("picked+lda", sfreq=SFREQ)
        inside.append(np.mean(cross_val_score(nested, X, y, cv=folds)))
        peeked = PickedFeatures(sfreq=SFREQ).fit(X, y).features_
        fixed = build("picked+lda", features=peeked, sfreq=SFREQ)
        outside.append(np.mean(cross_val_score(fixed, X, y, cv=folds)))
    assert abs(np.mean(inside) - 0.5) < 0.06
    assert np.mean(outside) > 0.6

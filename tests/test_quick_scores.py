import numpy as np
import pytest
from sklearn.metrics import check_scoring, roc_auc_score
from sklearn.svm import SVC

from neurokit.pipelines.quick_scores import area_under_curve, quick_scorer


@pytest.mark.parametrize("levels", [2, 5, 1000000])
def test_the_area_is_scikit_learns_to_the_bit(levels):
    rng = np.random.default_rng(levels)
    for n_epochs in (2, 3, 7, 20, 61):
        for _ in range(100):
            y = rng.permutation(np.arange(n_epochs) % rng.integers(2, 4) == 0)
            decisions = rng.integers(0, levels, n_epochs) / 7
            assert area_under_curve(y, decisions) == roc_auc_score(y, decisions)


def test_the_area_of_one_class_is_not_a_number():
    assert np.isnan(area_under_curve(np.ones(4, bool), np.arange(4.0)))
    assert np.isnan(area_under_curve(np.zeros(4, bool), np.arange(4.0)))


@pytest.mark.parametrize(
    ("scoring", "n_classes"),
    [(None, 2), ("accuracy", 3), ("roc_auc", 2), ("balanced_accuracy", 3)],
)
def test_quick_scores_are_those_of_scikit_learn(scoring, n_classes):
    rng = np.random.default_rng(0)
    y = np.array(["left", "right", "rest"])[np.arange(40) % n_classes]
    X = rng.standard_normal((40, 3)) + 0.5 * (y == "right")[:, None]
    machine = SVC().fit(X, y)
    scorer = check_scoring(machine, scoring=scoring)
    quick = quick_scorer(scoring, scorer, n_classes)
    assert (quick is scorer) == (scoring == "balanced_accuracy")
    new = rng.standard_normal((40, 3))
    assert quick(machine, new, y) == scorer(machine, new, y)

"""What the simulated sets are for: lags that matter, noise that does not."""

import numpy as np
import pytest
from moabb.paradigms import LeftRightImagery
from moabb.pipelines.features import AugmentedDataset
from pyriemann.estimation import Covariances
from pyriemann.tangentspace import TangentSpace
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from neurokit.datasets import find


@pytest.fixture(scope="module")
def lags():
    return people("simulated-lags:subjects=4,sessions=1,runs=1,trials=20")


def people(name):
    """Epochs and labels of each subject, filtered as MOABB does it, 8 to 32 Hz."""
    dataset = find(name)
    return [LeftRightImagery().get_data(dataset, [each])[:2] for each in dataset.subject_list]


def area(recorded, order, lag):
    """Mean area under the curve of a tangent space on augmented covariances."""
    pipeline = make_pipeline(
        AugmentedDataset(order, lag), Covariances("oas"), TangentSpace(), LogisticRegression()
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    scores = [cross_val_score(pipeline, *each, cv=folds, scoring="roc_auc") for each in recorded]
    return float(np.mean(scores))


def test_without_lags_the_lagged_classes_stay_at_chance(lags):
    assert area(lags, 1, 1) < 0.6


@pytest.mark.parametrize(("order", "lag"), [(2, 2), (2, 4), (3, 4)])
def test_with_lags_they_are_told_apart(lags, order, lag):
    assert area(lags, order, lag) >= 0.9


def test_a_wrong_lag_tells_less_than_the_right_one(lags):
    assert area(lags, 2, 8) < area(lags, 2, 4) - 0.1


@pytest.mark.parametrize("name", ["simulated", "simulated-lags"])
def test_without_strength_there_is_nothing_to_learn(name):
    recorded = people(f"{name}:strength=0,subjects=6,sessions=1,runs=1,trials=20")
    assert abs(area(recorded, 2, 4) - 0.5) < 0.1


def test_a_stronger_desynchronisation_is_decoded_better():
    scores = [
        area(people(f"simulated:strength={strength},subjects=4,sessions=1,runs=1,trials=20"), 1, 1)
        for strength in (0.5, 1.0)
    ]
    assert 0.65 < scores[0] < scores[1] - 0.05
    assert scores[1] > 0.85

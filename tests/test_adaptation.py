"""Recentring and the bias: what they undo, their bounds, and the way back."""

import numpy as np
import pytest

from neurokit import models
from neurokit.kernels import distances_riemann, mean_riemann
from neurokit.live.adaptation import LARGEST_BIAS, LONGEST_STEP, Adaptation, Stages
from tests.decoding import saved_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def model(folder):
    return models.load(saved_model(folder))


def epochs(count=30, seed=0, mix=None):
    random = np.random.default_rng(seed)
    mixing = np.eye(8) + 0.3 * np.random.default_rng(1).standard_normal((8, 8))
    signals = mixing @ random.standard_normal((count, 8, 500)) * 1e-5
    return signals if mix is None else mix @ signals


@pytest.mark.parametrize("name", ["ts+lr", "mdm", "fgmdm", "ts+svm", "csp+lda"])
def test_the_stages_say_what_the_pipeline_says(folder, name):
    pipeline = models.load(saved_model(folder, name))
    stages = Stages(pipeline)
    matrices = stages.matrices(epochs(5))
    if name != "ts+svm":
        assert np.array_equal(stages.probabilities(matrices), pipeline.predict_proba(epochs(5)))
    assert (stages.why_not == "") == (name != "csp+lda")


def test_a_pipeline_without_a_mean_is_refused_in_words(folder):
    stages = Stages(models.load(saved_model(folder, "csp+lda")))
    with pytest.raises(ValueError, match=r"CSP.*keeps no mean of covariances.*such as ts\+lr"):
        Adaptation(stages, recentring=True)
    Adaptation(stages, learning="supervised")


def test_recentring_undoes_another_days_gains_of_the_electrodes(model):
    stages = Stages(model)
    training = mean_riemann(stages.matrices(epochs(40)))
    stages.mean = training
    gains = np.diag(np.linspace(0.4, 2.5, 8))
    adaptation = Adaptation(stages, recentring=True)
    for number, matrix in enumerate(stages.matrices(epochs(40, seed=2, mix=gains))):
        adaptation.observe(matrix[None], np.array([0.5, 0.5]), None, number)
    moved = adaptation.state.mean
    target = mean_riemann(stages.matrices(epochs(40, seed=2, mix=gains)))
    before, after = (
        distances_riemann(each[None], target[None])[0, 0] for each in (training, moved)
    )
    assert after < 0.1 * before
    there = stages.matrices(epochs(20, seed=3))
    away = stages.matrices(epochs(20, seed=3, mix=gains))
    still = stages.probabilities(there)
    lost = np.abs(stages.probabilities(away) - still).mean()
    assert np.abs(adaptation.apply(away) - still).mean() < 0.25 * lost


def test_no_trial_moves_the_mean_further_than_the_bound(model):
    stages = Stages(model)
    adaptation = Adaptation(stages, recentring=True)
    for number in range(5):
        adaptation.observe(np.eye(8)[None] * 1e6, np.array([0.5, 0.5]), None, number)
    for step in adaptation.log:
        moved = distances_riemann(step.before.mean[None], step.after.mean[None])[0, 0]
        assert moved <= LONGEST_STEP * (1 + 1e-6)


def test_the_supervised_bias_leans_to_the_class_that_was_missed_within_its_bound(model):
    adaptation = Adaptation(Stages(model), learning="supervised")
    said = adaptation.stages.probabilities(adaptation.stages.matrices(epochs(4)))
    wanted = adaptation.stages.classes[0]
    for number in range(200):
        adaptation.observe(None, np.array([0.0, 1.0]), wanted, number)
    assert adaptation.state.bias.tolist() == [LARGEST_BIAS, -LARGEST_BIAS]
    now = adaptation.apply(adaptation.stages.matrices(epochs(4)))
    assert (now[:, 0] > said[:, 0]).all()
    np.testing.assert_allclose(now.sum(axis=1), 1)


def test_the_unsupervised_bias_favours_no_class(model):
    adaptation = Adaptation(Stages(model), learning="unsupervised")
    adaptation.observe(None, np.array([0.9, 0.1]), "left_hand", 0)
    assert adaptation.state.bias[0] < 0 < adaptation.state.bias[1]


def test_without_learning_nothing_moves(model):
    adaptation = Adaptation(Stages(model))
    adaptation.observe(None, np.array([0.9, 0.1]), "left_hand", 0)
    assert adaptation.log == []


def test_a_step_is_taken_back_and_that_is_logged(model):
    stages = Stages(model)
    adaptation = Adaptation(stages, recentring=True, learning="supervised")
    matrices = stages.matrices(epochs(6, seed=4))
    seen = []
    for number, matrix in enumerate(matrices):
        seen.append(adaptation.apply(matrices))
        adaptation.observe(matrix[None], np.array([0.3, 0.7]), "left_hand", number)
    third = next(step.number for step in adaptation.log if step.sample == 3)
    adaptation.revert(third, 99)
    assert np.array_equal(adaptation.apply(matrices), seen[3])
    assert adaptation.log[-1].kind == "revert"
    assert len(adaptation.log) == 13
    adaptation.revert(0, 100)
    assert np.array_equal(adaptation.apply(matrices), seen[0])


def test_a_step_that_was_not_taken_cannot_be_taken_back(model):
    with pytest.raises(ValueError, match="no step 3 of the adaptation; it has taken 0"):
        Adaptation(Stages(model)).revert(3, 0)

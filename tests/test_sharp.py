import re
from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from neurokit.models import load, save
from neurokit.pipelines.sharp import SharpClassifier
from neurokit.pipelines.sharp_encoder import constant_currents

SMALL = {"layers": (96, 64, 64), "phases": 1, "updates": 30, "random_state": 0}


def blobs(labels, *, seed=0, n_trials=16):
    """Clouds around a centre that each label has of its own."""
    rng = np.random.default_rng(seed)
    y = np.repeat(labels, n_trials)
    centres = np.random.default_rng(99).standard_normal((10, 30))
    return centres[y] + 0.3 * rng.standard_normal((len(y), 30)), y


def visits(model, *pairs):
    for episode, labels in enumerate(pairs):
        model.partial_fit(*blobs(labels), episode=episode)
    return model


def epochs(n_trials=24, shift=0, n_channels=4, n_times=40):
    """Two classes of epochs: a rhythm in one half of the channels or in the other."""
    rng = np.random.default_rng(shift)
    y = np.arange(n_trials) % 2
    X = rng.standard_normal((n_trials, n_channels, n_times))
    for trial, label in enumerate(y):
        X[trial, 2 * label : 2 * label + 2] *= 3
    return 1e-5 * X, y


def test_classes_that_come_later_are_learnt_and_earlier_ones_stay():
    model = visits(SharpClassifier(**SMALL), [0, 1], [2, 3], [4, 5])
    X, y = blobs(range(6), seed=1)
    assert list(model.classes_) == list(range(6))
    assert model.score(X, y) > 0.95


def test_without_replay_it_forgets():
    X, y = blobs(range(6), seed=1)
    full = visits(SharpClassifier(**SMALL), [0, 1], [2, 3], [4, 5]).score(X, y)
    without = visits(SharpClassifier(**SMALL, replay=False), [0, 1], [2, 3], [4, 5]).score(X, y)
    assert without < full - 0.1


def test_without_freezing_what_is_stored_is_no_longer_what_the_tap_says():
    X, _ = blobs([0], seed=1)
    changed = []
    for freeze in (True, False):
        model = visits(SharpClassifier(**SMALL, freeze=freeze), [0, 1])
        before = model.learner_.network.taps(constant_currents(X))
        visits(model.partial_fit(*blobs([2, 3])))
        after = model.learner_.network.taps(constant_currents(X))
        changed.append(np.mean(before != after))
    assert changed[0] == 0
    assert changed[1] > 0.02


def test_frozen_weights_and_stable_codes_keep_every_bit():
    settings = {**SMALL, "layers": (96, 200, 200), "window": 1, "min_activation": 0.5}
    settings |= {"reserve": 0.2, "phases": 2}
    model = SharpClassifier(**settings)
    for episode, labels in enumerate([[0, 1], [2, 3], [4, 5], [6, 7]]):
        before = deepcopy(model.__dict__.get("learner_"))
        model.partial_fit(*blobs(labels), episode=episode)
        if before is None:
            continue
        compared = 0
        states = before.states
        states.begin(episode)
        for layer, old in enumerate(before.network.connections):
            frozen = states.is_frozen(layer)
            new = model.learner_.network.connections[layer]
            kept = old.dense()[:, frozen]
            np.testing.assert_array_equal(kept, new.dense()[:, frozen])
            compared += kept.size
        assert compared
        gone = [shelf for shelf in before.long if shelf.episode < episode - 1]
        now = {shelf.place: shelf for shelf in model.learner_.long}
        for shelf in gone:
            np.testing.assert_array_equal(shelf.trials, now[shelf.place].trials)
    assert gone


def test_codes_of_stable_classes_are_what_their_trials_give_episodes_later():
    settings = {**SMALL, "layers": (96, 200, 200), "window": 1, "min_activation": 0.5}
    model = SharpClassifier(**settings, reserve=0.2)
    X, _ = blobs([0], seed=3)
    model.partial_fit(*blobs([0, 1]))
    model.partial_fit(*blobs([2, 3]))
    codes = []
    for labels in ([4, 5], [6, 7]):
        model.partial_fit(*blobs(labels))
        network = model.learner_.network
        counts = network.counts(network.taps(constant_currents(X)))[-1]
        codes.append(counts[:, model.learner_.mask(0)])
    assert codes[0].shape[1]
    np.testing.assert_array_equal(*codes)


def test_density_is_constant_and_no_plastic_unit_feeds_another():
    model = SharpClassifier(**{**SMALL, "phases": 3, "min_activation": 0.5}, reserve=0.3)
    visits(model, [0, 1])
    edges = model.learner_.network.n_connections
    visits(model.partial_fit(*blobs([2, 3])))
    assert model.learner_.network.n_connections == edges
    states = model.learner_.states
    for layer in (1, 2):
        connections = model.learner_.network.connections[layer]
        below = states.is_plastic(layer - 1)[connections.sources]
        here = states.is_plastic(layer)[connections.indices]
        assert here.any()
        assert not (below & ~here).any()


def test_the_same_seed_gives_the_same_model_and_a_clone_learns_alike():
    X, y = blobs([0, 1, 2])
    first = SharpClassifier(**SMALL).fit(X, y)
    again = clone(first).fit(X, y)
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    np.testing.assert_allclose(first.predict_proba(X).sum(axis=1), 1)


def test_a_saved_model_answers_bit_for_bit_and_goes_on_learning(tmp_path):
    model = visits(SharpClassifier(**SMALL), [0, 1], [2, 3])
    X, _ = blobs(range(4), seed=1)
    loaded = load(save(model, tmp_path / "model.skops"))
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    more = blobs([4, 5])
    expected = model.partial_fit(*more).predict_proba(X)
    np.testing.assert_array_equal(loaded.partial_fit(*more).predict_proba(X), expected)


def test_epochs_are_learnt_whatever_a_visit_scales_them_by():
    X, y = epochs()
    model = SharpClassifier(**SMALL).fit(X, y)
    later, labels = epochs(shift=1)
    gains = np.diag([1.0, 5.0, 0.2, 2.0])
    assert model.align(gains @ later).score(gains @ later, labels) > 0.8


@pytest.mark.parametrize("options", [{"encoder": "events"}, {"alignment": "riemannian"}])
def test_other_encoders_tell_rhythms_apart(options):
    X, y = epochs()
    model = SharpClassifier(**SMALL, **options).fit(X, y)
    assert model.score(*epochs(shift=1)) > 0.8


def test_shuffled_labels_give_chance():
    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(2):
        some = rng.permutation(len(X))[:400]
        model = SharpClassifier(**SMALL).fit(X[some[:200]], rng.permutation(y[some[:200]]))
        scores.append(model.score(X[some[200:]], y[some[200:]]))
    assert np.mean(scores) < 0.1 + 3 * np.sqrt(0.09 / 400)


def test_all_memories_stay_within_the_budget():
    budget = 1500
    model = SharpClassifier(**SMALL, memory_budget=budget)
    for labels in ([0, 1], [2, 3], [4, 5]):
        model.partial_fit(*blobs(labels))
        assert budget / 2 < model.memory_bytes_ <= budget
    X, y = blobs(range(6), seed=1)
    assert model.score(X, y) > 0.8


def test_a_person_who_leaves_takes_spikes_and_codes_along():
    model = SharpClassifier(**SMALL)
    model.partial_fit(*blobs([0, 1]), person="A")
    model.partial_fit(*blobs([1, 2]), person="B")
    before = model.memory_bytes_
    model.forget("A")
    assert model.memory_bytes_ < before
    assert list(model.classes_) == [1, 2]
    assert set(model.predict(blobs([0, 1, 2])[0])) <= {1, 2}
    with pytest.raises(ValueError, match="remembers 'B'"):
        model.forget("A")


def test_a_class_that_returns_joins_what_is_kept_of_it():
    model = visits(SharpClassifier(**SMALL), [0, 1], [1, 2], [0, 2])
    X, y = blobs(range(3), seed=1)
    assert model.score(X, y) > 0.95
    kept = sum(len(shelf.trials) for shelf in model.learner_.short if shelf.label == 0)
    assert kept == 25  # of two visits together


def test_capacity_is_told_before_it_ends_and_then_refused():
    model = SharpClassifier(**{**SMALL, "window": 0, "min_activation": 0.3})
    with pytest.warns(UserWarning, match="uses the layer up"):
        model.partial_fit(*blobs([0, 1]))
    assert 0 < model.capacity_[1] < 0.5
    model.learner_.states.born[1][:] = 0
    with pytest.raises(ValueError, match="capacity is used up"):
        model.partial_fit(*blobs([8, 9]))


X, Y = blobs([0, 1])


@pytest.mark.parametrize(
    ("episode", "message"),
    [
        ({"X": X[:16], "y": Y[:16], "born": False}, "begin with two classes"),
        ({"X": X[:17], "y": Y[:17]}, "class np.int64(1) has one trial"),
        ({"X": np.where(X > 2, np.nan, X), "y": Y}, "hold NaN or infinity"),
        ({"X": X[:, :20], "y": Y}, "expecting 30 features"),
        ({"X": X, "y": Y.astype(str)}, "name classes as before"),
        ({"X": X, "y": Y, "episode": 0, "twice": True}, "episode 0 is past"),
        ({"X": X, "y": Y[:5]}, "need as many labels"),
    ],
)
def test_an_episode_that_cannot_be_learnt_is_refused_and_changes_nothing(episode, message):
    model = SharpClassifier(**SMALL)
    if episode.pop("born", True):
        model.partial_fit(*blobs([0, 1]))
    if episode.pop("twice", False):
        model.partial_fit(*blobs([0, 1]))
    before = deepcopy(model.__dict__)
    with pytest.raises(ValueError, match=re.escape(message)):
        model.partial_fit(**episode)
    assert before.keys() == model.__dict__.keys()
    if "learner_" in before:
        old, new = before["learner_"].network, model.learner_.network
        np.testing.assert_array_equal(old.connections[0].values, new.connections[0].values)


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (lambda X: X[:, :3], "4 channels, got 3"),
        (lambda X: X[..., :36], "40 samples, got 36"),
        (lambda X: X[:, 0], "same kind"),
    ],
)
def test_epochs_of_another_montage_or_rate_are_refused(cut, message):
    X, y = epochs()
    model = SharpClassifier(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(cut(X), y)


def test_a_class_that_is_written_otherwise_is_refused():
    X, y = blobs([0, 1])
    names = np.array(["left_hand", "right_hand"])
    model = SharpClassifier(**SMALL).fit(X, names[y])
    with pytest.raises(ValueError, match="written almost as"):
        model.partial_fit(X, np.array(["Left hand", "right_hand"])[y])


def test_a_budget_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match=r"give \d+ or more"):
        SharpClassifier(**SMALL, memory_budget=300).fit(*blobs([0, 1]))

"""Streams, their metrics and tables, and what a clinic would otherwise do."""

import json

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from neurokit.continual import metrics
from neurokit.continual.outcome import differences, learner_table, matrix, unit_table
from neurokit.continual.settings import read_stream, ready_streams
from neurokit.continual.streams import blurry_stream, class_stream, visit_stream
from neurokit.continual.study import Unit, run_units
from neurokit.pipelines.replay import (
    Everything,
    FineTuned,
    Frozen,
    LastEpisode,
    Replay,
    SmallNetwork,
)


def blobs(n_classes=6, n=60, n_features=8, spread=0.25, seed=0):
    """Clouds on a sphere, told apart with ease."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((n_classes, n_features))
    y = np.repeat(np.arange(n_classes), n)
    return centres[y] + spread * random.standard_normal((len(y), n_features)), y


def visits(n_visits=4, n=40, drift=0.7, seed=0):
    """Two clouds that wander from visit to visit."""
    random = np.random.default_rng(seed)
    X, y, visit = [], [], []
    place = np.zeros(5)
    for k in range(n_visits):
        labels = np.tile(["left", "right"], n // 2)
        centre = np.where(labels == "left", -1.5, 1.5)[:, None] * np.eye(5)[0] + place
        X.append(centre + random.standard_normal((n, 5)))
        y.append(labels)
        visit.append(np.full(n, k))
        place = place + drift * random.standard_normal(5)
    return np.concatenate(X), np.concatenate(y), np.concatenate(visit)


def pairs_of_classes(seed=0):
    X, y = blobs(seed=seed)
    even = np.arange(len(y)) % 3 > 0
    return class_stream(X[even], y[even], (X[~even], y[~even]), [(0, 1), (2, 3), (4, 5)])


def test_the_measures_are_those_of_a_matrix_counted_by_hand():
    R = np.array([[0.9, np.nan, np.nan], [0.8, 0.7, np.nan], [0.5, 0.75, 0.6]])
    assert metrics.final_accuracy(R) == pytest.approx((0.5 + 0.75 + 0.6) / 3)
    assert metrics.forgetting(R) == pytest.approx(((0.9 - 0.5) + (0.7 - 0.75)) / 2)
    assert metrics.learning_accuracy(R) == pytest.approx((0.9 + 0.7 + 0.6) / 3)
    assert metrics.last_accuracy(R) == 0.6
    assert np.isnan(metrics.next_accuracy(R))
    R[0, 1], R[1, 2] = 0.55, 0.65
    assert metrics.next_accuracy(R) == pytest.approx(0.6)
    assert np.isnan(metrics.forgetting(R[:1, :1]))


def test_paired_trials_count_only_where_two_differ():
    first = np.array([1, 1, 1, 0] * 25)
    second = np.array([1, 0, 1, 0] * 25)
    difference, low, high = metrics.paired_trials(first, second)
    assert difference == 0.25
    assert 0 < low < 0.25 < high
    with pytest.raises(ValueError, match="same trials"):
        metrics.paired_trials(first, second[:10])


def test_no_trial_is_learnt_and_tested():
    X, y, visit = visits()
    stream = visit_stream(X, y, visit, test_share=0.25)
    learnt = {row.tobytes() for episode in stream.episodes for row in episode.X}
    tested = {row.tobytes() for task in stream.tasks for row in task.X}
    assert not learnt & tested
    assert len(learnt) + len(tested) == len(y)
    assert [len(task.y) for task in stream.tasks] == [10] * 4
    assert stream.seen(1) == [0, 1]


def test_a_blurry_stream_ends_when_every_class_has_come():
    X, y = blobs(n_classes=8)
    stream = blurry_stream(X, y, (X, y), seed=3)
    assert len(stream.classes) == 8
    assert all(len(np.unique(episode.y)) <= 3 for episode in stream.episodes)
    assert len(stream.episodes) > 3  # some classes came back
    assert stream.seen(0) == [0, 1, 2]
    assert len(stream.seen(len(stream.episodes) - 1)) == 8
    again = blurry_stream(X, y, (X, y), seed=3)
    assert [one.name for one in again.episodes] == [one.name for one in stream.episodes]


def test_classes_that_return_belong_to_a_blurry_stream():
    X, y = blobs()
    with pytest.raises(ValueError, match="kind: blurry"):
        class_stream(X, y, (X, y), [(0, 1), (1, 2)])
    with pytest.raises(ValueError, match="no trials of class 9"):
        class_stream(X, y, (X, y), [(0, 9)])
    with pytest.raises(ValueError, match="at least two"):
        visit_stream(X, y, np.zeros(len(y)))


def units(stream, learners, seeds=(0,), person=""):
    return [
        Unit(name, person, seed, stream, lambda done, make=make, seed=seed: make(seed), {})
        for seed in seeds
        for name, make in learners.items()
    ]


def quiet(*words):
    """Say nothing."""


def network(seed):
    return SmallNetwork(range(6), hidden=(30,), epochs=100, batch=16, random_state=seed)


LEARNERS = {
    "naive": lambda seed: FineTuned(network(seed)),
    "frozen": lambda seed: Frozen(network(seed)),
    "replay": lambda seed: Replay(network(seed), n_bytes=400, kind="pixels", random_state=seed),
    "everything": lambda seed: Everything(network(seed), kind="pixels"),
}


def test_replay_stands_between_going_on_and_keeping_everything(tmp_path):
    records = run_units(units(pairs_of_classes(), LEARNERS), tmp_path, said=quiet)
    table = learner_table(records).set_index("learner")
    assert table.loc["naive", "final"] < 0.5
    assert table.loc["naive", "forgetting"] > 0.6
    assert table.loc["frozen", "final"] == pytest.approx(1 / 3, abs=0.02)
    assert table.loc["frozen", "last"] == 0
    assert table.loc["replay", "final"] > 0.85
    assert table.loc["everything", "final"] > 0.95
    assert table.loc["replay", "bytes"] <= 400 < table.loc["everything", "bytes"]
    assert (table["chance"] == 1 / 6).all()
    naive = matrix(records[0])
    assert np.isnan(naive[0, 1:]).all()
    assert naive[2, 2] > 0.9


def test_noise_gives_chance(tmp_path):
    random = np.random.default_rng(5)
    X, y = random.standard_normal((600, 8)), np.repeat([0, 1], 300)
    even = np.arange(600) % 2 > 0
    stream = class_stream(X[even], y[even], (X[~even], y[~even]), [(0, 1)])
    learners = {"everything": lambda seed: Everything(LogisticRegression())}
    records = run_units(units(stream, learners), tmp_path, said=quiet)
    (row,) = learner_table(records).to_dict("records")
    assert row["chance_low"] <= row["final"] <= row["chance_high"]
    assert row["low"] < 0.5 < row["high"]


def test_the_next_visit_is_tested_before_it_is_learnt(tmp_path):
    X, y, visit = visits()
    stream = visit_stream(X, y, visit)
    learners = {
        "last": lambda seed: LastEpisode(LogisticRegression()),
        "frozen": lambda seed: Frozen(LogisticRegression()),
        "guess": lambda seed: LastEpisode(DummyClassifier()),
    }
    records = run_units(units(stream, learners, person="1"), tmp_path, said=quiet)
    last = matrix(records[0])
    by_hand = LogisticRegression().fit(stream.episodes[1].X, stream.episodes[1].y)
    assert last[1, 2] == by_hand.score(X[visit == 2], y[visit == 2])
    table = learner_table(records).set_index("learner")
    assert table.loc["guess", "next"] == 0.5
    pairs = differences(records).set_index("learner")
    assert pairs.loc["guess", "difference"] == pytest.approx(table.loc["last", "next"] - 0.5)
    assert pairs.loc["guess", "n"] == 120
    assert pairs.loc["guess", "low"] > 0


def test_several_people_are_compared_in_pairs(tmp_path):
    learners = {
        "last": lambda seed: LastEpisode(LogisticRegression()),
        "guess": lambda seed: LastEpisode(DummyClassifier()),
    }
    records = []
    for person in range(7):
        stream = visit_stream(*visits(seed=person))
        records += run_units(units(stream, learners, person=str(person)), tmp_path, said=quiet)
    (pair,) = differences(records).to_dict("records")
    assert (pair["n"], pair["pairs"]) == (7, "people")
    assert pair["p"] < 0.05
    assert learner_table(records)["interval"].tolist() == ["over 7 people"] * 2


def test_what_was_finished_is_not_run_again(tmp_path):
    made = []

    def make(seed):
        made.append(seed)
        return Frozen(LogisticRegression())

    stream = pairs_of_classes()
    first = run_units(units(stream, {"frozen": make}, seeds=(0, 1)), tmp_path, said=quiet)
    again = run_units(units(stream, {"frozen": make}, seeds=(0, 1, 2)), tmp_path, said=quiet)
    assert made == [0, 1, 2]
    assert [one["episodes"] for one in again[:2]] == [one["episodes"] for one in first]
    run_units(units(pairs_of_classes(seed=1), {"frozen": make}), tmp_path, said=quiet)
    assert made == [0, 1, 2, 0]  # other data
    (tmp_path / "frozen__1.json").write_text(json.dumps(first[1])[:50])
    run_units(units(stream, {"frozen": make}, seeds=(1,)), tmp_path, said=quiet)
    assert made[-1] == 1  # a torn record


def test_a_learner_that_refuses_is_told_and_the_others_go_on(tmp_path):
    X, y = blobs(n_classes=2)
    stream = class_stream(X, y, (X, y), [(0,), (1,)])
    learners = {
        "logistic": lambda seed: Frozen(LogisticRegression()),
        "guess": lambda seed: Frozen(DummyClassifier()),
    }
    records = run_units(units(stream, learners), tmp_path, said=quiet)
    assert "2 classes" in records[0]["error"]
    assert unit_table(records)["final"].isna().tolist() == [True, False]
    assert learner_table(records)["failed"].tolist() == [1, 0]


@pytest.mark.parametrize(("kind", "values"), [("pixels", 8), ("features", 32), ("recording", 20)])
def test_replay_keeps_no_more_bytes_than_it_may(kind, values):
    X, y = blobs()
    learner = Replay(LogisticRegression(), n_bytes=values * 6 * 3 + 5, kind=kind)
    for classes in ((0, 1), (2, 3), (4, 5)):
        own = np.isin(y, classes)
        learner.partial_fit(X[own], y[own])
    assert learner.memory_bytes_ == values * 6 * 3
    assert sorted(learner.kept_) == list(range(6))
    assert learner.score(X, y) > 0.9


def test_replay_of_features_fits_them_once():
    X, y = blobs()
    learner = Replay(
        LogisticRegression(), n_bytes=10_000, kind="features", features=StandardScaler()
    )
    learner.partial_fit(X[y < 2], y[y < 2])
    mean = learner.features_.mean_.copy()
    learner.partial_fit(X[y >= 2], y[y >= 2])
    np.testing.assert_array_equal(learner.features_.mean_, mean)
    assert learner.score(X, y) > 0.9


def test_a_pipeline_inside_is_fitted_anew_by_each_call_of_fit():
    X, y = blobs(n_classes=2)
    learner = Everything(make_pipeline(StandardScaler(), LogisticRegression()))
    learner.fit(X, y).fit(X[:80], y[:80])
    assert len(learner.y_) == 80


def test_the_shipped_streams_are_read():
    assert {"digits", "simulated-visits"} <= set(ready_streams())
    for name in ready_streams():
        assert read_stream(name).name == name
    assert read_stream("digits", {"seeds": [7]}).seeds == (7,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "is no YAML"),
        ("just words", "must hold keys"),
        ("{name: a, data: digits, kind: classes, learners: []}", "learners"),
        ("{name: a, data: digits, kind: sometimes, learners: [sharp]}", "kind"),
        ("{name: a, data: digits, kind: classes, learners: [sharp, sharp]}", "twice"),
        ("{name: a, data: digits, kind: classes, learners: [sharp], pace: 2}", "keys are name"),
    ],
)
def test_a_wrong_stream_is_refused_in_one_sentence(tmp_path, text, words):
    path = tmp_path / "stream.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        read_stream(str(path))
    assert "\n" not in str(caught.value)


def test_a_missing_stream_names_those_that_are_shipped():
    with pytest.raises(FileNotFoundError, match="simulated-visits"):
        read_stream("nowhere.yaml")

import mne
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_predict

from neurokit.pipelines import build
from neurokit.studies.decisions import (
    confusion,
    find_scorer,
    information_transfer_rate,
    inner_scoring,
    itr,
    normalised_mcc,
    vote,
)
from neurokit.studies.pseudo_online import IDLE, Task, load_windows, splits, thin_idle, windows


def recording(seconds=20.0, sfreq=100.0, n_channels=3, seed=0):
    rng = np.random.default_rng(seed)
    data = 1e-5 * rng.standard_normal((n_channels, round(seconds * sfreq)))
    info = mne.create_info(n_channels, sfreq, "eeg")
    return mne.io.RawArray(data, info, verbose="ERROR")


def test_windows_are_those_of_the_clock():
    raw = recording()
    X, y, metadata = windows(raw, [Task(4, 8, "left")], length=2, step=0.5)
    assert X.shape == (37, 3, 200)
    assert metadata.start.tolist() == list(range(0, 1801, 50))
    assert (metadata.stop - metadata.start == 200).all()
    assert metadata.seconds.iloc[0] == 2
    # half of a window is not yet more than half
    left = metadata.seconds[y == "left"]
    assert (left.min(), left.max()) == (5.5, 8.5)
    assert set(y) == {"left", IDLE}
    assert metadata.task.tolist() == [int(end > 4) for end in metadata.seconds]


def test_the_label_may_be_that_of_the_end():
    _, y, metadata = windows(recording(), [Task(4, 8, "left")], label="end")
    left = metadata.seconds[y == "left"]
    assert (left.min(), left.max()) == (4.5, 8.0)


def test_tasks_that_were_not_asked_for_are_neither_class_nor_idle():
    tasks = [Task(4, 8, "left"), Task(10, 14, None)]
    _, y, metadata = windows(recording(), tasks, label="end")
    assert set(y) == {"left", IDLE}
    assert not ((metadata.seconds > 10) & (metadata.seconds <= 14)).any()


def test_the_filter_sees_the_past_only():
    raw = recording()
    X, _, metadata = windows(raw, [Task(4, 8, "left")])
    changed = raw.copy()
    changed._data[:, 1000:] *= -3
    X_changed, _, _ = windows(changed, [Task(4, 8, "left")])
    past = metadata.stop <= 1000
    np.testing.assert_array_equal(X[past], X_changed[past])
    assert not np.allclose(X[~past], X_changed[~past])


def test_the_filter_is_the_one_that_is_promised():
    raw = recording()
    X, _, _ = windows(raw, [], length=20, band=(8, 30))
    sections = butter(4, (8, 30), "bandpass", fs=100, output="sos")
    expected = sosfilt(sections, raw.get_data())
    # the two differ in how they start
    np.testing.assert_allclose(X[0][:, 500:], expected[:, 500:], atol=1e-9)
    flat = raw.copy()
    flat._data[:] = 0.25
    assert np.abs(windows(flat, [])[0]).max() < 1e-12


def test_resampling_keeps_every_so_many_samples():
    raw = recording(sfreq=200)
    X, _, _ = windows(raw, [])
    thin, _, metadata = windows(raw, [], resample=100)
    np.testing.assert_array_equal(thin, X[..., ::2])
    assert metadata.stop.iloc[-1] == 2000


@settings(max_examples=40, deadline=None)
@given(
    n_runs=st.integers(1, 3),
    length=st.integers(1, 40),
    step=st.integers(1, 20),
    n_tasks=st.integers(5, 9),
    folds=st.integers(2, 5),
)
def test_no_sample_is_both_learnt_from_and_tested_on(n_runs, length, step, n_tasks, folds):
    rows = []
    for run in range(n_runs):
        starts = np.arange(0, 400, step)
        rows.append(
            pd.DataFrame(
                {
                    "subject": "1",
                    "session": "0",
                    "run": str(run),
                    "start": starts,
                    "stop": starts + length,
                    "task": starts * n_tasks // 400,
                }
            )
        )
    metadata = pd.concat(rows, ignore_index=True)
    made = splits(metadata, folds=folds)
    assert len(made) == (n_runs if n_runs > 1 else folds)
    tested = np.concatenate([test for _, test in made])
    assert sorted(tested) == list(range(len(metadata)))
    for train, test in made:
        samples = [
            {
                (run, sample)
                for run, start, stop in metadata.loc[index, ["run", "start", "stop"]].itertuples(
                    index=False
                )
                for sample in range(start, stop)
            }
            for index in (train, test)
        ]
        assert not samples[0] & samples[1]


def test_a_single_run_keeps_a_guard_between_training_and_test():
    raw = recording(60)
    tasks = [Task(4 + 8 * k, 7 + 8 * k, "left") for k in range(6)]
    _, _, metadata = windows(raw, tasks)
    metadata = metadata.assign(subject="1", session="0", run="0")
    for train, test in splits(metadata, folds=3):
        before = metadata.stop[train][metadata.stop[train] <= metadata.start[test].min()]
        after = metadata.start[train][metadata.start[train] >= metadata.stop[test].max()]
        assert len(before) + len(after) == len(train)
        assert (metadata.start[test].min() - before >= 200).all()
        assert (after - metadata.stop[test].max() >= 200).all()


def test_sessions_are_split_apart():
    rows = [
        pd.DataFrame(
            {
                "subject": "1",
                "session": session,
                "run": run,
                "start": [0, 10],
                "stop": [10, 20],
                "task": [0, 1],
            }
        )
        for session in "ab"
        for run in "01"
    ]
    metadata = pd.concat(rows, ignore_index=True)
    made = splits(metadata)
    assert len(made) == 4
    for train, test in made:
        assert metadata.session[train].unique() == metadata.session[test].unique()


def test_idle_is_thinned_in_training_only():
    y = np.array([IDLE] * 50 + ["left"] * 10 + ["right"] * 8)
    train = np.arange(5, 68)
    kept = thin_idle(y, train, random_state=0)
    assert (y[kept] == IDLE).sum() == 10
    assert set(np.flatnonzero(y != IDLE)) <= set(kept)
    assert (np.diff(kept) > 0).all()
    np.testing.assert_array_equal(kept, thin_idle(y, train, random_state=0))
    assert len(thin_idle(y, train, ratio=9)) == len(train)


def test_the_correlation_is_the_one_computed_by_hand():
    y_true = [1] * 6 + [0] * 4
    y_pred = [1] * 5 + [0] + [1] + [0] * 3
    expected = (5 * 3 - 1 * 1) / np.sqrt(6 * 6 * 4 * 4)
    assert normalised_mcc(y_true, y_pred) == pytest.approx((expected + 1) / 2)
    assert normalised_mcc(y_true, y_true) == 1
    assert normalised_mcc(y_true, [1] * 10) == 0.5
    assert normalised_mcc([0, 1], [1, 0]) == 0


def test_the_transfer_rate_is_wolpaws():
    assert information_transfer_rate(1, 2, 60) == 1
    assert information_transfer_rate(1, 4, 2) == pytest.approx(60)
    assert information_transfer_rate(0.5, 2, 1) == 0
    assert information_transfer_rate(0.1, 2, 1) == 0
    # 1 + 0.9 log2 0.9 + 0.1 log2 0.1 = 0.5310 bits
    assert information_transfer_rate(0.9, 2, 4) == pytest.approx(0.5310 * 15, abs=1e-3)
    # log2 4 + 0.8 log2 0.8 + 0.2 log2 (0.2 / 3) = 0.9611 bits
    assert information_transfer_rate(0.8, 4, 60) == pytest.approx(0.9611, abs=1e-4)
    with pytest.raises(ValueError, match="accuracy must lie in 0 to 1"):
        information_transfer_rate(1.2, 2, 1)


def test_idling_transfers_nothing():
    y = [IDLE] * 90 + ["left"] * 10
    assert itr(y, [IDLE] * 100) == 0
    assert itr(y, y, seconds=2) == pytest.approx(30)


def test_a_vote_looks_back_only_and_stays_in_its_run():
    said = np.array(list("aabaabbb"))
    assert "".join(vote(said, 3)) == "aaaaaabb"
    assert "".join(vote(said, 1)) == "aabaabbb"
    assert "".join(vote(said, 2)) == "aabaabbb"
    runs = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    assert "".join(vote(said, 3, runs)) == "aabaaabb"


def test_confusions_are_counted_idle_first():
    counts = confusion(["left", IDLE, IDLE], ["left", "left", IDLE])
    assert counts.index.tolist() == [IDLE, "left"]
    assert counts.loc[IDLE, "left"] == 1
    assert counts.to_numpy().sum() == 3


def test_scorers_are_found_by_name():
    X, y = np.zeros((4, 1)), np.array([0, 0, 1, 1])
    always = DummyClassifier().fit(X, y)
    assert find_scorer("nmcc")(always, X, y) == 0.5
    assert find_scorer("itr")(always, X, y) == 0
    assert find_scorer("accuracy")(always, X, y) == 0.5
    right = DummyClassifier(strategy="constant", constant=1).fit(X, y)
    assert find_scorer("itr/1.5")(right, X[2:], y[2:]) == 40
    assert inner_scoring("itr/1.5") == inner_scoring("nmcc") == "matthews_corrcoef"
    assert inner_scoring("roc_auc") == "roc_auc"
    with pytest.raises(ValueError, match="there is no scorer kappa"):
        find_scorer("kappa")


def noisy_people(strength, seed=0):
    """Runs of a person whose first channel is louder while the task lasts."""
    found = []
    for run in range(4):
        raw = recording(80, seed=10 * seed + run)
        tasks = [Task(4 + 9 * k, 8 + 9 * k, name) for k, name in enumerate(["left", "right"] * 4)]
        for task in tasks:
            loud = slice(round(task.start * 100), round(task.stop * 100))
            raw._data[int(task.name == "right"), loud] *= strength
        X, y, rows = windows(raw, tasks)
        found.append((X * 1e6, y, rows.assign(subject="1", session="0", run=str(run))))
    X, y, rows = zip(*found, strict=True)
    return np.concatenate(X), np.concatenate(y), pd.concat(rows, ignore_index=True)


def scores(strength, seed):
    X, y, metadata = noisy_people(strength, seed)
    predicted = cross_val_predict(build("ts+lr"), X, y, cv=splits(metadata))
    return normalised_mcc(y, predicted)


def test_noise_scores_one_half():
    found = [scores(1, seed) for seed in range(6)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def test_tasks_are_found_where_there_are_any():
    assert scores(3, 0) > 0.85


def test_runs_of_a_data_set_are_cut():
    from neurokit.datasets import find

    dataset = find("simulated:subjects=1")
    names = [name for name in dataset.event_id if name != "rest"][:2]
    X, y, metadata = load_windows(dataset, dataset.subject_list, names)
    assert len(X) == len(y) == len(metadata)
    assert set(y) == {IDLE, *names}
    assert metadata.columns[:3].tolist() == ["subject", "session", "run"]
    assert metadata.attrs["sfreq"] > 0
    assert len(metadata.attrs["ch_names"]) == X.shape[1]
    # microvolts
    assert 0.1 < np.abs(X).mean() < 100
    with pytest.raises(ValueError, match="has no task called tongue"):
        load_windows(dataset, dataset.subject_list, ["tongue"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": "start"}, "'majority' or 'end'"),
        ({"length": 30}, "shorten the window"),
        ({"step": 0.001}, "less than two samples"),
        ({"band": (8, 60)}, "half the sampling rate"),
        ({"resample": 60}, "divided by a whole number"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_the_cure(options, message):
    with pytest.raises(ValueError, match=message):
        windows(recording(), [], **options)


def test_too_few_tasks_for_the_folds_are_refused():
    _, _, metadata = windows(recording(), [Task(4, 8, "left")])
    with pytest.raises(ValueError, match="take fewer folds"):
        splits(metadata.assign(subject="1", session="0", run="0"))

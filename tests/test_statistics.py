"""Summaries of folds: every score with interval, chance band and majority."""

import numpy as np
import pandas as pd
import pytest

from neurokit.intervals import wilson
from neurokit.statistics import summarise
from tests.made_results import make_results

NUMBERS = ["score", "low", "high", "chance", "chance_low", "chance_high", "majority"]


@pytest.mark.parametrize(
    "scorer", ["accuracy", "roc_auc", "balanced_accuracy", "average_precision"]
)
@pytest.mark.parametrize("per", ["dataset", "subject", "session"])
def test_no_score_stands_alone(scorer, per):
    frame, predictions = make_results(people=2, sessions=2, folds=2, scorer=scorer)
    summary = summarise(frame, predictions, per=per)
    assert len(summary) == {"dataset": 1, "subject": 2, "session": 4}[per]
    numbers = summary[NUMBERS]
    if scorer == "average_precision":  # ranks, and a constant ranks nothing
        numbers = numbers.drop(columns="majority")
    assert numbers.notna().all(axis=None)
    assert (summary["low"] <= summary["score"]).all()
    assert (summary["score"] <= summary["high"]).all()
    assert (summary["chance_low"] < summary["chance"]).all()
    assert (summary["chance"] < summary["chance_high"]).all()


def test_one_session_has_wilsons_interval_at_half_the_trials():
    frame, predictions = make_results(people=1, n=40)
    row = summarise(frame, predictions).iloc[0]
    np.testing.assert_allclose((row["low"], row["high"]), wilson(frame["score"].mean(), 20))
    assert row["n"] == 40
    assert row["interval"] == "over 40 trials"


def test_a_held_out_session_has_wilsons_interval_at_all_its_trials():
    frame, predictions = make_results(people=1, sessions=2, folds=1, evaluation="cross-session")
    rows = summarise(frame, predictions, per="session")
    np.testing.assert_allclose(rows["low"][0], wilson(frame["score"][0], 40)[0])


def test_trials_tested_twice_count_once():
    frame, predictions = make_results(people=1)
    once = summarise(frame, predictions).iloc[0]
    again = frame.assign(fold=frame["fold"] + 5)
    twice = summarise(pd.concat([frame, again], ignore_index=True), predictions).iloc[0]
    assert twice["n"] == once["n"]
    np.testing.assert_allclose(twice["low"], once["low"])
    np.testing.assert_allclose(twice["chance_high"], once["chance_high"])


def test_the_mean_is_over_people_whatever_their_number_of_sessions():
    frame, predictions = make_results(people=2, sessions=3)
    frame = frame[(frame["subject"] == "1") | (frame["session"] == "0")]
    means = frame.groupby(["subject", "session"])["score"].mean().groupby("subject").mean()
    np.testing.assert_allclose(summarise(frame, predictions)["score"][0], means.mean())


def test_a_perfect_pair_of_people_still_has_an_interval():
    frame, predictions = make_results(people=2, skills=(50.0,), scorer="roc_auc")
    row = summarise(frame, predictions).iloc[0]
    np.testing.assert_allclose([row["score"], row["high"]], 1)
    assert row["low"] < 0.95


def test_people_who_differ_widen_the_interval():
    frame, predictions = make_results(people=6, n=200)
    frame["score"] = np.where(frame["subject"].astype(int) % 2, 0.55, 0.95)
    row = summarise(frame, predictions).iloc[0]
    assert row["interval"] == "over 6 people"
    assert row["high"] - row["low"] > 0.4


def test_chance_has_the_habits_of_the_pipeline():
    frame, predictions = make_results(people=1)
    skewed = {
        key: {**predictions(key), "y_true": np.repeat([0, 1], [6, 2]), "y_pred": np.zeros(8, int)}
        for key in frame["key"]
    }
    row = summarise(frame, skewed.__getitem__).iloc[0]
    np.testing.assert_allclose([row["chance"], row["majority"]], 0.75)


@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_chance_of_balanced_classes_is_one_in_their_number(n_classes):
    frame, predictions = make_results(people=1, n=60, n_classes=n_classes)
    row = summarise(frame, predictions).iloc[0]
    np.testing.assert_allclose([row["chance"], row["majority"]], 1 / n_classes, atol=1e-12)


@pytest.mark.parametrize(
    ("scorer", "people"), [("accuracy", 200), ("roc_auc", 200), ("balanced_accuracy", 60)]
)
def test_on_noise_the_chance_band_holds_95_percent(scorer, people, monkeypatch):
    # slow, and not what is asked here
    monkeypatch.setattr("neurokit.statistics.bootstrap_interval", lambda *_, **__: (0.0, 1.0))
    frame, predictions = make_results(
        people=people, folds=1, skills=(0.0,), talent=0.0, scorer=scorer, evaluation="cross-session"
    )
    summary = summarise(frame, predictions, per="session")
    inside = (summary["score"] >= summary["chance_low"] - 1e-9) & (
        summary["score"] <= summary["chance_high"] + 1e-9
    )
    assert inside.mean() >= 0.92


def test_failed_folds_are_counted_and_left_out():
    frame, predictions = make_results(people=1)
    frame.loc[0, ["score", "error"]] = [np.nan, "Traceback\nValueError: broken"]
    row = summarise(frame, predictions).iloc[0]
    assert (row["failed"], row["folds"]) == (1, 4)
    np.testing.assert_allclose(row["score"], frame["score"][1:].mean())


def test_a_pipeline_that_only_failed_has_a_row_without_a_score():
    frame, predictions = make_results(("a", "b"), skills=(1, 1), people=1)
    broken = frame["pipeline"] == "b"
    frame.loc[broken, "score"] = np.nan
    frame.loc[broken, "scorer"] = None
    row = summarise(frame, predictions).set_index("pipeline").loc["b"]
    assert row["failed"] == 5
    assert np.isnan(row["score"])


def test_without_predictions_areas_have_a_band_and_accuracies_none():
    area = summarise(make_results(scorer="roc_auc")[0]).iloc[0]
    accuracy = summarise(make_results()[0]).iloc[0]
    assert area["chance_low"] < 0.5 < area["chance_high"]
    assert np.isnan(accuracy["chance"])
    assert accuracy["low"] < accuracy["score"] < accuracy["high"]


def test_no_folds_give_no_rows():
    frame, predictions = make_results()
    assert summarise(frame[:0], predictions).empty


def test_an_unknown_grouping_is_refused():
    with pytest.raises(ValueError, match="per must be"):
        summarise(make_results()[0], per="run")


def test_overlapping_windows_are_no_independent_trials():
    frame, predictions = make_results(
        people=1, folds=2, n=400, skills=(0.0,), talent=0.0, evaluation="pseudo-online"
    )
    stored = {}
    for key in frame["key"]:
        # a decoder and a truth that both keep their word for 20 windows
        made = predictions(key)
        stored[key] = made | {name: np.repeat(made[name][:10], 20) for name in ("y_true", "y_pred")}
    series = summarise(frame, stored.__getitem__).iloc[0]
    trials = summarise(frame.assign(evaluation="within-session"), stored.__getitem__).iloc[0]
    assert series["interval"] == "over 2 folds"
    width = series["chance_high"] - series["chance_low"]
    assert width > 1.8 * (trials["chance_high"] - trials["chance_low"])

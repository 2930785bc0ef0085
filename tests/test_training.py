import json
from collections import Counter

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli.main import cli
from neurokit.intervals import binomial_band, wilson
from neurokit.patients.runs import RunEpochs, run_epochs
from neurokit.pipelines import build, names
from neurokit.simulators.simulation import simulate_recording
from neurokit.studies.folds import configure
from neurokit.visits.attempts import Attempt, Candidate, Prediction, compare_attempts, summary_of
from neurokit.visits.training import CLINIC, SPLITS, fit_final, make_splits, train, train_runs

CHANNELS = ("C3", "C4", "Cz", "Pz")
PICKS = (("C3", 8, 12), ("C4", 8, 12))
QUICK = Candidate(pipeline="psd+lda")


def epochs(n=24, n_runs=2, seed=0, depth=2.0, y=None):
    """Runs of trials: C3 is louder on the left, C4 on the right."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, 4, 250))
    y = np.tile(["left", "right"], n // 2) if y is None else np.array(y)
    X[y == "left", 0] *= depth
    X[y == "right", 1] *= depth
    runs = np.repeat(np.arange(n_runs), -(-n // n_runs))[:n]
    trials = np.concatenate([np.arange(k) for k in np.bincount(runs)])
    return RunEpochs(
        X * 1e-6, y, 125.0, CHANNELS, runs, trials, ("left", "right"), (8.0, 30.0), (0.5, 2.5)
    )


def only(*args, **options):
    (attempt,) = train(*args, jobs=0, **options)
    return attempt


def test_every_trial_is_decided_once_as_scikit_learn_would():
    data = epochs()
    attempt = only(data, [QUICK], seed=7)
    pipeline = configure(build("psd+lda"), seed=7, sfreq=125.0)
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    expected = cross_val_predict(pipeline, data.X, data.y, cv=folds)
    decided = {(each.run, each.trial): each.predicted for each in attempt.predictions}
    keys = [(f"run {run + 1}", trial) for run, trial in zip(data.runs, data.trials, strict=True)]
    assert len(attempt.predictions) == len(decided) == 24
    assert [decided[key] for key in keys] == expected.tolist()
    assert attempt.score == np.mean(expected == data.y)


def test_no_accuracy_comes_alone():
    data = epochs(depth=1.3)
    attempt = only(data, [QUICK])
    assert (attempt.low, attempt.high) == wilson(attempt.score, 24 / 2)
    assert attempt.majority == 0.5
    band = binomial_band(attempt.chance, 24, widening=2.0)
    assert (attempt.chance_low, attempt.chance_high) == band
    assert attempt.is_above_chance == (attempt.score > attempt.chance_high)
    assert np.trace(attempt.confusion) / 24 == attempt.score
    assert Attempt.model_validate(json.loads(attempt.model_dump_json())) == attempt


def test_the_summary_of_a_hand_made_confusion():
    predictions = [
        Prediction(run="1", trial=k, true=true, predicted=predicted)
        for k, (true, predicted) in enumerate(["aa", "aa", "ab", "bb", "ba", "aa"])
    ]
    summary = summary_of(predictions, [0] * 6, ("a", "b"))
    assert summary["confusion"] == [[3, 1], [1, 1]]
    assert summary["score"] == pytest.approx(4 / 6)
    assert summary["majority"] == pytest.approx(4 / 6)
    # four of six are called a: 4/6 x 4/6 + 2/6 x 2/6
    assert summary["chance"] == pytest.approx(20 / 36)


def test_the_numbers_are_the_same_in_processes_of_their_own():
    candidates = [QUICK, Candidate(pipeline="ts+lr"), Candidate(pipeline="stability+lda")]
    here = [each.model_dump() for each in train(epochs(), candidates, jobs=0)]
    beside = [each.model_dump() for each in train(epochs(), candidates, jobs=2)]
    for each in (*here, *beside):
        del each["id"], each["seconds"]
    assert here == sorted(beside, key=lambda each: here.index(each))


def test_leave_one_run_out_holds_out_runs_and_cross_visit_visits():
    data = epochs(n_runs=3)
    by_run = make_splits(data, "leave-one-run-out")
    assert [set(data.runs[fold.tests["", ""]]) for fold in by_run] == [{0}, {1}, {2}]
    by_visit = make_splits(data, "cross-visit", visits=["May", "May", "June"])
    assert [set(data.runs[fold.tests["", ""]]) for fold in by_visit] == [{2}, {0, 1}]
    for fold in (*by_run, *by_visit):
        assert not set(data.runs[fold.train]) & set(data.runs[fold.tests["", ""]])


def test_fewer_trials_than_folds_are_fewer_folds():
    assert len(make_splits(epochs(n=6), "k-fold")) == 3


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (epochs(n_runs=1), {"split": "leave-one-run-out"}, "needs trials of two runs, got one"),
        (epochs(), {"split": "cross-visit"}, "needs the visit of every run"),
        (epochs(), {"split": "cross-visit", "visits": [1, 1]}, "runs of two visits, got one"),
        (epochs(), {"split": "by-moon"}, "split must be one of k-fold"),
        (epochs(y=["left"] * 24), {}, "got only left"),
        (epochs(y=["left"] * 23 + ["right"]), {}, "class right has one trial"),
    ],
)
def test_a_split_that_cannot_be_is_refused_in_a_sentence(data, options, said):
    with pytest.raises(ValueError, match=said) as caught:
        next(train(data, [QUICK], jobs=0, **options))
    assert "\n" not in str(caught.value)


def test_an_unknown_pipeline_is_refused_before_anything_is_trained():
    told = []
    candidates = [QUICK, Candidate(pipeline="ts+lt")]
    with pytest.raises(ValueError, match=r"did you mean ts\+lr"):
        next(train(epochs(), candidates, jobs=0, progress=lambda *news: told.append(news)))
    assert not told


def test_a_fold_that_cannot_be_trained_says_why():
    absent = Candidate(pipeline="picked+lda", settings={"features": [("C9", 8, 12)]}, seen=())
    attempt = only(epochs(), [absent])
    assert attempt.score is None
    assert attempt.verdict == "could not be trained"
    assert attempt.problem.startswith("5 of 5 folds could not be trained: there is no channel C9")
    lopsided = epochs(n=20, y=["left"] * 10 + ["right"] * 10)
    attempt = only(lopsided, [QUICK], split="leave-one-run-out")
    assert "2 of 2 folds could not be trained: the training set lacks" in attempt.problem


def test_too_few_trials_to_tune_are_said_without_the_librarys_words():
    attempt = only(epochs(n=6), [Candidate(pipeline="csp+svm")])
    assert "too few trials of a class to tune it; record another run" in attempt.problem
    assert "n_splits" not in attempt.problem


def test_folds_that_fail_leave_the_score_of_the_rest():
    data = epochs(y=["left"] * 12 + ["left", "right"] * 6)
    attempt = only(data, [QUICK], split="leave-one-run-out")
    assert "1 of 2 folds could not be trained: the training set lacks right" in attempt.problem
    assert {each.run for each in attempt.predictions} == {"run 1"}
    assert attempt.n_trials == 12


def test_picks_made_on_the_tested_trials_are_made_anew_inside_the_folds():
    by_hand = Candidate(pipeline="picked+lda", settings={"features": PICKS})
    attempt = only(epochs(), [by_hand])
    inside = only(epochs(), [Candidate(pipeline="picked+lda", settings={"n_features": 2})])
    assert attempt.selection == "redone"
    assert attempt.score == inside.score
    assert inside.selection == "inside"
    assert inside.flattered is None
    before = only(epochs(), [by_hand.model_copy(update={"seen": ()})])
    assert before.selection == "before"
    assert attempt.flattered == before.score
    assert all(not fold.chosen for fold in before.folds)


def test_picks_count_for_runs_that_came_after_them():
    seen = Candidate(pipeline="picked+lda", settings={"features": PICKS}, seen=(0,))
    attempt = only(epochs(), [seen], split="leave-one-run-out")
    chosen = [bool(fold.chosen) for fold in attempt.folds]
    assert chosen == [True, False]  # the first run was looked at, the second was not
    assert attempt.selection == "redone"


def test_picks_outside_mu_and_beta_are_picked_anew_there_too():
    theta = Candidate(pipeline="picked+lda", settings={"features": [("C3", 4, 6)]})
    assert only(epochs(), [theta]).score is not None


def test_the_features_that_folds_chose_are_counted():
    attempt = only(epochs(), [Candidate(pipeline="mrmr+lda")])
    counts = attempt.chosen_features()
    assert sum(counts.values()) == 5 * 4
    assert next(iter(counts.values())) == max(counts.values())


def test_progress_is_told_and_cancel_ends_it():
    told = []
    attempts = list(
        train(
            epochs(),
            [QUICK, Candidate(pipeline="mdm"), Candidate(pipeline="dummy")],
            jobs=0,
            progress=lambda share, text: told.append((share, text)),
            cancel=lambda: len(told) >= 7,
        )
    )
    assert [each.pipeline for each in attempts] == ["psd+lda"]
    assert told[-1] == (7 / 15, "mdm")


def test_the_final_model_is_the_pipeline_fitted_to_all_trials(tmp_path):
    data = epochs()
    attempt = only(data, [Candidate(pipeline="picked+lda", settings={"features": PICKS})])
    path = fit_final(data, attempt, tmp_path / "m.skops", seed=3, about={"by": "test"})
    again = models.load(path)
    expected = configure(
        build("picked+lda", features=PICKS), seed=3, sfreq=125.0, ch_names=list(CHANNELS)
    ).fit(data.X, data.y)
    np.testing.assert_array_equal(again.predict_proba(data.X), expected.predict_proba(data.X))
    about = models.describe(path)["metadata"]
    assert about["channels"] == list(CHANNELS)
    assert (about["band"], about["window"], about["sfreq"]) == ([8.0, 30.0], [0.5, 2.5], 125.0)
    assert (about["classes"], about["by"]) == (["left", "right"], "test")


def attempt_of(hits, name):
    predictions = [
        Prediction(run="1", trial=k, true="a", predicted="a" if hit else "b")
        for k, hit in enumerate(hits)
    ]
    return Attempt(id=name, pipeline=name, predictions=predictions)


def test_two_attempts_are_compared_on_the_trials_they_share():
    first = attempt_of([1] * 30 + [0] * 10, "first")
    second = attempt_of([1] * 15 + [0] * 15 + [0] * 10, "second")
    both = compare_attempts(first, second)
    assert (both.n, both.only_first, both.only_second) == (40, 15, 0)
    assert both.difference == pytest.approx(15 / 40)
    assert 2 * 0.5**15 <= both.p < 0.01
    assert both.low < both.difference < both.high
    assert both.verdict == "first decides better"
    same = compare_attempts(first, first)
    assert (same.p, same.difference) == (1.0, 0.0)
    assert "no difference" in same.verdict


def test_attempts_on_different_runs_are_not_compared():
    other = attempt_of([1, 0], "other")
    other.predictions = [each.model_copy(update={"run": "2"}) for each in other.predictions]
    with pytest.raises(ValueError, match="tested on different trials"):
        compare_attempts(attempt_of([1, 0], "first"), other)


def test_the_clinic_tries_the_catalogue_but_the_full_grids_and_what_goes_on_learning():
    tried = Counter(each.pipeline for each in CLINIC)
    assert set(tried) == {name for name in names() if not name.endswith("/full")} - {"sharp"}
    assert set(tried.values()) == {1}
    for each in CLINIC:
        build(each.pipeline, **each.settings)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "first run_raw.fif"
    simulate_recording(trials=10, sfreq=128.0).save(path, verbose="error")
    return path


def test_the_command_line_gives_the_numbers_of_the_window(recording, tmp_path):
    saved = tmp_path / "model.skops"
    line = ["train", str(recording), "--json", "--feature", "C3:8-12"]
    line += ["--pipeline", "picked", "--pipeline", "combined", "--pipeline", "psd+lda"]
    result = CliRunner().invoke(cli, [*line, "--jobs", "0", "--save", str(saved)])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    ways = {"features": (("C3", 8, 12),)}, {"features": (("C3", 8, 12),), "combine": True}
    picks = [Candidate(pipeline="picked+lda", settings=settings) for settings in ways]
    wanted = train_runs([recording], ["left_hand", "right_hand"], [*picks, QUICK], jobs=0)
    for told, attempt in zip(printed, wanted, strict=True):
        expected = attempt.model_dump(mode="json")
        for each in (told, expected):
            del each["id"], each["seconds"], each["asked"]
        assert told == expected
    assert models.fingerprint(saved) in result.stderr
    assert models.describe(saved)["metadata"]["attempt"]["runs"] == ["first run_raw"]
    epochs = run_epochs([recording], ["left_hand", "right_hand"])
    models.load(saved).predict(epochs.X)


def test_the_command_line_shows_what_scores_are_worth(recording):
    line = ["train", str(recording), "--feature", "C3:8-12", "--pipeline", "mdm", "--jobs", "0"]
    result = CliRunner().invoke(cli, line, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for said in ("majority", "chance", "picked on these very trials", "partly lucky"):
        assert said in result.output
    assert SPLITS["k-fold"][:40] in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--classes", "left_hand"], "two names at least"),
        (["--band", "mu"], "--band must be two numbers"),
        (["--feature", "C3"], "a channel and a band, as in C3:8-12"),
        (["--pipeline", "combined"], "combined needs the features you picked"),
        (["--feature", "C3:8-12", "--picked-on", "x"], "numbers of runs"),
        (["--reject", "1"], "RUN:TRIAL"),
        (["--split", "leave-one-run-out"], "needs trials of two runs"),
        (["--channels", "C3,Q9"], "has no channel Q9"),
        (["--classes", "feet,tongue"], "no trial of feet, tongue"),
    ],
)
def test_the_command_line_refuses_in_a_sentence(recording, options, said):
    result = CliRunner().invoke(cli, ["train", str(recording), "--jobs", "0", *options])
    assert isinstance(result.exception, ValueError)
    assert said in str(result.exception)


@pytest.mark.realdata
def test_a_person_is_decoded_on_another_day(real_data):
    folder = real_data / "eeg" / "openbci-three-days"
    paths = sorted(folder.glob("*day-[12]*.fif"))
    (attempt,) = train_runs(
        paths,
        {"1": "right_hand", "2": "left_hand"},
        [Candidate(pipeline="ts+lr")],
        cut={"window": (0.5, 2.8)},
        split="cross-visit",
        visits=[path.name.split("_")[1] for path in paths],
        jobs=0,
    )
    assert attempt.n_trials == 160
    assert [fold.n_test for fold in attempt.folds] == [120, 40]
    assert attempt.score > 0.55

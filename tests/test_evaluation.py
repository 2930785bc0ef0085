"""Evaluation: MOABB's scores, fold by fold; nothing done twice, nothing stale, nothing lost."""

import warnings

import numpy as np
import pytest
from pyriemann.classification import MDM
from pyriemann.estimation import Covariances
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.svm import SVC

from neurokit.studies import loader, plan
from neurokit.studies.evaluation import configure, evaluate
from neurokit.studies.results import COLUMNS, Results
from tests.people import Filed, fake

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from moabb.evaluations import (
        CrossSessionEvaluation,
        CrossSubjectEvaluation,
        WithinSessionEvaluation,
    )
    from moabb.evaluations.splitters import (
        CrossSessionSplitter,
        CrossSubjectSplitter,
        WithinSessionSplitter,
    )
    from moabb.paradigms import LeftRightImagery

MDM_PIPELINE = {"mdm": make_pipeline(Covariances(), MDM())}
SPLITTERS = {
    "within-session": WithinSessionSplitter(n_folds=5, shuffle=True, random_state=42),
    "cross-session": CrossSessionSplitter(cv_class=LeaveOneGroupOut),
    "cross-subject": CrossSubjectSplitter(),
}


class Power(ClassifierMixin, BaseEstimator):
    """Cheap classifier: the mean power of a channel, and an offset."""

    def __init__(self, offset=0.0, broken=False):
        self.offset = offset
        self.broken = broken

    def fit(self, X, y):
        if self.broken:
            raise RuntimeError("this pipeline is broken")
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X.var(axis=(1, 2)) - X.var() + self.offset

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


def run(dataset, pipelines=None, **options):
    """Evaluate in this process."""
    return evaluate(dataset, pipelines or {"power": Power()}, **{"jobs": 0, **options})


@pytest.fixture
def loads(monkeypatch):
    """Count the units that are read."""
    seen = []
    read = loader.load

    def load(dataset, subjects, study):
        seen.append(tuple(subjects))
        return read(dataset, subjects, study)

    monkeypatch.setattr(loader, "load", load)
    return seen


def moabb_folds(dataset, evaluation):
    """Score MDM with MOABB's own paradigm, splitter and scorer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X, y, metadata = LeftRightImagery().get_data(dataset)
    scores = {}
    for train, test in SPLITTERS[evaluation].split(y, metadata):
        encoder = LabelEncoder().fit(y[train])
        fitted = clone(MDM_PIPELINE["mdm"]).fit(X[train], encoder.transform(y[train]))
        sessions = metadata.session.to_numpy()[test]
        for session in np.unique(sessions):
            mine = test[sessions == session]
            score = get_scorer("roc_auc")(fitted, X[mine], encoder.transform(y[mine]))
            scores[tuple(mine)] = score
    return scores


@pytest.mark.parametrize("evaluation", SPLITTERS)
def test_every_fold_scores_as_with_moabb_s_splitter_and_scorer(evaluation, tmp_path):
    frame = run(fake(), MDM_PIPELINE, evaluation=evaluation, results=tmp_path)
    expected = moabb_folds(fake(), evaluation)
    assert len(frame) == len(expected)
    if evaluation == "cross-subject":
        ours, theirs = sorted(frame.score), sorted(expected.values())
    else:
        metadata_rows = rows_of_subjects()
        with Results(tmp_path) as results:
            tests = [results.predictions(key)["test"] for key in frame.key]
        ours = list(frame.score)
        theirs = [
            expected[tuple(metadata_rows[subject][test])]
            for subject, test in zip(frame.subject, tests, strict=True)
        ]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def rows_of_subjects():
    """Rows of each subject when all are read together."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, _, metadata = LeftRightImagery().get_data(fake())
    return {
        str(subject): np.flatnonzero(metadata.subject == subject)
        for subject in metadata.subject.unique()
    }


@pytest.mark.parametrize(
    ("evaluation", "theirs"),
    [
        ("within-session", WithinSessionEvaluation),
        ("cross-session", CrossSessionEvaluation),
        ("cross-subject", CrossSubjectEvaluation),
    ],
)
def test_the_means_are_those_of_moabb_s_evaluations(evaluation, theirs, tmp_path):
    ours = run(fake(), MDM_PIPELINE, evaluation=evaluation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = theirs(
            LeftRightImagery(), [fake()], random_state=42, hdf5_path=str(tmp_path), overwrite=True
        ).process(MDM_PIPELINE)
    means = ours.groupby(["subject", "session"]).score.mean()
    assert len(means) == len(expected)
    for row in expected.to_dict("records"):
        place = str(row["subject"]), str(row["session"])
        assert means[place] == pytest.approx(row["score"], abs=1e-6)


def test_leaving_out_a_run_tests_one_run_and_learns_from_its_session():
    frame = run(fake(n_subjects=1), evaluation="leave-one-run-out")
    assert list(frame.session) == ["0", "0", "1", "1"]
    assert set(frame.n_train) == {20}
    assert set(frame.n_test) == {20}


@pytest.mark.parametrize("evaluation", ["within-session", "cross-subject"])
def test_the_frame_has_the_promised_columns(evaluation):
    frame = run(fake(), evaluation=evaluation)
    assert list(frame.columns) == list(COLUMNS)
    assert frame.error.isna().all()
    assert (frame.scorer == "roc_auc").all()
    assert frame.versions[0]["moabb"]


def test_a_finished_study_is_neither_read_nor_run_again(tmp_path, loads):
    first = run(fake(), results=tmp_path)
    assert loads == [(1,), (2,)]
    again = run(fake(), results=tmp_path)
    assert loads == [(1,), (2,)]
    assert first.drop(columns="ended").equals(again.drop(columns="ended"))
    run(fake(), results=tmp_path, fresh=True)
    assert len(loads) == 4


def test_a_further_subject_is_read_alone(tmp_path, loads):
    run(fake(), results=tmp_path, subjects=[1])
    run(fake(), results=tmp_path, subjects="1-2")
    assert loads == [(1,), (2,)]


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"folds": 3},
        {"scorer": "accuracy"},
        {"band": "8-30"},
        {"window": (0.0, 1.5)},
        {"channels": "C3,C4"},
        {"evaluation": "leave-one-run-out"},
        {"backend": "reference"},
        {"pipelines": {"power": Power(offset=1.0)}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_score_depends_on_is_done_again_when_it_changes(tmp_path, change):
    pipelines = change.pop("pipelines", None) if "pipelines" in change else None
    first = run(fake(n_subjects=1), results=tmp_path)
    second = run(fake(n_subjects=1), pipelines, results=tmp_path, **change)
    assert not set(first.key) & set(second.key)
    third = run(fake(n_subjects=1), results=tmp_path)
    assert list(third.key) == list(first.key)


def test_a_changed_grid_is_searched_again(tmp_path):
    def search(*values):
        cv = StratifiedKFold(3, shuffle=True, random_state=0)
        return {"grid": GridSearchCV(Power(), {"offset": list(values)}, cv=cv)}

    first = run(fake(n_subjects=1), search(0.0, 1.0), results=tmp_path)
    second = run(fake(n_subjects=1), search(0.0, 2.0), results=tmp_path)
    assert not set(first.key) & set(second.key)
    assert first.chosen[0].keys() == {"offset"}
    with Results(tmp_path) as results:
        assert set(results.frame().key) == set(second.key)


def test_a_changed_file_is_read_again(tmp_path, loads):
    people = Filed(tmp_path).make()
    options = {"results": tmp_path / "results"}
    first = run(people, **options)
    people.path(1).touch()
    run(people, **options)
    assert loads == [(1,), (2,)]
    signals = np.load(people.path(1))
    np.save(people.path(1), signals * np.linspace(1, 2, signals.shape[1]))
    second = run(people, **options)
    assert loads == [(1,), (2,), (1,)]
    assert list(first.key[5:]) == list(second[second.subject == "2"].key)
    assert not set(first.key[:5]) & set(second[second.subject == "1"].key)


def test_a_changed_version_of_the_code_is_run_again(tmp_path, monkeypatch):
    first = run(fake(n_subjects=1), results=tmp_path)
    monkeypatch.setattr(plan, "code_version", lambda: "another")
    second = run(fake(n_subjects=1), results=tmp_path)
    assert not set(first.key) & set(second.key)


def test_a_fold_that_fails_is_kept_with_its_traceback_and_tried_again(tmp_path):
    pipelines = {"broken": Power(broken=True), "power": Power()}
    frame = run(fake(n_subjects=1), pipelines, results=tmp_path)
    assert frame[frame.pipeline == "power"].error.isna().all()
    broken = frame[frame.pipeline == "broken"]
    assert broken.error.str.contains("Traceback").all()
    assert broken.error.str.endswith("RuntimeError: this pipeline is broken").all()
    assert len(broken) == 10
    with Results(tmp_path) as results:
        assert len(results.finished(frame.key)) == 10
    again = run(fake(n_subjects=1), pipelines, results=tmp_path)
    kept = again.pipeline == "power"
    assert (again[~kept].error.notna()).all()


def test_a_class_that_a_training_fold_lacks_is_the_reason_of_its_failure(tmp_path):
    class Gathered(Filed):
        """All trials of feet lie in the last of three runs."""

        def _get_single_subject_data(self, subject):
            raw = super()._get_single_subject_data(subject)["0"]["0"]
            ends = [0, 30, 60, 80]
            return {"0": {str(run): raw.copy().crop(*ends[run : run + 2]) for run in range(3)}}

    people = Gathered(tmp_path, n_subjects=1).make(classes=(1, 2) * 12 + (3, 3))
    frame = run(people, paradigm="all", scorer="accuracy", evaluation="leave-one-run-out")
    assert list(frame.error.isna()) == [True, True, False]
    assert frame.error[2].startswith("the training set lacks feet")


def test_configuring_fills_what_only_the_run_knows():
    class Asking(BaseEstimator):
        def __init__(self, random_state=None, sfreq=None, ch_names=None, backend="cpu"):
            self.random_state = random_state
            self.sfreq = sfreq
            self.ch_names = ch_names
            self.backend = backend

    pipeline = make_pipeline(Asking(), Asking(random_state=3, sfreq=1.0), SVC())
    known = {"seed": 42, "sfreq": 100.0, "ch_names": ["C3"], "backend": "reference"}
    configured = configure(pipeline, scoring="accuracy", **known)
    first, second, svc = (step for _, step in configured.steps)
    assert vars(first) == {
        "random_state": 42,
        "sfreq": 100.0,
        "ch_names": ["C3"],
        "backend": "reference",
    }
    assert (second.random_state, second.sfreq) == (3, 1.0)
    assert svc.random_state == 42
    assert pipeline.steps[0][1].random_state is None


def test_rest_is_told_from_all_imagery():
    people = fake(events=("left_hand", "right_hand", "rest"), n_subjects=1)
    frame = run(people, paradigm="rest-task")
    assert (frame.scorer == "roc_auc").all()
    assert frame.error.isna().all()


def test_more_than_two_classes_are_scored_by_accuracy():
    people = fake(events=("left_hand", "right_hand", "feet"), n_subjects=1)
    assert set(run(people, MDM_PIPELINE, paradigm="all").scorer) == {"accuracy"}
    assert set(run(people, paradigm="right-feet").scorer) == {"roc_auc"}


def test_windows_over_the_whole_recording_are_scored_by_normalised_mcc():
    frame = run(fake(n_subjects=1, n_sessions=1), MDM_PIPELINE, evaluation="pseudo-online")
    assert (frame.scorer == "nmcc").all()
    assert frame.error.isna().all()


def nothing(signals):
    signals[1] = 0.0


def holes(signals):
    signals[2, 500:600] = np.nan


@pytest.mark.parametrize(
    ("spoil", "message"), [(nothing, "channel Cz is flat"), (holes, "channel C4 holds NaN")]
)
def test_a_spoilt_channel_is_named_and_nothing_is_written(tmp_path, spoil, message):
    people = Filed(tmp_path, n_subjects=1).make(spoil=spoil)
    with pytest.raises(ValueError, match=message):
        run(people, results=tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_one_spoilt_person_does_not_stop_the_others(tmp_path):
    people = Filed(tmp_path).make()
    signals = np.load(people.path(1))
    signals[0] = 0
    np.save(people.path(1), signals)
    frame = run(people, results=tmp_path / "results")
    assert frame[frame.subject == "1"].error.str.contains("channel C3 is flat").all()
    assert frame[frame.subject == "2"].error.isna().all()
    Filed(tmp_path).make()
    mended = run(people, results=tmp_path / "results")
    assert mended.error.isna().all()
    with Results(tmp_path / "results") as results:
        assert len(results.frame()) == 10


def test_one_trial_of_a_class_is_refused(tmp_path):
    people = Filed(tmp_path, n_subjects=1).make(classes=(1,) * 10 + (2,))
    with pytest.raises(ValueError, match="has one trial of right_hand"):
        run(people)


def test_too_few_trials_for_the_folds_are_said_with_the_cure(tmp_path):
    people = Filed(tmp_path, n_subjects=1).make(classes=(1,) * 17 + (2,) * 3)
    errors = run(people).error.dropna()
    assert len(errors) == 2
    assert errors.str.contains("the test set holds left_hand only; use fewer folds").all()


def test_trials_longer_than_the_recording_are_refused(tmp_path):
    people = Filed(tmp_path, n_subjects=1).make()
    people.interval = [0, 300]
    with pytest.raises(ValueError, match="ends 300 s after its event, but a recording lasts 62"):
        run(people)


def test_a_disk_that_is_full_of_epochs_is_said_to_be_full(tmp_path, monkeypatch):
    def written_in_part(path, epochs):
        raise OSError("1385280 requested and 503792 written")  # NumPy's words, and no errno

    monkeypatch.setattr(np, "save", written_in_part)
    with pytest.raises(OSError, match=r"is full; .* make room and run the same line again"):
        run(fake(n_subjects=1), results=tmp_path / "results")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paradigm": "up-down"}, "paradigm must be one of"),
        ({"evaluation": "none"}, "evaluation must be one of"),
        ({"scorer": "luck"}, "no scorer luck"),
        ({"subjects": "1-9"}, "has no subject 1-9; it has 1-2"),
        ({"band": "8-60"}, "beyond 50 Hz"),
        ({"band": "32-8"}, "0 < LOW < HIGH"),
        ({"band": "8"}, "band must be two numbers of hertz such as 8-32, got 8$"),
        ({"folds": 50}, "use fewer folds"),
        ({"window": (0, 9)}, "lies outside a trial"),
        ({"window": (2, 1)}, "TMIN < TMAX"),
        ({"channels": "C3,Oz"}, "no channel Oz"),
        ({"folds": 1}, "folds"),
        ({"paradigm": "right-feet"}, "needs feet"),
        ({"evaluation": "cross-session", "folds": 3}, "folds is for"),
        ({"scheduler": "tcp://x"}, "scheduler is for engine dask"),
        ({"backend": "tpu"}, "backend must be one of"),
        ({"colour": "blue"}, "colour is no option"),
    ],
    ids=str,
)
def test_bad_options_are_refused_in_one_sentence(tmp_path, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        run(fake(), results=tmp_path / "results", **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_cross_session_needs_two_sessions():
    with pytest.raises(ValueError, match="cross-session needs two sessions"):
        run(fake(n_sessions=1), evaluation="cross-session")


def test_cross_subject_needs_two_people():
    with pytest.raises(ValueError, match="cross-subject needs two subjects"):
        run(fake(), evaluation="cross-subject", subjects=1)


def test_a_study_file_is_read_and_a_call_wins_over_it(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text("evaluation: leave-one-run-out\nsubjects: 1\njobs: 0\nseed: 3\n")
    frame = evaluate(fake(), {"power": Power()}, config=file, seed=5)
    assert set(frame.evaluation) == {"leave-one-run-out"}
    assert set(frame.seed) == {5}
    file.write_text("evaluatoin: x\n")
    with pytest.raises(ValueError, match="evaluatoin is no option"):
        evaluate(fake(), {"power": Power()}, config=file)


def test_names_are_resolved_through_the_floors_above():
    frame = evaluate("simulated:subjects=1,sessions=1", "dummy", jobs=0)
    assert frame.dataset[0].startswith("Simulated")
    assert set(frame.pipeline) == {"dummy"}


@pytest.mark.realdata
@pytest.mark.slow
def test_real_recordings_score_as_with_moabb(real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(real_data / "eeg" / "eegmmidb"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moabb.datasets import PhysionetMI

        people = PhysionetMI(subjects=[1])
        X, y, metadata = LeftRightImagery().get_data(people, [1])
    frame = run(people, MDM_PIPELINE, results=tmp_path, subjects=1, offline=True)
    expected = []
    for train, test in SPLITTERS["within-session"].split(y, metadata):
        fitted = clone(MDM_PIPELINE["mdm"]).fit(X[train], y[train])
        expected.append(get_scorer("roc_auc")(fitted, X[test], y[test]))
    np.testing.assert_allclose(frame.sort_values("fold").score, expected, rtol=0, atol=1e-12)


@pytest.mark.realdata
def test_offline_says_which_recording_is_missing(real_data, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(real_data / "eeg" / "eegmmidb"))
    with pytest.raises(OSError, match="download"):
        evaluate("PhysionetMI", "dummy", subjects=5, offline=True, jobs=0)

"""The clinic's folder: what goes in comes back, one window writes, and every no is in words."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from neurokit.intervals import binomial_band, wilson
from neurokit.live.online import TrialOutcome
from neurokit.live.online_score import score
from neurokit.patients import workspace_schema
from neurokit.patients.workspace import Trial, Workspace
from neurokit.visits.protocol import GrazProtocol
from tests.visits import attempt


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "Clinique d'été", create=True) as opened:
        yield opened


def add_run(workspace, visit, **more):
    path = workspace.new_recording_path(visit.id, "calibration")
    path.write_bytes(b"XDF:")
    return workspace.add_run(visit.id, path, **more)


def test_a_patient_needs_nothing_typed(workspace):
    first, second = workspace.add_patient(), workspace.add_patient()
    assert first.pseudonym != second.pseudonym
    assert (first.consent, first.consent_when) == ("unknown", None)
    assert workspace.patients() == [second, first]


def test_a_patient_is_found_by_any_words_of_pseudonym_and_note(workspace):
    anna = workspace.add_patient("KT-0001", note="Hémiparésie droite")
    workspace.add_patient("KT-0002")
    assert workspace.patients("droite HÉMI") == [anna]
    assert len(workspace.patients("kt")) == 2
    assert workspace.patients("gauche") == []


def test_an_archived_patient_is_not_listed_but_not_lost(workspace):
    patient = workspace.add_patient()
    workspace.update_patient(patient.id, archived=True)
    assert workspace.patients() == []
    assert workspace.patients(archived=True)[0].id == patient.id


@pytest.mark.parametrize("name", ["Jean Valjean", "../up", "-x", "é"])
def test_a_pseudonym_that_cannot_name_a_file_is_refused(workspace, name):
    with pytest.raises(ValueError, match="letters, digits and dashes"):
        workspace.add_patient(name)


def test_a_pseudonym_is_given_once_whatever_its_case_and_dashes(workspace):
    workspace.add_patient("KT-0001")
    with pytest.raises(ValueError, match="there is a patient kt0001 already"):
        workspace.add_patient("kt0001")


def test_fields_that_are_unknown_or_cannot_be_are_refused(workspace):
    patient = workspace.add_patient()
    with pytest.raises(ValueError, match="no field name"):
        workspace.update_patient(patient.id, name="Jean")
    with pytest.raises(ValueError, match="handedness is one of"):
        workspace.update_patient(patient.id, handedness="both feet")
    changed = workspace.update_patient(patient.id, consent="given")
    assert abs(datetime.now().astimezone() - changed.consent_when) < timedelta(minutes=1)


def test_a_day_has_one_visit(workspace):
    patient = workspace.add_patient()
    old = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=7))
    today = workspace.open_visit(patient.id)
    assert (old.number, today.number) == (1, 2)
    assert workspace.open_visit(patient.id) == today
    assert workspace.patient(patient.id).n_visits == 2


def test_a_run_comes_back_with_its_trials(workspace):
    visit = workspace.open_visit(workspace.add_patient("KT-0001").id)
    trials = [
        Trial(0, "left_hand", 12.0, 12.01),
        Trial(1, "feet", 20.0, None, True, flags=("emg",)),
    ]
    run = add_run(
        workspace, visit, protocol=GrazProtocol(seed=4), trials=trials, source="lsl:cap", seconds=9
    )
    assert run.trials == tuple(trials)
    assert run.protocol == GrazProtocol(seed=4)
    assert run.path == workspace.folder / "recordings/KT-0001/visit-01/run-01-calibration.xdf"
    workspace.set_rejected(run.id, {1})
    assert [trial.rejected for trial in workspace.run(run.id).trials] == [False, True]
    workspace.set_rejected(run.id, set())
    assert not any(trial.rejected for trial in workspace.run(run.id).trials)
    assert workspace.runs_of(visit.patient_id) == workspace.runs(visit.id)


def test_all_runs_of_a_patient_come_in_two_queries(workspace):
    patient = workspace.add_patient()
    trials = [Trial(0, "feet", 1.0, 1.0), Trial(1, "rest", 2.0, 2.0, flags=("emg",))]
    added = [
        add_run(workspace, workspace.open_visit(patient.id, when=when), trials=trials[:count])
        for when, count in ((datetime(2025, 3, 2), 1), (datetime(2025, 3, 9), 2))
        for _ in range(2)
    ]
    add_run(workspace, workspace.open_visit(workspace.add_patient().id), trials=trials)
    asked = []
    workspace.connection.set_trace_callback(asked.append)
    assert workspace.runs_of(patient.id) == added
    workspace.connection.set_trace_callback(None)
    assert len(asked) == 2


def test_a_recording_that_became_no_run_keeps_its_number(workspace):
    visit = workspace.open_visit(workspace.add_patient().id)
    workspace.new_recording_path(visit.id, "calibration").write_bytes(b"left by a crash")
    run = add_run(workspace, visit)
    assert (run.number, run.path.name) == (2, "run-02-calibration.xdf")


def test_a_recording_outside_the_workspace_is_refused(workspace, tmp_path):
    visit = workspace.open_visit(workspace.add_patient().id)
    with pytest.raises(ValueError, match="lies outside the workspace"):
        workspace.add_run(visit.id, tmp_path / "elsewhere.xdf")


def test_a_workspace_may_be_moved(workspace, tmp_path):
    visit = workspace.open_visit(workspace.add_patient().id)
    run = add_run(workspace, visit)
    workspace.close()
    moved = workspace.folder.rename(tmp_path / "moved")
    with Workspace(moved) as opened:
        assert opened.run(run.id).path.is_file()


def test_trainings_are_noted_pinned_and_deleted_with_a_way_back(workspace):
    visit = workspace.open_visit(workspace.add_patient("KT-0001").id)
    number = workspace.add_training(visit.id, {"pipeline": "csp+lda", "score": 0.8})
    workspace.update_training(number, note="calm", pinned=True, deleted=True)
    assert workspace.trainings(visit.id) == []
    (training,) = workspace.trainings(visit.id, deleted=True)
    assert (training.note, training.pinned, training.attempt["score"]) == ("calm", True, 0.8)
    path = workspace.new_model_path(number)
    model = workspace.add_model(number, path, "ab12")
    assert (model.name, model.path, model.fingerprint) == ("csp+lda", path, "ab12")
    assert workspace.models(visit.patient_id) == [workspace.model(model.id)]


def test_the_trend_takes_the_chosen_attempt_and_not_the_best(workspace):
    patient = workspace.add_patient()
    old = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=2))
    best, last = (workspace.add_training(old.id, attempt(score)) for score in (0.9, 0.6))
    visit = workspace.open_visit(patient.id)
    workspace.add_training(visit.id, {"pipeline": "failed", "score": float("nan")})

    def accuracies():
        return [point.accuracy for point in workspace.trend_points(patient.id)]

    assert accuracies() == [0.6]
    workspace.add_model(best, workspace.new_model_path(best), "ab")
    assert accuracies() == [0.9]
    workspace.update_training(last, pinned=True)
    workspace.add_training(visit.id, attempt(0.7))
    assert accuracies() == [0.6, 0.7]
    frame = workspace.trend(patient.id)
    assert list(frame.visit) == [1, 2]
    assert list(frame.chance_high) == [0.64, 0.64]
    workspace.update_training(last, deleted=True)
    assert accuracies() == [0.9, 0.7]


def test_the_runs_of_a_visits_feedback_count_together(workspace):
    visit = workspace.open_visit(workspace.add_patient().id)
    outcomes = [TrialOutcome(0, "feet", each, 0.5, 0) for each in ("feet",) * 9 + ("rest", "")]
    for some in (outcomes, outcomes[:4], outcomes[-1:]):
        found = asdict(score(some, 2))
        add_run(workspace, visit, kind="online", settings={"score": found})
    add_run(workspace, visit, kind="online", settings={"score": asdict(score(outcomes, 3))})
    add_run(workspace, visit, kind="online")
    (point,) = workspace.feedback_points(visit.patient_id)
    assert (point.chance, point.n_trials) == (pytest.approx(1 / 3), 10)
    workspace.delete("runs", workspace.runs(visit.id)[-2].id)
    (point,) = workspace.feedback_points(visit.patient_id)
    assert (point.accuracy, point.n_trials) == (13 / 14, 14)
    assert (point.low, point.high) == wilson(13 / 14, 14)
    assert (point.chance_low, point.chance_high) == binomial_band(0.5, 14)


def test_notes_and_scores_come_back_in_the_order_of_time(workspace):
    visit = workspace.open_visit(workspace.add_patient().id)
    now = datetime.now().astimezone()
    workspace.note(visit.id, "tired", now)
    workspace.note(visit.id, "cap on", now - timedelta(minutes=5))
    assert [note.text for note in workspace.notes(visit.id)] == ["cap on", "tired"]
    workspace.add_score(visit.patient_id, "FMA-UE", 31, now)
    assert [(score.scale, score.value) for score in workspace.scores(visit.patient_id)] == [
        ("FMA-UE", 31.0)
    ]


def test_the_same_as_last_time_is_what_the_window_was_set_to(workspace):
    patient = workspace.add_patient()
    assert workspace.same_as_last_time(patient.id) == {}
    old = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=2))
    add_run(workspace, old, protocol=GrazProtocol(seed=9), source="lsl:old")
    assert workspace.same_as_last_time(patient.id)["protocol"]["seed"] == 9
    visit = workspace.open_visit(patient.id)
    workspace.save_state({"visit": visit.id, "source": "lsl:new", "pipelines": ["csp+lda"]})
    assert workspace.load_state()["source"] == "lsl:new"
    add_run(workspace, visit, source="x")
    again = workspace.same_as_last_time(patient.id)
    assert (again["source"], again["pipelines"]) == ("lsl:new", ["csp+lda"])


def test_the_state_names_nothing_that_is_no_longer_there(workspace):
    patient = workspace.add_patient()
    workspace.save_state({"patient": patient.id, "visit": 9, "model": 7, "runs": [3], "page": "x"})
    assert workspace.load_state() == {"patient": patient.id, "runs": [], "page": "x"}


def test_looking_at_an_old_visit_does_not_change_it(workspace):
    patient = workspace.add_patient()
    old = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=2))
    add_run(workspace, old, source="lsl:old")
    workspace.save_state({"visit": old.id, "source": "lsl:new"})
    assert workspace.same_as_last_time(patient.id)["source"] == "lsl:old"


def test_a_second_window_is_refused_and_a_reader_is_served(workspace):
    workspace.add_patient("KT-0001")
    code = (
        "import sys; from neurokit.patients.workspace import Workspace\n"
        "with Workspace(sys.argv[1], read_only=True) as w: print(w.patients()[0].pseudonym)\n"
        "Workspace(sys.argv[1])"
    )
    second = subprocess.run(
        [sys.executable, "-c", code, workspace.folder], capture_output=True, text=True
    )
    assert second.stdout.strip() == "KT-0001"
    assert f"is open in another window (process {os.getpid()})" in second.stderr
    workspace.add_patient("KT-0002")


def test_the_edition_changes_with_what_is_written_and_only_then(workspace):
    before = workspace.edition
    workspace.patients()
    assert workspace.edition == before
    workspace.add_patient()
    assert workspace.edition != before


def test_a_workspace_that_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no workspace in"):
        Workspace(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


@pytest.mark.skipif(
    not hasattr(os, "seteuid") or os.getuid() != 0, reason="only root can become somebody else"
)
def test_a_folder_that_cannot_be_written_is_served_for_reading():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "clinic")
        with Workspace(folder, create=True) as opened:
            opened.add_patient("KT-0001")
        os.chmod(name, 0o755)
        os.seteuid(65534)
        try:
            with Workspace(folder) as opened:
                assert opened.read_only
                assert opened.patients()[0].pseudonym == "KT-0001"
                with pytest.raises(PermissionError, match="open for reading only"):
                    opened.add_patient()
                opened.save_state({"page": "train"})
            with pytest.raises(PermissionError, match="choose another folder"):
                Workspace(Path(name, "new"), create=True)
        finally:
            os.seteuid(0)


def test_a_full_disk_is_said_in_words_and_nothing_is_half_written(workspace):
    visit = workspace.open_visit(workspace.add_patient().id)
    (pages,) = workspace.connection.execute("PRAGMA page_count").fetchone()
    workspace.connection.execute(f"PRAGMA max_page_count = {pages}")
    trials = [Trial(number, "feet" * 500, number) for number in range(50)]
    with pytest.raises(OSError, match="is full; nothing of this step was kept"):
        add_run(workspace, visit, trials=trials)
    workspace.connection.execute("PRAGMA max_page_count = 1000000")
    assert workspace.runs(visit.id) == []
    assert workspace.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert len(add_run(workspace, visit, trials=trials).trials) == 50


def test_a_newer_workspace_is_refused_and_left_as_it_was(workspace):
    workspace.connection.execute("PRAGMA user_version = 99")
    workspace.close()
    before = workspace.path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(ValueError, match="written by a newer neurokit"):
            Workspace(workspace.folder, read_only=read_only)
    assert workspace.path.read_bytes() == before


def test_a_damaged_file_is_named(workspace):
    workspace.close()
    workspace.path.write_bytes(b"this is no database, and longer than its header" * 9)
    with pytest.raises(ValueError, match="is damaged"):
        Workspace(workspace.folder)


def test_an_older_workspace_is_migrated_whole_or_not_at_all(workspace, monkeypatch):
    workspace.add_patient("KT-0001")
    workspace.close()
    first = workspace_schema.MIGRATIONS
    broken = "ALTER TABLE patients ADD COLUMN shoe TEXT; ALTER TABLE nowhere ADD COLUMN a TEXT"
    monkeypatch.setattr(workspace_schema, "MIGRATIONS", (*first, broken))
    with pytest.raises(OSError, match="no such table"):
        Workspace(workspace.folder)
    with sqlite3.connect(workspace.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(first),)
        names = [row[1] for row in connection.execute("PRAGMA table_info(patients)")]
    connection.close()
    assert "shoe" not in names
    good = "ALTER TABLE visits ADD COLUMN room TEXT"
    monkeypatch.setattr(workspace_schema, "MIGRATIONS", (*first, good))
    with pytest.raises(ValueError, match="written by an older neurokit"):
        Workspace(workspace.folder, read_only=True)
    with Workspace(workspace.folder) as opened:
        assert opened.patients()[0].pseudonym == "KT-0001"
        assert opened.rows("SELECT room FROM visits") == []

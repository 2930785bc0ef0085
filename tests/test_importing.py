"""Old recordings become runs of ours, and bring no name along."""

import mne
import numpy as np
import pytest

from neurokit.patients.runs import gaps, read_run, run_epochs
from neurokit.patients.workspace import Workspace
from tests.visits import write_recording


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


@pytest.fixture
def visit(workspace):
    return workspace.open_visit(workspace.add_patient().id)


def old_recording(path, names=("769", "770", "32769")):
    signal = np.random.default_rng(0).normal(0, 1e-5, (4, 2500))
    info = mne.create_info(["EEG C3-Ref", "Cz", "C4", "STIM"], 125.0, ["eeg"] * 3 + ["stim"])
    raw = mne.io.RawArray(signal, info, verbose="error")
    raw.set_annotations(mne.Annotations([2.0, 8.0, 1.0], 0.0, names))
    raw.info["subject_info"] = {"last_name": "Valjean", "his_id": "24601"}
    raw.save(path, verbose="error")
    return path


def test_an_old_recording_becomes_a_run_without_a_name(workspace, visit, tmp_path):
    path = old_recording(tmp_path / "Valjean_raw.fif")
    run = workspace.import_recording(visit.id, path)
    assert [(trial.label, trial.actual) for trial in run.trials] == [
        ("left_hand", 2.0),
        ("right_hand", 8.0),
    ]
    assert (run.kind, run.seconds, run.path.suffix) == ("imported", 20.0, ".xdf")
    for each in run.path.parent.iterdir():
        assert b"Valjean" not in each.read_bytes()
        assert b"24601" not in each.read_bytes()
    before = mne.io.read_raw(path, verbose="error").get_data(picks=["EEG C3-Ref", "Cz", "C4"])
    after = read_run(run.path)
    assert after.ch_names == ["C3", "Cz", "C4"]
    np.testing.assert_allclose(after.get_data(), before, rtol=1e-12)
    epochs = run_epochs([run.path], ("left_hand", "right_hand"), band=None, window=(0.0, 2.0))
    assert list(epochs.y) == ["left_hand", "right_hand"]
    assert list(epochs.trials) == [trial.number for trial in run.trials]


def test_events_that_are_not_known_are_named_and_asked_for(workspace, visit, tmp_path):
    path = old_recording(tmp_path / "old_raw.fif", ("T1", "T2", "T0"))
    with pytest.raises(ValueError, match=r"it has T0 \(1\), T1 \(1\), T2 \(1\)"):
        workspace.import_recording(visit.id, path)
    assert list(workspace.new_recording_path(visit.id, "imported").parent.iterdir()) == []
    run = workspace.import_recording(visit.id, path, {"T1": "left_hand", "T2": "feet"})
    assert [trial.label for trial in run.trials] == ["left_hand", "feet"]


def test_a_recording_of_ours_is_taken_as_it_is(workspace, visit, tmp_path):
    path = tmp_path / "elsewhere.xdf"
    trials = write_recording(path)
    run = workspace.import_recording(visit.id, path)
    assert run.path.read_bytes() == path.read_bytes()
    assert [trial.label for trial in run.trials] == [trial.label for trial in trials]


def test_the_same_recording_is_imported_once(workspace, visit, tmp_path):
    path = old_recording(tmp_path / "old_raw.fif")
    run = workspace.import_recording(visit.id, path)
    with pytest.raises(ValueError, match="this recording is there already: run 1 of visit 1"):
        workspace.import_recording(visit.id, path)
    assert sorted(each.name for each in run.path.parent.iterdir()) == [
        "run-01-imported.json",
        "run-01-imported.xdf",
    ]


def test_a_gap_stays_a_gap(workspace, visit, tmp_path):
    path = old_recording(tmp_path / "old_raw.fif")
    raw = mne.io.read_raw(path, preload=True, verbose="error")
    raw.annotations.append(4.0, 1.0, "BAD_gap")
    raw.save(path, overwrite=True, verbose="error")
    run = workspace.import_recording(visit.id, path)
    assert gaps(read_run(run.path)) == [(500, 625)]


@pytest.mark.realdata
def test_a_real_day_is_imported(workspace, visit, real_data):
    path = next((real_data / "eeg" / "openbci-three-days").rglob("*.fif"))
    cues = {"1": "right_hand", "2": "left_hand", "3": "rest"}
    run = workspace.import_recording(visit.id, path, cues)
    assert len(run.trials) >= 40
    epochs = run_epochs([run.path], ("left_hand", "right_hand"))
    assert len(epochs) >= 38

"""Backup and export: whole, outside the workspace, and the export tells nobody's identity."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import mne
import pytest

from neurokit.patients.workspace import Workspace
from tests.visits import add_visit


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


def test_a_backup_opens_as_the_workspace_it_was(workspace, tmp_path):
    patient = workspace.add_patient("QX-4711")
    add_visit(workspace, patient)
    (workspace.folder / "cache" / "x").write_bytes(b"x")
    path = workspace.backup(tmp_path / "out" / "clinic.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "back")
    assert not (tmp_path / "back" / "cache").exists()
    with Workspace(tmp_path / "back") as back:
        assert back.patients() == workspace.patients()
        (run,), (before,) = back.runs_of(patient.id), workspace.runs_of(patient.id)
        assert run.path.read_bytes() == before.path.read_bytes()


def test_a_backup_replaces_nothing_and_lies_elsewhere(workspace, tmp_path):
    there = tmp_path / "there.zip"
    there.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="is there already"):
        workspace.backup(there)
    assert there.read_bytes() == b"old"
    with pytest.raises(ValueError, match="lies inside the workspace"):
        workspace.backup(workspace.folder / "b.zip")


def test_a_backup_that_breaks_off_leaves_no_file(workspace, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="is full; choose another disk"):
        workspace.backup(tmp_path / "out" / "clinic.zip")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_export_tells_what_was_done_and_not_whose_it_is(workspace, tmp_path):
    patient = workspace.add_patient("QX-4711", handedness="left", note="lives in Quimper")
    first = datetime.now() - timedelta(days=7)
    add_visit(workspace, patient, when=first)
    add_visit(workspace, patient)
    workspace.add_score(patient.id, "FMA-UE", 31, first)
    path = workspace.export(patient.id, tmp_path / "out.zip")
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(content["patient.json"])
    assert [visit["day"] for visit in told["visits"]] == [0, 7]
    assert told["handedness"] == "left"
    assert told["visits"][0]["trainings"][0]["low"] == pytest.approx(0.7)
    assert told["scores"] == [{"scale": "FMA-UE", "value": 31.0, "day": 0}]
    recording = told["visits"][1]["runs"][0]["recording"]
    (tmp_path / "run_raw.fif").write_bytes(content[recording])
    raw = mne.io.read_raw(tmp_path / "run_raw.fif", verbose="error")
    descriptions = list(raw.annotations.description)
    assert descriptions.count("left_hand") == 3
    assert not [text for text in descriptions if text.startswith("note")]
    year = str(datetime.now().year).encode()
    secrets = [b"QX-4711", b"QX4711", b"Quimper", b"tired", str(tmp_path).encode(), year]
    whole = io.BytesIO(b"".join(content.values())).getvalue() + " ".join(content).encode()
    assert [secret for secret in secrets if secret in whole] == []


def test_a_torn_recording_does_not_keep_the_others_back(workspace, tmp_path):
    patient = workspace.add_patient("QX-4711")
    add_visit(workspace, patient, when=datetime.now() - timedelta(days=7))
    add_visit(workspace, patient)
    workspace.runs_of(patient.id)[0].path.write_bytes(b"XDF:torn")
    path = workspace.export(patient.id, tmp_path / "out.zip")
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("patient.json"))
        names = archive.namelist()
    recordings = [visit["runs"][0]["recording"] for visit in told["visits"]]
    assert recordings == [None, "recordings/visit-02/run-01-calibration_raw.fif"]
    assert recordings[1] in names

"""An erased patient is nowhere: not in the database, its free pages, a file or a name."""

import json
import os

import pytest

from neurokit.live.recording_process import start
from neurokit.patients import erasure
from neurokit.patients.workspace import Workspace
from tests.visits import add_visit


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


def traces(folder, *needles):
    """Where any of these bytes is still to be found, in a name or a file."""
    found = []
    for path in folder.rglob("*"):
        content = os.fsencode(path.relative_to(folder))
        if path.is_file():
            content += path.read_bytes()
        found += [path for needle in needles if needle.lower() in content.lower()]
    return found


def leave_traces(workspace, patient):
    """What the other parts of the program write of a patient."""
    name, bids = patient.pseudonym, f"sub-{patient.pseudonym.replace('-', '')}"
    folder = workspace.folder
    recording = workspace.runs_of(patient.id)[0].path
    (folder / "bids" / bids / "eeg").mkdir(parents=True)
    (folder / "bids" / bids / "eeg" / f"{bids}_task-x_eeg.edf").write_bytes(recording.read_bytes())
    with (folder / "bids" / "participants.tsv").open("a") as file:
        file.write(f"{bids}\tright\n")
    (folder / "reports" / name).mkdir()
    (folder / "reports" / name / "visit-01.html").write_text(f"<p>{name}")
    (folder / "reports" / "clinic.html").write_text(f"<p>{name} and others")
    with (folder / "logs" / "window.log").open("a") as file:
        file.write(f"opened a visit of {name}\nstarted\n")
    (folder / "cache" / "ab12").write_bytes(recording.read_bytes())
    recording.with_suffix(".ring").write_bytes(b"ring")
    workspace.save_state({"patient": patient.id, "source": f"replay:{recording}", "settings": {}})


def test_nothing_of_an_erased_patient_is_left_anywhere(workspace):
    patient = workspace.add_patient("QX-4711", note="Stroke in spring")
    add_visit(workspace, patient)
    leave_traces(workspace, patient)
    workspace.add_score(patient.id, "FMA-UE-QX", 12)
    recording = workspace.runs_of(patient.id)[0].path.read_bytes()
    needles = [b"QX-4711", b"QX4711", b"Stroke in spring", b"FMA-UE-QX", recording[9000:9064]]
    assert all(traces(workspace.folder, needle) for needle in needles)
    erased = workspace.erase(patient.id)
    assert (erased.visits, erased.runs) == (1, 1)
    assert erased.files >= 7
    assert traces(workspace.folder, *needles) == []
    assert workspace.patients(archived=True) == []
    assert json.loads(json.dumps(workspace.load_state())) == {"settings": {}}


def test_erasing_a_patient_leaves_the_others_whole(workspace):
    kept, patient = workspace.add_patient("QX-47"), workspace.add_patient("QX-4711")
    for each in (kept, patient):
        add_visit(workspace, each)
        leave_traces(workspace, each)
    before = {run.path: run.path.read_bytes() for run in workspace.runs_of(kept.id)}
    workspace.erase(patient.id)
    (run,) = workspace.runs_of(kept.id)
    assert {run.path: run.path.read_bytes()} == before
    assert len(run.trials) == 6
    assert workspace.models(kept.id)[0].path.is_file()
    assert (workspace.folder / "bids" / "sub-QX47").is_dir()
    assert (workspace.folder / "bids" / "participants.tsv").read_text() == "sub-QX47\tright\n"
    log = (workspace.folder / "logs" / "window.log").read_text()
    assert log == "opened a visit of QX-47\nstarted\nstarted\n"


def test_the_log_says_that_somebody_was_erased_and_not_who(workspace):
    patient = workspace.add_patient("QX-4711")
    add_visit(workspace, patient)
    workspace.erase(patient.id)
    (line,) = (workspace.folder / "logs" / "erased.log").read_text().splitlines()
    assert "a patient was erased: 1 visits, 1 runs" in line
    assert "QX" not in line


def test_a_patient_whose_recording_runs_is_not_erased(workspace):
    patient = workspace.add_patient()
    add_visit(workspace, patient)
    played = workspace.runs_of(patient.id)[0].path
    path = workspace.new_recording_path(workspace.visits(patient.id)[0].id, "online")
    recorder = start(f"replay:{played}", path)
    try:
        with pytest.raises(ValueError, match="is running; stop it, and erase then"):
            workspace.erase(patient.id)
        assert played.is_file()
        recorder.stop()
    finally:
        recorder.close()
    workspace.erase(patient.id)
    assert not path.exists()


def test_a_reader_makes_erasing_wait_and_nothing_is_lost(workspace):
    patient = workspace.add_patient()
    add_visit(workspace, patient)
    workspace.connection.execute("PRAGMA busy_timeout = 50")
    with Workspace(workspace.folder, read_only=True) as reader:
        reader.connection.execute("BEGIN")
        assert len(reader.patients()) == 1
        workspace.add_patient()
        with pytest.raises(OSError, match="another program reads the workspace"):
            workspace.erase(patient.id)
    assert workspace.runs_of(patient.id)[0].path.is_file()
    workspace.erase(patient.id)
    with pytest.raises(ValueError, match="may have been erased"):
        workspace.patient(patient.id)


def test_erasing_that_broke_off_is_done_again(workspace, monkeypatch):
    patient = workspace.add_patient("QX-4711")
    add_visit(workspace, patient)
    leave_traces(workspace, patient)
    remove, removed = erasure._remove, []

    def break_off(path):
        if removed:
            raise PermissionError(f"{path} is open in another program")
        removed.append(remove(path))
        return removed[-1]

    monkeypatch.setattr(erasure, "_remove", break_off)
    with pytest.raises(PermissionError, match="is open in another program"):
        workspace.erase(patient.id)
    assert len(workspace.runs_of(patient.id)) == 1
    monkeypatch.undo()
    workspace.erase(patient.id)
    assert traces(workspace.folder, b"QX-4711", b"QX4711") == []

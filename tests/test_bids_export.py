"""Runs become a BIDS dataset that the validator accepts, and go when their patient does."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mne_bids
import numpy as np
import pytest

from neurokit.patients.bids import add_to_bids
from neurokit.patients.runs import read_run
from neurokit.patients.workspace import Workspace
from tests.visits import add_visit


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


def problems(folder):
    """What the BIDS validator finds wrong."""
    program = shutil.which("bids-validator-deno", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("the BIDS validator is not installed: pip install bids-validator-deno")
    command = [program, folder, "--format", "json"]
    said = subprocess.run(command, capture_output=True, text=True)
    if not said.stdout.startswith("{"):
        pytest.skip(f"the BIDS validator does not run here: {said.stderr.strip()[-200:]}")
    issues = json.loads(said.stdout)["issues"]["issues"]
    return [issue for issue in issues if issue.get("severity") == "error"]


def test_the_validator_accepts_what_it_is_given_and_sees_what_is_wrong(workspace):
    for handedness in ("left", "unknown"):
        visit = add_visit(workspace, workspace.add_patient(handedness=handedness))
        add_to_bids(workspace, workspace.runs(visit.id)[0])
    folder = workspace.folder / "bids"
    assert problems(folder) == []
    (folder / "dataset_description.json").unlink()
    assert problems(folder) != []


def test_signals_and_cues_come_back_and_notes_do_not(workspace):
    patient = workspace.add_patient("KT-0001", handedness="left")
    run = workspace.runs(add_visit(workspace, patient).id)[0]
    # from another process the folder is all that is known
    path = add_to_bids(workspace.folder, run.id)
    assert path.name == "sub-KT0001_ses-01_task-graz_run-01_eeg.vhdr"
    raw = mne_bids.read_raw_bids(mne_bids.get_bids_path_from_fname(path), verbose="error")
    before = read_run(run.path)
    np.testing.assert_allclose(raw.get_data(), before.get_data(), rtol=1e-6)
    cues = [text for text in raw.annotations.description if text.endswith("hand")]
    assert cues == [trial.label for trial in run.trials]
    folder = workspace.folder / "bids"
    assert not [
        each for each in folder.rglob("*") if each.is_file() and b"tired" in each.read_bytes()
    ]
    assert "sub-KT0001\tn/a\tn/a\tL" in (folder / "participants.tsv").read_text()


def test_a_run_that_is_added_again_is_replaced(workspace):
    run = workspace.runs(add_visit(workspace, workspace.add_patient()).id)[0]
    first, second = (add_to_bids(workspace, run) for _ in range(2))
    assert first == second
    assert problems(workspace.folder / "bids") == []


def test_an_erased_patient_leaves_a_dataset_that_is_still_valid(workspace):
    patients = [workspace.add_patient(name) for name in ("KT-0001", "KT-0002")]
    for patient in patients:
        add_to_bids(workspace, workspace.runs(add_visit(workspace, patient).id)[0])
    workspace.erase(patients[0].id)
    folder = workspace.folder / "bids"
    assert not list(folder.rglob("*KT0001*"))
    assert "KT0001" not in (folder / "participants.tsv").read_text()
    assert problems(folder) == []

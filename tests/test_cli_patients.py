"""The command line of patients: what the window does, without it."""

import json
import subprocess
import sys
import zipfile

import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.patients.workspace import Workspace
from tests.visits import add_visit, write_recording


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "clinic"


def say(*arguments, **more):
    return CliRunner().invoke(
        cli, [str(each) for each in arguments], catch_exceptions=False, **more
    )


def test_patients_are_added_and_listed(folder):
    made = say("patients", "add", folder, "--consent", "given", "--note", "left hemisphere")
    (told,) = json.loads(say("patients", "list", folder, "--json").output)
    assert told["pseudonym"] == made.output.strip()
    assert (told["consent"], told["visits"]) == ("given", 0)
    assert told["pseudonym"] in say("patients", "list", folder, "--search", "LEFT").output
    assert told["pseudonym"] not in say("patients", "list", folder, "--search", "right").output


def test_recordings_are_imported_into_the_visit_of_their_day(folder, tmp_path):
    say("patients", "add", folder, "KT-0001")
    path = tmp_path / "old.xdf"
    write_recording(path)
    said = say("patients", "import", folder, "kt-0001", path, "--day", "2025-03-14")
    assert "run 1 of visit 1: 6 trials" in said.output
    with Workspace(folder, read_only=True) as workspace:
        (visit,) = workspace.visits(workspace.find_patient("KT-0001").id)
    assert f"{visit.started:%Y-%m-%d}" == "2025-03-14"


def test_export_and_backup_make_their_files(folder, tmp_path):
    with Workspace(folder, create=True) as workspace:
        add_visit(workspace, workspace.add_patient("KT-0001"))
    say("patients", "export", folder, "KT-0001", tmp_path / "out.zip")
    say("backup", folder, tmp_path / "all.zip")
    assert "patient.json" in zipfile.ZipFile(tmp_path / "out.zip").namelist()
    assert "workspace.sqlite" in zipfile.ZipFile(tmp_path / "all.zip").namelist()


def test_erasing_asks_for_the_pseudonym(folder):
    with Workspace(folder, create=True) as workspace:
        workspace.add_patient("KT-0001")
    with pytest.raises(ValueError, match="nothing was erased"):
        say("patients", "erase", folder, "KT-0001", input="KT-0002\n")
    assert (
        "a patient was erased"
        in say("patients", "erase", folder, "KT-0001", input="KT-0001\n").output
    )
    assert json.loads(say("patients", "list", folder, "--json").output) == []


def test_bad_input_is_one_plain_line(folder):
    command = [sys.executable, "-m", "neurokit.app", "patients", "list", folder]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 2
    assert said.stderr.strip().startswith("neurokit: there is no workspace in")
    assert len(said.stderr.strip().splitlines()) == 1

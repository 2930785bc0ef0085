import json

import pytest
from typer.testing import CliRunner

from neurokit.app.cli.datasets import app, choose_subjects
from neurokit.datasets import find


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_the_list_tells_what_there_is(tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    shown = run("list", "--paradigm", "imagery").stdout
    assert "PhysionetMI" in shown
    assert "BI2012" not in shown
    assert "files:PATH" in shown
    rows = json.loads(run("list", "--json").stdout)
    physionet = next(row for row in rows if row["name"] == "PhysionetMI")
    assert physionet["code"] == "PhysionetMotorImagery"
    assert (physionet["subjects"], physionet["channels"], physionet["sessions"]) == (109, 64, 1)
    assert [row["name"] for row in rows if row["on_disk"]] == ["simulated", "simulated-lags"]


@pytest.mark.realdata
def test_what_is_on_disk_is_listed_and_needs_no_download(real_data, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(real_data / "eeg" / "eegmmidb"))
    rows = json.loads(run("list", "--on-disk", "--json").stdout)
    assert [row["name"] for row in rows] == ["simulated", "simulated-lags", "PhysionetMI"]
    fetched = run("download", "PhysionetMI", "--subjects", "1").stdout
    assert "PhysionetMotorImagery: 1 subjects, 6 files, 15 MB" in fetched


def test_an_unknown_paradigm_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="'motor'; it is cvep or imagery or p300"):
        run("list", "--paradigm", "motor")


def test_a_simulated_set_needs_no_download():
    assert "there is nothing to fetch" in run("download", "simulated:subjects=2").stdout


@pytest.mark.parametrize(
    ("written", "chosen"), [(None, [*range(1, 10)]), ("1-3,7", [1, 2, 3, 7]), (" 9, 2", [2, 9])]
)
def test_subjects_are_numbers_and_ranges(written, chosen):
    assert choose_subjects(find("simulated:subjects=9"), written) == chosen


@pytest.mark.parametrize("written", ["0", "8-11", "anna", ","])
def test_a_subject_that_is_not_there_is_refused(written):
    with pytest.raises(ValueError, match=r"Simulated has no subject .*; it has 1 to 9"):
        choose_subjects(find("simulated:subjects=9"), written)

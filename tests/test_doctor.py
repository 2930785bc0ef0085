"""The doctor finds what is missing, and says the line that mends it."""

import json

import pytest
from typer.testing import CliRunner

from neurokit import doctor
from neurokit.app.cli.main import cli


def check(what):
    return next(check for check in doctor.examine() if check.what == what)


def test_all_is_told_and_nothing_needed_is_missing_here(tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    checks = doctor.examine()
    assert [c.what for c in checks if c.fine is False] == []
    assert {"Python", "memory", "BLAS", "compiled kernels", "gpu", "disk"} <= {
        c.what for c in checks
    }


def test_a_library_that_is_too_old_has_its_line(monkeypatch):
    monkeypatch.setattr(doctor, "requires", lambda _: ["numpy>=99", "nosuchthing>=1", "scipy"])
    found = check("libraries")
    assert found.fine is False
    assert found.cure == "pip install 'numpy>=99' 'nosuchthing>=1'"


def test_a_full_disk_is_found(monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_DISK_GB", 1e9)
    assert check("disk").fine is False


def test_kernels_that_cannot_be_kept_are_found(monkeypatch):
    monkeypatch.setattr(doctor, "_writable", lambda folder: False)
    found = check("compiled kernels")
    assert found.fine is False
    assert "NUMBA_CACHE_DIR" in found.cure


def test_a_data_folder_that_is_not_there_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("MNE_DATA", str(tmp_path / "none"))
    assert check("recordings").fine is False


def test_a_missing_extra_is_a_wish(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    found = check("cluster")
    assert found.fine is None
    assert found.cure == "pip install 'neurokit-bci[cluster]'"


@pytest.mark.parametrize(("least", "code"), [(0.0, 0), (1e9, 1)])
def test_the_exit_code_tells_programs(least, code, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "LEAST_DISK_GB", least)
    monkeypatch.setattr("neurokit.app.cli.doctor._datasets", lambda: doctor.Check("data sets", ""))
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    result = CliRunner().invoke(cli, ["doctor", "--json"])
    assert result.exit_code == code, result.output
    assert {"what", "found", "fine", "cure"} == set(json.loads(result.stdout)[0])
    shown = CliRunner().invoke(cli, ["doctor"])
    assert shown.exit_code == code
    assert ("mend" in shown.stdout) == bool(code)

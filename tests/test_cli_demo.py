"""neurokit demo does the whole job."""

import re

from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli import demo
from neurokit.app.cli.main import cli
from neurokit.patients.workspace import Workspace
from neurokit.studies.results import Results


def test_the_demo_compares_trains_and_decodes(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "PIPELINES", ("dummy", "csp+lda"))
    result = CliRunner(env={"COLUMNS": "100"}).invoke(cli, ["demo", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    hits, n = map(int, re.search(r"decoded (\d+) of (\d+) trials", result.stdout).groups())
    assert n == 40
    assert hits > 25
    assert "95 % interval" in result.stdout
    assert "Then try" in result.stdout
    assert models.describe(tmp_path / "model.skops")["metadata"]["pipeline"] == "csp+lda"
    assert len(Results(tmp_path / "results").frame()) == 10
    assert (tmp_path / "report.html").stat().st_size > 20_000
    # the visit, which is the third of the patient
    right, decided = map(int, re.search(r"Feedback: (\d+) of (\d+) trials", result.stdout).groups())
    assert right > 0.7 * decided
    assert "Decoded again from its file: the same, bit for bit" in result.stdout
    with Workspace(tmp_path / "clinic") as workspace:
        (patient,) = workspace.patients()
        assert [run.kind for run in workspace.runs(workspace.visits(patient.id)[-1].id)] == [
            "calibration", "online",
        ]  # fmt: skip
    (visit_report,) = (tmp_path / "clinic" / "reports").rglob("*visit-03.html")
    assert str(visit_report) in result.stdout
    assert visit_report.with_suffix(".pdf").exists()


def test_a_demo_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(cli, ["demo", "--out", str(tmp_path / "file")])
    assert isinstance(result.exception, OSError)

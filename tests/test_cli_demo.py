"""neurokit demo does the whole job."""

import re

from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli import demo
from neurokit.app.cli.main import cli
from neurokit.results import Results


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


def test_a_demo_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(cli, ["demo", "--out", str(tmp_path / "file")])
    assert isinstance(result.exception, OSError)

"""neurokit bench times ours beside the peers."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from neurokit.app.cli import bench
from neurokit.app.cli.main import cli


@pytest.fixture(autouse=True)
def _quick_cases(monkeypatch):
    cases = [("adding", lambda: sum(range(1000)), lambda: sum(range(5000)), "python")]
    monkeypatch.setattr(bench, "_cases", lambda: iter(cases))


def test_bench_prints_machine_and_ratios():
    result = CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["bench", "--repeats", "1"])
    assert result.exit_code == 0, result.output
    assert "pyriemann" in result.stdout
    assert "adding" in result.stdout


def test_bench_as_json_is_for_programs():
    result = CliRunner().invoke(cli, ["bench", "--json"])
    told = json.loads(result.stdout)
    assert told["timings"][0]["peer_name"] == "python"
    assert "Python" in told["machine"]


def test_ours_and_the_peers_compute_the_same(monkeypatch):
    monkeypatch.undo()
    for what, ours, theirs, _ in bench._cases():
        if "circular" in what or "tangent" in what:
            # blocks reversed, and logarithms whose sign of zero may differ
            assert np.shape(ours()) == np.shape(theirs())
        elif "distances" in what:
            np.testing.assert_allclose(ours(), np.transpose(theirs()), rtol=1e-6, atol=1e-9)
        else:
            np.testing.assert_allclose(ours(), theirs(), rtol=1e-6, atol=1e-7, err_msg=what)

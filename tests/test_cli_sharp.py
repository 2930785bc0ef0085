"""``neurokit sharp``: pages and runs from the command line."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from neurokit.app import codes_page
from neurokit.app.cli.main import cli


def sharp(*words):
    return CliRunner().invoke(cli, ["sharp", *map(str, words)])


def test_the_page_of_codes_draws_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(codes_page, "RANKS", [1, 20])
    monkeypatch.setattr(codes_page, "WIDTHS", [30])
    monkeypatch.setattr(codes_page, "DILUTIONS", np.array([0.2, 0.9]))
    result = sharp("codes", "--out", tmp_path / "codes.html", "--seed", 1)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "codes.html").read_text()
    assert page.count("<svg") == 5
    assert "1e9 or more" in page


SMALL = """
name: small
data: simulated:subjects=1,sessions=3,runs=1,trials=8
kind: visits
classes: [left_hand, right_hand]
window: [0.5, 2.5]
resample: 100
learners: ["last:ts+lr", "frozen:ts+lr", "replay-features:ts+lr", "everything:ts+lr"]
bytes: 4000
"""


def test_a_stream_runs_to_its_report_and_goes_on_where_it_stopped(tmp_path):
    stream = tmp_path / "small.yaml"
    stream.write_text(SMALL)
    result = sharp("run", stream, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "last:ts+lr reached" in result.output
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<svg") == 3
    assert "interval is over trials of these visits" in page
    again = sharp("run", stream, "--out", tmp_path / "out", "--json")
    assert again.stderr.count("kept") == 4
    rows = json.loads(again.stdout)
    assert [row["learner"] for row in rows][:2] == ["last:ts+lr", "frozen:ts+lr"]
    assert rows[2]["bytes"] <= 4000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("learners: [twice]", "there is no learner 'twice'; write sharp, or one of naive"),
        ("learners: ['frozen:tsslr']", "there is no pipeline named tsslr"),
        ("learners: ['replay-raw:ts+lr']\nbytes: equal", "put it first, or give a number"),
        ("classes: [left_hand, tail]", "there are no trials of tail"),
        ("kind: classes\ndata: mnist:nowhere.npz", "there is no file nowhere.npz"),
        ("data: digits", "digits has no visits; use kind: classes or blurry"),
    ],
)
def test_a_stream_that_cannot_run_is_refused(tmp_path, change, words):
    stream = tmp_path / "small.yaml"
    keys = [line.partition(":")[0] for line in change.splitlines()]
    kept = [line for line in SMALL.splitlines() if line.partition(":")[0] not in keys]
    stream.write_text("\n".join(kept) + "\n" + change)
    result = sharp("run", stream, "--out", tmp_path / "out")
    told = f"{result.exception} {result.output}"
    assert words in told

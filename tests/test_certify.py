"""What this computer does, measured; and what the sheet makes of bad numbers."""

import itertools
import json

import numpy as np
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.visits import certify as module
from neurokit.visits.calibration import FRAME
from neurokit.visits.certify import (
    Finding,
    certify,
    check_disk,
    judge_display,
    make_sheet,
    write_sheet,
)


def test_markers_stand_in_the_file_where_they_were_sent_and_no_sample_is_lost(tmp_path):
    said = []
    measured = certify(tmp_path, seconds=1.5, progress=lambda part, text: said.append(part))
    found = {each.what: each for each in measured}
    assert list(found) == ["disk", "stream", "markers"]
    assert said == sorted(said)
    assert said[-1] == 1.0
    assert found["stream"].numbers["lost"] == 0
    assert found["stream"].numbers["samples"] > 200
    markers = found["markers"]
    assert markers.passed
    assert markers.numbers["markers"] >= 5
    assert markers.numbers["stamp_moved"] < 1e-6
    assert markers.numbers["error_most"] < FRAME
    assert not list(tmp_path.iterdir())


def test_a_slow_disk_fails_with_advice(tmp_path, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(module.time, "perf_counter", lambda: 0.4 * next(ticks))
    finding = check_disk(tmp_path)
    assert finding.passed is False
    assert "inside this computer" in finding.advice


def test_a_full_disk_fails_with_advice(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LEAST_FREE_GB", 1e9)
    finding = check_disk(tmp_path)
    assert finding.passed is False
    assert "make room" in finding.advice or "inside this computer" in finding.advice


def test_where_no_stream_can_be_had_that_is_said_and_the_rest_is_measured(tmp_path, monkeypatch):
    def refuse(address):
        raise OSError("no stream was heard")

    monkeypatch.setattr(module, "open_source", refuse)
    found = list(certify(tmp_path, seconds=1.5))
    assert [each.passed for each in found[1:]] == [False, False]
    assert "no stream was heard" in found[1].found


def test_a_lost_sample_and_a_late_one_fail():
    stamps = np.arange(100) / 250
    counts = np.delete(np.arange(101), 50)
    good = np.full(20, 0.01)
    assert module._judge_stream(stamps, np.arange(100), good).passed
    assert not module._judge_stream(stamps, counts, good).passed
    assert not module._judge_stream(stamps, np.arange(100), good + 0.1).passed


def test_a_marker_that_is_missing_or_beside_the_signal_fails():
    stamps = np.arange(1000) / 250
    sent = [1.0, 2.0, 3.0]
    assert module._judge_markers(sent, sent, stamps, stamps).passed
    assert not module._judge_markers(sent, sent[:2], stamps, stamps).passed
    assert not module._judge_markers(sent, [1.0, 2.0, 3.1], stamps, stamps).passed
    assert not module._judge_markers(sent, sent, stamps, stamps + 0.1).passed


def test_a_display_may_be_late_once_in_twenty_cues():
    due = np.arange(40.0)
    shown = due + 0.003
    assert judge_display(due, shown, FRAME, "painted", True).passed
    shown[:2] += 0.05
    assert judge_display(due, shown, FRAME, "painted", True).passed
    shown[2] += 0.05
    finding = judge_display(due, shown, FRAME, "painted", True)
    assert finding.passed is False
    assert finding.numbers["late"] == 3
    assert judge_display(due, shown, FRAME, "painted", False).passed is None


def test_the_sheet_says_what_failed_and_keeps_the_numbers(tmp_path):
    findings = [
        Finding("disk", True, "all <b>well</b>", "", {"sync_p95": 0.01}),
        Finding("stream", False, "3 samples are lost", "close other programs"),
        Finding("display", None, "there is no screen here"),
    ]
    sheet = make_sheet(findings)
    assert sheet.in_words == "fail: stream; not measured: display"
    assert not sheet.passed
    path = write_sheet(sheet, tmp_path / "reports")
    page = path.read_text()
    assert "✗ fail" in page
    assert "Close other programs." in page
    assert "&lt;b&gt;" in page
    told = json.loads(path.with_suffix(".json").read_text())
    assert told["findings"][0]["numbers"] == {"sync_p95": 0.01}
    assert sorted(each.suffix for each in path.parent.iterdir()) == [".html", ".json"]


def test_the_command_measures_and_prints_json(tmp_path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    arguments = ["certify", str(tmp_path), "--seconds", "1.5", "--json", "--sheet", str(tmp_path)]
    result = CliRunner().invoke(cli, arguments)
    told = json.loads(result.stdout)
    assert result.exit_code == (0 if told["passed"] else 1)
    assert [each["what"] for each in told["findings"]] == ["disk", "stream", "markers", "display"]
    assert told["findings"][3]["passed"] is None
    assert list(tmp_path.glob("computer-*.html"))


def test_the_command_refuses_a_folder_that_is_not_there():
    result = CliRunner().invoke(cli, ["certify", "/nowhere/at/all"])
    assert "is no folder" in str(result.exception)

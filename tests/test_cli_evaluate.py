"""``neurokit evaluate`` as a user runs it: exit codes, one line of complaint, resuming."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.studies.results import Results

PEOPLE = "simulated:subjects=2,sessions=1"
SLOW = """
import time
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

class Slow(ClassifierMixin, BaseEstimator):
    def __init__(self, broken=False):
        self.broken = broken

    def fit(self, X, y):
        if self.broken:
            raise RuntimeError("broken on purpose")
        time.sleep(0.5)
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X.var(axis=(1, 2))

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 1).astype(int)]

PIPELINE = {"name": "slow", "pipeline": Slow()}
"""


def neurokit(*arguments, folder):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "neurokit.app", "evaluate", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def start(*arguments, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "neurokit.app", "evaluate", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(folder):
    """Keys of the folds that the folder holds, and when they ended."""
    path = folder / "results" / "results.sqlite"
    if not path.exists():
        return {}
    connection = sqlite3.connect(path, timeout=30)
    try:
        return dict(connection.execute("SELECT key, ended FROM folds WHERE error IS NULL"))
    except sqlite3.OperationalError:  # its tables are being made
        return {}
    finally:
        connection.close()


def wait_for_folds(process, folder, count):
    """Read what the process says until it has kept so many folds."""
    for line in process.stdout:
        if line.startswith("["):
            count -= 1
        if count == 0:
            return
    pytest.fail("it ended before it was stopped")


@pytest.fixture
def slow(tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    return ["simulated:subjects=1,sessions=1", "--pipeline", "slow.py", "--jobs", "1"]


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
def test_a_killed_run_goes_on_where_it_was(tmp_path, slow):
    process = start(*slow, folder=tmp_path)
    wait_for_folds(process, tmp_path, 2)
    process.kill()
    process.wait()
    process.stdout.close()
    kept = finished(tmp_path)
    assert 2 <= len(kept) < 5
    again = neurokit(*slow, folder=tmp_path)
    assert again.returncode == 0, again.stderr
    now = finished(tmp_path)
    assert len(now) == 5
    assert kept.items() <= now.items()
    # only the missing ones were run
    assert again.stderr.count("\n[") == 5 - len(kept)


@pytest.mark.skipif(os.name != "posix", reason="stops by a signal")
def test_ctrl_c_stops_soon_and_says_how_to_go_on(tmp_path, slow):
    process = start(*slow, folder=tmp_path)
    wait_for_folds(process, tmp_path, 1)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    took = time.monotonic() - asked
    said = process.stdout.read()
    process.stdout.close()
    assert took < 5  # a second where the cores are free
    assert process.returncode == 130
    assert "run the same line again to go on" in said
    assert len(finished(tmp_path)) >= 1


def test_scores_are_shown_with_interval_and_chance(tmp_path):
    said = neurokit(
        PEOPLE, "--pipeline", "dummy", "--pipeline", "csp+lda", "--jobs", "2", folder=tmp_path
    )
    assert said.returncode == 0, said.stderr
    assert "band 8-32 Hz" in said.stderr
    assert "chance" in said.stdout
    assert "Warning" not in said.stderr
    with Results(tmp_path / "results") as results:
        frame = results.frame()
    assert len(frame) == 20
    assert frame[frame.pipeline == "csp+lda"].score.mean() > 0.6


def test_a_failed_fold_gives_exit_code_one(tmp_path):
    (tmp_path / "broken.py").write_text(SLOW.replace("Slow()}", "Slow(broken=True)}"))
    said = neurokit(
        "simulated:subjects=1,sessions=1", "--pipeline", "broken.py", "--jobs", "1", folder=tmp_path
    )
    assert said.returncode == 1
    assert "broken on purpose" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["PhysionetMY", "--pipeline", "dummy"], "PhysionetM"),
        ([PEOPLE, "--pipeline", "none"], "none"),
        ([PEOPLE, "--pipeline", "dummy", "--subjects", "7"], "has no subject 7"),
        ([PEOPLE, "--pipeline", "dummy", "--paradigm", "odd"], "paradigm must be one of"),
        ([PEOPLE, "--pipeline", "dummy", "--scorer", "odd"], "no scorer odd"),
        ([PEOPLE, "--pipeline", "dummy", "--band", "wide"], "band"),
        ([PEOPLE, "--pipeline", "dummy", "--config", "none.yaml"], "no study file"),
        ([PEOPLE], "at least one pipeline"),
        ([], "at least one"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(cli, ["evaluate", *arguments])
    assert isinstance(outcome.exception, ValueError | OSError)
    assert message in str(outcome.exception)
    assert not list(tmp_path.iterdir())


def test_bad_input_ends_with_exit_code_two(tmp_path):
    said = neurokit(PEOPLE, "--pipeline", "dummy", "--paradigm", "odd", folder=tmp_path)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith("neurokit: paradigm must be one of")


def test_a_dry_run_counts_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["evaluate", "simulated:subjects=1,sessions=1", "--pipeline", "dummy", "--jobs", "0"]
    outcome = CliRunner().invoke(cli, [*line, "--dry-run"])
    assert outcome.exit_code == 0
    assert "folds are counted once it is read" in outcome.output
    assert not list(tmp_path.iterdir())
    CliRunner().invoke(cli, line)
    outcome = CliRunner().invoke(cli, [*line, "--dry-run"])
    assert "5 folds, 5 finished before, 0 to do" in outcome.output


def test_the_folds_are_printed_as_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["evaluate", "simulated:subjects=1,sessions=1", "--pipeline", "dummy", "--jobs", "0"]
    outcome = CliRunner().invoke(cli, [*line, "--json"])
    rows = json.loads(outcome.stdout)
    assert len(rows) == 5
    assert {row["pipeline"] for row in rows} == {"dummy"}


def test_a_pseudo_online_run_announces_its_windows_and_its_scorer(tmp_path):
    arguments = [
        "simulated:subjects=1", "--pipeline", "dummy", "--evaluation", "pseudo-online",
        "--results", str(tmp_path), "--dry-run",
    ]  # fmt: skip
    said = CliRunner().invoke(cli, ["evaluate", *arguments]).stderr
    assert "windows of 2 s over the whole recording" in " ".join(said.split())
    assert "scorer nmcc" in said

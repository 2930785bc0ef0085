"""neurokit record: what the window records, from a terminal."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.live.recording_process import RecorderClient, start
from neurokit.patients.workspace import Workspace
from neurokit.visits.protocol import GrazProtocol, read_protocol
from neurokit.visits.trials import read_markers

SOURCE = "simulated:channels=4"
SHORT = """
trials_per_class: 1
baseline: 0.2
fixation: 0.2
cue: 0.2
imagery: 0.4
pause_min: 0.1
pause_max: 0.1
"""


def say(*arguments, **more):
    return CliRunner().invoke(
        cli, [str(each) for each in arguments], catch_exceptions=False, **more
    )


def test_a_source_is_recorded_for_so_many_seconds_and_played_again(tmp_path):
    path = tmp_path / "été 1" / "run.xdf"
    said = say(
        "record", "--source", SOURCE, "--out", path, "--seconds", 1.5, "--marker", "hello",
        input="and so on\n",
    )  # fmt: skip
    assert said.exit_code == 0
    assert "2 markers; stopped" in said.stdout
    assert [label for label, _ in read_markers(path)] == ["hello", "and so on"]
    again = say("record", "--source", f"replay:{path}", "--out", tmp_path / "again.xdf", "--json")
    told = json.loads(again.stdout)
    assert told["ended"] == "the recording run.xdf is at its end"
    assert told["seconds"] > 1.4
    assert json.loads((tmp_path / "again.json").read_text())["status"]["written"] == told["samples"]


def test_a_protocol_makes_a_run_of_a_visit(tmp_path):
    (tmp_path / "hands.yaml").write_text(SHORT)
    say("patients", "add", tmp_path / "clinic", "P-1")
    said = say(
        "record", "--source", SOURCE, "--workspace", tmp_path / "clinic", "--patient", "p-1",
        "--protocol", tmp_path / "hands.yaml", "--json",
    )  # fmt: skip
    told = json.loads(said.stdout)
    assert (told["trials"], told["ended"]) == (2, "stopped")
    assert "LEFT HAND" in said.stderr
    with Workspace(tmp_path / "clinic") as workspace:
        (run,) = workspace.runs_of(workspace.find_patient("P-1").id)
    assert str(run.path) == told["path"]
    assert list((tmp_path / "clinic" / "bids").rglob("*_task-graz_run-01_eeg.*"))
    assert sorted(trial.label for trial in run.trials) == ["left_hand", "right_hand"]
    assert run.protocol == GrazProtocol(
        trials_per_class=1, baseline=0.2, fixation=0.2, cue=0.2, imagery=0.4, pause_min=0.1,
        pause_max=0.1,
    )  # fmt: skip


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)
    return found


def test_ctrl_c_ends_the_recording_whole(tmp_path):
    path = tmp_path / "run.xdf"
    command = [sys.executable, "-m", "neurokit.app", "record", "--source", SOURCE, "--out"]
    process = subprocess.Popen(
        [*command, path, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_for(lambda: path.with_suffix(".recording").exists())
    client = RecorderClient(path.with_suffix(".recording"))
    process.stdin.write("left_hand\n")
    process.stdin.flush()
    wait_for(lambda: client.status().markers == 1)
    client.close()
    process.send_signal(signal.SIGINT)
    told = json.loads(process.communicate()[0])
    assert process.returncode == 0
    assert told["markers"] == 1
    assert told["ended"] == "stopped"
    assert not path.with_suffix(".recording").exists()


def test_what_was_killed_is_mended_and_given_back_to_its_visit(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        visit = workspace.open_visit(workspace.add_patient("P-1").id)
        path = workspace.new_recording_path(visit.id, "calibration")
        client = start(SOURCE, path, {"visit": visit.id, "kind": "calibration"})
    wait_for(lambda: client.status().acknowledged > 100)
    os.kill(client.pid, signal.SIGKILL)
    client.close()
    folder = tmp_path / "clinic"
    (told,) = wait_for(lambda: json.loads(say("record", "--recover", folder, "--json").stdout))
    assert told["run"] == 1
    assert told["seconds"] > 0.3
    with Workspace(folder) as workspace:
        (run,) = workspace.runs(visit.id)
        assert run.settings == {"recovered": True}
    assert "nothing to mend" in say("record", "--recover", folder).stdout


def test_a_recording_without_a_single_whole_byte_is_said_and_stays(tmp_path):
    client = start(SOURCE, tmp_path / "run.xdf")
    os.kill(client.pid, signal.SIGKILL)
    client.close()
    (tmp_path / "run.xdf").write_bytes(b"XD")
    said = wait_for(
        lambda: [line for line in [say("record", "--recover", tmp_path).stdout] if "XDF" in line]
    )
    assert "there is nothing to mend" in said[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--source", SOURCE],
        ["--out", "run.xdf"],
        ["--source", SOURCE, "--workspace", "clinic"],
        ["--source", SOURCE, "--out", "run.xdf", "--patient", "P-1"],
    ],
)
def test_what_is_wanted_is_said(arguments):
    with pytest.raises(ValueError, match=r"either --out FILE\.xdf or --workspace DIR"):
        say("record", *arguments)


def test_a_protocol_with_an_unknown_setting_names_it(tmp_path):
    (tmp_path / "hands.yaml").write_text("trails_per_class: 3")
    with pytest.raises(ValueError, match="trails_per_class: Extra inputs"):
        read_protocol(tmp_path / "hands.yaml")

"""The recorder in a process of its own, and all that may be killed around it."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from neurokit.files.xdf_mender import mend
from neurokit.files.xdf_reader import read_xdf
from neurokit.live.lsl import LslSource, Outlet
from neurokit.live.recorder import Recorder
from neurokit.live.recording_process import RecorderClient, RecorderGone, recover, start, unfinished
from tests.counting import SFREQ, Amplifier, Clock, Counter, counts_on, read, run_for, wait_until


@pytest.fixture(scope="module")
def amplifier():
    amplifier = Amplifier()
    yield amplifier
    amplifier.switch_off()


def test_a_killed_recorder_loses_nothing_that_it_acknowledged(tmp_path, amplifier):
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf", {"patient": "P01"})
    wait_until(lambda: client.status().acknowledged > 500)
    client.marker("left_hand", time.perf_counter())
    wait_until(lambda: client.status().markers == 1)
    status = client.status()
    os.kill(client.pid, signal.SIGKILL)
    assert status.written - status.acknowledged < SFREQ
    with pytest.raises(RecorderGone, match="neurokit record --recover"):
        wait_until(lambda: client.status() is None)
    wait_until(lambda: list(unfinished(tmp_path)))
    (left,) = unfinished(tmp_path)
    assert left.about == {"patient": "P01"}
    mended = recover(left)
    eeg, markers = read(mended.path)
    counted = eeg["time_series"][:, 0]
    assert len(counted) >= status.acknowledged
    assert counts_on(counted)
    assert markers == ["left_hand"]
    assert not list(unfinished(tmp_path))
    assert "key" not in json.loads(mended.path.with_suffix(".json").read_text())


def test_the_recorder_outlives_its_window_and_is_found_again(tmp_path, amplifier):
    path = tmp_path / "visite 1 été" / "run.xdf"
    code = (
        "import sys, os; from neurokit.live.recording_process import start;"
        "client = start(sys.argv[1], sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    window = subprocess.Popen([sys.executable, "-c", code, f"lsl:{amplifier.name}", str(path)])
    assert window.wait() == -signal.SIGKILL
    client = RecorderClient(path.with_suffix(".recording"))
    before = client.status().written
    wait_until(lambda: client.status().written > before + 250)
    assert not list(unfinished(tmp_path))
    status = client.stop()
    client.close()
    assert status.state == "stopped"
    counted = read(path)[0]["time_series"][:, 0]
    assert len(counted) == status.written
    assert counts_on(counted)


def test_an_amplifier_that_died_and_is_back_after_five_seconds_goes_on_in_the_same_file(tmp_path):
    amplifier = Amplifier()
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    wait_until(lambda: client.status().written > 250)
    amplifier.switch_off()
    died = time.perf_counter()
    wait_until(lambda: client.status().state == "stalled", 5)
    seen = time.perf_counter()
    # a load from eight other test processes may delay us, but not a second
    assert seen - died < 1.5
    wait_until(lambda: time.perf_counter() > died + 5)
    assert "switch the amplifier's LSL program on" in client.status().problem
    amplifier.switch_on(first=100_000)
    wait_until(lambda: client.status().state == "recording")
    before = client.status().written
    wait_until(lambda: client.status().written > before + 250)
    client.marker("left_hand", time.perf_counter())
    status = client.stop()
    client.close()
    amplifier.switch_off()
    assert len(status.gaps) == 1, status.gaps
    ((since, length),) = status.gaps
    assert since == pytest.approx(died, abs=0.5)
    assert length > 5
    assert mend(tmp_path / "run.xdf").complete
    eeg, markers = read(tmp_path / "run.xdf")
    counted = eeg["time_series"][:, 0]
    assert (np.diff(counted) != 1).sum() == 1
    assert [marker.split()[0] for marker in markers] == ["stall", "resume", "left_hand"]
    with pytest.warns(UserWarning, match="paused 1 times"):
        raw = read_xdf(tmp_path / "run.xdf")
    gap = raw.annotations[list(raw.annotations.description).index("BAD_gap")]
    assert gap["duration"] == pytest.approx(length, abs=0.5)


def test_a_stream_that_is_looked_for_again_is_the_same_one(amplifier):
    other = Outlet("other", "EEG", ["c0", "c1"], sfreq=SFREQ, source_id="other")
    source = LslSource(amplifier.name)
    assert source.open().source_id == amplifier.name
    source.name = ""  # as if the only EEG stream had been taken
    assert source.open().source_id == amplifier.name
    source.close()
    other.close()


def test_a_bad_question_does_not_end_the_recording(tmp_path, amplifier):
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    with pytest.raises(OSError, match="float"):
        client.marker("left_hand", "soon")
    wait_until(lambda: client.status().written > 100)
    client.close()
    again = RecorderClient(client.sidecar)
    assert again.stop().markers == 0
    again.close()


class Interrupted:
    """A connection on which Ctrl-C falls when the first answer has come and was not yet read."""

    def __init__(self, connection):
        self.send, self.close = connection.send, connection.close
        self._connection, self._is_first = connection, True

    def recv(self):
        if self._is_first:
            self._is_first = False
            assert self._connection.poll(10)
            raise KeyboardInterrupt
        return self._connection.recv()


def test_an_answer_that_ctrl_c_cut_off_is_not_taken_for_the_next(tmp_path, amplifier):
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    client._connection = Interrupted(client._connection)
    with pytest.raises(KeyboardInterrupt):
        client.marker("left_hand", time.perf_counter())
    status = client.stop()
    client.close()
    assert status.state == "stopped"
    assert status.markers == 1


def test_a_recorder_whose_disk_is_full_has_said_so(tmp_path, amplifier):
    """In a process as the window's recorder is, which takes half the disk for all of it."""
    path = tmp_path / "run.xdf"
    code = (
        "import sys; from neurokit.live import recorder, recording_process;"
        "recorder.FULL_BYTES = 2**60; recording_process.run(sys.argv[1], sys.argv[2], {})"
    )
    process = subprocess.Popen([sys.executable, "-c", code, f"lsl:{amplifier.name}", str(path)])
    assert process.wait(30) == 0
    assert json.loads(path.with_suffix(".json").read_text())["status"]["state"] == (
        "the disk is full"
    )
    assert mend(path).complete
    assert not path.with_suffix(".ring").exists()


def test_a_sidecar_that_was_spoilt_hides_no_recording(tmp_path):
    clock = Clock()
    recorder = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    recorder._keeper.close()  # as a process that died
    recorder.sidecar.write_text("{")
    (left,) = unfinished(tmp_path)
    assert left.about == {}
    assert recover(left).path == tmp_path / "run.xdf"
    assert not list(unfinished(tmp_path))


def test_a_client_hears_why_a_recording_ended(tmp_path, amplifier):
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    os.kill(client.pid, signal.SIGTERM)
    with pytest.raises(RecorderGone, match=r"run\.xdf has ended: ended from outside"):
        wait_until(lambda: client.status() is None)


def test_a_recorder_that_cannot_start_says_why(tmp_path):
    with pytest.raises(OSError, match="switch the amplifier's LSL program on"):
        start("lsl:nobody,timeout=0.2", tmp_path / "run.xdf")
    with pytest.raises(OSError, match="there is no source 'telepathy'"):
        start("telepathy:", tmp_path / "run.xdf")
    assert not list(tmp_path.iterdir())


def test_two_recordings_of_one_name_are_refused(tmp_path, amplifier):
    (tmp_path / "run.xdf").write_text("earlier")
    with pytest.raises(OSError, match="exists"):
        start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    assert (tmp_path / "run.xdf").read_text() == "earlier"

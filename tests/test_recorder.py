import json
import os
import signal
import threading
import time
import uuid

import numpy as np
import pytest
import pyxdf

from neurokit import recorder as recorder_module
from neurokit import recording_process
from neurokit.lsl import Outlet
from neurokit.recorder import Recorder
from neurokit.recording_process import RecorderClient, RecorderGone, recover, start, unfinished
from neurokit.streams import Samples, Source, SourceInfo, SourceLost
from neurokit.xdf import mend

SFREQ = 500.0


class Clock:
    """The time, as the test wants it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


class Counter(Source):
    """Counts its samples in microvolts: none may be lost or doubled."""

    def __init__(self, clock, n_channels=3):
        self.clock, self.n_channels = clock, n_channels
        self.given = 0
        self.silent = self.gone = False
        self.opened = 0
        self.labels = []

    def open(self):
        if self.gone:
            raise SourceLost("the amplifier is off")
        self.opened += 1
        self.start = self.clock() - self.given / SFREQ
        channels = tuple(f"c{number}" for number in range(self.n_channels))
        return SourceInfo("counter", channels, ("eeg",) * self.n_channels, SFREQ, "counter-1")

    def read(self):
        if self.gone:
            raise SourceLost("the amplifier is off")
        due = self.given if self.silent else int((self.clock() - self.start) * SFREQ)
        counter = np.arange(self.given, max(due, self.given))
        self.given += len(counter)
        values = np.repeat(counter[:, None] * 1e-6, self.n_channels, axis=1)
        return Samples(values, self.start + counter / SFREQ)

    def clock_offset(self):
        return 0.25

    def notice(self, label):
        self.labels.append(label)

    def close(self):
        pass


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(recorder_module, "now", clock)
    return clock


def run_for(recorder, clock, seconds, step=0.02):
    for _ in range(round(seconds / step)):
        clock.seconds += step
        recorder.step()


def read(path):
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    by_type = {stream["info"]["type"][0]: stream for stream in streams}
    return by_type["EEG"], [row[0] for row in by_type["Markers"]["time_series"]]


def test_every_sample_reaches_the_file_and_the_ring_once(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", {"patient": "P01"})
    run_for(recorder, clock, 3)
    recorder.marker("left_hand", clock() - 0.1)
    held = recorder.ring.latest(1.0)
    recorder.close()
    eeg, markers = read(tmp_path / "run.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(source.given))
    assert markers == ["left_hand"]
    assert source.labels == ["left_hand"]
    # what decodes online is to the bit what the file gives back
    stored = eeg["time_series"][-500:].astype(float) * 1e-6
    np.testing.assert_array_equal(held.samples, stored)
    # the ring's stamps are this machine's, the file's are the sender's
    np.testing.assert_allclose(held.stamps, eeg["time_stamps"][-500:] + 0.25)
    about = json.loads((tmp_path / "run.json").read_text())
    assert about["about"] == {"patient": "P01"}
    assert about["status"]["state"] == "stopped"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "run.xdf"]


def test_at_most_a_second_is_unacknowledged(tmp_path, clock):
    recorder = Recorder(Counter(clock), tmp_path / "run.xdf")
    for _ in range(200):
        clock.seconds += 0.02
        recorder.step()
        assert recorder.status.written - recorder.status.acknowledged <= SFREQ
    recorder.close()


def test_a_stall_is_seen_within_a_second_marked_and_survived(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf")
    run_for(recorder, clock, 1)
    source.silent = True
    run_for(recorder, clock, 1)
    assert recorder.status.state == "stalled"
    source.gone = True
    run_for(recorder, clock, 3)
    assert recorder.status.problem == "the amplifier is off"
    source.gone = source.silent = False
    run_for(recorder, clock, 2)
    assert recorder.status.state == "recording"
    assert source.opened > 1
    recorder.close()
    ((start_of_gap, length),) = recorder.status.gaps
    assert length == pytest.approx(4, abs=0.1)
    eeg, markers = read(tmp_path / "run.xdf")
    assert markers[0] == "stall"
    assert markers[1].startswith("resume after")
    assert len(set(eeg["time_series"][:, 0])) == len(eeg["time_series"])
    assert start_of_gap == pytest.approx(101, abs=0.05)


def test_a_stream_that_comes_back_changed_is_not_mixed_in(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf")
    run_for(recorder, clock, 1)
    source.silent = True
    run_for(recorder, clock, 1)
    source.n_channels = 5
    run_for(recorder, clock, 2)
    assert "5 channels" in recorder.status.problem
    recorder.close()
    assert read(tmp_path / "run.xdf")[0]["time_series"].shape[1] == 3


def test_a_recording_is_refused_where_there_is_no_room(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(recorder_module, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(OSError, match="make room or choose another disk"):
        Recorder(Counter(clock), tmp_path / "run.xdf")
    assert not list(tmp_path.iterdir())


class LiveCounter:
    """An LSL stream in a thread, whose first channel counts."""

    def __init__(self):
        self.name = f"counter-{uuid.uuid4().hex[:8]}"
        self.sent = 0
        self.stop = threading.Event()
        self.switch_on()

    def switch_on(self):
        self.outlet = Outlet(self.name, "EEG", ["c0", "c1"], sfreq=SFREQ, source_id=self.name)
        self.stop.clear()
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send(self):
        while not self.stop.wait(0.02):
            counter = np.arange(self.sent, self.sent + 10, dtype=np.float32)
            self.outlet.push_chunk(np.stack([counter, -counter], axis=1))
            self.sent += 10

    def switch_off(self):
        self.stop.set()
        self.thread.join()
        self.outlet.close()


@pytest.fixture
def stream():
    stream = LiveCounter()
    yield stream
    stream.switch_off()


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def test_a_killed_recorder_loses_nothing_that_it_acknowledged(tmp_path, stream):
    client = start(f"lsl:{stream.name}", tmp_path / "run.xdf", {"patient": "P01"})
    wait_until(lambda: client.status().acknowledged > 1000)
    client.marker("left_hand", time.perf_counter())
    acknowledged = client.status().acknowledged
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(RecorderGone):
        wait_until(lambda: client.status() is None)
    wait_until(lambda: list(unfinished(tmp_path)))
    (left,) = unfinished(tmp_path)
    assert left.about == {"patient": "P01"}
    mended = recover(left)
    eeg, markers = read(mended.path)
    counted = eeg["time_series"][:, 0]
    assert len(counted) >= acknowledged
    assert np.array_equal(np.diff(counted), np.ones(len(counted) - 1))
    assert markers == ["left_hand"]
    assert not list(unfinished(tmp_path))
    assert "key" not in json.loads(mended.path.with_suffix(".json").read_text())


def test_the_recorder_outlives_its_window_and_is_found_again(tmp_path, stream):
    path = tmp_path / "visite 1 été" / "run.xdf"
    code = (
        "import sys, os; from neurokit.recording_process import start;"
        "client = start(sys.argv[1], sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    window = recording_process.subprocess.Popen(
        [recording_process.sys.executable, "-c", code, f"lsl:{stream.name}", str(path)]
    )
    assert window.wait() == -signal.SIGKILL
    client = RecorderClient(path.with_suffix(".recording"))
    before = client.status().written
    wait_until(lambda: client.status().written > before + 500)
    assert not list(unfinished(tmp_path))
    status = client.stop()
    client.close()
    assert status.state == "stopped"
    counted = read(path)[0]["time_series"][:, 0]
    assert len(counted) == status.written
    assert np.array_equal(np.diff(counted), np.ones(len(counted) - 1))


def test_a_stream_that_is_gone_and_restarted_goes_on_in_the_same_file(tmp_path, stream):
    client = start(f"lsl:{stream.name}", tmp_path / "run.xdf")
    wait_until(lambda: client.status().written > 250)
    stream.switch_off()
    wait_until(lambda: client.status().state == "stalled", 5)
    stream.switch_on()
    wait_until(lambda: client.status().state == "recording")
    before = client.status().written
    wait_until(lambda: client.status().written > before + 250)
    status = client.stop()
    client.close()
    assert len(status.gaps) == 1
    eeg, markers = read(tmp_path / "run.xdf")
    counted = eeg["time_series"][:, 0]
    assert len(set(counted)) == len(counted)
    assert [marker.split()[0] for marker in markers] == ["stall", "resume"]
    assert mend(tmp_path / "run.xdf").complete


def test_a_recorder_that_cannot_start_says_why(tmp_path):
    with pytest.raises(OSError, match="switch the amplifier's LSL program on"):
        start("lsl:nobody,timeout=0.2", tmp_path / "run.xdf")
    with pytest.raises(OSError, match="there is no source 'telepathy'"):
        start("telepathy:", tmp_path / "run.xdf")
    assert not list(tmp_path.iterdir())


def test_two_recordings_of_one_name_are_refused(tmp_path, stream):
    (tmp_path / "run.xdf").write_text("earlier")
    with pytest.raises(OSError, match="exists"):
        start(f"lsl:{stream.name}", tmp_path / "run.xdf")
    assert (tmp_path / "run.xdf").read_text() == "earlier"

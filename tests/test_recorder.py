import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
import warnings

import numpy as np
import pytest
import pyxdf

from neurokit import recorder as recorder_module
from neurokit.lsl import LslSource, Outlet
from neurokit.recorder import Recorder
from neurokit.recording_process import RecorderClient, RecorderGone, recover, start, unfinished
from neurokit.simulated_patient import SimulatedPatient
from neurokit.streams import ReplaySource, Samples, Source, SourceInfo, SourceLost
from neurokit.xdf import XdfWriter
from neurokit.xdf_mender import mend
from neurokit.xdf_reader import read_xdf

SFREQ = 500.0


class Clock:
    """The time, as the test wants it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


class Counter(Source):
    """Counts its samples in microvolts: none may be lost or doubled. Its clock is slow."""

    def __init__(self, clock, n_channels=3):
        self.clock, self.n_channels = clock, n_channels
        self.given = 0
        self.silent = self.gone = False
        self.skew = 0.0
        self.opened = 0
        self.labels = []

    def open(self):
        if self.gone:
            raise SourceLost("the amplifier is off")
        self.opened += 1
        self.connected = True
        self.start = self.clock() - self.given / SFREQ
        channels = tuple(f"c{number}" for number in range(self.n_channels))
        return SourceInfo("counter", channels, ("eeg",) * self.n_channels, SFREQ, "counter-1")

    def read(self):
        self.connected = self.connected and not self.gone
        if not self.connected:
            raise SourceLost("the amplifier is off")
        due = self.given if self.silent else int((self.clock() - self.start) * SFREQ)
        counter = np.arange(self.given, max(due, self.given))
        self.given += len(counter)
        values = np.repeat(counter[:, None] * 1e-6, self.n_channels, axis=1)
        return Samples(values, self.start + counter / SFREQ - 0.25 + self.skew)

    def clock_offset(self):
        return 0.25

    def notice(self, label):
        self.labels.append(label)

    def close(self):
        pass


@pytest.fixture
def clock():
    return Clock()


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
    recorder = Recorder(source, tmp_path / "run.xdf", {"patient": "P01"}, clock=clock)
    run_for(recorder, clock, 3)
    recorder.marker("left_hand", clock() - 0.1)
    held = recorder.ring.latest(1.0)
    recorder.stop()
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


def test_a_stall_is_seen_within_a_second_marked_and_survived(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.silent = True
    run_for(recorder, clock, 1)
    assert recorder.status().state == "stalled"
    source.gone = True
    run_for(recorder, clock, 3)
    assert recorder.status().problem == "the amplifier is off"
    source.gone = source.silent = False
    run_for(recorder, clock, 2)
    assert recorder.status().state == "recording"
    assert source.opened > 1
    recorder.stop()
    ((start_of_gap, length),) = recorder.status().gaps
    assert length == pytest.approx(4, abs=0.1)
    eeg, markers = read(tmp_path / "run.xdf")
    assert markers[0] == "stall"
    assert markers[1].startswith("resume after")
    assert len(set(eeg["time_series"][:, 0])) == len(eeg["time_series"])
    assert start_of_gap == pytest.approx(101, abs=0.05)


def test_a_stream_that_comes_back_changed_is_not_mixed_in(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.gone = True
    run_for(recorder, clock, 1)
    source.gone = False
    source.n_channels = 5
    run_for(recorder, clock, 2)
    assert "5 channels" in recorder.status().problem
    source.n_channels = 3
    run_for(recorder, clock, 2)
    assert recorder.status().state == "recording"
    recorder.stop()
    assert read(tmp_path / "run.xdf")[0]["time_series"].shape[1] == 3


def test_a_recording_is_refused_where_there_is_no_room(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(recorder_module, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(OSError, match="make room or choose another disk"):
        Recorder(Counter(clock), tmp_path / "run.xdf")
    assert not list(tmp_path.iterdir())


def test_a_source_whose_driver_raises_anything_is_survived(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.read = lambda: 1 / 0
    run_for(recorder, clock, 0.1)
    assert recorder.status().state == "stalled"
    assert recorder.status().problem == "division by zero"
    del source.read
    run_for(recorder, clock, 1)
    assert recorder.status().state == "recording"
    assert recorder.status().problem == ""
    recorder.stop()
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0]
    assert counted.tolist() == list(range(source.given))


def test_a_source_at_its_end_ends_the_recording(tmp_path, clock):
    first = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    run_for(first, clock, 3)
    first.marker("left_hand", clock() - 0.5)
    first.stop()
    source = ReplaySource(tmp_path / "run.xdf", clock=clock)
    recorder = Recorder(source, tmp_path / "again.xdf", clock=clock)
    run_for(recorder, clock, 4)
    assert recorder.must_end == "the recording run.xdf is at its end"
    assert recorder.stop("x").state == "the recording run.xdf is at its end"
    eeg, markers = read(tmp_path / "again.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(len(eeg["time_series"])))
    assert markers == []


def test_a_sender_whose_clock_is_set_does_not_tear_the_recording(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 60)
    source.skew = 1000.0
    run_for(recorder, clock, 60)
    held = recorder.ring.latest(2.0)
    assert clock() - held.stamps[-1] < 0.3
    recorder.marker("left_hand", clock() - 10)
    recorder.stop()
    note, cue = read(tmp_path / "run.xdf")[1]
    assert float(re.search(r"was set by (.*) s", note)[1]) == pytest.approx(1000, abs=0.1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*clock was set 1 times")
        raw = read_xdf(tmp_path / "run.xdf")
    counted = np.rint(raw.get_data()[0] * 1e6)
    assert counted.tolist() == list(range(source.given))
    onset = raw.annotations.onset[list(raw.annotations.description).index(cue)]
    assert onset == pytest.approx(110, abs=0.1)


def test_jitter_and_bursts_are_no_gaps(tmp_path, clock):
    """An amplifier over radio: packets come up to half a second late, stamped as they come."""
    generator = np.random.default_rng(0)
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    given = source.read

    def stamped_late():
        samples = given()
        return Samples(samples.values, samples.stamps + generator.uniform(0, 0.004, len(samples)))

    source.read = stamped_late
    for _ in range(200):
        run_for(recorder, clock, 1, step=generator.uniform(0.002, 0.5))
    recorder.stop()
    eeg, markers = read(tmp_path / "run.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(source.given))
    assert markers == []
    raw = read_xdf(tmp_path / "run.xdf")
    assert raw.n_times == source.given
    assert "BAD_gap" not in raw.annotations.description


def test_samples_that_an_amplifier_lost_are_a_gap_where_they_are_missing(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 10)
    clock.seconds += 0.7
    before = source.given
    source.read()  # 350 samples, too short a silence for a stall
    lost = range(before, source.given)
    run_for(recorder, clock, 10)
    recorder.stop()
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0].tolist()
    assert counted == [n for n in range(source.given) if n not in lost]
    with pytest.warns(UserWarning, match="paused 1 times"):
        raw = read_xdf(tmp_path / "run.xdf")
    values = np.rint(raw.get_data()[0] * 1e6)
    # what comes after the gap lies where it belongs
    assert values[lost.stop + 1000] == pytest.approx(lost.stop + 1000, abs=2)
    ((onset, duration),) = [
        (one["onset"], one["duration"])
        for one in raw.annotations
        if one["description"] == "BAD_gap"
    ]
    assert onset == pytest.approx(lost.start / SFREQ, abs=0.01)
    assert duration == pytest.approx(0.7, abs=0.01)


def test_the_types_of_the_channels_are_kept(tmp_path, clock):
    source = Counter(clock)
    opened = source.open
    source.open = lambda: recorder_module.replace(opened(), types=("eeg", "eog", "misc"))
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    recorder.stop()
    raw = read_xdf(tmp_path / "run.xdf")
    assert raw.get_channel_types() == ["eeg", "eog", "misc"]
    np.testing.assert_allclose(raw.get_data()[:2, 100], 1e-4)
    np.testing.assert_allclose(raw.get_data()[2, 100], 1e-4)


class SlowDisk:
    """An fsync that takes its time."""

    def __init__(self, monkeypatch, seconds):
        self.seconds, self.calls, self.go = seconds, 0, threading.Event()
        real = XdfWriter.sync

        def sync(writer):
            self.calls += 1
            self.go.wait(self.seconds)
            real(writer)

        monkeypatch.setattr(XdfWriter, "sync", sync)


def in_real_time(recorder, seconds):
    """Step as the recorder does; how many steps were slow, and the most that was unsafe."""
    n_slow, unsafe = 0, 0.0
    pause = threading.Event()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        recorder.step()
        n_slow += time.perf_counter() - began > 0.25
        status = recorder.status()
        unsafe = max(unsafe, (status.written - status.acknowledged) / SFREQ)
        pause.wait(0.005)
    return n_slow, unsafe


def test_at_most_a_second_is_unsafe_and_no_step_waits_for_a_slow_disk(tmp_path, monkeypatch):
    recorder = Recorder(Counter(time.perf_counter), tmp_path / "run.xdf", in_background=True)
    disk = SlowDisk(monkeypatch, 0.3)
    n_slow, unsafe = in_real_time(recorder, 3)
    assert disk.calls >= 4
    # the machine may be busy now and then; a disk would be so each time
    assert n_slow < 3
    assert unsafe < 1
    disk.go.set()
    recorder.stop()


def test_a_disk_that_hangs_is_said_and_the_ring_goes_on(tmp_path, monkeypatch):
    recorder = Recorder(Counter(time.perf_counter), tmp_path / "run.xdf", in_background=True)
    disk = SlowDisk(monkeypatch, 30)
    in_real_time(recorder, 2.2)
    status = recorder.status()
    assert "the disk is slow" in status.problem
    assert recorder.ring.n_written == status.written > status.acknowledged
    disk.go.set()
    recorder.stop()
    assert recorder.status().acknowledged == status.written
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0]
    assert counted.tolist() == list(range(status.written))


def test_nothing_is_acknowledged_before_it_is_on_the_disk(tmp_path, monkeypatch):
    recorder = Recorder(Counter(time.perf_counter), tmp_path / "run.xdf")
    seen = []
    real = XdfWriter.sync

    def sync(writer):
        # what arrives while the disk works is not covered by it
        recorder._keeper.add_samples(np.zeros((7, 3), np.float32), np.arange(7.0))
        seen.append(recorder.status().acknowledged)
        real(writer)

    monkeypatch.setattr(XdfWriter, "sync", sync)
    keeper = recorder._keeper
    keeper.add_samples(np.zeros((5, 3), np.float32), np.arange(5.0))
    keeper._write()
    keeper.sync()
    assert seen == [0]
    assert recorder.status().acknowledged == 5
    monkeypatch.setattr(XdfWriter, "sync", real)
    recorder.stop()


def test_a_full_disk_ends_the_recording_and_leaves_it_whole(tmp_path, clock, monkeypatch):
    recorder = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 2)
    safe = recorder.status().written
    writer = recorder._keeper.writer
    real = writer._file

    class Full:
        def write(self, data):
            real.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

        def __getattr__(self, name):
            return getattr(real, name)

    monkeypatch.setattr(writer, "_file", Full())
    run_for(recorder, clock, 1)
    assert recorder.status().problem == "the disk is full"
    assert recorder.stop().state == "the disk is full"
    assert mend(tmp_path / "run.xdf").lost_bytes == 0
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0]
    assert counted.tolist() == list(range(safe))


def test_a_file_that_may_not_grow_is_said_and_kept_whole(tmp_path, clock):
    resource = pytest.importorskip("resource")
    recorder = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limits[1]))
    try:
        run_for(recorder, clock, 8)
        assert "the file could not be written: [Errno 27] File too large" in recorder.must_end
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    recorder.stop()
    assert mend(tmp_path / "run.xdf").lost_bytes == 0
    assert len(read(tmp_path / "run.xdf")[0]["time_series"]) > 1000


def test_a_disk_that_fills_up_is_said_in_time(tmp_path, clock, monkeypatch):
    recorder = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    monkeypatch.setattr(recorder._keeper, "free_bytes", recorder_module.FULL_BYTES + 4_000_000)
    assert recorder.status().problem == "the disk is nearly full: room for 6 minutes; end soon"
    recorder.stop()


class Amplifier:
    """An LSL stream that counts, sent by a process of its own."""

    def __init__(self):
        self.name = f"counter-{uuid.uuid4().hex[:8]}"
        self.switch_on()

    def switch_on(self, first=0, n_channels=2):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sender", self.name, str(n_channels), "500", str(first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.process.stdout.readline()

    def switch_off(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def amplifier():
    amplifier = Amplifier()
    yield amplifier
    amplifier.switch_off()


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def counts_on(samples):
    return np.array_equal(np.diff(samples), np.ones(len(samples) - 1))


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
        "import sys, os; from neurokit.recording_process import start;"
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


def test_a_simulated_amplifier_that_drops_out_is_survived(tmp_path):
    clock = Clock()
    patient = SimulatedPatient(channels=4, dropouts=2, clock=clock, seed=1)
    recorder = Recorder(patient, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 150, step=0.1)
    status = recorder.stop()
    assert status.gaps
    assert all(2.5 < length < 8 for _, length in status.gaps)
    assert status.problem == ""
    with pytest.warns(UserWarning, match=f"paused {len(status.gaps)} times"):
        raw = read_xdf(tmp_path / "run.xdf")
    assert raw.times[-1] == pytest.approx(150, abs=0.5)


def test_a_bad_question_does_not_end_the_recording(tmp_path, amplifier):
    client = start(f"lsl:{amplifier.name}", tmp_path / "run.xdf")
    with pytest.raises(OSError, match="float"):
        client.marker("left_hand", "soon")
    wait_until(lambda: client.status().written > 100)
    client.close()
    again = RecorderClient(client.sidecar)
    assert again.stop().markers == 0
    again.close()


def test_a_recorder_whose_disk_is_full_has_said_so(tmp_path, amplifier):
    """In a process as the window's recorder is, which takes half the disk for all of it."""
    path = tmp_path / "run.xdf"
    code = (
        "import sys; from neurokit import recorder, recording_process;"
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

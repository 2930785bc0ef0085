"""The recorder and a disk that is slow, full, or hangs."""

import errno
import threading
import time

import numpy as np
import pytest

from neurokit.files.xdf import XdfWriter
from neurokit.files.xdf_mender import mend
from neurokit.live import recorder as recorder_module
from neurokit.live.recorder import Recorder
from tests.counting import SFREQ, Clock, Counter, read, run_for


@pytest.fixture
def clock():
    return Clock()


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

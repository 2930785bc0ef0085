"""Sources whose samples count, so that a lost or doubled one is seen."""

import subprocess
import sys
import threading
import time
import uuid

import numpy as np
import pytest
import pyxdf

from neurokit.live.streams import Samples, Source, SourceInfo, SourceLost

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


def run_for(recorder, clock, seconds, step=0.02):
    for _ in range(round(seconds / step)):
        clock.seconds += step
        recorder.step()


def read(path):
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    by_type = {stream["info"]["type"][0]: stream for stream in streams}
    return by_type["EEG"], [row[0] for row in by_type["Markers"]["time_series"]]


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


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def counts_on(samples):
    return np.array_equal(np.diff(samples), np.ones(len(samples) - 1))

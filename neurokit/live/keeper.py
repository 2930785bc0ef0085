"""Take a recording to its file, in a thread of its own: the sample path never waits for a disk."""

from __future__ import annotations

import shutil
import threading
import time
from collections import deque
from collections.abc import Callable

import numpy as np

from neurokit.files.xdf import XdfWriter

# pieces of the sample path are gathered into chunks of this length
WRITE_SECONDS = 0.05
# with a disk that takes up to half a second, less than a second is ever not safe
SYNC_SECONDS = 0.25


class Keeper:
    """Writes what it is given, and makes it safe four times a second.

    Parameters
    ----------
    writer : XdfWriter
        Its first stream takes the samples, its second the markers.
    in_background : bool
        Whether a thread does the work; otherwise whoever calls ``work``.

    Attributes
    ----------
    given, acknowledged : int
        Samples that came, and those that are on the disk.
    markers : int
        Markers that were written: they outlive this process.
    free_bytes : int
        What the disk had left when it was last asked.
    error : Exception or None
        Why nothing is written any more.
    """

    def __init__(self, writer: XdfWriter, *, in_background: bool) -> None:
        self.writer = writer
        self.given = self.acknowledged = self.markers = 0
        self.free_bytes = shutil.disk_usage(writer.path.parent).free
        self.error: Exception | None = None
        self._samples: deque[tuple[np.ndarray, np.ndarray]] = deque()
        self._others: deque[Callable[[], object]] = deque()
        self._written = 0
        self._next_sync = time.monotonic() + SYNC_SECONDS
        self._wake = threading.Event()
        self._is_ending = False
        self._thread: threading.Thread | None = None
        if in_background:
            self._thread = threading.Thread(target=self._run, name="recording-keeper", daemon=True)
            self._thread.start()

    def add_samples(self, values: np.ndarray, stamps: np.ndarray) -> None:
        """Take samples, in the unit of the file."""
        self._samples.append((values, stamps))
        self.given += len(stamps)

    def add_marker(self, label: str, stamp: float) -> None:
        """Take a marker."""
        self._others.append(lambda: self._write_marker(label, stamp))
        self._wake.set()  # markers are few, and each counts

    def add_clock_offset(self, when: float, offset: float) -> None:
        """Take a measurement of the sender's clock."""
        self._others.append(lambda: self.writer.clock_offset(0, when, offset))

    def work(self) -> None:
        """Write what has come; make it safe where that is due."""
        if self.error is not None:
            return
        try:
            self._write()
            if time.monotonic() >= self._next_sync:
                self.sync()
        except Exception as error:  # the recorder must hear of it, whatever it is
            self.error = error

    def sync(self) -> None:
        """Return when all that was written is safe, and acknowledged."""
        # from its start: a slow disk is asked again at once
        self._next_sync = time.monotonic() + SYNC_SECONDS
        written = self._written
        self.writer.sync()
        self.acknowledged = written
        self.free_bytes = shutil.disk_usage(self.writer.path.parent).free

    def close(self) -> None:
        """Write the rest and the footers; ``error`` says what did not succeed."""
        self._is_ending = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.work()
        try:
            self.writer.close()
        except Exception as error:
            self.error = self.error or error
        if self.error is None:
            self.acknowledged = self._written

    def _write_marker(self, label: str, stamp: float) -> None:
        self.markers = self.writer.write(1, [label], np.array([stamp]))

    def _write(self) -> None:
        while self._others:
            self._others.popleft()()
        pieces = [self._samples.popleft() for _ in range(len(self._samples))]
        if pieces:
            values, stamps = (np.concatenate(part) for part in zip(*pieces, strict=True))
            self._written = self.writer.write(0, values, stamps)

    def _run(self) -> None:
        while not self._is_ending:
            self._wake.wait(WRITE_SECONDS)
            self._wake.clear()
            self.work()

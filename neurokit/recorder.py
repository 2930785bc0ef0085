"""Record a source: to an XDF file, safe twice a second, and to a ring that others read.

Beside the recording lies a sidecar, ``NAME.recording`` while it runs and ``NAME.json`` afterwards,
that says who, what, which settings and versions. ``neurokit.recording_process`` runs the recorder
in a process of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from neurokit import __version__
from neurokit.ring import Ring
from neurokit.streams import MICROVOLT, Source, SourceInfo, SourceLost, now
from neurokit.xdf import XdfStream, XdfWriter

SYNC_SECONDS = 0.5
STALL_SECONDS = 0.75
RECONNECT_SECONDS = 1.0
LEAST_FREE_BYTES = 200 * 2**20
CLOCK_SECONDS = 5.0
EEG, MARKERS = 0, 1
VOLTAGES = ("eeg", "eog", "emg", "ecg")


@dataclass
class Status:
    """What the recorder says of itself.

    ``acknowledged`` samples are on the disk; ``gaps`` lists the stalls that ended, as
    (start, seconds); ``problem`` is empty while all is well.
    """

    state: str = "starting"
    written: int = 0
    acknowledged: int = 0
    markers: int = 0
    stalled_since: float | None = None
    gaps: list[tuple[float, float]] = field(default_factory=list)
    problem: str = ""
    free_bytes: int = 0


class Recorder:
    """Takes a source to an XDF file and a ring.

    Parameters
    ----------
    source : Source
        Not yet open.
    path : path-like
        The XDF file to make; its folder exists.
    about : dict
        What the sidecar keeps: patient, run, protocol, settings.
    ring_seconds : float
        How much the ring holds.

    Raises
    ------
    FileExistsError
        If there is such a recording already.
    SourceLost
        If the source cannot be opened.
    """

    def __init__(
        self,
        source: Source,
        path: str | os.PathLike[str],
        about: dict[str, Any] | None = None,
        *,
        ring_seconds: float = 30.0,
    ) -> None:
        self.source = source
        self.path = Path(path)
        self.about = about or {}
        self.status = Status()
        self.info = source.open()
        _room_for(self.path)
        self.writer = XdfWriter(self.path, _streams(self.info))
        self.ring = Ring.create(
            self.path.with_suffix(".ring"), len(self.info.channels), self.info.sfreq, ring_seconds
        )
        self._last_sample = self._next_sync = self._next_clock = now()
        self._offset = 0.0
        self._unsynced = 0
        self._next_connect = 0.0
        self._scale = np.where([kind in VOLTAGES for kind in self.info.types], MICROVOLT, 1.0)
        self.status.state = "recording"

    @property
    def sidecar(self) -> Path:
        """Where the running recording is described."""
        return self.path.with_suffix(".recording")

    def describe(self, **more: Any) -> dict[str, Any]:
        """What the sidecar says."""
        return {
            "recording": self.path.name,
            "source": asdict(self.info),
            "about": self.about,
            "status": asdict(self.status),
            "version": __version__,
            "pid": os.getpid(),
            **more,
        }

    def step(self) -> int:
        """Take what has come; returns the number of samples."""
        self._measure_clock()
        taken = self._take()
        instant = now()
        if taken:
            self._last_sample = instant
            if self.status.stalled_since is not None:
                self._resume(instant)
        elif self.status.stalled_since is None and instant - self._last_sample > STALL_SECONDS:
            self.status.stalled_since = self._last_sample
            self.status.state = "stalled"
            self.marker("stall", self._last_sample)
        if instant >= self._next_sync:
            self.sync()
        return taken

    def _take(self) -> int:
        if self.status.stalled_since is not None and now() >= self._next_connect:
            self._next_connect = now() + RECONNECT_SECONDS
            self._reconnect()
        try:
            samples = self.source.read()
        except SourceLost as error:
            self.status.problem = str(error)
            return 0
        if not len(samples):
            return 0
        self.status.problem = ""
        # the ring holds what the file will give back, so that a replay decodes the same bits
        stored = (samples.values / self._scale).astype(np.float32)
        # XDF keeps the sender's own stamps, and the clock offsets beside them
        self.status.written = self.writer.write(EEG, stored, samples.stamps)
        self.ring.append(stored.astype(float) * self._scale, samples.stamps + self._offset)
        return len(samples)

    def _reconnect(self) -> None:
        with contextlib.suppress(SourceLost):
            info = self.source.open()
            if (info.channels, info.sfreq) != (self.info.channels, self.info.sfreq):
                self.source.close()
                self.status.problem = (
                    f"the stream came back with {len(info.channels)} channels at {info.sfreq:g} Hz "
                    f"instead of {len(self.info.channels)} at {self.info.sfreq:g}; end this run"
                )

    def _resume(self, instant: float) -> None:
        since = self.status.stalled_since or instant
        self.status.gaps.append((since, instant - since))
        self.status.stalled_since = None
        self.status.state = "recording"
        self.marker(f"resume after {instant - since:.3f} s", instant)
        self._next_clock = instant

    def _measure_clock(self) -> None:
        if now() < self._next_clock or self.status.stalled_since is not None:
            return
        self._next_clock = now() + CLOCK_SECONDS
        offset = self.source.clock_offset()
        if offset is not None:
            self._offset = offset
            self.writer.clock_offset(EEG, now() - offset, offset)

    def marker(self, label: str, stamp: float | None = None) -> None:
        """Write a marker; the stamp is ``now()`` at the moment that it names."""
        stamp = now() if stamp is None else stamp
        self.status.markers = self.writer.write(MARKERS, [label], np.array([stamp]))
        self.source.notice(label)

    def sync(self) -> None:
        """Make all that was written safe, and acknowledge it."""
        self.writer.sync()
        self.status.acknowledged = self.status.written
        self.status.free_bytes = shutil.disk_usage(self.path.parent).free
        self._next_sync = now() + SYNC_SECONDS

    def close(self, reason: str = "stopped") -> None:
        """End the recording; its sidecar becomes ``NAME.json``."""
        self.source.close()
        try:
            self.writer.close()
        finally:
            self.ring.remove()
        self.status.acknowledged = self.status.written
        self.status.state = reason
        write_json(self.path.with_suffix(".json"), self.describe())
        self.sidecar.unlink(missing_ok=True)


def _streams(info: SourceInfo) -> list[XdfStream]:
    units = ["microvolts" if kind in VOLTAGES else "none" for kind in info.types]
    return [
        XdfStream(info.name, "EEG", info.channels, info.sfreq, "float32", units, info.source_id),
        XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
    ]


def _room_for(path: Path) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < LEAST_FREE_BYTES:
        raise OSError(
            f"only {free / 2**20:.0f} MB are free in {path.parent}, a recording wants "
            f"{LEAST_FREE_BYTES / 2**20:.0f} MB; make room or choose another disk"
        )


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all, readable by its owner only."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

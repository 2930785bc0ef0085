"""Record a source: to an XDF file, safe four times a second, and to a ring that others read.

Beside the recording lies a sidecar, ``NAME.recording`` while it runs and ``NAME.json`` afterwards,
that says who, what, which settings and versions. ``neurokit.live.recording_process`` runs the
recorder in a process of its own.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from neurokit import __version__
from neurokit.files.whole_files import write_whole
from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.live.keeper import Keeper
from neurokit.live.ring import Ring
from neurokit.live.streams import MICROVOLT, Samples, Source, SourceEnded, SourceInfo, now

STALL_SECONDS = 0.75
# a connection that is up but silent may be dead without knowing it
SILENT_SECONDS = 4.0
RECONNECT_SECONDS = 1.0
LEAST_FREE_BYTES = 200 * 2**20
FULL_BYTES = 50 * 2**20
WARN_MINUTES = 10
CLOCK_SECONDS = 5.0
CLOCK_RETRY_SECONDS = 0.5
# pyxdf takes the same for a clock that was set
JUMP_SECONDS = 5.0
VOLTAGES = ("eeg", "eog", "emg", "ecg")


@dataclass
class Status:
    """What the recorder says of itself.

    ``written`` samples came, and ``acknowledged`` ones are on the disk; ``markers`` are in the
    file, where they outlive the recorder's process; ``gaps`` lists the stalls that ended, as
    (start, seconds); ``problem`` is empty while all is well; ``state`` is ``"recording"``,
    ``"stalled"`` or, once it has ended, why.
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

    It has the face of a ``RecorderClient``: ``marker``, ``status``, ``stop``, ``close``, ``ring``,
    ``info`` and ``path``; whoever owns it calls ``step`` besides.

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
    clock : callable
        Gives the time in seconds; a virtual one makes a run shorter than it says.
    in_background : bool
        Whether threads write to the disk and look for a lost source, so that ``step`` never waits.
    contact : dict
        How the running recorder is reached; in the sidecar while it runs.

    Raises
    ------
    FileExistsError
        If there is such a recording already.
    OSError
        If the disk has no room, or the source cannot be opened.
    """

    def __init__(
        self,
        source: Source,
        path: str | os.PathLike[str],
        about: dict[str, Any] | None = None,
        *,
        ring_seconds: float = 30.0,
        clock: Callable[[], float] = now,
        in_background: bool = False,
        contact: dict[str, Any] | None = None,
    ) -> None:
        self.source, self.path, self.about = source, Path(path), about or {}
        self._clock, self._in_background = clock, in_background
        if self.path.exists():
            raise FileExistsError(f"the recording {self.path} exists; choose another name")
        _room_for(self.path)
        self.info = source.open()
        try:
            self._keeper = Keeper(
                XdfWriter(self.path, _streams(self.info)), in_background=in_background
            )
            self.ring = Ring.create(
                self.path.with_suffix(".ring"),
                len(self.info.channels),
                self.info.sfreq,
                ring_seconds,
            )
        except BaseException:
            source.close()
            raise
        self._status = Status("recording")
        self._arrival = self._next_clock = self._next_connect = clock()
        # stamps of the latest samples, on our clock
        self._first_stamp = self._last_stamp = self._arrival
        self._offset: float | None = None
        self._lost = self._refused = self._ended = ""
        self._connecting: threading.Thread | None = None
        self._stopped = False
        self._scale = np.where([kind in VOLTAGES for kind in self.info.types], MICROVOLT, 1.0)
        write_json(self.sidecar, self.describe(**(contact or {})))

    @property
    def sidecar(self) -> Path:
        """Where the running recording is described."""
        return self.path.with_suffix(".recording")

    @property
    def must_end(self) -> str:
        """Why the recording cannot go on; empty while it can."""
        error = self._keeper.error
        if error is not None and not _is_full(error):
            return f"the file could not be written: {error}"
        if error is not None or self._keeper.free_bytes < FULL_BYTES:
            return "the disk is full"
        return self._ended

    def status(self) -> Status:
        """How the recording stands."""
        keeper = self._keeper
        return replace(
            self._status,
            written=keeper.given,
            acknowledged=keeper.acknowledged,
            markers=keeper.markers,
            gaps=list(self._status.gaps),
            problem=self.must_end or self._refused or self._lost or self._disk_problem(),
            free_bytes=keeper.free_bytes,
        )

    def _disk_problem(self) -> str:
        unsafe = (self._keeper.given - self._keeper.acknowledged) / self.info.sfreq
        if self._in_background and unsafe > 1.5:
            return f"the disk is slow: the last {unsafe:.0f} s are not yet safe on it"
        bytes_a_minute = 60 * self.info.sfreq * (4 * len(self.info.channels) + 9)
        minutes = (self._keeper.free_bytes - FULL_BYTES) / bytes_a_minute
        if minutes < WARN_MINUTES:
            return f"the disk is nearly full: room for {max(minutes, 0):.0f} minutes; end soon"
        return ""

    def describe(self, **more: Any) -> dict[str, Any]:
        """What the sidecar says."""
        return {
            "recording": self.path.name,
            "source": asdict(self.info),
            "about": self.about,
            "status": asdict(self.status()),
            "version": __version__,
            "pid": os.getpid(),
            **more,
        }

    def step(self) -> int:
        """Take what has come; returns the number of samples."""
        self._measure_clock()
        taken = self._take()
        instant = self._clock()
        if taken:
            if self._status.stalled_since is not None:
                self._resume(instant)
            self._arrival = instant
        elif instant - self._arrival > STALL_SECONDS and not self._ended:
            self._stall()
        if not self._in_background:
            self._keeper.work()
        return taken

    def _take(self) -> int:
        if self._connecting is not None and self._connecting.is_alive():
            return 0
        since = self._status.stalled_since
        if not self._lost and since is not None and self._clock() - since > SILENT_SECONDS:
            self._reconnect(SILENT_SECONDS)
        if self._refused:
            self._reconnect(RECONNECT_SECONDS)
            return 0
        try:
            samples = self.source.read()
        except SourceEnded as error:
            self._ended = str(error)
            return 0
        except Exception as error:  # whatever an amplifier's driver raises, the recording goes on
            self._lost = str(error) or type(error).__name__
            self._stall()
            self._reconnect(RECONNECT_SECONDS)
            return 0
        if len(samples):
            self._lost = ""
            self._keep(samples)
        return len(samples)

    def _keep(self, samples: Samples) -> None:
        # the ring holds what the file will give back, so that a replay decodes the same bits
        stored = (samples.values / self._scale).astype(np.float32)
        offset = self._aligned(float(samples.stamps[-1]))
        # readers come first, and the disk later
        stamps = samples.stamps + offset
        self.ring.append(stored.astype(float) * self._scale, stamps)
        # XDF keeps the sender's own stamps, and the clock offsets beside them
        self._keeper.add_samples(stored, samples.stamps)
        self._first_stamp, self._last_stamp = float(stamps[0]), float(stamps[-1])

    def _aligned(self, stamp: float) -> float:
        """Offset of the sender's clock, from the arrival of a sample where that clock was set."""
        instant = self._clock()
        offset = self._offset or 0.0
        jump = instant - (stamp + offset)
        if abs(jump) > JUMP_SECONDS:
            if self._offset is not None:
                self.marker(f"note: the source's clock was set by {-jump:.3f} s", instant)
            offset += jump
            self._set_offset(instant, offset)
        elif self._offset is None:
            self._offset = 0.0
        return offset

    def _set_offset(self, instant: float, offset: float) -> None:
        self._offset = offset
        self._keeper.add_clock_offset(instant - offset, offset)

    def _measure_clock(self) -> None:
        instant = self._clock()
        if instant < self._next_clock or self._status.stalled_since is not None:
            return
        measured = self.source.clock_offset()
        late = CLOCK_RETRY_SECONDS if measured is None else CLOCK_SECONDS
        self._next_clock = instant + late
        if measured is None:
            return
        # LSL's own estimate comes some seconds after a clock that was set
        if self._offset is None or abs(measured - self._offset) < JUMP_SECONDS:
            self._set_offset(self._clock(), measured)

    def _stall(self) -> None:
        if self._status.stalled_since is None:
            self._status.stalled_since = self._last_stamp
            self._status.state = "stalled"
            self.marker("stall", self._last_stamp)

    def _resume(self, instant: float) -> None:
        since = self._status.stalled_since or instant
        # what a connection held back until it was open is not missing
        seconds = max(self._first_stamp - since, 0.0)
        self._status.gaps.append((since, seconds))
        self._status.stalled_since = None
        self._status.state = "recording"
        self.marker(f"resume after {seconds:.3f} s", since + seconds)
        self._next_clock = instant

    def _reconnect(self, pause: float) -> None:
        if self._clock() < self._next_connect:
            return
        self._next_connect = self._clock() + pause
        if not self._in_background:
            self._connect()
            return
        self._connecting = threading.Thread(
            target=self._connect, name="recording-connect", daemon=True
        )
        self._connecting.start()

    def _connect(self) -> None:
        try:
            info = self.source.open()
        except Exception as error:
            self._lost = str(error)
            return
        if (info.channels, info.sfreq) == (self.info.channels, self.info.sfreq):
            self._lost = self._refused = ""
            # the silence that counts begins anew
            self._next_connect = self._clock() + SILENT_SECONDS
            return
        self.source.close()
        self._refused = (
            f"the stream came back with {len(info.channels)} channels at {info.sfreq:g} Hz instead "
            f"of {len(self.info.channels)} at {self.info.sfreq:g}; set it back, or end this run"
        )

    def marker(self, label: str, stamp: float | None = None) -> None:
        """Write a marker; the stamp is the clock's at the moment that it names, or now."""
        self._keeper.add_marker(str(label), self._clock() if stamp is None else float(stamp))
        self.source.notice(label)

    def stop(self, reason: str = "stopped") -> Status:
        """End the recording; its sidecar becomes ``NAME.json``.

        Where the disk refuses, the sidecar stays, so that the recording is found as unfinished.
        """
        if self._stopped:
            return self.status()
        self._stopped = True
        if self._connecting is not None:
            self._connecting.join(RECONNECT_SECONDS)
        self.source.close()
        self._keeper.close()
        self.ring.remove()
        self._status.state = self.must_end or reason
        write_json(self.path.with_suffix(".json"), self.describe())
        self.sidecar.unlink(missing_ok=True)
        return self.status()

    def close(self) -> None:
        """End the recording if it was not stopped."""
        self.stop()


def _streams(info: SourceInfo) -> list[XdfStream]:
    units = ["microvolts" if kind in VOLTAGES else "none" for kind in info.types]
    types = [kind.upper() for kind in info.types]
    return [
        XdfStream(
            info.name, "EEG", info.channels, info.sfreq, "float32", units, info.source_id, types
        ),
        XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
    ]


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _room_for(path: Path) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < LEAST_FREE_BYTES:
        raise OSError(
            f"only {free / 2**20:.0f} MB are free in {path.parent}, a recording wants "
            f"{LEAST_FREE_BYTES / 2**20:.0f} MB; make room or choose another disk"
        )


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all, readable by its owner only."""
    write_whole(path, json.dumps(content, indent=1), mode=0o600)

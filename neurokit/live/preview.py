"""Look at a source without recording it: a process of its own fills a ring, and no file.

The process ends, and lets go of the source, when it is told to or when the one who looks is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from neurokit.live.ring import Ring
from neurokit.live.streams import Source, SourceEnded, SourceInfo, now, open_source

RING_SECONDS = 60.0
POLL_SECONDS = 0.01
RECONNECT_SECONDS = 1.0
# a connection that is up but silent may be dead without knowing it
SILENT_SECONDS = 4.0
CLOCK_SECONDS = 5.0
PATIENCE_SECONDS = 2.0

State = Literal["opening", "live", "lost", "ended"]


class Preview:
    """The process that reads a source, seen from the one who looks.

    ``state`` is ``"opening"``, ``"live"``, ``"lost"`` (it is looked for again) or ``"ended"``;
    ``problem`` says why in words; ``info`` and ``ring`` are there once it was live. ``poll``
    brings them up to date, and never waits.

    Parameters
    ----------
    address : str
        Of the source, as ``open_source`` takes it.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.state: State = "opening"
        self.problem = ""
        self.info: SourceInfo | None = None
        self.ring: Ring | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="neurokit-preview-"))
        self._read_at = 0
        self._deadline = 0.0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "neurokit.live.preview", address, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def poll(self) -> State:
        """Hear what the process has said."""
        if self._process.poll() is not None and self.state not in ("ended",):
            self._hear()
            if self.state != "ended":
                self.problem = self.problem or "the preview's process has died; start it again"
            self.state = "ended"
        elif self.state != "ended":
            self._hear()
        return self.state

    def _hear(self) -> None:
        path = self._folder / "status.json"
        with suppress(OSError, ValueError):
            written = path.stat().st_mtime_ns
            if written == self._read_at:
                return
            said = json.loads(path.read_text(encoding="utf-8"))
            self._read_at = written
            self.state, self.problem = said["state"], said["problem"]
            if self.ring is None and said["source"]:
                source: dict[str, Any] = said["source"]
                lists = {key: tuple(each) for key, each in source.items() if isinstance(each, list)}
                self.info = SourceInfo(**{**source, **lists})
                self.ring = Ring(self._folder / "preview.ring")

    def let_go(self) -> None:
        """Ask the process to let go of the source, without waiting; ``has_left`` follows it."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        # who is still looking for its source holds nothing that it must give back
        if self.state == "opening":
            self._process.kill()
        self.state, self.ring = "ended", None
        self._deadline = now() + PATIENCE_SECONDS

    def has_left(self) -> bool:
        """Whether the process that was asked to go has gone; one that does not go is killed."""
        if self._process.poll() is None:
            if now() < self._deadline:
                return False
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return True

    def stop(self) -> None:
        """Let go of the source, and wait until that has happened."""
        self.let_go()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_SECONDS)
        self._deadline = 0.0
        self.has_left()


@dataclass
class _Reader:
    """The process's own side."""

    source: Source
    folder: Path
    ended: threading.Event
    state: State = "opening"
    problem: str = ""
    info: SourceInfo | None = None
    ring: Ring | None = None
    offset: float = 0.0
    next_clock: float = 0.0
    last: float = 0.0

    def run(self) -> None:
        """Read until it is over."""
        with contextlib.closing(self.source):
            while not self.ended.is_set() and self.state != "ended":
                pause = self._open() if self.state in ("opening", "lost") else self._take()
                self.ended.wait(pause)

    def _say(self, state: State, problem: str = "") -> None:
        if (state, problem) == (self.state, self.problem) and state != "live":
            return
        self.state, self.problem = state, problem
        said = {"state": state, "problem": problem, "source": self.info and asdict(self.info)}
        part = self.folder / "status.part"
        part.write_text(json.dumps(said), encoding="utf-8")
        part.replace(self.folder / "status.json")

    def _open(self) -> float:
        try:
            info = self.source.open()
        except Exception as error:  # whatever an amplifier's driver raises
            self._say("lost", str(error) or type(error).__name__)
            return RECONNECT_SECONDS
        if self.info is not None and info != self.info:
            self.source.close()
            self._say("ended", "the source came back with other channels; start the preview again")
            return 0.0
        if self.ring is None:
            self.info = info
            self.ring = Ring.create(
                self.folder / "preview.ring", len(info.channels), info.sfreq, RING_SECONDS
            )
        self.last = now()
        self._say("live")
        return 0.0

    def _take(self) -> float:
        instant = now()
        if instant >= self.next_clock:
            self.next_clock = instant + CLOCK_SECONDS
            measured = self.source.clock_offset()
            self.offset = self.offset if measured is None else measured
        try:
            samples = self.source.read()
        except SourceEnded as error:
            self._say("ended", str(error))
            return 0.0
        except Exception as error:
            self._say("lost", str(error) or type(error).__name__)
            return RECONNECT_SECONDS
        if len(samples) and self.ring is not None:
            self.last = instant
            self.ring.append(samples.values, samples.stamps + self.offset)
        elif instant - self.last > SILENT_SECONDS:
            self._say("lost", "nothing has come for some seconds; the source is opened anew")
            return 0.0
        return POLL_SECONDS


@contextlib.contextmanager
def _watched(folder: Path) -> Iterator[threading.Event]:
    """Set once nobody holds the other end of our standard input; the folder goes with us."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    try:
        yield ended
    finally:
        # the one who looks may want to read why we ended
        if ended.is_set():
            shutil.rmtree(folder, ignore_errors=True)


def _main() -> None:
    address, folder = sys.argv[1], Path(sys.argv[2])
    with _watched(folder) as ended:
        try:
            source = open_source(address)
        except (ValueError, OSError) as error:
            said = {"state": "ended", "problem": str(error), "source": None}
            (folder / "status.json").write_text(json.dumps(said), encoding="utf-8")
            return
        _Reader(source, folder, ended).run()
    # nothing is left to be done, and an interpreter takes its time to end
    os._exit(0)


if __name__ == "__main__":
    _main()

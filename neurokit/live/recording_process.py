"""Run the recorder in a process of its own, that the window may die without hurting it.

``start`` begins a recording, ``attach`` finds one that runs, ``unfinished`` those whose process is
gone, and ``recover`` mends them. The two sides talk through a local socket whose address and key
stand in the sidecar, which its owner alone can read.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from neurokit.files.xdf_mender import Mended, mend
from neurokit.live.recorder import Recorder, Status, write_json
from neurokit.live.ring import Ring
from neurokit.live.streams import SourceInfo, open_source

# what a sample waits for before it is in the ring
POLL_SECONDS = 0.005
START_SECONDS = 30.0
LONGEST_SECONDS = 6 * 3600


class RecorderGone(OSError):
    """The recorder's process has ended; the recording is on the disk.

    ``status`` is how it ended, and None where it died: then the recording is to be mended.
    """

    status: Status | None = None


class RecorderClient:
    """The window's side of a running recorder.

    Parameters
    ----------
    sidecar : path-like
        ``NAME.recording`` beside the recording.

    Raises
    ------
    RecorderGone
        If its process has ended.
    """

    def __init__(self, sidecar: str | os.PathLike[str]) -> None:
        self.sidecar = Path(sidecar)
        description = json.loads(self.sidecar.read_text(encoding="utf-8"))
        self.path = self.sidecar.with_name(description["recording"])
        self.pid = int(description["pid"])
        source: dict[str, Any] = description["source"]
        lists = {key: tuple(value) for key, value in source.items() if isinstance(value, list)}
        self.info = SourceInfo(**{**source, **lists})
        self._address, self._key = description["address"], bytes.fromhex(description["key"])
        self._connection = self._connect()
        self._lock = threading.Lock()
        self.ring = Ring(self.path.with_suffix(".ring"))

    def status(self) -> Status:
        """How the recording stands."""
        return Status(**self._ask("status"))

    def marker(self, label: str, stamp: float) -> None:
        """Write a marker at ``stamp``, in seconds of ``neurokit.live.streams.now``."""
        self._ask("marker", label, stamp)

    def stop(self) -> Status:
        """End the recording, and wait until its file is closed."""
        return Status(**self._ask("stop"))

    def close(self) -> None:
        """Let go of the recorder; it goes on."""
        self._connection.close()

    def _connect(self) -> Connection:
        try:
            return Client(self._address, authkey=self._key)
        except (OSError, EOFError) as error:
            raise self._gone() from error

    def _ask(self, *request: Any) -> Any:
        try:
            with self._lock:
                self._connection.send(request)
                kind, answer = self._connection.recv()
        except (OSError, EOFError) as error:
            raise self._gone() from error
        except KeyboardInterrupt:
            # the answer to this must not be taken for that to the next question
            self._connection.close()
            self._connection = self._connect()
            raise
        if kind == "error":
            raise OSError(answer)
        return answer

    def _gone(self) -> RecorderGone:
        """Say why it ended, where it could still write that."""
        try:
            said = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return RecorderGone(
                f"the recorder of {self.path.name} has died; what it had acknowledged is safe: "
                "mend the recording with neurokit record --recover FOLDER"
            )
        gone = RecorderGone(
            f"the recording {self.path.name} has ended: {said['status']['state']}; it is complete"
        )
        gone.status = Status(**said["status"])
        return gone


def start(
    address: str, path: str | os.PathLike[str], about: dict[str, Any] | None = None
) -> RecorderClient:
    """Begin a recording in a process of its own.

    Parameters
    ----------
    address : str
        Of the source, as ``open_source`` takes it.
    path : path-like
        The XDF file to make.
    about : dict
        Kept in the sidecar; JSON.

    Raises
    ------
    OSError
        If it did not start; the message is the recorder's own.
    """
    starting = Starting(address, path, about)
    while (client := starting.poll()) is None:
        time.sleep(POLL_SECONDS)
    return client


class Starting:
    """A recorder that begins; for those who cannot wait, as ``start`` does.

    The parameters are those of ``start``.
    """

    def __init__(
        self, address: str, path: str | os.PathLike[str], about: dict[str, Any] | None = None
    ) -> None:
        path = Path(path).absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        request = json.dumps({"address": address, "path": str(path), "about": about or {}})
        self._sidecar = path.with_suffix(".recording")
        self._deadline = time.monotonic() + START_SECONDS
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "neurokit.live.recording_process", request],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )

    def poll(self) -> RecorderClient | None:
        """The recorder, once it records.

        Raises
        ------
        OSError
            If it did not start; the message is the recorder's own.
        """
        if self._process.poll() is None and time.monotonic() < self._deadline:
            with contextlib.suppress(FileNotFoundError, ValueError):
                if json.loads(self._sidecar.read_text(encoding="utf-8"))["pid"] == self.pid:
                    client = RecorderClient(self._sidecar)
                    _reap(self._process)
                    self._said.close()
                    return client
            return None
        self._kill()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        self._said.close()
        raise OSError(
            lines[-1] if lines else f"the recorder did not start within {START_SECONDS:g} s"
        )

    @property
    def pid(self) -> int:
        """Number of the recorder's process."""
        return self._process.pid

    def cancel(self) -> None:
        """End it, whether it records already or not."""
        with contextlib.suppress(OSError):
            client = self.poll()
            if client is not None:
                client.stop()
                client.close()
                return
        self._kill()
        self._said.close()

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process in the background, so that no dead child stays behind."""
    threading.Thread(target=process.wait, name="recorder-reaper", daemon=True).start()


attach = RecorderClient


@dataclass(frozen=True)
class Unfinished:
    """A recording whose process is gone: its sidecar, its file, and what the sidecar says."""

    sidecar: Path
    path: Path
    about: dict[str, Any]


def unfinished(folder: str | os.PathLike[str]) -> Iterator[Unfinished]:
    """Recordings below a folder that were not ended and that nobody writes any more."""
    for sidecar in sorted(Path(folder).rglob("*.recording")):
        try:
            description = _described(sidecar)
        except FileNotFoundError:  # ended while we looked
            continue
        if not _is_alive(description, sidecar):
            path = sidecar.with_name(description["recording"])
            yield Unfinished(sidecar, path, description["about"])


def _described(sidecar: Path) -> dict[str, Any]:
    """What a sidecar says; what its name tells where something else has spoilt it."""
    try:
        description: dict[str, Any] = json.loads(sidecar.read_text(encoding="utf-8"))
    except ValueError:
        return {"recording": sidecar.with_suffix(".xdf").name, "about": {}}
    return description


def _is_alive(description: dict[str, Any], sidecar: Path) -> bool:
    """Whether the recorder of a sidecar answers; a number may belong to another process by now."""
    pid = int(description.get("pid", 0))
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if "address" not in description:  # it records in its own process, and answers nobody
        return True
    try:
        RecorderClient(sidecar).close()
    except (RecorderGone, FileNotFoundError):
        return False
    return True


def recover(recording: Unfinished) -> Mended:
    """Mend a recording, and give it its final sidecar; the torn file is kept as it is."""
    mended = mend(recording.path)
    description = _described(recording.sidecar)
    for secret in ("key", "address", "live"):
        description.pop(secret, None)
    description["recovered"] = {**asdict(mended), "path": mended.path.name}
    write_json(mended.path.with_suffix(".json"), description)
    recording.path.with_suffix(".ring").unlink(missing_ok=True)
    recording.sidecar.unlink(missing_ok=True)
    return mended


class _Server:
    """The recorder's side of the socket: questions go into a queue that the recorder empties."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.listener = Listener(authkey=self.key)
        self.requests: queue.SimpleQueue[tuple[Connection, tuple[Any, ...]]] = queue.SimpleQueue()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection = self.listener.accept()
            except OSError:
                return
            except Exception:
                continue
            threading.Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: Connection) -> None:
        with contextlib.suppress(Exception):  # whoever spoke nonsense is not heard any more
            while True:
                self.requests.put((connection, connection.recv()))

    def answer(self, recorder: Recorder) -> bool:
        """Answer what was asked; True once it was asked to stop."""
        while True:
            try:
                connection, (name, *arguments) = self.requests.get_nowait()
            except queue.Empty:
                return False
            try:
                if name == "marker":
                    recorder.marker(*arguments)
                if name == "stop":
                    recorder.stop()
                reply: tuple[str, Any] = ("ok", asdict(recorder.status()))
            except Exception as error:  # a bad question must not end a recording
                reply = ("error", str(error))
            with contextlib.suppress(OSError):
                connection.send(reply)
            if name == "stop":
                return True


def run(address: str, path: str, about: dict[str, Any]) -> None:
    """Record until told to stop, until the disk is nearly full, or for six hours."""
    server = _Server()
    contact = {"address": server.listener.address, "key": server.key.hex()}
    recorder = Recorder(open_source(address), path, about, in_background=True, contact=contact)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))
    deadline = time.monotonic() + LONGEST_SECONDS
    reason = ""
    while not reason:
        if server.answer(recorder):
            return
        try:
            recorder.step()
        except Exception as error:
            reason = f"something went wrong inside ({type(error).__name__}: {error})"
        reason = reason or recorder.must_end
        if asked or time.monotonic() > deadline:
            reason = "ended from outside" if asked else "ended after six hours"
        time.sleep(POLL_SECONDS)
    recorder.stop(reason)


def _main() -> None:
    request = json.loads(sys.argv[1])
    try:
        run(request["address"], request["path"], request["about"])
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()

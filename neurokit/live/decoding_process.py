"""Decode a running recording in a process of its own: from its ring to feedback and other devices.

The window asks a ``DecoderClient`` for what came and draws it; it never waits for it. A decoder
that dies hurts neither the recording nor the window.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit import models
from neurokit.live.broadcast import Sink, make_sinks
from neurokit.live.online import Decoder, OnlineSettings, Output, TrialOutcome
from neurokit.live.outputs import OutputsFile, outputs_path
from neurokit.live.ring import Ring
from neurokit.workers import one_thread

if TYPE_CHECKING:
    from neurokit.live.recorder import Recorder, Status
    from neurokit.live.recording_process import RecorderClient

POLL_SECONDS = 0.003
STAMPS_SECONDS = 20.0
END_SECONDS = 5.0
LAST_SECONDS = 0.5


@dataclass(frozen=True)
class Step:
    """A step of the adaptation, as the window shows it."""

    number: int
    kind: str
    amount: float


@dataclass(frozen=True)
class News:
    """What a decoder gave since the last time; ``seconds`` is what a decision took at most."""

    outputs: tuple[Output, ...] = ()
    trials: tuple[TrialOutcome, ...] | None = None
    steps: tuple[Step, ...] = ()
    seconds: float = 0.0


class LiveDecoder:
    """Decodes what comes into a ring, keeps it, and sends it on.

    Parameters
    ----------
    ring : Ring
        Of a recording that runs.
    decoder : Decoder
        Not yet used.
    recording : path-like, optional
        The outputs are kept beside it.
    sinks : sequence of Sink
        Where outputs go.
    """

    def __init__(
        self,
        ring: Ring,
        decoder: Decoder,
        recording: str | os.PathLike[str] | None = None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self.ring, self.decoder, self.sinks = ring, decoder, tuple(sinks)
        self.first = self._next = ring.n_written
        self._stamps = np.empty(0)
        self._n_steps = 0
        self._trials: list[TrialOutcome] = []
        self._file = (
            None if recording is None else OutputsFile(outputs_path(recording), decoder, self.first)
        )

    def mark(self, label: str, stamp: float) -> None:
        """Say that something happened at ``stamp``, in seconds of the recorder's clock."""
        stamps, count = self._stamps, self.decoder.count
        sample = count - len(stamps) + int(np.searchsorted(stamps, stamp))
        if len(stamps) and stamp > stamps[-1]:
            # what has not come yet comes at its rate
            ahead = (stamp - stamps[-1]) * self.decoder.sfreq
            sample = count - 1 + int(np.ceil(ahead))
        self.decoder.mark(label, sample)

    def step(self) -> News:
        """Decode what has come.

        Raises
        ------
        OSError
            If the ring came round before it was read: a replay could not give the same again.
        """
        piece = self.ring.read(self._next)
        if piece.lost:
            raise OSError(
                f"decoding fell {self.ring.capacity / self.ring.sfreq:.0f} s behind the recording "
                "and has ended; the recording goes on. Close other programs, and start it again"
            )
        if not len(piece.stamps):
            return News()
        self._next = piece.next
        kept = round(STAMPS_SECONDS * self.decoder.sfreq)
        started = time.perf_counter()
        outputs = self.decoder.process(piece.samples, piece.stamps)
        self._stamps = np.concatenate([self._stamps, piece.stamps])[-kept:]
        seconds = (time.perf_counter() - started) / max(len(outputs), 1)
        for output in outputs:
            for sink in self.sinks:
                with contextlib.suppress(OSError):  # a device that is off is no reason to stop
                    sink.send(output)
        return self._news(outputs, seconds)

    def _news(self, outputs: list[Output], seconds: float) -> News:
        log = self.decoder.adaptation.log
        steps = tuple(Step(each.number, each.kind, each.amount) for each in log[self._n_steps :])
        trials = tuple(self.decoder.trials) if self.decoder.trials != self._trials else None
        self._n_steps, self._trials = len(log), list(self.decoder.trials)
        return News(tuple(outputs), trials, steps, seconds if outputs else 0.0)

    def keep(self, news: News) -> None:
        """Write what a step gave."""
        if self._file is not None:
            self._file.write(news.outputs, float(self._stamps[-1]) if len(self._stamps) else 0.0)

    def close(self) -> None:
        """Decode and keep what is left."""
        try:
            with contextlib.suppress(OSError):
                self.keep(self.step())
        finally:
            if self._file is not None:
                self._file.close()
            for sink in self.sinks:
                sink.close()


@dataclass(frozen=True)
class _Request:
    model: Path
    settings: OnlineSettings
    lsl: str
    osc: str


@dataclass(frozen=True)
class _Signal:
    ring: Path
    channels: tuple[str, ...]
    recording: Path | None


class DecoderClient:
    """The window's side of a decoder process; it is made at once, and ready in a second or two.

    Parameters
    ----------
    recorder : RecorderClient or Recorder, optional
        The recording that runs; ``attach`` gives it later, and meanwhile the model is loaded.
    model : path-like
        What decodes it.
    settings : OnlineSettings
        How.
    lsl : str
        Name of an LSL stream for the outputs; empty means none.
    osc : str
        ``HOST:PORT`` of an OSC receiver; empty means none.
    keep : bool
        Whether the outputs are kept beside the recording.

    Attributes
    ----------
    is_ready : bool
        Whether it decodes.
    problem : str
        Why it does no longer; empty while all is well.
    classes : tuple of str
        Once it is ready.
    trials : tuple of TrialOutcome
    steps : list of Step
    slowest : float
        Seconds of the slowest decision so far.
    """

    def __init__(
        self,
        recorder: RecorderClient | Recorder | None,
        model: str | os.PathLike[str],
        settings: OnlineSettings | None = None,
        *,
        lsl: str = "",
        osc: str = "",
        keep: bool = True,
    ) -> None:
        self.is_ready = self._is_stopping = False
        self.problem = ""
        self.classes: tuple[str, ...] = ()
        self.trials: tuple[TrialOutcome, ...] = ()
        self.steps: list[Step] = []
        self.slowest = 0.0
        self._keep = keep
        request = _Request(Path(model), settings or OnlineSettings(), lsl, osc)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, request), daemon=True)
        with one_thread():
            self.process.start()
        theirs.close()
        if recorder is not None:
            self.attach(recorder)

    def attach(self, recorder: RecorderClient | Recorder) -> None:
        """Say which recording is to be decoded."""
        path = recorder.path if self._keep else None
        self._send("attach", _Signal(recorder.ring.path, recorder.info.channels, path))

    def mark(self, label: str, stamp: float) -> None:
        """Say that something happened at ``stamp``, in seconds of the recorder's clock."""
        self._send("mark", label, stamp)

    def revert(self, number: int) -> None:
        """Take a step of the adaptation back, and those after it."""
        self._send("revert", number)

    def receive(self, timeout: float = 0.0) -> list[Output]:
        """Outputs that have come; waits up to ``timeout`` seconds for the first."""
        outputs: list[Output] = []
        try:
            while self._connection.poll(timeout):
                outputs += self._take(*self._connection.recv())
                timeout = 0.0
        except (EOFError, OSError):
            if not self._is_stopping:
                self._end("the decoder has ended by itself; the recording goes on")
        return outputs

    def _take(self, kind: str, value: Any) -> tuple[Output, ...]:
        if kind == "ready":
            self.is_ready, self.classes = True, value
        elif kind == "problem":
            self._end(value)
        elif kind == "news":
            news: News = value
            self.trials = self.trials if news.trials is None else news.trials
            self.steps += news.steps
            self.slowest = max(self.slowest, news.seconds)
            return news.outputs
        return ()

    def stop(self) -> list[Output]:
        """End decoding, and wait until the outputs are on the disk; returns the last of them."""
        self._is_stopping = True
        self._send("stop")
        outputs: list[Output] = []
        deadline = time.monotonic() + END_SECONDS
        while self.process.is_alive() and time.monotonic() < deadline:
            outputs += self.receive(0.05)
        outputs += self.receive()
        self.close()
        return outputs

    def close(self) -> None:
        """End the process at once if it still runs."""
        self.is_ready = False
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self._connection.close()

    def _send(self, *message: Any) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._connection.send(message)

    def _end(self, problem: str) -> None:
        self.problem = self.problem or problem
        self.is_ready = False


class DecodedRecorder:
    """A recorder whose markers the decoder hears too, and whose end is the decoder's end.

    Parameters
    ----------
    recorder : RecorderClient or Recorder
        Keeps the signal and the markers.
    decoder : DecoderClient or LiveDecoder
        Decodes it.
    """

    def __init__(
        self, recorder: RecorderClient | Recorder, decoder: DecoderClient | LiveDecoder
    ) -> None:
        self.recorder, self.decoder = recorder, decoder
        self.path, self.sidecar = recorder.path, recorder.sidecar
        self.info, self.ring = recorder.info, recorder.ring
        self.last_outputs: list[Output] = []

    def marker(self, label: str, stamp: float) -> None:
        """Write a marker, and tell the decoder."""
        self.recorder.marker(label, stamp)
        self.decoder.mark(label, stamp)

    def status(self) -> Status:
        """How the recording stands."""
        return self.recorder.status()

    def stop(self) -> Status:
        """End decoding, then the recording."""
        if isinstance(self.decoder, DecoderClient):
            self.last_outputs = self.decoder.stop()
        else:
            self.decoder.close()
        return self.recorder.stop()

    def close(self) -> None:
        """Let go of the recorder."""
        self.recorder.close()


def _serve(connection: Connection, request: _Request) -> None:
    # the window decides when a decoder ends, not the keyboard
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        try:
            models.load(request.model)  # and all that it imports, while the recorder starts
            name, *given = connection.recv()
            if name != "attach":
                return
            live = _begin(request, *given)
        except (ValueError, OSError) as error:
            connection.send(("problem", str(error)))
            return
        connection.send(("ready", live.decoder.classes))
        try:
            _decode(connection, live)
        finally:
            live.close()


def _begin(request: _Request, given: _Signal) -> LiveDecoder:
    ring = Ring(given.ring)
    decoder = Decoder(request.model, request.settings, channels=given.channels, sfreq=ring.sfreq)
    sinks = make_sinks(decoder.classes, lsl=request.lsl, osc=request.osc)
    return LiveDecoder(ring, decoder, given.recording, sinks)


def _decode(connection: Connection, live: LiveDecoder) -> None:
    ends = math.inf
    while not live.ring.is_closed and time.monotonic() < ends:
        if connection.poll(POLL_SECONDS):
            name, *arguments = connection.recv()
            if name == "stop":
                ends = time.monotonic() + LAST_SECONDS
            if name == "mark":
                live.mark(*arguments)
            if name == "revert":
                live.decoder.mark(f"revert {arguments[0]}")
        try:
            news = live.step()
        except OSError as error:
            connection.send(("problem", str(error)))
            return
        if news != News():
            # what is shown is kept, whatever befalls this process
            live.keep(news)
            connection.send(("news", news))
        # the end of the last trial may be a moment ahead of its samples
        if ends < math.inf and not live.decoder.is_waiting:
            break
    # the last samples may have come with the word that no more do
    news = live.step()
    live.keep(news)
    connection.send(("news", news))

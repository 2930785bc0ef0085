"""A run without cues: feedback for as long as the clinician wants.

It has the face of ``neurokit.visits.calibration.Run``, so that the same window shows it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from neurokit.live.recorder import Status
from neurokit.live.recording_process import RecorderGone, Unfinished, recover
from neurokit.live.streams import now as lsl_clock
from neurokit.visits.calibration import FRAME, Screen
from neurokit.visits.protocol import GrazProtocol

if TYPE_CHECKING:
    from neurokit.live.decoding_process import DecodedRecorder
    from neurokit.patients.records import Run as StoredRun
    from neurokit.patients.workspace import Workspace

STATUS_SECONDS = 0.5


class FreeRun:
    """Feedback until it is stopped.

    Parameters
    ----------
    recorder : DecodedRecorder
        Takes the markers.
    clock : callable
        Seconds, on the clock of the recorder.

    Attributes
    ----------
    screen, status, problem, n_late, frame
        As those of ``Run``.
    """

    def __init__(
        self, recorder: DecodedRecorder, *, clock: Callable[[], float] = lsl_clock
    ) -> None:
        # nothing of it is used but that it makes no sound
        self.protocol = GrazProtocol(sound=False)
        self.recorder, self.clock, self.frame = recorder, clock, FRAME
        self.screen: Screen | None = None
        self.status = Status()
        self.problem = ""
        self.n_late = self.n_done = self.n_trials = self.n_void = 0
        self.seconds_left = math.inf
        self.trials = self.order = ()
        self.began: float | None = None
        self._is_shown = False
        self._next_status = 0.0

    def step(self, now: float) -> Screen:
        """What to show; it changes only when the clinician says so."""
        if self.screen is None:
            self._put(Screen("imagery", "", now))
        if now >= self._next_status and not self.is_done:
            self._next_status = now + STATUS_SECONDS
            self._try(self._ask)
        assert self.screen is not None
        return self.screen

    def shown(self, stamp: float) -> None:
        """Say when the screen was seen."""
        if self._is_shown or self.screen is None:
            return
        self._is_shown = True
        if self.began is None and not self.is_done:
            self.began = stamp
            self._mark("run/start", stamp)
        elif self.is_paused:
            self._mark("pause", stamp)

    def pause(self) -> None:
        """Hide the feedback."""
        if not self.is_paused and not self.is_done:
            self._put(Screen("paused", "", self.clock()))

    def resume(self) -> None:
        """Show it again."""
        if self.is_paused:
            self._put(Screen("imagery", "", self.clock()))
            self._mark("continue", self.clock())

    def repeat(self) -> None:
        """Nothing is asked, so nothing can be repeated."""

    def stop(self) -> None:
        """End the run."""
        if self.is_done:
            return
        if self.began is not None:
            self._mark("run/end", self.clock())
        self._put(Screen("done", "", self.clock()))

    def note(self, text: str) -> None:
        """Write a note into the recording."""
        self._mark(f"note: {' '.join(text.split())}", self.clock())

    @property
    def is_paused(self) -> bool:
        """Whether the feedback is hidden."""
        return self.screen is not None and self.screen.kind == "paused"

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self.screen is not None and self.screen.kind == "done"

    def finish(
        self,
        workspace: Workspace,
        visit_id: int,
        *,
        kind: Literal["calibration", "online"] = "online",
        source: str | None = None,
        settings: dict[str, Any] | None = None,
    ) -> StoredRun:
        """End the recording, and store the run."""
        self.stop()
        path, recorder = self.recorder.path, self.recorder
        try:
            self.status = recorder.stop()
        except RecorderGone:
            if recorder.sidecar.exists():
                path = recover(Unfinished(recorder.sidecar, path, {})).path
        finally:
            recorder.close()
        return workspace.add_run(visit_id, path, kind=kind, source=source, settings=settings)

    def _put(self, screen: Screen) -> None:
        self.screen, self._is_shown = screen, False

    def _ask(self) -> None:
        self.status = self.recorder.status()

    def _mark(self, label: str, stamp: float) -> None:
        self._try(lambda: self.recorder.marker(label, stamp))

    def _try(self, ask: Callable[[], None]) -> None:
        try:
            ask()
        except OSError as error:
            self.problem = f"{str(error).partition(';')[0]}; what was recorded is kept"
            self._put(Screen("done", "", self.clock()))

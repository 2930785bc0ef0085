"""Lead a patient through a run: what to show when, and the markers of what was shown.

``Run`` draws nothing and keeps no time of its own. Whoever shows it asks ``step(now)`` again and
again, draws the screen that comes back, and calls ``shown(stamp)`` with the time of the frame that
showed it: the marker carries that stamp. The window's cue screen, the online page and the visit
without a window all drive the same class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from neurokit.live.recorder import Status
from neurokit.live.recording_process import RecorderGone, Unfinished, recover
from neurokit.live.streams import now as lsl_clock
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.trials import Agenda, Cue, Kind, Screen, Wanted

if TYPE_CHECKING:
    from neurokit.live.recorder import Recorder
    from neurokit.live.recording_process import RecorderClient
    from neurokit.patients.records import Run as StoredRun
    from neurokit.patients.records import Trial
    from neurokit.patients.workspace import Workspace

FRAME = 1 / 60
STATUS_SECONDS = 0.5
# the recorder's answer may take a while: it is not asked just before a frame is due
QUIET_SECONDS = 0.3
# unless the screens of a protocol leave no such moment
PATIENCE_SECONDS = 2.0

__all__ = ["FRAME", "Run", "Screen"]


class Run:
    """A run of a protocol on a recording that has begun.

    Parameters
    ----------
    protocol : GrazProtocol
        What is asked of the patient.
    recorder : RecorderClient or Recorder
        Takes the markers.
    clock : callable
        Seconds, on the clock of the recorder.
    frame : float
        Seconds between two frames of the display; what comes later than this is flagged.

    Attributes
    ----------
    screen : Screen or None
        What is to be seen; None before the first step.
    status : Status
        What the recorder said last.
    n_late : int
        Screens that came more than a frame late.
    problem : str
        Why nobody records any more; empty while all is well.
    """

    def __init__(
        self,
        protocol: GrazProtocol,
        recorder: RecorderClient | Recorder,
        *,
        clock: Callable[[], float] = lsl_clock,
        frame: float = FRAME,
    ) -> None:
        self.protocol, self.recorder, self.clock, self.frame = protocol, recorder, clock, frame
        self.problem = ""
        self.status = Status()
        self.n_late = 0
        self.screen: Screen | None = None
        self._agenda = Agenda.of(protocol)
        self._is_shown = self._has_begun = self._had_baseline = False
        self._until = math.inf
        self._next_status = 0.0

    @classmethod
    def take_up(
        cls,
        protocol: GrazProtocol,
        recorder: RecorderClient,
        markers: Iterable[tuple[str, float]],
        *,
        clock: Callable[[], float] = lsl_clock,
        frame: float = FRAME,
    ) -> Run:
        """Take up a run whose window was lost; it is paused, and ``resume`` goes on with it.

        Parameters
        ----------
        protocol, recorder, clock, frame
            As of a new run.
        markers : iterable of (str, float)
            What the recording holds, from ``neurokit.visits.trials.read_markers``.
        """
        markers = list(markers)
        run = cls(protocol, recorder, clock=clock, frame=frame)
        run._agenda = Agenda.after(protocol, markers)
        labels = {label for label, _ in markers}
        run._has_begun = "run/start" in labels
        run._had_baseline = "fixation" in labels
        run._cut("stopped")
        run._put(Screen("done" if "run/end" in labels else "paused", "", clock()))
        return run

    # what is shown

    def step(self, now: float) -> Screen:
        """What to show at ``now``, the time of the next frame; ask at least once a frame."""
        if self.screen is None:
            self.screen = self._first(now)
        elif self._is_shown and now >= self._until:
            self._put(self._after(self.screen, self._until))
        self._ask_status(now)
        return self.screen

    def shown(self, stamp: float) -> None:
        """Say when the screen that ``step`` gave was seen; a second call does nothing."""
        screen = self.screen
        if screen is None or self._is_shown:
            return
        self._is_shown = True
        late = stamp - screen.due > self.frame and screen.kind not in ("paused", "done")
        self.n_late += late
        # what came late is not cut short: the rest of the plan moves with it
        self._until = (stamp if late else screen.due) + self._duration(screen.kind)
        for label in self._markers(screen, stamp):
            self._mark(label, stamp)

    def _put(self, screen: Screen) -> None:
        self.screen = screen
        self._is_shown = False

    def _first(self, due: float) -> Screen:
        if self.protocol.baseline and not self._had_baseline:
            return Screen("baseline", "", due)
        return self._next_trial(due)

    def _after(self, screen: Screen, due: float) -> Screen:
        """The screen that follows one whose time is over."""
        agenda = self._agenda
        if screen.kind == "fixation" and agenda.current is not None:
            return Screen("cue", agenda.current.label, due)
        if screen.kind == "cue" and self.protocol.imagery > self.protocol.cue:
            return Screen("imagery", screen.label, due)
        if screen.kind in ("cue", "imagery") and agenda.wanted:
            return Screen("pause", "", due)
        if screen.kind == "baseline":
            self._had_baseline = True
        return self._next_trial(due)

    def _next_trial(self, due: float) -> Screen:
        if not self._agenda.wanted:
            return Screen("done", "", due)
        self._agenda.current = self._agenda.wanted.pop(0)
        return Screen("fixation", "", due, beep=self.protocol.sound)

    def _duration(self, kind: Kind) -> float:
        protocol, current = self.protocol, self._agenda.current
        return {
            "baseline": protocol.baseline,
            "fixation": protocol.fixation,
            "cue": protocol.cue,
            "imagery": protocol.imagery - protocol.cue,
            "pause": current.pause if current else 0.0,
        }.get(kind, math.inf)

    def _markers(self, screen: Screen, stamp: float) -> Iterable[str]:
        """Markers of a screen, once it is seen."""
        agenda = self._agenda
        if not self._has_begun and screen.kind != "done":
            self._has_begun = True
            yield "run/start"
        if screen.kind in ("baseline", "fixation"):
            yield screen.kind
        elif screen.kind == "cue":
            agenda.cues.append(Cue(screen.label, screen.due, stamp))
            yield screen.label
        elif screen.kind == "paused":
            yield "pause"
        elif screen.kind in ("pause", "done") and agenda.current is not None:
            if agenda.is_in_imagery:
                agenda.cues[-1].end = stamp
                yield "imagery/end"
            if screen.kind == "done":
                agenda.current = None
                yield "run/end"

    # what the clinician does

    def pause(self) -> None:
        """Interrupt the run; a trial that is under way is void and comes again."""
        if self.is_paused or self.is_done or self.screen is None:
            return
        if self.screen.kind in ("fixation", "cue", "imagery"):
            self._agenda.take_back()
            self._cut("paused")
        self._put(Screen("paused", "", self.clock()))

    def resume(self) -> None:
        """Go on with the trial that was interrupted, or the next one."""
        if self.is_paused:
            now = self.clock()
            self._put(self._first(now))
            self._mark("continue", now)

    def repeat(self) -> int | None:
        """Void the latest trial, and put one of its class among those to come.

        Returns
        -------
        number : int
            Of the void trial; None where there is none that could be repeated.
        """
        agenda = self._agenda
        if self.is_done or not agenda.cues or agenda.cues[-1].void:
            return None
        pause = agenda.current.pause if agenda.current else self.protocol.pause_min
        agenda.repeat(Wanted(agenda.cues[-1].label, pause))
        return self._void("repeated")

    def stop(self) -> None:
        """End the run now; a trial that is under way is void."""
        if self.is_done:
            return
        self._cut("stopped")
        if self._has_begun:
            self._mark("run/end", self.clock())
        self._agenda.current = None
        self._put(Screen("done", "", self.clock()))

    def note(self, text: str) -> None:
        """Write a note into the recording."""
        self._mark(f"note: {' '.join(text.split())}", self.clock())

    def _cut(self, reason: str) -> None:
        """End imagery before its time, where the patient imagines now."""
        if self._agenda.is_in_imagery:
            self._agenda.cues[-1].end = self.clock()
            self._mark("imagery/end", self.clock())
            if not self._agenda.cues[-1].void:
                self._void(reason)

    def _void(self, reason: str) -> int:
        number = len(self._agenda.cues) - 1
        self._agenda.cues[-1].void = reason
        self._mark(f"repeat {number}", self.clock())
        return number

    # how it stands

    @property
    def is_paused(self) -> bool:
        """Whether the clinician has interrupted it."""
        return self.screen is not None and self.screen.kind == "paused"

    @property
    def is_done(self) -> bool:
        """Whether nothing more is asked of the patient."""
        return self.screen is not None and self.screen.kind == "done"

    @property
    def n_done(self) -> int:
        """Trials that are over and count."""
        return self._agenda.n_done

    @property
    def n_void(self) -> int:
        """Trials that were shown and do not count."""
        return len(self._agenda.cues) - self._agenda.n_valid

    @property
    def n_trials(self) -> int:
        """Trials that will count once all is done."""
        is_before_cue = self.screen is not None and self.screen.kind == "fixation"
        return self._agenda.n_valid + len(self._agenda.wanted) + is_before_cue

    @property
    def order(self) -> list[tuple[str, str]]:
        """Every trial: class, and ``"done"``, ``"late"``, ``"void"``, ``"now"``, ``"to come"``."""
        order = self._agenda.order(self.frame)
        if self.screen is not None and self.screen.kind == "fixation" and self._agenda.current:
            order.insert(len(self._agenda.cues), (self._agenda.current.label, "now"))
        return order

    @property
    def seconds_left(self) -> float:
        """About how long it still takes."""
        protocol, screen = self.protocol, self.screen
        trial = protocol.fixation + protocol.imagery
        left = sum(trial + each.pause for each in self._agenda.wanted)
        if screen is None or screen.kind in ("paused", "done"):
            return left + (0.0 if self._had_baseline or self.is_done else protocol.baseline)
        rest = {"fixation": trial, "cue": protocol.imagery}.get(
            screen.kind, self._duration(screen.kind)
        )
        return left + max(rest - max(self.clock() - screen.due, 0), 0)

    @property
    def seconds_to_next(self) -> float:
        """Until the next screen is due; infinite where nothing is planned, 0 where one is due."""
        return self._until - self.clock() if self._is_shown else 0.0

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every cue that was shown, void ones too, numbered from 0 in their order in the file."""
        gaps = list(self.status.gaps)
        if self.status.stalled_since is not None:
            gaps.append((self.status.stalled_since, math.inf))
        return self._agenda.trials(gaps, fixation=self.protocol.fixation, frame=self.frame)

    # the recorder

    def _mark(self, label: str, stamp: float) -> None:
        try:
            self.recorder.marker(label, stamp)
        except OSError as error:
            self._break_off(str(error))

    def _ask_status(self, now: float) -> None:
        left = self._until - now
        is_near = left < QUIET_SECONDS and now < self._next_status + PATIENCE_SECONDS
        if self.is_done or not self._is_shown or is_near or now < self._next_status:
            return
        self._next_status = now + STATUS_SECONDS
        try:
            self.status = self.recorder.status()
        except OSError as error:
            self._break_off(str(error))

    def _break_off(self, reason: str) -> None:
        """Nobody records any more: nothing more is asked of the patient."""
        self.problem = self.problem or f"{reason.partition(';')[0]}; what was recorded is kept"
        if self._agenda.is_in_imagery:
            self._agenda.cues[-1].end = self.clock()
            self._agenda.cues[-1].void = "stopped"
        self._agenda.current = None
        self._put(Screen("done", "", self.clock()))

    def finish(
        self,
        workspace: Workspace,
        visit_id: int,
        *,
        kind: Literal["calibration", "online"] = "calibration",
        source: str | None = None,
        settings: dict[str, Any] | None = None,
    ) -> StoredRun:
        """End the recording, and store the run with its trials.

        Where the recorder has died, what it left is mended first. The parameters are those of
        ``Workspace.add_run``.
        """
        self.stop()
        path, seconds = self._end_recording()
        return workspace.add_run(
            visit_id,
            path,
            seconds=seconds,
            kind=kind,
            protocol=self.protocol,
            trials=self.trials,
            source=source,
            settings={**(settings or {}), **self._findings()},
        )

    def _findings(self) -> dict[str, Any]:
        gaps = len(self.status.gaps)
        return {"frame": self.frame, "late_frames": self.n_late, "gaps": gaps}

    def _end_recording(self) -> tuple[Path, float | None]:
        """The file; and its length, where its sidecar does not tell."""
        recorder = self.recorder
        try:
            self.status = recorder.stop()
        except RecorderGone:
            if recorder.sidecar.exists():
                mended = recover(Unfinished(recorder.sidecar, recorder.path, {}))
                return mended.path, self.status.written / recorder.info.sfreq
        finally:
            recorder.close()
        return recorder.path, None

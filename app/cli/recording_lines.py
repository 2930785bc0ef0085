"""What a terminal shows of a recording that runs, and the lines that are typed meanwhile."""

from __future__ import annotations

import sys
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from neurokit.live.recorder import Status
    from neurokit.live.recording_process import RecorderClient
    from neurokit.visits.protocol import GrazProtocol

STEP_SECONDS = 0.01
LINE_SECONDS = 0.5
PLAIN_LINE_SECONDS = 10.0
SHOWN = {"baseline": "rest: just look here", "fixation": "+", "paused": "pause", "done": "the end"}


class Watch:
    """Looks after a recording until it ends.

    Parameters
    ----------
    client : RecorderClient
        The recording.
    plan : GrazProtocol, optional
        What is asked of the patient, here in the terminal.
    quiet : bool
        Print nothing but cues, on standard error.

    Attributes
    ----------
    run : neurokit.visits.calibration.Run or None
        The run of the protocol.
    """

    def __init__(
        self, client: RecorderClient, plan: GrazProtocol | None, *, quiet: bool = False
    ) -> None:
        from neurokit.live.streams import now

        self.client, self.quiet, self.now = client, quiet, now
        self.run = None
        self.console = Console(stderr=True, highlight=False)
        self._typed: SimpleQueue[str] = SimpleQueue()
        self._next_line = 0.0
        if plan is not None:
            from neurokit.visits.calibration import Run

            self.run = Run(plan, client, clock=now)
        threading.Thread(target=self._listen, daemon=True).start()

    def mark(self, label: str) -> None:
        """Write a marker, now."""
        self.client.marker(label, self.now())

    def until(self, seconds: float | None) -> Status:
        """Go on for so long, until the protocol is done, or until Ctrl+C; returns how it ended."""
        from neurokit.live.recording_process import RecorderGone

        end = None if seconds is None else time.monotonic() + seconds
        try:
            try:
                while end is None or time.monotonic() < end:
                    if self._step():
                        break
                    time.sleep(STEP_SECONDS)
            except KeyboardInterrupt:
                self.console.print("stopping ...", style="dim")
            if self.run is not None:
                self.run.stop()
            status = self.client.stop()
        except RecorderGone as gone:
            if gone.status is None:
                raise
            status = gone.status
        if self.run is not None:
            self.run.status = status
        return status

    def _step(self) -> bool:
        """Show what is due; True once the protocol is done."""
        while True:
            try:
                self.mark(self._typed.get_nowait())
            except Empty:
                break
        if time.monotonic() >= self._next_line:
            self._show_status(self.client.status())
        if self.run is None:
            return False
        before, screen = self.run.screen, self.run.step(self.now())
        if screen is not before:
            text = SHOWN.get(screen.kind, screen.label.replace("_", " ").upper())
            if screen.kind not in ("imagery", "pause"):
                self.console.print(text, style="bold")
            self.run.shown(self.now())
        return self.run.is_done

    def _show_status(self, status: Status) -> None:
        is_live = self.console.is_terminal
        self._next_line = time.monotonic() + (LINE_SECONDS if is_live else PLAIN_LINE_SECONDS)
        if self.quiet:
            return
        seconds = status.written / self.client.info.sfreq
        unsafe = (status.written - status.acknowledged) / self.client.info.sfreq
        text = (
            f"{status.state} {seconds // 60:.0f}:{seconds % 60:04.1f}, {status.written} samples, "
            f"all but {unsafe:.1f} s safe, {status.markers} markers, "
            f"{status.free_bytes / 2**30:.0f} GB free"
        )
        if status.problem:
            text += f"; {status.problem}"
        self.console.print(
            text, style="red" if status.problem else "dim", end="\r" if is_live else "\n"
        )

    def _listen(self) -> None:
        for line in sys.stdin:
            if line.strip():
                self._typed.put(line.strip())

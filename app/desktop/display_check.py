"""Time the patient's display: cues are shown as in a run, and held against when they were due."""

from __future__ import annotations

import sys

from PyQt6 import sip
from PyQt6.QtCore import QEventLoop, QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

from neurokit.app.desktop.cue_painting import patient_colours
from neurokit.app.desktop.cues import CueWidget, open_cues
from neurokit.app.desktop.session import Settings
from neurokit.live.streams import now
from neurokit.visits.calibration import Screen
from neurokit.visits.certify import Finding, judge_display
from neurokit.visits.protocol import CLASSES

N_CUES, EVERY_SECONDS = 40, 0.1
# a window that is never seen must not wait for ever
LONGEST_MS = 20_000


class DisplayCheck(QObject):
    """Shows cues on the patient's display and times them.

    Parameters
    ----------
    beside : QWidget
        The clinician's window.
    n_cues : int
        How many.

    Signals
    -------
    done(object)
        The finding; the window is closed then.
    """

    done = pyqtSignal(object)

    def __init__(self, beside: QWidget, *, n_cues: int = N_CUES) -> None:
        super().__init__(beside)
        self.n_cues = n_cues
        self.planned: list[float] = []
        self.actual: list[float] = []
        self._due = 0.0
        self._is_awaited = False
        self.cues = open_cues(patient_colours(Settings()), beside)
        self.cues.tick.connect(self._tick)
        self.cues.seen.connect(self._seen)
        self.cues.closed.connect(self._end)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._end)
        self._is_over = False

    def begin(self) -> None:
        """Show the first cue as soon as the window can be seen."""
        self._deadline.start(LONGEST_MS)
        self.cues.begin()

    def _tick(self) -> None:
        instant = now() + self.cues.lead
        self._due = self._due or instant + EVERY_SECONDS
        if self._is_awaited or instant < self._due:
            return
        self._is_awaited = True
        label = CLASSES[len(self.planned) % len(CLASSES)]
        self.cues.show_screen(Screen("cue", label, self._due))

    def _seen(self, stamp: float) -> None:
        self._is_awaited = False
        self.planned.append(self._due)
        self.actual.append(stamp)
        # what came late does not make the next one late
        self._due = max(self._due, stamp) + EVERY_SECONDS
        if len(self.planned) == self.n_cues:
            self._end()

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._deadline.stop()
        frame, cues = self.cues.frame, self.cues
        back_end = "painted at once" if isinstance(cues, CueWidget) else "in step with the display"
        cues.close()
        cues.deleteLater()
        if len(self.planned) < self.n_cues:
            text = f"the patient's window was seen for {len(self.planned)} of {self.n_cues} cues"
            self.done.emit(Finding("display", None, text, "leave it open and in front"))
            return
        # Qt's platforms without a screen draw into memory
        screen = QGuiApplication.platformName() not in ("offscreen", "minimal")
        self.done.emit(judge_display(self.planned, self.actual, frame, back_end, screen))


def measure_display() -> Finding:
    """Time the display from a program that has no window yet."""
    made = None if QApplication.instance() else QApplication(sys.argv[:1])
    beside = QWidget()
    beside.show()
    check = DisplayCheck(beside)
    found: list[Finding] = []
    loop = QEventLoop()
    check.done.connect(found.append)
    check.done.connect(loop.quit)
    check.begin()
    loop.exec()
    beside.close()
    if made is not None:
        # else it goes with the program, and its timers complain
        sip.delete(made)
    return found[0]

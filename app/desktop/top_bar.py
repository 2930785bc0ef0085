"""Above every page: whose visit this is, whether it is recorded, and how to stop."""

from __future__ import annotations

import time
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from neurokit.app.desktop.session import State
from neurokit.app.desktop.translations import tr

CLOCK_MS = 500


class TopBar(QFrame):
    """Patient and visit on the left, recording in the middle, note and stop on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "strip")
        self.patient = QLabel()
        self.patient.setProperty("role", "strong")
        self.recording = QLabel()
        self.recording.setProperty("role", "problem")
        self.note = QPushButton()
        self.stop = QPushButton()
        self.stop.setProperty("danger", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self.patient)
        layout.addStretch(1)
        layout.addWidget(self.recording)
        layout.addStretch(1)
        layout.addWidget(self.note)
        layout.addWidget(self.stop)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._show_clock)
        self._started = 0.0
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the chosen language."""
        self.note.setText(tr("Note"))
        self.note.setToolTip(tr("Write a note of this moment (Ctrl+M)"))
        self.stop.setText("■ " + tr("Stop now (Esc)"))

    def show_state(self, state: State) -> None:
        """Draw the state."""
        self.patient.setText(self._who(state))
        self.note.setEnabled(state.visit is not None)
        self.stop.setVisible(self.desk.session.can_stop)
        if state.recording and not self._clock.isActive():
            sidecar = Path(state.recording)
            self._started = sidecar.stat().st_mtime if sidecar.exists() else time.time()
            self._clock.start()
        elif not state.recording:
            self._clock.stop()
        self.recording.setVisible(bool(state.recording))
        self._show_clock()

    def _show_clock(self) -> None:
        minutes, seconds = divmod(max(int(time.time() - self._started), 0), 60)
        self.recording.setText(f"● {tr('Recording')} {minutes}:{seconds:02d}")

    def _who(self, state: State) -> str:
        workspace = self.desk.workspace
        if workspace is None or state.patient is None:
            return tr("No patient is chosen")
        who = workspace.patient(state.patient).pseudonym
        numbers = {visit.id: visit.number for visit in workspace.visits(state.patient)}
        if state.visit not in numbers:
            return who
        return f"{who} · {tr('visit {number}').format(number=numbers[state.visit])}"

"""A line for a note, on every page, stamped when it is asked for, not when it ends."""

from __future__ import annotations

import shlex
from datetime import datetime

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from neurokit.app.desktop.translations import tr
from neurokit.live.streams import now


class NoteBar(QFrame):
    """Takes a note about the visit; while a run is recorded it becomes a marker too."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self.desk = desk
        self.label = QLabel()
        self.line = QLineEdit()
        self.line.returnPressed.connect(self.keep)
        self.keep_button = QPushButton()
        self.keep_button.clicked.connect(self.keep)
        self.cancel_button = QPushButton()
        self.cancel_button.clicked.connect(self.leave)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self.label)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.keep_button)
        layout.addWidget(self.cancel_button)
        self._came_from: QWidget | None = None
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Say it in the chosen language."""
        self.line.setAccessibleName(tr("Note"))
        self.keep_button.setText(tr("Keep"))
        self.cancel_button.setText(tr("Cancel"))

    def ask(self) -> None:
        """Open the line; the note is of this moment."""
        if self.desk.session.state.visit is None:
            self.desk.session.go(message=tr("Choose a patient first: a note belongs to a visit"))
            return
        self._stamp, self._when = now(), datetime.now()
        self.label.setText(tr("Note at {time}").format(time=self._when.strftime("%H:%M:%S")))
        self._came_from = self.window().focusWidget()
        self.show()
        self.line.setFocus()

    def leave(self) -> None:
        """Close the line, and go back to where the user was."""
        self.line.clear()
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus()

    def keep(self) -> None:
        """Keep the note."""
        text = self.line.text().strip()
        state = self.desk.session.state
        if text and state.visit is not None:
            self._write(state.visit, text)
            if state.recording:
                self._mark(text)
            self.desk.session.go(message=tr("The note is kept"))
        self.leave()

    def _write(self, visit_id: int, text: str) -> None:
        workspace, when = self.desk.workspace, self._when
        kept: list[int] = []
        self.desk.session.do(
            tr("a note"),
            lambda: kept.append(workspace.note(visit_id, text, when).id),
            lambda: workspace.remove_note(kept.pop()),
        )
        visit = workspace.visit(visit_id)
        folder, who = str(workspace.folder), workspace.patient(visit.patient_id).pseudonym
        self.desk.history.append(
            tr("a note"),
            "from datetime import datetime\n"
            "from neurokit.patients.workspace import Workspace\n"
            f"with Workspace({folder!r}) as workspace:\n"
            f"    workspace.note({visit_id}, {text!r}, datetime.fromisoformat({str(when)!r}))",
            shlex.join(["neurokit", "patients", "note", folder, who, text]),
        )

    def _mark(self, text: str) -> None:
        from neurokit.live.recording_process import attach

        client = attach(self.desk.session.state.recording)
        try:
            client.marker(f"note: {text}", self._stamp)
        finally:
            client.close()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves the line."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

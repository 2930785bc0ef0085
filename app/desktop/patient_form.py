"""What is known of a patient: consent, hand, lesion, a note; each edit can be undone."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, QSize, QTimer, pyqtSignal
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QComboBox, QGridLayout, QLabel, QPlainTextEdit, QSizePolicy, QWidget

from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text
from neurokit.patients.records import CHOICES, Patient

TITLES = {"consent": "Consent", "handedness": "Handedness", "lesion_side": "Side of the lesion"}
# a note is kept this long after its last letter
PAUSE_MS = 1500


class PatientForm(QWidget):
    """Shows a patient's fields.

    Signals
    -------
    edited(str, object)
        A field, and what it shall be.
    """

    edited = pyqtSignal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.patient: Patient | None = None
        self.boxes: dict[str, QComboBox] = {}
        self.labels: dict[str, QLabel] = {}
        for name, values in CHOICES.items():
            box = QComboBox()
            for value in values:
                box.addItem(tr(value), value)
            box.activated.connect(lambda _, name=name: self._tell(name))
            self.labels[name] = QLabel(tr(TITLES[name]))
            self.labels[name].setBuddy(box)
            self.labels[name].setWordWrap(True)
            box.setAccessibleName(tr(TITLES[name]))
            self.boxes[name] = box
        self.note = _Note()
        self.note.setPlaceholderText(tr("Note: anything but who it is"))
        self.note.setAccessibleName(tr("Note of the patient"))
        self.note.left.connect(lambda: self._tell("note"))
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.arrange(narrow=False)

    def arrange(self, *, narrow: bool) -> None:
        """Lay the fields beside each other, or below where there is no room."""
        for place, name in enumerate(self.boxes):
            row, column = (place, 0) if narrow else (0, place)
            if narrow:
                self.grid.addWidget(self.labels[name], row, 0)
                self.grid.addWidget(self.boxes[name], row, 1, 1, 2)
            else:
                self.grid.addWidget(self.labels[name], 0, column)
                self.grid.addWidget(self.boxes[name], 1, column)
            self.grid.setColumnStretch(place, int(place > 0 or not narrow))
        self.grid.addWidget(self.note, 3, 0, 1, len(CHOICES))

    def show_patient(self, patient: Patient, *, read_only: bool = False) -> None:
        """Show a patient, unless the note is just being written."""
        writing = self.patient is not None and self.patient.id == patient.id and self.note.is_dirty
        self.patient = patient
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(getattr(patient, name)))
            box.setEnabled(not read_only)
        when = patient.consent_when
        told = tr("recorded {day}").format(day=day_text(when)) if when else tr("not recorded yet")
        self.labels["consent"].setText(f"{tr(TITLES['consent'])} ({told})")
        self.note.setReadOnly(read_only)
        if not writing and self.note.toPlainText() != patient.note:
            self.note.put(patient.note)

    def keep(self) -> None:
        """Keep a note that is being written."""
        self.note.leave()

    def _tell(self, name: str) -> None:
        value = self.note.toPlainText() if name == "note" else self.boxes[name].currentData()
        if self.patient is not None and value != getattr(self.patient, name):
            self.edited.emit(name, value)


class _Note(QPlainTextEdit):
    """Tells when the writer pauses or leaves."""

    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.is_dirty = False
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.leave)
        self.textChanged.connect(self._write)

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(100, int(self.fontMetrics().lineSpacing() * 2.9))

    def minimumSizeHint(self) -> QSize:
        """Two lines."""
        return self.sizeHint()

    def put(self, text: str) -> None:
        """Show a text that is kept already."""
        with QSignalBlocker(self):
            self.setPlainText(text)

    def leave(self) -> None:
        """Tell that there is something to keep."""
        self._pause.stop()
        if self.is_dirty:
            self.is_dirty = False
            self.left.emit()

    def _write(self) -> None:
        self.is_dirty = True
        self._pause.start()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Keep what was written."""
        super().focusOutEvent(event)
        self.leave()

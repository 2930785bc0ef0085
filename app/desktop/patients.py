"""The first page: who comes today, what they did before, and the button that begins the visit."""

from __future__ import annotations

from datetime import date, datetime, time

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop import patient_actions as actions
from neurokit.app.desktop.patient_card import PatientCard
from neurokit.app.desktop.patient_list import PatientList
from neurokit.app.desktop.session import State
from neurokit.app.desktop.translations import tr
from neurokit.patients.records import Patient


class Page(QWidget):
    """Patients on the left, the open one on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.list = PatientList(desk.workspace)
        self.card = PatientCard()
        self.backup = QPushButton(tr("Back up the workspace…"))
        self.welcome = _welcome()
        left = QWidget()
        column = QVBoxLayout(left)
        column.addWidget(self.list, 1)
        column.addWidget(self.backup)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(self.card)
        right = QWidget()
        stack = QVBoxLayout(right)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addWidget(self.area)
        stack.addWidget(self.welcome)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.patient: Patient | None = None
        self._shown: object = None
        self._connect()
        self._forget = desk.session.listen(self.show_state)

    def _connect(self) -> None:
        desk, card = self.desk, self.card
        self.list.chosen.connect(self._open)
        self.list.wanted.connect(lambda: actions.add_patient(desk))
        self.backup.clicked.connect(self._back_up)
        card.form.edited.connect(self._edit)
        card.visit.clicked.connect(lambda: actions.new_visit(desk, self.patient))
        card.again.clicked.connect(lambda: actions.same_as_last_time(desk, self.patient))
        card.visits.chosen.connect(self._open_visit)
        card.scores.added.connect(self._add_score)
        card.scores.removed.connect(lambda number: actions.remove_score(desk, self.patient, number))
        card.report.clicked.connect(lambda: actions.write_report(desk, self.patient))
        card.recordings.clicked.connect(self._import)
        card.export.clicked.connect(self._export)
        card.erase.clicked.connect(self._erase)

    def show_state(self, state: State) -> None:
        """Draw the open patient."""
        shown = (self.desk.workspace.edition, state.patient, state.visit, state.settings)
        if not self.isVisible() or shown == self._shown:
            return
        self._shown = shown
        self.list.show_patient(state.patient)
        self.area.setVisible(state.patient is not None)
        self.welcome.setVisible(state.patient is None)
        self.patient = None
        if state.patient is not None:
            self.patient = self.desk.workspace.patient(state.patient)
            self.card.show_patient(self.desk.workspace, self.patient, state)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what changed while the page was away."""
        super().showEvent(event)
        self.show_state(self.desk.session.state)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Keep a note that is being written."""
        self.card.form.keep()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Keep a note that is being written, and listen no more."""
        self.card.form.keep()
        self._forget()
        super().closeEvent(event)

    # what is asked for

    def _open(self, patient_id: int) -> None:
        self.card.form.keep()
        actions.open_patient(self.desk, patient_id)
        self._redraw()

    def _open_visit(self, visit_id: int) -> None:
        if visit_id != self.desk.session.state.visit:
            actions.open_patient(self.desk, self.patient.id, visit_id)
            self._redraw()

    def _redraw(self) -> None:
        """Draw all, also where the user marked what could not be opened."""
        self._shown = None
        self.show_state(self.desk.session.state)

    def _edit(self, name: str, value: object) -> None:
        # a note may be kept after its patient was left
        actions.edit_patient(self.desk, self.card.form.patient, name, value)

    def _add_score(self, scale: str, value: float, day: date) -> None:
        when = datetime.now() if day == date.today() else datetime.combine(day, time(12))
        actions.add_score(self.desk, self.patient, scale, value, when)

    def _import(self) -> None:
        paths = actions.ask_recordings(self)
        if paths:
            actions.import_recordings(self.desk, self.patient, self, paths)

    def _export(self) -> None:
        title = tr("Export without identity")
        path = actions.ask_save(self, title, f"neurokit-{date.today():%Y-%m-%d}.zip")
        if path:
            actions.export_patient(self.desk, self.patient, path)

    def _back_up(self) -> None:
        folder = self.desk.workspace.folder.name
        title = tr("Back up the workspace")
        path = actions.ask_save(self, title, f"{folder}-{date.today():%Y-%m-%d}.zip")
        if path:
            actions.back_up(self.desk, path)

    def _erase(self) -> None:
        from neurokit.app.desktop.erase_dialog import EraseDialog

        patient, workspace = self.patient, self.desk.workspace
        n_runs, n_models = len(workspace.runs_of(patient.id)), len(workspace.models(patient.id))
        dialog = EraseDialog(patient, n_runs=n_runs, n_models=n_models, parent=self)
        dialog.accepted.connect(lambda: actions.erase_patient(self.desk, patient))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _welcome() -> QLabel:
    words = QLabel(
        tr("Choose a patient on the left, or add one: a pseudonym is made, nothing is typed.")
    )
    words.setProperty("role", "hint")
    words.setWordWrap(True)
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return words

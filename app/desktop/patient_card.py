"""The open patient: who it is, what the last visits gave, and what comes next."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.clinical_scores import ClinicalScores
from neurokit.app.desktop.patient_form import PatientForm
from neurokit.app.desktop.session import State
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.trend_chart import TrendChart
from neurokit.app.desktop.visit_tree import VisitTree
from neurokit.app.desktop.words import class_text, day_text
from neurokit.patients.records import Patient, Run

# letters side by side, below which all stands in one column
NARROW = 85


class PatientCard(QWidget):
    """Everything of one patient, on one page that scrolls where text is large."""

    def __init__(self) -> None:
        super().__init__()
        self.name = QLabel()
        self.name.setProperty("role", "title")
        self.summary = QLabel()
        self.summary.setProperty("role", "hint")
        self.summary.setWordWrap(True)
        self.visit = QPushButton(tr("New visit"))
        self.visit.setProperty("main", True)
        self.again = QPushButton(tr("Same as last time"))
        self.again.setToolTip(tr("A visit with the same device, cues, features and pipelines"))
        self.form = PatientForm()
        self.visits = VisitTree()
        self.trend = TrendChart()
        self.report = QPushButton(tr("Report of this visit"))
        self.scores = ClinicalScores()
        self.recordings = QPushButton(tr("Import recordings…"))
        self.export = QPushButton(tr("Export without identity…"))
        self.erase = QPushButton(tr("Erase…"))
        self.erase.setProperty("danger", True)
        self._lay_out()

    def _lay_out(self) -> None:
        self.head, self.below = QGridLayout(), QGridLayout()
        self.head.setColumnStretch(0, 1)
        self.below.setHorizontalSpacing(24)
        self.headings = [_heading(tr("Accuracy over visits")), _heading(tr("Clinical scores"))]
        beside = QHBoxLayout()
        beside.addWidget(_heading(tr("Visits")), 1)
        beside.addWidget(self.report)
        self.files = QGridLayout()
        self.files.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addLayout(self.head)
        layout.addWidget(self.form)
        layout.addLayout(beside)
        layout.addWidget(self.visits)
        layout.addLayout(self.below)
        layout.addStretch(1)
        layout.addLayout(self.files)
        self._narrow: bool | None = None
        self._arrange(narrow=False)

    def _arrange(self, *, narrow: bool) -> None:
        """Two columns, or one where text is large and the window is not."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.head.addWidget(self.name, 0, 0, 1, 3 if narrow else 1)
        self.head.addWidget(self.summary, 1, 0, 1, 3)
        for place, button in enumerate((self.visit, self.again)):
            self.head.addWidget(button, *((place + 2, 0, 1, 3) if narrow else (0, 2 - place)))
        for place, button in enumerate((self.recordings, self.export, self.erase)):
            column = place + (button is self.erase)
            self.files.addWidget(button, *((place, 0, 1, 4) if narrow else (0, column)))
        self.form.arrange(narrow=narrow)
        top = Qt.AlignmentFlag.AlignTop
        for place, (heading, widget) in enumerate(
            zip(self.headings, (self.trend, self.scores), strict=True)
        ):
            row, column = (2 * place, 0) if narrow else (0, place)
            self.below.addWidget(heading, row, column)
            self.below.addWidget(widget, row + 1, column, top)
            self.below.setColumnStretch(place, 0 if narrow and place else 3 - place)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay out anew where there is more or less room."""
        super().resizeEvent(event)
        self._arrange(narrow=self.width() < self.fontMetrics().averageCharWidth() * NARROW)

    def show_patient(self, workspace, patient: Patient, state: State) -> None:
        """Show a patient as the workspace has it."""
        read_only = workspace.read_only
        visits = workspace.visits(patient.id)
        runs: dict[int, list[Run]] = {visit.id: [] for visit in visits}
        for run in workspace.runs_of(patient.id):
            runs[run.visit_id].append(run)
        last = workspace.same_as_last_time(patient.id)
        today = bool(visits) and day_text(visits[-1].started) == tr("today")
        self.name.setText(patient.pseudonym)
        self.summary.setText(_summary(patient, last))
        self.visit.setText(tr("Go on with today's visit") if today else tr("New visit"))
        self.visit.setEnabled(not read_only)
        self.again.setEnabled(bool(last) and not read_only)
        self.form.show_patient(patient, read_only=read_only)
        points = workspace.trend_points(patient.id)
        self.visits.show_visits(visits, runs, points, state.visit)
        self.trend.show_points(points, workspace.feedback_points(patient.id), state.settings)
        self.scores.show_scores(workspace.scores(patient.id), read_only=read_only)
        self.recordings.setEnabled(not read_only)
        self.erase.setEnabled(not read_only)
        self.export.setEnabled(bool(visits))
        self.report.setEnabled(state.visit is not None and not read_only)


def _summary(patient: Patient, last: dict) -> str:
    """What was done last time, in a line."""
    if patient.last_visit is None:
        return tr("No visit yet")
    words = [tr("Last visit: {day}").format(day=day_text(patient.last_visit))]
    protocol = last.get("protocol") or {}
    if protocol.get("classes"):
        words.append(", ".join(class_text(label) for label in protocol["classes"]))
    if last.get("source"):
        words.append(str(last["source"]).rpartition("/")[2])
    return " · ".join(words)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "strong")
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label

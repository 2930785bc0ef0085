"""All patients, the latest first, found by any word."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text
from neurokit.patients.records import Patient

CONSENT_SYMBOLS = {"given": "✓", "refused": "✕", "withdrawn": "✕", "unknown": "?"}


class PatientList(QWidget):
    """Search above, patients below.

    Signals
    -------
    chosen(int)
        A patient's number.
    wanted()
        A new patient.
    """

    chosen = pyqtSignal(int)
    wanted = pyqtSignal()

    def __init__(self, workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search: pseudonym or a word of the note"))
        self.search.setAccessibleName(tr("Search patients"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.fill)
        self.add = QPushButton(tr("New patient"))
        self.add.setToolTip(tr("Makes a pseudonym; nothing must be typed (Ctrl+N)"))
        self.add.clicked.connect(self.wanted)
        self.add.setEnabled(not workspace.read_only)
        self.table = _table()
        self.table.itemSelectionChanged.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.add, self.search, self.table):
            layout.addWidget(widget)
        for keys, action in (("Ctrl+N", self.add.click), ("Ctrl+F", self.search.setFocus)):
            QShortcut(QKeySequence(keys), self, action)
        self.patients: list[Patient] = []
        self._current: int | None = None

    def show_patient(self, patient_id: int | None) -> None:
        """Fill the table, and mark the one that is open."""
        self._current = patient_id
        self.fill()

    def fill(self) -> None:
        """Show what the search finds."""
        found = self.workspace.patients(self.search.text())
        self.table.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.7))
        if found != self.patients:
            self.patients = found
            with QSignalBlocker(self.table):
                self._write(found)
        ids = [patient.id for patient in found]
        with QSignalBlocker(self.table):
            if self._current in ids:
                self.table.selectRow(ids.index(self._current))
            else:
                self.table.clearSelection()

    def _write(self, found: list[Patient]) -> None:
        self.table.setRowCount(len(found))
        for row, patient in enumerate(found):
            last = day_text(patient.last_visit) if patient.last_visit else tr("no visit yet")
            consent = tr("Consent: {answer}").format(answer=tr(patient.consent))
            for column, text in enumerate(
                (patient.pseudonym, last, CONSENT_SYMBOLS[patient.consent])
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{consent}\n{patient.note}".strip())
                if column == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, consent)
                self.table.setItem(row, column, item)

    def _choose(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self.chosen.emit(self.patients[rows[0].row()].id)


def _table() -> QTableWidget:
    table = QTableWidget(0, 3)
    table.setHorizontalHeaderLabels([tr("Patient"), tr("Last visit"), "✓"])
    table.horizontalHeaderItem(2).setToolTip(tr("Consent"))
    table.setAccessibleName(tr("Patients"))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table

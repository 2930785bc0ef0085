"""Values on clinical scales: a table, and a line to add one."""

from __future__ import annotations

from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text, locale
from neurokit.patients.records import ClinicalScore

# scales of the upper limb, of spasticity and of daily life, with their highest values
SCALES = {"FMA-UE": 66, "ARAT": 57, "BBT": 150, "MAS": 4, "NIHSS": 42, "mRS": 6, "BI": 100}
ROWS = 4


class ClinicalScores(QWidget):
    """Shows scores, and asks for one more.

    Signals
    -------
    added(str, float, object)
        Scale, value, day.
    removed(int)
        Number of a score.
    """

    added = pyqtSignal(str, float, object)
    removed = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([tr("Day"), tr("Scale"), tr("Value")])
        self.table.setAccessibleName(tr("Clinical scores"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.scale = QComboBox()
        self.scale.setEditable(True)
        self.scale.addItems(SCALES)
        self.scale.currentTextChanged.connect(self._limit)
        self.value = QDoubleSpinBox()
        self.value.setDecimals(1)
        self.value.setLocale(locale())
        self.day = QDateEdit(QDate.currentDate())
        self.day.setCalendarPopup(True)
        self.day.setMaximumDate(QDate.currentDate())
        self.day.setLocale(locale())
        self.day.setDisplayFormat("d MMM yyyy")
        self.add = QPushButton(tr("Add score"))
        self.add.clicked.connect(self._add)
        self.remove = QPushButton(tr("Remove"))
        self.remove.clicked.connect(self._remove)
        self.table.itemSelectionChanged.connect(self._allow)
        self._lay_out()
        self.scores: list[ClinicalScore] = []
        self._limit(self.scale.currentText())
        self._allow()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 0, 0, 1, 3)
        for column, (text, box) in enumerate(
            ((tr("Scale"), self.scale), (tr("Value"), self.value), (tr("Day"), self.day))
        ):
            label = QLabel(text)
            label.setBuddy(box)
            box.setAccessibleName(text)
            layout.addWidget(label, 1, column)
            layout.addWidget(box, 2, column)
        layout.addWidget(self.add, 3, 0, 1, 2)
        layout.addWidget(self.remove, 3, 2)
        layout.setColumnStretch(2, 1)

    def show_scores(self, scores: list[ClinicalScore], *, read_only: bool = False) -> None:
        """Show these, the latest first."""
        for widget in (self.add, self.scale, self.value, self.day):
            widget.setEnabled(not read_only)
        height = int(self.fontMetrics().height() * 1.7)
        self.table.verticalHeader().setDefaultSectionSize(height)
        self.table.setFixedHeight(height * ROWS)
        if scores == self.scores:
            return
        self.scores = scores
        self.table.setRowCount(len(scores))
        for row, score in enumerate(reversed(scores)):
            for column, text in enumerate((day_text(score.when), score.scale, f"{score.value:g}")):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.clearSelection()
        self._allow()

    def _limit(self, scale: str) -> None:
        self.value.setMaximum(SCALES.get(scale, 10000))

    def _allow(self) -> None:
        self.remove.setEnabled(bool(self.table.selectedItems()))

    def _add(self) -> None:
        self.added.emit(self.scale.currentText(), self.value.value(), self.day.date().toPyDate())

    def _remove(self) -> None:
        row = self.table.currentRow()
        self.removed.emit(self.scores[len(self.scores) - 1 - row].id)

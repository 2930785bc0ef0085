"""Asks what the events of old recordings mean, and of which day they are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QDate, Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import class_text, locale
from neurokit.patients.importing import Inspection
from neurokit.visits.protocol import CLASSES


class ImportDialog(QDialog):
    """Shows what was found in the files, with guesses where the names are known."""

    def __init__(self, found: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = found
        self.setWindowTitle(tr("Import recordings"))
        names = ", ".join(Path(path).name for path in found.paths)
        files = QLabel(tr("Recordings: {names}").format(names=names))
        files.setWordWrap(True)
        hint = QLabel(
            tr("Say which events are cues. Names and birthdays in the files are left behind.")
        )
        hint.setProperty("role", "hint")
        hint.setWordWrap(True)
        self.day = QDateEdit(QDate(found.day.year, found.day.month, found.day.day))
        self.day.setCalendarPopup(True)
        self.day.setMaximumDate(QDate.currentDate())
        self.day.setLocale(locale())
        self.day.setDisplayFormat("d MMM yyyy")
        self.day.setAccessibleName(tr("Day of the visit"))
        form = QFormLayout()
        form.addRow(tr("Day of the visit"), self.day)
        self.boxes: dict[str, QComboBox] = {}
        self.table = self._table()
        self.accept_button = QPushButton(tr("Import"))
        self.accept_button.setProperty("main", True)
        buttons = QDialogButtonBox()
        buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(files)
        layout.addLayout(form)
        layout.addWidget(hint)
        layout.addWidget(self.table)
        layout.addWidget(buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 80, self.sizeHint().height())
        self._check()

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(self.found.counts), 3)
        table.setHorizontalHeaderLabels([tr("Event"), tr("How often"), tr("Means")])
        table.setAccessibleName(tr("Events"))
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for row, (name, count) in enumerate(self.found.counts.items()):
            for column, text in enumerate((name, str(count))):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                table.setItem(row, column, item)
            box = QComboBox()
            box.setAccessibleName(tr("Meaning of {event}").format(event=name))
            box.addItem(tr("no cue"), "")
            for label in CLASSES:
                box.addItem(class_text(label), label)
            box.setCurrentIndex(max(box.findData(self.found.cues.get(name, "")), 0))
            box.currentIndexChanged.connect(self._check)
            table.setCellWidget(row, 2, box)
            self.boxes[name] = box
        table.resizeRowsToContents()
        return table

    def _check(self) -> None:
        self.accept_button.setEnabled(bool(self.cues()))

    def cues(self) -> dict[str, str]:
        """Class of each event that is a cue."""
        chosen = {name: box.currentData() for name, box in self.boxes.items()}
        return {name: label for name, label in chosen.items() if label}

    def when(self) -> datetime:
        """Noon of the chosen day."""
        day = self.day.date()
        return datetime(day.year(), day.month(), day.day(), 12)

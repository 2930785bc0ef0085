"""Asks, seriously, whether a patient is to be erased."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.translations import tr
from neurokit.patients.records import Patient


class EraseDialog(QDialog):
    """Says what goes for ever, and waits until the pseudonym is typed."""

    def __init__(
        self, patient: Patient, *, n_runs: int, n_models: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.patient = patient
        self.setWindowTitle(tr("Erase {patient}").format(patient=patient.pseudonym))
        title = QLabel(tr("Erase {patient} for ever?").format(patient=patient.pseudonym))
        title.setProperty("role", "title")
        text = tr(
            "{visits} visits, {runs} recordings, {models} decoders, and every score, note and "
            "report of this patient are erased from this workspace. It cannot be undone.\n\n"
            "Backups and exports that lie elsewhere are not reached: erase them by hand."
        )
        words = QLabel(text.format(visits=patient.n_visits, runs=n_runs, models=n_models))
        words.setWordWrap(True)
        asked = QLabel(
            tr("To go on, type the pseudonym: {patient}").format(patient=patient.pseudonym)
        )
        self.typed = QLineEdit()
        self.typed.setAccessibleName(asked.text())
        self.typed.textChanged.connect(self._check)
        asked.setBuddy(self.typed)
        self.erase = QPushButton(tr("Erase for ever"))
        self.erase.setProperty("danger", True)
        self.erase.setEnabled(False)
        buttons = QDialogButtonBox()
        buttons.addButton(self.erase, QDialogButtonBox.ButtonRole.DestructiveRole)
        self.keep = buttons.addButton(tr("Keep"), QDialogButtonBox.ButtonRole.RejectRole)
        self.keep.setDefault(True)
        self.erase.setAutoDefault(False)
        self.erase.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (title, words, asked, self.typed, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 70)
        self.typed.setFocus()

    def _check(self, text: str) -> None:
        self.erase.setEnabled(text.strip() == self.patient.pseudonym)

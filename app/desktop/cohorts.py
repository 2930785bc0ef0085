"""Tell patients from controls by maps of the connectome: a form, the work, its scores and maps."""

from __future__ import annotations

import shlex
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop import cohort_data
from neurokit.app.desktop.cohort_form import FEATURES, CohortSettings
from neurokit.app.desktop.cohort_results import CohortResults
from neurokit.app.desktop.evaluation_process import EvaluationProcess
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.layout_parts import beside, button, wrapped
from neurokit.app.desktop.result_folders import result_folder
from neurokit.app.desktop.session import State
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import told, tr

SIMULATED = "simulated-cohort:people=40,seed=1"


class Page(QWidget):
    """Form on the left, results on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.settings = CohortSettings()
        self.process = EvaluationProcess(self)
        self.process.progress.connect(self._show_progress)
        self.process.ended.connect(self._end)
        self.reading: Task | None = None
        self._make_form()
        self.results = CohortResults()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        self.area = QScrollArea()
        self.area.setWidget(self.form_side)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self.area)
        layout.addWidget(self.results, 1)
        self._forget = desk.session.listen(self._dress)
        task = desk.tasks.start(tr("Looking for cohorts"), cohort_data.cohorts_here)
        task.done.connect(self.cohort.addItems)
        self._read()

    def _dress(self, state: State) -> None:
        self.results.dress(state.settings)
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setFixedWidth(self.form_side.minimumSizeHint().width() + bar)

    # the form

    def _make_form(self) -> None:
        title = QLabel(tr("Study a cohort"))
        title.setProperty("role", "title")
        self.cohort = QComboBox()
        self.cohort.setEditable(True)
        self.cohort.setAccessibleName(tr("Cohort"))
        self.cohort.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.cohort.setMinimumContentsLength(16)
        self.cohort.addItem(SIMULATED)
        self.cohort.lineEdit().setCursorPosition(0)
        self.cohort.currentIndexChanged.connect(self._read)
        self.cohort.lineEdit().editingFinished.connect(self._read)
        self.mask_file = QLineEdit()
        self.mask_file.setAccessibleName(tr("Mask"))
        self.mask_file.setPlaceholderText(tr("images: a file, group"))
        self.form = Form(self.settings, choices={"features": FEATURES}, columns=2)
        self.form.changed.connect(self._take)
        self.run = button(tr("Study"), self.start)
        self.run.setProperty("main", True)
        self.cancel = button(tr("Cancel"), self.process.cancel)
        self.cancel.setEnabled(False)
        table = button(tr("Table"), self._choose_table, tr("A CSV with a row a scan"))
        folder = button(tr("Folder"), self._choose_folder, tr("ADHD-200 as Athena lays it out"))
        mask = button(tr("Choose"), self._choose_mask, tr("Voxels that are nodes, in everyone"))
        top = QFormLayout()
        top.addRow(tr("Cohort"), self.cohort)
        top.addRow("", beside(table, folder))
        top.addRow(tr("Mask"), beside(self.mask_file, mask))
        self.form_side = QWidget()
        layout = QVBoxLayout(self.form_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addLayout(top)
        layout.addWidget(self.form)
        layout.addLayout(beside(self.run, self.cancel))
        hint = wrapped(
            tr("Site correction, region mask, density and sizes are learnt on training people "
               "alone. Connectivity, phenotype, site and majority are scored on the same people."),
            role="hint",
        )  # fmt: skip
        layout.addWidget(hint)
        layout.addStretch(1)

    def _choose_table(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Table of a cohort"), "", "CSV, TSV (*.csv *.tsv)"
        )
        self._choose(path)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of ADHD-200"))
        self._choose(f"adhd200:{folder}" if folder else "")

    def _choose(self, name: str) -> None:
        if name:
            self.cohort.setEditText(name)
            self._read()

    def _choose_mask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Mask"), "", "NIfTI (*.nii *.nii.gz)")
        if path:
            self.mask_file.setText(path)

    def _take(self, settings: CohortSettings) -> None:
        self.settings = settings

    # the work

    def name(self) -> str:
        """The cohort as the user wrote it."""
        return self.cohort.currentText().strip()

    def folder(self) -> Path:
        """Where the results of this cohort are kept."""
        return result_folder(self.desk.workspace, "cohorts", self.name())

    def arguments(self) -> list[str]:
        """What follows ``neurokit`` on the command line."""
        mask = self.mask_file.text().strip()
        return [
            *("cycles", "classify", self.name(), *self.settings.options()),
            *(("--mask", mask) if mask else ()),
            *("--out", str(self.folder())),
        ]

    def start(self) -> None:
        """Study the cohort."""
        if not self.name():
            self.desk.session.go(message=tr("Choose a cohort: a table, a folder or a name"))
            return
        if self.form.problem.isVisibleTo(self.form):
            self.desk.session.go(message=self.form.problem.text())
            return
        self._show_running(True)
        self.results.show_progress(0, 0, tr("Reading the cohort"))
        self.process.start(self.arguments())

    def _show_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.cancel.setEnabled(running)
        self.cohort.setEnabled(not running)  # its name is the folder that is read at the end

    def _show_progress(self, done: int, planned: int, text: str) -> None:
        self.results.show_progress(done, planned, text)

    def _end(self, problem: str) -> None:
        self._show_running(False)
        if problem == "cancelled":
            problem = tr("Cancelled; what is finished is kept, and the same choice goes on there.")
        elif not problem:
            self._note_step()
        self.results.show_end(told(problem))
        self._read()

    def _note_step(self) -> None:
        mask = self.mask_file.text().strip()
        self.desk.history.append(
            tr("studying {cohort}").format(cohort=self.name()),
            self.settings.python(self.name(), mask, str(self.folder())),
            f"neurokit {shlex.join(self.arguments())}",
        )

    def _read(self) -> None:
        """Show what lies on disk of the chosen cohort."""
        if self.reading is not None:
            self.reading.cancel()
            self.reading = None
        folder = self.folder()
        if not (folder / "summary.json").is_file():
            self.results.show_nothing()
            return
        self.reading = self.desk.tasks.start(
            tr("Reading results"), cohort_data.read_result, str(folder)
        )
        self.reading.done.connect(lambda result: self.results.show_result(result, folder))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End the study with its page; what is finished is kept."""
        self._forget()
        self.process.close()
        super().closeEvent(event)

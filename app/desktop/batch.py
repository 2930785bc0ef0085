"""Evaluate pipelines on data sets: a form, the work in a process of its own, and its table."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QCloseEvent, QDesktopServices
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop import batch_data
from neurokit.app.desktop.batch_table import ResultsTable
from neurokit.app.desktop.evaluation_process import EvaluationProcess
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.result_folders import result_folder
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import tr

FIRST_CHOICE = ("csp+lda", "ts+lr")


class BatchSettings(BaseModel):
    """How pipelines are evaluated."""

    model_config = ConfigDict(frozen=True)

    paradigm: Literal["left-right", "right-feet", "rest-task", "all"] = Field(
        "left-right", description="What is told apart"
    )
    evaluation: Literal[
        "within-session", "cross-session", "cross-subject", "leave-one-run-out", "pseudo-online"
    ] = Field("within-session", description="What is held out")
    subjects: Annotated[str, StringConstraints(pattern=r"^(\d+(-\d+)?(,\d+(-\d+)?)*)?$")] = Field(
        "", description="Subjects, such as 1-3,7"
    )
    seed: int = Field(42, ge=0, description="Seed of all that is drawn")


class Page(QWidget):
    """Form on the left, results on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.settings = BatchSettings()
        self.process = EvaluationProcess(self)
        self.process.progress.connect(self._show_progress)
        self.process.ended.connect(self._end)
        self._make_form()
        self._make_results()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        area = QScrollArea()
        area.setWidget(self.form_side)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area = area
        layout.addWidget(area)
        layout.addWidget(self.result_side, 1)
        self.summing: Task | None = None
        self._fit()
        self._look_for_datasets()
        self._sum_up()

    def _fit(self) -> None:
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setFixedWidth(self.form_side.sizeHint().width() + bar)

    # the form

    def _make_form(self) -> None:
        title = QLabel(tr("Evaluate pipelines"))
        title.setProperty("role", "title")
        self.dataset = QComboBox()
        self.dataset.setEditable(True)
        self.dataset.setAccessibleName(tr("Data set"))
        self.dataset.addItem("simulated")
        folder = QPushButton(tr("Folder"))
        folder.setToolTip(tr("Recordings in a folder of this computer"))
        folder.clicked.connect(self._choose_folder)
        self.form = Form(self.settings)
        self.form.changed.connect(self._take)
        self.pipelines = QListWidget()
        self.pipelines.setAccessibleName(tr("Pipelines"))
        self._fill_pipelines()
        self.run = QPushButton(tr("Evaluate"))
        self.run.setProperty("main", True)
        self.run.clicked.connect(self.start)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self.process.cancel)
        self.cancel.setEnabled(False)
        data = QHBoxLayout()
        data.addWidget(self.dataset, 1)
        data.addWidget(folder)
        top = QFormLayout()
        top.addRow(tr("Data set"), data)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run, 1)
        buttons.addWidget(self.cancel)
        self.form_side = QWidget()
        layout = QVBoxLayout(self.form_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addLayout(top)
        layout.addWidget(self.form)
        layout.addWidget(QLabel(tr("Pipelines")))
        self.pipelines.setMinimumHeight(9 * self.pipelines.fontMetrics().height())
        layout.addWidget(self.pipelines, 1)
        layout.addLayout(buttons)

    def _fill_pipelines(self) -> None:
        from neurokit.pipelines import description, names

        for name in names():
            item = QListWidgetItem(name)
            item.setToolTip(description(name))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            chosen = name in FIRST_CHOICE
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            self.pipelines.addItem(item)

    def _look_for_datasets(self) -> None:
        task = self.desk.tasks.start(tr("Looking for data sets"), batch_data.datasets_here)
        task.done.connect(self._show_datasets)

    def _show_datasets(self, names: list[str]) -> None:
        known = {self.dataset.itemText(row) for row in range(self.dataset.count())}
        self.dataset.addItems([name for name in names if name not in known])

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of recordings"))
        if folder:
            is_bids = (Path(folder) / "dataset_description.json").is_file()
            self.dataset.setEditText(f"{'bids' if is_bids else 'files'}:{folder}")

    def _take(self, settings: BatchSettings) -> None:
        self.settings = settings

    def chosen(self) -> list[str]:
        """Names of the pipelines that are checked."""
        rows = (self.pipelines.item(row) for row in range(self.pipelines.count()))
        return [item.text() for item in rows if item.checkState() == Qt.CheckState.Checked]

    # the work

    def folder(self) -> Path:
        """Where the results of this data set are kept."""
        return result_folder(self.desk.workspace, "evaluations", self.dataset.currentText())

    def arguments(self) -> list[str]:
        """What follows ``neurokit`` on the command line."""
        settings = self.settings
        options = ["evaluate", self.dataset.currentText().strip()]
        for name in self.chosen():
            options += ["--pipeline", name]
        options += ["--paradigm", settings.paradigm, "--evaluation", settings.evaluation]
        if settings.subjects:
            options += ["--subjects", settings.subjects]
        return [*options, "--seed", str(settings.seed), "--results", str(self.folder())]

    def start(self) -> None:
        """Evaluate."""
        if not self.chosen():
            self.desk.session.go(message=tr("Choose at least one pipeline"))
            return
        if not self.dataset.currentText().strip():
            self.desk.session.go(message=tr("Choose a data set, or a folder of recordings"))
            return
        self.bar.setRange(0, 0)
        self._show_running(True)
        self.status.setText(tr("Reading the recordings"))
        self.process.start(self.arguments())

    def _show_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.cancel.setEnabled(running)
        self.bar.setVisible(running)

    def _show_progress(self, done: int, planned: int, text: str) -> None:
        self.bar.setRange(0, planned)
        self.bar.setValue(done)
        self.status.setText(text)
        self._sum_up()

    def _end(self, problem: str) -> None:
        self._show_running(False)
        if problem == "cancelled":
            self.status.setText(
                tr("Cancelled; finished folds are kept, and the same choice goes on from there.")
            )
        elif problem:
            self.status.setText(problem)
        else:
            self.status.setText("")
            self._note_step()
        self._sum_up()

    def _note_step(self) -> None:
        settings = self.settings
        subjects = f", subjects={settings.subjects!r}" if settings.subjects else ""
        name = self.dataset.currentText()
        self.desk.history.append(
            tr("evaluating on {dataset}").format(dataset=name),
            "from neurokit.studies.evaluation import evaluate\n"
            f"evaluate({name!r}, {self.chosen()!r}, paradigm={settings.paradigm!r}, "
            f"evaluation={settings.evaluation!r}{subjects}, seed={settings.seed}, "
            f"results={str(self.folder())!r})",
            f"neurokit {shlex.join(self.arguments())}",
        )

    # the results

    def _make_results(self) -> None:
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.hide()
        self.table = ResultsTable()
        self.empty = QLabel(
            tr("No result yet: choose a data set and pipelines, and press Evaluate. Every fold is "
               "kept the moment it ends.")
        )  # fmt: skip
        self.empty.setProperty("role", "hint")
        self.empty.setWordWrap(True)
        self.report = QPushButton(tr("Open the report"))
        self.report.setEnabled(False)
        self.report.clicked.connect(self._write_report)
        title = QLabel(tr("Results"))
        title.setProperty("role", "title")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.report)
        self.result_side = QWidget()
        layout = QVBoxLayout(self.result_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        layout.addWidget(self.empty)
        layout.addWidget(self.table, 1)
        legend = QLabel(
            tr("The line is the 95 % interval; grey is where 95 of 100 guessers fall; ▲ is above.")
        )
        legend.setProperty("role", "hint")
        legend.setWordWrap(True)
        layout.addWidget(legend)

    def _sum_up(self) -> None:
        """Read the table anew, unless it is being read."""
        if not self.folder().is_dir() or (self.summing and self.summing.is_running):
            return
        self.summing = self.desk.tasks.start(
            tr("Reading results"), batch_data.summary, str(self.folder())
        )
        self.summing.done.connect(self._show_rows)

    def _show_rows(self, rows: list[batch_data.Row]) -> None:
        self.table.show_rows(rows)
        self.report.setEnabled(bool(rows))
        self.empty.setVisible(not rows)

    def _write_report(self) -> None:
        task = self.desk.tasks.start(
            tr("Writing the report"), batch_data.write_report, str(self.folder())
        )
        task.done.connect(lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
        task.failed.connect(lambda text: self.desk.session.go(message=text))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End the evaluation with its page; finished folds are kept."""
        self.process.close()
        super().closeEvent(event)

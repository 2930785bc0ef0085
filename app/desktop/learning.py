"""Learn a stream visit after visit: who learns it, the work in a process, what is kept."""

from __future__ import annotations

import shlex
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop import learning_data
from neurokit.app.desktop.evaluation_process import EvaluationProcess
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.layout_parts import beside, button, wrapped
from neurokit.app.desktop.learning_form import (
    LearningSettings,
    learner_words,
    offered_learners,
    options,
    python,
    seeds,
)
from neurokit.app.desktop.learning_results import LearningResults
from neurokit.app.desktop.result_folders import result_folder
from neurokit.app.desktop.session import State
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import told, tr
from neurokit.continual.settings import StreamSettings, read_stream, ready_streams

FIRST = "simulated-visits"


class Page(QWidget):
    """Form on the left, results on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.settings = LearningSettings()
        self.stream: StreamSettings | None = None
        self.boxes: dict[str, QCheckBox] = {}
        self.process = EvaluationProcess(self)
        self.process.ended.connect(self._end)
        self.reading: Task | None = None
        self.results = LearningResults()
        self.process.progress.connect(self.results.show_progress)
        self._make_form()
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
        self._choose_stream()

    def _dress(self, state: State) -> None:
        self.results.dress(state.settings)
        self._fit()

    def _fit(self) -> None:
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setFixedWidth(self.form_side.minimumSizeHint().width() + bar)

    # the form

    def _make_form(self) -> None:
        title = QLabel(tr("Learn visit after visit"))
        title.setProperty("role", "title")
        self.streams = QComboBox()
        self.streams.setEditable(True)
        self.streams.setAccessibleName(tr("Stream"))
        self.streams.addItems(sorted(ready_streams(), key=lambda name: name != FIRST))
        self.streams.currentIndexChanged.connect(self._choose_stream)
        self.streams.lineEdit().editingFinished.connect(self._choose_stream)
        file = button(tr("File"), self._choose_file, tr("A YAML file that describes a stream"))
        self.form = Form(self.settings)
        self.form.changed.connect(self._take)
        self.run = button(tr("Learn"), self.start)
        self.run.setProperty("main", True)
        self.cancel = button(tr("Cancel"), self.process.cancel)
        self.cancel.setEnabled(False)
        learners = QLabel(tr("Learners"))
        learners.setProperty("role", "strong")
        self.ticks = QVBoxLayout()
        top = QFormLayout()
        top.addRow(tr("Stream"), beside(self.streams, file))
        self.form_side = QWidget()
        layout = QVBoxLayout(self.form_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addLayout(top)
        layout.addWidget(learners)
        layout.addLayout(self.ticks)
        layout.addWidget(self.form)
        layout.addLayout(beside(self.run, self.cancel))
        hint = wrapped(
            tr("The same stream goes on with what is not done. A learner that replays keeps as "
               "many bytes as SharpClassifier, which goes first."),
            role="hint",
        )  # fmt: skip
        layout.addWidget(hint)
        layout.addStretch(1)

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Stream"), "", "(*.yaml *.yml)")
        if path:
            self.streams.setEditText(path)
            self._choose_stream()

    def which(self) -> str:
        """Name or file of the stream, as the user wrote it."""
        return self.streams.currentText().strip()

    def _choose_stream(self) -> None:
        """Offer the learners of the stream, its own ones ticked."""
        try:
            stream = read_stream(self.which())
        except (ValueError, OSError) as error:
            self.stream = None
            self._offer(())
            self.results.show_nothing()
            self.results.show_end(told(str(error)))
            return
        if stream == self.stream:
            return
        self.stream = stream
        self.settings = LearningSettings(seeds=min(len(stream.seeds), 20))
        self.form.show_model(self.settings)
        self._offer(offered_learners(stream))
        self.results.show_end("")
        self._read()

    def _offer(self, learners: tuple[str, ...]) -> None:
        for box in self.boxes.values():
            self.ticks.removeWidget(box)
            box.deleteLater()
        self.boxes = {spec: QCheckBox(learner_words(spec)) for spec in learners}
        for spec, box in self.boxes.items():
            box.setToolTip(spec)
            box.setChecked(self.stream is not None and spec in self.stream.learners)
            box.toggled.connect(self._read)
            self.ticks.addWidget(box)
        self._fit()

    def _take(self, settings: LearningSettings) -> None:
        self.settings = settings
        self._read()

    # the work

    def learners(self) -> tuple[str, ...]:
        """Those that are ticked."""
        return tuple(spec for spec, box in self.boxes.items() if box.isChecked())

    def folder(self) -> Path:
        """Where the results of this stream are kept."""
        kind = "-shuffled" if self.settings.shuffled else ""
        return result_folder(self.desk.workspace, "streams", f"{self.which()}{kind}")

    def arguments(self) -> list[str]:
        """What follows ``neurokit`` on the command line."""
        chosen = options(self.stream, self.learners(), self.settings)
        return ["sharp", "run", self.which(), "--out", str(self.folder()), *chosen]

    def start(self) -> None:
        """Let the learners go through the stream."""
        problem = ""
        if self.stream is None:
            problem = tr("Choose a stream: a name or a YAML file")
        elif not self.learners():
            problem = tr("Tick at least one learner")
        elif self.form.problem.isVisibleTo(self.form):
            problem = self.form.problem.text()
        if problem:
            self.desk.session.go(message=problem)
            return
        self._show_running(True)
        self.results.show_progress(0, 0, tr("Reading the stream"))
        self.process.start(self.arguments())

    def _show_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.cancel.setEnabled(running)
        # they say what is read and noted at the end
        for widget in (self.streams, self.form, *self.boxes.values()):
            widget.setEnabled(not running)

    def _end(self, problem: str) -> None:
        self._show_running(False)
        if problem == "cancelled":
            problem = tr("Cancelled; what is finished is kept, and the same choice goes on there.")
        elif not problem:
            which, folder = self.which(), str(self.folder())
            self.desk.history.append(
                tr("learning of {stream}").format(stream=which),
                python(which, self.stream, self.learners(), self.settings, folder),
                f"neurokit {shlex.join(self.arguments())}",
            )
        self.results.show_end(told(problem))
        self._read()

    def _read(self) -> None:
        """Show what the ticked learners left on disk."""
        if self.reading is not None:
            self.reading.cancel()
            self.reading = None
        folder = self.folder()
        if self.stream is None or not (folder / "units").is_dir():
            self.results.show_nothing()
            return
        self.reading = self.desk.tasks.start(
            tr("Reading what was learnt"),
            learning_data.read_view,
            str(folder),
            self.learners(),
            seeds(self.stream, self.settings),
        )
        self.reading.done.connect(lambda view: self._show(view, folder))

    def _show(self, view: learning_data.LearningView | None, folder: Path) -> None:
        if view is None:
            self.results.show_nothing()
        else:
            self.results.show_view(view, folder, self.desk.session.state.settings)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End the work with its page; what is finished is kept."""
        self._forget()
        self.process.close()
        super().closeEvent(event)

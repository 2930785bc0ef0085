"""Find motifs in traces of many animals: a form, the work in a process of its own, its atlas."""

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
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop import connectome_data
from neurokit.app.desktop.connectome_form import ConnectomeSettings
from neurokit.app.desktop.connectome_results import ConnectomeResults
from neurokit.app.desktop.evaluation_process import EvaluationProcess
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.layout_parts import beside, button, wrapped
from neurokit.app.desktop.result_folders import result_folder
from neurokit.app.desktop.session import State
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import told, tr

SIMULATED = "simulated-worms"
BETWEEN = "; "


class Page(QWidget):
    """Form on the left, motifs on the right."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.settings = ConnectomeSettings()
        self.process = EvaluationProcess(self)
        self.process.ended.connect(self._end)
        self.reading: Task | None = None
        self._make_form()
        self.results = ConnectomeResults()
        self.process.progress.connect(self.results.show_progress)
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
        task = desk.tasks.start(tr("Looking for traces"), connectome_data.traces_here)
        task.done.connect(self.traces.addItems)
        self._read()

    def _dress(self, state: State) -> None:
        self.results.dress(state.settings)
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setFixedWidth(self.form_side.minimumSizeHint().width() + bar)

    # the form

    def _make_form(self) -> None:
        title = QLabel(tr("Discover motifs"))
        title.setProperty("role", "title")
        self.traces = QComboBox()
        self.traces.setEditable(True)
        self.traces.setAccessibleName(tr("Traces"))
        self.traces.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.traces.setMinimumContentsLength(16)
        self.traces.addItem(SIMULATED)
        self.traces.currentIndexChanged.connect(self._read)
        self.traces.lineEdit().editingFinished.connect(self._read)
        files = button(tr("Files"), self._choose_files, tr("A file an animal"))
        folder = button(tr("Folder"), self._choose_folder, tr("A folder of NWB files"))
        self.form = Form(self.settings)
        self.form.changed.connect(self._take)
        self.run = button(tr("Discover"), self.start)
        self.run.setProperty("main", True)
        self.cancel = button(tr("Cancel"), self.process.cancel)
        self.cancel.setEnabled(False)
        top = QFormLayout()
        top.addRow(tr("Traces"), self.traces)
        top.addRow("", beside(files, folder))
        self.form_side = QWidget()
        layout = QVBoxLayout(self.form_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addLayout(top)
        layout.addWidget(self.form)
        layout.addLayout(beside(self.run, self.cancel))
        hint = wrapped(
            tr("The number of motifs is chosen by pairs held out. Stimuli and behaviour are not "
               "looked at until the motifs are found."),
            role="hint",
        )  # fmt: skip
        layout.addWidget(hint)
        layout.addStretch(1)

    def _choose_files(self) -> None:
        kinds = "*.nwb *.csv *.tsv *.npz *.json *.edf *.bdf *.gdf *.fif *.vhdr *.set *.xdf *.1D"
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Traces"), "", f"({kinds})")
        self._choose(BETWEEN.join(paths))

    def _choose_folder(self) -> None:
        self._choose(QFileDialog.getExistingDirectory(self, tr("Traces")))

    def _choose(self, places: str) -> None:
        if places:
            self.traces.setEditText(places)
            self._read()

    def _take(self, settings: ConnectomeSettings) -> None:
        self.settings = settings

    # the work

    def places(self) -> list[str]:
        """Files, folders and names, as the user wrote them."""
        parts = self.traces.currentText().split(BETWEEN.strip())
        return [part.strip() for part in parts if part.strip()]

    def folder(self) -> Path:
        """Where the atlas of these traces is kept."""
        return result_folder(self.desk.workspace, "atlases", _short(self.places()))

    def arguments(self) -> list[str]:
        """What follows ``neurokit`` on the command line."""
        return [
            *("connectome", "discover", *self.places(), *self.settings.options()),
            *("--out", str(self.folder())),
        ]

    def start(self) -> None:
        """Find the motifs."""
        if not self.places():
            self.desk.session.go(message=tr("Choose traces: files, a folder or a name"))
            return
        if self.form.problem.isVisibleTo(self.form):
            self.desk.session.go(message=self.form.problem.text())
            return
        self._show_running(True)
        self.results.show_progress(0, 0, tr("Reading the traces"))
        self.process.start(self.arguments())

    def _show_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.cancel.setEnabled(running)
        self.traces.setEnabled(not running)  # they name the folder that is read at the end

    def _end(self, problem: str) -> None:
        self._show_running(False)
        if problem == "cancelled":
            problem = tr("Cancelled; what is finished is kept, and the same choice goes on there.")
        elif not problem:
            self.desk.history.append(
                tr("motifs of {traces}").format(traces=self.traces.currentText()),
                self.settings.python(self.places(), str(self.folder())),
                f"neurokit {shlex.join(self.arguments())}",
            )
        self.results.show_end(told(problem))
        self._read()

    def _read(self) -> None:
        """Show the atlas that lies on disk of the chosen traces."""
        if self.reading is not None:
            self.reading.cancel()
            self.reading = None
        folder = self.folder()
        if not (folder / "atlas.json").is_file():
            self.results.show_nothing()
            return
        self.reading = self.desk.tasks.start(
            tr("Reading the atlas"), connectome_data.read_view, str(folder)
        )
        settings = self.desk.session.state.settings
        self.reading.done.connect(lambda view: self.results.show_view(view, folder, settings))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End the search with its page; what is finished is kept."""
        self._forget()
        self.process.close()
        super().closeEvent(event)


def _short(places: list[str]) -> str:
    """Name of a folder for these places: paths may be longer than a name can be."""
    import zlib

    text = BETWEEN.join(places)
    first = Path(places[0]).name if places else ""
    return text if len(text) < 60 else f"{first[:40]}-{len(places)}-{zlib.crc32(text.encode()):08x}"

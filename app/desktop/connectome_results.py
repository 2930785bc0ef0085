"""The motifs of an experiment: a table, and of the chosen one when, who and in whom."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.colour_bar import ColourBar
from neurokit.app.desktop.connectome_data import AtlasView, Motif
from neurokit.app.desktop.layout_parts import wrapped
from neurokit.app.desktop.motif_plots import CoursePlot, MatrixPlot
from neurokit.app.desktop.plain_table import fill_table, plain_table
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr

SHOWN_ROWS = 5


class ConnectomeResults(QWidget):
    """Progress, words, the table of motifs and what belongs to the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self.view: AtlasView | None = None
        self._folder = Path()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.hide()
        self.status, self.verdict, self.empty = wrapped(), wrapped(), wrapped(role="hint")
        self.status.hide()
        self.empty.setText(
            tr("No atlas yet: choose traces and press Discover. Every fit is kept the moment it "
               "ends.")
        )  # fmt: skip
        headings = ("Motif", "Share", "Animals", "Stimulus", "Behaviour", "Core")
        self.table = plain_table(tr("Motifs"), [tr(text) for text in headings])
        self.table.itemSelectionChanged.connect(self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._make_top())
        for widget in (self.bar, self.status, self.empty, self.verdict, self.table):
            layout.addWidget(widget)
        self._make_motif()
        layout.addWidget(self.motif, 1)
        layout.addStretch(0)
        self.show_nothing()

    def _make_top(self) -> QHBoxLayout:
        title = QLabel(tr("Motifs"))
        title.setProperty("role", "title")
        self.atlas = QPushButton(tr("Open the atlas"))
        self.atlas.clicked.connect(self._open)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.atlas)
        return top

    def _make_motif(self) -> None:
        self.course, self.matrix, self.colour_bar = CoursePlot(), MatrixPlot(), ColourBar()
        self.legend = wrapped()
        self.clock = QComboBox()
        self.clock.setAccessibleName(tr("Clock"))
        self.clock.currentIndexChanged.connect(self._draw_course)
        members = ("Node", "Mean weight", "Community", "Certainty", "Core")
        self.members = plain_table(tr("Members"), [tr(text) for text in members])
        self.animals = plain_table(tr("Animals"), [tr("Animal"), tr("Loading")])
        self.notes = QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName(tr("Notes"))
        self.tabs = QTabWidget()
        for widget, name in (
            (self.members, tr("Members")), (self.animals, tr("Animals")), (self.notes, tr("Notes")),
        ):  # fmt: skip
            self.tabs.addTab(widget, name)
        top = QHBoxLayout()
        top.addWidget(self.legend, 1)
        top.addWidget(self.clock)
        left = QVBoxLayout()
        left.addWidget(self.matrix, 1)
        left.addWidget(self.colour_bar)
        below = QHBoxLayout()
        below.addLayout(left, 1)
        below.addWidget(self.tabs, 1)
        self.motif = QWidget()
        layout = QVBoxLayout(self.motif)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.course, 2)
        layout.addLayout(below, 5)

    def dress(self, settings: Settings) -> None:
        """Take the theme and the size of text."""
        for plot in (self.course, self.matrix):
            plot.dress(settings)
        line = self.fontMetrics().height()
        self.course.setMinimumHeight(5 * line)
        self.matrix.setMinimumSize(12 * line, 12 * line)
        for table in (self.table, self.members, self.animals):
            table.verticalHeader().setDefaultSectionSize(round(1.6 * line))
        rows = min(self.table.rowCount(), SHOWN_ROWS) or 1
        heading = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(round(1.6 * line) * rows + heading + line)
        self._draw()

    # while it runs

    def show_progress(self, done: int, planned: int, text: str) -> None:
        """Say how far it is."""
        self.bar.show()
        self.bar.setRange(0, planned)
        self.bar.setValue(done)
        self._say(text)

    def show_end(self, problem: str) -> None:
        """Say why it ended, nothing where it came to its end."""
        self.bar.hide()
        self._say(problem)

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))

    # what it found

    def show_nothing(self) -> None:
        """Show that there is no atlas."""
        self.view = None
        self._show_parts()

    def _show_parts(self) -> None:
        there = self.view is not None
        for widget in (self.verdict, self.table, self.motif):
            widget.setVisible(there)
        self.empty.setVisible(not there)
        self.atlas.setEnabled(there)

    def show_view(self, view: AtlasView, folder: Path, settings: Settings) -> None:
        """Show an atlas, its first motif chosen."""
        self.view, self._folder = view, folder
        self.verdict.setText(view.verdict)
        self.notes.setPlainText("\n".join([*view.notes, *view.honesty]))
        self.clock.clear()
        self.clock.addItems(list(view.times))
        self.clock.setVisible(len(view.times) > 1)
        lines = [motif.line for motif in view.motifs]
        fill_table(
            self.table,
            [
                (row["motif"], f"{row['share']:.0%}", row["animals"], row["stimulus"],
                 row["behaviour"], row["core"])
                for row in lines
            ],
        )  # fmt: skip
        self._show_parts()
        self.dress(settings)
        self.table.selectRow(0)

    def chosen(self) -> Motif | None:
        """The motif whose row is chosen."""
        row = self.table.currentRow()
        if self.view is None or not 0 <= row < len(self.view.motifs):
            return None
        return self.view.motifs[row]

    def _draw(self) -> None:
        motif = self.chosen()
        if motif is None:
            return
        self._draw_course()
        self.matrix.show_motif(motif)
        self.colour_bar.show_map("cividis", self.matrix.limits, ("", tr("weight")))
        fill_table(
            self.members,
            [
                (row["node"], f"{row['strength']:.3g}", row["community"] + 1,
                 f"{row['certainty']:.2f}", tr("yes") if row["core"] else "")
                for row in motif.members
            ],
        )  # fmt: skip
        loadings = zip(self.view.animals, motif.loadings, strict=True)
        fill_table(self.animals, [(animal, f"{loading:.2f}") for animal, loading in loadings])

    def _draw_course(self) -> None:
        motif, clock = self.chosen(), self.clock.currentText()
        if motif is None or not clock or self.course.look is None:
            return
        self.course.show_course(self.view, motif, clock)
        colours = self.course.colours(self.view)
        kinds = (f'<span style="color: {colour}">■</span> {label}' for label, colour
                 in colours.items())  # fmt: skip
        self.legend.setText(" ".join((tr("Motif {number}").format(number=motif.number), *kinds)))

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder / "atlas.html")))

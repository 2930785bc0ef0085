"""What learners kept of a stream: in words, in a table, and as figures."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.layout_parts import wrapped
from neurokit.app.desktop.learning_data import LearningView
from neurokit.app.desktop.learning_form import learner_words
from neurokit.app.desktop.plain_table import fill_table, plain_table
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.vector_picture import VectorPicture

SHOWN_ROWS = 8
# em: a figure's letters are then as large as the window's
FIGURE_LINES = 46


class LearningResults(QWidget):
    """Progress, words, the table of learners and their figures."""

    def __init__(self) -> None:
        super().__init__()
        self.view: LearningView | None = None
        self._folder = Path()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.hide()
        self.status, self.verdict, self.empty = wrapped(), wrapped(), wrapped(role="hint")
        self.status.hide()
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty.setText(
            tr("No result yet: choose a stream and press Learn. Every learner is kept the moment "
               "it has gone through.")
        )  # fmt: skip
        headings = ("Learner", "Next visit", "95 %", "Chance", "Last task", "Forgetting", "Memory",
                    "CPU")  # fmt: skip
        self.table = plain_table(tr("Learners"), [tr(text) for text in headings])
        self._make_tabs()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._make_top())
        for widget in (self.bar, self.status, self.empty, self.verdict, self.table):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)
        self.show_nothing()

    def _make_top(self) -> QHBoxLayout:
        title = QLabel(tr("Results"))
        title.setProperty("role", "title")
        self.report = QPushButton(tr("Open the report"))
        self.report.clicked.connect(self._open)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.report)
        return top

    def _make_tabs(self) -> None:
        self.learners = VectorPicture(tr("Accuracies"))
        self.matrices = VectorPicture(tr("What is left of each task"))
        self.notes = QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName(tr("Notes"))
        self.tabs = QTabWidget()
        hint = tr("From left to right the tasks, from above the episodes: what is left of each "
                  "after each.")  # fmt: skip
        for picture, words in ((self.matrices, hint), (self.learners, "")):
            self.tabs.addTab(_scrolled(picture, words), picture.accessibleName())
        self.tabs.addTab(self.notes, tr("Notes"))

    def dress(self, settings: Settings) -> None:
        """Take the size of text."""
        line = self.fontMetrics().height()
        self.table.verticalHeader().setDefaultSectionSize(round(1.6 * line))
        rows = min(self.table.rowCount(), SHOWN_ROWS) or 1
        heading = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(round(1.6 * line) * rows + heading + line)
        self.tabs.setMinimumHeight(16 * line)
        if self.view is not None:
            pictures = (self.learners, self.matrices)
            for picture, svg in zip(pictures, self.view.figures, strict=False):
                picture.show_svg(svg, FIGURE_LINES * line)

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

    # what was learnt

    def show_nothing(self) -> None:
        """Show that there is no result."""
        self.view = None
        self._show_parts()

    def _show_parts(self) -> None:
        there = self.view is not None
        for widget in (self.verdict, self.table, self.tabs):
            widget.setVisible(there)
        self.empty.setVisible(not there)
        self.report.setEnabled(there and (self._folder / "report.html").is_file())

    def show_view(self, view: LearningView, folder: Path, settings: Settings) -> None:
        """Show results."""
        self.view, self._folder = view, folder
        self.verdict.setText(view.verdict)
        self.notes.setPlainText("\n\n".join(view.notes))
        words = tr("Next visit") if view.which == "next" else tr("All tasks at the end")
        self.table.horizontalHeaderItem(1).setText(words)
        fill_table(self.table, [_cells(row, view.which) for row in view.rows])
        self._show_parts()
        self.dress(settings)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder / "report.html")))


def _cells(row: dict, which: str) -> tuple[str, ...]:
    if not row["units"]:
        return (learner_words(row["learner"]), tr("refused"), *["–"] * 6)
    mark = "▲ " if row["low"] > row["chance_high"] else ""
    return (
        learner_words(row["learner"]),
        f"{mark}{_two(row[which])}",
        f"{_two(row['low'])} - {_two(row['high'])}",
        _two(row["chance"]),
        _two(row["last"]),
        _two(row["forgetting"]),
        "–" if row["bytes"] != row["bytes"] else f"{row['bytes'] / 1e3:.1f} kB",
        f"{row['cpu']:.1f} s",
    )


def _two(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"


def _scrolled(picture: VectorPicture, words: str) -> QScrollArea:
    inside = QWidget()
    layout = QVBoxLayout(inside)
    layout.addWidget(picture)
    if words:
        layout.addWidget(wrapped(words, role="hint"))
    layout.addStretch(1)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setWidget(inside)
    return area

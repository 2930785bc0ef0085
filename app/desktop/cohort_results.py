"""What the study of a cohort found: in words, in a table, site by site, and in the brain."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
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

from neurokit.app.desktop.brain_view import BrainView
from neurokit.app.desktop.cohort_data import CohortResult
from neurokit.app.desktop.cohort_table import CohortTable
from neurokit.app.desktop.colour_bar import ColourBar
from neurokit.app.desktop.layout_parts import wrapped
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.theme import colours
from neurokit.app.desktop.translations import tr

MAPS = {
    "frequency": "How often each voxel was chosen",
    "mean": "Mean of everyone",
    "difference": "Patients less controls",
}


class CohortResults(QWidget):
    """Progress, words, tables and maps; it holds nothing but what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.result: CohortResult | None = None
        self._folder = Path()
        title = QLabel(tr("Results"))
        title.setProperty("role", "title")
        self.report = QPushButton(tr("Open the report"))
        self.report.clicked.connect(self._open_report)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.report)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.hide()
        self.status, self.verdict = wrapped(), wrapped()
        self.status.hide()
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty = wrapped(role="hint")
        self.empty.setText(
            tr("No result yet: choose a cohort and press Study. Every person and every fold is "
               "kept the moment it ends.")
        )  # fmt: skip
        self.models, self.sites = CohortTable(tr("Model")), CohortTable(tr("Site"))
        self.tabs = QTabWidget()
        self._make_maps()
        self.notes = QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName(tr("Notes"))
        for widget, name in ((self.maps, tr("Maps")), (self.sites, tr("Sites"))):
            self.tabs.addTab(widget, name)
        self.tabs.addTab(self.notes, tr("Notes"))
        self.legend = wrapped(role="hint")
        self.legend.setText(
            tr("Not a diagnostic device. The line is the 95 % interval; grey is where 95 of 100 "
               "guessers fall; ▲ is above.")
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        for widget in (self.bar, self.status, self.empty, self.verdict, self.models):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.legend)
        layout.addStretch(0)
        self.show_nothing()

    def _make_maps(self) -> None:
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Map"))
        for name, words in MAPS.items():
            self.choice.addItem(tr(words), name)
        self.choice.currentIndexChanged.connect(self._draw)
        self.brain, self.colour_bar, self.where = BrainView(), ColourBar(), QLabel()
        self.where.setProperty("role", "hint")
        self.brain.moved.connect(lambda: self.where.setText(self.brain.words()))
        self.outline = QLabel(tr("Outlined: chosen in 60 % of the resamples or more"))
        self.outline.setProperty("role", "hint")
        top = QHBoxLayout()
        top.addWidget(self.choice)
        top.addWidget(self.where, 1)
        top.addWidget(self.colour_bar, 1)
        self.maps = QWidget()
        layout = QVBoxLayout(self.maps)
        layout.addLayout(top)
        layout.addWidget(self.brain, 1)
        layout.addWidget(self.outline)
        layout.addStretch(0)  # takes the room of a brain that there is not

    def dress(self, settings: Settings) -> None:
        """Take the theme and the size of text."""
        self.brain.dress(colours(settings))
        self.models.fit()
        self.tabs.setMinimumHeight(17 * self.fontMetrics().height())

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
        """Show that there is no result."""
        self.result = None
        self._show_parts()

    def _show_parts(self) -> None:
        there = self.result is not None
        for widget in (self.verdict, self.models, self.tabs, self.legend):
            widget.setVisible(there)
        self.empty.setVisible(not there)
        self.report.setEnabled(there)

    def show_result(self, result: CohortResult, folder: Path) -> None:
        """Show a study."""
        self.result, self._folder = result, folder
        summary = result.summary
        self.verdict.setText(" ".join(filter(None, (summary["note"], summary["verdict"]))))
        self.models.show_scores(result.models)
        self.models.fit()
        self.sites.show_scores(result.sites)
        aside = [f"{who}: {why}" for who, why in summary["set_aside"].items()]
        told = [*summary["cautions"], _motion(summary["motion"])]
        if aside:
            told += ["", tr("Set aside:"), *aside]
        self.notes.setPlainText("\n".join([*told, "", *summary["honesty"]]))
        self.tabs.setTabText(2, f"{tr('Notes')} ({len(aside)})" if aside else tr("Notes"))
        self._show_parts()
        self._draw()

    def _draw(self) -> None:
        brain = self.result.brain if self.result else None
        for widget in (self.brain, self.colour_bar, self.choice, self.outline):
            widget.setVisible(brain is not None)
        if brain is not None:
            self.brain.show_brain(brain, self.choice.currentData())
            limits, name = self.brain.scale()
            self.colour_bar.show_map(name, limits)
            self.where.setText(self.brain.words())
        elif self.result is not None:
            regions = (f"{row['node']:.0f} ({row['frequency']:.0%})" for row in self.result.regions)
            self.where.setWordWrap(True)
            self.where.setText(tr("Regions chosen most often: {regions}").format(
                regions=", ".join(regions)))  # fmt: skip

    def _open_report(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder / "report.html")))


def _motion(rows: list[dict]) -> str:
    if not rows:
        return tr("Motion is not known for these people: what of the maps is motion is open.")
    text = tr("The mean map and motion, {of}: r = {r} ({low} to {high}).")
    return "\n".join(
        text.format(
            of=tr(row["of"]), r=f"{row['r']:.2f}", low=f"{row['r_low']:.2f}",
            high=f"{row['r_high']:.2f}",
        )
        for row in rows
    )  # fmt: skip

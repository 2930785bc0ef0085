"""'Check this computer': display, disk, stream and markers, measured one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from neurokit.app.desktop.cards import card, change_role, label, scrolled
from neurokit.app.desktop.translations import tr

if TYPE_CHECKING:
    from pathlib import Path

    from neurokit.app.desktop.display_check import DisplayCheck
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.tasks import Task
    from neurokit.visits.certify import Finding, Sheet

PARTS = {
    "display": ("The patient's display", "Are cues seen when they are due?"),
    "disk": ("The disk", "Is what is recorded safe at once?"),
    "stream": ("The signal's way", "Does every sample come, and soon?"),
    "markers": ("The markers", "Do they stand beside the right samples?"),
}
VERDICTS = {
    True: ("✓ pass", "good"),
    False: ("✗ fail", "problem"),
    None: ("– not measured", "hint"),
}


def _verdict(sheet: Sheet) -> str:
    if not sheet.passed:
        return tr("This computer does not pass yet")
    if any(finding.passed is None for finding in sheet.findings):
        return tr("What could be measured here passes")
    return tr("This computer passes")


class CheckDialog(QDialog):
    """Measures this computer, and says pass or fail."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self.desk = desk
        self.setWindowTitle(tr("Check this computer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 640)
        self.findings: list[Finding] = []
        self.sheet: Path | None = None
        self._display: DisplayCheck | None = None
        self._task: Task | None = None
        self.verdict = label("", "title")
        self.rows: dict[str, tuple] = {}
        self.progress = QProgressBar()
        self.progress.setRange(0, len(PARTS))
        self.progress.setFormat("%v / %m")
        self.progress.setAccessibleName(tr("Progress"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(self.verdict)
        layout.addWidget(self.progress)
        layout.addWidget(scrolled(self._make_rows()), 1)
        layout.addLayout(self._make_buttons())
        self.begin()

    def _make_rows(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        for what, (name, question) in PARTS.items():
            frame, layout = card()
            state, found = label(""), label("")
            state.setAccessibleName(tr(name))
            state.setWordWrap(False)
            heading = QHBoxLayout()
            heading.addWidget(label(tr(name), "strong"), 1)
            heading.addWidget(state)
            layout.addLayout(heading)
            layout.addWidget(label(tr(question), "hint"))
            layout.addWidget(found)
            column.addWidget(frame)
            self.rows[what] = (state, found)
        column.addStretch(1)
        return inside

    def _make_buttons(self) -> QHBoxLayout:
        self.again_button = QPushButton(tr("Check again"))
        self.again_button.clicked.connect(self.begin)
        self.sheet_button = QPushButton(tr("Open the sheet"))
        self.sheet_button.clicked.connect(self._open_sheet)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setProperty("main", True)
        self.close_button.clicked.connect(self.close)
        layout = QHBoxLayout()
        layout.addWidget(self.again_button)
        layout.addWidget(self.sheet_button)
        layout.addStretch(1)
        layout.addWidget(self.close_button)
        return layout

    # the check

    def begin(self) -> None:
        """Measure all, the display first: nothing else may work meanwhile."""
        from neurokit.app.desktop.display_check import DisplayCheck

        self.findings.clear()
        self.again_button.setEnabled(False)
        self.sheet_button.setEnabled(False)
        self.progress.setValue(0)
        self.verdict.setText(tr("Measuring; please touch nothing for some seconds"))
        for state, found in self.rows.values():
            state.setText("…")
            change_role(state, "")
            found.setText("")
            found.hide()
        self._display = DisplayCheck(self)
        self._display.done.connect(self._display_done)
        self._display.begin()

    def _display_done(self, finding: Finding) -> None:
        self._display = None
        self._show(finding)
        from neurokit.visits.certify import certify

        folder = str(self.desk.workspace.folder)
        self._task = self.desk.tasks.start(tr("Checking this computer"), certify, folder)
        self._task.item.connect(self._show)
        self._task.failed.connect(self._failed)
        self._task.done.connect(self._finish)

    def _show(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.progress.setValue(len(self.findings))
        state, found = self.rows[finding.what]
        text, role = VERDICTS[finding.passed]
        state.setText(tr(text))
        change_role(state, role)
        told = ". ".join(
            part[:1].upper() + part[1:] for part in (finding.found, finding.advice) if part
        )
        found.setText(f"{told}.")
        found.show()

    def _failed(self, reason: str) -> None:
        self._task = None
        self.verdict.setText(reason[:1].upper() + reason[1:])
        self.again_button.setEnabled(True)

    def _finish(self) -> None:
        from neurokit.visits.certify import make_sheet, write_sheet

        self._task = None
        made = make_sheet(self.findings)
        self.verdict.setText(_verdict(made))
        self.again_button.setEnabled(True)
        workspace = self.desk.workspace
        if workspace.read_only:
            return
        reports = workspace.folder / "reports"
        try:
            self.sheet = write_sheet(made, reports)
        except OSError as error:
            self._failed(str(error))
            return
        self.sheet_button.setEnabled(True)
        self.desk.history.append(
            tr("checking this computer"),
            "from neurokit.visits.certify import certify, make_sheet, write_sheet\n"
            f"write_sheet(make_sheet(list(certify({str(workspace.folder)!r}))), {str(reports)!r})",
            f"neurokit certify '{workspace.folder}' --sheet '{reports}'",
        )

    def _open_sheet(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.sheet)))

    def done(self, result: int) -> None:
        """End what is being measured."""
        if self._display is not None:
            self._display.done.disconnect(self._display_done)
            self._display.cues.close()
            self._display = None
        if self._task is not None:
            task, self._task = self._task, None
            task.failed.disconnect(self._failed)
            task.cancel()
        super().done(result)

"""What was done: the visit as it went, and this session's steps, to be done again by a script."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtGui import QCloseEvent, QFontDatabase, QGuiApplication, QResizeEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.session import State
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text

KINDS = {"run": "Recording", "training": "Training", "model": "Model", "note": "Note"}

# in letters
NARROW = 110


class Page(QSplitter):
    """Left the visit, right the steps of this session as Python or command lines."""

    def __init__(self, desk) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.desk = desk
        self.setChildrenCollapsible(False)
        self.setMinimumWidth(1)
        self.visit = _VisitPanel(desk)
        self.script = _ScriptPanel(desk)
        self.addWidget(self.visit)
        self.addWidget(self.script)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 2)
        self._forget = desk.session.listen(self.show_state)

    def show_state(self, state: State) -> None:
        """Draw the state."""
        self.visit.show_state(state)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the script below the visit where there is no room beside it."""
        is_narrow = self.width() < NARROW * self.fontMetrics().averageCharWidth()
        self.setOrientation(Qt.Orientation.Vertical if is_narrow else Qt.Orientation.Horizontal)
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Hear no more."""
        self._forget()
        self.script.forget()
        super().closeEvent(event)


class _VisitPanel(QWidget):
    """Runs, trainings, models and notes of a visit, in the order of time."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        title = QLabel(tr("History of the visit"))
        title.setProperty("role", "title")
        title.setWordWrap(True)
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Visit"))
        self.choice.currentIndexChanged.connect(self._choose)
        self.note = QPushButton(tr("Write a note"))
        self.note.clicked.connect(lambda: self.window().notes.ask())
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(tr("History of the visit"))
        self.table.setHorizontalHeaderLabels([tr("Time"), tr("What"), tr("In words")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setMinimumHeight(8 * self.table.fontMetrics().height())
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.sectionResized.connect(self.table.resizeRowsToContents)
        self.empty = QLabel()
        self.empty.setProperty("role", "hint")
        self.empty.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.choice, 1)
        row.addWidget(self.note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 8, 16)
        layout.addWidget(title)
        layout.addLayout(row)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.shown = QStackedWidget()
        self.shown.addWidget(self.empty)
        self.shown.addWidget(self.table)
        layout.addWidget(self.shown, 1)
        self._patient: int | None = None
        self._chosen: int | None = None

    def show_state(self, state: State) -> None:
        """Draw the visits of the patient, and the one that is looked at."""
        workspace = self.desk.workspace
        has_patient = workspace is not None and state.patient is not None
        visits = workspace.visits(state.patient) if has_patient else []
        known = {visit.id for visit in visits}
        if state.patient != self._patient or self._chosen not in known:
            self._patient = state.patient
            self._chosen = state.visit if state.visit in known else max(known, default=None)
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for visit in reversed(visits):
                text = tr("Visit {number}, {date}").format(
                    number=visit.number, date=day_text(visit.started)
                )
                self.choice.addItem(text, visit.id)
            self.choice.setCurrentIndex(self.choice.findData(self._chosen))
        self.choice.setEnabled(bool(visits))
        self.note.setEnabled(state.visit is not None)
        self._show_visit()

    def _choose(self, row: int) -> None:
        self._chosen = self.choice.itemData(row)
        self._show_visit()

    def _show_visit(self) -> None:
        from neurokit.patients.timeline import happenings

        has_visit = self._chosen is not None
        found = happenings(self.desk.workspace, self._chosen, tr) if has_visit else []
        self.table.setRowCount(len(found))
        for row, each in enumerate(found):
            cells = (f"{each.when.astimezone():%H:%M}", tr(KINDS[each.kind]), each.text)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                self.table.setItem(row, column, item)
        self.table.resizeRowsToContents()
        self.shown.setCurrentWidget(self.table if found else self.empty)
        self.empty.setText(
            tr("Nothing has happened in this visit yet: runs, trainings and notes come here.")
            if self._chosen is not None
            else tr("Choose a patient: the history is that of a visit.")
        )


class _ScriptPanel(QWidget):
    """The steps of this session, as something that does them again."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        title = QLabel(tr("This session as a script"))
        title.setProperty("role", "title")
        title.setWordWrap(True)
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Python or command lines"))
        self.language.addItem(tr("Python"), "python")
        self.language.addItem(tr("Command lines"), "commands")
        self.language.currentIndexChanged.connect(self._show_steps)
        self.copy = QPushButton(tr("Copy"))
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton(tr("Save"))
        self.save.clicked.connect(self._save)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("This session as a script"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText(
            tr("Each step that makes or changes data adds its lines here: recording, rejecting "
               "trials, training, decoding.")
        )  # fmt: skip
        row = QHBoxLayout()
        row.addWidget(self.language, 1)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 16, 16, 16)
        layout.addWidget(title)
        layout.addLayout(row)
        layout.addWidget(self.text, 1)
        self.forget = desk.history.listen(self._show_steps)
        self._show_steps()

    def _script(self) -> str:
        history = self.desk.history
        is_python = self.language.currentData() == "python"
        return history.as_python() if is_python else history.as_commands()

    def _show_steps(self) -> None:
        has_steps = bool(self.desk.history.steps)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.text.setFont(font)
        self.text.setPlainText(self._script() if has_steps else "")
        self.copy.setEnabled(has_steps)
        self.save.setEnabled(has_steps)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._script())
        self.desk.session.go(message=tr("The script is on the clipboard"))

    def _save(self) -> None:
        is_python = self.language.currentData() == "python"
        name = "session.py" if is_python else "session.sh"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save"), name)
        if not path:
            return
        try:
            Path(path).write_text(self._script(), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            text = tr("{path} could not be written ({reason}); choose another folder")
            self.desk.session.go(message=text.format(path=path, reason=reason))
            return
        self.desk.session.go(message=tr("Saved as {path}").format(path=path))

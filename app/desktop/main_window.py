"""The window: a rail of pages on the left, the page beside it, and what goes on below."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PyQt6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from neurokit import __version__
from neurokit.app.desktop.history import History
from neurokit.app.desktop.session import PAGES, Session, Settings, State
from neurokit.app.desktop.tasks import Tasks
from neurokit.app.desktop.theme import apply_theme
from neurokit.app.desktop.translations import speak, tr

AUTOSAVE_MS = 1500
TITLES = {
    "patients": "Patients",
    "signals": "Signals",
    "calibrate": "Calibrate",
    "explore": "Explore",
    "train": "Train",
    "online": "Online",
    "history": "History",
    "cohorts": "Cohorts (fMRI)",
    "connectome": "Connectome",
    "learning": "Learning",
    "batch": "Batch",
}
# pages that join with their own instruments
PLANNED = ("cohorts", "connectome", "learning")


@dataclass(frozen=True)
class Desk:
    """What every page is given."""

    session: Session
    tasks: Tasks
    history: History

    @property
    def workspace(self):
        """The open workspace."""
        return self.session.workspace


class MainWindow(QMainWindow):
    """The program's window."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.desk = Desk(session, Tasks(self), History())
        self.setWindowTitle("neurokit")
        self.resize(1280, 800)
        self.rail = QListWidget()
        self.rail.setObjectName("rail")
        self.rail.setAccessibleName(tr("Pages"))
        self.stack = QStackedWidget()
        self.pages: dict[str, QWidget] = {}
        middle = QWidget()
        layout = QHBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        self._make_status_bar()
        self._settings: Settings | None = None
        self._make_menus()
        self._fill_rail()
        self.rail.currentRowChanged.connect(self._choose_page)
        self.desk.tasks.changed.connect(self._show_tasks)
        self._forget = session.listen(self.show_state)
        QApplication.instance().installEventFilter(self)
        self.autosave = QTimer(self)
        self.autosave.setInterval(AUTOSAVE_MS)
        self.autosave.timeout.connect(session.save)
        self.autosave.start()

    # the rail and the pages

    def _fill_rail(self) -> None:
        with QSignalBlocker(self.rail):
            self.rail.clear()
            for name in PAGES:
                item = QListWidgetItem(tr(TITLES[name]))
                item.setData(Qt.ItemDataRole.UserRole, name)
                if name in PLANNED:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                    item.setToolTip(tr("This instrument joins the window with its own release"))
                self.rail.addItem(item)
        self.rail.setFixedWidth(self.rail.sizeHintForColumn(0) + 24)

    def _choose_page(self, row: int) -> None:
        self.desk.session.go(page=PAGES[row])

    def page(self, name: str) -> QWidget:
        """The page of a name, made when it is first asked for."""
        if name not in self.pages:
            self.pages[name] = self._make_page(name)
            self.stack.addWidget(self.pages[name])
        return self.pages[name]

    def _make_page(self, name: str) -> QWidget:
        # history.py is the history itself
        module = f"neurokit.app.desktop.{'history_page' if name == 'history' else name}"
        if find_spec(module) is None:
            return QLabel(tr(TITLES[name]))
        page: QWidget = import_module(module).Page(self.desk)
        return page

    def show_state(self, state: State) -> None:
        """Draw the state."""
        if state.settings != self._settings:
            self._dress(state.settings)
        with QSignalBlocker(self.rail):
            self.rail.setCurrentRow(PAGES.index(state.page))
        self.stack.setCurrentWidget(self.page(state.page))
        self.message.setText(state.message)
        session = self.desk.session
        for action, text, name in (
            (self.undo_action, session.undo_text, tr("Undo")),
            (self.redo_action, session.redo_text, tr("Redo")),
        ):
            action.setEnabled(text is not None)
            action.setText(f"{name} {text}" if text else name)
        self.setWindowTitle(self._title(state))

    def _title(self, state: State) -> str:
        patient = self.desk.workspace.patient(state.patient) if state.patient else None
        return f"{patient.pseudonym} - neurokit" if patient else "neurokit"

    def _dress(self, settings: Settings) -> None:
        spoke_before = self._settings is not None and self._settings.language != settings.language
        self._settings = settings
        speak(settings.language)
        apply_theme(QApplication.instance(), settings)
        if spoke_before:
            self._retranslate()

    def _retranslate(self) -> None:
        """Make everything anew in the chosen language."""
        self.menuBar().clear()
        self._make_menus()
        self._fill_rail()
        for page in self.pages.values():
            self.stack.removeWidget(page)
            page.close()
            page.deleteLater()
        self.pages.clear()

    # menus

    def _make_menus(self) -> None:
        session = self.desk.session
        edit = self.menuBar().addMenu(tr("&Edit"))
        self.undo_action = self._action(tr("Undo"), session.undo, QKeySequence.StandardKey.Undo)
        self.redo_action = self._action(tr("Redo"), session.redo, QKeySequence.StandardKey.Redo)
        copy_python = self._action(tr("Copy as Python"), self.copy_python, "Ctrl+Shift+P")
        copy_commands = self._action(tr("Copy as command lines"), self.copy_commands)
        edit.addActions([self.undo_action, self.redo_action, copy_python, copy_commands])
        view = self.menuBar().addMenu(tr("&View"))
        for theme in ("light", "dark", "high-contrast"):
            view.addAction(self._action(tr(theme), lambda _=0, t=theme: self.set(theme=t)))
        view.addSeparator()
        view.addAction(self._action(tr("Larger text"), lambda: self.zoom(25), "Ctrl++"))
        view.addAction(self._action(tr("Smaller text"), lambda: self.zoom(-25), "Ctrl+-"))
        view.addSeparator()
        for code, name in (("en", "English"), ("fr", "Français")):
            view.addAction(self._action(name, lambda _=0, c=code: self.set(language=c)))
        go = self.menuBar().addMenu(tr("&Go"))
        for number, name in enumerate(PAGES):
            if name not in PLANNED:
                shortcut = f"Ctrl+{number + 1}" if number < 7 else "Ctrl+0"
                go.addAction(
                    self._action(tr(TITLES[name]), lambda _=0, n=name: session.go(page=n), shortcut)
                )
        about = self.menuBar().addMenu(tr("&Help"))
        about.addAction(self._action(tr("Copy diagnostics"), self.copy_diagnostics))

    def _action(
        self,
        text: str,
        slot: Callable[..., object],
        shortcut: QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda: slot())
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        return action

    def set(self, **changes: object) -> None:
        """Change the window's settings."""
        settings = self.desk.session.state.settings.model_copy(update=changes)
        self.desk.session.change(tr("the settings"), settings=settings)

    def zoom(self, percent: int) -> None:
        """Make text larger or smaller."""
        now = self.desk.session.state.settings.font_percent
        self.set(font_percent=min(max(now + percent, 100), 200))

    def copy_python(self) -> None:
        """Put a script of all that was done on the clipboard."""
        QGuiApplication.clipboard().setText(self.desk.history.as_python())
        self.desk.session.go(message=tr("The steps so far are on the clipboard as Python"))

    def copy_commands(self) -> None:
        """Put the command lines of all that was done on the clipboard."""
        QGuiApplication.clipboard().setText(self.desk.history.as_commands())
        self.desk.session.go(message=tr("The steps so far are on the clipboard as command lines"))

    def copy_diagnostics(self) -> None:
        """Put what a helper needs to know on the clipboard; it names no patient."""
        state = self.desk.session.state
        QGuiApplication.clipboard().setText(
            json.dumps(
                {
                    "neurokit": __version__,
                    "python": sys.version,
                    "system": platform.platform(),
                    "page": state.page,
                    "message": state.message,
                    "settings": state.settings.model_dump(),
                    "tasks": [task.name for task in self.desk.tasks.running],
                },
                indent=1,
            )
        )
        self.desk.session.go(message=tr("Diagnostics are on the clipboard"))

    # the key that always stops

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Let Escape end what runs with the patient, whichever window or dialog has the focus."""
        kind = event.type()
        is_escape = (
            kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            and event.key() == Qt.Key.Key_Escape
        )
        if is_escape and self.desk.session.can_stop:
            event.accept()
            # an override that is accepted comes back as a key press
            if kind == QEvent.Type.KeyPress:
                self.stop_now()
            return True
        return super().eventFilter(watched, event)

    def stop_now(self) -> None:
        """End run, feedback and stimulation at once."""
        self.desk.session.stop_now()
        if not self.desk.session.state.message:
            self.desk.session.go(message=tr("Stopped"))

    # what goes on

    def _make_status_bar(self) -> None:
        self.message = QLabel()
        self.busy = QProgressBar()
        self.busy.setMaximumWidth(200)
        self.busy.setRange(0, 0)
        self.busy.hide()
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._cancel_all)
        self.cancel.hide()
        warning = QLabel(tr("Not a medical device"))
        warning.setProperty("role", "hint")
        self.statusBar().addWidget(self.message, 1)
        for widget in (self.busy, self.cancel, warning):
            self.statusBar().addPermanentWidget(widget)

    def _show_tasks(self) -> None:
        running = self.desk.tasks.running
        self.busy.setVisible(bool(running))
        self.cancel.setVisible(bool(running))
        self.busy.setFormat(running[-1].name if running else "")

    def _cancel_all(self) -> None:
        for task in tuple(self.desk.tasks.running):
            task.cancel()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Keep the state, end what computes; a recording that runs goes on."""
        QApplication.instance().removeEventFilter(self)
        self.autosave.stop()
        self.desk.session.save()
        for page in self.pages.values():
            page.close()
        self.desk.tasks.close()
        super().closeEvent(event)

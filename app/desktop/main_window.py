"""The window: a rail of pages on the left, the page beside it, and what goes on below."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QProcess, QSignalBlocker, Qt, QTimer
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from neurokit import __version__
from neurokit.app.desktop.banner import Banner
from neurokit.app.desktop.bottom_bar import BottomBar
from neurokit.app.desktop.history import History
from neurokit.app.desktop.menus import Menus
from neurokit.app.desktop.notes import NoteBar
from neurokit.app.desktop.page_frame import PageFrame
from neurokit.app.desktop.session import PAGES, Session, Settings, State
from neurokit.app.desktop.settings_dialog import SettingsDialog
from neurokit.app.desktop.tasks import Tasks
from neurokit.app.desktop.theme import apply_theme
from neurokit.app.desktop.top_bar import TopBar
from neurokit.app.desktop.translations import speak, tr

if TYPE_CHECKING:
    from neurokit.visits.calibration import Run

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


@dataclass(frozen=True)
class Desk:
    """What every page is given."""

    session: Session
    tasks: Tasks
    history: History
    # the run that is led now, if one is
    led: list[Run] = field(default_factory=list)

    @property
    def workspace(self):
        """The open workspace."""
        return self.session.workspace


class MainWindow(QMainWindow):
    """The program's window."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.desk = Desk(session, Tasks(self), History())
        self.resize(1280, 800)
        self._settings: Settings | None = None
        self.pages: dict[str, QWidget] = {}
        self._frames: dict[str, PageFrame] = {}
        # before the first widget is made: it asks for its size and its words
        self._dress(session.state.settings)
        self._make_widgets()
        self._forget = session.listen(self.show_state)
        QApplication.instance().installEventFilter(self)
        self.autosave = QTimer(self)
        self.autosave.setInterval(AUTOSAVE_MS)
        self.autosave.timeout.connect(session.save)
        self.autosave.start()

    def _make_widgets(self) -> None:
        self.rail = QListWidget()
        self.rail.setObjectName("rail")
        self.rail.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        self.top = TopBar(self.desk)
        self.notes = NoteBar(self.desk)
        self.bottom = BottomBar(self.desk)
        self.top.note.clicked.connect(self.notes.ask)
        self.top.stop.clicked.connect(self.stop_now)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        everything = QWidget()
        self.column = QVBoxLayout(everything)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.top)
        self.column.addLayout(middle, 1)
        self.column.addWidget(self.notes)
        self.column.addWidget(self.bottom)
        self.setCentralWidget(everything)
        self.menus = Menus(self)
        self._fill_rail()
        self.rail.currentItemChanged.connect(self._choose_page)
        self.rail.setFocus()

    # the rail and the pages

    def _fill_rail(self) -> None:
        with QSignalBlocker(self.rail):
            self.rail.clear()
            self.rail.setAccessibleName(tr("Pages"))
            for name in PAGES:
                item = QListWidgetItem(tr(TITLES[name]))
                item.setData(Qt.ItemDataRole.UserRole, name)
                self.rail.addItem(item)
        self._fit_rail()

    def _fit_rail(self) -> None:
        self.rail.setFixedWidth(self.rail.sizeHintForColumn(0) + self.rail.fontMetrics().height())

    def _choose_page(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.go(item.data(Qt.ItemDataRole.UserRole))

    def go(self, name: str) -> None:
        """Go to a page; what was said on the last one is no longer of interest."""
        self.desk.session.go(page=name, message="")

    def hop(self) -> None:
        """Move the focus from the rail to the page, or back."""
        page = self.pages[self.desk.session.state.page]
        if page.isAncestorOf(QApplication.focusWidget() or self.rail):
            self.rail.setFocus()
        else:
            page.setFocus()
            page.focusNextChild()

    def page(self, name: str) -> QWidget:
        """The page of a name, made when it is first asked for."""
        if name not in self.pages:
            self.pages[name] = self._make_page(name)
            self._frames[name] = PageFrame(self.pages[name])
            self.stack.addWidget(self._frames[name])
        return self.pages[name]

    def _make_page(self, name: str) -> QWidget:
        # history.py is the history itself
        module = f"neurokit.app.desktop.{'history_page' if name == 'history' else name}"
        page: QWidget = import_module(module).Page(self.desk)
        return page

    def show_state(self, state: State) -> None:
        """Draw the state."""
        if state.settings != self._settings:
            self._dress(state.settings)
        for row in range(self.rail.count()):
            if self.rail.item(row).data(Qt.ItemDataRole.UserRole) == state.page:
                with QSignalBlocker(self.rail):
                    self.rail.setCurrentRow(row)
        self.page(state.page)
        self.stack.setCurrentWidget(self._frames[state.page])
        self.top.show_state(state)
        self.bottom.show_state(state)
        self.menus.show_state(state)
        self.setWindowTitle(self._title())

    def _title(self) -> str:
        folder = getattr(self.desk.workspace, "folder", None)
        return f"{folder.name} - neurokit" if folder else "neurokit"

    def _dress(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        speak(settings.language)
        apply_theme(QApplication.instance(), settings)
        if before is not None and before.language != settings.language:
            self._retranslate()
        elif before is not None:
            self._fill_rail()

    def _retranslate(self) -> None:
        """Make everything anew in the chosen language."""
        self.menus = Menus(self)
        self.top.retranslate()
        self.notes.retranslate()
        self.bottom.retranslate()
        self._fill_rail()
        for name, page in self.pages.items():
            page.close()
            self.stack.removeWidget(self._frames[name])
            self._frames[name].deleteLater()
        self.pages.clear()
        self._frames.clear()

    # what must be known

    def announce(self, text: str, **actions: Callable[[], object]) -> Banner:
        """Show a banner above the page; each action is a button's label and what it does."""
        banner = Banner(text, actions)
        self.column.insertWidget(1, banner)
        return banner

    def set(self, **changes: object) -> None:
        """Change the window's settings."""
        settings = self.desk.session.state.settings.model_copy(update=changes)
        self.desk.session.change(tr("the settings"), settings=settings)

    def zoom(self, percent: int) -> None:
        """Make text larger or smaller."""
        now = self.desk.session.state.settings.font_percent
        self.set(font_percent=min(max(now + percent, 100), 200))

    def open_another(self) -> None:
        """Choose a folder, and open it in a window of its own instead of this one."""
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of the workspace"))
        if folder:
            arguments = ["-m", "neurokit.app", "app", folder]
            self.close()
            QProcess.startDetached(sys.executable, arguments)

    def check_computer(self) -> None:
        """Measure display, disk, stream and markers."""
        if self.desk.session.state.recording:
            self.desk.session.go(message=tr("Wait until the recording has ended"))
            return
        from neurokit.app.desktop.check_dialog import CheckDialog

        CheckDialog(self.desk, self).open()

    def show_settings(self) -> None:
        """Open the settings' form."""
        SettingsDialog(self.desk.session, self).open()

    def show_about(self) -> None:
        """Say what this is, and what it is not."""
        text = tr(
            "neurokit {version}\n\nNot a medical device: for research and training, not for "
            "diagnosis or treatment.\n\nGPL-3.0-or-later, without any warranty."
        )
        box = QMessageBox(self)
        box.setWindowTitle(tr("About neurokit"))
        box.setText(text.format(version=__version__))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

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

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Keep the state, end what computes; a recording that runs goes on."""
        QApplication.instance().removeEventFilter(self)
        self._forget()
        if self.autosave.isActive():
            self.autosave.stop()
            self.desk.session.save()
        for page in self.pages.values():
            page.close()
        self.desk.tasks.close()
        super().closeEvent(event)

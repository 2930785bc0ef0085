"""The menus: everything in them has a key or can be reached by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QGuiApplication, QKeySequence

from neurokit.app.desktop.diagnostics import describe_window
from neurokit.app.desktop.session import PAGES, State
from neurokit.app.desktop.translations import tr

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import MainWindow

Key = QKeySequence.StandardKey | str | None


class Menus:
    """Fills a window's menu bar; made anew when the language changes."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.session = window.desk.session
        bar = window.menuBar()
        bar.clear()
        self._fill_file(bar.addMenu(tr("&File")))
        self._fill_edit(bar.addMenu(tr("&Edit")))
        self._fill_view(bar.addMenu(tr("&View")))
        self._fill_go(bar.addMenu(tr("&Go")))
        self._fill_help(bar.addMenu(tr("&Help")))

    def _fill_file(self, menu) -> None:
        self._add(menu, tr("Open another workspace"), self.window.open_another, "Ctrl+O")
        self._add(menu, tr("Settings"), self.window.show_settings, "Ctrl+,")
        menu.addSeparator()
        self._add(menu, tr("Stop now"), self.window.stop_now, "Ctrl+.")
        menu.addSeparator()
        self._add(menu, tr("Quit"), self.window.close, QKeySequence.StandardKey.Quit)

    def _fill_edit(self, menu) -> None:
        keys = QKeySequence.StandardKey
        self.undo = self._add(menu, tr("Undo"), self.session.undo, keys.Undo)
        self.redo = self._add(menu, tr("Redo"), self.session.redo, keys.Redo)
        menu.addSeparator()
        self.note = self._add(menu, tr("Write a note"), self.window.notes.ask, "Ctrl+M")
        menu.addSeparator()
        self._add(menu, tr("Copy as Python"), self.copy_python, "Ctrl+Shift+P")
        self._add(menu, tr("Copy as command lines"), self.copy_commands, "Ctrl+Shift+L")

    def _fill_view(self, menu) -> None:
        for theme in ("light", "dark", "high-contrast"):
            self._add(menu, tr(theme), partial(self.window.set, theme=theme))
        menu.addSeparator()
        self._add(menu, tr("Larger text"), lambda: self.window.zoom(25), "Ctrl++")
        self._add(menu, tr("Smaller text"), lambda: self.window.zoom(-25), "Ctrl+-")
        menu.addSeparator()
        for code, name in (("en", "English"), ("fr", "Français")):
            self._add(menu, name, partial(self.window.set, language=code))

    def _fill_go(self, menu) -> None:
        from neurokit.app.desktop.main_window import TITLES

        for number, name in enumerate(PAGES, 1):
            # there are ten digits, the last of them 0
            key = f"Ctrl+{number % 10}" if number <= 10 else None
            self._add(menu, tr(TITLES[name]), partial(self.window.go, name), key)
        menu.addSeparator()
        self._add(menu, tr("Between the list of pages and the page"), self.window.hop, "F6")

    def _fill_help(self, menu) -> None:
        self._add(menu, tr("Check this computer"), self.window.check_computer)
        self._add(menu, tr("Copy diagnostics"), self.copy_diagnostics, "Ctrl+Shift+D")
        self._add(menu, tr("About neurokit"), self.window.show_about, "F1")

    def _add(self, menu, text: str, slot: Callable[[], object], key: Key = None) -> QAction:
        action = QAction(text, self.window)
        action.triggered.connect(lambda: slot())
        if key is not None:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        menu.addAction(action)
        return action

    def show_state(self, state: State) -> None:
        """Say what undo and redo would do."""
        for action, text, name in (
            (self.undo, self.session.undo_text, tr("Undo")),
            (self.redo, self.session.redo_text, tr("Redo")),
        ):
            action.setEnabled(text is not None)
            action.setText(f"{name} {text}" if text else name)
        self.note.setEnabled(state.visit is not None)

    # the clipboard

    def copy_python(self) -> None:
        """Put a script of all that was done on the clipboard."""
        QGuiApplication.clipboard().setText(self.window.desk.history.as_python())
        self.session.go(message=tr("The steps so far are on the clipboard as Python"))

    def copy_commands(self) -> None:
        """Put the command lines of all that was done on the clipboard."""
        QGuiApplication.clipboard().setText(self.window.desk.history.as_commands())
        self.session.go(message=tr("The steps so far are on the clipboard as command lines"))

    def copy_diagnostics(self) -> None:
        """Put what a helper needs to know on the clipboard; it names no patient."""
        QGuiApplication.clipboard().setText(describe_window(self.window.desk))
        self.session.go(message=tr("Diagnostics are on the clipboard"))

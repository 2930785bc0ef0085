"""Opens the window on a workspace, and says in words why it cannot."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.screen import has_screen
from neurokit.app.desktop.session import Session


def make_application() -> QApplication:
    """The process's one application."""
    if not has_screen():
        # without a screen Qt would abort the process instead of saying so
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("neurokit")
    application.setApplicationDisplayName("neurokit")
    return application


def open_window(
    folder: Path | None = None, *, demo: bool = False, quit_after_start: bool = False
) -> int:
    """Show the window until the user closes it.

    Parameters
    ----------
    folder : path or None
        The workspace, made where there is none; by default the one that was open last.
    demo : bool
        Open the simulated patient's workspace instead.
    quit_after_start : bool
        End once the window was drawn.

    Returns
    -------
    code : int
        Exit code of the program.
    """
    application = make_application()
    session = Session(_open_workspace(folder))
    session.restore()
    window = MainWindow(session)
    window.show()
    if quit_after_start:
        window.repaint()
        QTimer.singleShot(0, window.close)
    else:
        QTimer.singleShot(0, window.desk.tasks.warm)
    return application.exec()


def _open_workspace(folder: Path | None) -> Any:
    if folder is None or find_spec("neurokit.workspace") is None:
        return None
    from neurokit.workspace import Workspace

    return Workspace(folder, create=True)

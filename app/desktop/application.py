"""Opens the window on a workspace, and says in words why it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QMessageBox

from neurokit.app.desktop.demo import choose_demo_patient, demo_folder, prepare_demo
from neurokit.app.desktop.diagnostics import catch_errors, close_log, in_words, keep_log
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.recovery import offer_recovery
from neurokit.app.desktop.screen import has_screen
from neurokit.app.desktop.session import Session
from neurokit.app.desktop.translations import tr
from neurokit.live.lsl import SCOPE_VARIABLE
from neurokit.patients.workspace import Workspace


def make_application() -> QApplication:
    """The process's one application."""
    if not has_screen():
        # without a screen Qt would abort the process instead of saying so
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("neurokit")
    return application


def last_workspace() -> Path:
    """The workspace that was open last, or where a first one goes."""
    kept = _memory()
    if kept.is_file():
        folder = Path(kept.read_text(encoding="utf-8"))
        if folder.is_dir():
            return folder
    return platformdirs.user_documents_path() / "neurokit"


def _memory() -> Path:
    return platformdirs.user_config_path("neurokit") / "last-workspace.txt"


def _remember(folder: Path) -> None:
    path = _memory()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(folder), encoding="utf-8")


def open_window(
    folder: Path | None = None, *, demo: bool = False, quit_after_start: bool = False
) -> int:
    """Show the window until the user closes it.

    Parameters
    ----------
    folder : path or None
        The workspace, made where there is none; by default the one that was open last.
    demo : bool
        Open the simulated patient's workspace, in ``folder`` or the user's data.
    quit_after_start : bool
        End once the window was drawn.

    Returns
    -------
    code : int
        Exit code of the program.

    Raises
    ------
    OSError
        If another window has the workspace open, or it cannot be made.
    ValueError
        If it comes from a newer version.
    """
    application = make_application()
    if demo:
        folder = prepare_demo(folder or demo_folder())
        if folder is None:
            return 0
    with _open(folder or last_workspace()) as workspace:
        session = Session(workspace)
        session.restore()
        forget_what_is_over(session)
        if demo:
            choose_demo_patient(session)
        set_scope(session)
        window = MainWindow(session)
        restore = _catch_errors(window)
        if not workspace.read_only:
            keep_log(workspace.folder / "logs")
            if not demo:
                _remember(workspace.folder)
        window.show()
        QTimer.singleShot(0, lambda: _begin(window, quit_after_start=quit_after_start))
        code = application.exec()
        restore()
        close_log()
    return code


def set_scope(session: Session) -> None:
    """Let the processes of this window look for LSL streams as far as the settings say."""
    os.environ[SCOPE_VARIABLE] = session.state.settings.lsl_scope


def _open(folder: Path) -> Workspace:
    """Open the workspace; where there is a screen, what prevents it is said on that too."""
    try:
        return Workspace(folder, create=True)
    except (OSError, ValueError) as error:
        if has_screen():
            QMessageBox.critical(None, "neurokit", in_words(error))
        raise


def _begin(window: MainWindow, *, quit_after_start: bool) -> None:
    """What can wait until the window was drawn."""
    window.repaint()
    if window.desk.workspace.read_only:
        window.announce(
            tr("This workspace can only be read: you can look at all of it, and nothing is kept."),
        )
    else:
        offer_recovery(window)
    if quit_after_start:
        window.close()
    else:
        window.desk.tasks.warm()


def forget_what_is_over(session: Session) -> None:
    """Let go of a patient who was erased, and of a visit of another day: runs go into today's."""
    workspace, state = session.workspace, session.state
    patients = {patient.id for patient in workspace.patients(archived=True)}
    if state.patient not in patients:
        session.go(patient=None, visit=None, runs=(), model=None)
        return
    today = date.today()
    days = {each.id: each.started.astimezone().date() for each in workspace.visits(state.patient)}
    if state.visit is not None and days.get(state.visit) != today:
        session.go(visit=None)


class _Messenger(QObject):
    """Carries words from any thread to the window's."""

    said = pyqtSignal(str)


def _catch_errors(window: MainWindow) -> Callable[[], None]:
    messenger = _Messenger(window)
    messenger.said.connect(lambda text: window.desk.session.go(message=text))
    return catch_errors(messenger.said.emit)

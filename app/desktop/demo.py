"""The demo workspace: made once, shown while it is made, and opened on its patient."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PyQt6.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton, QVBoxLayout

from neurokit.app.desktop.session import Session
from neurokit.app.desktop.tasks import Tasks
from neurokit.app.desktop.translations import tr


def demo_folder() -> Path:
    """Where the demo workspace is kept."""
    return platformdirs.user_data_path("neurokit") / "demo"


def prepare_demo(folder: Path) -> Path | None:
    """Make the demo workspace where there is none yet.

    Parameters
    ----------
    folder : path
        Where it goes.

    Returns
    -------
    folder : Path or None
        Where it is; None if the user did not want to wait.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    if folder.is_dir():
        return folder
    dialog = _Making(folder)
    dialog.exec()
    if dialog.problem:
        raise OSError(dialog.problem)
    return folder if folder.is_dir() else None


class _Making(QDialog):
    """Says how far it is; closing it ends the work."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.problem = ""
        self.setWindowTitle("neurokit")
        text = QLabel(tr("A simulated patient pays two visits. This is done once."))
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        cancel = QPushButton(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (text, self.bar, cancel):
            layout.addWidget(widget)
        # it trains, so that it imports what no window waits for
        from neurokit.patients.demo_workspace import make_demo

        self.tasks = Tasks(self)
        self.task = self.tasks.start(tr("Demo"), make_demo, folder)
        self.task.progress.connect(lambda part, _: self.bar.setValue(round(100 * part)))
        self.task.failed.connect(self._fail)
        self.task.ended.connect(self.accept)

    def _fail(self, problem: str) -> None:
        self.problem = problem

    def done(self, code: int) -> None:
        """End the work with the dialog."""
        running = self.task.is_running
        self.tasks.close()
        if running:
            self.problem = ""
        super().done(code)


def choose_demo_patient(session: Session) -> None:
    """Open the simulated patient's visit of today, as a clinician would find it."""
    workspace = session.workspace
    (patient, *_) = workspace.patients()
    visit = workspace.open_visit(patient.id)
    if session.state.visit != visit.id:
        as_before = workspace.same_as_last_time(patient.id)
        session.go(page="patients", patient=patient.id, visit=visit.id, **as_before)

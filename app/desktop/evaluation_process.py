"""A long command of ours in a process: its progress comes as signals, and it can be ended."""

from __future__ import annotations

import os
import re
import signal
import sys

from PyQt6.QtCore import QObject, QProcess, QTimer, pyqtSignal

PROGRESS = re.compile(r"\[(\d+)/(\d+)(?:, \d+ s)?\] (.*)")
# it ends by itself at the end of a step, and keeps what it has
PATIENCE_MS = 5000


class EvaluationProcess(QObject):
    """Runs an evaluation, or the study of a cohort.

    Signals
    -------
    progress(int, int, str)
        What is done, what is planned, and the last of it in words.
    ended(str)
        Why it did not come to its end; empty where it did.
    """

    progress = pyqtSignal(int, int, str)
    ended = pyqtSignal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.process = QProcess(self)
        self.process.readyReadStandardError.connect(self._read)
        self.process.finished.connect(self._finish)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.process.kill)
        self._last = ""
        self._cancelled = False

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.state() != QProcess.ProcessState.NotRunning

    def start(self, arguments: list[str]) -> None:
        """Run ``neurokit`` with these arguments."""
        self._last, self._cancelled = "", False
        self.process.start(sys.executable, ["-m", "neurokit.app", *arguments])

    def cancel(self) -> None:
        """Let it end; what is finished is kept."""
        if not self.is_running:
            return
        self._cancelled = True
        if sys.platform == "win32":
            self.process.kill()
        else:
            os.kill(self.process.processId(), signal.SIGINT)
            self._patience.start()

    def close(self) -> None:
        """End it at once."""
        if self.is_running:
            self.cancel()
            if not self.process.waitForFinished(PATIENCE_MS):
                self.process.kill()
                self.process.waitForFinished()

    def _read(self) -> None:
        text = self.process.readAllStandardError().data().decode(errors="replace")
        for line in filter(str.strip, text.splitlines()):
            found = PROGRESS.search(line)
            if found:
                self.progress.emit(int(found[1]), int(found[2]), found[3])
            else:
                self._last = line.removeprefix("neurokit: ")

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._patience.stop()
        self._read()
        fine = code in (0, 1) and status == QProcess.ExitStatus.NormalExit
        if self._cancelled:
            self.ended.emit("cancelled")
        else:
            self.ended.emit("" if fine else self._last or f"it ended with code {code}")

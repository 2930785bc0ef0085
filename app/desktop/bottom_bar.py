"""Below every page: the last message, what computes, and that this is no medical device."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton

from neurokit.app.desktop.session import State
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import told, tr


class BottomBar(QFrame):
    """The message grows to as many lines as it needs."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "strip")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.task = QLabel()
        self.busy = QProgressBar()
        self.busy.setMaximumWidth(160)
        self.cancel = QPushButton()
        self.cancel.clicked.connect(self._cancel)
        self.warning = QLabel()
        self.warning.setProperty("role", "hint")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self.message, 1)
        for widget in (self.task, self.busy, self.cancel, self.warning):
            layout.addWidget(widget)
        # so that the page does not jump when a task begins
        self.setMinimumHeight(self.cancel.sizeHint().height() + 8)
        self._shown: Task | None = None
        desk.tasks.changed.connect(self._show_tasks)
        self.retranslate()
        self._show_tasks()

    def retranslate(self) -> None:
        """Say it in the chosen language."""
        self.cancel.setText(tr("Cancel"))
        self.busy.setAccessibleName(tr("Progress"))
        self.warning.setText(tr("Not a medical device"))

    def show_state(self, state: State) -> None:
        """Draw the state."""
        self.message.setText(told(state.message))

    def _show_tasks(self) -> None:
        running = self.desk.tasks.running
        for widget in (self.task, self.busy, self.cancel):
            widget.setVisible(bool(running))
        newest = running[-1] if running else None
        if newest is self._shown:
            return
        self._shown = newest
        if newest is not None:
            more = f" (+{len(running) - 1})" if len(running) > 1 else ""
            self.task.setText(newest.name + more)
            self.busy.setRange(0, 0)
            newest.progress.connect(self._show_progress)

    def _show_progress(self, fraction: float, _text: str) -> None:
        if self.sender() is self._shown:
            self.busy.setRange(0, 100)
            self.busy.setValue(round(100 * fraction))

    def _cancel(self) -> None:
        for task in tuple(self.desk.tasks.running):
            task.cancel()

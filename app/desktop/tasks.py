"""Work longer than a blink, in a process that can be killed; its news come as signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from neurokit.workers import Worker

POLL_MS = 15


class Task(QObject):
    """A piece of work that runs.

    Signals
    -------
    progress(float, str), item(object), done(object), failed(str), ended()
        ``ended`` comes last, whatever happened.
    """

    progress = pyqtSignal(float, str)
    item = pyqtSignal(object)
    done = pyqtSignal(object)
    failed = pyqtSignal(str)
    ended = pyqtSignal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self.is_running = True
        self.traceback = ""
        self._cancel: Callable[[], None] = lambda: None

    def cancel(self) -> None:
        """End it at once; what it had given is kept, ``failed`` says that it was cancelled."""
        if self.is_running:
            self._cancel()


class Tasks(QObject):
    """Starts tasks, a warm process each, and hears of them on the window's thread.

    Signals
    -------
    changed()
        A task began or ended.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None, *, n_workers: int = 1) -> None:
        super().__init__(parent)
        self.running: list[Task] = []
        self._n_workers = n_workers
        self._idle: list[Worker] = []
        self._busy: dict[Task, Worker] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    def warm(self) -> None:
        """Start the waiting processes, so that the first task finds one."""
        while len(self._idle) < self._n_workers:
            self._idle.append(Worker())

    def start(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Task:
        """Run an importable function in a process; ``name`` is shown while it runs."""
        task = Task(name, self)
        worker = self._idle.pop() if self._idle else Worker()
        task._cancel = lambda: self._end(task, "cancelled")
        self._busy[task] = worker
        self.running.append(task)
        worker.submit(function, *args, **kwargs)
        self._timer.start()
        self.changed.emit()
        return task

    def _poll(self) -> None:
        for task, worker in tuple(self._busy.items()):
            for message in worker.receive():
                if message.kind == "progress":
                    task.progress.emit(message.value, message.text)
                elif message.kind == "item":
                    task.item.emit(message.value)
                elif message.kind == "done":
                    self._end(task, None, message.value)
                    break  # whoever heard it may have given the worker its next job
                else:
                    task.traceback = str(message.value or "")
                    self._end(task, message.text)
                    break

    def _end(self, task: Task, problem: str | None, result: Any = None) -> None:
        worker = self._busy.pop(task)
        if not worker.is_busy and worker.process.is_alive() and len(self._idle) < self._n_workers:
            self._idle.append(worker)
        else:
            worker.kill()
        if not self._busy:
            self._timer.stop()
        task.is_running = False
        self.running.remove(task)
        if problem is None:
            task.done.emit(result)
        else:
            task.failed.emit(problem)
        task.ended.emit()
        self.changed.emit()

    def close(self) -> None:
        """Kill all that runs; no process outlives its window."""
        for task in tuple(self.running):
            task.cancel()
        while self._idle:
            self._idle.pop().kill()

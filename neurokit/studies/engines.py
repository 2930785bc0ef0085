"""Where folds run: in this process, in processes beside it, or on a dask cluster."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Protocol

import cloudpickle

from neurokit.studies.folds import Outcome, Task, failed
from neurokit.studies.study import Study
from neurokit.studies.worker import receive, run_pickled, send

Event = tuple[str, Any, Any]
Inbox = SimpleQueue[Event]
ATTEMPTS = 2  # a fold whose worker dies is redone once
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from neurokit.studies.worker import serve; serve()"
)


class Engine(Protocol):
    """What the runner asks of an engine; its events come back through the inbox."""

    @property
    def room(self) -> int:
        """Tasks that may be given now."""

    def share(self, array: str) -> None:
        """Make the epochs in a file known to the workers."""

    def forget(self, array: str) -> None:
        """Let the epochs in a file go: its tasks have ended."""

    def submit(self, task: Task) -> None:
        """Start a task."""

    def settle(self, event: Event) -> tuple[Task, list[Outcome]] | None:
        """Turn an event into a task and its outcomes; None when more is to come."""

    def close(self) -> None:
        """Stop at once what still runs."""


def default_jobs() -> int:
    """Cores that this process may use."""
    from joblib import cpu_count

    return int(cpu_count())


def make_engine(study: Study, inbox: Inbox) -> Engine:
    """Build the engine of a study.

    Raises
    ------
    ValueError
        If dask is asked for and not installed.
    OSError
        If its scheduler does not answer.
    """
    jobs = default_jobs() if study.jobs is None else study.jobs
    if study.engine == "dask":
        from neurokit.studies.cluster import DaskEngine

        return DaskEngine(jobs, study.scheduler, inbox, study.slurm)
    return LocalEngine(jobs, inbox) if jobs else HereEngine(inbox)


class HereEngine:
    """Runs folds in this process, one after another: for a debugger."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.room = 1

    def share(self, array: str) -> None:
        """Nothing to do: the workers read the file."""

    def forget(self, array: str) -> None:
        """Nothing to do: the runner removes the file."""

    def submit(self, task: Task) -> None:
        """Do the fold before returning."""
        self.room = 0
        message = cloudpickle.dumps(task)  # the same clone that a worker would get
        self._inbox.put(("here", task, pickle.loads(run_pickled(message))))

    def settle(self, event: Event) -> tuple[Task, list[Outcome]] | None:
        """Hand the outcomes on."""
        self.room = 1
        _, task, outcomes = event
        return task, outcomes

    def close(self) -> None:
        """Nothing runs."""


@dataclass(eq=False)
class _Worker:
    """One child process and the task it is at."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    task: Task | None = None

    def last_words(self) -> str:
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


@dataclass
class LocalEngine:
    """Runs folds in processes of their own, one thread each; a process that dies is replaced.

    Parameters
    ----------
    jobs : int
        Number of processes.
    inbox : queue
        Gets ("answer", worker, message) and ("death", worker, None).
    """

    jobs: int
    inbox: Inbox
    _workers: list[_Worker] = field(default_factory=list)
    _attempts: dict[int, int] = field(default_factory=dict)
    _idle_deaths: int = 0
    _closed: bool = False

    def __post_init__(self) -> None:
        for _ in range(self.jobs):
            self._start()

    @property
    def room(self) -> int:
        """Idle workers."""
        return sum(worker.task is None for worker in self._workers)

    def share(self, array: str) -> None:
        """Nothing to do: the workers read the file."""

    def forget(self, array: str) -> None:
        """Nothing to do: the runner removes the file."""

    def submit(self, task: Task) -> None:
        """Give a task to an idle worker."""
        worker = next(worker for worker in self._workers if worker.task is None)
        worker.task = task
        self._attempts[id(task)] = self._attempts.get(id(task), 0) + 1
        assert worker.process.stdin is not None
        with suppress(BrokenPipeError):  # it died idle: its reader says so
            send(worker.process.stdin, cloudpickle.dumps(task))

    def settle(self, event: Event) -> tuple[Task, list[Outcome]] | None:
        """Take an answer, or replace a worker that died."""
        kind, worker, message = event
        task = worker.task
        if kind == "answer":
            worker.task = None
            self._attempts.pop(id(task), None)
            answer = pickle.loads(message)
            return task, failed(task, answer) if isinstance(answer, str) else answer
        self._workers.remove(worker)
        code = worker.process.wait()
        words = worker.last_words()
        worker.log.close()
        self._start()
        if task is None:
            self._idle_deaths += 1
            if self._idle_deaths > ATTEMPTS * self.jobs:
                raise OSError(f"worker processes end before they begin ({words})")
            return None
        if self._attempts[id(task)] < ATTEMPTS:
            self.submit(task)
            return None
        self._attempts.pop(id(task))
        return task, failed(task, _death(code, words))

    def close(self) -> None:
        """Kill the workers."""
        self._closed = True
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.wait()
            for pipe in (worker.process.stdin, worker.process.stdout, worker.log):
                if pipe is not None:
                    _close(pipe)

    def _start(self) -> None:
        log = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as the process
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, json.dumps([str(Path(p).absolute()) for p in sys.path])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C goes to the parent only
        )
        worker = _Worker(process, log)
        self._workers.append(worker)
        threading.Thread(target=self._read, args=(worker,), daemon=True).start()

    def _read(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        try:
            while (message := receive(worker.process.stdout)) is not None:
                self.inbox.put(("answer", worker, message))
        except ValueError:  # closed by close()
            return
        if not self._closed:
            self.inbox.put(("death", worker, None))


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # what it still wanted to say, nobody hears
        pipe.close()


def _death(code: int, words: str) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    cure = "too little memory is the usual reason: give fewer --jobs" if code == -9 else words
    return f"the worker died {ATTEMPTS} times at this fold ({how}); {cure}"

"""A process that does one fold after another, and ends with its parent, however that ends."""

from __future__ import annotations

import os
import pickle
import queue
import struct
import sys
import threading
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write one message with its length before it."""
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Read one message; None at the end."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None


def run_pickled(message: bytes, array: Any = None) -> bytes:
    """Do the pickled task on its array, or on one that came by another way."""
    import numpy as np

    from neurokit.studies.folds import run_fold

    task = pickle.loads(message)
    if array is None:
        array = np.load(task.array, mmap_mode="r")
    return pickle.dumps(run_fold(task, array))


def warm() -> None:
    """Compile what most pipelines begin with, or find it compiled, while the data are read."""
    import numpy as np

    from neurokit.kernels import augmented_covariances

    augmented_covariances(np.zeros((1, 1, 8)), 2, 1)


def serve() -> None:
    """Read tasks from stdin, write outcomes to what was stdout."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    tasks: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    warm()
    while True:
        message = tasks.get()
        try:
            outcome = run_pickled(message)
        except Exception as error:  # a task that cannot even be read
            outcome = pickle.dumps(f"{type(error).__name__}: {error}")
        send(answers, outcome)


def _listen(pipe: IO[bytes], tasks: queue.Queue[bytes]) -> None:
    while (message := receive(pipe)) is not None:
        tasks.put(message)
    os._exit(0)  # the parent is gone: nobody waits for the fold

"""Processes that compute: warm when work comes, and killed when it must stop.

A thread cannot be stopped; a process can. A worker waits with the heavy libraries imported, takes
one job at a time, tells how it goes, and is replaced when it was cancelled or died.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Literal

WARM = ("numpy", "scipy.signal", "scipy.linalg", "sklearn.pipeline", "neurokit.kernels")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Message:
    """What a job says: its progress (0 to 1, and a text), an item, its result, or its failure."""

    kind: Literal["progress", "item", "done", "failed"]
    value: Any = None
    text: str = ""


class Worker:
    """A process that runs jobs, one at a time.

    A job is an importable function. Where it is a generator, what it yields comes as items. It may
    take a keyword ``progress``, a function of a fraction and a text.

    Parameters
    ----------
    warm : sequence of str
        Modules to import while it waits.
    """

    def __init__(self, warm: Sequence[str] = WARM) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, tuple(warm)), daemon=True)
        with one_thread():
            self.process.start()
        theirs.close()
        self.is_busy = False

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Give the worker a job; its messages come through ``receive``."""
        self.is_busy = True
        self.connection.send((function, args, kwargs))

    def receive(self, timeout: float | None = 0.0) -> Iterator[Message]:
        """Messages that have come; waits up to ``timeout`` seconds for the first one."""
        try:
            while self.is_busy and self.connection.poll(timeout):
                message: Message = self.connection.recv()
                self.is_busy = message.kind in ("progress", "item")
                yield message
                timeout = 0.0
        except (EOFError, OSError):
            self.is_busy = False
            yield Message("failed", text="the process that computed has died; try again")

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Iterator[Message]:
        """Messages of one job, until it ends."""
        self.submit(function, *args, **kwargs)
        while self.is_busy:
            yield from self.receive(None)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self.is_busy = False
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.connection.close()


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let a child pin its BLAS to one thread; several workers share the cores."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(connection: Connection, warm: Sequence[str]) -> None:
    # the window decides when a worker ends, not the keyboard
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in warm:
        import_module(name)
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, args, kwargs = connection.recv()
            connection.send(_do(connection, function, args, kwargs))


def _do(
    connection: Connection, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]
) -> Message:
    def progress(fraction: float, text: str = "") -> None:
        connection.send(Message("progress", fraction, text))

    if "progress" in function.__code__.co_varnames[: _n_arguments(function)]:
        kwargs = {"progress": progress, **kwargs}
    try:
        result = function(*args, **kwargs)
        if isinstance(result, Iterator):
            for item in result:
                connection.send(Message("item", item))
            result = None
    except (ValueError, OSError) as error:
        return Message("failed", traceback.format_exc(), str(error))
    except Exception as error:
        text = f"something went wrong inside ({type(error).__name__}: {error})"
        return Message("failed", traceback.format_exc(), text)
    return Message("done", result)


def _n_arguments(function: Callable[..., Any]) -> int:
    code = function.__code__
    return code.co_argcount + code.co_kwonlyargcount

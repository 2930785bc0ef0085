"""Hear Python's audit events, such as files opened and sockets made, in one thread for a while."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Listener = Callable[[str, tuple[Any, ...]], None]

_LISTENERS: ContextVar[tuple[Listener, ...]] = ContextVar("neurokit_audit", default=())
_installing = threading.Lock()
_installed: list[bool] = []  # a hook cannot be taken out again, so it is put in once


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let a function hear what this thread does.

    Parameters
    ----------
    listener : callable
        Gets the name of an event and its arguments; what it raises ends what was about to be done.
    """
    with _installing:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(True)
    token = _LISTENERS.set((*_LISTENERS.get(), listener))
    try:
        yield
    finally:
        _LISTENERS.reset(token)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for listener in _LISTENERS.get():
        listener(event, arguments)

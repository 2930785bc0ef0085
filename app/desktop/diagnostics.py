"""What a helper needs to know when something went wrong: a log, and a page of facts."""

from __future__ import annotations

import json
import logging
import platform
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from neurokit import __version__
from neurokit.app.desktop.translations import tr

LOG_BYTES, OLD_LOGS = 500_000, 3
LAST_LINES = 60
log = logging.getLogger("neurokit.app")


def keep_log(folder: Path) -> Path:
    """Write what happens into ``folder``; old lines go when the file grows large.

    Returns
    -------
    path : Path
        The log. It names no patient.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "neurokit.log"
    handler = RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    close_log()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.info("neurokit %s, python %s, %s", __version__, sys.version, platform.platform())
    return path


def close_log() -> None:
    """Write no more."""
    for handler in tuple(log.handlers):
        log.removeHandler(handler)
        handler.close()


def catch_errors(show: Callable[[str], object]) -> Callable[[], None]:
    """Log what nobody caught and show it in plain words, instead of ending the program.

    Parameters
    ----------
    show : callable
        Is given the words, on the window's thread or another.

    Returns
    -------
    restore : callable
        Ends it.
    """
    before = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before[0](kind, error, trace)
            return
        log.error("uncaught", exc_info=(kind, error, trace))
        show(in_words(error))

    def thread_hook(raised: Any) -> None:
        hook(raised.exc_type, raised.exc_value, raised.exc_traceback)

    def restore() -> None:
        sys.excepthook, threading.excepthook = before

    sys.excepthook, threading.excepthook = hook, thread_hook
    return restore


def in_words(error: BaseException) -> str:
    """One sentence with the next step."""
    if isinstance(error, (ValueError, OSError)) and str(error):
        text = str(error)
        return text[0].upper() + text[1:]
    return tr(
        "Something went wrong inside; what was recorded is safe. Go on, and if it happens again "
        "choose Help > Copy diagnostics and send that to us"
    )


def describe_window(desk: Any) -> str:
    """Versions, page, settings and the end of the log, as JSON; it names no patient."""
    state = desk.session.state
    facts = {
        "neurokit": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "page": state.page,
        "settings": state.settings.model_dump(),
        "tasks": [task.name for task in desk.tasks.running],
        "log": _last_lines(),
    }
    return json.dumps(facts, indent=1)


def _last_lines() -> list[str]:
    for handler in log.handlers:
        if isinstance(handler, RotatingFileHandler) and Path(handler.baseFilename).exists():
            text = Path(handler.baseFilename).read_text(encoding="utf-8", errors="replace")
            return text.splitlines()[-LAST_LINES:]
    return []

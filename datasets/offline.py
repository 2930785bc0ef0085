"""Load public data without a network, or say which file is missing.

Python's audit hooks see every socket before it exists, whichever library opens it. Ours refuses
inside :func:`no_network` and only in the thread that entered it, so that a scheduler's or an
amplifier's connections beside it go on.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

NETWORK = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.__new__")


# not an Exception, or a downloader would catch it and try again
class _Refused(BaseException):
    """A library asked for the network."""


class _Found(BaseException):
    """A library opened a file of the data set."""


@dataclass
class _Watch:
    """What the hook looks for, and the folders that it saw made."""

    roots: tuple[str, ...] = ()
    made: list[Path] = field(default_factory=list)


_WATCH: ContextVar[_Watch | None] = ContextVar("neurokit_offline", default=None)
_INSTALLED: list[bool] = []  # a hook cannot be taken out again, so it is put in once


@contextmanager
def no_network(dataset: Any, subject: Any) -> Iterator[None]:
    """Refuse the network to this thread.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        What is being loaded.
    subject : int or str
        Of which subject.

    Raises
    ------
    FileNotFoundError
        If the code inside asked for the network: the file that it wanted is named.
    """
    import mne

    watch = _Watch()
    try:
        with _watching(watch):
            yield
    except _Refused as refused:
        missing = _wanted(refused)
        for folder in reversed(watch.made):
            with suppress(OSError):  # not empty: it holds something of value
                folder.rmdir()
        raise FileNotFoundError(
            f"{dataset.code} subject {subject} is not on disk in offline mode: {missing} is "
            f"missing; run `neurokit datasets download {type(dataset).__name__} --subjects "
            f"{subject}` once with a network, or let MNE_DATA name the folder that holds it "
            f"(now {mne.get_config('MNE_DATA')})"
        ) from None


def keep_offline(dataset: Any) -> None:
    """Make a MOABB data set load from disk alone.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        Changed in place.
    """
    os.environ["MOABB_DOWNLOAD_PROVIDER"] = "upstream"
    dataset.is_offline = True
    dataset._get_single_subject_data = OfflineLoader(dataset)


@dataclass
class OfflineLoader:
    """Loads a subject with the network refused; it travels with the data set in a pickle."""

    dataset: Any

    def __call__(self, subject: Any) -> Any:
        """Sessions and runs of one subject."""
        with no_network(self.dataset, subject):
            return type(self.dataset)._get_single_subject_data(self.dataset, subject)


def finds_a_file(probe: Callable[[], Any]) -> bool:
    """Say whether a search for files ends at a file instead of at the network; write nothing.

    Parameters
    ----------
    probe : callable
        Looks for files of a data set.

    Returns
    -------
    found : bool
        True at the first file that it opens below the data folders, or when it ends in peace.
    """
    import mne

    settings = {**mne.get_config(), **os.environ}
    roots = [
        value
        for key, value in settings.items()
        if key == "MNE_DATA" or (key.startswith("MNE_DATASETS_") and key.endswith("_PATH"))
    ]
    roots = [root for root in roots if Path(root).is_dir()]
    if not any(path.name.startswith("MNE-") for root in roots for path in Path(root).iterdir()):
        return False
    watch = _Watch(roots=tuple(roots))
    try:
        with _watching(watch):
            return any(True for _ in probe())
    except _Found:
        return True
    except _Refused:
        return False
    except Exception:  # whatever a data set's own code does, the list goes on
        return False


@contextmanager
def _watching(watch: _Watch) -> Iterator[None]:
    """Let the hook see this thread, and nobody announce downloads that will not be."""
    if not _INSTALLED:
        sys.addaudithook(_hook)
        _INSTALLED.append(True)
    import mne
    import pooch

    downloads = pooch.get_logger()
    level = downloads.level
    token = _WATCH.set(watch)
    try:
        downloads.setLevel("CRITICAL")
        with mne.utils.use_log_level("warning"):
            yield
    finally:
        downloads.setLevel(level)
        _WATCH.reset(token)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse sockets, and remember folders, where a watch is on."""
    watch = _WATCH.get()
    if watch is None:
        return
    if event in NETWORK and not (event == "socket.__new__" and _is_local(arguments)):
        raise _Refused(event, arguments)
    if event == "os.mkdir":
        # MOABB makes the folder of a file that it is about to fetch: it may be read-only here
        if watch.roots or _is_fetching(sys._getframe(1)):
            raise _Refused(event, arguments)
        watch.made.append(Path(os.fsdecode(arguments[0])))
    elif event == "open" and isinstance(arguments[0], str) and watch.roots:
        reads = not arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if arguments[0].startswith(watch.roots) and (not reads or os.path.isfile(arguments[0])):
            raise _Found if reads else _Refused(event, arguments)


def _is_fetching(frame: FrameType | None) -> bool:
    """Say whether MOABB's downloader has come to the point of downloading."""
    while frame is not None and frame.f_code.co_name in ("mkdir", "makedirs", "_hook"):
        frame = frame.f_back
    return (
        frame is not None and frame.f_code.co_name == "data_dl" and "downloader" in frame.f_locals
    )


def _is_local(arguments: tuple[Any, ...]) -> bool:
    """Sockets between processes of this computer carry no data from elsewhere."""
    import socket

    return arguments[1] not in (socket.AF_INET, socket.AF_INET6)


def _wanted(refused: _Refused) -> str:
    """Name the file that a downloader was about to fetch, or at least its host."""
    for frame, _ in traceback.walk_tb(refused.__traceback__):
        for name in ("destination", "local_path", "fname"):
            value = frame.f_locals.get(name)
            if isinstance(value, str | Path) and Path(value).is_absolute():
                return str(value)
    event, arguments = refused.args
    host = arguments[0] if event.startswith("socket.get") else "something"
    return f"a file from {host}"

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
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from neurokit.files.audit import heard_by
from neurokit.files.recordings import require_whole

NETWORK = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.__new__")


# not an Exception, or a downloader would catch it and try again
class _Refused(BaseException):
    """A library asked for the network."""


class _Found(BaseException):
    """A library opened a file of the data set."""


@dataclass
class _Watch:
    """What the hook looks for, the folders that it saw made, the files that it checked."""

    roots: tuple[str, ...] = ()
    made: list[Path] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)


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
    ValueError
        If it opened an EDF or BDF file that is cut short.
    """
    import mne

    watch = _Watch()
    try:
        with _watching(watch):
            yield
    except (_Refused, FileNotFoundError) as error:
        missing = _wanted(error, mne.get_config("MNE_DATA"))
        for folder in reversed(watch.made):
            with suppress(OSError):  # not empty: it holds something of value
                folder.rmdir()
        if missing is None:
            raise
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
    dataset._is_offline = True
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
    import mne
    import pooch

    downloads = pooch.get_logger()
    level = downloads.level
    quiet = mne.utils.use_log_level("error" if watch.roots else "warning")
    try:
        downloads.setLevel("CRITICAL")
        with quiet, heard_by(partial(_hear, watch)):
            yield
    finally:
        downloads.setLevel(level)


def _hear(watch: _Watch, event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse sockets, and remember folders."""
    if event in NETWORK and not (event == "socket.__new__" and _is_local(arguments)):
        raise _Refused(event, arguments)
    if event == "os.mkdir":
        # MOABB makes the folder of a file that it is about to fetch: it may be read-only here
        if watch.roots or _is_fetching(sys._getframe(1)):
            raise _Refused(event, arguments)
        watch.made.append(Path(os.fsdecode(arguments[0])))
    elif event == "open" and isinstance(arguments[0], str | Path):
        _see_opened(str(arguments[0]), not arguments[2] & (os.O_WRONLY | os.O_RDWR), watch)


def _see_opened(path: str, reads: bool, watch: _Watch) -> None:
    """End a search at its first file; otherwise refuse an EDF file that is cut short."""
    if watch.roots:
        if path.startswith(watch.roots) and (not reads or os.path.isfile(path)):
            raise _Found if reads else _Refused("open", (path,))
    elif reads and path.lower().endswith((".edf", ".bdf")) and path not in watch.whole:
        watch.whole.add(path)  # before it is opened to be checked
        if os.path.isfile(path):
            require_whole(path)


def _is_fetching(frame: FrameType | None) -> bool:
    """Say whether MOABB's downloader has come to the point of downloading."""
    while frame is not None and frame.f_code.co_name in ("mkdir", "makedirs", "_hear", "_hook"):
        frame = frame.f_back
    return (
        frame is not None and frame.f_code.co_name == "data_dl" and "downloader" in frame.f_locals
    )


def _is_local(arguments: tuple[Any, ...]) -> bool:
    """Sockets between processes of this computer carry no data from elsewhere."""
    import socket

    return arguments[1] not in (socket.AF_INET, socket.AF_INET6)


def _wanted(error: BaseException, root: str | None) -> str | None:
    """Name the file that a downloader was about to fetch, or at least its host."""
    if root is not None and not Path(root).is_dir():
        return root
    if not isinstance(error, _Refused):
        return None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for name in ("destination", "local_path", "fname"):
            value = frame.f_locals.get(name)
            if isinstance(value, str | Path) and Path(value).is_absolute():
                return str(value)
    event, arguments = error.args
    return f"a file from {arguments[0] if event.startswith('socket.get') else 'somewhere'}"

"""Which files a piece of code reads, and no network while it does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurokit.files.audit import heard_by

_PROGRAM = (".py", ".pyc", ".pyd", ".so", ".dll", ".nbi", ".nbc", ".lock")
_FOLDERS = {"site-packages", "dist-packages", "__pycache__", ".mne", ".config"}
_METADATA = (".egg-info", ".dist-info")
_WRITES = os.O_WRONLY | os.O_RDWR
_ROOTS = {"proc", "sys", "dev", "etc", "usr"}


class OfflineError(OSError):
    """Something asked for the network while it was forbidden."""


@dataclass
class Watch:
    """What was seen: files opened for reading, and whether the network was asked for."""

    offline: bool
    opened: set[str] = field(default_factory=set)
    refused: bool = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note a file that is about to be read, refuse the network."""
        if event == "open":
            path, mode, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if (
                isinstance(path, str | bytes | os.PathLike)
                and not writes
                and "w" not in (mode or "")
            ):
                self.opened.add(os.fsdecode(path))
        elif self.offline and event in ("socket.connect", "socket.getaddrinfo"):
            self.refused = True
            raise OfflineError(f"no network in offline mode ({event})")

    @property
    def files(self) -> list[Path]:
        """Data files that were read, sorted."""
        paths = (Path(name).absolute() for name in self.opened)
        return sorted(path for path in paths if _is_data(path))


@contextmanager
def watched(*, offline: bool = False) -> Iterator[Watch]:
    """Watch the files that this thread reads; offline, a connection is refused.

    Parameters
    ----------
    offline : bool
        Raise ``OfflineError`` where a socket is about to connect or a name to be looked up.

    Yields
    ------
    watch : Watch
        Its ``files`` and ``refused`` are good after the block.
    """
    watch = Watch(offline)
    with heard_by(watch.hear):
        yield watch


def _is_data(path: Path) -> bool:
    prefixes = (sys.prefix, sys.base_prefix)
    inside = any(path.is_relative_to(prefix) for prefix in prefixes if prefix not in ("/", "/usr"))
    return (
        not inside
        and path.suffix not in _PROGRAM
        and not _FOLDERS & set(path.parts[:-1])
        and not path.parent.name.endswith(_METADATA)
        and path.parts[1] not in _ROOTS
        and path.is_file()
    )

"""What every SQLite file of ours wants: one writer, and plain words when the disk says no."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Held(BlockingIOError):
    """Another process holds the lock.

    Parameters
    ----------
    owner : str
        Its number, as far as it is known.
    """

    def __init__(self, owner: str) -> None:
        super().__init__(f"in use by process {owner}")
        self.owner = owner


def hold(path: Path) -> IO[str]:
    """Take a lock file, which goes with the process however it ends.

    Raises
    ------
    Held
        If another process has it.
    OSError
        If the file cannot be written.
    """
    file = path.open("a+")
    try:
        _lock(file)
    except OSError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise Held(owner) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _lock(file: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        # far beyond the text, which the other process must be able to read
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def plain_words(path: Path, *, full: str, elsewhere: str) -> Iterator[None]:
    """Say in one sentence what SQLite says in its own words.

    Parameters
    ----------
    path : Path
        The database.
    full : str
        What to do when the disk is full.
    elsewhere : str
        What to do when the file is damaged, or cannot be written.
    """
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise OSError(f"the disk under {path.parent} is full; {full}") from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise ValueError(
                f"{path} is damaged ({error}); bring back a copy, or {elsewhere}"
            ) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise PermissionError(f"{path.parent} cannot be written; {elsewhere}") from error
        raise OSError(f"{path}: {error}") from error


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database that is not written here, also on a disk that cannot be written."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError:
        # a WAL file on a disk that cannot be written opens only as one that never changes
        connection.close()
        connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    return connection

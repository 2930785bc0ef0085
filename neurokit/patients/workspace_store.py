"""Opening, locking, reading and writing a workspace's database; knows nothing of patients."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Self

from neurokit.files.databases import plain_words
from neurokit.patients.workspace_schema import DATABASE, FOLDERS, open_database, take


class Store:
    """A folder with a database that one process writes.

    Parameters
    ----------
    folder : path-like
        Where it is.
    create : bool
        Make one where there is none.
    read_only : bool
        Read beside the window that writes.

    Attributes
    ----------
    read_only : bool
        Whether it is served for reading only: it was asked for, or the folder cannot be written.

    Raises
    ------
    FileNotFoundError
        If there is no workspace, and none is to be made.
    BlockingIOError
        If another window writes it.
    PermissionError
        If it is to be made where nothing can be written.
    ValueError
        If it comes from a newer version, or is damaged.
    """

    def __init__(
        self, folder: str | Path, *, create: bool = False, read_only: bool = False
    ) -> None:
        self.folder = Path(folder).absolute()
        self.path = self.folder / DATABASE
        self.read_only = read_only
        self._lock: IO[str] | None = None
        self._connection: sqlite3.Connection | None = None
        if not self.path.is_file() and not (create and not read_only):
            raise FileNotFoundError(
                f"there is no workspace in {self.folder}; make one with neurokit app {self.folder}"
            )
        if not read_only:
            self._take()
        try:
            with self.plain_words():
                self._connection = open_database(self.path, write=not self.read_only)
        except BaseException:
            self.close()
            raise

    def _take(self) -> None:
        try:
            for name in ("", *FOLDERS):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            self._lock = take(self.folder)
        except BlockingIOError:
            raise
        except OSError as error:
            if not self.path.is_file():
                raise type(error)(
                    f"{self.folder} cannot be written ({error.strerror}); "
                    "choose another folder for the workspace"
                ) from error
            self.read_only = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the folder go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def plain_words(self) -> AbstractContextManager[None]:
        """Say in one sentence what the database says in its own words."""
        return plain_words(
            self.path,
            full="nothing of this step was kept, all before it is safe: make room and try again",
            elsewhere="open another workspace",
        )

    @property
    def connection(self) -> sqlite3.Connection:
        """The open database."""
        if self._connection is None:
            raise ValueError(f"the workspace {self.folder} is closed; open it again")
        return self._connection

    @property
    def edition(self) -> tuple[int, int]:
        """Another pair of numbers whenever something was written, here or by another process."""
        (elsewhere,) = self.connection.execute("PRAGMA data_version").fetchone()
        return self.connection.total_changes, elsewhere

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """What a query finds."""
        with self.plain_words():
            return self.connection.execute(query, values).fetchall()

    def one(self, what: str, number: int, query: str) -> sqlite3.Row:
        """Find the one row with this number."""
        found = self.rows(query, number)
        if not found:
            raise ValueError(f"the workspace has no {what} {number}; it may have been erased")
        return found[0]

    def require_writable(self) -> None:
        """Refuse where the workspace is only read."""
        if self.read_only:
            raise PermissionError(
                f"the workspace {self.folder} is open for reading only; to change it, copy it to "
                "a disk that can be written, or use the window that has it open"
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Change the database, whole or not at all."""
        self.require_writable()
        with self.plain_words(), self.connection as connection:
            yield connection

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Add a row; returns its number."""
        with self.transaction() as connection:
            return insert(connection, table, values)

    def update(self, table: str, number: int, values: Mapping[str, Any]) -> None:
        """Change fields of a row."""
        if not values:
            return
        fields = ", ".join(f'"{name}" = :{name}' for name in values)
        with self.transaction() as connection:
            connection.execute(
                f"UPDATE {table} SET {fields} WHERE id = :id", {**values, "id": number}
            )

    def delete(self, table: str, number: int) -> None:
        """Take a row away."""
        with self.transaction() as connection:
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (number,))


def insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    """Add a row inside a transaction; returns its number."""
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", dict(values))
    return int(cursor.lastrowid or 0)

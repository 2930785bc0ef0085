"""The workspace's database: its tables, how an older one becomes the present one, its lock."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import IO

from neurokit.files.databases import Held, hold, open_read_only

DATABASE = "workspace.sqlite"
FOLDERS = ("recordings", "bids", "models", "reports", "logs", "cache")
_FIRST = """
CREATE TABLE patients (
    id INTEGER PRIMARY KEY AUTOINCREMENT, pseudonym TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created TEXT NOT NULL, consent TEXT NOT NULL, consent_when TEXT, handedness TEXT NOT NULL,
    lesion_side TEXT NOT NULL, note TEXT NOT NULL, archived INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE visits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id INTEGER NOT NULL REFERENCES patients ON DELETE CASCADE, number INTEGER NOT NULL,
    started TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', settings TEXT NOT NULL DEFAULT '{}',
    UNIQUE (patient_id, number)
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    visit_id INTEGER NOT NULL REFERENCES visits ON DELETE CASCADE, number INTEGER NOT NULL,
    kind TEXT NOT NULL, path TEXT NOT NULL UNIQUE, started TEXT NOT NULL, seconds REAL NOT NULL,
    protocol TEXT, settings TEXT NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL,
    UNIQUE (visit_id, number)
);
CREATE TABLE trials (
    id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL, label TEXT NOT NULL, planned REAL NOT NULL, actual REAL,
    late INTEGER NOT NULL, rejected INTEGER NOT NULL, flags TEXT NOT NULL
);
CREATE INDEX trials_of_a_run ON trials (run_id);
CREATE TABLE trainings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    visit_id INTEGER NOT NULL REFERENCES visits ON DELETE CASCADE, created TEXT NOT NULL,
    attempt TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', pinned INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    training_id INTEGER NOT NULL REFERENCES trainings ON DELETE CASCADE, path TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL
);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    visit_id INTEGER NOT NULL REFERENCES visits ON DELETE CASCADE, text TEXT NOT NULL,
    "when" TEXT NOT NULL
);
CREATE TABLE scores (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id INTEGER NOT NULL REFERENCES patients ON DELETE CASCADE, scale TEXT NOT NULL,
    value REAL NOT NULL, "when" TEXT NOT NULL
);
CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL);
"""
# each takes the database from its place in the tuple to the next format
MIGRATIONS: tuple[str, ...] = (_FIRST,)


def take(folder: Path) -> IO[str]:
    """Take a workspace for writing.

    Raises
    ------
    BlockingIOError
        If another window or command holds it.
    PermissionError
        If it cannot be written.
    """
    try:
        return hold(folder / "workspace.lock")
    except Held as held:
        raise BlockingIOError(
            f"the workspace {folder} is open in another window (process {held.owner}); "
            "go on in that window, or close it and try again"
        ) from None


def open_database(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the database, migrated to the present format if it may be written.

    Raises
    ------
    ValueError
        If it is of a newer format, or of an older one that may not be migrated here.
    """
    connection = sqlite3.connect(path, timeout=30) if write else open_read_only(path)
    try:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        newest = len(MIGRATIONS)
        if found > newest:
            raise ValueError(
                f"the workspace {path.parent} was written by a newer neurokit (format {found}, "
                f"this one knows {newest}); upgrade with pip install -U neurokit-bci"
            )
        if write:
            _prepare(connection, found)
        elif found < newest:
            raise ValueError(
                f"the workspace {path.parent} was written by an older neurokit (format {found}, "
                f"this one reads {newest}) and cannot be changed here; "
                "copy it to a disk that can be written, and open the copy"
            )
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection, found: int) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # what is erased is overwritten with zeros, in the file and nowhere else
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    for version, script in enumerate(MIGRATIONS[found:], found + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {version}; COMMIT;"
            )
        except sqlite3.Error:
            connection.rollback()
            raise
    connection.execute("PRAGMA foreign_keys = ON")

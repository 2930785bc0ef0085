"""One record a fold, in one SQLite file, written the moment the fold ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from neurokit.files.databases import Held, hold, open_read_only, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

FORMAT = 1
EXPORTED = (
    "dataset",
    "subject",
    "session",
    "evaluation",
    "pipeline",
    "fold",
    "score",
    "scorer",
    "n_train",
    "n_test",
    "seconds",
    "chosen",
    "seed",
    "error",
)
COLUMNS = (
    *EXPORTED,
    "key",
    "paradigm",
    "peak_memory_mb",
    "versions",
    "ended",
    "settings",
)
_JSON = ("chosen", "versions", "settings")
_TABLES = """
CREATE TABLE IF NOT EXISTS folds (
    key TEXT PRIMARY KEY, dataset TEXT, subject TEXT, session TEXT, evaluation TEXT,
    pipeline TEXT, fold INTEGER, score REAL, scorer TEXT, n_train INTEGER, n_test INTEGER,
    seconds REAL, chosen TEXT, seed INTEGER, error TEXT, paradigm TEXT, peak_memory_mb REAL,
    versions TEXT, ended TEXT, settings TEXT, predictions TEXT, current INTEGER DEFAULT 1
);
CREATE INDEX IF NOT EXISTS slots ON folds (dataset, evaluation, paradigm, pipeline, subject);
CREATE TABLE IF NOT EXISTS plans (key TEXT PRIMARY KEY, plan TEXT);
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER, modified INTEGER, digest TEXT
);
"""


class Results:
    """Folder of results: every fold's score, choice, predictions, or why it failed.

    A fold is *current* when it belongs to the newest settings with which its pipeline was
    evaluated on its subject; older ones are kept, and come back when those settings do.

    Parameters
    ----------
    folder : path
        Where ``results.sqlite`` lies.
    write : bool
        Create the folder if need be, and hold it: a second writer is refused.

    Raises
    ------
    FileNotFoundError
        If there are no results to read.
    ValueError
        If the folder was written by a newer version, or is damaged.
    OSError
        If another run holds the folder, or it cannot be written.
    """

    def __init__(self, folder: str | Path, *, write: bool = False) -> None:
        self.folder = Path(folder).absolute()
        self.path = self.folder / "results.sqlite"
        self._lock: IO[str] | None = None
        if write:
            self._lock = _hold(self.folder)
        elif not self.path.is_file():
            raise FileNotFoundError(
                f"there are no results in {self.folder}; "
                "make some with neurokit evaluate --results DIR"
            )
        try:
            with self._plain_words():
                self._connection = _open(self.path, write)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the folder go."""
        if hasattr(self, "_connection"):
            self._connection.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def add(self, record: Mapping[str, Any]) -> None:
        """Write one fold, whole or not at all; it replaces a record with the same key.

        Parameters
        ----------
        record : mapping
            The columns, with ``predictions`` a dict (``y_true``, ``y_pred``, ``y_score``,
            ``classes``, ``test``) or None; what is missing is null.
        """
        values = {name: record.get(name) for name in (*COLUMNS, "predictions")}
        values["subject"] = str(values["subject"])
        for name in (*_JSON, "predictions"):
            if values[name] is not None:
                values[name] = json.dumps(values[name], default=_plain)
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self._write(f"INSERT OR REPLACE INTO folds ({names}) VALUES ({marks})", values)

    def finished(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose fold has ended with a score."""
        wanted = set(keys)
        rows = self._rows("SELECT key FROM folds WHERE error IS NULL")
        return wanted & {row[0] for row in rows}

    def make_current(self, keys: Iterable[str], **slot: str) -> None:
        """Let exactly these folds be the current ones of a slot.

        Parameters
        ----------
        keys : iterable of str
            Folds of the settings now in use.
        **slot : str
            Columns that say which older folds they stand in for.
        """
        where = " AND ".join(f"{name} = :{name}" for name in slot)
        chosen = json.dumps(sorted(keys))
        self._write(
            "UPDATE folds SET current = key IN (SELECT value FROM json_each(:chosen)) "
            f"WHERE {where}",
            {**slot, "chosen": chosen},
        )

    def frame(self, *, everything: bool = False) -> pd.DataFrame:
        """Read the folds.

        Parameters
        ----------
        everything : bool
            Superseded folds too.

        Returns
        -------
        frame : DataFrame
            One row a fold; ``chosen``, ``versions`` and ``settings`` are dicts, ``error`` is None
            or the traceback.
        """
        import pandas as pd

        where = "" if everything else "WHERE current"
        rows = self._rows(f"SELECT {', '.join(COLUMNS)} FROM folds {where} ORDER BY rowid")
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        for name in _JSON:
            frame[name] = frame[name].map(
                lambda text: json.loads(text) if isinstance(text, str) else {}
            )
        kinds = {"score": float, "seconds": float, "peak_memory_mb": float, "error": object}
        frame = frame.astype(kinds)
        frame["error"] = frame["error"].where(frame["error"].notna(), None)
        return frame

    def predictions(self, key: str) -> dict[str, np.ndarray]:
        """Read what a fold predicted.

        Parameters
        ----------
        key : str
            The fold, a value of the column ``key``.

        Returns
        -------
        predictions : dict
            ``y_true`` and ``y_pred`` (n,), ``y_score`` (n,) or (n, n_classes), ``classes``, and
            ``test``, the epochs' indices; ``y_score`` is missing where the pipeline has none.

        Raises
        ------
        ValueError
            If there is no such fold, or it failed.
        """
        rows = self._rows("SELECT predictions FROM folds WHERE key = ?", (key,))
        if not rows or rows[0][0] is None:
            raise ValueError(
                f"no predictions for the fold {key!r}: it is unknown or failed; "
                "take a key from frame() whose error is None"
            )
        stored = json.loads(rows[0][0])
        return {name: np.asarray(value) for name, value in stored.items() if value is not None}

    def plan(self, key: str) -> dict[str, Any] | None:
        """Read a stored plan: a subject's folds, without loading the subject."""
        rows = self._rows("SELECT plan FROM plans WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else None

    def add_plan(self, key: str, plan: Mapping[str, Any]) -> None:
        """Store a plan."""
        text = json.dumps(plan, default=_plain)
        self._write("INSERT OR REPLACE INTO plans VALUES (:key, :plan)", {"key": key, "plan": text})

    def known_files(self) -> dict[str, tuple[int, int, str]]:
        """Size, time of change in ns and digest of every file that was read before."""
        rows = self._rows("SELECT path, size, modified, digest FROM files")
        return {path: (size, modified, digest) for path, size, modified, digest in rows}

    def add_file(self, path: str, size: int, modified: int, digest: str) -> None:
        """Remember a file's digest."""
        values = {"path": path, "size": size, "modified": modified, "digest": digest}
        self._write(
            "INSERT OR REPLACE INTO files VALUES (:path, :size, :modified, :digest)", values
        )

    def _rows(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with self._plain_words():
            return self._connection.execute(query, values).fetchall()

    def _write(self, query: str, values: Mapping[str, Any]) -> None:
        with self._plain_words(), self._connection:
            self._connection.execute(query, values)

    @contextmanager
    def _plain_words(self) -> Iterator[None]:
        """Say in one sentence what SQLite says in its own words."""
        with plain_words(
            self.path,
            full="what was finished is kept: make room and run the same line again",
            elsewhere="give another folder with --results",
        ):
            yield


def _open(path: Path, write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30) if write else open_read_only(path)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > FORMAT:
        connection.close()
        raise ValueError(
            f"{path.parent} was written by a newer neurokit (format {found}, this one knows "
            f"{FORMAT}); upgrade with pip install -U neurokit-bci, or give another folder"
        )
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_TABLES)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    return connection


def _hold(folder: Path) -> IO[str]:
    """Take the folder's lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return hold(folder / "results.lock")
    except Held as held:
        raise BlockingIOError(
            f"{folder} is in use by another run (process {held.owner}); "
            "wait until it ends, or give another folder with --results"
        ) from None
    except OSError as error:
        raise type(error)(
            f"{folder} cannot be written ({error.strerror}); give another folder with --results"
        ) from error


def _plain(value: Any) -> Any:
    """Write what JSON lacks: arrays and NumPy scalars as they are, the rest by its text."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)

"""Erase a patient: from the database and its free pages, and every file that knows of them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from neurokit.live.recording_process import unfinished

if TYPE_CHECKING:
    from neurokit.patients.workspace import Workspace

LOG = "erased.log"
# of the window's state, what tells nothing of a patient
_HARMLESS = ("settings",)


@dataclass(frozen=True)
class Erased:
    """What was erased: how many visits, runs and files."""

    visits: int
    runs: int
    files: int


def erase(workspace: Workspace, patient_id: int) -> Erased:
    """Erase a patient; it cannot be undone, and reaches no backup that lies elsewhere.

    Files go first and the rows last: where it breaks off, the patient is still there to be erased
    again.

    Raises
    ------
    ValueError
        If there is no such patient, or one of their recordings runs.
    OSError
        If another program reads the workspace, or a file cannot be removed.
    """
    workspace.require_writable()
    patient = workspace.patient(patient_id)
    _require_idle(workspace, patient.pseudonym)
    # what an open reader holds of the old pages could not be overwritten
    _checkpoint(workspace)
    runs = len(workspace.runs_of(patient_id))
    files = sum(_remove(path) for path in _places(workspace, patient_id, patient.pseudonym))
    for path in (workspace.folder / "logs").rglob("*"):
        _without_lines(path, _named(patient.pseudonym))
    for path in (workspace.folder / "bids").glob("*.tsv"):
        _without_lines(path, _named(patient.pseudonym))
    state = workspace.load_state() or {}
    kept = json.dumps({name: value for name, value in state.items() if name in _HARMLESS})
    with workspace.transaction() as connection:
        connection.execute("DELETE FROM patients WHERE id = ?", (patient_id,))
        connection.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (kept,))
    with workspace.plain_words():
        workspace.connection.execute("VACUUM")
    _checkpoint(workspace)
    erased = Erased(patient.n_visits, runs, files)
    _log(workspace.folder / "logs" / LOG, erased)
    return erased


def _require_idle(workspace: Workspace, pseudonym: str) -> None:
    folder = workspace.folder / "recordings" / pseudonym
    dead = {each.sidecar for each in unfinished(folder)}
    if set(folder.rglob("*.recording")) - dead:
        raise ValueError(f"a recording of {pseudonym} is running; stop it, and erase then")


def _checkpoint(workspace: Workspace) -> None:
    """Bring all pages into the database, and empty the file beside it."""
    with workspace.plain_words():
        busy = workspace.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise OSError(
            f"another program reads the workspace {workspace.folder}; close it, and erase then"
        )


def _places(workspace: Workspace, patient_id: int, pseudonym: str) -> Iterator[Path]:
    """Everything on the disk that is the patient's, or may be."""
    folder = workspace.folder
    for name in ("recordings", "models", "reports"):
        yield folder / name / pseudonym
    for run in workspace.runs_of(patient_id):
        yield from run.path.parent.glob(f"{run.path.stem}.*")
    for model in workspace.models(patient_id):
        yield model.path
    named = _named(pseudonym)
    for name in ("bids", "reports", "models", "logs"):
        for path in sorted((folder / name).rglob("*")):
            if named.search(path.name):
                yield path
    for path in (folder / "reports").glob("*"):
        if path.is_file() and named.search(path.read_text(encoding="utf-8", errors="replace")):
            yield path
    # a cache is filed by content, and made again from what is still there
    yield from (folder / "cache").glob("*")


def _named(pseudonym: str) -> re.Pattern[str]:
    """The pseudonym as it is, and as BIDS writes it, where it stands for itself."""
    letters = "-?".join(re.escape(part) for part in pseudonym.split("-"))
    return re.compile(rf"(?<![A-Za-z0-9])(?:sub-)?{letters}(?![A-Za-z0-9])", re.IGNORECASE)


def _remove(path: Path) -> int:
    """Remove a file or a folder; returns how many files went."""
    if path.is_dir() and not path.is_symlink():
        files = sum(each.is_file() for each in path.rglob("*"))
        shutil.rmtree(path)
        return files
    found = path.is_file() or path.is_symlink()
    path.unlink(missing_ok=True)
    return int(found)


def _without_lines(path: Path, named: re.Pattern[str]) -> None:
    """Take the lines out of a text that name the patient."""
    if not path.is_file():
        return
    # in place: what a logger holds open stays its file
    with path.open("r+", encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = file.readlines()
        kept = [line for line in lines if not named.search(line)]
        if len(kept) < len(lines):
            file.seek(0)
            file.writelines(kept)
            file.truncate()


def _log(path: Path, erased: Erased) -> None:
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with path.open("a", encoding="utf-8") as file:
        file.write(
            f"{moment} a patient was erased: {erased.visits} visits, {erased.runs} runs, "
            f"{erased.files} files\n"
        )

"""A workspace or a patient in one file: the backup, and the export that tells nobody's identity."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit import __version__
from neurokit.patients.records import Run, Training, Visit
from neurokit.patients.workspace_schema import DATABASE

if TYPE_CHECKING:
    from neurokit.patients.workspace import Workspace

Progress = Callable[[float, str], None]
# made again from what is kept, or good for one process only
_PASSING = (".ring", ".recording", ".part", ".lock", "-wal", "-shm")
# of an attempt, what tells nothing of a person
_OUTCOME = (
    "pipeline", "score", "low", "high", "chance", "chance_low", "chance_high", "majority",
    "n_trials", "confusion", "seconds", "split", "classes",
)  # fmt: skip
_REMARKS = re.compile(
    r"run/(start|end)|baseline|fixation|imagery/end|pause|continue|stall|resume after [\d.]+ s"
    r"|repeat \d+|BAD_gap"
)
_README = """A patient of a workspace of neurokit, without identity.

patient.json    handedness, side of the lesion, visits, runs, trials, results of training, clinical
                scores. Days count from the first visit.
recordings/     the runs, as FIF files that MNE-Python reads; cues are annotations.

The pseudonym, dates, notes, names of devices and models are left out. Only the clinic that made
this file can say whom the code {code} means, and only if it noted it down.
"""


def backup(folder: str | Path, path: str | Path, *, progress: Progress | None = None) -> Path:
    """Copy a workspace into one zip file, whole or not at all; a window may be working on it.

    Parameters
    ----------
    folder : path-like
        The workspace.
    path : path-like
        The zip file to make; one that is there is not replaced.
    progress : callable, optional
        Is told how far it is.

    Returns
    -------
    path : Path
        The file, read back and found whole.

    Raises
    ------
    FileExistsError
        If there is such a file.
    ValueError
        If it would lie inside the workspace.
    """
    from neurokit.patients.workspace import Workspace

    folder = Path(folder).absolute()
    tell = progress or (lambda _fraction, _text: None)
    with Workspace(folder, read_only=True) as workspace, _new_zip(path, folder) as archive:
        files = list(_kept(folder))
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(temporary, DATABASE)
            _copy_database(workspace, copy)
            archive.write(copy, DATABASE)
        for number, file in enumerate(files):
            tell(number / len(files), file.name)
            archive.write(file, file.relative_to(folder).as_posix())
    return Path(path)


def _kept(folder: Path) -> Iterator[Path]:
    """Files of a workspace that a backup holds, the database aside."""
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        passing = file.name.endswith(_PASSING) or inside.parts[0] in ("cache", DATABASE)
        if file.is_file() and not file.is_symlink() and not passing:
            yield file


def _copy_database(workspace: Workspace, path: Path) -> None:
    """Copy the database as it stands at one moment."""
    import sqlite3

    target = sqlite3.connect(path)
    try:
        with workspace.plain_words():
            workspace.connection.backup(target)
    finally:
        target.close()


def export_patient(
    folder: str | Path,
    patient_id: int,
    path: str | Path,
    *,
    progress: Progress | None = None,
) -> Path:
    """Copy a patient's recordings and results into one zip file that does not say whose they are.

    Parameters
    ----------
    folder : path-like
        The workspace.
    patient_id : int
        The patient.
    path : path-like
        The zip file to make; one that is there is not replaced.
    progress : callable, optional
        Is told how far it is.

    Returns
    -------
    path : Path
    """
    from neurokit.patients.workspace import Workspace

    folder = Path(folder).absolute()
    tell = progress or (lambda _fraction, _text: None)
    code = secrets.token_hex(4)
    with Workspace(folder, read_only=True) as workspace, _new_zip(path, folder) as archive:
        archive.writestr("README.txt", _README.format(code=code))
        runs = [(visit, run) for visit in workspace.visits(patient_id)
                for run in workspace.runs(visit.id)]  # fmt: skip
        lost = set()
        for number, (visit, run) in enumerate(runs):
            tell(number / len(runs), f"run {number + 1} of {len(runs)}")
            with tempfile.TemporaryDirectory() as temporary:
                try:
                    archive.write(_anonymous(run, Path(temporary)), _file_of(visit, run))
                except (ValueError, FileNotFoundError):
                    # one torn recording is no reason to keep all others
                    lost.add(run.id)
        told = _patient(workspace, patient_id, code, lost)
        archive.writestr("patient.json", json.dumps(told, indent=1))
    return Path(path)


def _patient(workspace: Workspace, patient_id: int, code: str, lost: set[int]) -> dict[str, Any]:
    """What the export tells of a patient."""
    patient = workspace.patient(patient_id)
    visits, scores = workspace.visits(patient_id), workspace.scores(patient_id)
    first = min(
        [visit.started for visit in visits] + [score.when for score in scores], default=None
    )

    def day(when: datetime) -> int:
        return 0 if first is None else (when.date() - first.date()).days

    return {
        "format": 1,
        "code": code,
        "neurokit": __version__,
        "handedness": patient.handedness,
        "lesion_side": patient.lesion_side,
        "visits": [
            {
                "number": visit.number,
                "day": day(visit.started),
                "runs": [_run(visit, run, lost) for run in workspace.runs(visit.id)],
                "trainings": [_outcome(each) for each in workspace.trainings(visit.id)],
            }
            for visit in visits
        ],
        "scores": [
            {"scale": each.scale, "value": each.value, "day": day(each.when)} for each in scores
        ],
    }


def _run(visit: Visit, run: Run, lost: set[int]) -> dict[str, Any]:
    return {
        "number": run.number,
        "kind": run.kind,
        "seconds": run.seconds,
        # null where it could not be read
        "recording": None if run.id in lost else _file_of(visit, run),
        "protocol": None if run.protocol is None else run.protocol.model_dump(),
        "trials": [asdict(trial) for trial in run.trials],
        "score": run.settings.get("score"),
        "neurokit": run.version,
    }


def _outcome(training: Training) -> dict[str, Any]:
    return {name: training.attempt[name] for name in _OUTCOME if name in training.attempt}


def _file_of(visit: Visit, run: Run) -> str:
    return f"recordings/visit-{visit.number:02d}/run-{run.number:02d}-{run.kind}_raw.fif"


def _anonymous(run: Run, folder: Path) -> Path:
    """Write a run as FIF, with its cues and without anything else that was written into it."""
    from neurokit.patients.runs import read_run

    raw = read_run(run.path)
    labels = {trial.label for trial in run.trials}
    told = [str(text) for text in raw.annotations.description]
    strange = [
        place
        for place, text in enumerate(told)
        if text.removeprefix("void: ") not in labels and not _REMARKS.fullmatch(text)
    ]
    raw.annotations.delete(strange)
    raw.anonymize(verbose="error")
    path = folder / "run_raw.fif"
    raw.save(path, fmt="double", verbose="error")
    return path


@contextmanager
def _new_zip(path: str | Path, folder: Path) -> Iterator[zipfile.ZipFile]:
    """Make a zip file, whole or not at all."""
    target = Path(path).absolute()
    if target.exists():
        raise FileExistsError(f"{target} is there already; choose another name")
    if target.is_relative_to(folder):
        raise ValueError(f"{target} lies inside the workspace; choose a place outside of it")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            yield archive
        _check(part)
        part.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(
                f"the disk under {target.parent} is full; choose another disk for {target.name}"
            ) from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _check(path: Path) -> None:
    """Read a zip file back, and let it last."""
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
    if broken is not None:
        raise OSError(f"{broken} came back damaged from {path.parent}; choose another disk")
    with open(path, "rb") as file:
        os.fsync(file.fileno())

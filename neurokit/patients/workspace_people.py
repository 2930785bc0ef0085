"""Patients, their visits and the runs of a visit, in the workspace's database."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from neurokit import __version__
from neurokit.patients.records import (
    CHOICES,
    KINDS,
    Patient,
    Run,
    Trial,
    Visit,
    now_text,
    patient_of,
    to_json,
    to_text,
    to_time,
    trial_of,
    visit_of,
)
from neurokit.patients.workspace_store import Store, insert
from neurokit.visits.protocol import GrazProtocol

# no vowels: a pseudonym is never a word
_LETTERS, _DIGITS = "BCDFGHJKLMNPRSTVWXZ", "0123456789"
_PATIENTS = """
SELECT patients.*, COUNT(visits.id) AS n_visits, MAX(visits.started) AS last_visit
FROM patients LEFT JOIN visits ON visits.patient_id = patients.id
"""


class People(Store):
    """Who came when, and what was recorded."""

    # patients

    def patients(self, search: str = "", *, archived: bool = False) -> list[Patient]:
        """Patients whose pseudonym or note contains every word of ``search``, the latest first."""
        words = search.casefold().split()
        rows = self.rows(f"{_PATIENTS} GROUP BY patients.id ORDER BY COALESCE(last_visit, created)")
        found = [patient_of(row) for row in reversed(rows)]
        return [
            patient
            for patient in found
            if patient.archived <= archived
            and all(word in f"{patient.pseudonym} {patient.note}".casefold() for word in words)
        ]

    def patient(self, patient_id: int) -> Patient:
        """One patient."""
        query = f"{_PATIENTS} WHERE patients.id = ? GROUP BY patients.id"
        return patient_of(self.one("patient", patient_id, query))

    def find_patient(self, pseudonym: str) -> Patient:
        """Patient with a pseudonym, whatever its case."""
        for patient in self.patients(archived=True):
            if patient.pseudonym.casefold() == pseudonym.casefold():
                return patient
        raise ValueError(
            f"the workspace {self.folder} has no patient {pseudonym}; "
            f"neurokit patients list {self.folder} says who there is"
        )

    def add_patient(self, pseudonym: str | None = None, **fields: Any) -> Patient:
        """Add a patient; the pseudonym is made by chance if none is given.

        Parameters
        ----------
        pseudonym : str, optional
            Letters, digits and dashes; never the person's name.
        **fields
            ``consent``, ``handedness``, ``lesion_side``, ``note``.

        Raises
        ------
        ValueError
            If the pseudonym is taken or cannot stand in a file's name, or a field is unknown.
        """
        known = {patient.pseudonym.casefold() for patient in self.patients(archived=True)}
        while not pseudonym:
            made = _made_pseudonym()
            pseudonym = None if made.casefold() in known else made
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?", pseudonym):
            raise ValueError(
                f"a pseudonym has up to 32 letters, digits and dashes, got {pseudonym!r}; "
                "leave it empty and one is made"
            )
        plain = pseudonym.replace("-", "").casefold()
        if plain in {name.replace("-", "") for name in known}:
            raise ValueError(f"there is a patient {pseudonym} already; choose another pseudonym")
        values = _checked({"note": "", **dict.fromkeys(CHOICES, "unknown"), **fields})
        values |= {"pseudonym": pseudonym, "created": now_text()}
        return self.patient(self.insert("patients", values))

    def update_patient(self, patient_id: int, **fields: Any) -> Patient:
        """Change a patient's fields; the pseudonym stays, since files bear it."""
        self.patient(patient_id)
        self.update("patients", patient_id, _checked(fields))
        return self.patient(patient_id)

    # visits

    def visits(self, patient_id: int) -> list[Visit]:
        """A patient's visits, the first one first."""
        rows = self.rows("SELECT * FROM visits WHERE patient_id = ? ORDER BY number", patient_id)
        return [visit_of(row) for row in rows]

    def visit(self, visit_id: int) -> Visit:
        """One visit."""
        return visit_of(self.one("visit", visit_id, "SELECT * FROM visits WHERE id = ?"))

    def open_visit(self, patient_id: int, *, when: datetime | None = None) -> Visit:
        """Today's visit, or a new one; ``when`` opens one of another day, for what is imported."""
        self.patient(patient_id)
        started = to_text(when)
        visits = self.visits(patient_id)
        for visit in visits:
            if visit.started.date() == to_time(started).date():
                return visit
        number = visits[-1].number + 1 if visits else 1
        values = {"patient_id": patient_id, "number": number, "started": started}
        return self.visit(self.insert("visits", values))

    def same_as_last_time(self, patient_id: int) -> dict[str, Any]:
        """What the last visit with a run was made with.

        Returns
        -------
        settings : dict
            As far as they are known: ``source``, ``protocol``, ``features``, ``pipelines``,
            ``online``. Fields of the window's state, as plain values.
        """
        rows = self.rows(
            "SELECT visits.settings, runs.source, runs.protocol FROM visits "
            "LEFT JOIN runs ON runs.visit_id = visits.id WHERE visits.patient_id = ? "
            "AND (runs.id IS NOT NULL OR visits.settings != '{}') "
            "ORDER BY runs.id IS NULL, visits.number DESC, runs.number DESC LIMIT 1",
            patient_id,
        )
        if not rows:
            return {}
        row = rows[0]
        run = {"source": row["source"], "protocol": row["protocol"] and json.loads(row["protocol"])}
        return {key: value for key, value in run.items() if value} | json.loads(row["settings"])

    # runs

    def new_recording_path(self, visit_id: int, kind: str) -> Path:
        """Where the next recording of a visit goes; its folder is made."""
        _require_kind(kind)
        visit = self.visit(visit_id)
        name = self.patient(visit.patient_id).pseudonym
        folder = self.folder / "recordings" / name / f"visit-{visit.number:02d}"
        self.require_writable()
        folder.mkdir(parents=True, exist_ok=True)
        taken = [_number(path.name) for path in folder.iterdir()]
        taken += [run.number for run in self.runs(visit_id)]
        return folder / f"run-{max(taken, default=0) + 1:02d}-{kind}.xdf"

    def add_run(
        self,
        visit_id: int,
        path: str | Path,
        *,
        kind: str = "calibration",
        protocol: GrazProtocol | None = None,
        trials: Iterable[Trial] = (),
        source: str | None = None,
        settings: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        started: datetime | None = None,
    ) -> Run:
        """Add a recording to a visit, with its trials, whole or not at all.

        Parameters
        ----------
        visit_id : int
            The visit.
        path : path-like
            The recording, inside the workspace.
        kind : {"calibration", "online", "imported"}
            What it is.
        protocol : GrazProtocol, optional
            What was asked of the patient.
        trials : iterable of Trial
            What happened.
        source : str, optional
            Address of the source; the sidecar's by default.
        settings : mapping, optional
            Anything else that JSON can hold.
        seconds : float, optional
            Length; by default what the sidecar says.
        started : datetime, optional
            When it began; by default so long ago as it lasted.
        """
        _require_kind(kind)
        inside = self.inside(path)
        told = _sidecar(Path(path))
        taken = [run.number for run in self.runs(visit_id)]
        number = _number(inside.name)
        if seconds is None:
            seconds = told.get("seconds", 0.0)
        values = {
            "visit_id": self.visit(visit_id).id,
            "number": number if number and number not in taken else max(taken, default=0) + 1,
            "kind": kind,
            "path": inside.as_posix(),
            "started": to_text(started or datetime.now() - timedelta(seconds=seconds)),
            "seconds": seconds,
            "protocol": None if protocol is None else protocol.model_dump_json(),
            "settings": to_json(settings or {}),
            "source": told.get("source", "") if source is None else source,
            "version": __version__,
        }
        with self.transaction() as connection:
            run_id = insert(connection, "runs", values)
            for trial in trials:
                row = asdict(trial) | {"run_id": run_id, "flags": json.dumps(trial.flags)}
                insert(connection, "trials", row)
        return self.run(run_id)

    def run(self, run_id: int) -> Run:
        """One run."""
        self.one("run", run_id, "SELECT id FROM runs WHERE id = ?")
        (run,) = self._runs("runs.id = ?", run_id)
        return run

    def runs(self, visit_id: int) -> list[Run]:
        """Runs of a visit, the first one first."""
        return self._runs("visit_id = ?", visit_id)

    def runs_of(self, patient_id: int) -> list[Run]:
        """Runs of all visits of a patient, the first one first."""
        return self._runs("patient_id = ?", patient_id)

    def set_rejected(self, run_id: int, numbers: Iterable[int]) -> None:
        """Leave exactly these trials of a run out."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE trials SET rejected = number IN (SELECT value FROM json_each(?)) "
                "WHERE run_id = ?",
                (json.dumps(sorted(numbers)), run_id),
            )

    def _runs(self, where: str, value: int) -> list[Run]:
        """Runs with their trials, in two queries however many they are."""
        some = f"FROM runs JOIN visits ON visits.id = visit_id WHERE {where}"
        trials: dict[int, list[Trial]] = {}
        query = f"SELECT * FROM trials WHERE run_id IN (SELECT runs.id {some}) ORDER BY id"
        for row in self.rows(query, value):
            trials.setdefault(row["run_id"], []).append(trial_of(row))
        rows = self.rows(f"SELECT runs.* {some} ORDER BY visits.number, runs.number", value)
        return [self._run(row, tuple(trials.get(row["id"], ()))) for row in rows]

    def _run(self, row: sqlite3.Row, trials: tuple[Trial, ...]) -> Run:
        protocol = row["protocol"]
        return Run(
            id=row["id"],
            visit_id=row["visit_id"],
            number=row["number"],
            kind=row["kind"],
            path=self.folder / row["path"],
            started=to_time(row["started"]),
            seconds=row["seconds"],
            protocol=None if protocol is None else _protocol(protocol),
            trials=trials,
            settings=json.loads(row["settings"]),
            source=row["source"],
            version=row["version"],
        )

    def inside(self, path: str | Path) -> Path:
        """Path relative to the folder."""
        path = Path(path)
        whole = path if path.is_absolute() else self.folder / path
        try:
            return whole.resolve().relative_to(self.folder.resolve())
        except ValueError:
            raise ValueError(
                f"{path} lies outside the workspace {self.folder}; import it, or move it inside"
            ) from None


@lru_cache(maxsize=64)
def _protocol(text: str) -> GrazProtocol:
    """A protocol from JSON; the runs of a patient are mostly of one."""
    return GrazProtocol.model_validate_json(text)


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"a run is one of {', '.join(KINDS)}, got {kind!r}")


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a patient that may be written, with the time of consent."""
    for name, value in fields.items():
        if name not in (*CHOICES, "note", "archived"):
            known = ", ".join((*CHOICES, "note", "archived"))
            raise ValueError(f"a patient has no field {name}; there are {known}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, got {value!r}")
    decided = fields.get("consent", "unknown") != "unknown"
    return dict(fields) | ({"consent_when": now_text()} if decided else {})


def _made_pseudonym() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(2))
    return f"{letters}-{''.join(secrets.choice(_DIGITS) for _ in range(4))}"


def _number(name: str) -> int:
    """Number of a run in the name of its file, 0 where it has none."""
    match = re.match(r"run-(\d+)-", name)
    return int(match[1]) if match else 0


def _sidecar(path: Path) -> dict[str, Any]:
    """Length and source of a recording, as far as its sidecar tells them."""
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        source, written = told["source"], told["status"]["written"]
        return {"seconds": written / source["sfreq"], "source": source["name"]}
    except (OSError, ValueError, KeyError, ZeroDivisionError):
        return {}

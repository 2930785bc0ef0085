"""A folder of patients, visits, runs, trainings, models and notes, and one window that writes it.

Paths are kept relative to the folder, so that it may be moved. ``archive``, ``importing`` and
``erasure`` take whole patients in and out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit.patients.records import (
    ClinicalScore,
    Model,
    Note,
    Patient,
    Run,
    Training,
    TrendPoint,
    Trial,
    Visit,
    feedback_point,
    midnight,
    note_of,
    now_text,
    score_of,
    to_json,
    to_text,
    to_time,
    training_of,
    trend_point,
)
from neurokit.patients.workspace_people import People

if TYPE_CHECKING:
    import pandas as pd

    from neurokit.patients.erasure import Erased
    from neurokit.patients.importing import Converted

__all__ = [
    "ClinicalScore", "Model", "Note", "Patient", "Run", "Training", "TrendPoint", "Trial", "Visit",
    "Workspace",
]  # fmt: skip

# what 'same as last time' brings back
REPEATED = ("source", "protocol", "features", "pipelines", "online")

# what the window's state names by its number
_NUMBERED = {"patient": "patients", "visit": "visits", "attempt": "trainings", "model": "models"}


class Workspace(People):
    """The clinic's folder: who came when, what was recorded, trained and noted.

    The parameters, and what is refused, are those of `neurokit.patients.workspace_store.Store`.
    """

    # trainings and models

    def add_training(self, visit_id: int, attempt: Mapping[str, Any]) -> int:
        """Keep an attempt to train; returns its number."""
        values = {"visit_id": self.visit(visit_id).id, "created": now_text()}
        return self.insert("trainings", values | {"attempt": to_json(attempt)})

    def training(self, training_id: int) -> Training:
        """One attempt."""
        return training_of(
            self.one("training", training_id, "SELECT * FROM trainings WHERE id = ?")
        )

    def trainings(self, visit_id: int, *, deleted: bool = False) -> list[Training]:
        """Attempts of a visit, the oldest first; those that were deleted if they are asked for."""
        query = "SELECT * FROM trainings WHERE visit_id = ? AND deleted <= ? ORDER BY id"
        return [training_of(row) for row in self.rows(query, visit_id, deleted)]

    def update_training(
        self,
        training_id: int,
        *,
        note: str | None = None,
        pinned: bool | None = None,
        deleted: bool | None = None,
    ) -> Training:
        """Note something of an attempt, pin it, or delete it (and take that back)."""
        asked = {"note": note, "pinned": pinned, "deleted": deleted}
        given = {name: value for name, value in asked.items() if value is not None}
        self.update("trainings", training_id, given)
        return self.training(training_id)

    def new_model_path(self, training_id: int) -> Path:
        """Where the model of an attempt goes; its folder is made."""
        visit = self.visit(self.training(training_id).visit_id)
        self.require_writable()
        folder = self.folder / "models" / self.patient(visit.patient_id).pseudonym
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"visit-{visit.number:02d}-training-{training_id}.skops"

    def add_model(
        self, training_id: int, path: str | Path, fingerprint: str, name: str = ""
    ) -> Model:
        """Keep where the model of an attempt lies, inside the workspace."""
        training = self.training(training_id)
        values = {
            "training_id": training_id,
            "path": self.inside(path).as_posix(),
            "fingerprint": fingerprint,
            "name": name or str(training.attempt.get("pipeline", "model")),
            "created": now_text(),
        }
        return self.model(self.insert("models", values))

    def model(self, model_id: int) -> Model:
        """One model."""
        return self._model(self.one("model", model_id, "SELECT * FROM models WHERE id = ?"))

    def models(self, patient_id: int) -> list[Model]:
        """Models of a patient, the oldest first."""
        rows = self.rows(
            "SELECT models.* FROM models JOIN trainings ON trainings.id = training_id "
            "JOIN visits ON visits.id = visit_id WHERE patient_id = ? ORDER BY models.id",
            patient_id,
        )
        return [self._model(row) for row in rows]

    def _model(self, row: sqlite3.Row) -> Model:
        path, created = self.folder / row["path"], to_time(row["created"])
        return Model(**{**dict(row), "path": path, "created": created})

    # how it went

    def chosen_training(self, visit_id: int) -> Training | None:
        """The attempt that stands for a visit: pinned, or else with a model, or else the last.

        Never the best one: the best of many attempts flatters.
        """
        query = (
            "SELECT trainings.* FROM trainings LEFT JOIN models ON training_id = trainings.id "
            "WHERE visit_id = ? AND NOT deleted AND json_extract(attempt, '$.score') IS NOT NULL "
            "ORDER BY pinned DESC, models.id IS NOT NULL DESC, models.id DESC, trainings.id DESC "
            "LIMIT 1"
        )
        rows = self.rows(query, visit_id)
        return training_of(rows[0]) if rows else None

    def trend_points(self, patient_id: int) -> list[TrendPoint]:
        """How well the chosen attempt of each visit decided, the first visit first."""
        chosen = [(visit, self.chosen_training(visit.id)) for visit in self.visits(patient_id)]
        return [trend_point(visit, training) for visit, training in chosen if training]

    def feedback_points(self, patient_id: int) -> list[TrendPoint]:
        """How well the online runs of each visit decided, together, the first visit first."""
        from neurokit.live.online_score import pool

        query = (
            "SELECT json_extract(runs.settings, '$.score') AS score FROM runs WHERE visit_id = ? "
            "AND kind = 'online' AND score IS NOT NULL ORDER BY number"
        )
        points = []
        for visit in self.visits(patient_id):
            told = [json.loads(row["score"]) for row in self.rows(query, visit.id)]
            if told and (found := pool(told)) is not None:
                points.append(feedback_point(visit, found))
        return points

    def trend(self, patient_id: int) -> pd.DataFrame:
        """`trend_points` as a table, a row a visit."""
        import pandas as pd

        names = [each.name for each in fields(TrendPoint)]
        return pd.DataFrame([asdict(each) for each in self.trend_points(patient_id)], columns=names)

    # notes and clinical scores

    def note(self, visit_id: int, text: str, when: datetime | None = None) -> Note:
        """Write a note of a visit."""
        values = {"visit_id": self.visit(visit_id).id, "text": text, "when": to_text(when)}
        number = self.insert("notes", values)
        return note_of(self.one("note", number, "SELECT * FROM notes WHERE id = ?"))

    def notes(self, visit_id: int) -> list[Note]:
        """Notes of a visit, in the order of time."""
        rows = self.rows('SELECT * FROM notes WHERE visit_id = ? ORDER BY "when", id', visit_id)
        return [note_of(row) for row in rows]

    def add_score(
        self, patient_id: int, scale: str, value: float, when: datetime | None = None
    ) -> ClinicalScore:
        """Keep a value on a clinical scale."""
        if not scale.strip():
            raise ValueError("a clinical score needs the name of its scale, such as FMA-UE")
        values = {"patient_id": self.patient(patient_id).id, "scale": scale.strip()}
        number = self.insert("scores", values | {"value": float(value), "when": to_text(when)})
        return score_of(self.one("score", number, "SELECT * FROM scores WHERE id = ?"))

    def remove_note(self, note_id: int) -> None:
        """Take a note away."""
        self.delete("notes", note_id)

    def remove_score(self, score_id: int) -> None:
        """Take a clinical score away."""
        self.delete("scores", score_id)

    def restore_score(self, score: ClinicalScore) -> None:
        """Bring a clinical score back as it was."""
        self.insert("scores", asdict(score) | {"when": to_text(score.when)})

    def scores(self, patient_id: int) -> list[ClinicalScore]:
        """Clinical scores of a patient, in the order of time."""
        rows = self.rows(
            'SELECT * FROM scores WHERE patient_id = ? ORDER BY "when", id', patient_id
        )
        return [score_of(row) for row in rows]

    # the window

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Keep the window's state, and with today's visit what it is made with."""
        if self.read_only:
            return
        visit = state.get("visit")
        settings = {name: state[name] for name in REPEATED if name in state}
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (to_json(state),))
            # an old visit that is only looked at keeps its own
            connection.execute(
                "UPDATE visits SET settings = ? WHERE id = ? AND started >= ?",
                (to_json(settings), visit, to_text(midnight())),
            )

    def load_state(self) -> dict[str, Any] | None:
        """Give back the window's state as it was kept last, without what is no longer there."""
        rows = self.rows("SELECT state FROM state")
        if not rows:
            return None
        state: dict[str, Any] = json.loads(rows[0]["state"])
        for name, table in _NUMBERED.items():
            there = {row["id"] for row in self.rows(f"SELECT id FROM {table}")}
            if state.get(name) is not None and state[name] not in there:
                del state[name]
        if "runs" in state:
            there = {row["id"] for row in self.rows("SELECT id FROM runs")}
            state["runs"] = [number for number in state["runs"] if number in there]
        return state

    # whole patients and the whole folder

    def import_recording(
        self,
        visit_id: int,
        path: str | Path,
        events: Mapping[str, str] | None = None,
        *,
        units: str | None = None,
    ) -> Run:
        """Copy an old recording into a visit; see `neurokit.patients.importing.convert_recording`.

        Parameters
        ----------
        visit_id : int
            The visit.
        path : path-like
            The recording.
        events : mapping, optional
            Class of each event that is a cue.
        units : str, optional
            What the file's numbers are, where it does not say.
        """
        from neurokit.patients.importing import convert_recording

        target = self.new_recording_path(visit_id, "imported")
        return self.add_imported(visit_id, convert_recording(path, target, events, units=units))

    def add_imported(self, visit_id: int, converted: Converted) -> Run:
        """Add a recording that was converted, unless the patient has it already."""
        for run in self.runs_of(self.visit(visit_id).patient_id):
            if run.settings.get("sha256") == converted.sha256:
                converted.path.unlink(missing_ok=True)
                converted.path.with_suffix(".json").unlink(missing_ok=True)
                visit = self.visit(run.visit_id)
                raise ValueError(
                    f"this recording is there already: run {run.number} of visit {visit.number}"
                )
        return self.add_run(
            visit_id,
            converted.path,
            kind="imported",
            trials=converted.trials,
            source="imported",
            settings={"sha256": converted.sha256, "format": converted.format},
            seconds=converted.seconds,
        )

    def backup(self, path: str | Path) -> Path:
        """Copy the workspace into one zip file; see `neurokit.patients.archive.backup`."""
        from neurokit.patients.archive import backup

        return backup(self.folder, path)

    def export(self, patient_id: int, path: str | Path) -> Path:
        """Copy a patient without identity; see `neurokit.patients.archive.export_patient`."""
        from neurokit.patients.archive import export_patient

        return export_patient(self.folder, patient_id, path)

    def erase(self, patient_id: int) -> Erased:
        """Erase every trace of a patient; see `neurokit.patients.erasure.erase`."""
        from neurokit.patients.erasure import erase

        return erase(self, patient_id)

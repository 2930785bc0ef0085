"""What a workspace holds: patients, visits, runs, trials, trainings, models, notes, scores."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from neurokit.visits.protocol import GrazProtocol

if TYPE_CHECKING:
    from neurokit.live.online_score import Score

Consent = Literal["unknown", "given", "refused", "withdrawn"]
Side = Literal["unknown", "none", "left", "right", "both"]
Handedness = Literal["unknown", "right", "left", "both"]
RunKind = Literal["calibration", "online", "imported"]
# what a patient's fields may be
CHOICES: dict[str, tuple[str, ...]] = {
    "consent": ("unknown", "given", "refused", "withdrawn"),
    "handedness": ("unknown", "right", "left", "both"),
    "lesion_side": ("unknown", "none", "left", "right", "both"),
}
KINDS = ("calibration", "online", "imported")


@dataclass(frozen=True)
class Patient:
    """A person under a pseudonym; ``consent_when`` is when consent was last given or changed."""

    id: int
    pseudonym: str
    created: datetime
    consent: str = "unknown"
    consent_when: datetime | None = None
    handedness: str = "unknown"
    lesion_side: str = "unknown"
    note: str = ""
    archived: bool = False
    n_visits: int = 0
    last_visit: datetime | None = None


@dataclass(frozen=True)
class Visit:
    """A day with a patient, the first one has number 1."""

    id: int
    patient_id: int
    number: int
    started: datetime
    note: str = ""


@dataclass(frozen=True)
class Trial:
    """A cue that was shown: its times are in seconds of the recording's clock."""

    number: int
    label: str
    planned: float
    actual: float | None = None
    late: bool = False
    rejected: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A recording of a visit, and what happened in it."""

    id: int
    visit_id: int
    number: int
    kind: str
    path: Path
    started: datetime
    seconds: float
    protocol: GrazProtocol | None
    trials: tuple[Trial, ...]
    settings: dict[str, Any]
    source: str
    version: str


@dataclass(frozen=True)
class Training:
    """An attempt to train, as ``neurokit.visits.training`` tells it."""

    id: int
    visit_id: int
    created: datetime
    attempt: dict[str, Any]
    note: str = ""
    pinned: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Model:
    """A trained pipeline on the disk, known by the SHA-256 of its file."""

    id: int
    training_id: int
    path: Path
    fingerprint: str
    name: str
    created: datetime


@dataclass(frozen=True)
class Note:
    """What somebody wrote during a visit."""

    id: int
    visit_id: int
    text: str
    when: datetime


@dataclass(frozen=True)
class ClinicalScore:
    """A patient's value on a clinical scale on a day."""

    id: int
    patient_id: int
    scale: str
    value: float
    when: datetime


@dataclass(frozen=True)
class TrendPoint:
    """How well a visit's chosen attempt or its feedback decided: shares from 0 to 1.

    ``low`` and ``high`` bound the 95 % interval, ``chance_low`` and ``chance_high`` the band in
    which guessing falls; what is not known is None. Feedback is of no one attempt.
    """

    visit_id: int
    visit: int
    started: datetime
    training_id: int | None
    pipeline: str
    n_trials: int
    accuracy: float
    low: float | None
    high: float | None
    chance: float | None
    chance_low: float | None
    chance_high: float | None
    majority: float | None


def trend_point(visit: Visit, training: Training) -> TrendPoint:
    """A visit's point of the trend."""
    told = training.attempt
    names = ("low", "high", "chance", "chance_low", "chance_high", "majority")
    return TrendPoint(
        visit_id=visit.id,
        visit=visit.number,
        started=visit.started,
        training_id=training.id,
        pipeline=str(told.get("pipeline", "")),
        n_trials=int(told.get("n_trials") or 0),
        accuracy=float(told["score"]),
        **{name: told.get(name) for name in names},
    )


def feedback_point(visit: Visit, found: Score) -> TrendPoint:
    """A visit's point of the trend of feedback."""
    return TrendPoint(
        visit_id=visit.id,
        visit=visit.number,
        started=visit.started,
        training_id=None,
        pipeline="",
        n_trials=found.decided,
        accuracy=found.right / found.decided,
        low=found.low,
        high=found.high,
        chance=found.chance,
        chance_low=found.chance_low,
        chance_high=found.chance_high,
        majority=found.majority,
    )


def to_json(value: Any) -> str:
    """Text that every JSON reader takes: what is no number is null."""
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def now_text() -> str:
    """Present moment, as the database keeps it."""
    return to_text(None)


def to_text(when: datetime | None) -> str:
    """Time as the database keeps it: UTC, so that text sorts as time does."""
    moment = datetime.now() if when is None else when
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def to_time(text: str) -> datetime:
    """Local time from the database's text."""
    return datetime.fromisoformat(text).astimezone()


def midnight() -> datetime:
    """When today began."""
    return datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)


def patient_of(row: sqlite3.Row) -> Patient:
    """A patient from a row."""
    times = {
        name: None if row[name] is None else to_time(row[name])
        for name in ("created", "consent_when", "last_visit")
    }
    return Patient(**{**dict(row), **times, "archived": bool(row["archived"])})


def visit_of(row: sqlite3.Row) -> Visit:
    """A visit from a row."""
    return Visit(row["id"], row["patient_id"], row["number"], to_time(row["started"]), row["note"])


def trial_of(row: sqlite3.Row) -> Trial:
    """A trial from a row."""
    return Trial(
        number=row["number"],
        label=row["label"],
        planned=row["planned"],
        actual=row["actual"],
        late=bool(row["late"]),
        rejected=bool(row["rejected"]),
        # a patient has thousands, and hardly one is flagged
        flags=() if row["flags"] == "[]" else tuple(json.loads(row["flags"])),
    )


def training_of(row: sqlite3.Row) -> Training:
    """A training from a row."""
    return Training(
        id=row["id"],
        visit_id=row["visit_id"],
        created=to_time(row["created"]),
        attempt=json.loads(row["attempt"]),
        note=row["note"],
        pinned=bool(row["pinned"]),
        deleted=bool(row["deleted"]),
    )


def note_of(row: sqlite3.Row) -> Note:
    """A note from a row."""
    return Note(**{**dict(row), "when": to_time(row["when"])})


def score_of(row: sqlite3.Row) -> ClinicalScore:
    """A clinical score from a row."""
    return ClinicalScore(**{**dict(row), "when": to_time(row["when"])})

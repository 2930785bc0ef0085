"""What happened in a visit, in the order of time and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from neurokit.patients.workspace import Run, Training, Workspace

RUN = "run {number}, {kind}, {length} min, {count} trials"
LEFT_OUT = "{count} left out"
MODEL = "{name}, fingerprint {fingerprint}"
NOT_TRAINED = "could not be trained"
ACCURACY = (
    "{score} % of {count} trials right ({low} to {high} %; "
    "guessing gives {chance_low} to {chance_high} %)"
)
PHRASES = (RUN, LEFT_OUT, MODEL, NOT_TRAINED, ACCURACY, "calibration", "online", "imported")


@dataclass(frozen=True)
class Happening:
    """A moment of a visit: when, what kind, and in words."""

    when: datetime
    kind: str
    text: str


Say = Callable[[str], str]


def happenings(workspace: Workspace, visit_id: int, say: Say = str) -> list[Happening]:
    """Runs, trainings, models and notes of a visit, the first one first.

    Parameters
    ----------
    workspace : Workspace
        An open one.
    visit_id : int
        The visit.
    say : callable
        Translates a phrase; English by default.
    """
    return sorted(_happenings(workspace, visit_id, say), key=lambda each: each.when)


def _happenings(workspace: Workspace, visit_id: int, say: Say) -> Iterator[Happening]:
    for run in workspace.runs(visit_id):
        yield Happening(run.started, "run", run_in_words(run, say))
    trainings = {training.id: training for training in workspace.trainings(visit_id)}
    for training in trainings.values():
        yield Happening(training.created, "training", training_in_words(training, say))
    for model in workspace.models(workspace.visit(visit_id).patient_id):
        if model.training_id in trainings:
            text = say(MODEL).format(name=model.name, fingerprint=model.fingerprint[:12])
            yield Happening(model.created, "model", text)
    for note in workspace.notes(visit_id):
        yield Happening(note.when, "note", note.text)


def run_in_words(run: Run, say: Say = str) -> str:
    """Number, kind, length and trials of a run."""
    kept = sum(not trial.rejected for trial in run.trials)
    left_out = len(run.trials) - kept
    minutes, seconds = divmod(round(run.seconds), 60)
    words = say(RUN).format(
        number=run.number, kind=say(run.kind), length=f"{minutes}:{seconds:02d}", count=kept
    )
    return f"{words} ({say(LEFT_OUT).format(count=left_out)})" if left_out else words


def training_in_words(training: Training, say: Say = str) -> str:
    """Pipeline and accuracy, never without its interval and the chance band."""
    words = accuracy_in_words(training.attempt, say)
    note = f"; {training.note}" if training.note else ""
    return f"{training.attempt.get('pipeline', '')}: {words}{note}"


def accuracy_in_words(attempt: Mapping[str, Any], say: Say = str) -> str:
    """Accuracy of an attempt, its interval and the band of guessing."""
    if attempt.get("score") is None:
        return say(NOT_TRAINED)
    names = ("score", "low", "high", "chance_low", "chance_high")
    shares = {name: f"{100 * attempt[name]:.0f}" for name in names}
    return say(ACCURACY).format(count=attempt["n_trials"], **shares)

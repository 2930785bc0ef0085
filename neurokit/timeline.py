"""What happened in a visit, in the order of time and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from neurokit.workspace import Run, Training, Workspace


@dataclass(frozen=True)
class Happening:
    """A moment of a visit: when, what kind, and in words."""

    when: datetime
    kind: str
    text: str


def happenings(workspace: Workspace, visit_id: int) -> list[Happening]:
    """Runs, trainings, models and notes of a visit, the first one first.

    Parameters
    ----------
    workspace : Workspace
        An open one.
    visit_id : int
        The visit.
    """
    return sorted(_happenings(workspace, visit_id), key=lambda each: each.when)


def _happenings(workspace: Workspace, visit_id: int) -> Iterator[Happening]:
    for run in workspace.runs(visit_id):
        yield Happening(run.started, "run", run_in_words(run))
    trainings = {training.id: training for training in workspace.trainings(visit_id)}
    for training in trainings.values():
        yield Happening(training.created, "training", training_in_words(training))
    for model in workspace.models(workspace.visit(visit_id).patient_id):
        if model.training_id in trainings:
            text = f"{model.name}, fingerprint {model.fingerprint[:12]}"
            yield Happening(model.created, "model", text)
    for note in workspace.notes(visit_id):
        yield Happening(note.when, "note", note.text)


def run_in_words(run: Run) -> str:
    """Number, kind, length and trials of a run."""
    kept = sum(not trial.rejected for trial in run.trials)
    left_out = len(run.trials) - kept
    minutes, seconds = divmod(round(run.seconds), 60)
    words = f"run {run.number}, {run.kind}, {minutes}:{seconds:02d} min, {kept} trials"
    return f"{words} ({left_out} left out)" if left_out else words


def training_in_words(training: Training) -> str:
    """Pipeline and accuracy, never without its interval and the chance band."""
    words = accuracy_in_words(training.attempt)
    note = f"; {training.note}" if training.note else ""
    return f"{training.attempt.get('pipeline', '')}: {words}{note}"


def accuracy_in_words(attempt: Mapping[str, Any]) -> str:
    """Accuracy of an attempt, its interval and the band of guessing."""
    if attempt.get("score") is None:
        return "could not be trained"
    return (
        f"{attempt['score']:.0%} of {attempt['n_trials']} trials right "
        f"({attempt['low']:.0%} to {attempt['high']:.0%}; "
        f"guessing gives {attempt['chance_low']:.0%} to {attempt['chance_high']:.0%})"
    )

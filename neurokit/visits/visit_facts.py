"""What a visit's report says, gathered from the workspace; words and numbers, no layout."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from neurokit import __version__
from neurokit.patients.records import Patient, Run, Training
from neurokit.patients.workspace import Workspace
from neurokit.visits.report_language import language, say
from neurokit.visits.visit_figures import (
    Picture,
    draw_attempts,
    draw_confusion,
    draw_spectra,
    draw_trend,
)

CAPTIONS = {
    "trend": "Line: 95 % interval. Grey: where 95 % of guessers fall with as many trials; a hollow "
    "mark lies within it. Dots: the attempt that was chosen in each visit; diamonds: the trials of "
    "its feedback.",
    "attempts": "The highest of several attempts flatters: the more are tried, the more one of "
    "them exceeds by luck.",
    "spectra": "Welch, windows of 1 s, 0.5 to 3.5 s after the cue, all calibrations of the visit. "
    "Shade: 95 % interval of the mean over trials.",
    "table": "Guessing: where 95 % of guessers fall. Majority: always naming the commonest class. "
    "* pinned.",
    "device": "Not a medical device: for research and training, not for diagnosis or treatment. "
    "The patient stands under a pseudonym.",
}
RUNS_HEAD = ("Run", "Kind", "Time", "Minutes", "Trials", "Left out", "Late cues", "Asked for",
             "Online accuracy (95 % interval)")  # fmt: skip
ATTEMPTS_HEAD = ("Pipeline", "Accuracy", "95 % interval", "Guessing", "Majority", "Trials",
                 "Held out", "Seconds", "Note")  # fmt: skip
SCORES_HEAD = ("Day", "Scale", "Value")
MODELS_HEAD = ("Name", "SHA-256 of its file", "Now")
KINDS = {"calibration": "calibration", "online": "feedback", "imported": "imported"}
_PACKAGES = ("numpy", "scipy", "scikit-learn", "mne", "pyriemann", "mne-lsl")
# more of them would not fit a page, and the table in the annex has them all
MOST_ATTEMPTS = 8


def gather(workspace: Workspace, visit_id: int) -> dict[str, Any]:
    """Facts of a visit.

    Returns
    -------
    facts : dict
        Of text, numbers, lists of rows, and pictures; None where there is nothing to show.
    """
    visit = workspace.visit(visit_id)
    patient = workspace.patient(visit.patient_id)
    runs = workspace.runs(visit_id)
    trainings = workspace.trainings(visit_id)
    chosen = workspace.chosen_training(visit_id)
    points, feedback = (
        [point for point in found if point.visit <= visit.number]
        for found in (workspace.trend_points(patient.id), workspace.feedback_points(patient.id))
    )
    return {
        "pseudonym": patient.pseudonym,
        "number": visit.number,
        "day": f"{visit.started:%Y-%m-%d}",
        "patient": _who(patient),
        "verdict": _verdict(chosen),
        "chosen": _attempt(chosen) if chosen else None,
        "runs": [_run(run) for run in runs],
        "attempts": [_attempt(each) for each in trainings],
        "notes": [(f"{each.when:%H:%M}", each.text) for each in workspace.notes(visit_id)],
        "visit_note": visit.note,
        "scores": [
            (f"{each.when:%Y-%m-%d}", each.scale, f"{each.value:g}")
            for each in workspace.scores(patient.id)
        ],
        "trend": draw_trend(points, feedback) if points or feedback else None,
        "attempts_figure": _attempts_figure(trainings, chosen),
        "confusion": _confusion(chosen),
        **_spectra(runs),
        "recordings": [_recording(run) for run in runs],
        "models": _models(workspace, patient, trainings),
        "settings": _settings(chosen),
        "versions": _versions(),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        "language": language(),
    }


def percent(share: float | None) -> str:
    """A share from 0 to 1 in per cent, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def span(low: float | None, high: float | None) -> str:
    """From one share to another in per cent."""
    if low is None or high is None:
        return "–"
    return say("{low} to {high} %", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")


def words(label: str) -> str:
    """A class as a person says it."""
    return say(label.replace("_", " "))


def _who(patient: Patient) -> list[tuple[str, str]]:
    consent = say(patient.consent)
    if patient.consent_when is not None:
        consent += f", {patient.consent_when:%Y-%m-%d}"
    return [
        (say("Consent"), consent),
        (say("Handedness"), say(patient.handedness)),
        (say("Side of the lesion"), say(patient.lesion_side)),
        (say("Visits"), str(patient.n_visits)),
    ]


def _verdict(chosen: Training | None) -> str:
    """Say in two sentences what the visit's decoder is worth; no line ends before its sign."""
    return _sentences(chosen).replace(" %", "\u00a0%")


def _sentences(chosen: Training | None) -> str:
    if chosen is None:
        return say("Nothing was trained in this visit.")
    told = chosen.attempt
    classes = [words(label) for label in told.get("classes") or ()]
    frame = (
        "{pipeline} told {first} from {second} in {accuracy} of {trials} trials that it had not "
        "learned from (95 % interval {interval})."
        if len(classes) == 2
        else "{pipeline} was right in {accuracy} of {trials} trials that it had not learned from "
        "(95 % interval {interval})."
    )
    text = say(
        frame,
        pipeline=told.get("pipeline", ""),
        first=classes[0] if classes else "",
        second=classes[-1] if classes else "",
        accuracy=percent(told["score"]),
        trials=told.get("n_trials") or "",
        interval=span(told.get("low"), told.get("high")),
    )
    if told.get("chance_high") is None:
        return text
    band = span(told.get("chance_low"), told["chance_high"])
    if told["score"] > told["chance_high"]:
        return f"{text} " + say("Guessing reaches {band}: this is better than guessing.", band=band)
    return f"{text} " + say(
        "Guessing reaches {band}: this cannot be told from guessing.", band=band
    )


def _attempt(training: Training) -> dict[str, Any]:
    told = training.attempt
    return {
        "name": str(told.get("pipeline", "")),
        "accuracy": percent(told.get("score")),
        "interval": span(told.get("low"), told.get("high")),
        "guessing": span(told.get("chance_low"), told.get("chance_high")),
        "majority": percent(told.get("majority")),
        "split": say(str(told.get("split") or "–")),
        "trials": str(told.get("n_trials") or "–"),
        "seconds": f"{told.get('seconds') or 0:.1f}",
        "note": training.note,
        "pinned": training.pinned,
        "problem": str(told.get("problem", "")),
    }


def _run(run: Run) -> dict[str, str]:
    used = [trial for trial in run.trials if not trial.rejected]
    labels = dict.fromkeys(words(trial.label) for trial in run.trials)
    score = run.settings.get("score")
    result = "–"
    if isinstance(score, dict) and score.get("accuracy") is not None:
        result = (
            f"{percent(score['accuracy'])} ({span(score.get('low'), score.get('high'))}), "
            f"{say('guessing')} {span(score.get('chance_low'), score.get('chance_high'))}"
        )
    return {
        "number": str(run.number),
        "kind": say(KINDS[run.kind]),
        "time": f"{run.started:%H:%M}",
        "minutes": f"{run.seconds / 60:.1f}",
        "trials": str(len(used)),
        "left_out": str(len(run.trials) - len(used)),
        "late": str(sum(trial.late for trial in run.trials)),
        "asked": ", ".join(labels),
        "result": result,
    }


def _recording(run: Run) -> dict[str, Any]:
    """What the annex says of a recording."""
    delays = [
        1000 * (trial.actual - trial.planned) for trial in run.trials if trial.actual is not None
    ]
    timing = "–"
    if delays:
        middle, largest = f"{np.median(delays):.1f}", f"{np.max(np.abs(delays)):.1f}"
        timing = say("median {middle} ms, largest {largest} ms", middle=middle, largest=largest)
    rows = [
        (say("File"), run.path.name),
        (say("SHA-256"), sha256(run.path) if run.path.is_file() else say("the file is missing")),
        (say("Source"), source_text(run.source)),
        (say("Length"), f"{run.seconds:.0f} s"),
        (say("Cues, shown after their planned time"), timing),
        (say("Gaps in the signal"), _gaps(run.path)),
        (say("Recorded with neurokit"), run.version),
    ]
    if run.protocol is not None:
        told = run.protocol.model_dump()
        rows.append((say("Protocol"), ", ".join(f"{name} {_plain(told[name])}" for name in told)))
    others = {
        name: value for name, value in run.settings.items() if name not in ("score", "sha256")
    }
    if others:
        rows.append((say("Settings"), _plain(others)))
    title = say("Run {number}: {kind}", number=run.number, kind=say(KINDS[run.kind]))
    return {"title": title, "rows": rows}


def source_text(source: str) -> str:
    """A source without the folders of this computer."""
    kind, mark, name = source.partition(":")
    return f"{kind}{mark}{Path(name).name}" if kind == "replay" else source


def sha256(path: Path) -> str:
    """Hash that names exactly this file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _gaps(path: Path) -> str:
    """Gaps that the recorder noted."""
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        gaps = told["status"].get("gaps", [])
    except (OSError, ValueError, KeyError):
        return "–"
    return f"{len(gaps)}, {sum(seconds for _, seconds in gaps):.1f} s" if gaps else say("no gap")


def _attempts_figure(trainings: Sequence[Training], chosen: Training | None) -> Picture | None:
    scored = [each for each in trainings if each.attempt.get("score") is not None]
    if len(scored) < 2:
        return None
    best = sorted(scored, key=lambda each: -float(each.attempt["score"]))[:MOST_ATTEMPTS]
    if chosen is not None and chosen.id not in {each.id for each in best}:
        best[-1] = chosen
    rows = []
    for each in best:
        name = str(each.attempt.get("pipeline", ""))
        is_chosen = chosen is not None and each.id == chosen.id
        rows.append(
            {**each.attempt, "name": say("{name} (chosen)", name=name) if is_chosen else name}
        )
    return draw_attempts(rows)


def _confusion(chosen: Training | None) -> Picture | None:
    told = chosen.attempt if chosen else {}
    if not told.get("confusion") or not told.get("classes"):
        return None
    return draw_confusion(told["classes"], np.array(told["confusion"], dtype=float))


def _spectra(runs: Sequence[Run]) -> dict[str, Any]:
    """Spectra of the classes over all calibrations, or why there are none."""
    from neurokit.patients.runs import run_epochs

    shown = [run for run in runs if run.kind != "online" and run.trials and run.path.is_file()]
    labels = list(dict.fromkeys(trial.label for run in shown for trial in run.trials))
    rejected = [
        (place, trial.number)
        for place, run in enumerate(shown)
        for trial in run.trials
        if trial.rejected
    ]
    if not shown:
        return {"spectra": None, "no_spectra": ""}
    try:
        epochs = run_epochs(
            [run.path for run in shown], labels, band=None, window=(0.5, 3.5), rejected=rejected
        )
    except (ValueError, OSError) as error:
        return {"spectra": None, "no_spectra": say("No spectra: {reason}.", reason=error)}
    return {"spectra": draw_spectra(epochs), "no_spectra": ""}


def _models(
    workspace: Workspace, patient: Patient, trainings: Sequence[Training]
) -> list[dict[str, str]]:
    ours = {each.id for each in trainings}
    rows = []
    for model in workspace.models(patient.id):
        if model.training_id in ours:
            intact = model.path.is_file() and sha256(model.path) == model.fingerprint
            state = say("as it was saved" if intact else "changed or missing since it was saved")
            rows.append({"name": model.name, "fingerprint": model.fingerprint, "state": state})
    return rows


def _settings(chosen: Training | None) -> list[tuple[str, str]]:
    """Everything that the chosen attempt was trained with."""
    told = chosen.attempt if chosen else {}
    names = ("pipeline", "settings", "split", "seed", "runs", "classes", "cut", "selection")
    return [
        (say(name), _plain(told[name])) for name in names if told.get(name) not in (None, "", {})
    ]


def _plain(value: Any) -> str:
    """A setting as text."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value) or "none"
    return "default" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _versions() -> list[tuple[str, str]]:
    rows = [("neurokit", __version__), ("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return [*rows, (say("system"), platform.platform())]

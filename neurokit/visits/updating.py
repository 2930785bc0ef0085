"""A decoder that keeps learning: one more visit, in a new file, with what it was worth before."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit.visits.attempts import Attempt, FoldResult, Prediction, summary_of
from neurokit.visits.training_folds import plain

if TYPE_CHECKING:
    from neurokit.patients.records import Model, Run, Training
    from neurokit.patients.runs import RunEpochs
    from neurokit.patients.workspace import Workspace

Progress = Callable[[float, str], None]


def can_learn(model: Any) -> bool:
    """Whether a fitted pipeline's last step takes one more visit."""
    return hasattr(_last_step(model), "partial_fit") and hasattr(_last_step(model), "capacity_")


def update_decoder(
    workspace: Workspace,
    model_id: int,
    run_ids: Sequence[int] | None = None,
    *,
    progress: Progress | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Let a person's decoder learn a visit, and keep what comes out as a new model.

    The old model's file is only read. Before it learns, the model decides every trial of the
    visit as it would have online: this is its accuracy at the next visit.

    Parameters
    ----------
    workspace : Workspace
        Open for writing.
    model_id : int
        The model that learns, by its number.
    run_ids : sequence of int, optional
        Runs of one visit that it has not learnt; by default all such of the latest visit that
        has any.
    progress : callable
        Is told the share that is done, and in a word what is at work.

    Returns
    -------
    model : Model
        The new one; it stands below a training whose score is that before the update.
    told : dict
        ``from_model``, ``from_fingerprint``, ``visit``, ``run_ids``, ``capacity`` (share of each
        layer's units that may still change), ``memory_bytes`` and ``seconds``.

    Raises
    ------
    ValueError
        If the model cannot learn, or the runs are not new trials of one visit of this person.
    FileNotFoundError, OSError
        If the model or a recording cannot be read, or the new model not be written.
    """
    from neurokit import models

    workspace.require_writable()
    say = progress or (lambda share, text: None)
    started = time.perf_counter()
    say(0.0, "reading")
    old = workspace.model(model_id)
    training = workspace.training(old.training_id)
    model, about = models.load(old.path), models.describe(old.path)["metadata"]
    if not can_learn(model):
        raise ValueError(
            f"model {model_id} ({old.name}) cannot learn a visit; train sharp, which can"
        )
    runs = _chosen_runs(workspace, training, run_ids)
    visit = workspace.visit(runs[0].visit_id)
    person = workspace.patient(visit.patient_id).pseudonym
    epochs = _cut(runs, training, about)
    say(0.3, "deciding")
    before = _decided(model, epochs, runs)
    say(0.5, "learning")
    _learn(model, epochs, visit.number, person)
    learner = _last_step(model)
    told = {
        "from_model": model_id,
        "from_fingerprint": old.fingerprint,
        "visit": visit.number,
        "run_ids": [*_learnt(training), *(run.id for run in runs)],
        "capacity": list(learner.capacity_),
        "memory_bytes": int(learner.memory_bytes_),
        "seconds": time.perf_counter() - started,
    }
    say(0.9, "saving")
    attempt = _attempt(training, epochs, runs, before, told)
    folder = workspace.folder / "models" / person
    path = folder / f"visit-{visit.number:02d}-update-{attempt['id']}.skops"
    head = {**about, "classes": [str(name) for name in model.classes_], "update": told}
    models.save(model, path, metadata=plain(head))
    # only now that the file is whole does the workspace hear of it
    made = workspace.add_training(visit.id, attempt)
    workspace.update_training(made, note=f"model {model_id}, updated with visit {visit.number}")
    return workspace.add_model(made, path, models.fingerprint(path), old.name), told


def update_history(workspace: Workspace, patient_id: int) -> list[dict[str, Any]]:
    """Updates of a person's decoders, the oldest first.

    Returns
    -------
    history : list of dict
        ``model`` and what `update_decoder` tells, with ``score``, ``low``, ``high`` and
        ``chance`` (shares) of the model before it learnt the visit.
    """
    history = []
    for model in workspace.models(patient_id):
        told = workspace.training(model.training_id).attempt
        if update := told.get("update"):
            scores = {key: told.get(key) for key in ("n_trials", "score", "low", "high", "chance")}
            history.append({"model": model.id, **update, **scores})
    return history


def _last_step(model: Any) -> Any:
    return model.steps[-1][1] if hasattr(model, "steps") else model


def _learnt(training: Training) -> list[int]:
    """Runs that a model has learnt, the first fit's among them."""
    told: Mapping[str, Any] = training.attempt
    if update := told.get("update"):
        return [int(number) for number in update["run_ids"]]
    return [int(number) for number in told.get("run_ids") or ()]


def _chosen_runs(
    workspace: Workspace, training: Training, run_ids: Sequence[int] | None
) -> list[Run]:
    """The runs to learn, all new and of one visit of the person."""
    patient_id = workspace.visit(training.visit_id).patient_id
    theirs = {run.id: run for run in workspace.runs_of(patient_id) if run.trials}
    learnt = set(_learnt(training))
    if run_ids is None:
        fresh = [run for run in theirs.values() if run.id not in learnt]
        if not fresh:
            raise ValueError("the model has learnt every run of this person; record another one")
        latest = max(workspace.visit(run.visit_id).number for run in fresh)
        return [run for run in fresh if workspace.visit(run.visit_id).number == latest]
    if not run_ids:
        raise ValueError("no run is chosen; choose one at least")
    for number in run_ids:
        if number not in theirs:
            raise ValueError(
                f"run {number} is not a run with trials of the model's person; "
                f"those are {', '.join(map(str, theirs)) or 'none'}"
            )
        if number in learnt:
            raise ValueError(
                f"the model has learnt run {number} already; choose a run that it has not"
            )
    runs = [theirs[number] for number in dict.fromkeys(run_ids)]
    if len({run.visit_id for run in runs}) > 1:
        raise ValueError("the runs are of several visits; update with one visit after the other")
    return runs


def _cut(runs: Sequence[Run], training: Training, about: Mapping[str, Any]) -> RunEpochs:
    """Epochs as the model's own were cut."""
    from neurokit.patients.runs import run_epochs

    band = about.get("band")
    epochs = run_epochs(
        [run.path for run in runs],
        (training.attempt.get("asked") or {}).get("classes") or about["classes"],
        band=None if band is None else (float(band[0]), float(band[1])),
        window=(float(about["window"][0]), float(about["window"][1])),
        channels=about["channels"],
        mains=about.get("mains"),
        rejected=[
            (place, trial.number)
            for place, run in enumerate(runs)
            for trial in run.trials
            if trial.rejected
        ],
    )
    if abs(epochs.sfreq - about["sfreq"]) > 1e-3 * about["sfreq"]:
        raise ValueError(
            f"the visit was recorded at {epochs.sfreq:g} Hz and the model learnt at "
            f"{about['sfreq']:g} Hz; train a new model on this visit"
        )
    return epochs


def _decided(model: Any, epochs: RunEpochs, runs: Sequence[Run]) -> list[Prediction]:
    rows = zip(epochs.runs, epochs.trials, epochs.y, model.predict(epochs.X), strict=True)
    return [
        Prediction(
            run=Path(runs[run].path).stem, trial=int(trial), true=str(true), predicted=str(guess)
        )
        for run, trial, true, guess in rows
    ]


def _learn(model: Any, epochs: RunEpochs, visit: int, person: str) -> None:
    from threadpoolctl import threadpool_limits

    X = model[:-1].transform(epochs.X) if hasattr(model, "steps") else epochs.X
    with threadpool_limits(1):
        _last_step(model).partial_fit(X, epochs.y, episode=visit, person=person)


def _attempt(
    training: Training,
    epochs: RunEpochs,
    runs: Sequence[Run],
    decided: list[Prediction],
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """The update as the workspace keeps it: an attempt, scored before it learnt."""
    classes = tuple(dict.fromkeys([*(epochs.classes or ()), *(p.predicted for p in decided)]))
    summary = summary_of(decided, [0] * len(decided), classes)
    same_visit = runs[0].visit_id == training.visit_id
    attempt = Attempt(
        id=uuid.uuid4().hex[:12],
        pipeline=str(training.attempt.get("pipeline", "sharp")),
        settings=dict(training.attempt.get("settings") or {}),
        runs=tuple(Path(run.path).stem for run in runs),
        split="leave-one-run-out" if same_visit else "cross-visit",
        classes=classes,
        folds=[FoldResult(number=0, n_train=0, n_test=len(decided), score=summary["score"])],
        predictions=decided,
        seconds=told["seconds"],
        cut=dict(training.attempt.get("cut") or {}),
        asked=dict(training.attempt.get("asked") or {}),
        run_ids=tuple(run.id for run in runs),
        **summary,
    )
    return {**attempt.model_dump(mode="json"), "update": plain(told)}

"""Train pipelines on runs, each result as it comes, and fit the one that goes online.

Whatever looks at the classes is learned inside the folds. Features that a person picked while
looking at the trials cannot be: there the score is that of picking anew in each fold.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.visits.attempts import SELECTIONS, Attempt, Candidate, Comparison, compare_attempts
from neurokit.visits.training_folds import (
    N_FOLDS,
    SPLITS,
    Split,
    Work,
    configured,
    make_splits,
    plain,
    run_works,
)

if TYPE_CHECKING:
    from neurokit.patients.runs import RunEpochs

__all__ = [
    "CLINIC",
    "SELECTIONS",
    "SPLITS",
    "Attempt",
    "Candidate",
    "Comparison",
    "about_attempt",
    "compare_attempts",
    "fit_final",
    "fit_runs",
    "make_splits",
    "train",
    "train_runs",
]

# the quick and telling ones first; the grids are as large as a patient in the chair can wait for
CLINIC = tuple(
    Candidate(pipeline=name, settings=settings)
    for name, settings in (
        ("picked+lda", {}),
        ("ts+lr", {}),
        ("csp+lda", {}),
        ("psd+lda", {}),
        ("mrmr+lda", {}),
        ("stability+lda", {}),
        ("mdm", {}),
        ("fgmdm", {}),
        ("dummy", {}),
        ("fucone", {}),
        ("ts+svm", {}),
        ("ts+en", {}),
        ("fbcsp+svm", {}),
        ("csp+svm", {}),
        ("acm+ts+svm/mdop", {}),
        ("acm+ts+svm", {"orders": (1, 2, 4)}),
        ("acm+mdm", {"orders": (1, 2, 4)}),
        ("btacm+ts+svm", {}),
        ("acm+ts+svm/fnn", {}),
    )
)


def train(
    epochs: RunEpochs,
    candidates: Sequence[Candidate] = CLINIC,
    *,
    split: Split = "k-fold",
    seed: int = 42,
    n_folds: int = N_FOLDS,
    visits: Sequence[Any] | None = None,
    names: Sequence[str] | None = None,
    jobs: int = 2,
    progress: Callable[[float, str], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Iterator[Attempt]:
    """Evaluate pipelines on the same folds, and yield each one's attempt as it ends.

    Parameters
    ----------
    epochs : RunEpochs
        Trials, as ``neurokit.patients.runs.run_epochs`` cuts them.
    candidates : sequence of Candidate
        What is tried, in this order.
    split : {"k-fold", "leave-one-run-out", "cross-visit"}
        What is held out; ``SPLITS`` says what each assumes.
    seed : int
        Shuffles the trials, and whatever a pipeline draws by chance.
    n_folds : int
        For k-fold; fewer where a class has fewer trials.
    visits : sequence, optional
        The visit of each run, for cross-visit.
    names : sequence of str, optional
        What the runs are called.
    jobs : int
        Processes, one thread each; 0 trains in this one.
    progress : callable
        Is told the share that is done, and the pipeline at work.
    cancel : callable
        Asked often; once it says yes, no more attempts come.

    Yields
    ------
    attempt : Attempt
        Folds that could not be trained say why in ``problem``.

    Raises
    ------
    ValueError
        If the trials cannot be split so, or a pipeline or its setting is unknown.
    """
    folds = make_splits(epochs, split, seed=seed, n_folds=n_folds, visits=visits)
    called = list(names or (f"run {place + 1}" for place in range(int(epochs.runs.max()) + 1)))
    common = {
        "runs": tuple(called),
        "split": split,
        "seed": seed,
        "classes": tuple(epochs.classes or np.unique(epochs.y).tolist()),
        "cut": cut_of(epochs),
    }
    with tempfile.TemporaryDirectory(prefix="neurokit-") as folder:
        array = str(Path(folder) / "epochs.npy")
        np.save(array, epochs.X)
        works = [Work(each, epochs, folds, seed, array) for each in candidates]
        total = max(sum(len(work.tasks) for work in works), 1)
        for done, (work, task, outcomes) in enumerate(run_works(works, jobs, cancel), start=1):
            work.take(task, outcomes)
            if progress:
                progress(done / total, work.candidate.pipeline)
            if work.is_done:
                yield work.attempt(epochs, called, common)


def train_runs(
    paths: Sequence[str | os.PathLike[str]],
    classes: Sequence[str] | Mapping[str, str],
    candidates: Sequence[Candidate] = CLINIC,
    *,
    cut: Mapping[str, Any] | None = None,
    progress: Callable[[float, str], None] | None = None,
    **options: Any,
) -> Iterator[Attempt]:
    """Cut the trials of some recordings and train on them: `run_epochs`, then `train`.

    Parameters
    ----------
    paths, classes
        As in ``neurokit.patients.runs.run_epochs``.
    candidates : sequence of Candidate
        As in `train`.
    cut : dict
        ``band``, ``window``, ``channels``, ``rejected``, ``mains`` of ``run_epochs``.
    progress : callable
        As in `train`.
    **options
        More of `train`.

    Yields
    ------
    attempt : Attempt
    """
    from neurokit.patients.runs import run_epochs

    if progress:
        progress(0.0, "reading")
    epochs = run_epochs(paths, classes, **dict(cut or {}))
    names = options.pop("names", None) or [Path(path).stem for path in paths]
    wanted = dict(classes) if isinstance(classes, Mapping) else list(classes)
    asked = plain({"classes": wanted, "cut": dict(cut or {})})
    for attempt in train(epochs, candidates, names=names, progress=progress, **options):
        yield attempt.model_copy(update={"asked": asked})


def fit_runs(
    paths: Sequence[str | os.PathLike[str]],
    classes: Sequence[str] | Mapping[str, str],
    candidate: Candidate | Attempt,
    path: str | os.PathLike[str],
    *,
    cut: Mapping[str, Any] | None = None,
    seed: int = 42,
    progress: Callable[[float, str], None] | None = None,
) -> str:
    """Cut the trials of some recordings, fit a pipeline to all of them and save it.

    Parameters
    ----------
    paths, classes, cut
        As in `train_runs`.
    candidate : Candidate or Attempt
        What is fitted; the file says what its attempt was worth.
    path : path-like
        Where the model goes.
    seed : int
        As in `train`.
    progress : callable
        Is told the share that is done.

    Returns
    -------
    fingerprint : str
        SHA-256 of the file.
    """
    from neurokit.models import fingerprint
    from neurokit.patients.runs import run_epochs

    if progress:
        progress(0.1, "reading")
    options = dict(cut or {})
    # as an attempt keeps it, in JSON, pairs are lists
    options["rejected"] = [tuple(trial) for trial in options.get("rejected", ())]
    epochs = run_epochs(paths, classes, **options)
    if progress:
        progress(0.5, candidate.pipeline)
    about = about_attempt(candidate) if isinstance(candidate, Attempt) else None
    return fingerprint(fit_final(epochs, candidate, path, seed=seed, about=about))


def fit_final(
    epochs: RunEpochs,
    candidate: Candidate | Attempt,
    path: str | os.PathLike[str],
    *,
    seed: int = 42,
    about: Mapping[str, Any] | None = None,
) -> Path:
    """Fit a pipeline to all trials and save it for the online decoder.

    Parameters
    ----------
    epochs : RunEpochs
        Trials.
    candidate : Candidate or Attempt
        What is fitted; picks made by hand stay as they were picked.
    path : path-like
        Where to; ``.skops`` is the usual ending.
    seed : int
        As in `train`.
    about : dict
        More that the file shall say of itself.

    Returns
    -------
    path : Path
        Where it lies; ``neurokit.models.fingerprint`` gives its hash.

    Raises
    ------
    ValueError
        If it cannot be fitted.
    OSError
        If it cannot be written.
    """
    from threadpoolctl import threadpool_limits

    from neurokit import models

    model = configured(candidate.pipeline, candidate.settings, epochs, seed)
    with threadpool_limits(1):
        model.fit(epochs.X, epochs.y)
    metadata = {
        "pipeline": candidate.pipeline,
        "settings": plain(candidate.settings),
        "seed": seed,
        "trials": len(epochs.y),
        "classes": [str(name) for name in model.classes_],
        **cut_of(epochs),
        **plain(about or {}),
    }
    return models.save(model, Path(path), metadata=metadata)


def cut_of(epochs: RunEpochs) -> dict[str, Any]:
    """How the trials were cut, as the decoder needs to know it."""
    return {
        "band": None if epochs.band is None else list(epochs.band),
        "window": list(epochs.window),
        "mains": epochs.mains,
        "channels": list(epochs.ch_names),
        "sfreq": float(epochs.sfreq),
    }


def about_attempt(attempt: Attempt) -> dict[str, Any]:
    """What a model's file says of the attempt that it comes from."""
    fields = {
        *("id", "runs", "split", "n_trials", "score", "low", "high"),
        *("chance", "chance_low", "chance_high", "majority", "selection"),
    }
    kept = attempt.model_dump(mode="json", include=fields)
    return {"attempt": kept}

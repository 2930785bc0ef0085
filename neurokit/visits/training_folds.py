"""The folds of a training: what is held out, and the work on each, in processes of their own."""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from neurokit.visits.attempts import (
    Attempt,
    Candidate,
    FoldResult,
    Prediction,
    Selection,
    summary_of,
)

if TYPE_CHECKING:
    from neurokit.patients.runs import RunEpochs
    from neurokit.studies.folds import Fold, Outcome, Task

Split = Literal["k-fold", "leave-one-run-out", "cross-visit"]
# each with what its score may be taken for
SPLITS: dict[Split, str] = {
    "k-fold": (
        "Trials of all runs are shuffled into folds. The score holds for more trials of the same "
        "runs; slow changes within a run make it look better than the next run will be."
    ),
    "leave-one-run-out": (
        "Each run is decided by what the others taught. The score holds for another run of the "
        "same visit: the same day, the same cap."
    ),
    "cross-visit": (
        "Each visit is decided by what the others taught. The score holds for another day, when "
        "the cap sits anew."
    ),
}
N_FOLDS = 5
_PATIENCE = 0.1  # seconds between two looks at ``cancel``


def make_splits(
    epochs: RunEpochs,
    split: Split,
    *,
    seed: int = 42,
    n_folds: int = N_FOLDS,
    visits: Sequence[Any] | None = None,
) -> list[Fold]:
    """Split trials; see ``neurokit.visits.training.train``.

    Raises
    ------
    ValueError
        If they cannot be split so; the message says what would do.
    """
    from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold

    from neurokit.studies.folds import Fold

    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    names, counts = np.unique(epochs.y, return_counts=True)
    if len(names) < 2:
        raise ValueError(f"two classes are needed, got only {names[0]}; choose runs that have both")
    if split == "k-fold":
        if counts.min() < 2:
            raise ValueError(
                f"class {names[counts.argmin()]} has one trial; two at least are needed, "
                "choose more runs"
            )
        k_fold = StratifiedKFold(min(n_folds, int(counts.min())), shuffle=True, random_state=seed)
        splits = list(k_fold.split(epochs.X, epochs.y))
    else:
        splits = list(LeaveOneGroupOut().split(epochs.X, groups=_groups(epochs, split, visits)))
    place = ("", "")
    return [Fold(number, train, {place: test}) for number, (train, test) in enumerate(splits)]


def _groups(epochs: RunEpochs, split: Split, visits: Sequence[Any] | None) -> np.ndarray:
    """What each trial is held out with."""
    runs = np.asarray(epochs.runs)
    if split == "leave-one-run-out":
        if len(np.unique(runs)) < 2:
            raise ValueError(
                "leave-one-run-out needs trials of two runs, got one; record another run, "
                "or take k-fold"
            )
        return runs
    if visits is None or len(visits) <= runs.max():
        raise ValueError("cross-visit needs the visit of every run; give visits, one a run")
    _, groups = np.unique([str(visit) for visit in visits], return_inverse=True)
    if len(np.unique(groups[runs])) < 2:
        raise ValueError(
            "cross-visit needs runs of two visits, got one; choose runs of another day, "
            "or take leave-one-run-out or k-fold"
        )
    return groups[runs]


def plain(value: Any) -> Any:
    """Write what was chosen or set as JSON would read it."""
    return json.loads(json.dumps(value, default=str))


def configured(name: str, settings: Mapping[str, Any], epochs: RunEpochs, seed: int) -> Any:
    """Build an unfitted pipeline that knows all it must."""
    from neurokit.registry import resolve
    from neurokit.studies.folds import configure

    found = resolve("pipelines", name, seed=seed, **settings)
    if len(found) != 1:
        raise ValueError(f"{name} holds {len(found)} pipelines; name one of {', '.join(found)}")
    return configure(
        *found.values(),
        seed=seed,
        sfreq=epochs.sfreq,
        ch_names=list(epochs.ch_names),
        scoring="accuracy",
    )


def _picked_anew(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that pick as many features inside each fold, from a table that holds the picks."""
    picks = settings["features"]
    lowest = min(8.0, *(float(low) for _, low, _ in picks))
    highest = max(30.0, *(float(high) for *_, high in picks))
    edges = np.arange(max(np.floor(lowest), 1.0), np.ceil(highest) + 1, 2.0)
    bands = tuple((float(low), float(low) + 2) for low in edges[:-1])
    return {**settings, "features": None, "n_features": len(picks), "bands": bands}


@dataclass
class Work:
    """The folds of one candidate: those that count, and those that only show the flattery."""

    candidate: Candidate
    epochs: RunEpochs
    folds: list[Fold]
    seed: int
    array: str
    tasks: list[Task] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    flattered: dict[int, Outcome] = field(default_factory=dict)
    redone: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        candidate = self.candidate
        estimator = configured(candidate.pipeline, candidate.settings, self.epochs, self.seed)
        anew: Any = None
        for fold in self.folds:
            if not self._has_seen(fold):
                self._add(fold, estimator)
                continue
            if anew is None:
                settings = _picked_anew(candidate.settings)
                anew = configured(candidate.pipeline, settings, self.epochs, self.seed)
            self.redone.add(fold.number)
            self._add(fold, anew)
            self._add(fold, estimator, flattered=True)

    def _has_seen(self, fold: Fold) -> bool:
        """Whether features were picked by hand with a tested trial in view."""
        if not self.candidate.is_picked_by_hand:
            return False
        if self.candidate.seen is None:
            return True
        tested = self.epochs.runs[np.concatenate(list(fold.tests.values()))]
        return bool(np.isin(tested, self.candidate.seen).any())

    def _add(self, fold: Fold, estimator: Any, *, flattered: bool = False) -> None:
        from neurokit.studies.folds import Task

        about = {"flattered": flattered}
        task = Task(estimator, self.epochs.y, fold, "accuracy", None, self.array, about)
        self.tasks.append(task)

    def take(self, task: Task, outcomes: list[Outcome]) -> None:
        """Keep what a fold gave."""
        kept = self.flattered if task.about["flattered"] else self.outcomes
        kept[task.fold.number] = outcomes[0]

    @property
    def is_done(self) -> bool:
        """Whether all folds have ended."""
        return len(self.outcomes) + len(self.flattered) == len(self.tasks)

    def attempt(
        self, epochs: RunEpochs, called: Sequence[str], common: Mapping[str, Any]
    ) -> Attempt:
        """Gather the folds."""
        outcomes = [self.outcomes[fold.number] for fold in self.folds]
        results = [_fold_result(fold, out) for fold, out in zip(self.folds, outcomes, strict=True)]
        predictions: list[Prediction] = []
        fold_of: list[int] = []
        for number, outcome in enumerate(outcomes):
            if not outcome.get("error"):
                decided = list(_predictions(outcome["predictions"], epochs, called))
                predictions += decided
                fold_of += [number] * len(decided)
        summary = summary_of(predictions, fold_of, common["classes"]) if predictions else {}
        return Attempt(
            id=uuid.uuid4().hex[:12],
            pipeline=self.candidate.pipeline,
            settings=plain(self.candidate.settings),
            folds=results,
            predictions=predictions,
            selection=self._selection(),
            flattered=self._flattered_score(),
            problem=_problem(results),
            seconds=sum(outcome.get("seconds", 0.0) for outcome in outcomes),
            **common,
            **summary,
        )

    def _selection(self) -> Selection:
        if self.redone:
            return "redone"
        return "before" if self.candidate.is_picked_by_hand else "inside"

    def _flattered_score(self) -> float | None:
        scores = [out["score"] for out in self.flattered.values() if not out.get("error")]
        return float(np.mean(scores)) if scores else None


def _fold_result(fold: Fold, outcome: Outcome) -> FoldResult:
    error = outcome.get("error") or ""
    return FoldResult(
        number=fold.number,
        n_train=outcome["n_train"],
        n_test=outcome["n_test"],
        score=None if error else outcome["score"],
        error=_reason(error) if error else "",
        chosen=plain(outcome.get("chosen") or {}),
    )


def _predictions(
    decided: Mapping[str, Any], epochs: RunEpochs, called: Sequence[str]
) -> Iterator[Prediction]:
    """Trial by trial, what it was and what it was taken for."""
    values = decided["y_score"]
    for place, trial in enumerate(decided["test"]):
        value = None if values is None or np.ndim(values) > 1 else float(values[place])
        yield Prediction(
            run=called[int(epochs.runs[trial])],
            trial=int(epochs.trials[trial]),
            true=str(decided["y_true"][place]),
            predicted=str(decided["y_pred"][place]),
            value=value,
        )


def _reason(error: str) -> str:
    """Why a fold could not be trained, from its traceback."""
    reason = error.strip().splitlines()[-1].removeprefix("ValueError: ")
    # scikit-learn's words for inner folds without a trial of each class
    if "n_splits" in reason:
        return "too few trials of a class to tune it; record another run, or leave it out"
    return reason


def _problem(results: Sequence[FoldResult]) -> str:
    """Say which folds could not be trained, and why."""
    failed = [result for result in results if result.error]
    if not failed:
        return ""
    return f"{len(failed)} of {len(results)} folds could not be trained: {failed[0].error}"


def run_works(
    works: Sequence[Work], jobs: int, cancel: Callable[[], bool] | None
) -> Iterator[tuple[Work, Task, list[Outcome]]]:
    """Do the folds of all works in their order, as many at once as there are processes.

    The first of several is done in this process, so that there is a result before the others have
    started.
    """
    from neurokit.studies.engines import HereEngine, LocalEngine

    here = deque(works[0].tasks if jobs and len(works) > 1 else ())
    waiting = deque((work, task) for work in works for task in work.tasks)
    for _ in here:
        waiting.popleft()
    running: dict[int, Work] = {}
    inbox: SimpleQueue[Any] = SimpleQueue()
    engine = LocalEngine(min(jobs, max(len(waiting), 1)), inbox) if jobs else HereEngine(inbox)
    try:
        while here or waiting or running:
            if cancel is not None and cancel():
                return
            while waiting and engine.room:
                work, task = waiting.popleft()
                running[id(task)] = work
                engine.submit(task)
            if here:
                task = here.popleft()
                yield works[0], task, _done_here(task)
            try:
                settled = engine.settle(inbox.get(block=not here, timeout=_PATIENCE))
            except Empty:
                continue
            if settled is not None:
                task, outcomes = settled
                yield running.pop(id(task)), task, outcomes
    finally:
        engine.close()


def _done_here(task: Task) -> list[Outcome]:
    """Do a fold in this process, on a clone as a worker would."""
    from sklearn.base import clone

    from neurokit.studies.folds import run_fold

    fresh = replace(task, estimator=clone(task.estimator))
    return run_fold(fresh, np.load(task.array, mmap_mode="r"))

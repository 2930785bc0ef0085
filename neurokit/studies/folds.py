"""One fold: what is learnt from, what is tested on, and the work itself."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut
from sklearn.preprocessing import LabelEncoder

from neurokit.studies.decisions import find_scorer

if TYPE_CHECKING:
    import pandas as pd

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Fold:
    """Indices of one split of some subjects' epochs.

    Parameters
    ----------
    number : int
        Its place: within its session, its subject, or, across subjects, the data set.
    train : array of int
        Epochs to learn from.
    tests : dict
        (subject, session) to the epochs that are tested there: one score each.
    """

    number: int
    train: np.ndarray
    tests: dict[tuple[str, str], np.ndarray]


@dataclass(eq=False)
class Task:
    """All that a worker needs to know of a fold, but the epochs.

    Parameters
    ----------
    estimator : estimator
        Unfitted and configured.
    y : array
        Classes of all epochs.
    fold : Fold
        The split.
    scorer : str
        A name that scikit-learn knows.
    subjects : array
        Subject of every epoch, for estimators that ask for it across subjects; else None.
    array : path
        Where the epochs lie.
    """

    estimator: Any
    y: np.ndarray
    fold: Fold
    scorer: str
    subjects: np.ndarray | None = None
    array: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def make_folds(
    evaluation: str, y: np.ndarray, metadata: pd.DataFrame, *, folds: int | None, seed: int
) -> list[Fold]:
    """Split epochs as MOABB's evaluations do.

    Parameters
    ----------
    evaluation : str
        One of ``neurokit.studies.study.EVALUATIONS``.
    y : array, shape (n_epochs,)
        Classes.
    metadata : DataFrame
        Columns subject, session, run.
    folds : int
        Number of folds within a session (5), or of groups of subjects (one each).
    seed : int
        Shuffles the trials of a session.

    Raises
    ------
    ValueError
        If there are too few sessions, runs, subjects or trials.
    """
    from moabb.evaluations.splitters import (
        CrossSessionSplitter,
        CrossSubjectSplitter,
        WithinSessionSplitter,
    )

    metadata = metadata.reset_index(drop=True)
    if evaluation == "pseudo-online":
        from neurokit.studies.pseudo_online import splits as pseudo_online_splits

        return _counted(pseudo_online_splits(metadata, folds=folds or 5), metadata, "session")
    if evaluation == "leave-one-run-out":
        return _leave_one_run_out(y, metadata)
    if evaluation == "within-session":
        splitter = WithinSessionSplitter(n_folds=folds or 5, shuffle=True, random_state=seed)
    elif evaluation == "cross-session":
        _need_two(metadata, "session", evaluation, "use within-session or leave-one-run-out")
        splitter = CrossSessionSplitter(cv_class=LeaveOneGroupOut)
    else:
        _need_two(metadata, "subject", evaluation, "choose more subjects")
        groups = {} if folds is None else {"n_splits": folds}
        splitter = CrossSubjectSplitter(GroupKFold if groups else LeaveOneGroupOut, **groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            splits = list(splitter.split(y, metadata))
        except ValueError as error:
            cure = "use fewer folds" if folds is not None else "record more"
            reason = str(error).rstrip(".")
            raise ValueError(f"{evaluation} cannot split these trials: {reason}; {cure}") from error
    # MOABB shuffles the order of sessions: a fold is counted within its own
    column = {"within-session": "session", "cross-session": "subject"}.get(evaluation)
    return _counted(splits, metadata, column)


def _counted(
    splits: list[tuple[np.ndarray, np.ndarray]], metadata: pd.DataFrame, column: str | None
) -> list[Fold]:
    """Number splits within each value of a column, or all together."""
    places = ["" if column is None else metadata[column][test[0]] for _, test in splits]
    return [
        Fold(places[:split].count(place), train, _tests(test, metadata))
        for split, ((train, test), place) in enumerate(zip(splits, places, strict=True))
    ]


def _leave_one_run_out(y: np.ndarray, metadata: pd.DataFrame) -> list[Fold]:
    made = []
    for (subject, session), rows in metadata.groupby(["subject", "session"], sort=False):
        if rows.run.nunique() < 2:
            raise ValueError(
                f"leave-one-run-out needs two runs a session, but session {session} of subject "
                f"{subject} has one; use within-session"
            )
        index = rows.index.to_numpy()
        splits = LeaveOneGroupOut().split(index, y[index], groups=rows.run)
        for number, (train, test) in enumerate(splits):
            made.append(Fold(number, index[train], _tests(index[test], metadata)))
    return made


def _need_two(metadata: pd.DataFrame, column: str, evaluation: str, cure: str) -> None:
    if metadata[column].nunique() < 2:
        raise ValueError(f"{evaluation} needs two {column}s, got one; {cure}")


def _tests(test: np.ndarray, metadata: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    rows = metadata.iloc[test]
    places = list(zip(rows.subject.astype(str), rows.session.astype(str), strict=True))
    return {
        place: test[[other == place for other in places]] for place in sorted(dict.fromkeys(places))
    }


def configure(
    estimator: Any,
    *,
    seed: int,
    sfreq: float | None = None,
    ch_names: list[str] | None = None,
    scoring: str | None = None,
    backend: str = "cpu",
) -> Any:
    """Give a clone of an estimator what only the run knows.

    Parameters
    ----------
    estimator : estimator
        Stays as it is.
    seed, sfreq, ch_names, scoring
        Go to every deep parameter ``random_state``, ``sfreq``, ``ch_names``, ``scoring`` that
        is None.
    backend : str
        Goes to every deep parameter ``backend`` that is "cpu".

    Returns
    -------
    estimator : estimator
        The configured clone.
    """
    given = {"random_state": seed, "sfreq": sfreq, "ch_names": ch_names, "scoring": scoring}
    configured = clone(estimator)
    changes = {}
    for name, value in configured.get_params(deep=True).items():
        last = name.rpartition("__")[2]
        if value is None and given.get(last) is not None:
            changes[name] = given[last]
        elif last == "backend" and isinstance(value, str) and value == "cpu":
            changes[name] = backend
    return configured.set_params(**changes)


def chosen_parameters(fitted: Any, prefix: str = "") -> dict[str, Any]:
    """Gather what fitted steps chose: ``best_params_``, else ``chosen_``, step by step."""
    found = getattr(fitted, "best_params_", None) or getattr(fitted, "chosen_", None)
    if isinstance(found, Mapping):
        return {f"{prefix}{name}": value for name, value in found.items()}
    gathered: dict[str, Any] = {}
    for name, step in getattr(fitted, "steps", ()):
        gathered |= chosen_parameters(step, f"{prefix}{name}__")
    return gathered


def run_fold(task: Task, X: np.ndarray) -> list[Outcome]:
    """Fit and score one fold; a failure is an outcome too.

    Parameters
    ----------
    task : Task
        What to do.
    X : array, shape (n_epochs, n_channels, n_times)
        All epochs; they may be mapped from a file.

    Returns
    -------
    outcomes : list of dict
        One for each subject and session that is tested (``place``): score, predictions, choices,
        seconds, memory, or the error.
    """
    from threadpoolctl import threadpool_limits

    _forget_peak_memory()
    shared: Outcome = {"n_train": len(task.fold.train)}
    try:
        # one level of threads at a time: the folds are the parallel work
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            outcomes = list(_outcomes(task, X, shared))
    except Exception as error:
        outcomes = failed(task, _words(error))
    for outcome in outcomes:
        outcome["peak_memory_mb"] = _peak_memory()
    return outcomes


def failed(task: Task, reason: str) -> list[Outcome]:
    """Make the outcomes of a fold that could not be done."""
    return [
        {"place": place, "n_train": len(task.fold.train), "n_test": len(test), "error": reason}
        for place, test in task.fold.tests.items()
    ]


class _FoldError(ValueError):
    """A fold that cannot be fitted or scored, for a reason that needs no traceback."""


def _outcomes(task: Task, X: np.ndarray, shared: Outcome) -> Iterator[Outcome]:
    fold, y = task.fold, task.y
    lacking = sorted(set(y.tolist()) - set(y[fold.train].tolist()))
    if lacking:
        raise _FoldError(
            f"the training set lacks {', '.join(lacking)}; use fewer folds or more trials"
        )
    encoder = LabelEncoder().fit(y[fold.train])
    started = time.perf_counter()
    with config_context(enable_metadata_routing=True):
        asked = _asked(task)
        estimator = task.estimator.fit(X[fold.train], encoder.transform(y[fold.train]), **asked)
    shared["seconds"] = time.perf_counter() - started
    shared["chosen"] = chosen_parameters(estimator)
    for place, test in fold.tests.items():
        yield {**shared, **_score(task, estimator, encoder, X[test], test), "place": place}


def _asked(task: Task) -> dict[str, np.ndarray]:
    """Subjects of the training epochs, for an estimator that requests them (MOABB's way)."""
    if task.subjects is None:
        return {}
    from sklearn.utils.metadata_routing import get_routing_for_object

    if not get_routing_for_object(task.estimator).consumes("fit", {"subjects"}):
        return {}
    return {"subjects": task.subjects[task.fold.train]}


def _score(
    task: Task, estimator: Any, encoder: LabelEncoder, X: np.ndarray, test: np.ndarray
) -> Outcome:
    y = task.y[test]
    remembering = _Remembering(estimator)
    score = float(find_scorer(task.scorer)(remembering, X, encoder.transform(y)))
    if not np.isfinite(score):
        raise _FoldError(
            f"{task.scorer} is {score}: the test set holds {', '.join(sorted(set(y.tolist())))} "
            "only; use fewer folds, or another scorer such as accuracy"
        )
    y_score = None
    for method in ("decision_function", "predict_proba"):
        if y_score is None and hasattr(estimator, method):
            with suppress(AttributeError):  # a search says yes before it asks its estimator
                y_score = getattr(remembering, method)(X)
    if y_score is not None and y_score.ndim == 2 and y_score.shape[1] == 2:
        y_score = y_score[:, 1]
    predictions = {
        "y_true": y,
        "y_pred": encoder.inverse_transform(remembering.predict(X)),
        "y_score": y_score,
        "classes": encoder.classes_,
        "test": test,
    }
    return {"score": score, "n_test": len(test), "predictions": predictions}


class _Remembering(BaseEstimator):
    """A fitted estimator that answers the same question once: the scorer's is ours too."""

    def __init__(self, fitted: Any) -> None:
        self.fitted = fitted
        self._answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "fitted" not in self.__dict__:
            raise AttributeError(name)
        value = getattr(self.fitted, name)
        if name not in ("predict", "decision_function", "predict_proba"):
            return value

        @wraps(value)
        def answer(X: np.ndarray) -> Any:
            if name not in self._answers:
                self._answers[name] = value(X)
            return self._answers[name]

        return answer

    def __sklearn_tags__(self) -> Any:
        return self.fitted.__sklearn_tags__()

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _words(error: Exception) -> str:
    if isinstance(error, _FoldError):
        return str(error)
    return "".join(traceback.format_exception(error)).strip()


def _forget_peak_memory() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_memory() -> float | None:
    """Most memory this process has held since it was asked to forget, in megabytes."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    # macOS counts bytes, and cannot forget
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

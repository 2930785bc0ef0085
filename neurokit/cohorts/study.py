"""Score estimators on a cohort, fold by fold, each fold kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.cohorts.cohort import Cohort, few
from neurokit.cohorts.maps import Said
from neurokit.cohorts.scores import (
    by_person,
    permutation_p,
    score_table,
    scores,
    shuffle_people,
    site_table,
)
from neurokit.cohorts.splits import Fold, make_folds, unseen_sites
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import code_version, digest
from neurokit.studies.parallel import Workers

Describe = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class CohortScores:
    """What a study found.

    Parameters
    ----------
    models : DataFrame
        One row a model, see :func:`neurokit.cohorts.scores.scores`.
    people : DataFrame
        One row a person and model: truth and prediction.
    sites : DataFrame
        The first model at each site.
    p : float
        Of the first model's balanced accuracy under shuffled diagnoses; NaN without shuffles.
    null : array
        Balanced accuracies under shuffled diagnoses.
    details : list of dict
        What each fold's first model tells of itself: ``frequency`` of nodes, what was ``chosen``,
        the inner loop's ``sweep``.
    cautions : list of str
        What a reader must know.
    """

    models: pd.DataFrame
    people: pd.DataFrame
    sites: pd.DataFrame
    p: float = np.nan
    null: np.ndarray = field(default_factory=lambda: np.empty(0))
    details: list[dict[str, Any]] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)


def study_cohort(
    cohort: Cohort,
    estimators: Mapping[str, Any],
    folder: Path,
    *,
    evaluation: str = "k-fold",
    folds: int = 5,
    permutations: int = 0,
    seed: int = 42,
    describe: Describe | None = None,
    workers: Workers,
    said: Said = lambda what, done, planned: None,
) -> CohortScores:
    """Score estimators on people they have not seen.

    Parameters
    ----------
    cohort : Cohort
        Of :func:`neurokit.cohorts.maps.map_cohort`.
    estimators : mapping of str to estimator
        The first is what the study is about, the others stand beside it. Each takes the cohort's
        table (``series``, ``site``, ``age`` and so on), and learns ``patient``.
    folder : Path
        Where folds are kept: what is there is not done again.
    evaluation, folds, seed
        See :func:`neurokit.cohorts.splits.make_folds`.
    permutations : int
        Whole runs of the first estimator on shuffled diagnoses.
    describe : callable
        From the fitted first estimator to what it tells of itself, in numbers and lists.
    workers : Workers
        Where it runs.
    said : callable
        Is told of each fold.

    Returns
    -------
    scores : CohortScores
    """
    table = cohort.table
    parts = make_folds(table, evaluation, folds=folds, seed=seed)
    truth = table["patient"].to_numpy(bool)
    first = next(iter(estimators))
    tasks = [
        (table, truth, estimator, name, fold, folder, describe if name == first else None)
        for name, estimator in estimators.items()
        for fold in parts
    ]
    outcomes: list[Any] = [None] * len(tasks)
    for done, (place, outcome) in enumerate(workers.each(score_fold, tasks), start=1):
        outcomes[place] = outcome
        said(f"{tasks[place][3]}, {tasks[place][4][0]}", done, len(tasks))
    people = by_person(pd.concat([pd.DataFrame(outcome["rows"]) for outcome in outcomes]))
    widening = 1.0 if evaluation == "split" else 2.0
    models = score_table(people, widening=widening)
    null = _permute(table, estimators[first], parts, folder, permutations, seed, workers, said)
    observed = float(models["balanced_accuracy"][0])
    return CohortScores(
        models,
        people,
        site_table(people[people["model"] == first]),
        permutation_p(observed, null) if len(null) else np.nan,
        null,
        [outcome["about"] for outcome in outcomes[: len(parts)]],
        _cautions(table, parts, evaluation),
    )


def score_fold(
    table: pd.DataFrame,
    truth: np.ndarray,
    estimator: Any,
    name: str,
    fold: Fold,
    folder: Path,
    describe: Describe | None,
) -> dict[str, Any]:
    """Fit on a fold's people and predict the others; what is on disk is read.

    Returns
    -------
    outcome : dict
        ``rows``, one a scan, and ``about``, what the fitted estimator tells of itself.
    """
    label, train, test = fold
    key = digest(_names(table), truth, estimator, train, test, describe, code_version())
    record = folder / f"fold-{key}.json"
    if record.exists():
        outcome = json.loads(record.read_text(encoding="utf-8"))
        for row in outcome["rows"]:
            row["model"] = name
        return dict(outcome)
    fitted = _fit(estimator, table.iloc[train], truth[train])
    tested = table.iloc[test]
    told = np.asarray(fitted.predict(tested)).astype(bool)
    rows = [
        {
            "model": name,
            "fold": label,
            "subject": row["subject"],
            "site": row["site"],
            "patient": bool(truth[place]),
            "predicted": bool(says),
            "value": float(value),
        }
        for place, (_, row), says, value in zip(
            test, tested.iterrows(), told, _values(fitted, tested, told), strict=True
        )
    ]
    outcome = {"rows": rows, "about": {} if describe is None else describe(fitted)}
    write_whole(record, json.dumps(outcome))
    return outcome


def _fit(estimator: Any, table: pd.DataFrame, truth: np.ndarray) -> Any:
    """Fit a clone; its inner loop keeps a person's scans together if it can."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedGroupKFold

    fresh = clone(estimator)
    if isinstance(getattr(fresh, "cv", None), StratifiedGroupKFold):
        return fresh.fit(table, truth, groups=table["subject"].to_numpy())
    return fresh.fit(table, truth)


def _values(fitted: Any, table: pd.DataFrame, told: np.ndarray) -> np.ndarray:
    """How much speaks for the diagnosis, above zero for it."""
    if hasattr(fitted, "predict_proba"):
        return np.asarray(fitted.predict_proba(table)[:, 1] - 0.5)
    if hasattr(fitted, "decision_function"):
        return np.asarray(fitted.decision_function(table))
    return told - 0.5


def _names(table: pd.DataFrame) -> list[Any]:
    """What a fit may depend on, of each scan."""
    rest = table.drop(columns="series")
    contents = [scan.content for scan in table["series"]]
    return [contents, rest.to_json(double_precision=12)]


def score_shuffled(
    table: pd.DataFrame, estimator: Any, parts: Sequence[Fold], folder: Path, seed: int
) -> float:
    """Balanced accuracy of a whole run on shuffled diagnoses."""
    truth = shuffle_people(table, seed)
    key = digest(_names(table), truth, estimator, list(parts), code_version())
    record = folder / f"shuffled-{key}.json"
    if record.exists():
        return float(json.loads(record.read_text(encoding="utf-8")))
    rows = []
    for label, train, test in parts:
        if len(set(truth[train])) < 2:
            continue
        fitted = _fit(estimator, table.iloc[train], truth[train])
        told = np.asarray(fitted.predict(table.iloc[test])).astype(bool)
        part = table.iloc[test][["subject", "site"]]
        rows.append(
            part.assign(model="", fold=label, patient=truth[test], predicted=told, value=told - 0.5)
        )
    score = scores(by_person(pd.concat(rows)))["balanced_accuracy"]
    write_whole(record, json.dumps(score))
    return score


def _permute(
    table: pd.DataFrame,
    estimator: Any,
    parts: Sequence[Fold],
    folder: Path,
    permutations: int,
    seed: int,
    workers: Workers,
    said: Said,
) -> np.ndarray:
    seeds = np.random.SeedSequence(seed).generate_state(permutations)
    tasks = [(table, estimator, parts, folder, int(one)) for one in seeds]
    null = np.empty(permutations)
    for done, (place, score) in enumerate(workers.each(score_shuffled, tasks), start=1):
        null[place] = score
        said("shuffled diagnoses", done, permutations)
    return null


def _cautions(table: pd.DataFrame, parts: list[Fold], evaluation: str) -> list[str]:
    found = []
    if evaluation != "leave-one-site-out" and (unseen := unseen_sites(table, parts)):
        found.append(
            f"Of {few(unseen)} nobody trained: a site correction cannot know them, and takes out "
            "their own mean where five or more people come together."
        )
    counts = table.drop_duplicates("subject").groupby("site").size()
    if len(small := counts.index[counts < 10]) and len(counts) > 1:
        found.append(
            f"Sites with fewer than ten people ({few(small)}) tell little, and are corrected by "
            "little."
        )
    return found

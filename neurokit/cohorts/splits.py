"""Who trains and who is tested: never the same person in both."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from neurokit.cohorts.cohort import few

EVALUATIONS = ("k-fold", "leave-one-site-out", "split")
Fold = tuple[str, np.ndarray, np.ndarray]  # its name, rows that train, rows that are tested


def make_folds(
    table: pd.DataFrame, evaluation: str, *, folds: int = 5, seed: int = 42
) -> list[Fold]:
    """Split scans by person.

    Parameters
    ----------
    table : DataFrame
        Of a :class:`neurokit.cohorts.cohort.Cohort`.
    evaluation : {"k-fold", "leave-one-site-out", "split"}
        Folds stratified by site and diagnosis (by diagnosis alone where every site has fewer
        people of a class than there are folds); each site tested once by the others; or the
        table's own column ``split``.
    folds : int
        Number of folds of ``k-fold``.
    seed : int
        Deals people to folds.

    Raises
    ------
    ValueError
        If it cannot be split so: a person in both parts, one class only, too few people.
    """
    if evaluation not in EVALUATIONS:
        raise ValueError(f"evaluation must be one of {', '.join(EVALUATIONS)}, got {evaluation!r}")
    if evaluation == "k-fold":
        found = list(_k_fold(table, folds, seed))
    elif evaluation == "leave-one-site-out":
        found = list(_sites(table))
    else:
        found = [_named(table)]
    for name, train, test in found:
        _refuse_shared(table, name, train, test)
        _refuse_one_class(table, name, train)
    return found


def unseen_sites(table: pd.DataFrame, folds: list[Fold]) -> list[str]:
    """Sites that are tested somewhere without having trained there."""
    unseen: set[str] = set()
    for _, train, test in folds:
        unseen |= set(table["site"].iloc[test]) - set(table["site"].iloc[train])
    return sorted(unseen)


def _k_fold(table: pd.DataFrame, folds: int, seed: int) -> Iterator[Fold]:
    from sklearn.model_selection import StratifiedGroupKFold

    people = table.drop_duplicates("subject")["patient"]
    fewest = int(min(people.sum(), (~people).sum()))
    if not 2 <= folds <= fewest:
        raise ValueError(
            f"{folds} folds cannot be made of {fewest} people in the smaller class; choose 2 to "
            f"{fewest} with --folds"
        )
    strata = table["site"].astype(str) + table["patient"].map({True: " patient", False: " control"})
    if strata.value_counts().max() < folds:  # no site has enough people to be dealt out evenly
        strata = table["patient"].map({True: "patient", False: "control"})
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sites with fewer people than folds
        parts = list(split.split(np.zeros(len(table)), strata, table["subject"]))
    for number, (train, test) in enumerate(parts, start=1):
        yield f"fold {number}", train, test


def _sites(table: pd.DataFrame) -> Iterator[Fold]:
    sites = sorted(table["site"].unique())
    if len(sites) < 2:
        raise ValueError(
            f"leave-one-site-out needs two sites, the cohort has {few(sites)} only; take k-fold"
        )
    for site in sites:
        tested = (table["site"] == site).to_numpy()
        yield site, np.flatnonzero(~tested), np.flatnonzero(tested)


def _named(table: pd.DataFrame) -> Fold:
    if "split" not in table:
        raise ValueError("the cohort has no column split that says train or test")
    words = table["split"].astype(str).str.strip().str.lower()
    if odd := sorted(set(words) - {"train", "test"}):
        raise ValueError(f"split must be train or test in every row, got {odd[0]!r}")
    train, test = np.flatnonzero(words == "train"), np.flatnonzero(words == "test")
    if not len(train) or not len(test):
        raise ValueError("the column split needs both, train and test")
    return "test", train, test


def _refuse_shared(table: pd.DataFrame, name: str, train: np.ndarray, test: np.ndarray) -> None:
    subjects = table["subject"]
    if both := sorted(set(subjects.iloc[train]) & set(subjects.iloc[test])):
        where = "" if name in ("test",) else f" where {name} is held out"
        raise ValueError(
            f"{few(both)} would train and be tested{where}; a person belongs to one side: mend the "
            "columns split and site, or take k-fold, which keeps a person's scans together"
        )


def _refuse_one_class(table: pd.DataFrame, name: str, train: np.ndarray) -> None:
    if table["patient"].iloc[train].nunique() < 2:
        only = "patients" if table["patient"].iloc[train].all() else "controls"
        raise ValueError(f"{name}: only {only} are left to train on; choose other folds")

"""Pipelines compared in pairs: paired tests a data set, combined over data sets."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from neurokit.intervals import mean_interval

_STUDY = ["evaluation", "paradigm", "scorer"]
# fewer pairs cannot reach 5 %, two-sided: 2 / 2**5 is 6 %
FEWEST_PAIRS = 6
ALL = "all data sets"
# all differ by the same: that tells nothing of how they would differ elsewhere
_UNKNOWN = np.nan, np.nan


def compare(
    frame: pd.DataFrame, *, unit: str = "subject", level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Test every pair of pipelines on the people that both were evaluated on.

    Each data set has an exact sign-flip permutation test (drawn by chance from 14 pairs on) and
    Wilcoxon's; over data sets Stouffer's method combines the one-sided permutation tests, weighted
    by the root of the number of people. Holm corrects for the pairs of one data set.

    Parameters
    ----------
    frame : DataFrame
        One row a fold, as `neurokit.studies.results.Results.frame` gives it.
    unit : {"subject", "session"}
        What is paired: people (their mean over sessions), or sessions, which the tests then take
        as independent though they share their person.
    level : float
        Confidence of the interval of the difference.
    seed : int
        For permutations.

    Returns
    -------
    comparison : DataFrame
        Columns dataset (or "all data sets"), evaluation, paradigm, scorer, first, second, n
        (pairs), difference (first - second, mean), low, high, effect (difference over its standard
        deviation), p_permutation, p_wilcoxon, p_holm, note (in words why there is no test). A
        single person's folds give an interval by Nadeau and Bengio's corrected t, and no test.

    Raises
    ------
    ValueError
        If the unit is neither, or fewer than two pipelines have scores.

    References
    ----------
    .. [1] V. Jayaram, A. Barachant, J. Neural Engineering, 2018, doi:10.1088/1741-2552/aadea0.
    .. [2] S. Holm, Scandinavian J. Statistics, 1979.
    """
    if unit not in ("subject", "session"):
        raise ValueError(f"unit must be subject or session, got {unit!r}")
    good = frame[frame["score"].notna()]
    if good["pipeline"].nunique() < 2:
        named = ", ".join(good["pipeline"].unique()) or "none"
        raise ValueError(
            f"a comparison needs scores of at least two pipelines, there are those of: {named}; "
            "evaluate another one into the same folder"
        )
    rows: list[dict[str, Any]] = []
    for names, study in good.groupby(_STUDY, sort=False, dropna=False):
        keys = dict(zip(_STUDY, names, strict=True))
        tables = [
            (dataset, pairs)
            for dataset, group in study.groupby("dataset", sort=False)
            if (pairs := _pairs(group, unit, level, seed))
        ]
        if len(tables) > 1:
            tables.append((ALL, _combined([pairs for _, pairs in tables])))
        for dataset, pairs in tables:
            _correct(pairs)
            rows += [{"dataset": dataset} | keys | _public(pair) for pair in pairs]
    return pd.DataFrame(rows)


def _pairs(group: pd.DataFrame, unit: str, level: float, seed: int) -> list[dict[str, Any]]:
    """One row a pair of pipelines of one data set."""
    sessions = group.groupby(["pipeline", "subject", "session"], sort=False)["score"].mean()
    if unit == "subject":
        sessions = sessions.groupby(["pipeline", "subject"], sort=False).mean()
    table = sessions.unstack("pipeline")
    rows = []
    for first, second in itertools.combinations(group["pipeline"].unique(), 2):
        both = table[[first, second]].dropna()
        # equal differences must not differ by rounding
        differences = (both[first] - both[second]).to_numpy().round(12)
        if not len(differences):
            continue
        row = {"first": first, "second": second, "n": len(differences)}
        low, high = mean_interval(differences, level=level) if np.ptp(differences) else _UNKNOWN
        row |= _tests(differences, seed) | {"low": low, "high": high}
        if len(differences) == 1:
            row |= _within_person(group, first, second, level)
        rows.append(row)
    return rows


def _tests(differences: np.ndarray, seed: int) -> dict[str, Any]:
    """Effect and p-values of paired differences."""
    n, mean = len(differences), float(np.mean(differences))
    row: dict[str, Any] = {"difference": mean, "effect": _effect(differences), "note": ""}
    row["p_greater"], row["p_less"] = _sign_flips(differences, seed)
    row["p_permutation"] = row["p_wilcoxon"] = np.nan
    if n < FEWEST_PAIRS:
        people = "one pair" if n == 1 else f"{n} pairs"
        row["note"] = f"{people}: too few for a test at 5 %, which needs {FEWEST_PAIRS}"
        return row
    row["p_permutation"] = min(1.0, 2 * min(row["p_greater"], row["p_less"]))
    if not np.any(differences):
        return row | {"p_wilcoxon": 1.0, "note": "the scores are equal"}
    with warnings.catch_warnings():
        # SciPy says that ties make the exact test a normal one
        warnings.simplefilter("ignore")
        row["p_wilcoxon"] = float(stats.wilcoxon(differences).pvalue)
    return row


def _effect(differences: np.ndarray) -> float:
    """Standardised mean difference of pairs."""
    if not np.ptp(differences):
        return np.nan
    return float(np.mean(differences) / np.std(differences, ddof=1))


def _sign_flips(differences: np.ndarray, seed: int) -> tuple[float, float]:
    """One-sided p-values, exact up to 13 pairs; of at least one flip, so never 0."""
    n = len(differences)
    if n <= 13:
        signs = np.array(list(itertools.product([-1.0, 1.0], repeat=n)))
        more = 0
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], (20_000, n))
        more = 1
    sums, seen = signs @ differences, differences.sum()
    slack = 1e-12 * np.abs(differences).sum()
    greater = (np.sum(sums >= seen - slack) + more) / (len(signs) + more)
    less = (np.sum(sums <= seen + slack) + more) / (len(signs) + more)
    return float(greater), float(less)


def _within_person(group: pd.DataFrame, first: str, second: str, level: float) -> dict[str, Any]:
    """Interval of the difference over one person's folds."""
    index = ["subject", "session", "fold"]
    folds = group.pivot_table(index=index, columns="pipeline", values="score")
    differences = (folds[first] - folds[second]).dropna().to_numpy()
    share = float((group["n_test"] / group["n_train"]).mean())
    widening = 1 + len(differences) * share
    if not np.ptp(differences.round(12)):
        note = "one person, whose folds all differ by the same: that tells of no other trials"
        return {"low": np.nan, "high": np.nan, "note": note}
    low, high = mean_interval(differences, widening=widening, level=level)
    note = f"one person: the interval is over {len(differences)} folds, and there is no test"
    return {"low": low, "high": high, "note": note}


def _combined(tables: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The pairs over all data sets, each pair turned as it stands where it comes first."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for pair in itertools.chain.from_iterable(tables):
        names = pair["first"], pair["second"]
        if names[::-1] in found:
            found[names[::-1]].append(_turned(pair))
        else:
            found.setdefault(names, []).append(pair)
    return [_stouffer(pairs) for pairs in found.values() if len(pairs) > 1]


def _turned(pair: dict[str, Any]) -> dict[str, Any]:
    return pair | {
        "first": pair["second"],
        "second": pair["first"],
        "difference": -pair["difference"],
        "effect": -pair["effect"],
        "p_greater": pair["p_less"],
        "p_less": pair["p_greater"],
    }


def _stouffer(found: list[dict[str, Any]]) -> dict[str, Any]:
    sizes = np.array([pair["n"] for pair in found])
    weights, shares = np.sqrt(sizes), np.sqrt(sizes) / np.sqrt(sizes).sum()
    n = int(sizes.sum())
    effects = np.array([pair["effect"] for pair in found])
    known = np.isfinite(effects)
    effect = np.average(effects[known], weights=shares[known]) if known.any() else np.nan
    row = {
        "first": found[0]["first"],
        "second": found[0]["second"],
        "n": n,
        "difference": float(shares @ [pair["difference"] for pair in found]),
        "low": np.nan,
        "high": np.nan,
        "effect": float(effect),
        "p_permutation": np.nan,
        "p_wilcoxon": np.nan,
        "note": f"{len(found)} data sets by Stouffer's method",
    }
    if n < FEWEST_PAIRS:
        return row | {"note": f"{n} pairs in all: too few for a test at 5 %"}
    sides = [_combine([pair[side] for pair in found], weights) for side in ("p_greater", "p_less")]
    return row | {"p_permutation": min(1.0, 2 * min(sides))}


def _combine(p_values: list[float], weights: np.ndarray) -> float:
    # a p-value of 1 says nothing for its side, and must not outweigh all others
    clipped = np.clip(p_values, 1e-15, 1 - 1e-6)
    return float(stats.combine_pvalues(clipped, "stouffer", weights).pvalue)


def _correct(pairs: list[dict[str, Any]]) -> None:
    """Add Holm's correction of the permutation tests, over the pairs that have one."""
    tested = sorted(
        (pair for pair in pairs if np.isfinite(pair["p_permutation"])),
        key=lambda pair: pair["p_permutation"],
    )
    largest = 0.0
    for rank, pair in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * pair["p_permutation"]))
        pair["p_holm"] = largest


def _public(pair: dict[str, Any]) -> dict[str, Any]:
    names = ["first", "second", "n", "difference", "low", "high", "effect", "p_permutation"]
    return {name: pair.get(name, np.nan) for name in [*names, "p_wilcoxon", "p_holm", "note"]}

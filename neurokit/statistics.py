"""What results say: scores with interval, chance band and majority; pipelines compared."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from neurokit.intervals import (
    auc_band,
    auc_interval,
    binomial_band,
    bootstrap_interval,
    mean_interval,
    permutation_band,
    wilson,
)
from neurokit.studies.comparison import compare
from neurokit.studies.scores import constant_score, guessing_accuracy, permuted_scores, score_of

__all__ = ["compare", "summarise"]

Predictions = Callable[[str], dict[str, np.ndarray]]
_KEYS = ["dataset", "evaluation", "paradigm", "pipeline", "scorer"]
_LEVELS = {"dataset": [], "subject": ["subject"], "session": ["subject", "session"]}
# what shares training trials with what: the folds of one pool are a cross-validation
_POOLS = {"within-session": ["subject", "session"], "cross-subject": []}


def summarise(
    frame: pd.DataFrame,
    predictions: Predictions | None = None,
    *,
    per: str = "dataset",
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean scores, each with its confidence interval, chance band and majority baseline.

    Accuracies get Wilson's interval, areas under the curve Newcombe's, other scorers Nadeau and
    Bengio's corrected t over folds, or a bootstrap of a single fold's trials. Over several people
    the interval is the wider of that one and of Student's over people. All are as wide as the
    dependence between folds asks for (`neurokit.intervals`). The overlapping windows of a
    pseudo-online evaluation are no independent trials: their interval is over folds or blocks,
    and their chance band shifts the labels in time.

    Parameters
    ----------
    frame : DataFrame
        One row a fold, as `neurokit.studies.results.Results.frame` and
        `neurokit.studies.evaluation.evaluate` give it.
    predictions : callable
        Takes a fold's key and gives its predictions
        (`neurokit.studies.results.Results.predictions`). Without it the class counts are unknown:
        areas are taken as balanced, other scorers have no chance band.
    per : {"dataset", "subject", "session"}
        One row a dataset (mean over people of their mean over sessions), a person or a session.
    level : float
        Confidence of intervals and bands.
    seed : int
        For permutations and bootstrap.

    Returns
    -------
    summary : DataFrame
        Columns dataset, evaluation, paradigm, pipeline, scorer, then subject and session as asked
        for; people, folds, n (distinct trials tested), score, low, high, interval (how it was
        made), chance, chance_low, chance_high, majority (the score of always naming the most
        frequent class), failed (folds). What cannot be known is NaN.

    Raises
    ------
    ValueError
        If ``per`` is none of the three.
    """
    if per not in _LEVELS:
        raise ValueError(f"per must be dataset, subject or session, got {per!r}")
    if frame.empty:
        return pd.DataFrame(columns=[*_KEYS, *_LEVELS[per], *_empty_row()])
    keys = [*_KEYS, *_LEVELS[per]]
    # a fold that failed before it was scored may lack its scorer
    frame = frame.assign(scorer=frame.groupby(_KEYS[:-1])["scorer"].transform(_most_frequent))
    rows = []
    for names, group in frame.groupby(keys, sort=False, dropna=False):
        row = dict(zip(keys, names, strict=True))
        rows.append(row | _row(group, predictions, level, seed))
    return pd.DataFrame(rows)


def _most_frequent(column: pd.Series) -> Any:
    modes = column.mode()
    return modes.iloc[0] if len(modes) else None


def _empty_row() -> dict[str, Any]:
    numbers = ["score", "low", "high", "chance", "chance_low", "chance_high", "majority"]
    counts: dict[str, Any] = dict.fromkeys(["people", "folds", "n", "failed"], 0)
    return counts | dict.fromkeys(numbers, np.nan) | {"interval": ""}


def _row(
    group: pd.DataFrame, predictions: Predictions | None, level: float, seed: int
) -> dict[str, Any]:
    """Everything beside the keys, of the folds of one row."""
    good = group[group["score"].notna()]
    row = _empty_row() | {"failed": len(group) - len(good), "folds": len(good)}
    if good.empty:
        return row
    folds = _Folds.gather(good, predictions)
    low, high, how = _interval(folds, level, seed)
    chance, chance_low, chance_high = _chance(folds, level, seed)
    return row | {
        "people": good["subject"].nunique(),
        "n": folds.n_distinct,
        "score": folds.mean,
        "low": low,
        "high": high,
        "interval": how,
        "chance": chance,
        "chance_low": chance_low,
        "chance_high": chance_high,
        "majority": folds.majority(),
    }


@dataclass(frozen=True)
class _Folds:
    """The folds behind one mean: their scores, weights in it, sizes and predictions."""

    scorer: str
    evaluation: str
    people: list[Hashable]
    score: np.ndarray
    weight: np.ndarray
    n_train: np.ndarray
    n_test: np.ndarray
    widening: np.ndarray
    n_distinct: int
    predicted: list[dict[str, np.ndarray]] = field(default_factory=list)

    @classmethod
    def gather(cls, good: pd.DataFrame, predictions: Predictions | None) -> _Folds:
        predicted = [predictions(key) for key in good["key"]] if predictions else []
        widening, n_distinct = _widenings(good, predicted)
        return cls(
            scorer=good["scorer"].iloc[0],
            evaluation=good["evaluation"].iloc[0],
            people=good["subject"].tolist(),
            score=good["score"].to_numpy(float),
            weight=_weights(good),
            n_train=good["n_train"].to_numpy(float),
            n_test=good["n_test"].to_numpy(float),
            widening=widening,
            n_distinct=n_distinct,
            predicted=predicted,
        )

    @property
    def mean(self) -> float:
        return float(self.weight @ self.score)

    @property
    def n_effective(self) -> float:
        """As many independent trials would leave the mean as uncertain."""
        return float(1 / (self.weight**2 * self.widening / self.n_test).sum())

    @property
    def is_series(self) -> bool:
        """Whether what is tested are overlapping windows, which are no independent trials."""
        return self.evaluation == "pseudo-online"

    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Count the tested trials of the positive and of the negative class, fold by fold."""
        if not self.predicted:
            return self.n_test / 2, self.n_test / 2
        positive = [np.sum(fold["y_true"] == fold["classes"][-1]) for fold in self.predicted]
        return np.array(positive, float), self.n_test - positive

    def majority(self) -> float:
        """Score of always naming the class that is most frequent among each person's trials."""
        if self.scorer == "roc_auc":
            return 0.5
        if not self.predicted:
            return np.nan
        weights = pd.Series(self.weight).groupby(self.people, sort=False).sum()
        truths = pd.Series(self.predicted).groupby(self.people, sort=False)
        shares = [
            constant_score(self.scorer, np.concatenate([fold["y_true"] for fold in folds]))
            for _, folds in truths
        ]
        return float(weights.to_numpy() @ shares)


def _weights(good: pd.DataFrame) -> np.ndarray:
    """Weight of each fold in the mean over people of the mean over sessions of the folds."""
    by_session = good.groupby(["subject", "session"], dropna=False)["key"].transform("size")
    sessions = good.groupby("subject", dropna=False)["session"].transform("nunique")
    people = good["subject"].nunique()
    return (1 / (by_session * sessions.clip(lower=1) * people)).to_numpy(float)


def _widenings(
    good: pd.DataFrame, predicted: list[dict[str, np.ndarray]]
) -> tuple[np.ndarray, int]:
    """Factor on the variance of each fold's share, and the number of distinct trials tested."""
    good = good.reset_index(drop=True)
    columns = _POOLS.get(good["evaluation"].iloc[0], ["subject"])
    pools = good.groupby(columns, sort=False).indices if columns else {"all": good.index}
    widening, n_distinct = np.ones(len(good)), 0
    for rows in pools.values():
        tested = distinct = good.loc[rows, "n_test"].sum()
        if predicted:
            cells = good.loc[rows, ["subject", "session"]].itertuples(index=False, name=None)
            trials = {
                (*cell, trial)
                for cell, row in zip(cells, rows, strict=True)
                for trial in predicted[row]["test"].tolist()
            }
            distinct = len(trials)
        # repeated splits test the same trials again, and learn nothing new of chance
        widening[rows] = (2.0 if len(rows) > 1 else 1.0) * tested / distinct
        n_distinct += int(distinct)
    return widening, n_distinct


def _interval(folds: _Folds, level: float, seed: int) -> tuple[float, float, str]:
    """Of the mean score: over trials, and over people where that is wider."""
    low, high, how = _over_trials(folds, level, seed)
    weighted = pd.DataFrame({"w": folds.weight, "s": folds.weight * folds.score})
    sums = weighted.groupby(folds.people, sort=False).sum()
    people = (sums["s"] / sums["w"]).to_numpy()
    if len(people) < 2:
        return low, high, how
    widening = 2.0 if folds.evaluation == "cross-subject" else 1.0
    person_low, person_high = mean_interval(people, widening=widening, level=level)
    # a person's score lies where every other's may
    person_low, person_high = max(person_low, _floor(folds)), min(person_high, 1.0)
    if not low <= high or person_high - person_low > high - low:
        return person_low, person_high, f"over {len(people)} people"
    return low, high, how


def _floor(folds: _Folds) -> float:
    return 0.0 if folds.scorer in ("accuracy", "roc_auc", "balanced_accuracy") else -np.inf


def _over_trials(folds: _Folds, level: float, seed: int) -> tuple[float, float, str]:
    how = f"over {folds.n_distinct} trials"
    if folds.scorer == "accuracy" and not folds.is_series:
        return (*wilson(folds.mean, folds.n_effective, level=level), how)
    if folds.scorer == "roc_auc" and not folds.is_series:
        positive, negative = folds.counts()
        widths: dict[str, Any] = {
            "weights": folds.weight,
            "widening": folds.widening,
            "level": level,
        }
        return (*auc_interval(folds.mean, positive, negative, **widths), how)
    n = len(folds.score)
    if n > 1:
        widening = 1 + n * float(np.mean(folds.n_test / folds.n_train))
        return (*mean_interval(folds.score, widening=widening, level=level), f"over {n} folds")
    if not folds.predicted:
        return np.nan, np.nan, ""
    only = folds.predicted[0]
    again = partial(score_of, folds.scorer, only)
    n_trials = len(only["y_true"])
    block = max(1, n_trials // 20) if folds.is_series else 1
    return (*bootstrap_interval(again, n_trials, block=block, level=level, seed=seed), how)


def _chance(folds: _Folds, level: float, seed: int) -> tuple[float, float, float]:
    """Score of guessing with the pipeline's own habits, and the band around it."""
    if folds.scorer == "roc_auc" and not folds.is_series:
        positive, negative = folds.counts()
        widths: dict[str, Any] = {
            "weights": folds.weight,
            "widening": folds.widening,
            "level": level,
        }
        return (0.5, *auc_band(positive, negative, **widths))
    if not folds.predicted:
        return np.nan, np.nan, np.nan
    if folds.scorer == "accuracy" and not folds.is_series:
        hits = [guessing_accuracy(fold["y_true"], fold["y_pred"]) for fold in folds.predicted]
        chance, n = float(folds.weight @ hits), folds.n_distinct
        return (chance, *binomial_band(chance, n, widening=n / folds.n_effective, level=level))
    random = np.random.default_rng(seed)
    null = [
        permuted_scores(folds.scorer, fold, random, series=folds.is_series)
        for fold in folds.predicted
    ]
    widening = float(folds.widening.max())
    return permutation_band(folds.weight @ np.array(null), widening=widening, level=level)

"""Attempts to train: what was tried, how well it decides, and how two of them compare."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from neurokit.studies.scores import guessing_accuracy

Selection = Literal["inside", "before", "redone"]
# what can be said of the features behind a score
SELECTIONS: dict[Selection, str] = {
    "inside": "Everything is learned inside the folds.",
    "before": "The features were picked before these trials were looked at.",
    "redone": (
        "The features were picked on these very trials, which flatters them. So the score is "
        "that of picking as many anew inside each fold; the model uses your picks."
    ),
}


class Candidate(BaseModel):
    """A pipeline to try.

    Parameters
    ----------
    pipeline : str
        A name of the catalogue, or whatever else ``neurokit.pipelines`` resolves.
    settings : dict
        Changes of its defaults. ``features``, (channel, lowest, highest) in hertz, are picks made
        by hand.
    seen : tuple of int, optional
        Places of the runs that were looked at when the features were picked; None for all of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: str
    settings: dict[str, Any] = Field(default_factory=dict)
    seen: tuple[int, ...] | None = None

    @property
    def is_picked_by_hand(self) -> bool:
        """Whether the features were chosen outside of any fold."""
        return self.settings.get("features") is not None


class FoldResult(BaseModel):
    """What one fold gave: its sizes, its accuracy or why there is none, and what it chose."""

    number: int
    n_train: int
    n_test: int
    score: float | None = None
    error: str = ""
    chosen: dict[str, Any] = Field(default_factory=dict)


class Prediction(BaseModel):
    """What a trial was, and what it was taken for; ``trial`` is its number in its run."""

    run: str
    trial: int
    true: str
    predicted: str
    # of the two classes the second one's decision value or probability
    value: float | None = None


class Attempt(BaseModel):
    """A pipeline evaluated on trials that it did not learn from.

    Accuracies and bounds are shares from 0 to 1, and None where no fold could be trained.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    pipeline: str
    settings: dict[str, Any] = Field(default_factory=dict)
    runs: tuple[str, ...] = ()
    split: str = "k-fold"
    seed: int = 42
    classes: tuple[str, ...] = ()
    n_trials: int = 0
    score: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    chance_low: float | None = None
    chance_high: float | None = None
    majority: float | None = None
    folds: list[FoldResult] = Field(default_factory=list)
    # rows are what was, columns what it was taken for
    confusion: list[list[int]] = Field(default_factory=list)
    predictions: list[Prediction] = Field(default_factory=list)
    selection: Selection = "inside"
    # with picks made on the very trials: no measure of anything, kept to show by how much
    flattered: float | None = None
    problem: str = ""
    seconds: float = 0.0
    cut: dict[str, Any] = Field(default_factory=dict)
    # what the trials were asked for with: ``classes``, and options of ``run_epochs``
    asked: dict[str, Any] = Field(default_factory=dict)
    # numbers of the runs in the workspace
    run_ids: tuple[int, ...] = ()
    note: str = ""
    pinned: bool = False

    @property
    def is_above_chance(self) -> bool:
        """Whether the accuracy lies above the band in which 95 % of guessers fall."""
        if self.score is None or self.chance_high is None:
            return False
        return self.score > self.chance_high

    @property
    def verdict(self) -> str:
        """The result in words."""
        if self.score is None:
            return "could not be trained"
        return "above chance" if self.is_above_chance else "not distinguishable from chance"

    def chosen_features(self) -> dict[str, int]:
        """In how many folds each feature was chosen, the most frequent first."""
        counts: Counter[str] = Counter()
        for fold in self.folds:
            for name, value in fold.chosen.items():
                if name.rpartition("__")[2] == "features":
                    counts.update(value)
        return dict(counts.most_common())


class Comparison(BaseModel):
    """Two attempts on the trials that both decided."""

    first: str
    second: str
    n: int
    difference: float
    low: float
    high: float
    p: float
    only_first: int
    only_second: int

    @property
    def verdict(self) -> str:
        """The comparison in words."""
        if self.p >= 0.05:
            return "no difference can be told on so many trials"
        return f"{self.first if self.difference > 0 else self.second} decides better"


def compare_attempts(first: Attempt, second: Attempt, *, level: float = 0.95) -> Comparison:
    """Compare two attempts trial by trial.

    The p-value is the larger one of McNemar's exact test and of Student's over trials with the
    variance doubled, since folds share their training trials (`neurokit.intervals`).

    Parameters
    ----------
    first, second : Attempt
        Evaluated on the same trials, wholly or in part.
    level : float
        Confidence of the interval of the difference.

    Returns
    -------
    comparison : Comparison
        The difference is the first's accuracy less the second's.

    Raises
    ------
    ValueError
        If they share fewer than two trials.

    References
    ----------
    .. [1] Q. McNemar, Psychometrika, 1947, doi:10.1007/BF02295996.
    """
    from scipy import stats

    from neurokit.intervals import mean_interval

    others = {(each.run, each.trial): each for each in second.predictions}
    pairs = [
        (each, others[each.run, each.trial])
        for each in first.predictions
        if (each.run, each.trial) in others
    ]
    if len(pairs) < 2:
        raise ValueError(
            f"{first.pipeline} and {second.pipeline} were tested on different trials; "
            "train both on the same runs"
        )
    hits = np.array([[each.predicted == each.true for each in pair] for pair in pairs], float)
    differences, n = hits[:, 0] - hits[:, 1], len(pairs)
    better, worse = int(np.sum(differences > 0)), int(np.sum(differences < 0))
    widening = 2.0 if max(len(first.folds), len(second.folds)) > 1 else 1.0
    low, high = mean_interval(differences, widening=widening, level=level)
    p, mean, deviation = 1.0, float(np.mean(differences)), float(np.std(differences, ddof=1))
    if better + worse:
        p = float(stats.binomtest(better, better + worse).pvalue)
    if deviation:
        t = abs(mean) / (deviation * np.sqrt(widening / n))
        p = max(p, 2 * float(stats.t.sf(t, n - 1)))
    return Comparison(
        first=first.pipeline,
        second=second.pipeline,
        n=n,
        difference=mean,
        low=low,
        high=high,
        p=p,
        only_first=better,
        only_second=worse,
    )


def summary_of(
    predictions: list[Prediction], fold_of: list[int], classes: tuple[str, ...]
) -> dict[str, Any]:
    """Accuracy with interval, chance band, majority and confusion matrix of pooled folds.

    Parameters
    ----------
    predictions : list of Prediction
        Every trial once.
    fold_of : list of int
        The fold that decided each.
    classes : tuple of str
        In the order of the confusion matrix.

    Returns
    -------
    summary : dict
        Fields of `Attempt`.
    """
    from neurokit.intervals import binomial_band, wilson

    true = np.array([each.true for each in predictions])
    predicted = np.array([each.predicted for each in predictions])
    n, folds = len(predictions), np.array(fold_of)
    score = float(np.mean(true == predicted))
    numbers = np.unique(folds)
    widening = 2.0 if len(numbers) > 1 else 1.0
    # a fold that leans to one class has its due
    lucky = [guessing_accuracy(true[folds == k], predicted[folds == k]) for k in numbers]
    chance = float(np.average(lucky, weights=[np.sum(folds == k) for k in numbers]))
    low, high = wilson(score, n / widening)
    chance_low, chance_high = binomial_band(chance, n, widening=widening)
    places = {name: place for place, name in enumerate(classes)}
    confusion = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(confusion, ([places[t] for t in true], [places[p] for p in predicted]), 1)
    return {
        "n_trials": n,
        "score": score,
        "low": low,
        "high": high,
        "chance": chance,
        "chance_low": chance_low,
        "chance_high": chance_high,
        "majority": max(Counter(true.tolist()).values()) / n,
        "confusion": confusion.tolist(),
    }

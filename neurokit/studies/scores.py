"""Scorers by name, on stored predictions: again, shuffled, and of a constant answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np


def score_of(
    scorer: str, predicted: dict[str, np.ndarray], rows: np.ndarray | slice = slice(None)
) -> float:
    """Score some trials of stored predictions.

    Parameters
    ----------
    scorer : str
        A scikit-learn scorer's name, or ``nmcc`` (Matthews' coefficient from 0 to 1).
    predicted : dict
        ``y_true``, ``y_pred``, ``y_score``, ``classes``.
    rows : array of int
        The trials.

    Returns
    -------
    score : float
        NaN where the scorer is unknown, or undefined on these trials.
    """
    function, takes_labels = _scorer(scorer)
    answer = predicted["y_pred"] if takes_labels else _scores(predicted)
    try:
        return float(function(predicted["y_true"][rows], answer[rows]))
    except ValueError:  # one class only
        return np.nan


def constant_score(scorer: str, y_true: np.ndarray) -> float:
    """Score of always naming the most frequent class."""
    names, counts = np.unique(y_true, return_counts=True)
    constant = np.full(len(y_true), names[counts.argmax()])
    function, takes_labels = _scorer(scorer)
    return float(function(y_true, constant)) if takes_labels else np.nan


def guessing_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """Mean accuracy under shuffled labels; a predictor that leans to one class has its due."""
    return float(sum(np.mean(y_true == name) * np.mean(y_pred == name) for name in set(y_pred)))


def permuted_scores(
    scorer: str,
    predicted: dict[str, np.ndarray],
    random: np.random.Generator,
    *,
    series: bool = False,
) -> np.ndarray:
    """Score stored predictions against 200 shuffles of the labels.

    Parameters
    ----------
    scorer, predicted
        As in `score_of`.
    random : Generator
        Draws the shuffles.
    series : bool
        The trials are windows in the order of time, and overlap: the labels are shifted round,
        so that neighbours stay neighbours.

    Returns
    -------
    null : array, shape (200,)
    """
    function, takes_labels = _scorer(scorer)
    y_true = predicted["y_true"]
    draws = [_shuffle(len(y_true), random, series) for _ in range(200)]
    if not takes_labels:
        shuffled = (predicted | {"y_true": y_true[draw]} for draw in draws)
        return np.array([score_of(scorer, each) for each in shuffled])
    names, coded = np.unique(np.r_[y_true, predicted["y_pred"]], return_inverse=True)
    truth, answer, k = coded[: len(y_true)], coded[len(y_true) :], len(names)
    tables = [np.bincount(truth[draw] * k + answer, minlength=k * k) for draw in draws]
    # few tables differ, and a label scorer sees nothing but the table
    distinct, which = np.unique(tables, axis=0, return_inverse=True)
    rows, columns = np.divmod(np.arange(k * k), k)
    scores = [
        function(np.repeat(names[rows], table), np.repeat(names[columns], table))
        for table in distinct
    ]
    return np.array(scores, float)[which.ravel()]


def _shuffle(n: int, random: np.random.Generator, series: bool) -> np.ndarray:
    return np.roll(np.arange(n), random.integers(n)) if series else random.permutation(n)


@cache
def _scorer(name: str) -> tuple[Callable[..., float], bool]:
    """Scoring function of (y_true, answer), and whether the answer is labels."""
    from neurokit.studies.decisions import find_scorer

    try:
        scorer = find_scorer(name)
    except ValueError:
        return lambda y_true, answer: np.nan, True
    sign, keywords, function = scorer._sign, scorer._kwargs, scorer._score_func
    takes_labels = scorer._response_method == "predict"
    return lambda y_true, answer: sign * function(y_true, answer, **keywords), takes_labels


def _scores(predicted: dict[str, np.ndarray]) -> np.ndarray:
    scores = predicted["y_score"]
    return scores[:, -1] if scores.ndim == 2 and scores.shape[1] == 2 else scores

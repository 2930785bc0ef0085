"""The usual scores of a fitted SVM, to the same bits as scikit-learn's but without its checks.

A search scores thousands of small machines, and the checks cost ten times the score.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Scorer = Callable[[Any, np.ndarray, np.ndarray], float]


def quick_scorer(scoring: Any, scorer: Scorer, n_classes: int) -> Scorer:
    """Return a quick version of scikit-learn's scorer where there is one, else that scorer.

    Parameters
    ----------
    scoring : str, callable or None
        As the user gave it.
    scorer : callable
        What ``sklearn.metrics.check_scoring`` made of it for a classifier.
    n_classes : int
        The area under the curve is quick for two.
    """
    if scoring is None or scoring == "accuracy":
        return _accuracy
    if scoring == "roc_auc" and n_classes == 2:
        return _area
    return scorer


def _accuracy(machine: Any, X: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean(machine.predict(X) == y))


def _area(machine: Any, X: np.ndarray, y: np.ndarray) -> float:
    return area_under_curve(y == machine.classes_[1], machine.decision_function(X))


def area_under_curve(positive: np.ndarray, decisions: np.ndarray) -> float:
    """Area under the receiver operating characteristic, NaN where a class is missing.

    It sums trapezoids as ``roc_auc_score`` does, whose rounding decides between rows that tie.

    Parameters
    ----------
    positive : array of bool, shape (n_epochs,)
        Whether an epoch is of the second class.
    decisions : array, shape (n_epochs,)
        Larger where it seems to be.
    """
    descending = np.argsort(decisions, kind="stable")[::-1]
    hits = np.cumsum(positive[descending])
    # equal decisions are one step of the curve
    last = np.append(np.flatnonzero(np.diff(decisions[descending])), len(decisions) - 1)
    true, false = hits[last], last + 1 - hits[last]
    if true[-1] == 0 or false[-1] == 0:
        return float("nan")
    # ends and corners only: points within a straight line change the sum's rounding
    kept = np.ones(len(last), dtype=bool)
    kept[1:-1] = (np.diff(true, 2) != 0) | (np.diff(false, 2) != 0)
    true, false = (np.append(0, rates[kept]) / rates[-1] for rates in (true, false))
    return float(np.trapezoid(true, false))

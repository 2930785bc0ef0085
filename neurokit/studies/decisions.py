"""How good a stream of decisions is, idle among the classes: correlation, information, votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def vote(predictions: np.ndarray, count: int, runs: np.ndarray | None = None) -> np.ndarray:
    """Replace each decision by the commonest of the last few; the latest of them settles a tie.

    Parameters
    ----------
    predictions : array, shape (n_windows,)
        In order of time.
    count : int
        Decisions that vote, the present one among them. The answer lags by about half of them.
    runs : array, shape (n_windows,), optional
        A vote does not reach back into another run.
    """
    predictions = np.asarray(predictions)
    runs = np.zeros(len(predictions)) if runs is None else np.asarray(runs)
    voted = predictions.copy()
    for i in range(len(predictions)):
        first = max(0, i + 1 - count)
        last = predictions[first : i + 1][runs[first : i + 1] == runs[i]][::-1].tolist()
        voted[i] = max(last, key=last.count)  # the first of equals, which is the latest
    return voted


def normalised_mcc(y_true: Any, y_pred: Any) -> float:
    """Matthews correlation coefficient of any number of classes, moved to 0 ... 1.

    0.5 is chance, whatever the share of the classes; a constant answer has 0.5 too.
    """
    from sklearn.metrics import matthews_corrcoef

    return float((matthews_corrcoef(y_true, y_pred) + 1) / 2)


def information_transfer_rate(accuracy: float, n_classes: int, seconds: float) -> float:
    """Wolpaw's information transfer rate in bits a minute.

    ``B = log2 N + P log2 P + (1 - P) log2((1 - P) / (N - 1))`` bits a decision, and 60 / seconds
    decisions a minute. It takes the classes for equally frequent, wrong answers for equally likely
    among the other classes, and decisions for independent; decoders of motor imagery meet none of
    the three, so that it ranks decoders of one task and says little across tasks. Below chance,
    where the formula rises again, it is 0.

    Parameters
    ----------
    accuracy : float
        Share of right decisions, 0 to 1.
    n_classes : int
        At least 2.
    seconds : float
        Between independent decisions.

    References
    ----------
    .. [1] J. R. Wolpaw et al., Clinical Neurophysiology 113, 2002,
       doi:10.1016/S1388-2457(02)00057-3.
    """
    if not 0 <= accuracy <= 1 or n_classes < 2 or seconds <= 0:
        raise ValueError(
            "accuracy must lie in 0 to 1, n_classes be at least 2 and seconds above 0, "
            f"got {accuracy}, {n_classes} and {seconds}"
        )
    if accuracy <= 1 / n_classes:
        return 0.0
    bits = np.log2(n_classes)
    if accuracy < 1:
        wrong = 1 - accuracy
        bits += accuracy * np.log2(accuracy) + wrong * np.log2(wrong / (n_classes - 1))
    return float(bits * 60 / seconds)


def itr(y_true: Any, y_pred: Any, *, seconds: float = 2.0) -> float:
    """Information transfer rate of a sequence of decisions, idle among the classes.

    Since idle is frequent and the formula takes classes for equally frequent, the mean recall of
    the classes stands for the accuracy. Windows that overlap do not decide independently:
    ``seconds`` should be the length of a window, not the step.
    """
    from sklearn.metrics import recall_score

    classes = np.unique(y_true)
    recall = recall_score(y_true, y_pred, labels=classes, average="macro", zero_division=0.0)
    return information_transfer_rate(float(recall), max(2, len(classes)), seconds)


def find_scorer(name: str) -> Any:
    """Find a scorer, ``scorer(estimator, X, y)``, by name.

    Parameters
    ----------
    name : str
        "nmcc"; "itr", bits a minute for a decision every 2 seconds, or "itr/1.5" for one every
        1.5; or a name of scikit-learn's.

    Raises
    ------
    ValueError
        If there is no such scorer.
    """
    from sklearn.metrics import get_scorer, get_scorer_names, make_scorer

    first, _, seconds = name.partition("/")
    if name == "nmcc":
        return make_scorer(normalised_mcc)
    if first == "itr" and (not seconds or seconds.replace(".", "", 1).isdecimal()):
        return make_scorer(itr, seconds=float(seconds or 2))
    if name not in get_scorer_names():
        raise ValueError(
            f"there is no scorer {name}; known are nmcc, itr, {', '.join(get_scorer_names())}"
        )
    return get_scorer(name)


def inner_scoring(name: str) -> str:
    """Name scikit-learn's scorer that a search within a fold should use for one of ours."""
    # rises and falls with both
    return "matthews_corrcoef" if name.partition("/")[0] in ("nmcc", "itr") else name


def confusion(y_true: Any, y_pred: Any) -> pd.DataFrame:
    """Count windows: a row for what was so, a column for what was said; idle first."""
    import pandas as pd
    from sklearn.metrics import confusion_matrix

    classes = sorted({*y_true, *y_pred}, key=lambda name: (name != "idle", str(name)))
    counts = confusion_matrix(list(y_true), list(y_pred), labels=classes)
    return pd.DataFrame(counts, index=classes, columns=classes)

"""What an episode must be before a model learns from it, each refusal with its cure."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_array, column_or_1d


def checked_trials(X: Any, shape: tuple[int, ...] | None) -> np.ndarray:
    """Trials as float64 of two or three axes, finite, and as the model knows them.

    Parameters
    ----------
    X : array, shape (n_trials, n_features) or (n_trials, n_channels, n_times), or mne.Epochs
    shape : tuple of int or None
        Of a trial that the model was born with.

    Raises
    ------
    ValueError
        If they are not.
    """
    if hasattr(X, "get_data"):
        X = X.get_data(copy=False)
    X = check_array(X, dtype=np.float64, allow_nd=True, ensure_all_finite=False)
    if X.ndim > 3:
        raise ValueError(
            "trials must be features of shape (n_trials, n_features) or epochs of shape "
            f"(n_trials, n_channels, n_times), got {X.shape}"
        )
    bad = ~np.isfinite(X).all(axis=tuple(range(1, X.ndim)))
    if bad.any():
        raise ValueError(
            f"{bad.sum()} of {len(X)} trials hold NaN or infinity, the first of them trial "
            f"{np.flatnonzero(bad)[0]}; leave these trials out, or mend them"
        )
    if shape is not None and X.shape[1:] != shape:
        _refuse_shape(X.shape[1:], shape)
    return X


def _refuse_shape(got: tuple[int, ...], born: tuple[int, ...]) -> None:
    if len(got) != len(born):
        raise ValueError(
            f"the model was born with trials of shape {born}, got {got}; give the same kind of "
            "trials, or fit a new model"
        )
    if len(got) == 1:  # the words that scikit-learn's own checks look for
        raise ValueError(
            f"X has {got[0]} features, but SharpClassifier is expecting {born[0]} features as "
            "input; give the same features, or fit a new model"
        )
    if got[0] != born[0]:
        raise ValueError(
            f"the model was born with {born[0]} channels, got {got[0]}; record with the same "
            "montage, pick its channels, or fit a new model"
        )
    raise ValueError(
        f"the model was born with epochs of {born[1]} samples, got {got[1]}; resample to the rate "
        "and cut the window that it was trained with, or fit a new model"
    )


def checked_labels(y: Any, n_trials: int, known: np.ndarray | None) -> np.ndarray:
    """Labels of an episode: one a trial, of known kinds.

    Parameters
    ----------
    y : array, shape (n_trials,)
    n_trials : int
    known : array or None
        Labels of earlier episodes.

    Raises
    ------
    ValueError
        If there is nothing in them to tell apart.
    """
    y = column_or_1d(y, warn=True)
    if len(y) != n_trials:
        raise ValueError(f"{n_trials} trials need as many labels, got {len(y)}")
    if y.dtype.kind == "f" and not np.array_equal(y, np.round(y)):
        raise ValueError("Unknown label type: labels are numbers that are not whole; give classes")
    labels, counts = np.unique(y, return_counts=True)
    if known is not None:
        _refuse_renamed(labels, known)
    if known is None and len(labels) < 2:
        raise ValueError(
            f"the first episode holds one class only, {labels[0]!r}, and there is nothing to tell "
            "it from; begin with two classes or more"
        )
    if counts.min() < 2:
        raise ValueError(
            f"class {labels[counts.argmin()]!r} has one trial in this episode; give two or more "
            "of each class, or leave it out"
        )
    return y


def _refuse_renamed(labels: np.ndarray, known: np.ndarray) -> None:
    kinds = {"U": "text", "O": "text"}
    new, old = (kinds.get(each.dtype.kind, "numbers") for each in (labels, known))
    if new != old:
        raise ValueError(
            f"the model's classes are {old}, such as {known[0]!r}, got {new}, such as "
            f"{labels[0]!r}; name classes as before"
        )
    plain = {_plain(name): name for name in known}
    for label in labels:
        twin = plain.get(_plain(label), label)
        if twin != label:
            raise ValueError(
                f"class {label!r} is new, but is written almost as {twin!r}, which the model "
                f"knows; name it {twin!r}, or give it a name of its own"
            )


def _plain(label: Any) -> str:
    return str(label).casefold().replace("_", "").replace("-", "").replace(" ", "")

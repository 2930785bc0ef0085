"""The table of a search, as scikit-learn lays it out, and the rule that chooses a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata


def results_table(
    candidates: Sequence[dict[str, Any]],
    *,
    test: np.ndarray,
    train: np.ndarray | None,
    fit_time: np.ndarray,
    score_time: np.ndarray,
) -> dict[str, Any]:
    """Lay out ``cv_results_`` as ``GridSearchCV`` does: the same keys, order and types.

    Parameters
    ----------
    candidates : sequence of dict
        Parameters of each row.
    test, train, fit_time, score_time : array, shape (n_candidates, n_splits)
        Scores, NaN where there are none, and seconds.
    """
    table: dict[str, Any] = {}
    for name, values in (("fit_time", fit_time), ("score_time", score_time)):
        table |= {f"mean_{name}": values.mean(axis=1), f"std_{name}": values.std(axis=1)}
    for key in candidates[0]:
        table[f"param_{key}"] = _masked([candidate[key] for candidate in candidates])
    table["params"] = list(candidates)
    table |= _scores("test", test)
    mean = table["mean_test_score"]
    # a row without a score ranks last
    filled = np.where(np.isnan(mean), np.nanmin(mean) - 1, mean)
    table["rank_test_score"] = rankdata(-filled, method="min").astype(np.int32)
    return table if train is None else table | _scores("train", train)


def _masked(values: list[Any]) -> np.ma.MaskedArray:
    array = np.array(values)
    dtype = array.dtype if array.dtype.kind != "U" and array.ndim == 1 else object
    masked: np.ma.MaskedArray = np.ma.MaskedArray(np.empty(len(values), dtype), mask=True)
    for row, value in enumerate(values):
        masked[row] = value
    return masked


def _scores(part: str, scores: np.ndarray) -> dict[str, np.ndarray]:
    table = {f"split{split}_{part}_score": column.copy() for split, column in enumerate(scores.T)}
    return table | {
        f"mean_{part}_score": scores.mean(axis=1),
        f"std_{part}_score": scores.std(axis=1),
    }


def simplest(table: dict[str, Any], n_splits: int, step: str, n_errors: float) -> int:
    """Find the simplest row within some standard errors of the best mean score.

    Simplest is the lowest order, then the smallest lag, the smallest C, and linear before rbf.

    References
    ----------
    .. [1] L. Breiman et al., Classification and Regression Trees, 1984,
       doi:10.1201/9781315139470.
    """
    mean = table["mean_test_score"]
    best = int(np.nanargmax(mean))
    # the table's deviation divides by n, as scikit-learn's does
    error = table["std_test_score"][best] / np.sqrt(max(1, n_splits - 1))
    near = np.flatnonzero(mean >= mean[best] - n_errors * error)

    def simplicity(row: int) -> tuple[Any, ...]:
        chosen = table["params"][row]
        return (
            chosen[f"{step}__order"],
            chosen[f"{step}__lag"],
            chosen["svc__C"],
            chosen["svc__kernel"] != "linear",
        )

    return int(min(near.tolist(), key=simplicity))

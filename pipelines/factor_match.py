"""How alike two factorisations are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment


def factor_match(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> float:
    """Mean over matched components of the product over modes of their cosines.

    Parameters
    ----------
    left, right : sequence of array, shape (n_k, rank)
        Factors; the ranks may differ. Weights do not count. Rows that either has as NaN (pairs
        never observed) do not either.

    Returns
    -------
    score : float
        1 where the components are the same up to order and scale. Components without a partner
        count 0.

    Raises
    ------
    ValueError
        If they differ in more than the rank.
    """
    score, _ = matched(left, right)
    return score


def matched(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> tuple[float, np.ndarray]:
    """Score of :func:`factor_match`, and who is matched.

    Returns
    -------
    score : float
    partners : array of int, shape (rank of left,)
        Component of ``right`` that belongs to each of ``left``, -1 where there is none.
    """
    if len(left) != len(right) or any(len(a) != len(b) for a, b in zip(left, right, strict=False)):
        raise ValueError(
            f"both must have the same modes, got {[len(a) for a in left]} and "
            f"{[len(b) for b in right]}"
        )
    cosines = np.ones((left[0].shape[1], right[0].shape[1]))
    for a, b in zip(left, right, strict=True):
        seen = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
        cosines *= _unit(a[seen]).T @ _unit(b[seen])
    mine, theirs = linear_sum_assignment(-cosines)
    partners = np.full(len(cosines), -1)
    partners[mine] = theirs
    return float(cosines[mine, theirs].sum() / max(cosines.shape)), partners


def _unit(factor: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(factor, axis=0)
    return np.divide(factor, norms, out=np.zeros(factor.shape), where=norms > 0)

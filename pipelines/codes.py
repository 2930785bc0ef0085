"""Sparse codes and what they can hold: how often two are mistaken, alone and in unions.

The other measures of codes and of capacity stand in modules of their own and are named here too:
:mod:`neurokit.pipelines.code_measures` (sparsity, hash codes), :mod:`neurokit.pipelines.regimes`
(effective rank, lazy or rich) and :mod:`neurokit.pipelines.multitasking` (Hebbian memories).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, floor, log1p

import numpy as np

from neurokit.pipelines.code_measures import (
    HashQuality,
    Sparsity,
    accuracy_sparsity,
    activation_sparsity,
    hash_codes,
    hash_quality,
    keep_largest,
    redundancy,
    unseen_rate,
)
from neurokit.pipelines.multitasking import (
    expected_overlaps,
    hebbian_field,
    noisy_examples,
    relax,
    sparse_patterns,
)
from neurokit.pipelines.regimes import (
    StudentTeacher,
    alignment,
    effective_rank,
    representation_alignment,
    student_teacher,
    tangent_kernel,
    weight_change,
)

__all__ = [
    "Capacity",
    "HashQuality",
    "Sparsity",
    "StudentTeacher",
    "accuracy_sparsity",
    "activation_sparsity",
    "alignment",
    "effective_rank",
    "expected_overlaps",
    "false_negative",
    "false_positive",
    "hash_codes",
    "hash_quality",
    "hebbian_field",
    "keep_largest",
    "measured_errors",
    "noisy_examples",
    "redundancy",
    "relax",
    "representation_alignment",
    "sparse_patterns",
    "student_teacher",
    "tangent_kernel",
    "tasks_held",
    "union_bits",
    "union_false_positive",
    "unseen_rate",
    "weight_change",
]


def false_positive(n: int, a: int, s: int, threshold: int) -> float:
    """Probability that a random code matches a stored one [1]_, exact.

    Parameters
    ----------
    n : int
        Units.
    a : int
        Units that are active in a code.
    s : int
        Units that are stored of a code.
    threshold : int
        So many stored units must be active for a match.

    Returns
    -------
    probability : float
        Hypergeometric tail, counted in whole numbers of any size.

    Raises
    ------
    ValueError
        If there are not ``1 <= a, s <= n``, or the threshold is negative.

    References
    ----------
    .. [1] S. Ahmad, J. Hawkins, 2016, arXiv:1601.00720, equation 4.
    """
    _require_sizes(n, a, s)
    if threshold < 0:
        raise ValueError(f"threshold must not be negative, got {threshold}")
    matching = sum(comb(s, b) * comb(n - s, a - b) for b in range(threshold, min(a, s) + 1))
    return matching / comb(n, a)


def false_negative(s: int, threshold: int, noise: float) -> float:
    """Probability that a stored code is missed when each of its units falls silent by chance.

    Parameters
    ----------
    s : int
        Units that are stored.
    threshold : int
        So many must be active for a match.
    noise : float
        Probability that an active unit is silent, 0 to 1.

    Returns
    -------
    probability : float
        Binomial tail.

    References
    ----------
    .. [1] S. Ahmad, J. Hawkins, 2016, arXiv:1601.00720.
    """
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must be a probability, got {noise}")
    return float(
        sum(comb(s, b) * (1 - noise) ** b * noise ** (s - b) for b in range(min(threshold, s + 1)))
    )


def union_bits(n: int, s: int, n_patterns: int) -> float:
    """Units that are expected in the union of some random codes.

    Parameters
    ----------
    n, s : int
        Units, and how many of them each code stores.
    n_patterns : int
        Codes in the union.

    Returns
    -------
    bits : float

    References
    ----------
    .. [1] S. Ahmad, J. Hawkins, 2016, arXiv:1601.00720.
    """
    return n * (1 - (1 - s / n) ** n_patterns)


def union_false_positive(
    n: int, a: int, s: int, threshold: int, n_patterns: int, *, exact: bool = True
) -> float:
    """Probability that a random code matches the union of some stored ones.

    Parameters
    ----------
    n, a, s, threshold : int
        As in :func:`false_positive`; ``s`` units of each code.
    n_patterns : int
        Codes in the union.
    exact : bool
        The number of units in the union varies; the paper [1]_ puts its expectation, rounded, in
        the formula for one code (``exact=False``), which is a little too small in the tail.

    Returns
    -------
    probability : float

    References
    ----------
    .. [1] S. Ahmad, J. Hawkins, 2016, arXiv:1601.00720.
    """
    _require_sizes(n, a, s)
    if n_patterns < 1:
        raise ValueError(f"a union needs at least one code, got {n_patterns}")
    if not exact:
        return false_positive(n, a, round(union_bits(n, s, n_patterns)), threshold)
    covered = np.zeros(a + 1)
    covered[0] = 1.0
    step = _covering(n, a, s)
    for _ in range(n_patterns):
        covered = covered @ step
    return float(covered[min(threshold, a + 1) :].sum())


def _covering(n: int, a: int, s: int) -> np.ndarray:
    """Chance that one more code takes the covered units of a query from i to j, (a + 1, a + 1)."""
    from scipy.stats import hypergeom

    step = np.zeros((a + 1, a + 1))
    for i in range(a + 1):
        step[i, i:] = hypergeom.pmf(np.arange(a + 1 - i), n, a - i, s)
    return step


@dataclass(frozen=True)
class Capacity:
    """What a read-out can hold at an error.

    Parameters
    ----------
    threshold : int
        Active stored units that make a match.
    miss : float
        Probability that a noisy code of a class does not match its own row.
    mistake : float
        Probability that a random code matches the row of one class.
    n_tasks : int
        Classes that can be held; 0 where even one other is mistaken too often, or own codes are
        missed too often. At most ``MOST_TASKS``.
    """

    threshold: int
    miss: float
    mistake: float
    n_tasks: int


MOST_TASKS = 10**9


def tasks_held(
    n: int,
    a: int,
    *,
    error: float = 1e-4,
    exemplars: int = 1,
    noise: float = 0.0,
    s: int | None = None,
) -> Capacity:
    """How many mental tasks a model can hold with one union row a task.

    The threshold is the highest that misses own codes no more often than ``error``; then as many
    rows fit as a random code matches any of with that probability at most.

    Parameters
    ----------
    n, a : int
        Units of the code, and how many are active: measured, means over trials.
    error : float
        Tolerated probability, of a miss and of a mistake each.
    exemplars : int
        Codes in each task's union.
    noise : float
        Probability that an active unit is silent in another trial of the class.
    s : int, optional
        Units stored of a code: all active ones by default.

    Returns
    -------
    capacity : Capacity

    Notes
    -----
    For random codes [1]_. Codes of a trained network are correlated:
    :func:`measured_errors` says what really happens.

    References
    ----------
    .. [1] S. Ahmad, J. Hawkins, 2016, arXiv:1601.00720.
    """
    if not 0 < error < 1:
        raise ValueError(f"error must be a probability between 0 and 1, got {error}")
    stored = a if s is None else s
    threshold = max(
        (th for th in range(1, stored + 1) if false_negative(stored, th, noise) <= error),
        default=0,
    )
    mistake = union_false_positive(n, a, stored, threshold, exemplars)
    if threshold == 0 or mistake > error:
        return Capacity(threshold, false_negative(stored, threshold, noise), mistake, 0)
    # 1 - (1 - mistake)^n_tasks <= error
    held = log1p(-error) / log1p(-mistake) if mistake > 1e-300 else MOST_TASKS
    return Capacity(
        threshold,
        false_negative(stored, threshold, noise),
        mistake,
        min(floor(held * (1 + 1e-12)), MOST_TASKS),
    )


def measured_errors(codes: np.ndarray, labels: np.ndarray, threshold: int) -> tuple[float, float]:
    """How often codes miss their own class and match another, by pairs.

    Parameters
    ----------
    codes : array of bool, shape (n_codes, n_units)
    labels : array, shape (n_codes,)
    threshold : int
        Common active units that make a match.

    Returns
    -------
    miss, mistake : float
        Share of pairs of one class below the threshold, and of two classes at or above it.

    Raises
    ------
    ValueError
        If no class has two codes, or there is but one class.
    """
    active = np.asarray(codes, dtype=np.float32)
    labels = np.asarray(labels)
    matches = active @ active.T >= threshold
    same = labels[:, None] == labels[None, :]
    own, other = same & ~np.eye(len(labels), dtype=bool), ~same
    if not own.any() or not other.any():
        raise ValueError(
            "errors of codes need two codes of a class and codes of two classes; give more trials"
        )
    return float(1 - matches[own].mean()), float(matches[other].mean())


def _require_sizes(n: int, a: int, s: int) -> None:
    if not (1 <= a <= n and 1 <= s <= n):
        raise ValueError(f"a code needs 1 to {n} active and stored units, got {a} and {s}")

"""Multitasking Hebbian network: one state that reports several memories at once.

Patterns with blank entries leave room for one another. With few blanks the state ranks the memories
(hierarchical), with many it holds all alike (parallel). Storage is low, up to the logarithm of the
number of units: a demonstration, not a capacity.
"""

from __future__ import annotations

import numpy as np


def sparse_patterns(n_patterns: int, n_units: int, dilution: float, *, seed: int = 0) -> np.ndarray:
    """Draw patterns of -1 and 1 with blanks.

    Parameters
    ----------
    n_patterns, n_units : int
    dilution : float
        Probability of a blank, 0 to 1.
    seed : int

    Returns
    -------
    patterns : array of float, shape (n_patterns, n_units)
        Of -1, 0 and 1.
    """
    if not 0 <= dilution <= 1:
        raise ValueError(f"dilution must be a probability, got {dilution}")
    random = np.random.default_rng(seed)
    signs = random.choice([-1.0, 1.0], (n_patterns, n_units))
    found: np.ndarray = signs * (random.random((n_patterns, n_units)) >= dilution)
    return found


def noisy_examples(
    patterns: np.ndarray, n_examples: int, quality: float, *, seed: int = 0
) -> np.ndarray:
    """Examples of patterns with entries flipped at random.

    Parameters
    ----------
    patterns : array, shape (n_patterns, n_units)
    n_examples : int
        Of each pattern.
    quality : float
        An entry is right with probability ``(1 + quality) / 2``.
    seed : int

    Returns
    -------
    examples : array, shape (n_examples, n_patterns, n_units)
    """
    random = np.random.default_rng(seed)
    right = random.random((n_examples, *np.shape(patterns))) < (1 + quality) / 2
    examples: np.ndarray = np.where(right, 1.0, -1.0) * patterns
    return examples


def hebbian_field(
    state: np.ndarray, examples: np.ndarray, *, supervised: bool = True
) -> np.ndarray:
    """Field on each unit of couplings that were learnt by Hebb's rule [1]_.

    Couplings are ``J_ij = (1 / N) sum_mu x_i x_j`` without diagonal: of the mean example of each
    pattern (supervised), or of each example and then averaged (unsupervised).

    Parameters
    ----------
    state : array, shape (n_units,)
        Of -1 and 1.
    examples : array, shape (n_examples, n_patterns, n_units) or (n_patterns, n_units)
    supervised : bool
        Whether it is known which examples are of one pattern.

    Returns
    -------
    field : array, shape (n_units,)

    References
    ----------
    .. [1] E. Agliari et al., 2023, arXiv:2308.04106.
    """
    rows, weight = _rows(examples, supervised)
    n_units = rows.shape[1]
    found: np.ndarray = weight * (rows.T @ (rows @ state) - (rows**2).sum(axis=0) * state) / n_units
    return found


def _rows(examples: np.ndarray, supervised: bool) -> tuple[np.ndarray, float]:
    examples = np.asarray(examples, dtype=float)
    if examples.ndim == 2:
        return examples, 1.0
    if supervised:
        return examples.mean(axis=0), 1.0
    return examples.reshape(-1, examples.shape[-1]), 1 / len(examples)


def relax(
    examples: np.ndarray,
    *,
    cue: int = 0,
    supervised: bool = True,
    n_sweeps: int = 50,
    seed: int = 0,
) -> np.ndarray:
    """State that the network comes to without noise, from one pattern as the cue.

    Parameters
    ----------
    examples : array, shape (n_examples, n_patterns, n_units) or (n_patterns, n_units)
    cue : int
        The pattern that it starts from; its blanks are filled by chance.
    supervised : bool
        As in :func:`hebbian_field`.
    n_sweeps : int
        Sweeps of one unit after the other, in random order, at most.
    seed : int

    Returns
    -------
    state : array, shape (n_units,)
        Of -1 and 1. Its overlaps with patterns are ``patterns @ state / n_units``.

    References
    ----------
    .. [1] E. Agliari et al., 2023, arXiv:2308.04106.
    """
    rows, weight = _rows(examples, supervised)
    random = np.random.default_rng(seed)
    n_units = rows.shape[1]
    own = (rows**2).sum(axis=0)
    start = np.asarray(examples)[..., cue, :].reshape(-1, n_units).mean(axis=0)
    state = np.where(start == 0, random.choice([-1.0, 1.0], n_units), np.sign(start))
    overlaps = rows @ state
    for _ in range(n_sweeps):
        changed = False
        for i in random.permutation(n_units):
            field = weight * (rows[:, i] @ overlaps - own[i] * state[i])
            if field * state[i] < -1e-12:
                state[i] = -state[i]
                overlaps += 2 * state[i] * rows[:, i]
                changed = True
        if not changed:
            break
    return state


def expected_overlaps(n_patterns: int, dilution: float, *, parallel: bool = False) -> np.ndarray:
    """Overlaps of the state with each memory in the two regimes [1]_.

    Parameters
    ----------
    n_patterns : int
    dilution : float
        Probability of a blank.
    parallel : bool
        All memories alike, ``1 - d``, for strong dilution; else a hierarchy, ``(1 - d) d^k``.

    Returns
    -------
    overlaps : array, shape (n_patterns,)

    References
    ----------
    .. [1] E. Agliari et al., 2023, arXiv:2308.04106.
    """
    powers = np.zeros(n_patterns) if parallel else np.arange(n_patterns)
    found: np.ndarray = (1 - dilution) * dilution**powers
    return found

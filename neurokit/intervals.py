"""Intervals and chance bands of accuracies and areas under the curve, on few trials.

Folds of one cross-validation share their training trials, and every pair of folds then counts
twice: on noise the variance of the mean over folds is up to twice what independent trials would
give, for any number of folds (so measured here, too). ``widening`` is that factor: 1 for one
held-out set, 2 for cross-validation.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma, log, log1p
from statistics import NormalDist

import numpy as np

Interval = tuple[float, float]


def wilson(proportion: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    proportion : float
        Share of hits, 0 to 1.
    n : float
        Trials; a fraction is fine, since a widening divides it.
    level : float
        Confidence.

    Returns
    -------
    low, high : float

    References
    ----------
    .. [1] E. B. Wilson, J. American Statistical Association, 1927,
       doi:10.1080/01621459.1927.10502953.
    """
    z2 = _quantile(level) ** 2
    centre = (proportion + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (proportion * (1 - proportion) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def auc_interval(
    auc: float,
    n_positive: np.ndarray | float,
    n_negative: np.ndarray | float,
    *,
    weights: np.ndarray | None = None,
    widening: np.ndarray | float = 1.0,
    level: float = 0.95,
) -> Interval:
    """Newcombe's score interval (method 5) of an area under the curve, or of a mean of some.

    It has a width at 0 and 1 as well.

    Parameters
    ----------
    auc : float
        Area, or weighted mean of the folds' areas.
    n_positive, n_negative : float or array, shape (n_folds,)
        Tested trials of either class in each fold.
    weights : array, shape (n_folds,)
        Weight of each fold in the mean; equal ones where None.
    widening : float or array, shape (n_folds,)
        Factor on the variance, see this module.
    level : float
        Confidence.

    Returns
    -------
    low, high : float

    References
    ----------
    .. [1] R. G. Newcombe, Statistics in Medicine, 2006, doi:10.1002/sim.2324.
    """
    from scipy import optimize

    positive, negative = np.atleast_1d(n_positive).astype(float), np.atleast_1d(n_negative)
    shares = _shares(weights, len(positive)) ** 2 * widening / (positive * negative)
    z2, middle = _quantile(level) ** 2, (positive + negative) / 2 - 1

    def beyond(area: float) -> float:
        spread = area * (1 - area) * (1 + middle * ((1 - area) / (2 - area) + area / (1 + area)))
        return float((auc - area) ** 2 - z2 * (shares * spread).sum())

    # 0 and 1 are roots of their own when the area is there, and not the ones sought
    low = 0.0 if auc <= 0 else optimize.brentq(beyond, 0, min(auc, 1 - 1e-12))
    high = 1.0 if auc >= 1 else optimize.brentq(beyond, max(auc, 1e-12), 1)
    return float(low), float(high)


def mean_interval(scores: np.ndarray, *, widening: float = 1.0, level: float = 0.95) -> Interval:
    """Student's interval of a mean; over folds, ``widening`` is Nadeau and Bengio's correction.

    Parameters
    ----------
    scores : array, shape (n,)
        One score a person, or a fold.
    widening : float
        1 over people; over n folds 1 + n * n_test / n_train.
    level : float
        Confidence.

    Returns
    -------
    low, high : float
        Both NaN for a single score.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, Machine Learning, 2003, doi:10.1023/A:1024068626366.
    """
    from scipy import stats

    n = len(scores)
    if n < 2:
        return np.nan, np.nan
    half = stats.t.ppf(0.5 + level / 2, n - 1) * np.std(scores, ddof=1) * np.sqrt(widening / n)
    return float(np.mean(scores) - half), float(np.mean(scores) + half)


def binomial_band(chance: float, n: int, *, widening: float = 1.0, level: float = 0.95) -> Interval:
    """Exact band in which accuracies of guessing fall, stretched about chance by the widening.

    Parameters
    ----------
    chance : float
        Probability of a hit.
    n : int
        Trials.
    widening : float
        Factor on the variance, see this module.
    level : float
        Share of guessers inside, at least.

    Returns
    -------
    low, high : float
    """
    tail = (1 - level) / 2
    band = _binomial_quantiles(n, chance, np.array([tail, 1 - tail])) / n
    return _stretch(chance, band, widening)


def auc_band(
    n_positive: np.ndarray | float,
    n_negative: np.ndarray | float,
    *,
    weights: np.ndarray | None = None,
    widening: np.ndarray | float = 1.0,
    level: float = 0.95,
) -> Interval:
    """Band of areas under the curve of guessing: the Mann-Whitney null, normal.

    The parameters are those of `auc_interval`.

    Returns
    -------
    low, high : float
    """
    positive, negative = np.atleast_1d(n_positive).astype(float), np.atleast_1d(n_negative)
    variances = (positive + negative + 1) / (12 * positive * negative)
    total = (_shares(weights, len(positive)) ** 2 * widening * variances).sum()
    half = _quantile(level) * np.sqrt(total)
    return max(0.0, 0.5 - float(half)), min(1.0, 0.5 + float(half))


def permutation_band(
    null: np.ndarray, *, widening: float = 1.0, level: float = 0.95
) -> tuple[float, float, float]:
    """Mean and normal band of scores under shuffled labels."""
    chance, half = float(np.mean(null)), _quantile(level) * np.std(null) * np.sqrt(widening)
    return chance, chance - float(half), chance + float(half)


def bootstrap_interval(
    score: Callable[[np.ndarray], float],
    n: int,
    *,
    block: int = 1,
    repeats: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Percentile interval of a score over resampled trials; ``score`` takes their indices.

    Trials that overlap are drawn in blocks of neighbours.
    """
    random, tail = np.random.default_rng(seed), (1 - level) / 2
    starts = random.integers(0, n, (repeats, -(-n // block), 1))
    scores = [score(rows.ravel()[:n]) for rows in (starts + np.arange(block)) % n]
    low, high = np.nanquantile(scores, [tail, 1 - tail])
    return float(low), float(high)


def _stretch(centre: float, band: np.ndarray, widening: float) -> Interval:
    low, high = centre + (band - centre) * np.sqrt(widening)
    return max(0.0, float(low)), min(1.0, float(high))


def _shares(weights: np.ndarray | None, n: int) -> np.ndarray:
    return np.full(n, 1 / n) if weights is None else np.asarray(weights) / np.sum(weights)


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def _binomial_quantiles(n: int, chance: float, levels: np.ndarray) -> np.ndarray:
    """Fewest hits whose cumulated probability reaches each level.

    As ``scipy.stats.binom.ppf``, without that library: the window asks for it during a run.
    """
    if not 0 < chance < 1:
        return np.full(len(levels), n * chance)
    hits = np.arange(n + 1)
    logs = np.array([lgamma(k + 1) for k in hits])
    ways = logs[n] - logs - logs[::-1]
    cumulated = np.cumsum(np.exp(ways + hits * log(chance) + (n - hits) * log1p(-chance)))
    return np.minimum(np.searchsorted(cumulated, levels), n)

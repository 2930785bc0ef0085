"""How many motifs, where animals share no clock: pairs held out in one animal or for a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from neurokit.kernels.threads import in_threads
from neurokit.pipelines.affinity import Affinities
from neurokit.pipelines.factorisation import NonNegativeFactorisation

SHARE, REPEATS, STARTS = 0.1, 4, 3
TIME_BLOCKS = 10  # of one animal, in which pairs are held out


def held_out_ranks(
    tensor: Affinities,
    ranks: Sequence[int],
    *,
    random_state: int,
    n_threads: int = 1,
    said: Callable[[int, int], None] = lambda done, planned: None,
) -> pd.DataFrame:
    """Error on what was held out, rank by rank, on clocks of their own.

    A tenth of the pairs of each animal is hidden, of those that another animal has; of one animal
    alone, pairs within blocks of time. (Animals on one clock: :mod:`neurokit.pipelines.rank`.) The
    chosen rank is the smallest whose error is within one
    standard error, over four draws, of the smallest error.

    Parameters
    ----------
    tensor : Affinities
    ranks : sequence of int
    random_state : int
    n_threads : int
    said : callable
        Is told how many fits are done, of how many.

    Returns
    -------
    table : DataFrame
        ``rank``, ``held_out`` (relative error), ``spread`` (standard error of its difference from
        the best rank's), ``error`` (on what was not hidden), ``chosen``.
    """
    tasks = [(repeat, rank) for repeat in range(REPEATS) for rank in ranks]
    done: list[int] = []

    def fit(task: tuple[int, int]) -> tuple[float, float]:
        found = _errors(tensor, task[1], random_state + task[0])
        done.append(1)
        said(len(done), len(tasks))
        return found

    errors = np.array(in_threads(fit, tasks, n_threads)).reshape(REPEATS, len(ranks), 2)
    hidden = errors[:, :, 0]
    best = int(hidden.mean(axis=0).argmin())
    above = hidden - hidden[:, [best]]
    spread = above.std(axis=0, ddof=1) / np.sqrt(REPEATS)
    near = above.mean(axis=0) <= spread
    return pd.DataFrame(
        {
            "rank": list(ranks),
            "held_out": hidden.mean(axis=0),
            "spread": spread,
            "error": errors[:, :, 1].mean(axis=0),
            "chosen": np.arange(len(ranks)) == int(np.argmax(near)),
        }
    )


def _errors(tensor: Affinities, rank: int, seed: int) -> tuple[float, float]:
    """Relative error on hidden entries, and on the others."""
    rng = np.random.default_rng([seed, 11])
    mask, hidden = hide(tensor, rng)
    fit = NonNegativeFactorisation(rank, n_starts=STARTS, mask=mask, random_state=seed).fit(
        tensor.values
    )
    pairs, times, animals = fit.factors_
    rows = np.flatnonzero(hidden.any(axis=1))
    values, there = tensor.values[rows, :, 0].astype(float), hidden[rows]
    left = values - (pairs[rows] * fit.weights_ * animals[0]) @ times.T
    return float(np.sqrt((left[there] ** 2).sum() / (values[there] ** 2).sum())), float(fit.error_)


def hide(tensor: Affinities, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hide a tenth of what is also seen elsewhere.

    Returns
    -------
    mask : array of bool, shape (n_pairs, n_times, 1)
        What is left.
    hidden : array of bool, shape (n_pairs, n_times)
    """
    n_times = tensor.values.shape[1]
    bounds = tensor.bounds
    if len(bounds) == 2:
        bounds = np.unique(np.linspace(0, n_times, TIME_BLOCKS + 1).astype(int))
    seen = np.broadcast_to(tensor.mask.reshape(len(tensor.mask), -1), (len(tensor.mask), n_times))
    hidden = np.repeat(_some(seen[:, bounds[:-1]], rng), np.diff(bounds), axis=1)
    return (seen & ~hidden)[:, :, None], hidden


def _some(seen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tenth of the entries of rows that have two or more, one a row left at least."""
    chosen = seen & (rng.random(seen.shape) < SHARE)
    # each row keeps one, drawn beforehand
    order = np.where(seen, rng.random(seen.shape), np.inf)
    chosen[np.arange(len(seen)), order.argmin(axis=1)] = False
    return np.asarray(chosen)

"""How many motifs: the rank that foretells pairs which were held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from neurokit.kernels.threads import in_threads
from neurokit.pipelines.affinity import Affinities
from neurokit.pipelines.factorisation import NonNegativeFactorisation

SHARE, REPEATS = 0.1, 4
TIME_BLOCKS = 10  # of one animal, in which pairs are held out


def held_out_ranks(
    tensor: Affinities,
    ranks: Sequence[int],
    *,
    random_state: int,
    n_threads: int = 1,
    said: Callable[[int, int], None] = lambda done, planned: None,
) -> pd.DataFrame:
    """Error on what was held out, rank by rank.

    A tenth of the pairs of each animal is hidden, of those that another animal has; of one animal
    alone, pairs within blocks of time. The chosen rank is the smallest whose error is within one
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
        ``rank``, ``held_out`` (relative error), ``held_out_se`` (of its difference from the best
        rank's), ``error`` (on what was not hidden), ``chosen``.
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
            "held_out_se": spread,
            "error": errors[:, :, 1].mean(axis=0),
            "chosen": np.arange(len(ranks)) == int(np.argmax(near)),
        }
    )


def _errors(tensor: Affinities, rank: int, seed: int) -> tuple[float, float]:
    """Relative error on hidden entries, and on the others."""
    rng = np.random.default_rng([seed, 11])
    mask, hidden = hide(tensor, rng)
    fit = NonNegativeFactorisation(rank, mask=mask, random_state=seed).fit(tensor.values)
    pairs, times, animals = fit.factors_
    pairs = pairs * fit.weights_
    lost = total = 0.0
    for animal in range(tensor.values.shape[2]):
        there = hidden[:, animal] if hidden.ndim == 2 else hidden[:, :, animal]
        rows = np.flatnonzero(there if there.ndim == 1 else there.any(axis=1))
        values = tensor.values[rows, :, animal].astype(float)
        left = values - (pairs[rows] * animals[animal]) @ times.T
        kept = there[rows] if there.ndim == 2 else np.ones_like(values, dtype=bool)
        lost += float((left[kept] ** 2).sum())
        total += float((values[kept] ** 2).sum())
    return float(np.sqrt(lost / total)) if total else np.nan, float(fit.error_)


def hide(tensor: Affinities, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hide a tenth of what is also seen elsewhere.

    Returns
    -------
    mask, hidden : array of bool
        What is left, and what was hidden: of the shape of the tensor's mask.
    """
    mask = tensor.mask
    if mask.ndim == 2 and mask.shape[1] > 1:
        hidden = _some(mask, rng)
        return mask & ~hidden, hidden
    bounds = tensor.bounds
    if len(bounds) == 2:  # one animal
        bounds = np.unique(np.linspace(0, tensor.values.shape[1], TIME_BLOCKS + 1).astype(int))
    entries = mask if mask.ndim == 3 else np.repeat(mask[:, None], tensor.values.shape[1], axis=1)
    blocks = _some(entries[:, bounds[:-1], 0], rng)
    hidden = np.repeat(blocks, np.diff(bounds), axis=1)[:, :, None]
    return entries & ~hidden, hidden


def _some(seen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tenth of the entries of rows that have two or more, one a row left at least."""
    chosen = seen & (rng.random(seen.shape) < SHARE)
    # each row keeps one, drawn beforehand
    order = np.where(seen, rng.random(seen.shape), np.inf)
    chosen[np.arange(len(seen)), order.argmin(axis=1)] = False
    return np.asarray(chosen)

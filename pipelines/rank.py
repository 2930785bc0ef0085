"""How many motifs a tensor carries: by pairs held out, beside agreement, elbow and knee."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter1d
from sklearn.utils import check_random_state

from neurokit.kernels.tensors import PATIENCE
from neurokit.kernels.threads import in_threads
from neurokit.pipelines.factor_match import factor_match
from neurokit.pipelines.factorisation import check_rank, checked_tensor, random_start
from neurokit.pipelines.gapped import missing
from neurokit.pipelines.her import Descent, descend, relative
from neurokit.pipelines.missing import RIDGE
from neurokit.pipelines.observed import AffinityTensor

SMOOTHING = 1.5  # ranks, of the derivative of which the knee is taken


@dataclass(frozen=True)
class RankChoice:
    """A rank, and what speaks for it and for others.

    Attributes
    ----------
    rank : int
        The smallest whose error on held-out pairs lies within one standard error of the lowest.
    elbow : int
        Where the error on the pairs fitted bends most.
    knee : int
        Where the spread of the motifs stops growing: see :func:`choose_rank`.
    table : pandas.DataFrame
        A row a rank: ``rank``, ``held_out`` (relative error on held-out pairs), ``spread`` (its
        standard error against the lowest), ``error`` (on the pairs fitted), ``agreement`` (factor
        match of the other starts with the best) and ``nuclear_norm``.
    """

    rank: int
    elbow: int
    knee: int
    table: pd.DataFrame


def choose_rank(
    tensor: np.ndarray | AffinityTensor,
    ranks: Sequence[int],
    *,
    mask: np.ndarray | None = None,
    n_starts: int = 3,
    n_splits: int = 2,
    share: float = 0.1,
    most_times: int | None = 250,
    max_iter: int = 200,
    tol: float = 1e-5,
    random_state: Any = None,
    n_threads: int = 1,
    backend: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> RankChoice:
    """Choose how many components to look for.

    Parameters
    ----------
    tensor : array, shape (n_pairs, n_times, n_animals), or AffinityTensor
        Non-negative.
    ranks : sequence of int
        Those to try.
    mask : array of bool, shape (n_pairs, n_animals) or the tensor's, optional
        What was observed.
    n_starts : int
        Random starts a rank and split, two or more for the agreement.
    n_splits : int
        Times that other pairs are held out.
    share : float
        Of the pairs of each animal that are held out, at all times, if another animal shows them.
    most_times : int or None
        Times are averaged in even bins until no more than this are left, which leaves the motifs
        their graphs and saves most of the work; None for all. Not of a mask of entries, nor of
        traces.
    max_iter, tol
        Of each fit.
    random_state : int, RandomState or None
        Of the splits and the starts.
    n_threads : int
        Threads that share the fits; the choice does not depend on it.
    backend : {"cpu", "gpu", "reference"}
        Where the updates run.
    progress : callable, optional
        Called with the number of fits done and of all, after every sweep; ends the work by an
        exception.

    Returns
    -------
    choice : RankChoice

    Raises
    ------
    ValueError
        If a rank is more than the data can carry, or an animal shares no pair with another.

    Notes
    -----
    A pair of one animal is held out at all times, so that its weight is learnt from other animals
    and what is tested is that a motif is the same graph there. The nuclear norm is, after [1]_,
    the sum of the squared singular values of the centred motifs, relative to the largest; the knee
    is where its derivative over ranks, smoothed, falls fastest. Which rule they took to read the
    knee off is not known to us; this one is ours.

    References
    ----------
    .. [1] L. Dyballa et al., PNAS, 2024, doi:10.1073/pnas.2312992121.
    """
    ranks = sorted(set(ranks))
    mask = _observed(tensor, mask)
    if not ranks:
        raise ValueError("give at least one rank to try, such as ranks=range(2, 16)")
    for rank in ranks:
        check_rank(rank, tensor.shape)
    if n_starts < 2 or n_splits < 1:
        raise ValueError(
            "give two starts or more, so that they can agree, and a split or more, got "
            f"n_starts={n_starts} and n_splits={n_splits}"
        )
    if most_times is not None and mask.ndim == 2 and not isinstance(tensor, AffinityTensor):
        tensor = _averaged(np.asarray(tensor), most_times)
    random = check_random_state(random_state)
    total = n_splits * len(ranks) * n_starts
    done: list[int] = []
    scores: list[dict[str, Any]] = []
    for _ in range(n_splits):
        split = _Split(tensor, mask, _held_out(mask, share, random), max_iter, tol, backend)
        seeds = random.randint(2**31, size=(len(ranks), n_starts))

        def fit(task: tuple[int, int], split: _Split = split) -> Descent:
            found = split.fit(*task, tell=lambda: (progress or _nothing)(len(done), total))
            done.append(1)
            return found

        tasks = [(rank, seed) for rank, some in zip(ranks, seeds, strict=True) for seed in some]
        # whole fits beside each other: the steps of one are too short to share
        fits = in_threads(fit, tasks, n_threads)
        for place, rank in enumerate(ranks):
            few = fits[place * n_starts : (place + 1) * n_starts]
            scores.append({"rank": rank, **split.scores(few)})
    if progress is not None:
        progress(total, total)
    return _choice(scores)


class _Split:
    """Pairs to fit, and pairs to predict."""

    def __init__(
        self,
        tensor: Any,
        mask: np.ndarray,
        held: np.ndarray,
        max_iter: int,
        tol: float,
        backend: str,
    ) -> None:
        held = held if mask.ndim == 2 else held[:, None] & mask
        self.train, self.test = missing(tensor, mask & ~held), missing(tensor, held)
        self.how: Any = {"ridge": RIDGE, "patience": PATIENCE, "backend": backend}
        self.end: Any = {"max_iter": max_iter, "tol": tol}

    def fit(self, rank: int, seed: int, *, tell: Callable[[], None]) -> Descent:
        """Descend from one random start; threads may do so at once."""
        problem = self.train.problem(**self.how)
        random = np.random.RandomState(seed)
        start = random_start(self.train.shape, rank, random, problem.squared_norm)
        callback = partial(_tell, tell)
        return descend(problem, self.train.reduced(start), callback=callback, **self.end)

    def scores(self, fits: list[Descent]) -> dict[str, Any]:
        """What the fits of one rank say of it, the best of them above all."""
        best, *others = sorted(fits, key=lambda fit: fit.loss)
        whole = self.train.whole(best.factors)
        seen, unseen = self.train.problem(**self.how), self.test.problem(**self.how)
        return {
            "misfits": unseen.errors(self.test.reduced(whole)) / unseen.squared_norm,
            "error": relative(seen.error(best.factors), seen.squared_norm),
            "agreement": np.mean([factor_match(best.factors, fit.factors) for fit in others]),
            "nuclear_norm": _nuclear_norm(best.factors[0]),
        }


def _nothing(done: int, total: int) -> None:
    """Tell nobody."""


def _tell(tell: Callable[[], None], *_: Any) -> None:
    """Call back after a sweep, whatever it came to."""
    tell()


def _observed(tensor: Any, mask: np.ndarray | None) -> np.ndarray:
    """Mask of what was observed, made where none is given."""
    if isinstance(tensor, AffinityTensor):
        return tensor.mask if mask is None else mask
    if mask is None:
        tensor = checked_tensor(tensor)
        return np.ones((tensor.shape[0], tensor.shape[-1]), dtype=bool)
    return np.asarray(mask)


def _averaged(tensor: np.ndarray, most_times: int) -> np.ndarray:
    """Mean over even bins of time, ``most_times`` at most."""
    n_times = tensor.shape[1]
    if n_times <= most_times:
        return tensor
    edges = np.linspace(0, n_times, most_times + 1).astype(int)
    sums = np.add.reduceat(tensor, edges[:-1], axis=1)
    means: np.ndarray = sums / np.diff(edges).astype(sums.dtype)[:, None]
    return means


def _held_out(mask: np.ndarray, share: float, random: np.random.RandomState) -> np.ndarray:
    """Draw pairs of each animal that another animal shows too, shape (n_pairs, n_animals)."""
    seen: np.ndarray = mask if mask.ndim == 2 else np.any(mask, axis=1)
    left = seen.sum(axis=1)
    held = np.zeros_like(seen)
    for animal in range(seen.shape[1]):
        of_animal = np.flatnonzero(seen[:, animal])
        shared = of_animal[left[of_animal] > 1]
        n_held = min(max(round(share * len(of_animal)), 1), len(shared), len(of_animal) - 1)
        if n_held < 1:
            raise ValueError(
                f"animal {animal} has no pair that could be held out, which takes two pairs of "
                "which one is seen in another animal; leave the animal out, or give the rank"
            )
        chosen = random.choice(shared, n_held, replace=False)
        held[chosen, animal] = True
        left[chosen] -= 1
    return held


def _nuclear_norm(motifs: np.ndarray) -> float:
    """Sum of the squared singular values of centred unit columns, relative to the largest."""
    sizes = np.linalg.norm(motifs, axis=0)
    units = motifs / np.where(sizes > 0, sizes, 1)
    values = np.linalg.svd(units - units.mean(axis=0), compute_uv=False) ** 2
    return float(values.sum() / values.max()) if values.max() > 0 else 0.0


def _choice(scores: list[dict[str, Any]]) -> RankChoice:
    """Weigh the ranks."""
    ranks = np.array(sorted({score["rank"] for score in scores}))
    of_rank = [[score for score in scores if score["rank"] == rank] for rank in ranks]
    # a column each animal of each split; both sums over animals are one loss
    misfits = np.array([np.concatenate([score["misfits"] for score in some]) for some in of_rank])
    n_splits = len(of_rank[0])
    held_out = misfits.sum(axis=1) / n_splits
    worse = misfits - misfits[np.argmin(held_out)]
    spread = worse.std(axis=1) * np.sqrt(misfits.shape[1]) / n_splits
    means = {
        name: np.array([np.mean([score[name] for score in some]) for some in of_rank])
        for name in ("error", "agreement", "nuclear_norm")
    }
    good = worse.sum(axis=1) / n_splits <= spread
    table = pd.DataFrame(
        {
            "rank": ranks,
            "held_out": np.sqrt(np.maximum(held_out, 0)),
            "spread": spread / np.maximum(2 * np.sqrt(held_out.min()), 1e-300),
            **means,
        }
    )
    return RankChoice(
        int(ranks[np.argmax(good)]),
        int(ranks[_bend(ranks, means["error"])]),
        int(ranks[_fall(means["nuclear_norm"])]),
        table,
    )


def _bend(ranks: np.ndarray, errors: np.ndarray) -> int:
    """Place of the point farthest below the line from the first to the last."""
    if len(ranks) < 3:
        return 0
    line = np.interp(ranks, ranks[[0, -1]], errors[[0, -1]])
    return int(np.argmax(line - errors))


def _fall(norms: np.ndarray) -> int:
    """Place before the smoothed derivative falls fastest."""
    if len(norms) < 3:
        return 0
    slopes = gaussian_filter1d(np.diff(norms), SMOOTHING)
    return int(np.argmin(np.diff(slopes))) + 1

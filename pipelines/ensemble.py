"""Many factorisations of one tensor, ranks times starts, at the price of a few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from neurokit.kernels.tensors import PATIENCE
from neurokit.kernels.threads import in_threads
from neurokit.pipelines.compressed_tensor import PER_COMPONENT, compressed
from neurokit.pipelines.dense_tensor import DenseProblem
from neurokit.pipelines.factorisation import check_rank, checked_tensor, normalised, random_start
from neurokit.pipelines.her import Factors, descend, relative

TOGETHER = 16  # fits whose errors one pass over the whole tensor gives


@dataclass(frozen=True)
class EnsembleFit:
    """One factorisation of an ensemble.

    Attributes
    ----------
    rank : int
    start : int
        Which of the rank's random starts, from 0.
    factors_ : list of array, shape (n_k, rank)
        One a mode, with unit columns; components by falling weight.
    weights_ : array, shape (rank,)
    error_ : float
        Norm of what is left, relative to the tensor's: of the whole tensor, not of the compressed.
    is_polished : bool
        Whether sweeps over the whole tensor followed; those of lowest error of each rank are.
    """

    rank: int
    start: int
    factors_: Factors
    weights_: np.ndarray
    error_: float
    is_polished: bool


def fit_ensemble(
    tensor: np.ndarray,
    ranks: Sequence[int],
    n_starts: int,
    *,
    max_iter: int = 500,
    tol: float = 1e-5,
    polish: int = 3,
    random_state: Any = None,
    n_threads: int = 1,
    backend: str = "cpu",
    progress: Callable[[int, int], bool | None] | None = None,
) -> list[EnsembleFit]:
    """Factorise a tensor without gaps for each rank, from several starts.

    Parameters
    ----------
    tensor : array of float32 or float64, three- or four-way
        Non-negative.
    ranks : sequence of int
        Numbers of components.
    n_starts : int
        Random starts of each.
    max_iter : int
        Most sweeps of a start over the compressed tensor.
    tol : float
        A start ends after two sweeps that lowered the relative error by less.
    polish : int
        Sweeps over the whole tensor for the best start of each rank.
    random_state : int, RandomState or None
        Of starts and compression.
    n_threads : int
        Fits beside each other; the numbers do not depend on it.
    backend : {"cpu", "gpu", "reference"}
        Where the passes over the whole tensor run.
    progress : callable, optional
        Is told how many fits are done, and of how many; ends the ensemble by returning True.

    Returns
    -------
    fits : list of EnsembleFit
        By rank and start, in the order asked for; what was ended before it began is not among them.

    Raises
    ------
    ValueError
        If the tensor cannot be factorised, a rank is over what it can carry, or there is no rank
        or start.

    Notes
    -----
    The tensor is compressed once, to three columns for each component of the largest rank, and all
    fits run on that; a pass over the whole gives each its true error.
    """
    tensor = checked_tensor(tensor)
    ranks = [*dict.fromkeys(ranks)]
    if not ranks or n_starts < 1:
        raise ValueError(f"give one rank and one start at least, got {ranks} and {n_starts}")
    for rank in ranks:
        check_rank(rank, tensor.shape)
    random = check_random_state(random_state)
    # the longest mode becomes the rows
    order = np.argsort([-n for n in tensor.shape], kind="stable")[:1].tolist()
    order += [k for k in range(tensor.ndim) if k != order[0]]
    turned = tensor.transpose(order)
    rows = np.ascontiguousarray(turned).reshape(len(turned), -1)
    whole = DenseProblem(rows, turned.shape, patience=PATIENCE, backend=backend)
    small = compressed(whole, min(PER_COMPONENT * max(ranks), *rows.shape), random)
    asked = [(rank, start) for rank in ranks for start in range(n_starts)]
    starts = [random_start(turned.shape, rank, random, whole.squared_norm) for rank, _ in asked]
    told = _Told(len(asked), progress)

    def fit(k: int) -> Factors | None:
        if told.is_over:
            return None
        found = descend(small, starts[k], max_iter=max_iter, tol=tol).factors
        told.one_more()
        return found

    found = in_threads(fit, range(len(asked)), n_threads)
    done = [(*who, one) for who, one in zip(asked, found, strict=True) if one is not None]
    losses = [
        loss
        for first in range(0, len(done), TOGETHER)
        for loss in whole.losses([one for _, _, one in done[first : first + TOGETHER]])
    ]
    fits = [(rank, k, loss, one) for (rank, k, one), loss in zip(done, losses, strict=True)]
    best = {r: min((f for f in fits if f[0] == r), key=lambda f: f[2], default=None) for r in ranks}
    return [_ended(one, whole, polish if one is best[one[0]] else 0, order) for one in fits]


class _Told:
    """Count the fits that are done, and hear whether to go on."""

    def __init__(self, planned: int, progress: Callable[[int, int], bool | None] | None) -> None:
        self.planned, self.progress = planned, progress
        self.done, self.is_over = 0, False
        self.lock = Lock()

    def one_more(self) -> None:
        with self.lock:
            self.done += 1
            if self.progress is not None:
                self.is_over |= bool(self.progress(self.done, self.planned))


def _ended(
    one: tuple[int, int, float, Factors], whole: DenseProblem, polish: int, order: list[int]
) -> EnsembleFit:
    """Polish a fit, and turn its modes back."""
    rank, start, loss, found = one
    if polish:
        last = descend(whole, found, max_iter=polish, tol=0.0)
        if last.loss < loss:
            loss, found = last.loss, last.factors
    factors, weights = normalised([found[order.index(k)] for k in range(len(order))])
    return EnsembleFit(
        rank, start, factors, weights, relative(loss, whole.squared_norm), is_polished=polish > 0
    )

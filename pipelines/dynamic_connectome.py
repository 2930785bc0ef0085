"""Dynamic connectomes: which nodes work together, when, and in whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator

from neurokit.connectomes.atlas import Atlas
from neurokit.connectomes.traces import Aligned, Animal, align
from neurokit.pipelines.affinity import Affinities, affinity_tensor
from neurokit.pipelines.connectome_fits import Fits, is_range
from neurokit.pipelines.connectome_tables import (
    community_tables,
    factor_tables,
    locked_tables,
    sensitivity_table,
)

Said = Callable[[str, int, int], None]


def _silent(what: str, done: int, planned: int) -> None:
    """Say nothing."""


class DynamicConnectome(BaseEstimator):
    """Motifs of many animals' traces: graphs of nodes, time courses, loadings, communities.

    Affinities of pairs over time (:mod:`neurokit.pipelines.affinity`), factorised without negative
    numbers [1]_, each motif's graph split by a weighted block model, each time course compared with
    stimuli and behaviour.

    Parameters
    ----------
    rank : int or sequence of int
        Number of motifs, or those among which held-out pairs choose.
    kernel, signal, smoothing, step, from_traces
        See :func:`neurokit.pipelines.affinity.affinity_tensor`.
    sfreq, clock, max_gap
        See :func:`neurokit.connectomes.traces.align`.
    n_starts : int
        Random starts of a rank.
    n_shifts : int
        Circular shifts that say what a correlation is worth.
    sensitivity : bool
        Whether motifs are found again with other kernels and smoothings.
    random_state : int
        For all that is drawn.
    n_threads : int
    backend : {"cpu", "gpu", "reference"}

    Attributes
    ----------
    atlas_ : Atlas
    rank_ : int
    factorisation_ : NonNegativeFactorisation
        Of the pairs, the times and the animals.
    aligned_ : Aligned

    References
    ----------
    .. [1] L. Dyballa et al., ICLR, 2024, arXiv:2402.14102: its affinity, rank rule and numbers are
       not known to us; those here are ours.
    """

    def __init__(
        self,
        rank: int | Sequence[int] = tuple(range(2, 21)),
        *,
        kernel: str = "geometric",
        signal: str = "change",
        smoothing: float | None = None,
        step: float | None = None,
        from_traces: bool = False,
        sfreq: float | None = None,
        clock: str = "auto",
        max_gap: float = 2.0,
        n_starts: int = 20,
        n_shifts: int = 499,
        sensitivity: bool = True,
        random_state: int = 42,
        n_threads: int = 1,
        backend: str = "cpu",
    ) -> None:
        self.rank = rank
        self.kernel = kernel
        self.signal = signal
        self.smoothing = smoothing
        self.step = step
        self.from_traces = from_traces
        self.sfreq = sfreq
        self.clock = clock
        self.max_gap = max_gap
        self.n_starts = n_starts
        self.n_shifts = n_shifts
        self.sensitivity = sensitivity
        self.random_state = random_state
        self.n_threads = n_threads
        self.backend = backend

    def fit(
        self, animals: Sequence[Animal], *, kept: Path | None = None, said: Said = _silent
    ) -> Self:
        """Find the motifs.

        Parameters
        ----------
        animals : sequence of Animal
        kept : Path, optional
            Folder in which each fit is kept as it ends; what is there is not done again.
        said : callable
            Is told what is done, how much of it, and of how much.

        Raises
        ------
        ValueError
            If the traces do not fit one another, or carry no such rank.
        OSError
            If the tensor would not fit the memory.
        """
        aligned = align(animals, sfreq=self.sfreq, clock=self.clock, max_gap=self.max_gap)
        tensor = self._tensor(aligned, self.kernel, self.smoothing, self.step)
        _check_rank(self.rank, tensor)
        fits = Fits(
            tensor,
            n_starts=self.n_starts,
            random_state=self.random_state,
            n_threads=self.n_threads,
            backend=self.backend,
            kept=kept,
            said=said,
        )
        if is_range(self.rank):
            self.rank_, ranks = fits.choose([int(one) for one in self.rank])  # type: ignore[union-attr]
        else:
            self.rank_, ranks = int(self.rank), pd.DataFrame()  # type: ignore[arg-type]
        self.factorisation_ = fits.best(self.rank_)
        self.aligned_ = aligned
        self.atlas_ = self._atlas(aligned, tensor, ranks, fits, said)
        return self

    def _tensor(
        self, aligned: Aligned, kernel: str, smoothing: float | None, step: float | None
    ) -> Affinities:
        return affinity_tensor(
            aligned,
            kernel=kernel,
            signal=self.signal,
            smoothing=smoothing,
            step=step,
            from_traces=self.from_traces,
        )

    def _atlas(
        self, aligned: Aligned, tensor: Affinities, ranks: pd.DataFrame, fits: Fits, said: Said
    ) -> Atlas:
        """Everything that is told of the motifs."""
        tables, shares = factor_tables(self.factorisation_, aligned, tensor)
        nodes, motifs = community_tables(
            tables["pairs"], aligned.names, random_state=self.random_state, said=said
        )
        for motif, share in zip(motifs, shares, strict=True):
            motif["weight"] = share
        stimuli, behaviour = locked_tables(
            tables["courses"], aligned, tensor,
            n_shifts=self.n_shifts, random_state=self.random_state,
        )  # fmt: skip
        sensitivity = pd.DataFrame(columns=["kernel", "smoothing", "match"])
        if self.sensitivity:
            sensitivity = sensitivity_table(
                # the same steps keep time courses comparable
                lambda kernel, seconds: self._tensor(aligned, kernel, seconds, tensor.step),
                fits, self.factorisation_, self.kernel, tensor.smoothing, said,
            )  # fmt: skip
        tables |= {
            "nodes": nodes, "stimuli": stimuli, "behaviour": behaviour, "ranks": ranks,
            "sensitivity": sensitivity,
        }  # fmt: skip
        return Atlas(
            nodes=aligned.names,
            animals=tuple(one.name for one in aligned.animals),
            clock=aligned.clock,
            step=tensor.step,
            tables=tables,
            stimuli=_stimuli(aligned),
            motifs=motifs,
            settings=self._settings() | {"smoothing": tensor.smoothing, "step": tensor.step},
            notes=(*aligned.notes, *_unseen(tensor, aligned)),
        )

    def _settings(self) -> dict[str, Any]:
        """Parameters as JSON can hold them."""
        settings = dict(self.get_params())
        if is_range(self.rank):
            settings["rank"] = [int(one) for one in self.rank]  # type: ignore[union-attr]
        return settings


def _check_rank(rank: Any, tensor: Affinities) -> None:
    """Refuse more motifs than the tensor could carry."""
    ranks = rank if is_range(rank) else [rank]
    n_seen = int(tensor.mask.reshape(len(tensor.mask), -1).any(axis=1).sum())
    most = min(n_seen, tensor.values.shape[1] * tensor.values.shape[2])
    if not ranks or min(ranks) < 1 or max(ranks) > most:
        raise ValueError(
            f"the rank must be from 1 to {most}, which {n_seen} pairs at {tensor.values.shape[1]} "
            f"times can carry, got {ranks if len(ranks) < 4 else f'{ranks[0]} to {ranks[-1]}'}; "
            "give --rank lower"
        )


def _unseen(tensor: Affinities, aligned: Aligned) -> list[str]:
    """What is to be said of pairs that no animal has."""
    n_pairs = len(tensor.mask) // tensor.n_layers
    never = ~tensor.mask[:n_pairs].reshape(n_pairs, -1).any(axis=1)
    if not never.any():
        return []
    return [
        f"{never.sum()} of {n_pairs} pairs were never seen together in an animal: unobserved, not "
        "zero"
    ]


def _stimuli(aligned: Aligned) -> dict[str, Any]:
    if aligned.clock == "shared":
        return {"all": aligned.animals[0].stimuli}
    return {one.name: one.stimuli for one in aligned.animals}

"""Fits of a dynamic connectome: ranks and starts, each kept on disk as it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.files.whole_files import written_whole
from neurokit.fingerprint import code_version, digest
from neurokit.kernels.threads import in_threads
from neurokit.pipelines.affinity import Affinities
from neurokit.pipelines.factorisation import NonNegativeFactorisation
from neurokit.pipelines.held_out import held_out_ranks
from neurokit.pipelines.rank import choose_rank


def is_range(rank: Any) -> bool:
    """Whether ranks are given among which to choose."""
    return not isinstance(rank, int | np.integer)


@dataclass(frozen=True)
class Fit:
    """Factors of unit columns, and weights that fall.

    Parameters
    ----------
    factors_ : list of array, shape (n, rank)
        Pairs, times, animals.
    weights_ : array, shape (rank,)
    error_ : float
        Relative, on what was observed.
    """

    factors_: list[np.ndarray]
    weights_: np.ndarray
    error_: float


@dataclass
class Fits:
    """Factorisations of one tensor.

    Parameters
    ----------
    tensor : Affinities
    n_starts : int
        Random starts of each rank.
    random_state : int
    n_threads : int
    backend : str
    kept : Path, optional
        Folder of what was finished.
    said : callable
        Is told what is done, how much of it, and of how much.
    """

    tensor: Affinities
    n_starts: int
    random_state: int
    n_threads: int = 1
    backend: str = "cpu"
    kept: Path | None = None
    said: Callable[[str, int, int], None] = lambda what, done, planned: None

    def choose(self, ranks: list[int]) -> tuple[int, pd.DataFrame]:
        """Rank that pairs held out choose, and what was tried."""
        name = f"ranks-{digest(ranks)[:12]}"
        kept = self._path(self.tensor, name, ".parquet")
        if kept is not None and kept.is_file():
            table = pd.read_parquet(kept)
            return int(table["rank"][table["chosen"]].iloc[0]), table
        table = self._ranks(ranks)
        if kept is not None:
            with written_whole(kept) as place:
                table.to_parquet(place)
        return int(table["rank"][table["chosen"]].iloc[0]), table

    def _ranks(self, ranks: list[int]) -> pd.DataFrame:
        """What speaks for each rank."""
        how: Any = {"random_state": self.random_state, "n_threads": self.n_threads}

        def said(done: int, planned: int) -> None:
            self.said("number of motifs", done, planned)

        if self.tensor.values.shape[2] == 1:
            return held_out_ranks(self.tensor, ranks, said=said, **how)
        choice = choose_rank(self.tensor.values, ranks, mask=self.tensor.mask, progress=said, **how)
        of = choice.table["rank"]
        return choice.table.assign(
            chosen=of == choice.rank, elbow=of == choice.elbow, knee=of == choice.knee
        )

    def best(self, rank: int) -> Fit:
        """The start of lowest error."""
        return self.other(self.tensor, rank, self.n_starts)

    def other(self, tensor: Affinities, rank: int, n_starts: int) -> Fit:
        """The best of some starts on another tensor."""
        ended = count(1)

        def fit(start: int) -> Fit:
            found = self._fit(tensor, rank, start)
            if tensor is self.tensor:
                self.said(f"{rank} motifs", next(ended), n_starts)
            return found

        # whole fits beside each other: their own steps are too short to share
        fits = in_threads(fit, range(n_starts), self.n_threads)
        return min(fits, key=lambda fit: fit.error_)

    def _fit(self, tensor: Affinities, rank: int, start: int) -> Fit:
        """One start, read where it was kept."""
        kept = self._path(tensor, f"rank-{rank}-start-{start + 1}", ".npz")
        if kept is not None and kept.is_file():
            with np.load(kept, allow_pickle=False) as archive:
                factors = [archive[f"factor_{mode}"] for mode in range(3)]
                return Fit(factors, archive["weights"], float(archive["error"]))
        seed = np.random.SeedSequence([self.random_state, rank, start]).generate_state(1)[0]
        model = NonNegativeFactorisation(
            rank,
            mask=None if tensor.mask.all() else tensor.mask,
            random_state=int(seed),
            backend=self.backend,
        ).fit(tensor.values)
        fit = Fit(model.factors_, model.weights_, float(model.error_))
        if kept is not None:
            named: dict[str, Any] = {
                f"factor_{mode}": factor for mode, factor in enumerate(fit.factors_)
            }
            with written_whole(kept) as place, open(place, "wb") as file:
                np.savez(file, weights=fit.weights_, error=fit.error_, **named)
        return fit

    def _path(self, tensor: Affinities, name: str, suffix: str) -> Path | None:
        """Where something is kept: by the tensor's content, the seed and the code."""
        if self.kept is None:
            return None
        key = digest(tensor.digest, self.random_state, self.backend, code_version())[:16]
        return self.kept / f"{key}-{name}{suffix}"

"""A tensor of which entries are missing, as the loop sees it: exact, nothing is filled in."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.tensors import INNER, PATIENCE, hals_update
from neurokit.pipelines.dense_tensor import product
from neurokit.pipelines.her import BlockProblem, Factors

RIDGE = 3e-4  # share of the Gram matrices' diagonals; best of 1e-4 to 3e-3 on planted motifs


class MissingProblem(BlockProblem):
    """Sweeps over what was observed.

    Parameters
    ----------
    observed : SeenPairs or SeenEntries
        See :func:`neurokit.pipelines.observed.observe`.
    ridge : float
        Penalty on the squared weights of the components.
    inner, patience, backend
        As in :func:`neurokit.kernels.tensors.hals_update`.

    Notes
    -----
    Where a pair was seen only in animals in which a component is weak, least squares alone sets
    that component's weight by noise: half of the neurons missing, it recovers planted motifs worse
    than filling the gaps in does. The penalty is on ``|a|^2 |c|^2 |d|^2`` of each component, which
    does not depend on how its weight is shared between the modes; each block then adds
    ``ridge * diag(G)`` to its Gram matrices, G that of a tensor without gaps. All blocks lower one
    objective, the squared error and the penalty: that is the loss.
    """

    def __init__(
        self,
        observed: Any,
        *,
        ridge: float = RIDGE,
        inner: int = INNER,
        patience: float = PATIENCE,
        backend: str = "cpu",
    ) -> None:
        self.observed = observed
        self.squared_norm = float(observed.squares.sum())
        self.ridge = ridge
        self._how: Any = {"inner": inner, "patience": patience, "backend": backend}

    def update(self, mode: int, factors: Factors) -> np.ndarray:
        """See :class:`neurokit.pipelines.her.BlockProblem`; modes are pairs, times, animals."""
        pairs, times, animals = factors
        if mode == 0:
            block = self.observed.pairs(times, animals)
        elif mode == 1:
            self._gathered = self.observed.gather(pairs)
            block = self.observed.times(self._gathered, animals)
        else:
            block = self.observed.animals(self._gathered, times)
            self._last = block
        products, grams, bounds = block
        others = [_squares(factor) for k, factor in enumerate(factors) if k != mode]
        grams = grams + np.diag(self.ridge * product(others))
        return hals_update(products, grams, factors[mode], bounds=bounds, **self._how)

    def loss(self, factors: Factors) -> float:
        """Squared error on what was observed, and the penalty."""
        penalty = self.ridge * product([_squares(factor) for factor in factors]).sum()
        return float(self._misfits(factors[2]).sum() + penalty)

    def _misfits(self, animals: np.ndarray) -> np.ndarray:
        """Squared error in each animal, the other factors those of the last update."""
        products, grams, _ = self._last
        shared = np.sum(products * animals, axis=1)
        misfits: np.ndarray = (
            self.observed.squares - 2 * shared + np.einsum("wr,wrs,ws->w", animals, grams, animals)
        )
        return misfits

    def errors(self, factors: Factors) -> np.ndarray:
        """Squared error of any factors in each animal, in one pass over the data."""
        self._last = self.observed.animals(self.observed.gather(factors[0]), factors[1])
        return self._misfits(factors[2])

    def error(self, factors: Factors) -> float:
        """Squared error of any factors on what was observed."""
        return float(self.errors(factors).sum())


def _squares(factor: np.ndarray) -> np.ndarray:
    return np.einsum("nr,nr->r", factor, factor)

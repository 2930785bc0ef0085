"""From what a user gives, a tensor and a mask say, to what the loop sweeps over, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurokit.kernels.symmetric import pack_symmetric
from neurokit.pipelines.her import Factors
from neurokit.pipelines.missing import MissingProblem
from neurokit.pipelines.observed import AffinityTensor, observe
from neurokit.pipelines.symmetric import SymmetricProblem


@dataclass(frozen=True)
class Missing:
    """A tensor of which pairs or entries are missing."""

    observed: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole tensor."""
        shape: tuple[int, ...] = self.observed.shape
        return shape

    def problem(self, *, ridge: float, patience: float, backend: str) -> MissingProblem:
        """What the loop sees."""
        return MissingProblem(self.observed, ridge=ridge, patience=patience, backend=backend)

    def reduced(self, factors: Factors) -> Factors:
        """Factors of the loop, which have no row for pairs that were never seen."""
        return [factors[0][self.observed.order], *factors[1:]]

    def repeated(self, factors: Factors) -> Factors:
        """One factor a mode."""
        return factors

    def whole(self, factors: Factors) -> Factors:
        """Factors with a row for every pair; NaN for one that was never seen."""
        pairs = np.full((self.shape[0], factors[0].shape[1]), np.nan)
        pairs[self.observed.order] = factors[0]
        return [pairs, *factors[1:]]


@dataclass(frozen=True)
class Symmetric:
    """A tensor whose first two modes share a factor."""

    packed: np.ndarray
    n_nodes: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole tensor."""
        return self.n_nodes, self.n_nodes, *self.packed.shape[1:]

    def problem(self, *, ridge: float, patience: float, backend: str) -> SymmetricProblem:
        """What the loop sees; nothing is missing, and no ridge needed."""
        return SymmetricProblem(self.packed, patience=patience, backend=backend)

    def reduced(self, factors: Factors) -> Factors:
        """Factors of the loop: the first two, if they differ, are replaced by their mean."""
        return [(factors[0] + factors[1]) / 2, *factors[2:]]

    def repeated(self, factors: Factors) -> Factors:
        """One factor a mode."""
        return [factors[0], *factors]

    def whole(self, factors: Factors) -> Factors:
        """Return the factors as they are."""
        return factors


def gapped(
    tensor: Any, mask: np.ndarray | None, symmetric: bool, *, n_threads: int = 1
) -> Missing | Symmetric:
    """Take in a tensor with a mask, one made from traces, or a symmetric one.

    Parameters
    ----------
    tensor : array or AffinityTensor
    mask : array of bool, optional
        See :func:`neurokit.pipelines.observed.observe`.
    symmetric : bool
        Whether the first two modes share a factor.
    n_threads : int
        Threads that share the animals.

    Raises
    ------
    ValueError
        If the tensor is symmetric and has a mask, or bears its own mask and was given another.
    """
    if symmetric:
        if mask is not None or isinstance(tensor, AffinityTensor):
            raise ValueError(
                "symmetric=True takes a whole tensor (nodes, nodes, times, animals) without a mask;"
                " for missing neurons use pairs x times x animals with symmetric=False"
            )
        return Symmetric(pack_symmetric(tensor), len(tensor))
    return missing(tensor, mask, n_threads=n_threads)


def missing(tensor: Any, mask: np.ndarray | None, *, n_threads: int = 1) -> Missing:
    """Take in a tensor with a mask, or one made from traces, as :func:`gapped` does."""
    if isinstance(tensor, AffinityTensor):
        return Missing(tensor.observed(mask, n_threads=n_threads))
    assert mask is not None
    return Missing(observe(tensor, mask, n_threads=n_threads))

"""Nodes x nodes x times x animals with one factor for both first modes, as the loop sees it."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.symmetric import tied_rows
from neurokit.kernels.tensors import INNER, PATIENCE, hals_update
from neurokit.pipelines.her import BlockProblem, Factors

TIED = 3  # tied updates a pass over the data, which cost little beside it


class SymmetricProblem(BlockProblem):
    """Sweeps over the upper triangle of a tensor that is symmetric in its first two modes.

    Parameters
    ----------
    packed : array, shape (n_nodes * (n_nodes + 1) / 2, n_times, n_animals)
        See :func:`neurokit.kernels.symmetric.pack_symmetric`; the diagonal is data.
    inner, patience
        As in :func:`neurokit.kernels.tensors.hals_update`.
    backend : {"cpu", "reference"}
        Where it runs.

    Notes
    -----
    A component is one soft community of nodes with its time course: less than the motif of a
    factor of pairs, which may be any weighted graph.
    """

    def __init__(
        self,
        packed: np.ndarray,
        *,
        inner: int = INNER,
        patience: float = PATIENCE,
        backend: str = "cpu",
    ) -> None:
        self.shape = packed.shape
        self.flat = packed.reshape(len(packed), -1)
        self.rows, self.columns = np.triu_indices(int(np.sqrt(2 * len(packed))))
        self.times = np.where(self.rows == self.columns, 1.0, 2.0)  # that an entry is met
        sizes = np.einsum("pk,pk->p", self.flat, self.flat).astype(np.float64)
        self.squared_norm = float(sizes @ self.times)
        self.backend = backend
        self._how: Any = {"inner": inner, "patience": patience, "backend": backend}

    def update(self, mode: int, factors: Factors) -> np.ndarray:
        """See :class:`neurokit.pipelines.her.BlockProblem`; modes are nodes, times, animals."""
        nodes, times, animals = factors
        if mode == 0:
            return self._nodes(nodes, times, animals)
        if mode == 1:
            pairs = nodes[self.rows].T * nodes[self.columns].T * self.times
            gathered = pairs.astype(self.flat.dtype) @ self.flat
            self._gathered = gathered.reshape(-1, *self.shape[1:]).astype(np.float64)
            products = np.einsum("rtw,wr->tr", self._gathered, animals)
            gram = (nodes.T @ nodes) ** 2 * (animals.T @ animals)
            return hals_update(products, gram, times, **self._how)
        products = np.einsum("rtw,tr->wr", self._gathered, times)
        gram = (nodes.T @ nodes) ** 2 * (times.T @ times)
        self._last = products, gram
        return hals_update(products, gram, animals, **self._how)

    def _nodes(self, nodes: np.ndarray, times: np.ndarray, animals: np.ndarray) -> np.ndarray:
        n_nodes, rank = nodes.shape
        columns = (times[:, None] * animals).reshape(-1, rank)
        products = (self.flat @ columns.astype(self.flat.dtype)).T
        both = np.empty((rank, n_nodes, n_nodes))
        both[:, self.rows, self.columns] = products
        both[:, self.columns, self.rows] = products
        gram = (times.T @ times) * (animals.T @ animals)
        for _ in range(TIED):
            nodes = tied_rows(nodes, both, gram, backend=self.backend)
        return nodes

    def loss(self, factors: Factors) -> float:
        """Squared error of the whole tensor."""
        products, gram = self._last
        animals = factors[2]
        size = np.sum(gram * (animals.T @ animals))
        return float(self.squared_norm - 2 * np.sum(products * animals) + size)

    def error(self, factors: Factors) -> float:
        """Squared error of any factors, in one pass over the data."""
        self.update(1, factors)
        self.update(2, factors)
        return self.loss(factors)

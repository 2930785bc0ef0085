"""Tensors of which some entries are missing, as sums over what was observed.

What a factorisation asks of a tensor are products with its factors and, where entries are missing,
a Gram matrix for each group of rows that miss the same. Three kinds of tensors give them: where
a pair is seen in an animal always or never, where entries are missing anywhere, and where the
entries are made from the traces as they are needed.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from neurokit.kernels.affinity_sums import halves, pair_sums, time_sums
from neurokit.kernels.threads import in_threads
from neurokit.pipelines.dense_tensor import squared

Block = tuple[np.ndarray, np.ndarray, np.ndarray]  # products, Gram matrices, bounds of the groups


class Slab(Protocol):
    """The pairs of one animal that were seen, over time."""

    square: float

    def over_times(self, times: np.ndarray) -> np.ndarray:
        """Sum over times, shape (n_seen, rank)."""

    def over_pairs(self, pairs: np.ndarray) -> np.ndarray:
        """Sum over pairs, shape (n_times, rank)."""


class Table:
    """A slab that is kept in memory, shape (n_seen, n_times)."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.square = squared(values)

    def over_times(self, times: np.ndarray) -> np.ndarray:
        """Sum over times, shape (n_seen, rank)."""
        return np.asarray(self.values @ times.astype(self.values.dtype), dtype=np.float64)

    def over_pairs(self, pairs: np.ndarray) -> np.ndarray:
        """Sum over pairs, shape (n_times, rank)."""
        # this way round BLAS is up to twice as fast
        found = pairs.astype(self.values.dtype).T @ self.values
        return np.asarray(found.T, dtype=np.float64)


class Traces:
    """A slab that is made from the halves of the changes, shape (2, n_times, n_nodes).

    ``kept`` are those of its pairs that count.
    """

    def __init__(self, parts: np.ndarray, kept: np.ndarray, backend: str) -> None:
        self.parts, self.kept, self.backend = parts, kept, backend
        # at a time a node rises or falls, so that no product mixes both halves
        squares = pair_sums(np.square(parts, dtype=np.float64), np.ones((parts.shape[1], 1)))
        self.square = float(squares[kept].sum())

    def over_times(self, times: np.ndarray) -> np.ndarray:
        """Sum over times, shape (n_seen, rank)."""
        return pair_sums(self.parts, times, backend=self.backend)[self.kept]

    def over_pairs(self, pairs: np.ndarray) -> np.ndarray:
        """Sum over pairs, shape (n_times, rank)."""
        weights = np.zeros((len(self.kept), pairs.shape[1]))
        weights[self.kept] = pairs
        return time_sums(self.parts, weights, backend=self.backend)


class SeenPairs:
    """A tensor of which each pair is seen in an animal at all times or never.

    Parameters
    ----------
    slabs : list of Slab
        One an animal.
    mask : array of bool, shape (n_pairs, n_animals)
        Which pairs the slabs hold, in the order of the pairs.
    n_times : int
    n_threads : int
        Threads that share the animals; the result does not depend on it.

    Attributes
    ----------
    order : array of int, shape (n_seen,)
        Pairs that were seen in at least one animal: rows of the pairs' factor, those together that
        miss the same animals.
    squares : array, shape (n_animals,)
        Sum of squares of each animal.
    """

    def __init__(
        self, slabs: list[Any], mask: np.ndarray, n_times: int, *, n_threads: int = 1
    ) -> None:
        self.slabs, self.n_times, self.n_threads = slabs, n_times, n_threads
        self.n_pairs = len(mask)
        self.squares = np.array([slab.square for slab in slabs])
        seen = np.flatnonzero(mask.any(axis=1))
        patterns, group = np.unique(mask[seen], axis=0, return_inverse=True)
        self.patterns = patterns.astype(float)
        sorting = np.argsort(group.ravel(), kind="stable")
        self.order = seen[sorting]
        self.bounds = np.searchsorted(group.ravel()[sorting], np.arange(len(patterns) + 1))
        place = np.empty(len(mask), dtype=np.int64)
        place[self.order] = np.arange(len(seen))
        self.rows = [place[np.flatnonzero(animal)] for animal in mask.T]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Pairs, times and animals."""
        return self.n_pairs, self.n_times, len(self.slabs)

    def pairs(self, times: np.ndarray, animals: np.ndarray) -> Block:
        """What the update of the pairs' factor needs."""
        found = in_threads(lambda slab: slab.over_times(times), self.slabs, self.n_threads)
        products = np.zeros((len(self.order), times.shape[1]))
        for rows, some, weights in zip(self.rows, found, animals, strict=True):
            products[rows] += some * weights
        pairwise = animals[:, :, None] * animals[:, None, :]
        grams = np.tensordot(self.patterns, pairwise, axes=1) * (times.T @ times)
        return products, grams, self.bounds

    def gather(self, pairs: np.ndarray) -> Any:
        """Sums over the pairs that serve the updates of both other factors."""
        some = [pairs[rows] for rows in self.rows]
        both = list(zip(self.slabs, some, strict=True))
        found = in_threads(lambda one: one[0].over_pairs(one[1]), both, self.n_threads)
        return found, np.stack([one.T @ one for one in some])

    def times(self, gathered: Any, animals: np.ndarray) -> Block:
        """What the update of the time courses needs."""
        found, grams = gathered
        products = sum(some * weights for some, weights in zip(found, animals, strict=True))
        pairwise = animals[:, :, None] * animals[:, None, :]
        return products, (grams * pairwise).sum(axis=0)[None], np.array([0, self.n_times])

    def animals(self, gathered: Any, times: np.ndarray) -> Block:
        """What the update of the animals' loadings needs."""
        found, grams = gathered
        products = np.stack([(some * times).sum(axis=0) for some in found])
        return products, grams * (times.T @ times), np.arange(len(products) + 1)


class SeenEntries:
    """A tensor with entries missing anywhere: exact too, but with work for every entry.

    Parameters
    ----------
    tensor : array, shape (n_pairs, n_times, n_animals)
    mask : array of bool, same shape

    Attributes
    ----------
    order, squares
        As those of :class:`SeenPairs`.
    """

    def __init__(self, tensor: np.ndarray, mask: np.ndarray) -> None:
        self.shape = mask.shape
        self.order = np.flatnonzero(mask.any(axis=(1, 2)))
        mask = mask[self.order]
        self.weights = mask.reshape(len(mask), -1).astype(tensor.dtype)
        self.values = np.where(mask, tensor[self.order], 0).reshape(len(mask), -1)
        each = np.einsum("pk,pk->k", self.values, self.values).astype(np.float64)
        self.squares = each.reshape(self.shape[1:]).sum(axis=0)

    def pairs(self, times: np.ndarray, animals: np.ndarray) -> Block:
        """What the update of the pairs' factor needs."""
        both = (times[:, None, :] * animals).reshape(-1, times.shape[1])
        products = self.values @ both.astype(self.values.dtype)
        grams = self.weights @ _squares(both).astype(self.weights.dtype)
        return products.astype(float), _unfolded(grams), np.arange(len(products) + 1)

    def gather(self, pairs: np.ndarray) -> Any:
        """Sums over the pairs that serve the updates of both other factors."""
        shape = (*self.shape[1:], -1)
        found = (self.values.T @ pairs.astype(self.values.dtype)).reshape(shape)
        grams = self.weights.T @ _squares(pairs).astype(self.weights.dtype)
        return found.astype(float), grams.astype(float).reshape(shape)

    def times(self, gathered: Any, animals: np.ndarray) -> Block:
        """What the update of the time courses needs."""
        found, grams = gathered
        products = np.einsum("twr,wr->tr", found, animals)
        summed = np.einsum("twq,wq->tq", grams, _squares(animals))
        return products, _unfolded(summed), np.arange(len(products) + 1)

    def animals(self, gathered: Any, times: np.ndarray) -> Block:
        """What the update of the animals' loadings needs."""
        found, grams = gathered
        products = np.einsum("twr,tr->wr", found, times)
        summed = np.einsum("twq,tq->wq", grams, _squares(times))
        return products, _unfolded(summed), np.arange(len(products) + 1)


def _squares(factor: np.ndarray) -> np.ndarray:
    """Products of each two columns, the upper triangle of them."""
    left, right = np.triu_indices(factor.shape[1])
    squares: np.ndarray = factor[:, left] * factor[:, right]
    return squares


def _unfolded(packed: np.ndarray) -> np.ndarray:
    """Symmetric matrices of their upper triangles."""
    rank = int(np.sqrt(2 * packed.shape[1]))
    left, right = np.triu_indices(rank)
    full = np.empty((len(packed), rank, rank))
    full[:, left, right] = packed
    full[:, right, left] = packed
    return full


class AffinityTensor:
    """Pairs x times x animals from the changes of the traces, made as it is needed.

    Parameters
    ----------
    changes : array, shape (n_times, n_nodes, n_animals)
        Derivatives of the traces; NaN at all times where an animal lacks a node.
    kernel : {"geometric", "product"}
        An affinity that factors, see :func:`neurokit.kernels.tensors.affinities`.
    backend : {"cpu", "reference"}
        Where the sums run.

    Raises
    ------
    ValueError
        If the shape is wrong, the kernel does not factor, or a node has gaps.

    Notes
    -----
    Memory goes with nodes instead of pairs; the work is that of a table of pairs.
    """

    def __init__(
        self, changes: np.ndarray, *, kernel: str = "geometric", backend: str = "cpu"
    ) -> None:
        changes = np.asarray(changes)
        if changes.ndim != 3 or changes.shape[1] < 2 or changes.dtype.kind not in "fiu":
            raise ValueError(
                "changes must be real numbers of shape (n_times, n_nodes, n_animals) with two "
                f"nodes or more, got {changes.dtype} of shape {changes.shape}"
            )
        here = np.isfinite(changes)
        self.nodes = here.all(axis=0)
        if gaps := np.argwhere(here.any(axis=0) & ~self.nodes).tolist():
            node, animal = gaps[0]
            raise ValueError(
                f"node {node} of animal {animal} is NaN at some times only; fill the gap, or set "
                "the node to NaN at all times"
            )
        self.kernel, self.backend = kernel, backend
        self.parts = [
            halves(changes[:, there, animal], kernel=kernel)
            for animal, there in enumerate(self.nodes.T)
        ]
        n_times, n_nodes, n_animals = changes.shape
        self.shape = (n_nodes * (n_nodes - 1) // 2, n_times, n_animals)

    @property
    def mask(self) -> np.ndarray:
        """Which pairs each animal has, shape (n_pairs, n_animals)."""
        i, j = np.triu_indices(len(self.nodes), 1)
        both: np.ndarray = self.nodes[i] & self.nodes[j]
        return both

    def observed(self, mask: np.ndarray | None = None, *, n_threads: int = 1) -> SeenPairs:
        """Sums over what was observed, and what a mask (n_pairs, n_animals) leaves of it."""
        own = self.mask
        mask = own if mask is None else np.asarray(mask)
        if mask.shape != own.shape or mask.dtype != bool or (mask & ~own).any():
            raise ValueError(
                f"a mask over traces must be boolean, of shape {own.shape}, and True only where "
                "an animal has both nodes; leave it out to use all that there are"
            )
        _checked(mask)
        slabs = [
            Traces(parts, mask[there, animal], self.backend)
            for animal, (parts, there) in enumerate(zip(self.parts, own.T, strict=True))
        ]
        return SeenPairs(slabs, mask, self.shape[1], n_threads=n_threads)


def observe(tensor: np.ndarray, mask: np.ndarray, *, n_threads: int = 1) -> Any:
    """Take of a tensor what was observed.

    Parameters
    ----------
    tensor : array, shape (n_pairs, n_times, n_animals)
        Non-negative where it was observed; elsewhere it may hold anything.
    mask : array of bool, shape (n_pairs, n_animals) or the tensor's
        Whether a pair was seen in an animal, or each entry by itself, which is slower.
    n_threads : int
        Threads that share the animals.

    Returns
    -------
    observed : SeenPairs or SeenEntries

    Raises
    ------
    ValueError
        If the mask has another shape or is not boolean, an animal or a time has nothing, or what
        was observed holds negative, infinite or NaN numbers.
    """
    tensor, mask = np.asarray(tensor), np.asarray(mask)
    if tensor.ndim != 3:
        raise ValueError(
            "with a mask the tensor has shape (n_pairs, n_times, n_animals), got "
            f"{tensor.shape}; take np.triu_indices(n_nodes, 1) of nodes x nodes"
        )
    if mask.dtype != bool:
        raise ValueError(f"mask must be boolean, True where seen, got {mask.dtype}; use mask != 0")
    tensor = tensor if tensor.dtype == np.float32 else tensor.astype(np.float64, copy=False)
    if mask.shape == tensor.shape:
        observed: Any = SeenEntries(tensor, _checked(mask))
        _refuse_bad(observed.values)
        _refuse_nothing(observed.squares.sum())
        return observed
    if mask.shape != (len(tensor), tensor.shape[2]):
        raise ValueError(
            f"mask must have shape {(len(tensor), tensor.shape[2])} (pairs, animals) or the "
            f"tensor's, {tensor.shape}, got {mask.shape}"
        )
    slabs = []
    for animal, rows in enumerate(_checked(mask).T):
        values = np.ascontiguousarray(tensor[rows, :, animal])
        _refuse_bad(values, f" in animal {animal}")
        slabs.append(Table(values))
    _refuse_nothing(sum(slab.square for slab in slabs))
    return SeenPairs(slabs, mask, tensor.shape[1], n_threads=n_threads)


def _checked(mask: np.ndarray) -> np.ndarray:
    """Refuse a mask that leaves an animal, or a time, with nothing."""
    for axis, what in ((-1, "animal"), (1, "time")):
        if axis == 1 and mask.ndim == 2:
            continue
        others = tuple(k for k in range(mask.ndim) if k != axis % mask.ndim)
        empty = np.flatnonzero(~mask.any(axis=others))
        if len(empty):
            raise ValueError(
                f"{what} {empty[0]} has no pair that was observed; leave it out of the tensor and "
                "of the mask"
            )
    return mask


def _refuse_bad(values: np.ndarray, where: str = "") -> None:
    low, high = values.min(initial=0), values.max(initial=0)
    if not (low >= 0 and np.isfinite(high)):
        raise ValueError(
            f"the tensor holds negative, infinite or NaN numbers where the mask says observed"
            f"{where}; set the mask to False there, or clip negative affinities to 0"
        )


def _refuse_nothing(square: float) -> None:
    if square == 0:
        raise ValueError(
            "the tensor is zero wherever it was observed; look whether the traces are constant"
        )

"""Sparse connections between two layers, and the edits that grow and prune them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Connections:
    """Weighted connections from sources to targets, in rows by source.

    Attributes
    ----------
    indptr : array of int64, shape (n_sources + 1,)
        The connections of source i are places ``indptr[i]`` to ``indptr[i + 1]``.
    indices : array of int32, shape (n_connections,)
        Target of each connection, ascending within a source.
    values : array of float32, shape (n_connections,)
        Weight of each connection. Optimisers change it in place; the rest never changes.
    n_targets : int
    """

    indptr: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    n_targets: int

    def __post_init__(self) -> None:
        if len(self.indices) != len(self.values) or self.indptr[-1] != len(self.values):
            raise ValueError(
                f"connections need one target and one value each, got {len(self.indices)} targets, "
                f"{len(self.values)} values and an indptr that ends at {self.indptr[-1]}"
            )

    @property
    def n_sources(self) -> int:
        """Number of sources."""
        return len(self.indptr) - 1

    @property
    def n_connections(self) -> int:
        """Number of connections, those of weight zero among them."""
        return len(self.indices)

    @property
    def density(self) -> float:
        """Share of all pairs of a source and a target that are connected."""
        return self.n_connections / max(self.n_sources * self.n_targets, 1)

    @cached_property
    def sources(self) -> np.ndarray:
        """Source of each connection, int32."""
        return np.repeat(np.arange(self.n_sources, dtype=np.int32), np.diff(self.indptr))

    @cached_property
    def by_target(self) -> tuple[np.ndarray, np.ndarray]:
        """Starts of the targets' columns, and the place of each connection in that order."""
        ends = np.cumsum(np.bincount(self.indices, minlength=self.n_targets))
        return np.concatenate([[0], ends]), np.argsort(self.indices, kind="stable")

    def dense(self) -> np.ndarray:
        """Weights as float32, shape (n_sources, n_targets), zero where nothing connects."""
        matrix = np.zeros((self.n_sources, self.n_targets), dtype=np.float32)
        matrix[self.sources, self.indices] = self.values
        return matrix


def connect(present: np.ndarray, weights: np.ndarray | float = 0.0) -> Connections:
    """Connect the pairs that a mask names.

    Parameters
    ----------
    present : array of bool, shape (n_sources, n_targets)
    weights : array, shape (n_sources, n_targets), or float

    Raises
    ------
    ValueError
        If the mask has no two axes.
    """
    present = np.asarray(present, dtype=bool)
    if present.ndim != 2:
        raise ValueError(f"present must have shape (n_sources, n_targets), got {present.shape}")
    sources, targets = np.nonzero(present)
    values = np.broadcast_to(np.asarray(weights, dtype=np.float32), present.shape)
    return _in_rows(sources, targets, values[sources, targets], present.shape)


def random_connections(
    n_sources: int, n_targets: int, density: float, random_state: np.random.Generator
) -> Connections:
    """Connect pairs at random, ``round(density * n_sources * n_targets)`` of them.

    Parameters
    ----------
    n_sources, n_targets : int
    density : float
        From 0 to 1.
    random_state : numpy.random.Generator

    Returns
    -------
    connections : Connections
        Weights are normal with mean 0 and variance 2 / (connections of the target) [1]_.

    Raises
    ------
    ValueError
        If the density is out of range.

    References
    ----------
    .. [1] K. He et al., ICCV, 2015, doi:10.1109/ICCV.2015.123.
    """
    if not 0 <= density <= 1:
        raise ValueError(f"density must be a share from 0 to 1, got {density}")
    n_pairs = n_sources * n_targets
    chosen = np.sort(random_state.permutation(n_pairs)[: round(density * n_pairs)])
    sources, targets = np.divmod(chosen, n_targets)
    values = normal_weights(np.bincount(targets, minlength=n_targets)[targets], random_state)
    return _in_rows(sources, targets, values, (n_sources, n_targets))


def normal_weights(fan_in: np.ndarray, random_state: np.random.Generator) -> np.ndarray:
    """Weights of variance 2 / fan_in, one for each entry; float32."""
    normal = random_state.standard_normal(len(fan_in))
    return (normal * np.sqrt(2 / np.maximum(fan_in, 1))).astype(np.float32)


def _in_rows(
    sources: np.ndarray, targets: np.ndarray, values: np.ndarray, shape: tuple[int, ...]
) -> Connections:
    """Connections of pairs that are sorted by source, then by target."""
    ends = np.cumsum(np.bincount(sources, minlength=shape[0]))
    indptr = np.concatenate([[0], ends]).astype(np.int64)
    return Connections(indptr, targets.astype(np.int32), values.astype(np.float32), shape[1])


def between(connections: Connections, sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Tell which connections lead from one set of units to another.

    Parameters
    ----------
    connections : Connections
    sources : array of bool, shape (n_sources,)
    targets : array of bool, shape (n_targets,)

    Returns
    -------
    which : array of bool, shape (n_connections,)

    Examples
    --------
    The connections that a frozen unit's function rests on, for the ``live`` of an optimiser:

    >>> live = ~between(connections, np.ones(n_sources, bool), frozen)  # doctest: +SKIP
    """
    sources, targets = np.asarray(sources, dtype=bool), np.asarray(targets, dtype=bool)
    if sources.shape != (connections.n_sources,) or targets.shape != (connections.n_targets,):
        raise ValueError(
            f"masks must have {connections.n_sources} sources and {connections.n_targets} targets, "
            f"got {sources.shape} and {targets.shape}"
        )
    return sources[connections.sources] & targets[connections.indices]


def drop(connections: Connections, which: np.ndarray) -> tuple[Connections, np.ndarray]:
    """Delete connections.

    Parameters
    ----------
    connections : Connections
    which : array of bool, shape (n_connections,)
        See :func:`between`.

    Returns
    -------
    connections : Connections
        New; what is kept keeps its weight to the bit.
    origins : array of int64
        Place that each connection had before; see :func:`follow`.
    """
    kept = np.flatnonzero(~np.asarray(which, dtype=bool))
    shape = (connections.n_sources, connections.n_targets)
    sources, targets = connections.sources[kept], connections.indices[kept]
    return _in_rows(sources, targets, connections.values[kept], shape), kept


def grow(
    connections: Connections,
    n_new: int,
    targets: np.ndarray,
    random_state: np.random.Generator,
    *,
    sources: np.ndarray | None = None,
) -> tuple[Connections, np.ndarray]:
    """Add connections of weight zero at random among the missing ones.

    Parameters
    ----------
    connections : Connections
    n_new : int
        How many to add. Where fewer are missing, all of these are added: compare
        ``n_connections`` before and after.
    targets : array of bool, shape (n_targets,)
        Units that may receive them.
    random_state : numpy.random.Generator
    sources : array of bool, shape (n_sources,), optional
        Units that they may come from; all by default.

    Returns
    -------
    connections : Connections
        New; what was there keeps its weight to the bit.
    origins : array of int64
        Place that each connection had before, -1 for a new one; see :func:`follow`.
    """
    return _grow(connections, n_new, _pairs(connections, sources, targets), random_state)


def _pairs(connections: Connections, sources: np.ndarray | None, targets: np.ndarray) -> np.ndarray:
    """Mask of the pairs between two sets of units."""
    pairs = np.zeros((connections.n_sources, connections.n_targets), dtype=bool)
    pairs[:, np.asarray(targets, dtype=bool)] = True
    if sources is not None:
        pairs[~np.asarray(sources, dtype=bool)] = False
    return pairs


def _grow(
    connections: Connections, n_new: int, allowed: np.ndarray, random_state: np.random.Generator
) -> tuple[Connections, np.ndarray]:
    missing, nothing = -3, -2
    place = np.where(allowed, missing, nothing)
    place[connections.sources, connections.indices] = np.arange(connections.n_connections)
    free = np.flatnonzero(place == missing)
    place.flat[random_state.permutation(free)[:n_new]] = -1
    rows, columns = np.nonzero(place > nothing)
    origins = place[rows, columns]
    return _in_rows(rows, columns, follow(connections.values, origins), place.shape), origins


def follow(state: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Carry a number of each connection over an edit; new connections get zero.

    Parameters
    ----------
    state : array, shape (n_before, ...)
    origins : array of int64, shape (n_after,)
        From :func:`drop` or :func:`grow`.
    """
    carried = np.zeros((len(origins), *state.shape[1:]), dtype=state.dtype)
    old = origins >= 0
    carried[old] = state[origins[old]]
    return carried


def rewire(
    connections: Connections,
    which: np.ndarray,
    targets: np.ndarray,
    random_state: np.random.Generator,
    *,
    sources: np.ndarray | None = None,
) -> tuple[Connections, np.ndarray]:
    """Delete connections, and grow as many elsewhere, so that the density stays to the edge.

    Parameters
    ----------
    connections, which
        As in :func:`drop`.
    targets, random_state, sources
        As in :func:`grow`; a deleted connection is not grown again in the same edit.

    Returns
    -------
    connections : Connections
    origins : array of int64
        See :func:`follow`.
    """
    fewer, kept = drop(connections, which)
    allowed = _pairs(connections, sources, targets)
    allowed[connections.sources, connections.indices] = False
    n_new = connections.n_connections - fewer.n_connections
    grown, origins = _grow(fewer, n_new, allowed, random_state)
    origins[origins >= 0] = kept[origins[origins >= 0]]
    return grown, origins

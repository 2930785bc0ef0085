"""Graphs whose adjacency is packed into bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

WORD = 64
LINE = 8  # words of a cache line, and of the widest vector register


@dataclass(frozen=True, eq=False)
class PackedGraph:
    """Undirected graph without self-loops, one bit a pair of nodes.

    Parameters
    ----------
    bits : array of uint64, shape (n_nodes, n_words)
        Bit ``j % 64`` of ``bits[i, j // 64]`` is set where i and j are joined; symmetric. Rows
        begin on cache lines, and bits beyond the last node are zero.
    degrees : array of int64, shape (n_nodes,)
        Neighbours of each node.
    strengths : array of float64, shape (n_nodes,)
        Sum of the weights of a node's edges; of the degrees where edges have no weight.
    isolated : array of bool, shape (n_nodes,)
        Nodes that could not be joined: their series is constant or not finite.
    threshold : float
        Weight from which on (``>=``) a pair was joined; NaN where edges have no weight.
    """

    bits: np.ndarray
    degrees: np.ndarray
    strengths: np.ndarray
    isolated: np.ndarray
    threshold: float = float("nan")

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.bits)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return int(self.degrees.sum()) // 2

    @property
    def density(self) -> float:
        """Edges among all pairs of nodes; 0 for fewer than two nodes."""
        n_pairs = self.n_nodes * (self.n_nodes - 1) // 2
        return self.n_edges / n_pairs if n_pairs else 0.0

    def to_dense(self) -> np.ndarray:
        """Adjacency as booleans, shape (n_nodes, n_nodes)."""
        return unpack_rows(self.bits, self.n_nodes)

    def to_scipy(self) -> Any:
        """Adjacency as ``scipy.sparse.csr_array`` of ones (uint8)."""
        from scipy.sparse import csr_array

        starts = np.concatenate([[0], np.cumsum(self.degrees)])
        targets = np.empty(starts[-1], dtype=np.int32)
        step = max(1, 2**24 // max(self.n_nodes, 1))
        for first in range(0, self.n_nodes, step):
            dense = unpack_rows(self.bits[first : first + step], self.n_nodes)
            last = min(first + step, self.n_nodes)
            targets[starts[first] : starts[last]] = np.nonzero(dense)[1]
        ones = np.ones(len(targets), dtype=np.uint8)
        return csr_array((ones, targets, starts), shape=(self.n_nodes, self.n_nodes))

    def to_networkx(self) -> Any:
        """Give the graph as ``networkx.Graph`` with nodes 0, 1, ..."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(range(self.n_nodes))
        rows, columns = self.to_scipy().nonzero()
        upper = rows < columns
        graph.add_edges_from(zip(rows[upper].tolist(), columns[upper].tolist(), strict=True))
        return graph


def empty_bits(n_nodes: int) -> np.ndarray:
    """Zeros for the rows of a graph, each at the start of a cache line."""
    n_words = max(-(-n_nodes // (WORD * LINE)), 1) * LINE
    memory = np.zeros(n_nodes * n_words + LINE, dtype=np.uint64)
    first = -(memory.ctypes.data // 8) % LINE
    return memory[first : first + n_nodes * n_words].reshape(n_nodes, n_words)


def pack_rows(dense: np.ndarray) -> np.ndarray:
    """Pack booleans, shape (n_nodes, n_nodes), into bits."""
    bits = empty_bits(len(dense))
    packed = np.packbits(dense, axis=1, bitorder="little")
    bits.view(np.uint8)[:, : packed.shape[1]] = packed
    return bits


def unpack_rows(bits: np.ndarray, n_nodes: int) -> np.ndarray:
    """Booleans of some rows, shape (n_rows, n_nodes)."""
    octets = np.ascontiguousarray(bits).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=n_nodes, bitorder="little").view(bool)


def degrees(bits: np.ndarray) -> np.ndarray:
    """Neighbours of each node."""
    counts = np.empty(len(bits), dtype=np.int64)
    step = max(1, 2**17 // max(bits.shape[1], 1))
    for first in range(0, len(bits), step):
        np.bitwise_count(bits[first : first + step]).sum(
            axis=1, dtype=np.int64, out=counts[first : first + step]
        )
    return counts

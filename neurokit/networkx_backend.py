"""NetworkX's triangles and clustering on our kernels: ``nx.triangles(G, backend="neurokit")``.

NetworkX finds this module by its entry points and asks ``can_run`` before it calls; directed,
weighted and multigraphs stay with NetworkX.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from neurokit.kernels import clustering_coefficients, four_cycles, triangles
from neurokit.kernels.graphs import neighbour_lists
from neurokit.networkx_info import FUNCTIONS


class Graph:
    """An undirected graph as NetworkX hands it to this backend.

    Parameters
    ----------
    original : networkx.Graph
        What it was made of, for what we do not compute.
    """

    __networkx_backend__ = "neurokit"

    def __init__(self, original: Any) -> None:
        self.original = original
        self.nodes = list(original)
        self.place = {node: k for k, node in enumerate(self.nodes)}
        self.starts, self.targets = neighbour_lists(original)
        self.degrees = np.diff(self.starts)
        self.adjacency = _adjacency(self.starts, self.targets)

    def is_directed(self) -> bool:
        """Never."""
        return False

    def is_multigraph(self) -> bool:
        """Never."""
        return False


def _adjacency(starts: np.ndarray, targets: np.ndarray) -> Any:
    from scipy.sparse import csr_array

    n_nodes = len(starts) - 1
    ones = np.ones(len(targets), dtype=np.int64)
    return csr_array((ones, targets, starts), shape=(n_nodes, n_nodes))


class Backend:
    """The functions that NetworkX may call, under its own names."""

    @staticmethod
    def can_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        """Say whether a call is ours, or why not."""
        if name not in FUNCTIONS:
            return f"neurokit has no {name}"
        graph = args[0] if args else kwargs["G"]
        if graph.is_directed() or graph.is_multigraph():
            return "neurokit counts in undirected graphs without parallel edges"
        if kwargs.get("weight") is not None or len(args) > 2:
            return "neurokit does not weigh triangles"
        return True

    @staticmethod
    def should_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        """Say whether a call is worth the conversion."""
        graph = args[0] if args else kwargs["G"]
        few = isinstance(graph, Graph) or len(graph) >= 100
        return few or "a small graph is counted before it is converted"

    @staticmethod
    def convert_from_nx(graph: Any, *args: Any, **kwargs: Any) -> Any:
        """Convert a graph that we can count in; others stay as they are."""
        if graph.is_directed() or graph.is_multigraph():
            return graph
        return Graph(graph)

    @staticmethod
    def convert_to_nx(result: Any, *, name: str | None = None) -> Any:
        """Give NetworkX its own graph back."""
        return result.original if isinstance(result, Graph) else result

    @staticmethod
    def triangles(G: Graph, nodes: Any = None) -> Any:
        """Triangles through nodes; see ``networkx.triangles``."""
        return _choose(G, triangles(G.adjacency), nodes)

    @staticmethod
    def clustering(G: Graph, nodes: Any = None, weight: None = None) -> Any:
        """Share of a node's pairs of neighbours that are joined; see ``networkx.clustering``."""
        return _choose(G, clustering_coefficients(G.degrees, triangles(G.adjacency)), nodes)

    @staticmethod
    def average_clustering(
        G: Graph, nodes: Any = None, weight: None = None, count_zeros: bool = True
    ) -> float:
        """Mean of the clustering; see ``networkx.average_clustering``."""
        values = list(Backend.clustering(G, nodes).values())
        if not count_zeros:
            values = [value for value in values if value > 0]
        return sum(values) / len(values)

    @staticmethod
    def transitivity(G: Graph) -> float:
        """Share of joined pairs of neighbours, over all nodes; see ``networkx.transitivity``."""
        closed = 2 * int(triangles(G.adjacency).sum())
        return closed / int(np.sum(G.degrees * (G.degrees - 1))) if closed else 0

    @staticmethod
    def square_clustering(G: Graph, nodes: Any = None) -> Any:
        """Four-cycles among those that a node's pairs of neighbours could have.

        See ``networkx.square_clustering``. The pairs (u, w) of a node's neighbours could have all
        other neighbours of u and of w: sums over pairs follow from degrees and triangles.
        """
        squares, d = four_cycles(G.adjacency), G.degrees
        around = G.adjacency @ d
        possible = (d - 1) * (around - d) - 2 * triangles(G.adjacency) - squares
        shares = np.divide(squares, possible, out=np.zeros(len(d)), where=possible > 0)
        return _choose(G, shares, nodes)


def _choose(graph: Graph, values: np.ndarray, nodes: Any) -> Any:
    """Values of all nodes, of some, or of one, as NetworkX returns them."""
    numbers = values.tolist()
    if nodes is None:
        return dict(zip(graph.nodes, numbers, strict=True))
    if isinstance(nodes, Hashable) and nodes in graph.place:
        return numbers[graph.place[nodes]]
    return {node: numbers[graph.place[node]] for node in _among(graph, nodes)}


def _among(graph: Graph, nodes: Iterable[Any]) -> Iterable[Any]:
    """Nodes of a bunch that the graph has, as ``nbunch_iter`` gives them."""
    return graph.original.nbunch_iter(nodes)


backend_interface = Backend

"""Graphs of correlated series, and the cycles of length three and four through each node."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.packed import WORD, PackedGraph, degrees, empty_bits, pack_rows

LARGEST = 2**28  # bytes of bits that a sparse graph is packed into
SIGNS = ("positive", "negative", "absolute")


def correlation_graph(
    series: np.ndarray,
    *,
    threshold: float | None = None,
    density: float | None = None,
    sign: str = "positive",
    n_threads: int = 1,
    backend: str = "cpu",
) -> PackedGraph:
    """Join the nodes whose series correlate.

    Parameters
    ----------
    series : array, shape (n_times, n_nodes)
        One column a node, in any unit.
    threshold : float, optional
        A pair is joined where its weight is at least this. Correlations are in single precision:
        they carry an error of about 1e-7.
    density : float, optional
        Share of all pairs to join, instead of a threshold: the strongest
        ``round(density * n_pairs)``, and with the last of them those that tie.
    sign : {"positive", "negative", "absolute"}
        The weight of a pair is its correlation, that times -1, or its absolute value.
    n_threads : int
        Threads that share the pairs; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    graph : PackedGraph
        ``strengths`` are sums of weights. A node whose series is constant or not finite is
        isolated and flagged; it counts among the pairs of the density.

    Raises
    ------
    ValueError
        If the shape is wrong, if not exactly one of threshold and density is given, or if one of
        them is out of range.

    Notes
    -----
    Each tile of correlations is made, packed and forgotten: the memory beside the result is a few
    megabytes a thread. Only pairs i < j are correlated, and their bits mirrored, so that rounding
    cannot make the graph asymmetric.
    """
    units, isolated = _units(series)
    n_nodes = len(units)
    n_edges = _wanted_edges(threshold, density, n_nodes, isolated)
    if sign not in SIGNS:
        raise ValueError(f"sign must be one of {', '.join(SIGNS)}, got {sign!r}")
    if n_edges is None:
        assert threshold is not None
        bits, strengths = find("correlation_graph", backend)(units, threshold, sign, n_threads)
    else:
        kernel = find("graphs.correlation_graph_of_size", backend)
        bits, strengths, threshold = kernel(units, n_edges, sign, n_threads)
    return PackedGraph(bits, degrees(bits), strengths, isolated, float(threshold))


def _units(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Series of length one and mean zero, a row a node, NaN where there is none."""
    series = np.asarray(series)
    if series.ndim != 2 or len(series) < 2 or series.dtype.kind not in "fiu":
        raise ValueError(
            "series must be real numbers of shape (n_times, n_nodes) with two times or more, got "
            f"{series.dtype} of shape {series.shape}"
        )
    n_times, n_nodes = series.shape
    units = np.empty((n_nodes, n_times), dtype=np.float32)
    isolated = np.empty(n_nodes, dtype=bool)
    for first in range(0, n_nodes, 1024):
        few = slice(first, first + 1024)
        part = series[:, few].T.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            size = np.linalg.norm(part, axis=1)
            part -= part.mean(axis=1, keepdims=True)
            spread = np.linalg.norm(part, axis=1)
            isolated[few] = ~(spread > 1e-12 * size) | ~np.isfinite(spread)
            spread[isolated[few]] = np.nan
            units[few] = part / spread[:, None]
    return units, isolated


def _wanted_edges(
    threshold: float | None, density: float | None, n_nodes: int, isolated: np.ndarray
) -> int | None:
    """Turn a density into a number of edges; None for a threshold."""
    if (threshold is None) == (density is None):
        raise ValueError(
            "give either threshold= (a correlation) or density= (a share of the pairs), got "
            f"threshold={threshold} and density={density}"
        )
    if density is None:
        if not -1 <= threshold <= 1:  # type: ignore[operator]
            raise ValueError(f"threshold must be a correlation from -1 to 1, got {threshold}")
        return None
    if not 0 <= density <= 1:
        raise ValueError(f"density must be a share from 0 to 1, got {density}")
    n_edges = round(density * (n_nodes * (n_nodes - 1) // 2))
    n_good = n_nodes - int(isolated.sum())
    if n_edges > n_good * (n_good - 1) // 2:
        raise ValueError(
            f"density {density:g} asks for {n_edges} edges, but {int(isolated.sum())} of "
            f"{n_nodes} series are constant or not finite and cannot be joined; mask them out"
        )
    return n_edges


def graph_from_correlation(
    matrix: np.ndarray,
    *,
    threshold: float | None = None,
    density: float | None = None,
    sign: str = "positive",
    fisher: bool = False,
) -> PackedGraph:
    """Join the nodes of a correlation matrix, of regions say.

    Parameters
    ----------
    matrix : array, shape (n_nodes, n_nodes) or (n_nodes * (n_nodes - 1) / 2,)
        Symmetric, or its upper triangle row by row without the diagonal. NaN joins nothing.
    threshold, density, sign
        As in :func:`correlation_graph`.
    fisher : bool
        Whether the matrix holds Fisher's z; thresholds and strengths are of correlations.

    Returns
    -------
    graph : PackedGraph
        Nodes with no finite correlation are flagged as isolated.

    Raises
    ------
    ValueError
        If the matrix is neither symmetric nor an upper triangle, or holds no correlations.
    """
    full = _full(np.asarray(matrix, dtype=np.float64))
    if fisher:
        full = np.tanh(full)
    np.fill_diagonal(full, np.nan)
    largest = np.nanmax(np.abs(full), initial=0)
    if largest > 1 + 1e-6:
        raise ValueError(
            f"correlations lie between -1 and 1, got {largest:.3g}; pass fisher=True if these are "
            "Fisher's z"
        )
    if sign not in SIGNS:
        raise ValueError(f"sign must be one of {', '.join(SIGNS)}, got {sign!r}")
    weights = np.abs(full) if sign == "absolute" else -full if sign == "negative" else full
    isolated = np.isnan(weights).all(axis=1)
    n_edges = _wanted_edges(threshold, density, len(full), isolated)
    if n_edges is not None:
        pairs = weights[np.triu_indices(len(full), 1)]
        pairs = np.sort(pairs[~np.isnan(pairs)])
        if n_edges > len(pairs):
            raise ValueError(
                f"density {density:g} asks for {n_edges} edges, but only {len(pairs)} pairs have "
                "a correlation; lower it, or leave out the nodes without"
            )
        threshold = float(pairs[-n_edges]) if n_edges else float("inf")
    joined = weights >= threshold
    bits = pack_rows(joined)
    strengths = np.where(joined, weights, 0).sum(axis=1)
    assert threshold is not None
    return PackedGraph(bits, degrees(bits), strengths, isolated, float(threshold))


def _full(matrix: np.ndarray) -> np.ndarray:
    """Symmetric matrix of one given whole or by its upper triangle."""
    if matrix.ndim == 1:
        n_nodes = round((1 + np.sqrt(1 + 8 * len(matrix))) / 2)
        if n_nodes * (n_nodes - 1) // 2 != len(matrix):
            raise ValueError(
                f"an upper triangle has n (n - 1) / 2 entries, got {len(matrix)}; leave the "
                "diagonal out"
            )
        full = np.zeros((n_nodes, n_nodes))
        full[np.triu_indices(n_nodes, 1)] = matrix
        return full + full.T
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix must be square or an upper triangle, got {matrix.shape}")
    if not np.allclose(matrix, matrix.T, atol=1e-6, equal_nan=True):
        raise ValueError("matrix is not symmetric; average it with its transpose: (R + R.T) / 2")
    upper = np.triu(matrix, 1)
    return upper + upper.T


def triangles(graph: Any, *, n_threads: int = 1, backend: str = "cpu") -> np.ndarray:
    """Cycles of length three through each node.

    Parameters
    ----------
    graph : PackedGraph, array, scipy.sparse array or networkx.Graph
        Undirected. Weights and self-loops do not count; networkx nodes are taken in their order.
    n_threads : int
        Threads that share the edges; counts are integers and do not depend on it.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    counts : array of int64, shape (n_nodes,)
        Half the diagonal of the adjacency's cube.

    Raises
    ------
    ValueError
        If the graph is directed or its adjacency not symmetric.

    Notes
    -----
    Edges are counted as bits that two rows have in common; where few pairs are joined, along lists
    of neighbours of higher degree. A model of the cost chooses, and a sparse graph of very many
    nodes is never packed.
    """
    return _count("triangles", graph, n_threads, backend)


def four_cycles(graph: Any, *, n_threads: int = 1, backend: str = "cpu") -> np.ndarray:
    """Cycles of length four through each node.

    Parameters
    ----------
    graph, n_threads, backend
        As in :func:`triangles`.

    Returns
    -------
    counts : array of int64, shape (n_nodes,)
        With chords or without.
    """
    return _count("four_cycles", graph, n_threads, backend)


def _count(name: str, graph: Any, n_threads: int, backend: str) -> np.ndarray:
    if backend == "cpu" and _is_sparse(graph) and _size(graph) ** 2 > 8 * LARGEST:
        lists = neighbour_lists(graph)
        listed: np.ndarray = find(f"graphs.{name}_listed", backend)(*lists, n_threads)
        return listed
    counts: np.ndarray = find(name, backend)(as_packed(graph).bits, n_threads)
    return counts


def clustering_coefficients(degrees: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Triangles through each node, among the pairs of its neighbours; 0 with fewer than two.

    Parameters
    ----------
    degrees, counts : array of int64, shape (n_nodes,)
        Neighbours of, and triangles through, each node.

    Returns
    -------
    coefficients : array, shape (n_nodes,)
        From 0 to 1 [1]_.

    References
    ----------
    .. [1] D. J. Watts, S. H. Strogatz, Nature, 1998, doi:10.1038/30918.
    """
    pairs = degrees * (degrees - 1) // 2
    return np.divide(counts, pairs, out=np.zeros(len(pairs)), where=pairs > 0)


def expected_triangles(degrees: np.ndarray) -> np.ndarray:
    """Triangles through each node that the degrees alone predict.

    Parameters
    ----------
    degrees : array, shape (n_nodes,)

    Returns
    -------
    expected : array, shape (n_nodes,)
        For a graph that joins the ends of the nodes' edges at random [1]_; too high where hubs
        would be joined more than once.

    References
    ----------
    .. [1] M. E. J. Newman, SIAM Review, 2003, doi:10.1137/S003614450342480.
    """
    d = np.asarray(degrees, dtype=np.float64)
    ends, onward = d.sum(), np.sum(d * (d - 1))
    if ends == 0:
        return np.zeros(len(d))
    result: np.ndarray = d * (d - 1) / 2 * onward**2 / ends**3
    return result


def as_packed(graph: Any) -> PackedGraph:
    """Pack a graph, however it is given.

    Raises
    ------
    ValueError
        If it is directed, or its adjacency is not square and symmetric.
    """
    if isinstance(graph, PackedGraph):
        return graph
    if _is_sparse(graph):
        return _unweighted(_packed_lists(*neighbour_lists(graph)))
    dense = np.asarray(graph)
    _check_square(dense.shape)
    dense = dense != 0
    if not np.array_equal(dense, dense.T):
        raise ValueError("the adjacency is not symmetric; use A | A.T for an undirected graph")
    dense = dense & ~np.eye(len(dense), dtype=bool)
    return _unweighted(pack_rows(dense))


def _is_sparse(graph: Any) -> bool:
    return hasattr(graph, "tocsr") or hasattr(graph, "is_directed")


def _size(graph: Any) -> int:
    return int(graph.shape[0]) if hasattr(graph, "shape") else len(graph)


def neighbour_lists(graph: Any) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours of each node of a sparse or networkx graph, self-loops left out.

    Parameters
    ----------
    graph : scipy.sparse array or networkx.Graph
        Undirected.

    Returns
    -------
    starts : array of int64, shape (n_nodes + 1,)
        The neighbours of node i are ``targets[starts[i] : starts[i + 1]]``.
    targets : array of int64, shape (2 * n_edges,)

    Raises
    ------
    ValueError
        If it is directed, or its adjacency not square and symmetric.
    """
    if hasattr(graph, "is_directed"):
        if graph.is_directed():
            raise ValueError("the graph is directed; use graph.to_undirected()")
        if len(graph) == 0:
            return np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64)
        import networkx

        graph = networkx.to_scipy_sparse_array(graph, weight=None, format="csr")
    _check_square(graph.shape)
    sparse = graph.tocsr(copy=True)
    sparse.sum_duplicates()
    sparse.eliminate_zeros()
    n_nodes = sparse.shape[0]
    rows = np.repeat(np.arange(n_nodes), np.diff(sparse.indptr))
    columns = sparse.indices.astype(np.int64)
    rows, columns = rows[rows != columns], columns[rows != columns]
    there, back = rows * n_nodes + columns, columns * n_nodes + rows
    if not np.array_equal(np.sort(back), np.sort(there)):
        raise ValueError("the adjacency is not symmetric; use A + A.T for an undirected graph")
    return np.searchsorted(rows, np.arange(n_nodes + 1)), columns


def _packed_lists(starts: np.ndarray, targets: np.ndarray) -> np.ndarray:
    bits = empty_bits(len(starts) - 1)
    rows = np.repeat(np.arange(len(bits)), np.diff(starts))
    ones = np.uint64(1) << (targets % WORD).astype(np.uint64)
    np.bitwise_or.at(bits, (rows, targets // WORD), ones)
    return bits


def _check_square(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"an adjacency has shape (n_nodes, n_nodes), got {shape}")


def _unweighted(bits: np.ndarray) -> PackedGraph:
    counts = degrees(bits)
    return PackedGraph(bits, counts, counts.astype(float), np.zeros(len(bits), dtype=bool))
